//! Puts every file of `policies/` into the program, sorted by name: a new policy needs no line anywhere.

use std::fmt::Write;
use std::{env, fs, io, path::Path};

#[expect(clippy::disallowed_methods, reason = "what cargo and its build scripts say to each other")]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=policies");
    let mut names: Vec<String> = fs::read_dir("policies")?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort_unstable();
    let list = names.iter().fold(String::new(), |mut list, name| {
        let _ = writeln!(
            list,
            "({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/policies/{name}.toml\"))),"
        );
        list
    });
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no OUT_DIR"))?;
    fs::write(Path::new(&out).join("policies.rs"), format!("&[\n{list}]\n"))
}
