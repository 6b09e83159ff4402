//! The methods of `common.Values`, the type of `.`, `.Values` and `.Template` (Helm: pkg/chart/common/values.go).

use envlint_gotemplate::fmt::quote;
use envlint_gotemplate::{Error, Function, MAP_ANY, Map, Type, Value};

use super::yaml::marshal;

/// Go's name of the type.
pub(super) const TYPE: &str = "common.Values";

const S: Type = Type::String;

pub(super) static METHODS: &[Function] = &[
    Function::new("AsMap", &[], |_, args| {
        let map = args.map(0);
        // An empty one is made anew: what is set in it is not seen elsewhere.
        Ok(match map.is_empty() {
            true => Map::new().into(),
            false => map.with_type(&MAP_ANY).into(),
        })
    }),
    Function::new("Encode", &[Type::Methods("io.Writer")], |_, args| {
        marshal(args.get(0))?;
        Err(Error::new(
            "runtime error: invalid memory address or nil pointer dereference",
        ))
    })
    .deep(),
    Function::new("PathValue", &[S], |_, args| {
        path_value(&args.map(0), args.bytes(1))
    }),
    Function::new("Table", &[S], |_, args| {
        let map = args.map(0);
        table(&map, args.bytes(1))
            .map(Value::from)
            .map_err(|key| Error::new(format!("{} is not a table", quote(key))))
    }),
    Function::new("YAML", &[], |_, args| Ok(marshal(args.get(0))?.into())).deep(),
];

/// The table at a path, or the key where there is none.
fn table<'p>(values: &Map, path: &'p [u8]) -> Result<Map, &'p [u8]> {
    let mut keys = path.split(|byte| *byte == b'.');
    keys.try_fold(values.clone(), |table, key| match table.get(key) {
        Some(Value::Map(inner)) if inner.ty() == values.ty() || inner.ty() == &MAP_ANY => {
            Ok(inner.with_type(values.ty()))
        }
        _ => Err(key),
    })
}

/// What is at a path and no table.
fn path_value(values: &Map, path: &[u8]) -> Result<Value, Error> {
    if path.is_empty() {
        return Err(Error::new("YAML path cannot be empty"));
    }
    let (parent, key) = match path.iter().rposition(|byte| *byte == b'.') {
        Some(dot) => {
            let (parent, key) = path.split_at(dot);
            (table(values, parent).ok(), key.get(1..).unwrap_or_default())
        }
        None => (Some(values.clone()), path),
    };
    let found = parent.and_then(|parent| parent.get(key));
    match found {
        Some(Value::Map(map)) if map.ty() == &MAP_ANY => None,
        found => found,
    }
    .ok_or_else(|| Error::new(format!("{} is not a value", quote(key))))
}
