//! JSON in a text, as files for a program often are: compared as what it says, and not as it is written.

use serde_json::Value;

/// Longer numbers lose digits when they are read, so two of them may look the same.
const MOST_DIGITS: usize = 15;

/// Two texts of JSON with a line for each value, the keys in order; none where one of them is no map or list of JSON.
pub(super) fn pretty(old: &str, new: &str) -> Option<[String; 2]> {
    Some([lines(old)?, lines(new)?])
}

fn lines(text: &str) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[']) || has_long_number(text) {
        return None;
    }
    let mut value: Value = serde_json::from_str(text).ok()?;
    value.sort_all_objects();
    serde_json::to_string_pretty(&value).ok()
}

fn has_long_number(text: &str) -> bool {
    let runs = text.split(|char: char| !(char.is_ascii_digit() || char == '.'));
    runs.map(str::len).any(|digits| digits > MOST_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_blanks_are_no_difference() {
        let same = |old, new| pretty(old, new).map(|[old, new]| old == new);
        assert_eq!(
            same(
                "{\"a\": 1, \"b\": {\"d\": [], \"c\": 2}}",
                "{\"b\":{\"c\":2,\"d\":[]},\"a\":1}\n"
            ),
            Some(true)
        );
        assert_eq!(same("[1, 2]", "[2, 1]"), Some(false));
        assert_eq!(same("{\"a\": 1}", "{\"a\": \"1\"}"), Some(false));
        for (old, new) in [
            ("1", "2"),
            ("{a: 1}", "{\"a\": 1}"),
            ("{", "{}"),
            ("[12345678901234567890]", "[12345678901234567891]"),
        ] {
            assert_eq!(same(old, new), None, "{old}");
        }
    }
}
