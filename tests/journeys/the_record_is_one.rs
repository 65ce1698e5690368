//! The record of processing is the same whoever asks for it and in whatever form: by the API, as JSON and as a table.

use std::path::Path;

use harness::people::ask;
use harness::program::{Program, command};
use harness::scratch;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

const RECORD: &str = "query ($part: RecordPart!) { recordOfProcessing(part: $part) { policy version
  controller { name contact site country representative protectionOfficer } onBehalfOf { id name region }
  entries { purpose ground subjects data { category fields tables } recipients { name service regions transfer }
    erasure { title window anchor keptUnder } } security } }";

fn record(data: &Path, words: &[&str]) -> String {
    let said = command(data, &[&["record"], words].concat()).output().expect("it ran");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).expect("text")
}

/// The token file's seat.
async fn bearer(url: &str, data: &Path) -> String {
    let document = "mutation ($input: SignInWithFileInput!) { signInWithFile(input: $input) { signIn { token } } }";
    let token = std::fs::read_to_string(data.join("token")).expect("a token file");
    let signed_in = ask(url, None, document, json!({ "input": { "token": token } })).await;
    signed_in["data"]["signInWithFile"]["signIn"]["token"].as_str().expect("a token").to_owned()
}

fn texts(list: &Value, text: impl Fn(&Value) -> String) -> String {
    list.as_array().expect("a list").iter().map(text).collect::<Vec<_>>().join("; ")
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A line of the table, from what the JSON says of the same purpose.
fn line(record: &Value, entry: &Value) -> Vec<String> {
    let operator = &record["operator"];
    let leaving = |one: &&Value| !one["transfer"].is_null();
    let leaves: Vec<Value> = entry["recipients"].as_array().expect("a list").iter().filter(leaving).cloned().collect();
    let plain = |list: &Value, by: &str| list.as_array().expect("a list").iter().map(word).collect::<Vec<_>>().join(by);
    vec![
        word(&record["part"]),
        word(&record["policy"]),
        record["version"].to_string(),
        format!("{}, {}", word(&operator["name"]), word(&operator["country"])),
        word(&operator["contact"]),
        word(&operator["representative"]),
        word(&operator["protectionOfficer"]),
        texts(&record["onBehalfOf"], |one| {
            format!("{} ({}, {})", word(&one["name"]), word(&one["region"]), word(&one["id"]))
        }),
        word(&entry["purpose"]),
        word(&entry["ground"]),
        plain(&entry["subjects"], "; "),
        texts(&entry["data"], |data| format!("{}: {}", word(&data["category"]), plain(&data["fields"], ", "))),
        texts(&entry["recipients"], |one| format!("{}: {}", word(&one["name"]), word(&one["service"]))),
        texts(&json!(leaves), |one| {
            format!("{} ({}): {}", word(&one["name"]), plain(&one["regions"], ", "), word(&one["transfer"]))
        }),
        texts(&entry["erasure"], |limit| {
            let kept = limit["keptUnder"].as_str().map(|ground| format!(", kept under {ground}")).unwrap_or_default();
            format!("{}: {} from {}{kept}", word(&limit["title"]), word(&limit["window"]), word(&limit["anchor"]))
        }),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_record_is_one() {
    let data = scratch::folder("record").expect("a folder").join("desk");
    let mut serve = command(&data, &["serve", "--http-listen", "127.0.0.1:0", "--graphql-documents", "any"]);
    serve.env("RIGHTSDESK_LOG_FILTER", "warn");
    let mut program = Program::run(serve);
    let bearer = bearer(&program.url, &data).await;
    let open =
        "mutation ($input: OpenTenantInput!) { openTenant(input: $input) { tenant { id } userErrors { code field } } }";
    // A merchant whose name a spreadsheet would reckon with, were it first in its cell.
    let input = json!({ "legalName": "=1+1 \"Zaitoon\", Ltd", "locale": "en", "region": "EU", "plan": "growth",
                        "appSlots": 3, "ourRole": "PROCESSOR" });
    let opened = ask(&program.url, Some(&bearer), open, json!({ "input": input })).await;
    assert!(opened["data"]["openTenant"]["tenant"]["id"].is_string(), "{opened}");

    for part in ["controller", "processor"] {
        let text = record(&data, &["--part", part]);
        assert_eq!(text, record(&data, &["--part", part, "--format", "json"]), "JSON unless something else is asked");
        let told: Value = serde_json::from_str(&text).expect("JSON");
        let asked = ask(&program.url, Some(&bearer), RECORD, json!({ "part": part.to_uppercase() })).await;
        let asked = &asked["data"]["recordOfProcessing"];
        assert_eq!(asked["controller"], told["operator"]);
        for field in ["policy", "version", "onBehalfOf", "entries", "security"] {
            assert_eq!(asked[field], told[field], "{part}: {field}");
        }
        let entries = told["entries"].as_array().expect("entries");
        assert!(!entries.is_empty(), "{part} says nothing");
        assert_eq!(told["onBehalfOf"].as_array().map(Vec::len), Some(usize::from(part == "processor")));

        let table = record(&data, &["--part", part, "--format", "csv"]);
        let mut read = csv::ReaderBuilder::new().has_headers(true).from_reader(table.as_bytes());
        let rows: Vec<Vec<String>> =
            read.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
        assert_eq!(rows.len(), entries.len() + 1, "a line per purpose, and one of what is done for security");
        for (row, entry) in rows.iter().zip(entries) {
            let unguarded: Vec<String> =
                row.iter().map(|cell| cell.strip_prefix('\'').unwrap_or(cell).to_owned()).collect();
            assert_eq!(unguarded, line(&told, entry), "{part}");
        }
        assert_eq!(
            rows[entries.len()][8..12],
            ["Security measures", "", "", &texts(&told["security"], word)].map(str::to_owned)
        );
        for cell in rows.iter().flatten() {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "a spreadsheet would reckon with {cell}"
            );
        }
    }
    program.signal(Signal::SIGTERM);
    program.child.wait().expect("stopped");
}
