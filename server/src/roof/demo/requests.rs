//! What people asked of the desk, and how far it is: some three dozen, spread so that something is due on most days to come,
//! something waits for each kind of colleague, and the figures of the last weeks have something to tell. Who asks buys at one
//! of the merchants' shops, or owns one; where a shop is read from the first day on, a plan finds what it tells of them.
//!
//! It never writes a request down by itself: each is taken in, proved and worked by the actions that everybody uses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::Duration;
use futures_util::{StreamExt, TryStreamExt, stream};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::deeds::{AT_ONCE, Desk, Made, at};
use super::fulfilment::Carried;
use super::stores::Shop;
use super::street::{Buyer, Counts, Street, buyer};
use super::tenants::DAY;
use super::{OwnPage, Plot};
use crate::floor::access::Caller;
use crate::floor::kernel::{Error, Instant, Personal, Ref, RequestId, Result, TenantId};
use crate::floor::policy::Policy;
use crate::floor::regulations::{PauseGround, Right};
use crate::floor::tools::Tools;
use crate::requests::{
    self, Asking, GoesBy, Ground, LateReason, Mandate, Notice, Plan, Proof, Source, Stated, SubjectKind, Wanted,
};
use crate::stores::Store;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Nobody proved yet that they may ask.
    Unproved,
    /// Somebody says that they speak for the person.
    SpokenFor,
    Open,
    Paused(PauseGround),
    /// A second person is to read the plan.
    Submitted,
    /// A second person did, and it may still be stopped.
    Approved,
    /// Its plan wants no second person, and is to be carried out.
    Begun,
    /// The person was told that it takes longer.
    Extended,
    /// They asked once more, and are answered once.
    AskedTwice,
    Spam,
    Withdrawn,
    Refused(Ground),
    /// So many days after it came.
    Answered(i64),
    /// By its jobs, so far.
    Carried(Carried),
}

/// Whose it is to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hands {
    Nobodys,
    Team,
    Leyla,
    Tariq,
}

/// One thing that somebody asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub right: Right,
    source: Source,
    kind: SubjectKind,
    locale: &'static str,
    /// Empty where nobody knows.
    place: &'static str,
    /// How many days ago.
    came: i64,
    course: Course,
    hands: Hands,
}

const fn shopper(
    (right, source): (Right, Source),
    (locale, place): (&'static str, &'static str),
    came: i64,
    course: Course,
    hands: Hands,
) -> Case {
    Case { right, source, kind: SubjectKind::Shopper, locale, place, came, course, hands }
}

const fn member(right: Right, place: &'static str, came: i64, course: Course, hands: Hands) -> Case {
    let (source, kind, locale) = (Source::Web, SubjectKind::Member, "");
    Case { right, source, kind, locale, place, came, course, hands }
}

/// All of them. What is open came so lately that its answer is still in time wherever its person is; one is late.
const CASES: &[Case] = {
    use Carried::{Copied, InForce, Released, Settled, Silent};
    use Course::{
        Answered, Approved, AskedTwice, Begun, Carried as Came, Extended, Open, Paused, Refused, Spam, SpokenFor,
        Submitted, Unproved, Withdrawn,
    };
    use Hands::{Leyla, Nobodys, Tariq, Team};
    use Right::{Access, Complaint, Correction, Deletion, Objection, OptOut, Portability, Restriction};
    use Source::{Console, Mail, Shopify, Web};
    &[
        shopper((Deletion, Web), ("en-US", "US-VA"), 5, Unproved, Nobodys),
        shopper((Access, Web), ("hi-IN", "IN"), 2, Unproved, Nobodys),
        shopper((Deletion, Mail), ("ur", "PK"), 1, Unproved, Nobodys),
        shopper((Access, Web), ("ar", "AE"), 0, Unproved, Nobodys),
        shopper((Deletion, Mail), ("en-US", "US-CA"), 4, SpokenFor, Team),
        shopper((Access, Web), ("de", "DE"), 41, Open, Tariq),
        shopper((Deletion, Web), ("el", "GR"), 26, Open, Leyla),
        shopper((Access, Web), ("pt-BR", "BR"), 13, Open, Tariq),
        shopper((Restriction, Mail), ("pt-BR", "BR"), 10, Open, Leyla),
        shopper((Portability, Web), ("tr", "TR"), 23, Open, Nobodys),
        shopper((Access, Web), ("fr", "CA-QC"), 19, Open, Team),
        shopper((Access, Shopify), ("el", ""), 16, Open, Leyla),
        shopper((Deletion, Web), ("uk", "UA"), 15, Open, Nobodys),
        shopper((Access, Console), ("hi-IN", "IN"), 12, Open, Tariq),
        shopper((Access, Web), ("en-US", "US-CA"), 11, Open, Leyla),
        shopper((Deletion, Web), ("fr", "FR"), 9, Open, Nobodys),
        shopper((OptOut, Web), ("en-US", "US-CA"), 8, Open, Team),
        shopper((Access, Mail), ("ur", "PK"), 6, Open, Tariq),
        shopper((Deletion, Shopify), ("en-US", ""), 4, Open, Nobodys),
        shopper((Access, Web), ("de", "DE"), 3, Open, Leyla),
        shopper((Complaint, Mail), ("en-PK", "GB"), 3, Open, Tariq),
        member(Correction, "DE", 2, Open, Nobodys),
        shopper((Access, Web), ("fr", "FR"), 17, Paused(PauseGround::ScopeAsked), Leyla),
        shopper((Deletion, Mail), ("de", "DE"), 6, Paused(PauseGround::IdentityAsked), Tariq),
        shopper((Deletion, Shopify), ("de", ""), 21, Submitted, Tariq),
        shopper((Access, Web), ("en-PK", "GB"), 22, Submitted, Leyla),
        member(Portability, "FR", 14, Submitted, Tariq),
        member(Deletion, "US-CA", 6, Approved, Leyla),
        member(Objection, "FR", 5, Begun, Nobodys),
        shopper((Access, Web), ("de", "DE"), 24, Extended, Leyla),
        shopper((Access, Web), ("ja", "JP"), 9, AskedTwice, Nobodys),
        shopper((Access, Mail), ("en-US", ""), 3, Spam, Nobodys),
        shopper((Deletion, Web), ("ko", "KR"), 8, Withdrawn, Nobodys),
        shopper((Deletion, Web), ("de", "DE"), 26, Refused(Ground::LegalObligation), Tariq),
        shopper((Objection, Mail), ("de", "DE"), 12, Answered(8), Leyla),
        shopper((OptOut, Web), ("en-US", "US-CA"), 9, Answered(4), Tariq),
        member(Correction, "IN", 20, Came(InForce), Leyla),
        member(Restriction, "DE", 15, Came(InForce), Tariq),
        shopper((Access, Web), ("de", "DE"), 7, Came(Copied), Leyla),
        shopper((Access, Web), ("en-US", "US-CA"), 10, Came(Released), Tariq),
        shopper((Deletion, Web), ("de", "DE"), 36, Came(Silent), Leyla),
        shopper((Access, Web), ("en-US", "US-CA"), 31, Answered(9), Leyla),
        shopper((Deletion, Web), ("pt-BR", "BR"), 33, Came(Settled), Tariq),
        shopper((Access, Mail), ("fr", "FR"), 48, Answered(12), Leyla),
        shopper((Portability, Web), ("de", "DE"), 64, Answered(39), Tariq),
    ]
};

impl Case {
    /// Whether it is worked at the desk now, and may be looked at with what a shop tells meanwhile.
    fn is_open(&self) -> bool {
        matches!(self.course, Course::Open | Course::Unproved | Course::SpokenFor)
    }

    fn is_proved(&self) -> bool {
        !matches!(
            self.course,
            Course::Unproved | Course::SpokenFor | Course::Spam | Course::Paused(PauseGround::IdentityAsked)
        )
    }

    /// As whom it is asked under this policy: what is carried out is told of whoever there is most to tell of.
    fn asked_of(mut self, policy: &Policy, has_shop: bool) -> Self {
        if let Course::Carried(how) = self.course {
            self.kind = if has_shop { how.of_whom(policy) } else { SubjectKind::Member };
        }
        self
    }

    /// Staff judge who writes or calls; the other ways prove it themselves.
    fn is_judged(&self) -> bool {
        self.is_proved() && matches!(self.source, Source::Mail | Source::Console)
    }

    /// By what it is proved as it comes.
    fn proof(&self) -> Proof {
        match (self.source, self.kind) {
            (Source::Shopify, _) => Proof::Signature,
            (Source::Web, SubjectKind::Member) => Proof::Member,
            (Source::Web, _) if self.is_proved() => Proof::Code,
            _ => Proof::None,
        }
    }

    fn team(&self) -> &'static str {
        if self.kind == SubjectKind::Member { "merchants" } else { "shoppers" }
    }

    /// What the person wrote.
    fn words(&self) -> Option<&'static str> {
        let copy = matches!(self.right, Right::Access | Right::Portability);
        let language = self.locale.split('-').next().unwrap_or_default();
        Some(match (language, self.right) {
            _ if self.source == Source::Shopify => return None,
            ("de", _) if copy => "Bitte teilen Sie mir mit, welche Daten Sie über mich gespeichert haben.",
            ("de", Right::Deletion) => "Bitte löschen Sie alles, was Sie über mich gespeichert haben.",
            ("fr", _) if copy => "Merci de me dire quelles données vous détenez à mon sujet.",
            ("fr", Right::Deletion) => "Merci d’effacer tout ce que vous détenez à mon sujet.",
            ("pt", _) if copy => "Quero saber quais dados vocês têm sobre mim.",
            ("pt", Right::Deletion) => "Peço que apaguem tudo o que têm sobre mim.",
            ("hi", _) if copy => "कृपया बताइए कि आपके पास मेरे बारे में कौन-सा डेटा है।",
            ("ur", _) if copy => "براہِ کرم بتائیں کہ آپ کے پاس میرے بارے میں کیا معلومات ہیں۔",
            ("ur", Right::Deletion) => "براہِ کرم میرے بارے میں سب کچھ مٹا دیں۔",
            (_, Right::Access | Right::Portability) => "Please send me what you hold about me.",
            (_, Right::Deletion) => "Please delete everything that you hold about me.",
            (_, Right::Correction) => {
                "My name is written wrongly on every invoice. Please put it right.\nName: Robin Sommer"
            }
            (_, Right::Restriction) => "Please leave my data alone until we agree about the last order.",
            (_, Right::Objection) => "Please stop writing to me about offers.",
            (_, Right::OptOut) => "Do not sell or share my personal information.",
            (_, Right::Complaint | Right::Appeal) => "I asked twice, and nobody answered me.",
        })
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    name: String,
    pub mail: String,
    locale: String,
    /// By what the shop knows them, and their telephone.
    pub known: Option<(u64, String)>,
}

/// Somebody who asked something, on their way through time.
pub(super) struct Story {
    pub case: Case,
    pub kind: SubjectKind,
    pub merchant: usize,
    pub came: Instant,
    pub asker: Asker,
    pub store: Option<Made<Store>>,
    /// What the store is called at its platform.
    pub shop: Option<String>,
}

pub(super) fn plan(plot: &mut Plot<'_>, mut dice: StdRng) {
    let mut staying: Vec<usize> = (0..plot.merchants.len()).filter(|place| !plot.merchants[*place].closes).collect();
    if staying.is_empty() {
        return;
    }
    staying.shuffle(&mut dice);
    let is_staying = |shop: &&Shop| shop.platform == "shopify" && !plot.merchants[shop.merchant].closes;
    let mut shops: Vec<&Shop> = plot.shops.iter().filter(is_staying).collect();
    shops.shuffle(&mut dice);
    let (near, far): (Vec<&Shop>, Vec<&Shop>) = shops.into_iter().partition(|shop| shop.is_read);
    let has_shop = !near.is_empty() || !far.is_empty();
    let (mut near, mut far, mut merchants) = (near.iter().cycle(), far.iter().cycle(), staying.iter().cycle());
    // Nobody who owns a shop asks twice: who is gone asks for nothing.
    let mut owners = staying.iter().rev().cycle();
    let mut stories = Vec::with_capacity(CASES.len());
    for case in CASES {
        let case = case.asked_of(plot.policy, has_shop);
        let then = plot.ago(case.came * DAY + dice.random_range(2 * 3_600..9 * 3_600));
        let shop = match case.kind {
            SubjectKind::Member => None,
            _ if case.is_open() => near.next().or_else(|| far.next()),
            _ => far.next().or_else(|| near.next()),
        };
        let owned = case.kind == SubjectKind::Member;
        let merchant = if owned { owners.next() } else { merchants.next() }.copied().unwrap_or_default();
        let merchant = shop.map_or(merchant, |shop| shop.merchant);
        let asker = match (case.kind, shop) {
            (SubjectKind::Member, _) => owner(plot, merchant),
            (_, Some(shop)) => somebody(&mut dice, &shop.domain, case.locale),
            (_, None) => somebody(&mut dice, &plot.merchants[merchant].slug, case.locale),
        };
        let (store, shop) = (shop.map(|shop| shop.store.clone()), shop.map(|shop| shop.domain.clone()));
        stories.push(Story { case, kind: case.kind, merchant, came: then, asker, store, shop });
    }
    let (now, street) = (plot.now, plot.street.clone());
    plot.at_desk(now, async move |desk| tell(&desk, (now, street), stories).await);
}

fn owner(plot: &Plot<'_>, merchant: usize) -> Asker {
    let merchant = &plot.merchants[merchant];
    let (name, mail) = (merchant.owner.name.clone(), merchant.owner.mail.clone());
    Asker { name, mail, locale: merchant.new.locale.clone(), known: None }
}

/// Somebody who buys there and speaks this language, if there is one.
fn somebody(dice: &mut StdRng, shop: &str, locale: &str) -> Asker {
    let count = Counts::default().customers;
    let first = dice.random_range(0..count);
    let mut places = (0..count).map(|step| buyer(shop, (first + step) % count));
    let found = places.find(|buyer| buyer.locale == locale).unwrap_or_else(|| buyer(shop, first));
    let Buyer { id, name, mail, phone, .. } = found;
    Asker { name, mail, locale: locale.to_owned(), known: Some((id, phone)) }
}

/// Tells all stories, those of one merchant one after the other.
async fn tell(desk: &Desk, (now, street): (Instant, Option<Arc<Street>>), stories: Vec<Story>) -> Result<()> {
    let people = Arc::new(People {
        tools: desk.tools.clone(),
        now,
        merchants: Arc::clone(&desk.merchants),
        leyla: desk.seated("leyla")?,
        tariq: desk.seated("tariq")?,
        haruko: desk.seated("haruko")?,
        street,
        pages: Arc::clone(&desk.pages),
    });
    let mut of_merchants: BTreeMap<usize, Vec<Story>> = BTreeMap::new();
    for story in stories {
        of_merchants.entry(story.merchant).or_default().push(story);
    }
    stream::iter(of_merchants.into_values().map(|stories| tell_each(Arc::clone(&people), stories)))
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await
}

async fn tell_each(people: Arc<People>, stories: Vec<Story>) -> Result<()> {
    for story in stories {
        story.unfold(&people).await?;
    }
    Ok(())
}

/// Who works at the desk, and whom it works for.
pub(super) struct People {
    pub tools: Tools,
    pub now: Instant,
    pub merchants: Arc<[TenantId]>,
    leyla: Caller,
    tariq: Caller,
    /// The second person.
    pub haruko: Caller,
    /// Where those stand whom data was given to.
    pub street: Option<Arc<Street>>,
    /// Pages of people that are told to whoever plants this.
    pub pages: Arc<Mutex<Vec<OwnPage>>>,
}

impl People {
    /// Where recipients of the street are called, if the desk may call there.
    pub fn address(&self) -> Option<String> {
        let url = &self.street.as_ref()?.recipients.url;
        self.tools.egress.permits(url).then(|| url.to_string())
    }
}

impl Story {
    /// Whoever works it, or did when it was worked.
    pub fn worker<'p>(&self, people: &'p People) -> &'p Caller {
        if self.case.hands == Hands::Tariq { &people.tariq } else { &people.leyla }
    }

    /// The doors so long after it came.
    fn after(&self, people: &People, span: Duration) -> Tools {
        at(&people.tools, self.came.plus(span))
    }

    /// What was asked, as it came.
    fn asking(&self, tenant: TenantId) -> Result<Asking> {
        let (case, asker) = (&self.case, &self.asker);
        let proof = case.proof();
        let store = self.store.as_ref().map(Made::get).transpose()?.map(|store| store.id);
        let one = |kind, value: String, proof| Stated { kind, store: None, value: Personal::new(value), proof };
        let mut identifiers = vec![one(GoesBy::Mail, asker.mail.clone(), proof)];
        let mut notice = None;
        match (&asker.known, case.source) {
            (Some((id, phone)), Source::Shopify) => {
                identifiers.push(one(GoesBy::Customer, id.to_string(), proof));
                identifiers.push(one(GoesBy::Phone, phone.clone(), proof));
                let name = if case.right == Right::Access { "customers/data_request" } else { "customers/redact" };
                notice = Some(Notice { platform: "shopify".to_owned(), name: name.to_owned() });
            }
            _ => identifiers.push(one(GoesBy::Name, asker.name.clone(), Proof::None)),
        }
        let mut mandate = Mandate::None;
        if case.course == Course::SpokenFor {
            mandate = Mandate::Claimed;
            identifiers.push(one(GoesBy::Agent, "wishes@agents.example.com".to_owned(), Proof::None));
        }
        Ok(Asking {
            source: case.source,
            tenant,
            subject_kind: self.kind,
            store,
            delivery: None,
            rights: vec![Wanted { right: case.right, case: None }],
            identifiers,
            words: case.words().map(Personal::new),
            original: None,
            locale: Some(asker.locale.clone()),
            place: (!case.place.is_empty()).then(|| case.place.to_owned()),
            received_at: None,
            notice,
            mandate,
            is_test: false,
            appeal_of: None,
        })
    }

    /// From how it comes to how it stands.
    async fn unfold(&self, people: &People) -> Result<()> {
        if let Course::Carried(how) = self.case.course {
            self.was_known(people, how).await?;
        }
        let request = self.comes(people, Duration::zero()).await?;
        self.is_given(people, request).await?;
        match self.case.course {
            Course::Unproved | Course::SpokenFor | Course::Open => Ok(()),
            Course::Submitted => {
                let lately = at(&people.tools, people.now.plus(-Duration::minutes(40)));
                self.submits(people, request, &lately).await.map(drop)
            }
            Course::Begun => {
                let lately = at(&people.tools, people.now.plus(-Duration::hours(30)));
                self.submits(people, request, &lately).await.map(drop)
            }
            Course::Approved => {
                let submitted = people.now.plus(-Duration::hours(20));
                let plan = self.submits(people, request, &at(&people.tools, submitted)).await?;
                self.approves(people, (request, &plan), &at(&people.tools, submitted.plus(Duration::hours(1)))).await
            }
            Course::Answered(days) => self.is_answered(people, request, days).await,
            Course::Carried(how) => self.is_carried_out(people, request, how).await,
            _ => self.takes_its_turn(people, request).await,
        }
    }

    /// It is taken in, so long after it first came, and judged where that is to be.
    async fn comes(&self, people: &People, span: Duration) -> Result<Ref<RequestId>> {
        let (tools, tenant, house) = (self.after(people, span), people.merchants[self.merchant], Caller::house());
        // Staff take down what they are told.
        let by = if self.case.source == Source::Console { self.worker(people) } else { &house };
        let taken = requests::receive(&tools, by, self.asking(tenant)?).await?;
        let first = taken.requests.first().ok_or_else(|| Error::internal("a contact that asks for nothing"))?;
        let request = Ref::new(tenant, first.id);
        if self.case.is_judged() {
            let (tools, worker) = (self.after(people, span + Duration::hours(1)), self.worker(people));
            let shown = requests::find_request(&tools, worker, request).await?;
            let mail = shown.identifiers.iter().find(|one| one.kind == GoesBy::Mail);
            let mail = mail.ok_or_else(|| Error::internal("a contact without an address"))?;
            let why =
                Personal::new("The shop wrote to this address about the last order, and was answered from there.");
            requests::judge(&tools, worker, request, mail.id, why, true, None).await?;
        }
        Ok(request)
    }

    async fn is_given(&self, people: &People, request: Ref<RequestId>) -> Result<()> {
        let worker = self.worker(people);
        let owner = match self.case.hands {
            Hands::Nobodys => return Ok(()),
            Hands::Team => None,
            Hands::Leyla | Hands::Tariq => worker.staff_id(),
        };
        let (tools, to) = (self.after(people, Duration::hours(2)), (owner, Some(self.case.team().to_owned())));
        requests::assign(&tools, worker, request, None, to, None).await.map(drop)
    }

    pub async fn submits(&self, people: &People, request: Ref<RequestId>, then: &Tools) -> Result<Plan> {
        let worker = self.worker(people);
        let plan = requests::draw_plan(then, worker, request, None).await?;
        requests::submit_plan(then, worker, request, None, plan.digest, None).await
    }

    pub async fn approves(
        &self,
        people: &People,
        (request, plan): (Ref<RequestId>, &Plan),
        then: &Tools,
    ) -> Result<()> {
        let reference = requests::reference(request.id);
        requests::approve_plan(then, &people.haruko, request, plan.digest, &reference, None).await.map(drop)
    }

    /// It was carried out by hand after all that comes before, and where that was too late, they said why.
    async fn is_answered(&self, people: &People, request: Ref<RequestId>, days: i64) -> Result<()> {
        let (right, worker) = (self.case.right, self.worker(people));
        // So early that a deletion has cooled off by then.
        let submitted = Duration::days(days) - requests::COOLING_OFF - Duration::hours(20);
        let plan = self.submits(people, request, &self.after(people, submitted)).await?;
        if requests::playbook(right)?.wants_second_person() {
            let then = self.after(people, submitted + Duration::hours(3));
            self.approves(people, (request, &plan), &then).await?;
        }
        let tools = self.after(people, Duration::days(days));
        let is_whole = right != Right::Objection;
        let words = if is_whole {
            "What you asked for is done. Write to us where something is missing."
        } else {
            "We write to you about offers no more. What we write about your orders is part of the purchase, and goes on."
        };
        let words = Personal::new(words);
        let closed = requests::settle_by_hand(&tools, worker, request, None, is_whole, words, None).await?;
        if closed.is_late(tools.watch.now()) {
            requests::set_late_reason(&tools, worker, request, None, LateReason::Merchant, None).await?;
        }
        Ok(())
    }

    /// What is done to it in one step.
    async fn takes_its_turn(&self, people: &People, request: Ref<RequestId>) -> Result<()> {
        let worker = self.worker(people);
        let after = |days| self.after(people, Duration::days(days));
        match self.case.course {
            Course::Paused(on) => {
                let why = Personal::new("Please tell us a little more, so that we find all of it and nobody else's.");
                requests::pause(&after(1), worker, request, None, on, why, None).await.map(drop)
            }
            Course::Extended => {
                let (regime, why) = ("eu_gdpr".to_owned(), "Orders of six shops are to be looked through.");
                let (longer, why) = ((Some(regime), None), Personal::new(why));
                requests::extend(&after(15), worker, request, None, longer, why, None).await.map(drop)
            }
            Course::AskedTwice => {
                let again = self.comes(people, Duration::days(3)).await?;
                requests::join(&after(4), worker, again, None, request.id, None).await.map(drop)
            }
            Course::Spam => requests::mark_spam(&after(1), worker, request, None, None).await.map(drop),
            Course::Withdrawn => requests::withdraw(&after(3), worker, request, None, None).await.map(drop),
            Course::Refused(ground) => {
                let why = Personal::new("Your order of this spring is under audit: its invoice has to stand.");
                requests::refuse(&after(6), worker, request, None, ground, why, None).await.map(drop)
            }
            _ => Ok(()),
        }
    }
}
