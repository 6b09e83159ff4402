//! How much charts may come to that are in memory together: a repository may hold any number of them.

use envlint_budget::Budget;

/// Bytes of the files of all charts, those in archives included.
pub(super) const MAX_TOGETHER: u64 = 256 * 1024 * 1024;

/// Keys and values in the values files of all charts and their subcharts.
pub(super) const MAX_VALUES_TOGETHER: u64 = 4_000_000;

/// What is read of charts that find no room counts, too: so many times as much is read as may be in memory.
const READ: u64 = 2;

/// What is left for charts that are in memory together. Its clones are one count.
#[derive(Debug, Clone)]
pub struct Together {
    bytes: Budget,
    values: Budget,
    /// What may still be read, whether it stays in memory or not.
    work: Work,
}

/// Bytes, and keys and values.
#[derive(Debug, Clone)]
struct Work {
    bytes: Budget,
    values: Budget,
}

impl Default for Together {
    fn default() -> Together {
        Together::of(MAX_TOGETHER, MAX_VALUES_TOGETHER)
    }
}

impl Together {
    /// So many bytes of all files, those in archives unpacked, and so many keys and values in all values files of the charts.
    pub fn of(bytes: u64, values: u64) -> Together {
        Together {
            bytes: Budget::new(bytes),
            values: Budget::new(values),
            work: Work {
                bytes: Budget::new(bytes.saturating_mul(READ)),
                values: Budget::new(values.saturating_mul(READ)),
            },
        }
    }

    /// What is left, as a count of its own.
    pub fn rest(&self) -> Together {
        Together::of(self.bytes.left(), self.values.left())
    }

    /// What is left for a chart that is not kept when it is too large: a count of its own, but for what reading it takes.
    pub fn trial(&self) -> Together {
        Together {
            bytes: Budget::new(self.bytes.left().min(self.work.bytes.left())),
            values: Budget::new(self.values.left().min(self.work.values.left())),
            work: self.work.clone(),
        }
    }

    /// Takes bytes; whether there were as many.
    pub(super) fn spend_bytes(&self, bytes: u64) -> bool {
        self.work.bytes.spend(bytes);
        self.bytes.spend(bytes)
    }

    /// Takes keys and values; whether there were as many.
    pub(super) fn spend_values(&self, values: u64) -> bool {
        self.work.values.spend(values);
        self.values.spend(values)
    }

    /// Whether one of the charts met the end. Which one it was depends on the order in which they were read.
    pub fn is_spent(&self) -> bool {
        self.bytes.is_spent() || self.values.is_spent()
    }
}
