//! The parts of SARIF 2.1.0 that envlint writes, under their names in the standard.

use serde::Serialize;

use crate::masking::Printable;
use crate::source::Confidence;

/// `sarifLog`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run; 1],
}

/// `run`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub tool: Tool,
    pub column_kind: &'static str,
    pub original_uri_base_ids: Bases,
    pub invocations: [Invocation; 1],
    pub results: Vec<SarifResult>,
}

/// `tool`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tool {
    pub driver: Driver,
}

/// `toolComponent`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    pub name: &'static str,
    pub version: &'static str,
    pub semantic_version: &'static str,
    pub information_uri: &'static str,
    pub rules: Vec<Descriptor>,
}

/// `reportingDescriptor`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub id: &'static str,
    pub name: &'static str,
    pub short_description: Message,
    pub full_description: Message,
    pub help: Help,
    pub help_uri: Printable,
    pub default_configuration: Configuration,
    pub properties: Tags,
}

/// `multiformatMessageString`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Help {
    pub text: Printable,
    pub markdown: Printable,
}

/// `reportingConfiguration`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Configuration {
    pub level: &'static str,
}

/// `propertyBag` of a rule
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tags {
    pub tags: [&'static str; 1],
}

/// `originalUriBaseIds`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bases {
    #[serde(rename = "ROOT")]
    pub root: Base,
}

/// `artifactLocation` of a base: where it is, only the reader knows
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Base {
    pub description: Message,
}

/// `invocation`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub execution_successful: bool,
    pub tool_execution_notifications: Vec<Notification>,
}

/// `notification`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notification {
    pub level: &'static str,
    pub message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<SarifLocation>,
}

/// `result`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult {
    pub rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_index: Option<usize>,
    pub level: &'static str,
    pub message: Message,
    pub locations: [SarifLocation; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<SarifLocation>,
    pub partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Repair>,
    pub properties: Belonging,
}

/// `partialFingerprints`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fingerprints {
    #[serde(rename = "envlint/v1")]
    pub first: String,
}

/// `propertyBag` of a result
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Belonging {
    pub confidence: Confidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<Printable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Printable>,
}

/// `location`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifLocation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    pub physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

/// `physicalLocation`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical {
    pub artifact_location: Artifact,
    pub region: Region,
}

/// `artifactLocation`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    pub uri: Printable,
    pub uri_base_id: &'static str,
}

/// `region`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: usize,
    pub start_column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// `logicalLocation`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logical {
    pub fully_qualified_name: Printable,
    pub kind: &'static str,
}

/// `fix`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repair {
    pub description: Message,
    pub artifact_changes: [Change; 1],
}

/// `artifactChange`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    pub artifact_location: Artifact,
    pub replacements: Vec<Replacement>,
}

/// `replacement`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Replacement {
    pub deleted_region: Region,
    pub inserted_content: Message,
}

/// `message`, and anything else that has only a text
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub text: Printable,
}

impl Message {
    /// A message of plain text.
    pub(super) fn text(text: impl Into<Printable>) -> Message {
        Message { text: text.into() }
    }
}
