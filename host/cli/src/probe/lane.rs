//! One request after another over one connection, which is opened anew when the other side closes it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::timeout;

use super::{
    connection::{Asked, Connection, Heard},
    endpoint::{Answer, Endpoint},
    failure::{Failure, FailureKind},
};

pub(super) struct Lane {
    endpoint: Arc<Endpoint>,
    connection: Option<Connection>,
    /// How long each connection that was opened took.
    pub(super) openings: Vec<Duration>,
}

impl Lane {
    pub(super) fn over(endpoint: &Arc<Endpoint>, connection: Option<Connection>) -> Self {
        let openings = connection.iter().map(|connection| connection.opening).collect();
        Self { endpoint: Arc::clone(endpoint), connection, openings }
    }

    /// One answer, within the timeout, connecting included where that is needed. `start` is what its times count from.
    pub(super) async fn ask(&mut self, start: Instant) -> Result<Answer, Failure> {
        let endpoint = Arc::clone(&self.endpoint);
        let heard = timeout(endpoint.timeout, self.hear(&endpoint)).await.unwrap_or_else(|_| {
            let detail = format_args!("no whole answer within {} ms", endpoint.timeout.as_millis());
            Err(Failure::new(FailureKind::Timeout, detail))
        });
        endpoint.judge(&heard?, start)
    }

    /// Only after a whole answer the connection is kept.
    async fn hear(&mut self, endpoint: &Endpoint) -> Result<Heard, Failure> {
        if let Some(mut connection) = self.connection.take() {
            match connection.ask(endpoint).await {
                Asked::Heard(heard) => return Ok(self.keep(connection, heard)),
                Asked::Failed(failure) => return Err(failure),
                Asked::Unsent => {}
            }
        }
        let mut connection = endpoint.connect().await?;
        self.openings.push(connection.opening);
        match connection.ask(endpoint).await {
            Asked::Heard(heard) => Ok(self.keep(connection, heard)),
            Asked::Failed(failure) => Err(failure),
            Asked::Unsent => {
                Err(Failure::new(FailureKind::Closed, "a new connection was closed before anything was sent"))
            }
        }
    }

    fn keep(&mut self, connection: Connection, heard: Heard) -> Heard {
        self.connection = Some(connection);
        heard
    }
}
