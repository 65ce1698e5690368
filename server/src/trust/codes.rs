//! Which table of words tells the values of each of the policy's closed lists.

use crate::floor::policy::{
    About, Duties, Ending, Forbidden, Form, Ground, Our, RecipientKind, Sensitivity, Transfer, While,
};
use crate::processors::NoticeKind;
use crate::promises::Standing;
use crate::propagation::TaskState;

/// A value of a closed list.
pub trait Listed: Copy {
    /// The table of its words.
    const LIST: &'static str;

    fn listed(self) -> &'static str;
}

macro_rules! listed {
    ($($name:ident: $list:literal),+ $(,)?) => {
        $(impl Listed for $name {
            const LIST: &'static str = $list;

            fn listed(self) -> &'static str {
                self.code()
            }
        })+

        /// Every value there is, by its list.
        #[cfg(test)]
        pub fn all() -> Vec<(&'static str, &'static str)> {
            let mut all = Vec::new();
            $(all.extend($name::ALL.iter().map(|value| ($list, value.code())));)+
            all
        }
    };
}

listed! {
    About: "about",
    Duties: "duties",
    Ending: "ending",
    Forbidden: "never",
    Form: "form",
    Ground: "ground",
    NoticeKind: "notice",
    Our: "role",
    RecipientKind: "recipient",
    Sensitivity: "sensitivity",
    Standing: "standing",
    TaskState: "told",
    Transfer: "transfer",
    While: "while",
}
