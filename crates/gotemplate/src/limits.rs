//! How much an execution may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bounds of one execution. Reaching one ends it with an error of its own.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep templates may call templates, by `template` and through functions; Go stops at 100,000
    pub depth: usize,
    /// Bytes of output of one template, and of the text one function call makes
    pub output: usize,
    /// Nodes executed, in all templates together; long texts and lists count as more
    pub steps: u64,
}

impl Default for Limits {
    /// Roomy for real charts, and a few seconds and less than a gigabyte for hostile ones: 10,000 templates deep, 64 MiB of
    /// output, a hundred million steps.
    fn default() -> Limits {
        Limits {
            depth: 10_000,
            output: 64 << 20,
            steps: 100_000_000,
        }
    }
}

/// Steps that several executions share, one after the other: those of one app in all of its environments. A step is about
/// 25 nanoseconds of a usual machine.
///
/// It counts work and not time, so that a verdict does not depend on the machine.
#[derive(Clone, Debug)]
pub struct Budget(Arc<AtomicU64>);

impl Budget {
    /// So many steps.
    pub fn new(steps: u64) -> Budget {
        Budget(Arc::new(AtomicU64::new(steps)))
    }

    /// The steps that are left.
    pub fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes steps, or all that are left; whether there were as many.
    pub fn spend(&self, steps: u64) -> bool {
        let take = |left: u64| Some(left.saturating_sub(steps));
        let had = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        had.is_ok_and(|had| had >= steps)
    }
}
