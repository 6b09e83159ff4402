//! `cargo xtask kubernetes`: the names and types of the fields of Kubernetes' own objects, reduced to one table.
//!
//! The sources are Kubernetes' OpenAPI documents and the life cycles of its API versions, as the Go modules
//! `k8s.io/kubernetes` and `k8s.io/api` publish them. No prose is taken over, only names, types and versions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Minor versions, in order.
type Minors = BTreeSet<u32>;

/// What all documents say together.
#[derive(Default)]
struct Table {
    minors: Minors,
    /// By group and version, kind, and the type of its objects.
    kinds: BTreeMap<(String, String, String), Minors>,
    /// By the type's name and the field: what the field is, and in which versions.
    types: BTreeMap<String, BTreeMap<String, BTreeMap<String, Minors>>>,
    /// By group and version, and kind.
    lifecycles: BTreeMap<(String, String), Lifecycle>,
}

#[derive(Default)]
struct Lifecycle {
    deprecated: Option<u32>,
    removed: Option<u32>,
    replacement: Option<String>,
}

/// Reads the unpacked modules below a folder (`…/kubernetes@v1.37.2`, `…/api@v0.37.2`), and writes the table.
pub(crate) fn write(modules: &Path, out: &Path) -> Result<()> {
    let mut table = Table::default();
    for module in folders(modules)? {
        let name = module.file_name().unwrap_or_default().to_string_lossy();
        if let Some(minor) = minor_of(&name, "kubernetes@v1.") {
            let file = module.join("api/openapi-spec/swagger.json");
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            table.add(&serde_json::from_str(&text)?, minor);
        } else if minor_of(&name, "api@v0.").is_some() {
            table.add_lifecycles(&module)?;
        }
    }
    if table.minors.is_empty() {
        bail!("{}: no module `kubernetes@v1.…` in it", modules.display());
    }
    fs::write(out, table.text()?).with_context(|| out.display().to_string())
}

fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(parent).with_context(|| parent.display().to_string())?;
    let mut folders = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    Ok(folders)
}

fn minor_of(module: &str, prefix: &str) -> Option<u32> {
    let version = module.strip_prefix(prefix)?;
    version.split('.').next()?.parse().ok()
}

impl Table {
    /// Adds the OpenAPI document of one version.
    fn add(&mut self, document: &Value, minor: u32) {
        self.minors.insert(minor);
        let definitions = document["definitions"].as_object();
        for (name, definition) in definitions.into_iter().flatten() {
            if scalar_of(name).is_some() {
                continue;
            }
            let name = short(name);
            let kinds = definition["x-kubernetes-group-version-kind"].as_array();
            for kind in kinds.into_iter().flatten() {
                let text = |key: &str| kind[key].as_str().unwrap_or_default();
                let (group, version) = (text("group"), text("version"));
                // `DeleteOptions` and `WatchEvent` belong to all groups, and nobody applies them.
                if name.starts_with("meta.") {
                    continue;
                }
                let key = (
                    api_version(group, version),
                    text("kind").to_owned(),
                    name.to_owned(),
                );
                self.kinds.entry(key).or_default().insert(minor);
            }
            let fields = self.types.entry(name.to_owned()).or_default();
            let required: Vec<&str> = definition["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            for (field, schema) in definition["properties"].as_object().into_iter().flatten() {
                let mark = if required.contains(&field.as_str()) {
                    "!"
                } else {
                    ""
                };
                let form = format!("{mark}{}", form(schema));
                let forms = fields.entry(field.clone()).or_default();
                forms.entry(form).or_default().insert(minor);
            }
        }
    }

    /// Adds the life cycles of the API versions that a module `k8s.io/api` knows.
    fn add_lifecycles(&mut self, module: &Path) -> Result<()> {
        for group in folders(module)? {
            for version in folders(&group)? {
                let file = version.join("zz_generated.prerelease-lifecycle.go");
                let Ok(text) = fs::read_to_string(&file) else {
                    continue;
                };
                let register = fs::read_to_string(version.join("register.go"))?;
                let name = register
                    .split("GroupName = \"")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next())
                    .with_context(|| format!("{}: no GroupName", version.display()))?;
                let version = version.file_name().unwrap_or_default().to_string_lossy();
                self.add_lifecycles_of(&api_version(name, &version), &text);
            }
        }
        Ok(())
    }

    fn add_lifecycles_of(&mut self, group_version: &str, text: &str) {
        // `func (in *Ingress) APILifecycleRemoved() (major, minor int) {`, and a return on the next line.
        for function in text.split("\nfunc (in *").skip(1) {
            let mut lines = function.lines();
            let (Some(head), Some(body)) = (lines.next(), lines.next()) else {
                continue;
            };
            let kind = head.split(')').next().unwrap_or_default();
            if kind.ends_with("List") {
                continue;
            }
            let key = (group_version.to_owned(), kind.to_owned());
            let lifecycle = self.lifecycles.entry(key).or_default();
            let minor = || body.rsplit(", ").next()?.trim().parse().ok();
            if head.contains("APILifecycleDeprecated") {
                lifecycle.deprecated = minor();
            } else if head.contains("APILifecycleRemoved") {
                lifecycle.removed = minor();
            } else if head.contains("APILifecycleReplacement") {
                let part = |name: &str| body.split(name).nth(1)?.split('"').nth(1);
                let group = part("Group:").unwrap_or_default();
                lifecycle.replacement = part("Version:").map(|version| api_version(group, version));
            }
        }
    }

    /// The table as text: one line for each kind, each life cycle and each type.
    fn text(&self) -> Result<String> {
        let (first, last) = (self.minors.first(), self.minors.last());
        let (first, last) = first.zip(last).context("no version")?;
        let mut out = format!("kubernetes {first} {last}\n");
        for ((group_version, kind, name), minors) in &self.kinds {
            let minors = self.since(minors);
            writeln!(out, "kind {group_version} {kind} {name}{minors}")?;
        }
        for ((group_version, kind), lifecycle) in &self.lifecycles {
            if lifecycle.deprecated.is_none() && lifecycle.removed.is_none() {
                continue;
            }
            let minor =
                |minor: Option<u32>| minor.map_or("-".to_owned(), |minor| minor.to_string());
            writeln!(
                out,
                "life {group_version} {kind} {} {} {}",
                minor(lifecycle.deprecated),
                minor(lifecycle.removed),
                lifecycle.replacement.as_deref().unwrap_or("-")
            )?;
        }
        for (name, fields) in &self.types {
            write!(out, "type {name}")?;
            for (field, forms) in fields {
                for (form, minors) in forms {
                    write!(out, " {field}:{form}{}", self.since(minors))?;
                }
            }
            out.push('\n');
        }
        Ok(out)
    }

    /// Versions as ranges, `@26-28,31-37`; nothing for all of them.
    fn since(&self, minors: &Minors) -> String {
        if *minors == self.minors {
            return String::new();
        }
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for minor in minors {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == *minor => *last = *minor,
                _ => ranges.push((*minor, *minor)),
            }
        }
        let ranges: Vec<String> = ranges
            .iter()
            .map(|(first, last)| format!("{first}-{last}"))
            .collect();
        format!("@{}", ranges.join(","))
    }
}

fn api_version(group: &str, version: &str) -> String {
    match group {
        "" => version.to_owned(),
        group => format!("{group}/{version}"),
    }
}

/// The name of a type without what all of them begin with.
fn short(name: &str) -> &str {
    let prefixes = [
        "io.k8s.api.",
        "io.k8s.apimachinery.pkg.apis.",
        "io.k8s.kube-aggregator.pkg.apis.",
        "io.k8s.apiextensions-apiserver.pkg.apis.",
        "io.k8s.apimachinery.pkg.",
    ];
    let mut found = prefixes
        .iter()
        .filter_map(|prefix| name.strip_prefix(prefix));
    found.next().unwrap_or(name)
}

/// Types that stand for a value of another form than their schema says, by the end of their name.
fn scalar_of(name: &str) -> Option<&'static str> {
    let (_, last) = name.rsplit_once('.')?;
    Some(match last {
        "Quantity" => "quantity",
        "IntOrString" => "intOrString",
        "Time" | "MicroTime" => "string",
        "FieldsV1"
        | "RawExtension"
        | "JSON"
        | "JSONSchemaPropsOrArray"
        | "JSONSchemaPropsOrBool"
        | "JSONSchemaPropsOrStringArray"
        | "Patch" => "any",
        _ => return None,
    })
}

/// What a field is: `string`, `int32`, `core.v1.Container`, `[string]`, `{quantity}`.
fn form(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/definitions/");
        return scalar_of(name).unwrap_or(short(name)).to_owned();
    }
    let below = |schema: &Value| match schema {
        Value::Object(_) => form(schema),
        _ => "any".to_owned(),
    };
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("array"), _) => format!("[{}]", below(&schema["items"])),
        (Some("object"), _) => match schema.get("additionalProperties") {
            Some(values) => format!("{{{}}}", below(values)),
            None => "object".to_owned(),
        },
        (Some("integer"), Some(format)) => format.to_owned(),
        (Some(other), _) => other.to_owned(),
        (None, _) => "any".to_owned(),
    }
}
