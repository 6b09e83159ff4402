//! Files with values of releases of whose names parts are not known.

use super::{LAYERS, Release, releases_of};
use crate::evidence::claim::Unread;
use crate::evidence::helmfile::reader::Reader;
use crate::evidence::helmfile::state::State;
use crate::evidence::helmfile::walk::{Walk, folder_of};
use crate::evidence::holes::{bindings, fill, has_holes, shown};
use crate::evidence::nodes::items;
use crate::masking::{ObjectName, text as said_text};

/// The files that the releases of a helmfile name, of whose names parts are not known.
pub(in crate::evidence::helmfile) fn open_layers(
    state: &State,
    reader: &Reader<'_, '_>,
) -> Vec<String> {
    let parts = state.with_releases.iter();
    let parts = parts.filter_map(|index| state.parts.get(*index));
    let releases = parts.flat_map(|part| {
        let nodes = releases_of(part.document.root());
        nodes.filter_map(move |node| Release::of(state, part, node, false))
    });
    let layers = releases.flat_map(|release| {
        let nodes = release.nodes();
        let entries =
            nodes.flat_map(|node| LAYERS.iter().flat_map(move |key| items(node, &[*key])));
        let paths = entries.filter_map(|entry| Some(release.filled(entry.as_str()?)));
        paths.collect::<Vec<String>>()
    });
    let open = layers.filter(|path| has_holes(path) && !is_elsewhere(path));
    open.filter_map(|path| reader.path(&state.directory, path.trim()))
        .collect()
}

/// Whether a path leads out of the repository.
pub(super) fn is_elsewhere(path: &str) -> bool {
    path.starts_with('/') || path.contains("://") || path.contains("::")
}

impl Walk<'_, '_> {
    /// Says of a layer whose path is not known that it lies elsewhere, or which files it may be.
    pub(super) fn open_layer(&mut self, release: &Release<'_>, path: &str, full: Option<String>) {
        let bound = full.map(|full| {
            let bound = bindings(&full, self.reader.files, self.names).into_iter();
            bound
                .map(|bound| fill(&full, &bound))
                .collect::<Vec<String>>()
        });
        let files = bound.unwrap_or_default();
        let path = shown(path);
        if files.is_empty() {
            let named = self.elsewhere.entry(folder_of(&path)).or_default();
            named.insert((release.part.file.clone(), path));
            return;
        }
        let evidence = release.evidence("");
        let reason = said_text!(
            "which of {} files `{}` is for the release `{}` is not known",
            files.len(),
            ObjectName(path),
            ObjectName(shown(&release.name))
        );
        self.said.unread.push(Unread::of(&evidence, reason));
        for file in files {
            let named = self.said.named.entry(file);
            named.or_insert_with(|| evidence.clone());
        }
    }
}
