//! Files made from the scaffolds in `templates/`, and how they get into a repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::{Failure, Invocation, Status};
use crate::masking::{Name, text};
use crate::source::write::{self, NewFile};
use crate::source::{Problem, read_regular, work_tree};
use crate::workspace::{CONFIG_FILE, Workspace};

/// A file that is to be written.
#[derive(Debug)]
pub(super) struct Scaffold {
    /// Path relative to the repository's root.
    pub path: String,
    /// The text.
    pub text: String,
    /// Whether it is a program.
    pub executable: bool,
}

/// Puts values in the place of `{name}`; `${{ … }}` of a workflow is none of them.
pub(super) fn fill(scaffold: &str, values: &[(&str, &str)]) -> String {
    values
        .iter()
        .fold(scaffold.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
}

/// The workspace, and the root of the repository that it is in: `out` where that is given, else that of the git
/// work tree around it, else the current directory, where the workspace is in that.
///
/// # Errors
/// When the workspace cannot be opened.
pub(super) fn places(
    invocation: &Invocation,
    out: Option<&Path>,
) -> Result<(Workspace, PathBuf), Failure> {
    let here = Path::new(".");
    let workspace = invocation.workspace(out.unwrap_or(here))?;
    // Without a configuration there is no file that could be named from further up.
    let top = || work_tree(&workspace.root).filter(|_| workspace.config_source.is_some());
    let own = || {
        let here = fs::canonicalize(here).ok()?;
        (!workspace.root.starts_with(here)).then(|| workspace.root.clone())
    };
    let root = out.map(Path::to_owned).or_else(top).or_else(own);
    let root = root.unwrap_or_else(|| here.to_owned());
    Ok((workspace, root))
}

/// The `--config` that a command run in `out` needs to find the workspace; empty when it finds it by itself.
///
/// # Errors
/// When the workspace is not below `out`, or its path would need quotes in a shell.
pub(super) fn config_option(workspace: &Workspace, out: &Path) -> Result<String, Problem> {
    let root = fs::canonicalize(out)
        .map_err(|error| Problem::without_place(text!("cannot read {}: {}", out, error)))?;
    let Ok(below) = workspace.root.strip_prefix(&root) else {
        return Err(Problem::without_place(text!(
            "the workspace {} is not inside {}",
            workspace.root,
            root
        ))
        .help("give the repository's root to --out"));
    };
    let file = workspace
        .config_source
        .as_ref()
        .map_or(CONFIG_FILE, |source| &source.path);
    if below.as_os_str().is_empty() && file == CONFIG_FILE {
        return Ok(String::new());
    }
    let below = below.join(file).to_string_lossy().replace('\\', "/");
    if !below
        .chars()
        .all(|char| char.is_ascii_alphanumeric() || "._-/".contains(char))
    {
        return Err(Problem::without_place(text!(
            "`{}` has characters that need quotes in a shell",
            Name(below)
        ))
        .help("write the workflow by hand, or move the workspace"));
    }
    Ok(format!(" --config {below}"))
}

/// Writes the files: all of them, or none when one is there with another text and `force` was not given.
pub(super) fn write(
    invocation: &Invocation,
    out: &Path,
    force: bool,
    scaffolds: &[Scaffold],
) -> Result<Status, Failure> {
    let current = |scaffold: &Scaffold| read_regular(&out.join(&scaffold.path)).ok();
    let in_the_way: Vec<Problem> = scaffolds
        .iter()
        .filter(|scaffold| {
            !force && current(scaffold).is_some_and(|bytes| bytes != scaffold.text.as_bytes())
        })
        .map(|scaffold| {
            Problem::without_place(text!(
                "{} already exists with other content, so nothing was written",
                Name(&scaffold.path)
            ))
            .help("an edit by hand and the text of an earlier run look the same here: commit it, overwrite it with --force, and look at `git diff`")
        })
        .collect();
    if !in_the_way.is_empty() {
        return Err(Failure::Problems(in_the_way));
    }
    let is_same = |scaffold: &Scaffold| {
        current(scaffold).is_some_and(|text| text == scaffold.text.as_bytes())
    };
    let (same, new): (Vec<&Scaffold>, Vec<&Scaffold>) =
        scaffolds.iter().partition(|scaffold| is_same(scaffold));
    let files: Vec<NewFile> = new.iter().map(|scaffold| scaffold.file(out)).collect();
    write::all(&files).map_err(|error| Problem::without_place(text!("{}", error)))?;
    for scaffold in scaffolds {
        let is_same = same.iter().any(|same| same.path == scaffold.path);
        let word = if is_same { "unchanged" } else { "wrote" };
        invocation
            .output
            .result(text!("{} {}\n", word, Name(shown(out, &scaffold.path))));
    }
    Ok(Status::Clean)
}

/// A path below a directory as somebody finds it who stands elsewhere.
fn shown(out: &Path, path: &str) -> String {
    let both = fs::canonicalize(out).and_then(|out| Ok((out, fs::canonicalize(".")?)));
    match both {
        Ok((out, here)) if out != here => {
            let whole = out.join(path);
            let shown = whole.strip_prefix(&here).unwrap_or(&whole);
            shown.to_string_lossy().into_owned()
        }
        _ => path.to_owned(),
    }
}

/// Says that files for git's hosts and hooks do nothing where there is no repository.
pub(super) fn remark_on_place(invocation: &Invocation, out: &Path) {
    if !fs::canonicalize(out).is_ok_and(|out| work_tree(&out).is_some()) {
        invocation.output.remark(text!(
            "note: {} is not in a git repository; these files take effect at the root of one\n",
            out.canonicalize().unwrap_or_else(|_| out.to_owned())
        ));
    }
}

impl Scaffold {
    fn file(&self, out: &Path) -> NewFile {
        NewFile {
            path: out.join(&self.path),
            text: self.text.clone(),
            executable: self.executable,
        }
    }
}
