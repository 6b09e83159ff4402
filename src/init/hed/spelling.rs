//! Transforms of file names: the other names that the two environments have in paths.

use regex_syntax::Parser;
use regex_syntax::hir::{Hir, HirKind};

use super::config::Replacement;
use crate::naming::known_tier;

/// How a replacement in names of files spells the two environments; none where it is about something else than their names.
pub(super) fn spelled(replacement: &Replacement, folders: [&str; 2]) -> Option<[String; 2]> {
    let find = literal(&Parser::new().parse(&replacement.find).ok()?)?;
    let pair = differing(&find, &replacement.replace);
    let is_name = |name: &str, folder: &str| name == folder || known_tier(name).is_some();
    let are_names = pair.iter().zip(folders);
    let mut are_names = are_names.map(|(name, folder)| is_name(name, folder));
    are_names.all(|is_name| is_name).then_some(pair)
}

/// The text that an expression matches, where that is one text, at whatever place.
fn literal(expression: &Hir) -> Option<String> {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(String::new()),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Capture(group) => literal(&group.sub),
        HirKind::Concat(parts) => parts.iter().map(literal).collect(),
        HirKind::Class(_) | HirKind::Repetition(_) | HirKind::Alternation(_) => None,
    }
}

/// What differs between two texts: the one word that does, else all between the signs at their ends.
fn differing(find: &str, replace: &str) -> [String; 2] {
    let is_sign = |char: char| !char.is_alphanumeric();
    let words = find.split(is_sign).zip(replace.split(is_sign));
    let words: Vec<(&str, &str)> = words.filter(|(left, right)| left != right).collect();
    let is_alike = find.split(is_sign).count() == replace.split(is_sign).count();
    match (words.as_slice(), is_alike) {
        ([(left, right)], true) => [(*left).to_owned(), (*right).to_owned()],
        _ => [find, replace].map(|text| text.trim_matches(is_sign).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_environments_are_told_from_other_words() {
        for (find, replace, expected) in [
            (r"-uat\.", "-prod.", Some(["uat", "prod"])),
            ("[.]stg[.]", ".prd.", Some(["stg", "prd"])),
            (r"\bacceptance\b", "prod", Some(["acceptance", "prod"])),
            ("-uat-", "-pre-prod-", Some(["uat", "pre-prod"])),
            ("values-uat", "values-pre-prod", None),
            ("shop", "store", None),
            ("(uat|stg)", "prod", None),
            ("uat.", "prod", None),
        ] {
            let replacement = Replacement {
                find: find.to_owned(),
                replace: replace.to_owned(),
            };
            let spelled = spelled(&replacement, ["uat", "prod"]);
            let spelled = spelled
                .as_ref()
                .map(|[from, to]| [from.as_str(), to.as_str()]);
            assert_eq!(spelled, expected, "{find}");
        }
    }
}
