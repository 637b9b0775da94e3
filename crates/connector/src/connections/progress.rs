//! What a connection is doing, told by what passes: a byte begins a head, a whole head begins a request, and the end of
//! its answer ends it.
//!
//! Everything happens on the connection's own task, so plain loads and stores are enough.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Bounds;

/// How often a connection looks at itself within the deadline of a head: what stood still for two looks is overdue.
const LOOKS: u32 = 2;

const READING: u8 = 0;
const UNDERWAY: u8 = 1;
const IDLE: u8 = 2;

/// What a connection is doing now, and how often that changed. A new one is expected to send a head.
#[derive(Debug, Default)]
pub(super) struct Progress {
    doing: AtomicU8,
    changes: AtomicU32,
}

impl Progress {
    fn now(&self, doing: u8) {
        self.doing.store(doing, Ordering::Relaxed);
        self.changes.store(self.changes.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }
}

/// How long a connection is waited for.
pub(super) struct Patience {
    looks_idle: u32,
    seen: u32,
    looks: u32,
}

impl Patience {
    /// The patience of a new connection, and how often it is to be asked.
    pub(super) fn of(bounds: &Bounds) -> (Self, Duration) {
        let every = bounds.head_within / LOOKS;
        let looks_idle = bounds.idle_within.as_millis() / every.as_millis().max(1);
        (Patience { looks_idle: looks_idle as u32, seen: 0, looks: 0 }, every)
    }

    /// Whether it ends with this look.
    pub(super) fn ends(&mut self, progress: &Progress) -> bool {
        let changes = progress.changes.load(Ordering::Relaxed);
        self.looks = if self.seen == changes { self.looks + 1 } else { 1 };
        self.seen = changes;
        match progress.doing.load(Ordering::Relaxed) {
            READING => self.looks >= LOOKS,
            IDLE => self.looks >= self.looks_idle,
            _ => false,
        }
    }
}

/// A request under way, until its answer is sent or given up.
pub(super) struct Underway(Arc<Progress>);

impl Underway {
    pub(super) fn begin(progress: &Arc<Progress>) -> Self {
        progress.now(UNDERWAY);
        Underway(Arc::clone(progress))
    }

    /// Lasts as long as this body.
    pub(super) fn with(self, body: Body) -> Answer {
        Answer { body, _underway: self }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.0.now(IDLE);
    }
}

/// The body of an answer.
pub(super) struct Answer {
    body: Body,
    _underway: Underway,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that notes when somebody speaks after a rest.
pub(super) struct Heard<S> {
    socket: S,
    progress: Arc<Progress>,
}

impl<S> Heard<S> {
    pub(super) fn new(socket: S, progress: Arc<Progress>) -> Self {
        Heard { socket, progress }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Heard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(cx, buf);
        if buf.filled().len() > before && self.progress.doing.load(Ordering::Relaxed) == IDLE {
            self.progress.now(READING);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}
