//! What the user gives on the command line (Helm: pkg/cli/values/options.go).

use std::io::Read;
use std::path::Path;

use envlint_yaml::{Map, Value};

use super::given::{Values, from_json};
use super::strvals::{self, Dialect};
use crate::layer::ValuesError;

/// No values file known to us has a hundredth of this.
const LARGEST: u64 = 64 << 20;

/// The flags that give values. They are applied in the order of the fields, each in the order given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueOptions {
    /// `--values`, `-f`: files, `-` for standard input.
    pub files: Vec<String>,
    /// `--set-json`
    pub json: Vec<String>,
    /// `--set`
    pub set: Vec<String>,
    /// `--set-string`
    pub strings: Vec<String>,
    /// `--set-file`
    pub set_files: Vec<String>,
    /// `--set-literal`
    pub literals: Vec<String>,
}

/// Reads a file that an option names; the error is the system's reason.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, String>;

impl ValueOptions {
    /// Merges everything, reading files from the disk and `-` from standard input.
    ///
    /// # Errors
    /// See [`ValueOptions::merge_with`].
    pub fn merge(&self) -> Result<Values, ValuesError> {
        self.merge_with(&read_local)
    }

    /// Merges everything, with the caller's way to read files.
    ///
    /// # Errors
    /// A file that cannot be read or is no map, or an argument that Helm's grammar refuses.
    pub fn merge_with(&self, read: ReadFile<'_>) -> Result<Values, ValuesError> {
        let mut values = Values::default();
        for file in &self.files {
            let data = read(file).map_err(ValuesError::new)?;
            let layer = Values::read(&data)
                .map_err(|e| ValuesError::new(format!("failed to parse {file}: {e}")))?;
            values.merge(layer);
        }
        for argument in &self.json {
            merge_json(argument, &mut values)?;
        }
        let file = |name: &str| {
            let data = read(name)?;
            Ok(Value::String(String::from_utf8_lossy(&data).into_owned()))
        };
        let rest: [(&str, &[String], Dialect<'_>); 4] = [
            ("--set", &self.set, Dialect::Typed),
            ("--set-string", &self.strings, Dialect::Text),
            ("--set-file", &self.set_files, Dialect::File(&file)),
            ("--set-literal", &self.literals, Dialect::Literal),
        ];
        for (flag, arguments, dialect) in &rest {
            for argument in *arguments {
                strvals::parse_into(argument, dialect, &mut values.0)
                    .map_err(|e| ValuesError::new(format!("failed parsing {flag} data: {e}")))?;
            }
        }
        Ok(values)
    }
}

/// `--set-json` takes an object, or keys with JSON values.
fn merge_json(argument: &str, values: &mut Values) -> Result<(), ValuesError> {
    let trimmed = argument.trim();
    if trimmed.starts_with('{') {
        let map: serde_json::Map<String, serde_json::Value> = serde_json::from_str(trimmed)
            .map_err(|_| {
                ValuesError::new(format!("failed parsing --set-json data JSON: {argument}"))
            })?;
        let map: Map = map
            .into_iter()
            .map(|(key, value)| (key, from_json(value)))
            .collect();
        values.merge(Values(map));
        return Ok(());
    }
    strvals::parse_into(argument, &Dialect::Json, &mut values.0)
        .map_err(|_| ValuesError::new(format!("failed parsing --set-json data {argument}")))
}

/// A file of the disk, or standard input for `-`. Addresses on the network are refused: nothing here talks to it.
///
/// # Errors
/// Why it cannot be read.
pub fn read_local(name: &str) -> Result<Vec<u8>, String> {
    if name.trim() == "-" {
        return read_all(std::io::stdin(), "standard input");
    }
    if let Some((scheme @ ("http" | "https" | "oci"), _)) = name.split_once("://") {
        return Err(format!(
            "{name}: values are not read over the network ({scheme}); download the file first"
        ));
    }
    let path = Path::new(name);
    if path.is_dir() {
        return Err(format!("read {name}: is a directory"));
    }
    let file = std::fs::File::open(path)
        .map_err(|e| format!("open {name}: {}", crate::system::reason(&e)))?;
    read_all(file, name)
}

/// Reads to the end, which a device may not have.
fn read_all(from: impl Read, name: &str) -> Result<Vec<u8>, String> {
    let mut data = Vec::new();
    from.take(LARGEST + 1)
        .read_to_end(&mut data)
        .map_err(|e| format!("read {name}: {}", crate::system::reason(&e)))?;
    if data.len() as u64 > LARGEST {
        return Err(format!("{name} is larger than {} MiB", LARGEST >> 20));
    }
    Ok(data)
}

#[cfg(test)]
mod tests;
