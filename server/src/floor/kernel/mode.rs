//! What kind of desk this is. A desk of one kind refuses keys and databases of another.

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
    /// Whether plain http and loopback are acceptable on the far side.
    pub fn trusts_loopback(self) -> bool {
        self != Self::Production
    }
}
