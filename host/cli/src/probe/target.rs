//! Where requests go: a URL of `http` or `https`.

use std::str::FromStr;

use hyper::Uri;

/// A URL in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// As it was given.
    pub(super) url: String,
    pub(super) is_tls: bool,
    /// A name or an address; that of IPv6 without its brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// What the header `host` says: the host, and the port where the URL has one.
    pub(super) authority: String,
    /// The path and the query, as the request's first line has them.
    pub(super) origin_form: Uri,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|error| format!("expected a URL: {error}"))?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err("expected http://… or https://…".to_owned()),
        };
        let authority = uri.authority().filter(|authority| !authority.host().is_empty());
        let authority = authority.ok_or("expected a host")?;
        if authority.as_str().contains('@') {
            return Err("expected no user in the URL; --header 'authorization: …' carries one".to_owned());
        }
        // Not `Uri::port`, which passes over one that is too large.
        let port = match authority.as_str().strip_prefix(authority.host()).and_then(|rest| rest.strip_prefix(':')) {
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or("expected a port from 1 to 65535")?,
            None if is_tls => 443,
            None => 80,
        };
        let origin_form = uri.path_and_query().cloned().map_or_else(|| Uri::from_static("/"), Uri::from);
        Ok(Self {
            url: url.to_owned(),
            is_tls,
            host: authority.host().trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            authority: authority.as_str().to_owned(),
            origin_form,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn target(url: &str) -> Target {
        url.parse().unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[test]
    fn a_url_falls_into_its_parts() {
        let parts = |url| {
            let target = target(url);
            (target.is_tls, target.host, target.port, target.authority, target.origin_form.to_string())
        };
        let expected = |is_tls, host: &str, port, authority: &str, path: &str| {
            (is_tls, host.to_owned(), port, authority.to_owned(), path.to_owned())
        };
        assert_eq!(
            parts("https://a.example/v1/analyze?k=2#x"),
            expected(true, "a.example", 443, "a.example", "/v1/analyze?k=2")
        );
        assert_eq!(parts("http://a.example"), expected(false, "a.example", 80, "a.example", "/"));
        assert_eq!(parts("http://a.example?text=a"), expected(false, "a.example", 80, "a.example", "/?text=a"));
        assert_eq!(parts("http://[::1]:8080/"), expected(false, "::1", 8080, "[::1]:8080", "/"));
    }

    #[test]
    fn what_is_no_url_of_http_is_refused() {
        for (url, said) in [
            ("a.example/v1", "expected"),
            ("/v1/analyze", "http://"),
            ("ftp://a.example/", "http://"),
            ("https://", "expected"),
            ("https://me:secret@a.example/", "--header"),
            ("http://a.example:0/", "port"),
            ("http://a.example:99999/", "port"),
            ("http://a.example:/", "port"),
            ("http://a b/", "expected a URL"),
            ("", "expected a URL"),
        ] {
            let error = url.parse::<Target>().expect_err(url);
            assert!(error.contains(said), "{url}: {error}");
        }
    }
}
