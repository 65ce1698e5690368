//! Every figure that is counted is described for whoever reads it, and none is described that nobody counts.

use std::collections::BTreeSet;

use harness::tree::sources;
use rightsdesk_server::roof::telemetry::FIGURES;

#[test]
fn figures_are_described() {
    let mut counted = BTreeSet::new();
    for source in sources("server/src", "rs") {
        let text: String = source.code().map(|(_, code)| code.trim()).collect();
        for kind in ["counter!(", "gauge!(", "histogram!("] {
            for (at, _) in text.match_indices(kind) {
                let name = text[at + kind.len()..].split('"').nth(1).unwrap_or_default();
                counted.insert(name.to_owned());
            }
        }
    }
    let described: BTreeSet<String> = FIGURES.iter().map(|figure| figure.name.to_owned()).collect();
    assert_eq!(counted, described);
    assert!(described.iter().all(|name| name.starts_with("rightsdesk_")));
}
