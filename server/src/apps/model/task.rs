//! What a provider is asked to do with what it still has. Nothing is done because nobody answered.

use chrono::Duration;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{AppId, Error, Instant, ProviderTaskId, Result, TenantId};

vocabulary! {
    /// What the provider is asked to do.
    pub enum ProviderTaskKind {
        /// Erase what it still has.
        Erase = "erase",
    }
}

vocabulary! {
    /// How far it has come.
    pub enum ProviderTaskState {
        /// Somebody is to ask.
        Open = "open",
        /// The provider was asked, and has not answered.
        Asked = "asked",
        /// It was asked, its time is over, and nothing came back.
        Silent = "silent",
        /// It says that it did.
        Confirmed = "confirmed",
        /// It says no.
        Refused = "refused",
        /// We let it be, for a reason.
        Waived = "waived",
    }
}

/// How long a provider has from when it is to be asked.
const TIME: Duration = Duration::days(30);

/// One thing that a provider is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderTask {
    pub tenant: TenantId,
    pub id: ProviderTaskId,
    pub app: AppId,
    pub kind: ProviderTaskKind,
    pub state: ProviderTaskState,
    pub opened_at: Instant,
    pub opened_by: String,
    /// From when on its silence is told as such.
    pub until: Instant,
    /// When somebody was told last that nothing has ended it.
    pub reminded_at: Option<Instant>,
    /// When, and by whom.
    pub asked: Option<(Instant, String)>,
    pub settled: Option<(Instant, String)>,
}

impl ProviderTaskState {
    /// Whether nothing more comes of it.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Confirmed | Self::Refused | Self::Waived)
    }
}

impl ProviderTask {
    /// The task of asking the provider of this app to erase what it still has.
    pub fn to_erase((tenant, app): (TenantId, AppId), by: String, now: Instant) -> Self {
        Self {
            tenant,
            id: ProviderTaskId::fresh(),
            app,
            kind: ProviderTaskKind::Erase,
            state: ProviderTaskState::Open,
            opened_at: now,
            opened_by: by,
            until: now.plus(TIME),
            reminded_at: None,
            asked: None,
            settled: None,
        }
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: Instant) -> bool {
        now >= self.until
    }

    /// The same task once somebody is told that half of its time has gone by, or all of it; none where there is nothing to
    /// tell now. Whom nobody asked has not been silent.
    pub fn minded(self, now: Instant) -> Option<Self> {
        let midway = self.opened_at.plus(self.until.since(self.opened_at) / 2);
        let since = if self.is_over(now) { self.until } else { midway };
        let is_told = self.reminded_at.is_some_and(|told| told >= since);
        if self.state.is_settled() || now < since || is_told {
            return None;
        }
        let is_silent = self.state == ProviderTaskState::Asked && self.is_over(now);
        let state = if is_silent { ProviderTaskState::Silent } else { self.state };
        Some(Self { state, reminded_at: Some(now), ..self })
    }

    /// The same task a step on: asked first, then what came back. What is settled stays so, and nobody answers what he was
    /// not asked.
    pub fn moved(self, to: ProviderTaskState, by: String, now: Instant) -> Result<Self> {
        use ProviderTaskState::{Asked, Confirmed, Open, Refused, Silent, Waived};
        match (self.state, to) {
            (Open, Asked) => Ok(Self { state: to, asked: Some((now, by)), ..self }),
            (Open | Asked | Silent, Waived) | (Asked | Silent, Confirmed | Refused) => {
                Ok(Self { state: to, settled: Some((now, by)), ..self })
            }
            (_, Silent) => Err(Error::refused("REFUSED", "nobody says of a provider that it is silent: its time does")),
            (Open, Confirmed | Refused) => Err(Error::refused("REFUSED", "say first that the provider was asked")),
            _ => Err(Error::refused("REFUSED", "this task is past that already")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(state: ProviderTaskState) -> ProviderTask {
        let of = (TenantId::fresh(), AppId::fresh());
        ProviderTask { state, ..ProviderTask::to_erase(of, "house".to_owned(), Instant::EPOCH) }
    }

    #[test]
    fn nothing_is_confirmed_that_was_not_asked_and_nothing_twice() {
        use ProviderTaskState::{Asked, Confirmed, Open, Refused, Silent, Waived};
        let allowed = [
            (Open, Asked),
            (Open, Waived),
            (Asked, Waived),
            (Asked, Confirmed),
            (Asked, Refused),
            (Silent, Waived),
            (Silent, Confirmed),
            (Silent, Refused),
        ];
        for from in ProviderTaskState::ALL {
            for to in ProviderTaskState::ALL {
                let moved = task(*from).moved(*to, "house".to_owned(), Instant::EPOCH);
                assert_eq!(moved.is_ok(), allowed.contains(&(*from, *to)), "{from} to {to}");
                assert!(moved.is_err() || moved.is_ok_and(|task| task.settled.is_some() == to.is_settled()));
            }
        }
    }

    #[test]
    fn it_is_told_halfway_and_at_the_end_and_only_who_was_asked_is_silent() {
        use ProviderTaskState::{Asked, Open, Silent, Waived};
        let after = |days| Instant::EPOCH.plus(Duration::days(days));
        for (state, in_the_end) in [(Open, Open), (Asked, Silent)] {
            assert_eq!(task(state).minded(after(14)), None);
            let halfway = task(state).minded(after(15)).expect("half of its time has gone by");
            assert_eq!((halfway.state, halfway.reminded_at), (state, Some(after(15))));
            assert_eq!(halfway.clone().minded(after(29)), None, "once");
            let over = halfway.minded(after(30)).expect("its time is over");
            assert_eq!((over.state, over.reminded_at), (in_the_end, Some(after(30))));
            assert_eq!(over.minded(after(400)), None, "once");
            assert_eq!(
                task(state).minded(after(90)).map(|late| late.state),
                Some(in_the_end),
                "nobody looked for long"
            );
        }
        assert_eq!(task(Waived).minded(after(90)), None);
    }
}
