//! The line of one socket: waits for whatever happens next, lets the state machine decide, and does what it says. What
//! the other side does not take in is held back up to a bound, and then the line is cut.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::future::BoxFuture;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::Place;
use super::operation::{Name, operate};
use super::state::{Input, Output, Phase, Reason, State, WRONG_PROTOCOL, step};
use super::wire::{Token, read};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::{Asking, UNAUTHENTICATED, sign_in_needed};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::roof::http::budget::Payer;
use crate::roof::http::doorman::client;
use crate::roof::http::gate::{Call, Gate};

/// How long a client may take to say who he is.
const INIT: Duration = Duration::from_secs(3);
/// Between two signs of life that we ask for.
const BEAT: Duration = Duration::from_secs(12);
/// Between two looks at whether we stop and whether the other side reads.
const TICK: Duration = Duration::from_millis(200);
/// Between two looks at whether the session lives: with the look itself, under a second.
const RECHECK: Duration = Duration::from_millis(600);
/// How long a session may go unlooked at, where the database does not answer.
const UNSEEN: Duration = Duration::from_secs(5);
/// Messages on their way out.
const QUEUE: usize = 16;
/// Messages held back before it.
const HELD: usize = 64;
/// How long parting may take.
const PARTING: Duration = Duration::from_secs(1);

/// One socket, as long as it lasts.
pub(super) async fn keep(gate: Arc<Gate>, call: Call, socket: WebSocket) {
    let has_protocol = socket.protocol().is_some();
    let (sink, incoming) = socket.split();
    let writer = Writer::begin(sink);
    let mut line = Line {
        state: State::default(),
        running: JoinSet::new(),
        by_run: HashMap::new(),
        held: VecDeque::new(),
        handed: 0,
        written: (0, Instant::now()),
        doorman: None,
        asking: None,
        place: None,
        seen: Instant::now(),
        was_used: false,
        gate,
        call,
    };
    let (reason, incoming) =
        if has_protocol { line.run(incoming, &writer).await } else { (Some(WRONG_PROTOCOL), incoming) };
    line.running.shutdown().await;
    writer.part(reason, incoming).await;
}

/// What the doorman was asked, and found.
enum Asked {
    /// Who comes.
    Who(Box<Asking>),
    /// Whether he is still the same.
    Still(Caller),
}

struct Line {
    gate: Arc<Gate>,
    call: Call,
    state: State,
    running: JoinSet<()>,
    by_run: HashMap<u64, tokio::task::AbortHandle>,
    /// What could not be handed to the writer yet.
    held: VecDeque<String>,
    /// Messages handed to it so far.
    handed: u64,
    /// Messages it has written, and when that last was another number, or nothing was left to write.
    written: (u64, Instant),
    /// The doorman, while he is being asked.
    doorman: Option<BoxFuture<'static, Result<Asked>>>,
    asking: Option<Asking>,
    place: Option<Place>,
    /// When the session was last seen to live.
    seen: Instant,
    /// Whether an operation was begun since.
    was_used: bool,
}

impl Line {
    /// Runs until it is to be closed; no reason where the other side has gone.
    async fn run(
        &mut self,
        mut incoming: SplitStream<WebSocket>,
        writer: &Writer,
    ) -> (Option<Reason>, SplitStream<WebSocket>) {
        let (tell, mut told) = mpsc::channel::<Input>(QUEUE);
        let (mut beat, mut tick) = (interval(BEAT), interval(TICK));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
        let overdue = sleep(INIT);
        tokio::pin!(overdue);
        let mut token = None;
        loop {
            let input = tokio::select! {
                frame = incoming.next() => Some(heard(frame)),
                room = writer.queue.reserve(), if !self.held.is_empty() => {
                    if let (Ok(room), Some(next)) = (room, self.held.pop_front()) {
                        room.send(next);
                        self.handed += 1;
                    }
                    None
                }
                input = told.recv(), if self.held.is_empty() => input,
                found = async { match &mut self.doorman { Some(asked) => asked.await, None => std::future::pending().await } } => {
                    self.doorman = None;
                    self.found(found)
                }
                () = &mut overdue, if self.state.phase == Phase::Fresh => Some(Input::Overdue),
                _ = beat.tick() => Some(Input::Beat),
                _ = tick.tick() => self.look(writer, token.as_deref()),
                Some(_) = self.running.join_next() => None,
            };
            let Some(input) = input else { continue };
            let (state, outputs) = step(std::mem::take(&mut self.state), input);
            self.state = state;
            for output in outputs {
                match output {
                    Output::Send(message) => self.held.push_back(message),
                    Output::Ask(shown) => {
                        if let Token::Given(shown) = &shown {
                            token = Some(shown.clone());
                        }
                        self.doorman = Some(self.ask(shown));
                    }
                    Output::Start { id, run, wish } => {
                        let Some(asking) = self.asking.clone() else { continue };
                        let name = Name { id, run, call: format!("{}-{run}", self.call.id) };
                        let task =
                            self.running.spawn(operate(Arc::clone(&self.gate), asking, *wish, name, tell.clone()));
                        self.by_run.insert(run, task);
                        self.was_used = true;
                    }
                    Output::Stop { run } => {
                        if let Some(task) = self.by_run.remove(&run) {
                            task.abort();
                        }
                    }
                    Output::Close(reason) => return (Some(reason), incoming),
                }
            }
            if self.state.phase == Phase::Closed {
                return (None, incoming);
            }
        }
    }

    fn ask(&self, token: Token) -> BoxFuture<'static, Result<Asked>> {
        let (doorman, from, client) = (self.gate.edge.doorman.clone(), self.call.from, client(&self.call.headers));
        async move {
            match token {
                Token::Bad => Err(sign_in_needed()),
                Token::None => doorman.ask_with(None, from, client).await.map(Box::new).map(Asked::Who),
                Token::Given(token) => doorman.ask_with(Some(&token), from, client).await.map(Box::new).map(Asked::Who),
            }
        }
        .boxed()
    }

    /// What the doorman found, the first time or again.
    fn found(&mut self, found: Result<Asked>) -> Option<Input> {
        let is_first = self.state.phase == Phase::Asking;
        match found {
            Ok(Asked::Who(asking)) if is_first => {
                self.seen = Instant::now();
                self.place = self.gate.edge.sockets.place(Payer::of(&asking));
                self.asking = Some(*asking);
                Some(if self.place.is_some() { Input::Known } else { Input::TooMany })
            }
            Ok(Asked::Who(asking)) => asking.caller.and_then(|caller| self.seen_again(caller)),
            Ok(Asked::Still(caller)) => self.seen_again(caller),
            Err(Error::Refused(refusal)) if refusal.code == UNAUTHENTICATED => {
                Some(if is_first { Input::NotKnown } else { Input::Ended })
            }
            Err(_) if is_first || self.seen.elapsed() > UNSEEN => Some(Input::CannotTell),
            Err(_) => None,
        }
    }

    /// Streams were opened under what he could then: where that is another now, all begin anew.
    fn seen_again(&mut self, caller: Caller) -> Option<Input> {
        self.seen = Instant::now();
        let asking = self.asking.as_mut()?;
        let is_same = asking.caller.as_ref().is_some_and(|before| may(before) == may(&caller));
        asking.caller = Some(caller);
        (!is_same).then_some(Input::Ended)
    }

    /// What is looked at now and then.
    fn look(&mut self, writer: &Writer, token: Option<&str>) -> Option<Input> {
        self.by_run.retain(|_, task| !task.is_finished());
        if self.gate.edge.is_stopping() {
            return Some(Input::Stopping);
        }
        let written = writer.written.load(Ordering::Relaxed);
        if written != self.written.0 || written == self.handed {
            self.written = (written, Instant::now());
        }
        // As long as an answer may take to be made, it may take to be read.
        if self.written.1.elapsed() > self.gate.edge.answer || self.held.len() > HELD {
            return Some(Input::Slow);
        }
        if let (Phase::Open(_), Some(token), None) = (&self.state.phase, token, &self.doorman)
            && self.seen.elapsed() >= RECHECK
        {
            let token = token.to_owned();
            // What was asked since is a use of the session; that the socket is open is none.
            self.doorman = Some(if std::mem::take(&mut self.was_used) {
                self.ask(Token::Given(token))
            } else {
                let doorman = self.gate.edge.doorman.clone();
                async move { doorman.still(&token).await.map(Asked::Still) }.boxed()
            });
        }
        None
    }
}

/// What a caller may, and where.
fn may(caller: &Caller) -> (&[Permission], Option<&[TenantId]>) {
    (caller.permissions(), caller.named())
}

/// A frame, as what happens to the socket.
fn heard(frame: Option<std::result::Result<Message, axum::Error>>) -> Input {
    match frame {
        Some(Ok(Message::Text(text))) => Input::Said(read(&text)),
        Some(Ok(Message::Binary(_))) => Input::Said(Err(())),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Input::Alive,
        Some(Ok(Message::Close(_))) | None => Input::Gone,
        // Too long a message is the one fault of the line after which there is still one to answer on.
        Some(Err(_)) => Input::TooLong,
    }
}

/// Writes what is handed to it, in order, as fast as the other side reads.
struct Writer {
    queue: mpsc::Sender<String>,
    written: Arc<AtomicU64>,
    cut: oneshot::Sender<Option<Reason>>,
    task: tokio::task::JoinHandle<()>,
}

impl Writer {
    fn begin(sink: SplitSink<WebSocket, Message>) -> Self {
        let (queue, frames) = mpsc::channel(QUEUE);
        let (cut, part) = oneshot::channel();
        let written = Arc::<AtomicU64>::default();
        let task = tokio::spawn(write(sink, frames, part, Arc::clone(&written)));
        Self { queue, written, cut, task }
    }

    /// Says why, and waits a moment for the other side to part as well.
    async fn part(self, reason: Option<Reason>, mut incoming: SplitStream<WebSocket>) {
        let _ = self.cut.send(reason);
        let _ = self.task.await;
        if let Some((code, _)) = reason {
            metrics::counter!("rightsdesk_sockets_cut_total", "code" => code.to_string()).increment(1);
            let _ = timeout(PARTING, async { while let Some(Ok(_)) = incoming.next().await {} }).await;
        }
    }
}

async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut frames: mpsc::Receiver<String>,
    mut part: oneshot::Receiver<Option<Reason>>,
    written: Arc<AtomicU64>,
) {
    let reason = loop {
        tokio::select! {
            biased;
            reason = &mut part => break reason.ok().flatten(),
            frame = frames.recv() => {
                let Some(frame) = frame else { break None };
                let sent = tokio::select! {
                    sent = sink.send(Message::Text(frame.into())) => sent,
                    reason = &mut part => break reason.ok().flatten(),
                };
                if sent.is_err() {
                    break None;
                }
                written.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let Some((code, why)) = reason else { return };
    let _ = timeout(PARTING, async {
        // What was said before comes before.
        while let Ok(frame) = frames.try_recv() {
            sink.feed(Message::Text(frame.into())).await?;
        }
        sink.send(Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(why) }))).await
    })
    .await;
}
