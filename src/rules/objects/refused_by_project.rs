//! `objects/refused-by-project`.

use crate::manifests::objects::{Allowed, Application, Delivery, Project, Written};
use crate::masking::{Name, ObjectName, Text, text};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::Location;

rule! {
    /// An Application of Argo CD deploys what its project does not allow.
    ///
    /// ## What it does
    ///
    /// Compares each Application that is plain YAML with the AppProject that it belongs to, where that is plain YAML of the
    /// workspace, too: the addresses of its sources with `sourceRepos`, and the namespace that it deploys to with those of
    /// `destinations`, whatever the cluster is.
    ///
    /// Ignored are projects that a repository or a cluster adds itself to by the `project` of its Secret, workspaces with
    /// `globalProjects`, Applications and projects that a patch of Kustomize changes, lists with variables, what a project forbids
    /// (`!…`), and folders that show something or are copied from (`examples`, `_template`). Where several files have a project of the name, all of them have to refuse it.
    ///
    /// ## Why it matters
    ///
    /// Argo CD does not synchronize such an Application: what is deployed stays as it was, or is not there.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # argocd/project.yaml
    /// kind: AppProject
    /// metadata: {name: shop}
    /// spec:
    ///   destinations:
    ///     - {namespace: shop, server: "https://kubernetes.default.svc"}
    ///
    /// # argocd/shop-prod.yaml
    /// kind: Application
    /// spec:
    ///   project: shop
    ///   destination: {namespace: shop-prod, server: "https://kubernetes.default.svc"}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # argocd/project.yaml
    /// kind: AppProject
    /// metadata: {name: shop}
    /// spec:
    ///   destinations:
    ///     - {namespace: "shop-*", server: "https://kubernetes.default.svc"}
    /// ```
    ///
    /// ## References
    ///
    /// - [Argo CD: projects](https://argo-cd.readthedocs.io/en/stable/user-guide/projects/)
    "objects/refused-by-project", Error, Check::Workspace(check)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let delivery = cx.delivery();
    if !cx.complete || delivery.has_global_projects {
        return;
    }
    for application in &delivery.applications {
        let seen = Seen {
            cx,
            delivery,
            application,
        };
        if let Some(namespace) = &application.namespace {
            let refused = seen.refused(|project| project.refuses_namespace(&namespace.text));
            let what = text!("deploys to the namespace `{}`", ObjectName(&namespace.text));
            seen.say(namespace, refused, (what, "namespace", "destinations"), out);
        }
        for source in &application.sources {
            let refused = seen.refused(|project| project.refuses_source(&source.text));
            let what = text!("is deployed from `{}`", Name(&source.text));
            seen.say(source, refused, (what, "source", "sourceRepos"), out);
        }
    }
}

struct Seen<'s, 'c> {
    cx: &'s WorkspaceContext<'c>,
    delivery: &'s Delivery,
    application: &'s Application,
}

impl<'s> Seen<'s, '_> {
    /// The first project of the Application's, where all of them refuse.
    fn refused(
        &self,
        refuses: impl Fn(&'s Project) -> Option<&'s Allowed>,
    ) -> Option<(&'s Project, &'s Allowed)> {
        let projects = self.delivery.projects.iter();
        let is_joined = self.delivery.joined.contains(&self.application.project);
        let mut own =
            projects.filter(|project| !is_joined && project.name == self.application.project);
        let first = own.next()?;
        let allowed = refuses(first)?;
        own.all(|other| refuses(other).is_some())
            .then_some((first, allowed))
    }

    fn say(
        &self,
        written: &Written,
        refused: Option<(&Project, &Allowed)>,
        (what, sort, list): (Text, &'static str, &'static str),
        out: &mut Reporter<'_>,
    ) {
        let Some((project, allowed)) = refused else {
            return;
        };
        let location = |file: &str, span| Location::new(&self.cx.workspace.open_file(file), span);
        let called = text!("Application `{}`", ObjectName(&self.application.name));
        let message = text!(
            "{} {}, which AppProject `{}` does not allow",
            called,
            what,
            ObjectName(&project.name)
        );
        let finding = out
            .finding(location(&self.application.file, written.span), message)
            .note(
                location(&project.file, allowed.span),
                "what the project allows",
            )
            .help(text!(
                "add it to `{}` of the project, or let the Application belong to another project",
                list
            ));
        let mark = text!("{} {}", sort, ObjectName(&project.name));
        out.push(
            finding
                .once_of(project.file.clone(), mark, called)
                .ending(", so Argo CD does not synchronize it"),
        );
    }
}
