//! The name of a user that stands next to a password.

use std::ops::Range;

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

/// How far a user stands from the password in a text, at the most.
const NEAR: usize = 600;

/// What a text that is no YAML yet says of users: `DB_USER: app`, or `name: DB_USER` with `value: app` below it.
pub(super) struct Written<'t> {
    text: &'t str,
    users: Vec<Range<usize>>,
}

impl<'t> Written<'t> {
    pub(super) fn in_text(text: &'t str) -> Written<'t> {
        let mut users = Vec::new();
        let mut offset = 0;
        let mut is_next = false;
        for line in text.split_inclusive('\n') {
            let start = offset;
            offset += line.len();
            let entry = line.trim().trim_start_matches("- ");
            let Some((key, value)) = entry.split_once([':', '=']) else {
                continue;
            };
            let value = value.trim().trim_matches(['"', '\'']);
            let is_of_user = std::mem::take(&mut is_next) && key == "value" || is_user(key.trim());
            if key == "name" {
                is_next = is_user(value);
            } else if is_of_user && !value.is_empty() {
                let at = start + line.rfind(value).unwrap_or_default();
                users.push(at..at + value.len());
            }
        }
        Written { text, users }
    }

    /// The user near to a password that has the password's text for a name.
    pub(super) fn same(&self, password: &str, at: usize) -> Option<Range<usize>> {
        let from = self.users.partition_point(|user| user.start + NEAR < at);
        let near = self.users.get(from..).unwrap_or_default().iter();
        let mut near = near.take_while(|user| user.start <= at + NEAR);
        let is_it = |user: &&Range<usize>| self.text.get((*user).clone()) == Some(password);
        near.find(is_it).cloned()
    }
}
