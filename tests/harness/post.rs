//! A mail server: it speaks SMTP on a free port, keeps each letter as it arrived, and takes none for addresses it was told
//! to refuse.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rightsdesk_server::floor::mail::{Encryption, Mail, Smtp, Way};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::world::World;

/// The server, and what it took.
#[derive(Clone)]
pub struct Post {
    at: SocketAddr,
    taken: Arc<Mutex<Vec<Arrived>>>,
}

/// A letter as it came over the wire.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Whom the envelope names.
    pub to: String,
    head: Vec<String>,
    body: String,
}

impl Post {
    pub async fn open() -> Self {
        Self::refusing(None).await
    }

    /// One that knows no mailbox whose address begins so.
    pub async fn refusing(beginning: Option<&'static str>) -> Self {
        let door = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let post = Self { at: door.local_addr().expect("an address"), taken: Arc::default() };
        let own = post.clone();
        tokio::spawn(async move {
            while let Ok((line, _)) = door.accept().await {
                tokio::spawn(talk(line, own.clone(), beginning));
            }
        });
        post
    }

    /// From now on the world's letters take this way. Servers and workers that began before keep theirs.
    pub fn serve(&self, world: &mut World) {
        let (host, port) = (self.at.ip().to_string(), self.at.port());
        let way = Way::Smtp(Smtp { host, port, encryption: Encryption::Clear, login: None });
        world.tools.mail = Mail::open(way, "desk@desk.example", world.tools.watch.clone()).expect("a way for letters");
    }

    /// Where it is called.
    pub const fn at(&self) -> SocketAddr {
        self.at
    }

    pub fn letters(&self) -> Vec<Arrived> {
        self.kept().clone()
    }

    /// The letters to one address, oldest first.
    pub fn letters_to(&self, address: &str) -> Vec<Arrived> {
        self.letters().into_iter().filter(|letter| letter.to.eq_ignore_ascii_case(address)).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Arrived>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrived {
    /// The value of a header, in one line; empty where the letter has none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.head.iter().find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        found.unwrap_or_default()
    }

    /// What its reader reads.
    pub fn text(&self) -> String {
        match self.header("Content-Transfer-Encoding") {
            "7bit" => self.body.clone(),
            "quoted-printable" => unquoted(&self.body),
            other => panic!("a letter in {other:?}"),
        }
    }
}

/// The token in the link of a letter.
pub fn token_in(letter: &str) -> String {
    let rest = letter.split("token=").nth(1).unwrap_or_else(|| panic!("no link in {letter}"));
    rest.split_whitespace().next().expect("a token").to_owned()
}

async fn talk(line: TcpStream, post: Post, refused: Option<&'static str>) -> std::io::Result<()> {
    let (ear, mut voice) = line.into_split();
    let (mut ear, mut to) = (BufReader::new(ear), String::new());
    voice.write_all(b"220 mail.example\r\n").await?;
    let mut words = String::new();
    while ear.read_line(&mut words).await? > 0 {
        let answer = match words.trim_end() {
            "DATA" => {
                take(&mut ear, &mut voice, (&post, &to)).await?;
                "250 taken"
            }
            "QUIT" => "221 bye",
            rcpt if rcpt.starts_with("RCPT TO:<") => {
                to = rcpt["RCPT TO:<".len()..].split('>').next().unwrap_or_default().to_owned();
                let is_refused = refused.is_some_and(|beginning| to.starts_with(beginning));
                if is_refused { "550 no such mailbox" } else { "250 well" }
            }
            hello if hello.starts_with("EHLO") => "250-mail.example\r\n250 8BITMIME",
            _ => "250 well",
        };
        voice.write_all(format!("{answer}\r\n").as_bytes()).await?;
        words.clear();
    }
    Ok(())
}

/// Hears a letter out, and keeps it.
async fn take(
    ear: &mut BufReader<OwnedReadHalf>,
    voice: &mut OwnedWriteHalf,
    (post, to): (&Post, &str),
) -> std::io::Result<()> {
    voice.write_all(b"354 go on\r\n").await?;
    let (mut head, mut body, mut is_head) = (Vec::<String>::new(), String::new(), true);
    let mut words = String::new();
    while ear.read_line(&mut words).await? > 0 {
        if words == ".\r\n" {
            post.kept().push(Arrived { to: to.to_owned(), head, body });
            return Ok(());
        }
        // A dot in front is doubled on its way.
        let line = words.strip_prefix('.').unwrap_or(&words).trim_end_matches(['\r', '\n']);
        match (is_head, head.last_mut()) {
            (true, _) if line.is_empty() => is_head = false,
            (true, Some(folded)) if line.starts_with([' ', '\t']) => folded.push_str(line),
            (true, _) => head.push(line.to_owned()),
            (false, _) => {
                body.push_str(line);
                body.push('\n');
            }
        }
        words.clear();
    }
    Err(std::io::ErrorKind::UnexpectedEof.into())
}

fn unquoted(body: &str) -> String {
    let joined = body.replace("=\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).expect("a code behind each sign");
        bytes.push(u8::from_str_radix(code, 16).expect("hexadecimal"));
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).expect("text")
}
