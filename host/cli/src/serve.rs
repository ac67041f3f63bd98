//! `spanlet serve`: the component over HTTP, and the page.

mod body;
mod connections;
mod line;
mod page;
mod reply;

use std::{fs, io::Write as _, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use axum::{Router, extract::State, http};
use clap::{Args, ValueEnum};
use spanlet_runtime::{Limits, Pool, Request, Response};
use tokio::{net::TcpListener, runtime, signal, task};

use crate::{component::component, model::ModelArgument};
use line::Line;
use reply::Reply;

/// Answer over HTTP, with the page at `/`.
///
/// Every request gets a line on standard error. SIGINT and SIGTERM end it once the requests under way are answered; a
/// second one ends it at once. Bodies are identity-coded: one with another Content-Encoding gets 415.
#[derive(Args)]
pub(crate) struct Options {
    /// Where to listen; port 0 takes a free one, and the first line of standard output says which.
    #[arg(long, default_value = "127.0.0.1:8080")]
    addr: String,
    /// A model, NAME=PATH; may be repeated. The name of an embedded model stands for itself; where none is given, all
    /// embedded ones are loaded. Of several, the first that can do what a request asks for answers if it names none.
    #[arg(long = "model", value_name = "NAME=PATH")]
    models: Vec<ModelArgument>,
    /// Another component than the embedded one, a `.wasm` file or a `.cwasm` file made by `spanlet compile` or `spanlet
    /// bake`. Where models are baked in, every request has an instance of its own, which no other request has used.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// How many requests are answered side by side, each in an instance with all models. By default as many as cores, but
    /// not more than have room in the memory that is available, were each to use all that it may.
    #[arg(long)]
    instances: Option<usize>,
    /// The longest that one request may compute; then it is answered 504.
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    deadline_ms: u64,
    /// The most memory of one instance.
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    memory_mb: usize,
    /// How many requests may wait for an instance; one more is answered 503.
    #[arg(long, value_name = "N", default_value_t = 64)]
    waiting: usize,
    /// The longest that a request waits for an instance; then it is answered 503.
    #[arg(long, value_name = "MS", default_value_t = 5_000)]
    wait_ms: u64,
    /// The most bytes of a request's body; a larger one is answered 413.
    #[arg(long, value_name = "BYTES", default_value_t = 6 << 20)]
    max_body_bytes: u32,
    /// The most texts in one request; one with more is answered 413.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    max_texts: u32,
    /// The most code points of one text; a longer one is answered with an error in its place.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    max_text_chars: u32,
    /// The longest that a connection may take until it has sent the head of a request; then it is closed.
    #[arg(long, value_name = "MS", default_value_t = 30_000)]
    head_ms: u64,
    /// What `POST /` with a `text` asks for; by default entities where a model has them, else hashtags.
    #[arg(long, env = "SPANLET_BARE_TASK")]
    bare_task: Option<BareTask>,
}

#[derive(Clone, Copy, ValueEnum)]
enum BareTask {
    Analyze,
    Classify,
    Embed,
    Entities,
    Hashtags,
    Keyphrases,
}

/// Threads beyond those that compute or wait, so that the caller who is one too many is told so at once.
const SPARE_THREADS: usize = 8;

/// How long clients may take over their part of the requests under way once the server is told to end.
const DRAIN_SLACK: Duration = Duration::from_secs(5);

/// So many instances fit into the memory that is available, at least one; where that is not known, any number.
fn fitting(memory_mb: usize) -> usize {
    let known = fs::read_to_string("/proc/meminfo").ok();
    let line = known.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("MemAvailable:")));
    let available_kib = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<usize>().ok());
    available_kib.map_or(usize::MAX, |kib| (kib / 1024 / memory_mb.max(1)).max(1))
}

/// What requests are answered with.
struct Server {
    pool: Pool,
    max_body_bytes: usize,
}

pub(crate) fn serve(options: &Options) -> anyhow::Result<ExitCode> {
    let limits = options.limits();
    let models = if options.models.is_empty() { ModelArgument::embedded() } else { options.models.clone() };
    let files = || models.iter().map(ModelArgument::files).collect::<Result<Vec<_>, _>>();
    let loaded = if options.component.is_none() { files()? } else { Vec::new() };
    let component = component(options.component.as_deref(), &loaded)?;
    let baked = component.models()?;
    let models = match (baked.is_empty(), options.models.is_empty()) {
        (true, _) if loaded.is_empty() => files()?,
        (true, _) => loaded,
        (false, true) => Vec::new(),
        (false, false) => {
            let names: Vec<&str> = baked.iter().map(|model| model.name.as_str()).collect();
            bail!("the component has models baked in ({}) and takes no others: leave --model out", names.join(", "))
        }
    };
    let pool = Pool::with_settings(component, models, limits.clone(), Some(options.settings_json()))?;
    let server = Arc::new(Server { pool, max_body_bytes: options.max_body_bytes as usize });

    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(limits.instances + limits.waiting + SPARE_THREADS)
        .build()
        .context("starting threads")?;
    let drain = limits.wait + limits.deadline + DRAIN_SLACK;
    let served = runtime.block_on(listen(&options.addr, server, Duration::from_millis(options.head_ms), drain));
    // Whatever still computes is no longer waited for.
    runtime.shutdown_background();
    served.map(|()| ExitCode::SUCCESS)
}

impl Options {
    fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            memory_bytes: self.memory_mb.saturating_mul(1 << 20),
            deadline: Duration::from_millis(self.deadline_ms),
            instances: self.instances.unwrap_or_else(|| default.instances.min(fitting(self.memory_mb))),
            waiting: self.waiting,
            wait: Duration::from_millis(self.wait_ms),
            ..default
        }
    }

    fn settings_json(&self) -> String {
        let mut settings = serde_json::json!({
            "max_body_bytes": self.max_body_bytes,
            "max_texts": self.max_texts,
            "max_text_chars": self.max_text_chars,
        });
        if let Some(task) = self.bare_task.as_ref().and_then(BareTask::to_possible_value) {
            settings["bare_task"] = task.get_name().into();
        }
        settings.to_string()
    }
}

/// Serves until a signal comes and the requests under way are answered, or `drain` after it.
async fn listen(addr: &str, server: Arc<Server>, head_deadline: Duration, drain: Duration) -> anyhow::Result<()> {
    let listener = TcpListener::bind(addr).await.with_context(|| format!("listening on {addr}"))?;
    // Before anyone is told where to send requests.
    let stopped = stop_signal()?;
    writeln!(std::io::stdout(), "listening on http://{}", listener.local_addr()?)?;

    let router = Router::new().fallback(answer).with_state(server);
    let (told, mut is_told) = tokio::sync::watch::channel(false);
    let stop = async move {
        stopped.await;
        eprintln!("stopping: answering the requests under way");
        told.send_replace(true);
    };
    let patience = async {
        // An error means that serving has ended, and then nobody asks.
        let _ = is_told.wait_for(|told| *told).await;
        let again = stop_signal()?;
        tokio::select! {
            () = tokio::time::sleep(drain) => {}
            () = again => {}
        }
        anyhow::bail!("stopped with requests under way")
    };
    tokio::select! {
        () = connections::serve(listener, router, head_deadline, stop) => Ok(()),
        stopped = patience => stopped,
    }
}

/// SIGINT or SIGTERM, from now on.
#[cfg(unix)]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};
    let handler = |kind| signal(kind).context("handling signals");
    let (mut interrupt, mut terminate) = (handler(SignalKind::interrupt())?, handler(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Control-C.
#[cfg(not(unix))]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    // Where no handler can be set, the system ends the process by itself.
    Ok(async { drop(signal::ctrl_c().await) })
}

async fn answer(
    State(server): State<Arc<Server>>,
    request: axum::extract::Request,
) -> http::Response<axum::body::Body> {
    let (parts, body) = request.into_parts();
    let mut line = Line::begin(&parts);
    let reply = match page::answer(&parts) {
        Some(reply) => reply,
        None => server.ask(parts, body, &mut line).await,
    };
    line.end(reply)
}

impl Server {
    /// Has the component answer, or says why it cannot.
    async fn ask(self: Arc<Self>, parts: http::request::Parts, body: axum::body::Body, line: &mut Line) -> Reply {
        let body = match body::read(&parts.headers, body, self.max_body_bytes).await {
            Ok(body) => body,
            Err(fault) => return fault.response().into(),
        };
        let request = carried_in(&parts, body);
        let answered = task::spawn_blocking(move || self.pool.handle(request)).await;
        match answered.expect("the pool does not panic, and the runtime ends after its requests") {
            Ok(response) => response.into(),
            Err(error) => {
                line.note(&error);
                error.to_response().into()
            }
        }
    }
}

/// The request as the component takes it.
fn carried_in(parts: &http::request::Parts, body: Vec<u8>) -> Request {
    // A value that is not UTF-8 may as well be Latin-1, which is what HTTP/1.0 said it was.
    let text = |value: &http::HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
    let value = |value: &http::HeaderValue| value.to_str().map_or_else(|_| text(value), str::to_owned);
    Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.iter().map(|(name, of)| (name.as_str().to_owned(), value(of))).collect(),
        body,
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        let Response { status, headers, body, usage } = response;
        let mut reply = http::Response::new(axum::body::Body::from(body));
        *reply.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in headers {
            // The component writes plain names and values; one that HTTP cannot carry is left out rather than split.
            if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value)) {
                reply.headers_mut().append(name, value);
            }
        }
        Self { response: reply, usage }
    }
}
