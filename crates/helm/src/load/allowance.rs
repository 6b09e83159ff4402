//! How much the files of one chart may come to together. Each archive may hold others, so that a few kilobytes would make
//! gigabytes; and each subchart has values, which take hundreds of times their length once they are read.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use envlint_budget::Budget;

use super::options::{LoadError, MAX_CHART_SIZE};
use super::together::{MAX_TOGETHER, MAX_VALUES_TOGETHER, Together};
use crate::layer::Layer;

/// Bytes of all files, those in archives included. Helm bounds each directory and each archive by itself ([`MAX_CHART_SIZE`]).
const MAX_OF_CHART: u64 = 2 * MAX_CHART_SIZE;

/// Keys and values in all values files of a chart and its subcharts.
const MAX_VALUES_OF_CHART: u64 = 1_000_000;

/// How often a rule of a `.helmignore` is held against a file; a long rule counts several times.
const MAX_TRIES: u64 = 4_000_000;

/// Charts are text and shrink five to thirty times; deflate can reach a thousand. Small archives may do what they like.
const MAX_RATIO: u64 = 250;
const RATIO_FREE_SIZE: u64 = 8 * 1024 * 1024;

/// What is left, for all parts of a chart: they are read side by side.
pub(super) struct Allowance {
    own: Share,
    tries: Budget,
    together: Option<Share>,
}

/// A count, and whether more bytes were asked of it than were left.
struct Share {
    left: Together,
    is_over: AtomicBool,
}

impl Share {
    fn of(left: Together) -> Share {
        Share {
            left,
            is_over: AtomicBool::new(false),
        }
    }

    fn spend(&self, bytes: u64) -> bool {
        let had = self.left.spend_bytes(bytes);
        self.is_over.fetch_or(!had, Relaxed);
        had
    }
}

impl Allowance {
    /// That of one chart, which also takes from what it shares with others.
    pub(super) fn within(together: Option<&Together>) -> Allowance {
        Allowance {
            own: Share::of(Together::of(MAX_OF_CHART, MAX_VALUES_OF_CHART)),
            tries: Budget::new(MAX_TRIES),
            together: together.cloned().map(Share::of),
        }
    }

    /// What an archive of so many bytes inflates to: reading fails where the allowance is used up, and where it is out of
    /// proportion. Names, padding and what is skipped count as the content does.
    pub(super) fn meter<R: Read>(&self, reader: R, packed: usize) -> impl Read {
        Metered {
            reader,
            allowance: self,
            left: RATIO_FREE_SIZE.max(MAX_RATIO.saturating_mul(packed as u64)),
        }
    }

    /// Takes what it costs to hold the rules of a `.helmignore` against a file.
    ///
    /// # Errors
    /// They were held against too many files.
    pub(super) fn try_rules(&self, cost: u64) -> Result<(), LoadError> {
        match self.tries.spend(cost) {
            true => Ok(()),
            false => Err(LoadError::new(
                ".helmignore has too many rules for the files of the chart".to_owned(),
            )
            .at_limit(true)),
        }
    }

    /// Takes what the values of a chart are, once they are read.
    ///
    /// # Errors
    /// They and those of the other charts in it, or next to it, are too many together.
    pub(super) fn admit(&self, values: Layer) -> Result<Layer, LoadError> {
        let size = values.document().size() as u64;
        let too_many = |message: String| Err(LoadError::new(message).at_limit(true));
        if !self.own.left.spend_values(size) {
            return too_many(format!(
                "the values of the chart and its subcharts are more than {MAX_VALUES_OF_CHART} keys and values together"
            ));
        }
        match &self.together {
            Some(together) if !together.left.spend_values(size) => too_many(format!(
                "the values of all charts that are read are more than {MAX_VALUES_TOGETHER} keys and values together, with those of this chart"
            )),
            _ => Ok(values),
        }
    }

    /// What a chart could be loaded to; or else that all files were too large together, whichever of them met the end.
    pub(super) fn settle<T>(&self, loaded: Result<T, LoadError>) -> Result<T, LoadError> {
        let too_large = |message: String| Err(LoadError::new(message).at_limit(true));
        if self.own.is_over.load(Relaxed) {
            return too_large(format!(
                "the files of the chart, those in archives included, are more than {MAX_OF_CHART} bytes together"
            ));
        }
        match &self.together {
            Some(together) if together.is_over.load(Relaxed) => too_large(format!(
                "the files of all charts that are read, those in archives included, are more than {MAX_TOGETHER} bytes together, with those of this chart"
            )),
            _ => loaded,
        }
    }

    /// Takes bytes of a file that was read. One file may stand in many places, by links.
    ///
    /// # Errors
    /// There were not as many left. [`Allowance::settle`] has the words.
    pub(super) fn spend(&self, bytes: u64) -> Result<(), LoadError> {
        let together = self.together.as_ref();
        match self.own.spend(bytes) && together.is_none_or(|together| together.spend(bytes)) {
            true => Ok(()),
            false => Err(LoadError::new(
                "the files of the chart are too large together",
            )),
        }
    }
}

struct Metered<'a, R> {
    reader: R,
    allowance: &'a Allowance,
    left: u64,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let size = read as u64;
        self.allowance.spend(size).map_err(io::Error::other)?;
        self.left = self.left.checked_sub(size).ok_or_else(|| {
            io::Error::other(format!(
                "chart archive inflates to more than {MAX_RATIO} times its size"
            ))
        })?;
        Ok(read)
    }
}
