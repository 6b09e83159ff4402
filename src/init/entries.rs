//! The apps as entries of `apps:`: what evidence and the names of files tell of them, in the form of the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::naming::family;
use crate::workspace::{App, Deployment, Environment, LayerPath, Workspace};

/// One entry of `apps:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The app's name, or `{app}`.
    pub name: String,
    /// The apps that it stands for, in their order.
    pub apps: Vec<Arc<str>>,
    /// The chart's directory.
    pub chart: Option<String>,
    /// A chart that is somewhere else: envlint does not load it.
    pub remote: Option<String>,
    /// The layers, the lowest first.
    pub values: Vec<String>,
    /// The environments, where they are not all.
    pub environments: Option<Vec<Arc<str>>>,
    /// Paths whose values are given when it is deployed.
    pub given: Vec<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// The release.
    pub release: Option<String>,
    /// Why it is left to be found, by its name alone.
    pub obstacle: Option<Obstacle>,
}

/// The entries of all apps, with the other names that environments need in paths of files.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries {
    /// The entries, in the order of the apps.
    pub list: Vec<Entry>,
    /// The aliases of each environment.
    pub aliases: BTreeMap<Arc<str>, BTreeSet<String>>,
}

/// Other names of environments in paths of files.
type Aliases = Vec<(Arc<str>, String)>;

/// Why nothing but its name is written of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Its layers have other names, or other places in their order, in each environment.
    Layers,
    /// Its values stand in a manifest, or are laid over the environment's own file.
    Manifest,
    /// Each environment has a chart of its own.
    Charts,
}

impl Obstacle {
    /// Why, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Obstacle::Layers => "no path with `{env}` names the values files",
            Obstacle::Manifest => {
                "values stand in a manifest or are laid over the environment's own file"
            }
            Obstacle::Charts => "each environment has another chart",
        }
    }
}

/// Fewer apps than this are listed one by one.
const FEWEST: usize = 3;

impl Entry {
    /// An app of which only the name is written.
    fn left(app: &App, obstacle: Obstacle) -> Entry {
        Entry {
            name: app.name.to_string(),
            apps: vec![Arc::clone(&app.name)],
            chart: None,
            remote: None,
            values: Vec::new(),
            environments: None,
            given: Vec::new(),
            namespace: None,
            release: None,
            obstacle: Some(obstacle),
        }
    }
}

impl Entries {
    /// The apps one by one; those that have no such form are left to be found.
    pub(super) fn of(workspace: &Workspace) -> Entries {
        let mut entries = Entries::default();
        for app in &workspace.apps {
            let entry = entries.entry(workspace, app);
            let entry = entry.unwrap_or_else(|obstacle| Entry::left(app, obstacle));
            entries.list.push(entry);
        }
        entries
    }

    /// The apps that are left to be found.
    pub(super) fn left(&self) -> impl Iterator<Item = (&str, Obstacle)> {
        let entries = self.list.iter();
        entries.filter_map(|entry| Some((entry.name.as_str(), entry.obstacle?)))
    }

    /// The same with one entry for all apps that have one form; `alone` are those that need an entry of their own.
    pub(super) fn joined(&self, alone: &dyn Fn(&str) -> bool) -> Entries {
        let mut groups: Vec<(Entry, Vec<&Entry>)> = Vec::new();
        for entry in &self.list {
            let general = general(entry).filter(|_| !alone(&entry.name));
            let general = general.unwrap_or_else(|| entry.clone());
            match groups
                .iter_mut()
                .find(|(known, _)| is_alike(known, &general))
            {
                Some((_, members)) => members.push(entry),
                None => groups.push((general, vec![entry])),
            }
        }
        let mut list = Vec::new();
        for (mut general, members) in groups {
            if members.len() < FEWEST {
                list.extend(members.into_iter().cloned());
                continue;
            }
            general.apps = members
                .iter()
                .flat_map(|entry| entry.apps.clone())
                .collect();
            list.push(general);
        }
        Entries {
            list,
            aliases: self.aliases.clone(),
        }
    }

    fn entry(&mut self, workspace: &Workspace, app: &App) -> Result<Entry, Obstacle> {
        let deployments = &app.deployments;
        let is_whole = |layer: &LayerPath| layer.part.is_none();
        let has_parts = |known: &Deployment| !known.layers().all(is_whole);
        if deployments
            .iter()
            .any(|known| has_parts(known) || !known.above.is_empty())
        {
            return Err(Obstacle::Manifest);
        }
        let first = deployments.first().ok_or(Obstacle::Layers)?;
        // Of a chart that is somewhere else, only a comment speaks.
        let is_local = app.chart.is_some();
        if is_local && deployments.iter().any(|known| known.chart != first.chart) {
            return Err(Obstacle::Charts);
        }
        let mut values = Vec::new();
        for at in 0..=first.below.len() {
            let layers: Option<Vec<(&Environment, String)>> = deployments
                .iter()
                .map(|known| Some((&known.environment, known.layers().nth(at)?.path.clone())))
                .collect();
            let is_own = at == first.below.len();
            let layers = layers.ok_or(Obstacle::Layers)?;
            values.push(self.template(&layers, is_own).ok_or(Obstacle::Layers)?);
        }
        if deployments
            .iter()
            .any(|known| known.below.len() != first.below.len())
        {
            return Err(Obstacle::Layers);
        }
        let text = |of: fn(&Deployment) -> Option<&String>| {
            let named: Option<Vec<(&Environment, String)>> = deployments
                .iter()
                .map(|known| Some((&known.environment, of(known)?.clone())))
                .collect();
            exact(&named?)
        };
        let given: BTreeSet<String> = deployments
            .iter()
            .flat_map(|known| known.given.iter())
            .map(ToString::to_string)
            .collect();
        let names = || deployments.iter().map(|known| &known.environment.name);
        let is_all = names().count() == workspace.environments.len();
        let remote: BTreeSet<&str> = deployments
            .iter()
            .filter_map(|known| known.chart.as_deref().filter(|_| !is_local))
            .collect();
        let remote: Vec<&str> = remote.into_iter().collect();
        Ok(Entry {
            name: app.name.to_string(),
            apps: vec![Arc::clone(&app.name)],
            chart: app.chart.clone(),
            remote: (!remote.is_empty()).then(|| remote.join(" and ")),
            values,
            environments: (!is_all).then(|| names().cloned().collect()),
            given: given.into_iter().collect(),
            namespace: text(|known| known.namespace.as_ref()),
            release: text(|known| known.release.as_ref()),
            obstacle: None,
        })
    }

    /// The path with `{env}` that is each of these for its environment, which may have another name there.
    fn template(&mut self, paths: &[(&Environment, String)], is_own: bool) -> Option<String> {
        let (_, first) = paths.first()?;
        if !is_own && paths.iter().all(|(_, path)| path == first) {
            return Some(first.clone());
        }
        let forms = paths.iter().flat_map(|(environment, path)| {
            let names = environment.names().chain(spellings(path, environment));
            let names: Vec<&str> = names.collect();
            names.into_iter().flat_map(move |name| replaced(path, name))
        });
        let forms: BTreeSet<String> = forms.collect();
        let mut best: Option<(usize, String, Aliases)> = None;
        for form in forms.into_iter().filter(|form| form.contains("{env}")) {
            let Some(aliases) = self.aliases_for(&form, paths) else {
                continue;
            };
            // The fewest other names, then the most placeholders.
            let weight = (aliases.len() << 8) + (255 - form.matches("{env}").count().min(255));
            if best.as_ref().is_none_or(|(known, _, _)| weight < *known) {
                best = Some((weight, form, aliases));
            }
        }
        let (_, form, aliases) = best?;
        for (environment, alias) in aliases {
            self.aliases.entry(environment).or_default().insert(alias);
        }
        Some(form)
    }

    /// The other names under which the environments have these paths; none when the form is not that of all of them.
    fn aliases_for(&self, form: &str, paths: &[(&Environment, String)]) -> Option<Aliases> {
        let mut aliases = Vec::new();
        for (environment, path) in paths {
            if form.replace("{env}", &environment.name) == *path {
                continue;
            }
            let mut others = spellings(path, environment);
            let alias = others.find(|alias| form.replace("{env}", alias) == *path)?;
            aliases.push((Arc::clone(&environment.name), alias.to_owned()));
        }
        Some(aliases)
    }
}

/// The words of a path that are another spelling of an environment's name.
fn spellings<'p>(path: &'p str, environment: &Environment) -> impl Iterator<Item = &'p str> {
    let kind = family(&environment.name).to_owned();
    let words = path.split(['/', '.', '-', '_']);
    words.filter(move |word| !word.is_empty() && family(word) == kind)
}

/// A path with `{env}` for a name: everywhere where it is a word, or at one of these places.
fn replaced(path: &str, name: &str) -> Vec<String> {
    let is_edge = |char: Option<char>| !char.is_some_and(char::is_alphanumeric);
    let places: Vec<usize> = path
        .match_indices(name)
        .map(|(at, _)| at)
        .filter(|at| {
            let (before, after) = (path.get(..*at), path.get(at + name.len()..));
            is_edge(before.and_then(|text| text.chars().next_back()))
                && is_edge(after.and_then(|text| text.chars().next()))
        })
        .collect();
    let with = |chosen: &[usize]| {
        let mut text = path.to_owned();
        for at in chosen.iter().rev() {
            text.replace_range(*at..at + name.len(), "{env}");
        }
        text
    };
    let mut forms = vec![with(&places)];
    forms.extend(places.iter().map(|at| with(&[*at])));
    forms
}

/// The text with `{env}` that is each of these, under the environments' own names.
fn exact(texts: &[(&Environment, String)]) -> Option<String> {
    let (environment, first) = texts.first()?;
    let mut forms = replaced(first, &environment.name);
    forms.insert(0, first.clone());
    forms.into_iter().find(|form| {
        texts
            .iter()
            .all(|(environment, text)| form.replace("{env}", &environment.name) == *text)
    })
}

/// An entry with `{app}` for the app's name; none where its own files do not have the name.
fn general(entry: &Entry) -> Option<Entry> {
    let with = |text: &String| match entry.name.as_str() {
        // A name such as `prod` or `a` may stand anywhere.
        name if name.len() < 2 => text.clone(),
        name => replaced(text, name)
            .into_iter()
            .next()
            .unwrap_or_default()
            .replace("{env}", "{app}"),
    };
    let keep = |text: &String| {
        // `{env}` stays what it is.
        with(&text.replace("{env}", "\u{1}")).replace('\u{1}', "{env}")
    };
    let values: Vec<String> = entry.values.iter().map(keep).collect();
    let is_told = values.last().is_some_and(|own| own.contains("{app}"));
    (is_told && entry.environments.is_none()).then(|| Entry {
        name: "{app}".to_owned(),
        apps: Vec::new(),
        chart: entry.chart.as_ref().map(keep),
        remote: entry.remote.clone(),
        values,
        environments: None,
        given: entry.given.clone(),
        namespace: entry.namespace.as_ref().map(keep),
        release: entry.release.as_ref().map(keep),
        obstacle: None,
    })
}

fn is_alike(known: &Entry, other: &Entry) -> bool {
    let named = |entry: &Entry| Entry {
        apps: Vec::new(),
        ..entry.clone()
    };
    named(known) == named(other)
}
