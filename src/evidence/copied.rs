//! Folders that a script copies before it deploys the copy: `cp -r defaults/deployment deployment`. What lies in the copy is
//! written in the folder that was copied.

use std::collections::BTreeSet;

use super::claim::Evidence;
use super::files::{Files, directory_of, join, normal};
use super::scan::Candidate;

/// More copies are not looked at.
const MOST: usize = 10;

/// Files whose recipes are run each by itself.
const RECIPES: [&str; 4] = ["makefile", "gnumakefile", "justfile", ".justfile"];

/// A folder that is copied; by default, none is.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Copied {
    /// The folder in the repository.
    of: String,
    /// Where the copy lies when it is deployed.
    to: String,
}

impl Copied {
    pub(super) fn is_none(&self) -> bool {
        self.to.is_empty()
    }

    /// The path of a file in the copy; its own, where it is not copied.
    pub(super) fn copy_of(&self, path: &str) -> String {
        join(&self.home(path), path.rsplit('/').next().unwrap_or(path))
    }

    /// The folder that is copied.
    pub(super) fn original_folder(&self) -> &str {
        &self.of
    }

    /// Where the copy lies.
    pub(super) fn place(&self) -> &str {
        &self.to
    }

    /// Whether a file is in the folder that is copied.
    pub(super) fn holds(&self, path: &str) -> bool {
        !self.is_none() && below(path, &self.of).is_some()
    }

    /// The path in the repository of one that may lie in the copy.
    pub(super) fn original(&self, path: String) -> String {
        match below(&path, &self.to) {
            Some(rest) if !self.is_none() => format!("{}{rest}", self.of),
            _ => path,
        }
    }

    /// The directory that paths in a file are relative to: that of the copy.
    pub(super) fn home(&self, file: &str) -> String {
        let directory = directory_of(file);
        match below(directory, &self.of) {
            Some(rest) if !self.is_none() => format!("{}{rest}", self.to),
            _ => directory.to_owned(),
        }
    }
}

/// The rest of a path behind a directory, with the slash; empty for the directory itself.
fn below<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(directory)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// The folders that scripts copy, those that are deployed first.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Of several that are copied to one place, those behind which something is deployed; each with the scripts that do so.
    pub deployed: Vec<(Copied, BTreeSet<String>)>,
    /// The others, each with the line that copies it.
    pub tried: Vec<(Copied, Evidence)>,
}

/// The folders that scripts copy to where nothing is. Their paths are those from the root, where pipelines run. A copy is
/// deployed where a line of `deploys` stands between it and the next copy to its place.
pub(super) fn found<'c>(
    scripts: impl Iterator<Item = &'c Candidate>,
    files: &Files<'_>,
    deploys: &dyn Fn(&str) -> bool,
) -> Copies {
    let mut found: Vec<(Copied, Evidence, bool)> = Vec::new();
    for script in scripts.filter(|script| script.text.contains("cp ")) {
        let name = script.path.rsplit('/').next().unwrap_or_default();
        let has_recipes = name.ends_with(".mk") || RECIPES.contains(&name.to_lowercase().as_str());
        let mut of_script = found.len();
        for (index, line) in script.text.lines().enumerate() {
            if has_recipes && line.starts_with(|char: char| !char.is_whitespace()) {
                of_script = found.len();
            }
            let Some(copied) = copy(line, files) else {
                let open = found.get_mut(of_script..).unwrap_or_default();
                if let Some((_, _, is_deployed)) = open.last_mut() {
                    *is_deployed |= deploys(line);
                }
                continue;
            };
            if found.len() >= MOST {
                break;
            }
            let evidence = Evidence {
                line: index + 1,
                ..Evidence::of_file(&script.path, "")
            };
            found.push((copied, evidence, false));
        }
    }
    let mut copies = Copies::default();
    let places: Vec<String> = found
        .iter()
        .filter(|(_, _, is_deployed)| *is_deployed)
        .map(|(copied, _, _)| copied.to.clone())
        .collect();
    found.sort_by_key(|(_, _, is_deployed)| !is_deployed);
    for (copied, evidence, is_deployed) in found {
        let mut deployed = copies.deployed.iter_mut();
        if let Some((_, scripts)) = deployed.find(|(known, _)| *known == copied) {
            if is_deployed {
                scripts.insert(evidence.file);
            }
        } else if is_deployed || !places.contains(&copied.to) {
            let scripts = BTreeSet::from([evidence.file]);
            copies.deployed.push((copied, scripts));
        } else if !copies.tried.iter().any(|(known, _)| *known == copied) {
            copies.tried.push((copied, evidence));
        }
    }
    copies
}

fn copy(line: &str, files: &Files<'_>) -> Option<Copied> {
    let ends = |word: &&str| matches!(*word, "&&" | "||" | ";" | "|" | "\\");
    let mut words = line.split_whitespace().skip_while(|word| *word != "cp");
    words.next()?;
    let words: Vec<&str> = words.take_while(|word| !ends(word)).collect();
    let is_recursive = |word: &&str| {
        let is_short = word.starts_with('-') && !word.starts_with("--");
        *word == "--recursive" || is_short && word.contains(['r', 'R', 'a'])
    };
    if !words.iter().any(is_recursive) {
        return None;
    }
    let paths = words.iter().filter(|word| !word.starts_with('-'));
    let paths = paths.map(|word| word.trim_matches(['"', '\'', ';']));
    let paths: Vec<&str> = paths.collect();
    let [of, to] = paths.as_slice() else {
        return None;
    };
    let is_plain = |path: &str| !path.starts_with(['/', '~']) && !path.contains(['$', '{', '*']);
    if !is_plain(of) || !is_plain(to) {
        return None;
    }
    let (of, to) = (normal("", of)?, normal("", to)?);
    let is_new = !to.is_empty() && !files.is_file(&to) && !files.is_directory(&to);
    (is_new && !of.is_empty() && files.is_directory(&of)).then_some(Copied { of, to })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::scan::Hints;

    #[test]
    fn folders_are_copied_to_where_nothing_is() {
        let root = std::env::temp_dir();
        let paths = [
            "defaults/deployment/helmfile.yaml",
            "charts/shop/Chart.yaml",
        ];
        let files = Files::new(&root, paths.into_iter());
        let copied = |line: &str| copy(line, &files).map(|copy| (copy.of, copy.to));
        let expected = Some(("defaults/deployment".to_owned(), "deployment".to_owned()));
        for line in [
            "    - cp -r defaults/deployment deployment",
            "\tcp -a ./defaults/deployment/ deployment/; \\",
            "test -d x || cp --recursive \"defaults/deployment\" deployment",
        ] {
            assert_eq!(copied(line), expected, "{line}");
        }
        for line in [
            "cp defaults/deployment deployment",
            "cp -r defaults/deployment charts",
            "cp -r defaults/deployment /tmp/x",
            "cp -r $DIR deployment",
            "cp -r none deployment",
        ] {
            assert_eq!(copied(line), None, "{line}");
        }
    }

    #[test]
    fn of_several_copies_to_one_place_that_is_meant_behind_which_something_is_deployed() {
        let root = std::env::temp_dir();
        let paths = ["a/helmfile.yaml", "b/helmfile.yaml", "c/helmfile.yaml"];
        let files = Files::new(&root, paths.into_iter());
        let text = "cp -r a x\nhelmfile template\ncp -r b x\nhelmfile sync\ncp -r c y\n";
        let script = Candidate {
            path: "deploy.sh".to_owned(),
            text: text.to_owned(),
            hints: Hints::default(),
        };
        let deploys = |line: &str| line.contains("sync");
        let copies = found([&script].into_iter(), &files, &deploys);
        let of = |copy: &Copied| copy.of.clone();
        let deployed: Vec<String> = copies.deployed.iter().map(|(copy, _)| of(copy)).collect();
        assert_eq!(deployed, ["b", "c"]);
        let tried = copies.tried.iter().map(|(copy, at)| (of(copy), at.line));
        assert_eq!(tried.collect::<Vec<_>>(), [("a".to_owned(), 1)]);
    }

    #[test]
    fn a_copy_has_its_own_place_and_the_files_of_the_original() {
        let copy = Copied {
            of: "defaults/deployment".to_owned(),
            to: "deployment".to_owned(),
        };
        assert_eq!(
            copy.home("defaults/deployment/a/helmfile.yaml"),
            "deployment/a"
        );
        assert_eq!(
            copy.home("defaults/deployments/x.yaml"),
            "defaults/deployments"
        );
        let original = copy.original("deployment/envs/prod.yaml".to_owned());
        assert_eq!(original, "defaults/deployment/envs/prod.yaml");
        assert_eq!(copy.original("deployments/x".to_owned()), "deployments/x");
        assert_eq!(Copied::default().original("x".to_owned()), "x");
    }
}
