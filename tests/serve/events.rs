//! A stream tells every row of a run once and in order, to every viewer, over lost connections.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{PATIENCE, Server, short};

/// One event.
#[derive(Debug, Default)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

/// A stream of events; HTTP/1.0, so that it comes without chunks.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn open(server: &Server, id: &str, last: Option<&str>) -> Stream {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let last = last.map_or(String::new(), |last| format!("\r\nLast-Event-ID: {last}"));
        let port = server.port;
        let request = format!(
            "GET /api/events/{id}?columns=tick,lab,oom_training HTTP/1.0\r\nHost: 127.0.0.1:{port}{last}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut stream = Stream(BufReader::new(stream));
        let head: Vec<String> = std::iter::from_fn(|| stream.line())
            .take_while(|line| !line.is_empty())
            .collect();
        assert!(head[0].contains(" 200 "), "{head:?}");
        assert!(
            head.iter()
                .any(|line| line.eq_ignore_ascii_case("content-type: text/event-stream")),
            "{head:?}"
        );
        stream
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let count = self.0.read_line(&mut line).expect("readable");
        (count > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event; `None` when the stream has ended.
    fn next(&mut self) -> Option<Event> {
        let mut event = Event::default();
        loop {
            let line = self.line()?;
            if line.is_empty() && !event.name.is_empty() {
                return Some(event);
            }
            if let Some(name) = line.strip_prefix("event: ") {
                name.clone_into(&mut event.name);
            } else if let Some(id) = line.strip_prefix("id: ") {
                id.clone_into(&mut event.id);
            } else if let Some(data) = line.strip_prefix("data: ") {
                event.data = serde_json::from_str(data).expect("JSON");
            }
        }
    }

    /// All rows up to the end, and the last state.
    fn rest(mut self) -> (Vec<Value>, Value) {
        let (mut rows, mut state, mut last) = (Vec::new(), Value::Null, String::new());
        while let Some(event) = self.next() {
            match event.name.as_str() {
                "rows" => rows.extend(event.data.as_array().expect("a list").iter().cloned()),
                "state" => state = event.data,
                _ => {}
            }
            last = event.name;
        }
        assert_eq!(last, "end");
        (rows, state)
    }
}

/// Tick, lab and training OOM of every row of `ticks.csv`.
fn recorded(server: &Server, id: &str) -> Vec<Value> {
    let path = server.runs().join(id).join("ticks.csv");
    let rows = takeoff::record::csv_file::Rows::open(&path).expect("readable");
    rows.map(|row| row.expect("a row"))
        .map(|row| json!([row.tick, row.lab, row.oom_training]))
        .collect()
}

#[test]
fn two_viewers_see_every_row_once_while_the_run_goes_on() {
    let server = Server::start(&[]);
    let id = server
        .run(&json!({ "scenario": "smoke.toml", "engine": "cpu", "set": [["run.days", "4000"]] }));
    let streams = [
        Stream::open(&server, &id, None),
        Stream::open(&server, &id, None),
    ];
    let seen: Vec<_> = streams
        .into_iter()
        .map(|stream| std::thread::spawn(|| stream.rest()))
        .collect();
    let seen: Vec<_> = seen
        .into_iter()
        .map(|one| one.join().expect("it ends"))
        .collect();
    let rows = recorded(&server, &id);
    assert!(rows.len() > 8000);
    for (told, state) in seen {
        assert_eq!(told.len(), rows.len());
        assert!(told == rows, "the rows differ");
        assert_eq!(state["state"], "completed");
        assert_eq!(state["digest"].as_str().map(str::len), Some(64));
    }
}

#[test]
fn who_comes_back_goes_on_without_gap_or_double() {
    let server = Server::start(&[]);
    let id = server
        .run(&json!({ "scenario": "smoke.toml", "engine": "cpu", "set": [["run.days", "4000"]] }));
    let (mut rows, mut last, mut lost) = (Vec::new(), None::<String>, 0);
    loop {
        let mut stream = Stream::open(&server, &id, last.as_deref());
        let mut heard = 0;
        let event = loop {
            let Some(event) = stream.next() else {
                panic!("it broke off")
            };
            if event.name == "columns" {
                assert_eq!(event.data["from_start"], last.is_none());
            }
            if event.name == "rows" {
                rows.extend(event.data.as_array().expect("a list").iter().cloned());
                last = Some(event.id.clone());
                heard += 1;
            }
            // The connection is lost after every second piece.
            if event.name == "end" || heard == 2 {
                break event;
            }
        };
        if event.name == "end" {
            break;
        }
        lost += 1;
    }
    assert!(lost > 2, "it was never lost");
    assert!(rows == recorded(&server, &id), "rows are missing or double");
}

#[test]
fn a_place_in_another_run_counts_for_nothing() {
    let server = Server::start(&[]);
    let id = server.run(&short());
    server.wait_for(&id, &["completed"]);
    let all = recorded(&server, &id);
    for last in ["", "nonsense", "1999-01-01T00:00:00Z/5000", "/"] {
        let (rows, _) = Stream::open(&server, &id, Some(last)).rest();
        assert!(rows == all, "{last}");
    }
}

#[test]
fn viewers_are_bounded() {
    let server = Server::start(&[]);
    let id = server.run(&crate::support::long());
    server.wait_until(&id, |run| run["ticks"].as_u64() > Some(0));
    let open: Vec<_> = (0..32).map(|_| Stream::open(&server, &id, None)).collect();
    let answer = server.get(&format!("/api/events/{id}"));
    assert_eq!(answer.code, 503, "{answer:?}");
    assert!(answer.head.contains("retry-after"), "{answer:?}");
    // The list still answers, and room that is left is given away again.
    assert_eq!(server.get("/api/runs").code, 200);
    drop(open);
    server.wait_until(&id, |_| {
        let answer = server.raw(
            &format!(
                "HEAD /api/events/{id} HTTP/1.1\r\nHost: 127.0.0.1:{}",
                server.port
            ),
            "",
        );
        answer.code == 200
    });
    assert_eq!(server.get("/api/events/absent").code, 404);
    assert_eq!(
        server.get(&format!("/api/events/{id}?columns=absent")).code,
        400
    );
}
