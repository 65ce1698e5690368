//! Beginning a sign-in at the provider and seeing it through. Each is two short transactions with the provider's answer
//! between them: killed anywhere, it is asked again or runs out.

use chrono::Duration;

use super::model::{Attempt, Begun, UserCode, Waiting};
use super::proof::{self, Proof, refused};
use super::queries;
use super::wire::{self, Answered};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::kernel::{DeviceSignInId, Error, Instant, Result, Secret, StaffId, TenantId};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::floor::vault::{SecretKind, Vault};
use crate::staff::himself;
use crate::staff::seats::{self, StaffMember, StaffState};
use crate::staff::sessions::{self, Origin, SignInMethod, SignedIn};
use crate::staff::sign_in::{Budget, Lives, source_digest, spend};
use crate::staff::token::{Token, digest};

/// The provider's device code and our verifier, sealed while the person makes up his mind.
const DEVICE_CODE: SecretKind = SecretKind::new("device_code");

/// The first letters of an attempt's token.
const PREFIX: &str = "rdd_";

/// How many that ran out are swept away at once.
const SWEPT: i64 = 20;

fn house() -> Result<Scope<One>> {
    Caller::house().permit_house(Permission::KeepHouse)
}

/// Begins a sign-in: with an invitation it will tie the seat to the person, from a live session it is a step up.
pub async fn begin(
    tools: &Tools,
    caller: Option<&Caller>,
    origin: Origin,
    invitation: Option<&Secret>,
) -> Result<Begun> {
    let (issuer, login) = tools.issuers.login()?;
    let invitation = invitation.map(|token| digest(token.expose()));
    let session = caller.and_then(Caller::session).filter(|session| session.fresh_at.is_some() && invitation.is_none());
    let source = source_digest(origin.source.as_ref());
    let admit = move |tx: &mut WriteTx| {
        // Whoever is signed in has shown that he is no storm.
        if session.is_none() {
            spend(tx, Budget::DeviceOfSource, &source)?;
            spend(tx, Budget::DeviceOfAll, &[])?;
        }
        match invitation {
            Some(invitation) if invited(tx, invitation)?.is_none() => Err(no_invitation()),
            _ => Ok(()),
        }
    };
    tools.ledger.bookkeep(Some(TenantId::HOUSE), admit).await?;
    let (attempt, nonce, verifier) = (Token::fresh(PREFIX)?, Token::fresh("")?, Token::fresh("")?);
    let nonce = nonce.text.expose().to_owned();
    let lent = wire::ask(issuer, login, &nonce, verifier.text.expose().to_owned()).await?;

    let (vault, hash) = (tools.vault.clone(), attempt.digest);
    let (user_code, step) = (lent.user_code.clone(), lent.step);
    let expires_at = tools
        .ledger
        .bookkeep(Some(TenantId::HOUSE), move |tx| {
            sweep(&vault, tx)?;
            let begun_at = tx.now()?;
            let attempt = Attempt {
                id: DeviceSignInId::fresh(),
                hash,
                device_code: vault.put(tx, DEVICE_CODE, &lent.secret)?,
                user_code: lent.user_code,
                page: lent.page.into(),
                nonce,
                invitation,
                session: session.map(|session| session.id),
                source: origin.source,
                client: origin.client,
                step: lent.step,
                begun_at,
                polled_at: None,
                expires_at: begun_at.plus(Duration::seconds(lent.seconds)),
            };
            let expires_at = attempt.expires_at;
            queries::insert(tx, attempt)?;
            Ok(expires_at)
        })
        .await?;
    let page = format!("{}/sign-in/device?code={user_code}", login.desk);
    Ok(Begun { attempt: attempt.text, user_code, page, expires_at, step })
}

/// Asks the provider once whether the person has said yes, and if so signs in.
pub async fn poll(
    tools: &Tools,
    lives: Lives,
    caller: Option<&Caller>,
    attempt: &Secret,
    origin: Origin,
) -> Result<SignedIn> {
    let (issuer, login) = tools.issuers.login()?;
    let (attempt, device_code) = match turn(tools, digest(attempt.expose())).await? {
        Turn::Due(attempt, device_code) => (*attempt, device_code),
        Turn::TooSoon => return Err(slow_down()),
        Turn::Over => return Err(over()),
    };
    if attempt.session
        != caller.and_then(Caller::session).map(|session| session.id).filter(|_| attempt.session.is_some())
    {
        return Err(refused("this sign-in was begun from a session: go on from that one"));
    }
    let outcome = match wire::exchange(issuer, login, &device_code).await? {
        Answered::Pending => {
            return Err(Error::refused("PENDING", "the identity provider waits for your answer there"));
        }
        Answered::SlowDown => {
            let (id, step) = (attempt.id, attempt.longer_step());
            tools.ledger.bookkeep(Some(TenantId::HOUSE), move |tx| queries::tried(tx, id, step)).await?;
            return Err(slow_down());
        }
        Answered::Denied => Err(refused("the sign-in was refused at the identity provider")),
        Answered::Ended => Err(over()),
        Answered::Token(token) => {
            let now = tools.ledger.answers().await?;
            match issuer.prove(token.expose(), crate::floor::issuers::Audience::Only(&login.client_id), now).await? {
                Ok(claims) => match proof::of(&claims, login, &attempt.nonce, now) {
                    Ok(proof) => accept(tools, lives, &attempt, issuer.url(), proof, origin).await,
                    Err(refusal) => Err(refusal),
                },
                Err(doubt) => {
                    tracing::warn!(why = doubt.0, "the identity provider's token proves nothing");
                    Err(refused("the identity provider's answer could not be proved: its administrator can mend that"))
                }
            }
        }
    };
    if matches!(outcome, Err(Error::Refused(_))) {
        let vault = tools.vault.clone();
        let end =
            move |tx: &mut WriteTx| Ok(queries::remove(tx, attempt.id)? && vault.delete(tx, attempt.device_code)?);
        tools.ledger.bookkeep(Some(TenantId::HOUSE), end).await?;
    }
    outcome
}

/// Removes sign-ins that ran out, and their secrets with them. Whether there may be more.
pub(in crate::staff) fn sweep(vault: &Vault, tx: &mut WriteTx) -> Result<bool> {
    let ended = queries::remove_ended(tx, SWEPT)?;
    let is_full = i64::try_from(ended.len()).is_ok_and(|count| count == SWEPT);
    for secret in ended {
        vault.delete(tx, secret)?;
    }
    Ok(is_full)
}

enum Turn {
    Due(Box<Attempt>, Secret),
    TooSoon,
    Over,
}

/// Takes the turn to ask the provider: of two who come at once one has it.
async fn turn(tools: &Tools, digest: [u8; 32]) -> Result<Turn> {
    let vault = tools.vault.clone();
    tools
        .ledger
        .reveal(house()?, "sign_in", move |tx| {
            let now = tx.now()?;
            let Some(attempt) = queries::hold(tx, digest)?.filter(|attempt| attempt.expires_at > now) else {
                return Ok(Turn::Over);
            };
            if !attempt.is_due(now) {
                queries::tried(tx, attempt.id, attempt.longer_step())?;
                return Ok(Turn::TooSoon);
            }
            queries::tried(tx, attempt.id, attempt.step)?;
            let id = attempt.device_code;
            let device_code = vault.open_secret(tx, DEVICE_CODE, id)?.map_err(|shut| shut.of_secret(id))?;
            Ok(Turn::Due(Box::new(attempt), device_code))
        })
        .await
}

/// A proven person: to his seat, or by an invitation to the seat it is for.
async fn accept(
    tools: &Tools,
    lives: Lives,
    attempt: &Attempt,
    issuer: &str,
    proof: Proof,
    origin: Origin,
) -> Result<SignedIn> {
    let (issuer, invitation) = (issuer.to_owned(), attempt.invitation);
    let (provider, subject) = (issuer.clone(), proof.subject.clone());
    let seat = tools.ledger.read(&house()?, move |tx| whose(tx, &provider, &subject, invitation)).await?;
    let (attempt, vault) = (attempt.clone(), tools.vault.clone());
    tools
        .ledger
        .write(himself(seat)?, move |tx| {
            // Of two polls that both brought a token home, one signs in.
            if !queries::remove(tx, attempt.id)? {
                return Err(over());
            }
            vault.delete(tx, attempt.device_code)?;
            let mut seat = seats::queries::hold(tx, seat)?;
            if let Some(invitation) = attempt.invitation {
                // It may have been used or renewed while the person was away.
                if invited(tx, invitation)?.map(|seat| seat.id) != Some(seat.id) {
                    return Err(no_invitation());
                }
                queries::tie(tx, seat.id, &issuer, &proof.subject)?;
                seat = seats::queries::hold(tx, seat.id)?;
            }
            if queries::tied(tx, &issuer, &proof.subject)? != Some(seat.id) || !seat.is_open(tx.now()?) {
                return Err(no_seat());
            }
            let mut done = if let Some(session) = attempt.session {
                step_up(tx, session, &seat, proof.shown_at)?
            } else {
                let how = (SignInMethod::Provider, Some(proof.shown_at));
                sessions::issue(tx, lives, &seat, how, origin)?.told()
            };
            if attempt.invitation.is_some() {
                done = done.and(Event::new("staff.accepted", "staff", seat.id.uuid()));
            }
            Ok(done)
        })
        .await
}

/// The same session, fresh again, under a token of its own: the former one could have been anyone's by now.
fn step_up(
    tx: &mut WriteTx,
    session: crate::floor::kernel::SessionId,
    seat: &StaffMember,
    shown_at: Instant,
) -> Result<Witnessed<SignedIn>> {
    let token = Token::fresh(sessions::PREFIX)?;
    if !queries::renew(tx, session, seat, token.digest, shown_at)? {
        return Err(refused("somebody else signed in at the identity provider, or your session has ended meanwhile"));
    }
    let session = sessions::queries::find(tx, session)?.ok_or(Error::NotFound("session"))?;
    let event = Event::new("session.stepped_up", "session", session.id.uuid()).code("method", "provider");
    Ok(Witnessed::new(SignedIn { token: token.text, session, must_enrol: false, device: None }, event))
}

/// Which seat a proven person comes to.
fn whose(
    tx: &mut crate::floor::ledger::Tx,
    issuer: &str,
    subject: &str,
    invitation: Option<[u8; 32]>,
) -> Result<StaffId> {
    match (queries::tied(tx, issuer, subject)?, invitation) {
        (Some(seat), None) => Ok(seat),
        (None, None) => Err(no_seat()),
        (tied, Some(invitation)) => {
            let seat = invited(tx, invitation)?.ok_or_else(no_invitation)?.id;
            if tied.is_some_and(|tied| tied != seat) {
                return Err(Error::refused("TAKEN", "this person at the identity provider has another seat already"));
            }
            Ok(seat)
        }
    }
}

fn invited(tx: &mut crate::floor::ledger::Tx, invitation: [u8; 32]) -> Result<Option<StaffMember>> {
    let now = tx.now()?;
    let seat = seats::queries::by_invitation(tx, invitation)?;
    Ok(seat.filter(|seat| seat.state == StaffState::Invited && seat.invited_until.is_some_and(|until| until > now)))
}

/// What our page tells of the sign-in under this code. Codes are short, so looks are counted by where they come from.
pub async fn waiting(tools: &Tools, source: Option<&String>, code: &str) -> Result<Option<Waiting>> {
    let Some(code) = UserCode::parse(code) else { return Ok(None) };
    let source = source_digest(source);
    let look = move |tx: &mut WriteTx| {
        spend(tx, Budget::CodeOfSource, &source)?;
        queries::waiting(tx, &code)
    };
    let found = tools.ledger.bookkeep(Some(TenantId::HOUSE), look).await?;
    Ok(found.map(|attempt| Waiting {
        user_code: attempt.user_code,
        source: attempt.source,
        client: attempt.client,
        begun_at: attempt.begun_at,
        expires_at: attempt.expires_at,
        provider: attempt.page,
    }))
}

fn over() -> Error {
    Error::refused("EXPIRED", "this sign-in has ended: begin again")
}

fn slow_down() -> Error {
    Error::refused("SLOW_DOWN", "asked too quickly: wait five seconds longer between two tries")
}

fn no_invitation() -> Error {
    Error::refused("EXPIRED", "this invitation has ended or was used: ask an admin for a new one")
}

/// The same whether the seat is missing, shut or over.
fn no_seat() -> Error {
    refused("no open seat is tied to this sign-in: with an invitation, give it and begin again")
}
