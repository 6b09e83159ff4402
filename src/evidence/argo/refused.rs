//! Applications that Argo CD refuses or cannot deploy, whatever lies in the repositories that they name.

use envlint_yaml::Span;

use crate::evidence::claim::Claims;
use crate::source::Location;

/// An Application that Argo CD cannot deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its file.
    pub file: String,
    /// Where its name stands there.
    pub span: Span,
    /// Its name.
    pub name: String,
    /// Why.
    pub why: WhyRefused,
}

/// Why Argo CD cannot deploy an Application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyRefused {
    /// A source names neither a path nor a chart, and no other source takes files from it.
    /// Argo CD: util/argo/argo.go, `validateSourcePermissions`
    Nowhere,
    /// A source takes a chart by its name from a git repository.
    /// <https://argo-cd.readthedocs.io/en/stable/user-guide/helm/>
    ChartOfGit(String),
    /// No source has the name that paths of values files begin with.
    /// <https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/#helm-value-files-from-external-git-repository>
    NoReference(String),
}

impl Claims {
    /// Notes that an Application at a place cannot be deployed.
    pub(super) fn refuse(&mut self, location: &Location, name: String, why: WhyRefused) {
        let refused = Refused {
            file: location.source.path.clone(),
            span: location.span,
            name,
            why,
        };
        if !self.refused.contains(&refused) {
            self.refused.push(refused);
        }
    }
}
