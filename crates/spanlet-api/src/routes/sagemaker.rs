//! `GET /ping` and `POST /invocations`: what SageMaker asks of a container.
//!
//! Invocations are answered as `POST /` answers the same body, without a look at headers of other systems: a JSON list
//! by a list, CSV by CSV, JSON Lines by lines, an object by the answer itself.
//!
//! CSV has one text a row and no header row, unless the content type says `header=present`. The answer has one row for
//! each: its prediction as JSON in one column. With `accept: text/csv; source=present` the text stands in a column
//! before it, and with `header=present` the columns are named first, `source` and `prediction`. These are parameters of
//! headers because SageMaker hands those on and a query it does not.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Custom Inference Code with Hosting Services".

use crate::api::Api;
use crate::codes;
use crate::error::Error;
use crate::exchange::{Request, Response};
use crate::routes::root;

/// Answers `GET /ping`: 200 once a model is loaded.
pub(crate) fn ping(api: &Api) -> Result<Response, Error> {
    match api.registry.iter().next() {
        Some(_) => Ok(Response::json("{}")),
        None => Err(Error::new(codes::MODEL_NONE_FOR_TASK, "expected a loaded model, found none")),
    }
}

/// Answers `POST /invocations`.
pub(crate) fn invocations(api: &Api, request: &Request) -> Result<Response, Error> {
    root::answer_body(api, request)
}
