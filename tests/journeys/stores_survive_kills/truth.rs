//! What a store tells whoever reads it from its beginning to its end, and what is held of it, opened.

use std::collections::{BTreeSet, HashMap};

use data_encoding::HEXLOWER;
use harness::course::Course;
use rightsdesk_server::floor::kernel::{Instant, Ref, Sealed, StoreId, SubjectId, TenantId};
use rightsdesk_server::floor::platforms::{Ask, Fate, Good, Keeps, Shelf};
use rightsdesk_server::floor::vault::Place;
use rightsdesk_server::stores;
use serde_json::Value;

use super::storm::There;

/// Every shelf of the store, page by page, with nobody in between. Shopify is asked for lists, and not for a file.
pub async fn shelves(course: &Course, there: &There<'_>) -> Vec<Vec<Good>> {
    let tools = &course.world.tools;
    let lane = course.world.scope(there.at.tenant);
    let (store, access) = stores::open_access(tools, &lane, there.at.id).await.expect("a token");
    let (platform, setup) = tools.platforms.find(there.platform).expect("a platform");
    let shop = platform.shop(setup, &store.domain).expect("a shop");
    let since = (there.platform == "shopify").then_some(Instant::EPOCH);
    let mut all = Vec::new();
    for of in Shelf::ALL.iter().copied().filter(|of| platform.keeps(*of) != Keeps::Nothing) {
        let (mut goods, mut after) = (Vec::new(), None::<String>);
        loop {
            let visit = tools.platforms.visit(setup, &shop, tools.watch.now());
            match platform.read(visit, &access, Ask { of, since, after: after.as_deref(), most: 250 }).await {
                Ok(page) => {
                    goods.extend(page.goods);
                    after = page.next;
                    tokio::time::sleep(page.rest).await;
                }
                Err(Fate::Again { after }) => {
                    tokio::time::sleep(after).await;
                    continue;
                }
                Err(fate) => panic!("{} of {}: {fate:?}", of, there.shop),
            }
            if after.is_none() {
                break;
            }
        }
        all.push(goods);
    }
    all
}

/// What is held of a store, a line each, without our own ids and times.
pub async fn held(course: &Course, at: Ref<StoreId>, has_times: bool) -> BTreeSet<String> {
    let store = at.id.uuid();
    let time = if has_times { "updated_at" } else { "''" };
    let open = course.world.base.lines(&format!(
        "select 'line ' || o.platform_id || ' ' || l.place || concat_ws('|', l.platform_id, l.variant, l.sku, l.title,
             l.quantity, l.price, l.currency) as line
           from order_lines l join orders o on (l.tenant_id, l.order_id) = (o.tenant_id, o.id) where o.store_id = '{store}'
         union all
         select 'product ' || platform_id || concat_ws('|', title, status, {time}) from products where store_id = '{store}'
         union all
         select 'variant ' || p.platform_id || ' ' || v.place || concat_ws('|', v.platform_id, v.sku, v.title, v.price,
             v.currency, v.item)
           from variants v join products p on (v.tenant_id, v.product_id) = (p.tenant_id, p.id) where p.store_id = '{store}'
         union all
         select 'level ' || item || ' ' || place || concat_ws('|', sku, available, {time}) from inventory
          where store_id = '{store}'"
    ));
    let sealed = course.world.base.lines(&format!(
        "select json_build_object('table', 'customer', 'row', id, 'subject', subject_id, 'generation', generation,
             'says', 'customer ' || platform_id || concat_ws('|', country, wants_mail, created_at, updated_at),
             'cells', json_build_array(json_build_array('given_name', encode(given_name, 'hex')),
               json_build_array('family_name', encode(family_name, 'hex')), json_build_array('mail', encode(mail, 'hex')),
               json_build_array('phone', encode(phone, 'hex')), json_build_array('address', encode(address, 'hex'))))::text
             as line
           from customers where store_id = '{store}'
         union all
         select json_build_object('table', 'order_contact', 'row', o.id, 'subject', o.subject_id,
             'generation', coalesce(c.generation, 0),
             'says', 'order ' || o.platform_id || concat_ws('|', o.customer, o.name, o.placed_at, o.cancelled_at, o.payment,
               o.fulfilment, o.total, o.currency, o.updated_at, c.country),
             'cells', json_build_array(json_build_array('handle', encode(c.handle, 'hex')),
               json_build_array('mail', encode(c.mail, 'hex')), json_build_array('phone', encode(c.phone, 'hex')),
               json_build_array('address', encode(c.address, 'hex'))))::text
           from orders o left join order_contacts c on (c.tenant_id, c.id) = (o.tenant_id, o.id)
          where o.store_id = '{store}'"
    ));
    let rows: Vec<Value> = sealed.iter().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    let count = open.len() + rows.len();
    let opened = opened(course, at.tenant, rows).await;
    let lines: BTreeSet<String> = open.into_iter().chain(opened).collect();
    assert_eq!(lines.len(), count, "something is there twice");
    lines
}

async fn opened(course: &Course, tenant: TenantId, rows: Vec<Value>) -> Vec<String> {
    let vault = course.world.tools.vault.clone();
    let subject = |row: &Value| row["subject"].as_str().map(|id| SubjectId::from_uuid(id.parse().expect("an id")));
    let mut subjects: Vec<SubjectId> = rows.iter().filter_map(subject).collect();
    subjects.sort_unstable_by_key(|subject| subject.uuid());
    subjects.dedup();
    let read = course.world.ledger.reveal(course.world.scope(tenant), "test", move |tx| {
        let keys: HashMap<_, _> = vault.subject_keys(tx, &subjects, "test")?;
        let line = |row: &Value| {
            let mut line = row["says"].as_str().expect("words").to_owned();
            let table = if row["table"] == "customer" { "customer" } else { "order_contact" };
            for cell in row["cells"].as_array().expect("cells") {
                let (column, hex) = (cell[0].as_str().expect("a column"), cell[1].as_str());
                let Some(hex) = hex else { continue };
                let key = keys[&subject(row).expect("whose it is")].as_ref().unwrap_or_else(|shut| panic!("{shut:?}"));
                let generation = row["generation"].as_u64().and_then(|number| u32::try_from(number).ok());
                let place = Place {
                    tenant,
                    table,
                    column,
                    row: row["row"].as_str().expect("an id").parse().expect("an id"),
                    generation: generation.expect("a number"),
                };
                let sealed = Sealed::from_bytes(HEXLOWER.decode(hex.as_bytes()).expect("hex"));
                let value = key.open_personal(&place, &sealed).unwrap_or_else(|shut| panic!("{shut:?}: {line}"));
                line = format!("{line} {column}={}", value.disclose());
            }
            line
        };
        Ok(rows.iter().map(line).collect())
    });
    read.await.expect("opened")
}
