//! What systemd wants to hear (sd_notify(3)). Where it does not listen, nothing is said.

use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tracing::{debug, error};

use crate::crawl::Pulse;
use crate::model::Clock;
use crate::outputs::web::Vitals;

pub(super) fn ready() {
    say(&[NotifyState::Ready]);
}

/// To be followed by [`ready`].
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => say(&[NotifyState::Reloading, now]),
        Err(error) => debug!("systemd is not told of the reload: {error}"),
    }
}

pub(super) fn stopping() {
    say(&[NotifyState::Stopping]);
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        debug!("systemd was not reached: {error}");
    }
}

/// Feeds the watchdog, if there is one, as long as the service's heart beats.
pub(super) async fn beat(pulse: Arc<Pulse>, clock: Arc<dyn Clock>) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let mut ticks = tokio::time::interval((limit / 2).max(Duration::from_millis(1)));
    loop {
        ticks.tick().await;
        let silence = clock.now().duration_since(pulse.beat_at()).unsigned_abs();
        if silence <= Vitals::LONGEST_SILENCE {
            say(&[NotifyState::Watchdog]);
        } else {
            error!(
                "the scheduler has not looked for {} s; the watchdog is not fed",
                silence.as_secs()
            );
        }
    }
}
