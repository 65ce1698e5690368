//! What a reader's program says it takes, and how gladly.

/// What a header lists, each with its weight; what has no sense as a weight weighs nothing.
pub fn ranges(accepted: &str) -> impl Iterator<Item = (&str, f32)> {
    accepted.split(',').take(32).map(|one| {
        let mut parts = one.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default();
        let weight = match parts.find_map(|part| part.strip_prefix("q=")) {
            Some(weight) => weight.trim().parse().ok().filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0),
            None => 1.0,
        };
        (range, weight)
    })
}

/// Whether it names JSON, and pages not at all or less gladly. Whoever takes anything reads pages.
pub fn wants_json<'a>(accepted: impl Iterator<Item = &'a str>) -> bool {
    let (mut json, mut page) = (0.0_f32, 0.0_f32);
    for (range, weight) in accepted.flat_map(ranges) {
        match range.to_ascii_lowercase().as_str() {
            "application/json" => json = json.max(weight),
            "text/html" | "application/xhtml+xml" | "text/*" => page = page.max(weight),
            _ => {}
        }
    }
    json > page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_json_where_it_says_so_and_a_browser_never() {
        for (accepted, wanted) in [
            ("application/json", true),
            ("application/json, text/plain, */*", true),
            ("Application/JSON;charset=utf-8;q=0.5", true),
            ("text/html;q=0.4, application/json;q=0.5", true),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
            ("text/html, application/json", false),
            ("application/json;q=0", false),
            ("application/json;q=nonsense", false),
            ("application/graphql-response+json", false),
            ("*/*", false),
            ("", false),
        ] {
            assert_eq!(wants_json([accepted].into_iter()), wanted, "{accepted}");
        }
        assert!(wants_json(["text/html;q=0.1", "application/json"].into_iter()));
    }
}
