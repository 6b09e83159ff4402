//! Objects of a preview that are not deployed: with an image that nobody built for it, or in the place of another object.

use envlint_yaml::Value;

use super::image::{Digest, Image};
use super::plan::Request;
use crate::manifests::{RenderedObject, is_of_cluster};
use crate::masking::{Name, ObjectName, text};
use crate::source::Problem;
use crate::workspace::App;

/// Images that do not have the digest that was given, and digests that are cut.
pub(super) fn wrong_digests(request: &Request<'_>, objects: &[&RenderedObject]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for object in objects {
        for container in object.containers() {
            let Some(name) = container.at(&["image"]).and_then(Value::as_str) else {
                continue;
            };
            let image = Image::read(name);
            let called = || {
                text!(
                    "the container `{}` of {}",
                    ObjectName(container.name()),
                    object.called()
                )
            };
            let wanted = request.digests.iter().find(|digest| digest.is_of(&image));
            if let Some(wanted) = wanted
                && image.digest != Some(wanted.digest.as_str())
            {
                let message = text!(
                    "{} still runs `{}`: no value holds the digest or the tag of this image",
                    called(),
                    ObjectName(name)
                );
                problems.push(request.located(None, message).help(
                    "let the template read the image from the values, as `image: {repository: …, digest: …}`",
                ));
            }
            let digest = image.digest.filter(|digest| digest.starts_with("sha256:"));
            if let Some(digest) = digest
                && let Err(problem) = Digest::read(&format!("{}={digest}", image.short()))
            {
                problems.push(problem);
            }
        }
    }
    problems
}

/// Objects that are those of the source environment, too: the preview would overwrite them, and its cleanup delete them.
pub(super) fn taken(
    request: &Request<'_>,
    app: &App,
    before: &[RenderedObject],
    objects: &[&RenderedObject],
) -> Vec<Problem> {
    let home = app.namespace(&request.from.name);
    let mut problems = Vec::new();
    for object in objects {
        let mut before = before.iter();
        let is_known = before.any(|other| {
            let place = other.namespace.as_ref().or(object.namespace.as_ref());
            (&other.kind, other.group(), &other.name)
                == (&object.kind, object.group(), &object.name)
                && place == object.namespace.as_ref()
        });
        let message = match &object.namespace {
            _ if is_of_cluster(&object.kind) && is_known => text!(
                "{} belongs to the whole cluster, and {} has the same",
                object.called(),
                Name(&request.from.name)
            ),
            Some(namespace) if is_known || *namespace == home => text!(
                "{} goes to the namespace `{}`, where {} is",
                object.called(),
                ObjectName(namespace),
                Name(&request.from.name)
            ),
            _ => continue,
        };
        problems.push(request.located(None, message).help(
            "make its name and its namespace of `{{ .Release.Namespace }}`, or turn it off under `preview.set`",
        ));
    }
    problems
}
