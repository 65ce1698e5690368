//! By a letter, with a link under which the recipient says what became of it. A letter that may have left goes out again
//! under the same message id; a second one is a reminder, once, and another one only where a person has it told again.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{ADDRESS, AGAIN, CUSTOMER, Came, How, Kind, MAIL, NAME, PHONE, Telling};
use crate::floor::egress::Carried;
use crate::floor::kernel::{Error, Personal, Result};
use crate::floor::ledger::{Event, Witnessed, keyhole};
use crate::floor::mail::{Letter, is_address};
use crate::floor::regulations::Right;
use crate::propagation::REPLY_PATH;
use crate::propagation::model::{AttemptKind, Corrected, Matches, Task, TaskKind, TaskState};
use crate::staff::Token;

pub struct ByMail;

/// The first letters of a link's secret.
const REPLY: &str = "rdr_";

const SENT: &str = "sent";
const REMINDED: &str = "reminded";
const NOT_ANSWERED: &str = "not_answered";

const NOTHING_NAMED: &str = "Nothing that was named as right is this recipient's to put right: tell it by hand what is right, \
     as it stands with the request, and attach what comes back.";

impl Kind for ByMail {
    fn kind(&self) -> TaskKind {
        TaskKind::Mail
    }

    fn tell<'a>(&'a self, telling: &'a Telling<'a>) -> BoxFuture<'a, Result<Came>> {
        tell(telling).boxed()
    }
}

async fn tell(telling: &Telling<'_>) -> Result<Came> {
    let (task, tools) = (telling.task, telling.tools);
    let to = telling.way.and_then(|way| way.address.as_deref()).map(Personal::new).filter(is_address);
    let Some(to) = to else {
        return Ok(Came::by_hand("no_address", "Set up where this recipient takes letters, or ask it by hand."));
    };
    if telling.matches.is_empty() {
        return Ok(Came::by_hand("nobody", "Nothing is known by which this recipient could find the person."));
    }
    if task.right == Right::Correction && right(task, telling.matches).is_none() {
        return Ok(Came::by_hand("nothing_named", NOTHING_NAMED));
    }
    let is_reminder = matches!(task.state, TaskState::Sent | TaskState::Silent);
    if is_reminder && !is_wanted(task) {
        return Ok(Came::of(How::Nothing, AttemptKind::Waited, SENT));
    }
    let link = link(telling).await?;
    telling.run.hold().await?;
    let letter = letter(task, telling.matches, (&telling.policy.operator.name, &link), (to, is_reminder));
    let did = if is_reminder { AttemptKind::Reminded } else { AttemptKind::Sent };
    let left = left(telling);
    Ok(match tools.mail.send(&letter).await {
        Ok(()) => {
            // One that a person had told again before it was to be reminded is reminded all the same.
            let answer = if is_reminder && task.reminded_at.is_some() { REMINDED } else { SENT };
            Came::of(How::Sent(None), did, answer).with(left)
        }
        Err(Error::Unavailable { .. }) => {
            Came::of(How::Again { after: AGAIN, is_unsure: true }, did, NOT_ANSWERED).with(left)
        }
        Err(Error::Refused(_)) => {
            Came::by_hand("not_taken", "Its mail server takes no letter at that address: ask it by hand.")
        }
        Err(other) => return Err(other),
    })
}

/// Whether one that was written to is to be written to again: a person has it told again, what was sent may not have arrived,
/// or its reminder is due, which it gets once.
fn is_wanted(task: &Task) -> bool {
    match task.answer.as_deref() {
        None | Some(NOT_ANSWERED) => true,
        Some(REMINDED) => false,
        Some(_) => task.reminded_at.is_some(),
    }
}

/// A link that leads to the task; its secret stands in the letter alone.
async fn link(telling: &Telling<'_>) -> Result<String> {
    let Token { text, digest } = Token::fresh(REPLY)?;
    let (id, told) = (telling.task.id, telling.task.digest());
    let request = telling.task.request;
    let cut = telling.tools.ledger.write(telling.lane.clone(), move |tx| {
        keyhole::cut(tx, keyhole::KeyholeKind::RecipientReply, &digest, id.uuid())?;
        Ok(Witnessed::new((), Event::new("recipient.writing", "request", request.uuid()).digest("task", &told)))
    });
    cut.await?;
    Ok([telling.tools.public_url.as_str(), REPLY_PATH, "?token=", text.expose()].concat())
}

/// What the recipient is asked for, in its own words.
fn wish(right: Right) -> &'static str {
    match right {
        Right::Deletion => "to delete what you hold of them",
        Right::Correction => "to put right what you hold of them",
        Right::Restriction => "to keep what you hold of them and not to use it",
        Right::Objection | Right::OptOut => "to stop using and passing on what you hold of them",
        _ => "to tell what you hold of them",
    }
}

/// What is right, where that is what is asked for.
fn right<'a>(task: &Task, matches: &'a Matches) -> Option<&'a Corrected> {
    let said = matches.correction.as_ref().filter(|_| task.right == Right::Correction);
    said.filter(|said| !said.said().is_empty())
}

fn letter(
    task: &Task,
    matches: &Matches,
    (operator, link): (&str, &str),
    (to, is_reminder): (Personal, bool),
) -> Letter {
    let (reference, asked) = (&task.reference, wish(task.right));
    let law = task.regulation.code().to_uppercase();
    let known = [("Mail", &matches.mails), ("Phone", &matches.phones), ("Customer", &matches.customers)];
    let known: String = known
        .into_iter()
        .flat_map(|(name, values)| values.iter().map(move |value| format!("  {name}: {value}\n")))
        .collect();
    let right: String = right(task, matches).map_or_else(String::new, |said| {
        let lines = said.said().into_iter().map(|(called, value)| format!("  {called}: {value}\n"));
        std::iter::once("What is right:\n".to_owned()).chain(lines).collect()
    });
    let known = known + &right;
    let again = if is_reminder { "We wrote to you about this before and have no answer.\n\n" } else { "" };
    let text = format!(
        "{again}A person of whom {operator} gave you data asks {asked} ({law}).\n\nReference: {reference}\nAsked on: {}\n\
         Please answer by: {}\nYou know them by:\n{known}\nSay under this link what became of it; it is yours alone:\n{link}\n",
        task.asked_on(),
        task.last_day(),
    );
    let subject = if is_reminder { "Reminder: a person's request" } else { "A person's request" };
    let turn = match (is_reminder, task.reminded_at) {
        (false, _) => "first",
        (true, Some(_)) => "again",
        // A person has it told again before its reminder is due, which is another letter.
        (true, None) => "anew",
    };
    let id = task.id.uuid();
    let own = id.as_simple();
    // The same as long as it is the same letter, and another where a person has it told again.
    let id = if task.step == 0 {
        format!("recipient-{own}-{turn}")
    } else {
        format!("recipient-{own}-{turn}-{}", task.step)
    };
    Letter::automatic(to, format!("{subject}, {reference}"), text, id)
}

fn left(telling: &Telling<'_>) -> Vec<Carried> {
    let matches = telling.matches;
    let fields = [(&matches.mails, MAIL), (&matches.phones, PHONE), (&matches.customers, CUSTOMER)];
    let known = fields.into_iter().filter(|(values, _)| !values.is_empty()).map(|(_, key)| key);
    let put_right = right(telling.task, matches).into_iter().flat_map(fields_of);
    known.chain(put_right).map(|key| telling.carried(key, "raw")).collect()
}

/// What of somebody stands in what is right.
fn fields_of(said: &Corrected) -> impl Iterator<Item = &'static str> + use<> {
    let on = &said.on_orders;
    let has_name = said.given_name.is_some() || said.family_name.is_some() || on.handle.is_some();
    let fields = [
        (has_name, NAME),
        (said.mail.is_some() || on.mail.is_some(), MAIL),
        (said.phone.is_some() || on.phone.is_some(), PHONE),
        (said.address.is_some() || on.address.is_some(), ADDRESS),
    ];
    fields.into_iter().filter(|(is_said, _)| *is_said).map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propagation::model::task_for_tests;

    #[test]
    fn a_letter_says_what_is_asked_by_when_and_where_the_answer_goes() {
        let matches = Matches { mails: vec!["asma.q@example.com".to_owned()], ..Matches::default() };
        let to = || Personal::new("privacy@recipient.example");
        let link = "https://desk.example/trust/reply?token=rdr_x";
        let first = letter(&task_for_tests(), &matches, ("Littledata", link), (to(), false));
        for part in ["R-0000007", "to delete what you hold", "GDPR", "by: 1970-01-30\n", "asma.q@example.com", link] {
            assert!(first.text.contains(part), "{part}: {}", first.text);
        }
        let second = letter(&task_for_tests(), &matches, ("Littledata", link), (to(), true));
        assert!(second.text.contains("before and have no answer") && second.message_id != first.message_id);
        let anew = Task { step: 1, ..task_for_tests() };
        let third = letter(&anew, &matches, ("Littledata", link), (to(), true));
        assert!(third.message_id != second.message_id && third.message_id != first.message_id);
    }

    #[test]
    fn a_letter_that_left_goes_again_as_a_reminder_or_where_a_person_wants_it() {
        let sent = |answer: Option<&str>, reminded_at| Task {
            state: TaskState::Sent,
            answer: answer.map(str::to_owned),
            reminded_at,
            ..task_for_tests()
        };
        let at = Some(task_for_tests().opened_at);
        assert!(!is_wanted(&sent(Some(SENT), None)) && is_wanted(&sent(Some(SENT), at)));
        assert!(!is_wanted(&sent(Some(REMINDED), at)) && is_wanted(&sent(None, at)));
        assert!(is_wanted(&sent(None, None)) && is_wanted(&sent(Some(NOT_ANSWERED), None)));
        assert!(!is_wanted(&sent(Some("by_hand"), None)), "somebody noted that it was asked");
    }

    #[test]
    fn a_letter_about_what_is_wrong_says_what_is_right() {
        let said = Corrected {
            given_name: Some("Asma".to_owned()),
            address: Some("Lane 1, Lahore".to_owned()),
            ..Corrected::default()
        };
        let matches = Matches {
            mails: vec!["asma.q@example.com".to_owned()],
            correction: Some(said.clone()),
            ..Matches::default()
        };
        let text = |right| {
            let to = Personal::new("privacy@recipient.example");
            letter(&Task { right, ..task_for_tests() }, &matches, ("Littledata", "https://desk.example"), (to, false))
                .text
        };
        let asked = text(Right::Correction);
        assert!(asked.contains("What is right:\n  First name: Asma\n  Address: Lane 1, Lahore\n"), "{asked}");
        assert!(!text(Right::Deletion).contains("Lahore"), "whoever is to delete is told nothing new");
        assert_eq!(fields_of(&said).collect::<Vec<_>>(), [NAME, ADDRESS]);
    }
}
