//! `layout/broken-kustomization`.

use std::sync::Arc;

use super::written::Written;
use crate::masking::{Name, ObjectName, text};
use crate::naming::{is_copied_from, is_in_showing, is_put_aside};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::{Ignored, Location, Severity, Source};
use crate::workspace::{Broken, InVain};

rule! {
    /// A kustomization names a file that does not exist, patches an object that it does not build, or inflates a chart twice.
    ///
    /// ## What it does
    ///
    /// In workspaces that Argo CD or Flux deploys, reports what a `kustomization.yaml` names and is not there: under
    /// `resources`, `bases`, `components`, `crds`, `configurations`, `generators`, `transformers`, `patches`, `replacements` and
    /// `configMapGenerator`. And patches that change none of the objects that it builds, as far as all of these are known: no
    /// file of it is elsewhere, and no chart or program makes objects. A
    /// `target` without a name, or with a pattern of names, is for whatever there is, and left alone. And a chart under
    /// `helmCharts` that a directory which it takes up inflates, too, as a release of the same name and namespace: the objects of
    /// the two are the same. And the `path` of a Kustomization of Flux that is no directory here, where others with the same
    /// `sourceRef` find theirs, and no patch changes it.
    ///
    /// It is an error where Argo CD or Flux synchronizes the directory, directly or by way of others, and Kustomize refuses to
    /// build it; a warning elsewhere, and for a patch with a `target` that matches nothing, which Kustomize passes over.
    ///
    /// Ignored are addresses, names with variables, what `.gitignore` covers, what a script or a workflow of the repository
    /// writes (`helm template … > rendered.yaml`), submodules of git, what Secrets are made of, patches of ConfigMaps and
    /// Secrets, folders of what was put aside (`legacy`, `archive`, `unused`), and what nothing synchronizes in folders that
    /// show or test something (`examples`, `docs`, `tests`).
    ///
    /// ## Why it matters
    ///
    /// Kustomize refuses to build the directory, so nothing in it is deployed any more, and what is there stays as it was.
    /// A patch that matches nothing has no effect: the environment runs with the values of the base.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # apps/prod/kustomization.yaml
    /// resources: [../base]
    /// patches:
    ///   - path: shop-values.yaml      # the file is shop-patch.yaml
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # apps/prod/kustomization.yaml
    /// resources: [../base]
    /// patches:
    ///   - path: shop-patch.yaml
    /// ```
    ///
    /// ## References
    ///
    /// - [Kustomize: resources](https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/)
    /// - [Kustomize: patches](https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/)
    "layout/broken-kustomization", Error, Check::Workspace(check)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let mut ignored = Ignored::below(&cx.workspace.root);
    let mut written = Written::of(cx.workspace);
    let mut last: Option<Arc<Source>> = None;
    for broken in &cx.workspace.broken {
        let is_asked = cx.complete || cx.asked.contains(broken.file.as_str());
        let is_shown = is_in_showing(&broken.file) || is_copied_from(&broken.file);
        if !is_asked || is_put_aside(&broken.file) || (is_shown && !broken.is_deployed) {
            continue;
        }
        // What is named in vain in one file stands together: a large one is not read again for each.
        let source = last.take().filter(|source| source.path == broken.file);
        let source = source.unwrap_or_else(|| cx.workspace.open_file(&broken.file));
        let place = place_of(&source, broken);
        last = Some(source);
        match &broken.what {
            InVain::Missing(path) | InVain::Synced(path)
                if ignored.covers(path) || written.has(path) => {}
            InVain::Missing(path) => say_missing(broken, path, place, out),
            InVain::Synced(path) => say_unsynced(broken, path, place, out),
            InVain::Again { chart, below } => say_again(broken, [chart, below], place, out),
            InVain::Unmatched { .. } => say_unmatched(broken, place, out),
        }
    }
}

fn say_missing(broken: &Broken, path: &str, place: Location, out: &mut Reporter<'_>) {
    let subject = text!("`{}`", Name(path));
    let message = text!("the kustomization names {}, which does not exist", subject);
    let finding = out
        .finding(place, message)
        .help("add it, correct its name, or remove the line");
    let finding = finding
        .once_of(broken.file.clone(), "missing", subject)
        .ending(", so Kustomize refuses to build the directory");
    out.push(match broken.is_deployed {
        true => finding,
        false => out.lower_severity(Severity::Warning, finding),
    });
}

fn say_unsynced(broken: &Broken, path: &str, place: Location, out: &mut Reporter<'_>) {
    let message = text!(
        "Flux is to synchronize `{}`, which does not exist, so the Kustomization fails and deploys nothing",
        Name(path)
    );
    let finding = out
        .finding(place, message)
        .help("add the directory, correct its name, or remove the Kustomization");
    out.push(match broken.is_deployed {
        true => finding,
        false => out.lower_severity(Severity::Warning, finding),
    });
}

fn say_again(
    broken: &Broken,
    [chart, below]: [&String; 2],
    place: Location,
    out: &mut Reporter<'_>,
) {
    let subject = text!("`{}`", ObjectName(chart));
    let end = text!(
        ", which `{}` inflates, too, so Kustomize refuses to build the directory",
        Name(below)
    );
    let message = text!("the kustomization inflates the chart {}", subject);
    let finding = out.finding(place, message).help(text!(
        "inflate it in one place: in each overlay, and not in `{}`, or there alone, and change what it makes by patches",
        Name(below)
    ));
    let finding = finding
        .once_of(broken.file.clone(), text!("{}", Name(below)), subject)
        .ending(end);
    out.push(match broken.is_deployed {
        true => finding,
        false => out.lower_severity(Severity::Warning, finding),
    });
}

fn say_unmatched(broken: &Broken, place: Location, out: &mut Reporter<'_>) {
    let InVain::Unmatched {
        kind,
        name,
        near,
        is_refused,
    } = &broken.what
    else {
        return;
    };
    let object = text!("{} `{}`", ObjectName(kind), ObjectName(name));
    let (end, help) = match is_refused {
        true => (
            ", so Kustomize refuses to build the directory",
            "correct its `apiVersion`, its kind and its name, or remove it",
        ),
        false => (", so it has no effect", "correct its target, or remove it"),
    };
    let message = text!(
        "a patch is for {}, which the kustomization does not build",
        object
    );
    let finding = out
        .finding(place, message)
        .suggest_or(near.as_deref(), help)
        .once_of(broken.file.clone(), end, object)
        .ending(end);
    out.push(match broken.is_deployed && *is_refused {
        true => finding,
        false => out.lower_severity(Severity::Warning, finding),
    });
}

/// The first line of what is named in vain.
fn place_of(source: &Arc<Source>, broken: &Broken) -> Location {
    let span = broken.span;
    let text = source.text().get(span.start..span.end).unwrap_or_default();
    let first = text.split('\n').next().unwrap_or_default().trim_end();
    Location::new(
        source,
        envlint_yaml::Span::new(span.start, span.start + first.len()),
    )
}
