//! Requests in numbers, and what the laws and the operator's page offer.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Duration, Utc};

use super::super::actions::{self, MonthFigures, QueueFigures};
use super::super::filter;
use super::super::model::{self, Outcome};
use super::super::next;
use super::super::promise;
use super::super::queries::figures::{Closed, Of, Yearly};
use super::words::{LateReason, RequestSource, RightWord, SubjectKind, WaitingFor};
use crate::floor::access::Permission;
use crate::floor::graphql::{Date, asking, tenant_place};
use crate::floor::kernel::{Day, Error, Instant, Result};
use crate::floor::regulations::{Regime, Right, shipped};

fn number(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// How the queue stands. Tests are in no number.
#[derive(SimpleObject)]
pub struct RequestFigures {
    /// The moment it stands so.
    at: DateTime<Utc>,
    /// Proved and not closed.
    open: i32,
    /// Of them those whose answer is late.
    overdue: i32,
    /// Due within three days, and not late yet.
    due_soon: i32,
    /// How many that are not late are due on each of the next 28 days, today among them.
    days: Vec<DueDay>,
    /// How many are due after them.
    later: i32,
    /// What is waited for.
    waiting: Vec<WaitingFigure>,
    /// What is asked for.
    by_right: Vec<RightFigure>,
    /// How it came.
    by_source: Vec<SourceFigure>,
    /// The last seven days.
    week: WeekFigures,
    /// Since the moment that was asked for.
    since: Option<SinceFigures>,
}

/// How many on a day.
#[derive(SimpleObject)]
pub struct DueDay {
    /// The day.
    on: Date,
    /// How many.
    count: i32,
}

/// How many wait for something.
#[derive(SimpleObject)]
pub struct WaitingFigure {
    /// For what.
    what: WaitingFor,
    /// How many.
    count: i32,
    /// Since when the first of them waits.
    oldest_at: Option<DateTime<Utc>>,
    /// When the waiting of the first of them ends by itself.
    ends_at: Option<DateTime<Utc>>,
}

/// How many ask for a right.
#[derive(SimpleObject)]
pub struct RightFigure {
    /// Which.
    right: RightWord,
    /// How many.
    count: i32,
}

/// How many came in one way.
#[derive(SimpleObject)]
pub struct SourceFigure {
    /// Which.
    source: RequestSource,
    /// How many.
    count: i32,
}

/// What happened in the last seven days.
#[derive(SimpleObject)]
pub struct WeekFigures {
    /// How many were received.
    received: i32,
    /// How many ended.
    closed: i32,
    /// Of them those that were answered late.
    late: i32,
    /// The median of the days to an answer.
    median_days: Option<f64>,
    /// How many were received, day by day.
    received_per_day: Vec<DueDay>,
    /// How many ended, day by day.
    closed_per_day: Vec<DueDay>,
}

/// What happened since a moment.
#[derive(SimpleObject)]
pub struct SinceFigures {
    /// The moment.
    at: DateTime<Utc>,
    /// How many were received.
    received: i32,
    /// How they came.
    by_source: Vec<SourceFigure>,
    /// How many were set aside as spam.
    spam: i32,
    /// How many were joined to another.
    joined: i32,
}

fn days((on, count): &(Day, i64)) -> DueDay {
    DueDay { on: Date(*on), count: number(*count) }
}

fn sources((source, count): &(model::Source, i64)) -> SourceFigure {
    SourceFigure { source: (*source).into(), count: number(*count) }
}

impl From<QueueFigures> for RequestFigures {
    fn from(figures: QueueFigures) -> Self {
        let load = &figures.load;
        let today = figures.at.day();
        let last = Day(today.0 + Duration::days(actions::AHEAD));
        let on = |day: Day| figures.days.iter().find(|(on, _)| *on == day).map_or(0, |(_, count)| *count);
        let ahead = (0..actions::AHEAD).map(|count| Day(today.0 + Duration::days(count)));
        // A day may end here before it ends where the clock runs.
        let early: i64 = figures.days.iter().filter(|(on, _)| *on < today).map(|(_, count)| count).sum();
        let due = |day: Day| (day, on(day) + if day == today { early } else { 0 });
        let of_right = |right: &Right| {
            let count = load.iter().filter(|row| row.right_code == *right).map(|row| row.requests).sum();
            RightFigure { right: (*right).into(), count: number(count) }
        };
        let of_source = |source: &model::Source| {
            let count = load.iter().filter(|row| row.source == *source).map(|row| row.requests).sum();
            SourceFigure { source: (*source).into(), count: number(count) }
        };
        let waiting = figures.waiting.iter().filter_map(|row| {
            Some(WaitingFigure {
                what: next::WaitingFor::from_code(&row.what)?.into(),
                count: number(row.requests),
                oldest_at: row.oldest_at,
                ends_at: row.ends_at,
            })
        });
        Self {
            at: figures.at.utc(),
            open: number(load.iter().map(|row| row.requests).sum()),
            overdue: number(load.iter().map(|row| row.overdue).sum()),
            due_soon: number(load.iter().map(|row| row.soon).sum()),
            days: ahead.map(|day| days(&due(day))).collect(),
            later: number(on(last)),
            waiting: waiting.collect(),
            by_right: Right::ALL.iter().map(of_right).filter(|figure| figure.count > 0).collect(),
            by_source: model::Source::ALL.iter().map(of_source).filter(|figure| figure.count > 0).collect(),
            week: week(&figures),
            since: figures.since.as_ref().map(|(at, received, closed)| SinceFigures {
                at: at.utc(),
                received: number(received.iter().map(|(_, count)| count).sum()),
                by_source: received.iter().map(sources).collect(),
                spam: ended(closed, Outcome::Spam),
                joined: ended(closed, Outcome::Duplicate),
            }),
        }
    }
}

fn ended(closed: &[Closed], outcome: Outcome) -> i32 {
    number(closed.iter().filter(|row| row.outcome == outcome).map(|row| row.requests).sum())
}

fn week(figures: &QueueFigures) -> WeekFigures {
    let worked: Vec<&Closed> = figures.closed.iter().filter(|row| actions::is_answer(row.outcome)).collect();
    let mut per_day: Vec<(Day, i64)> = Vec::new();
    for row in &figures.closed {
        match per_day.last_mut() {
            Some((day, count)) if *day == row.day => *count += row.requests,
            _ => per_day.push((row.day, row.requests)),
        }
    }
    WeekFigures {
        received: number(figures.received.iter().map(|(_, count)| count).sum()),
        closed: number(per_day.iter().map(|(_, count)| count).sum()),
        late: number(worked.iter().map(|row| row.late).sum()),
        median_days: figures.median_days,
        received_per_day: figures.received.iter().map(days).collect(),
        closed_per_day: per_day.iter().map(days).collect(),
    }
}

/// What California's law calls what is asked for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum CcpaKind {
    /// To know, and to have a copy.
    Know,
    /// To have it deleted.
    Delete,
    /// To have it corrected.
    Correct,
    /// To have it neither sold nor shared.
    OptOut,
    /// To have the use of what is sensitive limited.
    Limit,
}

impl CcpaKind {
    const ALL: [Self; 5] = [Self::Know, Self::Delete, Self::Correct, Self::OptOut, Self::Limit];

    /// In the list of the regime.
    const fn name(self) -> &'static str {
        match self {
            Self::Know => "know_access",
            Self::Delete => "deletion",
            Self::Correct => "correction",
            Self::OptOut => "opt_out_sale_share",
            Self::Limit => "limit_sensitive",
        }
    }
}

/// California's table of a year, as 11 CCR 7102 has it.
#[derive(SimpleObject)]
pub struct CcpaTable {
    /// The year.
    year: i32,
    /// The day by which it is published.
    publish_by: Date,
    /// One row for each kind of request.
    rows: Vec<CcpaRow>,
}

/// What came of one kind of request in a year.
#[derive(SimpleObject)]
pub struct CcpaRow {
    /// The kind.
    kind: CcpaKind,
    /// How many were received.
    received: i32,
    /// Of them, complied with in whole.
    complied: i32,
    /// Complied with in part.
    partly: i32,
    /// Denied in whole.
    denied: i32,
    /// Denied because nobody could prove that they may ask.
    unverifiable: i32,
    /// Denied because the law leaves it out or asks that it is kept.
    exempt: i32,
    /// Denied on another ground.
    other: i32,
    /// The median of the days to an answer.
    median_days: Option<f64>,
    /// The mean of them.
    mean_days: Option<f64>,
}

impl CcpaRow {
    fn of(kind: CcpaKind, rows: &[Yearly]) -> Self {
        let row = rows.iter().find(|row| row.right_name == kind.name());
        let count = |of: fn(&Yearly) -> i64| number(row.map_or(0, of));
        Self {
            kind,
            received: count(|row| row.received),
            complied: count(|row| row.complied),
            partly: count(|row| row.partly),
            denied: count(|row| row.denied),
            unverifiable: count(|row| row.unverifiable),
            exempt: count(|row| row.exempt),
            other: count(|row| row.denied - row.unverifiable - row.exempt),
            median_days: row.and_then(|row| row.median_days),
            mean_days: row.and_then(|row| row.mean_days),
        }
    }
}

/// How timely the answers of a month were.
#[derive(SimpleObject)]
pub struct Timeliness {
    /// The month, such as 2026-11.
    month: String,
    /// How many were received in it.
    received: i32,
    /// How many were answered or refused in it.
    closed: i32,
    /// Of them those that were in time.
    in_time: i32,
    /// Those that were late.
    late: i32,
    /// Those whose time was made longer.
    extended: i32,
    /// Those whose time stood still for a while.
    paused: i32,
    /// The median of the days to an answer.
    median_days: Option<f64>,
    /// The mean of them.
    mean_days: Option<f64>,
    /// The most of them.
    slowest_days: Option<f64>,
    /// Why the late ones were.
    late_reasons: Vec<LateFigure>,
}

/// How many were late for a reason.
#[derive(SimpleObject)]
pub struct LateFigure {
    /// Why; null where nobody said.
    reason: Option<LateReason>,
    /// How many.
    count: i32,
}

impl Timeliness {
    fn of(month: String, figures: MonthFigures) -> Self {
        let MonthFigures { received, timely, late_reasons } = figures;
        Self {
            month,
            received: number(received),
            closed: number(timely.answered),
            in_time: number(timely.answered - timely.late),
            late: number(timely.late),
            extended: number(timely.extended),
            paused: number(timely.paused),
            median_days: timely.median_days,
            mean_days: timely.mean_days,
            slowest_days: timely.slowest_days,
            late_reasons: late_reasons
                .into_iter()
                .map(|(reason, count)| LateFigure { reason: reason.map(LateReason::from), count: number(count) })
                .collect(),
        }
    }
}

/// A law, a platform's terms, or a promise, by which requests are answered.
pub struct RegimeNode(&'static Regime);

/// A law or a platform's terms by which requests are answered.
#[Object(name = "Regime")]
impl RegimeNode {
    /// Its code, such as `eu_gdpr`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The statute or page.
    async fn law(&self) -> &str {
        &self.0.law
    }

    /// Where it holds: ISO 3166 codes of countries and regions.
    async fn places(&self) -> &[String] {
        &self.0.places
    }

    /// The platform whose notices it is about.
    async fn platform(&self) -> Option<&str> {
        self.0.platform.as_deref()
    }
}

/// A right that a person may ask for.
#[derive(SimpleObject)]
pub struct OfferedRight {
    /// Which.
    right: RightWord,
    /// The codes of the regimes that the operator's page names at it, and of those that give it where the person is.
    regimes: Vec<String>,
    /// Special cases of it that have a rule of their own.
    special_cases: Vec<String>,
}

/// A text of the queue's words, as it was read.
#[derive(SimpleObject)]
pub struct RequestFilterRead {
    /// The same text in its one form; null where it cannot be read.
    text: Option<String>,
    /// What cannot be read.
    faults: Vec<RequestFilterFault>,
}

/// A part of a text that cannot be read.
#[derive(SimpleObject)]
pub struct RequestFilterFault {
    /// The first column of it, counted in characters from nought.
    from: usize,
    /// The column behind it.
    to: usize,
    /// What to write instead.
    advice: String,
}

/// What can be asked about requests in numbers.
#[derive(Default)]
pub struct FigureQuery;

#[Object]
impl FigureQuery {
    /// How the queue stands, in numbers.
    async fn request_figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Tell also what happened since then.")] since: Option<DateTime<Utc>>,
    ) -> Result<RequestFigures> {
        let asking = asking(ctx)?;
        let since = since.map(Instant::from_utc);
        Ok(actions::queue_figures(&asking.tools, asking.caller()?, since).await?.into())
    }

    /// California's table of a year: of one tenant's people, or without one of those towards whom the operator itself decides.
    async fn ccpa_table(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The year.")] year: i32,
        #[graphql(desc = "Whose people.")] tenant: Option<ID>,
    ) -> Result<CcpaTable> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let tenant = tenant.as_ref().map(tenant_place).transpose()?;
        let rows = actions::yearly_table(&asking.tools, caller, (year, tenant)).await?;
        let publish_by = chrono::NaiveDate::from_ymd_opt(year + 1, 7, 1).map(|day| Date(Day(day)));
        Ok(CcpaTable {
            year,
            publish_by: publish_by.ok_or_else(|| Error::invalid("year", "give a year since 2020"))?,
            rows: CcpaKind::ALL.into_iter().map(|kind| CcpaRow::of(kind, &rows)).collect(),
        })
    }

    /// How timely the answers of a month were.
    async fn timeliness(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month, such as 2026-11, by the calendar of UTC.")] month: String,
        #[graphql(desc = "Held against the clocks of this regime, by its code.")] regime: Option<String>,
        #[graphql(desc = "Of this right.")] right: Option<RightWord>,
        #[graphql(desc = "Of this team.")] team: Option<String>,
    ) -> Result<Timeliness> {
        let asking = asking(ctx)?;
        let of = Of { regime: regime.map(|code| code.to_lowercase()), right: right.map(Right::from), team };
        let figures = actions::timeliness(&asking.tools, asking.caller()?, &month, of).await?;
        Ok(Timeliness::of(month, figures))
    }

    /// The regimes that the desk knows.
    async fn regimes(&self, ctx: &Context<'_>) -> Result<Vec<RegimeNode>> {
        asking(ctx)?.caller()?;
        let book = shipped().map_err(|fault| Error::internal(fault.to_string()))?;
        Ok(book.regimes().map(RegimeNode).collect())
    }

    /// What a person may ask for, by the operator's page and by the law of the place.
    async fn rights_offered(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose person.")] tenant: ID,
        #[graphql(desc = "Who they are to the shop; a shopper where nothing is said.")] subject_kind: Option<
            SubjectKind,
        >,
        #[graphql(desc = "Where they are, such as DE or US-CA.")] place: Option<String>,
    ) -> Result<Vec<OfferedRight>> {
        let asking = asking(ctx)?;
        actions::may(asking.caller()?, Permission::SeeTenants, tenant_place(&tenant)?)?;
        let (policy, kind) = (asking.tools.policy.in_force()?, subject_kind.unwrap_or(SubjectKind::Shopper).into());
        let book = shipped().map_err(|fault| Error::internal(fault.to_string()))?;
        let place = place.as_deref();
        let country = place.map(|place| place.split('-').next().unwrap_or(place));
        let holds = |regime: &&Regime| regime.places.iter().any(|own| [place, country].contains(&Some(own.as_str())));
        let offered = promise::offered(&policy.policy, kind, book, place).into_iter().map(|right| {
            let mut regimes: Vec<String> =
                promise::named(&policy.policy, kind, right).into_iter().map(str::to_owned).collect();
            let by_law = book.regimes().filter(holds).filter(|regime| regime.offer(right).is_some());
            regimes.extend(by_law.map(|regime| regime.code.clone()));
            regimes.sort();
            regimes.dedup();
            let mut special_cases: Vec<String> = regimes
                .iter()
                .filter_map(|code| book.regime(code))
                .flat_map(|regime| regime.offers().filter(|offer| offer.right == right))
                .filter_map(|offer| offer.only.map(str::to_owned))
                .collect();
            special_cases.sort();
            special_cases.dedup();
            OfferedRight { right: right.into(), regimes, special_cases }
        });
        Ok(offered.collect())
    }

    /// Reads a text of the queue's words, and says where it cannot be read. It looks at no request.
    async fn read_request_filter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text.")] text: String,
    ) -> Result<RequestFilterRead> {
        asking(ctx)?.caller()?;
        Ok(match filter::read(&text) {
            Ok(read) => RequestFilterRead { text: Some(read.text), faults: Vec::new() },
            Err(faults) => RequestFilterRead {
                text: None,
                faults: faults
                    .into_iter()
                    .map(|filter::Fault { from, to, advice }| RequestFilterFault { from, to, advice })
                    .collect(),
            },
        })
    }
}
