//! Starts telemetry, runs the command, answers its exit code.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use boardwalk::{cli, telemetry};

fn main() -> ExitCode {
    let cli = cli::parse();
    let outcome = cli::configure(&cli).and_then(|options| {
        telemetry::start(&cli.log_request(&options)).map_err(cli::Usage)?;
        cli::run(cli, options)
    });
    cli::exit_code(outcome)
}
