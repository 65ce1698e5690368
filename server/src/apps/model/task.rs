//! What a provider is asked to do with what it still has. Nothing is done because nobody answered.

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
        /// It says that it did.
        Confirmed = "confirmed",
        /// It says no.
        Refused = "refused",
        /// We let it be, for a reason.
        Waived = "waived",
    }
}

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
    /// The same task a step on: asked first, then what came back. What is settled stays so, and nobody answers what he was
    /// not asked.
    pub fn moved(self, to: ProviderTaskState, by: String, now: Instant) -> Result<Self> {
        use ProviderTaskState::{Asked, Confirmed, Open, Refused, Waived};
        match (self.state, to) {
            (Open, Asked) => Ok(Self { state: to, asked: Some((now, by)), ..self }),
            (Open | Asked, Waived) | (Asked, Confirmed | Refused) => {
                Ok(Self { state: to, settled: Some((now, by)), ..self })
            }
            (Open, Confirmed | Refused) => Err(Error::refused("REFUSED", "say first that the provider was asked")),
            _ => Err(Error::refused("REFUSED", "this task is past that already")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_confirmed_that_was_not_asked_and_nothing_twice() {
        use ProviderTaskState::{Asked, Confirmed, Open, Refused, Waived};
        let task = |state| ProviderTask {
            tenant: TenantId::fresh(),
            id: ProviderTaskId::fresh(),
            app: AppId::fresh(),
            kind: ProviderTaskKind::Erase,
            state,
            opened_at: Instant::EPOCH,
            opened_by: "house".to_owned(),
            asked: None,
            settled: None,
        };
        let allowed = [(Open, Asked), (Open, Waived), (Asked, Waived), (Asked, Confirmed), (Asked, Refused)];
        for from in ProviderTaskState::ALL {
            for to in ProviderTaskState::ALL {
                let moved = task(*from).moved(*to, "house".to_owned(), Instant::EPOCH);
                assert_eq!(moved.is_ok(), allowed.contains(&(*from, *to)), "{from} to {to}");
                assert!(moved.is_err() || moved.is_ok_and(|task| task.settled.is_some() == to.is_settled()));
            }
        }
    }
}
