//! Puts the files of some folders into the program, sorted by name: a new policy, law or language needs no line anywhere.

use std::fmt::Write;
use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    gather("policies", "policies.rs")?;
    gather("regimes", "regimes.rs")?;
    gather("regimes/calendars", "calendars.rs")?;
    gather("src/processors/words", "notices.rs")?;
    gather("src/requests/letters/words", "letters.rs")?;
    gather("src/requests/package/words", "packages.rs")?;
    gather("src/trust/words", "words.rs")
}

/// Name and text of each TOML file of a folder, as a list in Rust.
#[expect(clippy::disallowed_methods, reason = "what cargo and its build scripts say to each other")]
fn gather(folder: &str, into: &str) -> io::Result<()> {
    println!("cargo::rerun-if-changed={folder}");
    let mut names: Vec<String> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort_unstable();
    let list = names.iter().fold(String::new(), |mut list, name| {
        let _ = writeln!(
            list,
            "({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{folder}/{name}.toml\"))),"
        );
        list
    });
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no OUT_DIR"))?;
    fs::write(Path::new(&out).join(into), format!("&[\n{list}]\n"))
}
