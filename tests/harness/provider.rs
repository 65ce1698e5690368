//! A company's identity provider, the real thing from npm, and a person who signs in there as one does in a browser.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use reqwest::{Client, Method, Response, Url};

use crate::aside::{installed, nothing_may_be_skipped};

/// A provider that runs until it is dropped.
pub struct Provider {
    child: Child,
    pub issuer: String,
    /// Held open: it has more to say than where it answers.
    _said: BufReader<ChildStdout>,
}

/// What the client is called there, and its secret.
pub const CLIENT: (&str, &str) = ("desk", "made up/for: tests+only");

impl Provider {
    /// Starts one on loopback; None where this machine has no node or npm, and tests may stand aside.
    pub fn start() -> Option<Self> {
        static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let files = ["package.json", "package-lock.json", "provider.mjs"];
        let folder = match MADE.get_or_init(|| installed("tests/npm/provider", &files)) {
            Ok(folder) => folder,
            Err(why) => {
                assert!(!nothing_may_be_skipped(), "{why}");
                let _ = writeln!(std::io::stdout(), "NOT TRIED: this needs node and npm with their packages: {why}");
                return None;
            }
        };
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().expect("its output"));
        said.read_line(&mut line).expect("a line");
        let told: serde_json::Value = serde_json::from_str(&line).expect("where it answers");
        let issuer = told["issuer"].as_str().expect("where it answers").to_owned();
        Some(Self { child, issuer, _said: said })
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A person at a browser: keeps cookies, follows redirects, fills in forms.
pub struct Person {
    client: Client,
    cookies: HashMap<String, String>,
}

/// A page as the person sees it.
pub struct Seen {
    pub status: u16,
    pub at: Url,
    pub text: String,
}

impl Person {
    /// With an empty jar: whoever signs in now signs in anew.
    pub fn new() -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self { client: client.expect("a client"), cookies: HashMap::new() }
    }

    /// Opens the provider's page for a code and says that the code is the one on the device.
    pub async fn confirm(&mut self, page: &str) -> Seen {
        let page = self.open(page).await;
        let asked = self.send(&page, &[]).await;
        assert!(asked.text.contains("deviceConfirmForm"), "{}", asked.text);
        self.send(&asked, &[]).await
    }

    /// Signs in under this account and lets the device in.
    pub async fn allow(&mut self, page: &str, account: &str) {
        let sign_in = self.confirm(page).await;
        assert!(sign_in.text.contains("account"), "{}", sign_in.text);
        let done = self.send(&sign_in, &[("account", account)]).await;
        assert!(done.status == 200 && done.text.contains("Sign-in Success"), "{}", done.text);
    }

    /// Says that it was somebody else who asked.
    pub async fn refuse(&mut self, page: &str) {
        let page = self.open(page).await;
        let asked = self.send(&page, &[]).await;
        self.send(&asked, &[("abort", "yes")]).await;
    }

    async fn open(&mut self, url: &str) -> Seen {
        self.go(Method::GET, Url::parse(url).expect("an address"), Vec::new()).await
    }

    /// Sends the form on a page with its hidden fields and these.
    async fn send(&mut self, seen: &Seen, fields: &[(&str, &str)]) -> Seen {
        let form = seen.text.split("<form").nth(1).expect("a form");
        let form = form.split("</form>").next().unwrap_or_default();
        let to = seen.at.join(&attribute(form, "action").expect("where it goes")).expect("an address");
        let mut all: Vec<(String, String)> = form
            .split("<input")
            .skip(1)
            .filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)))
            .collect();
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.go(Method::POST, to, all).await
    }

    async fn go(&mut self, mut method: Method, mut at: Url, mut fields: Vec<(String, String)>) -> Seen {
        for _ in 0..10 {
            let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
            let mut call = self.client.request(method, at.clone()).header("cookie", cookies.join("; "));
            if !fields.is_empty() {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                call = call.header("content-type", "application/x-www-form-urlencoded").body(body);
            }
            let answer = call.send().await.expect("an answer");
            self.keep(&answer);
            let status = answer.status().as_u16();
            match answer.headers().get("location").and_then(|to| to.to_str().ok()) {
                Some(to) => at = at.join(to).expect("an address"),
                None => return Seen { status, at, text: answer.text().await.expect("text") },
            }
            (method, fields) = (Method::GET, Vec::new());
        }
        panic!("sent around in a circle");
    }

    fn keep(&mut self, answer: &Response) {
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text").split(';').next().unwrap_or_default();
            if let Some((name, value)) = cookie.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Default for Person {
    fn default() -> Self {
        Self::new()
    }
}

/// The value of an attribute within a tag, as text.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#x3A;", ":"))
}
