//! eBay's notices: its challenge to an endpoint, its keys, and its signatures. It acts on no form of a body but the one
//! that verified, and fetches no key by a name that is no uuid.

use chrono::DateTime;
use data_encoding::{BASE64, HEXLOWER};
use http::HeaderMap;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{DerSignature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use serde::Deserialize;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::json::compact;
use super::super::read::{id, personal};
use super::super::signature::{decoded, header};
use super::super::talk::{later, send, tokens};
use super::super::told::document;
use super::super::{Delivery, Fate, PrivacyNoticeKind, Refusal, Setup, Shop, Told, Visit};
use crate::floor::egress::{Call, Egress};
use crate::floor::kernel::{Instant, Secret};

/// A challenge code is a uuid's length; nobody is served a digest over a book.
const LONGEST_CODE: usize = 256;

/// The answer to eBay's challenge: proof that whoever answers at this endpoint knows the token. `endpoint` exactly as
/// it is registered. None where the settings hold no verification token.
pub fn challenge(setup: &Setup, code: &str, endpoint: &str) -> Option<String> {
    let token = setup.said("verification_token");
    (!token.is_empty() && code.len() <= LONGEST_CODE).then(|| answer(code, token, endpoint))
}

pub(super) fn answer(code: &str, token: &str, endpoint: &str) -> String {
    HEXLOWER.encode(&Sha256::new().chain_update(code).chain_update(token).chain_update(endpoint).finalize())
}

/// A key that eBay signs notices with.
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Out of eBay's answer, whose PEM stands on one line.
    pub fn read(answer: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Answered {
            key: String,
            algorithm: String,
            digest: String,
        }
        let answered: Answered = serde_json::from_str(answer).ok()?;
        if !(answered.algorithm.eq_ignore_ascii_case("ECDSA") && answered.digest.eq_ignore_ascii_case("SHA1")) {
            return None;
        }
        let inner = answered.key.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?;
        let inner: String = inner.strip_suffix("-----END PUBLIC KEY-----")?.split_whitespace().collect();
        let der = BASE64.decode(inner.as_bytes()).ok()?;
        VerifyingKey::from_public_key_der(&der).ok().map(Self)
    }

    fn signed(&self, body: &[u8], signature: &DerSignature) -> bool {
        // SHA-1 is eBay's choice. Who wants to pass a body of his own would need a second preimage, not a collision.
        self.0.verify_prehash(&Sha1::digest(body), signature).is_ok()
    }
}

/// The key of this id. Good for an hour: keep it that long.
pub async fn public_key(out: &Egress, setup: &Setup, kid: &str, now: Instant) -> Result<PublicKey, Fate> {
    // No shop stands in eBay's addresses.
    let visit = Visit { out, setup, shop: &Shop::kept(""), now };
    let kid = Uuid::parse_str(kid).map_err(|_| Fate::Over("kid"))?;
    let fields = [("grant_type", "client_credentials"), ("scope", "https://api.ebay.com/oauth/api_scope")];
    let answer = super::token(visit.out, visit.setup, visit.shop, fields).await?;
    if !answer.is_success() {
        return Err(later(&answer));
    }
    let app = tokens(&answer, visit.now)?;
    let at = visit.at(&["/commerce/notification/v1/public_key/", &kid.hyphenated().to_string()].concat())?;
    let bearer = Secret::new(["Bearer ", app.access.expose()].concat());
    let answer = send(visit.out, Call::get(at).authorized(bearer)).await?;
    match answer.status {
        // eBay knows of no such key: whoever signed with it was not eBay.
        400 | 404 => Err(Fate::Over("kid")),
        200 => PublicKey::read(&answer.text()).ok_or_else(|| later(&answer)),
        _ => Err(later(&answer)),
    }
}

/// What the header of a notice claims.
#[derive(Deserialize)]
pub(super) struct Claim {
    alg: String,
    pub(super) kid: String,
    signature: String,
    digest: String,
}

impl Claim {
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = decoded(header(headers, "x-ebay-signature")?)?;
        let claim: Self = serde_json::from_slice(&text).ok()?;
        let is_known = claim.alg.eq_ignore_ascii_case("ecdsa") && claim.digest.eq_ignore_ascii_case("SHA1");
        let kid = Uuid::parse_str(&claim.kid).ok().filter(|_| is_known)?.hyphenated().to_string();
        Some(Self { kid, ..claim })
    }
}

#[derive(Deserialize)]
struct Notice {
    metadata: Metadata,
    notification: Notification,
}

#[derive(Deserialize)]
struct Metadata {
    topic: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    #[serde(rename = "notificationId")]
    id: String,
    event_date: Option<String>,
    data: Option<About>,
}

/// Whose account it is about. A seller's is the name of a shop.
#[derive(Deserialize)]
struct About {
    username: Option<String>,
}

pub(super) fn verify(key: &PublicKey, headers: &HeaderMap, body: &[u8]) -> Result<Delivery, Refusal> {
    let claim = Claim::of(headers).ok_or(Refusal("signature"))?;
    let signature = decoded(&claim.signature).and_then(|der| DerSignature::from_bytes(&der).ok());
    let signature = signature.ok_or(Refusal("signature"))?;
    let body = if key.signed(body, &signature) {
        body.to_vec()
    } else {
        // eBay's own program signs what it gets when it reads a body and writes it again without spaces.
        compact(body).filter(|body| key.signed(body, &signature)).ok_or(Refusal("signature"))?
    };
    let notice: Notice = serde_json::from_slice(&body).map_err(|_| Refusal("body"))?;
    let shop = notice.notification.data.and_then(|about| about.username);
    let at = notice.notification.event_date.and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
    Ok(Delivery {
        id: notice.notification.id,
        topic: notice.metadata.topic,
        shop: shop.map(|name| Shop::kept(name.trim().to_ascii_lowercase())),
        at: at.map(|at| Instant::from_utc(at.to_utc())),
        body,
    })
}

pub(super) fn told(delivery: &Delivery) -> Result<Told, Refusal> {
    let body = document(&delivery.body)?;
    let (notice, data) = (&body["notification"], &body["notification"]["data"]);
    Ok(match delivery.topic.as_str() {
        "MARKETPLACE_ACCOUNT_DELETION" => Told::Notice(super::super::Notice {
            kind: PrivacyNoticeKind::AccountClosed,
            reference: id(&notice["notificationId"]),
            named: [("handle", "username"), ("user", "userId"), ("eias", "eiasToken")]
                .into_iter()
                .filter_map(|(kind, name)| Some((kind, personal(&data[name])?)))
                .collect(),
        }),
        // Whoever changed a password did not say that it is over.
        "AUTHORIZATION_REVOCATION" => match data["revokeReason"].as_str() {
            Some("USER" | "REVOKED_BY_APP") => Told::Uninstalled,
            _ => Told::Lapsed,
        },
        _ => Told::Nothing,
    })
}
