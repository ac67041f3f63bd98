//! One connection: opened, and asked one thing at a time.

use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Response,
    body::{Bytes, Incoming},
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::AbortHandle,
    time::timeout,
};

use super::{
    endpoint::Endpoint,
    failure::{Failure, FailureKind},
};

/// The largest body that is read.
const BODY_BYTES_MAX: usize = 64 << 20;

/// Open, with nothing under way on it.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: AbortHandle,
    /// How long TCP and TLS took.
    pub(super) opening: Duration,
}

/// A whole answer, and when its parts came.
pub(super) struct Heard {
    pub(super) sent: Instant,
    /// When its head was there.
    pub(super) first_byte: Instant,
    /// When all of its body was there.
    pub(super) end: Instant,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What became of a request on a connection that may have been closed meanwhile.
pub(super) enum Asked {
    Heard(Heard),
    Failed(Failure),
    /// The other side had closed the connection, and nothing was sent.
    Unsent,
}

impl Endpoint {
    /// Opens a connection, within the timeout.
    pub(super) async fn connect(&self) -> Result<Connection, Failure> {
        timeout(self.timeout, self.open()).await.unwrap_or_else(|_| {
            Err(Failure::new(
                FailureKind::Timeout,
                format_args!("no connection within {} ms", self.timeout.as_millis()),
            ))
        })
    }

    async fn open(&self) -> Result<Connection, Failure> {
        let begun = Instant::now();
        let tcp = TcpStream::connect(&self.addresses[..]).await.map_err(|error| Failure::connecting(&error))?;
        // A request is written in one go; it shall not wait for more to come.
        tcp.set_nodelay(true).map_err(|error| Failure::connecting(&error))?;
        match &self.tls {
            None => start(tcp, begun).await,
            Some((connector, name)) => {
                let tls = connector.connect(name.clone(), tcp).await;
                start(tls.map_err(|error| Failure::new(FailureKind::Tls, error))?, begun).await
            }
        }
    }
}

async fn start<S>(stream: S, begun: Instant) -> Result<Connection, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let opening = begun.elapsed();
    // This sends nothing.
    let (sender, driver) = handshake(TokioIo::new(stream)).await.map_err(Failure::talking)?;
    // What goes wrong on it, its requests are told.
    let driver = tokio::spawn(async { drop(driver.await) }).abort_handle();
    Ok(Connection { sender, driver, opening })
}

impl Connection {
    /// Sends the request and reads the whole answer. After anything but that the connection is of no more use.
    pub(super) async fn ask(&mut self, endpoint: &Endpoint) -> Asked {
        if self.sender.ready().await.is_err() {
            return Asked::Unsent;
        }
        let request = endpoint.outgoing.request();
        let sent = Instant::now();
        match self.sender.try_send_request(request).await {
            Ok(response) => {
                let first_byte = Instant::now();
                read(response, sent, first_byte).await.map_or_else(Asked::Failed, Asked::Heard)
            }
            Err(mut error) => match error.take_message() {
                // It comes back where none of it was written.
                Some(_) => Asked::Unsent,
                None => Asked::Failed(Failure::talking(error.into_error())),
            },
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // An answer that is too late or too large would otherwise go on being read.
        self.driver.abort();
    }
}

async fn read(response: Response<Incoming>, sent: Instant, first_byte: Instant) -> Result<Heard, Failure> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return Failure::new(FailureKind::TooLarge, format_args!("a body of more than {BODY_BYTES_MAX} bytes"));
        }
        Failure::new(FailureKind::Closed, format_args!("within the body: {error}"))
    })?;
    let end = Instant::now();
    Ok(Heard { sent, first_byte, end, status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
}
