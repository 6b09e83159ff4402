//! An ApplicationSet: its generators give parameters, and each set of them makes one Application of the template.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::{Map, Node, Value};

use super::generated::Generated;
use super::generators;
use super::{Known, application, spec};
use crate::evidence::claim::{Claims, Unread};
use crate::evidence::files::Files;
use crate::evidence::nodes::{at, flat, items, text};
use crate::evidence::tells::Names;
use crate::evidence::template::{Evaluator, substitute};
use crate::masking::{ObjectName, text as said_text};
use crate::source::{Location, Source};

/// Names of parameters that tell the environment.
const TELLING: [&str; 10] = [
    "env",
    "environment",
    "stage",
    "tier",
    "envName",
    "environmentName",
    "cluster",
    "clusterName",
    "name",
    "namespace",
];

/// What an Application takes of the room of all sets, beside its template and its parameters, in bytes.
const OF_APPLICATION: u64 = 4096;

/// How a set writes its templates.
#[derive(Clone, Copy)]
pub(super) struct Templates<'e> {
    /// `goTemplate: true`, with the steps that all sets share. Others have names among the parameters.
    go: Option<&'e Evaluator>,
    /// For what all sets make, in bytes.
    pub(super) room: &'e Budget,
}

impl Templates<'_> {
    pub(super) fn is_go(self) -> bool {
        self.go.is_some()
    }
}

/// How the texts of a set's template are evaluated.
pub(super) fn evaluator<'p>(
    templates: Templates<'p>,
    parameters: &'p Map,
) -> impl Fn(&str) -> Option<String> + 'p {
    // All texts of an Application have the same parameters; the first of a name counts.
    let names: OnceCell<BTreeMap<String, String>> = OnceCell::new();
    let named = move || flat(parameters).into_iter().rev().collect();
    move |text: &str| {
        let made = match templates.go {
            _ if !text.contains("{{") => Some(text.to_owned()),
            Some(evaluator) => evaluator.text(text, parameters),
            None => substitute(text, names.get_or_init(named)),
        }?;
        let has_room = templates.room.spend((text.len() + made.len()) as u64);
        has_room.then_some(made)
    }
}

/// The deployments that an ApplicationSet says.
pub(super) fn claims(
    source: &Arc<Source>,
    object: &Node,
    known: &Known,
    hints: &[String],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let place = at(object, &["metadata", "name"]).map_or(object.span(), Node::span);
    let location = Location::new(source, place);
    let set = text(object, &["metadata", "name"]).unwrap_or_default();
    let is_go = at(object, &["spec", "goTemplate"]).and_then(Node::as_bool) == Some(true);
    known.evaluator.begin_file();
    let templates = Templates {
        go: is_go.then_some(&known.evaluator),
        room: &known.room,
    };
    let Some(template) = at(object, &["spec", "template"]) else {
        return;
    };
    if at(object, &["spec", "templatePatch"]).is_some() {
        said.unread.push(Unread::at(
            &location,
            said_text!(
                "the `templatePatch` of `{}` is not evaluated",
                ObjectName(set)
            ),
        ));
    }
    let mut generated = Generated::default();
    for generator in items(object, &["spec", "generators"]) {
        generators::generate(
            generator,
            templates,
            &known.clusters,
            files,
            &Map::new(),
            0,
            &mut generated,
        );
    }
    said.parameters.extend(generated.read);
    for reason in generated.unread {
        said.unread.push(Unread::at(&location, reason));
    }
    let size = template.span().range().len() as u64 + OF_APPLICATION;
    for parameters in &generated.parameters {
        if !known.room.spend(size) {
            break;
        }
        let evaluate = evaluator(templates, parameters);
        let mut spec = spec::read(source, object, template, &evaluate);
        spec.of_set = Some(set.to_owned());
        let flat = flat(parameters);
        let telling = TELLING.iter().filter_map(|name| {
            let is_it = |(known, _): &&(String, String)| {
                known == name || known.rsplit('.').next() == Some(name)
            };
            flat.iter().find(is_it).map(|(_, value)| value.clone())
        });
        spec.hints.extend(telling);
        spec.hints.extend_from_slice(hints);
        if let Some(Value::String(path)) = parameters.get("path") {
            spec.hints.extend(names.of_path(path));
        }
        // What was cut off is not what it makes.
        if !known.room.is_spent() {
            application::claims(&spec, source, files, names, said);
        }
    }
    if known.room.is_spent() {
        said.unread.push(Unread::at(
            &location,
            said_text!(
                "all ApplicationSets together make too much, so not all that `{}` makes is looked at",
                ObjectName(set)
            ),
        ));
    }
}
