//! `cargo xtask docs`: the pages and the schema that are made from the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use envlint::rules::{self, Rule};

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// Writes all files, and removes the pages of rules that are no longer there.
pub(crate) fn write() -> Result<()> {
    let files = files()?;
    for path in pages_on_disk()? {
        if !files.contains_key(&path) {
            fs::remove_file(root().join(&path)).with_context(|| path.clone())?;
        }
    }
    for (path, text) in files {
        let file = root().join(&path);
        let directory = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory).with_context(|| path.clone())?;
        fs::write(&file, text).with_context(|| path.clone())?;
    }
    Ok(())
}

/// What is made: path and text.
fn files() -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for rule in rules::all() {
        files.insert(format!("docs/rules/{}.md", rule.name), page(rule)?);
    }
    files.insert("docs/rules/README.md".to_owned(), contents());
    files.insert(
        "schemas/envlint.schema.json".to_owned(),
        rules::configuration::schema().into_string(),
    );
    Ok(files)
}

fn page(rule: &Rule) -> Result<String> {
    Ok(format!(
        "# {name}\n\nSeverity: {severity}\n\n{text}\n## What envlint says\n\nThis is the output for \
         [the rule's own example](../../../tests/fixtures/rules/{name}/bad):\n\n```text\n{output}\n```\n",
        name = rule.name,
        severity = rule.highest_severity(),
        text = rule.text(),
        output = output(rule)?,
    ))
}

/// What a check of the bad fixture prints: the snapshot, which a test compares with what is really printed, without its
/// last line, which counts.
fn output(rule: &Rule) -> Result<String> {
    let name = rule.name.replace('/', "__");
    let path = root().join(format!("tests/it/snapshots/it__rules__{name}.snap"));
    let snapshot = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let body = snapshot
        .splitn(3, "---\n")
        .nth(2)
        .unwrap_or_default()
        .trim_end();
    let findings = body
        .rsplit_once('\n')
        .map_or(body, |(findings, _)| findings);
    Ok(findings.trim_end().to_owned())
}

fn contents() -> String {
    let mut text = format!(
        "# Rules\n\nMade from the rules' own documentation by `cargo xtask docs`. `envlint explain RULE` prints the same text, \
         without the output at the end of each page.\n\n{}\n",
        rules::ABOUT_SEVERITIES
    );
    let mut category = "";
    for rule in rules::all() {
        if rule.category() != category {
            category = rule.category();
            text +=
                &format!("\n## {category}\n\n| rule | severity | what it finds |\n|---|---|---|\n");
        }
        text += &format!(
            "| [{0}]({0}.md) | {1} | {2} |\n",
            rule.name,
            rule.severity,
            rule.summary()
        );
    }
    text
}

/// The pages that are there: paths relative to the root.
fn pages_on_disk() -> Result<Vec<String>> {
    let mut pages = Vec::new();
    let directory = root().join("docs/rules");
    if !directory.is_dir() {
        return Ok(pages);
    }
    for entry in fs::read_dir(&directory)? {
        let category = entry?;
        if !category.path().is_dir() {
            continue;
        }
        for page in fs::read_dir(category.path())? {
            let names = (category.file_name(), page?.file_name());
            pages.push(format!(
                "docs/rules/{}/{}",
                names.0.to_string_lossy(),
                names.1.to_string_lossy()
            ));
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_from_the_source_is_up_to_date() {
        let files = files().unwrap();
        let stale: Vec<&String> = files
            .iter()
            .filter(|(path, text)| {
                fs::read_to_string(root().join(path)).ok().as_ref() != Some(*text)
            })
            .map(|(path, _)| path)
            .collect();
        assert!(stale.is_empty(), "`cargo xtask docs` renews {stale:?}");
    }

    #[test]
    fn every_page_belongs_to_a_rule() {
        let files = files().unwrap();
        for page in pages_on_disk().unwrap() {
            assert!(
                files.contains_key(&page),
                "`cargo xtask docs` removes {page}"
            );
        }
    }
}
