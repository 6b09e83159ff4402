//! Argo CD: Applications, and the ApplicationSets that make them.
//!
//! <https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/>

mod application;
mod generators;
mod made;
mod set;

use std::sync::Arc;

use envlint_yaml::Node;

use super::claim::Claims;
use super::files::Files;
use super::nodes::is_kind;
use super::tells::Names;
use crate::source::Source;

/// The group of Argo CD's objects.
const GROUP: &str = "argoproj.io/";

/// What the Applications of some files say, and those that charts make.
pub(super) fn claims(sources: &[Arc<Source>], files: &Files<'_>, names: &Names, said: &mut Claims) {
    let clusters = generators::clusters(sources);
    for source in sources {
        for document in source.document.documents() {
            of_object(source, document, &clusters, &[], files, names, said);
        }
    }
}

/// What the charts make that hold Applications in their templates. Others say before what values they have.
pub(super) fn made_claims(
    sources: &[Arc<Source>],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    made::claims(&generators::clusters(sources), files, names, said);
}

/// What an object says, if it is one of Argo CD. `hints` are what else may tell the environment.
fn of_object(
    source: &Arc<Source>,
    document: &Node,
    clusters: &[generators::Cluster],
    hints: &[String],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    if is_kind(document, GROUP, "Application") {
        let plain = |text: &str| Some(text.to_owned());
        let mut spec = application::read(source, document, document, &plain);
        spec.hints.extend_from_slice(hints);
        application::claims(&spec, source, files, names, said);
    } else if is_kind(document, GROUP, "ApplicationSet") {
        set::claims(source, document, clusters, hints, files, names, said);
    }
}
