//! The name of a user that stands next to a password.

use envlint_yaml::{Mapping, Node};

/// The name of the user that a map has: `username`, `adminUser`.
pub(super) fn user_of(mapping: &Mapping) -> Option<&Node> {
    let entry = mapping.iter().find(|(key, _)| is_user(key.text()));
    entry.map(|(_, value)| value)
}

/// The name of the user in an item such as `{name: POSTGRES_USER, value: app}`.
pub(super) fn user_variable(item: &Node) -> Option<&Node> {
    let mapping = item.as_mapping()?;
    let name = mapping.get("name")?.as_str()?;
    is_user(name).then(|| mapping.get("value"))?
}

fn is_user(key: &str) -> bool {
    let ends = |end: &str| {
        let at = key.len().checked_sub(end.len());
        at.and_then(|at| key.get(at..))
            .is_some_and(|last| last.eq_ignore_ascii_case(end))
    };
    ends("user") || ends("username") || ends("login")
}
