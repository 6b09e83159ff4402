//! Names of policies, which findings have for as long as the program runs, as they have those of rules.

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::masking::{Name, Text};

static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// The name for good, as it may be shown: names of rules are envlint's own words, and those of policies anybody's. The same
/// name is kept once: a configuration that is read again adds nothing.
pub(super) fn lasting(name: &str) -> &'static str {
    let shown = Text::of(&Name(name)).show();
    let name: &str = &shown;
    let mut known = KNOWN.lock().unwrap_or_else(|broken| broken.into_inner());
    if let Some(known) = known.get(name) {
        return known;
    }
    let lasting: &'static str = Box::leak(name.to_owned().into_boxed_str());
    known.insert(lasting);
    lasting
}
