//! The page and its files, out of the executable.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts},
};

use super::reply::Reply;
use crate::embedded::{Asset, PAGE};

/// What the page may do: its own files, and WebAssembly. `data:` is its icon.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     connect-src 'self'; worker-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// A file of the page, where that is what the request asks for; `/` with a text in its query is the component's.
pub(super) fn answer(parts: &Parts) -> Option<Reply> {
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    let path = parts.uri.path();
    if !is_read || path == "/" && has_text(parts.uri.query().unwrap_or_default()) {
        return None;
    }
    let path = if path == "/" { "/index.html" } else { path };
    let asset = PAGE.iter().find(|asset| asset.path == path)?;
    Some(Reply { response: response(asset, &parts.headers), usage: Vec::new() })
}

fn has_text(query: &str) -> bool {
    query.split('&').any(|field| matches!(field.split('=').next(), Some("text" | "Text" | "inputs")))
}

/// The file, or 304 to a client that has it. Clients ask every time, so that a new release is seen at once.
fn response(asset: &'static Asset, headers: &HeaderMap) -> Response<Body> {
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|tags| {
        tags.to_str().is_ok_and(|tags| tags == "*" || tags.split(',').any(|tag| tag.trim().ends_with(asset.tag)))
    });
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(asset.bytes) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let fields = [
        (header::CONTENT_TYPE, content_type(asset.path)),
        (header::ETAG, asset.tag),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fields {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The media type by the end of the name; browsers insist on those of scripts, styles and WebAssembly.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" | "md" | "ts" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{content_type, has_text};

    #[test]
    fn a_text_in_the_query_is_the_component_s() {
        for query in ["text=a", "k=2&text=", "Text=a", "text", "inputs=a"] {
            assert!(has_text(query), "{query}");
        }
        for query in ["", "k=text", "texts=a", "utm_source=text"] {
            assert!(!has_text(query), "{query}");
        }
    }

    #[test]
    fn media_types_follow_the_name() {
        assert_eq!(content_type("/spanlet.core.wasm"), "application/wasm");
        assert_eq!(content_type("/main.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("/tags.ftz"), "application/octet-stream");
    }
}
