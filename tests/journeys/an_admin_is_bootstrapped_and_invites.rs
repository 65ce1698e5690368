//! The story of a desk's first days: a first admin, a colleague invited by him, and both signed in with two factors.
//! Everything goes over HTTP, as a console would have it.

use std::time::Duration;

use harness::people::{ask, code, refusal};
use harness::world::World;
use rightsdesk_server::floor::kernel::{Instant, Personal, Watch};
use rightsdesk_server::staff::{SignIn, Token, seats};
use serde_json::{Value, json};

const BEGIN: &str = "mutation ($input: BeginEnrolmentInput!) { done: beginEnrolment(input: $input) {
    enrolment { secret uri } userErrors { code } } }";
const CONFIRM: &str = "mutation ($input: ConfirmEnrolmentInput!) { done: confirmEnrolment(input: $input) {
    enrolled { signIn { token stage device } recoveryCodes } userErrors { code } } }";
const INVITE: &str = "mutation ($input: InviteStaffInput!) { done: inviteStaff(input: $input) {
    invited { staff { id handle state version roles } invitation } userErrors { code field message } } }";
const CHANGE: &str = "mutation ($input: ChangeStaffInput!) { done: changeStaff(input: $input) {
    staffMember { roles version } userErrors { code } } }";
const DISABLE: &str = "mutation ($input: DisableStaffInput!) { done: disableStaff(input: $input) {
    staffMember { state } userErrors { code } } }";

/// A step of signing in, by the name of its mutation.
fn step(name: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    format!(
        "mutation ($input: {input}!) {{ done: {name}(input: $input) {{
            signIn {{ token stage mustEnrol device }} userErrors {{ code }} }} }}"
    )
}

struct Console {
    url: String,
}

impl Console {
    async fn call(&self, token: Option<&str>, document: &str, input: Value) -> Value {
        let answer = ask(&self.url, token, document, json!({ "input": input })).await;
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"]["done"].clone()
    }

    /// From an invitation to a whole session: its token, the secret of the second factor, the recovery codes.
    async fn arrive(&self, invitation: &str, password: &str, now: Instant) -> (String, String, Value) {
        let accepted = json!({ "invitation": invitation, "password": password });
        let half = self.call(None, &step("acceptInvitation"), accepted).await;
        assert_eq!(
            (&half["signIn"]["stage"], &half["signIn"]["mustEnrol"]),
            (&json!("PASSWORD"), &json!(true)),
            "{half}"
        );
        let half = text(&half["signIn"]["token"]);
        let enrolment = self.call(Some(&half), BEGIN, json!({})).await["enrolment"].clone();
        let secret = text(&enrolment["secret"]);
        assert!(text(&enrolment["uri"]).contains(&secret), "{enrolment}");
        let enrolled = self.call(Some(&half), CONFIRM, json!({ "code": code(&secret, now) })).await["enrolled"].clone();
        assert_eq!(enrolled["signIn"]["stage"], "FULL", "{enrolled}");
        let dead = ask(&self.url, Some(&half), "{ viewer { stage } }", json!({})).await;
        assert_eq!(refusal(&dead), "UNAUTHENTICATED", "the token changes when the second factor passes");
        (text(&enrolled["signIn"]["token"]), secret, enrolled["recoveryCodes"].clone())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_is_bootstrapped_and_invites() {
    let world = World::alone(Watch::held(Instant::from_micros(1_800_000_000_000_000))).await;
    let desk = world.serve().await;
    let (console, now) = (Console { url: desk.url() }, || world.tools.watch.now());

    let first =
        seats::bootstrap(&world.tools, "mira", Personal::new("Mira@Desk.Example"), &[], true).await.expect("a seat");
    let second = seats::bootstrap(&world.tools, "omar", Personal::new("omar@desk.example"), &[], true).await;
    assert_eq!(second.err().map(|error| error.code()), Some("TAKEN"), "a second first user is refused");
    let invitation = first.token.expect("an invitation").expose().to_owned();
    let weak = json!({ "invitation": invitation, "password": "miramiramira" });
    let weak = console.call(None, &step("acceptInvitation"), weak).await;
    assert_eq!(weak["userErrors"][0]["code"], "INVALID", "{weak}");
    let (admin, secret, recovery) = console.arrive(&invitation, "neem lantern bazaar orchid", now()).await;
    let again = json!({ "invitation": invitation, "password": "neem lantern bazaar orchid" });
    let again = console.call(None, &step("acceptInvitation"), again).await;
    assert_eq!(again["userErrors"][0]["code"], "EXPIRED", "an invitation is good once: {again}");

    let wish = json!({ "handle": "noor", "mail": "noor@desk.example", "roles": ["SUPPORT"], "idempotencyKey": "one" });
    let invited = console.call(Some(&admin), INVITE, wish.clone()).await["invited"].clone();
    let repeated = console.call(Some(&admin), INVITE, wish).await["invited"].clone();
    assert_eq!(repeated["staff"]["id"], invited["staff"]["id"], "the same wish is one seat");
    assert!(repeated["invitation"].is_null(), "an invitation is shown once: {repeated}");
    let taken = json!({ "handle": "noor2", "mail": " NOOR@desk.example", "roles": ["OPS"] });
    let taken = console.call(Some(&admin), INVITE, taken).await;
    assert_eq!(taken["userErrors"][0]["code"], "TAKEN", "{taken}");
    let both = json!({ "handle": "both", "mail": "both@desk.example", "roles": ["SUPPORT", "APPROVER"] });
    let both = console.call(Some(&admin), INVITE, both).await;
    assert_eq!(both["userErrors"][0]["field"], json!(["roles"]), "{both}");
    let (support, _, _) = console.arrive(&text(&invited["invitation"]), "orchid saffron river tile", now()).await;
    let seat = ask(
        &console.url,
        Some(&support),
        "{ viewer { name permissions staff { mail { masked } secondFactor } } }",
        json!({}),
    )
    .await;
    let seat = &seat["data"]["viewer"];
    assert_eq!((&seat["name"], &seat["staff"]["secondFactor"]), (&json!("noor"), &json!("TOTP")), "{seat}");
    assert!(!seat.to_string().contains("noor@"), "the mail stays masked: {seat}");

    world.later(chrono::Duration::minutes(6));
    let noor = &invited["staff"];
    let change = json!({ "id": noor["id"], "version": noor["version"], "roles": ["OPS"] });
    let stale = ask(&console.url, Some(&admin), CHANGE, json!({ "input": change })).await;
    assert_eq!(refusal(&stale), "STEP_UP_REQUIRED", "{stale}");

    let signed_in = json!({ "mail": "mira@desk.example", "password": "neem lantern bazaar orchid" });
    let half = console.call(None, &step("signIn"), signed_in.clone()).await["signIn"].clone();
    assert_eq!((&half["stage"], &half["mustEnrol"]), (&json!("PASSWORD"), &json!(false)));
    let half = text(&half["token"]);
    let nothing = ask(&console.url, Some(&half), "{ staff { totalCount } }", json!({})).await;
    assert_eq!(refusal(&nothing), "UNAUTHENTICATED", "the password alone opens nothing");
    let wrong = console.call(Some(&half), &step("confirmSignIn"), json!({ "code": "000000" })).await;
    assert_eq!(wrong["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    let whole = console.call(Some(&half), &step("confirmSignIn"), json!({ "code": code(&secret, now()) })).await;
    let admin = text(&whole["signIn"]["token"]);
    assert!(whole["signIn"]["device"].is_string(), "this console is known from now on");

    let listed =
        ask(&console.url, Some(&admin), "{ staff { totalCount nodes { id handle version } } }", json!({})).await;
    let staff = listed["data"]["staff"]["nodes"].as_array().expect("seats").clone();
    let (mira, noor) = (&staff[0], &staff[1]);
    let own = json!({ "id": mira["id"], "version": mira["version"], "roles": ["ADMIN", "OPS"] });
    assert_eq!(console.call(Some(&admin), CHANGE, own).await["userErrors"][0]["code"], "SAME_PERSON");
    let last = json!({ "id": mira["id"], "version": mira["version"] });
    assert_eq!(console.call(Some(&admin), DISABLE, last).await["userErrors"][0]["code"], "LAST_ADMIN");
    let change = json!({ "id": noor["id"], "version": noor["version"], "roles": ["OPS"] });
    let changed = console.call(Some(&admin), CHANGE, change.clone()).await;
    assert_eq!(changed["staffMember"]["roles"], json!(["OPS"]), "{changed}");
    let dead = ask(&console.url, Some(&support), "{ viewer { name } }", json!({})).await;
    assert_eq!(refusal(&dead), "UNAUTHENTICATED", "a session dies with the seat's version");
    assert_eq!(console.call(Some(&admin), CHANGE, change).await["userErrors"][0]["code"], "CONFLICT");

    let half = text(&console.call(None, &step("signIn"), signed_in).await["signIn"]["token"]);
    let code_of_paper = json!({ "recoveryCode": recovery[3].as_str().expect("a code").to_lowercase() });
    let anew = console.call(Some(&half), &step("recoverSignIn"), code_of_paper.clone()).await["signIn"].clone();
    assert_eq!((&anew["stage"], &anew["mustEnrol"]), (&json!("PASSWORD"), &json!(true)), "{anew}");
    let dead = ask(&console.url, Some(&admin), "{ viewer { name } }", json!({})).await;
    assert_eq!(refusal(&dead), "UNAUTHENTICATED", "whoever has the lost factor has nothing any more");
    let anew = text(&anew["token"]);
    let used = console.call(Some(&anew), &step("recoverSignIn"), code_of_paper).await;
    assert_eq!(used["userErrors"][0]["code"], "WRONG_CREDENTIALS", "{used}");
    let fresh = text(&console.call(Some(&anew), BEGIN, json!({})).await["enrolment"]["secret"]);
    assert_ne!(fresh, secret);
    let enrolled = console.call(Some(&anew), CONFIRM, json!({ "code": code(&fresh, now()) })).await;
    assert_eq!(enrolled["enrolled"]["recoveryCodes"].as_array().map(Vec::len), Some(10), "{enrolled}");
    desk.stop(Duration::from_secs(1)).await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_file_opens_a_desk_of_ones_own_and_no_other() {
    let mut world = World::alone(Watch::host()).await;
    let elsewhere = world.serve().await;
    let token = Token::fresh("rdf_").expect("a token");
    world.sign_in = SignIn::default().with_file(Some(token.digest));
    seats::bootstrap(&world.tools, "admin", Personal::new("admin@desk.invalid"), &[], false).await.expect("a seat");
    let local = Console { url: world.serve().await.url() };
    let shown = json!({ "token": token.text.expose() });

    let refused = ask(&elsewhere.url(), None, &step("signInWithFile"), json!({ "input": shown })).await;
    assert_eq!(refused["data"]["done"]["userErrors"][0]["code"], "REFUSED", "{refused}");
    let wrong = local.call(None, &step("signInWithFile"), json!({ "token": "rdf_guessed" })).await;
    assert_eq!(wrong["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    let first = local.call(None, &step("signInWithFile"), shown.clone()).await["signIn"].clone();
    let second = local.call(None, &step("signInWithFile"), shown).await["signIn"].clone();
    assert_eq!(first["stage"], "FULL", "{first}");
    assert_ne!(first["token"], second["token"], "shown again, it is shown afresh");

    let invite = json!({ "handle": "mira", "mail": "mira@desk.example", "roles": ["ADMIN"] });
    let invited = local.call(Some(&text(&second["token"])), INVITE, invite).await;
    assert_eq!(invited["invited"]["staff"]["state"], "INVITED", "{invited}");
}
