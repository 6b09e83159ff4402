//! Folders of examples and of what tests read: nothing in them is deployed, as long as something outside of them is.

use std::collections::{BTreeMap, BTreeSet};

use super::discover::FoundApp;
use crate::evidence::{Claims, Unread};
use crate::masking::text;
use crate::naming::{is_filled_in, sample_folder};

/// Takes out what examples deploy and what names of files in them tell, and says of each folder what was left out. A
/// repository that holds nothing but examples is looked at as any other.
pub(super) fn leave_out(said: &mut Claims, found: &mut Vec<FoundApp>) {
    let of_app = |app: &FoundApp| {
        app.values
            .first()
            .and_then(|file| sample_folder(&file.path))
            .map(str::to_owned)
    };
    let is_real =
        said.claims.iter().any(|claim| {
            claim.environment.is_some() && sample_folder(&claim.evidence.file).is_none()
        }) || found.iter().any(|app| of_app(app).is_none());
    if !is_real {
        return;
    }
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    said.claims.retain(|claim| {
        let folder = sample_folder(&claim.evidence.file);
        if let Some(folder) = folder {
            *left_out.entry(folder.to_owned()).or_default() += 1;
        }
        folder.is_none()
    });
    // What something outside of the folder reads is no example.
    let layers = said.claims.iter().flat_map(|claim| &claim.layers);
    let mut used: BTreeSet<&str> = layers.map(|layer| layer.path.as_str()).collect();
    used.extend(said.taken.iter().map(String::as_str));
    found.retain(|app| {
        let mut files = app.values.iter();
        if files.all(|file| used.contains(file.path.as_str())) {
            return true;
        }
        let folder = of_app(app);
        let is_kept = folder.is_none();
        if let Some(folder) = folder {
            *left_out.entry(folder).or_default() += app.values.len();
        }
        is_kept
    });
    said.missing
        .retain(|missing| sample_folder(&missing.evidence.file).is_none());
    said.unread
        .retain(|unread| sample_folder(&unread.file).is_none_or(is_filled_in));
    said.unread
        .extend(left_out.into_iter().map(|(folder, count)| Unread {
            reason: text!(
                "{} by its name, so envlint checks no app in it; {} would be deployed",
                match is_filled_in(&folder) {
                    true => "a folder that something fills in",
                    false => "a folder of examples or tests",
                },
                count
            ),
            file: folder,
            place: None,
            is_values: false,
        }));
}

/// Whether a file lies in a folder of examples, of which is said as a whole that it was left out.
pub(super) fn is_left_out(path: &str, unread: &[Unread]) -> bool {
    sample_folder(path).is_some_and(|folder| {
        unread
            .iter()
            .any(|known| known.place.is_none() && known.file == folder)
    })
}
