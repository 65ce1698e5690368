//! What says that a form is one of ours: a hidden field that this desk signed, good for a day and for the page it stood on.
//! It stands for no session and no cookie; nobody who has not fetched that page can send its form.

use axum::http::HeaderMap;
use chrono::Duration;
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use crate::floor::kernel::{Instant, Result};
use crate::floor::tools::Tools;
use crate::floor::vault::verify;

const CONTEXT: &str = "rightsdesk/form/1";
/// How long a page may stand open.
const GOOD: Duration = Duration::hours(24);
/// Random bytes and the moment.
const HEAD: usize = 24;

/// A fresh one for a page: what it is about is bound in.
pub fn seal(tools: &Tools, of: &str) -> Result<String> {
    let (random, now) = (Uuid::new_v4(), tools.watch.now().micros());
    let head = [random.as_bytes().as_slice(), &now.to_be_bytes()].concat();
    let signature = tools.vault.sign_key()?.sign(CONTEXT, &document(&head, of));
    Ok(BASE64URL_NOPAD.encode(&[head.as_slice(), &signature].concat()))
}

/// Whether this desk made it for that page, within the day.
pub fn is_ours(tools: &Tools, of: &str, sealed: &str) -> Result<bool> {
    let Ok(bytes) = BASE64URL_NOPAD.decode(sealed.as_bytes()) else { return Ok(false) };
    let Some((head, signature)) = bytes.split_at_checked(HEAD) else { return Ok(false) };
    let Some(made) = head.last_chunk::<8>().map(|micros| Instant::from_micros(i64::from_be_bytes(*micros))) else {
        return Ok(false);
    };
    let age = tools.watch.now().since(made);
    let is_young = age >= Duration::minutes(-5) && age <= GOOD;
    Ok(is_young && verify(&tools.vault.sign_key()?.public(), CONTEXT, &document(head, of), signature))
}

/// Whether a browser says that the form stood on another's page. A program that says nothing of it is judged by the seal.
pub fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

fn document(head: &[u8], of: &str) -> Vec<u8> {
    [head, of.as_bytes()].concat()
}
