//! Runs the service against a world, and asks it for its figures.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::crawl::{Outcome, Run};
use super::world::World;

/// What is waited for comes within this, or never.
const PATIENCE: Duration = Duration::from_secs(60);

/// A configuration in the world's folder, and the service that runs by it.
pub struct Daemon<'w> {
    world: &'w World,
    rate: &'static str,
    pub address: SocketAddr,
    run: Option<Run>,
}

impl<'w> Daemon<'w> {
    /// Writes the configuration; `boards` are its tables.
    pub fn new(world: &'w World, boards: &str) -> Self {
        Self::at_pace(world, boards, "1000/s")
    }

    /// Likewise, with a pace of its own for each host.
    pub fn at_pace(world: &'w World, boards: &str, rate: &'static str) -> Self {
        // A port that is free now will be free in a moment.
        let free = TcpListener::bind(("127.0.0.1", 0)).expect("a free loopback port");
        let daemon = Self {
            world,
            rate,
            address: free.local_addr().expect("a bound socket has one"),
            run: None,
        };
        daemon.configure(boards);
        daemon
    }

    fn config(&self) -> PathBuf {
        self.world.boardwalk.folder().join("daemon.toml")
    }

    pub fn configure(&self, boards: &str) {
        let text = format!(
            "database = \"sqlite:test.db\"\n[pace]\nrate = \"{}\"\nmax_connections = 4\n\
             [schedule]\nbudget = \"1000/s\"\nhost_budget = \"1000/s\"\nmin_interval = \"1s\"\n\
             [web]\nlisten = \"{}\"\n{boards}",
            self.rate, self.address
        );
        std::fs::write(self.config(), text).expect("a folder of our own");
    }

    pub fn start(&mut self) {
        let config = self.config().display().to_string();
        let run = self.world.boardwalk.start(&["daemon", "--config", &config]);
        self.run = Some(run);
    }

    pub fn run(&self) -> &Run {
        self.run.as_ref().expect("it was started")
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        self.run().signaller(name)();
    }

    /// Waits for the end that a signal has asked for.
    pub fn wait(&mut self) -> Outcome {
        self.run.take().expect("it was started").wait()
    }

    pub fn kill(&mut self) {
        self.run.take().expect("it was started").kill();
    }

    /// Status line and body; `None` while nobody listens.
    pub fn get(&self, path: &str) -> Option<(String, String)> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.lines().next()?.to_owned(), body.to_owned()))
    }

    /// Asks until `/metrics` has a line that begins so and whose value is as wanted.
    ///
    /// # Panics
    /// If that takes too long.
    #[track_caller]
    pub fn until_metric(&self, name: &str, wanted: impl Fn(f64) -> bool) {
        self.until(name, || {
            let (_, page) = self.get("/metrics")?;
            let line = page.lines().find(|line| line.starts_with(name))?;
            let value = line.rsplit(' ').next()?.parse().ok()?;
            wanted(value).then_some(())
        });
    }

    /// Asks again and again, until there is an answer.
    ///
    /// # Panics
    /// If that takes too long.
    #[track_caller]
    pub fn until<T>(&self, what: &str, ask: impl Fn() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            assert!(began.elapsed() < PATIENCE, "{what} did not come");
            assert!(!self.run().is_over(), "the service has ended before {what}");
            std::thread::yield_now();
        }
    }
}
