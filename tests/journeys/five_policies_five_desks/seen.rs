//! What a stranger finds at a desk, and whether a claim's sights are there. Nothing here knows what a policy file says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use harness::page::{Node, Page};
use rightsdesk_server::promises::checks;
use serde_json::Value;

use super::claims::{Access, Flow, List, Sight};

/// The API's answer, and the pages.
pub struct Seen {
    pub policy: Value,
    pub promises: Vec<Value>,
    pub pages: BTreeMap<String, Page>,
}

pub fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

pub fn words(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(word).collect()
}

pub fn rows(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn set<'t>(list: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    list.into_iter().map(str::to_owned).collect()
}

/// What stands against a sight, both ways.
#[derive(Default)]
struct Misses(Vec<String>);

impl Misses {
    fn api(&mut self, is_so: bool, found: impl Display) {
        if !is_so {
            self.0.push(format!("the API has {found}"));
        }
    }

    fn page(&mut self, is_so: bool, found: impl Display) {
        if !is_so {
            self.0.push(format!("the page has {found}"));
        }
    }

    fn sets(&mut self, api: &BTreeSet<String>, page: &BTreeSet<String>, wanted: &BTreeSet<String>) {
        self.api(api == wanted, format!("{api:?}, not {wanted:?}"));
        self.page(page == wanted, format!("{page:?}, not {wanted:?}"));
    }
}

impl Seen {
    /// What of a sight is missed.
    pub fn misses(&self, sight: &Sight) -> Vec<String> {
        let mut missed = Misses::default();
        self.of_whom(sight, &mut missed);
        self.of_data(sight, &mut missed);
        self.of_others(sight, &mut missed);
        self.of_time_and_rights(sight, &mut missed);
        self.of_words(sight, &mut missed);
        missed.0
    }

    fn list(&self, part: &str) -> impl Iterator<Item = &Value> {
        rows(&self.policy[part])
    }

    /// A part of the policy, by what it is called.
    fn find(&self, part: &str, key: &str, wanted: &str) -> &Value {
        self.list(part).find(|one| one[key] == wanted).unwrap_or(&Value::Null)
    }

    fn words_of(&self, path: &str) -> String {
        self.pages[path].words()
    }

    /// The cells of the row whose header begins so, or none.
    fn row(&self, path: &str, head: &str) -> Vec<String> {
        cells_of(self.pages[path].root.all("tr"), head)
    }

    /// The table of a page whose caption this is.
    fn table(&self, path: &str, caption: &str) -> Option<&Node> {
        let tables = self.pages[path].root.all("table");
        tables.into_iter().find(|table| table.all("caption")[0].text() == caption)
    }

    /// What stands in the first column of such a table.
    fn heads(&self, path: &str, caption: &str) -> BTreeSet<String> {
        let rows = self.table(path, caption).map(|table| table.all("tbody")[0].all("tr")).unwrap_or_default();
        rows.iter().map(|row| row.cells()[0].clone()).collect()
    }

    /// The titles of what is named by a category's code, or by a field's after it.
    fn titled(&self, code: &str) -> String {
        let (category, field) = code.split_once('.').map_or((code, None), |(one, two)| (one, Some(two)));
        let category = self.find("categories", "code", category);
        let whole = word(&category["title"]).to_owned();
        field.map_or(whole, |field| {
            rows(&category["fields"])
                .find(|one| one["name"] == field || one["name"] == code)
                .map_or_else(String::new, |one| word(&one["title"]).to_owned())
        })
    }

    fn of_whom(&self, sight: &Sight, missed: &mut Misses) {
        let operator = &self.policy["operator"];
        match sight {
            Sight::Title(title) => {
                missed.api(self.policy["title"] == *title, &self.policy["title"]);
                missed.page(self.pages[""].one("h1").text() == *title, self.pages[""].one("h1").text());
            }
            Sight::Contact(mail) => {
                missed.api(operator["contact"] == *mail, &operator["contact"]);
                missed.page(self.words_of("").contains(mail), "another address");
            }
            Sight::Effective(day, told) => {
                missed.api(self.policy["effectiveOn"] == *day, &self.policy["effectiveOn"]);
                missed.page(self.words_of("").contains(told), "another day");
            }
            Sight::Role(role, told) => {
                missed.api(operator["role"] == *role, &operator["role"]);
                missed.page(self.words_of("").contains(told), "another role");
            }
            Sight::Region(home, pinned) => {
                let region = &self.policy["region"];
                missed.api(region["home"] == *home && words(&region["pinned"]) == *pinned, region);
                let told = self.words_of("");
                missed.page(told.contains("Data never leaves United States"), told);
            }
            Sight::Platforms(names) => {
                missed.api(words(&self.policy["platforms"]) == *names, &self.policy["platforms"]);
                let told = self.words_of("/scopes").to_lowercase();
                for name in *names {
                    missed.page(told.contains(&format!("we ask for on {name}")), format!("no {name}"));
                }
            }
            Sight::Never(code, told) => {
                missed.api(words(&self.policy["forbids"]).contains(code), &self.policy["forbids"]);
                missed.page(self.words_of("").contains(told), format!("not: {told}"));
            }
            _ => {}
        }
    }

    fn of_data(&self, sight: &Sight, missed: &mut Misses) {
        match sight {
            Sight::Scope(platform, name, reason, access) => {
                let scope = self.list("scopes").find(|one| one["platform"] == *platform && one["name"] == *name);
                let is_so =
                    |scope: &&Value| scope["reason"] == *reason && scope["writes"] == (*access == Access::Writes);
                missed.api(scope.as_ref().is_some_and(is_so), format!("{scope:?}"));
                let row = self.row("/scopes", name);
                let kind = if *access == Access::Writes { "May change data" } else { "Reads only" };
                missed.page(row.len() > 3 && row[1] == *reason && row[3] == kind, format!("{row:?}"));
            }
            Sight::Scopes(platform, names) => {
                let code = platform.to_lowercase();
                let asked = self.list("scopes").filter(|one| one["platform"] == *code).map(|one| word(&one["name"]));
                let told = self.heads("/scopes", &format!("Permissions we ask for on {platform}"));
                missed.sets(&set(asked), &told, &set(names.iter().copied()));
            }
            Sight::Category(title, fields) => {
                let held = &self.find("categories", "title", title)["fields"];
                let told = self.heads("/data", &format!("Fields of {title}"));
                missed.sets(&set(rows(held).map(|one| word(&one["title"]))), &told, &set(fields.iter().copied()));
            }
            Sight::Source(title, source) => {
                let sources = &self.find("categories", "title", title)["sources"];
                missed.api(words(sources).contains(source), sources);
                let articles = self.pages["/data"].root.all("article");
                let told = articles.iter().any(|one| one.all("h3")[0].text() == *title && one.text().contains(source));
                missed.page(told, format!("no source {source}"));
            }
            Sight::Field(title, field, flow) => {
                let wanted = match flow {
                    Flow::Kept => [true, true],
                    Flow::Passes => [true, false],
                    Flow::Never => [false, false],
                };
                let held = rows(&self.find("categories", "title", title)["fields"]).find(|one| one["title"] == *field);
                let is_so = |one: &Value| [&one["isReceived"], &one["isStored"]].map(|is| *is == true) == wanted;
                missed.api(held.is_some_and(is_so), format!("{held:?}"));
                let table = self.table("/data", &format!("Fields of {title}"));
                let cells = table.map(|table| cells_of(table.all("tr"), field)).unwrap_or_default();
                let yes = wanted.map(|is_so| if is_so { "Yes" } else { "No" });
                missed.page(cells.get(2..).is_some_and(|cells| cells == yes), format!("{cells:?}"));
            }
            Sight::AppKind(title, touches, needs) => {
                let kind = self.find("appKinds", "title", title);
                let found: Vec<_> = words(&kind["touches"]).into_iter().map(|code| self.titled(code)).collect();
                let (found, wanted) = (set(found.iter().map(String::as_str)), set(touches.iter().copied()));
                missed.api(found == wanted, format!("{found:?}"));
                missed.api(words(&kind["needs"]) == *needs, &kind["needs"]);
                let row = self.row("/scopes", title);
                let told =
                    |at: usize, parts: List| row.get(at).is_some_and(|cell| parts.iter().all(|one| cell.contains(one)));
                missed.page(told(1, touches) && told(2, needs), format!("{row:?}"));
            }
            Sight::Stays(title, stays) => {
                let kind = self.find("appKinds", "title", title);
                missed.api(word(&kind["stays"]).contains(stays), &kind["stays"]);
                let row = self.row("/scopes", title);
                missed.page(row.get(4).is_some_and(|cell| cell.contains(stays)), format!("{row:?}"));
            }
            _ => {}
        }
    }

    /// In which form a recipient gets each field, as a program and as a person finds it.
    fn column(&self, name: &str) -> [Vec<(String, String)>; 2] {
        let code = &self.find("recipients", "name", name)["code"];
        let matrix = &self.policy["matrix"];
        let api = rows(&matrix["destinations"]).position(|one| one == code).map(|at| {
            let row = |row: &Value| (word(&row["title"]).to_owned(), word(&row["forms"][at]).to_owned());
            rows(&matrix["rows"]).map(row).collect()
        });
        let page = &self.pages["/fields"].root;
        let head = page.all("thead").first().map(|head| head.all("tr")[0].cells()).unwrap_or_default();
        let told = head.iter().position(|cell| cell.starts_with(name)).map(|at| {
            let rows = page.all("tbody").into_iter().flat_map(|body| body.all("tr")).map(Node::cells);
            rows.filter(|cells| cells.len() > at).map(|cells| (cells[0].clone(), cells[at].clone())).collect()
        });
        [api.unwrap_or_default(), told.unwrap_or_default()]
    }

    fn of_others(&self, sight: &Sight, missed: &mut Misses) {
        match sight {
            Sight::Forms(field, forms) => {
                for (name, form) in *forms {
                    let [api, page] = self.column(name);
                    let of =
                        |found: &[(String, String)]| found.iter().find(|one| one.0 == *field).map(|one| one.1.clone());
                    let (found, told) = (of(&api), of(&page));
                    missed.api(found.as_deref() == Some(form.names().0), format!("{name}: {found:?}"));
                    let is_told = told
                        .as_ref()
                        .is_some_and(|told| told.trim_start_matches(SIGNS) == form.names().1.trim_start_matches(SIGNS));
                    missed.page(is_told, format!("{name}: {told:?}"));
                }
            }
            Sight::Gets(name, fields, form) => {
                let [api, page] = self.column(name);
                let got = |found: &[(String, String)], never: &str, form: &str| -> BTreeSet<String> {
                    let given = found.iter().filter(|one| one.1 != never);
                    given
                        .map(|one| if one.1.ends_with(form) { one.0.clone() } else { format!("{} {}", one.0, one.1) })
                        .collect()
                };
                let (api, page) = (got(&api, "NEVER", form.names().0), got(&page, "– Never", form.names().1));
                missed.sets(&api, &page, &set(fields.iter().copied()));
            }
            Sight::GetsAll(name) => {
                let [api, page] = self.column(name);
                let without = |found: &[(String, String)], never: &str| {
                    found.is_empty() || found.iter().any(|one| one.1 == never)
                };
                missed.api(!without(&api, "NEVER"), format!("{name} without some"));
                missed.page(!without(&page, "– Never"), format!("{name} without some"));
            }
            Sight::Recipient(name, kind, does) => {
                let found = self.find("recipients", "name", name);
                missed.api(found["kind"] == *kind && word(&found["service"]).contains(does), found);
                let row = self.row("/processors", name);
                missed.page(row.first().is_some_and(|cell| cell.contains(does)), format!("{row:?}"));
            }
            Sight::Recipients(names) => {
                let found = set(self.list("recipients").map(|one| word(&one["name"])));
                let wanted = set(names.iter().copied());
                missed.api(found == wanted, format!("{found:?}"));
                let rows = self.pages["/processors"].root.all("tbody").into_iter().flat_map(|body| body.all("tr"));
                let rows: Vec<_> = rows.map(|row| row.cells()[0].clone()).collect();
                let told =
                    rows.len() == names.len() && names.iter().all(|name| rows.iter().any(|row| row.starts_with(name)));
                missed.page(told, format!("{rows:?}"));
            }
            Sight::OwnPolicy(name) => {
                let found = self.find("recipients", "name", name);
                missed.api(word(&found["policyUrl"]).starts_with("https://"), found);
                let row = self.row("/processors", name);
                missed.page(row.first().is_some_and(|cell| cell.contains("its own policy")), format!("{row:?}"));
            }
            _ => {}
        }
    }

    fn of_time_and_rights(&self, sight: &Sight, missed: &mut Misses) {
        match sight {
            Sight::Window(title, span, anchor, end) => {
                let rule = self.find("retention", "title", title);
                let (unit, count, told) = span.names();
                let window = &rule["window"];
                let is_so = window["unit"] == unit && window["count"].as_u64() == count.map(u64::from);
                missed.api(is_so && rule["ending"] == end.names().0, rule);
                let row = self.row("/retention", title);
                let is_told = row.len() > 3 && row[1].starts_with(&told) && row[3].starts_with(end.names().1);
                missed.page(is_told && row[2] == *anchor, format!("{row:?}"));
            }
            Sight::Keeps(title, ground) => {
                let keep = self.find("keeps", "title", title);
                missed.api(keep["ground"] == *ground, keep);
                let row = self.row("/retention", title);
                let told = ground.replace('_', " ").to_lowercase();
                missed.page(row.iter().any(|cell| cell.to_lowercase() == told), format!("{row:?}"));
            }
            Sight::Right(right, said, days) => {
                let found = self.find("rights", "right", right);
                let answer = &found["answer"];
                let is_so =
                    answer["count"].as_u64() == days.map(u64::from) && (days.is_none() || answer["unit"] == "DAYS");
                missed.api(is_so && word(&found["title"]).contains(said), found);
                let told = days
                    .map_or_else(|| "Within the time the law gives".to_owned(), |days| format!("Within {days} days"));
                let mut rows = self.pages["/data"].root.all("tr").into_iter().map(Node::cells);
                let row = rows.find(|cells| cells[0].contains(said)).unwrap_or_default();
                missed.page(row.get(2) == Some(&told), format!("{said}: {row:?}"));
            }
            Sight::Regime(right, regime) => {
                let found = self.find("rights", "right", right);
                missed.api(words(&found["regimes"]).contains(regime), found);
                let id = format!("right-{right}");
                let row = self.pages["/data"].root.find(&|node| node.attribute("id") == Some(id.as_str()));
                let told = if *regime == "us_ca" { "California" } else { "GDPR" };
                missed.page(row.is_some_and(|row| row.text().contains(told)), format!("{:?}", row.map(Node::text)));
            }
            Sight::Purpose(title, ground) => {
                let found = self.find("purposes", "title", title);
                missed.api(found.is_object() && ground.is_none_or(|ground| found["ground"] == ground), found);
                let row = self.row("/data", title);
                let told = ground.map(|ground| ground.replace('_', " ").to_lowercase());
                let is_told =
                    row.get(1).is_some_and(|cell| told.is_none_or(|told| cell.to_lowercase().contains(&told)));
                missed.page(is_told, format!("{title}: {row:?}"));
            }
            Sight::Cookies(titles) => {
                let found =
                    set(self.list("cookies").filter(|one| one["isEssential"] == true).map(|one| word(&one["title"])));
                missed.api(self.list("cookies").count() == titles.len(), &self.policy["cookies"]);
                missed.sets(&found, &self.heads("/data", "Cookies"), &set(titles.iter().copied()));
            }
            Sight::Duty(party, said) => {
                let found = self.list("duties").any(|one| one["of"] == *party && word(&one["text"]).contains(said));
                missed.api(found, &self.policy["duties"]);
                missed.page(self.words_of("/data").contains(said), format!("not: {said}"));
            }
            _ => {}
        }
    }

    fn of_words(&self, sight: &Sight, missed: &mut Misses) {
        let on_page = |text: &str| {
            let all = self.pages["/promises"].root.all("li");
            all.into_iter().find(|one| one.all("p").first().is_some_and(|said| said.text() == text)).map(Node::text)
        };
        match sight {
            Sight::Said(text, check) => {
                let promise = self.promises.iter().find(|one| one["text"] == *text).unwrap_or(&Value::Null);
                let how = checks::find(check).map(|check| check.how);
                let is_so = how.is_some_and(|how| promise["how"] == how) && promise["standing"] != "NOT_MEASURABLE";
                missed.api(is_so, format!("{text}: {promise}"));
                let told = on_page(text);
                missed.page(
                    told.as_ref().is_some_and(|told| told.contains("What is looked at Whether")),
                    format!("{text}: {told:?}"),
                );
            }
            Sight::Unmeasured(text, why) => {
                let promise = self.promises.iter().find(|one| one["text"] == *text).unwrap_or(&Value::Null);
                let is_so = promise["standing"] == "NOT_MEASURABLE" && word(&promise["why"]).contains(why);
                missed.api(is_so, format!("{text}: {promise}"));
                let told = on_page(text);
                let is_told = |told: &String| told.contains("Why no machine checks it") && told.contains(why);
                missed.page(told.as_ref().is_some_and(is_told), format!("{text}: {told:?}"));
            }
            Sight::In(path, language, text) => {
                let told = self.words_of(&format!("{language}{path}"));
                missed.page(told.contains(text), format!("not in {language}: {text}"));
            }
            _ => {}
        }
    }
}

const SIGNS: [char; 8] = ['●', '–', '■', '▲', '◐', '#', '◒', ' '];

fn cells_of(rows: Vec<&Node>, head: &str) -> Vec<String> {
    rows.into_iter()
        .map(Node::cells)
        .find(|cells| cells.first().is_some_and(|cell| cell.starts_with(head)))
        .unwrap_or_default()
}
