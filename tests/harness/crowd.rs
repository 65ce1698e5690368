//! Many who bought something and whom nobody asks about, written down at once: their rows are as long as anybody's, and their
//! envelopes name keys of their own. Nobody here exists.

use std::ops::Range;

use rightsdesk_server::floor::kernel::{Ref, StoreId};
use rightsdesk_server::floor::platforms::Good;

use crate::goods::{customer, order};
use crate::world::World;

impl World {
    /// The one after whose rows the others' are made.
    pub async fn form(&self, store: Ref<StoreId>) {
        let form = vec![
            Good::Customer(customer("form", "form@mail.example", 1)),
            Good::Order(order("form-0", "form@mail.example", 1)),
        ];
        self.take_in(store, form).await.expect("taken in");
    }
}

/// What stands beside orders: a parcel and a payment of each, seven uses of the shop and somebody's look at it. Takes the orders
/// from a table `bought`, where they are numbered for each person.
pub const BESIDE: &str = "
insert into shipments (tenant_id, id, order_id, number, subject_id, courier, state, recorded_at)
select tenant_id, gen_random_uuid(), id, 1, subject, 'leopards', 'shipped', now() - interval '180 days' from bought;
insert into ledger_entries (tenant_id, id, order_id, subject_id, kind, amount, currency, at, recorded_at)
select tenant_id, gen_random_uuid(), id, subject, 'payment', 50000000, 'EUR', now() - interval '180 days', now() from bought;
insert into usage_events (tenant_id, id, subject_id, kind, at)
select tenant_id, gen_random_uuid(), subject, 'page', now() - interval '180 days'
  from bought, generate_series(1, 2) as time where i > 1 or time > 1;
insert into access_log (tenant_id, id, at, actor, subject_id, view, purpose)
select tenant_id, gen_random_uuid(), now() - interval '1 day', 'house', subject, 'customer', 'support' from bought where i = 1;
drop table bought;";

/// So many others, with rows as long as anybody's, whom nobody asks about: their envelopes name keys of their own.
#[must_use]
pub fn crowd(at: Ref<StoreId>, people: Range<usize>, orders: usize) -> String {
    let (tenant, store, Range { start: from, end: to }) = (at.tenant.uuid(), at.id.uuid(), people);
    format!(
        "set session_replication_role = replica;
         create temp table crowd as
           select n, '{tenant}'::uuid as tenant_id, '{store}'::uuid as store_id, md5('subject' || n)::uuid as subject,
                  md5('key' || n)::uuid as key, now() - interval '180 days' as at
             from generate_series({from}, {to} - 1) as n;
         create temp table bought as
           select c.*, i, md5('order' || n || '-' || i)::uuid as id from crowd c, generate_series(1, {orders}) as i;
         create temp table form as
           select k.epoch, k.wrapped, c.given_name, c.family_name, c.mail, c.address, x.mail as to_mail, x.address as to_address
             from customers c
             join subject_keys k on k.tenant_id = c.tenant_id and k.subject_id = c.subject_id
             join orders o on o.tenant_id = c.tenant_id and o.subject_id = c.subject_id
             join order_contacts x on x.tenant_id = o.tenant_id and x.id = o.id
            where c.tenant_id = '{tenant}' and c.platform_id = 'form' limit 1;
         insert into subjects (tenant_id, id, made_at) select tenant_id, subject, at from crowd;
         insert into subject_keys (tenant_id, id, subject_id, epoch, wrapped)
         select tenant_id, key, subject, epoch, wrapped from crowd, form;
         insert into subject_identifiers (tenant_id, id, subject_id, kind, scope, bidx, bidx_v, tells, made_at)
         select tenant_id, gen_random_uuid(), subject, kind, scope, decode(md5(kind || n), 'hex'), 1, true, at
           from crowd, (values ('mail', ''), ('customer', '{store}')) as by (kind, scope);
         insert into customers (tenant_id, id, store_id, platform_id, subject_id, given_name, family_name, mail, address, country,
                                updated_at, taken_at)
         select tenant_id, gen_random_uuid(), store_id, 'crowd-' || n, subject, overlay(given_name placing uuid_send(key) from 11),
                overlay(family_name placing uuid_send(key) from 11), overlay(mail placing uuid_send(key) from 11),
                overlay(address placing uuid_send(key) from 11), 'DE', at, at
           from crowd, form;
         insert into orders (tenant_id, id, store_id, platform_id, subject_id, name, placed_at, payment, total, currency, updated_at,
                             taken_at)
         select tenant_id, id, store_id, 'crowd-' || n || '-' || i, subject, '#' || n || '-' || i, at, 'paid', 50000000, 'EUR', at, at
           from bought;
         insert into order_contacts (tenant_id, id, mail, address, country, generation)
         select tenant_id, id, overlay(to_mail placing uuid_send(key) from 11),
                overlay(to_address placing uuid_send(key) from 11), 'DE', 0
           from bought, form;
         insert into order_lines (tenant_id, order_id, place, platform_id, sku, title, quantity, price, currency)
         select tenant_id, id, place, n || '-' || i || '-' || place, 'SKU-' || place, 'Kettle', 1, 12500000, 'EUR'
           from bought, generate_series(0, 1) as place;
         drop table crowd, form;
         {BESIDE}
         set session_replication_role = origin;"
    )
}
