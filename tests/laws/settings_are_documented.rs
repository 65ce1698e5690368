//! README's table is the list of settings, neither more nor less.

use std::fmt::Write;

use harness::tree::{must_equal, root};
use rightsdesk_server::SETTINGS;

const BEGIN: &str = "<!-- settings -->\n";
const END: &str = "<!-- /settings -->";

#[test]
fn settings_are_documented() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let (before, rest) = readme.split_once(BEGIN).expect("the table's beginning is marked");
    let (_, after) = rest.split_once(END).expect("the table's end is marked");
    must_equal("README.md", &format!("{before}{BEGIN}{}{END}{after}", table()));
}

fn table() -> String {
    let mut table = String::from("| in the file | flag | variable | default | what it is |\n|---|---|---|---|---|\n");
    for setting in SETTINGS {
        let flag = if setting.secret { "none: a secret".to_owned() } else { format!("`--{}`", setting.flag()) };
        let default = if setting.default.is_empty() { String::new() } else { format!("`{}`", setting.default) };
        let _ = writeln!(
            table,
            "| `{}` | {flag} | `{}` | {default} | {} |",
            setting.key,
            setting.variable(),
            setting.help.replace('|', "\\|")
        );
    }
    table
}
