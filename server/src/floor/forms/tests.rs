use serde_json::Value;

use super::*;

fn cases(file: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).expect("JSON");
    file["cases"].as_array().expect("cases").clone()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[test]
fn every_value_is_normalised_and_hashed_as_meta_does() {
    let cases = cases(include_str!("vectors/meta_normalise.json"));
    assert_eq!(cases.len(), 16);
    for case in cases {
        let kind = Meta::from_code(case["field"].as_str().expect("a field")).expect("a kind");
        let input = case["input"].as_str().expect("an input");
        assert_eq!(kind.normal(input), text(&case["normalized"]), "{case}");
        assert_eq!(hashed(kind, input), text(&case["sha256"]), "{case}");
    }
}

#[test]
fn every_address_is_cut_short_or_refused() {
    let cases = cases(include_str!("vectors/ip_anonymise.json"));
    assert_eq!(cases.len(), 9);
    for case in cases {
        let cut = truncated(case["input"].as_str().expect("an input"));
        assert_eq!(cut, text(&case["output"]), "{case}");
        let again = cut.as_deref().and_then(truncated);
        assert_eq!(again, cut, "what is cut short stays as it is");
    }
    for junk in ["fe80::1%eth0", "[::1]:443", "", "example.com"] {
        assert_eq!(truncated(junk), None, "{junk}");
    }
    assert_eq!(truncated_hashed("203.0.113.77"), hashed(Meta::Plain, "203.0.113.0"));
    assert_eq!(truncated_hashed("300.1.1.1"), None);
}

#[test]
fn what_does_not_fit_is_dropped_and_never_hashed() {
    for (kind, value) in [
        (Meta::Mail, "nobody"),
        (Meta::Mail, "a@b"),
        (Meta::Mail, "a@b@c.d"),
        (Meta::Phone, "n/a"),
        (Meta::City, "12 - 3"),
        (Meta::Zip, "-"),
        (Meta::BirthMonth, "13"),
        (Meta::BirthYear, "99"),
    ] {
        assert_eq!(hashed(kind, value), None, "{kind} {value}");
    }
}
