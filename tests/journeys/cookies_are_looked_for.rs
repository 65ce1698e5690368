//! A desk visits its own pages as a stranger does, and says what browsers are given there.

use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::Html;
use axum::routing::get;
use harness::asked::{ask, desk_seat, done};
use harness::world::{World, forenoon};
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::kernel::Watch;
use serde_json::{Value, json};

const ALL: &str = "{ promises(first: 100) { nodes { id text } } }";
const CHECK: &str = "mutation ($input: CheckPromiseInput!) { checkPromise(input: $input) {
  promise { standing figure why } userErrors { code } } }";
const SAID: &str = "SooperSeller uses only essential cookies required for platform functionality";

const OWN: &str = "default-src 'none'; style-src 'self'";
const OTHERS: &str = "default-src 'self'; script-src 'self' https://metrics.example";

async fn looked(world: &World) -> Value {
    let ops = desk_seat(world, &[Role::Ops]);
    let all = ask(world, Some(&ops), ALL, json!({})).await["data"]["promises"]["nodes"].clone();
    let said = all.as_array().expect("promises").iter().find(|one| one["text"] == SAID).expect("it is promised");
    done(world, &ops, CHECK, json!({ "id": said["id"] })).await["promise"].clone()
}

fn why(look: &Value) -> &str {
    look["why"].as_str().unwrap_or("nothing")
}

/// A place that is not ours: its first page leads to a second, which is given with these headers.
async fn elsewhere(headers: &'static [(HeaderName, &'static str)]) -> String {
    let first =
        || async { ([(header::CONTENT_SECURITY_POLICY, OWN)], Html("<p><a class=\"x\" href=\"/more?a=1&amp;b=2\">")) };
    let more = move || async move {
        let mut answer = axum::response::IntoResponse::into_response(Html("<p>More</p>"));
        for (name, value) in headers {
            answer.headers_mut().append(name, value.parse().expect("a value"));
        }
        answer
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("its address");
    let router = Router::new().route("/trust", get(first)).route("/more", get(more));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{at}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_a_desk_set_no_cookie_and_load_nothing_from_others() {
    let mut world = World::alone(Watch::held(forenoon())).await;
    let unknown = looked(&world).await;
    assert_eq!(unknown["standing"], "NOT_YET_MEASURED", "it knows no address of its own: {unknown}");
    assert!(why(&unknown).contains("http.public_url"), "{unknown}");

    world.found_at("http://127.0.0.1:9");
    let nobody = looked(&world).await;
    assert_eq!(nobody["standing"], "AT_RISK", "nobody answers there: {nobody}");
    assert!(why(&nobody).contains("http://127.0.0.1:9"), "{nobody}");

    let desk = world.serve().await;
    world.found_at(&desk.url());
    let kept = looked(&world).await;
    assert_eq!(kept["standing"], "HOLDS", "{kept}");
    let pages: usize = kept["figure"].as_str().and_then(|told| told.split(' ').next()?.parse().ok()).expect("a number");
    assert!(pages > 6 && kept["figure"] == format!("{pages} pages, 0 cookies"), "{kept}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_beyond_the_list_and_a_part_from_elsewhere_are_seen() {
    let mut world = World::alone(Watch::held(forenoon())).await;
    let session: (HeaderName, &str) = (header::SET_COOKIE, "session=x; HttpOnly; Secure");
    let tracks: (HeaderName, &str) = (header::SET_COOKIE, "_ga=GA1.2; Domain=.example");
    let (own, others) = ((header::CONTENT_SECURITY_POLICY, OWN), (header::CONTENT_SECURITY_POLICY, OTHERS));
    for (headers, standing, told) in [
        (vec![own.clone(), session.clone()], "HOLDS", "nothing"),
        (vec![own, session, tracks], "BROKEN", "/more sets _ga, which is not listed as essential"),
        (vec![others], "BROKEN", "/more may load parts from https://metrics.example"),
        (vec![], "BROKEN", "/more says nothing of where its parts come from"),
    ] {
        world.found_at(&elsewhere(headers.leak()).await);
        let look = looked(&world).await;
        assert_eq!((&look["standing"], why(&look)), (&json!(standing), told), "{look}");
    }
}
