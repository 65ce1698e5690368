//! Coming and going: what follows when the server says who this is, when a session ends, when a second factor is due and
//! when nobody has pressed a key for long. A part of `update`.
//!
//! It never sees a token's use: the api layer carries it.

use super::action::{Action, Effect, Effects};
use super::ask::{Ask, Trouble};
use super::me::{ENROLMENT, Factor, LOCK, Me, Pass, SIGN_IN, STEP_UP};
use super::model::{Model, Open};
use super::page::Tone;
use super::update::{close_place, open_place, tell_all, tell_place, update};

/// The desk was reached: whoever has a token asks who that is, a stranger is asked to sign in.
pub fn bearing(model: &mut Model, has_token: bool) -> Effects {
    if has_token {
        return vec![Effect::WhoAmI];
    }
    if model.ctx.desk.is_local {
        return vec![Effect::ShowFile];
    }
    model.ctx.me = Me::Nobody;
    open_place(model, SIGN_IN)
}

pub fn known(model: &mut Model, said: Result<Me, Trouble>) -> Effects {
    match said {
        Ok(Me::Someone(person)) => {
            let was_out = model.ctx.me.person().is_none();
            let is_other = model.seated.as_ref().is_some_and(|before| *before != person.name);
            let title = person.title();
            model.seated = Some(person.name.clone());
            model.ctx.me = Me::Someone(person);
            if is_other {
                begin_anew(model);
            }
            if !was_out && !is_other {
                return Effects::new();
            }
            // Both factors were just shown: that opens a lock too.
            close_place(model, SIGN_IN);
            close_place(model, LOCK);
            model.ctx.touched_at = model.ctx.now;
            model.ctx.notices.tell(model.ctx.now, Tone::Good, format!("signed in as {title}"));
            tell_all(model, &Action::SignedIn)
        }
        Ok(_) | Err(Trouble::SignIn) => session_ended(model),
        // Asked again when the desk answers again.
        Err(Trouble::Unreached(_)) => Effects::new(),
        Err(trouble) => {
            let words = format!("{} does not say who you are: {trouble}", model.ctx.desk.name());
            model.ctx.notices.tell(model.ctx.now, Tone::Bad, words);
            Effects::new()
        }
    }
}

/// The token is worth nothing any more: the sign-in opens over what is there, which keeps its place.
pub fn session_ended(model: &mut Model) -> Effects {
    let words = match std::mem::replace(&mut model.ctx.me, Me::Nobody) {
        Me::Nobody => return open_place(model, SIGN_IN),
        Me::Someone(_) => "your session has ended: sign in to go on",
        Me::Unknown => "the token at hand opens nothing here any more: sign in",
        Me::Halfway { .. } => "that took too long: sign in from the beginning",
    };
    model.ctx.notices.tell(model.ctx.now, Tone::Warn, words);
    let mut effects = vec![Effect::Forget];
    effects.extend(drop_held(model, &Trouble::SignIn));
    close_place(model, STEP_UP);
    effects.extend(tell_all(model, &Action::Locked));
    effects.extend(open_place(model, SIGN_IN));
    effects
}

pub fn sign_out(model: &mut Model) -> Effects {
    model.ctx.me = Me::Nobody;
    model.seated = None;
    begin_anew(model);
    model.ctx.notices.tell(model.ctx.now, Tone::Plain, "signed out");
    let mut effects = vec![Effect::SignOut];
    effects.extend(open_place(model, SIGN_IN));
    effects
}

pub fn passed(model: &mut Model, pass: Pass) -> Effects {
    if pass.device.is_some() {
        model.ctx.device.clone_from(&pass.device);
    }
    let (is_whole, must_enrol) = (pass.is_whole, pass.must_enrol);
    let mut effects = vec![Effect::Carry(pass)];
    if is_whole {
        effects.push(Effect::WhoAmI);
        return effects;
    }
    model.ctx.me = Me::Halfway { must_enrol };
    if must_enrol {
        close_place(model, SIGN_IN);
        effects.extend(open_place(model, ENROLMENT));
    }
    effects
}

/// An ask waits while its second factor is shown; once.
pub fn step_up_needed(model: &mut Model, ask: Ask) -> Effects {
    let factor = model.ctx.me.person().map_or(Factor::None, |person| person.factor);
    if factor == Factor::None || ask.is_again {
        let answer = ask.answer(Err(Trouble::StepUp));
        return update(model, Action::Answered(answer));
    }
    model.held.push(ask);
    match factor {
        Factor::File => vec![Effect::ShowFile],
        _ => open_place(model, STEP_UP),
    }
}

/// What waited goes again, and the server says anew until when that holds.
pub fn stepped_up(model: &mut Model) -> Effects {
    let mut effects = resend(model);
    effects.push(Effect::WhoAmI);
    effects
}

fn resend(model: &mut Model) -> Effects {
    let mut effects = tell_all(model, &Action::SteppedUp);
    for mut ask in std::mem::take(&mut model.held) {
        ask.is_again = true;
        effects.push(Effect::Ask(ask));
    }
    effects
}

/// What waited hears why it waits no longer.
pub fn drop_held(model: &mut Model, why: &Trouble) -> Effects {
    let held = std::mem::take(&mut model.held);
    held.into_iter()
        .flat_map(|ask| {
            let answer = ask.answer(Err(why.clone()));
            tell_place(model, answer.to, &Action::Answered(answer))
        })
        .collect()
}

pub fn file_shown(model: &mut Model, outcome: Result<(), Trouble>) -> Effects {
    let Err(trouble) = outcome else { return resend(model) };
    let mut effects = drop_held(model, &trouble);
    if model.ctx.me.person().is_none() {
        model.ctx.me = Me::Nobody;
        let words = format!("{} did not take its own file: {trouble}", model.ctx.desk.name());
        model.ctx.notices.tell(model.ctx.now, Tone::Bad, words);
        effects.extend(open_place(model, SIGN_IN));
    }
    effects.extend(tell_all(model, &Action::FileShown(Err(trouble))));
    effects
}

pub fn lock(model: &mut Model) -> Effects {
    model.pending.clear();
    model.ctx.notices.hush();
    let mut effects = tell_all(model, &Action::Locked);
    effects.extend(open_place(model, LOCK));
    effects
}

pub fn unlocked(model: &mut Model) -> Effects {
    close_place(model, LOCK);
    model.ctx.touched_at = model.ctx.now;
    tell_all(model, &Action::SignedIn)
}

/// What the clock brings: the lock, the end of a session, and the places that wanted to be woken.
pub fn due(model: &mut Model) -> Effects {
    let now = model.ctx.now;
    let mut effects = Effects::new();
    if model.ctx.me.person().and_then(|person| person.ends_at).is_some_and(|at| at <= now) {
        effects.extend(session_ended(model));
    }
    if model.locks_at().is_some_and(|at| at <= now) {
        effects.extend(lock(model));
    }
    let is_due = |open: &&Open| open.screen.wakes(&model.ctx).is_some_and(|at| at <= now);
    let woken: Vec<_> = model.layers.iter().chain(&model.stack).filter(is_due).map(|open| open.entry.name).collect();
    for name in woken {
        effects.extend(tell_place(model, name, &Action::Woken));
        model.is_dirty = true;
    }
    effects
}

/// Home, as if the console had just been opened; an enrolment that shows its codes stays.
fn begin_anew(model: &mut Model) {
    model.ctx.undo = None;
    model.held.clear();
    model.layers.retain(|open| open.entry.name == ENROLMENT);
    model.ctx.beneath = <_>::default();
    if let Some(entry) = model.stack.first().map(|open| open.entry) {
        model.stack = vec![Open { entry, screen: (entry.open)(&model.ctx) }];
    }
}
