//! `schema`: the contract, as it is committed.

use crate::roof::schema::contract;

pub(super) fn run() -> anyhow::Result<()> {
    super::print(&contract())
}
