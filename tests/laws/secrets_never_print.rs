//! Types that hold secrets or people cannot be printed or serialised: not by mistake, not by a derive on something
//! that holds one.

use static_assertions::assert_not_impl_any;

use rightsdesk_server::floor::kernel::{Personal, Sealed, Secret};

assert_not_impl_any!(Secret: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(Personal: std::fmt::Debug, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(Sealed: std::fmt::Debug, std::fmt::Display, serde::Serialize);

#[test]
fn secrets_never_print() {
    let kept = harness::tree::sources("server/src", "rs");
    for source in kept {
        for (line, code) in source.code() {
            let prints = ["expose()", "disclose()"].iter().any(|clear| code.contains(clear))
                && ["format!", "write!", "tracing::", "println!", "panic!", "say("]
                    .iter()
                    .any(|out| code.contains(out));
            assert!(!prints, "server/src/{}:{line} prints a value in clear", source.path);
        }
    }
}
