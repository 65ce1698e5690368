//! Whom a person may turn to under a regime: who watches over it, and how to reach them. Names and sites are the bodies'
//! own and are written the same in every language. They are from memory, to be confirmed with the policy of a desk; a
//! regime that is not here is told of in general words, never by a guess.

/// A body, and the site it is reached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body {
    pub name: &'static str,
    pub site: &'static str,
}

/// The authority where complaints under this regime go.
pub fn authority(regime: &str) -> Option<Body> {
    let (name, site) = match regime {
        "uk_gdpr" | "uk_dpa" => ("Information Commissioner’s Office", "https://ico.org.uk"),
        "br_lgpd" => ("Autoridade Nacional de Proteção de Dados", "https://www.gov.br/anpd"),
        "ca_pipeda" => ("Office of the Privacy Commissioner of Canada", "https://www.priv.gc.ca"),
        "ca_qc" => ("Commission d’accès à l’information du Québec", "https://www.cai.gouv.qc.ca"),
        "ch_fadp" => ("Eidgenössischer Datenschutz- und Öffentlichkeitsbeauftragter", "https://www.edoeb.admin.ch"),
        "au_app" => ("Office of the Australian Information Commissioner", "https://www.oaic.gov.au"),
        "us_ca" => ("California Privacy Protection Agency", "https://cppa.ca.gov"),
        _ => return None,
    };
    Some(Body { name, site })
}

/// The attorney general of the state whose regime this is.
pub fn attorney_general(regime: &str) -> Option<Body> {
    let (name, site) = match regime {
        "us_ca" => ("Attorney General of California", "https://oag.ca.gov"),
        "us_co" => ("Attorney General of Colorado", "https://coag.gov"),
        "us_ct" => ("Attorney General of Connecticut", "https://portal.ct.gov/ag"),
        "us_de" => ("Attorney General of Delaware", "https://attorneygeneral.delaware.gov"),
        "us_fl" => ("Attorney General of Florida", "https://www.myfloridalegal.com"),
        "us_ia" => ("Attorney General of Iowa", "https://www.iowaattorneygeneral.gov"),
        "us_in" => ("Attorney General of Indiana", "https://www.in.gov/attorneygeneral"),
        "us_ky" => ("Attorney General of Kentucky", "https://ag.ky.gov"),
        "us_md" => ("Attorney General of Maryland", "https://www.marylandattorneygeneral.gov"),
        "us_mn" => ("Attorney General of Minnesota", "https://www.ag.state.mn.us"),
        "us_mt" => ("Attorney General of Montana", "https://dojmt.gov"),
        "us_ne" => ("Attorney General of Nebraska", "https://ago.nebraska.gov"),
        "us_nh" => ("Attorney General of New Hampshire", "https://www.doj.nh.gov"),
        "us_nj" => ("Attorney General of New Jersey", "https://www.njoag.gov"),
        "us_or" => ("Attorney General of Oregon", "https://www.doj.state.or.us"),
        "us_ri" => ("Attorney General of Rhode Island", "https://riag.ri.gov"),
        "us_tn" => ("Attorney General of Tennessee", "https://www.tn.gov/attorneygeneral"),
        "us_tx" => ("Attorney General of Texas", "https://www.texasattorneygeneral.gov"),
        "us_ut" => ("Attorney General of Utah", "https://attorneygeneral.utah.gov"),
        "us_va" => ("Attorney General of Virginia", "https://www.oag.state.va.us"),
        _ => return None,
    };
    Some(Body { name, site })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::regulations::{MustName, shipped};

    #[test]
    fn every_state_whose_refusals_name_its_attorney_general_has_one() {
        let book = shipped().expect("regimes");
        for regime in book.regimes() {
            let asked = regime.rules.iter().any(|rule| {
                let of_refusal = rule.refusal.iter().flat_map(|refusal| &refusal.must_name);
                let of_appeal = rule.appeal.iter().flat_map(|appeal| &appeal.must_name);
                of_refusal.chain(of_appeal).any(|name| *name == MustName::AttorneyGeneral)
            });
            assert!(!asked || attorney_general(&regime.code).is_some(), "{}", regime.code);
        }
    }

    #[test]
    fn no_body_is_of_a_regime_that_there_is_not() {
        let book = shipped().expect("regimes");
        let known = |code: &str| book.regime(code).is_some();
        let codes =
            ["uk_gdpr", "uk_dpa", "br_lgpd", "ca_pipeda", "ca_qc", "ch_fadp", "au_app", "us_ca", "us_va", "us_mn"];
        assert!(codes.iter().all(|code| known(code)));
    }
}
