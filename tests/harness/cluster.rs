//! One throwaway Postgres for a test run, started by the product's own mechanism when the first test asks for it.
//! What databases stand in it is for [`crate::base`]; nothing is dropped one by one, the whole folder goes with the run.

use std::sync::OnceLock;

use anyhow::anyhow;
use rightsdesk_server::roof::cluster::{Cluster, Setup};

use crate::{desk, scratch};

/// The run's Postgres.
pub struct Throwaway {
    cluster: Cluster,
}

static SHARED: OnceLock<Result<Throwaway, String>> = OnceLock::new();

/// The one of this process.
pub fn shared() -> anyhow::Result<&'static Throwaway> {
    let made = SHARED.get_or_init(|| start().map_err(|why| format!("{why:#}")));
    made.as_ref().map_err(|why| anyhow!("no throwaway Postgres: {why}"))
}

fn start() -> anyhow::Result<Throwaway> {
    let mut setup = Setup::new(scratch::folder("shared")?, desk::program());
    setup.throwaway = true;
    let cluster = Cluster::open(setup)?;
    Ok(Throwaway { cluster })
}

impl Throwaway {
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }
}
