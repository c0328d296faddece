//! What there is to ask, and the answers.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State as Of};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;

use super::address::Names;
use super::events::{self, Told};
use super::guard;
use super::jobs::{JobError, Jobs};
use super::page;
use super::runs::Runs;
use super::scenarios::{Asked, Planned, Scenarios, Wrong};
use super::token::Token;
use crate::record::{self, Existing, RecordError};
use crate::report::{self, ReportError};
use crate::scenario;

/// The columns that a stream tells of if nobody asks for others.
const COLUMNS: &str = "tick,day,date,lab,oom_training,researchers,active,effective_compute_a100e";

/// Runs in one report.
const REPORTED_MAX: usize = 8;

/// The report's own scripts and styles stand in it; it loads nothing and speaks to nobody.
const REPORT_POLICY: &str = "sandbox allow-scripts allow-downloads; default-src 'none'; \
    script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'";

/// Everything that answers need.
pub struct State {
    pub(super) runs: Runs,
    pub(super) scenarios: Scenarios,
    pub(super) jobs: Jobs,
    pub(super) names: Names,
    pub(super) token: Token,
    pub(super) is_loopback: bool,
    pub(super) streams: Arc<Semaphore>,
    /// True once the server ends.
    pub(super) ending: watch::Sender<bool>,
}

/// Why a request is not answered: a code and a sentence, or what is wrong with its values.
#[derive(Debug)]
pub struct Refusal {
    code: StatusCode,
    error: String,
    problems: Vec<Wrong>,
}

impl Refusal {
    /// For one reason.
    pub fn new(code: StatusCode, error: &str) -> Refusal {
        Refusal {
            code,
            error: error.to_owned(),
            problems: Vec::new(),
        }
    }

    fn no_run() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "there is no such run")
    }

    fn of_values(problems: Vec<Wrong>) -> Refusal {
        Refusal {
            code: StatusCode::UNPROCESSABLE_ENTITY,
            error: "the scenario is refused".to_owned(),
            problems,
        }
    }
}

impl From<RecordError> for Refusal {
    fn from(error: RecordError) -> Refusal {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
    }
}

impl From<ReportError> for Refusal {
    fn from(error: ReportError) -> Refusal {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
    }
}

impl From<JobError> for Refusal {
    fn from(error: JobError) -> Refusal {
        let code = match error {
            JobError::Full(_) => StatusCode::TOO_MANY_REQUESTS,
            JobError::AtWork(_) => StatusCode::CONFLICT,
            JobError::Start(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Refusal::new(code, &error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "problems": self.problems });
        (self.code, json_body(&body)).into_response()
    }
}

type Answer = Result<Response, Refusal>;

/// All routes, behind the guard.
pub fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/api/runs", get(list).post(start))
        .route("/api/runs/{*id}", get(run))
        .route("/api/events/{*id}", get(follow))
        .route("/api/stop/{*id}", post(stop))
        .route("/api/resume/{*id}", post(resume))
        .route("/api/report", get(report_data))
        .route("/report.html", get(report_page))
        .route("/api/schema", get(schema))
        .route("/api/scenarios", get(scenarios))
        .route("/api/scenarios/{file}", get(scenario))
        .route("/api/check", post(check))
        .fallback(get(page::file))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            guard::guard,
        ))
        .with_state(state)
}

fn json_body(value: &impl Serialize) -> Response {
    let text = serde_json::to_string(value).expect("answers are plain data");
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

/// The values of `name` in the query of an address.
fn values(query: Option<&str>, name: &str) -> Vec<String> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let values = pairs.filter(|(key, _)| key == name);
    values.map(|(_, value)| value.into_owned()).collect()
}

/// Reads files where that holds up nobody else.
async fn answer<T: Serialize + Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Answer {
    let done = spawn_blocking(work).await.map_err(|_| {
        let why = "the program has a fault: its message is where `takeoff serve` was started";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, why)
    })?;
    done.map(|value| json_body(&value))
}

async fn list(Of(state): Of<Arc<State>>) -> Answer {
    answer(move || {
        let (at_work, jobs_max) = state.jobs.load();
        Ok(json!({
            "folder": state.runs.spoken(),
            "version": env!("CARGO_PKG_VERSION"),
            "at_work": at_work,
            "jobs_max": jobs_max,
            "runs": state.runs.list(&state.jobs)?,
            "sweeps": state.runs.sweeps()?,
        }))
    })
    .await
}

async fn run(Of(state): Of<Arc<State>>, Path(id): Path<String>) -> Answer {
    answer(move || {
        let row = state.runs.row(&id, &state.jobs);
        row.ok_or_else(Refusal::no_run)
    })
    .await
}

async fn follow(
    Of(state): Of<Arc<State>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let wanted = values(query.as_deref(), "columns").pop();
    let columns = events::columns(wanted.as_deref().unwrap_or(COLUMNS))
        .map_err(|why| Refusal::new(StatusCode::BAD_REQUEST, &why))?;
    let Ok(permit) = Arc::clone(&state.streams).try_acquire_owned() else {
        let many = format!("{} viewers already", events::STREAMS_MAX);
        let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, &many);
        return Ok(([(RETRY_AFTER, "5")], refusal).into_response());
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let last = last.map(str::to_owned);
    let told = spawn_blocking(move || {
        state.runs.row(&id, &state.jobs)?;
        Some(Told::new(state, id, columns, last.as_deref(), permit))
    });
    let told = told.await.ok().flatten().ok_or_else(Refusal::no_run)?;
    Ok(events::stream(told).into_response())
}

/// The report page without any data: whoever shows it in a frame sends it some. In the frame it has
/// an origin of its own, so that what runs there reaches neither the token nor any route.
async fn report_page() -> Answer {
    let page = report::page(&report::Data::read(&[])?);
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, REPORT_POLICY),
        (X_FRAME_OPTIONS, "SAMEORIGIN"),
    ];
    Ok((headers, page).into_response())
}

/// What the report shows of the runs and sweeps in `run=ID&run=ID`; null while one of them has no ticks yet.
async fn report_data(Of(state): Of<Arc<State>>, RawQuery(query): RawQuery) -> Answer {
    let ids = values(query.as_deref(), "run");
    if ids.is_empty() || ids.len() > REPORTED_MAX {
        let why = format!("one to {REPORTED_MAX} runs, as in ?run=a&run=b");
        return Err(Refusal::new(StatusCode::BAD_REQUEST, &why));
    }
    answer(move || {
        let mut folders = Vec::new();
        for id in ids {
            match state.runs.find_whole(&id) {
                Some(folder) => folders.push(folder),
                None if state.runs.row(&id, &state.jobs).is_some() => return Ok(None),
                None => return Err(Refusal::no_run()),
            }
        }
        match report::Data::read(&folders) {
            Ok(data) => Ok(Some(data)),
            Err(ReportError::NoTicks { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    })
    .await
}

async fn schema() -> Answer {
    let text = scenario::json_schema();
    Ok(([(CONTENT_TYPE, "application/schema+json")], text).into_response())
}

async fn scenarios(Of(state): Of<Arc<State>>) -> Answer {
    answer(move || Ok(state.scenarios.list()?)).await
}

async fn scenario(
    Of(state): Of<Arc<State>>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let variant = values(query.as_deref(), "variant").pop();
    answer(move || {
        let described = state.scenarios.describe(&file, variant);
        let found = described
            .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "there is no such scenario file"))?;
        found.map_err(Refusal::of_values)
    })
    .await
}

fn asked(body: &[u8]) -> Result<Asked, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, &error.to_string()))
}

/// What a run as asked would be. That it cannot be run is an answer too.
async fn check(Of(state): Of<Arc<State>>, body: axum::body::Bytes) -> Answer {
    answer(move || {
        Ok(match state.scenarios.plan(&asked(&body)?) {
            Ok(planned) => json!({
                "command": planned.command,
                "check": planned.check,
                "problems": [],
            }),
            Err(problems) => json!({ "command": null, "check": null, "problems": problems }),
        })
    })
    .await
}

async fn start(Of(state): Of<Arc<State>>, body: axum::body::Bytes) -> Answer {
    answer(move || {
        let planned = state.scenarios.plan(&asked(&body)?);
        let planned = planned.map_err(Refusal::of_values)?;
        start_planned(&state, planned)
    })
    .await
}

fn start_planned(state: &State, planned: Planned) -> Result<Value, Refusal> {
    let (at_work, jobs_max) = state.jobs.load();
    if at_work >= jobs_max {
        return Err(JobError::Full(at_work).into());
    }
    let name = format!("{}-{}", planned.name, planned.seed);
    let folder = record::numbered_folder(state.runs.folder().path(), &name, Existing::Refuse)?;
    let id = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut arguments = planned.arguments;
    arguments.push("--out".into());
    arguments.push(folder.clone().into_os_string());
    start_job(state, &id, arguments)
}

fn start_job(state: &State, id: &str, mut arguments: Vec<OsString>) -> Result<Value, Refusal> {
    arguments.extend(["--quiet".into(), "--until-stdin-ends".into()]);
    state.jobs.start(id, &arguments)?;
    Ok(json!({ "id": id }))
}

async fn stop(Of(state): Of<Arc<State>>, Path(id): Path<String>) -> Answer {
    answer(move || {
        if state.jobs.stop(&id) {
            return Ok(json!({ "id": id }));
        }
        let why = match state.runs.find(&id) {
            Some(_) => "it is not at work, or was not started here",
            None => "there is no such run",
        };
        Err(Refusal::new(StatusCode::CONFLICT, why))
    })
    .await
}

async fn resume(Of(state): Of<Arc<State>>, Path(id): Path<String>) -> Answer {
    answer(move || {
        let row = state.runs.row(&id, &state.jobs);
        let folder: PathBuf = state.runs.find(&id).ok_or_else(Refusal::no_run)?;
        if !row.is_some_and(|row| row.resumable) {
            let why = "it is at work, or complete";
            return Err(Refusal::new(StatusCode::CONFLICT, why));
        }
        let arguments = vec!["run".into(), folder.into_os_string(), "--resume".into()];
        start_job(&state, &id, arguments)
    })
    .await
}
