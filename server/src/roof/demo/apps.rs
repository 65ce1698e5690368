//! What merchants connected beside their stores: most of it needed, used and looked after, some with a fault to find. A
//! policy that knows no kinds of apps has none.

use chrono::Duration;
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::Plot;
use super::deeds::{Hand, Made};
use super::tenants::DAY;
use crate::apps::{
    self, App, NewApp, ProviderTaskState, change_permissions, connect_app, disconnect_app, set_credential,
    settle_provider_task,
};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Instant, Ref, Secret, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::policy::AppKind;

/// What became of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fortune {
    AsItShouldBe,
    /// It was given permissions that its work does not need.
    MayTooMuch,
    /// It lacks one that its work does need.
    MayTooLittle,
    Unused,
    /// Its credential is older than it may be.
    RotationIsDue,
    /// Nobody knows where its provider says what it does with data.
    NamesNoPolicy,
    Disconnected,
}

/// Of a hundred apps.
const FORTUNES: [(Fortune, u32); 7] = [
    (Fortune::AsItShouldBe, 58),
    (Fortune::MayTooMuch, 10),
    (Fortune::MayTooLittle, 4),
    (Fortune::Unused, 9),
    (Fortune::RotationIsDue, 8),
    (Fortune::NamesNoPolicy, 3),
    (Fortune::Disconnected, 8),
];

/// As many as a merchant has at most, whatever the plan allows.
const MOST: i32 = 8;

/// What no kind of app needs for its work.
const MORE: &[&str] = &["export_customers", "read_payouts", "write_settings", "manage_staff"];

/// Invented providers, and the names their addresses are made of.
const PROVIDERS: &[(&str, &[(&str, &str)])] = &[
    ("payment", &[("Mandi Pay", "mandi-pay"), ("Taler & Tag", "taler-tag"), ("Kozeni", "kozeni")]),
    ("logistics", &[("Qafila Cargo", "qafila"), ("Nordwind Paket", "nordwind"), ("Hikyaku Bin", "hikyaku")]),
    ("messaging", &[("Sandesh", "sandesh"), ("Holub Chat", "holub"), ("Recado", "recado")]),
    ("analytics", &[("Tidemark", "tidemark"), ("Abakus Einblick", "abakus")]),
    ("ads", &[("Litfass", "litfass"), ("Signboard", "signboard")]),
    ("marketplace", &[("Bazaar Lane", "bazaar-lane"), ("Hafenmarkt", "hafenmarkt"), ("Agora", "agora")]),
];
const OTHERS: &[(&str, &str)] = &[("Werkbank", "werkbank"), ("Karkhana", "karkhana")];

pub(super) fn plan(plot: &mut Plot<'_>, mut dice: StdRng) {
    let policy = plot.policy;
    let mut number = 0;
    for merchant in 0..plot.merchants.len() {
        let most = plot.merchants[merchant].new.app_slots.min(MOST);
        for nth in 0..dice.random_range(0..=most) {
            let Some(kind) = policy.app_kinds.choose(&mut dice) else { return };
            let drawn =
                FORTUNES.choose_weighted(&mut dice, |(_, of_hundred)| *of_hundred).map_or(FORTUNES[0], |one| *one);
            // As with stores: each fortune befalls one of the first.
            let (fortune, _) = FORTUNES.get(number).copied().unwrap_or(drawn);
            live(plot, &mut dice, (merchant, nth), kind, fortune);
            number += 1;
        }
    }
}

/// An app on its way through time.
struct Life {
    merchant: usize,
    app: Made<App>,
}

fn live(plot: &mut Plot<'_>, dice: &mut StdRng, (merchant, nth): (usize, i32), kind: &AppKind, fortune: Fortune) {
    let life = Life { merchant, app: Made::nothing_yet() };
    let rotation = i64::from(kind.rotate_days) * DAY;
    let oldest = plot.now.since(plot.merchants[merchant].opened_at).num_seconds() - DAY;
    let known =
        PROVIDERS.iter().find(|(code, _)| code == kind.code.get_ref()).map_or(OTHERS, |(_, providers)| *providers);
    let (provider, slug) = *known.choose(dice).unwrap_or(&OTHERS[0]);
    let region = plot.merchants[merchant].new.region.clone();
    let connected = if fortune == Fortune::RotationIsDue && oldest > rotation {
        plot.ago(dice.random_range(rotation..=oldest))
    } else {
        plot.ago(dice.random_range(120 * DAY..oldest.max(121 * DAY)))
    };
    let mut permissions = kind.needs.clone();
    if fortune == Fortune::MayTooLittle {
        permissions.pop();
    }
    let new = NewApp {
        // Known only when its day comes.
        tenant: TenantId::HOUSE,
        kind: kind.code.get_ref().clone(),
        name: if nth == 0 { provider.to_owned() } else { format!("{provider} {}", nth + 1) },
        provider: provider.to_owned(),
        policy_url: (fortune != Fortune::NamesNoPolicy).then(|| format!("https://{slug}.example/privacy")),
        region: Some(region),
        permissions,
        credential: Some(secret(dice, slug)),
    };
    life.connect(plot, connected, new);
    if fortune == Fortune::MayTooMuch {
        let more = MORE.sample(dice, 2).map(|more| (*more).to_owned());
        let granted = kind.needs.iter().cloned().chain(more).collect();
        life.permit(plot, plot.ago(dice.random_range(20 * DAY..100 * DAY)), granted);
    }
    if fortune != Fortune::RotationIsDue {
        let most = rotation.clamp(2 * DAY, 60 * DAY);
        life.rotate(plot, plot.ago(dice.random_range(DAY..most)), secret(dice, slug));
    }
    match fortune {
        Fortune::Unused => {
            if dice.random_ratio(1, 2) {
                life.used(plot, plot.ago(dice.random_range(91 * DAY..119 * DAY)));
            }
        }
        Fortune::Disconnected => life.disconnect(plot, plot.ago(dice.random_range(7_200..20 * 3_600)), dice.random()),
        _ => life.used(plot, plot.ago(dice.random_range(600..20 * 3_600))),
    }
}

/// Opens nothing anywhere.
fn secret(dice: &mut StdRng, slug: &str) -> Secret {
    Secret::new(format!("demo_{slug}_{:016x}", dice.random::<u64>()))
}

impl Life {
    fn connect(&self, plot: &mut Plot<'_>, at: Instant, new: NewApp) {
        let made = self.app.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let new = NewApp { tenant: hand.tenant, ..new };
            made.set(connect_app(&hand.tools, &Caller::house(), new, None).await?);
            Ok(())
        });
    }

    fn permit(&self, plot: &mut Plot<'_>, at: Instant, granted: Vec<String>) {
        let made = self.app.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let app = made.get()?;
            let at = (Ref::new(hand.tenant, app.id), app.version);
            made.set(change_permissions(&hand.tools, &Caller::house(), at, granted, None).await?);
            Ok(())
        });
    }

    fn rotate(&self, plot: &mut Plot<'_>, at: Instant, secret: Secret) {
        let made = self.app.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let app = made.get()?;
            let at = (Ref::new(hand.tenant, app.id), app.version);
            made.set(set_credential(&hand.tools, &Caller::house(), at, secret, None).await?);
            Ok(())
        });
    }

    /// Work was done by it.
    fn used(&self, plot: &mut Plot<'_>, at: Instant) {
        let made = self.app.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let id = made.get()?.id;
            let scope = Caller::house().permit(Permission::KeepHouse, hand.tenant)?;
            let written = hand.tools.ledger.write(scope, move |tx| {
                apps::used(tx, id)?;
                Ok(Witnessed::new((), Event::new("app.used", "app", id.uuid())))
            });
            written.await
        });
    }

    /// It is let go; some providers are asked already to erase what they have.
    fn disconnect(&self, plot: &mut Plot<'_>, at: Instant, is_asked: bool) {
        let made = self.app.clone();
        plot.deed(self.merchant, at, async move |hand: Hand| {
            let app = made.get()?;
            let at = Ref::new(hand.tenant, app.id);
            made.set(disconnect_app(&hand.tools, &Caller::house(), (at, app.version), None).await?);
            Ok(())
        });
        if !is_asked {
            return;
        }
        let made = self.app.clone();
        plot.deed(self.merchant, at.plus(Duration::hours(1)), async move |hand: Hand| {
            let (app, scope) = (made.get()?, Caller::house().permit(Permission::KeepHouse, hand.tenant)?);
            let tasks =
                hand.tools.ledger.read(&scope, move |tx| apps::provider_tasks(tx, std::slice::from_ref(&app))).await?;
            // One that had nothing personal is asked nothing.
            let Some(task) = tasks.first() else { return Ok(()) };
            let (at, asked) = (Ref::new(hand.tenant, task.id), (ProviderTaskState::Asked, None));
            settle_provider_task(&hand.tools, &Caller::house(), at, asked, None).await.map(drop)
        });
    }
}
