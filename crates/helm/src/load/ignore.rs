//! `.helmignore` (Helm: pkg/ignore/rules.go). It looks like `.gitignore` and is not: rules are tried in order and the first that
//! speaks decides, a negated rule ignores everything that it does *not* match, and `**` is an error.

use crate::pattern::{BadPattern, Pattern};

/// A `.helmignore` that cannot be used, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IgnoreError {
    #[error("double-star (**) syntax is not supported")]
    DoubleStar,
    #[error(transparent)]
    Pattern(#[from] BadPattern),
}

/// The rules of one chart directory.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    cost: u64,
}

#[derive(Debug)]
struct Rule {
    /// None when stripping `!` or `/` left it malformed: it matches nothing then (Helm logs and goes on).
    pattern: Option<Pattern>,
    negated: bool,
    directories_only: bool,
    /// A rule without a slash looks at the last path element only.
    base_name_only: bool,
}

/// The length of a rule that counts as one.
const USUAL: u64 = 64;

impl Rules {
    /// Reads the text of a `.helmignore`.
    pub(crate) fn parse(text: &str) -> Result<Rules, IgnoreError> {
        let mut rules = Rules::default();
        for line in text.trim_start_matches('\u{feff}').lines() {
            rules.add(line)?;
        }
        Ok(rules)
    }

    /// What it costs to hold them against one name, in rules of usual length.
    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }

    /// Dot files under `templates/` are never templates (Helm: Rules.AddDefaults).
    pub(crate) fn with_defaults(mut self) -> Rules {
        self.rules.push(Rule {
            pattern: Pattern::parse("templates/.?*").ok(),
            negated: false,
            directories_only: false,
            base_name_only: false,
        });
        self
    }

    fn add(&mut self, line: &str) -> Result<(), IgnoreError> {
        let rule = line.trim();
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            return Err(IgnoreError::DoubleStar);
        }
        Pattern::parse(rule)?;
        let (negated, rule) = rule
            .strip_prefix('!')
            .map_or((false, rule), |rest| (true, rest));
        let (directories_only, rule) = rule
            .strip_suffix('/')
            .map_or((false, rule), |rest| (true, rest));
        let (rooted, rule) = rule
            .strip_prefix('/')
            .map_or((false, rule), |rest| (true, rest));
        let base_name_only = !rooted && !rule.contains('/');
        self.cost += 1 + rule.len() as u64 / USUAL;
        self.rules.push(Rule {
            pattern: Pattern::parse(rule).ok(),
            negated,
            directories_only,
            base_name_only,
        });
        Ok(())
    }

    /// Tells whether the entry at `path` (relative to the chart, with `/`) is left out.
    pub(crate) fn ignores(&self, path: &str, is_dir: bool) -> bool {
        for rule in &self.rules {
            if rule.negated {
                if (rule.directories_only && !is_dir) || !rule.matches(path) {
                    return true;
                }
                continue;
            }
            if rule.directories_only && !is_dir {
                continue;
            }
            if rule.matches(path) {
                return true;
            }
        }
        false
    }
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        let name = if self.base_name_only {
            path.rsplit('/').next().unwrap_or(path)
        } else {
            path
        };
        self.pattern
            .as_ref()
            .is_some_and(|pattern| pattern.matches(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &str, path: &str, is_dir: bool, ignored: bool) {
        let parsed = Rules::parse(rules).expect("rules");
        assert_eq!(parsed.ignores(path, is_dir), ignored, "{rules:?} on {path}");
    }

    #[test]
    fn follows_helm_not_git() {
        check("*.txt", "a/b/c.txt", false, true);
        check("/*.txt", "a/b.txt", false, false);
        check("/*.txt", "b.txt", false, true);
        check("a/*.txt", "a/b.txt", false, true);
        check("a/*.txt", "x/a/b.txt", false, false);
        check("cargo/", "cargo", true, true);
        check("cargo/", "cargo", false, false);
        check("cargo/", "mast/cargo", true, true);
        check("# c\n\n  b.txt  ", "b.txt", false, true);
        // A negated rule ignores whatever it does not match.
        check("!*.txt", "a.txt", false, false);
        check("!*.txt", "a.yaml", false, true);
        check("!templates/", "values.yaml", false, true);
        check("*.md\n!docs", "docs", true, false);
        check("*.md\n!docs", "a.md", false, true);
        check("\u{feff}a.md", "a.md", false, true);
        assert!(
            Rules::default()
                .with_defaults()
                .ignores("templates/.hidden", false)
        );
    }

    #[test]
    fn a_long_rule_costs_more() {
        let cost = |text: &str| Rules::parse(text).expect("rules").cost();
        assert_eq!(cost("# a\n\n*.txt\n!a/b\n"), 2);
        assert_eq!(cost(&"*a".repeat(100)), 4);
    }

    #[test]
    fn refuses_what_helm_refuses() {
        assert_eq!(
            Rules::parse("a/**/b").expect_err("double star"),
            IgnoreError::DoubleStar
        );
        assert_eq!(
            Rules::parse("[").expect_err("class").to_string(),
            "syntax error in pattern"
        );
    }
}
