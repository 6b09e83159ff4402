//! Any template parses or is refused, ends within its limits, and prints as a template that does the same.

#![no_main]

use std::sync::Arc;

use envlint_gotemplate::{Error, Functions, Limits, Map, TemplateSet, Value, parse_trees};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits {
    depth: 50,
    output: 1 << 16,
    steps: 10_000,
};

fuzz_target!(|text: &str| {
    match render(text) {
        Ok(output) => assert!(output.len() <= LIMITS.output),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    // Text that ends in a brace, printed before an action, is another action; Go prints it so, too.
    if text.replace("{{", "").contains('{') {
        return;
    }
    let Some(printed) = printed(text) else { return };
    assert_eq!(crate::printed(&printed).as_ref(), Some(&printed));
    assert_eq!(render(&printed).ok(), render(text).ok(), "{printed:?}");
});

fn render(text: &str) -> Result<Vec<u8>, Error> {
    let mut set = TemplateSet::new("root", Arc::new(Functions::new()));
    set.parse("t", text)?;
    Arc::new(set).execute("t", data(), &mut (), LIMITS)
}

/// The tree of the text as text, where it defines no other template.
fn printed(text: &str) -> Option<String> {
    let trees = parse_trees("t", text, &Functions::new()).ok()?;
    let [tree] = &trees[..] else { return None };
    Some(tree.to_string())
}

fn data() -> Value {
    let map: Map = [("k", Value::from("v")), ("n", Value::Nil)]
        .into_iter()
        .collect();
    let list = Value::from(vec![Value::int(1), "two".into(), map.clone().into()]);
    let entries = [
        ("list", list),
        ("map", map.into()),
        ("n", Value::float64(3.0)),
        ("s", "text".into()),
    ];
    Value::Map(entries.into_iter().collect())
}
