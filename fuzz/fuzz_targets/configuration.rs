//! Any configuration is taken or refused, with reasons at places in its text; what is taken fits the published schema.

#![no_main]

use std::sync::{Arc, LazyLock};

use envlint::source::Source;
use envlint::workspace::Config;
use envlint_yaml::Node;
use jsonschema::Validator;
use libfuzzer_sys::fuzz_target;

/// What editors hold a configuration to.
static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = include_str!("../../schemas/envlint.schema.json");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
});

fuzz_target!(|text: &str| {
    let source = Arc::new(Source::new("envlint.yaml", text));
    match Config::read(&source) {
        Ok(config) => {
            for declared in &config.per_environment {
                let pattern = &declared.path.value;
                assert_eq!(pattern.to_string().parse().as_ref(), Ok(pattern));
            }
            check_schema(&source);
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "a refusal without a reason");
            for problem in problems {
                assert!(!problem.message.is_empty());
                let location = problem.location.expect("a place");
                assert!(text.get(location.span.range()).is_some());
            }
        }
    }
});

fn check_schema(source: &Source) {
    let Some(root) = source.document.root().filter(|root| !root.is_null()) else {
        return;
    };
    let value = serde_json::to_value(Node::to_value(root)).expect("values are JSON");
    for error in SCHEMA.iter_errors(&value) {
        // A key without a value is one that has its defaults, which editors may well point at.
        let is_open = error.instance().is_null();
        // Names of rules are looked at where the rules are known.
        let is_of_rules = error.instance_path().as_str() == "/rules";
        // A number or a boolean is taken for the text that it is written as.
        let is_as_text = error.instance().is_number() || error.instance().is_boolean();
        let is_fine = is_open || is_of_rules || is_as_text;
        assert!(is_fine, "taken, but at {}: {error}", error.instance_path());
    }
}
