//! Registers the server's contract, so that every query of the console is checked while it compiles.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=../server/schema.graphql");
    cynic_codegen::register_schema("rightsdesk").from_sdl_file("../server/schema.graphql")?.as_default()?;
    Ok(())
}
