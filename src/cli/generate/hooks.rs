//! `envlint generate hooks`.

use std::path::{Path, PathBuf};

use super::scaffold::{self, Scaffold, fill};
use crate::cli::{Failure, Invocation, Status};
use crate::workspace::{CONFIG_FILE, Workspace, nested_below};

const PLAIN: &str = include_str!("../../../templates/hooks/pre-commit");
const FRAMEWORK: &str = include_str!("../../../templates/hooks/pre-commit-config.yaml");

/// Writes a git hook that checks what a commit changes, as a script or for the pre-commit framework.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write `.pre-commit-config.yaml`, for the pre-commit framework, instead of `.githooks/pre-commit`.
    #[arg(long)]
    framework: bool,
    /// The repository's root. Default: the root of the git work tree.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Overwrite files that have other content.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let (workspace, out) = scaffold::places(invocation, args.out.as_deref())?;
    // From the repository's root, a check finds all workspaces by itself.
    let config = match is_one_of_several(&workspace, &out) {
        true => String::new(),
        false => scaffold::config_option(&workspace, &out)?,
    };
    let (path, text) = match args.framework {
        true => (".pre-commit-config.yaml", FRAMEWORK),
        false => (".githooks/pre-commit", PLAIN),
    };
    let scaffold = Scaffold {
        path: path.to_owned(),
        text: fill(text, &[("config", &config)]),
        executable: !args.framework,
    };
    let status = scaffold::write(invocation, &out, args.force, &[scaffold])?;
    scaffold::remark_on_place(invocation, &out);
    invocation.output.remark(match args.framework {
        true => "turn it on in a clone: pre-commit install\n",
        false => "turn it on in a clone: git config core.hooksPath .githooks\n",
    });
    Ok(status)
}

/// Whether the repository has other workspaces than this one.
fn is_one_of_several(workspace: &Workspace, out: &Path) -> bool {
    let Ok(root) = out.canonicalize() else {
        return false;
    };
    let usual = workspace
        .config_source
        .as_ref()
        .is_none_or(|source| source.path == CONFIG_FILE);
    let own = workspace.root.join(CONFIG_FILE);
    let at_root = root.join(CONFIG_FILE);
    let is_another = |config: &PathBuf| *config != own;
    usual
        && (nested_below(&root).iter().any(is_another) || is_another(&at_root) && at_root.is_file())
}
