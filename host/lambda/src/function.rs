//! One invocation: the event goes to the component, its answer goes back in the form that was asked for.

use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::{Value, value::RawValue};
use spanlet_runtime::{CallError, Pool, Request, Response, problem};

use crate::{
    event::{Event, Gateway, RequestFault},
    journal::Entry,
    reply,
};

/// What is left of an invocation's time to carry its answer out.
const MARGIN: Duration = Duration::from_millis(100);

/// A component with its models, ready to be asked.
pub(crate) struct Function {
    pool: Pool,
}

impl Function {
    pub(crate) fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Answers one event. An HTTP request always has an answer; what went wrong is a problem.
    ///
    /// # Errors
    /// Where bare JSON has no answer: the problem's code as the type, its sentence as the message.
    pub(crate) fn invoke(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Diagnostic> {
        let start = Instant::now();
        let time = self.time(&event.context);
        let mut entry = Entry::new(event.context.request_id);
        let answer = match Event::from_json(event.payload) {
            Event::Http(gateway, request) => Ok(self.http_answer(gateway, request, time, &mut entry)),
            Event::Bare(event) => self.bare_answer(&event, time, &mut entry),
        };
        entry.write(start.elapsed());
        answer
    }

    /// How long this call may take. Lambda states the moment at which the invocation ends; cargo-lambda's emulator
    /// states one long past, which says nothing.
    fn time(&self, context: &Context) -> Duration {
        let left = context.deadline().duration_since(SystemTime::now());
        left.map_or(self.pool.limits().deadline, |left| left.saturating_sub(MARGIN))
    }

    fn http_answer(
        &self,
        gateway: Gateway,
        request: Result<Request, RequestFault>,
        time: Duration,
        entry: &mut Entry,
    ) -> Box<RawValue> {
        entry.event = gateway.name();
        let response = match request {
            Ok(request) => {
                entry.method.clone_from(&request.method);
                entry.path.clone_from(&request.path);
                self.pool.handle_within(request, time).unwrap_or_else(|error| call_problem(&error, entry))
            }
            Err(fault) => request_problem(&fault),
        };
        entry.note(&response);
        reply::reply(gateway, &response).unwrap_or_else(|too_large| {
            let response = too_large.to_response();
            entry.note(&response);
            reply::reply(gateway, &response).expect("a problem is small")
        })
    }

    fn bare_answer(&self, event: &RawValue, time: Duration, entry: &mut Entry) -> Result<Box<RawValue>, Diagnostic> {
        let answer = self.pool.invoke_within(event.get(), time);
        let answer = answer.unwrap_or_else(|error| Err(text(call_problem(&error, entry))));
        let fitting = |answer| {
            let json = RawValue::from_string(answer).map_err(|_| text(not_json()))?;
            reply::fitting(json, reply::ANSWER_BYTES_MAX).map_err(|too_large| text(too_large.to_response()))
        };
        answer.and_then(fitting).map_err(|problem| {
            let error = function_error(&problem);
            entry.error = Some(error.error_type.clone());
            error
        })
    }
}

fn request_problem(fault: &RequestFault) -> Response {
    let (status, code, title) = fault.http();
    problem(status, title, code, &fault.to_string())
}

/// What callers see of a call without an answer; the log gets the rest.
fn call_problem(error: &CallError, entry: &mut Entry) -> Response {
    entry.cause = Some(match error {
        CallError::Unavailable(source) => format!("{:#}", anyhow::Error::new(source.clone())),
        other => other.to_string(),
    });
    error.to_response()
}

fn not_json() -> Response {
    problem(500, "Internal Server Error", "host.not-json", "the component's answer to this event is not JSON")
}

fn text(response: Response) -> String {
    String::from_utf8(response.body).expect("a problem is JSON")
}

/// A problem as a function error, so that clients of the API find its code where they find an exception's name.
fn function_error(problem: &str) -> Diagnostic {
    let problem: Value = serde_json::from_str(problem).unwrap_or_default();
    let field = |name: &str| problem[name].as_str().unwrap_or("unknown").to_owned();
    Diagnostic { error_type: field("code"), error_message: field("detail") }
}

#[cfg(test)]
mod tests {
    use super::{function_error, text};
    use spanlet_runtime::problem;

    #[test]
    fn a_function_error_bears_the_code_and_the_sentence() {
        let error = function_error(&text(problem(400, "Bad Request", "text.missing", "expected `text`")));
        assert_eq!((error.error_type.as_str(), error.error_message.as_str()), ("text.missing", "expected `text`"));
    }
}
