//! Texts of which parts are not known: `values-$ENV.yaml`. Files that are there say what the parts may be.

use std::collections::BTreeMap;

use regex::Regex;

use super::claim::{Chart, Claim, Claims, Unread};
use super::files::Files;
use super::tells::Names;
use crate::masking::{ObjectName, text};

/// What stands before and behind the name of a part that is not known: no file has these characters in its name.
pub(super) const OPEN: char = '\u{E000}';
pub(super) const CLOSE: char = '\u{E001}';

/// What the parts are.
pub(super) type Bindings = BTreeMap<String, String>;

/// The most files that one text with holes may stand for.
const MOST: usize = 2000;

/// A part that is not known, by name.
pub(super) fn hole(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

/// Whether parts of a text are not known.
pub(super) fn has_holes(text: &str) -> bool {
    text.contains(OPEN)
}

/// A text with what is known by now.
pub(super) fn fill(text: &str, bindings: &Bindings) -> String {
    if !has_holes(text) {
        return text.to_owned();
    }
    bindings
        .iter()
        .fold(text.to_owned(), |text, (name, value)| {
            text.replace(&hole(name), value)
        })
}

/// A text as a person reads it: `values-{ENV}.yaml`.
pub(super) fn shown(text: &str) -> String {
    text.replace(OPEN, "{").replace(CLOSE, "}")
}

/// A text as a pattern of paths: a part that is not known may be anything within a name.
pub(super) fn any(text: &str) -> String {
    let pieces = text.split(OPEN).enumerate();
    let pieces = pieces.map(|(index, piece)| match (index, piece.split_once(CLOSE)) {
        (0, _) | (_, None) => piece.to_owned(),
        (_, Some((_, behind))) => format!("*{behind}"),
    });
    pieces.collect()
}

/// The characters of a text that are known.
pub(super) fn fixed_parts(text: &str) -> impl Iterator<Item = char> {
    let parts = text.split(OPEN).enumerate();
    parts.flat_map(|(index, part)| {
        let behind = match index {
            0 => part,
            _ => part.split_once(CLOSE).map_or("", |(_, behind)| behind),
        };
        behind.chars()
    })
}

/// The names of the parts that are not known, each once.
fn names_in(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for rest in text.split(OPEN).skip(1) {
        let name = rest.split(CLOSE).next().unwrap_or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What the parts of a path may be, by the files that are there. Where a part is an environment in any of them, it is one in
/// all of them: `values-$ENV.yaml` does not stand for `values-secrets.yaml`.
pub(super) fn bindings(path: &str, files: &Files<'_>, names: &Names) -> Vec<Bindings> {
    let holes = names_in(path);
    let mut form = String::from("^");
    for (index, piece) in path.split(OPEN).enumerate() {
        let (name, rest) = match index {
            0 => (None, piece),
            _ => piece
                .split_once(CLOSE)
                .map_or((None, piece), |(name, rest)| (Some(name), rest)),
        };
        if let Some(at) = name.and_then(|name| holes.iter().position(|hole| *hole == name)) {
            let group = format!("(?P<h{at}>");
            let is_new = !form.contains(&group);
            form += if is_new { &group } else { "(?:" };
            form += "[^/]+?)";
        }
        form += &regex::escape(rest);
    }
    let Ok(form) = Regex::new(&(form + "$")) else {
        return Vec::new();
    };
    let fixed = path.split(OPEN).next().unwrap_or_default();
    let mut found: Vec<Bindings> = Vec::new();
    for file in files
        .below(fixed)
        .iter()
        .filter(|file| is_usable(file, path))
    {
        let Some(captures) = form.captures(file) else {
            continue;
        };
        let bound: Bindings = holes
            .iter()
            .enumerate()
            .filter_map(|(at, name)| {
                let value = captures.name(&format!("h{at}"))?;
                Some(((*name).to_owned(), value.as_str().to_owned()))
            })
            .collect();
        // A part that stands twice is the same both times.
        if fill(path, &bound) == *file && found.len() < MOST {
            found.push(bound);
        }
    }
    for name in holes {
        let tells = |bound: &Bindings| {
            let value = bound.get(name)?;
            Some(names.of_part(value)? == *value)
        };
        // A namespace may be one of several in an environment: `$NAMESPACE` is `a1-dev`, and `c6-dev` next to it.
        let is_namespace = name.to_ascii_lowercase().contains("namespace");
        if found.iter().any(|bound| tells(bound) == Some(true)) {
            found.retain(|bound| tells(bound).is_some_and(|whole| whole || is_namespace));
        }
    }
    found
}

/// Whether a file may be values, or the definition of a chart: no script and no data that lies next to it. The definition
/// counts only where the text names it: `deploy/$FILE` stands for no `deploy/Chart.yaml`.
fn is_usable(path: &str, asked: &str) -> bool {
    // Files of variables that a script reads.
    if [".env", ".sh", ".mk"]
        .iter()
        .any(|end| asked.ends_with(end))
    {
        return true;
    }
    let ends = [".yaml", ".yml", ".yaml.gotmpl", ".yml.gotmpl"];
    let of_chart = |path: &str| path.ends_with("Chart.yaml") || path.ends_with("Chart.yml");
    ends.iter().any(|end| path.ends_with(end)) && (!of_chart(path) || of_chart(asked))
}

/// The deployments that one place says of several files, one for each of what its unknown parts may be. Where several of
/// them are one deployment by app, environment and namespace, which of their files it has is not known: it is said, with
/// the files, and the others are kept.
pub(super) fn told_apart(claims: Vec<Claim>, said: &mut Claims) {
    type Key = (
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
    );
    let key = |claim: &Claim| -> Key {
        let chart = match &claim.chart {
            Some(Chart::Local(chart) | Chart::Remote(chart)) => Some(chart.clone()),
            None => None,
        };
        let name = claim.names.first().cloned();
        (
            name,
            claim.environment.clone(),
            claim.namespace.clone(),
            chart,
        )
    };
    let mut groups: BTreeMap<Key, Vec<Claim>> = BTreeMap::new();
    for claim in claims {
        groups.entry(key(&claim)).or_default().push(claim);
    }
    for ((name, ..), group) in groups {
        let [first, _, ..] = group.as_slice() else {
            said.claims.extend(group);
            continue;
        };
        let evidence = first.evidence.clone();
        let reason = text!(
            "which of {} files is deployed as `{}` is not known",
            group.len(),
            ObjectName(name.unwrap_or_default())
        );
        let layers: Vec<&str> = group
            .iter()
            .flat_map(|claim| &claim.layers)
            .filter(|layer| layer.part.is_none())
            .map(|layer| layer.path.as_str())
            .collect();
        for layer in layers {
            said.named
                .entry(layer.to_owned())
                .or_insert_with(|| evidence.clone());
        }
        said.unread.push(Unread::of(&evidence, reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_say_what_is_not_known() {
        let paths = [
            "shop/values-dev.yaml",
            "shop/values-prod.yaml",
            "shop/values-deploy.sh",
            "shop/values-package.json",
            "shop/values-secrets.yaml",
            "web/values-dev.yaml",
        ];
        let root = std::env::temp_dir();
        let files = Files::new(&root, paths.into_iter());
        let (app, env) = (hole("APP"), hole("ENV"));
        let seen = |path: &str| -> Vec<String> {
            let found = bindings(path, &files, &Names::default());
            found.iter().map(|bound| fill(path, bound)).collect()
        };
        assert_eq!(
            seen(&format!("shop/values-{env}.yaml")),
            ["shop/values-dev.yaml", "shop/values-prod.yaml"]
        );
        assert_eq!(
            seen(&format!("{app}/values-{env}.yaml")),
            [
                "shop/values-dev.yaml",
                "shop/values-prod.yaml",
                "web/values-dev.yaml"
            ]
        );
        assert_eq!(
            seen(&format!("{app}/values-{app}.yaml")),
            Vec::<String>::new()
        );
        assert_eq!(shown(&format!("a-{env}")), "a-{ENV}");
    }
}
