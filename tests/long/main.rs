//! What takes its time: weeks of boards and a year of one, kills at any moment, walks through listings that move, an archive
//! of thousands of articles. One program, so that they run beside each other. Whoever runs a service under a stopped clock
//! in it does so alone: what the whole process shares must not wait for another clock.

#[path = "../support/mod.rs"]
mod support;

mod daemon_kill;
mod kill;
mod memory;
mod strangers;
mod verdicts;
mod walk;
mod year;
