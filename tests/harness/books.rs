//! An auditor's eyes: reads a tenant's chain as it stands in Postgres and reckons it again from the published layout.

use rightsdesk_server::floor::kernel::{Instant, TenantId};
use rightsdesk_server::floor::ledger::chain::{GENESIS, Hash, Link};

use crate::base::Base;

/// How many links the tenant's chain has. Fails where one is missing, doubled, or not what its hash says.
pub fn links_of(base: &Base, tenant: TenantId) -> u64 {
    let rows = base.lines(&format!(
        "select seq || ' ' || (extract(epoch from at) * 1000000)::bigint || ' ' || actor || ' ' || action || ' ' || object
                || ' ' || coalesce(encode(payload_hash, 'hex'), '-') || ' ' || encode(hash, 'hex') as line
           from audit_events where tenant_id = '{}' order by seq",
        tenant.uuid()
    ));
    let (mut count, mut prev) = (0, GENESIS);
    for row in &rows {
        let parts: Vec<&str> = row.split(' ').collect();
        let payload = (parts[5] != "-").then(|| bytes(parts[5]));
        let link = Link {
            tenant,
            seq: parts[0].parse().expect("a number"),
            at: Instant::from_micros(parts[1].parse().expect("a number")),
            actor: parts[2],
            action: parts[3],
            object: parts[4],
            payload: payload.as_ref(),
            prev: &prev,
        };
        count += 1;
        assert_eq!(link.seq, count, "a link is missing or doubled");
        assert_eq!(link.hash(), bytes(parts[6]), "link {count} is not what its hash says");
        prev = link.hash();
    }
    count
}

fn bytes(hex: &str) -> Hash {
    let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex");
    std::array::from_fn(byte)
}
