//! Figures for Prometheus, in its text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
//!
//! Labels are names of configured boards and notifiers and of hosts that were asked, at most [`MOST_LABELLED`] of each: what pages say
//! never becomes a label.

use std::fmt::{self, Display, Write};

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::{Vitals, Web};
use crate::store::{BoardStatus, NotifierRecord};

/// Boards, hosts and notifiers that have lines of their own.
const MOST_LABELLED: usize = 1_000;

pub(super) async fn page(State(web): State<Web>) -> Response {
    let read = web.read(|archive| Ok((archive.boards()?, archive.notifiers()?)));
    match read.await {
        Ok((boards, notifiers)) => (
            [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
            figures(&boards, &notifiers, &web.vitals(), web.now()),
        )
            .into_response(),
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("the store cannot be read: {error}\n"),
        )
            .into_response(),
    }
}

/// The whole page.
fn figures(
    boards: &[BoardStatus],
    notifiers: &[NotifierRecord],
    vitals: &Vitals,
    now: Timestamp,
) -> String {
    let mut page = Page(String::new());
    page.of_process(vitals);
    page.of_boards(&boards[..boards.len().min(MOST_LABELLED)]);
    page.of_schedule(vitals);
    page.of_hosts(vitals);
    page.of_notifiers(&notifiers[..notifiers.len().min(MOST_LABELLED)], now);
    page.0
}

/// What kind of number it is, as Prometheus calls it.
#[derive(Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        self.line(format_args!("# HELP boardwalk_{name} {help}"));
        self.line(format_args!("# TYPE boardwalk_{name} {kind}"));
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a string takes all");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
            .collect();
        match labels.is_empty() {
            true => self.line(format_args!("boardwalk_{name} {value}")),
            false => self.line(format_args!(
                "boardwalk_{name}{{{}}} {value}",
                labels.join(",")
            )),
        }
    }

    /// A figure without labels.
    fn single(&mut self, name: &str, kind: Kind, help: &str, value: impl Display) {
        self.head(name, kind, help);
        self.value(name, &[], value);
    }

    fn of_process(&mut self, vitals: &Vitals) {
        let started_s = vitals.started_at.as_second();
        let beat_s = vitals.beat_at.as_second();
        self.head(
            "build_info",
            Kind::Gauge,
            "Always 1; the version is a label.",
        );
        self.value("build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        self.single(
            "start_time_seconds",
            Kind::Gauge,
            "When the service started.",
            started_s,
        );
        self.single(
            "beat_time_seconds",
            Kind::Gauge,
            "When the scheduler last looked.",
            beat_s,
        );
        self.single(
            "config_reloads_total",
            Kind::Counter,
            "Configurations taken over since the start.",
            vitals.n_reloads,
        );
        self.single(
            "config_refused",
            Kind::Gauge,
            "Configurations refused since the last one that was taken over.",
            vitals
                .refused_config
                .as_ref()
                .map_or(0, |refused| refused.n_refused),
        );
    }

    fn of_boards(&mut self, boards: &[BoardStatus]) {
        self.head(
            "articles",
            Kind::Gauge,
            "Articles of a board by their state.",
        );
        for board in boards {
            let counts = &board.counts;
            for (state, n_articles) in [
                ("stored", counts.n_stored),
                ("pending", counts.n_pending),
                ("restricted", counts.n_restricted),
                ("gone", counts.n_gone),
                ("failed", counts.n_failed),
            ] {
                let labels = [("board", counts.name.as_str()), ("state", state)];
                self.value("articles", &labels, n_articles);
            }
        }
        self.per_board(boards, "comments", "Comments held of a board.", |board| {
            Some(board.counts.n_comments)
        });
        self.per_board(
            boards,
            "queued_pages",
            "Pages of a board that wait to be visited.",
            |board| Some(board.n_jobs_queued),
        );
        self.per_board(
            boards,
            "gaps",
            "Stretches of a listing that are not read yet.",
            |board| Some(board.n_gaps),
        );
        self.per_board(
            boards,
            "last_pass_time_seconds",
            "When the last finished pass of a board began.",
            |board| {
                board
                    .last_pass
                    .as_ref()
                    .map(|pass| pass.started_at.as_second())
            },
        );
    }

    fn per_board<T: Display>(
        &mut self,
        boards: &[BoardStatus],
        name: &str,
        help: &str,
        figure: impl Fn(&BoardStatus) -> Option<T>,
    ) {
        self.head(name, Kind::Gauge, help);
        for board in boards {
            if let Some(figure) = figure(board) {
                self.value(name, &[("board", &board.counts.name)], figure);
            }
        }
    }

    fn of_schedule(&mut self, vitals: &Vitals) {
        let boards = || vitals.boards.iter().take(MOST_LABELLED);
        self.head(
            "pass_running",
            Kind::Gauge,
            "1 while a pass of the board is under way.",
        );
        for (name, board) in boards() {
            self.value("pass_running", &[("board", name)], u8::from(board.running));
        }
        self.head(
            "next_pass_time_seconds",
            Kind::Gauge,
            "When the board is due next.",
        );
        for (name, board) in boards() {
            self.value(
                "next_pass_time_seconds",
                &[("board", name)],
                board.next_at.as_second(),
            );
        }
        self.head("posts_per_day", Kind::Gauge, "The board's rate as learnt.");
        for (name, board) in boards() {
            self.value("posts_per_day", &[("board", name)], board.posts_per_day);
        }
    }

    fn of_notifiers(&mut self, notifiers: &[NotifierRecord], now: Timestamp) {
        self.per_notifier(
            notifiers,
            "messages_sent_total",
            Kind::Counter,
            "Messages that the target of a notifier has taken.",
            |notifier| notifier.n_sent,
        );
        self.per_notifier(
            notifiers,
            "message_failures_total",
            Kind::Counter,
            "Tries of messages that failed.",
            |notifier| notifier.n_failed,
        );
        self.head(
            "messages",
            Kind::Gauge,
            "Messages of a notifier that wait, or were given up.",
        );
        for notifier in notifiers {
            for (state, n_messages) in [
                ("waiting", notifier.n_waiting),
                ("given_up", notifier.n_given_up),
            ] {
                let labels = [("notifier", notifier.name.as_str()), ("state", state)];
                self.value("messages", &labels, n_messages);
            }
        }
        self.per_notifier(
            notifiers,
            "notifier_paused",
            Kind::Gauge,
            "1 while the target of a notifier is left alone.",
            |notifier| u64::from(notifier.paused_until.is_some_and(|until| until > now)),
        );
    }

    fn per_notifier(
        &mut self,
        notifiers: &[NotifierRecord],
        name: &str,
        kind: Kind,
        help: &str,
        figure: impl Fn(&NotifierRecord) -> u64,
    ) {
        self.head(name, kind, help);
        for notifier in notifiers {
            self.value(name, &[("notifier", &notifier.name)], figure(notifier));
        }
    }

    fn of_hosts(&mut self, vitals: &Vitals) {
        let hosts = || vitals.hosts.iter().take(MOST_LABELLED);
        self.head(
            "host_interval_seconds",
            Kind::Gauge,
            "Least time between two requests to a host.",
        );
        for (name, host) in hosts() {
            self.value(
                "host_interval_seconds",
                &[("host", name)],
                host.interval.as_secs_f64(),
            );
        }
        self.head(
            "host_requests_in_flight",
            Kind::Gauge,
            "Requests that were sent and are not answered yet.",
        );
        for (name, host) in hosts() {
            let labels = [("host", name.as_str())];
            self.value("host_requests_in_flight", &labels, host.n_in_flight);
        }
        self.head(
            "host_paused",
            Kind::Gauge,
            "1 while the host is left alone.",
        );
        for (name, host) in hosts() {
            let paused = u8::from(host.paused_until.is_some());
            self.value("host_paused", &[("host", name)], paused);
        }
        self.head(
            "host_events_total",
            Kind::Counter,
            "What happened with a host: requests, answers, errors.",
        );
        for (name, host) in hosts() {
            for (event, n_times) in &host.counters {
                self.value(
                    "host_events_total",
                    &[("host", name), ("event", event)],
                    n_times,
                );
            }
        }
    }
}

/// A label's value: backslash, quote and line feed are escaped.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
