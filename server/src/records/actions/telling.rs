//! What merchants' own programs tell beside their platforms, written down as far as the policy in force lists it. Of
//! somebody who was erased nothing is kept.

use super::super::map::{BILLING_EVENTS, LEDGER_ENTRIES, SHIPMENTS, SUPPLIER_LINKS, USAGE_EVENTS};
use super::super::model::{
    LedgerKind, NewBilling, NewEntry, NewLink, NewShipment, NewSnapshot, NewUsage, Order, OrderAt, check_code,
    check_line,
};
use super::super::queries::telling::{
    self, BillingEvent, LedgerEntry, Shipment, SupplierLink, SupplierSnapshot, UsageEvent,
};
use super::super::queries::{envelope, reading};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::datamap::Table;
use crate::floor::graphql::Page;
use crate::floor::kernel::ids::{
    BillingEventId, LedgerEntryId, OrderId, ShipmentId, SupplierLinkId, SupplierSnapshotId, UsageEventId,
};
use crate::floor::kernel::{Error, Flaws, Instant, MemberId, Result, SubjectId, TenantId};
use crate::floor::ledger::{Event, Once, Tx, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::floor::vault::{Place, Vault};
use crate::subjects::{self, Passed, Standing};
use crate::tenants;

/// Writes down how far a parcel of an order has come, over what was told of it before.
pub async fn record_shipment(tools: &Tools, caller: &Caller, new: NewShipment, once: Option<Once>) -> Result<Order> {
    let scope = keeping(tools, caller, new.order.store.tenant, &SHIPMENTS)?;
    checked(|flaws| new.check(flaws))?;
    let follows = SHIPMENTS.may_hold(&tools.policy.in_force()?.policy, "tracking");
    let vault = tools.vault.clone();
    let done = tools.ledger.write_once(scope.clone(), once, "order", move |tx| {
        require_active(tx)?;
        let (order, buyer) = order_and_buyer(tx, &vault, &new.order)?;
        let tenant = tx.tenant()?;
        let (id, generation) = match telling::shipment(tx, order, new.number)? {
            Some((id, generation)) => (id, generation + 1),
            None => (ShipmentId::fresh(), 0),
        };
        let (subject, tracking) = match &buyer {
            Some(Passed { subject, standing: Standing::Welcome(sealer) }) => {
                let generation = generation.unsigned_abs();
                let place = Place { tenant, table: "shipment", column: "tracking", row: id.uuid(), generation };
                let tracking = new.tracking.as_ref().filter(|_| follows);
                (Some(*subject), envelope(sealer, &place, "tracking", tracking)?)
            }
            _ => (None, None),
        };
        let row = Shipment {
            tenant_id: tenant,
            id,
            order_id: order,
            number: new.number,
            subject_id: subject,
            courier: new.courier,
            tracking,
            generation,
            state: new.state,
            shipped_at: new.shipped_at.map(Instant::utc),
            delivered_at: new.delivered_at.map(Instant::utc),
            recorded_at: tx.now()?.utc(),
        };
        telling::put_shipment(tx, &row)?;
        let recorded = Event::new("shipment.recorded", "shipment", id.uuid()).code("state", new.state.code());
        Ok(Witnessed::new(order.uuid(), recorded))
    });
    let id = OrderId::from_uuid(done.await?.id);
    found(tools, &scope, move |tx| reading::order(tx, id)).await
}

/// Writes a line of a merchant's books of money.
pub async fn record_entry(
    tools: &Tools,
    caller: &Caller,
    of: TenantId,
    new: NewEntry,
    once: Option<Once>,
) -> Result<LedgerEntry> {
    let scope = keeping(tools, caller, of, &LEDGER_ENTRIES)?;
    if new.order.as_ref().is_some_and(|order| order.store.tenant != of) {
        return Err(Error::NotFound("store"));
    }
    let amount = checked(|flaws| new.amount.read("amount", flaws))?;
    let (vault, id) = (tools.vault.clone(), LedgerEntryId::fresh());
    let done = tools.ledger.write_once(scope.clone(), once, "ledger_entry", move |tx| {
        require_active(tx)?;
        let order = new.order.as_ref().map(|order| order_and_buyer(tx, &vault, order)).transpose()?;
        let buyer = order.as_ref().and_then(|(_, buyer)| welcome(buyer.as_ref()));
        let row = LedgerEntry {
            tenant_id: tx.tenant()?,
            id,
            order_id: order.map(|(order, _)| order),
            subject_id: buyer,
            kind: new.kind,
            amount: amount.micros,
            currency: amount.currency,
            at: new.at.utc(),
            recorded_at: tx.now()?.utc(),
        };
        telling::add_entry(tx, &row)?;
        let recorded = Event::new("ledger_entry.recorded", "ledger_entry", id.uuid()).code("kind", new.kind.code());
        Ok(Witnessed::new(id.uuid(), recorded))
    });
    let id = LedgerEntryId::from_uuid(done.await?.id);
    found(tools, &scope, move |tx| telling::entry(tx, id)).await
}

/// A tenant's books of money, newest first, and how many lines there are in all.
pub async fn list_entries(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    which: (Option<Vec<OrderId>>, Option<LedgerKind>),
    page: Page,
) -> Result<(Vec<LedgerEntry>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| telling::entries(tx, which, &page)).await
}

/// Where a tenant buys, the newest link first, and how many there are in all.
pub async fn list_links(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    sku: Option<String>,
    page: Page,
) -> Result<(Vec<SupplierLink>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| telling::links(tx, sku.as_deref(), &page)).await
}

/// What a supplier asked for a thing that is linked, newest first, and how often in all; nothing of one that is not.
pub async fn list_snapshots(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    (sku, url): (String, String),
    page: Page,
) -> Result<(Vec<SupplierSnapshot>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    let found = tools.ledger.read(&scope, move |tx| match telling::link_at(tx, &sku, &url)? {
        Some(link) => telling::snapshots(tx, link, &page),
        None => Ok((Vec::new(), 0)),
    });
    found.await
}

/// What members of a tenant used, newest first, and how often in all; of a member, if one is named.
pub async fn list_usage(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    (members, kind): (Option<Vec<MemberId>>, Option<String>),
    page: Page,
) -> Result<(Vec<UsageEvent>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    let found = tools.ledger.read(&scope, move |tx| {
        let mut subjects = members.as_ref().map(|_| Vec::new());
        for member in members.into_iter().flatten() {
            let subject = tenants::member(tx, member)?.map(|member| member.subject);
            subjects.get_or_insert_default().extend(subject);
        }
        telling::usages(tx, (subjects.as_deref(), kind.as_deref()), &page)
    });
    found.await
}

/// What the billing provider told of a tenant, newest first, and how often in all.
pub async fn list_billing(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    kind: Option<String>,
    page: Page,
) -> Result<(Vec<BillingEvent>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| telling::billings(tx, kind.as_deref(), &page)).await
}

/// Writes down where a merchant buys what he sells.
pub async fn link_supplier(
    tools: &Tools,
    caller: &Caller,
    of: TenantId,
    new: NewLink,
    once: Option<Once>,
) -> Result<SupplierLink> {
    let scope = keeping(tools, caller, of, &SUPPLIER_LINKS)?;
    checked(|flaws| new.check(flaws))?;
    let fresh = SupplierLinkId::fresh();
    let done = tools.ledger.write_once(scope.clone(), once, "supplier_link", move |tx| {
        require_active(tx)?;
        let row = SupplierLink {
            tenant_id: tx.tenant()?,
            id: fresh,
            sku: new.sku,
            url: new.url,
            supplier_sku: new.supplier_sku,
            linked_at: tx.now()?.utc(),
        };
        let id = telling::put_link(tx, &row)?;
        Ok(Witnessed::new(id.uuid(), Event::new("supplier.linked", "supplier_link", id.uuid())))
    });
    let id = SupplierLinkId::from_uuid(done.await?.id);
    found(tools, &scope, move |tx| telling::link(tx, id)).await
}

/// Writes down what a supplier asks for a thing that is linked, and how much of it there is.
pub async fn record_snapshot(
    tools: &Tools,
    caller: &Caller,
    of: TenantId,
    new: NewSnapshot,
    once: Option<Once>,
) -> Result<SupplierSnapshot> {
    let scope = keeping(tools, caller, of, &SUPPLIER_LINKS)?;
    let price = checked(|flaws| new.price.as_ref().map(|price| price.read("price", flaws)))?;
    let id = SupplierSnapshotId::fresh();
    let done = tools.ledger.write_once(scope.clone(), once, "supplier_snapshot", move |tx| {
        require_active(tx)?;
        let unlinked = || Error::refused("REFUSED", "this thing is not linked to this supplier: link it first");
        let link_id = telling::link_at(tx, &new.sku, &new.url)?.ok_or_else(unlinked)?;
        let (price, currency) = price.map(|price| (price.micros, price.currency)).unzip();
        let at = new.at.utc();
        let row = SupplierSnapshot { tenant_id: tx.tenant()?, id, link_id, at, price, currency, stock: new.stock };
        telling::add_snapshot(tx, &row)?;
        Ok(Witnessed::new(id.uuid(), Event::new("supplier_snapshot.recorded", "supplier_snapshot", id.uuid())))
    });
    let id = SupplierSnapshotId::from_uuid(done.await?.id);
    found(tools, &scope, move |tx| telling::snapshot(tx, id)).await
}

/// Writes down what a member used.
pub async fn record_usage(tools: &Tools, caller: &Caller, new: NewUsage, once: Option<Once>) -> Result<UsageEvent> {
    let scope = keeping(tools, caller, new.member.tenant, &USAGE_EVENTS)?;
    checked(|flaws| check_code("kind", &new.kind, flaws))?;
    let id = UsageEventId::fresh();
    let done = tools.ledger.write_once(scope.clone(), once, "usage_event", move |tx| {
        require_active(tx)?;
        let member = tenants::member(tx, new.member.id)?.ok_or(Error::NotFound("member"))?;
        let (tenant_id, subject_id) = (tx.tenant()?, member.subject);
        telling::add_usage(tx, &UsageEvent { tenant_id, id, subject_id, kind: new.kind, at: new.at.utc() })?;
        Ok(Witnessed::new(id.uuid(), Event::new("usage_event.recorded", "usage_event", id.uuid())))
    });
    let id = UsageEventId::from_uuid(done.await?.id);
    found(tools, &scope, move |tx| telling::usage(tx, id)).await
}

/// Writes down what a billing provider told. The same reference told twice is one.
pub async fn record_billing(
    tools: &Tools,
    caller: &Caller,
    of: TenantId,
    new: NewBilling,
    once: Option<Once>,
) -> Result<BillingEvent> {
    let scope = keeping(tools, caller, of, &BILLING_EVENTS)?;
    let amount = checked(|flaws| {
        check_code("kind", &new.kind, flaws);
        check_line("reference", &new.reference, flaws);
        new.amount.read("amount", flaws)
    })?;
    let fresh = BillingEventId::fresh();
    let done = tools.ledger.write_once(scope.clone(), once, "billing_event", move |tx| {
        require_active(tx)?;
        let row = BillingEvent {
            tenant_id: tx.tenant()?,
            id: fresh,
            kind: new.kind,
            amount: amount.micros,
            currency: amount.currency,
            at: new.at.utc(),
            reference: new.reference,
        };
        let id = telling::add_billing(tx, &row)?;
        Ok(Witnessed::new(id.uuid(), Event::new("billing_event.recorded", "billing_event", id.uuid())))
    });
    let id = BillingEventId::from_uuid(done.await?.id);
    found(tools, &scope, move |tx| telling::billing(tx, id)).await
}

/// Whoever keeps stores tells what belongs to them, where the policy in force has a heading for it.
fn keeping(tools: &Tools, caller: &Caller, tenant: TenantId, table: &Table) -> Result<Scope<One>> {
    let scope = caller.permit(Permission::KeepStores, tenant)?;
    match table.listed_as(&tools.policy.in_force()?.policy) {
        Some(_) => Ok(scope),
        None => Err(Error::refused("REFUSED", "the policy in force lists no such data: nothing of it is kept")),
    }
}

fn checked<T>(read: impl FnOnce(&mut Flaws) -> T) -> Result<T> {
    let mut flaws = Flaws::default();
    let value = read(&mut flaws);
    flaws.or(value)
}

fn require_active(tx: &mut Tx) -> Result<()> {
    let id = tx.tenant()?;
    tenants::tenant(tx, id)?.ok_or(Error::NotFound("tenant"))?.require_active()
}

/// An order, held, and its buyer as at the gate.
fn order_and_buyer(tx: &mut WriteTx, vault: &Vault, at: &OrderAt) -> Result<(OrderId, Option<Passed>)> {
    let unknown = || Error::refused("REFUSED", "no such order of this store is kept: tell it again once it came in");
    let (order, buyer) = telling::order(tx, at.store.id, &at.platform_id)?.ok_or_else(unknown)?;
    let buyer = buyer.map(|buyer| subjects::greet(tx, vault, buyer)).transpose()?;
    if matches!(&buyer, Some(Passed { standing: Standing::Fenced, .. })) {
        return Err(Error::refused(
            "REFUSED",
            "the buyer restricted what is done with their data: tell it once that ended",
        ));
    }
    Ok((order, buyer))
}

fn welcome(buyer: Option<&Passed>) -> Option<SubjectId> {
    buyer.filter(|buyer| matches!(buyer.standing, Standing::Welcome(_))).map(|buyer| buyer.subject)
}

async fn found<T, F>(tools: &Tools, scope: &Scope<One>, find: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx) -> Result<Option<T>> + Send + 'static,
{
    tools.ledger.read(scope, find).await?.ok_or(Error::NotFound("record"))
}
