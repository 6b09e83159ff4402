//! The objects that come of an app's inventory and of what an environment selects.

use crate::masking::{Name, Said, text};
use crate::source::Problem;
use crate::values::Tree;
use crate::workspace::{App, Workspace};

use super::remote_names;
use super::render::{self, Deployment, Destination, Object};
use super::{Inventory, Mistake, Selection, Selections};
use crate::source::Location;

/// The objects of the backend that an environment selects; none when it selects no backend.
///
/// # Errors
/// Everything that keeps the objects from being right, each with its place: several backends, an incomplete or
/// malformed selection, an empty inventory, a name that the store cannot hold, a key without a sealed value.
pub fn objects(
    workspace: &Workspace,
    app: &App,
    environment: &str,
    values: &Tree<'_>,
) -> Result<Vec<Object>, Vec<Problem>> {
    let inventory = Inventory::of(workspace, app);
    let selections = Selections::read(values);
    let mut problems: Vec<Problem> = selections.mistakes.iter().map(problem).collect();
    let mut enabled = selections.enabled.iter();
    let Some(selection) = enabled.next() else {
        return if problems.is_empty() {
            Ok(Vec::new())
        } else {
            Err(problems)
        };
    };
    problems.extend(enabled.map(|second| {
        Problem::located(
            second.location(),
            text!(
                "{} enables two secret backends, {} and {}",
                Name(&environment),
                Name(&selection.backend.key),
                Name(&second.backend.key)
            ),
        )
        .note(selection.location(), "the other one")
        .help("disable one of the two")
    }));
    problems.extend(selection.mistakes.iter().map(problem));
    if inventory.is_empty() {
        problems.push(
            Problem::located(
                selection.location(),
                text!(
                    "`{}` is enabled, but app `{}` has no secrets to read",
                    selection.path(""),
                    Name(&app.name)
                ),
            )
            .help("list them under `secrets:` in envlint.yaml"),
        );
    }
    problems.extend(
        remote_names::check(selection, &inventory)
            .iter()
            .map(problem),
    );
    problems.extend(unsealed(selection, &inventory));
    if !problems.is_empty() {
        return Err(problems);
    }
    let place = place(app, environment, &selections);
    render::objects(selection, &inventory, &place)
        .map_err(|error| vec![Problem::without_place(text!("{}", Said(error)))])
}

fn problem(mistake: &Mistake) -> Problem {
    let place = Some(mistake.location.clone());
    mistake.clone().moved_to(place, ())
}

/// Keys of the inventory without a sealed value.
fn unsealed(selection: &Selection<'_>, inventory: &Inventory) -> Vec<Problem> {
    let Some(data) = selection.given.get("encryptedData") else {
        return Vec::new();
    };
    missing_ciphertexts(selection, inventory)
        .into_iter()
        .map(|(secret, key)| {
            Problem::located(
                data.tree.key_location(),
                text!(
                    "the secret `{}` has no sealed value for `{}`",
                    Name(&secret),
                    Name(&key)
                ),
            )
            .help(text!(
                "seal it: `envlint seal --secret {} --key {} …`",
                Name(&secret),
                Name(&key)
            ))
        })
        .collect()
}

/// The keys of the inventory that a selection of sealed secrets has no value for.
pub fn missing_ciphertexts<'i>(
    selection: &Selection<'_>,
    inventory: &'i Inventory,
) -> Vec<(&'i str, &'i str)> {
    if !selection.given.contains_key("encryptedData") {
        return Vec::new();
    }
    let keys = inventory.secrets.iter().flat_map(|secret| {
        secret
            .keys
            .iter()
            .map(move |key| (secret.name.as_str(), key.name.as_str()))
    });
    keys.filter(|(secret, key)| selection.ciphertext(secret, key).is_none())
        .collect()
}

/// Where an app is deployed in an environment.
fn place(app: &App, environment: &str, selections: &Selections<'_>) -> Destination {
    let named = selections.environment.clone();
    // A chart tells its environment by where it is deployed, and what is rendered here is what the chart renders.
    let is_known = app.chart.is_none()
        || deployments(&[app])
            .iter()
            .any(|deployment| deployment.environment == environment);
    Destination {
        namespace: app.namespace(environment),
        release: app.release(environment),
        environment: named.or_else(|| is_known.then(|| environment.to_owned())),
    }
}

/// Where apps are deployed, without the places that belong to two environments.
pub fn deployments(apps: &[&App]) -> Vec<Deployment> {
    let all: Vec<Deployment> = apps
        .iter()
        .flat_map(|app| {
            let environments = app.deployments.iter().map(|known| &known.environment);
            environments.map(|environment| Deployment {
                namespace: app.namespace(&environment.name),
                release: app.release(&environment.name),
                environment: environment.name.to_string(),
            })
        })
        .collect();
    let is_shared = |one: &Deployment| {
        all.iter().any(|other| {
            other.namespace == one.namespace
                && other.release == one.release
                && other.environment != one.environment
        })
    };
    let mut known: Vec<Deployment> = Vec::new();
    for deployment in &all {
        if !is_shared(deployment) && !known.contains(deployment) {
            known.push(deployment.clone());
        }
    }
    known
}

/// The place of a name in the configuration, or else of the selection.
pub(super) fn declared(
    inventory: &Inventory,
    span: envlint_yaml::Span,
    selection: &Selection<'_>,
) -> Location {
    inventory
        .location(span)
        .unwrap_or_else(|| selection.location())
}
