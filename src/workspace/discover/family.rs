//! Families of files: siblings that differ by the environment's name alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::forms::{self, Form, Reading, Slot, slots, yaml_stem};
use super::{Found, is_at_or_below};
use crate::masking::{Name, Text, text};
use crate::naming::{around_values, is_part, known_names, told};
use crate::source::nearest;
use crate::workspace::app::PLACEHOLDER;

/// An app that was found: the directory it belongs to and the values files in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FoundApp {
    /// The directory, relative to the workspace's root, with `/`; empty for the root itself.
    pub directory: String,
    /// The directory of the chart at or above it, if there is one.
    pub chart: Option<String>,
    /// The values file of each environment.
    pub values: Vec<FoundFile>,
    /// Other files of an environment's values: `secrets-prod.yaml`.
    pub parts: Vec<FoundFile>,
    /// What its values files have in common: a path with `{env}`.
    pub pattern: String,
}

/// A file that tells its environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FoundFile {
    /// The environment, as the path has it.
    pub environment: String,
    /// The file, relative to the root.
    pub path: String,
    /// The path with `{env}` for the environment.
    pub pattern: String,
}

/// A file that looks like values and belongs to no app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unclaimed {
    /// The file.
    pub path: String,
    /// Why it belongs to none.
    pub reason: Text,
}

/// Files of one pattern, by the environment's name.
#[derive(Debug, Default)]
struct Family {
    members: BTreeMap<String, Member>,
}

#[derive(Debug)]
struct Member {
    path: String,
    sure: bool,
    form: Form,
}

impl FoundApp {
    /// All its files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FoundFile> {
        self.values.iter().chain(&self.parts)
    }

    /// The values file of an environment.
    pub(crate) fn file_of(&self, environment: &str) -> Option<&FoundFile> {
        self.values
            .iter()
            .find(|file| file.environment == environment)
    }
}

impl Family {
    fn files(self, pattern: &str) -> Vec<FoundFile> {
        let members = self.members.into_iter();
        members
            .map(|(environment, member)| FoundFile {
                environment,
                path: member.path,
                pattern: pattern.to_owned(),
            })
            .collect()
    }

    fn is_sure(&self) -> bool {
        let sure = self.members.values().any(|member| member.sure);
        let form = self.members.values().map(|member| member.form).min();
        match form {
            Some(Form::Values) => sure || self.members.len() > 1,
            Some(Form::Listed) => self.members.len() > 1 || sure,
            Some(Form::Bare) => sure && self.members.len() > 1,
            None => false,
        }
    }
}

/// Layers that environments share, and files that are something else.
const OTHERS: [&str; 14] = [
    "base",
    "common",
    "shared",
    "global",
    "globals",
    "default",
    "defaults",
    "all",
    "local",
    "schema",
    "kustomization",
    "readme",
    "example",
    "template",
];

pub(super) fn families(
    files: &[String],
    charts: &[String],
    read: &dyn Fn(&str) -> Option<Reading>,
    open: Option<&BTreeSet<String>>,
    is_plain: &dyn Fn(&str) -> bool,
) -> Found {
    let is_chart: BTreeSet<&str> = charts.iter().map(String::as_str).collect();
    let mut candidates: BTreeMap<&str, Vec<Slot>> = BTreeMap::new();
    for path in files {
        if is_of_a_chart(path, &is_chart) {
            continue;
        }
        let mut found = slots(path, read);
        if !found.is_empty() && is_plain(path) {
            found.retain(|slot| slot.form != Form::Bare || has_chart_near(slot, charts));
            candidates.insert(path, found);
        }
    }
    let mut families = settle(&candidates, &is_chart);
    families.retain(|_, family| family.is_sure());
    drop_parts_of_folders(&mut families);
    if let Some(house) = open {
        add_house(&mut families, files, house, is_plain);
        add_unknown(&mut families, files, &is_chart, is_plain);
    }
    let (mut apps, lonely) = apps(families, charts);
    apps.sort_by(|left, right| {
        (&left.directory, &left.pattern).cmp(&(&right.directory, &right.pattern))
    });
    let mut unclaimed = unclaimed(files, &apps, &is_chart);
    let is_known = |path: &str| unclaimed.iter().any(|known: &Unclaimed| known.path == path);
    let lonely: Vec<Unclaimed> = lonely
        .into_iter()
        .filter(|file| !is_known(&file.path))
        .map(|file| Unclaimed {
            reason: text!(
                "it holds a part of the values of {} by its name, and which app's is not known",
                Name(&file.environment)
            ),
            path: file.path,
        })
        .collect();
    unclaimed.extend(lonely);
    Found { apps, unclaimed }
}

/// Whether a file belongs to the inside of a chart: its definitions, its templates, the values of its own tests.
fn is_of_a_chart(path: &str, charts: &BTreeSet<&str>) -> bool {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    if matches!(
        name,
        "Chart.yaml" | "kustomization.yaml" | "kustomization.yml"
    ) {
        return true;
    }
    let inside = ["templates", "crds", "ci", "tests"];
    let mut above = directory;
    while !above.is_empty() {
        let (parent, folder) = above.rsplit_once('/').unwrap_or(("", above));
        if inside.contains(&folder) && charts.contains(parent) {
            return true;
        }
        above = parent;
    }
    false
}

/// Whether a file holds the defaults of a chart.
fn is_defaults(path: &str, charts: &BTreeSet<&str>) -> bool {
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
    matches!(file, "values.yaml" | "values.yml") && charts.contains(directory)
}

/// Of several ways in which a path tells an environment, the one that has the most siblings; then the surer, then the last.
fn settle(
    candidates: &BTreeMap<&str, Vec<Slot>>,
    charts: &BTreeSet<&str>,
) -> BTreeMap<String, Family> {
    let mut counts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for slot in candidates.values().flatten().filter(|slot| !slot.is_odd) {
        counts.entry(&slot.pattern).or_default().insert(&slot.name);
    }
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for (path, slots) in candidates {
        let weight = |slot: &&Slot| {
            let siblings = counts.get(slot.pattern.as_str()).map_or(0, BTreeSet::len);
            // An odd name is one of several in a folder of environments, or none.
            let is_among = slot.is_odd && siblings > 1;
            let is_usual = !slot.is_odd;
            (
                is_among,
                is_usual,
                slot.sure,
                siblings,
                slot.pattern.rfind(PLACEHOLDER),
            )
        };
        let Some(best) = slots.iter().max_by_key(weight) else {
            continue;
        };
        let family = families.entry(best.pattern.clone()).or_default();
        family.members.entry(best.name.clone()).or_insert(Member {
            path: (*path).to_owned(),
            // The defaults of a chart that is called `shop-integration` are no environment's; those of `dev` and `prod` are.
            sure: best.sure && !is_defaults(path, charts),
            form: best.form,
        });
    }
    families
}

/// Whether a chart lies where the files of a slot lie, below, or above.
fn has_chart_near(slot: &Slot, charts: &[String]) -> bool {
    let fixed = slot.pattern.split(PLACEHOLDER).next().unwrap_or_default();
    let directory = fixed.rsplit_once('/').map_or("", |(above, _)| above);
    let above = directory.rsplit_once('/').map_or("", |(above, _)| above);
    // Below a chart lies a lot that is no values of it: `charts/monitoring/rules/prod/alerts.yaml`.
    let is_near = |chart: &String| match directory {
        "" => !chart.contains('/'),
        directory => directory == chart || (above != chart && is_at_or_below(chart, above)),
    };
    charts.iter().any(is_near)
}

/// Where a folder of an environment has a `values.yaml`, other files of the folder are no apps of their own.
fn drop_parts_of_folders(families: &mut BTreeMap<String, Family>) {
    let with_values: BTreeSet<String> = families
        .keys()
        .filter(|pattern| is_plain_values(pattern))
        .filter_map(|pattern| pattern.rsplit_once('/'))
        .map(|(directory, _)| directory.to_owned())
        .collect();
    families.retain(|pattern, family| {
        let directory = pattern
            .rsplit_once('/')
            .map_or("", |(directory, _)| directory);
        let is_values = family
            .members
            .values()
            .any(|member| member.form == Form::Values);
        is_values || !with_values.contains(directory) || is_part_of_values(pattern)
    });
}

fn is_plain_values(pattern: &str) -> bool {
    let file = pattern.rsplit('/').next().unwrap_or(pattern);
    matches!(file, "values.yaml" | "values.yml" | "values.yaml.gotmpl")
}

/// Whether a pattern is that of a part of an environment's values: `secrets-{env}.yaml`, `{env}/images.yaml`.
fn is_part_of_values(pattern: &str) -> bool {
    let file = pattern.rsplit('/').next().unwrap_or(pattern);
    let stem = yaml_stem(file).map_or(file, |(stem, _)| stem);
    let words = stem.split(['-', '_', '.']).map(str::to_ascii_lowercase);
    let folder = pattern.rsplit('/').nth(1).unwrap_or_default();
    words
        .into_iter()
        .any(|word| word != "values" && is_part(&word))
        || matches!(folder, "secret" | "secrets" | "sops" | "images")
}

/// Files next to those of known environments whose names a pipeline tells.
fn add_house(
    families: &mut BTreeMap<String, Family>,
    files: &[String],
    house: &BTreeSet<String>,
    is_plain: &dyn Fn(&str) -> bool,
) {
    for (pattern, family) in families {
        for name in house {
            let path = pattern.replace(PLACEHOLDER, name);
            let is_there = files.binary_search(&path).is_ok();
            if is_there && is_plain(&path) && !family.members.contains_key(name) {
                let member = Member {
                    path,
                    sure: false,
                    form: Form::Values,
                };
                family.members.insert(name.clone(), member);
            }
        }
    }
}

/// In folders that hold environments, names that nobody knows are those of environments, too; unless they are nearly known.
fn add_unknown(
    families: &mut BTreeMap<String, Family>,
    files: &[String],
    charts: &BTreeSet<&str>,
    is_plain: &dyn Fn(&str) -> bool,
) {
    // The folder's path with a slash, and what comes behind the name there.
    let mut listings: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for pattern in families.keys() {
        let Some((before, after)) = pattern.split_once(PLACEHOLDER) else {
            continue;
        };
        let folder = before
            .strip_suffix('/')
            .and_then(|path| path.rsplit('/').next());
        let is_whole =
            after.starts_with('/') || yaml_stem(after).is_some_and(|(rest, _)| rest.is_empty());
        let is_listing = folder.is_some_and(forms::is_folder_of_environments);
        if is_whole && is_listing && !after.contains(PLACEHOLDER) {
            let known = listings.entry(before.to_owned()).or_default();
            known.push((pattern.clone(), after.to_owned()));
        }
    }
    let known: Vec<&str> = known_names().filter(|known| known.len() > 3).collect();
    for path in files.iter().filter(|path| !is_of_a_chart(path, charts)) {
        let folders = path
            .match_indices('/')
            .filter_map(|(at, _)| path.get(..=at));
        let listed = folders.filter_map(|folder| Some((folder, listings.get(folder)?)));
        for (folder, (pattern, after)) in
            listed.flat_map(|(folder, list)| list.iter().map(move |entry| (folder, entry)))
        {
            let name = path
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_suffix(after.as_str()));
            let Some(name) = name.filter(|name| is_name(name)) else {
                continue;
            };
            let Some(family) = families.get_mut(pattern) else {
                continue;
            };
            let is_alone = family.members.len() < 2;
            if is_alone || family.members.contains_key(name) || !is_plain(path) {
                continue;
            }
            let is_slip = told(name).is_none() && nearest(name, known.iter().copied()).is_some();
            if !is_slip {
                let member = Member {
                    path: path.clone(),
                    sure: false,
                    form: Form::Listed,
                };
                family.members.insert(name.to_owned(), member);
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    let lower = name.trim_start_matches('_').to_ascii_lowercase();
    !lower.is_empty()
        && !lower.contains(['/', '.'])
        && !OTHERS.contains(&lower.as_str())
        && !lower.split(['-', '_']).any(is_part)
}

/// The directory of an app, of that of its environments: what holds nothing but environments is no app.
pub(super) fn directory_of(directory: &str) -> &str {
    let mut directory = directory;
    loop {
        let (above, folder) = directory.rsplit_once('/').unwrap_or(("", directory));
        if folder.is_empty() || !forms::is_folder_of_environments(folder) {
            return directory;
        }
        directory = above;
    }
}

/// The apps of families, and the parts of an environment's values that belong to none of those that lie next to them.
fn apps(families: BTreeMap<String, Family>, charts: &[String]) -> (Vec<FoundApp>, Vec<FoundFile>) {
    let (parts, whole): (Vec<_>, Vec<_>) = families
        .into_iter()
        .partition(|(pattern, _)| is_part_of_values(pattern));
    let mut apps: Vec<FoundApp> = Vec::new();
    let mut by_directory: HashMap<String, Vec<usize>> = HashMap::new();
    for (pattern, family) in whole {
        let fixed = pattern.split(PLACEHOLDER).next().unwrap_or_default();
        let directory = directory_of(fixed.rsplit_once('/').map_or("", |(above, _)| above));
        let values: Vec<FoundFile> = family.files(&pattern);
        let name = super::app_name(&pattern);
        let near = by_directory.entry(directory.to_owned()).or_default();
        let same = near.iter().copied().find(|index| {
            apps.get(*index).is_some_and(|app| {
                let is_new = |file: &FoundFile| app.file_of(&file.environment).is_none();
                super::app_name(&app.pattern) == name && values.iter().all(is_new)
            })
        });
        match same.and_then(|index| apps.get_mut(index)) {
            Some(app) => app.values.extend(values),
            None => {
                near.push(apps.len());
                apps.push(FoundApp {
                    chart: chart_above(directory, &pattern, charts),
                    directory: directory.to_owned(),
                    values,
                    parts: Vec::new(),
                    pattern,
                });
            }
        }
    }
    let mut by_place: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, app) in apps.iter().enumerate() {
        for place in [above(&app.pattern), app.directory.as_str()] {
            let near = by_place.entry(place.to_owned()).or_default();
            if !near.contains(&index) {
                near.push(index);
            }
        }
    }
    let mut lonely = Vec::new();
    for (pattern, family) in parts {
        lonely.extend(attach(&pattern, family, &by_place, &mut apps));
    }
    for app in &mut apps {
        app.values.sort();
    }
    (apps, lonely)
}

/// The nearest chart at or above an app's files.
fn chart_above(directory: &str, pattern: &str, charts: &[String]) -> Option<String> {
    let files = pattern.rsplit_once('/').map_or("", |(above, _)| above);
    let deepest = if files.contains('{') {
        directory
    } else {
        files
    };
    charts
        .iter()
        .find(|chart| is_at_or_below(deepest, chart))
        .cloned()
}

/// The directory of a path.
fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(above, _)| above)
}

/// Parts of an environment's values belong to the one app whose files lie there, or in the directory above: `secrets-prod.yaml`
/// next to `values-prod.yaml` is laid over it wherever a repository says what it does with the two, and one that is no values
/// at all is an object of Kubernetes, which is told by its text. Those that belong to none are given back.
fn attach(
    pattern: &str,
    family: Family,
    by_place: &HashMap<String, Vec<usize>>,
    apps: &mut [FoundApp],
) -> Vec<FoundFile> {
    let place = above(pattern);
    let at = |place: &str| by_place.get(place).map_or(&[][..], Vec::as_slice);
    let near = match at(place) {
        [] => at(above(place)),
        near => near,
    };
    if near.is_empty() {
        return Vec::new();
    }
    let only = match near {
        [only] => apps.get_mut(*only),
        _ => None,
    };
    let files = family.files(pattern);
    let Some(app) = only else { return files };
    let (parts, lonely) = files
        .into_iter()
        .partition(|file| app.file_of(&file.environment).is_some());
    app.parts.extend::<Vec<FoundFile>>(parts);
    lonely
}

/// The files that look like values and belong to no app, and why.
fn unclaimed(files: &[String], apps: &[FoundApp], charts: &BTreeSet<&str>) -> Vec<Unclaimed> {
    let claimed: BTreeSet<&str> = apps
        .iter()
        .flat_map(FoundApp::files)
        .map(|file| file.path.as_str())
        .collect();
    let looks_like_values = |path: &&String| {
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = yaml_stem(file).map(|(stem, _)| stem);
        stem.is_some_and(|stem| around_values(stem).is_some()) && !is_defaults(path, charts)
    };
    files
        .iter()
        .filter(|path| !claimed.contains(path.as_str()))
        .filter(looks_like_values)
        .map(|path| Unclaimed {
            reason: reason(path, charts),
            path: path.clone(),
        })
        .collect()
}

fn reason(path: &str, charts: &BTreeSet<&str>) -> Text {
    if is_of_a_chart(path, charts) {
        return "values of the chart's own tests".into();
    }
    let stem = path
        .rsplit('/')
        .next()
        .and_then(yaml_stem)
        .map_or("", |(stem, _)| stem);
    match around_values(stem) {
        Some((before, after)) if !(before.is_empty() && after.is_empty()) => {
            let name = if after.is_empty() { before } else { after };
            text!(
                "`{}` is not a known environment, and nothing that envlint reads deploys this file",
                Name(name)
            )
        }
        _ => {
            "nothing tells the environment, and nothing that envlint reads deploys this file".into()
        }
    }
}
