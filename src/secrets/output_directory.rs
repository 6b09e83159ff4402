//! `--out DIR`: one file per object. A list in the directory says which files envlint wrote, so that it removes those it no
//! longer writes, and never touches another.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use anyhow::{Context, bail};

use super::render::Object;
use crate::source::write;

/// The file with the list.
const LIST: &str = ".envlint-rendered";

/// The first line of the list.
const HEAD: &str = "# The files that `envlint render --out` wrote here; it removes those that it no longer writes.";

/// How many files there were of each kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Files {
    /// New, or with another text than before.
    pub written: usize,
    /// With the text that they had.
    pub unchanged: usize,
    /// Written by an earlier run, and not by this one.
    pub removed: usize,
}

/// Writes the objects, and removes what an earlier run wrote and this one does not.
///
/// # Errors
/// When a file of another origin stands where an object should, or the directory cannot be written; then what was there
/// stays.
pub fn write(directory: &Path, objects: &[Object]) -> anyhow::Result<Files> {
    let files = files(objects);
    let mut done = Files::default();
    let known = read_list(directory)?;
    for name in files.keys() {
        if directory.join(name).exists() && !known.contains(name) {
            bail!(
                "{} was not written by envlint, so it is not overwritten; move it away or choose another directory",
                directory.join(name).display()
            );
        }
    }
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    // The list comes first, with the old and the new files: an interrupted run is taken up by the next.
    let all: Vec<&String> = files
        .keys()
        .chain(known.iter().filter(|name| !files.contains_key(*name)))
        .collect();
    write_list(directory, &all)?;
    for (name, text) in &files {
        let path = directory.join(name);
        if fs::read_to_string(&path).ok().as_ref() == Some(text) {
            done.unchanged += 1;
        } else {
            create(&path, text)?;
            done.written += 1;
        }
    }
    for name in known.iter().filter(|name| !files.contains_key(*name)) {
        let path = directory.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                bail!("cannot remove {}: {error}", path.display());
            }
            _ => done.removed += 1,
        }
    }
    write_list(directory, &files.keys().collect::<Vec<_>>())?;
    Ok(done)
}

/// The files' names and texts: `externalsecret-database.yaml`; a number tells equal names apart.
fn files(objects: &[Object]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for object in objects {
        let plain = |text: &str| -> String {
            let kept = text.chars().map(|character| {
                let is_plain =
                    character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_');
                if is_plain {
                    character.to_ascii_lowercase()
                } else {
                    '-'
                }
            });
            kept.collect()
        };
        let stem = format!("{}-{}", plain(&object.kind), plain(&object.name));
        let mut name = format!("{stem}.yaml");
        let mut number = 2;
        while files.contains_key(&name) {
            name = format!("{stem}-{number}.yaml");
            number += 1;
        }
        files.insert(name, format!("{}\n", object.text));
    }
    files
}

fn read_list(directory: &Path) -> anyhow::Result<Vec<String>> {
    let path = directory.join(LIST);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => bail!("cannot read {}: {error}", path.display()),
    };
    // A list that somebody changed must not lead anywhere else.
    let is_name = |name: &&str| {
        let mut parts = Path::new(name).components();
        matches!(
            (parts.next(), parts.next()),
            (Some(Component::Normal(_)), None)
        ) && *name != LIST
    };
    let names = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    Ok(names.filter(is_name).map(str::to_owned).collect())
}

fn write_list(directory: &Path, names: &[&String]) -> anyhow::Result<()> {
    let names: String = names.iter().map(|name| format!("{name}\n")).collect();
    create(&directory.join(LIST), &format!("{HEAD}\n{names}"))
}

fn create(path: &Path, text: &str) -> anyhow::Result<()> {
    write::create(path, text, true).with_context(|| format!("cannot write {}", path.display()))
}
