//! Is the process at work, and can the store be read? One line of text each; 503 says no.

use axum::extract::State;
use axum::http::StatusCode;

use super::{Vitals, Web};

/// Whether the scheduler's heart beats.
pub(super) async fn health(State(web): State<Web>) -> (StatusCode, String) {
    let vitals = web.vitals();
    match vitals.is_alive(web.now()) {
        true => (StatusCode::OK, "alive\n".into()),
        false => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!(
                "the scheduler has not looked since {}; it looks at least every {} s\n",
                vitals.beat_at,
                Vitals::BEAT_EVERY.as_secs()
            ),
        ),
    }
}

/// Whether the store answers.
pub(super) async fn readiness(State(web): State<Web>) -> (StatusCode, String) {
    match web.read(|archive| Ok(archive.schedule()?)).await {
        Ok(_) => (StatusCode::OK, "ready\n".into()),
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("the store cannot be read: {error}\n"),
        ),
    }
}
