//! A desk's door in a few lines: answers the console's calls over HTTP with what a test says, or not at all.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

pub struct Double {
    pub url: String,
}

/// What came in.
pub struct Call {
    pub bearer: Option<String>,
    pub body: String,
}

/// Someone who may see the queue, as a server says it.
pub const VIEWER: &str = r#"{"kind":"STAFF","name":"mira","permissions":["SEE_QUEUE"],"stage":"FULL","mustEnrol":false,
    "freshUntil":null,"staff":{"id":"stf_mira","handle":"mira","roles":["SUPPORT"],"secondFactor":"TOTP"},
    "session":{"method":"LOCAL","expiresAt":"2099-01-01T00:00:00Z"}}"#;

impl Double {
    /// A desk of this version that knows everybody, on a port of its own, until the test ends.
    pub fn of_version(version: &str) -> Self {
        let version = version.replace('\\', "\\\\").replace('"', "\\\"");
        Self::saying(200, format!("{{\"data\":{{\"server\":{{\"version\":\"{version}\"}},\"viewer\":{VIEWER}}}}}"))
    }

    pub fn saying(status: u16, body: String) -> Self {
        Self::answering(move |_| (status, body.clone()))
    }

    pub fn answering(answer: impl Fn(&Call) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = answer.clone();
                std::thread::spawn(move || serve(stream, &*answer));
            }
        });
        Self { url }
    }
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&Call) -> (u16, String)) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let (mut length, mut bearer) = (0, None);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            match name.to_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok()?,
                "authorization" => bearer = value.trim().strip_prefix("Bearer ").map(str::to_owned),
                _ => {}
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (status, body) = answer(&Call { bearer, body: String::from_utf8(body).ok()? });
        let head =
            format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).ok()?;
    }
}
