//! What a value may be meant for that nothing reads.

use envlint_helm::Coverage;
use envlint_yaml::{Path, Segment};

use super::dependency::meant_dependency;
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Reporter};
use crate::values::{Located, Tree, words_of};

/// A path that is read, that no file of the environment sets, and that may be meant.
pub(super) fn meant(
    cx: &AppContext<'_>,
    (index, value): (usize, &Located<'_>),
    places: &[(usize, Tree<'_>)],
    values: &EnvironmentValues<'_>,
    out: &Reporter<'_>,
) -> Option<Path> {
    let Some(Segment::Key(key)) = value.path().last() else {
        return None;
    };
    let values_there = cx.environments.get(index)?;
    if let Some(name) = meant_dependency(cx, values_there, value) {
        return Some(Path::root().key(name));
    }
    let reads = cx.chart?.reads()?;
    let parent = value.path().parent()?;
    let is_free = |path: &Path| !values.mentions(path);
    let keys = reads.keys_below(&parent);
    let free = keys.into_iter().filter(|key| is_free(&parent.key(*key)));
    if let Some(known) = out.slip(key, free) {
        return Some(parent.key(known));
    }
    let longer = reads.keys_below(&parent).into_iter();
    let mut longer = longer.filter(|known| repeats_map(&parent, [key, known]));
    if let Some(path) = longer.next().map(|known| parent.key(known)) {
        return Some(path).filter(is_free);
    }
    // All that is in it is read one map further up. Every section has a switch, which says nothing.
    let mut inner = places.iter().flat_map(|(_, tree)| tree.entries());
    let is_outer = |path: &Path| reads.coverage(path) == Coverage::Read && is_free(path);
    let all_outer = inner.clone().all(|(key, _)| is_outer(&parent.key(key)));
    let telling = inner.find(|(key, _)| *key != "enabled");
    if let Some((key, _)) = telling.filter(|_| all_outer && !parent.is_root()) {
        return Some(parent.key(key));
    }
    // Moved up or down. At the root, only a key of several words says which one is meant.
    let is_telling = !parent.is_root() || words_of(key).len() > 1;
    let is_moved = |path: &Path| {
        let above = path.parent().unwrap_or_default();
        let (above, parent) = (above.segments(), parent.segments());
        above.starts_with(parent) || parent.starts_with(above)
    };
    let mut moved = reads
        .paths_to(key)
        .into_iter()
        .filter(|path| is_telling && is_moved(path) && is_free(path));
    moved.next().filter(|_| moved.next().is_none())
}

/// Whether one of two keys is the other behind the name of the map that has both: `pullPolicy` and `imagePullPolicy` in `image`.
fn repeats_map(map: &Path, [key, other]: [&str; 2]) -> bool {
    let Some(Segment::Key(name)) = map.last() else {
        return false;
    };
    let whole = [words_of(name), words_of(key)].concat();
    let short = [words_of(name), words_of(other)].concat();
    *words_of(other) == *whole || *words_of(key) == *short
}
