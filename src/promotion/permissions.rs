//! What whoever runs a promotion allows, beyond what it does by itself.

use super::refusal::{Reason, Refusal};
use super::scope::{Scope, patterns};
use crate::history::{Dirt, History, Side, Why};
use crate::masking::{Name, Text, text};
use crate::source::Problem;
use crate::values::Pattern;
use crate::workspace::{Environment, Workspace};

/// The option that names hotfixes.
pub(super) const OVERWRITE_HOTFIX: &str = "--overwrite-hotfix";

/// What a promotion may do because somebody said so.
#[derive(Debug, Default)]
pub struct Permissions {
    /// Whether the result is to be written.
    pub write: bool,
    /// The hotfixes that may be overwritten.
    pub overwrite_hotfix: Vec<Pattern>,
    /// Whether a target may have changes that are not committed.
    pub dirty: bool,
    /// Whether all paths may move, though nothing is declared.
    pub everything: bool,
    /// Whether environments in between, and earlier waves, may be left out.
    pub skip: bool,
    /// Why it goes on during a freeze.
    pub during_freeze: Option<String>,
}

impl Permissions {
    /// The patterns of `--overwrite-hotfix`.
    ///
    /// # Errors
    /// When a text is not a pattern.
    pub fn hotfixes(texts: &[String]) -> Result<Vec<Pattern>, Problem> {
        patterns(OVERWRITE_HOTFIX, texts)
    }
}

/// Refuses to make the target a copy of the source because nobody has said yet what belongs to an environment.
pub(super) fn undeclared(
    workspace: &Workspace,
    permissions: &Permissions,
    scope: &Scope,
    to: &Environment,
) -> Option<Refusal> {
    let is_asked_for = permissions.everything || !scope.only.is_empty();
    if !permissions.write || is_asked_for || workspace.config.declares_paths() {
        return None;
    }
    let message = text!(
        "nothing is declared under `perEnvironment`, so every path of {} would be overwritten, even hosts and replicas",
        Name(&to.name)
    );
    let way = match workspace.config_source {
        Some(_) => "`envlint init --suggest` prints what to add to envlint.yaml",
        None => "`envlint init` writes a first envlint.yaml",
    };
    Some(Refusal::because(Reason::Undeclared, message).help(text!(
        "declare what belongs to the environment ({}), name the paths (`--path`), or pass --everything",
        way
    )))
}

/// Refuses to write into changes of somebody who has not committed them.
pub(super) fn uncommitted(
    history: &History<'_>,
    permissions: &Permissions,
    target: Side<'_>,
) -> Option<Refusal> {
    if permissions.dirty || !permissions.write {
        return None;
    }
    let file = Name(target.path);
    let dirt = match history.dirt(target) {
        Ok(dirt) => dirt?,
        // Somebody's changes may be in it.
        Err(Why::Git(problem)) => {
            let message = text!(
                "nothing tells whether {} has changes that are not committed: {}",
                file,
                problem
            );
            let help = "do what git says, then promote again; or pass --allow-dirty";
            return Some(Refusal::because(Reason::Uncommitted, message).help(help));
        }
        // Without a commit, nothing can be told apart from it.
        Err(_) => return None,
    };
    let (message, help): (Text, Text) = match dirt {
        Dirt::Changed => (
            text!("{} has changes that are not committed", file),
            COMMIT.into(),
        ),
        Dirt::New => (text!("{} is in no commit", file), COMMIT.into()),
        Dirt::Link => (
            text!("{} is a link, and envlint writes no file through one", file),
            "promote to the file that it leads to, or put a file of its own there".into(),
        ),
        Dirt::Elsewhere => (
            text!(
                "{} is in a repository of its own (a submodule), so nothing here tells whether it has changes that are not committed",
                file
            ),
            "promote in that repository, with an envlint.yaml there; or pass --allow-dirty, and commit there".into(),
        ),
        Dirt::Decrypted => (
            text!("{} is decrypted, and its commit has it encrypted", file),
            text!(
                "pass --allow-dirty, and encrypt it again (`sops encrypt --in-place {}`) before you commit it",
                file
            ),
        ),
    };
    Some(Refusal::because(Reason::Uncommitted, message).help(help))
}

/// The way out for changes of somebody.
const COMMIT: &str = "commit it or undo the changes, then promote again; or pass --allow-dirty";
