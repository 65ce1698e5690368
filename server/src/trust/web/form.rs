//! What somebody filled in on the page that asks, as it came and as it is held against the rules of the page: all that is
//! wrong at once, each beside its field, and nothing typed is lost. It decides nothing about a person.

use crate::floor::kernel::Personal;
use crate::floor::mail;
use crate::floor::policy::{About, Policy, Promise};
use crate::floor::regulations::Right;
use crate::requests::{GoesBy, Mandate, Proof, Stated, SubjectKind};
use crate::trust::places::PLACES;
use crate::trust::words::FlawWords;

/// What is wrong with a field, in the words of whatever language it is told in.
#[derive(Clone, Copy)]
pub struct Wrong {
    /// The name of the field.
    pub field: &'static str,
    pub says: fn(&FlawWords) -> &str,
}

impl Wrong {
    pub const fn new(field: &'static str, says: fn(&FlawWords) -> &str) -> Self {
        Self { field, says }
    }
}

/// The most letters of what somebody writes in words of their own.
pub const MOST_WORDS: usize = 4_000;

/// Everything on the page, as it was typed.
pub struct Filled {
    pub who: Option<SubjectKind>,
    pub rights: Vec<String>,
    pub shop: Personal,
    /// It is for somebody else.
    pub is_for_another: bool,
    /// It is about a child, and a parent or guardian asks.
    pub is_of_child: bool,
    pub agent: Personal,
    pub mail: Personal,
    pub phone: Personal,
    pub order: Personal,
    pub name: Personal,
    pub place: String,
    pub words: Personal,
    pub locale: String,
    pub seal: String,
    /// What nobody sees is filled in by programs alone.
    pub is_trapped: bool,
}

impl Filled {
    pub fn of(form: &[u8]) -> Self {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(form).into_owned().collect();
        let text = |name: &str| {
            let found = pairs.iter().find(|(own, _)| own == name);
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let personal = |name: &str| Personal::new(text(name));
        Self {
            who: SubjectKind::from_code(&text("who")),
            rights: pairs.iter().filter(|(own, _)| own == "right").map(|(_, value)| value.clone()).collect(),
            shop: personal("shop"),
            is_for_another: text("whose") == "another",
            is_of_child: text("child") == "yes",
            agent: personal("agent"),
            mail: personal("mail"),
            phone: personal("phone"),
            order: personal("order"),
            name: personal("name"),
            place: text("place"),
            words: Personal::new(lines(&text("words"))),
            locale: text("locale"),
            seal: text("form"),
            is_trapped: !text("website").is_empty(),
        }
    }

    /// An empty page for somebody of this kind.
    pub fn empty(who: SubjectKind, locale: &str) -> Self {
        let mut empty = Self::of(&[]);
        (empty.who, empty.locale) = (Some(who), locale.to_owned());
        empty
    }

    pub fn asks_for(&self, right: Right) -> bool {
        self.rights.iter().any(|asked| asked == right.code())
    }

    /// The rights that are asked for and offered, each once.
    pub fn wanted(&self, offered: &[Right]) -> Vec<Right> {
        offered.iter().copied().filter(|right| self.asks_for(*right)).collect()
    }

    /// All that is wrong with it, in the order of the page.
    pub fn wrongs(&self, offered: &[Right], tongues: &[String]) -> Vec<Wrong> {
        let mut wrongs = Vec::new();
        let mut wrong = |is_wrong: bool, field, says: fn(&FlawWords) -> &str| {
            if is_wrong {
                wrongs.push(Wrong::new(field, says));
            }
        };
        let is_known = |code: &String| offered.iter().any(|right| right.code() == code);
        wrong(self.rights.is_empty(), "rights", |words| &words.rights);
        wrong(!self.rights.iter().all(is_known), "rights", |words| &words.rights_unknown);
        wrong(!is_short(&self.shop, 200), "shop", |words| &words.shop);
        let (has_agent, is_same) = (!is_empty(&self.agent), same(&self.agent, &self.mail));
        let is_agent = has_agent && mail::is_address(&self.agent) && !is_same;
        wrong(self.is_for_another && !is_agent, "agent", |words| &words.agent);
        wrong(!self.is_for_another && has_agent, "agent", |words| &words.agent_alone);
        wrong(!mail::is_address(&self.mail), "mail", |words| &words.mail);
        wrong(!is_empty(&self.phone) && !is_phone(&self.phone), "phone", |words| &words.phone);
        wrong(!is_short(&self.order, 80), "order", |words| &words.order);
        wrong(!is_short(&self.name, 200), "name", |words| &words.name);
        let is_place = self.place.is_empty() || PLACES.iter().any(|(code, _)| *code == self.place);
        wrong(!is_place, "place", |words| &words.place);
        let must_say = [Right::Correction, Right::Complaint].iter().any(|right| self.asks_for(*right));
        wrong(must_say && is_empty(&self.words), "words", |words| &words.words_needed);
        wrong(self.words.disclose().chars().count() > MOST_WORDS, "words", |words| &words.words);
        wrong(!tongues.contains(&self.locale), "locale", |words| &words.locale);
        wrongs
    }

    pub fn mandate(&self) -> Mandate {
        if self.is_for_another { Mandate::Claimed } else { Mandate::None }
    }

    /// What the person goes by, as they say. The number of an order finds nobody without its shop, and stands apart.
    pub fn stated(&self) -> Vec<Stated> {
        let agent = if self.is_for_another { &self.agent } else { &Personal::new("") };
        [(GoesBy::Mail, &self.mail), (GoesBy::Agent, agent), (GoesBy::Phone, &self.phone), (GoesBy::Name, &self.name)]
            .into_iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(kind, value)| Stated { kind, store: None, value: value.clone(), proof: Proof::None })
            .collect()
    }
}

/// What the policy offers to people of this kind, in its own order.
pub fn offered(policy: &Policy, who: SubjectKind) -> Vec<Right> {
    let about = match who {
        SubjectKind::Member => About::Member,
        SubjectKind::Shopper => About::Shopper,
        SubjectKind::Visitor => About::Visitor,
    };
    let listed = policy.rights.iter().filter(|listed| listed.who.contains(&about));
    listed.filter_map(|listed| Right::from_code(listed.right.get_ref())).collect()
}

/// Whether somebody may say here that they ask for a child: where the page promises that what is a child's goes promptly.
pub fn asks_for_children(policy: &Policy, offered: &[Right]) -> bool {
    let is_promised = |promise: &Promise| promise.check.as_ref().is_some_and(|check| check.get_ref() == "children");
    offered.contains(&Right::Deletion) && policy.promises.iter().any(is_promised)
}

/// What somebody typed, if it is anything.
pub fn given(value: &Personal) -> Option<Personal> {
    (!is_empty(value)).then(|| value.clone())
}

fn is_empty(value: &Personal) -> bool {
    value.disclose().is_empty()
}

fn same(one: &Personal, other: &Personal) -> bool {
    one.disclose().eq_ignore_ascii_case(other.disclose())
}

fn is_short(value: &Personal, most: usize) -> bool {
    let text = value.disclose();
    text.chars().count() <= most && text.len() <= 400 && !text.contains(char::is_control)
}

fn is_phone(value: &Personal) -> bool {
    let text = value.disclose();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let fits = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | ' ' | '-' | '.' | '/' | '(' | ')');
    (6..=20).contains(&digits) && text.len() <= 40 && text.chars().all(fits)
}

/// Text of several lines, with nothing in it that is no text.
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|letter| *letter == '\n' || *letter == '\t' || !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::policy::{parse, shipped};

    fn filled(pairs: &[(&str, &str)]) -> Filled {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Filled::of(form.as_bytes())
    }

    fn fields(filled: &Filled) -> Vec<&'static str> {
        let policy = parse(shipped("inventorysync").expect("it comes along")).expect("it is sound");
        let offered = offered(&policy, filled.who.expect("a kind"));
        filled.wrongs(&offered, &["en".to_owned(), "ur".to_owned()]).iter().map(|wrong| wrong.field).collect()
    }

    const SOUND: [(&str, &str); 4] =
        [("who", "visitor"), ("right", "access"), ("mail", " ayesha@mail.example "), ("locale", "ur")];

    #[test]
    fn what_is_sound_has_nothing_wrong_with_it() {
        let sound = filled(&SOUND);
        assert_eq!(fields(&sound), Vec::<&str>::new());
        assert_eq!(sound.stated().len(), 1);
        assert!(sound.mandate() == Mandate::None && !sound.is_trapped);
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_in_the_order_of_the_page() {
        let long = "x".repeat(4_001);
        let wrong = filled(&[
            ("who", "visitor"),
            ("right", "appeal"),
            ("shop", &long),
            ("agent", "a@b.example"),
            ("mail", "nobody"),
            ("phone", "12"),
            ("order", "7\u{7}"),
            ("name", &long),
            ("place", "Mars"),
            ("words", &long),
            ("locale", "tlh"),
        ]);
        let all = ["rights", "shop", "agent", "mail", "phone", "order", "name", "place", "words", "locale"];
        assert_eq!(fields(&wrong), all);
    }

    #[test]
    fn whoever_speaks_for_another_has_an_address_of_their_own() {
        let mut pairs = SOUND.to_vec();
        pairs.push(("whose", "another"));
        assert_eq!(fields(&filled(&pairs)), ["agent"]);
        pairs.push(("agent", "AYESHA@mail.example"));
        assert_eq!(fields(&filled(&pairs)), ["agent"]);
        pairs.pop();
        pairs.push(("agent", "help@agent.example"));
        let sound = filled(&pairs);
        assert!(fields(&sound).is_empty() && sound.mandate() == Mandate::Claimed);
        assert!(sound.stated().iter().any(|stated| stated.kind == GoesBy::Agent));
    }

    #[test]
    fn a_correction_says_what_is_wrong() {
        let mut pairs = SOUND.to_vec();
        pairs.push(("right", "correction"));
        assert_eq!(fields(&filled(&pairs)), ["words"]);
        pairs.push(("words", "My name is\r\nAyesha\u{0}"));
        let sound = filled(&pairs);
        assert!(fields(&sound).is_empty());
        assert_eq!(sound.words.disclose(), "My name is\nAyesha");
    }
}
