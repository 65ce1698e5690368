//! Where merchants have events sent: servers of destinations, that take what comes and do with it what was ordered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::stream;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Seat};
use rightsdesk_server::floor::egress::{Egress, Host};
use rightsdesk_server::floor::kernel::{ApiKeyId, Mode, Ref, StoreId};
use rightsdesk_server::stores::{self, NewStore};
use rightsdesk_server::tenants::{self, NewTenant, OurRole};
use serde_json::Value;
use url::Url;

use crate::world::World;

/// What a destination does with one call.
#[derive(Clone, Copy)]
pub enum Fault {
    Answers(u16),
    /// It takes its time.
    Dawdles(Duration),
    /// It takes the call and hangs up in the middle of its answer.
    HangsUp,
}

#[derive(Clone)]
pub struct Call {
    pub to: String,
    headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    pub fn header(&self, name: &str) -> String {
        self.headers[name].to_str().expect("text").to_owned()
    }

    pub fn document(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// Servers of destinations, a path each.
#[derive(Clone, Default)]
pub struct Abroad(Arc<Mutex<(Vec<Call>, VecDeque<Fault>)>>);

impl Abroad {
    pub async fn opens(world: &mut World) -> (Self, Url) {
        let abroad = Self::default();
        let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = Url::parse(&format!("http://{}/", door.local_addr().expect("an address"))).expect("a URL");
        let app = Router::new().route("/{to}", post(taken)).with_state(abroad.clone());
        tokio::spawn(async move { axum::serve(door, app).await });
        world.tools.egress = Egress::open(Host::of(&url), Mode::Development.reach()).expect("a way out");
        (abroad, url)
    }

    pub fn calls(&self) -> Vec<Call> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    pub fn forgets(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.clear();
    }

    pub fn will(&self, faults: &[Fault]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.extend(faults);
    }
}

/// A merchant over there with one store, and the program that it lets in.
pub async fn merchant(world: &World) -> (Ref<StoreId>, Caller) {
    let new = NewTenant {
        legal_name: "Zaitoon Home".to_owned(),
        reference: None,
        locale: "en".to_owned(),
        region: "US".to_owned(),
        plan: "growth".to_owned(),
        app_slots: 3,
        our_role: OurRole::Processor,
        role_note: None,
    };
    let tenant = tenants::open_tenant(&world.tools, &Caller::house(), new, None).await.expect("opened").id;
    let (platform, domain) = ("shopify".to_owned(), "zaitoon.example".to_owned());
    let new = NewStore { tenant, platform, domain, name: "Zaitoon Home".to_owned(), region: "US".to_owned() };
    let store = stores::add_store(&world.tools, &Caller::house(), new, None).await.expect("added").id;
    let may = [Permission::SeeTenants, Permission::KeepStores, Permission::ReadBooks];
    let program = Caller::api_key(ApiKeyId::fresh(), Seat::new(&[], &may, Bounds::Named(vec![tenant])));
    (Ref::new(tenant, store), program)
}

async fn taken(State(abroad): State<Abroad>, Path(to): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let fault = {
        let mut held = abroad.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.0.push(Call { to, headers, body });
        held.1.pop_front()
    };
    match fault {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Fault::Answers(status)) => StatusCode::from_u16(status).expect("a status").into_response(),
        Some(Fault::Dawdles(delay)) => {
            tokio::time::sleep(delay).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Some(Fault::HangsUp) => {
            Body::from_stream(stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))])).into_response()
        }
    }
}
