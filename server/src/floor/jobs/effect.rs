//! The key that goes out with an effect, so that its receiver, or we when we ask again, can tell a repetition. Pure.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// One key per act: `cause` is the request or other thing it is done for, `step` our word for what is done, `target`
/// whom it is done to. The same over every retry, on every machine.
pub fn effect_key(cause: Uuid, step: &str, target: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in [&b"rightsdesk/effect/1"[..], cause.as_bytes(), step.as_bytes(), target.as_bytes()] {
        digest.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::uuid;

    const CAUSE: Uuid = uuid!("44444444-4444-4444-8444-444444444444");

    #[test]
    fn a_key_does_not_move_between_versions() {
        let key = effect_key(CAUSE, "erase", "shopify");
        let hex = key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(hex, "30a3a062f5d7e051a744f6997929c868ec6d10b261a5dc9c4843e009e14f89bc");
    }

    #[test]
    fn what_moves_from_one_part_to_the_next_is_another_key() {
        assert_ne!(effect_key(CAUSE, "erase", "shop"), effect_key(CAUSE, "eras", "eshop"));
    }
}
