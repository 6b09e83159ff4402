//! The branch of a template that a place stands in.

use super::way_out::names_a_secret;

/// An action that begins a block, as far as its end is looked for.
struct Block<'t> {
    condition: &'t str,
    is_else: bool,
}

/// Every secret of a template asks, so that a longer one is not read.
const LONGEST: usize = 50_000;

/// Whether a place stands in what a template makes where values name no Secret: `{{ if .Values.existingSecret }} … {{ else }}`,
/// or `{{ if not .Values.existingSecret }}`.
pub(super) fn is_without_secret(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    if before.len() > LONGEST {
        return false;
    }
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for action in before.split("{{").skip(1) {
        let Some((action, _)) = action.split_once("}}") else {
            continue;
        };
        let action = action.trim_matches(['-', ' ', '\t', '\n']);
        let (word, rest) = action
            .split_once(char::is_whitespace)
            .unwrap_or((action, ""));
        match word {
            "if" | "with" | "range" | "define" | "block" => blocks.push(Block {
                condition: if word == "if" { rest } else { "" },
                is_else: false,
            }),
            "else" => {
                if let Some(last) = blocks.last_mut() {
                    last.is_else = true;
                }
            }
            "end" => {
                blocks.pop();
            }
            _ => {}
        }
    }
    blocks.iter().any(|block| {
        let condition = block.condition.trim();
        let negated = condition.strip_prefix("not ");
        let asked = negated.unwrap_or(condition).trim_matches(['(', ')', ' ']);
        let is_value = asked.starts_with(['.', '$']) && !asked.contains(char::is_whitespace);
        let key = asked.rsplit('.').next().unwrap_or_default();
        is_value && names_a_secret(key) && block.is_else != negated.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::is_without_secret;

    #[test]
    fn tells_what_stands_in_for_a_secret() {
        for (text, expected) in [
            ("{{ if .Values.appSecretName }}a{{ else }}x", true),
            (
                "{{- if .Values.appSecretName -}}\na\n{{- else }}\nb: {{ .Values.b }}\nx",
                true,
            ),
            ("{{ if not .Values.db.existingSecret }}x", true),
            ("{{ if .Values.appSecretName }}x", false),
            (
                "{{ if .Values.appSecretName }}a{{ else }}b{{ end }}x",
                false,
            ),
            ("{{ if .Values.tls }}a{{ else }}x", false),
            ("{{ if not .Values.db.existingSecret }}a{{ else }}x", false),
            (
                "{{ if .Values.appSecretName }}a{{ else }}{{ if .Values.b }}c{{ end }}x",
                true,
            ),
            ("{{ if", false),
        ] {
            let at = text.rfind('x').unwrap_or_default();
            assert_eq!(is_without_secret(text, at), expected, "{text}");
        }
    }
}
