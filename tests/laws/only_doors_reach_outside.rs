//! What reaches outside stands in the module that is its door, and nowhere else.

use harness::tree::sources;

/// What is named, and where it may be.
const DOORS: &[(&str, &[&str])] = &[
    (
        "diesel",
        &[
            "floor/ledger/",
            "floor/vault/",
            "floor/jobs/",
            "floor/datamap/",
            "floor/kernel/ids.rs",
            "floor/kernel/vocabulary.rs",
            "/queries.rs",
            "/queries/",
            "/tables.rs",
        ],
    ),
    ("async_graphql", &["floor/graphql/", "/graphql.rs", "/graphql/", "roof/schema.rs", "roof/http/"]),
    // The street is what others' servers would be: it answers, signs, and posts to this machine alone.
    ("axum::", &["roof/http/", "trust/web/", "roof/demo/street/"]),
    ("axum_server", &["roof/http/"]),
    // Objects and spans go to the operator's own bucket and collector, named by settings and by nobody else.
    ("reqwest", &["floor/egress/", "floor/blobs/", "roof/telemetry/", "roof/demo/street/"]),
    ("openidconnect", &["floor/issuers/"]),
    ("lettre", &["floor/mail/"]),
    ("mail_parser", &["requests/ways/mail.rs"]),
    ("rcgen", &["floor/vault/"]),
    ("object_store", &["floor/blobs/"]),
    ("aes_gcm", &["floor/vault/"]),
    ("hkdf", &["floor/vault/"]),
    // What leaves with a person is sealed in one place, and nothing that somebody sent is ever unpacked.
    ("ZipWriter", &["requests/package/"]),
    ("Encryptor", &["requests/package/"]),
    ("hmac", &["floor/vault/", "floor/platforms/signature.rs", "roof/demo/street/"]),
    ("ed25519_dalek", &["floor/vault/"]),
    (
        "std::fs",
        &[
            "floor/vault/",
            "floor/mail/",
            "floor/blobs/",
            "floor/journal/",
            "roof/cluster/",
            "roof/config/",
            "roof/commands/backlog.rs",
        ],
    ),
    ("std::env", &["roof/config/", "roof/cluster/launch.rs", "roof/cluster/find.rs"]),
    ("std::process::Command", &["roof/cluster/"]),
    ("Utc::now", &["floor/kernel/time.rs"]),
    ("Uuid::now_v7", &["floor/kernel/ids.rs"]),
    ("r2d2", &["floor/ledger/"]),
    ("PgConnection", &["floor/ledger/", "/queries.rs", "/queries/"]),
    ("println!", &[]),
    // Unwitnessed writing is for machine state alone.
    (
        ".bookkeep(",
        &[
            "floor/ledger/",
            "floor/jobs/",
            "floor/vault/",
            "tenants/actions/recognise.rs",
            "staff/sessions/actions.rs",
            "staff/sign_in/",
            "staff/provider/",
            "staff/jobs.rs",
            "audit/jobs.rs",
            "inbox/actions/receiving.rs",
            "requests/actions/at_the_page.rs",
            "calls/mod.rs",
        ],
    ),
];

#[test]
fn only_doors_reach_outside() {
    let mut trespasses = Vec::new();
    for source in sources("server/src", "rs") {
        for (line, code) in source.code() {
            for (named, doors) in DOORS {
                let inside = doors
                    .iter()
                    .any(|door| format!("/{}", source.path).contains(&format!("/{}", door.trim_start_matches('/'))));
                if names(code, named) && !inside {
                    trespasses.push(format!("server/src/{}:{line} reaches for {named}", source.path));
                }
            }
        }
    }
    assert!(trespasses.is_empty(), "\n{}", trespasses.join("\n"));
}

#[test]
fn every_door_named_here_is_used() {
    let tree = sources("server/src", "rs");
    let unused: Vec<_> = DOORS
        .iter()
        .filter(|(named, doors)| {
            !doors.is_empty() && !tree.iter().any(|source| source.code().any(|(_, code)| names(code, named)))
        })
        .map(|(named, _)| named)
        .collect();
    assert!(unused.is_empty(), "nothing reaches for {unused:?} any more: take it off the list");
}

#[test]
fn sql_stands_only_in_queries() {
    let speaks_sql = |code: &str| {
        let text = code.to_lowercase();
        ["\"select ", "\"insert into ", "\"update ", "\"delete from ", "\"with ", "sql_query("]
            .iter()
            .any(|verb| text.contains(verb))
    };
    for source in sources("server/src", "rs") {
        let at_home = ["floor/ledger/", "floor/vault/", "floor/jobs/", "floor/datamap/"]
            .iter()
            .any(|home| source.path.starts_with(home))
            || source.path.ends_with("/queries.rs")
            || source.path.contains("/queries/");
        for (line, code) in source.code() {
            assert!(at_home || !speaks_sql(code), "server/src/{}:{line} speaks SQL outside queries.rs", source.path);
        }
    }
}

/// As the head of a path, or as what is used: `hmac` is named by `hmac::Mac` and by `use hmac`, not by "hmac".
fn names(code: &str, named: &str) -> bool {
    code.match_indices(named).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + named.len()..]);
        let inside_a_word = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let a_path = after.starts_with("::") || named.contains(':') || named.ends_with(['!', '(']);
        let a_type = named.starts_with(char::is_uppercase);
        (named.starts_with('.') || !inside_a_word) && (a_path || a_type || before.ends_with("use "))
    })
}
