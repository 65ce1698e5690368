//! What people ask of the desk, as anybody would. Nobody here exists.

use chrono::Duration;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::kernel::{IntakeId, Personal, Ref, TenantId};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{
    self, Asking, GoesBy, Mandate, Proof, Request, Source, Stated, SubjectKind, Taken, Wanted,
};

use crate::asked::desk_seat;
use crate::world::World;

/// A shopper who asks for these by the web from this address, wherever they are.
pub fn wish(tenant: TenantId, rights: &[Right], mail: &str) -> Asking {
    Asking {
        source: Source::Web,
        tenant,
        subject_kind: SubjectKind::Shopper,
        store: None,
        delivery: None,
        rights: rights.iter().map(|right| Wanted { right: *right, case: None }).collect(),
        identifiers: vec![goes_by(GoesBy::Mail, mail)],
        words: None,
        original: None,
        locale: None,
        place: None,
        received_at: None,
        notice: None,
        mandate: Mandate::None,
        is_test: false,
        appeal_of: None,
    }
}

/// The same from this country or region.
pub fn wish_from(place: &str, tenant: TenantId, rights: &[Right], mail: &str) -> Asking {
    Asking { place: Some(place.to_owned()), ..wish(tenant, rights, mail) }
}

/// Something that somebody says they go by.
pub fn goes_by(kind: GoesBy, value: &str) -> Stated {
    Stated { kind, store: None, value: Personal::new(value), proof: Proof::None }
}

impl World {
    /// Takes in what somebody asks, as the house.
    pub async fn asks(&self, asking: Asking) -> Taken {
        requests::receive(&self.tools, &Caller::house(), asking).await.expect("taken in")
    }

    /// Takes it in, and has the address proved by the code that is sent there.
    pub async fn asks_and_proves(&self, asking: Asking) -> Vec<Request> {
        let address = asking.identifiers[0].value.disclose().to_owned();
        let taken = self.asks(asking).await;
        let at = Ref::new(taken.requests[0].tenant, taken.intake);
        self.work().await;
        let code = self.code(&address);
        requests::prove_by_code(&self.tools, at, &code).await.expect("proved");
        self.requests(at).await
    }

    /// The requests of a contact as they stand.
    pub async fn requests(&self, at: Ref<IntakeId>) -> Vec<Request> {
        let followed = requests::shown_to_person(&self.tools, at).await.expect("a contact");
        followed.requests.into_iter().map(|followed| followed.request).collect()
    }

    /// The code in the last letter to an address that has one.
    pub fn code(&self, address: &str) -> String {
        let letters = self.tools.mail.mailbox().expect("letters are kept in memory").letters_to(address);
        let code = |text: &str| {
            let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
            words.rfind(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned)
        };
        letters.iter().rev().find_map(|kept| code(&kept.letter.text)).expect("a letter with a code")
    }

    /// One of the operator's people who works requests.
    pub fn support(&self) -> Caller {
        desk_seat(self, &[Role::Support])
    }

    /// So many days go by.
    pub fn days(&self, days: i64) {
        self.later(Duration::days(days));
    }
}
