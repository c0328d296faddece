//! The files of the page; they are in the program.

use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::routes::Refusal;

/// Path, type, content.
const FILES: [(&str, &str, &str); 10] = [
    (
        "/",
        "text/html; charset=utf-8",
        include_str!("page/page.html"),
    ),
    ("/report.css", "text/css", crate::report::STYLE),
    ("/style.css", "text/css", include_str!("page/style.css")),
    ("/dom.js", SCRIPT, include_str!("page/dom.js")),
    ("/main.js", SCRIPT, include_str!("page/main.js")),
    ("/server.js", SCRIPT, include_str!("page/server.js")),
    ("/list.js", SCRIPT, include_str!("page/list.js")),
    ("/run.js", SCRIPT, include_str!("page/run.js")),
    ("/form.js", SCRIPT, include_str!("page/form.js")),
    ("/more.js", SCRIPT, include_str!("page/more.js")),
];

const SCRIPT: &str = "text/javascript";

/// The file that a request names.
pub async fn file(uri: Uri) -> Response {
    match FILES.iter().find(|(path, ..)| *path == uri.path()) {
        Some((_, kind, text)) => ([(CONTENT_TYPE, *kind)], *text).into_response(),
        None => Refusal::new(StatusCode::NOT_FOUND, "there is nothing here").into_response(),
    }
}
