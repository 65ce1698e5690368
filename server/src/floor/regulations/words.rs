//! The closed words of regimes and clocks.

use serde::{Deserialize, Serialize};

use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// What a person asks for.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Right {
        /// To know what is held, and get a copy.
        Access = "access",
        /// To take along what was given.
        Portability = "portability",
        /// To have it erased.
        Deletion = "deletion",
        /// To have it put right.
        Correction = "correction",
        /// To have it kept and not used.
        Restriction = "restriction",
        /// To have a use of it end.
        Objection = "objection",
        /// To have it neither sold nor shared, nor used beyond need.
        OptOut = "opt_out",
        /// To complain to whoever holds it.
        Complaint = "complaint",
        /// To have a refusal looked at again.
        Appeal = "appeal",
    }
}

vocabulary! {
    /// The day from which a period counts.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Starts {
        /// The day of receipt.
        Receipt = "receipt",
        /// The latest of receipt, the identity information and the fee, where they were asked for.
        #[serde(rename = "latest_of_receipt_identity_fee")]
        Complete = "latest_of_receipt_identity_fee",
    }
}

impl Starts {
    /// Whether the period does not begin before this was answered.
    pub fn waits_for(self, ground: PauseGround) -> bool {
        self == Self::Complete && matches!(ground, PauseGround::IdentityAsked | PauseGround::FeeAsked)
    }
}

vocabulary! {
    /// What was asked of the person, and is waited for.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum PauseGround {
        /// Who they are.
        IdentityAsked = "identity_asked",
        /// Which data or processing they mean.
        ScopeAsked = "scope_asked",
        /// A fee.
        FeeAsked = "fee_asked",
    }
}

vocabulary! {
    /// Where a period's last day goes when nobody works on it.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Roll {
        /// Nowhere.
        #[default]
        None = "none",
        /// From a Saturday, Sunday or holiday to the next working day.
        NextWorkingDay = "next_working_day",
        /// From a Sunday or holiday to the next day that is neither.
        NextNonHoliday = "next_non_holiday",
    }
}

vocabulary! {
    /// How surely a rule rolls.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum RollReading {
        /// The date that is worked by rolls.
        #[default]
        Both = "both",
        /// Only the later reading rolls; the date that is worked by stays.
        Legal = "legal",
    }
}

vocabulary! {
    /// What a refusal must name.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum MustName {
        /// Why.
        Ground = "ground",
        /// The body where the person may complain.
        Authority = "authority",
        /// That a court is open.
        Court = "court",
        /// How to appeal to us.
        Appeal = "appeal",
        /// How to reach the attorney general.
        AttorneyGeneral = "attorney_general",
        /// That the person may opt out of sale and sharing instead.
        OptOut = "opt_out",
    }
}

vocabulary! {
    /// What a clock counts towards.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Kind {
        /// The word that it came.
        Acknowledgement = "acknowledgement",
        /// The answer.
        Answer = "answer",
        /// The answer to an appeal.
        Appeal = "appeal",
        /// Another duty of the regime, such as the notice that nothing is done.
        Duty = "duty",
    }
}

vocabulary! {
    /// Whose time runs.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Whose {
        /// Ours.
        Ours = "ours",
        /// The merchant's, whose processor we are: shown, and worked by.
        Merchants = "merchants",
    }
}

vocabulary! {
    /// What a reader of a date must know of it.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Flag {
        /// A day it hangs on is outside the calendar's years: it was not rolled.
        OutsideCalendar = "outside_calendar",
        /// No calendar of the place is known: it was not rolled.
        NoCalendar = "no_calendar",
        /// The regime names no number: the date is a target of ours.
        OurTarget = "our_target",
        /// The rule was not in force on the day of receipt.
        NotInForce = "not_in_force",
        /// A pause or extension came too late to count.
        NotCounted = "not_counted",
        /// Part of the rule is from memory: nobody has held it against the law's own text yet.
        FromMemory = "from_memory",
    }
}

impl Flag {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::OutsideCalendar => "outside the years of the calendar, so not rolled",
            Self::NoCalendar => "no calendar of the place is known, so not rolled",
            Self::OurTarget => "a target of ours, for the regime names no number",
            Self::NotInForce => "not yet in force on the day of receipt",
            Self::NotCounted => "a pause or extension came too late to count",
            Self::FromMemory => "part of this rule is still to be checked against the law’s own text",
        }
    }
}
