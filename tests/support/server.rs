//! A server on a loopback port that does as it is told: in goes a handler, out come bytes, and a log of every request.
//! It writes HTTP/1.1 itself, because a proper HTTP library would refuse to send half a body or to break a gzip stream.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// A request head longer than this is not a crawler's.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which one it is, counted from 1 over the life of the server.
    pub n: usize,
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    pub headers: Vec<(String, String)>,
    /// As long as `Content-Length` says.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of this name, without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or("")
    }

    /// A query parameter, percent-decoded. Decoding is for UTF-8; tests that care for bytes look at `target`.
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// `http://host:port`, as the client sees us.
    pub fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or("localhost"))
    }

    pub fn has_cookie(&self, name: &str) -> bool {
        self.header("cookie").is_some_and(|cookies| {
            cookies
                .split(';')
                .any(|pair| pair.trim().split('=').next() == Some(name))
        })
    }
}

/// What goes back, and how.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// `Content-Length` and `Connection` are added.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Time between the request and the first byte of the answer.
    pub latency: Duration,
    pub manner: Manner,
}

/// How a reply is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Proper,
    /// The connection is reset before a byte of answer.
    Reset,
    /// The head promises the whole body; after half of it the connection ends in order.
    HalfBody,
    /// Likewise, and the connection is reset.
    HalfReset,
    /// `chunk_bytes` at a time with a pause between.
    Drip {
        chunk_bytes: usize,
        pause: Duration,
    },
    /// The request is read, and never answered.
    Silent,
    /// The body is all that is sent, byte for byte: status line and headers are what it begins with, if it has any.
    Exact(Then),
    /// Likewise, one byte at a time with this pause between them.
    ExactDrip(Duration),
}

/// What follows bytes that were sent exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// An orderly end.
    Close,
    /// Nothing, until the client gives up.
    Wait,
    /// The bytes from here on again and again, until the client gives up.
    Repeat { from: usize },
}

impl Reply {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".into(), content_type.into())],
            body: body.into(),
            latency: Duration::ZERO,
            manner: Manner::Proper,
        }
    }

    pub fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, "text/html; charset=UTF-8", body)
    }

    pub fn text(body: &str) -> Self {
        Self::new(200, "text/plain; charset=UTF-8", body)
    }

    /// These bytes and nothing else, then an orderly end.
    pub fn exact(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(0, "", bytes).manner(Manner::Exact(Then::Close))
    }

    /// `location` is sent as given: engines send relative ones.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, "text/html; charset=UTF-8", Vec::new()).header("Location", location)
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn manner(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }

    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }
}

/// Answers requests. Called on the server's thread, one request at a time, so that runs can be repeated.
pub trait Handler: Send + Sync + 'static {
    fn handle(&self, request: &Request) -> Reply;
}

impl<F: Fn(&Request) -> Reply + Send + Sync + 'static> Handler for F {
    fn handle(&self, request: &Request) -> Reply {
        self(request)
    }
}

/// One line of the server's log.
#[derive(Debug, Clone)]
pub struct Entry {
    pub request: Request,
    /// Monotonic; when the head of the request had been read.
    pub at: Instant,
    /// When the last byte of the answer had been handed to the system; `None` if none was.
    pub answered_at: Option<Instant>,
    /// 0 until it is decided.
    pub status: u16,
    /// Which connection carried it.
    pub connection: u64,
}

/// A point in the server's life that a test can act upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// The nth request has been read; nothing was answered.
    Received(usize),
    /// The answer to the nth request has been sent.
    Answered(usize),
}

type Action = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Shared {
    log: Mutex<Vec<Entry>>,
    actions: Mutex<BTreeMap<Moment, Vec<(Duration, Action)>>>,
    n_connections: AtomicU64,
}

impl Shared {
    /// Runs what was asked for at this moment, on the server's thread: nothing else is answered meanwhile.
    async fn reach(self: &Arc<Self>, moment: Moment) {
        let due = self
            .actions
            .lock()
            .expect("no holder of this lock panics")
            .remove(&moment);
        for (delay, action) in due.into_iter().flatten() {
            if delay.is_zero() {
                action();
            } else {
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    action();
                });
            }
        }
    }
}

/// A running server. It stops when dropped.
pub struct Server {
    addr: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on a free loopback port and answers with `handler`, on a thread of its own.
    pub fn start(handler: impl Handler) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free loopback port");
        listener
            .set_nonblocking(true)
            .expect("a fresh socket can be set");
        let addr = listener.local_addr().expect("a bound socket has one");
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime on a test thread");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("the socket is non-blocking");
                tokio::select! {
                    () = accept(listener, Arc::new(handler), for_thread) => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            addr,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:port` and this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Everything asked so far, in order of arrival.
    pub fn log(&self) -> Vec<Entry> {
        self.shared
            .log
            .lock()
            .expect("no holder of this lock panics")
            .clone()
    }

    pub fn n_received(&self) -> usize {
        self.shared
            .log
            .lock()
            .expect("no holder of this lock panics")
            .len()
    }

    /// The shortest time in which so many requests came one after the other; `None` where there were fewer.
    pub fn least_span(&self, n_requests: usize) -> Option<Duration> {
        let log = self.log();
        log.windows(n_requests)
            .map(|span| span[n_requests - 1].at.duration_since(span[0].at))
            .min()
    }

    /// Methods and targets so far, for messages and simple checks.
    pub fn targets(&self) -> Vec<String> {
        self.log()
            .into_iter()
            .map(|entry| entry.request.target)
            .collect()
    }

    /// Does something at a moment to come, on the server's thread: what is done there is done before anything
    /// else is answered. With a delay it is done that much later, while the server goes on.
    pub fn at(&self, moment: Moment, delay: Duration, action: impl FnOnce() + Send + 'static) {
        self.shared
            .actions
            .lock()
            .expect("no holder of this lock panics")
            .entry(moment)
            .or_default()
            .push((delay, Box::new(action)));
    }

    /// Drops actions whose moment has not come: the run they were meant for is over.
    pub fn forget_actions(&self) {
        self.shared
            .actions
            .lock()
            .expect("no holder of this lock panics")
            .clear();
    }

    /// The highest number of requests being answered at one time.
    pub fn max_in_flight(&self) -> usize {
        max_in_flight(&self.log())
    }

    pub fn stop(mut self) {
        self.halt();
    }

    fn halt(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended by itself, with a panic that `join` reports.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the server's thread ends without a panic");
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.halt();
    }
}

/// The highest number of requests being answered at one time. One that was never answered counts up to the next
/// request on any connection, no further: its client may be dead.
pub fn max_in_flight(log: &[Entry]) -> usize {
    let mut changes: Vec<(Instant, i32)> = Vec::new();
    for entry in log {
        if let Some(answered_at) = entry.answered_at {
            changes.push((entry.at, 1));
            changes.push((answered_at, -1));
        }
    }
    changes.sort();
    let mut now = 0;
    changes
        .into_iter()
        .map(|(_, change)| {
            now += change;
            now
        })
        .max()
        .unwrap_or(0)
        .max(0) as usize
}

async fn accept<H: Handler>(listener: TcpListener, handler: Arc<H>, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = shared.n_connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(converse(
                    stream,
                    connection,
                    Arc::clone(&handler),
                    Arc::clone(&shared),
                ));
            }
            // A client that was killed between SYN and accept.
            Err(error) => eprintln!("board server: accept failed: {error}"),
        }
    }
}

/// One connection, kept alive until the client or a misdeed ends it.
async fn converse<H: Handler>(
    mut stream: TcpStream,
    connection: u64,
    handler: Arc<H>,
    shared: Arc<Shared>,
) {
    // Answers go out at once: the log's times are what tests look at.
    let _ = stream.set_nodelay(true);
    let mut unread = Vec::new();
    while let Some(head) = read_head(&mut stream, &mut unread).await {
        let Some(mut request) = parse_head(&head) else {
            return;
        };
        let length = request.header("content-length").unwrap_or("0").parse();
        let Some(body) = read_body(&mut stream, &mut unread, length.unwrap_or(0)).await else {
            return;
        };
        request.body = body;
        let at = Instant::now();
        let n = {
            let mut log = shared.log.lock().expect("no holder of this lock panics");
            request.n = log.len() + 1;
            log.push(Entry {
                request: request.clone(),
                at,
                answered_at: None,
                status: 0,
                connection,
            });
            request.n
        };
        shared.reach(Moment::Received(n)).await;
        let reply = handler.handle(&request);
        {
            let mut log = shared.log.lock().expect("no holder of this lock panics");
            log[n - 1].status = reply.status;
        }
        let kept = send(&mut stream, &request, &reply).await;
        if reply.manner != Manner::Silent {
            shared.log.lock().expect("no holder of this lock panics")[n - 1].answered_at =
                Some(Instant::now());
        }
        shared.reach(Moment::Answered(n)).await;
        if !kept {
            return;
        }
    }
}

/// The bytes up to the empty line. `None` when the client has gone.
async fn read_head(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = unread.windows(4).position(|four| four == b"\r\n\r\n") {
            return Some(unread.drain(..end + 4).collect());
        }
        if unread.len() > MAX_HEAD_BYTES {
            return None;
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(n_read) => unread.extend_from_slice(&buffer[..n_read]),
        }
    }
}

/// `None` when the client has gone before all of it came.
async fn read_body(
    stream: &mut TcpStream,
    unread: &mut Vec<u8>,
    n_bytes: usize,
) -> Option<Vec<u8>> {
    while unread.len() < n_bytes {
        if stream.read_buf(unread).await.ok()? == 0 {
            return None;
        }
    }
    Some(unread.drain(..n_bytes).collect())
}

fn parse_head(head: &[u8]) -> Option<Request> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?, first.next()?);
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    Some(Request {
        n: 0,
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body: Vec::new(),
    })
}

/// Sends a reply in its manner. `false`: the connection is not to be used again.
async fn send(stream: &mut TcpStream, request: &Request, reply: &Reply) -> bool {
    if !reply.latency.is_zero() {
        tokio::time::sleep(reply.latency).await;
    }
    if let Manner::Exact(_) | Manner::ExactDrip(_) = reply.manner {
        send_exactly(stream, &reply.body, reply.manner).await;
        return false;
    }
    let mut bytes = format!("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status)).into_bytes();
    for (name, value) in &reply.headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", reply.body.len()).as_bytes());
    let body: &[u8] = if request.method == "HEAD" {
        &[]
    } else {
        &reply.body
    };
    match reply.manner {
        Manner::Proper => {
            bytes.extend_from_slice(body);
            stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok()
        }
        Manner::Reset => {
            reset(stream);
            false
        }
        Manner::HalfBody => {
            bytes.extend_from_slice(&body[..body.len() / 2]);
            let _ = stream.write_all(&bytes).await;
            // An orderly end: with a reset the client might never see the half that was sent.
            let _ = stream.shutdown().await;
            false
        }
        Manner::HalfReset => {
            bytes.extend_from_slice(&body[..body.len() / 2]);
            let _ = stream.write_all(&bytes).await;
            reset(stream);
            false
        }
        Manner::Drip { chunk_bytes, pause } => {
            if stream.write_all(&bytes).await.is_err() {
                return false;
            }
            for chunk in body.chunks(chunk_bytes.max(1)) {
                if stream.write_all(chunk).await.is_err() {
                    return false;
                }
                tokio::time::sleep(pause).await;
            }
            true
        }
        Manner::Silent => {
            until_left(stream).await;
            false
        }
        Manner::Exact(_) | Manner::ExactDrip(_) => unreachable!("sent above, without a head"),
    }
}

/// Waits until the client gives up.
async fn until_left(stream: &mut TcpStream) {
    let mut buffer = [0; 64];
    while matches!(stream.read(&mut buffer).await, Ok(n_read) if n_read > 0) {}
}

/// What cannot be sent is not: the client has gone.
async fn send_exactly(stream: &mut TcpStream, bytes: &[u8], manner: Manner) {
    if let Manner::ExactDrip(pause) = manner {
        for byte in bytes {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(pause).await;
        }
        return until_left(stream).await;
    }
    if stream.write_all(bytes).await.is_err() {
        return;
    }
    match manner {
        Manner::Exact(Then::Wait) => until_left(stream).await,
        Manner::Exact(Then::Repeat { from }) => {
            while stream.write_all(&bytes[from..]).await.is_ok() {}
        }
        _ => {
            let _ = stream.shutdown().await;
        }
    }
}

/// Makes the close a reset (RST) instead of an orderly end.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    }
}
