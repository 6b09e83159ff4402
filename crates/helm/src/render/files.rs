//! `.Files` (Helm: pkg/engine/files.go): a map from names to bytes, with methods.

use std::any::Any;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use data_encoding::BASE64;
use envlint_gotemplate::{
    Args, Error, GoString, List, Map, MapType, Object, Signature, Type, Value,
};

use envlint_yaml as yaml;

use crate::glob::Glob;
use crate::source::SourceFile;

/// The files of one chart, or those of them that a `Glob` has found.
pub(super) struct Files {
    files: BTreeMap<String, SourceFile>,
    /// Made when a template ranges over the files or indexes them.
    map: OnceCell<Map>,
}

/// Names that are held against a pattern, and text that is encoded.
const BYTES_PER_STEP: u64 = 32;
/// A name is walked over for each part of a pattern.
const BYTES_MATCHED_PER_STEP: u64 = 16;

static FILES: MapType = MapType {
    name: "engine.files",
    elem: Type::Bytes,
    named: true,
};

impl Files {
    pub(super) fn new(files: &[SourceFile]) -> Files {
        Files::of(
            files
                .iter()
                .map(|file| (file.name().to_owned(), file.clone()))
                .collect(),
        )
    }

    fn of(files: BTreeMap<String, SourceFile>) -> Files {
        Files {
            files,
            map: OnceCell::new(),
        }
    }

    fn data(&self, name: &str) -> &[u8] {
        self.files.get(name).map_or(&[], SourceFile::data)
    }

    fn glob(&self, pattern: &str) -> Files {
        let glob = Glob::compile(pattern).unwrap_or_else(Glob::everything);
        let found = self.files.iter().filter(|(name, _)| glob.matches(name));
        Files::of(
            found
                .map(|(name, file)| (name.clone(), file.clone()))
                .collect(),
        )
    }

    /// A YAML map from the base names of the files to what `content` makes of them.
    fn as_yaml(&self, content: impl Fn(&[u8]) -> String) -> Value {
        let base = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        let text = |file: &SourceFile| yaml::Value::String(content(file.data()));
        let map = self
            .files
            .iter()
            .map(|(name, file)| (base(name), text(file)));
        Value::string(yaml::emit(&yaml::Value::Map(map.collect())))
    }

    fn lines(&self, name: &str) -> List {
        let text = self.data(name);
        if text.is_empty() {
            return List::strings::<&str>([]);
        }
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        List::strings(text.split(|b| *b == b'\n'))
    }
}

impl Object for Files {
    fn type_name(&self) -> &'static str {
        FILES.name
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn underlying(&self) -> Option<Value> {
        let map = self.map.get_or_init(|| {
            let bytes = |file: &SourceFile| Value::bytes(file.data());
            let entries = self
                .files
                .iter()
                .map(|(name, file)| (GoString::from(name.as_str()), bytes(file)));
            Map::typed(&FILES, entries.collect())
        });
        Some(Value::Map(map.clone()))
    }

    fn method(&self, name: &str) -> Option<Signature> {
        match name {
            "Get" | "GetBytes" | "Glob" | "Lines" => Some(Signature::new(&[Type::String])),
            "AsConfig" | "AsSecrets" => Some(Signature::new(&[])),
            _ => None,
        }
    }

    fn cost(&self, name: &str, args: &[&Value]) -> u64 {
        let lengths = |length: &dyn Fn(&str, &SourceFile) -> usize| -> u64 {
            let lengths = self
                .files
                .iter()
                .map(|(name, file)| length(name, file) as u64);
            lengths.sum()
        };
        match name {
            "Glob" => {
                let pattern = args.first().and_then(|pattern| pattern.as_string());
                let pattern = pattern.map(|text| String::from_utf8_lossy(text.as_bytes()));
                let pattern = pattern.unwrap_or_default();
                let glob = Glob::compile(&pattern).unwrap_or_else(Glob::everything);
                let names = lengths(&|name, _| name.len() + 1);
                names.saturating_mul(glob.parts() as u64 + 1) / BYTES_MATCHED_PER_STEP
            }
            "AsConfig" | "AsSecrets" => lengths(&|_, file| file.data().len()) / BYTES_PER_STEP,
            _ => 0,
        }
    }

    fn call(&self, name: &str, args: Args) -> Result<Value, Error> {
        let argument = args.text(0);
        match name {
            "Get" => Ok(Value::string(self.data(&argument))),
            "GetBytes" => Ok(Value::bytes(self.data(&argument))),
            "Glob" => Ok(Value::object(self.glob(&argument))),
            "Lines" => Ok(Value::List(self.lines(&argument))),
            "AsConfig" => Ok(self.as_yaml(|data| String::from_utf8_lossy(data).into_owned())),
            _ => Ok(self.as_yaml(|data| BASE64.encode(data))),
        }
    }
}
