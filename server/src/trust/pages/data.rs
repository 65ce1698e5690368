//! What is held, where it comes from, what for; what people may ask; cookies; who answers for what.

use serde::Serialize;

use super::{Page, Place, lead, section};
use crate::floor::html::Html;
use crate::floor::policy::{Category, Right};
use crate::requests::ASK_PATH;
use crate::trust::reader::{Coded, Part, Reader, Said, Span};
use crate::trust::table::table;
use crate::trust::words::Words;

#[derive(Serialize)]
pub struct Data<'a> {
    categories: Vec<Kind<'a>>,
    purposes: Vec<Use<'a>>,
    rights: Vec<Asked<'a>>,
    cookies: Vec<Cookie<'a>>,
    duties: Vec<Duty<'a>>,
}

#[derive(Serialize)]
struct Kind<'a> {
    code: &'a str,
    title: Said<'a>,
    about: Coded<'a>,
    sources: Vec<Said<'a>>,
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    code: &'a str,
    title: Said<'a>,
    /// In the fideslang taxonomy.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    personal: bool,
    received: bool,
    stored: bool,
}

#[derive(Serialize)]
struct Use<'a> {
    code: &'a str,
    title: Said<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    ground: Option<Coded<'a>>,
    needs: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Asked<'a> {
    right: Coded<'a>,
    title: Said<'a>,
    who: Vec<Coded<'a>>,
    answer: Option<Span>,
    regimes: Vec<Coded<'a>>,
}

#[derive(Serialize)]
struct Cookie<'a> {
    code: &'a str,
    title: Said<'a>,
    essential: bool,
}

#[derive(Serialize)]
struct Duty<'a> {
    of: Coded<'a>,
    text: Said<'a>,
}

impl<'a> Data<'a> {
    pub fn of(reader: &Reader<'a>) -> Self {
        let policy = reader.policy;
        let uses = policy.purposes.iter().map(|purpose| Use {
            code: purpose.code.get_ref(),
            title: reader.said(&purpose.title),
            key: purpose.key.as_ref().map(|key| key.get_ref().as_str()),
            ground: purpose.ground.map(|ground| reader.coded(ground)),
            needs: reader.parts(&purpose.needs),
        });
        let cookies = policy.cookies.iter().map(|cookie| Cookie {
            code: cookie.code.get_ref(),
            title: reader.said(&cookie.title),
            essential: cookie.essential,
        });
        let duties = policy.duties.iter().map(|duty| Duty { of: reader.coded(duty.of), text: reader.said(&duty.text) });
        Self {
            categories: policy.categories.iter().map(|category| kind(reader, category)).collect(),
            purposes: uses.collect(),
            rights: policy.rights.iter().map(|right| asked(reader, right)).collect(),
            cookies: cookies.collect(),
            duties: duties.collect(),
        }
    }
}

fn kind<'a>(reader: &Reader<'a>, category: &'a Category) -> Kind<'a> {
    let fields = category.fields.iter().map(|field| Field {
        code: field.code.get_ref(),
        title: reader.said(&field.title),
        key: field.key.as_ref().map(|key| key.get_ref().as_str()),
        personal: field.personal,
        received: field.received,
        stored: field.received && field.stored,
    });
    Kind {
        code: category.code.get_ref(),
        title: reader.said(&category.title),
        about: reader.coded(category.about),
        sources: category.sources.iter().map(|source| reader.said(source)).collect(),
        fields: fields.collect(),
    }
}

fn asked<'a>(reader: &Reader<'a>, right: &'a Right) -> Asked<'a> {
    Asked {
        right: reader.code("right", right.right.get_ref()),
        title: reader.said(&right.title),
        who: right.who.iter().map(|who| reader.coded(*who)).collect(),
        answer: right.answer.map(|answer| reader.span(answer)),
        regimes: right.regimes.iter().map(|regime| reader.code("regime", regime.get_ref())).collect(),
    }
}

impl Page for Data<'_> {
    const SHAPE: &'static str = "rightsdesk.trust.data/1";
    const PLACE: Place = Place::Data;

    fn title<'a>(&'a self, words: &'a Words) -> &'a str {
        &words.data.title
    }

    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.data;
        lead(html, &words.lead);
        section(html, "categories", &words.categories, |html| {
            html.tag("div", &[("class", "kinds")], |html| {
                for kind in &self.categories {
                    kind.put(html, reader);
                }
            });
        });
        if !self.purposes.is_empty() {
            section(html, "purposes", &words.purposes, |html| self.purposes(html, reader));
        }
        if !self.rights.is_empty() {
            section(html, "rights", &words.rights, |html| self.rights(html, reader));
        }
        section(html, "cookies", &words.cookies, |html| self.cookies(html, reader));
        if !self.duties.is_empty() {
            section(html, "duties", &words.duties, |html| self.duties(html));
        }
    }
}

impl Kind<'_> {
    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.data;
        html.tag("article", &[("id", &format!("category-{}", self.code))], |html| {
            html.tag("h3", &[], |html| self.title.put(html));
            html.tag("p", &[("class", "under")], |html| {
                html.text(&words.about);
                html.text(" ");
                html.text(&self.about.word);
                html.text(" · ");
                html.text(&words.sources);
                html.text(" ");
                reader.list(html, &self.sources, |html, source| source.put(html));
            });
            let caption = words.caption.replace("{category}", self.title.text());
            html.tag("table", &[("class", "small")], |html| {
                html.line("caption", &[], &caption);
                html.tag("thead", &[], |html| {
                    html.tag("tr", &[], |html| {
                        for column in [&words.field, &words.personal, &words.received, &words.stored] {
                            html.line("th", &[("scope", "col")], column);
                        }
                    });
                });
                html.tag("tbody", &[], |html| {
                    for field in &self.fields {
                        html.tag("tr", &[], |html| {
                            html.tag("th", &[("scope", "row")], |html| field.title.put(html));
                            for is_so in [field.personal, field.received, field.stored] {
                                html.line("td", &[], reader.yes(is_so));
                            }
                        });
                    }
                });
            });
        });
    }
}

impl Data<'_> {
    fn purposes(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.data;
        html.line("p", &[], &words.purposes_lead);
        table(html, &words.purposes, &[&words.purpose, &words.ground, &words.uses], |rows| {
            for purpose in &self.purposes {
                let ground = purpose.ground.as_ref().map_or(&*words.unnamed, |ground| &*ground.word);
                rows.row(
                    None,
                    &[&|html| purpose.title.put(html), &|html| html.text(ground), &|html| {
                        reader.list(html, &purpose.needs, |html, part| part.title.put(html));
                    }],
                );
            }
        });
    }

    fn rights(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.data;
        html.tag("p", &[], |html| {
            let contact = &reader.policy.operator.contact;
            html.fill(&words.rights_lead, |html, _| crate::trust::frame::mail(html, contact));
            html.text(" ");
            html.line("a", &[("href", &reader.to(ASK_PATH))], &reader.words.ask.title);
        });
        let mut columns = vec![&*words.right, &*words.who, &*words.answer];
        if self.rights.iter().any(|asked| !asked.regimes.is_empty()) {
            columns.push(&words.regimes);
        }
        table(html, &words.rights, &columns, |rows| {
            for asked in &self.rights {
                let answer = asked.answer.as_ref().map(|span| words.within.replace("{span}", &span.words));
                rows.row(
                    Some(&format!("right-{}", asked.right.code)),
                    &[
                        &|html| {
                            html.text(&asked.right.word);
                            html.tag("span", &[("class", "under")], |html| asked.title.put(html));
                        },
                        &|html| reader.list(html, &asked.who, |html, who| html.text(&who.word)),
                        &|html| html.text(answer.as_deref().unwrap_or(&words.by_law)),
                        &|html| reader.list(html, &asked.regimes, |html, regime| html.text(&regime.word)),
                    ],
                );
            }
        });
    }

    fn cookies(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.data;
        if self.cookies.is_empty() {
            html.line("p", &[], &words.no_cookies);
            return;
        }
        table(html, &words.cookies, &[&words.cookie, &words.essential], |rows| {
            for cookie in &self.cookies {
                rows.row(None, &[&|html| cookie.title.put(html), &|html| html.text(reader.yes(cookie.essential))]);
            }
        });
    }

    fn duties(&self, html: &mut Html) {
        html.tag("dl", &[("class", "facts")], |html| {
            for duty in &self.duties {
                super::fact(html, &duty.of.word, |html| duty.text.put(html));
            }
        });
    }
}
