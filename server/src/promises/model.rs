//! A promise, how it stands, and what a look at it found. Pure.

use chrono::Duration;

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Instant, PolicyId, PromiseId};

vocabulary! {
    /// How a promise stands.
    pub enum Standing {
        /// Looked at, and kept.
        Holds = "holds",
        /// Kept yet, and about to break, or not looked at for too long.
        AtRisk = "at_risk",
        /// Looked at, and not kept.
        Broken = "broken",
        /// No look can say yet: what it would look at is not there.
        NotYetMeasured = "not_yet_measured",
        /// No machine can tell.
        NotMeasurable = "not_measurable",
    }
}

vocabulary! {
    /// Whether the policy in force still says it.
    pub enum PromiseState {
        /// It does.
        Active = "active",
        /// A former version did.
        Past = "past",
    }
}

/// One sentence of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    pub id: PromiseId,
    pub policy: PolicyId,
    pub code: String,
    /// Where the policy has it.
    pub place: i32,
    pub section: String,
    pub text: String,
    /// The check that measures it; none where no machine can.
    pub check: Option<String>,
    pub state: PromiseState,
    pub standing: Standing,
    pub figure: Option<String>,
    pub why: Option<String>,
    pub since: Instant,
    pub checked_at: Option<Instant>,
    /// When it is looked at next.
    pub look_at: Option<Instant>,
}

/// How late a look may be before nobody may rely on the last one.
const LATE: Duration = Duration::hours(26);

impl Promise {
    /// The promise as it may be told at this moment: one that nobody looked at for too long holds no more.
    #[must_use]
    pub fn at(self, now: Instant) -> Self {
        let is_late = self.look_at.is_some_and(|at| now.since(at) > LATE);
        if is_late && self.standing == Standing::Holds {
            let why = Some("the last look is too long ago: see whether a worker runs".to_owned());
            return Self { standing: Standing::AtRisk, why, ..self };
        }
        self
    }
}

/// What a look at a promise found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub standing: Standing,
    pub figure: String,
    /// What is wrong, in words; nothing where it holds.
    pub why: Option<String>,
}

impl Look {
    pub fn holds(figure: impl Into<String>) -> Self {
        Self { standing: Standing::Holds, figure: figure.into(), why: None }
    }

    pub fn at_risk(figure: impl Into<String>, why: impl Into<String>) -> Self {
        Self { standing: Standing::AtRisk, figure: figure.into(), why: Some(why.into()) }
    }

    pub fn broken(figure: impl Into<String>, why: impl Into<String>) -> Self {
        Self { standing: Standing::Broken, figure: figure.into(), why: Some(why.into()) }
    }

    /// There is nothing yet that could be looked at.
    pub fn nothing_yet(why: impl Into<String>) -> Self {
        Self { standing: Standing::NotYetMeasured, figure: String::new(), why: Some(why.into()) }
    }

    /// What it says where there is something to look at, and nothing yet where there is not: what never happened was
    /// never kept.
    #[must_use]
    pub fn only_if(self, has_any: bool, why_none: impl Into<String>) -> Self {
        if !has_any && self.standing == Standing::Holds { Self::nothing_yet(why_none) } else { self }
    }

    /// Broken by the first of these, or holding where there is none.
    pub fn unless(figure: impl Into<String>, faults: &[String]) -> Self {
        match faults {
            [] => Self::holds(figure),
            [first] => Self::broken(figure, first.clone()),
            [first, rest @ ..] => Self::broken(figure, format!("{first}, and {} more", rest.len())),
        }
    }
}

/// How it stood once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    pub id: uuid::Uuid,
    pub at: Instant,
    pub standing: Standing,
    pub figure: Option<String>,
}

/// Whether somebody is told of this turn by letter. What is measured for the first time and holds is no news.
pub const fn is_news(before: Standing, after: Standing) -> bool {
    matches!(after, Standing::AtRisk | Standing::Broken)
        || (matches!(before, Standing::AtRisk | Standing::Broken) && matches!(after, Standing::Holds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promise(standing: Standing, look_at: Option<Instant>) -> Promise {
        Promise {
            id: PromiseId::fresh(),
            policy: PolicyId::fresh(),
            code: "tokens".to_owned(),
            place: 0,
            section: "Security".to_owned(),
            text: "Tokens are encrypted".to_owned(),
            check: Some("tokens_sealed".to_owned()),
            state: PromiseState::Active,
            standing,
            figure: None,
            why: None,
            since: Instant::EPOCH,
            checked_at: Some(Instant::EPOCH),
            look_at,
        }
    }

    #[test]
    fn what_nobody_looked_at_for_long_holds_no_more() {
        let due = Instant::EPOCH.plus(Duration::hours(1));
        let late = due.plus(LATE + Duration::seconds(1));
        assert_eq!(promise(Standing::Holds, Some(due)).at(due.plus(LATE)).standing, Standing::Holds);
        assert_eq!(promise(Standing::Holds, Some(due)).at(late).standing, Standing::AtRisk);
        assert_eq!(promise(Standing::Broken, Some(due)).at(late).standing, Standing::Broken);
        assert_eq!(promise(Standing::NotMeasurable, None).at(late).standing, Standing::NotMeasurable);
    }

    #[test]
    fn news_is_what_breaks_and_what_mends() {
        use Standing::{AtRisk, Broken, Holds, NotYetMeasured};
        for (before, after, told) in [
            (NotYetMeasured, Holds, false),
            (NotYetMeasured, Broken, true),
            (Holds, AtRisk, true),
            (AtRisk, Broken, true),
            (Broken, Holds, true),
            (Broken, NotYetMeasured, false),
        ] {
            assert_eq!(is_news(before, after), told, "{before} → {after}");
        }
    }
}
