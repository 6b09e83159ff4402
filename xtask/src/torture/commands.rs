//! The command lines that are run.

use std::path::Path;

use fastrand::Rng;

/// Commands that write nothing but what they print.
const READERS: &[&str] = &[
    "check",
    "check --format json",
    "check --format sarif",
    "check --format github",
    "check --format gitlab",
    "check --format junit",
    "check --format markdown",
    "check --changed-since HEAD --format json",
    "check --env prod --fail-on info",
    "apps",
    "apps --format json",
    "apps --format markdown",
    "status",
    "status --format json",
    "status --format markdown",
    "diff dev staging",
    "diff dev prod --all --format json",
    "diff staging prod --format unified",
    "diff dev staging --side-by-side",
    "diff dev prod --format markdown",
    "diff dev prod --rendered",
    "diff dev prod --rendered --format json",
    "diff dev prod --rendered --format markdown",
    "promote --from dev --to staging",
    "promote --from staging --to prod --format json",
    "promote --from dev --to staging --rev HEAD --format markdown",
    "backport --from prod --to staging",
    "backport --from staging --to dev --format json",
    "backport --from staging --to dev --format markdown",
    "fmt --check",
    "init --dry-run",
    "render --env prod",
    "render --env dev --only secrets",
    "render --env dev --only chart",
    "template r charts/shop",
    "template r charts/shop -f environments/dev/values.yaml",
    "trace --env dev --value a",
    "trace --env prod --value image.tag --format json",
    "trace --env dev Deployment/shop spec.replicas",
    "trace --env dev Deployment/shop spec --format json",
];

/// Commands that write files.
const WRITERS: &[&str] = &[
    "promote --from dev --to staging --everything --allow-dirty --write",
    "promote --from staging --to prod --everything --allow-dirty --write",
    "promote --from dev --to prod --allow-skip --everything --allow-dirty --write --pr-body body.md",
    "backport --from staging --to dev --allow-dirty --write",
    "backport --from prod --to staging --allow-dirty --write --pr-body body.md",
    "check --fix",
    "check --fix --unsafe-fixes --format json --output report.json",
    "check --format sarif --output report.sarif",
    "fmt",
    "init --force",
    "generate hooks --force",
    "generate workflows --force",
    "generate hooks --framework --force",
    "generate templates --chart charts/shop --force",
    "render --env dev --out rendered",
    "render --env prod --out rendered --only secrets",
    "template r charts/shop --output-dir rendered",
];

fn words(command: &str) -> Vec<String> {
    command.split(' ').map(str::to_owned).collect()
}

pub(super) fn any(rng: &mut Rng) -> Vec<String> {
    let at = rng.usize(..READERS.len() + WRITERS.len());
    let command = READERS.get(at).or_else(|| WRITERS.get(at - READERS.len()));
    words(command.copied().unwrap_or("check"))
}

pub(super) fn writer(rng: &mut Rng) -> Vec<String> {
    words(rng.choice(WRITERS).copied().unwrap_or("check --fix"))
}

pub(super) fn writes(command: &[String]) -> bool {
    WRITERS.contains(&command.join(" ").as_str())
}

/// Whether standard output is for another program, as it is.
pub(super) fn is_unmasked(command: &[String]) -> bool {
    matches!(command[0].as_str(), "render" | "template")
}

/// Whether standard output is one JSON document.
pub(super) fn is_json(command: &[String]) -> bool {
    let has_format = |pair: &[String]| {
        pair[0] == "--format" && matches!(pair[1].as_str(), "json" | "sarif" | "gitlab")
    };
    command.windows(2).any(has_format) && !command.iter().any(|word| word == "--output")
}

/// Whether a file says what a run did: another run, or one after half of the work, says something else.
pub(super) fn is_report(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    matches!(name, Some("report.json" | "report.sarif" | "body.md"))
}

/// Whether a command writes what it finds in other files, so that its result is no whole when another one writes these.
pub(super) fn looks_around(command: &[String]) -> bool {
    command[0] == "init"
}

/// Whether a command writes all of its files or none. Where apps or files are independent, the others are written.
pub(super) fn is_one_write(command: &[String]) -> bool {
    !matches!(command[0].as_str(), "check" | "promote" | "backport")
}
