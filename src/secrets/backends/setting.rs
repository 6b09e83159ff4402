//! What a setting of a backend is: its form, whether it is needed, and what it means.

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its path below the backend's key: `region`, `gcp.project`.
    pub path: &'static str,
    /// What its value looks like.
    pub form: Form,
    /// Whether it has to be there.
    pub need: Need,
    /// What holds when it is not given.
    pub default: Option<&'static str>,
    /// The case in which it has a meaning; always, when there is none.
    pub case: Option<Case>,
    /// Whether two environments that share a value share secrets: a prefix, a role.
    pub isolates: bool,
    /// Whether another value means another store, so that equal prefixes are no shared secrets: an address, a project.
    pub locates: bool,
    /// Whether it names a key that never expires, and what to use instead.
    pub long_lived: Option<&'static str>,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// A value, for documentation and messages.
    pub example: &'static str,
}

/// What a setting's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// `https://…`
    Url,
    /// A name of a Kubernetes object.
    Name,
    /// `arn:…`
    Arn,
    /// A duration as Go reads it: `1h30m`.
    Duration,
    /// A duration of one number and one unit, `s`, `m` or `h`: what the Vault Secrets Operator takes.
    SimpleDuration,
    /// A version: text, or a whole number.
    Version,
    /// A Secret by name, or by `name` and `key`; the key when it is not given.
    SecretRef(&'static str),
    /// A list of workloads: maps of `kind` and `name`.
    Workloads,
    /// Sealed values: secret, then key, then ciphertext.
    Ciphertexts,
}

/// Whether a setting has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It may be left out.
    Optional,
    /// It has to be there, in its case.
    Required,
    /// It has to be there, unless the other setting is.
    RequiredUnless(&'static str),
}

/// A setting has one of these values.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The path of the setting that decides.
    pub setting: &'static str,
    /// The values for which the case holds.
    pub values: &'static [&'static str],
}

/// Settings of which exactly one is needed.
#[derive(Debug, Clone, Copy)]
pub struct Alternative {
    /// The settings' paths.
    pub settings: &'static [&'static str],
    /// The case in which one is needed.
    pub case: Option<Case>,
    /// What they decide: "how the store is logged in to".
    pub decides: &'static str,
}

impl Setting {
    /// An optional setting.
    pub(super) const fn new(
        path: &'static str,
        form: Form,
        example: &'static str,
        doc: &'static str,
    ) -> Setting {
        Setting {
            path,
            form,
            need: Need::Optional,
            default: None,
            case: None,
            isolates: false,
            locates: false,
            long_lived: None,
            doc,
            example,
        }
    }

    /// It has to be there.
    pub(super) const fn required(mut self) -> Setting {
        self.need = Need::Required;
        self
    }

    /// It has to be there unless another setting is.
    pub(super) const fn required_unless(mut self, other: &'static str) -> Setting {
        self.need = Need::RequiredUnless(other);
        self
    }

    /// What holds when it is not given.
    pub(super) const fn or(mut self, default: &'static str) -> Setting {
        self.default = Some(default);
        self
    }

    /// It has a meaning only when another setting has one of these values.
    pub(super) const fn when(
        mut self,
        setting: &'static str,
        values: &'static [&'static str],
    ) -> Setting {
        self.case = Some(Case { setting, values });
        self
    }

    /// Environments that share it share secrets.
    pub(super) const fn isolates(mut self) -> Setting {
        self.isolates = true;
        self
    }

    /// Another value means another store.
    pub(super) const fn locates(mut self) -> Setting {
        self.locates = true;
        self
    }

    /// It names a key that never expires.
    pub(super) const fn long_lived(mut self, instead: &'static str) -> Setting {
        self.long_lived = Some(instead);
        self
    }
}

impl Form {
    /// What a value has to be, to complete "must be …".
    pub fn expected(self) -> String {
        match self {
            Form::Text => "text".to_owned(),
            Form::Choice(words) => format!("one of {}", list(words)),
            Form::Flag => "`true` or `false`".to_owned(),
            Form::Url => "an address that begins with `https://`".to_owned(),
            Form::Name => "a name of a Kubernetes object: lower-case letters, digits, `-` and `.`, at most 253".to_owned(),
            Form::Arn => "an ARN: `arn:partition:service:region:account:resource`".to_owned(),
            Form::Duration => "a duration such as `30s`, `15m` or `1h30m`".to_owned(),
            Form::SimpleDuration => "a duration of one number and one unit, such as `30s`, `15m` or `1h`".to_owned(),
            Form::Version => "text or a whole number".to_owned(),
            Form::SecretRef(_) => "the name of a Secret, or a map of its `name` and `key`".to_owned(),
            Form::Workloads => "a list of maps of `kind` (Deployment, DaemonSet, StatefulSet, argo.Rollout) and `name`".to_owned(),
            Form::Ciphertexts => "a map of secrets, each a map of keys and sealed values".to_owned(),
        }
    }
}

/// The kinds that the Vault Secrets Operator restarts (VaultStaticSecret, `rolloutRestartTargets`).
pub const WORKLOAD_KINDS: &[&str] = &["Deployment", "DaemonSet", "StatefulSet", "argo.Rollout"];

fn list(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
