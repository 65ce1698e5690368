//! Places a person may live in, each called as it calls itself, so that everybody finds their own in every language. What
//! is not listed is said by choosing nothing.

/// ISO 3166 code and name, by name.
pub const PLACES: &[(&str, &str)] = &[
    ("AU", "Australia"),
    ("BE", "België / Belgique / Belgien"),
    ("BR", "Brasil"),
    ("BG", "България"),
    ("CA", "Canada"),
    ("CA-QC", "Canada: Québec"),
    ("CZ", "Česko"),
    ("DK", "Danmark"),
    ("DE", "Deutschland"),
    ("EE", "Eesti"),
    ("IE", "Éire / Ireland"),
    ("ES", "España"),
    ("FR", "France"),
    ("GR", "Ελλάδα"),
    ("HR", "Hrvatska"),
    ("IN", "भारत / India"),
    ("IS", "Ísland"),
    ("IT", "Italia"),
    ("CY", "Κύπρος / Kıbrıs"),
    ("LV", "Latvija"),
    ("LI", "Liechtenstein"),
    ("LT", "Lietuva"),
    ("LU", "Luxembourg / Lëtzebuerg"),
    ("HU", "Magyarország"),
    ("MT", "Malta"),
    ("NL", "Nederland"),
    ("NO", "Norge"),
    ("AT", "Österreich"),
    ("PK", "پاکستان / Pakistan"),
    ("PL", "Polska"),
    ("PT", "Portugal"),
    ("RO", "România"),
    ("CH", "Schweiz / Suisse / Svizzera"),
    ("SI", "Slovenija"),
    ("SK", "Slovensko"),
    ("FI", "Suomi / Finland"),
    ("SE", "Sverige"),
    ("GB", "United Kingdom"),
    ("US-CA", "United States: California"),
    ("US-CO", "United States: Colorado"),
    ("US-CT", "United States: Connecticut"),
    ("US-DE", "United States: Delaware"),
    ("US-FL", "United States: Florida"),
    ("US-IN", "United States: Indiana"),
    ("US-IA", "United States: Iowa"),
    ("US-KY", "United States: Kentucky"),
    ("US-MD", "United States: Maryland"),
    ("US-MN", "United States: Minnesota"),
    ("US-MT", "United States: Montana"),
    ("US-NE", "United States: Nebraska"),
    ("US-NH", "United States: New Hampshire"),
    ("US-NJ", "United States: New Jersey"),
    ("US-OR", "United States: Oregon"),
    ("US-RI", "United States: Rhode Island"),
    ("US-TN", "United States: Tennessee"),
    ("US-TX", "United States: Texas"),
    ("US-UT", "United States: Utah"),
    ("US-VA", "United States: Virginia"),
    ("US", "United States: another state"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::regulations;

    #[test]
    fn every_place_where_a_regime_holds_can_be_chosen() {
        let book = regulations::shipped().expect("the regimes are sound");
        for place in book.regimes().flat_map(|regime| &regime.places) {
            assert!(PLACES.iter().any(|(code, _)| code == place), "nobody can say that they live in {place}");
        }
    }
}
