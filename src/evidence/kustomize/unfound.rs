//! Directories that Flux is to synchronize and that are not there.
//!
//! <https://fluxcd.io/flux/components/kustomize/kustomizations/#path>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::{Node, Span};

use super::broken::submodules;
use super::synced::FLUX;
use super::{Broken, Directories, InVain, Reach};
use crate::evidence::files::{Files, directory_of};
use crate::evidence::nodes::{at, is_kind, items, text};
use crate::source::{Source, ancestors};

/// A source that a Kustomization names: its name and namespace.
type From<'s> = (&'s str, Option<&'s str>);

/// A path that a Kustomization names.
struct Asked<'s> {
    source: &'s Source,
    object: &'s Node,
    from: From<'s>,
    directory: String,
    span: Span,
}

impl Directories {
    /// The directories that Kustomizations of Flux name in vain, where others find theirs here in the same source: it is this
    /// repository. `left` are the files that are not deployed.
    pub(in crate::evidence) fn unfound(
        &self,
        sources: &[Arc<Source>],
        left: &BTreeSet<String>,
        reach: &Reach,
        files: &Files<'_>,
    ) -> Vec<Broken> {
        let deployed = sources.iter().filter(|source| !left.contains(&source.path));
        let asked = deployed.flat_map(|source| {
            let objects = source.document.documents().iter();
            objects.filter_map(|object| asked(source, object, files))
        });
        let (here, missing): (Vec<Asked<'_>>, Vec<Asked<'_>>) =
            asked.partition(|asked| files.is_directory(&asked.directory));
        if missing.is_empty() {
            return Vec::new();
        }
        let synced: BTreeSet<&str> = here.iter().map(|asked| asked.directory.as_str()).collect();
        let is_synced =
            |file: &str| ancestors(directory_of(file)).any(|above| synced.contains(above));
        let here: BTreeSet<From<'_>> = here.iter().map(|asked| asked.from).collect();
        let submodules = submodules(files);
        let is_of_other = |path: &str| {
            let mut others = submodules.iter();
            others.any(|other| format!("{path}/").starts_with(other.as_str()))
        };
        let including = including(sources);
        let changed = self.changed(reach, files);
        let missing = missing.into_iter().filter(|asked| {
            let above = directory_of(&asked.directory);
            here.contains(&asked.from)
                && !including.contains(asked.from.0)
                && (above.is_empty() || files.is_directory(above))
                && !is_of_other(&asked.directory)
                && !changed
                    .get(asked.source.path.as_str())
                    .is_some_and(|names| names.contains(name_of(asked.object)))
        });
        let broken = missing.map(|asked| Broken {
            file: asked.source.path.clone(),
            span: asked.span,
            is_deployed: is_synced(&asked.source.path),
            what: InVain::Synced(asked.directory),
        });
        broken.collect()
    }

    /// The names of the objects that directories change which they build, by their files: what a patch says instead of a path,
    /// the file does not tell.
    fn changed(&self, reach: &Reach, files: &Files<'_>) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for directory in &reach.tops {
            let build = self.build(directory, files);
            for resource in build
                .resources
                .iter()
                .filter(|resource| !resource.steps.is_empty())
            {
                let Some(source) = files.read(&resource.path) else {
                    continue;
                };
                for object in source.document.documents() {
                    let is_one = is_kind(object, FLUX, "Kustomization");
                    let built = is_one.then(|| resource.object(object)).flatten();
                    if is_one && built.is_none_or(|built| built.is_patched()) {
                        let names = found.entry(resource.path.clone()).or_default();
                        names.insert(name_of(object).to_owned());
                    }
                }
            }
        }
        found
    }
}

/// The names of sources that take up directories of others, which lie in their own repositories.
/// <https://fluxcd.io/flux/components/source/gitrepositories/#include>
fn including(sources: &[Arc<Source>]) -> BTreeSet<&str> {
    let objects = sources
        .iter()
        .flat_map(|source| source.document.documents());
    let including = objects.filter(|object| {
        text(object, &["kind"]) == Some("GitRepository")
            && !items(object, &["spec", "include"]).is_empty()
    });
    including.map(name_of).collect()
}

fn name_of(object: &Node) -> &str {
    text(object, &["metadata", "name"]).unwrap_or_default()
}

/// What a Kustomization asks for that is not suspended, and whose path is known.
fn asked<'s>(source: &'s Source, object: &'s Node, files: &Files<'_>) -> Option<Asked<'s>> {
    let spec = at(object, &["spec"]).filter(|_| is_kind(object, FLUX, "Kustomization"))?;
    let node = at(spec, &["path"])?;
    let is_suspended = at(spec, &["suspend"]).and_then(Node::as_bool) == Some(true);
    let is_git = text(spec, &["sourceRef", "kind"]) == Some("GitRepository");
    let path = node.as_str().filter(|path| !path.contains(['$', '{']))?;
    let directory = files.of_repository(path.trim_start_matches("./"))?;
    let namespace = || text(object, &["metadata", "namespace"]);
    let is_one = is_git && !is_suspended && !directory.is_empty();
    is_one.then_some(Asked {
        source,
        object,
        from: (
            text(spec, &["sourceRef", "name"])?,
            text(spec, &["sourceRef", "namespace"]).or_else(namespace),
        ),
        directory: directory.trim_end_matches('/').to_owned(),
        span: node.span(),
    })
}
