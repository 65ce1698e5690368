//! The person's own page over HTTP: behind the link of a letter stands how it goes, and what they do there. A link by itself
//! changes nothing, because mail programs fetch links ahead of people. What leads nowhere and what is over are one answer.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{DefaultBodyLimit, Extension, RawForm, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::asking::{answered, drawn};
use super::form::{MOST_WORDS, Wrong, lines};
use super::seal::{is_from_elsewhere, is_ours, seal};
use super::{Source, field, own_choice, put};
use crate::floor::kernel::{Error, IntakeId, Personal, Ref, Refusal, RequestId, Result, Secret};
use crate::floor::ledger::Once;
use crate::floor::tools::Tools;
use crate::requests::{
    Certificate, FOLLOW_PATH, Followed, Outcome, Proof, Stage, appeal_by_person, ask_for_proof_again, behind_link,
    follow, messages_for_person, packages_for_person, person_writes, prove_by_code, shown_to_person,
    withdraw_by_person,
};
use crate::trust::pages::certificate::Certified;
use crate::trust::pages::follow::{Behind, Follow, Opened, Said, appealing, busy, gone, withdrawing};

/// More than any form of ours holds.
const MOST: usize = 256 * 1024;

/// Where what a person may do stands.
pub struct Steps;

impl Steps {
    pub const PROVE: &str = "/trust/ask/prove";
    pub const ANEW: &str = "/trust/ask/code";
    pub const WRITE: &str = "/trust/ask/write";
    pub const WITHDRAW: &str = "/trust/ask/withdraw";
    pub const APPEAL: &str = "/trust/ask/appeal";
    /// What was done, certified, in plain words.
    pub const CERTIFICATE: &str = "/trust/ask/certificate";
    /// The same as the document that was signed.
    pub const SIGNED: &str = "/trust/ask/certificate/signed";
}

pub fn routes() -> Router<Tools> {
    Router::new()
        .route(FOLLOW_PATH, get(show))
        .route(Steps::PROVE, deed(Deed::Prove))
        .route(Steps::ANEW, deed(Deed::Anew))
        .route(Steps::WRITE, deed(Deed::Write))
        .route(Steps::WITHDRAW, deed(Deed::Withdraw).get(may_withdraw))
        .route(Steps::APPEAL, deed(Deed::Appeal).get(may_appeal))
        .route(Steps::CERTIFICATE, get(certificate))
        .route(Steps::SIGNED, get(signed))
        .layer(DefaultBodyLimit::max(MOST))
}

/// What a person does on their page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Prove,
    Anew,
    Write,
    Withdraw,
    Appeal,
}

fn deed(deed: Deed) -> axum::routing::MethodRouter<Tools> {
    post(
        move |State(tools): State<Tools>,
              Extension(Source(source)): Extension<Source>,
              RawQuery(query): RawQuery,
              headers: HeaderMap,
              form: Result<RawForm, RawFormRejection>| async move {
            let form = form.map(|RawForm(form)| form).unwrap_or_default();
            let query = query.unwrap_or_default();
            let call = Call { tools: &tools, query: &query, headers: &headers };
            match call.act(source.as_deref(), deed, &form).await {
                Ok(Answer::Page(status, page)) => answered(Ok((status, page)), &headers),
                Ok(Answer::To(to)) => {
                    let mut answer = Redirect::to(&to).into_response();
                    let set = answer.headers_mut();
                    set.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
                    answer
                }
                Err(error) => answered(Err(error), &headers),
            }
        },
    )
}

async fn show(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let call = Call { tools: &tools, query: &query, headers: &headers };
    let said = field(query.as_bytes(), "said").and_then(|said| Said::from_code(&said));
    let page = async {
        let token = call.token();
        let Some(at) = follow(&tools, &token).await? else { return call.gone() };
        call.stand(at, &token, (said, None, &Personal::new(""))).await
    };
    let page = page.await.map(|page| (page.0, page.1));
    answered(page, &headers)
}

async fn may_withdraw(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let call = Call { tools: &tools, query: &query, headers: &headers };
    let page = async {
        let token = call.token();
        let Some(at) = follow(&tools, &token).await? else { return call.gone() };
        if shown_to_person(&tools, at).await?.intake.forgotten_at.is_some() {
            return call.gone();
        }
        call.withdrawing(&token, None)
    };
    answered(page.await, &headers)
}

async fn may_appeal(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let call = Call { tools: &tools, query: &query, headers: &headers };
    let page = async {
        let token = call.token();
        let Some(at) = follow(&tools, &token).await? else { return call.gone() };
        let followed = shown_to_person(&tools, at).await?;
        let of = field(query.as_bytes(), "of").unwrap_or_default();
        if refused(&followed, &of).is_none() {
            return call.gone();
        }
        call.appealing(&token, &of, None, &Personal::new(""))
    };
    answered(page.await, &headers)
}

async fn certificate(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let call = Call { tools: &tools, query: &query, headers: &headers };
    let page = async {
        let token = call.token();
        let Some((followed, certificate)) = call.certified(&token).await? else { return call.gone() };
        drawn(&tools, (&query, &headers), |reader| {
            let behind = Behind { token: token.expose(), seal: "", wrongs: &[] };
            let page = Certified { behind, intake: &followed.intake, certificate: &certificate };
            Ok((StatusCode::OK, page.page(reader)?))
        })
    };
    answered(page.await, &headers)
}

/// The signed document itself, as a file.
async fn signed(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let call = Call { tools: &tools, query: &query, headers: &headers };
    let (reference, certificate) = match call.certified(&call.token()).await {
        Ok(Some((_, certificate))) => (field(query.as_bytes(), "of").unwrap_or_default(), certificate),
        Ok(None) => return answered(call.gone(), &headers),
        Err(error) => return answered(Err(error), &headers),
    };
    let mut answer = certificate.document.into_response();
    let set = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ] {
        set.insert(name, HeaderValue::from_static(value));
    }
    let name = format!("attachment; filename=\"{reference}-{}.json\"", certificate.number);
    put(set, header::CONTENT_DISPOSITION, &name);
    answer
}

/// Whether somebody proved by more than holding the link that these are their affairs.
fn is_known(followed: &Followed) -> bool {
    !matches!(followed.intake.proof, Proof::None | Proof::NotNeeded)
}

/// The refused request of this reference that may be looked at again.
fn refused(followed: &Followed, reference: &str) -> Option<RequestId> {
    let is_refused =
        |stage: Stage| matches!(stage, Stage::Closed { outcome: Outcome::Refused | Outcome::PartlyFulfilled, .. });
    let mut asked = followed.requests.iter().map(|one| &one.request).filter(|_| followed.intake.is_proved());
    asked.find(|request| request.reference == reference && is_refused(request.stage)).map(|request| request.id)
}

enum Answer {
    Page(StatusCode, String),
    To(String),
}

/// A call to one of these pages.
#[derive(Clone, Copy)]
struct Call<'a> {
    tools: &'a Tools,
    query: &'a str,
    headers: &'a HeaderMap,
}

/// What stood in the way, and how that is answered.
type Fault = (StatusCode, Wrong);

impl Call<'_> {
    fn token(&self) -> Secret {
        Secret::new(field(self.query.as_bytes(), "token").unwrap_or_default())
    }

    /// The newest certificate of what the address names, and the contact that the link leads to. None before the person is
    /// proved, and where nothing is certified.
    async fn certified(&self, token: &Secret) -> Result<Option<(Followed, Certificate)>> {
        let Some(at) = follow(self.tools, token).await? else { return Ok(None) };
        let followed = shown_to_person(self.tools, at).await?;
        if followed.intake.forgotten_at.is_some() {
            return Ok(None);
        }
        let of = field(self.query.as_bytes(), "of").unwrap_or_default();
        let one = followed.requests.iter().find(|one| one.request.reference == of);
        let certificate = one.and_then(|one| one.carried.as_ref()).and_then(|carried| carried.certificate.clone());
        Ok(certificate.map(|certificate| (followed, certificate)))
    }

    fn gone(&self) -> Result<(StatusCode, String)> {
        drawn(self.tools, (self.query, self.headers), |reader| Ok((StatusCode::NOT_FOUND, gone(reader))))
    }

    async fn act(&self, source: Option<&str>, deed: Deed, form: &Bytes) -> Result<Answer> {
        let page = |(status, page)| Answer::Page(status, page);
        let token = Secret::new(field(form, "token").unwrap_or_default());
        let at = match behind_link(self.tools, source, &token).await {
            Ok(Some(at)) => at,
            Ok(None) => return self.gone().map(page),
            Err(Error::Refused(_)) => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                return drawn(self.tools, (self.query, self.headers), |reader| Ok((status, busy(reader)))).map(page);
            }
            Err(other) => return Err(other),
        };
        let typed = Personal::new(lines(field(form, "message").unwrap_or_default().trim()));
        let sealed = field(form, "form").unwrap_or_default();
        let fault = if is_from_elsewhere(self.headers) || !is_ours(self.tools, &bound(&token), &sealed)? {
            Some((StatusCode::UNPROCESSABLE_ENTITY, Wrong::new("form", |words| &words.form)))
        } else {
            self.done(at, deed, form, &typed).await?
        };
        let Some(fault) = fault else { return Ok(Answer::To(self.back(&token, deed)?)) };
        let drawn = match deed {
            Deed::Withdraw => self.withdrawing(&token, Some(fault)),
            Deed::Appeal => {
                let of = field(form, "of").unwrap_or_default();
                if refused(&shown_to_person(self.tools, at).await?, &of).is_none() {
                    return self.gone().map(page);
                }
                self.appealing(&token, &of, Some(fault), &typed)
            }
            Deed::Prove | Deed::Anew | Deed::Write => self.stand(at, &token, (None, Some(fault), &typed)).await,
        };
        drawn.map(page)
    }

    /// Does it, or says what stands in the way.
    async fn done(&self, at: Ref<IntakeId>, deed: Deed, form: &Bytes, typed: &Personal) -> Result<Option<Fault>> {
        let unsaid = || Some((StatusCode::UNPROCESSABLE_ENTITY, Wrong::new("message", |words| &words.message)));
        let length = typed.disclose().chars().count();
        if matches!(deed, Deed::Write | Deed::Appeal) && !(1..=MOST_WORDS).contains(&length) {
            return Ok(unsaid());
        }
        let outcome = match deed {
            Deed::Prove => {
                let code = field(form, "code").unwrap_or_default();
                let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
                if code.is_empty() {
                    return Ok(Some((StatusCode::UNPROCESSABLE_ENTITY, Wrong::new("code", |words| &words.code))));
                }
                prove_by_code(self.tools, at, &code).await.map(drop)
            }
            Deed::Anew => ask_for_proof_again(self.tools, at).await,
            Deed::Write => {
                let about = field(form, "about").unwrap_or_default();
                let followed = shown_to_person(self.tools, at).await?;
                let asked = followed.requests.iter().map(|one| &one.request);
                let about = asked.into_iter().find(|request| request.reference == about).map(|request| request.id);
                person_writes(self.tools, at, about, typed.clone(), Some(once(form))).await.map(drop)
            }
            Deed::Withdraw => withdraw_by_person(self.tools, at).await,
            Deed::Appeal => {
                let of = field(form, "of").unwrap_or_default();
                match refused(&shown_to_person(self.tools, at).await?, &of) {
                    Some(of) => appeal_by_person(self.tools, at, of, typed.clone()).await.map(drop),
                    None => Err(Error::NotFound("request")),
                }
            }
        };
        match outcome {
            Ok(()) => Ok(None),
            Err(Error::Refused(refusal)) => Ok(Some(fault(&refusal))),
            Err(Error::Invalid(_)) => Ok(unsaid()),
            Err(Error::NotFound(_)) => Ok(Some((StatusCode::CONFLICT, Wrong::new("done", |words| &words.done)))),
            Err(Error::Conflict) => Ok(Some((StatusCode::CONFLICT, Wrong::new("form", |words| &words.form)))),
            Err(other) => Err(other),
        }
    }

    /// The page of how it stands, where a browser goes once something is done, so that a reload does nothing twice.
    fn back(&self, token: &Secret, deed: Deed) -> Result<String> {
        let said = match deed {
            Deed::Prove => Said::Proved,
            Deed::Anew => Said::Sent,
            Deed::Write => Said::Written,
            Deed::Withdraw => Said::Withdrawn,
            Deed::Appeal => Said::Appealed,
        };
        let adopted = self.tools.policy.in_force()?;
        let locale = own_choice(&adopted.policy, self.query, self.headers).locale;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("token", token.expose()).append_pair("lang", &locale).append_pair("said", said.code());
        Ok([FOLLOW_PATH, "?", &query.finish()].concat())
    }

    /// How it stands.
    async fn stand(
        &self,
        at: Ref<IntakeId>,
        token: &Secret,
        (said, fault, typed): (Option<Said>, Option<Fault>, &Personal),
    ) -> Result<(StatusCode, String)> {
        let followed = match shown_to_person(self.tools, at).await {
            Ok(followed) if followed.intake.forgotten_at.is_none() => followed,
            Ok(_) | Err(Error::NotFound(_)) => return self.gone(),
            Err(other) => return Err(other),
        };
        let messages = if is_known(&followed) { letters(self.tools, at).await? } else { None };
        let packages = if is_known(&followed) { packages_for_person(self.tools, at).await? } else { Vec::new() };
        let (status, wrongs) = split(fault);
        let (seal, now) = (seal(self.tools, &bound(token))?, self.tools.watch.now());
        drawn(self.tools, (self.query, self.headers), |reader| {
            let behind = Behind { token: token.expose(), seal: &seal, wrongs: &wrongs };
            let messages = messages.as_deref();
            let page = Follow { behind, followed: &followed, messages, said, packages: &packages, typed, now };
            Ok((status, page.page(reader)))
        })
    }

    fn withdrawing(&self, token: &Secret, fault: Option<Fault>) -> Result<(StatusCode, String)> {
        let ((status, wrongs), seal) = (split(fault), seal(self.tools, &bound(token))?);
        drawn(self.tools, (self.query, self.headers), |reader| {
            Ok((status, withdrawing(reader, Behind { token: token.expose(), seal: &seal, wrongs: &wrongs })))
        })
    }

    fn appealing(
        &self,
        token: &Secret,
        of: &str,
        fault: Option<Fault>,
        typed: &Personal,
    ) -> Result<(StatusCode, String)> {
        let ((status, wrongs), seal) = (split(fault), seal(self.tools, &bound(token))?);
        drawn(self.tools, (self.query, self.headers), |reader| {
            let behind = Behind { token: token.expose(), seal: &seal, wrongs: &wrongs };
            Ok((status, appealing(reader, behind, of, typed)))
        })
    }
}

fn split(fault: Option<Fault>) -> (StatusCode, Vec<Wrong>) {
    fault.map_or((StatusCode::OK, Vec::new()), |(status, wrong)| (status, vec![wrong]))
}

fn fault(refusal: &Refusal) -> Fault {
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    match refusal.code {
        "WRONG_CODE" => (unprocessable, Wrong::new("code", |words| &words.code_wrong)),
        "CODE_USED_UP" => (unprocessable, Wrong::new("code", |words| &words.code_used_up)),
        "CODE_EXPIRED" | "NO_CODE" => (unprocessable, Wrong::new("code", |words| &words.code_late)),
        "THROTTLED" => (StatusCode::TOO_MANY_REQUESTS, Wrong::new("busy", |words| &words.busy)),
        _ => (StatusCode::CONFLICT, Wrong::new("done", |words| &words.done)),
    }
}

/// What was written, in clear; nothing where it is forgotten.
async fn letters(tools: &Tools, at: Ref<IntakeId>) -> Result<Option<Vec<Opened>>> {
    match messages_for_person(tools, at).await {
        Ok(messages) => Ok(Some(messages)),
        Err(Error::Refused(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What the seal of a page behind a link is bound to.
pub(super) fn bound(token: &Secret) -> String {
    ["follow ", &HEXLOWER.encode(&Sha256::digest(token.expose()))].concat()
}

/// The same form sent twice is one wish.
fn once(form: &Bytes) -> Once {
    let digest: [u8; 32] = Sha256::digest(form).into();
    Once { key: digest, input: digest }
}
