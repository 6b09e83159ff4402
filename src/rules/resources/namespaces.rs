//! The namespaces of environments, what they allow, and what is in them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use envlint_yaml::{Node, Path, Span, Value};

use crate::manifests::{Bounds, Brought, BroughtObject, Defaults, Quota};
use crate::masking::{ObjectName, Text, text};
use crate::rules::WorkspaceContext;
use crate::source::{Location, Source, may_limit};

/// A namespace of an environment.
pub(super) struct Namespace<'c> {
    pub(super) environment: &'c Arc<str>,
    pub(super) name: &'c str,
    pub(super) quotas: Vec<InForce<'c>>,
    /// What its LimitRanges give to containers.
    pub(super) defaults: Defaults,
    /// What its LimitRanges allow to containers.
    pub(super) ranges: Vec<Range<'c>>,
    /// What apps bring to it.
    pub(super) objects: Vec<(&'c Brought, &'c BroughtObject)>,
    /// Whether all that its apps bring is known.
    pub(super) is_whole: bool,
}

/// A ResourceQuota of a namespace.
pub(super) struct InForce<'c> {
    pub(super) quota: &'c Quota,
    name: &'c str,
    from: Origin<'c>,
}

/// A LimitRange of a namespace.
pub(super) struct Range<'c> {
    pub(super) bounds: &'c Bounds,
    name: &'c str,
    from: Origin<'c>,
}

#[derive(Clone, Copy)]
enum Origin<'c> {
    App(&'c Brought, &'c BroughtObject),
    File(&'c Limits),
}

/// A ResourceQuota or a LimitRange that the workspace keeps as plain YAML.
pub(super) struct Limits {
    source: Arc<Source>,
    document: usize,
    name: String,
    namespace: String,
    quota: Option<Quota>,
    defaults: Defaults,
    bounds: Option<Bounds>,
}

impl Limits {
    /// Those of the workspace that name their namespace.
    pub(super) fn of(cx: &WorkspaceContext<'_>) -> Vec<Limits> {
        let is_about = |source: &&Arc<Source>| {
            let text = source.text();
            may_limit(text) && !text.contains("{{")
        };
        let mut found = Vec::new();
        for source in cx.heard.iter().filter(is_about) {
            for (document, node) in source.document.documents().iter().enumerate() {
                found.extend(Limits::read(source, document, node));
            }
        }
        found
    }

    fn read(source: &Arc<Source>, document: usize, node: &Node) -> Option<Limits> {
        let object = node.to_value();
        let text = |keys: &[&str]| {
            let found = keys.iter().try_fold(&object, |value, key| value.get(key));
            found.and_then(Value::as_str).map(str::to_owned)
        };
        let kind = text(&["kind"]).filter(|_| text(&["apiVersion"]).as_deref() == Some("v1"))?;
        let spec = object.get("spec");
        let limits = Limits {
            source: Arc::clone(source),
            document,
            name: text(&["metadata", "name"])?,
            namespace: text(&["metadata", "namespace"])?,
            quota: Quota::of(spec).filter(|_| kind == "ResourceQuota"),
            defaults: match kind.as_str() {
                "LimitRange" => Defaults::of(spec),
                _ => Defaults::default(),
            },
            bounds: Bounds::of(spec).filter(|_| kind == "LimitRange"),
        };
        matches!(kind.as_str(), "ResourceQuota" | "LimitRange").then_some(limits)
    }

    /// The line that allows something by this name, else the object's own.
    fn place(&self, name: &str) -> Location {
        let root = self.source.document.documents().get(self.document);
        let at = |keys: &[&str]| {
            let (last, above) = keys.split_last()?;
            let mut node = root?;
            for key in above {
                node = node.as_mapping()?.get(key)?;
            }
            Some(node.as_mapping()?.entry(last)?.0.span())
        };
        let short = name.strip_prefix("requests.").unwrap_or(name);
        let span = at(&["spec", "hard", name])
            .or_else(|| at(&["spec", "hard", short]))
            .or_else(|| at(&["kind"]));
        Location::new(&self.source, span.unwrap_or(Span::new(0, 0)))
    }
}

impl InForce<'_> {
    /// Where it allows something by this name.
    pub(super) fn place(&self, cx: &WorkspaceContext<'_>, name: &str) -> Option<Location> {
        match self.from {
            Origin::App(brought, object) => {
                let path = Path::root().key("spec").key("hard").key(name);
                cx.place_of(brought, object, Some(&path))
            }
            Origin::File(limits) => Some(limits.place(name)),
        }
    }

    /// Whether an app brings it: whoever applies a file, and to which cluster, nobody knows.
    pub(super) fn is_deployed(&self) -> bool {
        matches!(self.from, Origin::App(..))
    }

    /// What a message calls it.
    pub(super) fn called(&self) -> Text {
        text!("ResourceQuota `{}`", ObjectName(self.name))
    }
}

impl Range<'_> {
    /// Where it stands.
    pub(super) fn place(&self, cx: &WorkspaceContext<'_>) -> Option<Location> {
        match self.from {
            Origin::App(brought, object) => {
                let path = Path::root().key("spec").key("limits");
                cx.place_of(brought, object, Some(&path))
            }
            Origin::File(limits) => Some(limits.place("limits")),
        }
    }

    /// Whether an app brings it.
    pub(super) fn is_deployed(&self) -> bool {
        matches!(self.from, Origin::App(..))
    }

    /// What a message calls it.
    pub(super) fn called(&self) -> Text {
        text!("LimitRange `{}`", ObjectName(self.name))
    }
}

impl<'c> Namespace<'c> {
    /// The namespaces that apps bring objects to, those with the same name in several environments apart.
    pub(super) fn all(cx: &WorkspaceContext<'c>, limits: &'c [Limits]) -> Vec<Namespace<'c>> {
        let mut found: BTreeMap<Key<'c>, Namespace<'c>> = BTreeMap::new();
        for brought in cx.brought {
            let Some(objects) = &brought.objects else {
                at(&mut found, brought, &brought.namespace).is_whole = false;
                continue;
            };
            for object in objects {
                let name = brought.namespace_of(object);
                let namespace = match object.namespace {
                    Some(_) => named(&mut found, brought, name),
                    None => at(&mut found, brought, name),
                };
                namespace.objects.push((brought, object));
                if let Some(defaults) = &object.defaults {
                    namespace.defaults.add(defaults);
                }
                if let Some(bounds) = &object.bounds {
                    namespace.ranges.push(Range {
                        bounds,
                        name: &object.name,
                        from: Origin::App(brought, object),
                    });
                }
                if let Some(quota) = &object.quota {
                    namespace.quotas.push(InForce {
                        quota,
                        name: &object.name,
                        from: Origin::App(brought, object),
                    });
                }
            }
        }
        let mut environments: HashMap<&str, usize> = HashMap::new();
        for (_, name, _) in found.keys() {
            *environments.entry(name).or_default() += 1;
        }
        for limits in limits {
            // Where several environments have the namespace, nobody knows whose cluster it is in.
            if environments.get(&*limits.namespace) != Some(&1) {
                continue;
            }
            for namespace in found.values_mut() {
                if namespace.name == limits.namespace {
                    namespace.take(limits);
                }
            }
        }
        found.into_values().collect()
    }

    fn take(&mut self, limits: &'c Limits) {
        self.defaults.add(&limits.defaults);
        self.ranges
            .extend(limits.bounds.as_ref().map(|bounds| Range {
                bounds,
                name: &limits.name,
                from: Origin::File(limits),
            }));
        self.quotas
            .extend(limits.quota.as_ref().map(|quota| InForce {
                quota,
                name: &limits.name,
                from: Origin::File(limits),
            }));
    }

    /// Whether two apps bring one object: then they are not deployed to one cluster, or one of them is not deployed.
    pub(super) fn is_ambiguous(&self) -> bool {
        let mut known = HashMap::new();
        let mut objects = self.objects.iter();
        objects.any(|(brought, object)| {
            let key = (&object.group, &object.kind, &object.name);
            let first = *known.entry(key).or_insert(&brought.app);
            *first != brought.app
        })
    }
}

/// An environment, a namespace, and the app where nothing says that it is this namespace.
type Key<'c> = (&'c str, &'c str, &'c str);

/// The namespace that an app is deployed to.
fn at<'f, 'c>(
    found: &'f mut BTreeMap<Key<'c>, Namespace<'c>>,
    brought: &'c Brought,
    name: &'c str,
) -> &'f mut Namespace<'c> {
    match brought.is_placed {
        true => named(found, brought, name),
        false => of(found, (&brought.environment, name, &brought.app), brought),
    }
}

/// A namespace of this name.
fn named<'f, 'c>(
    found: &'f mut BTreeMap<Key<'c>, Namespace<'c>>,
    brought: &'c Brought,
    name: &'c str,
) -> &'f mut Namespace<'c> {
    of(found, (&brought.environment, name, ""), brought)
}

fn of<'f, 'c>(
    found: &'f mut BTreeMap<Key<'c>, Namespace<'c>>,
    key: Key<'c>,
    brought: &'c Brought,
) -> &'f mut Namespace<'c> {
    let new = || Namespace {
        environment: &brought.environment,
        name: key.1,
        quotas: Vec::new(),
        defaults: Defaults::default(),
        ranges: Vec::new(),
        objects: Vec::new(),
        is_whole: true,
    };
    found.entry(key).or_insert_with(new)
}
