//! One app in one environment, as one claim after the other tells it.

use super::names::chart_key;
use crate::evidence::{Chart, Claim, Evidence, LayerPath, Names, Rank};
use crate::naming::{is_part, word_in};
use crate::source::{directory_of, join};
use crate::workspace::app::PLACEHOLDER;

/// What tells a release of a command apart from all others of an environment: its cluster, its namespace and its name.
pub(super) type Release = (Option<String>, String, String);

/// One app in one environment.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub claim: Claim,
    /// Which of the layers is the environment's own, if any is.
    pub own: Option<usize>,
    /// Where its own file lies, with `{env}` for the environment; where the evidence lies, when there is no such file.
    pub home: String,
    pub evidence: Vec<Evidence>,
}

impl Place {
    pub(super) fn of(claim: Claim, environment: &str, names: &Names) -> Place {
        let own = own_layer(&claim, Some(environment), names);
        let layer = own.and_then(|own| claim.layers.get(own));
        let path = layer.map_or(claim.evidence.file.as_str(), |layer| layer.path.as_str());
        let directory = directory_of(path);
        Place {
            home: directory.replace(environment, PLACEHOLDER),
            evidence: std::iter::once(&claim.evidence)
                .chain(&claim.also)
                .cloned()
                .collect(),
            own,
            claim,
        }
    }

    /// The chart's directory, where it is one of the workspace.
    pub(super) fn chart(&self) -> Option<&str> {
        match &self.claim.chart {
            Some(Chart::Local(path)) => Some(path),
            _ => None,
        }
    }

    pub(super) fn own(&self) -> Option<&LayerPath> {
        self.claim.layers.get(self.own?)
    }

    /// The release that a command deploys, where it names all of it.
    pub(super) fn release(&self) -> Option<Release> {
        let Claim {
            cluster,
            namespace,
            release,
            ..
        } = &self.claim;
        let named = namespace.clone().zip(release.clone());
        let named = named.filter(|_| self.claim.rank == Rank::Command);
        named.map(|(namespace, release)| (cluster.clone(), namespace, release))
    }

    /// Whether it is said at this place, too, in whatever words.
    pub(super) fn is_said_at(&self, place: &Evidence) -> bool {
        let of = |evidence: &Evidence| (evidence.file.clone(), evidence.line, evidence.column);
        self.evidence.iter().any(|known| of(known) == of(place))
    }

    /// Whether both have the same values of their own, and any at all.
    pub(super) fn shares_own(&self, other: &Place) -> bool {
        self.own().is_some() && self.own() == other.own()
    }

    /// Takes in another claim of the same app, environment and own values. Who deploys knows more than who declares it,
    /// and that one more than who tries it; among equals, who names more layers. What the better one does not say, the
    /// other one adds.
    pub(super) fn add(&mut self, other: Place) {
        // What a longer list of layers tells is the deployment's; a trial may leave some out.
        let knows_more = |left: &Place, right: &Place| {
            let weight = |place: &Place| (place.claim.rank, place.claim.layers.len());
            weight(left) > weight(right)
        };
        let mut evidence = std::mem::take(&mut self.evidence);
        evidence.extend(other.evidence.iter().cloned());
        let less = match knows_more(&other, self) {
            true => std::mem::replace(self, other),
            false => other,
        };
        self.evidence = evidence;
        let known = &mut self.claim;
        // A trial may be of any release, and be given anything.
        if less.claim.rank.is_trial() && !known.rank.is_trial() {
            return;
        }
        known.release = known.release.take().or(less.claim.release);
        known.namespace = known.namespace.take().or(less.claim.namespace);
        known.chart = known.chart.take().or(less.claim.chart);
        for given in less.claim.given {
            if !known.given.contains(&given) {
                known.given.push(given);
            }
        }
    }
}

impl Place {
    /// Whether both are declared as releases of different names, or in different namespaces: two deployments, though nothing
    /// else tells them apart.
    pub(super) fn is_other_release(&self, other: &Place) -> bool {
        let is_declared = |place: &Place| !place.claim.rank.is_trial();
        let differ = |left: &Option<String>, right: &Option<String>| matches!((left, right), (Some(left), Some(right)) if left != right);
        is_declared(self)
            && is_declared(other)
            && self.claim.rank == other.claim.rank
            && (differ(&self.claim.release, &other.claim.release)
                || differ(&self.claim.namespace, &other.claim.namespace))
            && (self.own() == other.own() || (self.is_inline() && other.is_inline()))
            // With the same files, one deployment is described twice.
            && (self.own().is_none() || self.claim.layers != other.claim.layers)
    }

    /// Whether two tools deploy one release: helmfile sets up a cluster, and Argo CD takes it over.
    pub(super) fn is_of_other_tool(&self, other: &Place) -> bool {
        let (own, known) = (&self.claim, &other.claim);
        let is_same =
            |left: &Option<String>, right: &Option<String>| left.is_some() && left == right;
        own.tool
            .zip(known.tool)
            .is_some_and(|(left, right)| left != right)
            && own.chart == known.chart
            && is_same(&own.release, &known.release)
            && is_same(&own.namespace, &known.namespace)
    }

    /// Whether one manifest declares both, each for another environment, in namespaces that differ by no more.
    pub(super) fn is_declared_with(&self, own: &str, other: &Place, environment: &str) -> bool {
        let namespace = |place: &Place, environment: &str| {
            let namespace = place.claim.namespace.as_deref();
            namespace.map(|name| name.replace(environment, PLACEHOLDER))
        };
        own != environment
            && self.claim.rank == Rank::Declared
            && self.is_said_at(&other.claim.evidence)
            && namespace(self, own) == namespace(other, environment)
    }

    /// Whether its values stand in the manifest that declares it, and so can be no other one's.
    fn is_inline(&self) -> bool {
        self.own().is_some_and(|own| own.part.is_some())
    }

    /// Whether both are declared, of one release, with different files: one of the two is deployed.
    pub(super) fn contradicts(&self, other: &Place) -> bool {
        let is_declared = |place: &Place| place.claim.rank == Rank::Declared;
        let files = |place: &Place| -> Vec<LayerPath> {
            let layers = place.claim.layers.iter();
            layers
                .filter(|layer| layer.part.is_none())
                .cloned()
                .collect()
        };
        is_declared(self) && is_declared(other) && files(self) != files(other)
    }

    /// Whether it is tried with nothing but layers that another one has: it is evidence of that one.
    pub(super) fn is_trial_of(&self, known: &Place) -> bool {
        let layers = &self.claim.layers;
        let has = |layer: &LayerPath| known.claim.layers.contains(layer);
        self.own().is_some() && layers.iter().all(has)
    }
}

/// The environment's own layer: the last file that tells this environment, or any, and holds no part of the values alone;
/// else the last one. The chart's own values are no environment's.
pub(super) fn own_layer(claim: &Claim, environment: Option<&str>, names: &Names) -> Option<usize> {
    let layers = &claim.layers;
    let defaults = defaults_of(claim);
    let is_in_folder = |path: &str| environment.is_some_and(|name| word_in(path, name).is_some());
    let is_usable = |layer: &LayerPath| {
        let is_default = layer.part.is_none() && Some(&layer.path) == defaults.as_ref();
        !is_default || is_in_folder(&layer.path)
    };
    let tells = |layer: &LayerPath| layer.part.is_none() && names.of_path(&layer.path).is_some();
    let tells_this = |layer: &LayerPath| {
        let told =
            environment.is_some_and(|environment| word_in(&layer.path, environment).is_some());
        layer.part.is_none() && told
    };
    let at = |wanted: &dyn Fn(&LayerPath) -> bool| {
        layers
            .iter()
            .rposition(|layer| is_usable(layer) && wanted(layer))
    };
    // A helmfile is one for all its environments: any file of this one is more its own.
    let is_shared = claim.tool == Some("helmfile") || claim.rank == Rank::Command;
    at(&|layer| tells_this(layer) && !holds_a_part(layer))
        .or_else(|| at(&|layer| tells(layer) && !holds_a_part(layer)))
        .or_else(|| at(&|layer| is_shared && tells_this(layer)))
        .or_else(|| at(&|layer| layer.part.is_some()))
        .or_else(|| at(&|layer| !holds_a_part(layer)))
        .or_else(|| at(&|_| true))
}

/// The file with the chart's own values, where the chart is here.
fn defaults_of(claim: &Claim) -> Option<String> {
    let Some(Chart::Local(_)) = &claim.chart else {
        return None;
    };
    let directory = chart_key(claim.chart.as_ref())?;
    Some(join(&directory, "values.yaml"))
}

/// Whether a file holds a part of an environment's values alone: its secrets, its images.
fn holds_a_part(layer: &LayerPath) -> bool {
    let file = layer.path.rsplit('/').next().unwrap_or_default();
    let mut words = file.split(['-', '_', '.']);
    let is_word = |word: &str| word != "values" && word != "env" && is_part(word);
    let mut folders = layer.path.split('/');
    words.any(is_word) || folders.any(|folder| matches!(folder, "secrets" | "sops"))
}
