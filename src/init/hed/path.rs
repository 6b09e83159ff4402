//! Paths of HelmEnvDelta as patterns: `containers.0.image`, `env[].value`, `env[name=A]`, `$..tag`.

use crate::values::Pattern;

/// The pattern that names the same; none where there is no such pattern (`env[name^=DB_]`).
pub(super) fn pattern(path: &str) -> Option<String> {
    let path = path.trim();
    let path = path.strip_prefix('$').unwrap_or(path);
    let is_deep = path.starts_with("..");
    let path = path.trim_start_matches('.');
    let mut text = String::from(if is_deep { "**" } else { "" });
    for piece in path.replace("..", ".**.").split('.').flat_map(split) {
        let piece = match piece {
            "[]" | "[*]" => "[*]".to_owned(),
            // A place in a list is a segment like any other there.
            number if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("[{number}]")
            }
            other => other.to_owned(),
        };
        if !(text.is_empty() || piece.starts_with('[')) {
            text.push('.');
        }
        text += &piece;
    }
    let parsed: Pattern = text.parse().ok()?;
    let is_filter = |operator: &str| text.contains(operator);
    match ["^=", "$=", "*=", "?("].into_iter().any(is_filter) {
        true => None,
        false => Some(parsed.to_string()),
    }
}

/// `env[name=A]` as `env` and `[name=A]`.
fn split(piece: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = piece;
    while let Some(at) = rest.find('[') {
        let (before, bracket) = rest.split_at(at);
        if !before.is_empty() {
            parts.push(before);
        }
        let end = bracket.find(']').map_or(bracket.len(), |end| end + 1);
        let (bracket, after) = bracket.split_at(end);
        parts.push(bracket);
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn paths_become_patterns() {
        for (path, expected) in [
            ("image.tag", Some("image.tag")),
            ("$.image.tag", Some("image.tag")),
            ("$..tag", Some("**.tag")),
            ("spec.containers.0.image", Some("spec.containers[0].image")),
            ("spec.containers[0].image", Some("spec.containers[0].image")),
            ("env[].value", Some("env[*].value")),
            ("env[*].value", Some("env[*].value")),
            ("env.*.value", Some("env.*.value")),
            ("env[name=LOG].value", Some("env[name=LOG].value")),
            ("env[name^=DB_]", None),
            ("a[b", None),
            ("", None),
        ] {
            assert_eq!(pattern(path).as_deref(), expected, "{path}");
        }
    }
}
