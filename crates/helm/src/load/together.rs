//! How much charts may come to that are in memory together: a repository may hold any number of them.

use envlint_budget::Budget;

/// Bytes of the archives of all charts.
pub(super) const MAX_TOGETHER: u64 = 256 * 1024 * 1024;

/// Keys and values in the values files of all charts and their subcharts.
pub(super) const MAX_VALUES_TOGETHER: u64 = 4_000_000;

/// What is left for charts that are in memory together. Its clones are one count.
#[derive(Debug, Clone)]
pub struct Together {
    pub(super) bytes: Budget,
    pub(super) values: Budget,
}

impl Default for Together {
    fn default() -> Together {
        Together::of(MAX_TOGETHER, MAX_VALUES_TOGETHER)
    }
}

impl Together {
    /// So many bytes of all archives when they are unpacked, and so many keys and values in all values files of the charts.
    pub fn of(bytes: u64, values: u64) -> Together {
        Together {
            bytes: Budget::new(bytes),
            values: Budget::new(values),
        }
    }

    /// What is left, as a count of its own: for a chart that is not kept when it is too large.
    pub fn rest(&self) -> Together {
        Together::of(self.bytes.left(), self.values.left())
    }

    /// Whether one of the charts met the end. Which one it was depends on the order in which they were read.
    pub fn is_spent(&self) -> bool {
        self.bytes.is_spent() || self.values.is_spent()
    }
}
