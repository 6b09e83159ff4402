//! Names of what is for a cluster on somebody's own machine.

use super::is_local;

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

/// Whether a file is for a cluster on somebody's own machine: `local/secrets.yaml`, `values-minikube.yaml`.
pub fn is_of_own_cluster(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let words = name.split(|char: char| !char.is_ascii_alphanumeric());
    let mut telling = words
        .filter(|word| !word.is_empty() && !NEUTRAL.contains(word))
        .peekable();
    folders.split('/').any(is_local_folder) || telling.peek().is_some() && telling.all(is_local)
}

/// Whether a folder is for such a cluster: `local`, `e2e-kind`. `local-storage` is what a cluster anywhere has.
fn is_local_folder(folder: &str) -> bool {
    is_local(folder) || folder.rsplit(['-', '_', '.']).next().is_some_and(is_local)
}
