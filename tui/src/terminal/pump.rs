//! The loop: drain what has happened, then draw once; no ticks. The only place that asks the wall clock.
//!
//! It carries out effects and brings back actions. It never decides what anything means: that is `update`.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use crossterm::event::Event;
use futures_util::{Stream, StreamExt};
use ratatui::Terminal;
use ratatui::layout::Rect;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use crate::api::asker::{Asker, Ways};
use crate::api::client::Client;
use crate::api::live::Live;
use crate::api::pulse::{self, Pulse};
use crate::core::action::{Action, Effect, Effects, Exit, Size};
use crate::core::model::Model;
use crate::core::page::Tone;
use crate::core::scrub::scrub;
use crate::core::update::update;
use crate::widgets::{Drawn, view};

use super::editor::Editor;
use super::guard::Seat;
use super::signals::{Heard, Signals};
use super::theme::Theme;
use super::{fall, keys};

/// A frame follows a key at once, unless the last one is younger than this.
const AFTER_KEYS: Duration = Duration::from_millis(8);
/// The same when only the server had something to say.
const AFTER_NEWS: Duration = Duration::from_millis(33);
/// A terminal that reads slowly gets fewer frames, but never fewer than ten a second.
const SLOWEST: Duration = Duration::from_millis(100);

/// A desk that can be asked now.
pub struct Arrival {
    pub client: Client,
    /// How to be somebody there.
    pub ways: Ways,
    /// Warnings of a server inside.
    pub words: Option<UnboundedReceiver<String>>,
}

/// How it looks and what it tells a test.
#[derive(Clone, Debug)]
pub struct Looks {
    pub theme: Theme,
    pub is_ascii: bool,
    /// The busy counter in the window title, for tests that wait on it.
    pub tells_busy: bool,
    /// Where longer texts are written.
    pub editor: Editor,
}

/// Why the loop ended other than by leaving.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
    #[error("{0}")]
    Desk(String),
    #[error("the console fell over at {0}")]
    Fell(String),
}

/// What the clock on the wall says, in the zone of this machine.
#[expect(clippy::disallowed_methods, reason = "this is the one place where the console's time begins")]
pub fn clock() -> DateTime<FixedOffset> {
    chrono::Local::now().fixed_offset()
}

/// Runs the console at a seat until it is left; the desk may still be on its way.
pub async fn run<S: Seat>(
    seat: &mut S,
    model: Model,
    looks: Looks,
    desk: impl Future<Output = Result<Arrival, String>>,
) -> Result<Exit, Failure> {
    let (outbox, inbox) = unbounded_channel();
    let mut signals = Signals::new()?;
    seat.enter()?;
    let input = Some(seat.input());
    let terminal = Terminal::new(seat.backend()).map_err(broken)?;
    let mut pump = Pump {
        seat,
        input,
        terminal,
        model,
        looks,
        drawn: Drawn::default(),
        inbox,
        pulse: Pulse::new(outbox.clone()),
        asker: Asker::new(outbox.clone()),
        live: Live::new(outbox.clone()),
        outbox,
        title: String::new(),
        drawn_at: None,
        pause: AFTER_KEYS,
        is_urgent: true,
        is_suspended: false,
    };
    let ended = pump.turn(&mut signals, desk).await;
    pump.seat.leave();
    match fall::own() {
        Some(words) => Err(Failure::Fell(words)),
        None => ended,
    }
}

struct Pump<'a, S: Seat> {
    seat: &'a mut S,
    /// None while the terminal is not ours.
    input: Option<S::Input>,
    terminal: Terminal<S::Backend>,
    model: Model,
    looks: Looks,
    drawn: Drawn,
    inbox: UnboundedReceiver<Action>,
    outbox: UnboundedSender<Action>,
    pulse: Pulse,
    asker: Asker,
    live: Live,
    title: String,
    drawn_at: Option<Instant>,
    /// The least time between this frame and the next.
    pause: Duration,
    /// A person waits for the next frame, not only news.
    is_urgent: bool,
    is_suspended: bool,
}

impl<S: Seat> Pump<'_, S> {
    async fn turn(
        &mut self,
        signals: &mut Signals,
        desk: impl Future<Output = Result<Arrival, String>>,
    ) -> Result<Exit, Failure> {
        let mut desk = pin!(desk);
        let mut is_awaited = true;
        self.measure()?;
        loop {
            while let Ok(action) = self.inbox.try_recv() {
                self.step(action)?;
            }
            if let Some(exit) = self.model.exit {
                return Ok(exit);
            }
            let wake = self.draw_if_due()?;
            tokio::select! {
                biased;
                Some(action) = self.inbox.recv() => self.step(action)?,
                heard = signals.next() => self.heed(heard)?,
                () = fall::raised() => self.pick_up()?,
                arrived = &mut desk, if is_awaited => {
                    is_awaited = false;
                    self.arrive(arrived.map_err(Failure::Desk)?)?;
                }
                event = next(&mut self.input) => self.read(event)?,
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => self.tick()?,
            }
        }
    }

    /// Draws if something changed and the last frame is old enough; returns when to look again.
    fn draw_if_due(&mut self) -> Result<Option<Instant>, Failure> {
        if self.is_suspended {
            return Ok(None);
        }
        let now = Instant::now();
        if self.model.is_dirty {
            let pause = if self.is_urgent { self.pause } else { self.pause.max(AFTER_NEWS) };
            match self.drawn_at.map(|at| at + pause) {
                Some(due) if due > now => return Ok(Some(due)),
                _ => self.draw()?,
            }
        }
        let until = [self.drawn.until, self.model.wakes()].into_iter().flatten().min();
        let change = until.map(|until| (until - clock().to_utc()).to_std().unwrap_or_default());
        Ok(change.map(|wait| now + wait))
    }

    fn draw(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        self.tell_time()?;
        self.seat.begin_frame();
        let (model, looks, drawn) = (&self.model, &self.looks, &mut self.drawn);
        let frame = self.terminal.draw(|frame| {
            *drawn = view(model, frame.buffer_mut(), &looks.theme, looks.is_ascii);
            if let Some(cursor) = drawn.cursor {
                frame.set_cursor_position(cursor);
            }
        });
        frame.map_err(broken)?;
        self.write_title();
        self.seat.end_frame()?;
        let took = begun.elapsed();
        self.pause = (took * 4).clamp(AFTER_KEYS, SLOWEST);
        self.drawn_at = Some(begun);
        self.model.is_dirty = false;
        self.is_urgent = false;
        Ok(())
    }

    fn write_title(&mut self) {
        let mut title = scrub(&format!("Rightsdesk · {}", self.model.ctx.desk.name()));
        if self.looks.tells_busy {
            let busy = self.pulse.busy() + self.asker.busy() + self.inbox.len();
            title = format!("{title} · busy {busy} · keys {}", self.model.keys);
        }
        if title != self.title {
            self.seat.title(&title);
            self.title = title;
        }
    }

    /// The clock may bring a lock, the end of a session, or a place that wanted to be woken.
    fn tell_time(&mut self) -> Result<(), Failure> {
        let effects = update(&mut self.model, Action::Time(clock()));
        self.carry_out(effects)
    }

    /// A visible word has changed by itself, or a moment has come.
    fn tick(&mut self) -> Result<(), Failure> {
        self.model.is_dirty = true;
        self.tell_time()
    }

    fn step(&mut self, action: Action) -> Result<(), Failure> {
        self.is_urgent |= !matches!(action, Action::Connection(_));
        self.tell_time()?;
        let effects = update(&mut self.model, action);
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Effects) -> Result<(), Failure> {
        for effect in effects {
            match effect {
                Effect::Check => self.pulse.hurry(),
                Effect::Ask(ask) => self.asker.ask(ask),
                Effect::Recall { to, chain } => self.asker.recall(to, chain),
                Effect::Remember { chain, seen } => self.asker.remember(&chain, &seen),
                Effect::WhoAmI => self.asker.who_am_i(),
                Effect::Carry(pass) => self.asker.carry(&pass),
                Effect::Forget => self.asker.forget(),
                Effect::SignOut => self.asker.sign_out(),
                Effect::ShowFile => self.asker.show_file(),
                Effect::Copy(text) => {
                    self.seat.copy(&scrub(&text));
                    let words = format!("copied by OSC 52: {} characters", text.chars().count());
                    _ = self.outbox.send(Action::Said(Tone::Plain, words));
                }
                Effect::Edit { to, text } => self.edit(to, &text)?,
                Effect::Mouse(on) => self.seat.catch_mouse(on),
                Effect::Redraw => self.measure()?,
                Effect::Suspend => self.suspend()?,
                // Taken up by `update` before it returns.
                Effect::Then(_) => {}
            }
        }
        self.live.follow(self.model.follows(), self.asker.carried());
        Ok(())
    }

    fn read(&mut self, event: Option<io::Result<Event>>) -> Result<(), Failure> {
        match event {
            Some(Ok(event)) => keys::action(event, &self.drawn).map_or(Ok(()), |action| self.step(action)),
            // Nobody sits there any more.
            Some(Err(_)) | None => self.step(Action::Ended(Exit::Interrupted)),
        }
    }

    /// The size as it is, every cell to be painted.
    fn measure(&mut self) -> Result<(), Failure> {
        let size = self.terminal.size().map_err(broken)?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height)).map_err(broken)?;
        self.step(Action::Size(Size { width: size.width, height: size.height }))
    }

    fn arrive(&mut self, Arrival { client, ways, words }: Arrival) -> Result<(), Failure> {
        self.step(Action::Arrived(client.shown_url()))?;
        if let Some(mut words) = words {
            let outbox = self.outbox.clone();
            tokio::spawn(async move {
                while let Some(words) = words.recv().await {
                    // A loop that has ended needs no warnings.
                    _ = outbox.send(Action::Said(Tone::Warn, words));
                }
            });
        }
        let (bearing, wide) = self.asker.meet(client.clone(), ways);
        self.pulse.begin(client, pulse::dice);
        if let Some(words) = wide {
            self.step(Action::Said(Tone::Warn, words))?;
        }
        self.step(bearing)
    }

    fn heed(&mut self, heard: Heard) -> Result<(), Failure> {
        match heard {
            Heard::End => self.step(Action::Ended(Exit::Interrupted)),
            Heard::Stop => self.suspend(),
            Heard::Continue => self.resume(),
        }
    }

    fn suspend(&mut self) -> Result<(), Failure> {
        self.step(Action::Blurred)?;
        // The stream goes first, or it would eat what is typed into the shell.
        self.input = None;
        self.seat.leave();
        self.is_suspended = true;
        if self.seat.stop().is_err() { self.resume() } else { Ok(()) }
    }

    /// The terminal is the editor's until it has ended.
    fn edit(&mut self, to: &'static str, text: &str) -> Result<(), Failure> {
        self.step(Action::Blurred)?;
        self.input = None;
        self.seat.leave();
        let text = self.looks.editor.edit(text, |command| self.seat.lend(command));
        self.resume()?;
        self.step(Action::Edited { to, text })
    }

    /// Also after a stop that nobody can catch, when the modes are no longer what they were.
    fn resume(&mut self) -> Result<(), Failure> {
        self.input = None;
        self.seat.leave();
        self.seat.enter()?;
        self.input = Some(self.seat.input());
        self.is_suspended = false;
        self.title.clear();
        self.pulse.hurry();
        self.measure()
    }

    /// Something fell: on this thread it ends the console, elsewhere it is told.
    fn pick_up(&mut self) -> Result<(), Failure> {
        if let Some(words) = fall::own() {
            return Err(Failure::Fell(words));
        }
        for words in fall::others() {
            self.step(Action::Said(Tone::Bad, format!("a part of this program fell over at {words}")))?;
        }
        Ok(())
    }
}

/// What a backend says when it fails, whichever it is.
fn broken(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

async fn next<I: Stream + Unpin>(input: &mut Option<I>) -> Option<I::Item> {
    match input {
        Some(input) => input.next().await,
        None => std::future::pending().await,
    }
}
