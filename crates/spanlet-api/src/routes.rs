//! Which path is answered by which route, and what all answers share: methods, limits and headers for browsers.

mod health;
mod hugging_face;
mod models;
mod native;
mod recommendations;
mod root;
mod sagemaker;

use std::borrow::Cow;

use crate::api::Api;
use crate::codes;
use crate::error::Error;
use crate::exchange::{Request, Response};
use crate::payload::percent_decode;
use crate::problem::Problem;
use crate::question::Question;

/// Every route, as `GET /` lists them.
pub(crate) const LISTING: &[&str] = &[
    "POST /",
    "GET /healthz",
    "POST /invocations",
    "GET /ping",
    "GET POST /recommendations",
    "GET POST /v1/analyze",
    "GET POST /v1/classify",
    "GET POST /v1/embed",
    "GET POST /v1/entities",
    "GET POST /v1/hashtags",
    "GET POST /v1/keyphrases",
    "GET /v1/models",
    "GET /v1/models/{name}",
];

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route<'p> {
    Root,
    Health,
    Recommendations,
    Native(Question),
    Ping,
    Invocations,
    Models,
    Model(&'p str),
}

impl<'p> Route<'p> {
    /// The route of a path whose percent signs are undone.
    fn from_path(path: &'p str) -> Option<Self> {
        match path {
            "" | "/" => Some(Self::Root),
            "/healthz" => Some(Self::Health),
            "/recommendations" => Some(Self::Recommendations),
            "/ping" => Some(Self::Ping),
            "/invocations" => Some(Self::Invocations),
            "/v1/analyze" => Some(Self::Native(Question::Analyze)),
            "/v1/classify" => Some(Self::Native(Question::Classify)),
            "/v1/embed" => Some(Self::Native(Question::Embed)),
            "/v1/entities" => Some(Self::Native(Question::Entities)),
            "/v1/hashtags" => Some(Self::Native(Question::Hashtags)),
            "/v1/keyphrases" => Some(Self::Native(Question::Keyphrases)),
            "/v1/models" => Some(Self::Models),
            _ => {
                let mut pieces = path.strip_prefix('/')?.split('/');
                match (pieces.next()?, pieces.next(), pieces.next(), pieces.next()) {
                    (stage, Some("recommendations"), None, None) if !stage.is_empty() => Some(Self::Recommendations),
                    ("v1", Some("models"), Some(name), None) if !name.is_empty() => Some(Self::Model(name)),
                    _ => None,
                }
            }
        }
    }

    /// The methods it answers; `HEAD` goes with `GET`, and `OPTIONS` is answered everywhere.
    fn methods(self) -> &'static str {
        match self {
            Self::Root | Self::Recommendations | Self::Native(_) => "GET, HEAD, POST, OPTIONS",
            Self::Health | Self::Ping | Self::Models | Self::Model(_) => "GET, HEAD, OPTIONS",
            Self::Invocations => "POST, OPTIONS",
        }
    }

    fn answer(self, api: &Api, request: &Request) -> Result<Response, Error> {
        match self {
            Self::Root if request.method == "POST" => root::post(api, request),
            Self::Root => root::get(api, request),
            Self::Health => Ok(health::answer()),
            Self::Recommendations => recommendations::answer(api, request),
            Self::Native(question) => native::answer(api, question, request),
            Self::Ping => sagemaker::ping(api),
            Self::Invocations => sagemaker::invocations(api, request),
            Self::Models => models::list(api),
            Self::Model(name) => models::one(api, name),
        }
    }
}

impl Api {
    /// Answers one request. Every request has an answer: what is wrong with it is an RFC 9457 problem.
    #[must_use]
    pub fn handle(&self, request: &Request) -> Response {
        let path = match request.path.contains('%') {
            true => Cow::Owned(String::from_utf8_lossy(&percent_decode(&request.path)).into_owned()),
            false => Cow::Borrowed(request.path.as_str()),
        };
        let Some(route) = Route::from_path(&path) else {
            let shown: String = path.chars().take(200).collect();
            let error = Error::new(codes::ROUTE_UNKNOWN, "expected a path that is listed at `/`, found another");
            return self.stamped(for_browsers(Problem::from(error.at(shown)).into_response(), None));
        };
        self.stamped(for_browsers(self.answer_route(route, request), Some(route)))
    }

    /// The answer with what a baked component says of its origin.
    fn stamped(&self, response: Response) -> Response {
        match &self.settings.receipt {
            Some(receipt) => response.with_header("spanlet-component", &receipt.stamp()),
            None => response,
        }
    }

    fn answer_route(&self, route: Route<'_>, request: &Request) -> Response {
        let answered = match request.method.as_str() {
            "OPTIONS" => return preflight(route, request),
            method if route.methods().split(", ").any(|allowed| allowed == method) => {
                self.check_body_size(request.body.len()).and_then(|()| route.answer(self, request))
            }
            method => return method_not_allowed(route, method),
        };
        let mut response = answered.unwrap_or_else(|error| Problem::from(error).into_response());
        if request.method == "HEAD" {
            response.body = Vec::new();
        }
        response
    }

    /// Refuses a body or event that is over the limit.
    pub(crate) fn check_body_size(&self, body_bytes: usize) -> Result<(), Error> {
        let most = self.settings.max_body_bytes;
        if body_bytes <= most {
            return Ok(());
        }
        let message = format!("expected a body of at most {most} bytes, found {body_bytes}");
        Err(Error::new(codes::BODY_TOO_LARGE, message))
    }
}

/// The error for a body that is neither an object nor a list.
fn not_texts(kind: &str) -> Error {
    Error::new(codes::BODY_WRONG_TYPE, format!("expected an object with `text` or a list of strings, found {kind}"))
}

fn method_not_allowed(route: Route<'_>, method: &str) -> Response {
    let shown: String = method.chars().take(32).collect();
    let message = format!("expected one of {}, found {shown}", route.methods());
    Problem::from(Error::new(codes::ROUTE_METHOD, message)).into_response().with_header("allow", route.methods())
}

/// What a browser asks before it sends a request of another origin: which methods and headers it may use.
fn preflight(route: Route<'_>, request: &Request) -> Response {
    let is_header_list = |list: &&str| list.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_, ".contains(&byte));
    let headers = request.header("access-control-request-headers").filter(is_header_list).unwrap_or("content-type");
    let mut response = Response { status: 204, headers: Vec::new(), body: Vec::new(), usage: Vec::new() };
    response = response.with_header("allow", route.methods());
    response
        .with_header("access-control-allow-methods", route.methods())
        .with_header("access-control-allow-headers", headers)
        .with_header("access-control-max-age", "86400")
}

/// Lets pages of any origin read the answer.
fn for_browsers(response: Response, route: Option<Route<'_>>) -> Response {
    let response = response
        .with_header("access-control-allow-origin", "*")
        .with_header("access-control-expose-headers", "spanlet-component, spanlet-model, spanlet-offsets");
    match route {
        // The old endpoint said so, and its clients may look for it.
        Some(Route::Recommendations) => response.with_header("access-control-allow-credentials", "true"),
        _ => response,
    }
}

#[cfg(test)]
mod tests;
