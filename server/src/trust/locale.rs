//! Which of the policy's languages a reader gets: the one asked for by name, else the best of what the browser reads.

use super::accept::ranges;
use crate::floor::tongues::language;

/// A language, and whether the reader named it himself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub locale: String,
    pub is_named: bool,
}

/// Of these languages, the first of which is everybody's.
pub fn choose(offered: &[String], named: Option<&str>, accepted: Option<&str>) -> Choice {
    if let Some(locale) = named.and_then(|named| offered.iter().find(|one| one.eq_ignore_ascii_case(named))) {
        return Choice { locale: locale.clone(), is_named: true };
    }
    let mut best: Option<(&String, f32)> = None;
    for (range, weight) in accepted.into_iter().flat_map(ranges) {
        let found = offered.iter().find(|one| one.eq_ignore_ascii_case(range));
        let found = found.or_else(|| offered.iter().find(|one| language(one).eq_ignore_ascii_case(language(range))));
        let found = if range == "*" { offered.first() } else { found };
        if let Some(found) = found.filter(|_| weight > best.map_or(0.0, |(_, weight)| weight)) {
            best = Some((found, weight));
        }
    }
    let locale = best.map(|(locale, _)| locale).or_else(|| offered.first()).map_or("en", String::as_str);
    Choice { locale: locale.to_owned(), is_named: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(offered: &[&str], named: Option<&str>, accepted: Option<&str>) -> (String, bool) {
        let offered: Vec<String> = offered.iter().map(|&one| one.to_owned()).collect();
        let choice = choose(&offered, named, accepted);
        (choice.locale, choice.is_named)
    }

    #[test]
    fn the_named_language_goes_first_then_the_browsers_then_the_policys_own() {
        let own = ["en", "hi", "de-AT"];
        for (named, accepted, wanted) in [
            (Some("hi"), Some("de"), ("hi", true)),
            (Some("HI"), None, ("hi", true)),
            (Some("fr"), Some("hi-IN,hi;q=0.9"), ("hi", false)),
            (None, Some("fr, de;q=0.8, en;q=0.7"), ("de-AT", false)),
            (None, Some("en;q=0.5, hi;q=0.9"), ("hi", false)),
            (None, Some("hi;q=0, *;q=0.1"), ("en", false)),
            (None, Some("hi;q=nonsense"), ("en", false)),
            (None, Some("hi;q=7"), ("en", false)),
            (None, Some("fr"), ("en", false)),
            (None, None, ("en", false)),
            (Some("\"><script>"), None, ("en", false)),
        ] {
            assert_eq!(chosen(&own, named, accepted), (wanted.0.to_owned(), wanted.1), "{named:?} {accepted:?}");
        }
    }
}
