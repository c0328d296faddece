//! A server of this program, and requests to it byte by byte: no client library decides what is sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// A server of an empty folder, ended with the test.
pub struct Server {
    pub process: Child,
    /// As it was printed, with the token.
    pub url: String,
    pub port: u16,
    pub token: String,
    pub folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

pub fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

impl Server {
    pub fn start(more: &[&str]) -> Server {
        Server::on(tempfile::tempdir().expect("a folder"), &scenarios(), more)
    }

    /// Of the folder `runs` in `folder`.
    pub fn on(folder: TempDir, scenarios: &Path, more: &[&str]) -> Server {
        let mut process = Command::new(env!("CARGO_BIN_EXE_takeoff"))
            .arg("serve")
            .arg(folder.path().join("runs"))
            .arg("--scenarios")
            .arg(scenarios)
            .args(["--port", "0"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut url = String::new();
        let out = process.stdout.take().expect("stdout is piped");
        BufReader::new(out).read_line(&mut url).expect("a line");
        let url = url.trim().to_owned();
        let (address, token) = url
            .split_once("/#token=")
            .expect("the token is in the fragment");
        let (_, port) = address.rsplit_once(':').expect("a port");
        Server {
            port: port.parse().expect("a number"),
            token: token.to_owned(),
            process,
            url,
            folder,
        }
    }

    pub fn runs(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    /// Sends `head`, lines without `Host`, and `body`.
    pub fn raw(&self, head: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let request = format!("{head}\r\nConnection: close\r\n\r\n{body}");
        // A server that refuses may close before it has read all.
        let _ = stream.write_all(request.as_bytes());
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let code = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Answer {
            code: code.unwrap_or(0),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    /// `GET` with our name and `headers`, each after a line end.
    pub fn get_with(&self, path: &str, headers: &str) -> Answer {
        let port = self.port;
        self.raw(
            &format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}{headers}"),
            "",
        )
    }

    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, "")
    }

    /// `POST` of JSON with our name and `headers`.
    pub fn post_with(&self, path: &str, headers: &str, body: &str) -> Answer {
        let (port, length) = (self.port, body.len());
        self.raw(
            &format!(
                "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\
                 \r\nContent-Length: {length}{headers}"
            ),
            body,
        )
    }

    /// The same with the token.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let token = format!("\r\nAuthorization: Bearer {}", self.token);
        self.post_with(path, &token, &body.to_string())
    }

    /// Starts a run; its name.
    pub fn run(&self, body: &Value) -> String {
        let answer = self.post("/api/runs", body);
        assert_eq!(answer.code, 200, "{answer:?}");
        answer.json()["id"].as_str().expect("a name").to_owned()
    }

    /// Waits until a run is in one of `states`; how it is then.
    pub fn wait_for(&self, id: &str, states: &[&str]) -> Value {
        self.wait_until(id, |run| {
            states.contains(&run["state"].as_str().unwrap_or_default())
        })
    }

    pub fn wait_until(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let run = self.get(&format!("/api/runs/{id}")).json();
            if is_so(&run) {
                return run;
            }
            assert!(began.elapsed() < PATIENCE, "{run}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks the server to end, as Ctrl-C does, and waits for it.
    #[cfg(unix)]
    pub fn interrupt(&mut self) -> Option<i32> {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("kill runs").success());
        self.process.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A small world that runs for a moment.
pub fn short() -> Value {
    json!({ "scenario": "smoke.toml", "engine": "cpu" })
}

/// The same for so long that a test has to stop it.
pub fn long() -> Value {
    let set = [["run.days", "36500"], ["run.tick_hours", "1"]];
    json!({ "scenario": "smoke.toml", "engine": "cpu", "set": set })
}
