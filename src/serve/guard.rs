//! Who may ask, and for how much. A browser that shows a page of another site can send requests here
//! in its name: `Host`, `Origin` and `Sec-Fetch-Site` give it away, and the token it cannot know.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Of};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::routes::{Refusal, State};

/// Bytes of a request's body.
pub const BODY_BYTES_MAX: usize = 64 << 10;
/// Time for a request's body.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// Everything from here, nothing written into the page is run, nobody shows it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Headers of every answer that does not set its own.
const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Lets a request through to its answer, or refuses it.
pub async fn guard(Of(state): Of<Arc<State>>, request: Request, next: Next) -> Response {
    let mut response = match admitted(&state, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn admitted(state: &State, request: Request) -> Result<Request, Refusal> {
    check_names(state, request.headers())?;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    // Elsewhere than on this machine reading takes the token as well; the page itself says nothing.
    let is_data = request.uri().path().starts_with("/api/");
    if (!reads || (is_data && !state.is_loopback)) && !has_token(state, request.headers()) {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "open the address that `takeoff serve` printed: it ends with the token that this needs",
        ));
    }
    if reads {
        return Ok(request);
    }
    let kind = request.headers().get(CONTENT_TYPE);
    if kind.is_none_or(|kind| kind.as_bytes() != b"application/json") {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body must be application/json",
        ));
    }
    let (head, body) = request.into_parts();
    let whole = timeout(BODY_PATIENCE, to_bytes(body, BODY_BYTES_MAX)).await;
    let whole = whole
        .map_err(|_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body took too long"))?
        .map_err(|_| {
            let why = format!("the body is over {BODY_BYTES_MAX} bytes, or broke off");
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, &why)
        })?;
    Ok(Request::from_parts(head, Body::from(whole)))
}

/// The request calls us by our name and comes from a page of ours, or from none.
fn check_names(state: &State, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    };
    if !host.is_some_and(|host| state.names.has_host(host)) {
        return Err(Refusal::new(
            StatusCode::MISDIRECTED_REQUEST,
            "this is not a name of this server; `takeoff serve --host NAME` gives it one",
        ));
    }
    let ours = |origin: &HeaderValue| {
        let origin = origin.to_str().ok();
        origin.is_some_and(|origin| state.names.has_origin(origin))
    };
    let same_site = |site: &HeaderValue| [&b"same-origin"[..], b"none"].contains(&site.as_bytes());
    let foreign = !headers.get_all(ORIGIN).iter().all(ours)
        || !headers.get_all("sec-fetch-site").iter().all(same_site);
    if foreign {
        let why = "the request comes from a page of another site";
        return Err(Refusal::new(StatusCode::FORBIDDEN, why));
    }
    Ok(())
}

fn has_token(state: &State, headers: &HeaderMap) -> bool {
    let given = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let given = given.and_then(|given| given.strip_prefix(b"Bearer "));
    given.is_some_and(|given| state.token.is(given))
}
