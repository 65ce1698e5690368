//! The files that come along, one for each interface that is known.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::fill::{Words, names, names_in};
use crate::floor::kernel::Secret;
use crate::propagation::model::Matches;

/// Every file, under the code that policies call its recipient by.
const FILES: &[(&str, &str)] = &[
    ("clerk", include_str!("../../../../recipients/clerk.toml")),
    ("google", include_str!("../../../../recipients/google.toml")),
    ("klaviyo", include_str!("../../../../recipients/klaviyo.toml")),
    ("mailchimp", include_str!("../../../../recipients/mailchimp.toml")),
    ("pinterest", include_str!("../../../../recipients/pinterest.toml")),
    ("resend", include_str!("../../../../recipients/resend.toml")),
    ("segment", include_str!("../../../../recipients/segment.toml")),
    ("stripe", include_str!("../../../../recipients/stripe.toml")),
];

static ALL: LazyLock<BTreeMap<&'static str, Template>> = LazyLock::new(|| {
    let read = |(code, text): &(&'static str, &'static str)| Some((*code, toml::from_str(text).ok()?));
    FILES.iter().filter_map(read).collect()
});

/// The file of a recipient.
pub fn find(recipient: &str) -> Option<&'static Template> {
    ALL.get(recipient)
}

/// Whether a recipient has an interface that is known.
pub fn is_known(recipient: &str) -> bool {
    find(recipient).is_some()
}

/// The hosts at which a recipient's interface is.
pub fn hosts_of(recipient: &str) -> Vec<&'static str> {
    find(recipient).map(|file| file.hosts.iter().map(String::as_str).collect()).unwrap_or_default()
}

/// What a recipient's interface wants to know of the account.
pub fn needs_of(recipient: &str) -> Vec<&'static str> {
    find(recipient).map(|file| file.needs.iter().map(String::as_str).collect()).unwrap_or_default()
}

/// What a recipient's file wants put in that nobody can say; nothing of a file that is sound.
pub fn unknown_of(recipient: &str) -> Vec<&'static str> {
    find(recipient).map(Template::unknown).unwrap_or_default()
}

/// What the credential of a recipient has to say and this one does not: nothing where one word is all of it.
pub fn lacking_of(recipient: &str, credential: &Secret) -> Vec<&'static str> {
    let renew = find(recipient).and_then(|file| file.renew.as_ref());
    renew.map(|renew| renew.lacking(credential)).unwrap_or_default()
}

/// One interface.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    #[expect(dead_code, reason = "for whoever reads the file")]
    title: String,
    pub base: String,
    pub hosts: Vec<String>,
    /// Which wishes it takes.
    pub rights: Vec<String>,
    /// What one call is made for.
    pub by: Unit,
    /// In which form that leaves.
    #[serde(default)]
    form: Form,
    /// What it wants to know of the account.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Seconds between two questions for the status.
    #[serde(default = "hourly")]
    pub every: u64,
    /// Of every call.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub tell: Tell,
    /// What is to be there before anybody is looked for in it, where a place that is not there says the same as somebody who is
    /// not.
    pub place: Option<Read>,
    /// How what lets us in is asked for anew, where it lasts for less than it is kept.
    pub renew: Option<Renew>,
    /// Whom it finds by what is known of the person.
    pub find: Option<Read>,
    /// How things stand after a call that was not answered.
    pub ask: Option<Read>,
    pub poll: Option<Poll>,
}

const fn hourly() -> u64 {
    3600
}

/// What one call is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Mail,
    Phone,
    Customer,
}

impl Unit {
    /// What files call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Customer => "customer",
        }
    }

    /// All of it that is known.
    pub fn of(self, matches: &Matches) -> &[String] {
        match self {
            Self::Mail => &matches.mails,
            Self::Phone => &matches.phones,
            Self::Customer => &matches.customers,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    #[default]
    Raw,
    Hashed,
}

/// What is done where a call was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// It is asked how things stand before it is sent again.
    Ask,
    /// It is sent again: the same twice is the same once.
    Same,
}

/// The call that tells.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tell {
    pub method: String,
    pub path: String,
    /// The kind of its body; JSON where nothing is said.
    kind: Option<String>,
    pub body: Option<Value>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Statuses that say it is done, that it is taken and worked on, and that there is nobody. Nobody is said only where the
    /// path leads to the person: anywhere else it is the way there that is not as it should be.
    #[serde(default)]
    pub done: Vec<u16>,
    #[serde(default)]
    pub taken: Vec<u16>,
    #[serde(default)]
    pub gone: Vec<u16>,
    /// Where its answer says that it did it.
    pub confirms: Option<String>,
    /// Where its answer says what it calls it.
    pub reference: Option<String>,
    pub again: Again,
}

impl Tell {
    pub fn kind(&self) -> &'static str {
        match self.kind.as_deref() {
            Some("application/vnd.api+json") => "application/vnd.api+json",
            _ => "application/json",
        }
    }
}

/// A question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    pub path: String,
    /// Of those that it finds.
    pub ids: Option<String>,
    /// Statuses that say that there is nobody, as of what tells.
    #[serde(default)]
    pub gone: Vec<u16>,
    /// Where each item of its answer says whom it is about: one that is about this person shows that what was not answered was
    /// taken all the same. Without it, an answer shows that it was not.
    pub found: Option<String>,
    /// Where such an item says what it is called.
    pub reference: Option<String>,
}

/// The question for the status.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poll {
    pub path: String,
    pub state: Option<String>,
    pub done: Vec<String>,
    #[expect(dead_code, reason = "whatever is said nowhere else is open; the file says what is known of it")]
    open: Vec<String>,
    pub refused: Vec<String>,
    /// What did not come to its end, and is no refusal.
    #[serde(default)]
    pub failed: Vec<String>,
}

/// The call by which something that lets us in for a while is had for something that lasts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renew {
    pub path: String,
    /// What the kept credential says, as a document: by these names its values are put into the fields.
    says: Vec<String>,
    /// Fields, as of a form.
    fields: BTreeMap<String, String>,
    /// Where its answer has what lets us in.
    pub token: String,
}

impl Renew {
    /// The fields of the call, with what the credential says put in; none where it does not say all of it.
    pub fn filled(&self, credential: &Secret) -> Option<Vec<(&str, Secret)>> {
        let said: BTreeMap<String, Value> = serde_json::from_str(credential.expose()).ok()?;
        let bare = Secret::new("");
        let mut words = Words::bare(&bare);
        for name in &self.says {
            words.put(name, said.get(name)?.as_str().filter(|value| !value.is_empty())?);
        }
        self.fields.iter().map(|(name, value)| Some((name.as_str(), Secret::new(words.text(value)?)))).collect()
    }

    fn lacking(&self, credential: &Secret) -> Vec<&str> {
        let said: BTreeMap<String, Value> = serde_json::from_str(credential.expose()).unwrap_or_default();
        let is_said = |name: &String| said.get(name).and_then(Value::as_str).is_some_and(|value| !value.is_empty());
        self.says.iter().filter(|name| !is_said(name)).map(String::as_str).collect()
    }
}

impl Template {
    pub fn is_hashed(&self) -> bool {
        self.form == Form::Hashed
    }

    /// Whether a name stands for what one call is made for.
    fn is_of_unit(&self, name: &str) -> bool {
        name.strip_prefix(self.by.name()).is_some_and(|rest| matches!(rest, "" | "_md5" | "_sha256"))
    }

    /// What it wants put in that is not known where that stands.
    fn unknown(&self) -> Vec<&str> {
        let needed = |name: &&str| self.needs.iter().any(|need| need == name);
        let usual = |name: &&str| matches!(*name, "credential" | "key") || needed(name) || self.is_of_unit(name);
        let of_place = self.place.iter().flat_map(|place| names(&place.path)).filter(|name| !needed(name));
        let with = |more: &'static str| move |name: &&str| *name != more && !usual(name);
        let told = &self.tell;
        let texts = self.headers.values().chain(told.headers.values()).chain(self.find.iter().map(|find| &find.path));
        let asked = self.ask.iter().map(|ask| &ask.path);
        let bare = texts.chain(asked).chain([&self.base]).flat_map(|text| names(text)).filter(|name| !usual(name));
        let telling = names(&told.path).into_iter().chain(told.body.iter().flat_map(names_in)).filter(with("found"));
        let polled = self.poll.iter().flat_map(|poll| names(&poll.path)).filter(with("reference"));
        let renewed = self.renew.iter().flat_map(|renew| {
            let of_fields = renew.fields.values().flat_map(|value| names(value));
            of_fields.filter(move |name| !renew.says.iter().any(|said| said == name))
        });
        bare.chain(of_place).chain(telling).chain(polled).chain(renewed).collect()
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::floor::regulations::Right;

    #[test]
    fn every_file_is_read_and_says_how_its_call_may_be_repeated() {
        for (code, text) in FILES {
            let file: Template = toml::from_str(text).unwrap_or_else(|fault| panic!("{code}: {fault}"));
            assert!(
                !file.rights.is_empty() && file.rights.iter().all(|right| Right::from_code(right).is_some()),
                "{code}"
            );
            assert!(!file.tell.done.is_empty() || file.poll.is_some(), "{code}: nothing says that it is done");
            assert!(file.tell.taken.is_empty() || file.tell.reference.is_some(), "{code}: taken as what");
            assert!(file.tell.again == Again::Same || file.ask.is_some(), "{code}: there is nothing to ask");
            assert!(file.find.is_none() || file.tell.path.contains("{found}"), "{code}");
            assert_eq!(file.unknown(), Vec::<&str>::new(), "{code}: nobody can say that");
        }
        assert_eq!(ALL.len(), FILES.len());
    }

    /// What is put into the steps of a path; what comes behind them asks for something and leads nowhere.
    fn named_by(path: &str) -> Vec<&str> {
        names(path.split_once('?').map_or(path, |(steps, _)| steps))
    }

    #[test]
    fn somebody_is_gone_where_a_path_leads_to_the_person_and_nowhere_else() {
        for (code, file) in ALL.iter() {
            let told = (&file.tell.path, &file.tell.gone);
            let asked = file.ask.iter().map(|ask| (&ask.path, &ask.gone));
            for (path, gone) in asked.chain([told]) {
                let named = named_by(path);
                let is_of_person = named.iter().any(|name| *name == "found" || file.is_of_unit(name));
                assert_eq!(gone.contains(&404), is_of_person, "{code}: what is not there at {path} is the person");
                assert_eq!(gone.is_empty(), !is_of_person, "{code}: nobody is at {path}");
                let place = file.place.iter().flat_map(|place| named_by(&place.path)).collect::<Vec<_>>();
                let parts = named.iter().filter(|name| file.needs.iter().any(|need| need == **name));
                let unseen = parts.filter(|part| is_of_person && !place.contains(part)).collect::<Vec<_>>();
                assert!(unseen.is_empty(), "{code}: {unseen:?} may be mistyped, and the answer is the same");
            }
        }
    }

    #[test]
    fn a_file_that_names_what_nobody_can_say_is_told_apart() {
        let named = |text: &str| {
            let text = include_str!("../../../../recipients/resend.toml").replace("{credential}", text);
            toml::from_str::<Template>(&text)
                .map(|file| file.unknown().into_iter().map(str::to_owned).collect::<Vec<String>>())
        };
        assert_eq!(named("{other_secret}").ok(), Some(vec!["other_secret".to_owned()]));
        assert_eq!(named("{mail_sha512}").ok(), Some(vec!["mail_sha512".to_owned()]));
        assert_eq!(named("{credential} {mail_md5} {key}").ok(), Some(Vec::<String>::new()));
    }

    #[test]
    fn what_lets_us_in_for_a_while_is_had_for_all_that_lasts_or_not_asked_for() {
        let whole = Secret::new(r#"{ "client_id": "c", "client_secret": "s", "refresh_token": "r", "type": "user" }"#);
        let part = Secret::new(r#"{ "client_id": "c", "client_secret": "", "refresh_token": 7 }"#);
        assert_eq!(lacking_of("google", &whole), Vec::<&str>::new());
        assert_eq!(lacking_of("google", &part), ["client_secret", "refresh_token"]);
        assert_eq!(lacking_of("google", &Secret::new("let-me-in")).len(), 3);
        assert_eq!(lacking_of("segment", &Secret::new("let-me-in")), Vec::<&str>::new());
        let renew = find("google").and_then(|file| file.renew.as_ref()).expect("it is asked for anew");
        let filled = renew.filled(&whole).expect("all is said");
        let told: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.expose())).collect();
        let wanted =
            [("client_id", "c"), ("client_secret", "s"), ("grant_type", "refresh_token"), ("refresh_token", "r")];
        assert_eq!(told, wanted);
        assert!(renew.filled(&part).is_none());
    }

    #[test]
    fn a_file_puts_in_what_there_is_and_calls_its_own_host_over_tls() {
        for (code, file) in ALL.iter() {
            let secret = Secret::new("secret");
            let mut words = Words::bare(&secret);
            file.needs.iter().for_each(|need| words.put_part(need, "us1"));
            words.put_unit(file.by, "asma.q@example.com");
            words.put("found", "cus_1");
            words.put("reference", "reg_1");
            let asked = [&file.place, &file.find, &file.ask].into_iter().flatten().map(|read| &read.path);
            let paths = asked.chain(file.poll.as_ref().map(|poll| &poll.path)).chain([&file.tell.path]);
            for path in paths {
                let url: Url = words.url(&file.base, path).unwrap_or_else(|| panic!("{code}: {path}"));
                let host = url.host_str().expect("a host");
                let is_own = |own: &String| own == host || own.strip_prefix('*').is_some_and(|end| host.ends_with(end));
                assert!(url.scheme() == "https" && file.hosts.iter().any(is_own), "{code}: {url}");
                assert!(!url.as_str().contains('{') && !url.as_str().contains("%7B"), "{code}: {url}");
            }
            let texts = file.headers.values().chain(file.tell.headers.values());
            let texts = texts.map(|value| words.text(value).unwrap_or_else(|| panic!("{code}: {value}")));
            let body =
                file.tell.body.as_ref().map(|body| words.document(body).expect("all of it is known").to_string());
            for text in texts.chain(body.map(|body| body.replace("{\"", "(\""))) {
                assert!(
                    !text.contains("{credential") && !text.contains("{mail") && !text.contains("{customer"),
                    "{code}: {text}"
                );
            }
        }
    }
}
