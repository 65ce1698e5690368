//! A page as a reader's program takes it in: fetched over HTTP, and read by a parser that forgives nothing. What is not
//! well formed fails the test.

#![expect(clippy::disallowed_methods, reason = "the reader here is a stranger, who has no egress")]

use reqwest::Client;
use reqwest::header::HeaderMap;
use rightsdesk_server::roof::http::Listening;
use serde_json::Value;

/// Elements without an end.
const LONE: &[&str] = &["meta", "link", "input", "br"];

/// A page.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub root: Node,
}

/// An element, and what stands in it.
#[derive(Debug, Default)]
pub struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    children: Vec<Child>,
}

#[derive(Debug)]
enum Child {
    Node(Node),
    Text(String),
}

/// The answer at a path, unread.
pub async fn fetch(desk: &Listening, path: &str, headers: &[(&'static str, &str)]) -> reqwest::Response {
    let call = headers
        .iter()
        .fold(Client::new().get(format!("{}{path}", desk.url())), |call, (name, value)| call.header(*name, *value));
    call.send().await.expect("an answer")
}

/// What a browser does with a form.
pub async fn send(desk: &Listening, path: &str, form: &[(&str, &str)]) -> Page {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let call = Client::new().post(format!("{}{path}", desk.url())).body(body);
    let answer = call.header("content-type", "application/x-www-form-urlencoded").send().await.expect("an answer");
    Page::of(answer).await
}

/// What comes of a bare post to an address, by its status and its JSON.
pub async fn post(address: &str) -> (u16, Value) {
    let answer = Client::new().post(address).send().await.expect("an answer");
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("text");
    (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{address} answers no JSON: {error}: {text}")))
}

/// The JSON at a path.
pub async fn json(desk: &Listening, path: &str) -> Value {
    let text = fetch(desk, path, &[]).await.text().await.expect("text");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path} is no JSON: {error}: {text}"))
}

impl Page {
    pub async fn open(desk: &Listening, path: &str) -> Self {
        Self::with(desk, path, &[]).await
    }

    pub async fn with(desk: &Listening, path: &str, headers: &[(&'static str, &str)]) -> Self {
        Self::of(fetch(desk, path, headers).await).await
    }

    /// An answer, read.
    pub async fn of(answer: reqwest::Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("text");
        let root = parse(&text);
        Self { status, headers, text, root }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The one element of this name.
    pub fn one(&self, name: &str) -> &Node {
        let found = self.root.all(name);
        assert_eq!(found.len(), 1, "{name} stands {} times in {}", found.len(), self.text);
        found[0]
    }

    /// The element with this id.
    pub fn id(&self, id: &str) -> &Node {
        self.root.find(&|node| node.attribute("id") == Some(id)).unwrap_or_else(|| panic!("no #{id} in {}", self.text))
    }

    /// The cells of the row whose header begins with these words.
    pub fn row(&self, head: &str) -> Vec<String> {
        let rows = self.root.all("tr");
        let row = rows.iter().map(|row| row.cells()).find(|cells| cells[0].starts_with(head));
        row.unwrap_or_else(|| panic!("no row of {head} in {}", self.root.text()))
    }

    /// All that a reader reads, in a line.
    pub fn words(&self) -> String {
        self.one("body").text()
    }
}

impl Node {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Every element of this name beneath.
    pub fn all(&self, name: &str) -> Vec<&Node> {
        let mut found = Vec::new();
        self.walk(&mut |node| {
            if node.name == name {
                found.push(node);
            }
        });
        found
    }

    /// The first element beneath of which this is so.
    pub fn find(&self, is_it: &dyn Fn(&Node) -> bool) -> Option<&Node> {
        let mut found = None;
        self.walk(&mut |node| {
            if found.is_none() && is_it(node) {
                found = Some(node);
            }
        });
        found
    }

    fn walk<'a>(&'a self, see: &mut dyn FnMut(&'a Node)) {
        for child in &self.children {
            if let Child::Node(node) = child {
                see(node);
                node.walk(see);
            }
        }
    }

    /// Headers and cells of a row.
    pub fn cells(&self) -> Vec<String> {
        self.children
            .iter()
            .filter_map(|child| match child {
                Child::Node(node) if node.name == "th" || node.name == "td" => Some(node.text()),
                _ => None,
            })
            .collect()
    }

    /// Its text, with one space where there is any.
    pub fn text(&self) -> String {
        let mut whole = String::new();
        self.gather(&mut whole);
        whole.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn gather(&self, whole: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(text) => whole.push_str(text),
                Child::Node(node) if node.name == "style" => {}
                Child::Node(node) => {
                    // Inline or not, what stands in another element is another word to whoever looks for it.
                    let is_inline = matches!(node.name.as_str(), "bdi" | "time" | "strong" | "a" | "code");
                    if !is_inline {
                        whole.push(' ');
                    }
                    node.gather(whole);
                    if !is_inline {
                        whole.push(' ');
                    }
                }
            }
        }
    }
}

fn parse(text: &str) -> Node {
    let mut rest = text.strip_prefix("<!doctype html>\n").unwrap_or_else(|| panic!("no doctype: {text}"));
    let mut open = vec![Node::default()];
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        if !before.is_empty() {
            last(&mut open).children.push(Child::Text(unescape(before)));
        }
        let end = tag.find('>').unwrap_or_else(|| panic!("a tag without an end: {tag}"));
        let inside = &tag[1..end];
        rest = &tag[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            let closed = open.pop().expect("an open element");
            assert_eq!(closed.name, name, "closed while {} is open", closed.name);
            last(&mut open).children.push(Child::Node(closed));
            continue;
        }
        let node = node(inside);
        if LONE.contains(&node.name.as_str()) {
            last(&mut open).children.push(Child::Node(node));
            continue;
        }
        if node.name == "style" || node.name == "script" {
            let close = format!("</{}>", node.name);
            let length = rest.find(&close).expect("an end");
            let raw = Child::Text(rest[..length].to_owned());
            rest = &rest[length..];
            open.push(Node { children: vec![raw], ..node });
            continue;
        }
        open.push(node);
    }
    assert!(open.len() == 1 && rest.trim().is_empty(), "left open: {:?}", open.last().map(|node| &node.name));
    open.remove(0)
}

fn last(open: &mut [Node]) -> &mut Node {
    open.last_mut().expect("the document")
}

/// A name, and attributes whose values stand in double quotes.
fn node(inside: &str) -> Node {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric()), "no name of a tag: {name}");
    let mut attributes: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        let (name, further) = rest.split_once("=\"").unwrap_or_else(|| panic!("no attribute: {rest}"));
        let (value, further) = further.split_once('"').unwrap_or_else(|| panic!("no end of a value: {further}"));
        let name = name.trim().to_owned();
        assert!(attributes.iter().all(|(own, _)| *own != name), "{name} stands twice in <{inside}>");
        attributes.push((name, unescape(value)));
        rest = further;
    }
    Node { name: name.to_owned(), attributes, children: Vec::new() }
}

fn unescape(text: &str) -> String {
    let mut plain = text.to_owned();
    for (written, meant) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        plain = plain.replace(written, meant);
    }
    plain
}
