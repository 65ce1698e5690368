//! By the recipient's own interface, as one file describes it: which call, at which host, with which answer. A file holds
//! values to be put in and no logic; whatever is not in it does not happen.

mod file;
mod fill;

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use self::file::{Again, Read, Renew, Template, Unit};
use self::fill::Words;
use super::{AGAIN, CUSTOMER, Came, How, Kind, MAIL, PHONE, Telling, passing, retry_after, unanswered};
use crate::floor::egress::{Answer, Call, Carried, Consignment, Host};
use crate::floor::kernel::{Error, Result, Secret};
use crate::propagation::model::{AttemptKind, TaskKind};

pub use file::{hosts_of, is_known, lacking_of, needs_of, unknown_of};

pub struct ByTemplate;

const NOT_SET_UP: &str = "Set up how this recipient's interface is reached and try again, or ask it by hand.";
const NOT_KNOWN: &str = "Nothing is known by which this recipient's interface could find the person: ask it by hand.";
const NOT_ITS_RIGHT: &str = "Its interface takes no wish of this kind: ask it by hand, and attach what comes back.";

const NOT_ITS_KIND: &str =
    "What lets us in at this recipient is not of the kind that lasts: set it up anew and try again.";
const RUN_OUT: &str = "What lets us in at this recipient has run out or was taken back: set it up anew and try again.";
const NOT_FORESEEN: &str = "It answered with a status that its file knows neither as done nor as refused: look at how it is reached, and \
     try again or ask it by hand.";
const NOT_THERE: &str = "Where this recipient was called there is nothing, which says nothing of the person: look at its \
     address and at what it was set up with, and try again or ask it by hand.";
const NOT_CARRIED_OUT: &str = "It took the wish and did not carry all of it out: look there at what is missing. Try again to \
     ask how it stands, or write down what came of it.";
const NOT_SAID: &str = "This recipient's interface is described with a word that nobody can give: ask it by hand, and have that put right.";

/// Who is asked for what lets us in.
const WHOM: &str = "a recipient's own way in";

/// What the first of several calls leaves as its answer where it did something.
const DONE: &str = "done";

/// Nobody has more than so many entries under one address.
const MOST: i32 = 100;

impl Kind for ByTemplate {
    fn kind(&self) -> TaskKind {
        TaskKind::Template
    }

    fn tell<'a>(&'a self, telling: &'a Telling<'a>) -> BoxFuture<'a, Result<Came>> {
        tell(telling).boxed()
    }
}

async fn tell(telling: &Telling<'_>) -> Result<Came> {
    let Some(template) = file::find(&telling.task.recipient) else {
        return Ok(Came::by_hand("not_known", NOT_SET_UP));
    };
    let (Some(way), Some(credential)) = (telling.way, telling.credential) else {
        return Ok(Came::by_hand("not_set_up", NOT_SET_UP));
    };
    if !template.rights.iter().any(|right| right == telling.task.right.code()) {
        return Ok(Came::by_hand("not_its_right", NOT_ITS_RIGHT));
    }
    let units = template.by.of(telling.matches);
    if units.is_empty() {
        return Ok(Came::by_hand("nobody", NOT_KNOWN));
    }
    let step = usize::try_from(telling.task.step).unwrap_or_default();
    let base = way.address.as_deref();
    let renewed = match &template.renew {
        Some(renew) => match renewed(telling, renew, (base.unwrap_or(&template.base), credential)).await? {
            Ok(renewed) => Some(renewed),
            Err(came) => return Ok(*came),
        },
        None => None,
    };
    let words = Words::of(telling.task, way, renewed.as_ref().unwrap_or(credential));
    let teller = Teller { telling, template, words, base };
    match units.get(step) {
        Some(unit) => teller.one(unit, step + 1 == units.len()).await,
        None => teller.poll().await,
    }
}

/// What lets us in for a while, for what is kept and lasts. It is held for the length of one call and kept nowhere.
async fn renewed(
    telling: &Telling<'_>,
    renew: &Renew,
    (base, credential): (&str, &Secret),
) -> Result<Result<Secret, Box<Came>>> {
    let did = AttemptKind::Asked;
    let Some(fields) = renew.filled(credential) else {
        return Ok(Err(Box::new(Came::by_hand("not_its_kind", NOT_ITS_KIND))));
    };
    let url = Url::parse(&[base.trim_end_matches('/'), &renew.path].concat());
    let url = url.map_err(|_| Error::internal("a recipient's way in is no address"))?;
    let call = Call::form(url, fields.iter().map(|(name, value)| (*name, value.expose()))).theirs();
    telling.run.hold().await?;
    let again = |after, why: &str| {
        let how = How::Again { after, is_unsure: telling.task.is_unsure };
        Ok(Err(Box::new(Came::of(how, did, why))))
    };
    let answer = match telling.tools.egress.send(Consignment::NoPersonalData { to: WHOM }, call).await {
        Ok(answer) => answer,
        Err(Error::Unavailable { after, .. }) => return again(after, "not_answered"),
        Err(other) => return Err(other),
    };
    if answer.is_success() {
        let token = answer.json::<Value>().and_then(|said| said.pointer(&renew.token)?.as_str().map(Secret::new));
        return token.map_or_else(|| again(AGAIN, "not_as_written"), |token| Ok(Ok(token)));
    }
    Ok(Err(Box::new(match answer.status {
        408 | 409 | 500.. => return again(AGAIN, &answer.status.to_string()),
        status @ (425 | 429) => {
            passing(status, retry_after(&answer), did).unwrap_or_else(|| Came::by_hand("run_out", RUN_OUT))
        }
        _ => Came::by_hand("run_out", RUN_OUT),
    })))
}

/// One try at one recipient.
struct Teller<'a> {
    telling: &'a Telling<'a>,
    template: &'static Template,
    words: Words<'a>,
    /// Where it is called instead of where it is.
    base: Option<&'a str>,
}

impl Teller<'_> {
    /// Tells of one thing that the person is known by.
    async fn one(mut self, unit: &str, is_last: bool) -> Result<Came> {
        if let Some(place) = &self.template.place
            && let Some(came) = self.missed(place).await?
        {
            return Ok(came);
        }
        self.words.put_unit(self.template.by, unit);
        if let Some(find) = &self.template.find {
            return match self.found(find).await? {
                Err(came) => Ok(*came),
                Ok(ids) => match ids.into_iter().next() {
                    None => Ok(self.ended(Ended::Gone, is_last, None)),
                    Some(_) if self.telling.task.attempts > MOST => {
                        Ok(Came::by_hand("too_many", "It finds the same person again and again: ask it by hand."))
                    }
                    Some(id) => self.tell_of_found(&id).await,
                },
            };
        }
        if self.telling.task.is_unsure && self.template.tell.again == Again::Ask {
            match self.asked().await? {
                Err(came) => return Ok(*came),
                Ok(Standing::Gone) => return Ok(self.ended(Ended::Done, is_last, None)),
                Ok(Standing::Taken(reference)) => return Ok(self.taken(reference, is_last, None)),
                Ok(Standing::There) => {}
            }
        }
        let told = &self.template.tell;
        let answer = match self.sent(told.method.as_str(), &told.path, AttemptKind::Sent).await? {
            Ok(answer) => answer,
            Err(came) => return Ok(*came),
        };
        Ok(self.judged(&answer, is_last))
    }

    /// What the answer to the telling itself means.
    fn judged(&self, answer: &Answer, is_last: bool) -> Came {
        let (told, proof) = (&self.template.tell, digest(answer));
        let document: Value = answer.json().unwrap_or(Value::Null);
        if told.gone.contains(&answer.status) {
            return self.ended(Ended::Gone, is_last, Some(proof));
        }
        if told.taken.contains(&answer.status) {
            let reference = told.reference.as_deref().and_then(|place| text_at(&document, place));
            return match reference {
                Some(reference) => self.taken(Some(reference), is_last, Some(proof)),
                // It took it and does not say as what: it is asked before anything is sent again.
                None => unanswered(AttemptKind::Sent, true, "not_as_written").with(self.left()),
            };
        }
        if told.done.contains(&answer.status) {
            let is_confirmed = told.confirms.as_deref().is_none_or(|place| {
                document.pointer(place).is_some_and(|said| !matches!(said, Value::Null | Value::Bool(false)))
            });
            return if is_confirmed {
                self.ended(Ended::Done, is_last, Some(proof))
            } else {
                unanswered(AttemptKind::Sent, true, "not_as_written").with(self.left())
            };
        }
        declined(answer.status).with(self.left()).proved(proof)
    }

    /// Tells of one whom the recipient itself found. It is looked for again until nobody is found any more.
    async fn tell_of_found(&mut self, id: &str) -> Result<Came> {
        self.words.put("found", id);
        let told = &self.template.tell;
        let answer = match self.sent(told.method.as_str(), &told.path, AttemptKind::Sent).await? {
            Ok(answer) => answer,
            Err(came) => return Ok(*came),
        };
        let came = self.judged(&answer, false);
        Ok(match came.how {
            How::OneMore { .. } => Came { how: How::OneMore { is_next: false }, answer: DONE.to_owned(), ..came },
            _ => came,
        })
    }

    /// What comes of a try whose place is not there, or not surely; none where it is. Nothing of the person leaves for it.
    async fn missed(&self, place: &Read) -> Result<Option<Came>> {
        let (did, base) = (AttemptKind::Asked, self.base.unwrap_or(&self.template.base));
        let call = self.words.url(base, &place.path).and_then(|url| self.dressed(Call::get(url), false));
        let Some(call) = call else { return Ok(Some(Came::by_hand("not_set_up", NOT_SET_UP))) };
        self.telling.run.hold().await?;
        let sent = self.telling.tools.egress.send(Consignment::NoPersonalData { to: WHOM }, call.theirs()).await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(Error::Unavailable { .. }) => {
                return Ok(Some(self.as_sure_as_before(unanswered(did, false, "not_answered"))));
            }
            Err(other) => return Err(other),
        };
        Ok(match passing(answer.status, retry_after(&answer), did) {
            Some(came) => Some(self.as_sure_as_before(came)),
            None if answer.is_success() => None,
            None => Some(not_there(answer.status, did)),
        })
    }

    /// Whom the recipient finds.
    async fn found(&self, find: &Read) -> Result<Result<Vec<String>, Box<Came>>> {
        let answer = match self.sent("GET", &find.path, AttemptKind::Asked).await? {
            Ok(answer) => answer,
            Err(came) => return Ok(Err(came)),
        };
        if find.gone.contains(&answer.status) {
            return Ok(Ok(Vec::new()));
        }
        if matches!(answer.status, 404 | 410) {
            return Ok(Err(Box::new(not_there(answer.status, AttemptKind::Asked).with(self.left()))));
        }
        let document: Option<Value> = answer.json().filter(|_| answer.is_success());
        let ids = document.as_ref().and_then(|document| fill::all_at(document, find.ids.as_deref()?));
        let odd = || Box::new(unanswered(AttemptKind::Asked, false, "not_as_written").with(self.left()));
        Ok(ids.ok_or_else(odd))
    }

    /// How things stand after a call that was not answered.
    async fn asked(&self) -> Result<Result<Standing, Box<Came>>> {
        let Some(ask) = &self.template.ask else { return Ok(Ok(Standing::There)) };
        let answer = match self.sent("GET", &ask.path, AttemptKind::Asked).await? {
            Ok(answer) => answer,
            Err(came) => return Ok(Err(came)),
        };
        let odd = || Box::new(unanswered(AttemptKind::Asked, true, "not_as_written").with(self.left()));
        let document: Option<Value> = answer.json();
        Ok(match (&ask.found, answer.status) {
            // It is no more: what was asked for has been done.
            (None, status) if ask.gone.contains(&status) => Ok(Standing::Gone),
            (None, _) if answer.is_success() => Ok(Standing::There),
            (_, status @ (404 | 410)) => Err(Box::new(not_there(status, AttemptKind::Asked).with(self.left()))),
            (Some(place), _) if answer.is_success() => {
                let unit = self.words.unit();
                let theirs = document.as_ref().and_then(|document| fill::whose(document, place, unit));
                match theirs.as_deref() {
                    Some([]) => Ok(Standing::There),
                    Some([item, ..]) => {
                        Ok(Standing::Taken(ask.reference.as_deref().and_then(|place| text_at(item, place))))
                    }
                    None => Err(odd()),
                }
            }
            _ => Err(odd()),
        })
    }

    /// Asks for the status of all that was taken.
    async fn poll(mut self) -> Result<Came> {
        let every = Duration::from_secs(self.template.every);
        let Some(poll) = &self.template.poll else {
            return Ok(Came::of(How::Done, AttemptKind::Asked, DONE));
        };
        let mut seen = Sha256::new();
        let mut is_open = false;
        for reference in &self.telling.task.refs {
            self.words.put("reference", reference);
            let answer = match self.sent("GET", &poll.path, AttemptKind::Asked).await? {
                Ok(answer) => answer,
                Err(came) => return Ok(*came),
            };
            let document: Value = answer.json().unwrap_or(Value::Null);
            let state = poll.state.as_deref().and_then(|place| text_at(&document, place)).unwrap_or_default();
            seen.update(answer.bytes());
            if poll.refused.contains(&state) {
                let refused = Came::of(How::Refused, AttemptKind::Asked, word(&state));
                return Ok(refused.proved(seen.finalize().into()));
            }
            if poll.failed.contains(&state) {
                let failed = Came { did: AttemptKind::Asked, ..Came::by_hand(&word(&state), NOT_CARRIED_OUT) };
                return Ok(failed.proved(seen.finalize().into()));
            }
            is_open |= !poll.done.contains(&state);
        }
        let proof = seen.finalize().into();
        Ok(if is_open {
            Came::of(How::Acknowledged(Some(every)), AttemptKind::Asked, "open")
        } else {
            Came::of(How::Done, AttemptKind::Asked, DONE).proved(proof)
        })
    }

    /// One thing that the person is known by has been dealt with.
    fn ended(&self, ended: Ended, is_last: bool, proof: Option<[u8; 32]>) -> Came {
        let did = ended == Ended::Done || self.telling.task.answer.as_deref() == Some(DONE);
        let has_more = !is_last || !self.telling.task.refs.is_empty();
        let how = match (has_more, did) {
            (true, _) => How::OneMore { is_next: true },
            (false, true) => How::Done,
            (false, false) => How::AlreadyGone,
        };
        let answer = if did { DONE } else { "gone" };
        let came = Came::of(how, AttemptKind::Sent, answer).with(self.left());
        Came { proof, ..came }
    }

    /// It was taken, and is worked on under this name.
    fn taken(&self, reference: Option<String>, is_last: bool, proof: Option<[u8; 32]>) -> Came {
        let every = Duration::from_secs(self.template.every);
        let how = match (is_last, reference.is_some()) {
            (true, _) if self.template.poll.is_some() => How::Acknowledged(Some(every)),
            (true, _) => How::Done,
            (false, _) => How::OneMore { is_next: true },
        };
        let came = Came::of(how, AttemptKind::Sent, "taken").with(self.left());
        Came { proof, reference, ..came }
    }

    /// Makes one call. An answer that only says to come back, or none, is what came of the try.
    async fn sent(&self, method: &str, path: &str, did: AttemptKind) -> Result<Result<Answer, Box<Came>>> {
        let base = self.base.unwrap_or(&self.template.base);
        let Some(url) = self.words.url(base, path) else {
            return Ok(Err(Box::new(Came::by_hand("not_set_up", NOT_SET_UP))));
        };
        let host = Host::of(&url);
        let call = Call::by(method, url).ok_or_else(|| Error::internal("a recipient's file names no method"))?;
        let is_telling = did == AttemptKind::Sent;
        let Some(call) = self.dressed(call, is_telling) else {
            return Ok(Err(Box::new(Came::by_hand("not_said", NOT_SAID))));
        };
        let left = self.left();
        let sent = self.telling.share(call, host, &left).await?;
        let answer = match sent.answer {
            Ok(answer) => answer,
            Err(why) => return Ok(Err(Box::new(unanswered(did, is_telling && sent.has_left, why).with(left)))),
        };
        Ok(match passing(answer.status, retry_after(&answer), did) {
            // A question that was not answered left nothing unsure that was not so before.
            Some(came) if !is_telling => Err(Box::new(self.as_sure_as_before(came).with(left))),
            Some(came) => Err(Box::new(came.with(left))),
            None => Ok(answer),
        })
    }

    /// A call with its headers and, where it tells, with its body; none where the file names what is not known.
    fn dressed(&self, call: Call, is_telling: bool) -> Option<Call> {
        let told = &self.template.tell;
        let call = match told.body.as_ref().filter(|_| is_telling) {
            Some(body) => call.carrying(told.kind(), Secret::new(self.words.document(body)?.to_string())),
            None => call,
        };
        let own = told.headers.iter().filter(|_| is_telling);
        let mut headers = self.template.headers.iter().chain(own);
        headers
            .try_fold(call, |call, (name, value)| Some(call.with(name.clone(), Secret::new(self.words.text(value)?))))
    }

    fn as_sure_as_before(&self, came: Came) -> Came {
        match came.how {
            How::Again { after, .. } => {
                Came { how: How::Again { after, is_unsure: self.telling.task.is_unsure }, ..came }
            }
            _ => came,
        }
    }

    /// What goes along with every call.
    fn left(&self) -> Vec<Carried> {
        let key = match self.template.by {
            Unit::Mail => MAIL,
            Unit::Phone => PHONE,
            Unit::Customer => CUSTOMER,
        };
        vec![self.telling.carried(key, if self.template.is_hashed() { "hashed" } else { "raw" })]
    }
}

/// How one thing that the person is known by ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Done,
    Gone,
}

/// How things stand at a recipient that did not answer.
enum Standing {
    There,
    Gone,
    Taken(Option<String>),
}

/// What an answer means that the file does not name. Only one that finds fault with the wish itself is the recipient's own
/// refusal; whatever else is said is about the way there, and a person looks.
fn declined(status: u16) -> Came {
    let (did, answer) = (AttemptKind::Sent, status.to_string());
    match status {
        200..300 => unanswered(did, true, "not_as_written"),
        400 | 422 => Came::of(How::Refused, did, answer),
        404 | 410 => not_there(status, did),
        _ => Came { did, ..Came::by_hand(&answer, NOT_FORESEEN) },
    }
}

/// What it means that there is nothing where somebody was called, and not where the person would be.
fn not_there(status: u16, did: AttemptKind) -> Came {
    Came { did, ..Came::by_hand(&status.to_string(), NOT_THERE) }
}

fn digest(answer: &Answer) -> [u8; 32] {
    Sha256::digest(answer.bytes()).into()
}

fn text_at(document: &Value, place: &str) -> Option<String> {
    let said = document.pointer(place)?;
    let text = said.as_str().map(str::to_owned).or_else(|| said.as_u64().map(|number| number.to_string()))?;
    (!text.is_empty() && text.len() <= 200).then_some(text)
}

/// A state of theirs as a word of ours: letters and underscores, and not many.
fn word(state: &str) -> String {
    let letters = state.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_');
    letters.take(40).collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_finds_fault_with_the_wish_is_a_refusal() {
        for status in [400, 422] {
            assert_eq!(declined(status).how, How::Refused, "{status}");
        }
        for status in [301, 402, 404, 405, 410, 413, 415, 451] {
            let came = declined(status);
            assert!(matches!(came.how, How::ByHand(_)) && came.did == AttemptKind::Sent, "{status}");
        }
        assert!(matches!(declined(206).how, How::Again { is_unsure: true, .. }), "it may have done it");
    }
}
