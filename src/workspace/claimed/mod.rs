//! From what a repository says it deploys to apps: claims of one app are put together ([`union`]), and the files that only
//! their names tell are added ([`join`]). What one claim does not tell, its siblings may ([`siblings`], [`positions`]), and so
//! may the family of its values file ([`families`]) and its script ([`scripts`]); where nothing does, a cluster is an environment ([`clusters`]).

mod apps;
mod clusters;
mod families;
mod homes;
mod join;
mod names;
mod near;
mod passed;
mod place;
mod positions;
mod remains;
mod scripts;
mod siblings;
mod union;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::discover::FoundApp;
use super::fitting::Fitting;
use super::{Environment, environment, umbrella};
use crate::evidence::{Chart, Claim, LayerPath, MissingFile, Names, Unread};
use crate::masking::{Name, Text, text};
use crate::source::join;
pub(in crate::workspace) use names::Called;
use names::{chart_key_in, name_of};
use near::Near;
use passed::Nowhere;
use place::{Place, Release, own_layer};

/// The apps that claims make.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    /// Each with a name that is not taken by another one.
    apps: Vec<ClaimedApp>,
    /// What contradicts something else, or cannot be placed.
    pub unread: Vec<Unread>,
    /// The files that claims read which could not be placed, and why nobody knows what they are for.
    pub named: BTreeMap<String, Text>,
    /// What is deployed to an environment that nothing tells.
    nowhere: Vec<Nowhere>,
    /// The files that look like values and are parameters of generators, though none reads them.
    pub dropped: BTreeSet<String>,
}

/// Files and charts that look like those of an app and are something else.
pub(super) struct Others<'o> {
    /// What a helmfile knows of its environments.
    pub taken: &'o BTreeSet<String>,
    /// Files with which nothing is deployed, though their names tell an environment.
    pub left: &'o BTreeMap<String, Text>,
    /// Parameters of generators.
    pub parameters: &'o BTreeSet<String>,
    /// Charts that make Applications.
    pub makers: &'o BTreeSet<String>,
    /// The charts of the workspace.
    pub fitting: &'o Fitting<'o>,
    /// Where the files lie.
    pub root: &'o Path,
    /// The files that places name and that are not there.
    pub missing: &'o [MissingFile],
}

impl Others<'_> {
    /// Whether a chart of the workspace fits the values of an app.
    fn fits(&self, app: &FoundApp) -> bool {
        self.fitting.has_chart(app) || umbrella::is_of_charts(app, self.fitting, self.root)
    }
}

#[derive(Debug)]
struct ClaimedApp {
    name: String,
    chart: Option<Chart>,
    /// By environment.
    places: BTreeMap<String, Place>,
    /// The pattern of a family of files that belongs to it.
    pattern: Option<String>,
}

/// Which app has a file as its own, by chart.
type Owned = HashMap<(Option<String>, LayerPath), (usize, String)>;

/// What claims stand next to.
pub(super) struct Beside<'b> {
    /// The apps that names of files tell.
    pub found: &'b [FoundApp],
    /// Whether anything else tells environments: stacks.
    pub has_others: bool,
    /// The environments that the configuration declares.
    pub declared: &'b [Environment],
    /// What is not known of claims.
    pub unread: &'b [Unread],
    /// The files that they name and that are not there.
    pub missing: &'b [MissingFile],
}

/// So many apps may have one name and one chart: each claim of that name is held against all of them.
const MOST_NAMESAKES: usize = 500;

/// Puts claims together. `called` tells names where they do not.
pub(super) fn claimed(
    mut claims: Vec<Claim>,
    beside: &Beside<'_>,
    names: &Names,
    called: &Called<'_>,
) -> Claimed {
    let Beside { found, unread, .. } = *beside;
    let by_file: BTreeMap<&str, &str> = found
        .iter()
        .flat_map(|app| &app.values)
        .map(|file| (file.path.as_str(), file.environment.as_str()))
        .collect();
    // Who deploys says what the apps are; who tries one adds to it.
    claims.sort_by_key(|claim| (Reverse(claim.rank), claim.has_open_chart()));
    siblings::tell(&mut claims);
    let is_told = |claim: &Claim| environment_of(claim, &by_file, names).is_some();
    positions::tell(&mut claims, &is_told);
    scripts::tell(&mut claims);
    let known = clusters::Known {
        is_told: &is_told,
        is_alone: found.is_empty() && !beside.has_others,
        patterns: found.iter().map(|app| app.pattern.as_str()).collect(),
        declared: beside.declared,
        unread,
        missing: beside.missing,
    };
    let placed = clusters::tell(&mut claims, &known);
    let mut claimed = Claimed::default();
    let placed = claims
        .iter()
        .zip(placed)
        .filter(|(_, is_placed)| *is_placed);
    let placed = placed.filter_map(|(claim, _)| Nowhere::of(claim, unread));
    claimed.nowhere.extend(placed);
    let mut known: HashMap<homes::Key, Vec<usize>> = HashMap::new();
    let mut owned = Owned::new();
    let mut by_release: HashMap<(String, Release), usize> = HashMap::new();
    let mut near = Near::default();
    let mut nowhere: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    let mut placed = Vec::new();
    let mut of_release = OfRelease::new();
    for mut claim in claims {
        let Some(environment) = environment_of(&claim, &by_file, names) else {
            let claims = nowhere.entry(claim.evidence.file.clone()).or_default();
            claims.push(claim);
            continue;
        };
        add_defaults(&mut claim, &environment, &by_file);
        let chart = chart_key_in(claim.chart.as_ref(), &environment);
        let chart = one_of_release(&claim, chart, &mut of_release);
        let name = name_of(&claim, &environment, names, called);
        let place = Place::of(claim, &environment, names);
        placed.push(((name, chart), environment, place));
    }
    let homes = homes::Homes::of(&placed);
    for ((name, chart), environment, place) in placed {
        let own = place.own().map(|own| (chart.clone(), own.clone()));
        let tried = own.as_ref().filter(|_| place.claim.rank.is_trial());
        if let Some((index, environment)) = tried.and_then(|own| owned.get(own)).cloned() {
            claimed.add(index, environment, place);
            continue;
        }
        let scope = (chart.clone(), environment.clone());
        if place.claim.rank.is_trial()
            && let Some(index) =
                claimed.tried_by(near.of_layers(&scope, &place), &environment, &place)
        {
            claimed.add_trial(index, &environment, place);
            continue;
        }
        let same = near.of_release(&scope, &place);
        if let Some(index) = claimed.of_other_tool(same, &environment, &place) {
            claimed.add_of_other_tool(index, &environment, place);
            continue;
        }
        let released = place
            .release()
            .map(|release| (environment.clone(), release));
        let same = released
            .as_ref()
            .and_then(|key| by_release.get(key))
            .copied();
        if let Some(index) = same.filter(|index| claimed.is_once_more(*index, &environment, &place))
        {
            claimed.add_once_more(index, environment, place);
            continue;
        }
        let key = (name, chart);
        let candidates = known.entry(key.clone()).or_default();
        if candidates.len() >= MOST_NAMESAKES {
            let reason = text!(
                "more than {} deployments with this chart are called `{}`, and nothing tells them apart",
                MOST_NAMESAKES,
                Name(&key.0)
            );
            let unread = Unread::of(&place.claim.evidence, reason);
            claimed.unread.push(unread);
            continue;
        }
        let of_others = |index: &usize| {
            let places = claimed.apps.get(*index).map(|app| &app.places);
            places.is_some_and(|places| homes.is_of_others(&key, &place, places))
        };
        let open: Vec<usize> = candidates
            .iter()
            .copied()
            .filter(|index| !of_others(index))
            .collect();
        let index = claimed.app_for(&open, &environment, &place);
        let index = index.unwrap_or_else(|| {
            claimed.apps.push(ClaimedApp {
                name: key.0.clone(),
                chart: place.claim.chart.clone(),
                places: BTreeMap::new(),
                pattern: None,
            });
            candidates.push(claimed.apps.len() - 1);
            claimed.apps.len() - 1
        });
        if let Some(own) = own {
            owned.entry(own).or_insert((index, environment.clone()));
        }
        near.add(&scope, &place, index);
        if let Some(released) = released {
            by_release.entry(released).or_insert(index);
        }
        claimed.add(index, environment, place);
    }
    claimed.unite(called.chart);
    claimed.unite_families(found, called);
    claimed.release_shared_parts();
    for app in &mut claimed.apps {
        app.release_shared();
    }
    for claims in nowhere.into_values() {
        let whole = claims.iter().filter_map(|claim| Nowhere::of(claim, unread));
        claimed.nowhere.extend(whole);
        claimed.add_nowhere(&claims, beside.missing);
    }
    claimed
}

/// The charts of releases of helmfile, by their places and names.
type OfRelease = HashMap<(String, usize, usize, Option<String>), Option<String>>;

/// What tells the chart of a release of helmfile apart: it is one release, though one environment may take its chart from
/// another place.
fn one_of_release(claim: &Claim, chart: Option<String>, known: &mut OfRelease) -> Option<String> {
    if claim.tool != Some("helmfile") {
        return chart;
    }
    let at = &claim.evidence;
    let key = (at.file.clone(), at.line, at.column, claim.release.clone());
    known.entry(key).or_insert(chart).clone()
}

/// A chart that lies in a folder of the environment has the environment's values as its own: they are edited, compared and
/// promoted as any others.
fn add_defaults(claim: &mut Claim, environment: &str, by_file: &BTreeMap<&str, &str>) {
    let Some(Chart::Local(chart)) = &claim.chart else {
        return;
    };
    let defaults = join(chart, "values.yaml");
    let is_own = by_file.get(defaults.as_str()) == Some(&environment);
    if is_own && claim.layers.is_empty() {
        claim.layers.push(LayerPath::file(defaults));
    }
}

/// The environment of a claim. Siblings say more than a name by itself.
fn environment_of(claim: &Claim, by_file: &BTreeMap<&str, &str>, names: &Names) -> Option<String> {
    let told = claim.environment.as_deref();
    let own = own_layer(claim, told, names).and_then(|own| claim.layers.get(own));
    let by_siblings = own.and_then(|own| by_file.get(own.path.as_str()));
    let says_more = |name: &&&str| told.is_none_or(|told| name.contains(told));
    let environment = by_siblings.filter(says_more).map(|name| (*name).to_owned());
    environment.or_else(|| claim.environment.clone())
}

impl Claimed {
    /// What is deployed to no environment that anything tells, said once for each file. Of what names something that is
    /// `missing`, that is said.
    fn add_nowhere(&mut self, claims: &[Claim], missing: &[MissingFile]) {
        let (broken, open): (Vec<&Claim>, Vec<&Claim>) = claims.iter().partition(|claim| {
            let mut needed = missing.iter().filter(|missing| missing.is_needed);
            needed.any(|missing| missing.evidence.is_at(&claim.evidence))
        });
        for claim in broken {
            self.name_files(claim, "it names a chart that does not exist".into());
        }
        let Some(first) = open.first() else { return };
        let names: BTreeSet<&str> = open
            .iter()
            .filter_map(|claim| claim.names.first().map(String::as_str))
            .collect();
        let listed = Text::names(names.iter().take(3).map(|name| format!("`{name}`")), ", ");
        let reason = match names.len() {
            0 => text!("nothing tells the environment of {}", first.evidence.words),
            1..=3 => text!("nothing tells the environment of {}", listed),
            4 => text!("nothing tells the environment of {} and one more", listed),
            more => text!(
                "nothing tells the environment of {} and {} others",
                listed,
                more - 3
            ),
        };
        self.unread.push(Unread::of(&first.evidence, reason));
        for claim in open {
            self.name_files(claim, "nothing tells for which environment".into());
        }
    }

    /// The files of a claim that could not be placed: something deploys them, and nobody knows what as.
    fn name_files(&mut self, claim: &Claim, why: Text) {
        let files = claim.layers.iter().filter(|layer| layer.part.is_none());
        for layer in files {
            let by = &claim.evidence;
            let reason = || text!("{} reads this file; {}", by.place(), why);
            self.named.entry(layer.path.clone()).or_insert_with(reason);
        }
    }
}

/// The environments of names that are told, in promotion order.
pub(super) fn environments<'n>(
    claimed: &'n Claimed,
    found: &'n [FoundApp],
    stacks: impl Iterator<Item = &'n str>,
    stages: &BTreeMap<String, String>,
) -> Vec<Environment> {
    let of_files = found.iter().flat_map(|app| &app.values);
    let of_files = of_files.map(|file| file.environment.as_str());
    let told = claimed.environments().into_iter().chain(of_files);
    environment::in_order(told.chain(stacks), stages)
}
