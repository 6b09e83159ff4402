//! The files that `envlint generate templates` keeps in a chart: the seven templates, the defaults of `values.yaml` and
//! the fragment of `values.schema.json`.

use std::path::{Path, PathBuf};

use envlint_yaml::{Document, Map, Path as ValuePath, Value};
use sha2::{Digest, Sha256};

use super::backends::{self, ENABLED};
use super::inventory::Inventory;
use super::render::{self, Deployment};
use super::schema;
use crate::source::{ReadError, Source, read_regular};

/// One file of the chart, as it is and as it should be.
#[derive(Debug)]
pub struct File {
    /// Its path.
    pub path: PathBuf,
    /// Its text; none when there is no such file.
    pub old: Option<String>,
    /// What it should be.
    pub new: String,
    /// Whether a person changed it since it was generated.
    pub edited: bool,
}

impl File {
    /// Whether there is nothing to write.
    pub fn is_current(&self) -> bool {
        self.old.as_deref() == Some(self.new.as_str())
    }
}

/// What marks a generated template; the check sum of what follows it tells whether a person changed it.
const MARK: &str = "{{- /* envlint: sha256:";

/// What should be in the chart.
///
/// # Errors
/// When a template cannot be rendered, or a file of the chart cannot be read or changed.
pub fn files(
    directory: &Path,
    inventory: &Inventory,
    deployments: &[Deployment],
) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    for backend in backends::all() {
        let body = render::chart_template(backend, inventory, deployments)?;
        let path = directory
            .join("templates/secrets")
            .join(format!("{}.yaml", backend.name));
        let old = read(&path)?;
        files.push(File {
            edited: old.as_deref().is_some_and(is_edited),
            new: format!("{MARK}{} */ -}}}}\n{body}", sum(&body)),
            old,
            path,
        });
    }
    files.push(defaults(directory)?);
    files.push(values_schema(directory)?);
    Ok(files)
}

fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match read_regular(path).and_then(Source::text_of) {
        Ok(text) => Ok(Some(text)),
        Err(ReadError::Missing) => Ok(None),
        Err(error) => Err(anyhow::anyhow!("cannot read {}: {error}", path.display())),
    }
}

/// Whether the text of a template is not what was generated.
fn is_edited(text: &str) -> bool {
    let generated = text
        .strip_prefix(MARK)
        .and_then(|rest| rest.split_once(" */ -}}\n"));
    // Git may give lines another ending.
    generated.is_none_or(|(recorded, body)| sum(&body.replace("\r\n", "\n")) != recorded)
}

fn sum(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// `values.yaml` with a switch for every backend; what is there already stays.
fn defaults(directory: &Path) -> anyhow::Result<File> {
    let path = directory.join("values.yaml");
    let old = read(&path)?;
    let text = old.clone().unwrap_or_default();
    let new = with_defaults(&path, &text)?;
    Ok(File {
        path,
        old,
        new,
        edited: false,
    })
}

fn with_defaults(path: &Path, text: &str) -> anyhow::Result<String> {
    let mut document = Document::parse(text);
    if let Some(error) = document.errors().iter().find(|error| error.is_fatal()) {
        anyhow::bail!(
            "cannot add defaults to {}: {}",
            path.display(),
            error.message
        );
    }
    let is_block = document
        .root()
        .is_none_or(|root| root.is_null() || root.as_mapping().is_some() && !root.is_flow());
    let has_secrets = document
        .root()
        .and_then(|root| root.as_mapping()?.get("secrets"))
        .is_some();
    if is_block && !has_secrets {
        return Ok(appended(text));
    }
    let secrets = ValuePath::root().key("secrets");
    if document
        .get(&secrets)
        .is_some_and(|node| node.as_mapping().is_none() && !node.is_null())
    {
        anyhow::bail!(
            "`secrets` in {} is not a map, so the backends' switches cannot be added",
            path.display()
        );
    }
    let off = Value::Map(Map::from([(ENABLED.to_owned(), Value::Bool(false))]));
    for backend in backends::all() {
        let place = secrets.key(backend.key);
        if document.get(&place).is_none() {
            let edited = envlint_yaml::set(&document, &place, &off).map_err(|error| {
                anyhow::anyhow!("cannot add `{place}` to {}: {error}", path.display())
            })?;
            document = edited.document;
        }
    }
    Ok(document.source().to_owned())
}

/// The block of switches at the end of a file.
fn appended(text: &str) -> String {
    let mut new = text.to_owned();
    if !new.is_empty() {
        if !new.ends_with('\n') {
            new.push('\n');
        }
        new.push('\n');
    }
    new.push_str("# Where secrets come from: each environment's values file enables one backend.\nsecrets:\n");
    for backend in backends::all() {
        new.push_str(&format!("  {}:\n    {ENABLED}: false\n", backend.key));
    }
    new
}

/// `values.schema.json` with the fragment of the `secrets:` block.
fn values_schema(directory: &Path) -> anyhow::Result<File> {
    let path = directory.join("values.schema.json");
    let old = read(&path)?;
    let new = match &old {
        None => {
            pretty(&serde_json::json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {"secrets": schema::fragment()},
            }))? + "\n"
        }
        Some(text) => with_fragment(&path, text)?,
    };
    Ok(File {
        path,
        old,
        new,
        edited: false,
    })
}

/// Puts the fragment into a schema without touching another byte; a `secrets` property that a person wrote stays.
fn with_fragment(path: &Path, text: &str) -> anyhow::Result<String> {
    let known: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| anyhow::anyhow!("{} is not JSON: {error}", path.display()))?;
    let Some(known) = known.as_object() else {
        anyhow::bail!("{} is not a JSON object", path.display());
    };
    let fragment = schema::fragment();
    let property = known
        .get("properties")
        .and_then(|properties| properties.get("secrets"));
    let is_ours = |value: &serde_json::Value| value.get("$comment") == fragment.get("$comment");
    if property.is_some_and(|property| *property == fragment || !is_ours(property)) {
        return Ok(text.to_owned());
    }
    let indented = pretty(&fragment)?.replace('\n', "\n    ");
    // JSON is YAML, and so the places are known.
    let document = Document::parse(text);
    let at = |path: &str| {
        path.parse()
            .ok()
            .and_then(|path| document.get(&path))
            .map(|node| node.span())
    };
    let (range, replacement) = match (at("properties.secrets"), at("properties"), at(".")) {
        (Some(span), _, _) => (span.range(), indented),
        (None, Some(span), _) => {
            let comma = if known.get("properties") == Some(&serde_json::json!({})) {
                "\n  "
            } else {
                ","
            };
            (
                span.start + 1..span.start + 1,
                format!("\n    \"secrets\": {indented}{comma}"),
            )
        }
        (None, None, Some(span)) => {
            let comma = if known.is_empty() { "\n" } else { "," };
            let whole = format!("\n  \"properties\": {{\n    \"secrets\": {indented}\n  }}{comma}");
            (span.start + 1..span.start + 1, whole)
        }
        (None, None, None) => anyhow::bail!(
            "cannot find where to add the fragment in {}",
            path.display()
        ),
    };
    let mut new = text.to_owned();
    new.replace_range(range, &replacement);
    serde_json::from_str::<serde_json::Value>(&new).map_err(|error| {
        anyhow::anyhow!("cannot add the fragment to {}: {error}", path.display())
    })?;
    Ok(new)
}

fn pretty(value: &serde_json::Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)?)
}
