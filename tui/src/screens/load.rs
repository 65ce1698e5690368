//! The load of requests as the desk shows it: a strip of due days, what waits for whom, what came, and the week.
//!
//! It is no screen. Digits say how much; bars only say it once more.

use chrono::{Datelike, NaiveDate};

use crate::api::figures::{Day, Figures, NextRequest, Since, Waiting};
use crate::api::requests::{RequestRow, View};
use crate::core::action::Link;
use crate::core::due;
use crate::core::form::spoken;
use crate::core::page::{Body, Line, Row, Section, Tone};
use crate::core::screen::Ctx;
use crate::core::shell;

use super::course::{self, Standing};
use super::shared::word;

const BARS: [&str; 8] = ["▁▁", "▂▂", "▃▃", "▄▄", "▅▅", "▆▆", "▇▇", "██"];
/// Cells of a day, and of a week with its rule.
const DAY: usize = 4;
const WEEK: usize = DAY * 7 + 2;
/// Cells before the first week and behind the last.
const AROUND: usize = 11 + 9;

/// Whole weeks that fit this width.
fn weeks(width: u16) -> usize {
    (usize::from(width).saturating_sub(AROUND + 4) / WEEK).clamp(1, 4)
}

/// What is before the strip's days, and behind them.
const OVERDUE: &str = "overdue";
const BEYOND: &str = "later";

/// What of the strip can be chosen: what is overdue, each day that fits, and what is later.
pub fn days(figures: &Figures, width: u16) -> Vec<String> {
    let days = figures.days.iter().take(weeks(width) * 7).map(|day| day.on.to_string());
    std::iter::once(OVERDUE.to_owned()).chain(days).chain([BEYOND.to_owned()]).collect()
}

/// Where a figure of the strip leads: its rows.
pub fn day_link(id: &str, days: &[String]) -> Link {
    let words = match id {
        OVERDUE => "is:late".to_owned(),
        BEYOND => days.iter().rev().nth(1).map(|last| format!("due:>{last}")).unwrap_or_default(),
        day => format!("due:{day} -is:late"),
    };
    Link { kind: shell::QUEUE, id: words }
}

/// The days as a strip that fits this width; whole weeks only. One of them may be chosen.
pub fn strip(figures: &Figures, width: u16, chosen: Option<&str>) -> Section {
    let weeks = weeks(width);
    let shown: Vec<&[Day]> = figures.days.chunks(7).take(weeks).collect();
    let beyond: i32 = figures.days.iter().skip(weeks * 7).map(|day| day.count).sum();
    let most = figures.days.iter().map(|day| day.count).max().unwrap_or(0).max(figures.overdue).max(1);
    let line = |head: Line, cell: &dyn Fn(&Day) -> Line, tail: Line| {
        let week = |days: &&[Day]| days.iter().map(cell).fold(Line::dim("│ "), |line, day| line + day);
        shown.iter().map(week).fold(head, |line, week| line + week) + Line::dim("│ ") + tail
    };
    let right = |text: &str, room: usize| format!("{text:>room$}");
    // Where the keys are: as in the gutter of a list.
    let marked =
        |text: String| Line::of(Tone::Key, text.strip_prefix(' ').map_or(text.clone(), |rest| format!(">{rest}")));
    let is_chosen = |id: &str| chosen == Some(id);
    let name = |day: &Day| Line::dim(day.on.format("%a ").to_string());
    let number = |day: &Day| Line::dim(right(&day.on.day().to_string(), DAY - 1) + " ");
    let count = |day: &Day| {
        let crowded = day.count * 4 > most * 3 && day.count > 1;
        match day.count {
            count if is_chosen(&day.on.to_string()) => {
                marked(right(&count.to_string(), DAY - 1)) + Line::of(Tone::Warn, if crowded { "▲" } else { " " })
            }
            0 => Line::dim(right("·", DAY - 1) + " "),
            count if crowded => Line::of(Tone::Warn, right(&count.to_string(), DAY - 1)) + Line::of(Tone::Warn, "▲"),
            count => Line::plain(right(&count.to_string(), DAY - 1) + " "),
        }
    };
    let bars = |day: &Day| {
        Line::of(if is_rest(day.on) { Tone::Dim } else { Tone::Good }, right(bar(day.count, most), DAY - 1) + " ")
    };
    let overdue = match figures.overdue {
        many if is_chosen(OVERDUE) => Line::of(Tone::Key, right(&format!("> {many}"), 9)) + Line::plain("  "),
        0 => Line::of(Tone::Good, right("✓ 0", 9) + "  "),
        many => Line::of(Tone::Bad, right(&format!("✗ {many}"), 9) + "  "),
    };
    let later = (figures.later + beyond).to_string();
    let later = if is_chosen(BEYOND) { Line::of(Tone::Key, format!(">{later}")) } else { Line::plain(later) };
    let blank = || Line::plain(right("", 11));
    let lines = vec![
        line(blank(), &name, Line::default()),
        line(Line::dim(right("overdue", 9) + "  "), &number, Line::dim("later")),
        line(overdue, &count, later),
        line(Line::of(Tone::Bad, right(bar(figures.overdue, most), 9) + "  "), &bars, Line::default()),
    ];
    let enter = chosen.map(|_| Line::of(Tone::Key, "Enter") + Line::plain(" the list  ")).unwrap_or_default();
    let note = enter
        + Line::plain(format!("{} open", figures.open))
        + Line::dim(" · ")
        + Line::of(if figures.overdue > 0 { Tone::Bad } else { Tone::Good }, format!("{} overdue", figures.overdue))
        + Line::dim(" · ")
        + Line::of(
            if figures.due_soon > 0 { Tone::Warn } else { Tone::Dim },
            format!("{} within 3 days", figures.due_soon),
        );
    Section { id: "load", title: "Due, each in its own law's calendar", note, body: Body::Words(lines) }
}

fn is_rest(day: NaiveDate) -> bool {
    day.weekday().number_from_monday() > 5
}

/// A bar against the longest; nothing is no bar.
fn bar(count: i32, most: i32) -> &'static str {
    if count <= 0 {
        return "  ";
    }
    let step = usize::try_from((count * 8 - 1) / most.max(1)).unwrap_or(0);
    BARS.get(step.min(7)).copied().unwrap_or_default()
}

/// What waits for me, a row each.
pub fn next(request: &NextRequest, ctx: &Ctx) -> Row {
    let standing = Standing {
        stage: if request.paused_since.is_some() { "PAUSED" } else { "OPEN" },
        due: request.due.as_ref(),
        paused_since: request.paused_since,
        closed_at: None,
        is_late: false,
    };
    let tenant = request.tenant.as_ref().map_or(Line::dim("the operator"), |one| Line::plain(one.legal_name.clone()));
    Row {
        id: request.id.inner().to_owned(),
        cells: vec![
            course::due(standing, ctx),
            Line::plain(request.reference.clone()).strong(),
            word(Tone::Plain, &request.right.0),
            course::next(&request.next_action.0),
            tenant,
        ],
    }
}

/// What waits for others: who, how much, since when or until when.
pub fn waiting(one: &Waiting, ctx: &Ctx) -> Row {
    let since = one.oldest_at.map(|at| Line::dim("oldest ") + Line::word(Tone::Plain, due::age(at, ctx.now)));
    let ends = one.ends_at.map(|at| Line::dim("  next ends in ") + Line::word(Tone::Warn, due::left(at, ctx.now)));
    Row {
        id: one.what.0.clone(),
        cells: vec![
            course::waiting(&one.what.0),
            Line::plain(one.count.to_string()),
            since.unwrap_or_default() + ends.unwrap_or_default(),
        ],
    }
}

/// Where a figure of who is waited for leads: its rows.
pub fn waiting_link(what: &str) -> Link {
    let words = match what {
        "PROOF" => "stage:received",
        "SECOND_PERSON" => "is:second",
        "COOLING_OFF" => "is:cooling",
        "RECIPIENTS" => "stage:in_progress -is:cooling -is:second",
        "PERSON" => "stage:paused",
        _ => "stage:open",
    };
    Link { kind: shell::QUEUE, id: words.to_owned() }
}

/// What of mine a second person reads, on a line.
pub fn second(row: &RequestRow, ctx: &Ctx) -> Line {
    let due = row.due.as_ref().map(|due| Line::dim("  due ") + course::deadline(due.at, ctx)).unwrap_or_default();
    Line::plain(row.reference.clone()).strong() + Line::plain("  ") + word(Tone::Plain, &row.right.0) + due
}

pub fn view(n: usize, view: &View) -> Row {
    let key = if n < 9 { format!("w {}", n + 1) } else { String::new() };
    Row {
        id: view.id.inner().to_owned(),
        cells: vec![
            Line::of(Tone::Key, key),
            Line::plain(view.name.clone()),
            Line::plain(view.count.to_string()),
            Line::dim(view.filter.clone()),
        ],
    }
}

/// What happened while nobody looked.
pub fn since(since: &Since) -> Vec<Line> {
    let sources: Vec<String> = since
        .by_source
        .iter()
        .filter(|one| one.count > 0)
        .map(|one| format!("{} {}", one.count, spoken(&one.source.0)))
        .collect();
    let of = if sources.is_empty() { String::new() } else { format!(": {}", sources.join(" · ")) };
    vec![
        Line::plain(format!("+ {} in{of}", since.received)),
        Line::dim(format!("+ {} spam · {} joined to another", since.spam, since.joined)),
    ]
}

/// The week in five lines.
pub fn week(figures: &Figures) -> Vec<Line> {
    let week = &figures.week;
    let spark = |days: &[Day]| {
        let most = days.iter().map(|day| day.count).max().unwrap_or(0).max(1);
        days.iter().map(|day| bar(day.count, most).chars().next().unwrap_or(' ')).collect::<String>()
    };
    let median =
        week.median_days.map_or_else(|| "no answer yet".to_owned(), |days| format!("median answer {days:.1} d"));
    let rights: Vec<String> = figures
        .by_right
        .iter()
        .filter(|one| one.count > 0)
        .map(|one| format!("{} {}", spoken(&one.right.0), one.count))
        .collect();
    let sources: Vec<String> = figures
        .by_source
        .iter()
        .filter(|one| one.count > 0)
        .map(|one| format!("{} {}", spoken(&one.source.0), one.count))
        .collect();
    vec![
        Line::plain(format!("in {:<5}", week.received))
            + Line::of(Tone::Good, spark(&week.received_per_day))
            + Line::plain(format!("   closed {:<5}", week.closed))
            + Line::of(Tone::Good, spark(&week.closed_per_day))
            + Line::plain("   late ")
            + Line::of(if week.late > 0 { Tone::Bad } else { Tone::Good }, week.late.to_string()),
        Line::plain(median),
        Line::dim("by right   ") + Line::plain(rights.join("  ")),
        Line::dim("by source  ") + Line::plain(sources.join("  ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_of_what_is_waited_for_leads_to_its_rows_alone() {
        assert_eq!(waiting_link("COOLING_OFF").id, "is:cooling");
        assert_eq!(waiting_link("SECOND_PERSON").id, "is:second");
        assert_eq!(waiting_link("RECIPIENTS").id, "stage:in_progress -is:cooling -is:second");
    }

    #[test]
    fn a_figure_of_the_strip_leads_to_its_rows() {
        let days = ["overdue", "2026-11-23", "2026-11-24", "later"].map(str::to_owned);
        let words = |id: &str| day_link(id, &days).id;
        assert_eq!((words("overdue"), words("later")), ("is:late".to_owned(), "due:>2026-11-24".to_owned()));
        assert_eq!(words("2026-11-23"), "due:2026-11-23 -is:late");
    }

    #[test]
    fn a_bar_is_there_for_one_and_full_for_the_most() {
        assert_eq!((bar(0, 14), bar(1, 14), bar(14, 14), bar(7, 14)), ("  ", "▁▁", "██", "▄▄"));
        assert_eq!(bar(3, 0), "██");
    }
}
