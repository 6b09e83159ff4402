//! `production/untested-version`.

use std::cmp::Ordering;

use crate::masking::{Name, Said, text};
use crate::rules::setting::{Setting, causes, of_production};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::{Version, words_of};
use crate::workspace::{Deployment, Tier};

rule! {
    /// Production runs a newer version than the environment before it.
    ///
    /// ## What it does
    ///
    /// Compares image tags and the versions of apps (`image.tag`, `image: registry/name:1.5.0`, `appVersion`) of the
    /// environments of the production tier with those of the environment that is promoted to it. Tags that are no
    /// versions are ignored, and so are those that are given when the app is deployed, unless they stand in an Application of
    /// Argo CD or a helmfile; one finding names all that have the
    /// same two versions; so are paths that `envlint.yaml` says
    /// more of: `drift/undeclared-difference` and `drift/expectation` report them.
    ///
    /// ## Why it matters
    ///
    /// Nobody tested the version that customers use, and the next promotion takes it away again.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/staging/values.yaml
    /// image: {tag: "1.4.2"}
    ///
    /// # environments/prod/values.yaml
    /// image: {tag: "1.5.0"}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/staging/values.yaml
    /// image: {tag: "1.5.0"}
    ///
    /// # environments/prod/values.yaml
    /// image: {tag: "1.5.0"}
    /// ```
    ///
    /// ## References
    ///
    /// - [The Twelve-Factor App: build, release, run](https://12factor.net/build-release-run)
    "production/untested-version", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    check_given(cx, out);
    let is_wanted = |name: &str, text: &str| names_version(name) && version(text).is_some();
    let settings = of_production(cx, &is_wanted).into_iter();
    // The parts of one release have one version: `image.tag` of each.
    let newer = settings.filter_map(|setting| {
        let (from, earlier) = older(cx, &setting)?;
        let what = (setting.text.to_owned(), from.to_owned(), earlier);
        Some((setting, what))
    });
    for cause in causes(newer) {
        let (here, from, earlier) = &cause.what;
        let message = text!(
            "`{}` is {} in {}, newer than {} in {}, which did not test it",
            cause.first.path(),
            Said(here),
            cause.environments(),
            Said(earlier),
            Name(from)
        );
        let mut finding = cause.finding(out, message);
        if let Some(before) = cause.first.before() {
            let note = text!("the version in {}", Name(from));
            finding = finding.note(before.tree.location(), note);
        }
        out.push(finding.help(text!("bring the version to {}, too", Name(from))));
    }
}

/// Versions that the places give which deploy: parameters of Argo CD, `set:` of helmfile, `--set` of a command.
fn check_given(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let deployments = &cx.app.deployments;
    let is_production = |known: &Deployment| known.environment.tier == Tier::Production;
    for (index, deployment) in deployments.iter().enumerate() {
        let Some(at) = cx.promoted_from(index) else {
            continue;
        };
        let from = deployments.get(at);
        let Some(from) = from.filter(|_| is_production(deployment)) else {
            continue;
        };
        let (Some(all), Some(earlier)) = (cx.given().get(index), cx.given().get(at)) else {
            continue;
        };
        for given in all {
            let key = given.path.rsplit('.').next().unwrap_or_default();
            let before = earlier.iter().find(|other| other.path == given.path);
            let Some(before) =
                before.filter(|before| names_version(key) && is_newer(&given.text, &before.text))
            else {
                continue;
            };
            let (name, from) = (&deployment.environment.name, &from.environment.name);
            let message = text!(
                "`{}` is {} in {}, newer than {} in {}, which did not test it",
                Name(&given.path),
                Said(&given.text),
                Name(name),
                Said(&before.text),
                Name(from)
            );
            let note = text!("the version in {}", Name(from));
            let finding = out.finding(given.place.clone(), message).environment(name);
            let finding = finding.note(before.place.clone(), note);
            out.push(finding.help(text!("bring the version to {}, too", Name(from))));
        }
    }
}

/// Whether a text has a newer version of the same image than another one.
fn is_newer(here: &str, there: &str) -> bool {
    let versions = version(here).zip(version(there));
    let is_newer = versions.is_some_and(|((word, here), (other, there))| {
        word == other && here.compare(&there) == Ordering::Greater
    });
    is_newer && name_of(here) == name_of(there)
}

/// The environment before, and the older version that it has.
fn older<'s>(cx: &AppContext<'_>, setting: &Setting<'s, '_>) -> Option<(&'s str, String)> {
    let before = setting.before().filter(|_| !setting.is_declared(cx))?;
    let earlier = before.tree.as_str()?;
    is_newer(setting.text, earlier).then(|| (&**before.values.name(), earlier.to_owned()))
}

fn names_version(name: &str) -> bool {
    let words = words_of(name);
    let last = words.last().map_or("", String::as_str);
    matches!(last, "tag" | "image") || *words == ["app", "version"]
}

/// The name of an image that is written as one text.
fn name_of(text: &str) -> &str {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => "",
    }
}

/// The version of a tag, or of an image that is written as one text, and the word before it: `release-41.1.1.cms7`.
fn version(text: &str) -> Option<(&str, Version)> {
    let tag = match text.rsplit_once(':') {
        Some((_, tag)) => tag,
        None => text,
    };
    if let Some(version) = Version::read(tag) {
        return Some(("", version));
    }
    let (word, rest) = tag.split_at(tag.find(|char: char| char.is_ascii_digit())?);
    let is_part = |char: char| char.is_ascii_digit() || char == '.';
    let end = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
    // What follows says which build it is.
    let numbers = rest.get(..end)?.trim_end_matches('.');
    let is_version = word.ends_with(['-', '_']) && numbers.contains('.');
    Some((word, Version::read(numbers).filter(|_| is_version)?))
}

#[cfg(test)]
mod tests {
    use super::is_newer;

    #[test]
    fn versions_behind_the_same_word_are_compared() {
        for (here, there, expected) in [
            ("1.2.0", "1.1.9", true),
            ("shop:1.2.0", "shop:1.1.9", true),
            ("shop:1.2.0", "web:1.1.9", false),
            ("release-41.1.1.cms7", "release-39.0.0.cms1", true),
            ("release-41.1.1", "snapshot-39.0.0", false),
            ("release-41.1.1.cms7", "release-41.1.1.cms1", false),
            ("build-12", "build-11", false),
            ("sha-1a2b.3", "sha-0a2b.3", false),
        ] {
            assert_eq!(is_newer(here, there), expected, "{here} {there}");
        }
    }
}
