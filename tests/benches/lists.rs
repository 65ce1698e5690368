//! `cargo bench --bench lists`: what a page of a long list costs, the last as against the first, in one run and in turns.
//! Documents are asked of the schema as a seat at the desk asks them, past the edge. Prints rows of `docs/benchmarks.md`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its figures, or fails")]
// An optimised build looks through every future of the schema at once, and they nest deep.
#![recursion_limit = "256"]

use std::time::{Duration, Instant};

use harness::asked::{ask, desk_seat};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::kernel::Watch;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const STORES: u32 = 10_000;
const APPS: u32 = 100_000;
const ROUNDS: usize = 41;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let of_stores = Bench::over(&runtime, "sooperseller", &stores());
    let of_apps = Bench::over(&runtime, "shopiq", &apps());
    println!("| a page of 50 | first | last | last to first |\n|---|---|---|---|");
    for (bench, lists) in [(&of_stores, LISTS), (&of_apps, LISTS_OF_APPS)] {
        for list in lists {
            bench.pages(list);
        }
    }
    println!("\n| a question to all | median |\n|---|---|");
    for (what, document) in QUESTIONS {
        of_stores.question(what, document);
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

const APP: &str =
    "id name provider kind { title } state tenant { legalName } granted excess missing isUnused lastUsedAt
    credential { hint rotateBy isDue }";

const LISTS_OF_APPS: &[List] = &[
    List { what: "100,000 apps by name", field: "apps", arguments: "orderBy:{field:NAME,direction:ASC}", rows: APP },
    List {
        what: "100,000 apps by time",
        field: "apps",
        arguments: "orderBy:{field:CONNECTED_AT,direction:DESC}",
        rows: APP,
    },
    List {
        what: "100,000 apps by last use",
        field: "apps",
        arguments: "orderBy:{field:LAST_USED_AT,direction:ASC}",
        rows: APP,
    },
    List {
        what: "the tenth of 100,000 apps that lies idle",
        field: "apps",
        arguments: "filter:{isUnused:true}",
        rows: APP,
    },
];

const QUESTIONS: &[(&str, &str)] = &[(
    "drift of 10,000 stores, 32,000 scopes, in each kind",
    "{ drift { stores withDrift notListed missing unused writesWhileSyncIsOff } }",
)];

struct Bench<'r> {
    world: World,
    ops: Caller,
    runtime: &'r Runtime,
}

impl<'r> Bench<'r> {
    fn over(runtime: &'r Runtime, policy: &str, rows: &str) -> Self {
        let world = runtime.block_on(World::alone_under(policy, Watch::host()));
        world.base.tamper(rows);
        Self { ops: desk_seat(&world, &[Role::Ops]), world, runtime }
    }

    fn pages(&self, of: &List) {
        let List { what, field, arguments, rows } = of;
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
        assert!(ratio < 1.5, "{what}: the last page is dearer than the first");
    }

    fn question(&self, what: &str, document: &str) {
        let ([median, _], _) = self.in_turns([document, document]);
        println!("| {what} | {median:.2?} |");
    }

    /// The median of each, and of their ratio.
    fn in_turns(&self, documents: [&str; 2]) -> ([Duration; 2], f64) {
        let took = |document| {
            let begun = Instant::now();
            self.ask(document);
            begun.elapsed()
        };
        let mut rounds: Vec<[Duration; 2]> = (0..=ROUNDS).map(|_| documents.map(took)).collect();
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

/// A thousand tenants with a hundred apps each: every tenth lies idle, every seventh may too much.
fn apps() -> String {
    format!(
        "insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
         select md5('t' || t)::uuid, 'Tenant ' || t, 'en', 'IN', 'scale', 200, now() from generate_series(0, 999) t;
         insert into apps (tenant_id, id, kind, name, provider, policy_url, slot, granted, connected_at, connected_by,
                           last_used_at)
         select md5('t' || a % 1000)::uuid, md5('a' || a)::uuid,
                (array['payment', 'logistics', 'messaging', 'analytics', 'ads', 'marketplace'])[1 + a % 6],
                'App ' || md5(a::text), 'Provider ' || a % 50, 'https://provider.example/privacy', 1 + a / 1000,
                case when a % 7 = 0 then array['read_orders', 'write_shipments', 'export_customers']
                     else array['read_orders'] end,
                now() - interval '200 days' - a * interval '1 minute', 'house',
                now() - case when a % 10 = 0 then interval '95 days' else interval '1 day' end - a * interval '1 second'
           from generate_series(1, {APPS}) a;
         analyze"
    )
}
