//! Any configuration is taken or refused, with reasons at places in its text; what is taken fits the published schema.

#![no_main]

use std::sync::Arc;

use envlint::workspace::{Config, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let source = Arc::new(Source::new("envlint.yaml", text));
    match Config::read(&source) {
        Ok(config) => {
            for declared in &config.per_environment {
                let pattern = &declared.path.value;
                assert_eq!(pattern.to_string().parse().as_ref(), Ok(pattern));
            }
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
