//! What the recipients of a tenant's requests are told, oldest first: who is silent, who said no, and where a person has to do
//! something. What is done about one is done where its request is carried out.

use crate::api::carrying::{self, ListedTask, TERMS};
use crate::core::action::Link;
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::screen::{Ctx, Entry, Shape};

use super::carried::{CARRYING, RECIPIENTS as KIND, Telling};
use super::listing::{Listed, Listing};
use super::shared::word;

const PLACE: &str = "recipients";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Recipients",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[
        list::opens("recipients.open", PLACE),
        list::narrows("recipients.filter", PLACE),
        list::renews("recipients.refresh", PLACE),
    ],
    open: |_| Box::new(Listing::new(&LISTED)),
};

static LISTED: Listed<ListedTask> = Listed {
    terms: TERMS,
    leads: |task| {
        let id = format!("{} {}", task.request.inner(), task.id.inner());
        Some(Link { kind: CARRYING, id })
    },
    ..Listed::of(
        Source {
            place: PLACE,
            tag: "recipients",
            document: carrying::recipients,
            at: "/recipientTasks",
            id: |task| task.id.inner().to_owned(),
        },
        Looks {
            title: "Recipients",
            heads: &["Due", "Stands", "Who", "For", "Right", "How, and what came back"],
            leaves: &[4],
            none: "nobody is told of anything, or nothing fits the filter",
            is_heard: true,
        },
        cells,
    )
};

fn cells(task: &ListedTask, ctx: &Ctx) -> Vec<Line> {
    let telling = Telling::from(task);
    vec![
        telling.due(ctx),
        telling.state(),
        Line::plain(task.recipient.clone()).strong(),
        Line::plain(task.reference.clone()),
        word(Tone::Dim, &task.right),
        telling.way(),
    ]
}
