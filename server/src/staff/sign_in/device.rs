//! What keeps a console known: a token signed over a seat, its password and a number of its own. It stands in no row,
//! dies with the password, and by itself opens nothing.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::floor::kernel::{Error, Result, Secret, StaffId};
use crate::floor::ledger::WriteTx;
use crate::floor::tools::Tools;
use crate::staff::token::random;

const PREFIX: &str = "rdd_";
const NUMBER: usize = 16;

/// A console's token for a seat with this password.
pub fn mint(tools: &Tools, tx: &mut WriteTx, staff: StaffId, password_hash: &str) -> Result<Secret> {
    let number = random::<NUMBER>()?;
    let signed = [number, sign(tools, tx, number, staff, password_hash)?].concat();
    Ok(Secret::new(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&signed))))
}

/// The number of the console, if the token is one of this seat's.
pub fn number_of(
    tools: &Tools,
    tx: &mut WriteTx,
    token: &Secret,
    (staff, password_hash): (StaffId, &str),
) -> Result<Option<[u8; NUMBER]>> {
    let bytes = token.expose().strip_prefix(PREFIX).and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok());
    let Some(bytes) = bytes.filter(|bytes| bytes.len() == NUMBER + 16) else { return Ok(None) };
    let mut number = [0; NUMBER];
    number.copy_from_slice(&bytes[..NUMBER]);
    let signature = sign(tools, tx, number, staff, password_hash)?;
    Ok(bool::from(bytes[NUMBER..].ct_eq(&signature)).then_some(number))
}

fn sign(
    tools: &Tools,
    tx: &mut WriteTx,
    number: [u8; NUMBER],
    staff: StaffId,
    password_hash: &str,
) -> Result<[u8; 16]> {
    let key = tools
        .vault
        .pseudonym_key(tx)?
        .map_err(|shut| Error::internal(format!("the house's key stays shut: {}", shut.code())))?;
    let signed = [&number[..], staff.uuid().as_bytes(), &Sha256::digest(password_hash)].concat();
    Ok(key.handle("staff_device", &signed))
}
