//! The check that ends every write under a lease: the job is still running, and under this very fence. A worker that
//! slept too long finds another's fence there and commits nothing.

use diesel::RunQueryDsl;
use diesel::sql_types::Uuid as SqlUuid;

use super::statement::statement;
use super::tx::WriteTx;
use crate::floor::access::Lease;
use crate::floor::kernel::{Error, Result};

/// The row is locked until the commit, so that nobody takes the job over in between.
pub(super) fn check(tx: &mut WriteTx, lease: Lease) -> Result<()> {
    let held =
        statement("select from jobs where tenant_id = ? and id = ? and fence = ? and state = 'running' for share")
            .bind::<SqlUuid, _>(lease.job.tenant)
            .bind::<SqlUuid, _>(lease.job.id)
            .bind::<SqlUuid, _>(lease.fence)
            .execute(tx.conn())?;
    if held == 1 { Ok(()) } else { Err(Error::Conflict) }
}
