//! `objects/broken-digest`.

use envlint_yaml::Path;

use crate::manifests::RenderedObject;
use crate::masking::{ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Location;

rule! {
    /// An image has a digest that is not whole, or stands where a tag does.
    ///
    /// ## What it does
    ///
    /// Looks at the images of all containers and init containers that the chart renders. What follows the `@` must be
    /// `sha256:` and 64 digits from 0 to f, or `sha512:` and 128. A digest behind a `:`, as a chart prints that knows tags only,
    /// is no name of an image: a tag has no `:` in it.
    ///
    /// ## Why it matters
    ///
    /// No node can pull the image: the pod stays in `InvalidImageName`.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// image: registry.example.com/shop@sha256:9f86d081884c
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// image: registry.example.com/shop@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    /// ```
    ///
    /// ## References
    ///
    /// - [OCI image specification: digests](https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests)
    "objects/broken-digest", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        for object in cx.manifests.objects(values.name()).unwrap_or_default() {
            for container in object.containers() {
                let image = container.at(&["image"]).and_then(|image| image.as_str());
                let Some((image, digest, wrong)) = image.and_then(broken) else {
                    continue;
                };
                let path = container.path.key("image");
                let place = written(cx, values, (object, &path), digest);
                let place =
                    place.or_else(|| cx.manifests.place_of(values.name(), object, Some(&path)));
                let Some(place) = place else { continue };
                let file = format!("{}:{}", place.source.path, place.span.start);
                let message = text!("the digest of the image `{}` {}", ObjectName(image), wrong);
                let finding = out
                    .finding(place, message.clone())
                    .environment(values.name())
                    .help("write the digest behind the name, and as a whole: `name@sha256:` and 64 digits")
                    .once_of(file, message, Text::new())
                    .ending(", so no node can pull it");
                out.push(finding);
            }
        }
    }
}

/// An image's name and its digest, and what is wrong with that.
fn broken(image: &str) -> Option<(&str, &str, Text)> {
    if let Some((image, digest)) = image.split_once('@') {
        return Some((image, digest, wrong(digest)?));
    }
    // <https://github.com/distribution/reference/blob/main/reference.go>: a tag is letters, digits, `_`, `.` and `-`.
    let at = [":sha256:", ":sha512:"]
        .iter()
        .find_map(|mark| image.find(mark))?;
    let (image, digest) = (&image[..at], &image[at + 1..]);
    Some((
        image,
        digest,
        "stands behind `:`, as a tag does, and not behind `@`".into(),
    ))
}

/// What is wrong with a digest.
/// <https://github.com/opencontainers/image-spec/blob/main/descriptor.md#registered-algorithms>
fn wrong(digest: &str) -> Option<Text> {
    let Some((algorithm, digits)) = digest.split_once(':') else {
        return Some("names no algorithm".into());
    };
    let wanted = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        _ => return None,
    };
    if digits.len() != wanted {
        return Some(text!(
            "has {} digits instead of {}",
            digits.chars().count(),
            wanted
        ));
    }
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (!digits.bytes().all(is_digit)).then(|| "has characters that are no digits from 0 to f".into())
}

/// The value that a digest comes from: several may have the same.
fn written(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    (object, path): (&RenderedObject, &Path),
    digest: &str,
) -> Option<Location> {
    let root = values.effective.as_ref().filter(|_| digest.len() >= 6)?;
    let any = root.holding(digest)?;
    let origin = cx.manifests.origin(values.name(), object, path);
    let origin = origin.filter(|value| {
        value
            .tree()
            .as_str()
            .is_some_and(|text| text.contains(digest))
    });
    Some(origin.map_or_else(|| any.location(), |value| value.tree().location()))
}
