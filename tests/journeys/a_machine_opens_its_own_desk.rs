//! The whole program on a machine of one's own: its token file signs in, and seats are made from the command line.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use harness::people::ask;
use harness::program::{Program, command};
use harness::scratch;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

fn start(data: &Path) -> Program {
    let mut serve = command(data, &["serve", "--http-listen", "127.0.0.1:0", "--graphql-documents", "any"]);
    serve.env("RIGHTSDESK_LOG_FILTER", "warn");
    Program::run(serve)
}

fn stop(mut program: Program) {
    program.signal(Signal::SIGTERM);
    program.child.wait().expect("stopped");
}

fn run(data: &Path, words: &[&str]) -> Output {
    command(data, words).output().expect("it ran")
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

async fn shows_file(url: &str, token: &str) -> Value {
    let document = "mutation ($input: SignInWithFileInput!) { signInWithFile(input: $input) {
        signIn { token stage } userErrors { code } } }";
    ask(url, None, document, json!({ "input": { "token": token } })).await["data"]["signInWithFile"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_opens_its_own_desk() {
    let data = scratch::folder("own-machine").expect("a folder").join("desk");
    let program = start(&data);
    let place = data.join("token");
    let token = std::fs::read_to_string(&place).expect("a token file");
    assert_eq!(std::fs::metadata(&place).expect("a file").permissions().mode() & 0o777, 0o600);

    let signed_in = shows_file(&program.url, &token).await;
    assert_eq!(signed_in["signIn"]["stage"], "FULL", "{signed_in}");
    let bearer = signed_in["signIn"]["token"].as_str().expect("a token").to_owned();
    let who = "{ viewer { name session { method source } staff { roles state } } }";
    let who = ask(&program.url, Some(&bearer), who, json!({})).await["data"]["viewer"].clone();
    assert_eq!(who["name"], "admin", "{who}");
    assert_eq!(who["session"], json!({ "method": "FILE", "source": "127.0.0.0/24" }));
    assert_eq!(who["staff"], json!({ "roles": ["ADMIN"], "state": "ACTIVE" }));

    let second = run(&data, &["bootstrap", "--mail", "mira@desk.example", "--handle", "mira"]);
    assert!(!second.status.success() && said(&second.stderr).contains("a seat already"), "{}", said(&second.stderr));
    let flawed =
        ["staff", "add", "--mail", "x@desk.example", "--handle", "x", "--role", "support", "--role", "approver"];
    let flawed = run(&data, &flawed);
    assert!(!flawed.status.success() && said(&flawed.stderr).contains("roles:"), "{}", said(&flawed.stderr));
    let added = run(&data, &["staff", "add", "--mail", "noor@desk.example", "--handle", "noor", "--role", "support"]);
    let invitation = said(&added.stdout);
    assert!(added.status.success() && invitation.starts_with("rdi_"), "{}", said(&added.stderr));
    let renewed = said(&run(&data, &["staff", "renew", "--handle", "noor"]).stdout);
    let accept = "mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
        signIn { stage mustEnrol } userErrors { code } } }";
    for (invitation, wanted) in [(invitation, "EXPIRED"), (renewed, "PASSWORD")] {
        let input = json!({ "input": { "invitation": invitation, "password": "orchid saffron river tile" } });
        let accepted = ask(&program.url, None, accept, input).await["data"]["acceptInvitation"].clone();
        assert!(accepted.to_string().contains(wanted), "{accepted}");
    }

    stop(program);
    let program = start(&data);
    let another = std::fs::read_to_string(&place).expect("a token file");
    assert_ne!(token, another, "another at each start");
    assert_eq!(shows_file(&program.url, &token).await["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    assert_eq!(shows_file(&program.url, &another).await["signIn"]["stage"], "FULL");
    stop(program);
}
