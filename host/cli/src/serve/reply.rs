//! What goes back to a client, with what it cost.

use axum::{body::Body, http::Response};
use spanlet_runtime::Usage;

/// An answer of the component, of this host, or a file of the page.
pub(super) struct Reply {
    pub(super) response: Response<Body>,
    /// Empty where no model was asked.
    pub(super) usage: Vec<Usage>,
}
