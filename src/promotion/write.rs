//! Writing promotions: the target's files of all apps, or none of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::promote::{AppPromotion, Progress};
use crate::masking::{Name, Said, text};
use crate::source::{Problem, write};

/// Target's files that were written, and can be taken back.
#[derive(Debug, Default)]
pub struct Written(Vec<write::Replaced>);

/// Writes the new texts of all apps that nothing stands in the way of.
///
/// # Errors
/// Why one of the files cannot be written. Then all are as they were; where one is not, a problem says so.
pub fn write(root: &Path, apps: &mut [AppPromotion]) -> Result<Written, Vec<Problem>> {
    // Apps that have one file have the same text for it (`agree`): it is written once.
    let mut files = BTreeSet::new();
    let planned: Vec<&AppPromotion> = apps
        .iter()
        .filter(|app| app.progress == Progress::Planned && app.texts().is_some())
        .filter(|app| files.insert(app.file.as_str()))
        .collect();
    let stage = |app: &AppPromotion| match app.texts() {
        Some((old, new)) => {
            write::Replacement::stage(&root.join(&app.file), old.text(), new.text())
        }
        None => Err(write::WriteError::Changed),
    };
    match write::replace_all(&planned, stage) {
        Ok(done) => {
            set(apps, Progress::Planned, Progress::Written);
            Ok(Written(done))
        }
        Err(refused) => {
            let failed = refused.failed.into_iter();
            let mut problems: Vec<Problem> = failed
                .map(|(app, error)| {
                    Problem::without_place(text!(
                        "cannot write {}: {}",
                        Name(&app.file),
                        Said(&error)
                    ))
                })
                .collect();
            if planned.len() > 1
                && refused.stuck.is_empty()
                && let Some(last) = problems.pop()
            {
                let help =
                    "no values file was changed: a promotion writes all of its files, or none";
                problems.push(last.help(help));
            }
            problems.extend(refused.stuck.into_iter().map(stuck));
            Err(problems)
        }
    }
}

impl Written {
    /// Gives the files their old texts again; returns what is wrong with those that cannot get them.
    pub fn take_back(self, apps: &mut [AppPromotion]) -> Vec<Problem> {
        set(apps, Progress::Written, Progress::Planned);
        let stuck = write::take_back(&self.0);
        stuck.into_iter().map(self::stuck).collect()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn set(apps: &mut [AppPromotion], from: Progress, to: Progress) {
    let apps = apps.iter_mut().filter(|app| app.progress == from);
    apps.for_each(|app| app.progress = to);
}

fn stuck((path, error): (PathBuf, write::WriteError)) -> Problem {
    let message = text!(
        "{} was written, and cannot be taken back: {}",
        path.as_path(),
        Said(&error)
    );
    Problem::without_place(message).help("restore it with `git checkout`, or promote again")
}
