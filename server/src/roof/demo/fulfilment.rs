//! What was approved and is carried out by now: others were given data of whoever asks, each is reached in a way of its own, on
//! the demo's own street where one stands, and what became of it is done by the jobs that carry out everybody's requests,
//! each at its own moment.
//!
//! It writes down no step, task, package or certificate by itself, and calls nobody beyond the street.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use chrono::Duration;
use uuid::Uuid;

use super::OwnPage;
use super::deeds::at;
use super::requests::{People, Story};
use super::street::{Standing, bought};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::jobs::{Pace, Worker};
use crate::floor::kernel::{Error, Instant, Personal, Ref, RequestId, Result, Secret, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Disclosed, Event, Witnessed, disclose};
use crate::floor::policy::{About, Form, Policy, RecipientKind};
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::propagation::{self, NewWay, Settling, Task, TaskKind, TaskState};
use crate::records::{self, Again};
use crate::relay::Way;
use crate::requests::{self, FOLLOW_PATH, Named, SubjectKind};
use crate::roof::workers;
use crate::subjects;
use crate::tenants;

/// How far what was approved has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// Whoever was told has answered: it is certified, and closed.
    Settled,
    /// Its answer was due, and somebody who was told never said a word.
    Silent,
    /// A copy lies there, and a second person is to read it.
    Copied,
    /// The person may fetch it.
    Released,
    /// It took effect, and is in force.
    InForce,
}

impl Carried {
    /// Of whom such a story is told under this policy: of whoever more is held of, or given to others.
    pub fn of_whom(self, policy: &Policy) -> SubjectKind {
        let holds = |about| {
            policy.categories.iter().any(|category| category.about == about && category.code.get_ref() == "customer")
        };
        let is_of_shoppers = match self {
            Self::Settled | Self::Silent => given(policy, About::Shopper).len() > given(policy, About::Member).len(),
            Self::Copied | Self::Released => holds(About::Shopper),
            Self::InForce => false,
        };
        if is_of_shoppers { SubjectKind::Shopper } else { SubjectKind::Member }
    }

    /// Whether others were given something that they are to be told of now.
    const fn is_told(self) -> bool {
        matches!(self, Self::Settled | Self::Silent)
    }
}

/// What lets anybody in on the street.
pub(super) const KEY: &str = "a key of the street";

/// As many recipients as one story needs.
const MOST: usize = 5;

/// Interfaces that stand on the street, and what each wants to know of the account.
const INTERFACES: [(&str, &[(&str, &str)]); 7] = [
    ("clerk", &[]),
    ("klaviyo", &[]),
    ("mailchimp", &[("data_centre", "us1"), ("list", "buyers")]),
    ("pinterest", &[("ad_account", "549"), ("list", "buyers")]),
    ("resend", &[]),
    ("segment", &[]),
    ("stripe", &[]),
];

/// Somebody whom the policy lets have something of people, and what.
struct Given {
    recipient: String,
    purpose: String,
    /// Fields by category and form.
    fields: BTreeMap<(String, &'static str), Vec<String>>,
}

/// Whoever may have something of people of this kind, but for the shops' own platforms.
fn given(policy: &Policy, about: About) -> Vec<Given> {
    let others = policy.recipients.iter().filter(|recipient| recipient.kind != RecipientKind::Platform);
    let given = others.filter_map(|recipient| {
        let mut fields: BTreeMap<(String, &'static str), Vec<String>> = BTreeMap::new();
        for receives in recipient.receives.iter().filter(|receives| receives.form != Form::Never) {
            let listed = receives.what.iter().filter_map(|what| policy.fields_of(what.get_ref())).flatten();
            for (category, field) in listed.filter(|(category, field)| category.about == about && field.personal) {
                let of = (category.code.get_ref().clone(), receives.form.code());
                fields.entry(of).or_default().push(field.code.get_ref().clone());
            }
        }
        let purpose = recipient.purposes.first().map(|purpose| purpose.get_ref().clone()).unwrap_or_default();
        let given = Given { recipient: recipient.code.get_ref().clone(), purpose, fields };
        (!given.fields.is_empty()).then_some(given)
    });
    given.take(MOST).collect()
}

impl Given {
    fn rows(&self, subject: SubjectId, store: Option<StoreId>) -> Vec<Disclosed> {
        let row = |((category, form), fields): (&(String, &'static str), &Vec<String>)| Disclosed {
            recipient: self.recipient.clone(),
            app: None,
            store,
            subject: Some(subject),
            category: category.clone(),
            fields: fields.clone(),
            form,
            count: 1,
            purpose: self.purpose.clone(),
            way: Way::Relay.code(),
            reference: None,
        };
        self.fields.iter().map(row).collect()
    }
}

/// How each of these is reached: the first by letter, then by what stands on the street, the rest by hand.
fn ways(given: &[Given], street: Option<&str>) -> Vec<(String, TaskKind, Option<String>)> {
    let (mut all, mut speaks_opendsr) = (Vec::new(), false);
    for (place, one) in given.iter().enumerate() {
        let code = &one.recipient;
        let has_interface = INTERFACES.iter().any(|(known, _)| known == code);
        let way = match street {
            _ if place == 0 => (TaskKind::Mail, Some(format!("privacy@{code}.example"))),
            Some(street) if has_interface => (TaskKind::Template, Some(format!("{street}{code}"))),
            Some(street) if !speaks_opendsr => {
                speaks_opendsr = true;
                (TaskKind::OpenDsr, Some(format!("{street}dsr")))
            }
            _ => (TaskKind::Manual, None),
        };
        all.push((code.clone(), way.0, way.1));
    }
    all
}

fn house(tenant: TenantId) -> Result<Scope<One>> {
    Caller::house().permit(Permission::KeepHouse, tenant)
}

impl Story {
    /// Long before they asked they were known, and what is told of them later was given to others.
    pub async fn was_known(&self, people: &People, how: Carried) -> Result<()> {
        let (tools, tenant) = (at(&people.tools, self.came.plus(-Duration::days(20))), people.merchants[self.merchant]);
        let store = self.store.as_ref().map(super::deeds::Made::get).transpose()?.map(|store| store.id);
        let (about, subject) = match (self.kind, store) {
            (SubjectKind::Shopper, Some(store)) => (About::Shopper, self.bought(&tools, (tenant, store)).await?),
            _ => (About::Member, owner(&tools, tenant).await?),
        };
        if !how.is_told() {
            return Ok(());
        }
        let adopted = tools.policy.in_force()?;
        let given = given(&adopted.policy, about);
        let rows: Vec<Disclosed> = given.iter().flat_map(|one| one.rows(subject, store)).collect();
        let written = tools.ledger.write(house(tenant)?, move |tx| {
            let count = disclose(tx, &rows)?;
            let told = Event::new("recipient.given", "tenant", tenant.uuid());
            Ok(Witnessed::new((), told.count("rows", u64::try_from(count).unwrap_or_default())))
        });
        written.await?;
        for (recipient, kind, address) in ways(&given, people.address().as_deref()) {
            let parts = INTERFACES.iter().find(|(known, _)| kind == TaskKind::Template && *known == recipient);
            let parts = parts.into_iter().flat_map(|(_, parts)| parts.iter());
            let parts = parts.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let needs_key = matches!(kind, TaskKind::Template | TaskKind::OpenDsr);
            let credential = needs_key.then(|| Secret::new(KEY));
            let way = NewWay { tenant, recipient, kind, address, parts, credential };
            propagation::set_way(&tools, &Caller::house(), way, None).await?;
        }
        Ok(())
    }

    /// What the shop tells of somebody is taken in as its pages are; whom that makes of them.
    async fn bought(&self, tools: &Tools, (tenant, store): (TenantId, StoreId)) -> Result<SubjectId> {
        let (id, shop) = self.asker.known.as_ref().map(|(id, _)| *id).zip(self.shop.clone()).unwrap_or_default();
        let (goods, adopted) = (bought(&shop, tools.watch.now(), id), tools.policy.in_force()?);
        let (vault, mail, id) = (tools.vault.clone(), Personal::new(self.asker.mail.clone()), id.to_string());
        let written = tools.ledger.write(house(tenant)?, move |tx| {
            records::take_in(tx, &vault, &adopted.policy, store, &goods, Again::NEVER)?;
            let (mail, customer) = (Some(&mail), Some(id.as_str()));
            let named = subjects::Named { store, customer, handle: None, mail, phones: Vec::new(), order: None };
            let passed = subjects::gate(tx, &vault, &[named])?;
            let subject = passed.first().map(|passed| passed.subject);
            let subject = subject.ok_or_else(|| Error::internal("a buyer whom nobody let in"))?;
            Ok(Witnessed::new(subject, Event::new("page.taken_in", "store", store.uuid())))
        });
        written.await
    }

    /// From the approval on.
    pub async fn is_carried_out(&self, people: &People, request: Ref<RequestId>, how: Carried) -> Result<()> {
        let scene = Scene { story: self, people, at: request };
        match how {
            Carried::Settled => {
                let begun = scene.begins().await?;
                scene.is_answered(begun, None).await?;
                scene.writes(begun.plus(Duration::days(2) + Duration::minutes(2))).await?;
                scene.tells_page("a deletion that was carried out, with its certificate").await
            }
            Carried::Silent => scene.is_silent().await,
            Carried::Copied => scene.copies().await.map(drop),
            Carried::Released => scene.releases().await,
            Carried::InForce => {
                if self.case.right == Right::Correction {
                    scene.names().await?;
                }
                let begun = scene.begins().await?;
                scene.is_answered(begun, None).await
            }
        }
    }
}

/// Who owns a merchant's account, as a person.
async fn owner(tools: &Tools, tenant: TenantId) -> Result<SubjectId> {
    let owners = tools.ledger.read(&house(tenant)?, tenants::owners).await?;
    let owner = owners.first().map(|owner| owner.subject);
    owner.ok_or_else(|| Error::internal("a merchant whom nobody owns"))
}

/// One request on its way, and who is at the desk.
struct Scene<'s> {
    story: &'s Story,
    people: &'s People,
    at: Ref<RequestId>,
}

impl Scene<'_> {
    fn tools(&self, then: Instant) -> Tools {
        at(&self.people.tools, then)
    }

    /// What is due by then and names this is done by the desk's own jobs. What is still to come is left to come.
    async fn works(&self, then: Instant, of: Uuid) -> Result<()> {
        if then > self.people.now {
            return Ok(());
        }
        let tools = self.tools(then);
        let registry = workers::registry().with(&tools);
        let worker = Worker::new(&tools.ledger, tools.watch.clone(), registry, Pace::default());
        worker.step_of(self.at.tenant, of).await.map(drop)
    }

    /// It is submitted a day after it came, approved and cooled off where that is to be, and begun.
    async fn begins(&self) -> Result<Instant> {
        let (story, people) = (self.story, self.people);
        let submitted = story.came.plus(Duration::days(1));
        let plan = story.submits(people, self.at, &self.tools(submitted)).await?;
        let playbook = requests::playbook(story.case.right)?;
        let mut begun = submitted;
        if playbook.wants_second_person() {
            begun = submitted.plus(Duration::hours(2));
            story.approves(people, (self.at, &plan), &self.tools(begun)).await?;
        }
        if playbook.cools_off() {
            begun = begun.plus(requests::COOLING_OFF);
        }
        let begun = begun.plus(Duration::minutes(1));
        self.works(begun, self.at.id.uuid()).await?;
        Ok(begun)
    }

    /// What is wrong of them, and what is right.
    async fn names(&self) -> Result<()> {
        let then = self.tools(self.story.came.plus(Duration::hours(12)));
        let named = Named {
            about: "members".to_owned(),
            field: "name".to_owned(),
            store: None,
            value: Personal::new("Robin Sommer"),
        };
        let worker = self.story.worker(self.people);
        requests::name_correction(&then, worker, (self.at, None), named, None).await.map(drop)
    }

    /// The letters about it leave, as they did then.
    async fn writes(&self, then: Instant) -> Result<()> {
        let (tools, worker) = (self.tools(then), self.story.worker(self.people));
        let mut letters = requests::list_messages(&tools, worker, self.at).await?;
        // In an order that no id decides.
        letters.sort_by_key(|letter| letter.kind.code());
        for letter in letters {
            self.works(then, letter.id.uuid()).await?;
        }
        Ok(())
    }

    async fn tasks(&self, then: Instant) -> Result<Vec<Task>> {
        let mut tasks = propagation::every_task_of(&self.tools(then), self.at).await?;
        tasks.sort_by(|one, other| (one.kind.code(), &one.recipient).cmp(&(other.kind.code(), &other.recipient)));
        Ok(tasks)
    }

    /// Whoever was told answers, but for the one who keeps silent; what no program hears is written down by whoever works it.
    async fn is_answered(&self, begun: Instant, silent: Option<Uuid>) -> Result<()> {
        let (told, asked) = (begun.plus(Duration::minutes(2)), begun.plus(Duration::hours(5)));
        let heard = begun.plus(Duration::days(2));
        for task in self.tasks(begun).await?.into_iter().filter(|task| Some(task.id.uuid()) != silent) {
            if !matches!(task.kind, TaskKind::Platform | TaskKind::Manual) {
                self.works(told, task.id.uuid()).await?;
            }
            if let Some(street) = &self.people.street {
                street.recipients.finish();
                street.recipients.stands(Standing::Completed);
            }
            if matches!(task.kind, TaskKind::Template | TaskKind::OpenDsr) {
                self.works(asked, task.id.uuid()).await?;
            }
        }
        for task in self.tasks(heard).await? {
            if Some(task.id.uuid()) != silent && !task.state.has_ended() {
                self.hears_of(&task, heard).await?;
            }
        }
        self.works(heard.plus(Duration::minutes(1)), self.at.id.uuid()).await
    }

    async fn hears_of(&self, task: &Task, then: Instant) -> Result<()> {
        let settling = Settling {
            version: task.version,
            state: TaskState::Done,
            words: Some(Personal::new("They wrote back that it is done.")),
            proof: Some(propagation::Proof { bytes: b"It is done.\n".to_vec() }),
        };
        let (tools, worker) = (self.tools(then), self.story.worker(self.people));
        propagation::settle_by_hand(&tools, worker, Ref::new(task.tenant, task.id), settling, None).await.map(drop)
    }

    /// One who was written to does not answer: not by half of the time, not at its end, and not when the answer is due.
    async fn is_silent(&self) -> Result<()> {
        let begun = self.begins().await?;
        let tasks = self.tasks(begun).await?;
        let Some(silent) = tasks.iter().find(|task| task.kind == TaskKind::Mail) else { return Ok(()) };
        let (one, all, moment) = (silent.id.uuid(), self.at.id.uuid(), Duration::minutes(1));
        self.works(begun.plus(moment), one).await?;
        self.is_answered(begun, Some(one)).await?;
        let half = silent.opened_at.plus(silent.until.since(silent.opened_at) / 2);
        self.works(half.plus(moment), one).await?;
        self.works(silent.until.plus(moment), one).await?;
        self.works(silent.until.plus(moment), all).await?;
        let shown =
            requests::find_request(&self.tools(self.people.now), self.story.worker(self.people), self.at).await?;
        if let Some(due) = shown.request.due {
            let answered = due.at.plus(moment - Duration::days(1));
            self.works(answered, all).await?;
            self.writes(answered).await?;
        }
        self.tells_page("a deletion that a recipient is silent about").await
    }

    /// The copy is made, and lies there to be read. When that was, and its digest.
    async fn copies(&self) -> Result<Option<(Instant, [u8; 32])>> {
        let begun = self.begins().await?;
        let (tools, worker) = (self.tools(begun), self.story.worker(self.people));
        for package in requests::list_packages(&tools, worker, self.at).await? {
            self.works(begun, package.id.uuid()).await?;
        }
        let made = requests::list_packages(&tools, worker, self.at).await?.into_iter().find_map(|package| package.made);
        Ok(made.map(|made| (begun, made.manifest)))
    }

    async fn releases(&self) -> Result<()> {
        let Some((begun, manifest)) = self.copies().await? else { return Ok(()) };
        let read = begun.plus(Duration::hours(20));
        requests::release_package(&self.tools(read), &self.people.haruko, self.at, manifest, None).await?;
        let answered = read.plus(Duration::minutes(1));
        self.works(answered, self.at.id.uuid()).await?;
        self.writes(answered).await?;
        self.tells_page("a copy to fetch, with its passphrase").await
    }

    /// Whoever planted it is told where the person's own page is.
    async fn tells_page(&self, what: &'static str) -> Result<()> {
        let tools = self.tools(self.people.now);
        let shown = requests::find_request(&tools, self.story.worker(self.people), self.at).await?;
        let intake = shown.intake.id;
        let written = tools.ledger.write(house(self.at.tenant)?, move |tx| {
            let link = requests::follow_link(tx, intake)?;
            Ok(Witnessed::new(link, Event::new("link.made", "intake", intake.uuid())))
        });
        let link = written.await?;
        let address = Secret::new([&tools.public_url, FOLLOW_PATH, "?token=", link.expose()].concat());
        self.people.pages.lock().unwrap_or_else(PoisonError::into_inner).push(OwnPage { what, address });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::policy::{parse, shipped};

    #[test]
    fn under_every_policy_somebody_was_given_something_and_one_of_them_is_written_to() {
        for (name, whom, least) in [
            ("dropshipped", SubjectKind::Member, 3),
            ("shopiq", SubjectKind::Member, 1),
            ("sooperseller", SubjectKind::Shopper, 4),
            ("inventorysync", SubjectKind::Member, 3),
            ("littledata", SubjectKind::Shopper, 4),
        ] {
            let policy = parse(shipped(name).expect("it comes along")).expect("sound");
            let kind = Carried::Silent.of_whom(&policy);
            assert_eq!(kind, whom, "{name}");
            let about = if kind == SubjectKind::Shopper { About::Shopper } else { About::Member };
            let given = given(&policy, about);
            assert!(given.len() >= least, "{name}: {}", given.len());
            let on_street = ways(&given, Some("http://127.0.0.1:9/"));
            assert!(matches!(&on_street[0], (_, TaskKind::Mail, Some(to)) if to.starts_with("privacy@")), "{name}");
            let kinds: Vec<TaskKind> = on_street.iter().map(|(_, kind, _)| *kind).collect();
            assert!(least == 1 || kinds.contains(&TaskKind::OpenDsr), "{name}: {kinds:?}");
            // Where no street stands nobody is called.
            assert!(ways(&given, None).iter().all(|(_, kind, _)| matches!(kind, TaskKind::Mail | TaskKind::Manual)));
        }
    }
}
