//! The kinds of Kubernetes' own objects, and the fields of their types: `schemas/kubernetes.txt`, which
//! `cargo xtask kubernetes` writes from what the project publishes.
//!
//! A line is split when its type is first asked for: a chart has a dozen of the thousand types.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::{LazyLock, OnceLock};

static TEXT: &str = include_str!("../../../schemas/kubernetes.txt");

/// What is known of all versions.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(TEXT));

/// The kinds and types of the minor versions that are known.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The first and the last minor version.
    pub(super) minors: (u32, u32),
    /// By kind: the same kind may be in several groups and versions.
    kinds: BTreeMap<&'static str, Vec<Kind>>,
    types: HashMap<&'static str, Type>,
}

/// A kind in one version of its group.
#[derive(Debug)]
pub(super) struct Kind {
    /// `apps/v1`
    pub(super) api_version: &'static str,
    /// The name of the type of its objects; none where no known version serves it.
    of: Option<&'static str>,
    served: Minors,
    /// The minor version from which on a newer version of the API should be used.
    pub(super) deprecated: Option<u32>,
    /// The minor version that serves it no more.
    pub(super) removed: Option<u32>,
    /// What to use instead.
    pub(super) successor: Option<&'static str>,
}

#[derive(Debug)]
struct Type {
    line: &'static str,
    fields: OnceLock<Vec<Field>>,
}

/// A field of a type.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is in which versions.
    forms: Vec<(Form, bool, Minors)>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// Text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number of so many bits.
    Integer(u32),
    /// A number.
    Number,
    /// An amount: a number, or text such as `500Mi`.
    Quantity,
    /// A whole number, or text such as `25%`.
    IntegerOrText,
    /// A map of anything.
    Map(Option<Box<Form>>),
    /// A list.
    List(Box<Form>),
    /// An object of that type.
    Object(&'static str),
    /// Anything.
    Any,
}

/// The minor versions of a range or several.
#[derive(Debug, Clone, Default)]
struct Minors(Vec<RangeInclusive<u32>>);

impl Minors {
    /// `26-28,31-37`
    fn read(text: &str) -> Minors {
        let ranges = text.split(',').filter_map(|range| {
            let (first, last) = range.split_once('-')?;
            Some(first.parse().ok()?..=last.parse().ok()?)
        });
        Minors(ranges.collect())
    }

    fn contains(&self, minor: u32) -> bool {
        self.0.iter().any(|range| range.contains(&minor))
    }

    fn last(&self) -> Option<u32> {
        self.0.last().map(|range| *range.end())
    }
}

impl Table {
    fn read(text: &'static str) -> Table {
        let mut table = Table::default();
        for line in text.lines() {
            let (sort, rest) = line.split_once(' ').unwrap_or((line, ""));
            let words = || rest.split(' ').collect::<Vec<_>>();
            match (sort, words().as_slice()) {
                ("kubernetes", [first, last]) => {
                    table.minors = (
                        first.parse().unwrap_or_default(),
                        last.parse().unwrap_or_default(),
                    );
                }
                ("kind", [api_version, kind, of]) => {
                    let (of, served) = table.versions(of);
                    let known = table.kind(kind, api_version);
                    (known.of, known.served) = (Some(of), served);
                }
                ("life", [api_version, kind, deprecated, removed, successor]) => {
                    let known = table.kind(kind, api_version);
                    known.deprecated = deprecated.parse().ok();
                    known.removed = removed.parse().ok();
                    known.successor = Some(*successor).filter(|successor| *successor != "-");
                }
                ("type", [name, ..]) => {
                    let line = rest.get(name.len()..).unwrap_or_default().trim_start();
                    let fields = OnceLock::new();
                    table.types.insert(name, Type { line, fields });
                }
                _ => {}
            }
        }
        table
    }

    fn kind(&mut self, kind: &'static str, api_version: &'static str) -> &mut Kind {
        let versions = self.kinds.entry(kind).or_default();
        let known = versions
            .iter()
            .position(|known| known.api_version == api_version);
        let at = known.unwrap_or_else(|| {
            versions.push(Kind {
                api_version,
                of: None,
                served: Minors::default(),
                deprecated: None,
                removed: None,
                successor: None,
            });
            versions.len() - 1
        });
        &mut versions[at]
    }

    /// A name and the versions behind it: all, where none are named.
    fn versions(&self, text: &'static str) -> (&'static str, Minors) {
        match text.split_once('@') {
            Some((name, minors)) => (name, Minors::read(minors)),
            None => (text, Minors(vec![self.minors.0..=self.minors.1])),
        }
    }

    /// The versions of a kind, in all groups.
    pub(super) fn kinds(&self, kind: &str) -> &[Kind] {
        self.kinds.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The names of the kinds of a group and version.
    pub(super) fn kinds_of(&self, api_version: &str) -> impl Iterator<Item = &'static str> {
        let known = self.kinds.iter().filter(move |(_, versions)| {
            versions
                .iter()
                .any(|known| known.api_version == api_version)
        });
        known.map(|(kind, _)| *kind)
    }

    /// The names of all kinds.
    pub(super) fn all_kinds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.keys().copied()
    }

    /// Whether Kubernetes itself has objects of a group, in any version.
    pub(super) fn has_group(&self, api_version: &str) -> bool {
        let group = group_of(api_version);
        let mut all = self.kinds.values().flatten();
        all.any(|known| group_of(known.api_version) == group)
    }

    /// The fields of a type, sorted by their names; none for a type that is not known.
    pub(super) fn fields(&self, of: &str) -> Option<&[Field]> {
        let known = self.types.get(of)?;
        let fields = known.fields.get_or_init(|| {
            let mut fields: Vec<Field> = Vec::new();
            for entry in known.line.split(' ') {
                let Some((name, form)) = entry.split_once(':') else {
                    continue;
                };
                let (form, minors) = self.versions(form);
                let (form, required) = match form.strip_prefix('!') {
                    Some(form) => (form, true),
                    None => (form, false),
                };
                let form = (Form::read(form), required, minors);
                match fields.last_mut().filter(|last| last.name == name) {
                    Some(field) => field.forms.push(form),
                    None => fields.push(Field {
                        name,
                        forms: vec![form],
                    }),
                }
            }
            fields.sort_by_key(|field| field.name);
            fields
        });
        Some(fields)
    }
}

/// `apps` of `apps/v1`; nothing for the core group.
fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

impl Kind {
    /// The type of its objects, where a version serves it.
    pub(super) fn of(&self, minor: u32) -> Option<&'static str> {
        self.of.filter(|_| self.served.contains(minor))
    }

    /// The last known minor version that serves it.
    pub(super) fn last(&self) -> Option<u32> {
        self.served.last()
    }

    /// The same as [`Kind::of`], of the last version that serves it.
    pub(super) fn of_any(&self) -> Option<&'static str> {
        self.of
    }
}

impl Field {
    /// What it is in a version, and whether it must be there; none where the version does not know it.
    pub(super) fn form(&self, minor: u32) -> Option<(&Form, bool)> {
        let mut forms = self.forms.iter();
        let found = forms.find(|(_, _, minors)| minors.contains(minor))?;
        Some((&found.0, found.1))
    }

    /// What it is in the newest version that knows it.
    pub(super) fn newest(&self) -> Option<&Form> {
        let newest = self.forms.iter().max_by_key(|(_, _, minors)| minors.last());
        newest.map(|(form, _, _)| form)
    }
}

impl Form {
    fn read(text: &'static str) -> Form {
        let inside = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
        if let Some(items) = inside('[', ']') {
            return Form::List(Box::new(Form::read(items)));
        }
        if let Some(values) = inside('{', '}') {
            return Form::Map(Some(Box::new(Form::read(values))));
        }
        match text {
            "string" | "byte" => Form::Text,
            "boolean" => Form::Bool,
            "int32" => Form::Integer(32),
            "int64" | "integer" => Form::Integer(64),
            "number" | "double" => Form::Number,
            "quantity" => Form::Quantity,
            "intOrString" => Form::IntegerOrText,
            "object" => Form::Map(None),
            "any" => Form::Any,
            name => Form::Object(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let table = &*TABLE;
        assert_eq!(table.minors.0, 25);
        for (name, known) in &table.types {
            for field in table.fields(name).unwrap_or_default() {
                let form = field.newest().unwrap_or(&Form::Any);
                let mut below = form;
                while let Form::List(inner) | Form::Map(Some(inner)) = below {
                    below = inner;
                }
                if let Form::Object(of) = below {
                    let of: &str = of;
                    assert!(
                        table.types.contains_key(of),
                        "{name}.{} is a {of}, which has no line: {}",
                        field.name,
                        known.line
                    );
                }
            }
        }
        for kind in table.kinds.values().flatten() {
            if let Some(of) = kind.of {
                assert!(table.types.contains_key(of), "{} {of}", kind.api_version);
            }
        }
    }
}
