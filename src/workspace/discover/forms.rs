//! Where a path tells an environment: in a folder's name, or in the file's.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::naming::{self, around_values, is_folder_of_environments, is_folder_of_place};

/// A path in which an environment's name was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// The path with `{env}` for the name, wherever it stands.
    pub pattern: String,
    /// The environment.
    pub name: String,
    /// Whether the name alone tells an environment, whatever lies beside it.
    pub sure: bool,
    /// How the path is made.
    pub form: Form,
    /// Whether the name is that of a stage with more beside it than a usual place: `integration-gpu`. It is one only among
    /// others in a folder of environments.
    pub is_odd: bool,
    /// The byte of the path where the name stands, the last time.
    pub at: usize,
}

/// How a path that tells an environment is made. Ordered: the surer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// The file's name says that it holds values.
    Values,
    /// The folder says that it holds environments: `environments/prod.yaml`, `envs/prod/shop.yaml`.
    Listed,
    /// Only the environment's name says anything: `deploy/prod.yaml`.
    Bare,
}

/// What a name says of an environment: where in it, whether surely, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// The bytes that are the environment's name.
    pub at: std::ops::Range<usize>,
    /// Whether the name alone tells an environment.
    pub sure: bool,
}

/// The bytes of a name that are an environment's, by the known names.
pub(super) fn read_known(name: &str) -> Option<Reading> {
    let told = naming::read(name)?;
    let is_whole = told.place.is_empty() || (told.has_usual_place() && !told.has_part());
    Some(Reading {
        // What stands beside the stage and is no place is the app's, or a part's: `shop-prod`, `secrets-prod`.
        at: if is_whole { 0..name.len() } else { told.at },
        sure: told.sure,
    })
}

/// The name and the ending of a YAML file.
pub(super) fn yaml_stem(path: &str) -> Option<(&str, &str)> {
    [".yaml", ".yml", ".yaml.gotmpl", ".yml.gotmpl"]
        .into_iter()
        .find_map(|end| Some((path.strip_suffix(end)?, end)))
}

/// Where an environment's name stands in a path: its bytes, and whether the name alone tells an environment.
type Place = (std::ops::Range<usize>, bool);

/// All ways in which a path tells an environment. `read` says which names are those of environments.
pub(super) fn slots(path: &str, read: &dyn Fn(&str) -> Option<Reading>) -> Vec<Slot> {
    let Some((stem, _)) = yaml_stem(path) else {
        return Vec::new();
    };
    let (directory, file) = stem.rsplit_once('/').unwrap_or(("", stem));
    let mut places: BTreeMap<Cow<'_, str>, Vec<Place>> = BTreeMap::new();
    let mut add = |name, at, sure| places.entry(name).or_default().push((at, sure));
    let mut odd: Vec<(String, std::ops::Range<usize>)> = Vec::new();
    let mut add_odd = |text: &str, start: usize, reading: &Reading| {
        let above = path.get(..start).unwrap_or_default().trim_end_matches('/');
        let folder = above.rsplit('/').next().unwrap_or_default();
        let is_part = naming::read(text).is_some_and(|told| told.has_part());
        if reading.at != (0..text.len())
            && folder != "values"
            && is_folder_of_environments(folder)
            && !is_part
        {
            odd.push((text.to_owned(), start..start + text.len()));
        }
    };
    let mut segments = segments(directory).peekable();
    while let Some((start, segment)) = segments.next() {
        let Some(reading) = read(segment) else {
            continue;
        };
        add_odd(segment, start, &reading);
        let name = segment.get(reading.at.clone()).unwrap_or_default();
        let next = segments.peek().filter(|(_, next)| {
            is_folder_of_place(next) && reading.at == (0..segment.len()) && read(next).is_none()
        });
        match next {
            // `prod/eu/values.yaml`
            Some((_, next)) => add(
                Cow::Owned(format!("{name}-{next}")),
                start..start + segment.len() + 1 + next.len(),
                reading.sure,
            ),
            None => add(
                Cow::Borrowed(name),
                start + reading.at.start..start + reading.at.end,
                reading.sure,
            ),
        }
    }
    let file_at = stem.len() - file.len();
    if let Some((at, text, reading)) = in_file(file, read) {
        let start = file_at + at;
        add_odd(text, start, &reading);
        let name = text.get(reading.at.clone()).unwrap_or_default();
        add(
            Cow::Borrowed(name),
            start + reading.at.start..start + reading.at.end,
            reading.sure,
        );
    }
    let slot = |name: &str, ranges: &[Place], is_odd| Slot {
        pattern: replaced(path, ranges),
        name: name.to_owned(),
        sure: ranges.iter().any(|(_, sure)| *sure),
        form: form(path, file, file_at, ranges),
        is_odd,
        at: ranges.last().map_or(0, |(range, _)| range.start),
    };
    // What a folder is called by itself may have the same word: `test-website/values-test.yaml`.
    let of_file = places.iter().filter_map(|(name, ranges)| {
        let ((last, sure), others) = ranges.split_last()?;
        let is_part = |range: &std::ops::Range<usize>| {
            let is_edge = |char: Option<char>| char.is_none_or(|char| char == '/');
            let before = path
                .get(..range.start)
                .and_then(|text| text.chars().next_back());
            let behind = path.get(range.end..).and_then(|text| text.chars().next());
            !(is_edge(before) && is_edge(behind))
        };
        let is_own = last.start >= file_at
            && !others.is_empty()
            && others
                .iter()
                .all(|(range, _)| range.end < file_at && is_part(range));
        is_own.then(|| slot(name, &[(last.clone(), *sure)], false))
    });
    let usual = places
        .iter()
        .map(|(name, ranges)| slot(name, ranges, false));
    let odd = odd
        .iter()
        .map(|(name, range)| slot(name, &[(range.clone(), false)], true));
    // Of two that say as much, the last one counts.
    of_file.chain(usual).chain(odd).collect()
}

fn segments(directory: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let parts = directory.split('/').map(move |part| {
        let start = at;
        at += part.len() + 1;
        (start, part)
    });
    parts.filter(|(_, part)| !part.is_empty())
}

/// Where a file's name tells an environment.
fn in_file<'f>(
    file: &'f str,
    read: &dyn Fn(&str) -> Option<Reading>,
) -> Option<(usize, &'f str, Reading)> {
    let Some((before, after)) = around_values(file) else {
        return Some((0, file, read(file)?));
    };
    let after_at = file.len() - after.len();
    let found = [(after_at, after), (0, before)];
    found
        .into_iter()
        .find_map(|(start, text)| Some((start, text, read(text)?)))
}

fn form(path: &str, file: &str, file_at: usize, ranges: &[Place]) -> Form {
    if around_values(file).is_some() {
        return Form::Values;
    }
    let is_listed = ranges.iter().any(|(range, _)| {
        let above = path.get(..range.start).unwrap_or_default();
        // A part of a file's name is listed, too: `values/shop-prod.yaml`.
        let above = if range.start >= file_at {
            path.get(..file_at).unwrap_or_default()
        } else {
            above
        };
        let folder = above
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        is_folder_of_environments(folder)
    });
    if is_listed { Form::Listed } else { Form::Bare }
}

fn replaced(path: &str, ranges: &[Place]) -> String {
    let mut pattern = String::with_capacity(path.len());
    let mut copied = 0;
    for (range, _) in ranges {
        pattern += path.get(copied..range.start).unwrap_or_default();
        pattern += "{env}";
        copied = range.end;
    }
    pattern + path.get(copied..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pattern and name of all slots of a path.
    fn seen(path: &str) -> Vec<(String, String)> {
        let slots = slots(path, &read_known);
        slots
            .into_iter()
            .map(|slot| (slot.pattern, slot.name))
            .collect()
    }

    #[test]
    fn paths_tell_environments() {
        for (path, pattern, name) in [
            ("values-prod.yaml", "values-{env}.yaml", "prod"),
            ("values_prod-eu.yml", "values_{env}.yml", "prod-eu"),
            ("helm/prod-values.yaml", "helm/{env}-values.yaml", "prod"),
            ("prod.values.yaml", "{env}.values.yaml", "prod"),
            ("shop-values-prod.yaml", "shop-values-{env}.yaml", "prod"),
            (
                "environments/prod/values.yaml",
                "environments/{env}/values.yaml",
                "prod",
            ),
            (
                "clusters/prod/shop/values.yaml",
                "clusters/{env}/shop/values.yaml",
                "prod",
            ),
            ("envs/stg/shop.yaml", "envs/{env}/shop.yaml", "stg"),
            ("prod/values-prod.yaml", "{env}/values-{env}.yaml", "prod"),
            (
                "prod/eu-west-1/values.yaml",
                "{env}/values.yaml",
                "prod-eu-west-1",
            ),
            ("shop-prod/values.yaml", "shop-{env}/values.yaml", "prod"),
            ("values/shop.prod.yaml", "values/shop.{env}.yaml", "prod"),
            ("secrets-prod.yaml", "secrets-{env}.yaml", "prod"),
            (
                "values-prod-secrets.yaml",
                "values-{env}-secrets.yaml",
                "prod",
            ),
            (".helm/values-prod.yaml", ".helm/values-{env}.yaml", "prod"),
        ] {
            assert_eq!(
                seen(path),
                [(pattern.to_owned(), name.to_owned())],
                "{path}"
            );
        }
        for path in [
            "values.yaml",
            "values-blue.yaml",
            "device/values.yaml",
            "prod.txt",
        ] {
            assert_eq!(seen(path), [], "{path}");
        }
        assert_eq!(seen("qa/values-prod.yaml").len(), 2);
        assert_eq!(
            seen("envs/integration-gpu-values.yaml"),
            [
                (
                    "envs/{env}-gpu-values.yaml".to_owned(),
                    "integration".to_owned()
                ),
                (
                    "envs/{env}-values.yaml".to_owned(),
                    "integration-gpu".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn the_form_says_how_sure_it_is() {
        for (path, form) in [
            ("deploy/values-prod.yaml", Form::Values),
            ("environments/prod.yaml", Form::Listed),
            ("envs/prod/shop.yaml", Form::Listed),
            ("values/shop-prod.yaml", Form::Listed),
            ("deploy/prod.yaml", Form::Bare),
            ("prod/shop.yaml", Form::Bare),
        ] {
            assert_eq!(slots(path, &read_known)[0].form, form, "{path}");
        }
    }
}
