//! How a person fetches a package: its passphrase stands on their own page, a link is made there when they ask for it, and
//! whoever uses it first gets the file. A link that is merely looked at is not used; what leads nowhere and what is over are
//! one answer.

use subtle::ConstantTimeEq;

use super::{event, seal};
use crate::floor::access::{Caller, Permission};
use crate::floor::blobs::Body;
use crate::floor::kernel::{
    Error, Instant, IntakeId, PackageId, PackageLinkId, Personal, Ref, RequestId, Result, Secret,
};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Event, Tx, Witnessed};
use crate::floor::tools::Tools;
use crate::requests::model::{Intake, Proof};
use crate::requests::package::{LINK_LIVES, Link, MOST_LINKS, Package, PackageState, Packed, RESUMABLE};
use crate::requests::queries::{intakes, packages, requests};
use crate::staff::{Token, digest};

/// The first letters of a link's secret.
const LINK: &str = "rdp_";

/// A package as the person's own page shows it.
pub struct Fetchable {
    pub package: PackageId,
    pub request: RequestId,
    pub until: Instant,
    pub bytes: i64,
    pub files: Vec<Packed>,
    pub passphrase: Personal,
}

/// What stands behind a link that leads to a package still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    pub package: Package,
    pub reference: String,
    /// It was used, by whoever asks now: what broke off may be resumed.
    pub is_used: bool,
}

/// Whether somebody proved by more than holding a link that it is theirs.
pub(super) fn is_known(intake: &Intake) -> bool {
    !matches!(intake.proof, Proof::None | Proof::NotNeeded) && intake.forgotten_at.is_none()
}

/// What the person may fetch, each with the passphrase that opens it. Nothing before they are proved.
pub async fn packages_for_person(tools: &Tools, at: Ref<IntakeId>) -> Result<Vec<Fetchable>> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, "person", move |tx| {
        if !is_known(&intakes::get(tx, at.id)?) {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for (id, passphrase) in packages::passphrases(tx, &vault, at.id, "person")? {
            let (package, files) = (packages::one(tx, id)?, packages::files(tx, id)?);
            let (Some(release), Some(made)) = (package.released, package.made) else { continue };
            all.push(Fetchable {
                package: id,
                request: package.request,
                until: release.until,
                bytes: made.bytes,
                files,
                passphrase,
            });
        }
        Ok(all)
    });
    opened.await
}

/// Makes a link to a package, for whoever stands on their own page: those that were made before lead nowhere any more. Its
/// secret is told once and kept nowhere.
pub async fn link_to_package(tools: &Tools, at: Ref<IntakeId>, package: PackageId) -> Result<Secret> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let written = tools.ledger.write(scope, move |tx| {
        let package = packages::lock(tx, package)?;
        let (request, now) = (requests::get(tx, package.request)?, tx.now()?);
        if request.intake != at.id || !is_known(&intakes::get(tx, at.id)?) {
            return Err(Error::NotFound("package"));
        }
        let release = package.released.filter(|_| is_offered(&package, now)).ok_or(Error::NotFound("package"))?;
        if packages::links_since(tx, package.id, now.plus(-chrono::Duration::days(1)))? >= MOST_LINKS {
            return Err(Error::refused("THROTTLED", "many links were made today: try again tomorrow"));
        }
        packages::end_links(tx, package.id)?;
        let link = packages::add_link(tx, package.id, now.plus(LINK_LIVES).min(release.until))?;
        let Token { text, digest } = Token::fresh(LINK)?;
        if !keyhole::cut(tx, KeyholeKind::PackageLink, &digest, link.uuid())? {
            return Err(Error::Conflict);
        }
        Ok(Witnessed::new(text, Event::new("package.link_made", "request", request.id.uuid())))
    });
    written.await
}

/// Where a link leads, if it leads anywhere.
pub async fn behind_package_link(tools: &Tools, secret: &Secret) -> Result<Option<Ref<PackageLinkId>>> {
    let found = tools.ledger.knock(digest(secret.expose())).await?;
    let found = found.filter(|found| found.kind == KeyholeKind::PackageLink);
    Ok(found.map(|found| Ref::new(found.tenant, PackageLinkId::from_uuid(found.target))))
}

/// What stands behind a link, for whoever comes with this session. To look uses nothing.
pub async fn door_of(tools: &Tools, at: Ref<PackageLinkId>, session: Option<&Secret>) -> Result<Option<Door>> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let session = session.map(|session| digest(session.expose()));
    let read = tools.ledger.read(&scope, move |tx: &mut Tx| {
        let Some(link) = packages::link(tx, at.id)? else { return Ok(None) };
        let (package, now) = (packages::one(tx, link.package)?, tx.now()?);
        let Some(is_used) = leads(&link, session.as_ref(), now).filter(|_| is_offered(&package, now)) else {
            return Ok(None);
        };
        let reference = requests::get(tx, package.request)?.reference;
        Ok(Some(Door { package, reference, is_used }))
    });
    read.await
}

/// Whether a link leads on, and if so whether it was used by the same browser.
fn leads(link: &Link, session: Option<&[u8; 32]>, now: Instant) -> Option<bool> {
    if link.is_ended {
        return None;
    }
    match (&link.used, session) {
        (None, _) => (now < link.expires_at).then_some(false),
        (Some(used), Some(session)) => {
            let is_same = bool::from(used.session.as_slice().ct_eq(&session[..]));
            (is_same && now < used.until).then_some(true)
        }
        (Some(_), None) => None,
    }
}

fn is_offered(package: &Package, now: Instant) -> bool {
    package.state == PackageState::Released && package.released.is_some_and(|release| now < release.until)
}

/// Uses a link: whoever is first is given a session to fetch the file by, and everybody else nothing.
pub async fn fetch_package(tools: &Tools, at: Ref<PackageLinkId>) -> Result<Option<Secret>> {
    const NOTHING: &str = "package link";
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let written = tools.ledger.write(scope, move |tx| {
        let link = packages::link(tx, at.id)?.ok_or(Error::NotFound(NOTHING))?;
        let of = packages::one(tx, link.package)?.request;
        let request = requests::lock(tx, of)?;
        let (package, now) = (packages::lock(tx, link.package)?, tx.now()?);
        let Token { text, digest } = Token::fresh("")?;
        if !is_offered(&package, now) || !packages::consume(tx, at.id, &digest, now.plus(RESUMABLE))? {
            return Err(Error::NotFound(NOTHING));
        }
        seal(tx, &request)?;
        Ok(Witnessed::new(text, event("package.fetched", &request)))
    });
    match written.await {
        Ok(session) => Ok(Some(session)),
        Err(Error::NotFound(NOTHING)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The file behind a door, from this byte on; none where it is gone meanwhile.
pub async fn file_behind(tools: &Tools, door: &Door, from: u64) -> Result<Option<Body>> {
    let Some(blob) = door.package.blob() else { return Ok(None) };
    let found = if from == 0 { tools.blobs.get(blob).await } else { tools.blobs.get_from(blob, from).await };
    match found {
        Ok(body) => Ok(Some(body)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::requests::package::Used;

    #[test]
    fn a_link_leads_on_once_and_then_ten_minutes_for_the_same_browser() {
        let (now, own, other) = (Instant::EPOCH, [1; 32], [2; 32]);
        let later = |minutes| now.plus(Duration::minutes(minutes));
        let fresh = Link {
            id: PackageLinkId::fresh(),
            package: PackageId::fresh(),
            expires_at: later(60),
            used: None,
            is_ended: false,
        };
        assert_eq!(leads(&fresh, None, now), Some(false));
        assert_eq!(leads(&fresh, None, later(60)), None, "it is over");
        let used = Link { used: Some(Used { session: own.to_vec(), until: later(10) }), ..fresh.clone() };
        assert_eq!((leads(&used, None, now), leads(&used, Some(&other), now)), (None, None));
        assert_eq!(leads(&used, Some(&own), later(9)), Some(true));
        assert_eq!(leads(&used, Some(&own), later(10)), None);
        assert_eq!(leads(&Link { is_ended: true, ..used }, Some(&own), now), None);
    }
}
