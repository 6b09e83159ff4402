//! What becomes of a file that belongs to no app, as its place and its name tell.

use std::collections::HashSet;

use crate::naming::{is_local, is_put_aside};
use crate::rules::Role;
use crate::source::Source;

/// Folders whose files show something, or test it.
const SHOWING: [&str; 26] = [
    "ci",
    "demo",
    "demos",
    "doc",
    "docs",
    "e2e",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "github",
    "gitlab",
    "hack",
    "mock",
    "mocks",
    "quickstart",
    "sample",
    "samples",
    "test",
    "test-data",
    "testdata",
    "testing",
    "tests",
    "tutorial",
    "tutorials",
    "circleci",
];

/// Of those, the ones that only tests read: what is in them is made up. `test` and `e2e` are environments as well.
const OF_TESTS: [&str; 6] = [
    "fixture",
    "fixtures",
    "mock",
    "mocks",
    "testdata",
    "test-data",
];

/// Folders with copies of what runs elsewhere, or with what runs for an hour; also the programs that put a load on others.
const BESIDE: [&str; 16] = [
    "artillery",
    "backups",
    "benchmark",
    "benchmarks",
    "bombardier",
    "gatling",
    "jmeter",
    "k6",
    "load-test",
    "load-tests",
    "loadtest",
    "loadtests",
    "locust",
    "perf",
    "smoke",
    "smoke-tests",
];

/// Words in names of files that say what is in the file, and not for whom.
const NEUTRAL: [&str; 9] = [
    "application",
    "config",
    "env",
    "secret",
    "secrets",
    "settings",
    "values",
    "yaml",
    "yml",
];

/// Words in names of files that do, or that start services on a developer's machine.
const SHOWN: [&str; 7] = [
    "compose", "example", "fixture", "fixtures", "sample", "gitlab", "smoke",
];

/// What becomes of a file, by where it lies. Templates of a chart that an app deploys are deployed with it, but for its
/// tests. What was put aside is deployed no more. Settings of a program that reaches its services on its own machine are those of a developer.
pub(super) fn role_of(source: &Source, is_template: bool, charts: &HashSet<&str>) -> Role {
    let path = source.path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    if lies_in(path, &OF_TESTS) {
        return Role::Test;
    }
    if !is_deployed(path) {
        return Role::Local;
    }
    let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
    let is_linked = charts.contains("") || above.any(|folder| charts.contains(folder));
    let is_of_chart = is_template && path.contains("templates/");
    match is_of_chart && is_linked {
        true => Role::Deployed,
        false if is_of_a_machine(source) || is_settings(name) || is_of_own_cluster(path) => {
            Role::Local
        }
        false => Role::Applied,
    }
}

/// Whether somebody may deploy a file, by its place and its name: it shows nothing, tests nothing, and was not put aside.
pub(super) fn is_deployed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut words = name.split(|char: char| !char.is_ascii_alphanumeric());
    let is_beside = is_put_aside(path) || lies_in(path, &BESIDE);
    !is_in_showing(path) && !is_beside && !words.any(|word| SHOWN.contains(&word))
}

/// Whether a file is for a cluster on somebody's own machine: `local/secrets.yaml`, `values-minikube.yaml`.
fn is_of_own_cluster(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let words = name.split(|char: char| !char.is_ascii_alphanumeric());
    let mut telling = words
        .filter(|word| !word.is_empty() && !NEUTRAL.contains(word))
        .peekable();
    folders.split('/').any(is_local) || telling.peek().is_some() && telling.all(is_local)
}

/// Whether a file lies in a folder whose files show something, or test it.
pub(super) fn is_in_showing(path: &str) -> bool {
    lies_in(path, &SHOWING)
}

fn lies_in(path: &str, names: &[&str]) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let mut folders = folders.split('/');
    // `99-test`: a number gives the folder its place.
    let is_order = |char: char| char.is_ascii_digit() || matches!(char, '-' | '_' | '.');
    folders.any(|folder| {
        names.contains(&folder.trim_start_matches('.'))
            || names.contains(&folder.trim_start_matches(is_order))
    })
}

/// Whether a file holds a key by its name.
pub(super) fn is_key(path: &str) -> bool {
    let ends = [
        ".pem",
        ".key",
        ".p8",
        ".ppk",
        "id_rsa",
        "id_ed25519",
        "id_ecdsa",
        "id_dsa",
    ];
    ends.iter().any(|end| path.ends_with(end))
}

/// Files of settings that programs read where they are developed; what is deployed gets its settings otherwise.
fn is_settings(name: &str) -> bool {
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    (name.contains(".env") || name.ends_with(".properties")) && !is_key(name) && !is_yaml
}

/// Whether a file, which is no manifest, has an address of the own machine as the value of a setting, and no login for any
/// other.
fn is_of_a_machine(source: &Source) -> bool {
    let is_manifest = source.text().lines().any(|line| line.starts_with("kind:"));
    let is_local = |line: &str| {
        let value = line.split_once(':').map_or("", |(_, value)| value).trim();
        let host = value.trim_start_matches(['"', '\'']);
        [
            "localhost",
            "127.0.0.1",
            "http://localhost",
            "http://127.0.0.1",
        ]
        .iter()
        .any(|start| host.starts_with(start))
    };
    let is_login_elsewhere = |line: &str| {
        let host = line
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('@'));
        host.is_some_and(|(_, host)| !host.starts_with("localhost") && !host.starts_with("127."))
    };
    let mut lines = source.text().lines();
    !is_manifest && lines.clone().any(is_local) && !lines.any(is_login_elsewhere)
}
