//! Names of environments: what a name tells of its tier, its stage, and its place beside others of the same stage. And names
//! of folders and files that tell what is in them.

mod aside;
mod clusters;
mod machines;
mod mention;
mod places;
mod samples;

use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use aside::{
    holds_commands, holds_labels, is_copied_from, is_in_showing, is_put_aside, lies_in,
};
pub use clusters::cluster_of;
pub use machines::{is_of_own_cluster, is_of_own_registry};
pub use mention::{Mention, may_tell, mentions};
use places::is_usual_place;
pub use places::{is_folder_of_place, is_place};
pub use samples::{is_filled_in, sample_folder};

/// What an environment is for. Ordered as promotion goes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Short-lived, made for one change.
    Preview,
    /// Where changes are made.
    Development,
    /// Where changes are tested before production.
    Staging,
    /// What customers use.
    Production,
}

impl Tier {
    /// The word for it, in the configuration and in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Preview => "preview",
            Tier::Development => "development",
            Tier::Staging => "staging",
            Tier::Production => "production",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One stage that values go through, in all its spellings.
#[derive(Debug)]
struct Stage {
    tier: Tier,
    /// Whether the name alone tells an environment, whatever lies beside it: `values-load.yaml` may be anything.
    sure: bool,
    /// The first one stands for all.
    spellings: &'static [&'static str],
}

const fn sure(tier: Tier, spellings: &'static [&'static str]) -> Stage {
    Stage {
        tier,
        sure: true,
        spellings,
    }
}

const fn weak(tier: Tier, spellings: &'static [&'static str]) -> Stage {
    Stage {
        tier,
        sure: false,
        spellings,
    }
}

/// The stages that are known without a configuration, in promotion order.
const STAGES: [Stage; 22] = [
    weak(Tier::Preview, &["preview", "review", "pr"]),
    weak(Tier::Development, &["sandbox", "sbx", "sbox"]),
    sure(
        Tier::Development,
        &["dev", "develop", "development", "devel"],
    ),
    sure(Tier::Development, &["rdev"]),
    weak(Tier::Staging, &["ci"]),
    sure(Tier::Staging, &["int", "integration"]),
    weak(Tier::Staging, &["test", "testing", "tst"]),
    sure(Tier::Staging, &["sit"]),
    weak(Tier::Staging, &["e2e"]),
    sure(Tier::Staging, &["qa"]),
    weak(Tier::Staging, &["nft"]),
    weak(Tier::Staging, &["perf", "performance"]),
    weak(Tier::Staging, &["load", "loadtest"]),
    sure(Tier::Staging, &["uat"]),
    // What other languages call it.
    sure(
        Tier::Staging,
        &[
            "homolog",
            "homologacao",
            "homologacion",
            "homologation",
            "hml",
            "hmg",
        ],
    ),
    weak(Tier::Staging, &["acc", "acceptance"]),
    weak(Tier::Staging, &["demo"]),
    sure(Tier::Staging, &["nonprod", "nonproduction", "nprod"]),
    sure(Tier::Staging, &["staging", "stage", "stg", "stag"]),
    sure(
        Tier::Staging,
        &["preprod", "pre", "preproduction", "pprod", "ppd"],
    ),
    sure(Tier::Production, &["prod", "production", "prd", "live"]),
    weak(Tier::Production, &["dr"]),
];

/// Where a name stands in another one as a whole word: `dev` in `device-dev`, not at its beginning.
pub fn word_in(text: &str, name: &str) -> Option<usize> {
    let is_edge =
        |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b'-' | b'_' | b'.' | b'/'));
    let (text, name) = (text.as_bytes(), name.as_bytes());
    let last = text.len().checked_sub(name.len())?;
    (0..=last).find(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let rest = text.get(*at..).unwrap_or_default();
        is_edge(before) && rest.starts_with(name) && is_edge(text.get(at + name.len()))
    })
}

/// Words that name a part of an environment's values, or something that is no environment: `prod-secrets`.
const PARTS: [&str; 46] = [
    "secret",
    "secrets",
    "sops",
    "enc",
    "encrypted",
    "dec",
    "decrypted",
    "sealed",
    "value",
    "values",
    "config",
    "configs",
    "image",
    "images",
    "tag",
    "tags",
    "version",
    "versions",
    "example",
    "examples",
    "sample",
    "template",
    "tpl",
    "tmpl",
    "generated",
    "updated",
    "override",
    "overrides",
    "base",
    "common",
    "shared",
    "default",
    "defaults",
    "global",
    "globals",
    "extra",
    "extras",
    "patch",
    "resources",
    "ingress",
    "env",
    "schema",
    "old",
    "bak",
    "backup",
    "local",
];

/// Names of layers that environments share, without a leading underscore.
const LAYERS: [&str; 8] = [
    "base", "common", "shared", "global", "globals", "default", "defaults", "all",
];

/// What people call a cluster on their own machine: it is theirs alone, as a preview is.
const LOCAL: [&str; 8] = [
    "local",
    "localhost",
    "minikube",
    "kind",
    "k3d",
    "microk8s",
    "docker-desktop",
    "laptop",
];

/// Whether a word is one of these, in any case. Nothing is allocated: this looks at every folder of every path.
pub fn is_among(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a name is that of a cluster on somebody's own machine.
pub fn is_local(name: &str) -> bool {
    is_among(&LOCAL, name)
}

/// Files next to those of environments that are something else, whatever their contents.
const OTHERS: [&str; 2] = ["kustomization", "readme"];

/// Folders that hold environments, and nothing else.
const FOLDERS: [&str; 13] = [
    "environments",
    "environment",
    "envs",
    "env",
    "values",
    "stages",
    "env-values",
    "values-env",
    "values-envs",
    "helm-values",
    "env-type",
    "clusters",
    "overlays",
];

/// Whether a folder of that name holds environments.
pub fn is_folder_of_environments(name: &str) -> bool {
    is_among(&FOLDERS, name.trim_start_matches('.'))
}

/// Whether a name is that of a layer that environments share.
pub fn is_layer(name: &str) -> bool {
    is_among(&LAYERS, name.trim_start_matches('_'))
}

/// Whether a name is surely none of an environment: that of a layer, of a part of the values, of something else.
pub fn is_no_environment(name: &str) -> bool {
    let bare = name.trim_start_matches('_');
    is_layer(bare) || is_spelled_as_part(bare) || is_among(&OTHERS, bare)
}

/// What the name of an environment tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentName {
    /// The spelling that stands for all of the stage: `prod` for `production` and `live`.
    pub stage: &'static str,
    /// The tier.
    pub tier: Tier,
    /// The stage's place on the way to production.
    pub rank: usize,
    /// Which one of several of the stage it is, in lower case: `eu` of `prod-eu`; empty where there is one.
    pub place: String,
    /// Whether the name alone tells an environment, whatever lies beside it.
    pub sure: bool,
    /// The bytes of the name that tell the stage.
    pub at: Range<usize>,
}

impl EnvironmentName {
    /// Whether the place is one of the usual: a region, a cluster, a colour, a number. Others may be anything:
    /// `values-dev-mysql.yaml`.
    pub fn has_usual_place(&self) -> bool {
        self.place.split('-').all(is_usual_place)
    }

    /// Whether what stands beside the stage names a part of its values: `secrets-prod`.
    pub fn has_part(&self) -> bool {
        self.place.split('-').any(is_part)
    }
}

/// Whether a word names a part of an environment's values, or something that is no environment.
pub fn is_part(word: &str) -> bool {
    PARTS.contains(&word)
}

/// The same, in any case.
pub fn is_spelled_as_part(word: &str) -> bool {
    is_among(&PARTS, word)
}

/// What a name tells: that of a stage (`prod`, `pre-prod`, `Staging`), or one with a place beside it (`prod-eu`, `eu_prod`,
/// `prod2`). None for any other name, and for those of parts of an environment's values.
pub fn environment_name(name: &str) -> Option<EnvironmentName> {
    read(name).filter(|told| !told.has_part())
}

/// As [`environment_name`], parts of an environment's values included: `secrets-prod`.
pub fn read(name: &str) -> Option<EnvironmentName> {
    if name.len() > 63 || !may_tell(name) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let words = words(&lower);
    if words.iter().any(|(_, word)| aside::OFF.contains(word)) {
        return None;
    }
    let mut found: Option<EnvironmentName> = None;
    let mut at = 0;
    while at < words.len() {
        // `pre-prod` before `pre`.
        let longest = (1..=2).rev().find_map(|length| {
            let part = words.get(at..at + length)?;
            let joined: String = part.iter().map(|(_, word)| *word).collect();
            let (rank, number) = stage_of(&joined)?;
            Some((length, rank, number))
        });
        let Some((length, rank, number)) = longest else {
            at += 1;
            continue;
        };
        let rest = words[..at].iter().chain(&words[at + length..]);
        let rest = rest.map(|(_, word)| *word);
        let place: Vec<&str> = rest.chain(number.as_deref()).collect();
        let stage = STAGES.get(rank)?;
        let (last, word) = words.get(at + length - 1)?;
        let told = EnvironmentName {
            stage: stage.spellings.first()?,
            tier: stage.tier,
            rank,
            place: place.join("-"),
            sure: stage.sure,
            at: words.get(at)?.0..last + word.len(),
        };
        found = Some(match found {
            None => told,
            // `preview-pr-107`
            Some(before) if before.rank == told.rank => before,
            // `prod-dr` is of the stage `prod`; of `dev-test`, nobody can tell.
            Some(before) => stronger(before, told)?,
        });
        at += length;
    }
    found
}

/// The words of a name, and where they begin.
fn words(name: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let pieces = name.split(['-', '_', '.']).map(|word| {
        let start = at;
        at += word.len() + 1;
        (start, word)
    });
    pieces.filter(|(_, word)| !word.is_empty()).collect()
}

/// Of two stages that a name speaks of, the one that it belongs to; none where that is anybody's guess. Any stage may have a
/// second place for disasters.
fn stronger(left: EnvironmentName, right: EnvironmentName) -> Option<EnvironmentName> {
    match (left.sure, right.sure) {
        (true, false) if right.tier == left.tier || right.stage == SECOND => Some(left),
        (false, true) if right.tier == left.tier || left.stage == SECOND => Some(right),
        _ => None,
    }
}

/// What the place is called to which a stage is moved in a disaster.
const SECOND: &str = "dr";

/// The stage that a word spells, and the number behind it: `prod2`, `dev01`.
fn stage_of(word: &str) -> Option<(usize, Option<String>)> {
    let rank = |word: &str| {
        STAGES
            .iter()
            .position(|stage| stage.spellings.contains(&word))
    };
    if let Some(rank) = rank(word) {
        return Some((rank, None));
    }
    let stem = word.trim_end_matches(|char: char| char.is_ascii_digit());
    let number = word.get(stem.len()..).filter(|number| number.len() <= 3)?;
    if stem.is_empty() || number.is_empty() {
        return None;
    }
    rank(stem).map(|rank| (rank, Some(number.to_owned())))
}

/// The names that tell an environment by themselves. `preview` is known only where it is declared: a folder of that
/// name is as likely to be a feature.
pub fn known_names() -> impl Iterator<Item = &'static str> {
    STAGES
        .iter()
        .filter(|stage| stage.tier != Tier::Preview)
        .flat_map(|stage| stage.spellings.iter().copied())
}

/// The tier that a name tells, when it is a known one.
pub fn known_tier(name: &str) -> Option<Tier> {
    environment_name(name).map(|told| told.tier)
}

/// The spelling that stands for all spellings of an environment: `prod`, `production` and `live` are one; `prod-eu` is
/// another one.
pub fn family(name: &str) -> &str {
    match environment_name(name) {
        Some(told) if told.place.is_empty() => told.stage,
        _ => name,
    }
}

/// The word `values` in a file's name, and what stands before and after it.
pub fn around_values(stem: &str) -> Option<(&str, &str)> {
    const WORD: &str = "values";
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b'-' | b'_' | b'.'));
    let bytes = stem.as_bytes();
    let mut words = bytes.windows(WORD.len()).enumerate();
    let (at, _) = words.find(|(at, word)| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        word.eq_ignore_ascii_case(WORD.as_bytes())
            && is_edge(before)
            && is_edge(bytes.get(at + WORD.len()))
    })?;
    let separators = ['-', '_', '.'];
    let before = stem.get(..at)?.trim_end_matches(separators);
    let after = stem.get(at + WORD.len()..)?.trim_start_matches(separators);
    Some((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_stage_tier_and_place() {
        use Tier::{Development, Production, Staging};
        for (name, expected) in [
            ("prod", Some(("prod", Production, ""))),
            ("Production", Some(("prod", Production, ""))),
            ("prd", Some(("prod", Production, ""))),
            ("pre-prod", Some(("preprod", Staging, ""))),
            ("pre_production", Some(("preprod", Staging, ""))),
            ("non-prod", Some(("nonprod", Staging, ""))),
            ("stg", Some(("staging", Staging, ""))),
            ("prod-eu", Some(("prod", Production, "eu"))),
            ("eu-west-1-prod", Some(("prod", Production, "eu-west-1"))),
            ("prod2", Some(("prod", Production, "2"))),
            ("dev01", Some(("dev", Development, "01"))),
            ("stg_blue", Some(("staging", Staging, "blue"))),
            ("prod-dr", Some(("prod", Production, "dr"))),
            ("dr", Some(("dr", Production, ""))),
            ("int", Some(("int", Staging, ""))),
            ("acme-prod", Some(("prod", Production, "acme"))),
            (
                "prod-oracle-east",
                Some(("prod", Production, "oracle-east")),
            ),
            ("dev-test", None),
            ("staging-prod", None),
            ("prod-secrets", None),
            ("prod.enc", None),
            ("production-disabled", None),
            ("dev-dr", Some(("dev", Development, "dr"))),
            ("device", None),
            ("blue", None),
            ("", None),
        ] {
            let told = environment_name(name);
            let seen = told
                .as_ref()
                .map(|told| (told.stage, told.tier, told.place.as_str()));
            assert_eq!(seen, expected, "{name}");
        }
    }

    #[test]
    fn places_are_regions_clusters_colours_and_numbers() {
        for (name, expected) in [
            ("eu", true),
            ("eu-west-1", true),
            ("useast1", true),
            ("westeurope", true),
            ("euw1", true),
            ("cluster2", true),
            ("blue", true),
            ("2", true),
            ("mysql", false),
            ("feast", false),
            ("eastus2", true),
            ("acme", false),
            ("", false),
        ] {
            assert_eq!(is_place(name), expected, "{name}");
        }
    }
}
