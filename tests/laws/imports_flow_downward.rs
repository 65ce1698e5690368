//! A module names only what stands to its left in the order that `lib.rs` publishes.

use std::collections::HashMap;

use harness::tree::{Source, sources};

#[test]
fn imports_flow_downward() {
    let tree = sources("server/src", "rs");
    let order = published_order(&tree);
    let mut trespasses = Vec::new();
    let mut edges = 0;
    for source in tree.iter().filter(|source| !is_frame(&source.path)) {
        let own = module_of(&source.path);
        let Some(&here) = order.get(own.as_str()) else {
            panic!("{} belongs to the module `{own}`, which lib.rs gives no place in the order", source.path);
        };
        for (line, code) in source.code() {
            for named in named_modules(&source.path, code) {
                if named == own {
                    continue;
                }
                let Some(&there) = order.get(named.as_str()) else {
                    panic!("{}:{line} names `{named}`, which lib.rs gives no place in the order", source.path);
                };
                edges += 1;
                if there >= here {
                    trespasses.push(format!("server/src/{}:{line} names {named}", source.path));
                }
            }
        }
    }
    assert!(edges > 50, "the law saw only {edges} imports: it reads the sources wrongly");
    assert!(trespasses.is_empty(), "\n{}", trespasses.join("\n"));
}

#[test]
fn only_one_file_of_the_console_names_the_server() {
    for source in sources("tui/src", "rs") {
        let names = source.code().any(|(_, code)| code.contains("rightsdesk_server"));
        assert!(!names || source.path == "local.rs", "tui/src/{} names the server; only local.rs may", source.path);
    }
}

#[test]
fn the_pure_half_of_the_console_knows_no_terminal_and_no_runtime() {
    for source in sources("tui/src/core", "rs") {
        for (line, code) in source.code() {
            for outside in ["ratatui", "crossterm", "tokio", "reqwest", "Utc::now"] {
                assert!(!code.contains(outside), "tui/src/core/{}:{line} names {outside}", source.path);
            }
        }
    }
}

/// Crate and folder heads: they list modules and re-export, which is no import.
fn is_frame(path: &str) -> bool {
    matches!(path, "lib.rs" | "main.rs" | "floor/mod.rs" | "roof/mod.rs")
}

/// `floor/ledger/pin.rs` → `ledger`, `roof/boot.rs` → `boot`, `requests/stage.rs` → `requests`.
fn module_of(path: &str) -> String {
    let mut parts = path.trim_end_matches(".rs").split('/');
    let first = parts.next().unwrap_or_default();
    if matches!(first, "floor" | "roof") { parts.next().unwrap_or_default() } else { first }.to_owned()
}

/// The modules of the order that one line names, by `crate::…` or by `super::…` out of its own module.
fn named_modules(path: &str, code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate` in a macro is still this crate; `other_crate::` is not.
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let rest = rest.strip_prefix("floor::").or_else(|| rest.strip_prefix("roof::")).unwrap_or(rest);
        named.extend(heads(rest));
    }
    // `super::` is resolved against the file's own place: from `roof/boot.rs` one step up is the roof itself.
    let mut place: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    if place.last() == Some(&"mod") {
        place.pop();
    }
    let mut rest = code;
    while let Some(at) = rest.find("super::") {
        rest = &rest[at..];
        let mut up = 0;
        while let Some(further) = rest.strip_prefix("super::") {
            (rest, up) = (further, up + 1);
        }
        let frame = usize::from(matches!(place[0], "floor" | "roof"));
        if place.len().checked_sub(up) == Some(frame) {
            named.extend(heads(rest));
        }
    }
    named
}

/// The first word of a path, or the first words of each path in a group.
fn heads(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    let words = match rest.strip_prefix('{') {
        Some(group) => group.split('}').next().unwrap_or_default().split(',').map(word).collect(),
        None => vec![word(rest)],
    };
    let is_module = |word: &String| {
        word.starts_with(|letter: char| letter.is_ascii_lowercase()) && !matches!(word.as_str(), "floor" | "roof")
    };
    words.into_iter().filter(is_module).collect()
}

/// Module → rank; siblings share one. Read from the block that begins with `kernel <`.
fn published_order(tree: &[Source]) -> HashMap<String, usize> {
    let lib = tree.iter().find(|source| source.path == "lib.rs").expect("lib.rs");
    let block: String = lib
        .text
        .lines()
        .skip_while(|line| !line.contains("```text"))
        .skip(1)
        .take_while(|line| !line.contains("```"))
        .map(|line| line.trim_start_matches("//!").trim())
        .collect::<Vec<_>>()
        .join(" ");
    let mut order = HashMap::new();
    for (rank, siblings) in block.split('<').enumerate() {
        for module in siblings.split(',').map(str::trim).filter(|module| !module.is_empty()) {
            order.insert(module.to_owned(), rank);
        }
    }
    assert!(order.contains_key("kernel") && order.len() > 10, "lib.rs publishes no order");
    order
}
