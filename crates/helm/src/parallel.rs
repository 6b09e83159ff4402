//! Work on many files of one chart at once, where there is enough of it.

use rayon::prelude::*;

/// Starting threads takes as long as reading some ten thousand bytes of YAML or templates.
const WORTHWHILE: usize = 64 << 10;

/// Does `work` on all items; results are in the items' order. `size` tells the bytes that an item has to be read.
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
