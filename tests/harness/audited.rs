//! A desk with a past that is known to the link: two tenants, two checkpoints, a few links newer than both. It can be
//! tampered with and put back.

use std::path::{Path, PathBuf};

use rightsdesk_server::audit::verify::{Books, Case, Fault, Report, verify};
use rightsdesk_server::floor::kernel::{TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::vault::PublicKeys;

use crate::scratch;
use crate::world::{World, forenoon};

/// The desk and what an auditor has of it.
pub struct Audited {
    pub world: World,
    /// The first in the order of ids, and the second.
    pub tenants: [TenantId; 2],
    /// The folder with the public key.
    pub public: PathBuf,
    /// A copy of the checkpoints, as they were written.
    copy: Vec<u8>,
}

/// Links of each tenant's chain at the first checkpoint, at the second, and now.
pub const FIRST: u64 = 11;
pub const SECOND: u64 = 21;
pub const NOW: u64 = 31;

impl Audited {
    pub async fn new() -> Self {
        let world = World::alone(Watch::held(forenoon())).await;
        let mut tenants = [world.tenant, world.neighbour().await];
        tenants.sort();
        world.work().await;
        for round in 0..3 {
            for tenant in tenants {
                note(&world, tenant, 10).await;
            }
            if round < 2 {
                world.later(chrono::Duration::minutes(1));
                world.work().await;
            }
        }
        let public = public_key(&world);
        let copy = std::fs::read(world.tools.journal.checkpoints.path()).expect("checkpoints");
        world.base.tamper(
            "create table kept_events as table audit_events; create table kept_heads as table audit_heads;
             create function lp(x bytea) returns bytea language sql immutable as
               $$ select int4send(octet_length(x)) || x $$;
             create function forge(whose uuid) returns void language plpgsql as $$
             declare
               link record;
               prev bytea := decode(repeat('00', 32), 'hex');
             begin
               for link in select * from audit_events where tenant_id = whose order by seq loop
                 prev := sha256(lp('rightsdesk/audit/1'::bytea) || lp(uuid_send(whose)) || lp(int8send(link.seq))
                                || lp(int8send((extract(epoch from link.at) * 1000000)::bigint))
                                || lp(convert_to(link.actor, 'UTF8')) || lp(convert_to(link.action, 'UTF8'))
                                || lp(convert_to(link.object, 'UTF8')) || lp(coalesce(link.payload_hash, ''))
                                || lp(prev));
                 update audit_events set hash = prev where tenant_id = whose and seq = link.seq;
                 update audit_heads set seq = link.seq, hash = prev where tenant_id = whose;
               end loop;
             end $$;
             create function shift(whose uuid, beyond bigint, by bigint) returns void language sql as $$
               update audit_events set seq = -seq where tenant_id = whose and seq > beyond;
               update audit_events set seq = -seq + by where tenant_id = whose and seq < 0;
             $$;",
        );
        Self { world, tenants, public, copy }
    }

    pub fn checkpoints(&self) -> PathBuf {
        self.world.tools.journal.checkpoints.path().to_owned()
    }

    /// The lines of the checkpoints as they were written.
    pub fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.copy.clone()).expect("text");
        text.lines().map(str::to_owned).collect()
    }

    /// Puts other lines into the file.
    pub fn write_lines(&self, lines: &[String]) {
        std::fs::write(self.checkpoints(), lines.iter().fold(String::new(), |text, line| text + line + "\n"))
            .expect("written");
    }

    /// A file of its own with one line, as somebody keeps it.
    pub fn keep(&self, line: &str) -> PathBuf {
        let path = scratch::folder("kept").expect("a folder").join("checkpoint.json");
        std::fs::write(&path, line).expect("written");
        path
    }

    /// What an auditor finds.
    pub async fn verify(&self, kept: Option<PathBuf>) -> Report {
        found(&self.world, &self.public, kept).await
    }

    /// The first fault after SQL with the superuser's rights; everything is put back.
    pub async fn fault_of(&self, sql: &str) -> Option<Fault> {
        self.world.base.tamper(sql);
        let report = self.verify(None).await;
        self.put_back();
        report.faults.into_iter().next()
    }

    pub fn put_back(&self) {
        self.world.base.tamper(
            "truncate audit_events, audit_heads;
             insert into audit_events select * from kept_events; insert into audit_heads select * from kept_heads;",
        );
        std::fs::write(self.checkpoints(), &self.copy).expect("written");
    }
}

/// A folder with the key that vouches for a desk's checkpoints.
pub fn public_key(world: &World) -> PathBuf {
    let public = scratch::folder("public").expect("a folder");
    let key = world.tools.vault.sign_key().expect("a key");
    std::fs::write(public.join("sign-0001.pub"), key.public()).expect("written");
    public
}

/// What an auditor finds in the books of a desk, with its public key in this folder and perhaps a checkpoint that he kept.
pub async fn found(world: &World, public: &Path, kept: Option<PathBuf>) -> Report {
    let books = Books::of(&world.ledger);
    let keys = PublicKeys::at(public).expect("the public key");
    let checkpoints = world.tools.journal.checkpoints.path().to_owned();
    verify(Case { books, checkpoints, keys, kept }).await.expect("it can be verified")
}

/// Adds links to a tenant's chain, each with a fact beside it.
pub async fn note(world: &World, tenant: TenantId, links: u64) {
    for link in 0..links {
        let noted = world.ledger.write(world.scope(tenant), move |_| {
            Ok(Witnessed::new((), Event::new("test.noted", "tenant", tenant.uuid()).count("link", link)))
        });
        noted.await.expect("noted");
    }
}
