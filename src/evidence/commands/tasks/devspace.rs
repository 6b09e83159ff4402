//! DevSpace: deployments of charts, what profiles make of them, and what variables are unless somebody says otherwise.
//!
//! <https://www.devspace.sh/docs/configuration/deployments/helm>, <https://www.devspace.sh/docs/configuration/profiles/>,
//! <https://www.devspace.sh/docs/configuration/variables>

use envlint_yaml::{Mapping, Node};

use super::tools::{of_repository, owned, task};
use super::{Asked, Task, texts};
use crate::evidence::nodes::{at, items, text};
use crate::masking::{ObjectName, text as said_text};
use crate::naming::{environment_name, is_local};

/// Adds the deployments of a file. `deployments:` is a map by name; before version 2 it was a list.
pub(super) fn add(root: &Node, found: &mut Vec<Task>) {
    let map = at(root, &["deployments"]).and_then(Node::as_mapping);
    let named = map.into_iter().flat_map(Mapping::iter);
    let named = named.map(|(name, node)| (Some(name.text().to_owned()), node));
    let listed = items(root, &["deployments"]).iter();
    let listed = listed.map(|node| (owned(node, &["name"]), node));
    let profiles: Vec<(&str, &Node)> = items(root, &["profiles"])
        .iter()
        .filter_map(|profile| Some((text(profile, &["name"])?, profile)))
        .filter(|(name, _)| tells(name))
        .collect();
    for (name, node) in named.chain(listed) {
        let Some(asked) = asked(name.as_deref(), node) else {
            continue;
        };
        let usual = usual(root, &asked);
        let is_open = usual.is_some() || asked.files.iter().any(|file| file.contains("${"));
        // Who deploys without a profile gets no environment by it, where each of them has one.
        if is_open || profiles.len() < 2 {
            found.push(task(node, &asked, "DevSpace"));
        }
        if let Some((name, value)) = usual {
            found.push(of_environment(node, &asked.with(name, value), value));
        }
        for (profile, patches) in profiles.iter().filter(|_| !is_open) {
            let asked = patched(asked.clone(), name.as_deref(), patches);
            let mut task = of_environment(node, &asked, profile);
            if let Some(words) = &mut task.words {
                words.push(said_text!(" in the profile `{}`", ObjectName(profile)));
            }
            found.push(task);
        }
    }
}

/// Whether a name is one of an environment, be it on somebody's own machine.
fn tells(name: &str) -> bool {
    is_local(name) || environment_name(name).is_some()
}

fn of_environment(node: &Node, asked: &Asked, environment: &str) -> Task {
    Task {
        environment: Some(environment.to_owned()),
        is_named: true,
        ..task(node, asked, "DevSpace")
    }
}

fn asked(name: Option<&str>, node: &Node) -> Option<Asked> {
    let helm = at(node, &["helm"])?;
    let chart = owned(helm, &["chart", "name"]).or_else(|| owned(helm, &["chart", "path"]))?;
    let mut asked = Asked {
        release: owned(helm, &["releaseName"]).or_else(|| name.map(str::to_owned)),
        chart: of_repository(owned(helm, &["chart", "repo"]), chart),
        namespace: owned(node, &["namespace"]),
        version: owned(helm, &["chart", "version"]),
        files: at(helm, &["valuesFiles"]).map(texts).unwrap_or_default(),
        ..Asked::default()
    };
    if let Some(values) = at(helm, &["values"]) {
        asked.add_map(values, true);
    }
    Some(asked)
}

/// The variable in the names of the files whose default tells an environment, with that.
fn usual<'n>(root: &'n Node, asked: &Asked) -> Option<(&'n str, &'n str)> {
    let variables = at(root, &["vars"])?.as_mapping()?;
    let named = variables.iter().filter_map(|(name, node)| {
        let value = text(node, &["default"])?;
        Some((name.text(), value))
    });
    named.filter(|(_, value)| tells(value)).find(|(name, _)| {
        let sign = format!("${{{name}}}");
        asked.files.iter().any(|file| file.contains(&sign))
    })
}

/// A deployment with the files that the patches of a profile give it; what they change in its values is given.
fn patched(mut asked: Asked, name: Option<&str>, profile: &Node) -> Asked {
    let home = format!("deployments.{}.helm.", name.unwrap_or_default());
    for patch in items(profile, &["patches"]) {
        let path = text(patch, &["path"]).unwrap_or_default();
        let path = path.trim_start_matches('/').replace('/', ".");
        let Some(inside) = path.strip_prefix(&home) else {
            continue;
        };
        if let Some(value) = inside.strip_prefix("values.") {
            let value = value.split('[').next().unwrap_or(value);
            asked.given.push(value.to_owned());
        } else if inside.starts_with("valuesFiles") {
            let files = at(patch, &["value"]).map(texts).unwrap_or_default();
            match text(patch, &["op"]) {
                Some("add") => asked.files.extend(files),
                _ => asked.files = files,
            }
        }
    }
    asked
}

impl Asked {
    /// With what a variable in the names of its files stands for.
    fn with(&self, name: &str, value: &str) -> Asked {
        let sign = format!("${{{name}}}");
        let files = self.files.iter();
        Asked {
            files: files.map(|file| file.replace(&sign, value)).collect(),
            ..self.clone()
        }
    }
}
