//! Files that look like values and belong to no app, each with the reason.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::discover::{FoundApp, FoundFile, Unclaimed, is_aside, of_known};
use crate::evidence::{Evidence, Unread};
use crate::masking::{Text, text};
use crate::naming::around_values;
use crate::source::{directory_of, read_text};

/// What is known of the files of a workspace when the apps are found.
pub(super) struct Known<'k> {
    pub root: &'k Path,
    /// The YAML files that may be values.
    pub plain: Vec<&'k str>,
    /// Those that are layers of an app, or something else that was read.
    pub used: &'k HashSet<&'k str>,
    /// Those that a place reads, and why nobody knows what as.
    pub named: BTreeMap<String, Text>,
    /// The environments of the apps.
    pub environments: BTreeSet<String>,
}

/// The reasons of files that a place reads for a deployment that is not known.
pub(super) fn reasons(named: BTreeMap<String, Evidence>) -> BTreeMap<String, Text> {
    let named = named.into_iter();
    named
        .map(|(path, by)| {
            let reason = text!(
                "{} reads this file or another one; which is not known",
                by.place()
            );
            (path, reason)
        })
        .collect()
}

/// Takes out the apps whose files Jsonnet names: a folder tells nothing where something else deploys its files. Gives the reasons
/// of all that it names.
pub(super) fn leave_to_jsonnet(
    named: BTreeMap<String, Evidence>,
    found: &mut Vec<FoundApp>,
) -> BTreeMap<String, Text> {
    let is_named = |file: &FoundFile| named.contains_key(&file.path);
    found.retain(|app| !app.files().all(is_named));
    let reason = |by: &Evidence| {
        text!(
            "{} names this file, and envlint does not evaluate Jsonnet, so what is deployed with it is not known",
            by.place()
        )
    };
    let named = named.into_iter();
    named.map(|(path, by)| (path, reason(&by))).collect()
}

/// Templates of values that nothing evaluates, as far as envlint reads: what they give is not checked.
pub(super) fn templates<'t>(
    scripts: impl Iterator<Item = &'t String>,
    is_known: &dyn Fn(&String) -> bool,
) -> Vec<Unread> {
    let is_values = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.strip_suffix(".gotmpl");
        let stem = stem.and_then(|name| name.strip_suffix(".yaml").or(name.strip_suffix(".yml")));
        stem.is_some_and(|stem| around_values(stem).is_some())
    };
    let left = scripts.filter(is_values).filter(|path| !is_known(path));
    let unread = left.map(|path| Unread {
        file: path.clone(),
        place: None,
        reason: "it is a template of values, and nothing that envlint reads evaluates it".into(),
        is_values: !is_aside(path.strip_suffix(".gotmpl").unwrap_or(path)),
    });
    unread.collect()
}

impl Known<'_> {
    /// What is said of each file: those whose names look like values, those that a place reads, and those that lie next to
    /// values and have their keys.
    pub(super) fn unread(mut self, unclaimed: Vec<Unclaimed>) -> Vec<Unread> {
        let aside: BTreeSet<String> = unclaimed
            .iter()
            .filter(|file| file.is_aside)
            .map(|file| file.path.clone())
            .collect();
        let mut listed: BTreeMap<String, Text> = unclaimed
            .into_iter()
            .map(|file| {
                let known = file.unknown.as_ref();
                let known = known.filter(|name| self.environments.contains(*name));
                let reason = known.map(|name| of_known(name));
                (file.path, reason.unwrap_or(file.reason))
            })
            .collect();
        listed.append(&mut self.named);
        listed.retain(|path, _| !self.used.contains(path.as_str()));
        for path in self.alike(&listed) {
            listed.insert(
                path,
                "it has the keys of the values next to it, but nothing that envlint reads deploys it".into(),
            );
        }
        let unread = listed.into_iter().map(|(file, reason)| Unread {
            is_values: !(aside.contains(&file) || is_aside(&file)),
            file,
            place: None,
            reason,
        });
        unread.collect()
    }

    /// The files that belong to nothing and share most of their keys with values next to them: `hub/local.yaml` beside
    /// `hub/values.yaml`.
    fn alike(&self, listed: &BTreeMap<String, Text>) -> Vec<String> {
        let is_values = |path: &str| {
            let file = path.rsplit('/').next().unwrap_or(path);
            matches!(file, "values.yaml" | "values.yml")
                || self.used.contains(path)
                || listed.contains_key(path)
        };
        let (values, others): (Vec<&str>, Vec<&str>) =
            self.plain.iter().copied().partition(|path| is_values(path));
        // Most folders of values hold nothing else.
        let mut folders: BTreeMap<&str, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
        for path in others {
            let (_, others) = folders.entry(directory_of(path)).or_default();
            others.push(path);
        }
        for path in values {
            if let Some((values, _)) = folders.get_mut(directory_of(path)) {
                values.push(path);
            }
        }
        let mut found = Vec::new();
        for (values, others) in folders.into_values() {
            if values.is_empty() {
                continue;
            }
            let known: BTreeSet<String> = values
                .into_iter()
                .take(MOST)
                .flat_map(|path| self.keys(path))
                .collect();
            for path in others.into_iter().take(MOST) {
                let keys = self.keys(path);
                let shared = keys.iter().filter(|key| known.contains(*key)).count();
                if shared > 0 && shared * 2 >= keys.len() {
                    found.push(path.to_owned());
                }
            }
        }
        found
    }

    /// The keys at the left edge of a file.
    fn keys(&self, path: &str) -> BTreeSet<String> {
        let text = read_text(self.root, path).unwrap_or_default();
        let keys = text.lines().filter_map(|line| {
            let (key, _) = line.split_once(':')?;
            let key = key.trim_matches(['"', '\'']);
            let is_key = key.starts_with(|char: char| char.is_ascii_alphanumeric() || char == '_');
            (is_key && !key.contains(char::is_whitespace)).then(|| key.to_owned())
        });
        keys.collect()
    }
}

/// More files are not looked at in one folder.
const MOST: usize = 500;
