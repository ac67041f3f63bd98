//! Connections: taken while the server runs, and ended once the requests on them are answered.

use std::{io, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};

/// How long nobody new is taken when the system has no room for a connection.
const NO_ROOM_PAUSE: Duration = Duration::from_secs(1);

/// Has `router` answer whoever connects until `stop`, and then whatever is under way. A connection that has sent no
/// whole request head within `head_deadline` is closed.
pub(super) async fn serve(
    mut listener: TcpListener,
    router: Router,
    head_deadline: Duration,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_deadline);
    let connections = GracefulShutdown::new();
    let take = async {
        loop {
            let stream = accept(&mut listener).await;
            let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
            let connection = connections.watch(connection);
            // A connection that breaks is its client's affair.
            tokio::spawn(async { drop(connection.await) });
        }
    };
    tokio::select! {
        () = take => {}
        () = stop => {}
    }
    // Nobody new is let in while the others are answered.
    drop(listener);
    connections.shutdown().await;
}

async fn accept(listener: &mut TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_of_a_client(&error) => {}
            Err(error) => {
                eprintln!("taking no connection for now: {error}");
                tokio::time::sleep(NO_ROOM_PAUSE).await;
            }
        }
    }
}

/// Whether the connection broke before it was taken.
fn is_of_a_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
