//! `staff add` and `staff renew`: seats made by the operator's own hand on the machine, and made anew where the last one
//! who could was locked out. An invitation is printed once and kept nowhere.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use clap::Subcommand;

use crate::floor::access::{Caller, Permission, Role};
use crate::floor::kernel::{Error, Instant, Personal, Ref, Result, TenantId};
use crate::floor::tools::Tools;
use crate::roof::boot::{self, Duties};
use crate::roof::config::Config;
use crate::roof::telemetry::Telemetry;
use crate::staff::seats::{self, Authority, Invitation, Invited};

/// What can be done to seats.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Make a seat and print its invitation, once
    Add {
        /// The mail address to sign in with
        #[arg(long)]
        mail: String,
        /// The short name the desk calls the person by
        #[arg(long)]
        handle: String,
        /// support, approver, ops, auditor or admin; may be given several times
        #[arg(long = "role", value_name = "ROLE", value_parser = role)]
        roles: Vec<Role>,
        /// A tenant that a partner's seat is limited to, by its id; may be given several times
        #[arg(long = "tenant", value_name = "TENANT", value_parser = tenant)]
        tenants: Vec<TenantId>,
        /// What a partner's seat may, such as `see_tenants`; may be given several times
        #[arg(long = "permission", value_name = "PERMISSION", value_parser = permission)]
        permissions: Vec<Permission>,
        /// The seat's last day, or its last moment as in 2027-01-31T17:00:00Z
        #[arg(long, value_name = "DAY", value_parser = moment)]
        until: Option<Instant>,
    },
    /// Give a seat a new invitation: password and second factor begin anew
    Renew {
        /// The short name of the seat
        #[arg(long)]
        handle: String,
    },
}

pub(super) fn run(verb: Verb, config: Config, telemetry: Telemetry) -> anyhow::Result<()> {
    visiting(config, telemetry, async move |tools| {
        let house = Caller::house();
        match verb {
            Verb::Add { mail, handle, roles, tenants, permissions, until } => {
                let tenants = (!tenants.is_empty()).then_some(tenants);
                let authority = Authority { roles, permissions, tenants, ends_at: until };
                let wanted = Invitation { handle, mail: Personal::new(mail), authority };
                shown(seats::invite(&tools, &house, wanted, None).await)
            }
            Verb::Renew { handle } => {
                let scope = house.permit_house(Permission::KeepStaff)?;
                let seat = tools.ledger.read(&scope, move |tx| seats::queries::by_handle(tx, &handle)).await?;
                let seat = seat.ok_or_else(|| anyhow::anyhow!("no seat has this handle"))?;
                shown(seats::renew(&tools, &house, seat.id, None).await)
            }
        }
    })
}

/// Opens the desk's doors for one act.
pub(super) fn visiting(
    config: Config,
    telemetry: Telemetry,
    act: impl AsyncFnOnce(Tools) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let desk = boot::boot(config, telemetry, Duties::Visit).await?;
        let outcome = act(desk.tools.clone()).await;
        desk.stop().await?;
        outcome
    })
}

/// Prints the invitation, and says what to do with it. What is flawed here is no setting.
pub(super) fn shown(invited: Result<Invited>) -> anyhow::Result<()> {
    let invited = match invited {
        Ok(invited) => invited,
        Err(Error::Invalid(flaws)) => anyhow::bail!("{flaws}"),
        Err(other) => return Err(other.into()),
    };
    if let Some((token, until)) = invited.token.zip(invited.staff.invited_until) {
        super::print(token.expose())?;
        super::print("\n")?;
        super::say(&format!(
            "{} takes it up in the console until {until}; it is shown this once",
            invited.staff.handle
        ));
    }
    Ok(())
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| format!("choose one of: {}", codes(Role::ALL, Role::code)))
}

fn permission(text: &str) -> Result<Permission, String> {
    let known = Permission::from_code(text).filter(|one| Permission::LENDABLE.contains(one));
    known.ok_or_else(|| format!("a partner may be given: {}", codes(Permission::LENDABLE, Permission::code)))
}

fn codes<T: Copy>(words: &[T], code: fn(T) -> &'static str) -> String {
    words.iter().map(|word| code(*word)).collect::<Vec<_>>().join(", ")
}

/// As the API or as a log line writes it.
pub(super) fn tenant(text: &str) -> Result<TenantId, String> {
    let named = text.parse::<Ref<TenantId>>().map(|place| place.id).or_else(|_| text.parse());
    named.map_err(|_| "this is no tenant's id: the list of tenants gives them".to_owned())
}

/// A day is in force to its end.
fn moment(text: &str) -> Result<Instant, String> {
    let end_of =
        |day: NaiveDate| day.checked_add_days(Days::new(1)).map(|next| next.and_time(NaiveTime::MIN).and_utc());
    let day = text.parse::<NaiveDate>().ok().and_then(end_of);
    let moment = day.or_else(|| text.parse::<DateTime<Utc>>().ok()).map(Instant::from_utc);
    moment.ok_or_else(|| "give a day as in 2027-01-31".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_day_is_whole() {
        assert_eq!(moment("2027-01-31").unwrap().to_string(), "2027-02-01T00:00:00.000Z");
        assert_eq!(moment("2027-01-31T17:00:00Z").unwrap().to_string(), "2027-01-31T17:00:00.000Z");
        assert!(moment("soon").is_err());
    }

    #[test]
    fn a_tenant_is_named_in_either_form_and_a_permission_is_one_that_is_lent() {
        let id = TenantId::fresh();
        assert_eq!(tenant(&id.to_string()), Ok(id));
        assert_eq!(tenant(&Ref::new(id, id).to_string()), Ok(id));
        assert_eq!(permission("see_tenants"), Ok(Permission::SeeTenants));
        assert!(permission("keep_staff").is_err() && role("boss").is_err());
    }
}
