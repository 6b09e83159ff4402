//! Objects of Kubernetes itself: whether the API server of a cluster takes them as they are, without dropping a field.
//!
//! What is compared is what kubectl compares before it sends an object
//! (<https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation>): the names of the fields, and the types
//! of their values.

mod bounds;
mod hosts;
mod refused;
mod table;
mod unknown;

use envlint_helm::KubeVersion;
use envlint_yaml::{Items, Kind as NodeKind, Mapping, Node, Path, Resolved, Segment};

use self::table::{Field, Form, Kind, TABLE};
use super::objects::{Violation, ViolationSort};
use crate::masking::{Name, ObjectName, Text, text};
use crate::source::{Confidence, nearest};

/// More violations of one object are not said.
const MOST: usize = 20;

/// The version of the cluster that objects are meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cluster {
    /// The minor version that the configuration gives.
    Known(u32),
    /// Nobody says which: what any known version takes is right.
    Unknown,
}

/// The names of the kinds that Kubernetes itself has.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    TABLE.all_kinds()
}

impl Cluster {
    /// The cluster of an environment.
    pub fn of(version: Option<&KubeVersion>) -> Cluster {
        let minor = version.and_then(|version| {
            let mut parts = version.normalized().trim_start_matches('v').split('.');
            let major = parts.next()?;
            parts.next()?.parse().ok().filter(|_| major == "1")
        });
        minor.map_or(Cluster::Unknown, Cluster::Known)
    }

    /// The minor version whose fields are compared: the nearest that is known.
    fn minor(self) -> u32 {
        let (first, last) = TABLE.minors;
        match self {
            Cluster::Known(minor) => minor.clamp(first, last),
            Cluster::Unknown => last,
        }
    }
}

/// The first and the last minor version whose objects are known.
pub fn known_minors() -> (u32, u32) {
    TABLE.minors
}

/// Whether objects of a kind may be ones that [`check`] knows something about.
pub fn is_known(kind: &str, api_version: &str) -> bool {
    !TABLE.kinds(kind).is_empty() || kind == "List" || TABLE.has_group(api_version)
}

/// Whether an API version is of one of Kubernetes' own groups.
pub fn is_own_group(api_version: &str) -> bool {
    TABLE.has_group(api_version)
}

/// Whether a cluster of a version serves one of Kubernetes' own API versions (`batch/v1`) or kinds of one
/// (`batch/v1/CronJob`), as Helm asks it; none for the groups of others.
/// Helm: pkg/action/action.go, `GetVersionSet`
pub fn serves(version: &KubeVersion, wanted: &str) -> Option<bool> {
    let minor = Cluster::of(Some(version)).minor();
    let is_version = |word: &str| {
        let rest = word.strip_prefix('v');
        rest.is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()))
    };
    let (api_version, kind) = match wanted.rsplit_once('/') {
        Some((above, last)) if !is_version(last) => (above, Some(last)),
        _ => (wanted, None),
    };
    if !TABLE.has_group(api_version) {
        return None;
    }
    let is_served = |kind: &str| {
        let mut versions = TABLE.kinds(kind).iter();
        versions.any(|known| known.api_version == api_version && known.of(minor).is_some())
    };
    Some(match kind {
        Some(kind) => is_served(kind),
        None => TABLE.kinds_of(api_version).any(is_served),
    })
}

/// What a cluster of that version finds wrong with an object. Objects of other groups are none of ours.
pub fn check(object: &Node, cluster: Cluster) -> Vec<Violation> {
    let mut check = Check {
        cluster,
        minor: cluster.minor(),
        found: Vec::new(),
    };
    check.object(object, &mut Path::root());
    check.found
}

struct Check {
    cluster: Cluster,
    minor: u32,
    found: Vec<Violation>,
}

impl Check {
    fn say(&mut self, path: &Path, sort: ViolationSort, message: Text, help: impl Into<Text>) {
        if self.found.len() < MOST {
            let violation = Violation::with((), message, sort).at(path.clone());
            self.found.push(violation.help(help.into()));
        }
    }

    /// What is only so where the cluster is new enough.
    fn lower_confidence(&mut self) {
        if let Some(last) = self.found.last_mut() {
            last.confidence = Confidence::Medium;
        }
    }

    fn object(&mut self, object: &Node, path: &mut Path) {
        let text = |key: &str| object.as_mapping().and_then(|map| map.get(key)?.as_str());
        let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
            return;
        };
        if (api_version, kind) == ("v1", "List") {
            self.list(object, path);
            return;
        }
        let versions = TABLE.kinds(kind);
        let Some(known) = versions
            .iter()
            .find(|known| known.api_version == api_version)
        else {
            self.unknown_version(api_version, kind, versions, path);
            return;
        };
        self.lifecycle(known, kind, versions, path);
        let of = match self.cluster {
            Cluster::Known(_) => known.of(self.minor),
            Cluster::Unknown => known.of(self.minor).or(known.of_any()),
        };
        if let (Some(of), Some(mapping)) = (of, object.as_mapping()) {
            self.fields(mapping, of, path);
            // The server comes to its own rules when the object has the form that they expect.
            let is_sound = |violation: &Violation| violation.own != ViolationSort::InvalidApi;
            if self.found.iter().all(is_sound) {
                self.refused(kind, object, path);
            }
        } else if let Some(mapping) = object.as_mapping() {
            self.pods_of_removed(mapping, known, versions, path);
        }
    }

    fn refused(&mut self, kind: &str, object: &Node, path: &Path) {
        for refusal in refused::check(kind, object) {
            let below = refusal.path.segments().iter().cloned();
            let place = path.segments().iter().cloned().chain(below).collect();
            self.say(
                &place,
                ViolationSort::InvalidApi,
                refusal.message,
                refusal.help,
            );
        }
    }

    /// `kind: List`: each item is an object of its own.
    fn list(&mut self, list: &Node, path: &mut Path) {
        let items = list.as_mapping().and_then(|map| map.get("items"));
        for (at, item) in items
            .and_then(Node::as_sequence)
            .into_iter()
            .flatten()
            .enumerate()
        {
            path.push(Segment::Key("items".to_owned()));
            path.push(Segment::Index(at));
            self.object(item, path);
            path.pop();
            path.pop();
        }
    }

    /// A group and version that does not have the kind, where Kubernetes has the group.
    fn unknown_version(&mut self, api_version: &str, kind: &str, versions: &[Kind], path: &Path) {
        let minor = self.minor;
        let served = || versions.iter().filter(|known| known.of(minor).is_some());
        if !TABLE.has_group(api_version) {
            return;
        }
        let here = path.key("kind");
        let message = text!(
            "`{}` has no kind `{}`, so the API server refuses the object",
            ObjectName(api_version),
            ObjectName(kind)
        );
        if served().next().is_some() {
            let known = served().map(|known| text!("`{}`", Name(known.api_version)));
            let help = text!("use {}", Text::join(known, " or "));
            self.say(
                &path.key("apiVersion"),
                ViolationSort::InvalidApi,
                message,
                help,
            );
            return;
        }
        // A group may have more kinds than Kubernetes itself: only what is surely meant counts.
        let near =
            nearest(kind, TABLE.kinds_of(api_version)).or_else(|| nearest(kind, TABLE.all_kinds()));
        if let Some(near) = near {
            let mut of = TABLE
                .kinds(near)
                .iter()
                .filter(|known| known.of(minor).is_some());
            let of = of.next().map_or(api_version, |known| known.api_version);
            let help = text!("did you mean `{}` of `{}`?", Name(near), Name(of));
            self.say(&here, ViolationSort::InvalidApi, message, help);
        }
    }

    /// Whether the version of the API is served, and will be.
    fn lifecycle(&mut self, known: &Kind, kind: &str, versions: &[Kind], path: &Path) {
        let path = path.key("apiVersion");
        let api_version = known.api_version;
        let successor = || self.successor(known, versions);
        let removed = known.removed.or_else(|| known.last().map(|last| last + 1));
        let removed = removed.filter(|removed| *removed <= TABLE.minors.1);
        let (is_removed, is_deprecated) = match self.cluster {
            Cluster::Known(minor) => (
                removed.is_some_and(|removed| removed <= minor),
                known
                    .deprecated
                    .is_some_and(|deprecated| deprecated <= minor),
            ),
            Cluster::Unknown => (removed.is_some(), false),
        };
        if is_removed {
            let message = text!(
                "Kubernetes serves `{}` of {} only before version 1.{}; later API servers refuse the object",
                Name(api_version),
                Name(kind),
                removed.unwrap_or_default()
            );
            let help = text!("{}{}", successor(), moved(kind, api_version));
            self.say(&path, ViolationSort::Removed, message, help);
            if self.cluster == Cluster::Unknown && known.last().is_some() {
                self.lower_confidence();
            }
        } else if is_deprecated && known.of(self.minor).is_some() {
            let until = match removed.or(known.removed) {
                Some(removed) => {
                    text!("; from version 1.{} on, the API server refuses it", removed)
                }
                None => Text::new(),
            };
            let message = text!(
                "`{}` of {} is deprecated since Kubernetes 1.{}{}",
                Name(api_version),
                Name(kind),
                known.deprecated.unwrap_or_default(),
                until
            );
            let help = successor();
            self.say(&path, ViolationSort::Deprecated, message, help);
        } else if let Cluster::Known(minor) = self.cluster
            && known.of(self.minor).is_none()
            && known.last().is_some()
        {
            let message = text!(
                "Kubernetes 1.{} does not serve `{}` of {} yet, so the API server refuses the object",
                minor,
                Name(api_version),
                Name(kind)
            );
            let help = successor();
            self.say(&path, ViolationSort::InvalidApi, message, help);
        }
    }

    /// What to use instead of a version.
    fn successor(&self, known: &Kind, versions: &[Kind]) -> Text {
        let is_served = |name: &&str| {
            let mut versions = versions.iter();
            versions.any(|other| other.api_version == *name && other.of(self.minor).is_some())
        };
        let mut newer = versions
            .iter()
            .filter(|other| other.of(self.minor).is_some() && other.deprecated.is_none());
        let named = known.successor.filter(is_served);
        match named.or_else(|| newer.next().map(|other| other.api_version)) {
            Some(successor) => text!("use `{}`", Name(successor)),
            None => "Kubernetes has no successor of it: remove the object".into(),
        }
    }

    fn fields(&mut self, mapping: &Mapping, of: &'static str, path: &mut Path) {
        let Some(fields) = TABLE.fields(of) else {
            return;
        };
        // The schema in a definition of custom resources is deep, and published ones are generated.
        if fields.is_empty() || of.ends_with(".JSONSchemaProps") {
            return;
        }
        let mut strangers: Vec<&str> = Vec::new();
        for (key, value) in mapping {
            let key = key.text();
            let known = fields.binary_search_by_key(&key, |field| field.name);
            let field = known.ok().and_then(|at| fields.get(at));
            match field.and_then(|field| self.form(field)) {
                Some((form, _)) => {
                    path.push(Segment::Key(key.to_owned()));
                    self.value(value, form, path);
                    path.pop();
                }
                None if field.is_some() => self.field_of_others(key, path),
                None => strangers.push(key),
            }
        }
        self.unknown_fields(&strangers, fields, path);
        for field in fields {
            // Kubernetes lists fewer and fewer fields as required that its API server never asked for, such as the
            // `serviceName` of a StatefulSet: the newest version is the most exact.
            let newest = field.form(TABLE.minors.1).or_else(|| self.form(field));
            let is_required = newest.is_some_and(|(_, required)| required);
            let value = mapping.get(field.name);
            if is_required && value.is_none_or(Node::is_null) {
                let message = match path.is_root() {
                    true => text!("`{}` is missing", Name(field.name)),
                    false => text!(
                        "`{}` is missing in `{}`",
                        Name(field.name),
                        ObjectName(&*path)
                    ),
                };
                let help = text!("add `{}`", Name(field.name));
                self.say(path, ViolationSort::InvalidApi, message, help);
            }
        }
    }

    /// What a field is in this cluster, and whether it must be there.
    fn form(&self, field: &'static Field) -> Option<(&'static Form, bool)> {
        field.form(self.minor).or_else(|| match self.cluster {
            Cluster::Known(_) => None,
            Cluster::Unknown => field.newest().map(|form| (form, false)),
        })
    }

    fn value(&mut self, value: &Node, form: &'static Form, path: &mut Path) {
        if self.found.len() >= MOST || value.is_null() || *form == Form::Any {
            return;
        }
        match (form, value.kind()) {
            (Form::Object(of), NodeKind::Mapping(mapping)) => self.fields(mapping, of, path),
            (Form::Map(None), NodeKind::Mapping(_)) => {}
            (Form::Map(Some(below)), NodeKind::Mapping(mapping)) => {
                for (key, value) in mapping {
                    path.push(Segment::Key(key.text().to_owned()));
                    self.value(value, below, path);
                    path.pop();
                }
            }
            (Form::List(below), NodeKind::Sequence(items)) => {
                for (step, item) in Items::of(items).iter() {
                    path.push(step.to_segment());
                    self.value(item, below, path);
                    path.pop();
                }
            }
            (form, NodeKind::Scalar(scalar)) if fits(form, &scalar.resolved()) => {}
            _ => {
                let message = text!(
                    "`{}` must be {}, but is {}, so the API server refuses the object",
                    ObjectName(&*path),
                    wanted(form, value),
                    found(value)
                );
                self.say(
                    path,
                    ViolationSort::InvalidApi,
                    message,
                    advice(form, value),
                );
            }
        }
    }
}

/// What else changes with the API version of a kind: the successor of an old one has other fields.
/// <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>
fn moved(kind: &str, api_version: &str) -> &'static str {
    match (kind, api_version) {
        ("Ingress", _) => {
            ", where a backend is `service: {name: …, port: {number: …}}`, `defaultBackend` is that of all, and each path has a `pathType`"
        }
        ("Deployment" | "DaemonSet" | "ReplicaSet", _) => ", where `spec.selector` must be set",
        ("HorizontalPodAutoscaler", "autoscaling/v2beta1") => {
            ", where each metric has its `target: {type: …}`"
        }
        _ => "",
    }
}

/// Whether the API server reads a single value as a field of that form.
fn fits(form: &Form, value: &Resolved<'_>) -> bool {
    // A whole number may be written as a float: what is sent is JSON, which has no other numbers.
    let is_whole = |bits: u32| match value {
        Resolved::Int(number) => bits > 32 || i32::try_from(*number).is_ok(),
        Resolved::UInt(_) => false,
        Resolved::Float(number) => number.fract() == 0.0,
        _ => false,
    };
    match form {
        Form::Text => matches!(value, Resolved::String(_)),
        Form::Bool => matches!(value, Resolved::Bool(_)),
        Form::Integer(bits) => is_whole(*bits),
        Form::IntegerOrText => matches!(value, Resolved::String(_)) || is_whole(32),
        Form::Number => matches!(
            value,
            Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_)
        ),
        Form::Quantity => !matches!(value, Resolved::Bool(_)),
        Form::Any => true,
        Form::Map(_) | Form::List(_) | Form::Object(_) => false,
    }
}

fn wanted(form: &Form, value: &Node) -> &'static str {
    let is_integer = || {
        let resolved = value.as_scalar().map(|scalar| scalar.resolved());
        matches!(resolved, Some(Resolved::Int(_) | Resolved::UInt(_)))
    };
    match form {
        Form::Text => "text",
        Form::Bool => "`true` or `false`",
        Form::Integer(32) if is_integer() => "a whole number of at most 32 bits",
        Form::Integer(_) => "a whole number",
        Form::Number => "a number",
        Form::Quantity => "a quantity",
        Form::IntegerOrText => "a whole number or text",
        Form::Map(_) | Form::Object(_) => "a map",
        Form::List(_) => "a list",
        Form::Any => "anything",
    }
}

fn found(value: &Node) -> &'static str {
    match value.kind() {
        NodeKind::Mapping(_) => "a map",
        NodeKind::Sequence(_) => "a list",
        NodeKind::Scalar(scalar) => match scalar.resolved() {
            Resolved::Null => "empty",
            Resolved::Bool(_) => "`true` or `false`",
            Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_) => "a number",
            Resolved::String(_) => "text",
        },
    }
}

fn advice(form: &Form, value: &Node) -> &'static str {
    let is_scalar = value.as_scalar().is_some();
    match form {
        Form::Text if is_scalar => {
            "quote it: in the template with `| quote`, or in the values where `toYaml` prints them"
        }
        Form::Bool | Form::Integer(_) | Form::Number if value.as_str().is_some() => {
            "write it without quotes, in the template and in the values"
        }
        Form::List(_) if is_scalar => "write it as a list: `[…]`",
        _ => "write it in that form, in the template or in the values",
    }
}
