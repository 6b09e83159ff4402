//! Argo CD: Applications, and the ApplicationSets that make them.
//!
//! <https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/>

mod addresses;
mod application;
mod brought;
mod built;
mod clusters;
mod generated;
mod generators;
mod made;
mod missing;
mod plugin;
mod refused;
mod set;
mod spec;
mod umbrella;
mod words;

use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::Node;

use super::claim::{Claims, Unread};
use super::files::Files;
use super::nodes::is_kind;
use super::tells::Names;
use super::template::Evaluator;
use crate::masking::text as said_text;
use crate::source::{Location, Source};

/// The group of Argo CD's objects.
const GROUP: &str = "argoproj.io/";

/// The steps that all charts that make Applications have together.
const STEPS_OF_MAKERS: u64 = 160_000_000;

/// What all sets of Applications make together, in bytes: their sets of parameters, and the texts of the Applications.
const ROOM_OF_SETS: u64 = 256 << 20;

/// What all Applications and sets of them share.
pub(super) struct Known {
    clusters: Vec<clusters::Cluster>,
    evaluator: Evaluator,
    /// For the charts that make Applications
    budget: Budget,
    /// For what sets make
    room: Budget,
}

impl Known {
    pub(super) fn of(sources: &[Arc<Source>]) -> Known {
        Known {
            clusters: clusters::clusters(sources),
            evaluator: Evaluator::default(),
            budget: Budget::new(STEPS_OF_MAKERS),
            room: Budget::new(ROOM_OF_SETS),
        }
    }
}

pub(super) use addresses::addresses;
pub(super) use brought::tell as tell_environments;
pub(super) use built::claims as built_claims;
pub use refused::{Refused, WhyRefused};

/// What the Applications of some files say, and those that charts make.
pub(super) fn claims(
    sources: &[Arc<Source>],
    known: &Known,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    for source in sources {
        for document in source.document.documents() {
            of_object(source, document, known, &[], files, names, said);
        }
        add_broken(source, said);
    }
}

/// Says that a file with an Application or a set of them is no YAML: `name: {{path.basename}}-prod` without quotes is none.
fn add_broken(source: &Arc<Source>, said: &mut Claims) {
    let mut problems = source.document.errors().iter();
    let Some(problem) = problems.find(|problem| problem.is_refused()) else {
        return;
    };
    let is_object = |kind: &str| source.text().lines().any(|line| line.trim() == kind);
    for kind in ["ApplicationSet", "Application"] {
        if is_object(&format!("kind: {kind}")) {
            said.unread.push(Unread::at(
                &Location::new(source, problem.span),
                said_text!(
                    "the file holds an {} of Argo CD, but is no YAML, so what it deploys is not known",
                    kind
                ),
            ));
            return;
        }
    }
}

/// What the charts make that hold Applications in their templates. Others say before what values they have.
pub(super) fn made_claims(known: &Known, files: &Files<'_>, names: &Names, said: &mut Claims) {
    made::claims(known, files, names, said);
}

/// What an object says, if it is one of Argo CD. `hints` are what else may tell the environment.
fn of_object(
    source: &Arc<Source>,
    document: &Node,
    known: &Known,
    hints: &[String],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    if is_kind(document, GROUP, "Application") {
        let plain = |text: &str| Some(text.to_owned());
        let mut spec = spec::read(source, document, document, &plain);
        spec.hints.extend_from_slice(hints);
        application::claims(&spec, source, files, names, said);
    } else if is_kind(document, GROUP, "ApplicationSet") {
        set::claims(source, document, known, hints, files, names, said);
    }
}
