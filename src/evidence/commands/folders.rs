//! A values file in a folder that only those know who run the command: `-f "$DIR/values.yaml"`. What it may be are the folders
//! next to each other that hold such a file, where their names tell environments.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::evidence::files::{Files, directory_of, join};
use crate::evidence::holes::{Bindings, CLOSE, OPEN, has_holes, shown};
use crate::evidence::tells::Names;
use crate::masking::{ObjectName, Said, Text, text};
use crate::naming::word_in;

/// More files of one name are not looked at, nor more that are read from one folder.
const MOST: usize = 2000;
const MOST_TAILS: usize = 50;

/// Variables that hold no folder of values: what a command prints, and where the repository lies.
const OTHERS: [&str; 6] = ["command", "root", "workspace", "pwd", "repo", "script"];

/// What the folder of a values file may be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Folder {
    /// No folder that is not known, or none with such a file.
    None,
    /// The path with its unknown part, and what that may be.
    Found(String, Vec<Bindings>),
    /// Several may be meant, and nothing tells which.
    Open(Text),
}

/// What is known of the run of a command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The environment that it runs for.
    pub environment: Option<&'a str>,
    /// All environments that it is called for: where each of the others has a folder of its own, the one that is left is meant.
    pub all: &'a BTreeSet<String>,
    /// The file that it stands in: what else is read from the folder lies in it, too.
    pub text: &'a str,
}

/// The folder at the beginning of a path that is a variable.
pub(super) fn folder(path: &str, asked: Asked<'_>, files: &Files<'_>, names: &Names) -> Folder {
    let Some((variable, tail)) = parts(path) else {
        return Folder::None;
    };
    let mut homes: BTreeMap<&str, Home<'_>> = BTreeMap::new();
    for folder in folders_with(tail, &tails(variable, asked.text), files) {
        let home = directory_of(folder);
        if names.of_folders(home).is_none() {
            let own = folder.rsplit('/').next().unwrap_or(folder);
            let called = || asked.all.iter().find(|name| word_in(own, name).is_some());
            let told = names.of_folders(folder).or_else(|| called().cloned());
            homes.entry(home).or_default().add(folder, told);
        }
    }
    homes.retain(|_, home| home.told.len() > 1);
    let homes: Vec<&Home<'_>> = homes.values().collect();
    let meant = match homes.as_slice() {
        [] => return Folder::None,
        [home] => home.meant(asked),
        _ => None,
    };
    match meant {
        Some(folders) => {
            let bound = folders
                .iter()
                .map(|folder| Bindings::from([(variable.to_owned(), (*folder).to_owned())]));
            Folder::Found(path.to_owned(), bound.collect())
        }
        None => {
            let count: usize = homes.iter().map(|home| home.count()).sum();
            let of = asked.environment;
            let of = of.map(|name| text!(" for {}", ObjectName(name)));
            Folder::Open(text!(
                "{} folders hold a `{}`; nothing tells which of them `{}` is{}",
                count,
                ObjectName(tail),
                Said(shown(path)),
                of.unwrap_or_default()
            ))
        }
    }
}

/// The folders with a file, and with all else that any of them has of what is read with it.
fn folders_with<'f>(tail: &str, others: &BTreeSet<&str>, files: &Files<'f>) -> Vec<&'f str> {
    let ending = format!("/{tail}");
    let found = files.below("").iter();
    let found = found.filter_map(|file| file.strip_suffix(&ending));
    let found = found.take(MOST).filter(|folder| !files.is_chart(folder));
    let mut found: Vec<&str> = found.collect();
    for other in others.iter().take(MOST_TAILS) {
        let has = |folder: &&str| files.is_file(&join(folder, other));
        if found.iter().any(has) {
            found.retain(has);
        }
    }
    found
}

/// The files that a text reads from the folder of a variable: `$DIR/values.yaml`, `${{ vars.DIR }}/secrets.yaml`.
fn tails<'t>(variable: &str, text: &'t str) -> BTreeSet<&'t str> {
    let form = format!(
        r#"\b{}\s*[}})"]*/([\w./-]+\.ya?ml)\b"#,
        regex::escape(variable)
    );
    let Ok(form) = Regex::new(&form) else {
        return BTreeSet::new();
    };
    let found = form.captures_iter(text).take(MOST);
    found
        .filter_map(|found| Some(found.get(1)?.as_str()))
        .collect()
}

/// A variable at the beginning of a path, and what follows it.
fn parts(path: &str) -> Option<(&str, &str)> {
    let (variable, tail) = path.strip_prefix(OPEN)?.split_once(CLOSE)?;
    let tail = tail.strip_prefix('/')?;
    let name = variable.to_ascii_lowercase();
    let is_other = OTHERS.iter().any(|other| name.contains(other));
    (!is_other && !tail.is_empty() && !has_holes(tail)).then_some((variable, tail))
}

/// Folders next to each other with such a file.
#[derive(Debug, Default)]
struct Home<'f> {
    /// Those that tell an environment.
    told: BTreeMap<String, Vec<&'f str>>,
    others: Vec<&'f str>,
}

impl<'f> Home<'f> {
    fn add(&mut self, folder: &'f str, told: Option<String>) {
        match told {
            Some(environment) => self.told.entry(environment).or_default().push(folder),
            None => self.others.push(folder),
        }
    }

    fn count(&self) -> usize {
        self.told.values().map(Vec::len).sum::<usize>() + self.others.len()
    }

    /// The folders that are meant: that of the environment that is asked for, else one for each.
    fn meant(&self, asked: Asked<'_>) -> Option<Vec<&'f str>> {
        let only = |folders: &[&'f str]| match folders {
            [only] => Some(*only),
            _ => None,
        };
        let Some(own) = asked.environment else {
            return self.told.values().map(|folders| only(folders)).collect();
        };
        if let Some(folders) = self.told.get(own) {
            return only(folders).map(|folder| vec![folder]);
        }
        let have_theirs = asked.all.iter().filter(|other| *other != own);
        let is_left = have_theirs.eq(self.told.keys());
        only(&self.others)
            .filter(|_| is_left)
            .map(|folder| vec![folder])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::holes::hole;

    const PATHS: [&str; 6] = [
        "charts/shop/Chart.yaml",
        "charts/shop/values.yaml",
        "deploy/dev.shop.example/values.yaml",
        "deploy/shop-staging.example/values.yaml",
        "deploy/shop.example/values.yaml",
        "docs/values.yaml",
    ];

    #[test]
    fn what_is_read_from_one_folder_lies_in_it() {
        let paths = [
            "deploy/gateway-dev/values.yaml",
            "deploy/shop-a/images.yaml",
            "deploy/shop-a/values.yaml",
            "deploy/shop-b/images.yaml",
            "deploy/shop-b/values.yaml",
            "deploy/test1.shop/images.yaml",
            "deploy/test1.shop/values.yaml",
        ];
        let path = format!("{}/values.yaml", hole("VALUES"));
        let seen = |asked: &str| seen(&paths, &path, Some(asked), &["a", "b", "dev", "test1"]);
        assert_eq!(seen("test1"), ["deploy/test1.shop"]);
        assert_eq!(seen("b"), ["deploy/shop-b"]);
        assert_eq!(seen("dev"), ["open"]);
    }

    fn seen(paths: &[&str], path: &str, asked: Option<&str>, all: &[&str]) -> Vec<String> {
        let root = std::env::temp_dir();
        let files = Files::new(&root, paths.iter().copied());
        let all = all.iter().map(|name| (*name).to_owned()).collect();
        let asked = Asked {
            environment: asked,
            all: &all,
            text: "helm upgrade shop . -f ${VALUES}/values.yaml -f \"$VALUES\"/images.yaml -f $VALUES/made.yaml",
        };
        match folder(path, asked, &files, &Names::default()) {
            Folder::None => Vec::new(),
            Folder::Found(_, found) => found.into_iter().flat_map(BTreeMap::into_values).collect(),
            Folder::Open(_) => vec!["open".to_owned()],
        }
    }

    #[test]
    fn folders_next_to_each_other_tell_what_a_variable_may_be() {
        let path = format!("{}/values.yaml", hole("VALUES"));
        let seen = |asked, all: &[&str]| seen(&PATHS, &path, asked, all);
        let (dev, staging) = ("deploy/dev.shop.example", "deploy/shop-staging.example");
        assert_eq!(seen(None, &[]), [dev, staging]);
        assert_eq!(seen(Some("dev"), &[]), [dev]);
        let all = ["dev", "prod", "staging"];
        assert_eq!(seen(Some("prod"), &all), ["deploy/shop.example"]);
        for others in [&[][..], &["prod", "dev"], &["prod", "dev", "qa", "staging"]] {
            assert_eq!(seen(Some("prod"), others), ["open"], "{others:?}");
        }
    }

    #[test]
    fn what_may_be_several_folders_is_open() {
        let path = format!("{}/values.yaml", hole("DIR"));
        let twice = [
            "a/dev/values.yaml",
            "a/prod/values.yaml",
            "b/dev/values.yaml",
            "b/prod/values.yaml",
        ];
        assert_eq!(seen(&twice, &path, Some("dev"), &[]), ["open"]);
        let same = [
            "a/dev-1/values.yaml",
            "a/prod/values.yaml",
            "a/shop-prod/values.yaml",
        ];
        assert_eq!(seen(&same, &path, None, &[]), ["open"]);
        let other = format!("{}/values.yaml", hole("REPO_ROOT"));
        for (paths, path) in [
            (&PATHS[..2], path.as_str()),
            (&["a/dev/values.yaml"], &path),
            (&["prod/a/values.yaml", "prod/b/values.yaml"], &path),
            (&PATHS, &other),
            (&PATHS, "deploy/values.yaml"),
        ] {
            assert_eq!(
                seen(paths, path, None, &[]),
                Vec::<String>::new(),
                "{paths:?} {path}"
            );
        }
    }
}
