//! `--out DIR`: one file per object. A list in the directory says which files envlint wrote, and the check sum of each, so that
//! it removes those it no longer writes, and never touches another.
//!
//! The list may be another's as well, in a repository of another's. So a file is envlint's only when it is as the list says,
//! and an object of the kind and the name that its own name says, or values that envlint made: nothing else is ever removed
//! or overwritten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use envlint_yaml::Document;
use sha2::{Digest, Sha256};

use super::render::Object;
use crate::source::write::{self, NewFile};
use crate::source::{ReadError, Source, read_regular};

/// The file with the list.
const LIST: &str = ".envlint-rendered";

/// The first line of the list.
const HEAD: &str = "# The files that envlint wrote here, with their SHA-256; it removes those that it no longer writes.";

/// The folder with values files next to the objects. `kubectl apply -f DIR` does not enter it.
pub const VALUES: &str = "values/";

/// What the first line of a values file in it begins with.
pub const HEAD_OF_VALUES: &str = "# Values of ";

/// How many files there were of each kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Files {
    /// New, or with another text than before.
    pub written: usize,
    /// With the text that they had.
    pub unchanged: usize,
    /// Written by an earlier run, and not by this one.
    pub removed: usize,
    /// Written by an earlier run, and changed since: they are left where they are.
    pub kept: usize,
}

/// Names of files, with the check sums that their texts may have. An interrupted run leaves a file as it was or as it should
/// be, and the list has both.
type List = BTreeMap<String, BTreeSet<String>>;

/// Writes the objects, and removes what an earlier run wrote and this one does not.
///
/// # Errors
/// When a file of another origin stands where an object should, or the directory cannot be written; then what was there
/// stays.
pub fn write(directory: &Path, objects: &[Object]) -> anyhow::Result<Files> {
    let mut files = Texts::new();
    for object in objects {
        add(&mut files, "", (&object.kind, &object.name), &object.text);
    }
    write_all(directory, &files)
}

/// The names and texts of files.
pub type Texts = BTreeMap<String, String>;

/// Writes files, each an object or values, and removes what an earlier run wrote and this one does not.
///
/// # Errors
/// As [`write`].
pub fn write_all(directory: &Path, files: &Texts) -> anyhow::Result<Files> {
    let known = read_list(directory)?;
    let mut done = Files::default();
    let mut new = Vec::new();
    for (name, text) in files {
        let path = directory.join(name);
        match Found::at(directory, name, &known)? {
            Found::Ours(old) if old == *text => done.unchanged += 1,
            Found::Other(old) if old.as_ref() == Some(text) => done.unchanged += 1,
            Found::Ours(_) | Found::Nothing => {
                done.written += 1;
                new.push(file(path, text.clone()));
            }
            Found::Other(_) => bail!(
                "{} is not as envlint wrote it, so it is not overwritten; move it away or choose another directory",
                path.display()
            ),
        }
    }
    let mut stale = Vec::new();
    for name in known.keys().filter(|name| !files.contains_key(*name)) {
        match Found::at(directory, name, &known)? {
            Found::Ours(_) => stale.push(directory.join(name)),
            Found::Other(_) => done.kept += 1,
            Found::Nothing => {}
        }
    }
    // The list comes first, with the old and the new files: an interrupted run is taken up by the next.
    let current = list_of(files);
    let mut both = known.clone();
    for (name, sums) in &current {
        both.entry(name.clone()).or_default().extend(sums.clone());
    }
    let has_list = directory.join(LIST).exists();
    write_list(directory, &both)?;
    if let Err(error) = write::all(&new) {
        // What was written a moment ago can be written again, or nothing can be done.
        let _ = match has_list {
            true => write_list(directory, &known),
            false => fs::remove_file(directory.join(LIST)).map_err(Into::into),
        };
        return Err(error.into());
    }
    for path in stale {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        done.removed += 1;
    }
    write_list(directory, &current)?;
    Ok(done)
}

/// What a directory holds beside these files and those that envlint wrote there: `kubectl apply -f DIR` would apply that, too.
///
/// # Errors
/// When it cannot be read.
pub fn others(directory: &Path, files: &Texts) -> anyhow::Result<Vec<String>> {
    let known = read_list(directory)?;
    let is_ours = |name: &str| name == LIST || known.contains_key(name) || files.contains_key(name);
    let folder = VALUES.trim_end_matches('/');
    let mut others = Vec::new();
    for (place, before) in [(directory.to_owned(), ""), (directory.join(folder), VALUES)] {
        let entries = match fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => bail!("cannot read {}: {error}", place.display()),
        };
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", place.display()))?;
            let name = format!("{before}{}", entry.file_name().to_string_lossy());
            if !(is_ours(&name) || (name == folder && entry.path().is_dir())) {
                others.push(name);
            }
        }
    }
    others.sort();
    Ok(others)
}

/// What is at the place of a file.
enum Found {
    Nothing,
    /// What an earlier run wrote, as it wrote it.
    Ours(String),
    /// Something else; its text, when it has one.
    Other(Option<String>),
}

impl Found {
    fn at(directory: &Path, name: &str, known: &List) -> anyhow::Result<Found> {
        let path = directory.join(name);
        let is_file = match fs::symlink_metadata(&path) {
            Ok(meta) => meta.is_file(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Found::Nothing);
            }
            Err(error) => bail!("cannot read {}: {error}", path.display()),
        };
        let Some(text) = is_file
            .then(|| read_regular(&path).and_then(Source::text_of).ok())
            .flatten()
        else {
            return Ok(Found::Other(None));
        };
        let is_listed = known
            .get(name)
            .is_some_and(|sums| sums.contains(&sum(&text)));
        let is_made = match name.starts_with(VALUES) {
            true => text.starts_with(HEAD_OF_VALUES),
            false => is_named_after_object(name, &text),
        };
        Ok(match is_listed && is_made {
            true => Found::Ours(text),
            false => Found::Other(Some(text)),
        })
    }
}

/// Whether a text is an object that would get this name.
fn is_named_after_object(name: &str, text: &str) -> bool {
    let document = Document::parse(text);
    let field = |path: &str| {
        let path = path.parse().ok()?;
        Some(document.get(&path)?.as_str()?.to_owned())
    };
    let Some(stem) = field("kind").and_then(|kind| Some(stem(&kind, &field("metadata.name")?)))
    else {
        return false;
    };
    // A number at the beginning says when it is applied.
    let name = match name.split_once('-') {
        Some((turn, rest)) if turn.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => name,
    };
    name.strip_prefix(&stem)
        .and_then(|rest| rest.strip_suffix(".yaml"))
        .is_some_and(|number| {
            let digits = number.strip_prefix('-');
            number.is_empty()
                || digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        })
}

fn sum(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Adds the file of an object: `externalsecret-database.yaml` behind `first`; a number tells equal names apart.
pub fn add(files: &mut Texts, first: &str, (kind, name): (&str, &str), text: &str) {
    let stem = format!("{first}{}", stem(kind, name));
    let named = |number: usize| match number {
        1 => format!("{stem}.yaml"),
        number => format!("{stem}-{number}.yaml"),
    };
    // Thousands of objects may have one name: the numbers that are taken are not tried one by one.
    let is_free = |number: usize| !files.contains_key(&named(number));
    let (mut taken, mut free) = (0, 1);
    while !is_free(free) {
        (taken, free) = (free, free * 2);
    }
    while free - taken > 1 {
        let middle = taken + (free - taken) / 2;
        match is_free(middle) {
            true => free = middle,
            false => taken = middle,
        }
    }
    files.insert(named(free), format!("{text}\n"));
}

/// The name of an object's file, without its ending.
fn stem(kind: &str, name: &str) -> String {
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
    format!("{}-{}", plain(kind), plain(name))
}

/// Lines of `<sum>  <name>`; others are of a file that is no list of envlint's, and say nothing.
fn read_list(directory: &Path) -> anyhow::Result<List> {
    let path = directory.join(LIST);
    let text = match read_regular(&path).and_then(Source::text_of) {
        Ok(text) => text,
        Err(ReadError::Missing) => return Ok(List::new()),
        Err(error) => bail!("cannot read {}: {error}", path.display()),
    };
    let mut list = List::new();
    for (sum, name) in text.lines().filter_map(|line| line.split_once("  ")) {
        // A list that somebody changed must not lead anywhere else.
        let plain = name.strip_prefix(VALUES).unwrap_or(name);
        if name.ends_with(".yaml") && !plain.contains(['/', '\\']) {
            list.entry(name.to_owned())
                .or_default()
                .insert(sum.to_owned());
        }
    }
    Ok(list)
}

fn list_of(files: &Texts) -> List {
    let sums = |text: &String| BTreeSet::from([sum(text)]);
    files
        .iter()
        .map(|(name, text)| (name.clone(), sums(text)))
        .collect()
}

fn write_list(directory: &Path, list: &List) -> anyhow::Result<()> {
    let mut text = format!("{HEAD}\n");
    for (name, sums) in list {
        for sum in sums {
            text += &format!("{sum}  {name}\n");
        }
    }
    write::all(&[file(directory.join(LIST), text)])?;
    Ok(())
}

fn file(path: std::path::PathBuf, text: String) -> NewFile {
    NewFile {
        path,
        text,
        executable: false,
    }
}
