//! How large a regular expression becomes when it is compiled.

use regex_syntax::Parser;
use regex_syntax::hir::{Class, Hir, HirKind};

/// About how many states a pattern has, each repetition written out; none for one that is no pattern.
pub(super) fn compiled(pattern: &str) -> u64 {
    // The parser bounds how deep groups nest.
    Parser::new().parse(pattern).map_or(0, |hir| states(&hir))
}

fn states(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        // A range of characters is a few of bytes.
        HirKind::Class(Class::Unicode(class)) => 4 * class.ranges().len() as u64,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            states(&repetition.sub).saturating_mul(times.into())
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(1),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(states).fold(0, u64::saturating_add)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::compiled;

    #[test]
    fn repetitions_count_as_often_as_they_are_written_out() {
        assert_eq!(compiled("abc"), 3);
        assert_eq!(compiled("(ab){3}"), 9);
        assert_eq!(compiled("((ab){10}){10}"), 310);
        assert!(compiled(r"^(\pL{200}){4}$") > 500_000);
        assert!(compiled("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{12}$") < 500);
        assert_eq!(compiled("("), 0);
    }
}
