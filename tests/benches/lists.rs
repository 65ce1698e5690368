//! `cargo bench --bench lists`: what a page of a long list costs, the last as against the first, in one run and in turns.
//! Documents are asked of the schema as a seat at the desk asks them, past the edge. Prints rows of `docs/benchmarks.md`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its figures, or fails")]

use std::time::{Duration, Instant};

use harness::asked::{ask, desk_seat};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::kernel::Watch;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const STORES: u32 = 10_000;
const ROUNDS: usize = 41;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let world = runtime.block_on(World::alone(Watch::host()));
    let bench = Bench { ops: desk_seat(&world, &[Role::Ops]), world, runtime };
    bench.world.base.tamper(&stores());
    println!("| a page of 50 | first | last | last to first |\n|---|---|---|---|");
    for list in LISTS {
        bench.pages(list);
    }
    println!("\n| a question to all | median |\n|---|---|");
    for (what, document) in QUESTIONS {
        bench.question(what, document);
    }
    Ok(())
}

/// A list of the API, and what is asked of its rows.
struct List {
    what: &'static str,
    field: &'static str,
    arguments: &'static str,
    rows: &'static str,
}

const STORE: &str = "id domain name platform state syncIsOn tenant { legalName } driftKinds scopes { name verdict }";

const LISTS: &[List] = &[
    List {
        what: "10,000 stores by domain",
        field: "stores",
        arguments: "orderBy:{field:DOMAIN,direction:ASC}",
        rows: STORE,
    },
    List {
        what: "10,000 stores by time",
        field: "stores",
        arguments: "orderBy:{field:ADDED_AT,direction:DESC}",
        rows: STORE,
    },
    List {
        what: "the third of 10,000 stores that drifts",
        field: "stores",
        arguments: "filter:{hasDrift:true}",
        rows: STORE,
    },
];

const QUESTIONS: &[(&str, &str)] = &[(
    "drift of 10,000 stores, 32,000 scopes, in each kind",
    "{ drift { stores withDrift notListed missing unused writesWhileSyncIsOff } }",
)];

struct Bench {
    world: World,
    ops: Caller,
    runtime: Runtime,
}

impl Bench {
    fn pages(&self, list: &List) {
        let List { what, field, arguments, rows } = list;
        let page = |place: &str| {
            format!(
                "{{{field}({arguments} {place}) {{ totalCount pageInfo {{ hasNextPage startCursor }} nodes {{ {rows} }} }}}}"
            )
        };
        let told = self.ask(&page("last: 51"))[*field].clone();
        let (total, cursor) = (told["totalCount"].as_i64().expect("a count"), told["pageInfo"]["startCursor"].clone());
        assert!(total > 1_000, "{what}: only {total}");
        let (first, last) = (page("first: 50"), page(&format!("first: 50 after: {cursor}")));
        let shown = self.ask(&last)[*field].clone();
        assert_eq!(shown["pageInfo"]["hasNextPage"], false);
        assert_eq!(shown["nodes"].as_array().map(Vec::len), Some(50));
        let ([first, last], ratio) = self.in_turns([&first, &last]);
        println!("| {what} | {first:.2?} | {last:.2?} | {ratio:.2} |");
    }

    fn question(&self, what: &str, document: &str) {
        let ([median, _], _) = self.in_turns([document, document]);
        println!("| {what} | {median:.2?} |");
    }

    /// The median of each, and of their ratio.
    fn in_turns(&self, documents: [&str; 2]) -> ([Duration; 2], f64) {
        let timed = |document| {
            let begun = Instant::now();
            self.ask(document);
            begun.elapsed()
        };
        let mut rounds: Vec<[Duration; 2]> = (0..=ROUNDS).map(|_| documents.map(timed)).collect();
        rounds.remove(0);
        let mut ratios: Vec<f64> = rounds.iter().map(|[one, other]| other.as_secs_f64() / one.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        let median = |at: usize| {
            let mut times: Vec<Duration> = rounds.iter().map(|round| round[at]).collect();
            times.sort();
            times[ROUNDS / 2]
        };
        ([median(0), median(1)], ratios[ROUNDS / 2])
    }

    fn ask(&self, document: &str) -> Value {
        let answer = self.runtime.block_on(ask(&self.world, Some(&self.ops), document, json!({})));
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }
}

/// A hundred tenants with a hundred stores each, every third of which differs from the policy.
fn stores() -> String {
    format!(
        "insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
         select md5('t' || t)::uuid, 'Tenant ' || t, 'en', 'EU', 'growth', 3, now() from generate_series(0, 99) t;
         insert into stores (tenant_id, id, platform, domain, name, region, state, added_at, connected_at, read_at)
         select md5('t' || s % 100)::uuid, md5('s' || s)::uuid, 'shopify', 'shop-' || md5(s::text) || '.example', 'Shop ' || s, 'EU',
                'connected', now() - s * interval '1 minute', now() - interval '30 days', now()
           from generate_series(1, {STORES}) s;
         insert into store_scopes (tenant_id, store_id, name, granted_at, last_used_at)
         select md5('t' || s % 100)::uuid, md5('s' || s)::uuid, n.name, now() - interval '100 days',
                now() - case when s % 9 = 3 then 95 else 5 end * interval '1 day'
           from generate_series(1, {STORES}) s,
                (values ('read_orders'), ('read_customers'), ('read_products'), ('read_all_orders'), ('read_themes')) n (name)
          where n.name not in ('read_all_orders', 'read_themes') or s % 9 = 0;
         analyze"
    )
}
