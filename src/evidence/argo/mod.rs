//! Argo CD: Applications, and the ApplicationSets that make them.
//!
//! <https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/>

mod application;
mod generators;
mod set;

use std::sync::Arc;

use super::claim::Claims;
use super::files::Files;
use super::nodes::is_kind;
use super::tells::Names;
use crate::source::Source;

/// The group of Argo CD's objects.
const GROUP: &str = "argoproj.io/";

/// What the Applications of some files say.
pub(super) fn claims(sources: &[Arc<Source>], files: &Files<'_>, names: &Names, said: &mut Claims) {
    let clusters = generators::clusters(sources);
    for source in sources {
        for document in source.document.documents() {
            if is_kind(document, GROUP, "Application") {
                let plain = |text: &str| Some(text.to_owned());
                let spec = application::read(source, document, document, &plain);
                application::claims(&spec, source, files, names, said);
            } else if is_kind(document, GROUP, "ApplicationSet") {
                set::claims(source, document, &clusters, files, names, said);
            }
        }
    }
}
