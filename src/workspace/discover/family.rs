//! Families of files: siblings that differ by the environment's name alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::apps::{self, FoundFile};
use super::forms::{Form, Reading, Slot, slots, yaml_stem};
use super::{Found, unclaimed};
use crate::evidence::Foreign;
use crate::naming::{
    around_values, environment_name, is_among, is_folder_of_environments, is_no_environment,
    is_part, known_names,
};
use crate::source::{directory_of, join, nearest};
use crate::workspace::app::PLACEHOLDER;

/// Files of one pattern, by the environment's name.
#[derive(Debug, Default)]
pub(super) struct Family {
    members: BTreeMap<String, Member>,
}

#[derive(Debug)]
struct Member {
    path: String,
    sure: bool,
    form: Form,
}

impl Family {
    pub(super) fn files(self, pattern: &str) -> Vec<FoundFile> {
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

/// Groups files by their patterns. `open` are names that pipelines tell, where no environments are declared; `foreign` are
/// files that are no values by their texts.
pub(super) fn families(
    files: &[String],
    charts: &[String],
    read: &dyn Fn(&str) -> Option<Reading>,
    open: Option<&BTreeSet<String>>,
    foreign: &BTreeMap<String, Foreign>,
) -> Found {
    let is_chart: BTreeSet<&str> = charts.iter().map(String::as_str).collect();
    let has_top = charts.iter().any(|chart| !chart.contains('/'));
    let is_plain = |path: &str| !foreign.contains_key(path);
    let (mut candidates, mut far) = (Candidates::new(), Candidates::new());
    let mut left_out: Vec<&str> = Vec::new();
    for path in files {
        if is_of_a_chart(path, &is_chart) || is_not_deployed(path) {
            continue;
        }
        let found = slots(path, read);
        if is_variant(path, &found, files, &is_chart) {
            continue;
        }
        if !is_plain(path) {
            left_out.extend(found.iter().any(is_named).then_some(path.as_str()));
        } else if !found.is_empty() {
            let is_near = |slot: &Slot| match home_of(slot) {
                "" => has_top,
                directory => has_chart_near(directory, &is_chart),
            };
            let (near, others): (Vec<Slot>, Vec<Slot>) = found
                .into_iter()
                .partition(|slot| slot.form != Form::Bare || is_near(slot));
            if !others.is_empty() {
                far.push((path, others));
            }
            if !near.is_empty() {
                candidates.push((path, near));
            }
        }
    }
    let mut families = settle(candidates, &is_chart);
    families.retain(|_, family| family.is_sure());
    // What is near a chart by one of its folders alone, and has no sibling there, may be told by another one.
    let members = families.values().flat_map(|family| family.members.values());
    let told: BTreeSet<&str> = members.map(|member| member.path.as_str()).collect();
    far.retain(|(path, _)| !told.contains(path));
    let mut far = settle(far, &is_chart);
    far.retain(|_, family| family.is_sure());
    let (far, _) = apps::apps(far, &is_chart);
    drop_parts_of_folders(&mut families);
    if let Some(house) = open {
        add_house(&mut families, files, house, &is_plain);
        add_unknown(&mut families, files, &is_chart, &is_plain);
    }
    let (mut apps, lonely) = apps::apps(families, &is_chart);
    apps.sort_by(|left, right| {
        (&left.directory, &left.pattern).cmp(&(&right.directory, &right.pattern))
    });
    let mut unclaimed = unclaimed::unclaimed(files, &apps, &is_chart);
    for file in &mut unclaimed {
        if foreign.get(&file.path) == Some(&Foreign::Empty) {
            file.reason = "it holds nothing".into();
        }
    }
    // What deploys is read for what it is, whatever it is called: `check-values.yml` may be a workflow.
    unclaimed.retain(|file| {
        let what = foreign.get(&file.path);
        let is_other = what.is_some_and(|what| {
            matches!(what, Foreign::Object | Foreign::Helmfile) || unclaimed::is_surely_none(*what)
        });
        !is_other && !left_out.contains(&&*file.path)
    });
    let known: BTreeSet<String> = unclaimed.iter().map(|file| file.path.clone()).collect();
    let more = unclaimed::lonely(lonely).chain(unclaimed::foreign(&left_out, foreign));
    unclaimed.extend(more.filter(|file| !known.contains(&file.path)));
    Found {
        apps,
        far,
        unclaimed,
    }
}

/// Whether a file holds other values that a chart brings next to its defaults: `prod/charts/shop/values.openshift.yaml`. The
/// folder that the chart lies in tells nothing of them.
fn is_variant(path: &str, slots: &[Slot], files: &[String], charts: &BTreeSet<&str>) -> bool {
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = yaml_stem(file).and_then(|(stem, _)| around_values(stem));
    let is_of_chart = charts.contains(directory)
        && stem.is_some_and(|around| around != ("", ""))
        && files.binary_search(&join(directory, "values.yaml")).is_ok();
    is_of_chart && !slots.iter().any(is_named)
}

/// Whether a file itself is named for an environment where values lie: `environments/prod.yaml`.
fn is_named(slot: &Slot) -> bool {
    let file = slot.pattern.rsplit('/').next().unwrap_or(&slot.pattern);
    slot.form != Form::Bare && file.contains(PLACEHOLDER)
}

/// The directory that holds what a slot is a part of.
fn home_of(slot: &Slot) -> &str {
    directory_of(slot.pattern.split(PLACEHOLDER).next().unwrap_or_default())
}

/// Whether a file belongs to the inside of a chart: its definitions, its templates, the values of its own tests.
pub(super) fn is_of_a_chart(path: &str, charts: &BTreeSet<&str>) -> bool {
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
pub(super) fn is_defaults(path: &str, charts: &BTreeSet<&str>) -> bool {
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
    matches!(file, "values.yaml" | "values.yml") && charts.contains(directory)
}

/// Paths, in their order, and the ways in which each tells an environment.
type Candidates<'f> = Vec<(&'f str, Vec<Slot>)>;

/// How many environments the files of a pattern tell, of the patterns that a path must be held against: most paths tell an
/// environment in one way.
fn siblings(candidates: &Candidates<'_>) -> HashMap<String, BTreeSet<String>> {
    let several = candidates.iter().filter(|(_, slots)| slots.len() > 1);
    let slots = several.flat_map(|(_, slots)| slots);
    let mut counts: HashMap<String, BTreeSet<String>> = slots
        .map(|slot| (slot.pattern.clone(), BTreeSet::new()))
        .collect();
    if counts.is_empty() {
        return counts;
    }
    let slots = candidates.iter().flat_map(|(_, slots)| slots);
    for slot in slots.filter(|slot| !slot.is_odd) {
        if let Some(names) = counts.get_mut(&slot.pattern) {
            names.insert(slot.name.clone());
        }
    }
    counts
}

/// Of several ways in which a path tells an environment, the one that has the most siblings; then the surer, then the last.
fn settle(candidates: Candidates<'_>, charts: &BTreeSet<&str>) -> BTreeMap<String, Family> {
    let counts = siblings(&candidates);
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for (path, slots) in candidates {
        let weight = |slot: &Slot| {
            let siblings = counts.get(&slot.pattern).map_or(0, BTreeSet::len);
            // An odd name is one of several in a folder of environments, or none.
            let is_among = slot.is_odd && siblings > 1;
            let is_usual = !slot.is_odd;
            (is_among, is_usual, slot.sure, siblings, slot.at)
        };
        let Some(best) = slots.into_iter().max_by_key(weight) else {
            continue;
        };
        let family = families.entry(best.pattern).or_default();
        family.members.entry(best.name).or_insert_with(|| Member {
            path: path.to_owned(),
            // The defaults of a chart that is called `shop-integration` are no environment's; those of `dev` and `prod` are.
            sure: best.sure && !is_defaults(path, charts),
            form: best.form,
        });
    }
    families
}

/// Whether a chart lies in a directory, which is not the root, or below the one above.
fn has_chart_near(directory: &str, charts: &BTreeSet<&str>) -> bool {
    // Below a chart lies a lot that is no values of it: `charts/monitoring/rules/prod/alerts.yaml`.
    let below = match directory_of(directory) {
        "" => return charts.iter().any(|chart| !chart.is_empty()),
        above => format!("{above}/"),
    };
    let next = charts.range(below.as_str()..).next();
    charts.contains(directory) || next.is_some_and(|chart| chart.starts_with(&below))
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

/// Words at the end of names of files that are nobody's values.
const NOT_DEPLOYED: [&str; 10] = [
    "example", "examples", "sample", "template", "tpl", "tmpl", "old", "bak", "backup", "schema",
];

/// Whether a file is an example, a template or a copy of values by its name: `values-prod.example.yaml`.
pub(super) fn is_not_deployed(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = yaml_stem(file).map_or(file, |(stem, _)| stem);
    let mut words = stem.rsplit(['-', '_', '.']);
    let last = words.next().unwrap_or_default();
    words.next().is_some() && is_among(&NOT_DEPLOYED, last)
}

/// Programs that are called after a part of values: `prod/ingress-nginx-values.yaml` has the values of an app.
const PROGRAMS: [&str; 8] = [
    "ingress-nginx",
    "nginx-ingress",
    "ingress-controller",
    "external-secrets",
    "sealed-secrets",
    "secrets-store",
    "image-updater",
    "config-server",
];

/// Whether a pattern is that of a part of an environment's values: `secrets-{env}.yaml`, `{env}/images.yaml`.
pub(super) fn is_part_of_values(pattern: &str) -> bool {
    let file = pattern.rsplit('/').next().unwrap_or(pattern);
    let stem = yaml_stem(file).map_or(file, |(stem, _)| stem);
    let mut stem = stem.to_ascii_lowercase();
    for program in PROGRAMS {
        if stem.contains(program) {
            stem = stem.replace(program, "app");
        }
    }
    let words = stem.split(['-', '_', '.']);
    let folder = pattern.rsplit('/').nth(1).unwrap_or_default();
    words
        .into_iter()
        .any(|word| word != "values" && is_part(word))
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
        let is_listing = folder.is_some_and(is_folder_of_environments);
        if is_whole && is_listing && !after.contains(PLACEHOLDER) {
            let known = listings.entry(before.to_owned()).or_default();
            known.push((pattern.clone(), after.to_owned()));
        }
    }
    let known: Vec<&str> = known_names().filter(|known| known.len() > 3).collect();
    // `values/dev-operator.yaml` is one of `values/{env}-operator.yaml`, and no environment of `values/{env}.yaml`.
    let members = families.values().flat_map(|family| family.members.values());
    let told: BTreeSet<String> = members.map(|member| member.path.clone()).collect();
    let is_open = |path: &&String| !is_of_a_chart(path, charts) && !told.contains(*path);
    for path in files.iter().filter(is_open) {
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
            let is_slip =
                environment_name(name).is_none() && nearest(name, known.iter().copied()).is_some();
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
        && !is_no_environment(&lower)
        && !lower.split(['-', '_']).any(is_part)
}
