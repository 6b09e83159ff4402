//! `preview/shared-database`.

use envlint_yaml::{Path, Segment};

use super::previews;
use crate::masking::{Name, ObjectName, text};
use crate::naming::is_local;
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;
use crate::values::{Located, Tree, TreeKind, words_of};

rule! {
    /// The environment of a pull request uses the database of another environment.
    ///
    /// ## What it does
    ///
    /// In environments of the tier `preview`, reports a database whose host and name are those of another environment: two
    /// settings next to each other (`database.host` and `database.name`, `DB_HOST` and `DB_NAME`), or one address
    /// (`postgres://db.example.com/shop`). Only hosts with a domain count: `postgres` is another one in each namespace.
    ///
    /// Ignored: values that are given when the app is deployed (`given`), and sections that are turned off.
    ///
    /// ## Why it matters
    ///
    /// The migrations of a pull request change the tables of the other environment, before anybody has merged it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/preview/values.yaml, and the same in staging
    /// database: {host: db.staging.example.com, name: shop}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/preview/values.yaml
    /// database: {host: db.staging.example.com, name: shop_preview}
    /// ```
    ///
    /// ## References
    ///
    /// - [The Twelve-Factor App: backing services](https://12factor.net/backing-services)
    "preview/shared-database", Warning, Check::App(check)
}

/// Words that say that a setting is about a database.
const DATABASES: [&str; 10] = [
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

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in previews(cx) {
        let Some(root) = &values.effective else {
            continue;
        };
        let mut found = Vec::new();
        walk(root, &Path::root(), &mut found);
        for database in found {
            say(cx, values, &database, out);
        }
    }
}

/// Settings that say together which database it is; the last one is its name.
struct Database<'a> {
    settings: Vec<(Path, Tree<'a>)>,
}

fn say(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    database: &Database<'_>,
    out: &mut Reporter<'_>,
) {
    let is_known = |(path, _): &(Path, Tree<'_>)| {
        !values.file.is_given(path) && !values.is_off_above(path) && cx.may_read(path)
    };
    if !database.settings.iter().all(is_known) {
        return;
    }
    let is_same = |other: &&EnvironmentValues<'_>| {
        let root = other.effective.as_ref();
        let mut settings = database.settings.iter();
        let is_other = other.name() != values.name() && !is_local(other.name());
        is_other
            && settings.all(|(path, tree)| {
                let there = root.and_then(|root| root.at(path));
                there.is_some_and(|there| there.as_str() == tree.as_str())
            })
    };
    let Some(other) = cx.environments.iter().find(is_same) else {
        return;
    };
    let Some((path, tree)) = database.settings.last() else {
        return;
    };
    let message = text!(
        "`{}` names the same database in {} and {}: `{}`",
        path,
        Name(values.name()),
        Name(other.name()),
        ObjectName(tree.as_str().unwrap_or_default())
    );
    let mut finding = out
        .value(values, &Located::new(path.clone(), tree), message)
        .help(text!("give {} a database of its own", Name(values.name())))
        .confidence(Confidence::Medium);
    let there = other.effective.as_ref().and_then(|root| root.at(path));
    if let Some(there) = there.filter(|there| there.source().path != tree.source().path) {
        finding = finding.note(
            there.location(),
            text!("the value in {}", Name(other.name())),
        );
    }
    out.push(finding);
}

/// The databases that a tree names.
fn walk<'a>(tree: &Tree<'a>, path: &Path, found: &mut Vec<Database<'a>>) {
    match tree.kind() {
        TreeKind::Mapping(entries) => {
            if entries.len() <= MOST {
                found.extend(in_map(&entries, path));
            }
            for (key, child) in &entries {
                walk(child, &path.key(*key), found);
            }
        }
        TreeKind::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &path.index(index), found);
            }
        }
        TreeKind::Scalar(_) => {
            if tree.as_str().is_some_and(is_address) {
                found.push(Database {
                    settings: vec![(path.clone(), tree.clone())],
                });
            }
        }
    }
}

/// The host and the name of a database that stand next to each other.
fn in_map<'a>(entries: &[(&'a str, Tree<'a>)], path: &Path) -> Option<Database<'a>> {
    let above = match path.last() {
        Some(Segment::Key(key)) => words_of(key),
        _ => [].into(),
    };
    let find = |ends: &[&str], is_wanted: &dyn Fn(&str) -> bool| {
        let mut entries = entries.iter();
        let (key, tree) = entries.find(|(key, tree)| {
            let words = words_of(key);
            let mut all = above.iter().chain(words.iter());
            let is_about = all.any(|word| DATABASES.contains(&word.as_str()));
            let is_end = words
                .last()
                .is_some_and(|last| ends.contains(&last.as_str()));
            is_about && is_end && tree.as_str().is_some_and(is_wanted)
        })?;
        Some((path.key(*key), tree.clone()))
    };
    let host = find(&HOSTS, &|text| is_host(text))?;
    let name = find(&NAMES, &|text| is_plain(text))?;
    Some(Database {
        settings: vec![host, name],
    })
}

/// Whether a text is a value as it stands, and nothing that is filled in later.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(['$', '{', '<', '%'])
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
