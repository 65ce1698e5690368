//! What kind of desk this is. A desk of one kind refuses keys and databases of another.

use super::reach::Reach;
use super::vocabulary::vocabulary;

vocabulary! {
    /// The kind of a deployment, written into its keyring at first start.
    pub enum Mode {
        /// Planted with invented people; may talk to doubles on loopback.
        Demo = "demo",
        /// A desk of one's own, to try and to build.
        Development = "development",
        /// Real people's data.
        Production = "production",
    }
}

impl Mode {
    /// How far this desk may go in the clear.
    pub fn reach(self) -> Reach {
        if self == Self::Production { Reach::World } else { Reach::House }
    }
}
