//! `objects/name-pattern`.

use super::conventions::{called, own_objects};
use crate::manifests::is_of_cluster;
use crate::masking::{ObjectName, Said, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use envlint_yaml::Path;

rule! {
    /// An object's name does not follow the pattern of the workspace.
    ///
    /// ## What it does
    ///
    /// Compares the names of the objects that a chart renders for an environment with `naming.pattern` in envlint.yaml.
    /// `{app}`, `{environment}`, `{namespace}` and `{release}` stand for what the deployment is called; `{service}`,
    /// `{component}` and `{region}` stand for any words. An environment goes by its name, its aliases and its stage.
    ///
    /// Ignored: without `naming`, everything; kinds that belong to the cluster as a whole, unless `naming.kinds` lists
    /// them; hooks; objects of subcharts that are not in the workspace.
    ///
    /// ## Why it matters
    ///
    /// Who sees a name in a dashboard, a bill or an alarm has to know whose it is and where it runs.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint.yaml
    /// naming: {pattern: "{service}-{environment}-{region}"}
    ///
    /// # templates/deployment.yaml
    /// kind: Deployment
    /// metadata: {name: shop}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// kind: Deployment
    /// metadata: {name: "shop-{{ .Values.environment }}-{{ .Values.region }}"}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: object names and IDs](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)
    "objects/name-pattern", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some(naming) = &cx.workspace.config.naming else {
        return;
    };
    let is_named = |kind: &str| match naming.kinds.is_empty() {
        true => !is_of_cluster(kind),
        false => naming.kinds.iter().any(|known| known.value == kind),
    };
    let pattern = &naming.pattern.value;
    for values in &cx.environments {
        let own = cx.app.namespace(values.name());
        let release = cx.app.release(values.name());
        let path = Path::root().key("metadata").key("name");
        for (object, _) in own_objects(cx, values) {
            let namespace = object.namespace.as_deref().unwrap_or(&own);
            let called = called(cx, values, namespace, &release);
            if !is_named(&object.kind) || pattern.matches(&object.name, &called) {
                continue;
            }
            let place = cx.manifests.place_of(values.name(), object, Some(&path));
            let Some(place) = place else { continue };
            let mark = format!("{}:{}", place.source.path, place.span.start);
            let message = text!(
                "the name of {} does not follow `{}`",
                object.called(),
                Said(&pattern.as_str())
            );
            let finding = out
                .finding(place, message)
                .environment(values.name())
                .help(text!(
                    "name it like `{}`, or list the kinds that are named so under `naming.kinds` in envlint.yaml",
                    ObjectName(&pattern.filled(&called))
                ))
                .once_of(mark, "name", object.called());
            out.push(finding);
        }
    }
}
