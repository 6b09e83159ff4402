//! What a schema asks for, estimated before it is done.
//!
//! References let a schema of a few kilobytes ask for more comparisons than a machine can do: forty definitions that
//! each name the next one three times are 3^40. A validator follows them all; so does Helm's. Counting them is cheap,
//! because a schema that meets the same value again costs what it cost the first time.

use std::collections::HashMap;

use envlint_budget::Budget;
use serde_json::{Map, Value};

/// What applying a schema to values takes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cost {
    /// Comparisons of a value with a keyword
    pub(super) checks: u64,
    /// Bytes that the errors of all of them would hold
    pub(super) bytes: u64,
}

/// Counting ends here: what takes more is not called cheap.
const MOST_CHECKS: u64 = 200_000;
/// So many schemas may refer to each other in a row, or lie inside of each other.
const DEEPEST: usize = 256;
/// A schema with `unevaluatedProperties` is compiled with copies of everything that may evaluate a property, of some 350
/// bytes each.
const MOST_COPIES: u64 = 500_000;
/// So many references cannot multiply to anything that matters.
const FEW_REFERENCES: usize = 16;

const IN_PLACE: &[&str] = &["not", "if", "then", "else"];
const IN_PLACE_LISTS: &[&str] = &["allOf", "anyOf", "oneOf"];
const OF_OTHER_PROPERTIES: &[&str] = &["additionalProperties", "unevaluatedProperties"];
const OF_ITEMS: &[&str] = &[
    "items",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "prefixItems",
];

/// What is known of a schema as a whole.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// All references are pointers into the schema itself (`#/$defs/port`): where they lead is plain to see.
    pub(super) is_plain: bool,
    /// How many regular expressions there are.
    pub(super) patterns: usize,
}

/// Looks at a schema before it is compiled.
///
/// # Errors
/// It cannot be compiled in bounded memory; why, for its author.
pub(super) fn shape(root: &Value) -> Result<Shape, String> {
    let mut shape = Shape {
        is_plain: true,
        patterns: 0,
    };
    let mut references = 0;
    let mut open = Vec::new();
    for (value, keywords) in objects(root) {
        let text = |keyword: &str| keywords.get(keyword).and_then(Value::as_str);
        if let Some(reference) = text("$ref") {
            references += 1;
            shape.is_plain &= reference == "#" || reference.starts_with("#/");
        }
        for keyword in ["$dynamicRef", "$recursiveRef"] {
            if text(keyword).is_some() {
                references += 1;
                shape.is_plain = false;
            }
        }
        let is_root = std::ptr::eq(value, root);
        shape.is_plain &= is_root || (text("$id").is_none() && text("id").is_none());
        shape.patterns += usize::from(text("pattern").is_some());
        let by_pattern = keywords.get("patternProperties").and_then(Value::as_object);
        shape.patterns += by_pattern.map_or(0, Map::len);
        if keywords.keys().any(|key| key.starts_with("unevaluated")) {
            open.push(keywords);
        }
    }
    if open.is_empty() || references <= FEW_REFERENCES {
        return Ok(shape);
    }
    let mut count = Count::new(root);
    let mut copies = 0u64;
    for keywords in open {
        copies = copies.saturating_add(count.copies(keywords, 0));
    }
    if shape.is_plain && copies <= MOST_COPIES {
        return Ok(shape);
    }
    Err(format!(
        "its references multiply: what `unevaluatedProperties` and `unevaluatedItems` look at may be more than \
         {MOST_COPIES} schemas; refer to each definition once, by a pointer such as `#/$defs/name`"
    ))
}

/// What applying a plain schema to values costs; nothing when that is more than a moment.
pub(super) fn estimate(root: &Value, values: &Value) -> Option<Cost> {
    Count::new(root).cost(root, values, false, 0)
}

/// About how many bytes a value takes.
pub(super) fn size(value: &Value) -> u64 {
    Count::new(&Value::Null).size(value)
}

/// A schema and a value it is applied to, by their addresses, and whether it is one of several alternatives: the
/// validator keeps a copy of the value for each of these that does not fit.
type Pair = (*const Map<String, Value>, *const Value, bool);

struct Count<'v> {
    root: &'v Value,
    /// What is counted already. A pair that is being counted costs nothing: a validator does not follow a circle.
    costs: HashMap<Pair, Cost>,
    copies: HashMap<*const Map<String, Value>, u64>,
    sizes: HashMap<*const Value, u64>,
    /// Pairs that may be looked at.
    looks: Budget,
}

impl<'v> Count<'v> {
    fn new(root: &'v Value) -> Self {
        Count {
            root,
            costs: HashMap::new(),
            copies: HashMap::new(),
            sizes: HashMap::new(),
            looks: Budget::new(MOST_CHECKS),
        }
    }

    fn cost(
        &mut self,
        schema: &'v Value,
        value: &Value,
        is_choice: bool,
        depth: usize,
    ) -> Option<Cost> {
        let is_left = self.looks.spend(1);
        let Some(keywords) = schema.as_object() else {
            return Some(Cost {
                checks: 1,
                bytes: 0,
            });
        };
        let pair: Pair = (keywords, value, is_choice);
        if let Some(known) = self.costs.get(&pair) {
            return Some(*known);
        }
        if depth > DEEPEST || !is_left {
            return None;
        }
        self.costs.insert(pair, Cost::default());
        let mut cost = self.own_cost(keywords, value, is_choice);
        for (inner, is_choice) in self.in_place(keywords, is_choice) {
            cost = plus(cost, self.cost(inner, value, is_choice, depth + 1)?)?;
        }
        match value {
            Value::Object(entries) => {
                for (inner, value) in applied_to_properties(keywords, value, entries) {
                    cost = plus(cost, self.cost(inner, value, is_choice, depth + 1)?)?;
                }
            }
            Value::Array(items) => {
                for (inner, item) in applied_to_items(keywords, items) {
                    cost = plus(cost, self.cost(inner, item, is_choice, depth + 1)?)?;
                }
            }
            _ => {}
        }
        self.costs.insert(pair, cost);
        Some(cost)
    }

    /// What the keywords of a schema take by themselves. Those that look at all of a long text or list count more.
    fn own_cost(&mut self, keywords: &Map<String, Value>, value: &Value, is_choice: bool) -> Cost {
        const OF_ALL: [&str; 6] = [
            "pattern",
            "const",
            "enum",
            "uniqueItems",
            "minLength",
            "maxLength",
        ];
        const LISTED: [&str; 4] = ["enum", "required", "dependentRequired", "properties"];
        let mut cost = Cost {
            checks: 1,
            bytes: 0,
        };
        for list in LISTED.iter().filter_map(|keyword| keywords.get(*keyword)) {
            let length = list.as_array().map_or(0, Vec::len) + list.as_object().map_or(0, Map::len);
            cost.checks += length as u64 / 16;
        }
        if OF_ALL.iter().any(|keyword| keywords.contains_key(*keyword)) {
            cost.checks += self.size(value) / 1024;
        }
        if is_choice {
            const ERROR: u64 = 1024;
            cost.bytes += ERROR + self.size(value);
        }
        for expected in ["enum", "const"]
            .iter()
            .filter_map(|keyword| keywords.get(*keyword))
        {
            cost.bytes += self.size(expected);
        }
        cost
    }

    /// About how many bytes a value takes.
    fn size(&mut self, value: &Value) -> u64 {
        const ONE: u64 = 64;
        let inside = match value {
            Value::String(text) => return ONE + text.len() as u64,
            Value::Array(items) if !items.is_empty() => items.iter().collect::<Vec<_>>(),
            Value::Object(entries) if !entries.is_empty() => entries.values().collect(),
            _ => return ONE,
        };
        if let Some(known) = self.sizes.get(&std::ptr::from_ref(value)) {
            return *known;
        }
        let names = value.as_object().into_iter().flat_map(Map::keys);
        let names: u64 = names.map(|name| ONE + name.len() as u64).sum();
        let size = ONE
            + names
            + inside
                .into_iter()
                .map(|inner| self.size(inner))
                .sum::<u64>();
        self.sizes.insert(value, size);
        size
    }

    /// How many schemas there are in place of one when each reference is replaced by what it refers to.
    fn copies(&mut self, keywords: &'v Map<String, Value>, depth: usize) -> u64 {
        if let Some(known) = self.copies.get(&std::ptr::from_ref(keywords)) {
            return *known;
        }
        if depth > DEEPEST {
            return u64::MAX;
        }
        self.copies.insert(keywords, 0);
        let of = |keyword: &str| keywords.get(keyword).and_then(Value::as_object);
        let wide =
            ["properties", "patternProperties"].map(|keyword| of(keyword).map_or(0, Map::len));
        let mut sum = 1 + wide.iter().sum::<usize>() as u64;
        let dependent = of("dependentSchemas").into_iter().flat_map(Map::values);
        let in_place = self.in_place(keywords, false).into_iter();
        for inner in in_place.map(|(inner, _)| inner).chain(dependent) {
            if let Some(inner) = inner.as_object() {
                sum = sum.saturating_add(self.copies(inner, depth + 1));
            }
        }
        self.copies.insert(keywords, sum);
        sum
    }

    /// The schemas that are applied to the same value, and whether each is one of several alternatives.
    fn in_place(
        &self,
        keywords: &'v Map<String, Value>,
        is_choice: bool,
    ) -> Vec<(&'v Value, bool)> {
        let single = IN_PLACE.iter().filter_map(|keyword| keywords.get(*keyword));
        let mut found: Vec<(&Value, bool)> = single.map(|inner| (inner, is_choice)).collect();
        for keyword in IN_PLACE_LISTS {
            let several = keywords.get(*keyword).and_then(Value::as_array);
            let is_choice = is_choice || *keyword != "allOf";
            found.extend(
                several
                    .into_iter()
                    .flatten()
                    .map(|inner| (inner, is_choice)),
            );
        }
        let reference = keywords.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| follow(self.root, reference));
        found.extend(target.map(|inner| (inner, is_choice)));
        found
    }
}

/// The sum, unless it is more than a moment's work.
fn plus(a: Cost, b: Cost) -> Option<Cost> {
    let sum = Cost {
        checks: a.checks.saturating_add(b.checks),
        bytes: a.bytes.saturating_add(b.bytes),
    };
    (sum.checks <= MOST_CHECKS).then_some(sum)
}

/// The schemas that are applied to the values of a map, and to its names.
fn applied_to_properties<'v, 'i>(
    keywords: &'v Map<String, Value>,
    instance: &'i Value,
    entries: &'i Map<String, Value>,
) -> impl Iterator<Item = (&'v Value, &'i Value)> {
    const NAME: &Value = &Value::String(String::new());
    let of = |keyword: &str| keywords.get(keyword).and_then(Value::as_object);
    let properties = of("properties");
    let named = properties
        .into_iter()
        .flatten()
        .filter_map(|(name, inner)| Some((inner, entries.get(name)?)));
    // Which names a pattern matches is not asked: it may be all of them.
    let matched = of("patternProperties")
        .into_iter()
        .flat_map(Map::values)
        .flat_map(|inner| entries.values().map(move |value| (inner, value)));
    let is_other = move |name: &String| properties.is_none_or(|known| !known.contains_key(name));
    let others = OF_OTHER_PROPERTIES
        .iter()
        .filter_map(|keyword| keywords.get(*keyword))
        .flat_map(move |inner| {
            let others = entries.iter().filter(move |(name, _)| is_other(name));
            others.map(move |(_, value)| (inner, value))
        });
    let dependent = [of("dependentSchemas"), of("dependencies")]
        .into_iter()
        .flatten()
        .flatten()
        .filter(|(name, _)| entries.contains_key(*name))
        .map(move |(_, inner)| (inner, instance));
    let names = keywords
        .get("propertyNames")
        .into_iter()
        .flat_map(|inner| entries.keys().map(move |_| (inner, NAME)));
    named
        .chain(matched)
        .chain(others)
        .chain(dependent)
        .chain(names)
}

/// The schemas that are applied to the items of a list.
fn applied_to_items<'v, 'i>(
    keywords: &'v Map<String, Value>,
    items: &'i [Value],
) -> impl Iterator<Item = (&'v Value, &'i Value)> {
    let all = OF_ITEMS.iter().filter_map(|keyword| keywords.get(*keyword));
    all.flat_map(move |inner| {
        items.iter().enumerate().filter_map(move |(index, item)| {
            let inner = match inner {
                Value::Array(places) => places.get(index)?,
                inner => inner,
            };
            Some((inner, item))
        })
    })
}

/// What a reference to a place in the same schema stands for.
fn follow<'v>(root: &'v Value, reference: &str) -> Option<&'v Value> {
    let pointer = reference.strip_prefix('#')?;
    if pointer.contains('%') {
        let decoded = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        return root.pointer(&decoded);
    }
    root.pointer(pointer)
}

/// All maps in a schema, which are schemas or lists of them by name.
fn objects(root: &Value) -> impl Iterator<Item = (&Value, &Map<String, Value>)> {
    let mut rest = vec![root];
    std::iter::from_fn(move || {
        loop {
            let value = rest.pop()?;
            match value {
                Value::Object(keywords) => {
                    rest.extend(keywords.values());
                    return Some((value, keywords));
                }
                Value::Array(items) => rest.extend(items),
                _ => {}
            }
        }
    })
}
