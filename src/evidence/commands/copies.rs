//! Files that a script copies before it deploys the copy: `cp helm/values-prod.yaml values.yml`.

use crate::values::Pattern;

/// What a script deploys under another name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// The file that was copied.
    pub of: String,
    /// Keys that the script writes anew in the copy.
    pub changed: Vec<String>,
}

/// More lines before a command are not looked at.
const MOST: usize = 200;

/// The file that a command means by the name of a copy; `before` is what the script does before the command.
pub(super) fn copy(before: &str, file: &str) -> Option<Copy> {
    let bare = |word: &str| {
        let word = word.trim_matches(['"', '\'', ';']);
        word.trim_start_matches("./").to_owned()
    };
    let name = bare(file);
    let mut changed = Vec::new();
    for line in before.lines().rev().take(MOST) {
        let words: Vec<&str> = line.split_whitespace().take(20).collect();
        let Some(at) = words.iter().position(|word| matches!(*word, "cp" | "sed")) else {
            continue;
        };
        let arguments: Vec<String> = words
            .iter()
            .skip(at + 1)
            .filter(|word| !word.starts_with('-'))
            .map(|word| bare(word))
            .collect();
        match (words.get(at), arguments.as_slice()) {
            (Some(&"cp"), [of, copy, ..]) if *copy == name && !of.contains('$') => {
                return Some(Copy {
                    of: of.clone(),
                    changed,
                });
            }
            (Some(&"sed"), [.., last]) if *last == name => changed.extend(replaced(line)),
            _ => {}
        }
    }
    None
}

/// The key that `sed -i "s+tag.*+tag: ${TAG}+g"` writes anew.
fn replaced(line: &str) -> Option<String> {
    let signs = ["s+", "s/", "s|", "s#", "s,"];
    let at = signs.iter().find_map(|sign| {
        let quoted = [format!("\"{sign}"), format!("'{sign}")];
        quoted
            .iter()
            .find_map(|sign| Some(line.find(sign.as_str())? + sign.len()))
    })?;
    let rest = line.get(at..)?.trim_start_matches(['^', ' ', '\\', '(']);
    let is_key = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    let key: String = rest.chars().take_while(|char| is_key(*char)).collect();
    (!key.is_empty()).then_some(key)
}

impl Copy {
    /// The paths that are given when the copy is deployed.
    pub(super) fn given(&self) -> impl Iterator<Item = Pattern> {
        let keys = self.changed.iter();
        keys.filter_map(|key| format!("**.\"{key}\"").parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_stands_for_what_was_copied() {
        let script = "cp helm/values-prod.yaml values.yml\ncat values.yml\nsed -i \"s+tag.*+tag: ${TAG}+g\" values.yml\n";
        let found = copy(script, "./values.yml").expect("a copy");
        assert_eq!(
            (found.of.as_str(), &*found.changed),
            ("helm/values-prod.yaml", &["tag".to_owned()][..])
        );
        let given: Vec<String> = found.given().map(|pattern| pattern.to_string()).collect();
        assert_eq!(given, ["**.tag"]);
        for other in [
            "cp a.yaml b.yaml",
            "cp $X values.yml",
            "sed -i s/a/b/ values.yml",
        ] {
            assert_eq!(copy(other, "values.yml"), None, "{other}");
        }
    }
}
