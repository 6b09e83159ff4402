//! `secrets/never-synced`.

use std::borrow::Cow;

use crate::manifests::RenderedObject;
use crate::masking::{Name, ObjectName, Text, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Location, Severity};

rule! {
    /// No pod mounts the volume that a Secret is synced from.
    ///
    /// ## What it does
    ///
    /// Looks for the pods that mount a SecretProviderClass of the Secrets Store CSI driver which syncs Secrets: one that the
    /// chart renders, or that of the backends `aws`, `azure` and `gcp`. An error where pods of the chart read such a Secret,
    /// a warning elsewhere. Ignored: charts that make no pods, or of which an operator may make more.
    ///
    /// ## Why it matters
    ///
    /// The driver syncs a Secret when a pod mounts the volume, and deletes it when no pod does any more. Without one, the
    /// Secret never exists, and the pods that read it do not start.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// secrets:
    ///   aws: {enabled: true, region: eu-central-1}
    ///
    /// # templates/deployment.yaml
    /// envFrom:
    ///   - secretRef: {name: database}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// envFrom:
    ///   - secretRef: {name: database}
    /// volumeMounts:
    ///   - {name: secrets, mountPath: /secrets, readOnly: true}
    /// # …
    /// volumes:
    ///   - name: secrets
    ///     csi:
    ///       driver: secrets-store.csi.k8s.io
    ///       readOnly: true
    ///       volumeAttributes: {secretProviderClass: shop}
    /// ```
    ///
    /// ## References
    ///
    /// - [Secrets Store CSI driver: sync as Kubernetes Secret](https://secrets-store-csi-driver.sigs.k8s.io/topics/sync-as-kubernetes-secret)
    "secrets/never-synced", Error, Check::App(check)
}

/// The backends whose objects are a SecretProviderClass of the release's name.
const SYNCING: [&str; 3] = ["aws", "azure", "gcp"];

/// A class, and the Secrets that are synced from it.
struct Class<'o> {
    name: String,
    secrets: Vec<Cow<'o, str>>,
    place: Location,
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        let objects = cx.manifests.all_objects(values.name()).unwrap_or_default();
        if !objects.iter().any(|object| object.pod_labels().is_some()) {
            continue;
        }
        let secrets = cx.secrets();
        let mut classes: Vec<Class<'_>> = objects
            .iter()
            .filter_map(|object| class(cx, values.name(), object))
            .collect();
        let enabled = secrets
            .enabled()
            .filter(|(environment, _)| environment.name == *values.name());
        for (_, selection) in enabled {
            let own = cx.app.release(values.name());
            let is_known = classes.iter().any(|class| class.name == own);
            if !is_known
                && SYNCING.contains(&selection.backend.key)
                && !secrets.inventory.is_empty()
            {
                let names = secrets.inventory.secrets.iter();
                classes.push(Class {
                    name: own,
                    secrets: names.map(|secret| Cow::Borrowed(&*secret.name)).collect(),
                    place: selection.location(),
                });
            }
        }
        for class in classes {
            say(cx, values.name(), &class, objects, out);
        }
    }
}

fn class<'o>(
    cx: &AppContext<'_>,
    environment: &str,
    object: &'o RenderedObject,
) -> Option<Class<'o>> {
    let secrets = object.secrets();
    let is_class = object.kind == "SecretProviderClass" && !secrets.is_empty();
    Some(Class {
        name: object.name.clone(),
        secrets,
        place: cx
            .manifests
            .place_of(environment, object, None)
            .filter(|_| is_class)?,
    })
}

fn say(
    cx: &AppContext<'_>,
    environment: &std::sync::Arc<str>,
    class: &Class<'_>,
    objects: &[RenderedObject],
    out: &mut Reporter<'_>,
) {
    if objects
        .iter()
        .any(|object| object.mounts_class(&class.name))
    {
        return;
    }
    let reading = objects.iter().find_map(|object| {
        let mut references = object.references().into_iter();
        let read = references.find(|read| {
            read.kind == "Secret" && class.secrets.iter().any(|made| made == read.name)
        })?;
        Some((object, read))
    });
    let names = class.secrets.iter();
    let names = Text::first(names.map(|name| text!("`{}`", ObjectName(name))), 4);
    let (secrets, them) = match class.secrets.len() {
        1 => ("Secret", ", so it is never made"),
        _ => ("Secrets", ", so they are never made"),
    };
    let message = text!(
        "the SecretProviderClass `{}` syncs the {} {}, but no pod mounts it",
        Name(&class.name),
        secrets,
        names
    );
    // The template that lacks the volume is the same in every environment.
    let mark = match class.name == cx.app.release(environment) {
        true => Text::new(),
        false => text!("{}", Name(&class.name)),
    };
    let mut finding = out
        .finding(class.place.clone(), message)
        .environment(environment)
        .help(text!(
            "mount it: a volume with `csi: {{driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: {{secretProviderClass: {}}}}}`",
            Name(&class.name)
        ))
        .once_of(cx.app.name.to_string(), mark, Text::new());
    finding = match &reading {
        Some((object, read)) => {
            let consequence = text!(
                ", so `{}` is never made, and {} does not start",
                ObjectName(read.name),
                object.called()
            );
            let place = cx.manifests.place_of(environment, object, Some(&read.path));
            let finding = finding.ending(consequence);
            match place {
                Some(place) => finding.note(place, "what reads it"),
                None => finding,
            }
        }
        None => out.lower_severity(Severity::Warning, finding.ending(them)),
    };
    out.push(finding);
}
