//! What a render is told.

use std::time::Duration;

use envlint_budget::Budget;

use super::capabilities::{KubeVersion, Serves};

/// What a render is told besides chart and values.
#[derive(Clone, Debug)]
pub struct Options {
    /// `.Release.Name`
    pub release: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `.Release.IsUpgrade` instead of `.Release.IsInstall`
    pub upgrade: bool,
    /// `.Capabilities.KubeVersion`; helm 4.3.1 reports v1.37.0 when nothing else is said
    pub kube_version: KubeVersion,
    /// API versions on top of those that Helm knows
    pub api_versions: Vec<String>,
    /// What a cluster of that version answers to `.Capabilities.APIVersions.Has`, where that is known: Helm asks it for the
    /// kinds of its versions (`batch/v1/CronJob`), too, which it does not know by itself
    pub serves: Option<Serves>,
    /// Whether schemas are left unchecked
    pub skip_schema: bool,
    /// Leaves out dependencies that are not in `charts/`, where Helm refuses the chart
    pub without_missing: bool,
    /// What is random in functions comes from this seed; `None` for real randomness
    pub seed: Option<u64>,
    /// Whether RSA keys may be short ones, which take no time to make: for what is never deployed
    pub sample_keys: bool,
    /// Steps that this render shares with others; `None` for as many as a chart may take
    pub budget: Option<Budget>,
    /// Bytes of output that this render shares with others that are kept next to it; `None` for as many as a chart may print
    pub room: Option<Budget>,
    /// Whether the places of templates are kept that the manifests come from: see [`Rendered::origins`](super::Rendered::origins)
    pub traced: bool,
    /// What functions take for the current time, since 1970; `None` for the clock
    pub now: Option<Duration>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            release: "release-name".to_owned(),
            namespace: "default".to_owned(),
            upgrade: false,
            kube_version: KubeVersion::default(),
            api_versions: Vec::new(),
            serves: None,
            skip_schema: false,
            without_missing: false,
            seed: None,
            sample_keys: false,
            budget: None,
            room: None,
            traced: false,
            now: None,
        }
    }
}
