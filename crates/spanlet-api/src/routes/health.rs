//! `GET /healthz`: that the component answers at all.

use crate::exchange::Response;

/// Always 200.
pub(crate) fn answer() -> Response {
    Response::json(r#"{"status":"ok"}"#)
}
