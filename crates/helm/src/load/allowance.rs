//! How much the files of one chart may come to together. Each archive may hold others, so that a few kilobytes would make
//! gigabytes; and each subchart has values, which take hundreds of times their length once they are read.

use std::io::{self, Read};

use envlint_budget::Budget;

use super::options::{LoadError, MAX_CHART_SIZE};
use crate::layer::Layer;

/// Bytes of all archives. Helm bounds each archive by itself ([`MAX_CHART_SIZE`]).
const MAX_TOGETHER: u64 = 2 * MAX_CHART_SIZE;

/// Keys and values in all values files of a chart and its subcharts.
const MAX_VALUES: u64 = 1_000_000;

/// What is left, for all parts of a chart: they are read side by side.
pub(super) struct Allowance {
    bytes: Budget,
    values: Budget,
}

impl Default for Allowance {
    fn default() -> Allowance {
        Allowance {
            bytes: Budget::new(MAX_TOGETHER),
            values: Budget::new(MAX_VALUES),
        }
    }
}

impl Allowance {
    /// A reader that takes from the allowance what it reads, and fails when it is used up.
    pub(super) fn meter<R: Read>(&self, reader: R) -> impl Read {
        Metered {
            reader,
            bytes: &self.bytes,
        }
    }

    /// Takes what the values of a chart are, once they are read.
    ///
    /// # Errors
    /// They and those of the other charts in it are too many together.
    pub(super) fn admit(&self, values: Layer) -> Result<Layer, LoadError> {
        match self.values.spend(values.document().size() as u64) {
            true => Ok(values),
            false => Err(LoadError::new(format!(
                "the values of the chart and its subcharts are more than {MAX_VALUES} keys and values together"
            ))
            .at_limit(true)),
        }
    }

    /// What a chart could be loaded to; or else that all archives were too large together, whichever of them met the end.
    pub(super) fn settle<T>(&self, loaded: Result<T, LoadError>) -> Result<T, LoadError> {
        match self.bytes.left() {
            0 => Err(LoadError::new(format!(
                "the archives of the chart, those inside of archives included, inflate to more than {MAX_TOGETHER} bytes together"
            ))
            .at_limit(true)),
            _ => loaded,
        }
    }
}

struct Metered<'a, R> {
    reader: R,
    bytes: &'a Budget,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        match self.bytes.spend(read as u64) {
            true => Ok(read),
            false => Err(io::Error::other(
                "the archives of the chart are too large together",
            )),
        }
    }
}
