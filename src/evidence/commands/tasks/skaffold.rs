//! skaffold: releases of helm, and what profiles make of them.
//!
//! <https://skaffold.dev/docs/references/yaml/>

use envlint_yaml::Node;

use super::{Asked, Task, texts};
use crate::evidence::nodes::{at, items, text};
use crate::masking::{ObjectName, text as said_text};

/// Where releases stand: what is deployed, and what is rendered.
const PLACES: [[&str; 3]; 2] = [
    ["deploy", "helm", "releases"],
    ["manifests", "helm", "releases"],
];

/// Adds the releases of a file, and those of its profiles.
pub(super) fn add(root: &Node, found: &mut Vec<Task>) {
    for place in PLACES {
        let releases = items(root, &place);
        for release in releases {
            found.extend(asked(release).map(|asked| task(release, &asked, None)));
        }
        for profile in items(root, &["profiles"]) {
            let name = text(profile, &["name"]);
            for release in items(profile, &place) {
                found.extend(asked(release).map(|asked| task(release, &asked, name)));
            }
            let prefix = format!("/{}/", place.join("/"));
            for (index, release) in releases.iter().enumerate() {
                let patched = asked(release)
                    .and_then(|asked| patched(asked, profile, &format!("{prefix}{index}/")));
                found.extend(patched.map(|asked| task(profile, &asked, name)));
            }
        }
    }
}

fn task(node: &Node, asked: &Asked, profile: Option<&str>) -> Task {
    let release = asked.release.as_deref().unwrap_or_default();
    let mut words = said_text!("the release `{}` of skaffold", ObjectName(release));
    if let Some(profile) = profile {
        words.push(said_text!(" in the profile `{}`", ObjectName(profile)));
    }
    Task {
        at: node.span().start,
        line: asked.line(),
        words: Some(words),
        target: profile.map(str::to_owned),
        ..Task::default()
    }
}

fn asked(release: &Node) -> Option<Asked> {
    let of = |key: &str| text(release, &[key]).map(str::to_owned);
    let mut asked = Asked {
        release: of("name"),
        chart: of("chartPath").or_else(|| of("remoteChart"))?,
        namespace: of("namespace"),
        version: of("version"),
        files: at(release, &["valuesFiles"]).map(texts).unwrap_or_default(),
        ..Asked::default()
    };
    for key in ["setValues", "setValueTemplates", "setFiles", "overrides"] {
        if let Some(values) = at(release, &[key]) {
            asked.add_inline(values);
        }
    }
    // `image.tag: …` is one key there, and a path.
    for name in &mut asked.given {
        *name = name.replace("\\.", ".");
    }
    Some(asked)
}

/// A release with the values files that the patches of a profile give it; none where they give it none.
fn patched(mut asked: Asked, profile: &Node, prefix: &str) -> Option<Asked> {
    let mut is_patched = false;
    for patch in items(profile, &["patches"]) {
        let path = text(patch, &["path"]).unwrap_or_default();
        let Some(key) = path.strip_prefix(prefix) else {
            continue;
        };
        let values = at(patch, &["value"]).map(texts).unwrap_or_default();
        match key.split_once('/').unwrap_or((key, "")) {
            ("valuesFiles", "") => asked.files = values,
            ("valuesFiles", "-") => asked.files.extend(values),
            ("valuesFiles", index) => {
                let known = index
                    .parse()
                    .ok()
                    .and_then(|index: usize| asked.files.get_mut(index));
                if let (Some(known), Some(value)) = (known, values.into_iter().next()) {
                    *known = value;
                }
            }
            ("namespace", "") => asked.namespace = values.into_iter().next(),
            ("name", "") => asked.release = values.into_iter().next(),
            _ => continue,
        }
        is_patched = true;
    }
    is_patched.then_some(asked)
}
