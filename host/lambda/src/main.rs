//! `bootstrap`: Spanlet as an AWS Lambda function.
//!
//! Beside it (or in `SPANLET_HOME`) lie `spanlet.cwasm` with its digest `spanlet.cwasm.b3`. Either has models in it,
//! as `spanlet bake` and `spanlet package lambda` write it, and every request has a fresh instance of it; or it has none, as
//! `spanlet compile` writes it, and loads those in `models/<name>/<files>`, of which `tags` or the one in
//! `SPANLET_DEFAULT_MODEL` answers requests that name none. It takes the events of API Gateway's REST and HTTP APIs,
//! function URLs, Application Load Balancers and VPC Lattice, and any other JSON as the component's own event. Routing,
//! validation and JSON are the component's: this program carries.
#![forbid(unsafe_code)]

mod event;
mod function;
mod journal;
mod package;
mod reply;
mod settings;

use std::process::ExitCode;

use anyhow::Context as _;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;

use function::Function;
use settings::Settings;

/// What Lambda sets for every function, and its emulators too.
const LAMBDA_VARIABLES: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bootstrap: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(missing) = LAMBDA_VARIABLES.into_iter().find(|name| variable(name).is_none()) {
        anyhow::bail!("{missing} is not set: AWS Lambda starts this program; elsewhere use `spanlet serve`");
    }
    let function = Function::new(package::load(Settings::from_variables(variable)?)?);
    // Lambda hands over one event at a time, so a call may hold the only thread.
    let handler = |event: LambdaEvent<Box<RawValue>>| std::future::ready(function.invoke(event));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting tokio")?;
    runtime.block_on(lambda_runtime::run(service_fn(handler))).map_err(anyhow::Error::from_boxed)
}
