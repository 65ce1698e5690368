//! Documents and bodies made to cost us more than they cost their sender, at a desk that is a process of its own: each is
//! refused as the caller's fault, in 50 ms of that process's time and 20 MB of its memory, and the desk goes on.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use harness::program::{Program, command};
use harness::scratch;
use nix::sys::signal::Signal;
use serde_json::json;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const CPU: Duration = Duration::from_millis(50);
const MEMORY: u64 = 20 * 1024;

/// What is sent, by what it is called.
fn zoo() -> Vec<(String, String)> {
    let document = |text: String| json!({ "query": text }).to_string();
    let mut zoo: Vec<(String, String)> = [8, 12, 16, 20, 24, 30, 40]
        .into_iter()
        .flat_map(|links| {
            let link = |to: usize| format!("fragment f{} on Query{{...f{to} ...f{to}}}", to - 1);
            let chain = (1..=links).map(link).collect::<String>();
            let chain = format!("{chain}fragment f{links} on Query{{__typename}}");
            let below = format!("{{server{{...f0}}}}{chain}");
            let beside = format!("{{server{{version}}}}{chain}");
            [
                (format!("{links} fragments that double"), document(format!("{{...f0}}{chain}"))),
                (format!("{links} fragments that double below"), document(below)),
                (format!("{links} fragments that double beside"), document(beside)),
            ]
        })
        .collect();
    let mut add = |name: &str, body: String| zoo.push((name.to_owned(), body));
    // As they are told of, and as large as they get past the first limit.
    for (size, times) in [("10k", 10_000_usize), ("700", 700)] {
        let aliases = (0..times).map(|n| format!("a{n}:version ")).collect::<Vec<_>>().concat();
        add(&format!("{size} aliases"), document(format!("{{server{{{aliases}}}}}")));
    }
    let one = json!({ "query": "{server{version}}" }).to_string();
    for times in [10_000, 1_500] {
        add(&format!("a batch of {times}"), format!("[{}]", vec![one.clone(); times].join(",")));
    }
    for levels in [5_000, 2_500] {
        let deep = format!("{}a{}", "{a".repeat(levels), "}".repeat(levels));
        add(&format!("{levels} levels"), document(deep));
    }
    for (open, close) in [("[", "]"), ("{a:", "}")] {
        let nested = format!("{{a(b:{}1{})}}", open.repeat(2_000), close.repeat(2_000));
        add(&format!("2000 {open} in an argument"), document(nested));
        let variables = json!({ "query": "{server{version}}" }).to_string();
        let open = open.replace('a', "\"a\"");
        let nested = format!("{}1{}", open.repeat(2_000), close.repeat(2_000));
        add(
            &format!("2000 {open} in a variable"),
            variables.replace('}', &format!(",\"variables\":{{\"a\":{nested}}}}}")),
        );
    }
    add("2000 levels of a type", document(format!("query($a:{}Int{}){{a}}", "[".repeat(2_000), "]".repeat(2_000))));
    for (size, times) in [("200k", 200_000), ("900", 900)] {
        add(&format!("{size} __typename"), document(format!("{{{}}}", "__typename ".repeat(times))));
    }
    for (size, times) in [("20k", 20_000), ("2400", 2_400), ("800", 800)] {
        add(&format!("{size} directives"), document(format!("{{server{{version {}}}}}", "@a ".repeat(times))));
    }
    add("many short words", document(format!("{{server{{{}}}}}", "a ".repeat(5_000))));
    add("many operations", document((0..600).map(|n| format!("query q{n}{{a}}")).collect::<Vec<_>>().concat()));
    add("a page without end", document("{tenants(first:2147483647){nodes{id}}}".to_owned()));
    let pages = (0..4).fold("nodes{id}".to_owned(), |inner, _| format!("nodes{{members(first:100){{{inner}}}}}"));
    add("pages of pages", document(format!("{{tenants(first:100){{{pages}}}}}")));
    zoo
}

/// What a process has used, thread by thread, and how much memory it holds and has held.
struct Use {
    threads: HashMap<String, u64>,
    rss: u64,
    peak: u64,
}

impl Use {
    fn of(pid: u32) -> Self {
        let folder = std::fs::read_dir(format!("/proc/{pid}/task")).expect("it lives");
        let spent = |path: std::path::PathBuf| {
            let line = std::fs::read_to_string(path.join("schedstat")).ok()?;
            line.split(' ').next()?.parse().ok()
        };
        let threads = folder
            .flatten()
            .filter_map(|task| Some((task.file_name().to_string_lossy().into_owned(), spent(task.path())?)))
            .collect();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it lives");
        let kib = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
            line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
        };
        Self { threads, rss: kib("VmRSS"), peak: kib("VmHWM") }
    }

    /// The time used since, by threads that still live, and the most memory beyond what was held then, in KiB.
    fn until(&self, later: &Self) -> (Duration, u64) {
        let spent = later.threads.iter().map(|(id, ns)| ns - self.threads.get(id).unwrap_or(&0).min(ns)).sum();
        (Duration::from_nanos(spent), later.peak.saturating_sub(self.rss))
    }
}

struct Keeper {
    program: Program,
    at: SocketAddr,
    /// Of each beast what it took, and the worst of all.
    took: Vec<(String, Duration, u64)>,
}

impl Keeper {
    fn start() -> Self {
        let data = scratch::folder("zoo").expect("a folder");
        let words =
            ["serve", "--http-listen", "127.0.0.1:0", "--graphql-documents", "any", "--graphql-points", "1000000"];
        let program = Program::run(command(&data, &words));
        let at = program.url.strip_prefix("http://").expect("plain").parse().expect("an address");
        let keeper = Self { program, at, took: Vec::new() };
        for _ in 0..5 {
            assert_eq!(keeper.call(&one_call()).0, 200);
        }
        keeper
    }

    /// The peak begins anew, then what happens is measured.
    fn measured<T>(&mut self, name: &str, happens: impl FnOnce(SocketAddr) -> T) -> T {
        let pid = self.program.child.id();
        std::fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("it is ours");
        let before = Use::of(pid);
        let came = happens(self.at);
        let (cpu, memory) = before.until(&Use::of(pid));
        self.took.push((name.to_owned(), cpu, memory));
        came
    }

    /// What the desk uses of itself while nothing is asked for so long.
    fn quiet(&self, long: Duration) -> Duration {
        let pid = self.program.child.id();
        let before = Use::of(pid);
        std::thread::sleep(long);
        before.until(&Use::of(pid)).0
    }

    fn call(&self, body: &str) -> (u16, String) {
        call(self.at, body.as_bytes(), true)
    }

    /// What took too much; nothing, if all is well.
    fn over(&self) -> Vec<String> {
        let over = |(name, cpu, memory): &&(String, Duration, u64)| *cpu >= CPU || *memory >= MEMORY || name.is_empty();
        self.took.iter().filter(over).map(|(name, cpu, memory)| format!("{name}: {cpu:?}, {memory} KiB")).collect()
    }

    fn stop(mut self) {
        assert_eq!(self.call(&one_call()).0, 200, "it goes on");
        self.program.signal(Signal::SIGTERM);
        assert!(self.program.child.wait().expect("ended").success());
    }
}

fn one_call() -> String {
    json!({ "query": "{server{version}}" }).to_string()
}

/// One POST by hand: a server that refuses early stops reading, and its answer is there all the same.
fn call(at: SocketAddr, body: &[u8], says_length: bool) -> (u16, String) {
    let mut line = TcpStream::connect(at).expect("connected");
    line.set_read_timeout(Some(Duration::from_secs(15))).expect("set");
    let mut out = line.try_clone().expect("the same line");
    let length =
        if says_length { format!("content-length: {}", body.len()) } else { "transfer-encoding: chunked".to_owned() };
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: application/graphql-response+json\r\nconnection: close\r\n{length}\r\n\r\n"
    );
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _ = out.write_all(head.as_bytes());
            for part in body.chunks(64 * 1024) {
                let sent = if says_length {
                    out.write_all(part)
                } else {
                    let chunk = [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
                    out.write_all(&chunk)
                };
                if sent.is_err() {
                    return;
                }
            }
            let _ = if says_length { Ok(()) } else { out.write_all(b"0\r\n\r\n") };
        });
        let mut said = Vec::new();
        let mut part = [0; 4096];
        // The head of the answer is what counts; its end may be cut by the sender's own haste.
        while let Ok(length @ 1..) = line.read(&mut part) {
            said.extend(&part[..length]);
        }
        let _ = line.shutdown(std::net::Shutdown::Both);
        let said = String::from_utf8_lossy(&said).into_owned();
        let status = said.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, said)
    })
}

#[test]
fn the_zoo_is_turned_away() {
    let mut keeper = Keeper::start();
    for (name, body) in zoo() {
        let (status, answer) = keeper.measured(&name, |at| call(at, body.as_bytes(), true));
        assert!((400..500).contains(&status), "{name}: {status} {answer}");
    }
    let huge = vec![b' '; 50 * 1024 * 1024];
    for says_length in [true, false] {
        let (status, _) = keeper.measured("50 MB", |at| call(at, &huge, says_length));
        assert_eq!(status, 413);
    }
    let begun = Instant::now();
    let heard = keeper.measured("1 byte a second", |at| {
        let mut line = TcpStream::connect(at).expect("connected");
        line.set_read_timeout(Some(Duration::from_secs(1))).expect("set");
        let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n";
        line.write_all(head.as_bytes()).expect("sent");
        let mut part = [0; 1024];
        (0..20).find_map(|_| {
            let _ = line.write_all(b" ");
            line.read(&mut part).ok().map(|length| String::from_utf8_lossy(&part[..length]).into_owned())
        })
    });
    assert!(heard.is_some_and(|heard| heard.starts_with("HTTP/1.1 408")));
    let lasted = begun.elapsed();
    assert!((4..8).contains(&lasted.as_secs()), "{lasted:?}");
    // Seconds in which the desk also works for itself: as much as it does in as long a time when nobody calls.
    let quiet = keeper.quiet(lasted);
    if let Some((_, cpu, _)) = keeper.took.last_mut() {
        *cpu = cpu.saturating_sub(quiet);
    }
    let over = keeper.over();
    println!("the dearest: {:?}", keeper.took.iter().max_by_key(|(_, cpu, _)| *cpu));
    println!("the largest: {:?}", keeper.took.iter().max_by_key(|(_, _, memory)| *memory));
    keeper.stop();
    assert!(over.is_empty(), "{over:#?}");
}

#[test]
fn the_zoo_is_turned_away_from_the_socket() {
    let mut keeper = Keeper::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for (name, body) in zoo() {
        let heard = keeper.measured(&name, |at| runtime.block_on(say(at, &body)));
        assert!(heard.contains("\"error\"") || ["1009", "4400"].contains(&&*heard), "{name}: {heard}");
    }
    let over = keeper.over();
    println!("the dearest: {:?}", keeper.took.iter().max_by_key(|(_, cpu, _)| *cpu));
    keeper.stop();
    assert!(over.is_empty(), "{over:#?}");
}

/// What one socket says to this payload: its first message, or the code it is closed with.
async fn say(at: SocketAddr, payload: &str) -> String {
    let mut call = format!("ws://{at}/graphql/ws").into_client_request().expect("a call");
    call.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
    let line = tokio::net::TcpStream::connect(at).await.expect("connected");
    let (mut socket, _) = client_async(call, line).await.expect("a socket");
    socket.send(Message::text(r#"{"type":"connection_init"}"#)).await.expect("sent");
    socket.next().await.expect("open").expect("acknowledged");
    // One that is refused while it is being sent has been refused.
    let _ = socket.send(Message::text(format!(r#"{{"type":"subscribe","id":"a","payload":{payload}}}"#))).await;
    match tokio::time::timeout(Duration::from_secs(10), socket.next()).await.expect("in time") {
        Some(Ok(Message::Close(Some(close)))) => u16::from(close.code).to_string(),
        Some(Ok(said)) => said.to_string(),
        // The rest of what was too long was still under way when the line was closed.
        Some(Err(_)) | None => "1009".to_owned(),
    }
}
