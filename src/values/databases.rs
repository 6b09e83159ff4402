//! Databases that values name.

use envlint_yaml::Segment;

use super::located::Located;
use super::tree::{Tree, TreeKind};
use super::words::words_of;

/// Words that say that a setting or an image is about a database.
pub const DATABASES: [&str; 10] = [
    "db",
    "database",
    "mysql",
    "mariadb",
    "postgres",
    "postgresql",
    "pg",
    "mongo",
    "mongodb",
    "datasource",
];
const HOSTS: [&str; 4] = ["host", "hostname", "server", "endpoint"];
const NAMES: [&str; 4] = ["name", "database", "dbname", "db"];
const SCHEMES: [&str; 6] = [
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongodb",
    "mongodb+srv",
];

/// In larger maps, nothing is looked for.
const MOST: usize = 500;

/// Settings that say together which database it is; the last one is its name, where there is one.
#[derive(Debug)]
pub struct Database<'a> {
    /// The settings.
    pub settings: Vec<Located<'a>>,
    /// Whether they tell the host and the name, and not only one of them.
    pub is_whole: bool,
}

/// The databases that values name, by hosts with a domain: `postgres` is another one in each namespace. A variable with the
/// name of a database alone is one, too, as its host may be anywhere.
pub fn databases<'a>(root: &Tree<'a>) -> Vec<Database<'a>> {
    let mut found = Vec::new();
    walk(&Located::root(root), &mut found);
    found
}

fn walk<'a>(value: &Located<'a>, found: &mut Vec<Database<'a>>) {
    let children = value.children();
    if children.len() <= MOST {
        found.extend(in_map(value, &children));
    }
    if value.tree().as_str().is_some_and(is_address) {
        found.push(Database {
            settings: vec![value.clone()],
            is_whole: true,
        });
    }
    for child in &children {
        walk(child, found);
    }
}

/// A setting: its key, or its name where it is an item of a list, and its value.
type Setting<'a> = (&'a str, Located<'a>);

/// The settings of a map, or of a list of variables.
fn settings<'a>(value: &Located<'a>, children: &[Located<'a>]) -> Vec<Setting<'a>> {
    match value.tree().kind() {
        TreeKind::Scalar(_) => Vec::new(),
        TreeKind::Mapping(entries) => {
            let keys = entries.iter().map(|(key, _)| *key);
            keys.zip(children.iter().cloned()).collect()
        }
        TreeKind::Sequence(_) => {
            let items = children.iter();
            let of =
                |item: &Located<'a>| Some((item.tree().get("name")?.as_str()?, item.get("value")?));
            items.filter_map(of).collect()
        }
    }
}

/// The database that settings next to each other name.
fn in_map<'a>(value: &Located<'a>, children: &[Located<'a>]) -> Option<Database<'a>> {
    let settings = settings(value, children);
    let above = match value.path().last() {
        Some(Segment::Key(key)) => words_of(key),
        _ => [].into(),
    };
    let find = |ends: &[&str], is_wanted: &dyn Fn(&Setting<'_>) -> bool| {
        let mut settings = settings.iter();
        settings.find(|setting| {
            let words = words_of(setting.0);
            let mut all = above.iter().chain(words.iter());
            let is_about = all.any(|word| DATABASES.contains(&word.as_str()));
            let last = words.last();
            let is_end = last.is_some_and(|last| ends.contains(&last.as_str()));
            is_about
                && is_end
                && setting.1.tree().as_str().is_some_and(is_plain)
                && is_wanted(setting)
        })
    };
    let any_host = find(&HOSTS, &|_| true);
    let host = find(&HOSTS, &|(_, value)| {
        value.tree().as_str().is_some_and(is_host)
    });
    let name = find(&NAMES, &|_| true);
    let of = |found: &[&Setting<'a>]| found.iter().map(|(_, value)| value.clone()).collect();
    match (host, name) {
        (Some(host), Some(name)) => Some(Database {
            settings: of(&[host, name]),
            is_whole: true,
        }),
        (Some(host), None) => Some(Database {
            settings: of(&[host]),
            is_whole: false,
        }),
        // A host without domain is one of the same namespace.
        (None, Some(name)) if any_host.is_none() && is_variable(name) => Some(Database {
            settings: of(&[name]),
            is_whole: false,
        }),
        _ => None,
    }
}

/// Whether a text is a value as it stands, and nothing that is filled in later.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(['$', '{', '<', '%'])
}

/// Whether a setting is a variable of a process, which says of itself what it is, with a name: `REDIS_DB` is a number.
fn is_variable((key, value): &Setting<'_>) -> bool {
    let is_of_key = |char: char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_';
    let text = value.tree().as_str().unwrap_or_default();
    let is_switch = ["true", "false"].contains(&text);
    key.contains('_')
        && key.chars().all(is_of_key)
        && !is_switch
        && text.contains(char::is_alphabetic)
}

fn is_host(text: &str) -> bool {
    let host = text.split(':').next().unwrap_or(text);
    is_plain(text) && host.contains('.') && !host.starts_with("127.")
}

/// Whether a text is the address of a database: its host has a domain, and its path names the database.
fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let scheme = scheme.strip_prefix("jdbc:").unwrap_or(scheme);
    let Some((authority, name)) = rest.split_once('/') else {
        return false;
    };
    let host = authority.rsplit('@').next().unwrap_or(authority);
    SCHEMES.contains(&scheme) && is_host(host) && is_plain(text) && !name.is_empty()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::Source;

    #[test]
    fn databases_are_told_by_host_and_name_by_address_and_by_variables() {
        for (text, expected) in [
            (
                "database: {host: db.example.com, name: shop}",
                &["database.name!"][..],
            ),
            ("DB_HOST: db.example.com\nDB_NAME: shop", &["DB_NAME!"]),
            (
                "env: [{name: DB_HOST, value: db.example.com}, {name: DB_NAME, value: shop}]",
                &["env[name=DB_NAME].value!"],
            ),
            (
                "env: {URL: 'postgres://db.example.com/shop'}",
                &["env.URL!"],
            ),
            ("env: {DB_HOST: db.example.com}", &["env.DB_HOST"]),
            ("env: {DATABASE_NAME: shop}", &["env.DATABASE_NAME"]),
            ("env: {DB_HOST: postgres, DB_NAME: shop}", &[]),
            ("database: {name: shop}", &[]),
            (
                "env: {REDIS_DB: '0', USE_DB: 'true', DB_NAME: '${NAME}'}",
                &[],
            ),
        ] {
            let source = Arc::new(Source::new("values.yaml", text));
            let root = Tree::of(&source).expect("values");
            let found = databases(&root).into_iter().filter_map(|found| {
                let mark = if found.is_whole { "!" } else { "" };
                Some(format!("{}{mark}", found.settings.last()?.path()))
            });
            assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
