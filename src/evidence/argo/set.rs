//! An ApplicationSet: its generators give parameters, and each set of them makes one Application of the template.

use std::sync::Arc;

use envlint_yaml::{Map, Node, Value};

use super::application;
use super::generators::{self, Cluster, Generated};
use crate::evidence::claim::{Claims, Unread};
use crate::evidence::files::Files;
use crate::evidence::nodes::{at, flat, items, text};
use crate::evidence::tells::Names;
use crate::evidence::template::{evaluate, substitute};
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

/// How the texts of a set's template are evaluated.
pub(super) fn evaluator<'p>(
    is_go: bool,
    parameters: &'p Map,
) -> impl Fn(&str) -> Option<String> + 'p {
    move |text: &str| match is_go {
        true => evaluate(text, parameters),
        false => Some(substitute(text, parameters)),
    }
}

/// The deployments that an ApplicationSet says.
pub(super) fn claims(
    source: &Arc<Source>,
    object: &Node,
    clusters: &[Cluster],
    hints: &[String],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let place = at(object, &["metadata", "name"]).map_or(object.span(), Node::span);
    let location = Location::new(source, place);
    let set = text(object, &["metadata", "name"]).unwrap_or_default();
    let is_go = at(object, &["spec", "goTemplate"]).and_then(Node::as_bool) == Some(true);
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
            is_go,
            clusters,
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
    for parameters in &generated.parameters {
        let evaluate = evaluator(is_go, parameters);
        let mut spec = application::read(source, object, template, &evaluate);
        spec.of_set = Some(set.to_owned());
        let known = flat(parameters);
        let telling = TELLING.iter().filter_map(|name| {
            let is_it = |(known, _): &&(String, String)| {
                known == name || known.rsplit('.').next() == Some(name)
            };
            known.iter().find(is_it).map(|(_, value)| value.clone())
        });
        spec.hints.extend(telling);
        spec.hints.extend_from_slice(hints);
        if let Some(Value::String(path)) = parameters.get("path") {
            spec.hints.extend(names.of_path(path));
        }
        application::claims(&spec, source, files, names, said);
    }
}
