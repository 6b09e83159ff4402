//! Apps that have one values file: it is written once, with the same text for all of them, or not at all.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::cluster::Cluster;
use super::promote::{AppPromotion, Progress};
use super::refusal::{Reason, Refusal};
use crate::masking::{Name, Text, text};
use crate::workspace::{App, Deployment, Environment, Workspace};

/// The other apps that have the values file of one of these in an environment.
pub fn sharing<'w>(workspace: &'w Workspace, apps: &[&App], to: &Environment) -> Vec<&'w App> {
    let file = |app: &'_ App| {
        let deployment = app.deployment(&to.name);
        deployment
            .and_then(Deployment::values_file)
            .map(str::to_owned)
    };
    let files: BTreeSet<String> = apps.iter().filter_map(|app| file(app)).collect();
    let asked: HashSet<&str> = apps.iter().map(|app| &*app.name).collect();
    let others = workspace.apps.iter();
    let others = others.filter(|other| !asked.contains(&*other.name));
    others
        .filter(|other| file(other).is_some_and(|file| files.contains(&file)))
        .collect()
}

/// The promotions that were asked for, with a word of the others that have the same file.
pub fn only_asked(apps: &mut Vec<AppPromotion>) {
    let others = apps.iter().filter(|app| !app.is_asked);
    let others: Vec<(String, Arc<str>)> = others
        .map(|app| (app.file.clone(), Arc::clone(&app.app)))
        .collect();
    apps.retain(|app| app.is_asked);
    for app in apps {
        let of_file = others.iter().filter(|(file, _)| *file == app.file);
        let names: Vec<Text> = of_file.map(|(_, name)| text!("`{}`", Name(name))).collect();
        if app.progress == Progress::Planned && !names.is_empty() {
            let word = text!(
                "{} is also the values file of {}, so the same changes there",
                Name(&app.file),
                Text::first(names.into_iter(), MOST)
            );
            app.warnings.push(word);
        }
    }
}

/// So many paths are named of those that only one of two promotions changes.
const MOST: usize = 5;

/// Refuses what would change a file for an app that has it, too, and whose own promotion is refused or writes something
/// else: the one that comes last would win.
pub fn agree(apps: &mut [AppPromotion]) {
    let mut shared: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, app) in apps.iter().enumerate() {
        shared.entry(&app.file).or_default().push(at);
    }
    let mut refused: Vec<(usize, Refusal)> = Vec::new();
    for group in shared.into_values().filter(|group| group.len() > 1) {
        let members = || group.iter().filter_map(|at| Some((*at, apps.get(*at)?)));
        let planned = members().filter(|(_, app)| app.progress == Progress::Planned);
        for (at, app) in planned {
            let mut others = members().filter(|(other, _)| *other != at);
            let refusal = others.find_map(|(_, other)| disagreement(app, other));
            refused.extend(refusal.map(|refusal| (at, refusal)));
        }
    }
    for (at, refusal) in refused {
        if let Some(app) = apps.get_mut(at) {
            app.refusals.push(refusal);
            app.progress = Progress::Refused;
            app.cluster = Cluster::Unasked;
        }
    }
}

/// Why a promotion cannot be written, as another one of the same file stands.
fn disagreement(app: &AppPromotion, other: &AppPromotion) -> Option<Refusal> {
    let (file, name) = (Name(&app.file), Name(&other.app));
    if other.progress == Progress::Refused {
        let message = text!(
            "{} is also the values file of `{}` in {}, whose promotion is refused",
            file,
            name,
            Name(&other.to)
        );
        let refusal = Refusal::because(Reason::SharedFile, message);
        return Some(refusal.help(text!(
            "make `{}` promotable first: what is written into the file is written for both",
            name
        )));
    }
    let new = |app: &AppPromotion| app.texts().map(|(_, new)| new.text().to_owned());
    if new(app) == new(other) {
        return None;
    }
    let message = text!(
        "{} is also the values file of `{}` in {}, whose promotion makes something else of it{}",
        file,
        name,
        Name(&other.to),
        only_one(app, other)
    );
    let refusal = Refusal::because(Reason::SharedFile, message);
    Some(refusal.help(text!(
        "a path of a file that several apps have belongs to the environment for all of them, or for none: declare it under the `perEnvironment:` of the workspace, or give `{}` and `{}` files of their own",
        Name(&app.app),
        name
    )))
}

/// The paths that only one of two promotions changes.
fn only_one(app: &AppPromotion, other: &AppPromotion) -> Text {
    let paths = |app: &AppPromotion| -> BTreeSet<String> {
        let changes = app.changes.iter();
        changes
            .map(|change| change.path.show().to_string())
            .collect()
    };
    let of = |app: &AppPromotion, not: &BTreeSet<String>| -> Vec<Text> {
        let changes = app.changes.iter().map(|change| &change.path);
        let only = changes.filter(|path| !not.contains(&*path.show().to_string()));
        only.map(|path| text!("`{}`", path.clone())).collect()
    };
    let mut only = of(app, &paths(other));
    only.extend(of(other, &paths(app)));
    match only.is_empty() {
        true => Text::new(),
        false => text!(
            ": only one of the two changes {}",
            Text::first(only.into_iter(), MOST)
        ),
    }
}
