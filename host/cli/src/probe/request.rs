//! What is sent: the same request every time.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use clap::Args;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, Uri,
    body::Bytes,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING, USER_AGENT},
};

use super::target::Target;

/// The most bytes of a request's body.
const BODY_BYTES_MAX: u64 = 16 << 20;

/// The text for one of Spanlet's routes where none is given.
const TEXT: &str = "Angela Merkel met Barack Obama at Microsoft in Seattle.";

/// The routes that want a text.
const TEXT_ROUTES: [&str; 5] = ["/v1/analyze", "/v1/classify", "/v1/entities", "/v1/hashtags", "/v1/keyphrases"];

/// Who is asking, for those who read the endpoint's log.
const AGENT: &str = concat!("spanlet-probe/", env!("CARGO_PKG_VERSION"));

#[derive(Args)]
#[command(next_help_heading = "What is sent")]
pub(super) struct Content {
    /// Send {"text": TEXT}. Without any content, one of Spanlet's routes for texts (…/v1/analyze and the like) is sent a
    /// sentence, and any other URL is asked with GET.
    #[arg(long, conflicts_with_all = ["data", "body"])]
    text: Option<String>,
    /// Send this JSON.
    #[arg(long, value_name = "JSON", conflicts_with = "body", value_parser = json)]
    data: Option<String>,
    /// Send this file's bytes, at most 16 MiB; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// By default POST where there is content, else GET.
    #[arg(long, value_parser = method)]
    method: Option<Method>,
    /// Another header; may be repeated. The content's type is application/json, text/plain or application/octet-stream
    /// by what it is, unless given here.
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
}

fn method(argument: &str) -> Result<Method, String> {
    match argument.to_ascii_uppercase().parse() {
        Ok(Method::CONNECT) => Err("expected a method that has an answer with a body".to_owned()),
        Ok(method) => Ok(method),
        Err(_) => Err("expected a method such as GET, POST or PUT".to_owned()),
    }
}

fn json(argument: &str) -> Result<String, String> {
    match serde_json::from_str::<serde::de::IgnoredAny>(argument) {
        Ok(_) => Ok(argument.to_owned()),
        Err(error) => Err(format!("expected JSON: {error}")),
    }
}

fn header(argument: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = argument.split_once(':').ok_or("expected `name: value`")?;
    let name: HeaderName = name.trim().parse().map_err(|_| "expected a header's name before the colon")?;
    if [CONTENT_LENGTH, TRANSFER_ENCODING].contains(&name) {
        return Err(format!("expected no {name}, which follows from the body"));
    }
    let value = value.trim().parse().map_err(|_| "expected a header's value of one line after the colon")?;
    Ok((name, value))
}

/// A request, ready to be sent any number of times.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    origin_form: Uri,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Outgoing {
    /// Reads the content.
    pub(super) fn of(content: &Content, target: &Target) -> anyhow::Result<Self> {
        let body = match (&content.text, &content.data, &content.body) {
            (Some(text), ..) => Some(text_json(text)),
            (_, Some(data), _) => Some(data.clone().into_bytes()),
            (.., Some(file)) => Some(read(file)?),
            _ if content.method.is_none() && wants_text(target) => Some(text_json(TEXT)),
            _ => None,
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &content.headers {
            headers.append(name, value.clone());
        }
        let host = HeaderValue::try_from(&target.authority).context("the URL's host")?;
        headers.entry(HOST).or_insert(host);
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
        if let Some(body) = &body {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type(body)));
        }
        let default = if body.is_some() { Method::POST } else { Method::GET };
        Ok(Self {
            method: content.method.clone().unwrap_or(default),
            origin_form: target.origin_form.clone(),
            headers,
            body: body.unwrap_or_default().into(),
        })
    }

    pub(super) fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        request.method_mut().clone_from(&self.method);
        request.uri_mut().clone_from(&self.origin_form);
        request.headers_mut().clone_from(&self.headers);
        request
    }
}

fn text_json(text: &str) -> Vec<u8> {
    serde_json::json!({ "text": text }).to_string().into_bytes()
}

fn wants_text(target: &Target) -> bool {
    let has_text =
        target.origin_form.query().is_some_and(|query| query.split('&').any(|field| field.starts_with("text=")));
    !has_text && TEXT_ROUTES.iter().any(|route| target.origin_form.path().ends_with(route))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let place = || format!("--body {}", path.display());
    let mut body = Vec::new();
    let mut limited = |input: &mut dyn Read| input.take(BODY_BYTES_MAX + 1).read_to_end(&mut body);
    if path == Path::new("-") {
        limited(&mut io::stdin())
    } else {
        File::open(path).and_then(|mut file| limited(&mut file))
    }
    .with_context(place)?;
    ensure!(body.len() as u64 <= BODY_BYTES_MAX, "{}: expected at most {BODY_BYTES_MAX} bytes, found more", place());
    Ok(body)
}

fn content_type(body: &[u8]) -> &'static str {
    if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() {
        return "application/json";
    }
    if str::from_utf8(body).is_ok() { "text/plain; charset=utf-8" } else { "application/octet-stream" }
}

#[cfg(test)]
mod tests {
    use super::{Content, Outgoing, content_type, header, json, method};
    use hyper::Method;

    fn content() -> Content {
        Content { text: None, data: None, body: None, method: None, headers: Vec::new() }
    }

    fn outgoing(content: &Content, url: &str) -> Outgoing {
        Outgoing::of(content, &url.parse().expect("a URL")).expect("no file is read")
    }

    #[test]
    fn a_text_is_sent_as_json() {
        let content = Content { text: Some("a \"b\"".to_owned()), ..content() };
        let outgoing = outgoing(&content, "http://a.example:81/any?k=2");
        assert_eq!((&outgoing.method, &outgoing.body[..]), (&Method::POST, &br#"{"text":"a \"b\""}"#[..]));
        let request = outgoing.request();
        assert_eq!(request.uri(), "/any?k=2");
        assert_eq!(
            (&request.headers()["host"], &request.headers()["content-type"]),
            (&"a.example:81".parse().expect("a value"), &"application/json".parse().expect("a value"))
        );
    }

    #[test]
    fn without_content_spanlet_s_routes_are_sent_a_text_and_others_are_read() {
        for (url, method) in [
            ("https://a.example/v1/analyze", Method::POST),
            ("https://a.example/stage/v1/hashtags?k=2", Method::POST),
            ("https://a.example/v1/hashtags?text=bread", Method::GET),
            ("https://a.example/v1/models", Method::GET),
            ("https://a.example/", Method::GET),
        ] {
            let outgoing = outgoing(&content(), url);
            assert_eq!((&outgoing.method, outgoing.body.is_empty()), (&method, method == Method::GET), "{url}");
        }
        let head = Content { method: Some(Method::HEAD), ..content() };
        assert!(outgoing(&head, "https://a.example/v1/analyze").body.is_empty());
    }

    #[test]
    fn headers_given_stand_in_for_the_usual_ones() {
        let headers = ["content-type: text/csv", "X-Key:a:b", "x-key:  c ", "host: other.example"];
        let headers = headers.map(|argument| header(argument).expect(argument)).to_vec();
        let request =
            outgoing(&Content { data: Some("[]".to_owned()), headers, ..content() }, "http://a.example/").request();
        let all = |name: &str| {
            request.headers().get_all(name).iter().map(|value| value.to_str().expect("ASCII")).collect::<Vec<_>>()
        };
        assert_eq!((all("content-type"), all("host")), (vec!["text/csv"], vec!["other.example"]));
        assert_eq!(all("x-key"), ["a:b", "c"]);
        for wrong in ["no colon", ": a", "a b: c", "a: b\r\nc: d", "content-length: 3", "Transfer-Encoding: chunked"] {
            assert!(header(wrong).expect_err(wrong).starts_with("expected"), "{wrong}");
        }
    }

    #[test]
    fn methods_are_in_capitals() {
        assert_eq!((method("put"), method("GET")), (Ok(Method::PUT), Ok(Method::GET)));
        assert!(method("connect").is_err() && method("a b").is_err() && method("").is_err());
    }

    #[test]
    fn content_is_called_what_it_is() {
        assert_eq!(content_type(b" {\"a\": 1}\n"), "application/json");
        assert_eq!(content_type("Gr\u{fc}n".as_bytes()), "text/plain; charset=utf-8");
        assert_eq!(content_type(b"\xff"), "application/octet-stream");
        assert!(json("{\"a\":1}").is_ok() && json("{a:1}").is_err() && json("").is_err());
    }
}
