//! What a letter asks for, as far as its words say: phrases that nobody writes who means something else, and weaker words
//! that only lean one way, in the languages that people write in. It is a guess and is called one: staff read the letter.

use crate::floor::kernel::text::normalise;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::regulations::Right;

vocabulary! {
    /// How surely a letter says what it asks for.
    pub enum Sureness {
        /// In so many words.
        Said = "said",
        /// Its words lean that way.
        Likely = "likely",
        /// No word of it says.
        Nothing = "nothing",
    }
}

/// What a letter seems to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guessed {
    pub rights: Vec<Right>,
    pub sureness: Sureness,
}

/// Words of one right. A phrase counts where a word begins with it, so that endings do not matter.
struct Words {
    right: Right,
    /// Said so, it is asked for.
    said: &'static [&'static str],
    /// Said so, it may be asked for.
    leaning: &'static [&'static str],
}

/// No more of a letter is looked through: what somebody wants stands at its beginning.
const LONGEST: usize = 16 * 1024;

/// The rights that a letter asks for in so many words; else the one that its words lean to most. One that says nothing
/// of the kind is taken for a wish to know: every law gives that a time, so that a doubt errs early.
pub fn guess(subject: &str, text: &str) -> Guessed {
    let subject = in_one_form(subject);
    let text = in_one_form(&own_words(text));
    let count = |words: &[&str]| -> usize {
        let weight = |phrase: &str| usize::from(says(&text, phrase)) + 2 * usize::from(says(&subject, phrase));
        words.iter().map(|phrase| weight(phrase)).sum()
    };
    let said: Vec<Right> = WORDS.iter().filter(|words| count(words.said) > 0).map(|words| words.right).collect();
    if !said.is_empty() {
        return Guessed { rights: said, sureness: Sureness::Said };
    }
    let mut best: Option<(usize, Right)> = None;
    for words in WORDS {
        let weight = count(words.leaning);
        if weight > best.map_or(0, |(most, _)| most) {
            best = Some((weight, words.right));
        }
    }
    match best {
        Some((_, right)) => Guessed { rights: vec![right], sureness: Sureness::Likely },
        None => Guessed { rights: vec![Right::Access], sureness: Sureness::Nothing },
    }
}

/// What the sender wrote, without what stood in a letter before.
fn own_words(text: &str) -> String {
    let mut own = String::new();
    for line in text.lines() {
        if own.len() + line.len() > LONGEST {
            break;
        }
        if !line.trim_start().starts_with('>') {
            own.push_str(line);
            own.push('\n');
        }
    }
    own
}

fn in_one_form(text: &str) -> String {
    let one = normalise(text).replace(['\u{2019}', '\u{2018}', '`', '\u{b4}'], "'");
    one.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a word begins with the phrase.
fn says(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
}

const WORDS: &[Words] = &[
    Words {
        right: Right::Access,
        said: &[
            "copy of my",
            "copy of all my",
            "copy of the personal data",
            "copy of the data",
            "access to my",
            "access request",
            "subject access",
            "right of access",
            "what data you",
            "what data do you",
            "what information you",
            "what information do you",
            "what personal data",
            "data you hold",
            "data you have about",
            "information you hold",
            "information you have about",
            "article 15",
            "dsar",
            "auskunft",
            "kopie meiner",
            "kopie aller",
            "welche daten",
            "art. 15",
            "artikel 15",
            "droit d'accès",
            "accès à mes",
            "accéder à mes",
            "copie de mes",
            "quelles données",
            "acceso a mis",
            "acceder a mis",
            "derecho de acceso",
            "copia de mis",
            "qué datos",
            "artículo 15",
            "acesso aos meus",
            "acessar meus",
            "aceder aos meus",
            "direito de acesso",
            "cópia dos meus",
            "quais dados",
            "que dados",
            "artigo 15",
            "डेटा की प्रति",
            "जानकारी की प्रति",
            "डेटा तक पहुँच",
            "डेटा तक पहुंच",
            "जानकारी तक पहुँच",
            "जानकारी तक पहुंच",
            "कौन सा डेटा",
            "कौन सी जानकारी",
            "क्या जानकारी",
            "ڈیٹا تک رسائی",
            "معلومات تک رسائی",
            "ڈیٹا کی نقل",
            "معلومات کی نقل",
            "ڈیٹا کی کاپی",
            "کون سا ڈیٹا",
            "کون سی معلومات",
            "کیا معلومات",
        ],
        leaning: &[
            "access",
            "copy",
            "disclose",
            "kopie",
            "accès",
            "copie",
            "acceso",
            "copia",
            "acesso",
            "cópia",
            "प्रति",
            "رسائی",
        ],
    },
    Words {
        right: Right::Portability,
        said: &[
            "portability",
            "machine-readable",
            "machine readable",
            "transfer my data",
            "export my data",
            "export of my",
            "article 20",
            "datenübertragbarkeit",
            "maschinenlesbar",
            "artikel 20",
            "art. 20",
            "portabilité",
            "portabilidad",
            "portabilidade",
            "पोर्टेबिलिटी",
            "डेटा स्थानांतर",
            "ڈیٹا منتقل",
            "پورٹیبلٹی",
        ],
        leaning: &["export", "transfer", "exportar", "exporter", "übertragen"],
    },
    Words {
        right: Right::Deletion,
        said: &[
            "delete my",
            "delete all",
            "delete the data",
            "delete everything",
            "delete any",
            "deletion of my",
            "deletion request",
            "data deletion",
            "erase my",
            "erase all",
            "erasure",
            "right to be forgotten",
            "be forgotten",
            "remove my",
            "remove all my",
            "removal of my",
            "close my account and delete",
            "article 17",
            "löschung",
            "löschen sie",
            "zu löschen",
            "daten löschen",
            "konto löschen",
            "recht auf vergessen",
            "artikel 17",
            "art. 17",
            "effacement",
            "effacer mes",
            "effacez",
            "supprimer mes",
            "supprimer mon",
            "supprimez",
            "suppression de mes",
            "suppression de mon",
            "droit à l'oubli",
            "borrar mis",
            "borren mis",
            "borrado de mis",
            "eliminar mis",
            "eliminen mis",
            "eliminar mi",
            "eliminación de mis",
            "supresión",
            "supriman mis",
            "derecho al olvido",
            "artículo 17",
            "apagar os meus",
            "apagar meus",
            "apaguem",
            "apagamento",
            "excluir meus",
            "excluir os meus",
            "excluam",
            "exclusão dos meus",
            "exclusão de meus",
            "eliminação dos meus",
            "eliminar os meus",
            "direito ao esquecimento",
            "direito a ser esquecido",
            "डेटा हटा",
            "जानकारी हटा",
            "खाता हटा",
            "हटा दें",
            "मिटा दें",
            "मिटाने",
            "हटाने का अनुरोध",
            "डिलीट",
            "حذف کر",
            "حذف کی",
            "مٹا د",
            "ڈیلیٹ",
        ],
        leaning: &[
            "delete",
            "deletion",
            "erase",
            "remove",
            "lösch",
            "entfern",
            "supprim",
            "effac",
            "borr",
            "elimin",
            "supr",
            "apag",
            "exclu",
            "हटा",
            "मिटा",
            "حذف",
            "مٹا",
        ],
    },
    Words {
        right: Right::Correction,
        said: &[
            "correct my",
            "correction of my",
            "rectif",
            "please update my",
            "change my address",
            "change my name",
            "my name is misspelled",
            "inaccurate data",
            "incorrect data",
            "article 16",
            "berichtig",
            "korrigieren sie",
            "daten korrigieren",
            "falsch geschrieben",
            "artikel 16",
            "art. 16",
            "corriger mes",
            "corriger mon",
            "corrigez",
            "corregir mis",
            "corregir mi",
            "corrijan",
            "retific",
            "corrigir os meus",
            "corrigir meus",
            "corrigir o meu",
            "corrijam",
            "सुधार",
            "ठीक कर",
            "गलत जानकारी",
            "درست کر",
            "تصحیح",
            "غلط معلومات",
        ],
        leaning: &[
            "correct",
            "incorrect",
            "wrong",
            "misspel",
            "falsch",
            "korrekt",
            "corrig",
            "corrij",
            "corregi",
            "incorre",
            "errón",
            "गलत",
            "غلط",
        ],
    },
    Words {
        right: Right::Restriction,
        said: &[
            "restrict the processing",
            "restrict processing",
            "restriction of processing",
            "restrict the use",
            "freeze my data",
            "article 18",
            "einschränkung der verarbeitung",
            "verarbeitung einschränk",
            "verarbeitung einzuschränk",
            "sperrung meiner",
            "artikel 18",
            "art. 18",
            "limitation du traitement",
            "limiter le traitement",
            "limitación del tratamiento",
            "limitar el tratamiento",
            "limitação do tratamento",
            "limitar o tratamento",
            "bloqueio dos meus",
            "प्रसंस्करण सीमित",
            "प्रसंस्करण पर रोक",
            "उपयोग सीमित",
            "پروسیسنگ محدود",
            "استعمال محدود",
        ],
        leaning: &["restrict", "einschränk", "सीमित", "محدود"],
    },
    Words {
        right: Right::Objection,
        said: &[
            "i object",
            "we object",
            "object to the processing",
            "object to your",
            "objection to",
            "right to object",
            "stop processing",
            "stop using my data",
            "stop sending me",
            "no more marketing",
            "stop marketing",
            "direct marketing",
            "unsubscribe me",
            "withdraw my consent",
            "article 21",
            "widerspruch",
            "widerspreche",
            "widersprechen",
            "keine werbung",
            "einwilligung widerruf",
            "widerrufe",
            "artikel 21",
            "art. 21",
            "je m'oppose",
            "m'opposer",
            "droit d'opposition",
            "opposition au traitement",
            "ne plus recevoir",
            "retirer mon consentement",
            "retire mon consentement",
            "me opongo",
            "oponerme",
            "derecho de oposición",
            "oposición al",
            "no quiero recibir",
            "retirar mi consentimiento",
            "oponho-me",
            "me oponho",
            "opor-me",
            "direito de oposição",
            "oposição ao",
            "não quero receber",
            "retirar o meu consentimento",
            "revogar meu consentimento",
            "आपत्ति",
            "विज्ञापन बंद",
            "मार्केटिंग बंद",
            "सहमति वापस",
            "اعتراض",
            "اشتہارات بند",
            "مارکیٹنگ بند",
            "رضامندی واپس",
        ],
        leaning: &[
            "object",
            "marketing",
            "newsletter",
            "unsubscribe",
            "consent",
            "werbung",
            "abmelden",
            "publicité",
            "désabonn",
            "publicidad",
            "suscripción",
            "publicidade",
            "विज्ञापन",
            "اشتہار",
        ],
    },
    Words {
        right: Right::OptOut,
        said: &[
            "do not sell",
            "don't sell",
            "not sell my",
            "stop selling",
            "do not share my",
            "don't share my",
            "opt out of the sale",
            "opt-out of the sale",
            "opt out of sale",
            "opt me out",
            "sale of my",
            "limit the use of my sensitive",
            "nicht verkaufen",
            "verkauf meiner",
            "nicht weiterverkauf",
            "ne pas vendre",
            "ne vendez pas",
            "vente de mes",
            "no vendan",
            "no vender",
            "venta de mis",
            "não vend",
            "venda dos meus",
            "venda de meus",
            "न बेचें",
            "बेचना बंद",
            "نہ بیچ",
            "فروخت نہ",
            "فروخت بند",
        ],
        leaning: &["opt out", "opt-out", "ccpa", "sell", "verkauf", "vendre", "vender", "बेच", "فروخت"],
    },
    Words {
        right: Right::Complaint,
        said: &[
            "complaint",
            "i complain",
            "i am complaining",
            "beschwerde",
            "beschwere mich",
            "réclamation",
            "plainte",
            "me plaindre",
            "queja",
            "reclamación",
            "reclamo",
            "reclamação",
            "queixa",
            "शिकायत",
            "شکایت",
        ],
        leaning: &["complain", "unlawful", "breach", "authority", "behörde", "cnil", "autoridad", "autoridade"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<Right> {
        let guessed = guess("", text);
        assert_eq!(guessed.sureness, Sureness::Said, "{text}");
        guessed.rights
    }

    #[test]
    fn seven_languages_say_what_they_want() {
        for (right, letters) in [
            (
                Right::Deletion,
                [
                    "Please delete my account and all my data.",
                    "Bitte löschen Sie alle meine Daten.",
                    "Je vous demande de supprimer mes données.",
                    "Quiero eliminar mis datos personales.",
                    "Peço que apaguem os meus dados.",
                    "कृपया मेरा डेटा हटा दें।",
                    "براہ کرم میرا ڈیٹا حذف کریں۔",
                ],
            ),
            (
                Right::Access,
                [
                    "What data do you have on me?",
                    "Ich bitte um Auskunft nach der DSGVO.",
                    "Je souhaite exercer mon droit d’accès.",
                    "Solicito una copia de mis datos.",
                    "Gostaria de uma cópia dos meus dados.",
                    "मुझे मेरे डेटा की प्रति चाहिए",
                    "مجھے اپنے ڈیٹا کی نقل چاہیے",
                ],
            ),
            (
                Right::Objection,
                [
                    "I object to the use of my data.",
                    "Hiermit lege ich Widerspruch ein.",
                    "Je m'oppose au traitement.",
                    "Me opongo al tratamiento.",
                    "Oponho-me ao tratamento.",
                    "मुझे आपत्ति है",
                    "مجھے اعتراض ہے",
                ],
            ),
            (
                Right::Correction,
                [
                    "Please correct my address.",
                    "Bitte berichtigen Sie meinen Namen.",
                    "Merci de rectifier mon adresse.",
                    "Solicito la rectificación de mi nombre.",
                    "Peço a retificação do meu nome.",
                    "मेरा पता सुधारें",
                    "میرا پتہ درست کریں",
                ],
            ),
            (
                Right::Complaint,
                [
                    "This is a complaint.",
                    "Das ist eine Beschwerde.",
                    "Ceci est une réclamation.",
                    "Presento una queja.",
                    "Apresento uma queixa.",
                    "यह एक शिकायत है",
                    "یہ ایک شکایت ہے",
                ],
            ),
        ] {
            for letter in letters {
                assert_eq!(said(letter), [right], "{letter}");
            }
        }
    }

    #[test]
    fn two_wishes_in_one_letter_are_two() {
        let letter = "Send me a copy of my data, then delete my account.";
        assert_eq!(said(letter), [Right::Access, Right::Deletion]);
        assert_eq!(said("Do not sell my personal information"), [Right::OptOut]);
        assert_eq!(said("in a machine-readable form, please"), [Right::Portability]);
        assert_eq!(said("Restriction of processing (Article 18)"), [Right::Restriction]);
    }

    #[test]
    fn a_leaning_is_called_one_and_silence_too() {
        let leaning = guess("Newsletter", "I never signed up for this");
        assert_eq!(leaning, Guessed { rights: vec![Right::Objection], sureness: Sureness::Likely });
        for silent in ["Where is my parcel?", "", "こんにちは", "\u{0}\u{fffd}"] {
            let silent = guess(silent, silent);
            assert_eq!(silent, Guessed { rights: vec![Right::Access], sureness: Sureness::Nothing });
        }
    }

    #[test]
    fn what_stood_in_an_earlier_letter_is_not_asked_for_again() {
        let answered = guess("Thanks", "Got it, thank you.\n> Please delete my data\n> and a copy of my data");
        assert_eq!(answered.sureness, Sureness::Nothing);
    }

    #[test]
    fn a_phrase_begins_a_word_and_stands_in_the_form_that_is_compared() {
        assert!(says("please delete my data", "delete my") && !says("undelete my data", "delete my"));
        for words in WORDS {
            for phrase in words.said.iter().chain(words.leaning) {
                assert_eq!(in_one_form(phrase), *phrase, "{phrase} is never found as it is written");
            }
        }
    }
}
