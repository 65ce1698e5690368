//! What came of a try, written down at once: how the task stands, what left, what was answered, and who is woken by it.

use std::collections::BTreeMap;

use chrono::Duration;

use super::super::jobs::TellRecipient;
use super::super::kinds::{Came, How, PURPOSE};
use super::super::model::{AttemptKind, Task, TaskKind, TaskState};
use super::super::queries::{attempts, tasks};
use super::{action, told};
use crate::floor::egress::Carried;
use crate::floor::jobs::{self, Ticket};
use crate::floor::kernel::{Instant, RecipientTaskId, Result};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Disclosed, Event, Witnessed, WriteTx, disclose};
use crate::relay::Way;

/// What a call that did something leaves behind until the last of them.
const DONE: &str = "done";

/// Nothing left where nobody was there.
const NOT_REACHED: &str = "not_reached";

/// Says that a try is about to be made, before anything leaves; what was there before, or none where the task has ended or a
/// hold stands. Whoever places one marks the task, so that no try is begun after a hold that it did not see.
pub fn begin(tx: &mut WriteTx, id: RecipientTaskId) -> Result<Witnessed<Option<Task>>> {
    let task = tasks::held(tx, id)?;
    if task.state.has_ended() || task.is_held() {
        return Ok(Witnessed::new(None, told("recipient.left_alone", &task)));
    }
    let event = told("recipient.trying", &task);
    let now = tx.now()?;
    tasks::save(tx, &Task { is_unsure: true, tried_at: Some(now), ..task.clone() })?;
    Ok(Witnessed::new(Some(task), event))
}

/// Writes down what came of a try. `was_unsure` is how it stood before. A task that has ended meanwhile stays as it is, but
/// for what left.
pub fn settle(tx: &mut WriteTx, id: RecipientTaskId, was_unsure: bool, came: &Came) -> Result<Witnessed<()>> {
    let before = tasks::held(tx, id)?;
    let left = if came.answer == NOT_REACHED { Vec::new() } else { rows(&before, &came.left) };
    let disclosed = disclose(tx, &left)?;
    if before.state.has_ended() {
        return Ok(Witnessed::new((), told("recipient.tried", &before).count("disclosed", disclosed as u64)));
    }
    let now = tx.now()?;
    let (mut task, next) = moved(before.clone(), was_unsure, came, now);
    let is_news = match &came.how {
        How::Nothing => false,
        How::ByHand(_) => task.advice != before.advice,
        _ => true,
    };
    if is_news {
        attempts::add(tx, &mut task, came.did, &came.answer)?;
    }
    tasks::save(tx, &task)?;
    if let Some(after) = next {
        let job = TellRecipient { task: id };
        if !jobs::waits::<TellRecipient>(tx, id.uuid())? {
            jobs::redeem(tx, Ticket::of(&job)?.due(now.plus(after)));
        }
    }
    if task.state.has_ended() {
        ended(tx, &task)?;
    }
    let event = if task.state == before.state { "recipient.tried" } else { action(task.state) };
    Ok(Witnessed::new((), told(event, &task).count("disclosed", disclosed as u64)))
}

/// Nobody has to say anything more: links lead nowhere, and whoever waited goes on.
pub fn ended(tx: &mut WriteTx, task: &Task) -> Result<()> {
    if task.kind == TaskKind::Mail {
        keyhole::close(tx, KeyholeKind::RecipientReply, task.id.uuid())?;
    }
    if let Some(ticket) = tasks::ticket(tx, task)? {
        jobs::redeem(tx, ticket);
    }
    Ok(())
}

/// How a task stands after a try, and when it is looked at again where that is not at once.
fn moved(before: Task, was_unsure: bool, came: &Came, now: Instant) -> (Task, Option<Duration>) {
    let mut task = Task { is_unsure: false, tried_at: Some(now), ..before };
    // What was done in one of several calls stays said, whatever the next one meets.
    let keeps_word = task.answer.as_deref() == Some(DONE);
    let mut answer = Some(came.answer.clone());
    let mut next = None;
    let stays_silent = task.state == TaskState::Silent;
    let span = |after: std::time::Duration| Duration::from_std(after).unwrap_or(Duration::days(1));
    match &came.how {
        How::Done => task.state = TaskState::Done,
        How::AlreadyGone => task.state = TaskState::AlreadyGone,
        How::Refused => task.state = TaskState::Refused,
        How::OneMore { is_next } => {
            task.step += i16::from(*is_next);
            if keeps_word {
                answer = Some(DONE.to_owned());
            }
        }
        How::Sent(after) => {
            if !stays_silent {
                task.state = TaskState::Sent;
            }
            next = after.map(span);
        }
        How::Acknowledged(after) => {
            // Every call has its answer, and the next look asks how things stand.
            if task.state != TaskState::Acknowledged && came.did == AttemptKind::Sent {
                task.step += 1;
            }
            task.state = TaskState::Acknowledged;
            next = after.map(span);
        }
        How::Again { is_unsure, .. } => task.is_unsure = was_unsure || *is_unsure,
        How::SlowDown(_) => task.is_unsure = was_unsure,
        How::ByHand(advice) => {
            task.is_unsure = was_unsure;
            task.advice = Some(advice.chars().take(400).collect());
        }
        How::Nothing => {
            task.is_unsure = was_unsure;
            answer.clone_from(&task.answer);
        }
    }
    if keeps_word && matches!(came.how, How::Again { .. } | How::SlowDown(_) | How::ByHand(_)) {
        answer = Some(DONE.to_owned());
    }
    task.answer = answer;
    task.proof = came.proof.or(task.proof);
    if let Some(reference) = came.reference.as_ref().filter(|reference| !task.refs.contains(reference)) {
        task.refs.push(reference.clone());
    }
    if task.state.has_ended() {
        task.ended_at = Some(now);
        task.advice = None;
    }
    (task, next)
}

/// The time of a task has gone by, or half of it: a letter is sent once more, silence is told as such, and whoever waits goes
/// on with what is open named. Whether it is late now.
pub fn late(tx: &mut WriteTx, id: RecipientTaskId) -> Result<Witnessed<Option<Task>>> {
    let (before, now) = (tasks::held(tx, id)?, tx.now()?);
    let mut task = before.clone();
    let nothing =
        |task: &Task, is_late: bool| Ok(Witnessed::new(is_late.then(|| task.clone()), told("recipient.minded", task)));
    if task.state.has_ended() || task.is_held() {
        return nothing(&task, false);
    }
    if now < task.until {
        let is_to_be_reminded =
            task.kind == TaskKind::Mail && task.state == TaskState::Sent && task.reminded_at.is_none();
        if !is_to_be_reminded {
            return nothing(&task, false);
        }
        task.reminded_at = Some(now);
        tasks::save(tx, &task)?;
        jobs::enqueue(tx, &TellRecipient { task: id })?;
        return Ok(Witnessed::new(None, told("recipient.reminded", &task)));
    }
    if task.has_been_late() {
        return nothing(&task, true);
    }
    task.reminded_at = Some(now);
    if task.has_been_silent() {
        task.state = TaskState::Silent;
        attempts::add(tx, &mut task, AttemptKind::Waited, "silent")?;
    }
    tasks::save(tx, &task)?;
    if let Some(ticket) = tasks::ticket(tx, &task)? {
        jobs::redeem(tx, ticket);
    }
    let event = if task.state == before.state { "recipient.late" } else { action(task.state) };
    let told = told(event, &task);
    Ok(Witnessed::new(Some(task), told))
}

/// A row of the book for each category and form.
fn rows(task: &Task, left: &[Carried]) -> Vec<Disclosed> {
    let mut by_form: BTreeMap<(&str, &'static str), Vec<String>> = BTreeMap::new();
    for carried in left {
        if let Some((category, field)) = carried.field.split_once('.') {
            let fields = by_form.entry((category, carried.form)).or_default();
            if !fields.iter().any(|known| known == field) {
                fields.push(field.to_owned());
            }
        }
    }
    let row = |((category, form), fields): ((&str, &'static str), Vec<String>)| Disclosed {
        recipient: task.recipient.clone(),
        app: task.app(),
        store: task.store,
        subject: task.subject,
        category: category.to_owned(),
        fields,
        form,
        count: 1,
        purpose: PURPOSE.to_owned(),
        way: Way::Request.code(),
        reference: Some(task.id.uuid()),
    };
    by_form.into_iter().map(row).collect()
}

/// The event of a change that a person or the recipient itself made.
pub fn witness(task: &Task) -> Event {
    told(action(task.state), task)
}

#[cfg(test)]
mod tests {
    use std::time::Duration as Span;

    use super::*;
    use crate::propagation::model::task_for_tests;

    fn after(task: Task, how: How, answer: &str) -> Task {
        moved(task, false, &Came::of(how, AttemptKind::Sent, answer), Instant::EPOCH).0
    }

    #[test]
    fn an_end_is_an_end_and_what_was_not_answered_is_none() {
        for (how, state) in [
            (How::Done, TaskState::Done),
            (How::AlreadyGone, TaskState::AlreadyGone),
            (How::Refused, TaskState::Refused),
        ] {
            let task = after(task_for_tests(), how, "200");
            assert!(task.state == state && task.ended_at.is_some() && !task.is_unsure);
        }
        let open = after(task_for_tests(), How::Again { after: Span::ZERO, is_unsure: true }, "timed_out");
        assert!(open.state == TaskState::Waiting && open.is_unsure && open.ended_at.is_none());
    }

    #[test]
    fn what_was_unsure_stays_so_until_there_is_an_answer() {
        let came = |how| Came::of(how, AttemptKind::Sent, "x");
        let moved = |how| moved(task_for_tests(), true, &came(how), Instant::EPOCH).0.is_unsure;
        assert!(moved(How::Again { after: Span::ZERO, is_unsure: false }) && moved(How::SlowDown(Span::ZERO)));
        assert!(!moved(How::OneMore { is_next: true }) && !moved(How::Acknowledged(None)));
    }

    #[test]
    fn what_one_call_did_is_not_forgotten_over_the_failure_of_the_next() {
        let one = after(task_for_tests(), How::OneMore { is_next: true }, DONE);
        assert_eq!((one.step, one.answer.as_deref()), (1, Some(DONE)));
        let failed = after(one, How::Again { after: Span::ZERO, is_unsure: true }, "500");
        let shut = after(failed, How::ByHand("Set it up anew.".to_owned()), "401");
        let gone = after(shut, How::OneMore { is_next: true }, "gone");
        assert_eq!((gone.step, gone.answer.as_deref()), (2, Some(DONE)));
    }

    #[test]
    fn what_is_not_sent_twice_is_counted_once() {
        let first = after(task_for_tests(), How::Acknowledged(None), "201");
        let again = after(first.clone(), How::Acknowledged(None), "pending");
        assert_eq!((first.step, again.step), (1, 1));
    }

    #[test]
    fn the_book_has_a_row_for_each_category_and_form() {
        let carried = |field: &str, form| Carried { field: field.to_owned(), form };
        let left =
            [carried("customer.email", "raw"), carried("customer.email", "raw"), carried("customer.number", "raw")];
        let rows = rows(&task_for_tests(), &left);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].fields.len(), rows[0].way), (2, "request"));
    }
}
