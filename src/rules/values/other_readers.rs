//! Readers of values that are no templates of the chart: other files of its folder name paths (`if: internalDB`), and a script
//! that deploys it writes a template first.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};

use envlint_helm::SourceFile;
use envlint_yaml::Path;

use crate::rules::AppContext;
use crate::source::read_text;

/// No more lines of a chart's files are looked at.
const MOST_LINES: usize = 50_000;
/// No more files that deploy an app are read.
const MOST_FILES: usize = 20;

/// What may read values of an app, beyond its templates. It is read when a value is found that no template reads: a script
/// may deploy thousands of apps.
pub(super) struct OtherReaders<'c, 'a> {
    cx: &'c AppContext<'a>,
    /// The texts of the YAML files in the chart's folder that are neither values nor templates.
    named: OnceCell<HashSet<String>>,
    /// The files that say how the app is deployed.
    evidence: OnceCell<Vec<String>>,
}

impl<'c, 'a> OtherReaders<'c, 'a> {
    pub(super) fn of(cx: &'c AppContext<'a>) -> OtherReaders<'c, 'a> {
        OtherReaders {
            cx,
            named: OnceCell::new(),
            evidence: OnceCell::new(),
        }
    }

    fn named(&self) -> &HashSet<String> {
        let read = || {
            let chart = self.cx.chart.and_then(|chart| chart.chart.as_ref().ok());
            let files = chart.map_or(&[][..], |chart| chart.files()).iter();
            let files = files.filter(|file| is_other(file.name()));
            let lines = files.flat_map(lines).take(MOST_LINES);
            lines.filter_map(|line| named_on(&line)).collect()
        };
        self.named.get_or_init(read)
    }

    fn evidence(&self) -> &[String] {
        let read = || {
            let deployments = self.cx.app.deployments.iter();
            let evidence = deployments.flat_map(|deployment| &deployment.evidence);
            let files: BTreeSet<&str> = evidence.map(|evidence| evidence.file.as_str()).collect();
            let files = files.into_iter().take(MOST_FILES);
            let text = |file| read_text(&self.cx.workspace.root, file).ok();
            files.filter_map(text).collect()
        };
        self.evidence.get_or_init(read)
    }

    /// Whether one of them names a path, or something in it.
    pub(super) fn name(&self, path: &Path) -> bool {
        let text = path.to_string();
        let is_inside = |named: &String| {
            let rest = named.strip_prefix(text.as_str());
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let named = self.named();
        named.contains(&text)
            || named.iter().any(is_inside)
            || self.evidence().iter().any(|source| {
                let read = format!(".Values.{text}");
                let mut found = source.match_indices(&read);
                found.any(|(at, _)| {
                    let rest = source.get(at + read.len()..).unwrap_or_default();
                    !rest.starts_with(|char: char| char.is_alphanumeric() || "_-".contains(char))
                })
            })
    }
}

/// Whether a file of a chart's folder is YAML and no values: those are what is asked about.
fn is_other(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    let is_yaml = base.ends_with(".yaml") || base.ends_with(".yml");
    is_yaml && !base.contains("values")
}

fn lines(file: &SourceFile) -> Vec<String> {
    let text = String::from_utf8_lossy(file.data());
    text.lines().map(str::to_owned).collect()
}

/// The path that is the value of a line: `if: internalDB`. What is no word by itself names nothing.
fn named_on(line: &str) -> Option<String> {
    let (_, value) = line.split_once(": ")?;
    let value = value.trim().trim_matches(['"', '\'']);
    let is_of_path = |char: char| char.is_alphanumeric() || matches!(char, '.' | '_' | '-');
    let is_path = value.starts_with(char::is_alphabetic) && value.chars().all(is_of_path);
    (is_path && value.parse::<bool>().is_err()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::named_on;

    #[test]
    fn lines_name_paths() {
        for (line, expected) in [
            ("  if: internalDB", Some("internalDB")),
            ("if: \"hub.internalDatabase\"", Some("hub.internalDatabase")),
            ("description: a text of words", None),
            ("size: 3", None),
            ("on: true", None),
        ] {
            assert_eq!(named_on(line).as_deref(), expected, "{line}");
        }
    }
}
