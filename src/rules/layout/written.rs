//! Files that scripts write: they need not be there before these have run.

use std::ops::Range;

use envlint_budget::Budget;

use crate::source::read_text;
use crate::workspace::Workspace;

/// Words of commands that write a file.
const WRITERS: [&str; 13] = [
    ">", "tee ", "cp ", "mv ", "curl ", "wget ", "sops ", "yq ", "envsubst", "gomplate", "-o ",
    "--output", "aws s3",
];

/// Those that write many files into a directory.
const OF_DIRECTORIES: [&str; 2] = ["--output-dir", "--output-directory"];

/// The bytes of files that are searched for such lines, and those of lines that are searched for names.
const MOST_READ: u64 = 100_000_000;
const MOST_SEARCHED: u64 = 200_000_000;
/// The bytes of lines that are kept.
const MOST_KEPT: usize = 4_000_000;

/// The lines of the workspace's scripts, workflows and Makefiles that write something. They are read when it is asked for
/// the first time.
pub(super) struct Written<'w> {
    workspace: &'w Workspace,
    lines: Option<String>,
    budget: Budget,
}

impl<'w> Written<'w> {
    pub(super) fn of(workspace: &'w Workspace) -> Written<'w> {
        Written {
            workspace,
            lines: None,
            budget: Budget::new(MOST_SEARCHED),
        }
    }

    /// Whether one of them writes a file, or a directory around it that is not there.
    pub(super) fn has(&mut self, path: &str) -> bool {
        let root = &self.workspace.root;
        let lines = self.lines.get_or_insert_with(|| lines(self.workspace));
        let is_missing = |path: &&str| !path.is_empty() && !root.join(path).exists();
        let directories = path
            .rmatch_indices('/')
            .filter_map(|(at, _)| path.get(..at));
        let mut directories = directories.take_while(is_missing);
        // Where too much would have to be searched, nobody knows that the file is missed.
        let is_written = |path: &str, writers: &[&str]| {
            !self.budget.spend(lines.len() as u64) || are_written(lines, path, writers)
        };
        // A directory may have the name of anything else.
        let is_file = path
            .rsplit('/')
            .next()
            .is_some_and(|name| name.contains('.'));
        is_file && is_written(path, &WRITERS)
            || is_written(path, &OF_DIRECTORIES)
            || directories.any(|path| is_written(path, &OF_DIRECTORIES))
    }
}

fn lines(workspace: &Workspace) -> String {
    let budget = Budget::new(MOST_READ);
    let mut kept = String::new();
    for (path, _) in workspace.searchable_files() {
        let Ok(text) = read_text(&workspace.root, path) else {
            continue;
        };
        if !budget.spend(text.len() as u64) {
            break;
        }
        let is_kept = |line: &&str| WRITERS.iter().any(|writer| line.contains(writer));
        for line in text.lines().filter(is_kept) {
            if kept.len() + line.len() < MOST_KEPT {
                kept.push_str(line);
                kept.push('\n');
            }
        }
    }
    kept
}

/// Whether a line of a text writes a file.
pub(super) fn writes(text: &str, path: &str) -> bool {
    are_written(text, path, &WRITERS)
}

/// Whether a line of a text has one of the writers before a path: by its path, or by the end of it, as after a change of the directory. Parts that a
/// variable stands for may be any.
fn are_written(text: &str, path: &str, writers: &[&str]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.is_empty() || !text.contains(name) {
        return false;
    }
    let lines = text.lines().filter(|line| line.contains(name));
    let mut lines = lines.filter(|line| !line.trim_start().starts_with('#'));
    lines.any(|line| {
        let mut named = line.match_indices(name);
        named.any(|(at, name)| is_written(line, at..at + name.len(), path, writers))
    })
}

/// Whether the word that ends here stands for a path, and a command before it writes it.
fn is_written(line: &str, name: Range<usize>, path: &str, writers: &[&str]) -> bool {
    let (at, end) = (name.start, name.end);
    let is_edge = |char: char| char.is_whitespace() || "\"'`=>;|&".contains(char);
    let is_part = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.');
    let (before, after) = (line.get(..at), line.get(end..));
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let start = before
        .char_indices()
        .rev()
        .find(|(_, char)| is_edge(*char))
        .map_or(0, |(at, char)| at + char.len_utf8());
    let word = line.get(start..end).unwrap_or_default();
    let ends = |text: &str| !text.chars().next().is_some_and(is_part);
    let is_whole = match after.strip_prefix('/') {
        Some(rest) => rest.chars().next().is_none_or(is_edge),
        None => ends(after),
    };
    let is_any = |part: &str| part.contains(['$', '{', '}', '(', ')']);
    let mut parts = word.rsplit('/').zip(path.rsplit('/'));
    let is_same = parts.all(|(written, part)| {
        written == part || is_any(written) || matches!(written, "" | "." | "..")
    });
    let before = line.get(..start).unwrap_or_default();
    is_whole && is_same && writers.iter().any(|writer| before.contains(writer))
}

#[cfg(test)]
mod tests {
    use super::writes;

    #[test]
    fn a_command_writes_a_file_by_its_path_or_the_end_of_it() {
        for (text, expected) in [
            ("helm template web > apps/prod/rendered.yaml", true),
            ("\thelm template web >rendered.yaml # of prod", true),
            ("kustomize build base -o \"$DIR/rendered.yaml\"", true),
            ("cd apps && yq e . x.yaml > ./prod/rendered.yaml", true),
            ("helm template --output-dir apps/prod web", false),
            ("helm template web > apps/dev/rendered.yaml", false),
            ("helm template web > not-rendered.yaml", false),
            ("helm template web > rendered.yaml.bak", false),
            ("kubectl apply -f apps/prod/rendered.yaml", false),
            ("# helm template web > apps/prod/rendered.yaml", false),
        ] {
            assert_eq!(writes(text, "apps/prod/rendered.yaml"), expected, "{text}");
        }
        let is_filled = |text: &str| super::are_written(text, "apps/out", &super::OF_DIRECTORIES);
        assert!(is_filled("helm template web --output-dir apps/out/"));
        assert!(!is_filled("cp -r apps/out backup/"));
    }
}
