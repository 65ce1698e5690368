//! What stores are asked for and why, and what connected apps need.

use serde::Serialize;

use super::{Page, Place, badge, lead, section};
use crate::floor::html::Html;
use crate::floor::policy::{AppKind, Scope, Sensitivity};
use crate::trust::reader::{Coded, Part, Reader, Said};
use crate::trust::table::table;
use crate::trust::words::Words;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scopes<'a> {
    platforms: Vec<Platform<'a>>,
    app_kinds: Vec<Kind<'a>>,
}

#[derive(Serialize)]
struct Platform<'a> {
    code: &'a str,
    name: &'a str,
    scopes: Vec<Asked<'a>>,
}

#[derive(Serialize)]
struct Asked<'a> {
    name: &'a str,
    reason: Said<'a>,
    opens: Vec<Part<'a>>,
    sensitivity: Coded<'a>,
    feature: Coded<'a>,
    writes: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kind<'a> {
    code: &'a str,
    title: Said<'a>,
    touches: Vec<Part<'a>>,
    needs: &'a [String],
    rotate_days: u32,
    stays: Said<'a>,
}

impl<'a> Scopes<'a> {
    pub fn of(reader: &Reader<'a>) -> Self {
        let policy = reader.policy;
        let platform = |code: &'a str| Platform {
            code,
            name: reader.platform(code),
            scopes: policy.scopes_of(code).map(|scope| asked(reader, scope)).collect(),
        };
        let platforms = policy.platforms.iter().map(|code| platform(code.get_ref())).collect();
        Self { platforms, app_kinds: policy.app_kinds.iter().map(|app| kind(reader, app)).collect() }
    }
}

fn asked<'a>(reader: &Reader<'a>, scope: &'a Scope) -> Asked<'a> {
    Asked {
        name: scope.name.get_ref(),
        reason: reader.said(&scope.reason),
        opens: reader.parts(&scope.categories),
        sensitivity: reader.coded(scope.sensitivity),
        feature: reader.code("feature", &scope.feature),
        writes: scope.writes,
    }
}

fn kind<'a>(reader: &Reader<'a>, app: &'a AppKind) -> Kind<'a> {
    Kind {
        code: app.code.get_ref(),
        title: reader.said(&app.title),
        touches: reader.parts(&app.touches),
        needs: &app.needs,
        rotate_days: app.rotate_days,
        stays: reader.said(&app.stays),
    }
}

impl Page for Scopes<'_> {
    const SHAPE: &'static str = "rightsdesk.trust.scopes/1";
    const PLACE: Place = Place::Scopes;

    fn title<'a>(&'a self, words: &'a Words) -> &'a str {
        &words.scopes.title
    }

    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.scopes;
        let with_scopes: Vec<_> = self.platforms.iter().filter(|platform| !platform.scopes.is_empty()).collect();
        lead(html, if with_scopes.is_empty() { &words.none } else { &words.lead });
        for platform in with_scopes {
            platform.put(html, reader);
        }
        if !self.app_kinds.is_empty() {
            section(html, "apps", &words.apps, |html| {
                html.line("p", &[], &words.apps_lead);
                self.apps(html, reader);
            });
        }
    }
}

impl Platform<'_> {
    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.scopes;
        let columns = [&*words.name, &*words.reason, &*words.opens, &*words.kind, &*words.sensitivity, &*words.feature];
        html.tag("section", &[], |html| {
            html.tag("h2", &[], |html| html.line("bdi", &[], self.name));
            let caption = words.caption.replace("{platform}", self.name);
            table(html, &caption, &columns, |rows| {
                for scope in &self.scopes {
                    rows.row(
                        None,
                        &[
                            &|html| html.line("code", &[("dir", "ltr")], scope.name),
                            &|html| scope.reason.put(html),
                            &|html| scope.opens(html, reader),
                            &|html| html.text(if scope.writes { &words.writes } else { &words.reads }),
                            &|html| scope.sensitivity(html),
                            &|html| html.text(&scope.feature.word),
                        ],
                    );
                }
            });
        });
    }
}

impl Asked<'_> {
    fn opens(&self, html: &mut Html, reader: &Reader<'_>) {
        if self.opens.is_empty() {
            html.text(&reader.words.scopes.nothing);
        }
        reader.list(html, &self.opens, |html, part| part.title.put(html));
    }

    fn sensitivity(&self, html: &mut Html) {
        let (tone, sign) = match &*self.sensitivity.code {
            code if code == Sensitivity::High.code() => ("care", "▲"),
            code if code == Sensitivity::Medium.code() => ("plain", "■"),
            _ => ("plain", "●"),
        };
        badge(html, tone, sign, &self.sensitivity.word);
    }
}

impl Scopes<'_> {
    fn apps(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.scopes;
        let columns = [&*words.app, &*words.touches, &*words.needs, &*words.rotation, &*words.stays];
        table(html, &words.apps_caption, &columns, |rows| {
            for app in &self.app_kinds {
                rows.row(
                    None,
                    &[
                        &|html| app.title.put(html),
                        &|html| reader.list(html, &app.touches, |html, part| part.title.put(html)),
                        &|html| {
                            reader.list(html, app.needs, |html, need| html.line("code", &[("dir", "ltr")], need));
                        },
                        &|html| html.text(&reader.words.count(&words.rotates, app.rotate_days as usize)),
                        &|html| app.stays.put(html),
                    ],
                );
            }
        });
    }
}
