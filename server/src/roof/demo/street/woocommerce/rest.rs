//! The REST of a store: customers, orders and products by page, and what may be changed or deleted. Deleting a customer
//! leaves what stands on orders; there is no trash.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, NaiveDateTime};
use serde_json::{Value, json};
use url::Url;

use super::super::asked::{Asked, Refused, json as answered, with};
use super::super::hooks::Hook;
use super::super::people::{Customer, Goods, Listing, Order, Product, Stock, cents, money};
use super::super::stand::{Sold, Stand};
use super::{failed, no_route};
use crate::floor::kernel::{Instant, Secret};

/// One call to a store that may.
pub(super) struct Store<'a> {
    pub stand: &'a Stand,
    pub asked: &'a Asked,
    pub stock: Stock<'a>,
}

pub(super) fn rest(store: &Store<'_>, steps: &[&str]) -> Result<Response, Refused> {
    let lost =
        |name: &str| failed(StatusCode::NOT_FOUND, &format!("woocommerce_rest_{name}_invalid_id"), "Invalid ID.");
    match (&store.asked.method, steps) {
        (&Method::GET, ["customers"]) => {
            let mail = store.asked.query("email");
            store.page(Goods::Customer, Some(mail).filter(|mail| !mail.is_empty()), |row| row["email"] == mail)
        }
        (&Method::GET, ["orders"]) => {
            let search = store.asked.query("search");
            let is_meant = |row: &Value| row["billing"]["email"] == search;
            store.page(Goods::Order, Some(search).filter(|search| !search.is_empty()), is_meant)
        }
        (&Method::GET, ["data", "currencies", "current"]) => Ok(ok(&json!({ "code": "EUR", "name": "Euro" }))),
        (&Method::GET, ["products"]) => store.page(Goods::Product, None, |_| true),
        (&Method::GET, ["products", id]) => {
            store.one(Goods::Product, id).map(|row| ok(&row)).ok_or_else(|| lost("product"))
        }
        (&Method::PUT, ["customers", id]) => store.put(Goods::Customer, id).ok_or_else(|| lost("customer"))?,
        (&Method::GET, ["orders", id]) => {
            store.one(Goods::Order, id).map(|row| ok(&row)).ok_or_else(|| lost("shop_order"))
        }
        (&Method::PUT, ["orders", id]) => store.put(Goods::Order, id).ok_or_else(|| lost("shop_order"))?,
        (&Method::PUT, ["products", id]) => store.put_product(id).ok_or_else(|| lost("product")),
        (&Method::GET, ["customers", id]) => {
            store.one(Goods::Customer, id).map(|row| ok(&row)).ok_or_else(|| lost("customer"))
        }
        (&Method::DELETE, ["customers", id]) => store.forget(id).ok_or_else(|| lost("customer"))?,
        (&Method::POST, ["webhooks"]) => store.hook(),
        (&Method::GET, ["webhooks"]) => Ok(store.hooks()),
        (&Method::DELETE, ["webhooks", id]) => {
            if store.asked.query("force") != "true" {
                let why = "Webhooks do not support trashing.";
                return Err(failed(StatusCode::NOT_IMPLEMENTED, "woocommerce_rest_trash_not_supported", why));
            }
            store
                .stand
                .unsubscribe(store.stock.shop, id)
                .then(|| ok(&json!({ "id": id })))
                .ok_or_else(|| lost("shop_webhook"))
        }
        _ => Err(no_route()),
    }
}

fn ok(row: &Value) -> Response {
    answered(StatusCode::OK, row)
}

impl Store<'_> {
    /// As it is now, none once it is deleted.
    fn at(&self, goods: Goods, place: usize) -> Option<Value> {
        self.stock.place(goods, goods.id(place))?;
        let key = (self.stock.shop.to_owned(), goods, goods.id(place));
        if let Some(changed) = self.stand.within().changed.get(&key) {
            return Some(changed.clone());
        }
        let mut row = match goods {
            Goods::Customer => customer(&self.stock.customer(place)),
            Goods::Order => order(&self.stock.order(place)),
            Goods::Product => product(&self.stock.product(place)),
        };
        // Who is deleted stays on the orders, without the number.
        let buyer = row["customer_id"].as_u64();
        if buyer.is_some_and(|id| self.stock.place(Goods::Customer, id).is_none()) {
            row["customer_id"] = 0.into();
        }
        Some(row)
    }

    fn one(&self, goods: Goods, id: &str) -> Option<Value> {
        self.at(goods, self.stock.place(goods, id.parse().ok()?)?)
    }

    /// Where somebody searches, all of them are looked at.
    fn page(&self, goods: Goods, search: Option<&str>, is_meant: impl Fn(&Value) -> bool) -> Result<Response, Refused> {
        let (size, number) = (self.asked.number("per_page", 10), self.asked.number("page", 1).max(1));
        if !(1..=100).contains(&size) {
            return Err(failed(StatusCode::BAD_REQUEST, "rest_invalid_param", "Invalid parameter(s): per_page"));
        }
        // Later than what is said, and whole seconds are what it knows. Customers know no such filter.
        let since = moment(self.asked.query("modified_after")).filter(|_| goods != Goods::Customer);
        let since = since.map(|since| since.plus(chrono::Duration::seconds(1)));
        let listing = match goods {
            Goods::Customer => self.stock.numbered(goods),
            _ => self.stock.listed(goods, since, None),
        };
        let at = |index: usize| listing.place(index).and_then(|place| self.at(goods, place));
        let (total, shown): (usize, Vec<Value>) = if search.is_none() {
            (listing.len(), self.sorted(&listing, goods, (number - 1) * size, size))
        } else {
            let found: Vec<Value> = (0..listing.len()).filter_map(at).filter(|row| is_meant(row)).collect();
            (found.len(), found.into_iter().skip((number - 1) * size).take(size).collect())
        };
        let pages = total.div_ceil(size);
        let answer = with(answered(StatusCode::OK, &json!(shown)), "x-wp-total", &total.to_string());
        let answer = with(answer, "x-wp-totalpages", &pages.to_string());
        if number >= pages {
            return Ok(answer);
        }
        let mut next = Url::parse(&format!("{}{}", self.asked.site, self.asked.path)).unwrap_or(self.stand.url.clone());
        let kept = self.asked.query.iter().filter(|(name, _)| name != "page" && !name.starts_with("oauth_"));
        next.query_pairs_mut().extend_pairs(kept).append_pair("page", &(number + 1).to_string());
        Ok(with(answer, "link", &format!("<{next}>; rel=\"next\"")))
    }

    /// The oldest first where that is asked, else the newest first, as a store lists.
    fn sorted(&self, listing: &Listing, goods: Goods, from: usize, most: usize) -> Vec<Value> {
        let is_rising = self.asked.query("order") == "asc";
        let indexes = from.min(listing.len())..from.saturating_add(most).min(listing.len());
        let place = |index: usize| listing.place(if is_rising { index } else { listing.len() - 1 - index });
        indexes.filter_map(place).filter_map(|place| self.at(goods, place)).collect()
    }

    /// Lays what is sent over what there is. A mail must be one: an empty one is refused.
    fn put(&self, goods: Goods, id: &str) -> Option<Result<Response, Refused>> {
        let mut row = self.one(goods, id)?;
        let sent = self.asked.json();
        if sent["billing"]["email"].as_str().is_some_and(|mail| !mail.contains('@')) {
            let why = "Invalid parameter(s): billing";
            return Some(Err(failed(StatusCode::BAD_REQUEST, "rest_invalid_param", why)));
        }
        lay(&mut row, &sent);
        row["date_modified_gmt"] = stamp(self.stand.now()).into();
        let number = row["id"].as_u64()?;
        let place = self.stock.place(goods, number)?;
        self.stand.edited(self.stock.shop, goods, place, |_| {});
        self.stand.within().changed.insert((self.stock.shop.to_owned(), goods, number), row.clone());
        Some(Ok(ok(&row)))
    }

    /// Counts, calls or prices a product as it is sent.
    fn put_product(&self, id: &str) -> Option<Response> {
        let (place, sent) = (self.stock.place(Goods::Product, id.parse().ok()?)?, self.asked.json());
        if let Some(quantity) = sent["stock_quantity"].as_i64() {
            self.stand.set_level(self.stock.shop, place, quantity, None);
        }
        if let Some(title) = sent["name"].as_str() {
            self.stand.relist(self.stock.shop, place, Sold::As(title.to_owned()));
        }
        if let Some(cents) = sent["regular_price"].as_str().and_then(cents) {
            self.stand.relist(self.stock.shop, place, Sold::For(cents));
        }
        Some(ok(&product(&self.stand.stock(self.stock.shop).product(place))))
    }

    /// Deletes a customer; there is no trash to put one into.
    fn forget(&self, id: &str) -> Option<Result<Response, Refused>> {
        let row = self.one(Goods::Customer, id)?;
        if self.asked.query("force") != "true" {
            let (code, why) = ("woocommerce_rest_trash_not_supported", "Customers do not support trashing.");
            return Some(Err(failed(StatusCode::NOT_IMPLEMENTED, code, why)));
        }
        let number = row["id"].as_u64()?;
        let place = self.stock.place(Goods::Customer, number)?;
        self.stand.remove(self.stock.shop, Goods::Customer, place);
        self.stand.within().erasures.push((self.stock.shop.to_owned(), number));
        Some(Ok(ok(&row)))
    }

    fn hooks(&self) -> Response {
        let told: Vec<Value> = self
            .stand
            .hooks(self.stock.shop)
            .into_iter()
            .map(|hook| json!({ "id": hook.id, "status": "active", "topic": hook.topic, "delivery_url": hook.to }))
            .collect();
        answered(StatusCode::OK, &json!(told))
    }

    fn hook(&self) -> Result<Response, Refused> {
        let told = self.asked.json();
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let Ok(to) = Url::parse(&text("delivery_url")) else {
            let why = "Webhook delivery URL must be a valid URL starting with http:// or https://.";
            return Err(failed(StatusCode::BAD_REQUEST, "woocommerce_rest_webhook_invalid_delivery_url", why));
        };
        let mut hook = Hook::new(to, Secret::new(text("secret")));
        hook.shop = Some(self.stock.shop.to_owned());
        hook.topic = Some(text("topic")).filter(|topic| !topic.is_empty());
        let id = self.stand.subscribe(hook);
        let told =
            json!({ "id": id, "status": "active", "topic": told["topic"], "delivery_url": told["delivery_url"] });
        Ok(answered(StatusCode::CREATED, &told))
    }
}

fn lay(over: &mut Value, sent: &Value) {
    match (over, sent) {
        (Value::Object(over), Value::Object(sent)) => {
            for (name, value) in sent {
                lay(over.entry(name.as_str()).or_insert(Value::Null), value);
            }
        }
        (over, sent) => *over = sent.clone(),
    }
}

/// A store writes its times without a zone.
fn stamp(at: Instant) -> String {
    at.utc().format("%Y-%m-%dT%H:%M:%S").to_string()
}

fn moment(text: &str) -> Option<Instant> {
    let zoned = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    zoned.or_else(|| text.parse::<NaiveDateTime>().ok().map(|at| at.and_utc())).map(Instant::from_utc)
}

fn address(of: &Customer) -> Value {
    json!({
        "first_name": of.first, "last_name": of.last, "company": "", "address_1": of.street, "address_2": "",
        "city": of.city, "state": "", "postcode": of.zip, "country": of.country, "email": of.mail, "phone": of.phone,
    })
}

fn customer(of: &Customer) -> Value {
    json!({
        "id": of.id, "date_created_gmt": stamp(of.at), "date_modified_gmt": stamp(of.at), "email": of.mail, "first_name": of.first, "last_name": of.last, "role": "customer",
        "username": format!("customer{}", of.id), "billing": address(of), "shipping": address(of),
    })
}

fn order(of: &Order) -> Value {
    json!({
        "id": of.id, "number": of.id.to_string(), "status": "processing", "currency": "EUR", "total": of.total(),
        "customer_id": of.customer.id, "customer_ip_address": "192.0.2.7", "customer_note": "",
        "date_created_gmt": stamp(of.born), "date_modified_gmt": stamp(of.at), "date_paid_gmt": stamp(of.born),
        "billing": address(&of.customer), "shipping": address(&of.customer),
        "line_items": [{
            "id": of.id, "name": of.product.title, "product_id": of.product.id, "sku": of.product.sku,
            "variation_id": 0, "quantity": of.quantity, "subtotal": of.total(),
        }],
    })
}

fn product(of: &Product) -> Value {
    json!({
        "id": of.id, "name": of.title, "type": "simple", "status": "publish", "sku": of.sku, "price": money(of.cents),
        "regular_price": money(of.cents),
        "manage_stock": true,
        "stock_quantity": of.available, "date_modified_gmt": stamp(of.at),
    })
}
