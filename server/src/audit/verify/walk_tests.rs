use uuid::Uuid;

use super::*;

fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(7))
}

fn link(entry: &Entry, seq: u64, prev: &Hash) -> Hash {
    let payload = entry.payload_hash.as_deref().map(|hash| Hash::try_from(hash).expect("a hash"));
    let (actor, action, object) = (&*entry.actor, &*entry.action, &*entry.object);
    let at = Instant::from_micros(entry.micros);
    Link { tenant: tenant(), seq, at, actor, action, object, payload: payload.as_ref(), prev }.hash()
}

/// Numbers and hashes anew, as somebody would who knows how.
fn reckon(rows: &mut [Entry]) {
    let mut prev = GENESIS;
    for (at, row) in rows.iter_mut().enumerate() {
        row.seq = i64::try_from(at + 1).expect("few");
        prev = link(row, row.seq.unsigned_abs(), &prev);
        row.hash = prev.to_vec();
    }
}

fn chain(links: u8) -> Vec<Entry> {
    let row = |n: u8| Entry {
        micros: 1_767_225_600_000_000 + i64::from(n),
        actor: format!("staff:{n}"),
        action: "request.open".to_owned(),
        object: format!("request:{n}"),
        payload_hash: Some(Sha256::digest([n]).to_vec()),
        payload: Some(vec![n]),
        ..Entry::default()
    };
    let mut rows: Vec<_> = (1..=links).map(row).collect();
    reckon(&mut rows);
    rows
}

fn claim(rows: &[Entry], seq: u64) -> Claim {
    let row = &rows[usize::try_from(seq).expect("few") - 1];
    Claim { seq, hash: Hash::try_from(row.hash.as_slice()).expect("a hash"), line: seq * 10 }
}

fn head(rows: &[Entry]) -> Option<Head> {
    rows.last().map(|row| Head { seq: row.seq, hash: row.hash.clone() })
}

fn walk(rows: &[Entry], head: Option<&Head>, claims: &[Claim]) -> Result<(u64, u64), Fault> {
    let mut walk = Walk::new(tenant(), claims.to_vec());
    for row in rows {
        walk.step(row)?;
    }
    walk.end(head)?;
    Ok(walk.tally())
}

/// Kind, seq, until.
fn found(rows: &[Entry], claims: &[Claim]) -> (Kind, u64, Option<u64>) {
    let fault = walk(rows, head(rows).as_ref(), claims).expect_err("it is seen");
    assert_eq!(fault.tenant, tenant());
    (fault.kind, fault.seq, fault.until)
}

#[test]
fn a_chain_that_was_left_alone_is_whole() {
    let rows = chain(20);
    let claims = [claim(&rows, 15), claim(&rows, 5), claim(&rows, 15)];
    assert_eq!(walk(&rows, head(&rows).as_ref(), &claims), Ok((20, 5)));
    let begun = Head { seq: 0, hash: GENESIS.to_vec() };
    assert_eq!(walk(&[], Some(&begun), &[]), Ok((0, 0)));
}

#[test]
fn an_edit_is_found_in_whatever_column() {
    type Edit = fn(&mut Entry);
    let edits: [Edit; 11] = [
        |row| row.micros += 1,
        |row| row.actor.push('x'),
        |row| row.action = "request.shut".to_owned(),
        |row| row.object.clear(),
        |row| row.payload_hash = None,
        |row| row.payload_hash = Some(vec![1]),
        |row| row.payload = Some(vec![99]),
        |row| row.payload = None,
        |row| (row.payload, row.payload_hash) = (Some(vec![1]), None),
        |row| row.hash[31] ^= 1,
        |row| row.hash.clear(),
    ];
    for (at, edit) in edits.iter().enumerate() {
        for seq in [1, 10, 20] {
            let mut rows = chain(20);
            edit(&mut rows[seq - 1]);
            let mut claims = vec![claim(&chain(20), 20)];
            assert_eq!(found(&rows, &claims), (Kind::Edited, seq as u64, None), "edit {at}");
            claims.clear();
            assert_eq!(found(&rows, &claims), (Kind::Edited, seq as u64, None), "edit {at} without checkpoints");
        }
    }
}

#[test]
fn a_payload_that_stayed_at_home_is_no_fault() {
    let mut rows = chain(3);
    (rows[1].payload, rows[1].is_kept_back) = (None, true);
    assert_eq!(walk(&rows, head(&rows).as_ref(), &[]), Ok((3, 3)));
}

#[test]
fn a_deletion_is_found_whether_the_rest_moved_up_or_not() {
    for (from, to) in [(1, 1), (7, 7), (7, 12), (18, 19)] {
        let mut rows = chain(20);
        rows.drain(from - 1..to);
        let until = (to > from).then_some(to as u64);
        assert_eq!(found(&rows, &[]), (Kind::Deleted, from as u64, until));
        for (at, row) in rows.iter_mut().enumerate() {
            row.seq = i64::try_from(at + 1).expect("few");
        }
        // The last of a chain has none after it that would tell.
        let kind = if to < 19 { Kind::Deleted } else { Kind::Edited };
        let until = if to < 19 { until } else { None };
        assert_eq!(found(&rows, &[]), (kind, from as u64, until));
    }
}

#[test]
fn a_swap_is_found_near_and_far() {
    for (one, other) in [(1, 2), (5, 6), (5, 15), (1, 20), (19, 20)] {
        let mut rows = chain(20);
        rows.swap(one - 1, other - 1);
        (rows[one - 1].seq, rows[other - 1].seq) = (rows[other - 1].seq, rows[one - 1].seq);
        let head = head(&chain(20));
        let fault = walk(&rows, head.as_ref(), &[]).expect_err("seen");
        assert_eq!((fault.kind, fault.seq, fault.until), (Kind::Swapped, one as u64, Some(other as u64)));
    }
}

#[test]
fn an_insertion_is_found_with_a_hash_that_fits_and_without() {
    for (at, many) in [(1, 1), (10, 1), (10, 3), (20, 1)] {
        let mut rows = chain(20);
        let strange = Entry { actor: "staff:strange".to_owned(), ..rows[3].clone() };
        for _ in 0..many {
            rows.insert(at - 1, strange.clone());
        }
        for (at, row) in rows.iter_mut().enumerate() {
            row.seq = i64::try_from(at + 1).expect("few");
        }
        let until = (many > 1).then_some((at + many - 1) as u64);
        assert_eq!(found(&rows, &[]), (Kind::Inserted, at as u64, until));
        if many == 1 {
            let before = if at == 1 { GENESIS } else { Hash::try_from(rows[at - 2].hash.as_slice()).expect("a hash") };
            rows[at - 1].hash = link(&rows[at - 1], at as u64, &before).to_vec();
            assert_eq!(found(&rows, &[]), (Kind::Inserted, at as u64, None), "its own hash fits");
        }
    }
    let mut rows = chain(20);
    rows.insert(10, rows[9].clone());
    assert_eq!(found(&rows, &[]), (Kind::Inserted, 10, None), "in an export a number may be there twice");
    let mut rows = chain(20);
    rows.insert(0, Entry { seq: 0, ..Entry::default() });
    assert_eq!(found(&rows, &[]), (Kind::Inserted, 0, None));
}

#[test]
fn what_was_reckoned_anew_is_seen_by_a_checkpoint_and_placed_between_two() {
    let honest = chain(20);
    let claims = [claim(&honest, 5), claim(&honest, 12), claim(&honest, 18)];
    let mut inserted = honest.clone();
    inserted.insert(8, Entry { actor: "staff:strange".to_owned(), ..honest[3].clone() });
    let mut edited = honest.clone();
    edited[8].object.clear();
    let mut deleted = honest.clone();
    deleted.remove(8);
    for mut rows in [inserted, edited, deleted] {
        reckon(&mut rows);
        assert_eq!(walk(&rows, head(&rows).as_ref(), &[]).map(|(links, _)| links), Ok(rows.len() as u64));
        let fault = walk(&rows, head(&rows).as_ref(), &claims).expect_err("seen");
        assert_eq!((fault.kind, fault.seq, fault.until, fault.line), (Kind::Rewritten, 6, Some(12), Some(120)));
        // A later checkpoint of what was rewritten hides nothing.
        let mut later = claims.to_vec();
        later.push(claim(&rows, rows.len() as u64));
        assert_eq!(found(&rows, &later).0, Kind::Rewritten);
    }
}

#[test]
fn a_cut_tail_is_seen_by_a_checkpoint_or_by_the_head_and_else_not() {
    let honest = chain(20);
    let claims = [claim(&honest, 5), claim(&honest, 15)];
    let cut = &honest[..12];
    assert_eq!(found(cut, &claims), (Kind::TailCut, 13, Some(15)));
    let fault = walk(cut, head(&honest).as_ref(), &[]).expect_err("the head was left");
    assert_eq!((fault.kind, fault.seq, fault.until), (Kind::TailCut, 13, Some(20)));
    let newer = &honest[..17];
    assert_eq!(walk(newer, head(newer).as_ref(), &claims), Ok((17, 2)), "newer than the last checkpoint, head and all");
}

#[test]
fn a_chain_that_is_gone_or_ends_otherwise_is_missed() {
    let honest = chain(20);
    let gone = walk(&[], None, &[claim(&honest, 15)]).expect_err("missed");
    assert_eq!((gone.kind, gone.seq, gone.until), (Kind::TenantDropped, 1, Some(15)));
    assert_eq!(walk(&[], None, &[]).expect_err("it was born").kind, Kind::TenantDropped);
    let heads = [
        None,
        Some(Head { seq: 19, hash: honest[18].hash.clone() }),
        Some(Head { seq: 20, hash: vec![0; 32] }),
        Some(Head { seq: -1, hash: Vec::new() }),
    ];
    for head in heads {
        let fault = walk(&honest, head.as_ref(), &[]).expect_err("seen");
        assert_eq!((fault.kind, fault.seq), (Kind::HeadAltered, 20));
    }
}
