//! Cookies, as whoever opens the pages gets them. The desk visits its own public pages at the address where people reach
//! it, from the first one on along every link; it signs in nowhere, and sends nothing along.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use url::Url;

use super::{Asked, Check, Look};
use crate::floor::egress::{Answer, Call, Consignment};
use crate::floor::kernel::{Error, Result};

pub const CHECK: Check = Check::hourly(
    "cookies_essential",
    "the cookies that are named, or all of the policy's, are listed as essential; the public pages of this desk, visited as a \
     stranger visits them, set no other; and each page forbids browsers to load anything from elsewhere",
    "{ policy { cookies { title isEssential } } }",
    |asked| look(asked).boxed(),
);

/// Where a visit begins.
const FIRST: &str = "/trust";

/// How many pages a visit sees at most.
const MOST: usize = 100;

async fn look(asked: Asked) -> Result<Look> {
    let first = Url::parse(&asked.tools.public_url).and_then(|home| home.join(FIRST)).ok();
    let Some(first) = first.filter(|first| asked.tools.egress.permits(first)) else {
        return Ok(Look::nothing_yet(
            "this desk does not know the address where people reach it: set http.public_url to one that it can call",
        ));
    };
    let seen = visit(&asked, first).await?;
    let mut faults = not_essential(&asked);
    faults.extend(seen.faults);
    let figure = format!("{} pages, {} cookies", seen.pages, seen.cookies.len());
    Ok(match (&faults[..], seen.unread) {
        ([_, ..], _) => Look::unless(figure, &faults),
        ([], _) if seen.pages == 0 => Look::at_risk("0 pages", unreached(&asked)),
        ([], Some(page)) => Look::at_risk(figure, format!("{page} gave no whole answer")),
        ([], None) => Look::holds(figure),
    })
}

fn unreached(asked: &Asked) -> String {
    format!("no page answered at {}: see that http.public_url is where people reach this desk", asked.tools.public_url)
}

/// Those of the policy's cookies that the promise is about and that are not essential, or not there.
fn not_essential(asked: &Asked) -> Vec<String> {
    let listed = &asked.policy().cookies;
    let is_listed = |code: &&String| listed.iter().any(|cookie| cookie.code.get_ref() == *code);
    let missing =
        asked.of.iter().filter(|code| !is_listed(code)).map(|code| format!("the policy lists no cookie {code}"));
    let about = listed.iter().filter(|cookie| asked.is_about(cookie.code.get_ref()));
    let other =
        about.filter(|cookie| !cookie.essential).map(|cookie| format!("{} is not essential", cookie.code.get_ref()));
    missing.chain(other).collect()
}

/// What a visit saw.
#[derive(Default)]
struct Seen {
    pages: usize,
    /// By name.
    cookies: BTreeSet<String>,
    faults: Vec<String>,
    /// The page that gave no whole answer, where the visit ended.
    unread: Option<String>,
}

async fn visit(asked: &Asked, first: Url) -> Result<Seen> {
    let essential = |name: &str| {
        asked.policy().cookies.iter().any(|cookie| cookie.essential && cookie.code.get_ref().eq_ignore_ascii_case(name))
    };
    let (mut seen, mut known, mut ahead) = (Seen::default(), BTreeSet::from([first.clone()]), vec![first]);
    while let Some(at) = ahead.pop() {
        let what = Consignment::NoPersonalData { to: "our own pages" };
        let answer = match asked.tools.egress.send(what, Call::page(at.clone())).await {
            Ok(answer) => answer,
            Err(Error::Unavailable { .. }) => {
                seen.unread = Some(at.path().to_owned());
                break;
            }
            Err(error) => return Err(error),
        };
        for name in answer.headers("set-cookie").filter_map(|cookie| cookie.split('=').next()).map(str::trim) {
            if seen.cookies.insert(name.to_owned()) && !essential(name) {
                seen.faults.push(format!("{} sets {name}, which is not listed as essential", at.path()));
            }
        }
        if !answer.headers("content-type").any(|kind| kind.starts_with("text/html")) {
            continue;
        }
        seen.pages += usize::from(answer.is_success());
        seen.faults.extend(loads(&answer).map(|what| format!("{} {what}", at.path())));
        let links = links(&answer.text(), &at);
        ahead.extend(links.into_iter().filter(|to| known.len() < MOST && known.insert(to.clone())));
    }
    Ok(seen)
}

/// What a page lets browsers load from elsewhere. They load what its content security policy allows and nothing else.
fn loads(page: &Answer) -> Option<String> {
    let policies: Vec<&str> = page.headers("content-security-policy").collect();
    let directives = || policies.iter().flat_map(|policy| policy.split([';', ','])).map(str::trim);
    if !directives().any(|one| one.starts_with("default-src ")) {
        return Some("says nothing of where its parts come from".to_owned());
    }
    let mut sources = directives().flat_map(|one| one.split_whitespace().skip(1));
    let other = sources.find(|source| !source.starts_with('\'') || *source == "'strict-dynamic'")?;
    Some(format!("may load parts from {other}"))
}

/// The pages of the same desk that this one leads to.
fn links(page: &str, at: &Url) -> Vec<Url> {
    let ends = page.split("<a ").skip(1).filter_map(|rest| rest.split('>').next());
    let addresses = ends.filter_map(|tag| tag.split("href=\"").nth(1)?.split('"').next());
    let all = addresses.filter_map(|address| at.join(&address.replace("&amp;", "&")).ok());
    let own = all.filter(|to| to.origin() == at.origin()).map(|mut to| {
        to.set_fragment(None);
        to
    });
    own.collect()
}
