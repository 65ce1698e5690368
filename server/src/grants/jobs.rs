//! The alarm of broken glass: a letter to everyone who may look into it.

use serde::{Deserialize, Serialize};

use super::model::Grant;
use super::queries;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, GrantId, Personal, Result, StaffId, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::mail::Letter;
use crate::floor::tools::Tools;
use crate::staff::{self, StaffMember};
use crate::tenants::{self, Tenant};

/// Writes to every open seat that may give grants. It is done when every letter has left; a letter that goes out twice,
/// because the worker died in between, is the same letter.
#[derive(Debug, Serialize, Deserialize)]
pub struct AlarmOfBreakGlass {
    pub tenant: TenantId,
    pub grant: GrantId,
}

impl Job for AlarmOfBreakGlass {
    const NAME: &'static str = "alarm_of_break_glass";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (id, of) = (self.grant, self.tenant);
        let lane = run.scope()?;
        let waiting = run.ledger.read(&lane, move |tx| {
            if queries::is_alarmed(tx, id)? {
                Ok(None)
            } else {
                Ok(queries::one(tx, id)?.zip(tenants::tenant(tx, of)?))
            }
        });
        let Some((grant, tenant)) = waiting.await? else { return Ok(()) };
        let tools = run.tools()?;
        let (broke, told) = recipients(&tools, &grant).await?;
        let mut letters = 0;
        for (staff, mail) in told {
            run.hold().await?;
            match tools.mail.send(&letter(&grant, &tenant, &broke, staff, mail)).await {
                Ok(()) => letters += 1,
                // One address that takes no letters does not silence the others.
                Err(Error::Refused(_)) => tracing::warn!(%staff, "an alarm of broken glass was not taken"),
                Err(other) => return Err(other.into()),
            }
        }
        let done = run.ledger.write(lane, move |tx| {
            if !queries::set_alarmed(tx, id)? {
                return Err(Error::Conflict);
            }
            Ok(Witnessed::new((), Event::new("grant.alarmed", "grant", id.uuid()).count("letters", letters)))
        });
        Ok(done.await?)
    }
}

/// The handle of who broke it, and the open addresses of those who may look into it. That the house opened them for this
/// stands in its access book.
async fn recipients(tools: &Tools, grant: &Grant) -> Result<(String, Vec<(StaffId, Personal)>)> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let (broke, tenant, inside) = (grant.staff, grant.tenant, tools.clone());
    let opened = tools.ledger.reveal(house, AlarmOfBreakGlass::NAME, move |tx| {
        let now = tx.now()?;
        let may = |seat: &StaffMember| {
            seat.is_open(now)
                && seat.seat().permissions().contains(&Permission::GiveGrants)
                && seat.seat().bounds().holds(tenant)
        };
        let seats = staff::seats::queries::active(tx)?;
        let mails = seats
            .iter()
            .filter(|seat| may(seat))
            .map(|seat| Ok((seat.id, staff::seats::open_mail(&inside, tx, seat.id)?)));
        let mails = mails.collect::<Result<Vec<_>>>()?;
        let broke = staff::seats::queries::find(tx, broke)?.map_or_else(String::new, |seat| seat.handle);
        Ok((broke, mails))
    });
    opened.await
}

fn letter(grant: &Grant, tenant: &Tenant, broke: &str, staff: StaffId, to: Personal) -> Letter {
    let text = format!(
        "{broke} broke the glass at {} and may open personal data of {} until {}.\n\n\
         Look into it, and say in the console that you did: {}.\n",
        grant.starts_at, tenant.legal_name, grant.ends_at, grant.id
    );
    Letter::automatic(to, format!("Glass broken by {broke}"), text, format!("break-glass-{}-{}", grant.id, staff))
}
