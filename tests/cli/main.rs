//! The program as a shell sees it, and what it says of configurations that are wrong.

mod config_errors;
mod program;
