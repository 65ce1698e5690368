//! A desk under one policy, and a walk over the claims of the page it was written from. Each claim is looked for twice: as
//! a program finds it, in the API that needs no key, and as a person reads it, on the trust pages. What was missed is told
//! together at the end. What a claim expects is typed from the page, and never read from the policy.

use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::{DateTime, Utc};
use harness::asked::{ask, desk_seat, done};
use harness::page::Page;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::kernel::{Instant, Watch};
use rightsdesk_server::roof::http::Listening;
use serde_json::{Value, json};

use super::claims::{Claim, Sight};
use super::seen::{Seen, rows, word, words};

const POLICY: &str = "query ($locale: String) { policy(locale: $locale) { title locales effectiveOn forbids platforms
  operator { name contact role } region { home pinned }
  categories { code title sources fields { name title isPersonal isReceived isStored } }
  scopes { platform name reason categories writes } purposes { code title ground needs }
  recipients { code name kind service purposes policyUrl regions } matrix { destinations rows { field title forms } }
  retention { title anchor ending window { unit count words } } keeps { title ground }
  rights { right title regimes answer { unit count } } cookies { title isEssential } duties { of text }
  appKinds { title touches needs stays } } }";
const PROMISES: &str = "{ promises(first: 100) { totalCount nodes { section text how why standing } } }";
const CHECK: &str = "mutation ($input: CheckPromiseInput!) { checkPromise(input: $input) {
  promise { standing figure why } userErrors { code } } }";
const PATHS: [&str; 7] = ["", "/scopes", "/data", "/processors", "/retention", "/fields", "/promises"];

/// A desk that was started under a policy, and what was missed there.
pub struct Walk {
    pub world: World,
    pub ops: Caller,
    desk: Listening,
    name: &'static str,
    missed: Vec<String>,
}

impl Walk {
    pub async fn begin(name: &'static str) -> Self {
        let at = Instant::from_utc("2026-11-21T09:00:00Z".parse::<DateTime<Utc>>().expect("a time"));
        let mut world = World::alone_under(name, Watch::held(at)).await;
        let (desk, ops) = (world.serve().await, desk_seat(&world, &[Role::Ops]));
        world.found_at(&desk.url());
        Self { world, ops, desk, name, missed: Vec::new() }
    }

    /// Each claim of the page, one by one; and no promise is made that the page does not make.
    pub async fn claims(&mut self, parts: &[&[Claim]]) {
        let seen = self.see().await;
        let claims = || parts.iter().copied().flatten();
        for Claim(words, sights) in claims() {
            assert!(!sights.is_empty(), "{words}: nothing is looked for");
            for sight in *sights {
                self.missed.extend(seen.misses(sight).into_iter().map(|miss| format!("{words}: {miss}")));
            }
        }
        let said = claims().flat_map(|Claim(_, sights)| *sights).filter_map(|sight| match sight {
            Sight::Said(text, _) | Sight::Unmeasured(text, _) => Some(*text),
            _ => None,
        });
        let made: Vec<_> = seen.promises.iter().map(|promise| word(&promise["text"])).collect();
        self.same("The desk promises what the page says, in its order", &made, &said.collect::<Vec<_>>());
    }

    async fn see(&self) -> Seen {
        let policy = ask(&self.world, None, POLICY, json!({})).await["data"]["policy"].clone();
        let answer = ask(&self.world, None, PROMISES, json!({})).await;
        let promises = answer["data"]["promises"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
        let mut pages = BTreeMap::new();
        for path in PATHS {
            pages.insert(path.to_owned(), self.page(path).await);
            for other in words(&policy["locales"]).into_iter().skip(1) {
                pages.insert(format!("{other}{path}"), self.page(&format!("{path}?lang={other}")).await);
            }
        }
        Seen { policy, promises, pages }
    }

    /// A trust page, as a stranger reads it now.
    pub async fn page(&self, path: &str) -> Page {
        let page = Page::open(&self.desk, &format!("/trust{path}")).await;
        assert_eq!(page.status, 200, "{path}");
        page
    }

    /// What a question answers the desk's own people.
    pub async fn asked(&self, document: &str, variables: Value) -> Value {
        let answer = ask(&self.world, Some(&self.ops), document, variables).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// Whether this secret stands anywhere in the database as it was given.
    pub fn is_stored_in_clear(&self, secret: &str) -> bool {
        let tables = "select format('%I', relname) as line from pg_class
            where relkind = 'r' and relnamespace = 'public'::regnamespace";
        let hex = secret.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        self.world.base.lines(tables).iter().any(|table| {
            let rows = self.world.base.lines(&format!("select t::text as line from {table} as t"));
            rows.iter().any(|row| row.contains(secret) || row.contains(&hex))
        })
    }

    /// Somebody looks now, and the promise stands like this: in the API, and on the page.
    pub async fn stands(&mut self, text: &str, wanted: &str) {
        let find = "{ promises(first: 100) { nodes { id code text } } }";
        let all = self.asked(find, json!({})).await["promises"]["nodes"].clone();
        let Some(promise) = rows(&all).find(|one| one["text"] == text) else {
            return self.so(text, false, "nobody promises it");
        };
        let looked = done(&self.world, &self.ops, CHECK, json!({ "id": promise["id"] })).await["promise"].clone();
        self.same(text, &looked["standing"], &wanted);
        let page = self.page("/promises").await;
        let told = page.id(&format!("promise-{}", word(&promise["code"]))).text().to_lowercase();
        self.so(text, told.contains(&wanted.to_lowercase().replace('_', " ")), told);
    }

    /// A claim that shows by what the desk does.
    pub fn so(&mut self, claim: &str, is_so: bool, found: impl Display) {
        if !is_so {
            self.missed.push(format!("{claim}: {found}"));
        }
    }

    pub fn same<L: std::fmt::Debug + PartialEq<R>, R: std::fmt::Debug>(&mut self, claim: &str, found: &L, wanted: &R) {
        if found != wanted {
            self.missed.push(format!("{claim}: {found:?}, and the page says {wanted:?}"));
        }
    }

    /// Everything that was missed.
    pub fn end(self) {
        assert!(self.missed.is_empty(), "{} misses of {}:\n{}", self.name, self.missed.len(), self.missed.join("\n"));
    }
}
