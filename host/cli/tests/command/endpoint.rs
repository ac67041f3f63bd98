//! An endpoint that does to each request what a test tells it to.

use std::{
    io::{BufRead as _, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What is done to a request.
pub(crate) enum Deed {
    /// An answer, with these header lines more.
    Answer(u16, &'static str, Vec<u8>),
    /// These bytes, whatever they are, and the end of the connection.
    Raw(Vec<u8>),
    /// Nothing, until the client has gone.
    Silence,
}

pub(crate) fn ok(body: &str) -> Deed {
    Deed::Answer(200, "", body.as_bytes().to_vec())
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The first line and the headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

type Deeds = dyn Fn(usize, &Seen) -> Deed + Send + Sync;

/// It listens until the test ends.
pub(crate) struct Endpoint {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    deeds: Box<Deeds>,
    connections: AtomicUsize,
    seen: Mutex<Vec<Seen>>,
}

impl Endpoint {
    /// Every request is handed to `deeds` with its number, which starts at 0.
    pub(crate) fn start(deeds: impl Fn(usize, &Seen) -> Deed + Send + Sync + 'static) -> Self {
        Self::listen(usize::MAX, None, deeds)
    }

    /// Nobody listens any more once there was one connection.
    pub(crate) fn start_for_one_connection(deeds: impl Fn(usize, &Seen) -> Deed + Send + Sync + 'static) -> Self {
        Self::listen(1, None, deeds)
    }

    pub(crate) fn start_tls(
        config: ServerConfig,
        deeds: impl Fn(usize, &Seen) -> Deed + Send + Sync + 'static,
    ) -> Self {
        Self::listen(usize::MAX, Some(Arc::new(config)), deeds)
    }

    fn listen(
        connections: usize,
        tls: Option<Arc<ServerConfig>>,
        deeds: impl Fn(usize, &Seen) -> Deed + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let state =
            Arc::new(State { deeds: Box::new(deeds), connections: AtomicUsize::new(0), seen: Mutex::default() });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for _ in 0..connections {
                let Ok((stream, _)) = listener.accept() else { return };
                let (state, tls) = (Arc::clone(&shared), tls.clone());
                state.connections.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    let Some(tls) = tls else { return state.talk(stream) };
                    let connection = ServerConnection::new(tls).expect("a configuration");
                    state.talk(StreamOwned::new(connection, stream));
                });
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}{path}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().expect("no panic").clone()
    }
}

impl State {
    fn talk(&self, stream: impl Read + Write) {
        let mut stream = BufReader::new(stream);
        while let Some(seen) = read(&mut stream) {
            let number = {
                let mut all = self.seen.lock().expect("no panic");
                all.push(seen.clone());
                all.len() - 1
            };
            // A client may have gone meanwhile, and be none the worse for it.
            match (self.deeds)(number, &seen) {
                Deed::Answer(status, headers, body) => {
                    let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
                    if stream.get_mut().write_all(&[head.as_bytes(), &body].concat()).is_err()
                        || headers.contains("close")
                    {
                        return;
                    }
                }
                Deed::Raw(bytes) => {
                    let _ = stream.get_mut().write_all(&bytes);
                    return;
                }
                Deed::Silence => {
                    let _ = stream.read(&mut [0]);
                    return;
                }
            }
        }
    }
}

/// The next request; `None` where the client has gone.
fn read(stream: &mut BufReader<impl Read>) -> Option<Seen> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a number"))];
    stream.read_exact(&mut body).ok()?;
    Some(Seen { head, body })
}

/// A port at which nobody listens.
pub(crate) fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    assert!(TcpStream::connect(address).is_err());
    address
}
