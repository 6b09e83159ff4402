//! How much one input may take.
//!
//! Input comes from strangers. Whatever reads it, computes with it, searches it or judges it spends from a [`Budget`] as it
//! goes, and ends with one refusal, or says that it does not know, when nothing is left. What a unit is says who makes the
//! budget: a byte, a key or value, a step of a template. A budget counts work and not time, so that a verdict does not
//! depend on the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Units of work that are left. Its clones spend from the same count: those of all environments of an app, or of archives
/// that are read side by side.
#[derive(Clone, Debug)]
pub struct Budget(Arc<AtomicU64>);

impl Budget {
    /// So many units.
    pub fn new(units: u64) -> Budget {
        Budget(Arc::new(AtomicU64::new(units)))
    }

    /// The units that are left.
    pub fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether nothing is left.
    pub fn is_spent(&self) -> bool {
        self.left() == 0
    }

    /// Takes units, or all that are left; whether there were as many.
    pub fn spend(&self, units: u64) -> bool {
        let take = |left: u64| Some(left.saturating_sub(units));
        let had = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        had.is_ok_and(|had| had >= units)
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn what_is_not_there_is_not_spent_and_takes_the_rest() {
        let budget = Budget::new(3);
        assert!(budget.spend(2) && budget.spend(1) && budget.spend(0));
        assert!(!budget.spend(1) && budget.is_spent());
        let budget = Budget::new(3);
        assert!(!budget.spend(4) && budget.is_spent());
    }

    #[test]
    fn clones_spend_from_one_count() {
        let budget = Budget::new(1_000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let shared = budget.clone();
                scope.spawn(move || (0..250).for_each(|_| assert!(shared.spend(1))));
            }
        });
        assert!(budget.is_spent());
    }
}
