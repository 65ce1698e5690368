//! The protocol graphql-transport-ws as a function: where a socket stands and what happens, in; where it stands then and
//! what is to be done, out. It reads nothing, waits for nothing and knows no time.

use std::collections::BTreeMap;

use super::wire::{self, Said, Token};
use crate::roof::http::gate::Wish;

/// Operations under way on one socket.
pub(super) const STREAMS: usize = 16;
/// Beats without a sign of life before the other side counts as gone.
const PATIENCE: u8 = 2;

/// Where a socket stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    pub phase: Phase,
    /// Operations begun so far: each has its number, so that the late words of one do not pass for another's.
    runs: u64,
    /// Beats since the other side last said anything.
    quiet: u8,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing was said yet.
    #[default]
    Fresh,
    /// The doorman is being asked.
    Asking,
    /// Acknowledged; operations under way by their id.
    Open(BTreeMap<String, u64>),
    Closed,
}

/// What happens to a socket.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// The other side said something; `Err` where it is not of the protocol.
    Said(Result<Said, ()>),
    /// It sent a frame of the line itself, which is a sign of life.
    Alive,
    /// It sent more than one message may hold.
    TooLong,
    /// The time for `connection_init` is over.
    Overdue,
    /// The doorman knows the caller, or lets the stranger in.
    Known,
    /// The doorman does not.
    NotKnown,
    /// The doorman cannot tell: the database does not answer.
    CannotTell,
    /// The caller has as many sockets as he may.
    TooMany,
    /// An operation has something to say.
    Told { id: String, run: u64, what: Told },
    /// Time for a sign of life.
    Beat,
    /// The session ended, or may something else than it did.
    Ended,
    /// The other side takes nothing in.
    Slow,
    /// The server was told to stop.
    Stopping,
    /// The other side has gone.
    Gone,
}

/// What an operation says, its payload as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    Next(String),
    Errors(String),
    Done,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Output {
    Send(String),
    Ask(Token),
    Start { id: String, run: u64, wish: Box<Wish> },
    Stop { run: u64 },
    Close(Reason),
}

/// Why a socket is closed: a code of the protocol, and a word for people.
pub(super) type Reason = (u16, &'static str);

pub(super) const STOPPING: Reason = (1001, "the server stops: connect again");
pub(super) const TOO_LONG: Reason = (1009, "a message is too long");
pub(super) const SLOW: Reason = (1013, "too slow: connect again and follow on after your last cursor");
pub(super) const CANNOT_TELL: Reason = (1013, "not now: connect again in a while");
pub(super) const BAD_MESSAGE: Reason = (4400, "not a message of graphql-transport-ws");
pub(super) const NOT_KNOWN: Reason = (4401, "not signed in");
pub(super) const NOT_YET: Reason = (4401, "connection_init comes first");
pub(super) const ENDED: Reason = (4403, "the session ended");
pub(super) const WRONG_PROTOCOL: Reason = (4406, "offer graphql-transport-ws");
pub(super) const OVERDUE: Reason = (4408, "connection_init did not come in time");
pub(super) const SILENT: Reason = (4408, "no sign of life");
pub(super) const IN_USE: Reason = (4409, "this id is in use");
pub(super) const AGAIN: Reason = (4429, "connection_init comes once");
pub(super) const TOO_MANY_STREAMS: Reason = (4429, "too many operations at once");
pub(super) const TOO_MANY_SOCKETS: Reason = (4429, "too many sockets");

/// One step.
pub(super) fn step(mut state: State, input: Input) -> (State, Vec<Output>) {
    if matches!(input, Input::Said(_) | Input::Alive) {
        state.quiet = 0;
    }
    let outputs = match input {
        _ if state.phase == Phase::Closed => Vec::new(),
        Input::Said(Err(())) => close(&mut state, BAD_MESSAGE),
        Input::Said(Ok(said)) => heard(&mut state, said),
        Input::TooLong => close(&mut state, TOO_LONG),
        Input::Slow => close(&mut state, SLOW),
        Input::Stopping => close(&mut state, STOPPING),
        Input::Gone => {
            state.phase = Phase::Closed;
            Vec::new()
        }
        Input::Overdue if state.phase == Phase::Fresh => close(&mut state, OVERDUE),
        Input::Known if state.phase == Phase::Asking => {
            state.phase = Phase::Open(BTreeMap::new());
            vec![Output::Send(wire::ACK.to_owned())]
        }
        Input::NotKnown if state.phase == Phase::Asking => close(&mut state, NOT_KNOWN),
        Input::TooMany if state.phase == Phase::Asking => close(&mut state, TOO_MANY_SOCKETS),
        Input::CannotTell if state.phase != Phase::Fresh => close(&mut state, CANNOT_TELL),
        Input::Ended if matches!(state.phase, Phase::Open(_)) => close(&mut state, ENDED),
        Input::Beat if matches!(state.phase, Phase::Open(_)) => beat(&mut state),
        Input::Told { id, run, what } => told(&mut state, &id, run, &what),
        // What came too late to matter.
        Input::Alive
        | Input::Overdue
        | Input::Known
        | Input::NotKnown
        | Input::CannotTell
        | Input::TooMany
        | Input::Ended
        | Input::Beat => Vec::new(),
    };
    (state, outputs)
}

fn heard(state: &mut State, said: Said) -> Vec<Output> {
    match (said, &mut state.phase) {
        (Said::Ping, _) => vec![Output::Send(wire::PONG.to_owned())],
        (Said::Init(token), phase @ Phase::Fresh) => {
            *phase = Phase::Asking;
            vec![Output::Ask(token)]
        }
        (Said::Init(_), _) => close(state, AGAIN),
        (Said::Subscribe { id, wish }, Phase::Open(under_way)) => {
            if under_way.contains_key(&id) {
                return close(state, IN_USE);
            }
            if under_way.len() >= STREAMS {
                return close(state, TOO_MANY_STREAMS);
            }
            state.runs += 1;
            under_way.insert(id.clone(), state.runs);
            vec![Output::Start { id, run: state.runs, wish }]
        }
        (Said::Subscribe { .. }, _) => close(state, NOT_YET),
        (Said::Complete { id }, Phase::Open(under_way)) => {
            under_way.remove(&id).map(|run| Output::Stop { run }).into_iter().collect()
        }
        (Said::Pong | Said::Complete { .. }, _) => Vec::new(),
    }
}

fn told(state: &mut State, id: &str, run: u64, what: &Told) -> Vec<Output> {
    let Phase::Open(under_way) = &mut state.phase else { return Vec::new() };
    if under_way.get(id) != Some(&run) {
        return Vec::new();
    }
    let message = match what {
        Told::Next(payload) => return vec![Output::Send(wire::next(id, payload))],
        Told::Errors(payload) => wire::error(id, payload),
        Told::Done => wire::complete(id),
    };
    under_way.remove(id);
    vec![Output::Send(message)]
}

fn beat(state: &mut State) -> Vec<Output> {
    if state.quiet >= PATIENCE {
        return close(state, SILENT);
    }
    state.quiet += 1;
    vec![Output::Send(wire::PING.to_owned())]
}

fn close(state: &mut State, reason: Reason) -> Vec<Output> {
    state.phase = Phase::Closed;
    vec![Output::Close(reason)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every place a socket can stand in.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum At {
        Fresh,
        Asking,
        /// Open, with nothing under way.
        Idle,
        /// Open, with an operation `a`, the first.
        Busy,
        /// Open, with as many as it may have, `a` among them.
        Full,
        /// Open and idle, and silent for as long as it may be.
        Silent,
        Closed,
    }

    const PLACES: [At; 7] = [At::Fresh, At::Asking, At::Idle, At::Busy, At::Full, At::Silent, At::Closed];

    impl At {
        fn state(self) -> State {
            let under_way = |count: u64| {
                (1..=count)
                    .map(|n| {
                        (
                            ["", "a"][usize::from(n == 1)].to_owned()
                                + &"x".repeat(usize::try_from(n - 1).unwrap_or(0)),
                            n,
                        )
                    })
                    .collect()
            };
            let phase = match self {
                Self::Fresh => Phase::Fresh,
                Self::Asking => Phase::Asking,
                Self::Idle | Self::Silent => Phase::Open(BTreeMap::new()),
                Self::Busy => Phase::Open(under_way(1)),
                Self::Full => Phase::Open(under_way(STREAMS as u64)),
                Self::Closed => Phase::Closed,
            };
            let runs = match self {
                Self::Busy => 1,
                Self::Full => STREAMS as u64,
                _ => 0,
            };
            State { phase, runs, quiet: if self == Self::Silent { PATIENCE } else { 0 } }
        }
    }

    /// What a step does, in short.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Does {
        Nothing,
        /// Asks the doorman.
        Asks,
        /// Opens and acknowledges.
        Opens,
        Pongs,
        Pings,
        /// Starts an operation with this number.
        Starts(u64),
        /// Stops `a`.
        Stops,
        /// Passes on `a`'s words, and it goes on.
        Passes,
        /// Passes on that `a` failed or is done, and it is over.
        Finishes,
        Closes(Reason),
        /// Is closed without a word.
        Ends,
    }

    /// Its name, how it is made, and what it does at each place.
    type Row = (&'static str, fn() -> Input, [Does; 7]);

    fn inputs() -> Vec<Row> {
        use Does::{Asks, Closes, Ends, Finishes, Nothing, Opens, Passes, Pings, Pongs, Starts, Stops};
        fn subscribe(id: &str) -> Input {
            Input::Said(Ok(Said::Subscribe { id: id.to_owned(), wish: Box::default() }))
        }
        fn from_a(run: u64, what: Told) -> Input {
            Input::Told { id: "a".to_owned(), run, what }
        }
        fn json() -> String {
            "{}".to_owned()
        }
        let all = |does: Does| [does, does, does, does, does, does, Nothing];
        let open = |does: Does| [Nothing, Nothing, does, does, does, does, Nothing];
        let busy = |does: Does| [Nothing, Nothing, Nothing, does, does, Nothing, Nothing];
        let asking = |does: Does| [Nothing, does, Nothing, Nothing, Nothing, Nothing, Nothing];
        //                                                        Fresh, Asking, Idle, Busy, Full, Silent, Closed
        vec![
            ("nonsense", || Input::Said(Err(())), all(Closes(BAD_MESSAGE))),
            ("connection_init", || Input::Said(Ok(Said::Init(Token::None))), {
                let again = Closes(AGAIN);
                [Asks, again, again, again, again, again, Nothing]
            }),
            ("ping", || Input::Said(Ok(Said::Ping)), all(Pongs)),
            ("pong", || Input::Said(Ok(Said::Pong)), all(Nothing)),
            ("subscribe a", || subscribe("a"), {
                let not_yet = Closes(NOT_YET);
                [not_yet, not_yet, Starts(1), Closes(IN_USE), Closes(IN_USE), Starts(1), Nothing]
            }),
            ("subscribe b", || subscribe("b"), {
                let not_yet = Closes(NOT_YET);
                [not_yet, not_yet, Starts(1), Starts(2), Closes(TOO_MANY_STREAMS), Starts(1), Nothing]
            }),
            ("complete a", || Input::Said(Ok(Said::Complete { id: "a".to_owned() })), busy(Stops)),
            ("complete b", || Input::Said(Ok(Said::Complete { id: "b".to_owned() })), all(Nothing)),
            ("alive", || Input::Alive, all(Nothing)),
            ("too long", || Input::TooLong, all(Closes(TOO_LONG))),
            ("overdue", || Input::Overdue, { [Closes(OVERDUE), Nothing, Nothing, Nothing, Nothing, Nothing, Nothing] }),
            ("known", || Input::Known, asking(Opens)),
            ("not known", || Input::NotKnown, asking(Closes(NOT_KNOWN))),
            ("too many", || Input::TooMany, asking(Closes(TOO_MANY_SOCKETS))),
            ("cannot tell", || Input::CannotTell, {
                let no = Closes(CANNOT_TELL);
                [Nothing, no, no, no, no, no, Nothing]
            }),
            ("a's next", || from_a(1, Told::Next(json())), busy(Passes)),
            ("a's errors", || from_a(1, Told::Errors(json())), busy(Finishes)),
            ("a's end", || from_a(1, Told::Done), busy(Finishes)),
            ("the next of an a before it", || from_a(0, Told::Next(json())), all(Nothing)),
            ("the end of an a before it", || from_a(0, Told::Done), all(Nothing)),
            ("beat", || Input::Beat, [Nothing, Nothing, Pings, Pings, Pings, Closes(SILENT), Nothing]),
            ("ended", || Input::Ended, open(Closes(ENDED))),
            ("slow", || Input::Slow, all(Closes(SLOW))),
            ("stopping", || Input::Stopping, all(Closes(STOPPING))),
            ("gone", || Input::Gone, [Ends, Ends, Ends, Ends, Ends, Ends, Nothing]),
        ]
    }

    #[test]
    fn every_transition_is_as_the_protocol_says() {
        for (name, input, does) in inputs() {
            for (at, does) in PLACES.into_iter().zip(does) {
                let before = at.state();
                let (after, outputs) = step(before.clone(), input());
                let case = format!("{name} where it is {at:?}");
                let under_way = |state: &State| match &state.phase {
                    Phase::Open(under_way) => under_way.clone(),
                    _ => BTreeMap::new(),
                };
                let sent = |message: &str| vec![Output::Send(message.to_owned())];
                let mut left = under_way(&before);
                let wanted = match does {
                    Does::Nothing | Does::Ends => Vec::new(),
                    Does::Asks => vec![Output::Ask(Token::None)],
                    Does::Opens => sent(wire::ACK),
                    Does::Pongs => sent(wire::PONG),
                    Does::Pings => sent(wire::PING),
                    Does::Starts(run) => {
                        let Input::Said(Ok(Said::Subscribe { id, wish })) = input() else { panic!("{case}") };
                        left.insert(id.clone(), run);
                        vec![Output::Start { id, run, wish }]
                    }
                    Does::Stops => vec![Output::Stop { run: left.remove("a").expect("a") }],
                    Does::Passes => sent(r#"{"id":"a","type":"next","payload":{}}"#),
                    Does::Finishes => {
                        left.remove("a");
                        let is_error = matches!(input(), Input::Told { what: Told::Errors(_), .. });
                        sent(if is_error {
                            r#"{"id":"a","type":"error","payload":{}}"#
                        } else {
                            r#"{"id":"a","type":"complete"}"#
                        })
                    }
                    Does::Closes(reason) => vec![Output::Close(reason)],
                };
                assert_eq!(outputs, wanted, "{case}");
                let phase = match (does, &before.phase) {
                    (Does::Closes(_) | Does::Ends, _) => Phase::Closed,
                    (Does::Asks, _) => Phase::Asking,
                    (Does::Opens, _) => Phase::Open(BTreeMap::new()),
                    (_, Phase::Open(_)) => Phase::Open(left),
                    (_, same) => same.clone(),
                };
                assert_eq!(after.phase, phase, "{case}");
            }
        }
    }

    #[test]
    fn a_sign_of_life_is_enough_to_be_asked_again() {
        let beat = |state: State| step(state, Input::Beat);
        let (state, _) = beat(At::Idle.state());
        let (state, _) = beat(state);
        let (state, _) = step(state, Input::Said(Ok(Said::Pong)));
        let (state, _) = beat(state);
        let (state, _) = step(state, Input::Alive);
        let (state, _) = beat(state);
        let (state, outputs) = beat(state);
        assert_eq!(outputs, vec![Output::Send(wire::PING.to_owned())]);
        assert_eq!(beat(state).1, vec![Output::Close(SILENT)]);
    }

    #[test]
    fn an_id_may_be_used_again_when_it_is_free_and_its_past_is_over() {
        let subscribe = || Input::Said(Ok(Said::Subscribe { id: "a".to_owned(), wish: Box::default() }));
        let (state, _) = step(At::Idle.state(), subscribe());
        let (state, _) = step(state, Input::Said(Ok(Said::Complete { id: "a".to_owned() })));
        let (state, outputs) = step(state, subscribe());
        assert!(matches!(outputs[..], [Output::Start { run: 2, .. }]));
        let late = Input::Told { id: "a".to_owned(), run: 1, what: Told::Done };
        assert_eq!(step(state, late).1, Vec::new());
    }
}
