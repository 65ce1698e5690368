//! Reports: the year as California wants it published, and how a month was answered. Nothing in them is about a person.

use chrono::{Datelike, Months, NaiveDate};
use serde_json::json;

use crate::api::figures::{self, CcpaTable, Timeliness};
use crate::core::action::{Action, Cli, Effect, Effects, Scope, Target, Verb};
use crate::core::ask::{Ask, Trouble};
use crate::core::canvas::Canvas;
use crate::core::form::spoken;
use crate::core::list::{self, Looks};
use crate::core::page::{Body, Fact, Line, Page, Row, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::course::date;
use super::panes::{Parts, is_for_all};
use super::shared::{fact, go};

const PLACE: &str = "reports";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Reports",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, RENEW, TURN, EARLIER, LATER],
    open: |_| Box::new(Reports::default()),
};

const GO: Verb = go(
    "reports.go",
    "reports",
    "The yearly table of California, and how a month was answered",
    &["g R"],
    Some("see_queue"),
    "requests ccpa",
);
const RENEW: Verb = list::renews("reports.refresh", PLACE);
const TURN: Verb = list::turns("reports.pane", PLACE);
const EARLIER: Verb = Verb {
    hint: "earlier",
    cli: Cli::Form("requests timeliness"),
    ..Verb::new("reports.earlier", "earlier", "The year or month before", Scope::Place(PLACE), &["h", "Left"])
};
const LATER: Verb = Verb {
    hint: "later",
    cli: Cli::Form("requests timeliness"),
    ..Verb::new("reports.later", "later", "The year or month after", Scope::Place(PLACE), &["l", "Right"])
};

const CCPA: &str = "ccpa";
const MONTH: &str = "month";

const YEAR: Looks = Looks {
    title: "California, the year",
    heads: &[
        "Asked for",
        "Received",
        "Whole",
        "In part",
        "Denied",
        "Not verified",
        "Exempt",
        "Other",
        "Median d",
        "Mean d",
    ],
    leaves: &[9, 7, 6, 5],
    none: "nothing was asked",
    is_heard: true,
};

/// Of one report, what came or why nothing did.
type Told<T> = Option<Result<T, Trouble>>;

#[derive(Default)]
struct Reports {
    year: Told<CcpaTable>,
    month: Told<Timeliness>,
    rows: Parts,
    /// Years and months back from now.
    back: (i32, u32),
    is_on_month: bool,
}

impl Reports {
    fn today(ctx: &Ctx) -> NaiveDate {
        ctx.now.with_timezone(&ctx.zone()).date_naive()
    }

    fn year(&self, ctx: &Ctx) -> i32 {
        Self::today(ctx).year() - self.back.0
    }

    fn month(&self, ctx: &Ctx) -> String {
        let today = Self::today(ctx);
        today.checked_sub_months(Months::new(self.back.1)).unwrap_or(today).format("%Y-%m").to_string()
    }

    fn ask(&self, ctx: &Ctx) -> Effects {
        let ask = |tag, document, variables| Effect::Ask(Ask { to: PLACE, tag, document, variables, is_again: false });
        vec![
            ask(CCPA, figures::ccpa(), json!({ "year": self.year(ctx) })),
            ask(MONTH, figures::timeliness(), json!({ "month": self.month(ctx) })),
        ]
    }

    fn walk(&mut self, by: i32, ctx: &Ctx) -> Effects {
        if self.is_on_month {
            self.back.1 = self.back.1.saturating_add_signed(by);
            self.month = None;
        } else {
            self.back.0 = self.back.0.saturating_add(by).max(0);
            self.year = None;
        }
        self.ask(ctx)
    }

    fn ids(&self) -> Vec<String> {
        let table = self.year.as_ref().and_then(|told| told.as_ref().ok());
        table.map(|table| table.rows.iter().map(|row| row.kind.0.clone()).collect()).unwrap_or_default()
    }

    fn table(&self, ctx: &Ctx) -> Section {
        let rows = self.year.as_ref().and_then(|told| told.as_ref().ok()).map(|table| {
            let row = |row: &figures::CcpaRow| Row {
                id: row.kind.0.clone(),
                cells: [Line::plain(spoken(&row.kind.0))]
                    .into_iter()
                    .chain(
                        [row.received, row.complied, row.partly, row.denied, row.unverifiable, row.exempt, row.other]
                            .map(count),
                    )
                    .chain([days(row.median_days), days(row.mean_days)])
                    .collect(),
            };
            table.rows.iter().map(row).collect()
        });
        let looks = Looks { is_heard: !self.is_on_month, ..YEAR };
        let mut section = self.rows.section("ccpa", &looks, rows);
        section.note = match &self.year {
            Some(Err(trouble)) => Line::of(Tone::Bad, format!("✗ {trouble}")),
            Some(Ok(table)) => {
                Line::of(Tone::Key, table.year.to_string())
                    + Line::dim(format!(", to be published by {}", date(table.publish_by)))
            }
            None => Line::dim(self.year(ctx).to_string()),
        };
        section
    }

    fn answered(&self, ctx: &Ctx) -> Section {
        let note = |tone| Line::of(tone, self.month(ctx));
        let (body, note) = match &self.month {
            Some(Ok(month)) => (Body::Facts(told(month)), note(if self.is_on_month { Tone::Key } else { Tone::Dim })),
            Some(Err(trouble)) => {
                (Body::Words(vec![Line::dim("not known")]), Line::of(Tone::Bad, format!("✗ {trouble}")))
            }
            None => (Body::Words(vec![Line::dim("asking the server")]), note(Tone::Dim)),
        };
        Section { id: "timeliness", title: "How a month was answered", note, body }
    }
}

fn count(count: i32) -> Line {
    if count == 0 { Line::dim("·") } else { Line::plain(count.to_string()) }
}

fn days(days: Option<f64>) -> Line {
    days.map_or(Line::dim("—"), |days| Line::plain(format!("{days:.1}")))
}

fn told(month: &Timeliness) -> Vec<Fact> {
    let share = |of: i32| {
        let share = if month.closed > 0 { format!(", {} %", of * 100 / month.closed) } else { String::new() };
        Line::plain(of.to_string()) + Line::dim(share)
    };
    let reasons: Vec<String> = month
        .late_reasons
        .iter()
        .map(|one| {
            let why = one.reason.as_ref().map_or_else(|| "nobody said why".to_owned(), |why| spoken(&why.0));
            format!("{} {why}", one.count)
        })
        .collect();
    let late = Line::of(if month.late > 0 { Tone::Bad } else { Tone::Good }, month.late.to_string());
    let whys = if reasons.is_empty() { Line::default() } else { Line::dim(format!(": {}", reasons.join(", "))) };
    vec![
        fact("received", "Received", Line::plain(month.received.to_string())),
        fact("closed", "Closed", Line::plain(month.closed.to_string())),
        fact("in_time", "In time", share(month.in_time)),
        fact("late", "Late", late + whys),
        fact("extended", "Extended", Line::plain(month.extended.to_string())),
        fact("paused", "Paused", Line::plain(month.paused.to_string())),
        fact(
            "days",
            "Days",
            Line::plain("median ")
                + days(month.median_days)
                + Line::plain(", mean ")
                + days(month.mean_days)
                + Line::plain(", slowest ")
                + days(month.slowest_days),
        ),
    ]
}

impl Screen for Reports {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Answered(answer) if answer.tag == CCPA => {
                self.year = Some(answer.read::<figures::CcpaYear>().map(|found| found.ccpa_table));
            }
            Action::Answered(answer) if answer.tag == MONTH => {
                self.month = Some(answer.read::<figures::TimelinessOfMonth>().map(|found| found.timeliness));
            }
            Action::Do(verb, _) if **verb == TURN => self.is_on_month = !self.is_on_month,
            Action::Do(verb, _) if **verb == EARLIER => return self.walk(1, ctx),
            Action::Do(verb, _) if **verb == LATER => return self.walk(-1, ctx),
            action if is_for_all(action, &RENEW) => return self.ask(ctx),
            action => {
                let ids = self.ids();
                return self.rows.follow(action, &ids, ctx);
            }
        }
        Effects::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let title = Line::plain("Reports");
        Page { title, sections: vec![self.table(ctx), self.answered(ctx)], foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        let table = self.table(ctx);
        let (top, below) = area.cut_top((canvas.height(&table, area.width) + 2).min(area.height / 2));
        canvas.section(top, &table);
        canvas.section(below, &self.answered(ctx));
    }

    fn target(&self, _: &Ctx) -> Target {
        self.rows.target(&self.ids())
    }

    fn is_a_list(&self) -> bool {
        true
    }
}
