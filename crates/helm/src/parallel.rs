//! Work on many files of one chart at once, where there is enough of it. Sizes are bytes of templates or YAML to be read.

use rayon::prelude::*;

/// Starting threads takes as long as reading some ten thousand bytes.
const WORTHWHILE: usize = 64 << 10;

/// Does `work` on all items; results are in the items' order. `size` tells the size of each.
pub(crate) fn map<T: Send, R: Send>(
    items: Vec<T>,
    size: impl Fn(&T) -> usize,
    work: impl Fn(T) -> R + Sync + Send,
) -> Vec<R> {
    let sum: usize = items.iter().map(size).sum();
    if items.len() > 1 && sum > WORTHWHILE {
        items.into_par_iter().map(work).collect()
    } else {
        items.into_iter().map(work).collect()
    }
}

/// Does two things, each given with its size.
pub(crate) fn join<A: Send, B: Send>(
    (first_size, first): (usize, impl FnOnce() -> A + Send),
    (second_size, second): (usize, impl FnOnce() -> B + Send),
) -> (A, B) {
    if first_size.min(second_size) > WORTHWHILE / 4 {
        rayon::join(first, second)
    } else {
        (first(), second())
    }
}
