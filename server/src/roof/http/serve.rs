//! Binding, TLS, and the graceful stop.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use futures_util::future::BoxFuture;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A server that answers.
pub struct Listening {
    pub at: SocketAddr,
    pub secure: bool,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
}

/// Takes an address, and lets nobody in yet.
pub fn bind(at: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(at).with_context(|| {
        format!("cannot listen on {at}: choose another with --http-listen, port 0 takes a free one")
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Answers there until told to stop.
pub async fn listen(
    router: Router,
    listener: TcpListener,
    tls: Option<&(PathBuf, PathBuf)>,
    read: Duration,
) -> anyhow::Result<Listening> {
    let at = listener.local_addr()?;
    let handle = Handle::new();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let task = if let Some((certificate, key)) = tls {
        let config = RustlsConfig::from_pem_file(certificate, key).await.with_context(|| {
            format!("cannot use {} with {} for TLS: give PEM files that match", certificate.display(), key.display())
        })?;
        let secure = RustlsAcceptor::new(config).acceptor(Prompt { within: read });
        let mut server = axum_server::from_tcp(listener)?.acceptor(secure).handle(handle.clone());
        patient(server.http_builder(), read);
        tokio::spawn(server.serve(service))
    } else {
        let mut server = axum_server::from_tcp(listener)?.acceptor(Prompt { within: read }).handle(handle.clone());
        patient(server.http_builder(), read);
        tokio::spawn(server.serve(service))
    };
    Ok(Listening { at, secure: tls.is_some(), handle, task })
}

/// Lets go of a caller that connects and says nothing: the time-outs of HTTP begin with its first byte.
#[derive(Clone, Copy)]
struct Prompt {
    within: Duration,
}

impl<S: Send + 'static> Accept<TcpStream, S> for Prompt {
    type Stream = TcpStream;
    type Service = S;
    type Future = BoxFuture<'static, std::io::Result<(TcpStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let within = self.within;
        Box::pin(async move {
            tokio::time::timeout(within, stream.peek(&mut [0])).await??;
            Ok((stream, service))
        })
    }
}

/// A caller that dribbles its headers is let go.
fn patient(builder: &mut Builder<TokioExecutor>, read: Duration) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(read);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64).keep_alive_interval(Duration::from_secs(20));
}

impl Listening {
    pub fn url(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.at)
    }

    /// No new calls; those in flight may finish within `grace`.
    pub async fn stop(self, grace: Duration) -> anyhow::Result<()> {
        self.handle.graceful_shutdown(Some(grace));
        self.task.await??;
        Ok(())
    }
}
