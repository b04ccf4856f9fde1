//! Runs the program as a user would, in an empty folder of its own, and reads what it left.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::server::{Moment, Server};

/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(600);

/// A folder with a database in it, and the program to be run there.
pub struct Boardwalk {
    folder: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Outcome {
    /// `None`: it was killed.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
    /// The action that was to kill it came to its moment.
    pub killed: bool,
}

impl Outcome {
    /// The report of `--json`: the last JSON value on stdout.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn report(&self) -> Value {
        let text = self.stdout.trim();
        serde_json::from_str(text)
            .or_else(|_| serde_json::from_str(text.lines().last().unwrap_or_default()))
            .unwrap_or_else(|error| panic!("no report on stdout: {error}\n{self}"))
    }

    /// Asserts the exit code; a failure shows all that was said.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {:?} after {:?}{}\n--- stdout\n{}\n--- stderr\n{}",
            self.code,
            self.took,
            if self.killed { ", killed" } else { "" },
            self.stdout,
            self.stderr
        )
    }
}

impl Boardwalk {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What is said to be gone is asked for again in the same run, and believed.
    pub fn believe_at_once(&self) {
        let path = self.folder().join("boardwalk.toml");
        std::fs::write(path, "[walk]\nconfirm_gone_after = \"0s\"\n").expect("a new file");
    }

    /// What is to be tried again later is left to a later run.
    pub fn have_no_patience(&self) {
        let path = self.folder().join("boardwalk.toml");
        std::fs::write(path, "[walk]\npatience = \"0s\"\n").expect("a new file");
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    /// As if the waits before another try had passed.
    pub fn forget_waits(&self) {
        rusqlite::Connection::open(self.database())
            .and_then(|store| {
                store.execute_batch(
                    "UPDATE job SET due_at = 0; UPDATE host SET paused_until = NULL;",
                )
            })
            .expect("the store is there");
    }

    /// A command without the user's configuration and colours.
    pub fn command(&self, args: &[&str]) -> Command {
        self.prepared(Command::new(env!("CARGO_BIN_EXE_boardwalk")), args)
    }

    fn prepared(&self, mut command: Command, args: &[&str]) -> Command {
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null());
        command
    }

    /// As `--database` takes it.
    pub fn database_arg(&self) -> String {
        format!("sqlite:{}", self.database().display())
    }

    /// Runs a subcommand on this folder's database.
    pub fn run(&self, args: &[&str]) -> Outcome {
        let database = self.database_arg();
        let mut with_database = args.to_vec();
        with_database.extend(["--database", &database]);
        self.start(&with_database).wait()
    }

    /// Runs exactly these arguments.
    pub fn run_plain(&self, args: &[&str]) -> Outcome {
        self.start(args).wait()
    }

    /// Crawls a listing in haste: loopback boards bear it.
    pub fn crawl(&self, url: &str, args: &[&str]) -> Outcome {
        self.run(&crawl_args(url, args))
    }

    /// Crawls, and is killed (SIGKILL) at a moment, or `delay` after it. Until the process is dead the server
    /// answers nothing else, if there is no delay.
    pub fn crawl_until(
        &self,
        url: &str,
        args: &[&str],
        server: &Server,
        moment: Moment,
        delay: Duration,
    ) -> Outcome {
        let database = self.database_arg();
        let mut all = crawl_args(url, args);
        all.extend(["--database", &database]);
        let run = self.start(&all);
        server.at(moment, delay, run.killer());
        let outcome = run.wait();
        server.forget_actions();
        outcome
    }

    /// Starts a run without waiting for its end.
    pub fn start(&self, args: &[&str]) -> Run {
        Self::started(self.command(args))
    }

    /// Starts a run under limits that a shell sets: `ulimit -n 20`.
    pub fn start_under(&self, limits: &str, args: &[&str]) -> Run {
        let mut shell = Command::new("sh");
        let script = format!("{limits} && exec \"$0\" \"$@\"");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_boardwalk")]);
        let mut command = self.prepared(shell, args);
        // The shell is looked for by it.
        command.env("PATH", "/usr/bin:/bin");
        Self::started(command)
    }

    fn started(mut command: Command) -> Run {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary was built with this test");
        let (say, said) = mpsc::channel();
        let stdout = child.stdout.take().expect("piped");
        let stderr = child.stderr.take().expect("piped");
        read_to_end(stdout, true, say.clone());
        read_to_end(stderr, false, say);
        Run {
            child: Arc::new(Mutex::new(child)),
            killed: Arc::new(AtomicBool::new(false)),
            said,
            started_at: Instant::now(),
        }
    }

    /// Every article in the store, as `export --format jsonl` writes it.
    ///
    /// # Panics
    /// If the export fails.
    pub fn export(&self) -> Vec<Value> {
        let outcome = self.run(&["export", "--format", "jsonl"]).expect_code(0);
        outcome
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON value on each line"))
            .collect()
    }
}

impl Default for Boardwalk {
    fn default() -> Self {
        Self::new()
    }
}

/// Arguments of a crawl in haste.
pub fn crawl_args<'a>(url: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["crawl", url, "--json"];
    if !args.contains(&"--pages") && !args.contains(&"--since") {
        all.extend(["--pages", "all"]);
    }
    if !args.contains(&"--rate") {
        all.extend(["--rate", "1000/s"]);
    }
    if !args.contains(&"--concurrency") {
        all.extend(["--concurrency", "4"]);
    }
    all.extend(args);
    all
}

/// A run under way.
pub struct Run {
    child: Arc<Mutex<Child>>,
    killed: Arc<AtomicBool>,
    said: mpsc::Receiver<(bool, Vec<u8>)>,
    started_at: Instant,
}

impl Run {
    pub fn pid(&self) -> u32 {
        self.child
            .lock()
            .expect("no holder of this lock panics")
            .id()
    }

    /// Peak resident memory in KiB; `None` once the process is gone.
    pub fn peak_kib(&self) -> Option<u64> {
        peak_kib(self.pid())
    }

    /// Processor time of all its threads so far.
    ///
    /// # Panics
    /// If the process is gone.
    pub fn cpu_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()))
            .expect("the process is there");
        // Behind the name, which may hold anything: utime and stime are the 14th and 15th of all (proc(5)).
        let (_, behind_name) = stat.rsplit_once(')').expect("as proc(5) says");
        let ticks = behind_name.split_ascii_whitespace().skip(11).take(2);
        let ticks: u64 = ticks
            .map(|ticks| ticks.parse::<u64>().expect("a number"))
            .sum();
        Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
    }

    pub fn is_over(&self) -> bool {
        let mut child = self.child.lock().expect("no holder of this lock panics");
        !matches!(child.try_wait(), Ok(None))
    }

    /// Sends a signal, by its name without SIG, perhaps from another thread.
    pub fn signaller(&self, name: &str) -> impl FnOnce() + Send + 'static {
        let command = format!("kill -{name} {}", self.pid());
        move || {
            let status = Command::new("sh").args(["-c", &command]).status();
            assert!(status.expect("there is a shell").success(), "{command}");
        }
    }

    /// Kills the run (SIGKILL) from another thread, if it is not over by then.
    pub fn killer(&self) -> impl FnOnce() + Send + 'static {
        let (child, killed) = (Arc::clone(&self.child), Arc::clone(&self.killed));
        move || {
            let mut child = child.lock().expect("no holder of this lock panics");
            if matches!(child.try_wait(), Ok(None)) {
                killed.store(true, Ordering::SeqCst);
                child.kill().expect("our own child, not yet waited for");
                child.wait().expect("our own child");
            }
        }
    }

    /// Kills the run (SIGKILL), if it is not over yet.
    pub fn kill(&self) {
        let mut child = self.child.lock().expect("no holder of this lock panics");
        child.kill().expect("our own child");
        child.wait().expect("our own child");
    }

    /// Waits until both outputs are closed, which is when the process is gone.
    ///
    /// # Panics
    /// If it takes longer than [`PATIENCE`].
    pub fn wait(self) -> Outcome {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            let left = PATIENCE.saturating_sub(self.started_at.elapsed());
            match self.said.recv_timeout(left) {
                Ok((true, bytes)) => stdout = bytes,
                Ok((false, bytes)) => stderr = bytes,
                Err(_) => {
                    let mut child = self.child.lock().expect("no holder of this lock panics");
                    child.kill().expect("our own child");
                    panic!("a run did not end within {PATIENCE:?}");
                }
            }
        }
        let status = self
            .child
            .lock()
            .expect("no holder of this lock panics")
            .wait()
            .expect("our own child");
        Outcome {
            code: status.code(),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            took: self.started_at.elapsed(),
            killed: self.killed.load(Ordering::SeqCst),
        }
    }
}

/// Peak resident memory of a process in KiB; `None` where there is no such process any more.
pub fn peak_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// Collects one output on a thread, so that a full pipe never stops the program.
fn read_to_end(
    mut output: impl Read + Send + 'static,
    is_stdout: bool,
    say: mpsc::Sender<(bool, Vec<u8>)>,
) {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was said before a kill is all there is.
        let _ = output.read_to_end(&mut bytes);
        let _ = say.send((is_stdout, bytes));
    });
}
