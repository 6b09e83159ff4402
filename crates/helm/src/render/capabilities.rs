//! `.Capabilities` (Helm: pkg/chart/common/capabilities.go).

use std::any::Any;

use envlint_gotemplate::{Args, Error, GoString, List, ListType, Object, Signature, Type, Value};

/// The version that helm 4.3.1 takes when no cluster and no flag says another.
const DEFAULT_KUBE_VERSION: (u64, u64) = (1, 37);

/// A Kubernetes version, as `--kube-version` gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    version: String,
    normalized: String,
    major: String,
    minor: String,
}

/// A text that is no Kubernetes version, in the words of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KubeVersionError(String);

impl Default for KubeVersion {
    fn default() -> KubeVersion {
        let (major, minor) = DEFAULT_KUBE_VERSION;
        let version = format!("v{major}.{minor}.0");
        KubeVersion {
            normalized: version.clone(),
            version,
            major: major.to_string(),
            minor: minor.to_string(),
        }
    }
}

impl std::str::FromStr for KubeVersion {
    type Err = KubeVersionError;

    /// Reads `v1.34.0`, `1.34`, `v1.33.4-gke.1245000` (Helm: ParseKubeVersion; Kubernetes: version.ParseGeneric).
    fn from_str(text: &str) -> Result<KubeVersion, KubeVersionError> {
        let quoted = envlint_gotemplate::fmt::quote(text);
        let parts = leading_numbers(text);
        let (major, minor) = match parts.as_slice() {
            [] => {
                return Err(KubeVersionError(format!(
                    "could not parse {quoted} as version"
                )));
            }
            [_] => return Err(KubeVersionError(format!("illegal version string {quoted}"))),
            [major, minor, ..] => (*major, *minor),
        };
        if major.starts_with('0') && major != "0" {
            return Err(KubeVersionError(format!(
                "illegal zero-prefixed version component \"{major}\" in {quoted}"
            )));
        }
        let number = |part: &str| {
            part.parse::<u64>().map_err(|_| {
                KubeVersionError(format!(
                    "illegal non-numeric version component \"{part}\" in {quoted}: strconv.ParseUint: parsing \"{part}\": value out of range"
                ))
            })
        };
        let numbers = parts
            .iter()
            .map(|part| number(part).map(|n| n.to_string()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(KubeVersion {
            version: if text.starts_with('v') {
                text.to_owned()
            } else {
                format!("v{text}")
            },
            normalized: format!("v{}", numbers.join(".")),
            major: number(major)?.to_string(),
            minor: number(minor)?.to_string(),
        })
    }
}

/// `^\s*v?([0-9]+(?:\.[0-9]+)*)(.*)*$`: the numbers; what follows them is ignored.
fn leading_numbers(text: &str) -> Vec<&str> {
    let text = text.trim_start();
    let mut rest = text.strip_prefix('v').unwrap_or(text);
    let mut parts = Vec::new();
    loop {
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(length);
        if number.is_empty() {
            return parts;
        }
        parts.push(number);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return parts,
        }
    }
}

impl KubeVersion {
    /// The version as given, with a `v`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Only the numbers, with a `v`: what version ranges are compared with.
    pub fn normalized(&self) -> &str {
        &self.normalized
    }
}

impl Object for KubeVersion {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &str| Value::string(text);
        vec![
            ("Version", text(&self.version)),
            ("normalizedVersion", text(&self.normalized)),
            ("Major", text(&self.major)),
            ("Minor", text(&self.minor)),
        ]
    }

    fn field(&self, name: &str) -> Option<Value> {
        // normalizedVersion is printed, but a template cannot reach it.
        let found = self
            .fields()
            .into_iter()
            .find(|(field, _)| *field == name && *field != "normalizedVersion");
        found.map(|(_, value)| value)
    }

    fn addressed_string(&self) -> Option<GoString> {
        Some(self.normalized.as_str().into())
    }

    fn method(&self, name: &str) -> Option<Signature> {
        ["String", "GitVersion"]
            .contains(&name)
            .then(|| Signature::new(&[]))
    }

    fn call(&self, name: &str, _: Args) -> Result<Value, Error> {
        Ok(Value::string(if name == "String" {
            self.normalized.as_str()
        } else {
            self.version.as_str()
        }))
    }
}

/// Whether a cluster of a version serves an API version (`batch/v1`) or a kind of one (`batch/v1/CronJob`); none where that
/// is not known.
pub type Serves = fn(&KubeVersion, &str) -> Option<bool>;

/// `.Capabilities.APIVersions`: the list, and `Has`.
struct VersionSet {
    list: List,
    cluster: Option<(KubeVersion, Serves)>,
}

static VERSION_SET: ListType = ListType {
    name: "common.VersionSet",
    elem: Type::String,
    named: true,
};

impl Object for VersionSet {
    fn type_name(&self) -> &'static str {
        "common.VersionSet"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::List(self.list.clone()))
    }

    fn method(&self, name: &str) -> Option<Signature> {
        (name == "Has").then(|| Signature::new(&[Type::String]))
    }

    fn call(&self, _: &str, args: Args) -> Result<Value, Error> {
        let wanted = args.string(0);
        let cluster = self.cluster.as_ref();
        let served = cluster.and_then(|(version, serves)| serves(version, wanted.to_str()?));
        let is_listed = || {
            let mut versions = self.list.iter();
            versions.any(|version| version.as_string() == Some(&wanted))
        };
        Ok(Value::Bool(served.unwrap_or_else(is_listed)))
    }
}

/// `.Capabilities.HelmVersion` as a released helm 4.3.1 has it (Helm: internal/version/version.go). Which commit was
/// released is not said in its source; the version of Go is that of the helm that we compare with.
struct HelmVersion;

/// The fields, with their names in Go and in JSON.
const HELM_VERSION: [(&str, &str, &str); 5] = [
    ("Version", "version", "v4.3.1"),
    ("GitCommit", "git_commit", ""),
    ("GitTreeState", "git_tree_state", "clean"),
    ("GoVersion", "go_version", "go1.26.8"),
    ("KubeClientVersion", "kube_client_version", "v1.37"),
];

impl Object for HelmVersion {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let field = |(name, _, text)| (name, Value::from(text));
        HELM_VERSION.map(field).into()
    }

    fn json_fields(&self) -> Vec<(&'static str, Value)> {
        // All fields but the last are `omitempty`, and that one is never empty.
        let written = HELM_VERSION.iter().filter(|(_, _, text)| !text.is_empty());
        written
            .map(|(_, name, text)| (*name, Value::from(*text)))
            .collect()
    }
}

/// `.Capabilities`
#[derive(Clone)]
pub(super) struct Capabilities {
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
}

impl Capabilities {
    /// What Helm knows without a cluster, and what the user adds.
    pub(super) fn new(
        kube_version: &KubeVersion,
        more: &[String],
        serves: Option<Serves>,
    ) -> Capabilities {
        let versions = API_VERSIONS
            .iter()
            .copied()
            .map(Value::from)
            .chain(more.iter().map(|version| Value::string(version.as_str())));
        Capabilities {
            kube_version: Value::object(kube_version.clone()),
            api_versions: Value::object(VersionSet {
                list: List::typed(&VERSION_SET, versions.collect()),
                cluster: serves.map(|serves| (kube_version.clone(), serves)),
            }),
            helm_version: Value::object(HelmVersion),
        }
    }
}

impl Object for Capabilities {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("KubeVersion", self.kube_version.clone()),
            ("APIVersions", self.api_versions.clone()),
            ("HelmVersion", self.helm_version.clone()),
        ]
    }

    fn method(&self, name: &str) -> Option<Signature> {
        (name == "Copy").then(|| Signature::new(&[]))
    }

    fn call(&self, _: &str, _: Args) -> Result<Value, Error> {
        Ok(Value::object(self.clone()))
    }
}

/// What helm 4.3.1 knows without asking a cluster (Helm: allKnownVersions, from client-go's scheme).
const API_VERSIONS: &[&str] = &[
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "lifecycle.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// What a helm says that was built as releases are (Helm: Makefile, LDFLAGS), but for the commit.
    #[test]
    fn the_version_of_helm_is_that_of_a_release() {
        let template = "value: {{ toJson .Capabilities.HelmVersion }}\n";
        let files = [
            ("Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
            ("templates/a.yaml", template),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        let chart = crate::Chart::from_files(files.into()).expect("a chart");
        let options = crate::Options::default();
        let rendered = crate::render(&chart, &crate::Values::default(), &options).expect("renders");
        let texts: Vec<&str> = rendered.manifests.iter().map(|m| m.text.trim()).collect();
        assert_eq!(
            texts,
            [
                r#"value: {"version":"v4.3.1","git_tree_state":"clean","go_version":"go1.26.8","kube_client_version":"v1.37"}"#
            ]
        );
    }

    /// Recorded from `helm template --kube-version`.
    #[test]
    fn kube_versions_are_read_as_kubernetes_does() {
        type Parts<'a> = (&'a str, &'a str, &'a str, &'a str);
        let cases: &[(&str, Result<Parts<'_>, &str>)] = &[
            ("v1.34.0", Ok(("v1.34.0", "v1.34.0", "1", "34"))),
            ("1.34", Ok(("v1.34", "v1.34", "1", "34"))),
            (
                "v1.33.4-gke.1245000",
                Ok(("v1.33.4-gke.1245000", "v1.33.4", "1", "33")),
            ),
            ("1.30+", Ok(("v1.30+", "v1.30", "1", "30"))),
            ("1.2.x", Ok(("v1.2.x", "v1.2", "1", "2"))),
            ("1", Err("illegal version string \"1\"")),
            ("1..2", Err("illegal version string \"1..2\"")),
            ("x", Err("could not parse \"x\" as version")),
            (
                "01.2",
                Err("illegal zero-prefixed version component \"01\" in \"01.2\""),
            ),
        ];
        for (text, expected) in cases {
            let read = text.parse::<KubeVersion>();
            let read = read.as_ref().map(|v| {
                (
                    v.version.as_str(),
                    v.normalized.as_str(),
                    v.major.as_str(),
                    v.minor.as_str(),
                )
            });
            assert_eq!(read.map_err(|e| e.0.as_str()), *expected, "{text}");
        }
    }
}
