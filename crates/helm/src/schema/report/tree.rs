//! Violations as they stand below each other: the library lists them one by one, each with the way through the schema
//! that led to it; Helm's validator tells which schemas on that way failed.

use std::collections::BTreeMap;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::paths::LocationSegment;

use super::words;

/// What is said of one value, and why.
#[derive(Debug)]
pub(super) struct Mistake {
    /// The value: a JSON pointer into the document.
    pub(super) at: String,
    /// What is wrong with it.
    pub(super) said: String,
    /// What is wrong in detail.
    pub(super) causes: Vec<Mistake>,
    /// Whether it only holds its causes together: of a whole document nobody needs to hear that it failed.
    is_group: bool,
}

/// An error of the library, and the way to it.
struct Found<'e> {
    error: &'e ValidationError<'e>,
    /// Through the schema: keywords, names and numbers.
    way: Vec<LocationSegment<'e>>,
    /// Through the values.
    parts: Vec<LocationSegment<'e>>,
}

/// How far it is to a schema and to the value that it is about.
#[derive(Clone, Copy)]
struct Depth {
    way: usize,
    parts: usize,
}

/// A keyword of a schema, or a schema below one, on one value: in the order in which Helm's validator comes to it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Inner {
    /// The place of the keyword in that order.
    rank: usize,
    /// The item or the property that it is about, when it is not the whole value.
    part: Option<Part>,
    /// The keyword.
    keyword: String,
    /// The name or number behind it.
    name: Option<Part>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Item(usize),
    Property(String),
}

impl Part {
    fn new(segment: &LocationSegment<'_>) -> Part {
        match segment {
            LocationSegment::Index(index) => Part::Item(*index),
            LocationSegment::Property(name) => Part::Property(name.clone().into_owned()),
        }
    }
}

impl<'e> Found<'e> {
    fn new(error: &'e ValidationError<'e>) -> Found<'e> {
        Found {
            error,
            way: error.evaluation_path().segments().collect(),
            parts: error.instance_path().segments().collect(),
        }
    }

    /// What the error is about, seen from a schema on the way to it.
    fn inner(&self, from: Depth) -> Inner {
        let keyword = self
            .way
            .get(from.way)
            .map_or(String::new(), ToString::to_string);
        let next = self.way.get(from.way + 1);
        let is_named = match keyword.as_str() {
            "items" => matches!(next, Some(LocationSegment::Index(_))),
            _ => NAMED.contains(&keyword.as_str()),
        };
        let part = match PARTS.contains(&keyword.as_str()) {
            true => self.parts.get(from.parts).map(Part::new),
            false => None,
        };
        Inner {
            rank: match keyword.as_str() {
                // Which properties nobody allows is known when all have been looked at.
                "additionalProperties" if part.is_none() => rank("propertyNames"),
                keyword => rank(keyword),
            },
            part,
            keyword,
            name: next.filter(|_| is_named).map(Part::new),
        }
    }

    /// The value that many parts into the document.
    fn at(&self, parts: usize) -> String {
        let pointer = self.error.instance_path().as_str();
        let end = pointer.match_indices('/').nth(parts);
        end.and_then(|(end, _)| pointer.get(..end))
            .unwrap_or(pointer)
            .to_owned()
    }
}

impl Inner {
    /// How far it is from the schema that it belongs to.
    fn behind(&self, from: Depth) -> Depth {
        Depth {
            way: from.way + 1 + usize::from(self.name.is_some()),
            parts: from.parts + usize::from(self.part.is_some()),
        }
    }

    fn is_reference(&self) -> bool {
        matches!(
            self.keyword.as_str(),
            "$ref" | "$dynamicRef" | "$recursiveRef"
        )
    }
}

/// Keywords, as Helm's validator comes to them. Those of the properties take turns, property by property.
const ORDER: &[&[&str]] = &[
    &["$ref"],
    &["minProperties", "minItems", "minLength", "minimum"],
    &["maxProperties", "maxItems", "maxLength", "maximum"],
    &["required", "uniqueItems", "exclusiveMinimum"],
    &["exclusiveMaximum", "pattern"],
    &["multipleOf", "dependencies"],
    &[
        "properties",
        "patternProperties",
        "additionalProperties",
        "items",
        "prefixItems",
        "additionalItems",
    ],
    &["propertyNames", "contains"],
    &["dependentSchemas"],
    &["dependentRequired"],
    &["$recursiveRef", "$dynamicRef"],
    &["not"],
    &["allOf"],
    &["anyOf"],
    &["oneOf"],
    &["then", "else"],
    &["unevaluatedProperties", "unevaluatedItems"],
];

fn rank(keyword: &str) -> usize {
    let place = ORDER.iter().position(|row| row.contains(&keyword));
    place.unwrap_or(ORDER.len())
}

/// Keywords with a name or a number behind them.
const NAMED: &[&str] = &[
    "properties",
    "patternProperties",
    "prefixItems",
    "dependencies",
    "dependentSchemas",
    "dependentRequired",
    "allOf",
    "anyOf",
    "oneOf",
];

/// Keywords about a part of the value.
const PARTS: &[&str] = &[
    "properties",
    "patternProperties",
    "additionalProperties",
    "items",
    "prefixItems",
    "additionalItems",
    "unevaluatedProperties",
    "unevaluatedItems",
];

/// What is wrong with a whole document.
pub(super) fn of_document(errors: &[ValidationError<'_>]) -> Vec<Mistake> {
    let found: Vec<Found<'_>> = errors.iter().map(Found::new).collect();
    let mut mistakes = of_schema(
        &found.iter().collect::<Vec<_>>(),
        Depth { way: 0, parts: 0 },
    );
    match mistakes.as_mut_slice() {
        [only] if only.is_group => std::mem::take(&mut only.causes),
        _ => mistakes,
    }
}

/// What one schema says of one value; all errors came through it.
fn of_schema(found: &[&Found<'_>], from: Depth) -> Vec<Mistake> {
    // A value of the wrong type, or none of those allowed, is not looked at any further.
    let own = found.iter().filter(|found| found.way.len() == from.way + 1);
    let last = own.filter_map(|found| Some((finality(found.error.kind())?, found)));
    if let Some((_, last)) = last.min_by_key(|(finality, _)| *finality) {
        return leaf(&[last]);
    }
    let mut inner: BTreeMap<Inner, Vec<&Found<'_>>> = BTreeMap::new();
    for found in found {
        inner.entry(found.inner(from)).or_default().push(found);
    }
    let mut mistakes: Vec<Mistake> = Vec::new();
    for (inner, found) in inner {
        let said = of_inner(&inner, &found, from);
        match mistakes.last_mut() {
            Some(all) if inner.keyword == "allOf" && all.said == ALL => all.causes.extend(said),
            _ if inner.keyword == "allOf" => mistakes.push(Mistake {
                at: at(&found, from.parts),
                said: ALL.to_owned(),
                causes: said,
                is_group: false,
            }),
            _ => mistakes.extend(said),
        }
    }
    mistakes
}

const ALL: &str = "'allOf' failed";

/// What a schema inside of a schema says; a keyword that is no schema says it itself.
fn of_inner(inner: &Inner, found: &[&Found<'_>], from: Depth) -> Vec<Mistake> {
    let behind = inner.behind(from);
    if found.iter().any(|found| found.way.len() <= behind.way) {
        return leaf(found);
    }
    let place = at(found, behind.parts);
    let mistakes = of_schema(found, behind);
    let mistake = match inner.is_reference() {
        true => referred(mistakes, place),
        false => one(mistakes, place),
    };
    mistake.into_iter().collect()
}

/// What a schema says, as one mistake.
fn one(mut mistakes: Vec<Mistake>, at: String) -> Option<Mistake> {
    match mistakes.len() {
        0 | 1 => mistakes.pop(),
        _ => Some(Mistake {
            at,
            said: "validation failed".to_owned(),
            causes: mistakes,
            is_group: true,
        }),
    }
}

/// What a schema says that is referred to. Several mistakes stand below the reference, wherever they are.
fn referred(mistakes: Vec<Mistake>, at: String) -> Option<Mistake> {
    let mistake = one(mistakes, at.clone())?;
    Some(match mistake.is_group {
        true => Mistake {
            at,
            is_group: false,
            ..mistake
        },
        false => mistake,
    })
}

fn at(found: &[&Found<'_>], parts: usize) -> String {
    found.first().map_or(String::new(), |found| found.at(parts))
}

/// What a keyword says of a value. All missing properties of one object are one mistake.
fn leaf(found: &[&Found<'_>]) -> Vec<Mistake> {
    let Some(first) = found.first() else {
        return Vec::new();
    };
    let error = first.error;
    let at = first.at(first.parts.len());
    if let Kind::UnevaluatedProperties { unexpected } = error.kind() {
        return unexpected.iter().map(|name| refused(&at, name)).collect();
    }
    let errors: Vec<&ValidationError<'_>> = found.iter().map(|found| found.error).collect();
    vec![Mistake {
        at,
        said: words::said(&errors),
        causes: causes(error),
        is_group: false,
    }]
}

/// A property that must not be there, as Helm's validator says it of those that no other keyword looked at.
fn refused(object: &str, name: &str) -> Mistake {
    let name = name.replace('~', "~0").replace('/', "~1");
    Mistake {
        at: format!("{object}/{name}"),
        said: "false schema".to_owned(),
        causes: Vec::new(),
        is_group: false,
    }
}

/// Why none of several alternatives fits.
fn causes(error: &ValidationError<'_>) -> Vec<Mistake> {
    let context = match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => context,
        Kind::PropertyNames { error } => return of_name(error),
        _ => return Vec::new(),
    };
    let outer = Found::new(error);
    let from = Depth {
        way: outer.way.len() + 1,
        parts: outer.parts.len(),
    };
    let alternative = |errors: &Vec<ValidationError<'static>>| {
        let found: Vec<Found<'_>> = errors.iter().map(Found::new).collect();
        let mistakes = of_schema(&found.iter().collect::<Vec<_>>(), from);
        one(mistakes, outer.at(from.parts))
    };
    context.iter().filter_map(alternative).collect()
}

/// What is wrong with a property's name, which is a document of its own to Helm's validator.
fn of_name(error: &ValidationError<'_>) -> Vec<Mistake> {
    let mut mistakes = leaf(&[&Found::new(error)]);
    for mistake in &mut mistakes {
        mistake.at.clear();
    }
    mistakes
}

/// Keywords after which Helm's validator looks no further, in their order.
fn finality(kind: &Kind) -> Option<usize> {
    match kind {
        Kind::Type { .. } => Some(0),
        Kind::Constant { .. } => Some(1),
        Kind::Enum { .. } => Some(2),
        Kind::Format { .. } => Some(3),
        _ => None,
    }
}
