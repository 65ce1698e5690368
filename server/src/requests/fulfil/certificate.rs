//! The certificate of an erasure: what was done, kept and told, in codes, counts and dates, signed for whoever wants to verify
//! it without us. It names nobody.

use chrono::SecondsFormat;
use data_encoding::BASE64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::receipts;
use crate::floor::journal::{canonical, hex};
use crate::floor::kernel::{CertificateId, Day, Error, Instant, RequestId, Result, SubjectId};
use crate::floor::vault::SignKey;
use crate::propagation::{Place, Told};
use crate::requests::model::{Certificate, Look, Plan, PlannedAction, Request, Step, StepName};

/// What it is signed as.
pub const CONTEXT: &str = "rightsdesk/certificate/1";

/// All that goes into a certificate.
pub struct Certified<'a> {
    pub request: &'a Request,
    pub plan: &'a Plan,
    /// Whom it is about, as a handle of ours.
    pub subject: Option<SubjectId>,
    pub regimes: Vec<String>,
    pub policy_version: u32,
    pub started_at: Instant,
    pub now: Instant,
    pub steps: &'a [Step],
    pub tasks: &'a [Told],
    pub tombstones: u64,
    /// When every epoch of now is destroyed, and with it what old copies of the database hold of the key; none where the
    /// turning is behind.
    pub gone_by: Option<Day>,
    /// Where the books stood before it.
    pub head: (u64, [u8; 32]),
    /// The certificate it continues.
    pub before: Option<&'a Certificate>,
}

impl Certified<'_> {
    /// The certificate, signed.
    pub fn sign(&self, key: &SignKey) -> Result<Certificate> {
        let id = CertificateId::fresh();
        let mut document = self.document(id, key.version());
        let unsigned = canonical(&document).ok_or_else(unwritable)?;
        let signature = BASE64.encode(&key.sign(CONTEXT, &unsigned));
        let fields = document.as_object_mut().ok_or_else(unwritable)?;
        fields.insert("sig".to_owned(), Value::from(signature));
        let bytes = canonical(&document).ok_or_else(unwritable)?;
        let digest = Sha256::digest(&bytes).into();
        Ok(Certificate {
            id,
            request: self.request.id,
            number: self.before.map_or(1, |before| before.number.saturating_add(1)),
            supplements: self.before.map(|before| before.id),
            made_at: self.now,
            key_version: key.version(),
            digest,
            document: String::from_utf8(bytes).map_err(|_| unwritable())?,
        })
    }

    fn document(&self, id: CertificateId, key: u32) -> Value {
        let request: RequestId = self.request.id;
        json!({
            "v": 1,
            "certificate_id": id.uuid().to_string(),
            "request_id": request.uuid().to_string(),
            "reference": self.request.reference,
            "tenant": self.request.tenant.uuid().to_string(),
            "subject_ref": self.subject.map(|subject| subject.uuid().to_string()),
            "right": self.request.right.code(),
            "regimes": self.regimes,
            "policy_version": self.policy_version,
            "plan": hex(&self.plan.digest),
            "received_at": time(self.request.received_at),
            "started_at": time(self.started_at),
            "finished_at": time(self.now),
            "steps": self.steps.iter().map(|step| self.step(step)).collect::<Vec<_>>(),
            "keeps": self.keeps(),
            "recipients": self.tasks.iter().map(|task| self.recipient(task)).collect::<Vec<_>>(),
            "special_case": self.request.case,
            "test": self.request.is_test,
            // Of what is only tried nothing goes, and nobody is looked for.
            "scan": self.look().map(|look| json!({ "columns": look.columns, "rows_left": look.rows_left })),
            "tombstones": self.tombstones,
            "unrecoverable_after": self.gone_by.map(|day| day.to_string()),
            "supplements": self.before.map(|before| before.id.uuid().to_string()),
            "audit": { "seq": self.head.0, "hash": hex(&self.head.1) },
            "key": key,
        })
    }

    fn step(&self, step: &Step) -> Value {
        let line = step.line.and_then(|line| self.plan.lines.get(line));
        json!({
            "name": step.name.code(),
            "state": step.state.code(),
            "finished_at": step.finished_at.map(time),
            "category": line.map(|line| line.category.as_str()),
            "place": step.place,
            "action": line.map(|line| line.action.code()),
            "rows": step.rows,
        })
    }

    /// The last look for whoever it is about, as its step has it.
    fn look(&self) -> Option<Look> {
        self.steps.iter().find(|step| step.name == StepName::Scan).and_then(|step| step.look)
    }

    /// What stays, on which ground and until when; counted as it was carried out.
    fn keeps(&self) -> Vec<Value> {
        let lines = self.plan.lines.iter().enumerate().filter(|(_, line)| line.action == PlannedAction::Keep);
        let keep = lines.map(|(at, line)| {
            let carried = self.steps.iter().find(|step| step.line == Some(at));
            json!({
                "category": line.category,
                "place": line.place,
                "ground": line.ground,
                "until": line.until_on.map(|day| day.to_string()),
                "count": carried.map_or(line.rows, |step| step.rows),
            })
        });
        keep.collect()
    }

    /// How far a recipient has come; of one that is told only once something is over, what.
    fn recipient(&self, task: &Told) -> Value {
        let place = match task.place {
            Place::Store(_) => "store",
            Place::Recipient => "recipient",
            Place::App(_) => "app",
        };
        let line = self.plan.lines.iter().find(|line| receipts::is_of(task, line));
        json!({
            "name": task.recipient,
            "place": place,
            "store": task.store.map(|store| store.uuid().to_string()),
            "state": task.state.code(),
            "proof": task.proof.map(|proof| hex(&proof)),
            "last_attempt": task.tried_at.map(time),
            "ground": line.and_then(|line| line.ground.as_deref()),
        })
    }
}

fn time(at: Instant) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn unwritable() -> Error {
    Error::internal("a certificate has no canonical form")
}
