//! Carries asks to the server and brings their answers back, each on a task of its own; and carries the token.
//!
//! A query that was asked anew keeps silent about its older answer. Nothing is tried again, but what was refused for a
//! token that has been replaced meanwhile.

use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use crate::core::action::Action;
use crate::core::ask::{Ask, Trouble};
use crate::core::chain::Seen;
use crate::core::me::Pass;
use crate::core::page::Tone;
use crate::core::secret::Secret;

use super::client::Client;
use super::keep::{Keep, What, read_private};
use super::viewer;

/// How to be somebody at a desk.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// Given by the environment, before any that is kept.
    pub token: Option<Secret>,
    pub keep: Option<Keep>,
    /// The file of the local desk.
    pub file: Option<PathBuf>,
}

impl Ways {
    /// The token to begin with, and words where a kept one cannot be believed.
    pub fn token(&self) -> (Option<Secret>, Option<String>) {
        match (&self.token, &self.keep) {
            (Some(token), _) => (Some(token.clone()), None),
            (None, Some(keep)) => match keep.get(What::Session) {
                Ok(token) => (token, None),
                Err(words) => (None, Some(words)),
            },
            (None, None) => (None, None),
        }
    }

    /// What keeps this console known; one that cannot be believed is none.
    pub fn device(&self) -> Option<Secret> {
        self.keep.as_ref().and_then(|keep| keep.get(What::Device).ok()).flatten()
    }

    /// Keeps what a whole sign-in handed out; words where that failed.
    pub fn keep(&self, pass: &Pass) -> Result<(), String> {
        let Some(keep) = &self.keep else { return Ok(()) };
        if let Some(device) = &pass.device {
            keep.put(What::Device, device)?;
        }
        if pass.is_whole { keep.put(What::Session, &pass.token) } else { Ok(()) }
    }

    /// Where checked heads are kept: beside the tokens, or beside the file of the local desk.
    fn heads(&self) -> Option<Keep> {
        self.keep.clone().or_else(|| Some(Keep::beside(self.file.as_ref()?.parent()?)))
    }

    /// Keeps no session; a token of the environment leaves the kept one alone.
    pub fn forget(&self, token: Option<&Secret>) {
        if let Some(keep) = self.keep.as_ref().filter(|_| token.is_none() || self.token.as_ref() != token) {
            keep.drop_it(What::Session);
        }
    }
}

pub struct Asker {
    outbox: UnboundedSender<Action>,
    ways: Ways,
    shared: Arc<Shared>,
    token: Option<Secret>,
    asked: u64,
}

#[derive(Default)]
struct Shared {
    now: Mutex<Now>,
    busy: AtomicUsize,
}

#[derive(Default)]
struct Now {
    client: Option<Client>,
    /// How often the token was replaced.
    turn: u64,
    /// The newest query of each place and tag.
    newest: HashMap<(&'static str, &'static str), u64>,
}

impl Asker {
    pub fn new(outbox: UnboundedSender<Action>) -> Self {
        Self { outbox, ways: Ways::default(), shared: Arc::default(), token: None, asked: 0 }
    }

    /// The desk is there: what the model hears of it, and words about a file that cannot be believed.
    pub fn meet(&mut self, client: Client, ways: Ways) -> (Action, Option<String>) {
        let (token, mut words) = ways.token();
        self.ways = ways;
        self.shared.now().client = Some(client);
        if let Err(unusable) = self.bear(token.as_ref()) {
            words = Some(unusable);
        }
        (Action::Bearing { has_token: self.token.is_some(), device: self.ways.device() }, words)
    }

    pub fn ask(&mut self, ask: Ask) {
        self.asked += 1;
        let (number, key) = (self.asked, (ask.to, ask.tag));
        if ask.is_query() {
            self.shared.now().newest.insert(key, number);
        }
        self.run(move |shared| async move {
            let outcome = shared.ask(&ask).await;
            if ask.is_query() && shared.now().newest.get(&key) != Some(&number) {
                return None;
            }
            Some(match outcome {
                Err(Trouble::StepUp) if !ask.is_again => Action::StepUpNeeded(ask),
                outcome => Action::Answered(ask.answer(outcome)),
            })
        });
    }

    pub fn who_am_i(&self) {
        self.run(|shared| async move {
            let (client, _) = shared.client()?;
            Some(Action::Known(viewer::who_am_i(&client).await))
        });
    }

    /// Sends this token from now on, and keeps it where it is whole.
    pub fn carry(&mut self, pass: &Pass) {
        let carried = self.bear(Some(&pass.token)).and_then(|()| self.ways.keep(pass));
        if let Err(words) = carried {
            self.tell(Action::Said(Tone::Warn, format!("this sign-in is not kept: {words}")));
        }
    }

    pub fn forget(&mut self) {
        self.ways.forget(self.token.as_ref());
        // Without a token there is nothing that could be refused.
        _ = self.bear(None);
    }

    /// The session ends on the server if it can be reached, and here in any case.
    pub fn sign_out(&mut self) {
        let carried = self.shared.client();
        self.forget();
        self.run(|_| async move {
            let (client, _) = carried?;
            let trouble = viewer::sign_out(&client).await.err().filter(|trouble| *trouble != Trouble::SignIn)?;
            Some(Action::Said(Tone::Warn, format!("the server did not hear that you signed out: {trouble}")))
        });
    }

    /// Exchanges the file of the local desk for a session, in the place of both factors.
    pub fn show_file(&self) {
        let file = self.ways.file.clone();
        let outbox = self.outbox.clone();
        self.run(|shared| async move {
            let shown = show_file(&shared, file).await;
            Some(Action::FileShown(shown.map(|pass| {
                // Whole, so the model only hands it on; a loop that has ended needs none.
                _ = outbox.send(Action::Passed(pass));
            })))
        });
    }

    /// The head of a chain that was checked here last.
    pub fn recall(&self, to: &'static str, chain: String) {
        let seen = self.ways.heads().and_then(|keep| keep.head(&chain));
        self.tell(Action::Recalled { to, chain, seen });
    }

    pub fn remember(&self, chain: &str, seen: &Seen) {
        if let Some(Err(words)) = self.ways.heads().map(|keep| keep.put_head(chain, seen)) {
            self.tell(Action::Said(Tone::Warn, format!("what you checked is not kept: {words}")));
        }
    }

    /// The client that goes with the token of now, and how often that was replaced.
    pub fn carried(&self) -> Option<(Client, u64)> {
        self.shared.client()
    }

    /// Asks that are on their way.
    pub fn busy(&self) -> usize {
        self.shared.busy.load(Ordering::Relaxed)
    }

    fn bear(&mut self, token: Option<&Secret>) -> Result<(), String> {
        self.token = None;
        let mut now = self.shared.now();
        now.turn += 1;
        let Some(client) = now.client.take() else { return Ok(()) };
        match client.clone().bearing(token) {
            Ok(bearing) => now.client = Some(bearing),
            Err(unusable) => {
                now.client = client.bearing(None).ok();
                return Err(unusable.to_string());
            }
        }
        drop(now);
        self.token = token.cloned();
        Ok(())
    }

    fn tell(&self, action: Action) {
        // A loop that has ended needs no answers.
        _ = self.outbox.send(action);
    }

    fn run<F>(&self, task: impl FnOnce(Arc<Shared>) -> F + Send + 'static)
    where
        F: Future<Output = Option<Action>> + Send + 'static,
    {
        let (outbox, shared) = (self.outbox.clone(), self.shared.clone());
        shared.busy.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            if let Some(action) = task(shared.clone()).await {
                _ = outbox.send(action);
            }
            shared.busy.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

impl Shared {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn client(&self) -> Option<(Client, u64)> {
        let now = self.now();
        now.client.clone().map(|client| (client, now.turn))
    }

    async fn ask(&self, ask: &Ask) -> Result<serde_json::Value, Trouble> {
        let away = || Trouble::Unreached("the desk is not there yet".to_owned());
        let (client, turn) = self.client().ok_or_else(away)?;
        match client.ask(ask).await {
            Err(Trouble::SignIn) => match self.client() {
                Some((client, newer)) if newer != turn => client.ask(ask).await,
                _ => Err(Trouble::SignIn),
            },
            outcome => outcome,
        }
    }
}

async fn show_file(shared: &Shared, file: Option<PathBuf>) -> Result<Pass, Trouble> {
    let strange = |words: &str| Trouble::Strange(words.to_owned());
    let file = file.ok_or_else(|| strange("it has none"))?;
    let token = read_private(&file).map_err(Trouble::Strange)?.ok_or_else(|| strange("the file is not there"))?;
    let (client, _) = shared.client().ok_or_else(|| strange("the desk is not there yet"))?;
    // The file is shown by itself: an old session beside it could only be refused.
    let client = client.bearing(None).map_err(|unusable| strange(&unusable.to_string()))?;
    viewer::sign_in_with_file(&client, &token).await
}
