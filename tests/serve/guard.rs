//! Who may ask, and for what.

use std::fs;

use serde_json::json;

use crate::support::{Server, long, scenarios, short};

#[test]
fn other_names_and_other_sites_are_refused() {
    let server = Server::start(&[]);
    let port = server.port;
    let host = |line: &str| {
        server
            .raw(&format!("GET /api/runs HTTP/1.1{line}"), "")
            .code
    };
    assert_eq!(host(&format!("\r\nHost: localhost:{port}")), 200);
    assert_eq!(host(&format!("\r\nHost: [::1]:{port}")), 200);
    for line in [
        "\r\nHost: evil.example".to_owned(),
        format!("\r\nHost: evil.example:{port}"),
        format!("\r\nHost: localhost.evil.example:{port}"),
        "\r\nHost: 127.0.0.1".to_owned(),
        format!("\r\nHost: 127.0.0.1:{}", port ^ 1),
        format!("\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example"),
        "\r\nHost:".to_owned(),
        String::new(),
    ] {
        assert_eq!(host(&line), 421, "{line:?}");
    }
    let ours = format!("\r\nOrigin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin");
    assert_eq!(server.get_with("/api/runs", &ours).code, 200);
    for line in [
        "Origin: http://evil.example".to_owned(),
        "Origin: null".to_owned(),
        format!("Origin: https://127.0.0.1:{port}"),
        format!("Origin: http://127.0.0.1:{}", port ^ 1),
        "Sec-Fetch-Site: cross-site".to_owned(),
        "Sec-Fetch-Site: same-site".to_owned(),
    ] {
        let line = format!("\r\n{line}");
        assert_eq!(server.get_with("/api/runs", &line).code, 403, "{line:?}");
        assert_eq!(server.get_with("/", &line).code, 403, "{line:?}");
        let token = format!("{line}\r\nAuthorization: Bearer {}", server.token);
        let answer = server.post_with("/api/runs", &token, &short().to_string());
        assert_eq!(answer.code, 403, "{line:?}");
    }
    assert_eq!(fs::read_dir(server.runs()).expect("readable").count(), 0);
}

#[test]
fn what_starts_work_needs_the_token() {
    let server = Server::start(&[]);
    let body = short().to_string();
    let other = "0".repeat(server.token.len());
    for path in ["/api/runs", "/api/check", "/api/stop/a", "/api/resume/a"] {
        for header in [
            String::new(),
            "\r\nAuthorization: Bearer ".to_owned(),
            format!("\r\nAuthorization: Bearer {other}"),
            format!("\r\nAuthorization: Bearer {}0", server.token),
            format!("\r\nAuthorization: {}", server.token),
            format!("\r\nCookie: token={}", server.token),
        ] {
            let answer = server.post_with(path, &header, &body);
            assert_eq!(answer.code, 401, "{path} {header:?}");
        }
        let query = format!("{path}?token={}", server.token);
        assert_eq!(server.post_with(&query, "", &body).code, 401);
    }
    let delete = format!(
        "DELETE /api/runs HTTP/1.1\r\nHost: 127.0.0.1:{}",
        server.port
    );
    assert_eq!(server.raw(&delete, "").code, 401);
    assert_eq!(fs::read_dir(server.runs()).expect("readable").count(), 0);
    assert_eq!(server.token.len(), 32);
    let again = Server::start(&[]);
    assert_ne!(server.token, again.token);
}

#[test]
fn the_page_may_load_nothing_from_elsewhere_and_be_framed_by_nobody() {
    let server = Server::start(&[]);
    for path in ["/", "/main.js", "/style.css", "/api/runs", "/absent"] {
        let head = server.get(path).head;
        for line in [
            "content-security-policy: default-src 'none'",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "x-frame-options: deny",
            "cache-control: no-store",
        ] {
            assert!(head.contains(line), "{path}: {line}\n{head}");
        }
    }
    let report = server.get("/report.html").head;
    assert!(report.contains("content-security-policy: sandbox allow-scripts allow-downloads;"));
    assert!(report.contains("frame-ancestors 'self'"));
    assert_eq!(server.get("/absent").code, 404);
    assert!(!server.get("/").body.contains(&server.token));
}

#[test]
fn no_name_leads_out_of_the_folders() {
    let server = Server::start(&[]);
    let secret = server.folder.path().join("secret.toml");
    fs::write(&secret, "schema = 1").expect("writable");
    let outside = server.folder.path().join("outside");
    fs::create_dir(&outside).expect("a folder");
    fs::write(outside.join("manifest.json"), "{}").expect("writable");
    let absolute = outside.to_str().expect("UTF-8").replace('/', "%2F");
    for name in [
        "..%2Foutside",
        "%2e%2e/outside",
        "../outside",
        "a/../../outside",
        &absolute,
        "a%00b",
    ] {
        for path in ["/api/runs/", "/api/events/", "/api/report?run="] {
            let code = server.get(&format!("{path}{name}")).code;
            assert!([404, 400].contains(&code), "{path}{name}: {code}");
        }
        for path in ["/api/resume/", "/api/stop/"] {
            let code = server.post(&format!("{path}{name}"), &json!({})).code;
            assert!([404, 409].contains(&code), "{path}{name}: {code}");
        }
    }
    let secret = secret.to_str().expect("UTF-8");
    let blocks = scenarios().join("blocks/ideas.toml");
    for file in [
        "../secret.toml",
        secret,
        "..",
        "",
        "absent.toml",
        "blocks/ideas.toml",
        blocks.to_str().expect("UTF-8"),
    ] {
        let answer = server.post("/api/runs", &json!({ "scenario": file }));
        assert_eq!(answer.code, 422, "{file}");
        let path = format!("/api/scenarios/{}", file.replace('/', "%2F"));
        assert!([404, 200].contains(&server.get(&path).code));
        if !file.is_empty() {
            assert_eq!(server.get(&path).code, 404, "{file}");
        }
    }
    assert_eq!(fs::read_dir(server.runs()).expect("readable").count(), 0);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folders_are_not_followed() {
    use std::os::unix::fs::symlink;
    let server = Server::start(&[]);
    let id = server.run(&short());
    server.wait_for(&id, &["completed"]);
    let moved = server.folder.path().join("moved");
    fs::rename(server.runs().join(&id), &moved).expect("it moves");
    symlink(&moved, server.runs().join(&id)).expect("a link");
    let inner = server.runs().join("inner");
    fs::create_dir(&inner).expect("a folder");
    fs::copy(moved.join("manifest.json"), inner.join("manifest.json")).expect("it copies");
    symlink(moved.join("ticks.csv"), inner.join("ticks.csv")).expect("a link");
    for name in [id.as_str(), "inner"] {
        assert_eq!(
            server.get(&format!("/api/events/{name}")).code,
            404,
            "{name}"
        );
        assert_eq!(
            server.get(&format!("/api/report?run={name}")).code,
            404,
            "{name}"
        );
        let listed = server.get("/api/runs").json();
        let listed = listed["runs"].as_array().expect("a list");
        assert!(listed.iter().all(|run| run["scenario"] == ""), "{listed:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_scenario_that_links_out_of_its_folder_cannot_be_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("scenarios");
    fs::create_dir(&inside).expect("a folder");
    std::os::unix::fs::symlink(scenarios().join("smoke.toml"), inside.join("link.toml"))
        .expect("a link");
    let server = Server::on(folder, &inside, &[]);
    assert_eq!(server.get("/api/scenarios").json(), json!([]));
    assert_eq!(
        server
            .post("/api/runs", &json!({ "scenario": "link.toml" }))
            .code,
        422
    );
}

#[test]
fn open_to_other_machines_even_reading_needs_the_token_and_the_name() {
    let server = Server::start(&["--bind", "0.0.0.0", "--host", "box.lan"]);
    let token = format!("\r\nAuthorization: Bearer {}", server.token);
    assert_eq!(server.get("/").code, 200);
    assert_eq!(server.get("/api/runs").code, 401);
    assert_eq!(server.get("/api/report?run=a").code, 401);
    assert_eq!(server.get_with("/api/runs", &token).code, 200);
    let named = |host: &str| {
        let head = format!("GET / HTTP/1.1\r\nHost: {host}:{}", server.port);
        server.raw(&head, "").code
    };
    assert_eq!(named("box.lan"), 200);
    assert_eq!(named("0.0.0.0"), 421);
    assert_eq!(named("other.lan"), 421);
}

#[test]
fn only_so_many_run_at_once() {
    let server = Server::start(&["--jobs", "1"]);
    let id = server.run(&long());
    let answer = server.post("/api/runs", &short());
    assert_eq!(answer.code, 429, "{answer:?}");
    assert!(answer.body.contains("--jobs"), "{answer:?}");
    server.wait_for(&id, &["running"]);
    assert_eq!(
        server.post(&format!("/api/stop/{id}"), &json!({})).code,
        200
    );
    server.wait_for(&id, &["interrupted", "failed"]);
    server.run(&short());
}
