//! `cargo bench --bench queue`: what the queue of requests costs when it is a hundred times as long, in one run and in turns:
//! a page, a narrowed page, the last page, its numbers, the search by an address, and the same done to 10,000. Documents are
//! asked of the schema as a seat at the desk asks them, past the edge; beside them stands the same question in bare SQL, by a
//! login that nothing fences. Prints rows of `docs/benchmarks.md`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its figures, or fails")]
// An optimised build looks through every future of the schema at once, and they nest deep.
#![recursion_limit = "256"]

use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use harness::asked::{ask, done, sitting};
use harness::wishes::wish;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Role, Seat};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::kernel::{TenantId, Watch};
use rightsdesk_server::floor::regulations::Right;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const FEW: u32 = 10_000;
const MANY: u32 = 1_000_000;
const TENANTS: u32 = 200;
const ROUNDS: usize = 31;
const MAIL: &str = "asha@mail.example";

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (few, many) = (Desk::of(&runtime, FEW)?, Desk::of(&runtime, MANY)?);
    println!("| what | of 10,000 | of 1,000,000 | ratio | bare SQL of 1,000,000 | ratio |\n|---|---|---|---|---|---|");
    for question in QUESTIONS {
        let Question { what, document, bare } = question;
        row(what, || few.asks(document), || many.asks(document), || many.bare(bare));
    }
    let search = "query ($tenant: ID!, $mail: String!) { requestsOfMail(tenant: $tenant, mail: $mail) { reference } }";
    let find = |desk: &Desk<'_>| {
        let of = json!({ "tenant": tenant_node_id(desk.searched), "mail": MAIL });
        let found = desk.ask(search, of);
        assert_eq!(found["requestsOfMail"].as_array().map(Vec::len), Some(1));
    };
    let bare = format!(
        "select reference as line from requests where tenant_id = '{0}' and intake_id in
          (select intake_id from intake_identifiers where tenant_id = '{0}' and kind = 'mail' and bidx =
            (select bidx from intake_identifiers where tenant_id = '{0}' and intake_id = '{1}' limit 1))",
        many.searched.uuid(),
        many.intake
    );
    row("search by a mail address", || find(&few), || find(&many), || many.bare(&bare));
    bulk(&few, &many);
    Ok(())
}

struct Question {
    what: &'static str,
    document: &'static str,
    bare: &'static str,
}

const QUESTIONS: &[Question] = &[
    Question {
        what: "the first page of 50 by due date, with tenant, owner and what is next",
        document:
            "{ requests(first: 50) { totalCount pageInfo { hasNextPage endCursor } nodes { id reference right stage
                     nextAction isLate owner { handle } tenant { legalName } due { regime on daysLeft } } } }",
        bare: "select r.reference || r.right_code || r.stage || r.due_on || t.legal_name || i.proof as line
                 from requests r join tenants t on t.tenant_id = r.tenant_id
                 join intakes i on i.tenant_id = r.tenant_id and i.id = r.intake_id
                where r.stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not r.is_test
                order by r.due_at, r.id limit 51",
    },
    Question {
        what: "the last page of 50",
        document: "{ requests(last: 50) { pageInfo { hasPreviousPage } nodes { id reference right stage due { on } } } }",
        bare: "select reference || right_code || stage || due_on as line from requests
                where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test
                order by due_at desc, id desc limit 51",
    },
    Question {
        what: "narrowed: deletions under one regime, due within 20 days",
        document: "{ requests(first: 50, filter: { text: \"right:deletion regime:us_ca due:<20d\" }) { totalCount
                     nodes { id reference right stage due { on } } } }",
        bare: "select reference || right_code || stage || due_on as line from requests
                where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test
                  and right_code = 'deletion' and driving = 'us_ca' and due_at <= now() + interval '20 days'
                order by due_at, id limit 51",
    },
    Question {
        what: "narrowed: late",
        document: "{ requests(first: 50, filter: { text: \"late\" }) { totalCount nodes { id reference stage due { on } } } }",
        bare: "select reference || right_code || stage || due_on as line from requests
                where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test
                  and due_at <= now() and not (stage = 'paused' and target_on is null) order by due_at, id limit 51",
    },
    Question {
        what: "narrowed: a team",
        document: "{ requests(first: 50, filter: { text: \"team:team7\" }) { totalCount nodes { id reference due { on } } } }",
        bare: "select reference || right_code || stage || due_on as line from requests
                where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test and team = 'team7'
                order by due_at, id limit 51",
    },
    Question {
        what: "closed, the last that came first",
        document: "{ requests(first: 50, filter: { text: \"stage:closed\" }) { totalCount nodes { id reference outcome } } }",
        bare: "select reference || right_code || outcome as line from requests where stage = 'closed' and not is_test
                order by received_at desc, id desc limit 51",
    },
    Question {
        what: "spam",
        document: "{ requests(first: 50, filter: { text: \"is:spam\" }) { totalCount nodes { id reference outcome } } }",
        bare:
            "select reference || right_code || outcome as line from requests
                where stage = 'closed' and outcome = 'spam' and not is_test order by received_at desc, id desc limit 51",
    },
    Question {
        what: "how all that is open stands, in numbers",
        document:
            "{ requestFigures { open overdue dueSoon later days { count } waiting { what count } byRight { count }
                     bySource { count } week { received closed late medianDays } } }",
        bare: "select stage || right_code || source || count(*) as line from requests
                where stage in ('open', 'paused', 'awaiting_approval', 'in_progress') and not is_test
                group by stage, right_code, source",
    },
];

/// One line of the table: each asked in turns, after a first time that warms.
fn row(what: &str, mut few: impl FnMut(), mut many: impl FnMut(), mut bare: impl FnMut()) {
    let mut rounds: Vec<[Duration; 3]> = Vec::new();
    for _ in 0..=ROUNDS {
        rounds.push([took(&mut few), took(&mut many), took(&mut bare)]);
    }
    rounds.remove(0);
    let median = |at: usize| {
        let mut times: Vec<Duration> = rounds.iter().map(|round| round[at]).collect();
        times.sort();
        times[ROUNDS / 2]
    };
    let ratio = |one: usize, other: usize| {
        let mut ratios: Vec<f64> =
            rounds.iter().map(|round| round[one].as_secs_f64() / round[other].as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ROUNDS / 2]
    };
    let (few, many, bare) = (median(0), median(1), median(2));
    println!("| {what} | {few:.2?} | {many:.2?} | {:.2} | {bare:.2?} | {:.2} |", ratio(1, 0), ratio(1, 2));
}

fn took(work: &mut impl FnMut()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// The same done to 10,000 of a million, and to a thousand of ten thousand: what one of them costs.
fn bulk(few: &Desk<'_>, many: &Desk<'_>) {
    let (of_few, chosen_few) = few.gives_to_a_team();
    let (of_many, chosen_many) = many.gives_to_a_team();
    let begun = Instant::now();
    let mut bare = many.login();
    let updates = 1_000_u32;
    for at in 0..updates {
        let sql = format!(
            "update requests set team = 'other', version = version + 1, moved_at = now()
              where tenant_id = md5('t' || ({at} % {TENANTS}))::uuid and id = md5('r' || {at})::uuid"
        );
        sql_query(sql).execute(&mut bare).expect("an update that runs");
    }
    let alone = begun.elapsed() / updates;
    let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
    println!(
        "| given to a team, one of {chosen_many} (of {chosen_few}), each in its own write with its event | {of_few:.2?} | {of_many:.2?} \
         | {:.2} | {alone:.2?} | {:.2} |",
        ratio(of_many, of_few),
        ratio(of_many, alone)
    );
}

struct Desk<'r> {
    world: World,
    mira: Caller,
    runtime: &'r Runtime,
    searched: TenantId,
    intake: uuid::Uuid,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl<'r> Desk<'r> {
    fn of(runtime: &'r Runtime, requests: u32) -> anyhow::Result<Self> {
        let world = runtime.block_on(World::alone_under("sooperseller", Watch::host()));
        world.base.tamper(&planted(requests));
        let tenants = world.base.lines("select tenant_id::text as line from tenants where legal_name like 'Tenant %'");
        for tenant in tenants {
            let tenant = TenantId::from_uuid(tenant.parse()?);
            runtime
                .block_on(world.ledger.begin_books(&Caller::house(), tenant))
                .map_err(|error| anyhow::anyhow!("{error}"))?;
        }
        let mira = runtime.block_on(world.staff(&[Role::Support]));
        let mira = sitting(&world, mira.id, Seat::new(&[Role::Support], &[], Bounds::Desk));
        let searched = runtime.block_on(world.shop("Zaitoon Home", 0)).tenant;
        let taken = runtime.block_on(world.asks(wish(searched, &[Right::Access], MAIL)));
        world.base.tamper("analyze");
        Ok(Self { world, mira, runtime, searched, intake: taken.intake.uuid() })
    }

    fn ask(&self, document: &str, variables: Value) -> Value {
        let answer = self.runtime.block_on(ask(&self.world, Some(&self.mira), document, variables));
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    fn asks(&self, document: &str) {
        self.ask(document, json!({}));
    }

    fn login(&self) -> PgConnection {
        PgConnection::establish(self.world.base.admin.expose()).expect("the run's Postgres answers")
    }

    fn bare(&self, sql: &str) {
        thread_local! {
            static OPEN: std::cell::RefCell<Vec<(String, PgConnection)>> = const { std::cell::RefCell::new(Vec::new()) };
        }
        let url = self.world.base.admin.expose().to_owned();
        OPEN.with_borrow_mut(|open| {
            if !open.iter().any(|(known, _)| *known == url) {
                open.push((url.clone(), self.login()));
            }
            let (_, own) = open.iter_mut().find(|(known, _)| *known == url).expect("a connection");
            let rows: Vec<Line> = sql_query(sql).load(own).expect("a query that runs");
            assert!(rows.iter().all(|row| !row.line.is_empty()));
        });
    }

    /// Chooses by a filter and gives all of it to a team: what one costs, and how many there were.
    fn gives_to_a_team(&self) -> (Duration, usize) {
        const FREEZE: &str = "mutation ($input: FreezeSelectionInput!) { freezeSelection(input: $input) {
          selection { id count isCut } userErrors { message } } }";
        const ASSIGN: &str = "mutation ($input: AssignSelectionInput!) { assignSelection(input: $input) {
          results { next done refused } userErrors { message } } }";
        let begun = Instant::now();
        let input = json!({ "filter": { "text": "stage:open" } });
        let chosen = self.runtime.block_on(done(&self.world, &self.mira, FREEZE, input))["selection"].clone();
        println!("<!-- chosen in {:.2?}: {chosen} -->", begun.elapsed());
        let begun = Instant::now();
        let (mut from, mut all) = (Some(0), 0);
        while let Some(at) = from {
            let input = json!({ "selection": chosen["id"], "from": at, "first": 500, "team": "emea" });
            let part = self.runtime.block_on(done(&self.world, &self.mira, ASSIGN, input))["results"].clone();
            assert_eq!(part["refused"], 0, "{part}");
            all += usize::try_from(part["done"].as_u64().expect("a count")).expect("few");
            from = part["next"].as_i64();
        }
        (begun.elapsed() / u32::try_from(all.max(1)).unwrap_or(1), all)
    }
}

/// So many requests of two hundred tenants: one in six is worked, one in twenty is not proved, the rest is closed.
fn planted(requests: u32) -> String {
    format!(
        "insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
         select md5('t' || t)::uuid, 'Tenant ' || t, 'en', 'EU', 'growth', 3, now() from generate_series(0, {TENANTS} - 1) t;
         create temp table planted as
         select r, md5('t' || r % {TENANTS})::uuid as tenant_id, md5('r' || r)::uuid as id, md5('i' || r)::uuid as intake_id,
                now() - (r % 400) * interval '1 day' - r * interval '1 millisecond' as received_at,
                case when r % 6 = 0 then case when r % 60 = 0 then 'paused' else 'open' end
                     when r % 20 = 1 then 'received' else 'closed' end as stage
           from generate_series(0, {requests} - 1) r;
         insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof, proved_at,
                              prove_until)
         select tenant_id, intake_id, (array['web', 'mail', 'shopify', 'opendsr'])[1 + r % 4], 'processor', 'shopper', 'en', 'UTC',
                received_at, received_at, case stage when 'received' then 'none' else 'code' end,
                case stage when 'received' then null else received_at end, received_at + interval '14 days' from planted;
         insert into intake_identifiers (tenant_id, id, intake_id, kind, bidx, bidx_v, proof, proved_at)
         select tenant_id, md5('d' || r)::uuid, intake_id, 'mail', decode(md5('b' || r), 'hex'), 1,
                case stage when 'received' then 'none' else 'code' end,
                case stage when 'received' then null else received_at end from planted;
         insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at, stage,
                               opened_at, paused_on, closed_at, outcome, ground, driving, due_on, due_at, answered_at, owner_id,
                               team, moved_at)
         select tenant_id, id, intake_id, 'R-' || upper(substr(md5('r' || r), 1, 8)),
                (array['access', 'deletion', 'correction', 'portability', 'objection'])[1 + (r / 7) % 5],
                (array['web', 'mail', 'shopify', 'opendsr'])[1 + r % 4], 'processor', 'en', received_at, stage,
                case stage when 'received' then null else received_at end,
                case stage when 'paused' then 'scope_asked' end,
                case stage when 'closed' then received_at + (r % 40) * interval '1 day' end,
                case stage when 'closed' then (array['fulfilled', 'refused', 'withdrawn', 'spam'])[1 + (r / 3) % 4] end,
                case when stage = 'closed' and (r / 3) % 4 = 1 then 'exempt_data' end,
                (array['eu_gdpr', 'us_ca', 'operator_promise', 'platform_shopify'])[1 + (r / 11) % 4],
                (now() + ((r / 5) % 45 - 3) * interval '1 day')::date, now() + ((r / 5) % 45 - 3) * interval '1 day'
                  + r * interval '1 millisecond',
                case stage when 'closed' then received_at + (r % 40) * interval '1 day' end,
                null, 'team' || (r / 13) % 20, received_at from planted;
         drop table planted;
         analyze"
    )
}
