//! How much the archives of one chart may inflate to together: each of them may hold others, and a few kilobytes would make
//! gigabytes.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use super::options::{LoadError, MAX_CHART_SIZE};

/// Helm bounds each archive by itself ([`MAX_CHART_SIZE`]).
const MAX_TOGETHER: u64 = 2 * MAX_CHART_SIZE;

/// The bytes that are left, for all archives of a chart.
pub(super) struct Allowance(AtomicU64);

impl Default for Allowance {
    fn default() -> Allowance {
        Allowance(AtomicU64::new(MAX_TOGETHER))
    }
}

impl Allowance {
    /// A reader that takes from the allowance what it reads, and fails when it is used up.
    pub(super) fn meter<R: Read>(&self, reader: R) -> impl Read {
        Metered {
            reader,
            allowance: self,
        }
    }

    /// What a chart could be loaded to; or else that all archives were too large together, whichever of them met the end:
    /// they are read side by side.
    pub(super) fn settle<T>(&self, loaded: Result<T, LoadError>) -> Result<T, LoadError> {
        match self.left() {
            0 => Err(LoadError::new(format!(
                "the archives of the chart, those inside of archives included, inflate to more than {MAX_TOGETHER} bytes together"
            ))),
            _ => loaded,
        }
    }

    fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: u64) -> bool {
        let rest = |left: u64| Some(left.saturating_sub(bytes));
        let taken = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest);
        taken.is_ok_and(|left| left > bytes)
    }
}

struct Metered<'a, R> {
    reader: R,
    allowance: &'a Allowance,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        match self.allowance.take(read as u64) {
            true => Ok(read),
            false => Err(io::Error::other(
                "the archives of the chart are too large together",
            )),
        }
    }
}
