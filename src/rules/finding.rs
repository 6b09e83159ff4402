//! One violation, and the source text it points at.

use std::sync::Arc;

use envlint_yaml::{Edit, Path};

use crate::manifests::Selector;
use crate::masking::{Text, text};
use crate::sensitive::Secret;
use crate::source::{Diagnostic, Location, Severity};

/// A mechanical repair of the finding's own file.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What the repair does, in the imperative: "quote the version".
    pub title: Text,
    /// Safe repairs keep the meaning of the file and are applied by `--fix`.
    pub safe: bool,
    /// What changes in the finding's own file: all of it, or nothing.
    pub edits: Vec<Edit>,
}

/// What findings of one cause have in common. They are said once, with the list of what has it.
#[derive(Debug, Clone)]
pub struct Cause {
    /// What tells it from other causes of the rule: the file that decides, if it is one, and what is wrong.
    pub mark: (String, Text),
    /// The rest of the sentence: the message ends where the deployments are named.
    pub rest: Text,
    /// What has it, as a list names it.
    pub subject: Text,
}

/// What a finding says is not there. Another app of the namespace may bring it: then nothing is wrong.
#[derive(Debug, Clone)]
pub struct Absent {
    /// The namespace.
    pub namespace: String,
    /// What is not there.
    pub what: Wanted,
}

/// What one object asks of others.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// An object, by its kind and name.
    Object {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    },
    /// What scales a workload.
    Scaler {
        /// The workload's kind.
        kind: String,
        /// The workload's name.
        name: String,
    },
    /// Pods that a selector chooses.
    Pods(Selector),
    /// Services that a selector chooses.
    Services(Selector),
}

/// One violation of one rule.
pub type Finding = Diagnostic<Found, Location>;

/// What a finding has besides its diagnostic.
#[derive(Debug, Clone)]
pub struct Found {
    /// The rule's name, `category/name`.
    pub rule: &'static str,
    /// How bad it is, after the configuration had its say.
    pub severity: Severity,
    /// The app it belongs to; none for the workspace as a whole.
    pub app: Option<Arc<str>>,
    /// The environment it belongs to; none when it is about several.
    pub environment: Option<Arc<str>>,
    /// A mechanical repair, where there is one.
    pub fix: Option<Fix>,
    /// The secret that it is about: a file that has it at several places is reported once.
    pub secret: Option<Secret>,
    /// What it shares with findings of other deployments and paths.
    pub cause: Option<Cause>,
    /// The paths that it speaks of, where these are several.
    pub paths: Vec<Path>,
    /// What it says is not there, as far as one app can tell.
    pub absent: Option<Absent>,
    /// Whether its path lies in an object that a template makes, whose keys and names may be made of values.
    pub is_of_object: bool,
}

impl Found {
    /// By a rule, of the workspace as a whole.
    pub fn by(rule: &'static str, severity: Severity) -> Self {
        Found {
            rule,
            severity,
            app: None,
            environment: None,
            fix: None,
            secret: None,
            cause: None,
            paths: Vec::new(),
            absent: None,
            is_of_object: false,
        }
    }
}

impl Finding {
    /// A finding of the workspace as a whole, without path, help, notes or fix: the builder methods add them.
    pub fn new(
        rule: &'static str,
        severity: Severity,
        location: Location,
        message: impl Into<Text>,
    ) -> Self {
        Diagnostic::with(location, message, Found::by(rule, severity))
    }

    /// Says which environment it belongs to.
    pub fn environment(mut self, environment: &Arc<str>) -> Self {
        self.environment = Some(Arc::clone(environment));
        self
    }

    /// Its place as a mark of its cause: what one line makes is one cause.
    pub fn line_mark(&self) -> String {
        format!("{}:{}", self.location.source.path, self.location.span.start)
    }

    /// Says which secret it is about.
    pub fn about(mut self, secret: &Secret) -> Self {
        self.secret = Some(secret.clone());
        self
    }

    /// Says it once with all findings of the rule about this file in which the same is wrong, with a list of their paths.
    /// The message ends where the deployments are named; the rest of the sentence comes behind them.
    pub fn once(self, wrong: impl Into<Text>, rest: impl Into<Text>) -> Self {
        let path = self.path.as_ref();
        let subject = path.map_or_else(Text::new, |path| text!("`{}`", path));
        let file = self.location.source.path.clone();
        self.once_of(file, wrong, subject).ending(rest)
    }

    /// Says it once with all findings of the rule in which the same is wrong, with a list of their subjects.
    pub fn once_of(
        mut self,
        file: impl Into<String>,
        wrong: impl Into<Text>,
        subject: impl Into<Text>,
    ) -> Self {
        self.cause = Some(Cause {
            mark: (file.into(), wrong.into()),
            rest: Text::new(),
            subject: subject.into(),
        });
        self
    }

    /// Says how the sentence ends, behind the deployments.
    pub fn ending(mut self, rest: impl Into<Text>) -> Self {
        if let Some(cause) = &mut self.cause {
            cause.rest = rest.into();
        }
        self
    }

    /// Says which paths it speaks of, where these are several.
    pub fn of_paths(mut self, paths: impl IntoIterator<Item = Path>) -> Self {
        self.paths = paths.into_iter().collect();
        self
    }

    /// Says that it holds only where no other app of the namespace has this.
    pub fn unless_elsewhere(mut self, namespace: &str, what: Wanted) -> Self {
        self.absent = Some(Absent {
            namespace: namespace.to_owned(),
            what,
        });
        self
    }

    /// Adds a mechanical repair.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// The order of every report, so that two runs compare: file, line, column, rule, then what tells equals apart.
    pub fn sort_key(&self) -> impl Ord + '_ {
        (
            &self.location.source.path,
            self.location.span.start,
            self.rule,
            &self.app,
            &self.environment,
            &self.message,
        )
    }
}
