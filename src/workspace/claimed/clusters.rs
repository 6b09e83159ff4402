//! Deployments of which nothing tells the environment: each cluster is an environment of its own then, and all that is
//! deployed to one cluster is one.

use std::collections::{BTreeMap, BTreeSet};

use super::names::chart_key;
use crate::evidence::{Chart, Claim, Evidence, MissingFile, OWN_CLUSTER, Rank, Unread};
use crate::naming::{cluster_of, is_folder_of_environments, is_no_environment};
use crate::source::{ancestors, directory_of};
use crate::workspace::Environment;

/// The environment of a cluster that has no name: helmfile and Terraform call it so, too.
pub(super) const NAMELESS: &str = "default";

/// Folders of values that hold a part of what a cluster runs.
const GROUPS: [&str; 13] = [
    "apps",
    "applications",
    "charts",
    "core",
    "infra",
    "infrastructure",
    "monitoring",
    "observability",
    "platform",
    "security",
    "services",
    "system",
    "workloads",
];

/// The longest name of an object, in bytes.
const LONGEST: usize = 253;

/// What is known of claims before they are put together.
pub(super) struct Known<'k> {
    /// Which tell an environment.
    pub is_told: &'k dyn Fn(&Claim) -> bool,
    /// Whether nothing else of the workspace tells one.
    pub is_alone: bool,
    /// The patterns of the files that names tell.
    pub patterns: Vec<&'k str>,
    /// The environments that the configuration declares.
    pub declared: &'k [Environment],
    /// What is not known.
    pub unread: &'k [Unread],
    /// The files that are named and not there.
    pub missing: &'k [MissingFile],
}

/// Where something stands: file, line and column.
type At<'k> = (&'k str, usize, usize);

fn at(evidence: &Evidence) -> At<'_> {
    (&evidence.file, evidence.line, evidence.column)
}

/// The places of which not all is known.
struct Open<'k> {
    /// Where a file is named that is not there.
    missing: BTreeSet<At<'k>>,
    /// Where anything is not known.
    unread: BTreeSet<At<'k>>,
}

impl<'k> Open<'k> {
    fn of(known: &Known<'k>) -> Open<'k> {
        let unread = known.unread.iter().filter_map(|unread| {
            let (line, column) = unread.place?;
            Some((unread.file.as_str(), line, column))
        });
        Open {
            missing: known
                .missing
                .iter()
                .map(|missing| at(&missing.evidence))
                .collect(),
            unread: unread.collect(),
        }
    }

    /// Whether it is not known what a claim deploys: a file of it is not there; of a command, anything.
    fn has(&self, claim: &Claim) -> bool {
        let at = at(&claim.evidence);
        let is_command = claim.rank != Rank::Declared;
        self.missing.contains(&at) || (is_command && self.unread.contains(&at))
    }
}

/// Gives claims that tell no environment the one of their cluster, and says which.
pub(super) fn tell(claims: &mut [Claim], known: &Known<'_>) -> Vec<bool> {
    let told: Vec<bool> = claims.iter().map(known.is_told).collect();
    let is_alone = known.is_alone && !told.iter().any(|told| *told);
    let placed = claims.iter().zip(&told).filter(|(_, told)| **told);
    let placed: BTreeSet<_> = placed.map(|(claim, _)| app_of(claim)).collect();
    let unknown = Open::of(known);
    let elsewhere = words_of(claims.iter().zip(&told), known);
    let is_elsewhere = |claim: &Claim| {
        let mut names = claim.names.iter();
        names.next().is_some_and(|name| elsewhere.contains(name))
    };
    // Next to environments, what a tool needs, is given unknown values or is known elsewhere may belong to any of them. What a
    // command installs is worth to be told apart from these where it has values of its own.
    let is_known = |claim: &Claim| {
        let is_open = claim.given.iter().any(|given| given.to_string() == "**");
        let is_of_tool = claim.evidence.file.starts_with('.');
        match claim.rank {
            Rank::Command => !is_open && is_whole(claim) && !is_elsewhere(claim),
            _ => !is_open && !is_of_tool,
        }
    };
    let may_be_placed = |claim: &Claim| {
        !claim.rank.is_trial()
            && !claim.is_loose
            && has_name(claim)
            && has_chart(claim)
            && !unknown.has(claim)
            && (is_alone || is_known(claim))
    };
    // What is deployed somewhere that is known may be left over here, but not among others that are deployed.
    let is_new = |claim: &Claim| is_alone || !placed.contains(&app_of(claim));
    let new = claims.iter().zip(&told).filter(|(_, told)| !**told);
    let new = new.filter(|(claim, _)| may_be_placed(claim) && is_new(claim));
    let new = new.filter(|(claim, _)| claim.rank == Rank::Declared);
    let folders = new.map(|(claim, _)| directory_of(&claim.evidence.file).to_owned());
    let folders: BTreeSet<String> = folders.collect();
    let is_among = |claim: &Claim| {
        claim.rank == Rank::Declared && folders.contains(directory_of(&claim.evidence.file))
    };
    let is_placed = |claim: &Claim| may_be_placed(claim) && (is_new(claim) || is_among(claim));
    let open = claims.iter_mut().zip(&told).filter(|(_, told)| !**told);
    let open = open.map(|(claim, _)| claim);
    let mut open: Vec<&mut Claim> = open.filter(|claim| is_placed(claim)).collect();
    let clusters = clusters(&open);
    let is_nameless = clusters.iter().all(Option::is_none);
    for (claim, cluster) in open.iter_mut().zip(clusters) {
        // Next to clusters with names, nobody knows which of them is meant.
        let Some(cluster) = cluster.or_else(|| is_nameless.then(|| NAMELESS.to_owned())) else {
            continue;
        };
        let is_it = |environment: &&Environment| environment.names().any(|name| name == cluster);
        claim.environment = match known.declared {
            [] => Some(cluster),
            declared => {
                let environment = declared.iter().find(is_it);
                environment.map(|environment| environment.name.to_string())
            }
        };
    }
    let now = claims.iter().zip(told);
    now.map(|(claim, told)| !told && claim.environment.is_some())
        .collect()
}

/// Whether a command says all of what it installs: the release, and values.
fn is_whole(claim: &Claim) -> bool {
    claim.release.is_some() && !claim.layers.is_empty()
}

/// What is deployed to known environments may be called: names of claims, whole and without their first or last word, and the
/// folders and files that names tell.
fn words_of<'c>(
    claims: impl Iterator<Item = (&'c Claim, &'c bool)>,
    known: &Known<'_>,
) -> BTreeSet<String> {
    let names = claims.filter(|(_, told)| **told);
    let names = names.flat_map(|(claim, _)| &claim.names);
    let parts = names.flat_map(|name| {
        let shorter = [name.split_once('-'), name.rsplit_once('-')];
        let [first, last] = shorter.map(Option::unwrap_or_default);
        [name.as_str(), first.1, last.0]
    });
    let of_files = known
        .patterns
        .iter()
        .flat_map(|pattern| pattern.split(['/', '.']));
    parts.chain(of_files).map(str::to_owned).collect()
}

/// What tells apps apart before they have names: what one is called by its evidence, and its chart.
type App = (Option<String>, Option<String>);

fn app_of(claim: &Claim) -> App {
    (
        claim.names.first().cloned(),
        chart_key(claim.chart.as_ref()),
    )
}

/// Whether it is called anything that Kubernetes takes for a name. Words of a script may be none.
fn has_name(claim: &Claim) -> bool {
    let is_letter = |char: char| char.is_ascii_alphanumeric() || "-_./".contains(char);
    let mut names = claim.names.iter();
    names.next().is_some_and(|name| {
        let is_word = claim.rank == Rank::Declared || name.chars().all(is_letter);
        is_word && name.len() <= LONGEST
    })
}

/// Whether it is known which chart is deployed: `CHART_NAME` is filled in for each app that is made of a template.
fn has_chart(claim: &Claim) -> bool {
    match &claim.chart {
        Some(Chart::Local(_)) => true,
        Some(Chart::Remote(reference)) => is_reference(reference),
        None => false,
    }
}

/// Whether a text names a chart elsewhere. What is named by its path should lie here, and other words of a script are none.
fn is_reference(text: &str) -> bool {
    let path = text.split_once("://").map_or(text, |(_, path)| path);
    let path = path.rsplit_once('@').map_or(path, |(path, _)| path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_letter =
        |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '/' | ':');
    let is_placeholder =
        name.contains('_') && !name.contains(|char: char| char.is_ascii_lowercase());
    path.starts_with(|char: char| char.is_ascii_alphanumeric())
        && path.chars().all(is_letter)
        && !is_placeholder
}

/// The names of the clusters that some claims are deployed to. Where only one has a name, it is that of all; but not of the
/// cluster that Argo CD runs in, where it is Argo CD that has a name for that one.
fn clusters(claims: &[&mut Claim]) -> Vec<Option<String>> {
    let of_values = folders_of_values(claims);
    let is_own = |claim: &Claim| claim.cluster.as_deref() == Some(OWN_CLUSTER);
    let named = |claim: &Claim| {
        let name = claim.cluster.as_deref();
        name.filter(|name| is_name(name) && *name != OWN_CLUSTER)
            .map(str::to_owned)
    };
    let name_of = |claim: &Claim| {
        let own = named(claim);
        let own = own.as_deref();
        let own = own.or_else(|| cluster_of(directory_of(&claim.evidence.file)));
        let of_values = || {
            let (home, _) = folder_of_values(claim)?;
            of_values.get(home).copied()
        };
        own.or_else(of_values).map(str::to_owned)
    };
    let mut names: Vec<Option<String>> = claims.iter().map(|claim| name_of(claim)).collect();
    let known: BTreeSet<String> = names.iter().flatten().cloned().collect();
    let Some(only) = known.first().filter(|_| known.len() == 1) else {
        return names;
    };
    let is_of_argo = claims
        .iter()
        .any(|claim| named(claim).as_ref() == Some(only));
    for (name, claim) in names.iter_mut().zip(claims) {
        let other = NAMELESS.to_owned();
        name.get_or_insert_with(|| match is_of_argo && is_own(claim) {
            true => other,
            false => only.clone(),
        });
    }
    names
}

/// Whether it is a name, and no address or number of an account.
fn is_name(text: &str) -> bool {
    let is_letter = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    text.chars().all(is_letter) && text.chars().any(char::is_alphabetic) && text.len() <= 63
}

/// The only folders in folders of values that several apps have theirs in, by the folder around: `helm-values/lab-1`.
fn folders_of_values<'c>(claims: &'c [&mut Claim]) -> BTreeMap<&'c str, &'c str> {
    let mut homes: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<App>)> = BTreeMap::new();
    for claim in claims {
        if let Some((home, name)) = folder_of_values(claim) {
            let (names, apps) = homes.entry(home).or_default();
            names.insert(name);
            apps.insert(app_of(claim));
        }
    }
    let only = homes.into_iter().filter_map(|(home, (names, apps))| {
        let name = names
            .first()
            .filter(|_| names.len() == 1 && apps.len() > 1)?;
        Some((home, *name))
    });
    only.collect()
}

/// The folder of values that a layer lies in, and the folder in it that does: `helm-values` and `lab-1`.
fn folder_of_values(claim: &Claim) -> Option<(&str, &str)> {
    let files = claim.layers.iter().filter(|layer| layer.part.is_none());
    let mut folders = files.flat_map(|layer| ancestors(directory_of(&layer.path)));
    folders.find_map(|folder| {
        let (home, name) = folder.rsplit_once('/')?;
        let is_home = is_folder_of_environments(home.rsplit('/').next()?);
        let is_group = GROUPS.contains(&name) || is_no_environment(name);
        let is_app = claim.names.iter().any(|known| known == name);
        (is_home && !is_group && !is_app).then_some((home, name))
    })
}

#[cfg(test)]
mod tests {
    use super::is_reference;

    #[test]
    fn charts_elsewhere_have_references() {
        for (text, expected) in [
            ("acme/shop@1.0.0", true),
            ("https://charts.example.com/shop@>=1.0.0 <2.0.0", true),
            ("oci://example.com:5000/charts/shop", true),
            ("./charts/shop", false),
            ("(", false),
            ("", false),
            ("{DIR}/shop", false),
            ("HELM_REPO/CHART_NAME@CHART_VERSION", false),
        ] {
            assert_eq!(is_reference(text), expected, "{text}");
        }
    }
}
