//! What the rules about names and labels have in common.

use crate::manifests::RenderedObject;
use crate::resolve::EnvironmentValues;
use crate::rules::AppContext;
use crate::workspace::Called;

/// The objects of an environment that stay there and whose templates are files of the workspace, with these templates.
pub(super) fn own_objects<'c>(
    cx: &'c AppContext<'_>,
    values: &EnvironmentValues<'_>,
) -> impl Iterator<Item = (&'c RenderedObject, &'c str)> {
    let objects = cx.manifests.objects(values.name()).unwrap_or_default();
    let is_own = |object: &&RenderedObject| {
        !object.is_hook && !object.name.is_empty() && cx.manifests.is_in_workspace(&object.template)
    };
    let own = objects.iter().filter(is_own);
    own.map(|object| (object, object.template.as_str()))
}

/// What a deployment is called.
pub(super) fn called<'c>(
    cx: &'c AppContext<'_>,
    values: &'c EnvironmentValues<'_>,
    namespace: &'c str,
    release: &'c str,
) -> Called<'c> {
    let environment = values.environment;
    let names = environment.names().chain([&*environment.stage]);
    Called {
        app: &cx.app.name,
        environment: names.collect(),
        namespace,
        release,
    }
}
