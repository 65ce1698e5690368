//! A desk's door in a few lines: answers the console's query over HTTP with what a test says, or not at all.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

pub struct Double {
    pub url: String,
}

impl Double {
    /// A desk of this version, on a port of its own, until the test ends.
    pub fn of_version(version: &str) -> Self {
        let version = version.replace('\\', "\\\\").replace('"', "\\\"");
        Self::saying(200, format!("{{\"data\":{{\"server\":{{\"version\":\"{version}\"}}}}}}"))
    }

    pub fn saying(status: u16, body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let body = body.clone();
                std::thread::spawn(move || answer(stream, status, &body));
            }
        });
        Self { url }
    }
}

fn answer(mut stream: TcpStream, status: u16, body: &str) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
                length = told.trim().parse().ok()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut call = vec![0; length];
        reader.read_exact(&mut call).ok()?;
        let head =
            format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).ok()?;
    }
}
