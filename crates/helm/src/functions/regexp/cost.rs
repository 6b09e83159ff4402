//! What it takes to compile an expression. Repetitions multiply what they repeat, and classes of Unicode hold hundreds of
//! ranges, so twenty characters can ask for megabytes.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Go refuses expressions nested deeper than this.
pub(super) const NEST_LIMIT: u32 = 1000;
/// Compiling the smallest expression
const LEAST_STEPS: u64 = 300;
/// What it takes to make a state
const STEPS_PER_STATE: u64 = 8;

/// The steps that it takes to compile an expression, in the syntax of the `regex` crate, which need not be a valid one. They
/// say how large it becomes, too: one stands for a few bytes.
pub fn steps(expression: &str) -> u64 {
    let mut parser = ParserBuilder::new()
        .utf8(false)
        .nest_limit(NEST_LIMIT)
        .build();
    let states = parser.parse(expression).map_or(0, |parsed| states(&parsed));
    LEAST_STEPS.saturating_add(states.saturating_mul(STEPS_PER_STATE))
}

/// About how many states it is compiled to. The parser has bounded the depth.
fn states(parsed: &Hir) -> u64 {
    let all = |parts: &[Hir]| {
        parts
            .iter()
            .fold(1u64, |sum, part| sum.saturating_add(states(part)))
    };
    match parsed.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => class.ranges().len() as u64 * 4,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Repetition(repeated) => {
            let times = repeated.max.unwrap_or(repeated.min.saturating_add(1));
            states(&repeated.sub).saturating_mul(u64::from(times.max(1)))
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => all(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn what_multiplies_costs() {
        assert!(steps("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$") < 2_000);
        assert!(steps(r"^[0-9]+\.[0-9]+\.[0-9]+$") < 2_000);
        assert!(steps(r"(\pL{1,200}7){1,4}") > 100_000);
        assert!(steps("((a{1,1000}){1,1000}){1,1000}") > 100_000_000);
        assert_eq!(steps("["), 300);
    }
}
