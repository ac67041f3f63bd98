//! What an invocation carries: an HTTP request in the wrapping of the gateway that passed it on, or bare JSON.

mod body;
mod fields;
mod path;
mod percent;

use serde_json::{Value, value::RawValue};
use spanlet_runtime::Request;

pub(crate) use body::RequestFault;

/// An event, parsed once.
#[derive(Debug)]
pub(crate) enum Event {
    /// A request to be answered in the gateway's form, or why it cannot be read.
    Http(Gateway, Result<Request, RequestFault>),
    /// Everything else, WebSocket messages and authorizer events included: JSON for the component itself, which
    /// answers those that it does not know with an error.
    Bare(Box<RawValue>),
}

/// Who wrapped a request, and so how its answer must be wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gateway {
    /// API Gateway's payload format 1.0: REST APIs, and HTTP APIs that ask for it.
    RestApi,
    /// API Gateway's payload format 2.0: HTTP APIs and function URLs.
    HttpApi,
    /// An Application Load Balancer; its target group decides whether names have one value or lists of them.
    LoadBalancer {
        /// Whether names have lists of values.
        has_lists: bool,
    },
    /// A VPC Lattice service, either version of its events.
    Lattice,
}

impl Event {
    /// What is no JSON that could come from a gateway is bare too: the component says what is wrong with it.
    pub(crate) fn from_json(event: Box<RawValue>) -> Self {
        let value: Option<Value> = serde_json::from_str(event.get()).ok();
        match value.as_ref().and_then(|value| Some((Gateway::of(value)?, value))) {
            Some((gateway, value)) => Self::Http(gateway, gateway.request(value)),
            None => Self::Bare(event),
        }
    }
}

impl Gateway {
    /// A word for logs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RestApi => "rest-api",
            Self::HttpApi => "http-api",
            Self::LoadBalancer { .. } => "load-balancer",
            Self::Lattice => "lattice",
        }
    }

    /// Recognises an event by the fields that only its sender writes, so that no bare JSON is taken for a request.
    fn of(event: &Value) -> Option<Self> {
        let context = &event["requestContext"];
        let has = |name: &str| event[name].is_string();
        let is_authorizer = has("methodArn") || has("routeArn");
        let is_web_socket = context["connectionId"].is_string();
        if is_authorizer || is_web_socket {
            None
        } else if context["elb"].is_object() && has("httpMethod") && has("path") {
            Some(Self::LoadBalancer { has_lists: event["multiValueHeaders"].is_object() })
        } else if context["http"]["method"].is_string() && has("rawPath") {
            Some(Self::HttpApi)
        } else if context.is_object() && has("httpMethod") && has("path") {
            Some(Self::RestApi)
        } else if has("method") && (has("raw_path") || has("path") && context["serviceNetworkArn"].is_string()) {
            Some(Self::Lattice)
        } else {
            None
        }
    }

    fn request(self, event: &Value) -> Result<Request, RequestFault> {
        let (method, path, query, headers) = match self {
            Self::RestApi => {
                // API Gateway has undone the percent signs of the values.
                let query = percent::form(fields::lists_or_values(
                    event,
                    "multiValueQueryStringParameters",
                    "queryStringParameters",
                ));
                let headers = fields::lists_or_values(event, "multiValueHeaders", "headers");
                (&event["httpMethod"], path::rest_api(event), query, headers)
            }
            Self::HttpApi => {
                let query = fields::text(&event["rawQueryString"]).to_owned();
                (&event["requestContext"]["http"]["method"], path::http_api(event), query, http_api_headers(event))
            }
            Self::LoadBalancer { .. } => {
                let query = percent::query(fields::lists_or_values(
                    event,
                    "multiValueQueryStringParameters",
                    "queryStringParameters",
                ));
                let headers = fields::lists_or_values(event, "multiValueHeaders", "headers");
                (&event["httpMethod"], fields::text(&event["path"]).to_owned(), query, headers)
            }
            Self::Lattice => {
                let query = fields::lists_or_values(event, "queryStringParameters", "query_string_parameters");
                let headers = fields::pairs(&event["headers"]);
                (&event["method"], path::lattice(event), percent::query(query), headers)
            }
        };
        Ok(Request {
            method: fields::text(method).to_owned(),
            path: percent::path(&path),
            query,
            body: body::bytes(event, &headers)?,
            headers,
        })
    }
}

/// Payload 2.0 has cookies apart; function URLs repeat them among the headers.
fn http_api_headers(event: &Value) -> Vec<(String, String)> {
    let mut headers = fields::pairs(&event["headers"]);
    let cookies: Vec<&str> = event["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !cookies.is_empty() && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie")) {
        headers.push(("cookie".to_owned(), cookies.join("; ")));
    }
    headers
}

#[cfg(test)]
mod tests;
