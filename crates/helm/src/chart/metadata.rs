//! `Chart.yaml` (Helm: pkg/chart/v2/metadata.go, dependency.go).

use std::collections::{BTreeMap, HashSet};

use envlint_yaml::Value;

use super::decode::{self, DecodeError, Field, FieldName};
use crate::version::satisfies;

/// What a chart is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartType {
    /// It is installed.
    Application,
    /// It only lends its named templates.
    Library,
}

/// A maintainer of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maintainer {
    /// Who.
    pub name: String,
    /// An address.
    pub email: String,
    /// A page.
    pub url: String,
}

/// One entry of `import-values`.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportValues {
    /// `- name`: the table `exports.name` of the child lands in the parent's root.
    Export(String),
    /// `- {child: a, parent: b}`; each is printed as Go prints it, `<nil>` when missing.
    Table {
        /// Where in the child.
        child: String,
        /// Where in the parent, `.` for its root.
        parent: String,
    },
    /// Anything else: Helm drops it without a word.
    Other,
}

/// A chart that a chart depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dependency {
    /// The name in the dependency's own `Chart.yaml`.
    pub name: String,
    /// A version or a range.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Paths of booleans, separated by commas; the first that exists decides.
    pub condition: String,
    /// Keys of `tags` in the values of the root chart.
    pub tags: Vec<String>,
    /// Written in the file, and set while dependencies are processed.
    pub enabled: bool,
    /// What of its values the parent imports.
    pub import_values: Vec<ImportValues>,
    /// The name under which the chart appears.
    pub alias: String,
}

impl Dependency {
    /// Where the chart lies, from the chart that depends on it, if it is one of the disk and not at an absolute path.
    pub fn local(&self) -> Option<&str> {
        let path = self.repository.strip_prefix("file://")?;
        (!path.starts_with('/')).then_some(path)
    }

    /// Whether a chart is the one that is asked for (Helm: getAliasDependency).
    pub(crate) fn takes(&self, found: &Metadata) -> bool {
        found.name == self.name && satisfies(&self.version, &found.version)
    }

    /// The name under which the chart appears: its alias, where it has one.
    pub fn appears_as(&self) -> &str {
        match self.alias.as_str() {
            "" => &self.name,
            alias => alias,
        }
    }
}

/// The content of `Chart.yaml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// The name of the chart.
    pub name: String,
    /// A page of the project.
    pub home: String,
    /// Where the source is.
    pub sources: Vec<String>,
    /// The chart's version, a semantic version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Who keeps it.
    pub maintainers: Vec<Maintainer>,
    /// An image.
    pub icon: String,
    /// `v1` or `v2`.
    pub api_version: String,
    /// Kept for `.Chart.Condition`; Helm does not use it.
    pub condition: String,
    /// Kept for `.Chart.Tags`; Helm does not use it.
    pub tags: String,
    /// The version of what the chart installs.
    pub app_version: String,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Free text for other programs; `None` when the file has none.
    pub annotations: Option<BTreeMap<String, String>>,
    /// The range of Kubernetes versions that it supports.
    pub kube_version: String,
    /// What it depends on, in the order of the file.
    pub dependencies: Vec<Dependency>,
    /// `application`, `library` or empty.
    pub chart_type: String,
}

impl Metadata {
    /// The type; an empty one is an application.
    pub fn kind(&self) -> ChartType {
        if self.chart_type.eq_ignore_ascii_case("library") {
            ChartType::Library
        } else {
            ChartType::Application
        }
    }

    /// Reads `Chart.yaml`, or `requirements.yaml` on top of it.
    pub(crate) fn read_into(&mut self, data: &[u8]) -> Result<(), DecodeError> {
        let value = crate::read::document(data).map_err(DecodeError::Yaml)?;
        decode::structure(&value, "v2.Metadata", "Metadata", &mut |key, field| {
            self.field(&key, &field)
        })
    }

    fn field(&mut self, key: &FieldName<'_>, field: &Field<'_>) -> Result<(), DecodeError> {
        let text = [
            ("name", &mut self.name),
            ("home", &mut self.home),
            ("version", &mut self.version),
            ("description", &mut self.description),
            ("icon", &mut self.icon),
            ("apiVersion", &mut self.api_version),
            ("condition", &mut self.condition),
            ("tags", &mut self.tags),
            ("appVersion", &mut self.app_version),
            ("kubeVersion", &mut self.kube_version),
            ("type", &mut self.chart_type),
        ];
        for (name, target) in text {
            if key.is(name) {
                return field.string(target);
            }
        }
        if key.is("sources") {
            self.sources = field.strings()?;
        } else if key.is("keywords") {
            self.keywords = field.strings()?;
        } else if key.is("deprecated") {
            field.bool(&mut self.deprecated)?;
        } else if key.is("annotations") {
            self.annotations = field
                .string_map()?
                .map(|entries| entries.into_iter().collect());
        } else if key.is("maintainers") {
            self.maintainers = maintainers(field)?;
        } else if key.is("dependencies") {
            self.dependencies = dependencies(field)?;
        }
        Ok(())
    }

    /// Cleans the texts and checks them (Helm: Metadata.Validate). The message is Helm's.
    pub(crate) fn validate(&mut self) -> Result<(), String> {
        let texts = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        for text in texts
            .into_iter()
            .chain(&mut self.sources)
            .chain(&mut self.keywords)
        {
            sanitize(text);
        }
        self.validate_identity()?;
        for maintainer in &mut self.maintainers {
            sanitize(&mut maintainer.name);
            sanitize(&mut maintainer.email);
            sanitize(&mut maintainer.url);
        }
        let mut names = HashSet::new();
        for dependency in &mut self.dependencies {
            dependency.validate()?;
            let key = if dependency.alias.is_empty() {
                &dependency.name
            } else {
                &dependency.alias
            };
            if !names.insert(key.clone()) {
                return Err(format!(
                    "validation: more than one dependency with name or alias {}",
                    quote(key)
                ));
            }
        }
        Ok(())
    }

    fn validate_identity(&self) -> Result<(), String> {
        let missing = |what: &str| Err(format!("validation: chart.metadata.{what} is required"));
        if self.api_version.is_empty() {
            return missing("apiVersion");
        }
        if self.name.is_empty() {
            return missing("name");
        }
        if self.name == "." || self.name == ".." {
            return Err(format!(
                "validation: chart.metadata.name {} is not allowed",
                quote(&self.name)
            ));
        }
        if self.name.contains('/') {
            return Err(format!(
                "validation: chart.metadata.name {} is invalid",
                quote(&self.name)
            ));
        }
        if self.version.is_empty() {
            return missing("version");
        }
        if !crate::version::is_valid(&self.version) {
            return Err(format!(
                "validation: chart.metadata.version {} is invalid",
                quote(&self.version)
            ));
        }
        if !["", "application", "library"].contains(&self.chart_type.as_str()) {
            return Err(
                "validation: chart.metadata.type must be application or library".to_owned(),
            );
        }
        Ok(())
    }
}

impl Dependency {
    fn validate(&mut self) -> Result<(), String> {
        let texts = [
            &mut self.name,
            &mut self.version,
            &mut self.repository,
            &mut self.condition,
        ];
        for text in texts.into_iter().chain(&mut self.tags) {
            sanitize(text);
        }
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !self.alias.chars().all(legal) {
            return Err(format!(
                "validation: dependency {} has disallowed characters in the alias",
                quote(&self.name)
            ));
        }
        Ok(())
    }

    fn field(&mut self, key: &FieldName<'_>, field: &Field<'_>) -> Result<(), DecodeError> {
        let text = [
            ("name", &mut self.name),
            ("version", &mut self.version),
            ("repository", &mut self.repository),
            ("condition", &mut self.condition),
            ("alias", &mut self.alias),
        ];
        for (name, target) in text {
            if key.is(name) {
                return field.string(target);
            }
        }
        if key.is("tags") {
            self.tags = field.strings()?;
        } else if key.is("enabled") {
            field.bool(&mut self.enabled)?;
        } else if key.is("import-values") {
            self.import_values = field
                .items("[]interface {}")?
                .iter()
                .map(import_values)
                .collect();
        }
        Ok(())
    }
}

fn import_values(item: &Value) -> ImportValues {
    // Go prints whatever is there with %v; only text makes sense as a path, so other scalars are close enough.
    let text = |key: &str| match item.get(key) {
        None | Some(Value::Null) => "<nil>".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => serde_json::to_string(other).unwrap_or_default(),
    };
    match item {
        Value::String(name) => ImportValues::Export(name.clone()),
        Value::Map(_) => ImportValues::Table {
            child: text("child"),
            parent: text("parent"),
        },
        _ => ImportValues::Other,
    }
}

fn maintainers(field: &Field<'_>) -> Result<Vec<Maintainer>, DecodeError> {
    let read = |item: &Value| {
        let mut maintainer = Maintainer::default();
        let present = field.nested(item, "v2.Maintainer", "Maintainer", &mut |key, field| {
            let text = [
                ("name", &mut maintainer.name),
                ("email", &mut maintainer.email),
                ("url", &mut maintainer.url),
            ];
            for (name, target) in text {
                if key.is(name) {
                    return field.string(target);
                }
            }
            Ok(())
        })?;
        if present {
            Ok(maintainer)
        } else {
            Err(DecodeError::Empty("maintainers"))
        }
    };
    field.items("[]*v2.Maintainer")?.iter().map(read).collect()
}

fn dependencies(field: &Field<'_>) -> Result<Vec<Dependency>, DecodeError> {
    let read = |item: &Value| {
        let mut dependency = Dependency::default();
        let present = field.nested(item, "v2.Dependency", "Dependency", &mut |key, field| {
            dependency.field(&key, &field)
        })?;
        if present {
            Ok(dependency)
        } else {
            Err(DecodeError::Empty("dependencies"))
        }
    };
    field.items("[]*v2.Dependency")?.iter().map(read).collect()
}

/// Go's `%q` for text without control characters, which [`sanitize`] has removed.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// White space becomes a blank, what cannot be printed goes (Helm: sanitizeString; Go: unicode.IsSpace, unicode.IsPrint).
fn sanitize(text: &mut String) {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return;
    }
    *text = text
        .chars()
        .filter_map(|c| match c {
            c if c.is_whitespace() => Some(' '),
            c if c.is_control() || is_invisible(c) => None,
            c => Some(c),
        })
        .collect();
}

/// Format characters and private use (Unicode categories Cf and Co), which Go does not print.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f
        | 0xfeff | 0xfff9..=0xfffb | 0xe000..=0xf8ff | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0x10ffff)
}
