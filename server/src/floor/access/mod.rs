//! Who asks, and what that opens.
