//! What becomes of a file that belongs to no app, as its place and its name tell.

use std::collections::HashSet;

use crate::naming::{
    Tier, is_in_showing, is_local, is_of_own_cluster, is_put_aside, lies_in, read,
};
use crate::rules::Role;
use crate::source::{Source, is_yaml};
use crate::workspace::Workspace;

/// Of the folders that show or test something, those that only tests read: what is in them is made up. `test` and `e2e` are environments as well.
const OF_TESTS: [&str; 6] = [
    "fixture",
    "fixtures",
    "mock",
    "mocks",
    "testdata",
    "test-data",
];

/// What folders in those with tests are called that hold what the tests read: `tests/data`.
const DATA: [&str; 8] = [
    "cases",
    "data",
    "expected",
    "files",
    "golden",
    "input",
    "inputs",
    "resources",
];

/// Folders with copies of other people's programs.
const OF_OTHERS: [&str; 6] = [
    "bower_components",
    "node_modules",
    "third-party",
    "third_party",
    "thirdparty",
    "vendor",
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

/// Words in names of files that do, or that start services on a developer's machine.
const SHOWN: [&str; 7] = [
    "compose", "example", "fixture", "fixtures", "sample", "gitlab", "smoke",
];

/// What becomes of a file, by where it lies. Templates of a chart that an app deploys are deployed with it, but for its
/// tests. What was put aside is deployed no more. Settings of a program that reaches its services on its own machine are those of a developer.
pub(super) fn role_of(source: &Source, is_template: bool, charts: &HashSet<&str>) -> Role {
    let path = source.path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    if lies_in(path, &OF_TESTS) || is_data_of_tests(path) {
        return Role::Test;
    }
    if !is_deployed(path) {
        return Role::Local;
    }
    match is_template && charts_around(path).any(|chart| is_deployed_with(chart, charts)) {
        true => Role::Deployed,
        false if lies_in(path, &OF_OTHERS) => Role::Test,
        false if is_of_a_machine(source) || is_settings(path, name) || is_of_own_cluster(path) => {
            Role::Local
        }
        false => Role::Applied,
    }
}

/// Whether a file is what tests read, by two folders of which one lies in the other: `tests/data/input/a.yaml`.
fn is_data_of_tests(path: &str) -> bool {
    let folders: Vec<&str> = path.split('/').collect();
    let folders = folders.split_last().map_or(&[][..], |(_, folders)| folders);
    folders.windows(2).any(|pair| {
        matches!(pair, ["test" | "tests" | "spec" | "specs", inside] if DATA.contains(inside))
    })
}

/// The charts that a template may be of, by the folders around it.
pub(super) fn charts_around(path: &str) -> impl Iterator<Item = &str> {
    let folders = path.match_indices("templates/").map(|(at, _)| &path[..at]);
    let whole = folders.filter(|folder| folder.is_empty() || folder.ends_with('/'));
    whole.map(|folder| folder.trim_end_matches('/'))
}

/// Whether an app deploys a chart: it, or one that it lies in the `charts/` of.
fn is_deployed_with(chart: &str, charts: &HashSet<&str>) -> bool {
    let mut parents = chart
        .match_indices("charts/")
        .filter(|(at, _)| *at == 0 || chart[..*at].ends_with('/'));
    charts.contains(chart)
        || parents.any(|(at, _)| charts.contains(chart[..at].trim_end_matches('/')))
}

/// The tier of the environment that a path tells: of a folder, the innermost first, or of the file's name.
pub(super) fn told_tier(workspace: &Workspace, path: &str) -> Option<Tier> {
    let of = |name: &str| match workspace.environment(name) {
        Some(known) => known.is_tier_told.then_some(known.tier),
        None if is_local(name) => Some(Tier::Preview),
        None => read(name)
            .filter(|told| told.place.is_empty() || told.has_usual_place() || told.has_part())
            .map(|told| told.tier),
    };
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    of(stem).or_else(|| folders.rsplit('/').find_map(of))
}

/// Whether somebody may deploy a file, by its place and its name: it shows nothing, tests nothing, and was not put aside.
pub(super) fn is_deployed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut words = name.split(|char: char| !char.is_ascii_alphanumeric());
    let is_beside = is_put_aside(path) || lies_in(path, &BESIDE);
    !is_in_showing(path) && !is_beside && !words.any(|word| SHOWN.contains(&word))
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

/// Files of settings that programs read where they are developed; what is deployed gets its settings otherwise. So are those
/// that are packed into a program, as Spring's `src/main/resources/application.yaml`.
fn is_settings(path: &str, name: &str) -> bool {
    let is_of_machine = name.contains(".env") || name.ends_with(".properties");
    let is_packed = path.contains("src/main/resources/") || path.contains("src/test/resources/");
    is_packed && !is_key(name) || is_of_machine && !is_key(name) && !is_yaml(name)
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
