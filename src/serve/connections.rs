//! Accepts connections, a bounded number of them, each with bounded heads and bounded patience.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Connections at once; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 128;
/// Bytes of the head of a request.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Header lines of a request.
const HEADERS_MAX: usize = 64;
/// Time for the head of a request, and between two on one connection.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);
/// Time for answers under way when the server ends.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// Time between two looks at whether to end.
const STOP_EVERY: Duration = Duration::from_millis(100);

/// Answers with `router` until `is_stopped`, then says so on `ending`.
pub async fn accept(
    listener: &TcpListener,
    router: Router,
    ending: &watch::Sender<bool>,
    is_stopped: impl Fn() -> bool,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut open = JoinSet::new();
    while !is_stopped() {
        tokio::select! {
            taken = take(listener, &room) => {
                // One that failed was given up by its client, or the system is short of files:
                // others may do better a little later.
                match taken {
                    Some((stream, permit)) => {
                        open.spawn(answer(stream, router.clone(), ending.subscribe(), permit));
                    }
                    None => sleep(STOP_EVERY).await,
                }
            }
            Some(_) = open.join_next() => {}
            () = sleep(STOP_EVERY) => {}
        }
    }
    ending.send_replace(true);
    // Those that take longer are dropped with the set.
    let _ = timeout(LAST_ANSWERS, async {
        while open.join_next().await.is_some() {}
    })
    .await;
}

async fn take(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    let (stream, _) = listener.accept().await.ok()?;
    Some((stream, permit))
}

async fn answer(
    stream: TcpStream,
    router: Router,
    mut ending: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    // What goes wrong with a connection is between it and its client.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = ending.wait_for(|is_ending| *is_ending) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
