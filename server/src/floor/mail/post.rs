//! Letters to a mail server. The server's words stay here; what comes out of them is one of our outcomes.

use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{self, AsyncSmtpTransport};
use lettre::{AsyncTransport, Message, Tokio1Executor};

use super::{Encryption, Smtp};
use crate::floor::kernel::{Error, Result};

const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);
/// A mail server that is away or busy is not back within a second.
const AGAIN: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub(super) struct Post {
    server: AsyncSmtpTransport<Tokio1Executor>,
    total: Duration,
}

impl Post {
    pub(super) fn open(server: &Smtp, greeting: &str) -> Result<Self> {
        let parameters = || {
            TlsParameters::new(server.host.clone())
                .map_err(|_| Error::internal("no encryption towards the mail server"))
        };
        let encryption = match server.encryption {
            Encryption::Wrapped => Tls::Wrapper(parameters()?),
            Encryption::Required => Tls::Required(parameters()?),
            Encryption::Clear => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str())
            .port(server.port)
            .tls(encryption)
            .timeout(Some(CONNECT))
            .hello_name(ClientId::Domain(greeting.to_owned()));
        if let Some((name, word)) = &server.login {
            builder = builder.credentials(Credentials::new(name.expose().to_owned(), word.expose().to_owned()));
        }
        Ok(Self { server: builder.build(), total: TOTAL })
    }

    #[cfg(test)]
    pub(super) fn impatient(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    pub(super) async fn send(&self, message: Message) -> Result<()> {
        match tokio::time::timeout(self.total, self.server.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(outcome(&error)),
            Err(_) => Err(away()),
        }
    }
}

fn away() -> Error {
    Error::Unavailable { whom: "the mail server", after: AGAIN }
}

/// What is to be done about it: nothing of the server's text survives, only the kind of its code.
fn outcome(error: &smtp::Error) -> Error {
    match error.status().map(u16::from) {
        Some(530..=538) => Error::internal("the mail server does not accept our login"),
        Some(500..=504) => Error::internal("the mail server does not understand us"),
        Some(500..=599) => Error::refused("LETTER_REFUSED", "the mail server does not take this letter"),
        _ if error.is_client() => {
            Error::internal("the mail server lacks what a letter needs: encryption, login or letters beyond ASCII")
        }
        _ => away(),
    }
}
