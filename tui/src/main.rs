//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    rightsdesk::cli::main()
}
