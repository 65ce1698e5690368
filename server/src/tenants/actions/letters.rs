//! Letters to those who look after a tenant. Their addresses are opened for that alone, and the house's access book says so.

use super::super::queries::{PersonalColumn, owners, sealed_value};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, MemberId, Personal, Result, TenantId};
use crate::floor::mail::Letter;
use crate::floor::tools::Tools;

/// Writes to every owner of a tenant, and says how many letters were taken. One address that takes none does not silence
/// the others.
pub async fn write_to_owners(
    tools: &Tools,
    tenant: TenantId,
    purpose: &'static str,
    letter: impl Fn(MemberId, Personal) -> Letter,
) -> Result<u64> {
    let mut letters = 0;
    for (member, mail) in addresses(tools, tenant, purpose).await? {
        match tools.mail.send(&letter(member, mail)).await {
            Ok(()) => letters += 1,
            Err(Error::Refused(_)) => tracing::warn!(%member, purpose, "a letter was not taken"),
            Err(other) => return Err(other),
        }
    }
    Ok(letters)
}

async fn addresses(tools: &Tools, tenant: TenantId, purpose: &'static str) -> Result<Vec<(MemberId, Personal)>> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, purpose, move |tx| {
        let mut mails = Vec::new();
        for owner in owners(tx)? {
            let sealed = sealed_value(tx, owner.id, PersonalColumn::Mail)?.ok_or(Error::NotFound("member"))?;
            let key = vault.subject_key(tx, sealed.subject, "members.mail")?;
            // Whoever was erased is written to no more.
            if let Ok(mail) = key.and_then(|key| key.open_personal(&sealed.place, &sealed.sealed)) {
                mails.push((owner.id, mail));
            }
        }
        Ok(mails)
    });
    opened.await
}
