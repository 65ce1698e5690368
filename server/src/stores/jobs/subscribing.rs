//! Asking a store to tell what happens there, so that nobody has to ask again and again.

use serde::{Deserialize, Serialize};
use url::Url;

use super::super::actions::{Place, open_access};
use super::super::model::{Held, Store, hook_digest};
use super::super::queries::hooks::{self, Hook};
use super::super::queries::scopes;
use super::super::{HOOK, WEBHOOKS};
use crate::calls;
use crate::floor::access::{One, Scope};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::reach::is_loopback;
use crate::floor::kernel::{Error, HookId, Ref, Result, StoreId};
use crate::floor::ledger::keyhole::{self, KeyholeKind};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::platforms::{Fate, NewHook, Platform};
use crate::floor::tools::Tools;
use crate::staff::Token;

/// What a hook's secret begins with.
const SECRET: &str = "rdh_";

/// Makes true that a connected store tells everything that its scopes let it tell: what stands there is left as it is, what
/// is missing is made.
#[derive(Debug, Serialize, Deserialize)]
pub struct SubscribeStore {
    pub store: StoreId,
}

impl Job for SubscribeStore {
    const NAME: &'static str = "subscribe_store";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools, id) = (run.scope()?, run.tools()?, self.store);
        let (store, access) = match open_access(&tools, &lane, id).await {
            Ok(opened) => opened,
            // It lets us in no more: whoever connects it anew asks for this anew.
            Err(Error::Refused(_)) => return Ok(()),
            Err(other) => return Err(other.into()),
        };
        let place = Place::of(&tools, &store)?;
        let Some(desk) = reachable(&tools.public_url) else {
            tracing::warn!("stores are not asked to tell anything: http.public_url is not https");
            return Ok(());
        };
        run.hold().await?;
        let at = Ref::new(run.job.tenant, id);
        let known = calls::under_way(&tools.ledger, at, place.platform.hooks(place.visit(), &access)).await?;
        // Whoever ended the connection took the hooks away.
        let Ok(known) = known else { return Ok(()) };
        let known = known.map_err(halt)?;
        let mut made: Vec<(HookId, String)> = Vec::new();
        for hook in planned(&tools, &lane, &store, place.platform).await? {
            let to = address(&desk, place.platform, hook.id)?;
            let stands = known.iter().find(|known| known.topic == hook.topic && known.to == to.as_str());
            if let Some(known) = stands {
                if hook.called.as_ref() != Some(&known.id) {
                    made.push((hook.id, known.id.clone()));
                }
                continue;
            }
            let vault = tools.vault.clone();
            let secret = run.ledger.reveal(lane.clone(), Self::NAME, move |tx| {
                let secret = hook.secret.map(|id| vault.open_secret(tx, HOOK, id)?.map_err(|shut| shut.of_secret(id)));
                secret.transpose()
            });
            let secret = secret.await?;
            run.hold().await?;
            let new = NewHook { topic: &hook.topic, to: &to, secret: secret.as_ref() };
            let asked = place.platform.subscribe(place.visit(), &access, new);
            let Ok(answer) = calls::under_way(&tools.ledger, at, asked).await? else { return Ok(()) };
            match answer {
                Ok(name) => made.push((hook.id, name)),
                // The others may do all the same.
                Err(Fate::Over(why)) => tracing::warn!(why, topic = hook.topic, "a store does not tell of a topic"),
                Err(fate) => return Err(halt(fate)),
            }
        }
        if made.is_empty() {
            return Ok(());
        }
        let done = run.ledger.write(lane, move |tx| {
            for (hook, name) in &made {
                hooks::stands(tx, *hook, name)?;
            }
            let told = Event::new("store.subscribed", "store", id.uuid());
            Ok(Witnessed::new((), told.count("hooks", u64::try_from(made.len()).unwrap_or(u64::MAX))))
        });
        Ok(done.await?)
    }
}

/// The desk's own address, if a platform may post there.
fn reachable(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    (url.scheme() == "https" || url.host_str().is_some_and(is_loopback)).then_some(url)
}

fn address(desk: &Url, platform: &dyn Platform, hook: HookId) -> Result<Url> {
    let mut path = format!("{WEBHOOKS}/{}", platform.code());
    if platform.has_own_hooks() {
        path = format!("{path}/{}", hook.uuid());
    }
    desk.join(&path).map_err(|_| Error::internal("http.public_url is no address"))
}

/// The hooks that a store is to have, each with a row: what it is signed with is known before it is told.
async fn planned(
    tools: &Tools,
    lane: &Scope<One>,
    store: &Store,
    platform: &'static dyn Platform,
) -> Result<Vec<Hook>> {
    let (id, vault, of) = (store.id, tools.vault.clone(), store.clone());
    let read = tools.ledger.read(lane, move |tx| Ok((scopes::of(tx, &of)?, hooks::of(tx, id)?)));
    let (held, there) = read.await?;
    let has = |scope: &&str| {
        held.iter().any(|held: &Held| held.is_granted() && held.revoked_at.is_none() && held.name == **scope)
    };
    let wanted = platform.topics().iter().filter(|topic| topic.scopes.is_empty() || topic.scopes.iter().any(&has));
    let wanted: Vec<&'static str> = wanted.map(|topic| topic.name).collect();
    let is_there = |name: &&str| there.iter().any(|hook| hook.topic == **name);
    let missing: Vec<&'static str> = wanted.iter().copied().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        return Ok(there.into_iter().filter(|hook| wanted.contains(&hook.topic.as_str())).collect());
    }
    let written = tools.ledger.write(lane.clone(), move |tx| {
        super::super::queries::stores::held(tx, id)?.require_held()?;
        for topic in &missing {
            let hook = HookId::fresh();
            let secret = if platform.has_own_hooks() {
                keyhole::cut(tx, KeyholeKind::StoreHook, &hook_digest(hook), hook.uuid())?;
                Some(vault.put(tx, HOOK, &Token::fresh(SECRET)?.text)?)
            } else {
                None
            };
            hooks::add(tx, id, (hook, topic), secret)?;
        }
        let told = Event::new("store.subscribing", "store", id.uuid());
        Ok(Witnessed::new((), told.count("hooks", u64::try_from(missing.len()).unwrap_or(u64::MAX))))
    });
    written.await?;
    let all = tools.ledger.read(lane, move |tx| hooks::of(tx, id)).await?;
    Ok(all.into_iter().filter(|hook| wanted.contains(&hook.topic.as_str())).collect())
}

fn halt(fate: Fate) -> Halt {
    match fate {
        Fate::Again { after } => Halt::SlowDown { after },
        Fate::Stale => Halt::SlowDown { after: std::time::Duration::from_mins(1) },
        Fate::Over(why) => {
            Halt::Failed(Error::refused("PLATFORM", format!("a store does not say what it tells: {why}")))
        }
    }
}
