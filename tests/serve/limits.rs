//! Nobody gets more than a share: connections, heads, bodies and patience are bounded.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{PATIENCE, Server};

/// Connections that are answered at once, as in `src/serve/connections.rs`.
const CONNECTIONS_MAX: usize = 128;
/// An idle connection is given up after 15 s; what needs them open must be done before.
const OPEN_FOR_SURE: Duration = Duration::from_secs(12);
/// In which an idle server answers many times over.
const MOMENT: Duration = Duration::from_secs(3);
/// Tries on a machine that others hold up.
const TRIES: usize = 5;

#[test]
fn requests_are_bounded() {
    let server = Server::start(&[]);
    let token = format!("\r\nAuthorization: Bearer {}", server.token);
    let large = json!({ "scenario": "a".repeat(70_000) }).to_string();
    assert_eq!(server.post_with("/api/check", &token, &large).code, 413);
    let plain = format!(
        "POST /api/check HTTP/1.1\r\nHost: 127.0.0.1:{}{token}\r\nContent-Type: text/plain\r\n\
         Content-Length: 2",
        server.port
    );
    assert_eq!(server.raw(&plain, "{}").code, 415);
    for body in [
        "",
        "{",
        "[]",
        "{\"scenario\": 1}",
        "{\"scenario\": \"a\", \"more\": 1}",
    ] {
        assert_eq!(
            server.post_with("/api/check", &token, body).code,
            400,
            "{body}"
        );
    }
    let long_head = format!("\r\nX-Long: {}", "a".repeat(20_000));
    assert_eq!(server.get_with("/api/runs", &long_head).code, 431);
    let many = "\r\nX-Many: 1".repeat(100);
    assert_eq!(server.get_with("/api/runs", &many).code, 431);
    // A head that never ends is given up.
    let mut slow = TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
    slow.write_all(b"GET / HTTP/1.1\r\n").expect("it reads");
    slow.set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a timeout");
    let began = Instant::now();
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest);
    assert!(
        began.elapsed() < Duration::from_secs(50),
        "it waits for ever"
    );
    assert_eq!(server.get("/api/runs").code, 200);
}

#[test]
fn a_body_that_never_ends_is_given_up() {
    let server = Server::start(&[]);
    let mut slow = connect(&server);
    let head = format!(
        "POST /api/check HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {}\r\nContent-Length: 100\r\n\r\n{{\"scenario\":",
        server.port, server.token
    );
    slow.write_all(head.as_bytes()).expect("it reads");
    // It is waited for, and others are answered meanwhile.
    slow.set_read_timeout(Some(MOMENT)).expect("a timeout");
    assert_eq!(read(&mut slow), Err(ErrorKind::WouldBlock));
    assert_eq!(server.get("/api/runs").code, 200);
    slow.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let answer = read(&mut slow).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("the body took too long"), "{answer}");
}

#[test]
fn more_connections_than_there_is_room_for_wait_until_one_goes() {
    let server = Server::start(&[]);
    for _ in 0..TRIES {
        if one_waits_for_room(&server) {
            return;
        }
        // Those of this try are gone before the next.
        thread::sleep(MOMENT);
    }
    panic!("the machine was held up {TRIES} times");
}

/// False if it took so long that connections may have been given up.
fn one_waits_for_room(server: &Server) -> bool {
    let began = Instant::now();
    let mut open: Vec<TcpStream> = (0..CONNECTIONS_MAX).map(|_| connect(server)).collect();
    let last = open.len() - 1;
    // The last that there is room for is answered, and stays open.
    ask(&mut open[last], server);
    let answer = read(&mut open[last]);
    let mut waiting = connect(server);
    ask(&mut waiting, server);
    waiting.set_read_timeout(Some(MOMENT)).expect("a timeout");
    let early = read(&mut waiting);
    if began.elapsed() > OPEN_FOR_SURE {
        return false;
    }
    assert!(answer.is_ok_and(|it| it.starts_with("HTTP/1.1 200 ")));
    assert_eq!(early, Err(ErrorKind::WouldBlock));
    drop(open.pop());
    waiting.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let answer = read(&mut waiting).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    began.elapsed() <= OPEN_FOR_SURE
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

fn ask(stream: &mut TcpStream, server: &Server) {
    let head = format!(
        "GET /api/runs HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n",
        server.port
    );
    stream.write_all(head.as_bytes()).expect("it is taken in");
}

/// What comes first, or why nothing does.
fn read(stream: &mut TcpStream) -> Result<String, ErrorKind> {
    let mut bytes = [0; 4096];
    match stream.read(&mut bytes) {
        Ok(count) => Ok(String::from_utf8_lossy(&bytes[..count]).into_owned()),
        // Systems name a timeout differently.
        Err(error) if error.kind() == ErrorKind::TimedOut => Err(ErrorKind::WouldBlock),
        Err(error) => Err(error.kind()),
    }
}
