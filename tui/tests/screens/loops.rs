//! The loop on a seat of our own: any stream of events, any backend, no terminal.

use std::io;
use std::pin::Pin;
use std::process::{Command, ExitStatus};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::{Stream, StreamExt, stream};
use ratatui::backend::TestBackend;
use rightsdesk::api::asker::Ways;
use rightsdesk::api::client::Client;
use rightsdesk::core::action::Exit;
use rightsdesk::core::secret::Secret;
use rightsdesk::terminal::editor::Editor;
use rightsdesk::terminal::guard::Seat;
use rightsdesk::terminal::pump::{self, Arrival, Failure, Looks};
use rightsdesk::terminal::theme::{Name, Theme};

use crate::double::Double;
use crate::scenes::starting;

type Events = Pin<Box<dyn Stream<Item = io::Result<Event>>>>;

/// Notes what the loop asks of it.
struct Stool {
    events: Option<Events>,
    asked: Vec<String>,
    frames: usize,
}

impl Stool {
    fn with(events: impl Stream<Item = io::Result<Event>> + 'static) -> Self {
        Self { events: Some(Box::pin(events)), asked: Vec::new(), frames: 0 }
    }
}

impl Seat for Stool {
    type Backend = TestBackend;
    type Input = Events;

    fn enter(&mut self) -> io::Result<()> {
        self.asked.push("enter".to_owned());
        Ok(())
    }

    fn leave(&mut self) {
        self.asked.push("leave".to_owned());
    }

    fn lend(&mut self, command: &mut Command) -> io::Result<ExitStatus> {
        self.asked.push("lend".to_owned());
        command.status()
    }

    fn stop(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn backend(&self) -> TestBackend {
        TestBackend::new(100, 30)
    }

    fn input(&mut self) -> Events {
        self.events.take().unwrap_or_else(|| Box::pin(stream::iter([Ok(key('q'))])))
    }

    fn catch_mouse(&mut self, on: bool) {
        self.asked.push(format!("mouse {on}"));
    }

    fn begin_frame(&mut self) {
        self.frames += 1;
    }

    fn end_frame(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn title(&mut self, title: &str) {
        self.asked.push(title.to_owned());
    }

    fn copy(&mut self, text: &str) {
        self.asked.push(format!("copy {text}"));
    }
}

fn key(c: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
}

fn looks() -> Looks {
    let editor = Editor { command: "true".to_owned(), folder: std::env::temp_dir() };
    Looks { theme: Theme::of(Name::Dark), is_ascii: false, tells_busy: true, editor }
}

async fn run(seat: &mut Stool, url: &str) -> Result<Exit, Failure> {
    _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::new(url, None).unwrap();
    let ways = Ways { token: Some(Secret::new("rds_of_a_double")), ..Ways::default() };
    pump::run(seat, starting().model, looks(), std::future::ready(Ok(Arrival { client, ways, words: None }))).await
}

#[tokio::test]
async fn a_burst_is_handled_whole_with_few_frames() {
    let burst = stream::iter((0..2_000).map(|_| Ok(key('t'))).chain([Ok(key('q'))]));
    let mut seat = Stool::with(burst);
    let desk = Double::of_version("0.1.0");
    assert_eq!(run(&mut seat, &desk.url).await.unwrap(), Exit::Left);
    assert!(seat.frames < 200, "{} frames for one burst", seat.frames);
    assert_eq!((seat.asked.first().unwrap().as_str(), seat.asked.last().unwrap().as_str()), ("enter", "leave"));
}

#[tokio::test]
async fn input_that_ends_is_a_terminal_that_went_away() {
    let mut seat = Stool::with(stream::empty());
    assert_eq!(run(&mut seat, "http://127.0.0.1:1").await.unwrap(), Exit::Interrupted);
}

#[tokio::test]
async fn a_desk_that_cannot_be_opened_ends_the_console_with_its_words() {
    let mut seat = Stool::with(stream::pending());
    let desk = std::future::ready(Err("no Postgres was found".to_owned()));
    let failure = pump::run(&mut seat, starting().model, looks(), desk).await.unwrap_err();
    assert_eq!((failure.to_string().as_str(), seat.asked.last().unwrap().as_str()), ("no Postgres was found", "leave"));
}

#[tokio::test]
async fn a_stop_that_fails_comes_straight_back() {
    let suspend = Ok(Event::Key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL)));
    let mut seat = Stool::with(stream::iter([suspend]).chain(stream::pending()));
    assert_eq!(run(&mut seat, "http://127.0.0.1:1").await.unwrap(), Exit::Left, "q comes from the second stream");
    let modes: Vec<_> = seat.asked.iter().filter(|asked| matches!(asked.as_str(), "enter" | "leave")).collect();
    assert_eq!(modes, ["enter", "leave", "leave", "enter", "leave"]);
}
