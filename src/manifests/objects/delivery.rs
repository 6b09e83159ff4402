//! What Argo CD may deploy where: the projects of a workspace, and the Applications that belong to them.

use std::collections::BTreeSet;

use envlint_yaml::{Node, Span};

use crate::source::comparable_address;

/// The Applications and the projects that a workspace keeps as plain YAML, as far as nothing changes them.
#[derive(Debug, Default)]
pub struct Delivery {
    /// The projects.
    pub projects: Vec<Project>,
    /// The Applications.
    pub applications: Vec<Application>,
    /// Projects that a repository or a cluster adds itself to: the Secret with its address names the project.
    pub joined: BTreeSet<String>,
    /// Whether Argo CD adds what some projects allow to others.
    pub has_global_projects: bool,
}

/// A text of a manifest, and where it stands there.
#[derive(Debug)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// An AppProject.
#[derive(Debug)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// The patterns of the addresses that it allows, and of the namespaces.
    sources: Option<Allowed>,
    destinations: Option<Allowed>,
}

/// A list of patterns of a project.
#[derive(Debug)]
pub struct Allowed {
    patterns: Vec<String>,
    /// Where the list is written.
    pub span: Span,
}

/// An Application.
#[derive(Debug)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// The project that it belongs to.
    pub project: String,
    /// The addresses that it is deployed from.
    pub sources: Vec<Written>,
    /// The namespace that it is deployed to.
    pub namespace: Option<Written>,
}

impl Delivery {
    /// What an object says.
    pub(super) fn add(&mut self, object: &Node, file: &str) {
        let is_of = |kind| text(object, &["kind"]) == Some(kind);
        if is_of("Secret") {
            let project = text(object, &["stringData", "project"]);
            self.joined.extend(project.map(str::to_owned));
        } else if is_of("ConfigMap") {
            self.has_global_projects |= at(object, &["data", "globalProjects"]).is_some();
        }
        let version = text(object, &["apiVersion"]).unwrap_or_default();
        if !version.starts_with("argoproj.io/") {
            return;
        }
        let name = text(object, &["metadata", "name"]).unwrap_or_default();
        if is_of("AppProject") {
            self.projects.push(Project {
                name: name.to_owned(),
                file: file.to_owned(),
                sources: Allowed::of(object, "sourceRepos", |node| node.as_str()),
                destinations: Allowed::of(object, "destinations", |node| {
                    text(node, &["namespace"])
                }),
            });
        } else if is_of("Application") {
            // Argo CD: pkg/apis/application/v1alpha1/types.go, `GetSources`: where there are several, the single one is not read.
            let several = items(object, &["spec", "sources"]);
            let single = at(object, &["spec", "source"]).filter(|_| several.is_empty());
            let sources = single.into_iter().chain(several);
            let written = |node: &Node, keys: &[&str]| {
                let node = at(node, keys)?;
                let text = node.as_str().filter(|text| is_whole(text))?.to_owned();
                let span = node.span();
                Some(Written { text, span })
            };
            let project = text(object, &["spec", "project"]).unwrap_or("default");
            self.applications.push(Application {
                name: name.to_owned(),
                file: file.to_owned(),
                project: project.to_owned(),
                sources: sources
                    .filter_map(|node| written(node, &["repoURL"]))
                    .collect(),
                namespace: written(object, &["spec", "destination", "namespace"]),
            });
        }
    }

    /// With what another file says.
    pub(super) fn and(mut self, other: Delivery) -> Delivery {
        self.projects.extend(other.projects);
        self.applications.extend(other.applications);
        self.joined.extend(other.joined);
        self.has_global_projects |= other.has_global_projects;
        self
    }
}

impl Project {
    /// The list of addresses, where it surely does not allow one.
    /// Argo CD: pkg/apis/application/v1alpha1/types.go, `IsSourcePermitted`
    pub fn refuses_source(&self, address: &str) -> Option<&Allowed> {
        let address = comparable_address(address);
        let allows = |pattern: &String| takes(&comparable_address(pattern), &address);
        self.sources
            .as_ref()
            .filter(|allowed| !allowed.patterns.iter().any(allows))
    }

    /// The list of destinations, where it surely does not allow a namespace in any cluster.
    /// Argo CD: pkg/apis/application/v1alpha1/app_project_types.go, `IsDestinationPermitted`
    pub fn refuses_namespace(&self, namespace: &str) -> Option<&Allowed> {
        let allows = |pattern: &String| takes(pattern, namespace);
        self.destinations
            .as_ref()
            .filter(|allowed| !allowed.patterns.iter().any(allows))
    }
}

impl Allowed {
    /// The patterns of a list of a project; none where something fills them in. What it forbids besides is not looked at.
    fn of(object: &Node, key: &str, pattern: fn(&Node) -> Option<&str>) -> Option<Allowed> {
        let list = at(object, &["spec", key])?;
        let patterns = list.as_sequence()?.iter().map(pattern);
        let patterns: Option<Vec<&str>> = patterns.collect();
        let patterns = patterns?.into_iter();
        let patterns = patterns.filter(|pattern| !pattern.starts_with('!'));
        let patterns: Vec<String> = patterns.map(str::to_owned).collect();
        let is_known = patterns.iter().all(|pattern| is_whole(pattern));
        is_known.then(|| Allowed {
            patterns,
            span: list.span(),
        })
    }
}

/// Whether nothing fills in a part of a text.
fn is_whole(text: &str) -> bool {
    !["${", "{{", "<"].iter().any(|sign| text.contains(sign))
}

/// Whether a pattern takes a text: `*` is any part of it, and so are the signs whose meaning is wider here than there.
fn takes(pattern: &str, text: &str) -> bool {
    if pattern.contains(['?', '[', '{']) {
        return true;
    }
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in between {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn at<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n Node> {
    keys.iter()
        .try_fold(node, |node, key| node.as_mapping()?.get(key))
}

fn text<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    at(node, keys)?.as_str()
}

fn items<'n>(node: &'n Node, keys: &[&str]) -> &'n [Node] {
    at(node, keys)
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn patterns_take_what_they_may_take() {
        for (pattern, text, expected) in [
            ("*", "shop", true),
            ("shop-*", "shop-prod", true),
            ("shop-*", "shop", false),
            ("shop", "shop-prod", false),
            ("*-prod", "shop-prod", true),
            ("shop-*-prod", "shop-eu-prod", true),
            ("shop-*-prod", "shop-prod", false),
            ("shop-[ab]", "web", true),
            ("", "shop", false),
        ] {
            assert_eq!(takes(pattern, text), expected, "{pattern} {text}");
        }
    }
}
