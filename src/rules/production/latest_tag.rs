//! `production/latest-tag`.

use std::collections::BTreeSet;

use envlint_yaml::{Segment, Span, Value};

use super::counts;
use super::given::{GivenValue, Verdict, check_given};
use super::moving_tag::Moving;
use crate::manifests::RenderedObject;
use crate::masking::{Name, ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Location, Severity};
use crate::values::{Located, Section, Tree, TreeKind, words_of};

rule! {
    /// An image runs under a tag that moves in production, such as `latest`.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, reports image tags that move: `latest` and its variants
    /// (`latest-alpine`), as `tag: latest`, as `imageTag: latest` or in `image: registry/name:latest`, and as `appVersion: latest`
    /// where a rendered image has it as its tag. Names of branches
    /// and channels (`main`, `master`, `prod`, `stable`, `edge`, `nightly`, `dev`, …) are a warning, and so is the base of an image by itself
    /// (`nginx:alpine`). An image written
    /// as one text without a tag means `latest`, too; that is a warning, unless the app has a chart, which may add its
    /// `appVersion` and does not run the text as it is. An image with a digest never changes, so it is fine. A tag that is the same in all environments is a
    /// warning: the deployment may give the real one. Where nothing in the repository says how the app is deployed, it is
    /// an info. All images of a file with the same tag are one finding. An image that a template of the chart writes out, of a container,
    /// an init container or a job, is a warning at its line, when an environment of production deploys it and not only `helm test`; so is judged what the place that deploys the app
    /// gives it (`--set` of a command, `parameters` of Argo CD, `set` of helmfile and of Terraform), where it is written out.
    /// Sections that are turned off (`enabled: false`), values in place of which the deployment gives others, and values that
    /// no template of the chart reads are ignored; so is a `tag` with no image beside it, and a variable (`SHOP_IMAGE_TAG`),
    /// where no container of production has it as its tag.
    ///
    /// ## Why it matters
    ///
    /// What runs depends on when a node pulled the image. Two replicas may differ, a restart may upgrade, a rollback
    /// changes nothing, and what was tested in staging is not what is promoted.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// image:
    ///   repository: registry.example.com/shop/api
    ///   tag: latest
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// image:
    ///   repository: registry.example.com/shop/api
    ///   tag: "1.24.3"
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: images](https://kubernetes.io/docs/concepts/containers/images/)
    "production/latest-tag", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    check_templates(cx, out);
    check_given(cx, out, &judge_given);
    for (values, _) in cx.production() {
        for section in values.sections.iter() {
            for (key, tree) in section.entries() {
                for (value, fault) in found(cx, &section, key, tree) {
                    if counts(cx, values, value.path(), value.tree()) {
                        let finding = fault.finding(cx, values, &value, out);
                        out.push(finding);
                    }
                }
            }
        }
    }
}

/// Tags that the place gives which deploys to production.
fn judge_given(given: &GivenValue<'_>) -> Option<Verdict> {
    let words = words_of(given.name);
    let is_tag = words.last().is_some_and(|word| word == "tag");
    let moving = Moving::read(given.text).filter(|_| is_tag)?;
    let (severity, confidence) = match moving {
        Moving::Named => (Severity::Warning, Confidence::Medium),
        Moving::Latest => (Severity::Error, Confidence::High),
    };
    Some(Verdict {
        wrong: text!("is `{}`", Name(given.text)),
        rest: ", so nobody knows which version runs".into(),
        help: ADVICE.into(),
        severity,
        confidence,
    })
}

/// Images that a template writes out: no value can give them another tag.
fn check_templates(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut known: BTreeSet<(String, usize)> = BTreeSet::new();
    for (values, _) in cx.production() {
        let made = cx.manifests.objects(values.name()).unwrap_or_default();
        for object in made.iter().filter(|object| !is_test(object)) {
            for container in object.containers() {
                let image = container.at(&["image"]).and_then(Value::as_str);
                let Some((image, fault)) = image.and_then(image_fault) else {
                    continue;
                };
                let place = (&*object.kind, &*object.name, &*object.template);
                let place = cx.manifests.template_of(values.name(), place);
                let Some(place) = place.and_then(|object| written_out(&object, image)) else {
                    continue;
                };
                if known.insert((place.source.path.clone(), place.span.start)) {
                    let subject = text!(
                        "container `{}` of {}",
                        ObjectName(container.name()),
                        object.called()
                    );
                    out.push(fault.in_template(subject, values, place, out));
                }
            }
        }
    }
}

/// Whether `helm test` alone makes an object.
/// <https://helm.sh/docs/topics/chart_tests/>
fn is_test(object: &RenderedObject) -> bool {
    let hook = object.at(&["metadata", "annotations", "helm.sh/hook"]);
    let mut hooks = hook
        .and_then(Value::as_str)
        .into_iter()
        .flat_map(|hooks| hooks.split(','));
    hooks.any(|hook| hook.trim().starts_with("test"))
}

/// What is wrong with the image of a container.
fn image_fault(image: &str) -> Option<(&str, Fault)> {
    if !is_image(image) {
        return None;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    let fault = match name.split_once(':') {
        Some((_, tag)) => Fault::Moves(Moving::read(tag)?, tag.to_owned()),
        None => Fault::NoTag,
    };
    Some((image, fault))
}

/// Where the template of an object writes an image out; none where it is made of values.
fn written_out(object: &Location, image: &str) -> Option<Location> {
    let start = object.span.start;
    let mut at = start;
    for line in object.source.text().get(start..)?.split_inclusive('\n') {
        if at > start && line.starts_with("---") {
            return None;
        }
        let entry = line.trim_start().trim_start_matches("- ");
        let value = entry.strip_prefix("image:").map(|value| {
            let value = value.split(" #").next().unwrap_or(value);
            value.trim().trim_matches(['"', '\''])
        });
        if value == Some(image) {
            let begin = at + line.find(image)?;
            let span = Span::new(begin, begin + image.len());
            return Some(Location::new(&object.source, span));
        }
        at += line.len();
    }
    None
}

/// What is wrong with an image.
enum Fault {
    /// Its tag moves.
    Moves(Moving, String),
    /// It has no tag.
    NoTag,
}

impl Fault {
    /// The finding at the line of a template, where all environments have the same.
    fn in_template(
        &self,
        subject: Text,
        values: &EnvironmentValues<'_>,
        place: Location,
        out: &Reporter<'_>,
    ) -> Finding {
        let (says, rest) = match self {
            Fault::Moves(moving, tag) => (
                text!("runs `{}`", moving.shown(tag)),
                ", so nobody knows which version runs",
            ),
            Fault::NoTag => (
                "runs an image without a tag".into(),
                ", so Kubernetes pulls `latest`",
            ),
        };
        let file = place.source.path.clone();
        let finding = out.finding(place, text!("{} {}", subject, says));
        let finding = finding
            .environment(values.name())
            .help("write the version that was tested, or take the tag from the values")
            .once_of(file, says, subject)
            .ending(rest);
        let confidence = match self {
            Fault::Moves(Moving::Named, _) => Confidence::Medium,
            _ => Confidence::High,
        };
        out.lower_severity(Severity::Warning, finding.confidence(confidence))
    }

    fn finding(
        &self,
        cx: &AppContext<'_>,
        values: &EnvironmentValues<'_>,
        value: &Located<'_>,
        out: &Reporter<'_>,
    ) -> Finding {
        let path = value.path();
        let is_same = is_same_everywhere(cx, value);
        let may_be_given = is_same && !cx.app.has_evidence();
        let (message, wrong, rest) = match self {
            Fault::Moves(moving, tag) => (
                text!("`{}` is `{}`", path, Name(tag)),
                text!("{} {}", moving.shown(tag), Name(is_same)),
                match may_be_given {
                    false => ", so nobody knows which version runs",
                    true => {
                        ", so nobody knows which version runs, unless the deployment gives another"
                    }
                },
            ),
            Fault::NoTag => (
                text!("`{}` has no tag", path),
                "no tag".into(),
                ", so Kubernetes pulls `latest`",
            ),
        };
        let finding = out.written(cx, values, value, message);
        let finding = finding.help(ADVICE).once(wrong, rest);
        let (severity, confidence) = match self {
            _ if may_be_given => (Severity::Info, Confidence::Low),
            // Some teams move the tag of a branch on purpose.
            Fault::Moves(Moving::Named, _) => (Severity::Warning, Confidence::Medium),
            Fault::NoTag => (Severity::Warning, Confidence::High),
            Fault::Moves(Moving::Latest, _) if is_same => (Severity::Warning, Confidence::High),
            Fault::Moves(Moving::Latest, _) => (Severity::Error, Confidence::High),
        };
        out.lower_severity(severity, finding.confidence(confidence))
    }
}

fn found<'a>(
    cx: &AppContext<'_>,
    section: &Section<'_, 'a>,
    key: &str,
    tree: &Tree<'a>,
) -> Vec<(Located<'a>, Fault)> {
    let words = words_of(key);
    let last = words.last().map_or("", String::as_str);
    let is_version_of_app = *words == ["app", "version"];
    let images = match (tree.kind(), last) {
        // A version like any other, where no image has it as its tag.
        (TreeKind::Scalar(_), "version") if is_version_of_app && is_tag_of_image(cx, tree) => {
            let name = tree.as_str().unwrap_or_default();
            let fault = Moving::read(name).map(|moving| Fault::Moves(moving, name.to_owned()));
            let version = fault.and_then(|fault| Some((section.located(key)?, fault)));
            return version.into_iter().collect();
        }
        (TreeKind::Scalar(_), "tag") => {
            let name = tree.as_str().unwrap_or_default();
            let moving = Moving::read(name).filter(|_| !has_digest(section));
            let moving = moving.filter(|_| !is_of_something_else(cx, section, key, name));
            let tag = moving.and_then(|moving| {
                let fault = Fault::Moves(moving, name.to_owned());
                Some((section.located(key)?, fault))
            });
            return tag.into_iter().collect();
        }
        (TreeKind::Scalar(_), "image") => section.located(key).into_iter().collect(),
        (TreeKind::Sequence(_), "images") => section
            .located(key)
            .iter()
            .flat_map(Located::children)
            .collect(),
        _ => Vec::new(),
    };
    let fault = |image: Located<'a>| Some((image.clone(), fault_of(cx, section, image.tree())?));
    images.into_iter().filter_map(fault).collect()
}

/// Whether an image of production has a version of the values as its tag.
fn is_tag_of_image(cx: &AppContext<'_>, version: &Tree<'_>) -> bool {
    let Some(version) = version.as_str().filter(|version| !version.is_empty()) else {
        return false;
    };
    runs(cx, |image| tag_of(image) == Some(version))
}

fn tag_of(image: &str) -> Option<&str> {
    let name = image.rsplit('/').next()?;
    Some(name.split_once(':')?.1)
}

/// Whether a tag is a label or the like, or a variable that a program reads: no container has it, and nothing beside it says
/// that it is of an image.
fn is_of_something_else(
    cx: &AppContext<'_>,
    section: &Section<'_, '_>,
    key: &str,
    tag: &str,
) -> bool {
    let is_run = || {
        runs(cx, |image| {
            tag_of(image).is_some_and(|run| run.contains(tag))
        })
    };
    let is_variable = key.contains('_') && !key.contains(|char: char| char.is_ascii_lowercase());
    if is_variable {
        return !is_run();
    }
    let is_known = || {
        let mut environments = cx.production();
        cx.has_known_layers()
            && environments.all(|(values, _)| cx.manifests.workloads(values.name()).is_some())
    };
    let says_image = |key: &str| {
        let words = words_of(key);
        let mut words = words.iter();
        words.any(|word| IMAGES.contains(&word.as_str()))
    };
    let is_of_image = || {
        let beside = section.entries().iter().map(|(key, _)| *key);
        let around = section.path();
        let around = around
            .segments()
            .iter()
            .filter_map(|segment| match segment {
                Segment::Key(key) => Some(key.as_str()),
                _ => None,
            });
        section.entries().len() > LARGE || beside.chain(around).chain([key]).any(says_image)
    };
    !is_of_image() && is_known() && !is_run()
}

/// Words of keys that have to do with images.
const IMAGES: [&str; 7] = [
    "container",
    "image",
    "images",
    "registry",
    "repo",
    "repository",
    "repositories",
];

/// Whether a container runs such an image in production, by what the chart makes.
fn runs(cx: &AppContext<'_>, is_it: impl Fn(&str) -> bool) -> bool {
    cx.production().any(|(values, _)| {
        let made = cx.manifests.workloads(values.name()).unwrap_or_default();
        let containers = made.iter().flat_map(|workload| &workload.containers);
        let mut images = containers.filter_map(|container| container.image.as_deref());
        images.any(&is_it)
    })
}

/// Whether all environments have the same moving tag: then it is probably a placeholder, and the deployment gives the
/// real one.
fn is_same_everywhere(cx: &AppContext<'_>, value: &Located<'_>) -> bool {
    let mut others = cx.readable();
    cx.environments.len() > 1
        && others.all(|(_, tree)| {
            let same = tree.at(value.path());
            same.is_some_and(|same| same.as_str() == value.tree().as_str())
        })
}

const ADVICE: &str = "use the version that was tested, or its digest";

/// An image in one text: `registry/name:tag`.
fn fault_of(cx: &AppContext<'_>, section: &Section<'_, '_>, tree: &Tree<'_>) -> Option<Fault> {
    let text = tree
        .as_str()
        .filter(|text| is_image(text) && tree.as_bool().is_none())?;
    let name = text.rsplit('/').next().unwrap_or(text);
    match name.split_once(':') {
        Some((_, tag)) => Some(Fault::Moves(Moving::read(tag)?, tag.to_owned())),
        // The template may put a tag behind it: one from elsewhere in the values, or the chart's appVersion.
        None if cx.chart.is_some() => runs(cx, |image| image == text).then_some(Fault::NoTag),
        None if names_version(section) => None,
        None => Some(Fault::NoTag),
    }
}

/// Whether a text is an image reference without a digest, and not a template or something else.
fn is_image(text: &str) -> bool {
    !text.is_empty()
        && !text.contains('@')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':'))
}

/// In larger maps nothing is looked for beside an image: it would be done for each of their keys.
const LARGE: usize = 200;

fn has_digest(section: &Section<'_, '_>) -> bool {
    section.entries().len() <= LARGE
        && section
            .entries()
            .iter()
            .any(|(key, tree)| key.to_ascii_lowercase().ends_with("digest") && !tree.is_empty())
}

/// Whether a tag, a version or a digest stands beside the image, or one for all images around it.
fn names_version(section: &Section<'_, '_>) -> bool {
    if section.entries().len() > LARGE {
        return true;
    }
    let beside = section.entries().iter().any(|(key, _)| {
        let words = words_of(key);
        words
            .last()
            .is_some_and(|word| matches!(word.as_str(), "tag" | "version" | "digest"))
    });
    beside
        || section.outwards().any(|section| {
            section
                .find(|key| matches!(key, "tag" | "version" | "imageTag" | "appVersion"))
                .is_some()
        })
}
