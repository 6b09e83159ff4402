//! Comments that excuse a finding: `# envlint: ignore[drift/missing-key] the reason`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use envlint_yaml::{Comment, Document, Edit, Problem as Mistake, Span, remove_comment};

use crate::masking::{Name, Text, text};
use crate::rules::configuration::is_policy;
use crate::rules::{self, Finding, Fix, Reporter};
use crate::source::{Location, Problem, Source, nearest};
use crate::workspace::Config;

/// One comment that excuses findings of the rules it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Where the comment is.
    pub span: Span,
    /// The rules it names.
    pub rules: Vec<String>,
    /// The word that it has in the place of `ignore`, so that it suppresses nothing.
    pub unknown: Option<String>,
    /// Why.
    pub reason: String,
    /// The lines, counted from one, that it applies to: its own, and for a comment on a line of its own the next line
    /// that is not such a comment.
    pub lines: RangeInclusive<usize>,
    /// The edit that takes it out.
    pub removal: Edit,
}

/// The comments of a file that excuse findings.
pub fn suppressions(document: &Document) -> Vec<Suppression> {
    let is_yaml = !document.errors().iter().any(Mistake::is_fatal);
    let scanned = match is_yaml {
        true => Vec::new(),
        false => comments_of_no_yaml(document.source()),
    };
    let comments = match is_yaml {
        true => document.comments(),
        false => &scanned,
    };
    let next = next_lines(comments);
    let read = |comment| read(document, comment, &next);
    comments.iter().filter_map(read).collect()
}

/// For each comment on a line of its own: the first line behind it that is none.
fn next_lines(comments: &[Comment]) -> HashMap<usize, usize> {
    let mut own_lines: Vec<usize> = comments
        .iter()
        .filter(|comment| comment.own_line)
        .map(|comment| comment.line)
        .collect();
    own_lines.sort_unstable();
    let mut next = HashMap::with_capacity(own_lines.len());
    for line in own_lines.into_iter().rev() {
        let below = next.get(&(line + 1)).copied().unwrap_or(line + 1);
        next.insert(line, below);
    }
    next
}

/// The comments of a template that speak to envlint: it is no YAML before it is rendered. They may stand in a comment of the
/// template language, too.
fn comments_of_no_yaml(text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut offset = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let start = offset;
        offset += line.len();
        let Some(speech) = line.find("envlint:") else {
            continue;
        };
        let Some(at) = line.get(..speech).and_then(|before| before.rfind('#')) else {
            continue;
        };
        let before = line.get(..at).unwrap_or_default().trim();
        let end = line.trim_end();
        let end = end.rfind("*/").unwrap_or(end.len()).max(at + 1);
        found.push(Comment {
            span: Span::new(start + at, start + end),
            text: line.get(at + 1..end).unwrap_or_default().to_owned(),
            line: index + 1,
            own_line: matches!(before, "" | "{{/*" | "{{- /*"),
        });
    }
    found
}

fn read(
    document: &Document,
    comment: &Comment,
    next: &HashMap<usize, usize>,
) -> Option<Suppression> {
    let speech = comment.text.trim_start().strip_prefix("envlint:")?;
    let speech = speech.trim_start();
    let word = speech.split(|next: char| !next.is_alphanumeric() && next != '-');
    let word = word.into_iter().next().unwrap_or_default();
    let rest = speech.get(word.len()..).unwrap_or_default();
    let (rules, reason) = match rest.trim_start().strip_prefix('[') {
        Some(list) => list.split_once(']').unwrap_or((list, "")),
        None => ("", rest),
    };
    // Other words speak to other readers, unless they name rules as `ignore` does.
    let names_rules = rest.starts_with('[') && rules.contains('/');
    let unknown = match word {
        "ignore" => None,
        word if names_rules => Some(word.to_owned()),
        _ => return None,
    };
    let names = rules
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let last = match comment.own_line {
        true => next.get(&comment.line).copied(),
        false => None,
    };
    let last = last.unwrap_or(comment.line);
    Some(Suppression {
        span: comment.span,
        rules: match unknown {
            None => names.map(str::to_owned).collect(),
            Some(_) => Vec::new(),
        },
        unknown,
        reason: reason.trim_start_matches([':', '-', ' ']).trim().to_owned(),
        lines: comment.line..=last,
        removal: remove_comment(document, comment),
    })
}

/// Takes out the findings that a comment excuses, and adds a finding for every comment that gives no reason or excuses
/// nothing. Returns how many were taken out.
///
/// `partial` are the files of which nothing can be said about what their comments excuse, since not every app that
/// uses them was checked.
pub fn apply(
    sources: &[Arc<Source>],
    unknown: &Unknown<'_>,
    findings: &mut Vec<Finding>,
    config: &Config,
) -> usize {
    let mut files: BTreeMap<&str, File> = BTreeMap::new();
    for source in sources
        .iter()
        .filter(|source| source.text().contains("envlint:"))
    {
        let comments = suppressions(&source.document);
        if !comments.is_empty() {
            files
                .entry(&source.path)
                .or_insert_with(|| File::new(source, comments));
        }
    }
    let before = findings.len();
    findings.retain(|finding| {
        let file = files.get_mut(finding.location.source.path.as_str());
        !file.is_some_and(|file| file.excuses(finding))
    });
    let suppressed = before - findings.len();
    for (path, file) in &files {
        let is_known = |rule: &str| !unknown.files.contains(*path) && !(unknown.is_silent)(rule);
        file.report(&is_known, config, findings);
    }
    suppressed
}

/// Of which comments nobody can say that they suppress nothing.
pub struct Unknown<'u> {
    /// Files that other findings may be about than those that were looked for.
    pub files: &'u BTreeSet<String>,
    /// Whether a rule could not know what it asks for.
    pub is_silent: &'u dyn Fn(&str) -> bool,
}

/// The suppressions of one file, and which of them excused something.
struct File {
    source: Arc<Source>,
    comments: Vec<Suppression>,
    /// Places in `comments`, by the line they speak for.
    by_line: HashMap<usize, Vec<usize>>,
    /// Comment and rule, by their places.
    used: BTreeSet<(usize, usize)>,
}

impl File {
    fn new(source: &Arc<Source>, comments: Vec<Suppression>) -> Self {
        let mut by_line: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, comment) in comments.iter().enumerate() {
            for line in [*comment.lines.start(), *comment.lines.end()] {
                by_line.entry(line).or_default().push(at);
            }
        }
        File {
            source: Arc::clone(source),
            comments,
            by_line,
            used: BTreeSet::new(),
        }
    }

    fn excuses(&mut self, finding: &Finding) -> bool {
        let line = finding.location.start().line;
        let mut is_excused = false;
        for at in self.by_line.get(&line).into_iter().flatten() {
            let rules = self.comments.get(*at).map(|comment| &comment.rules);
            let named = rules.and_then(|rules| rules.iter().position(|rule| rule == finding.rule));
            if let Some(rule) = named {
                self.used.insert((*at, rule));
                is_excused = true;
            }
        }
        is_excused
    }

    fn report(
        &self,
        is_known: &dyn Fn(&str) -> bool,
        config: &Config,
        findings: &mut Vec<Finding>,
    ) {
        for (at, comment) in self.comments.iter().enumerate() {
            let place = || Location::new(&self.source, comment.span);
            if comment.reason.is_empty() && !comment.rules.is_empty() {
                push("suppression/without-reason", config, findings, |out| {
                    out.finding(place(), "the comment suppresses a finding without a reason")
                        .help(text!(
                            "add the reason after the bracket: `# envlint: ignore[{}] the reason`",
                            Text::names(&comment.rules, ", ")
                        ))
                });
            }
            if let Some(word) = &comment.unknown {
                push("suppression/unused", config, findings, |out| {
                    let message = match word.as_str() {
                        "" => "the comment does not say `ignore`, so it suppresses nothing".into(),
                        word => text!(
                            "envlint does not know `{}`, so the comment suppresses nothing",
                            Name(word)
                        ),
                    };
                    out.finding(place(), message)
                        .help("write `ignore`: `# envlint: ignore[drift/missing-key] the reason`")
                });
            } else if comment.rules.is_empty() {
                push("suppression/unused", config, findings, |out| {
                    out.finding(place(), "the comment names no rule, so it suppresses nothing")
                        .help("name the rule in brackets: `# envlint: ignore[drift/missing-key] the reason`")
                });
            }
            for (index, rule) in comment.rules.iter().enumerate() {
                if let Some(problem) = self.idle((at, index), rule, is_known, config) {
                    let fix = (comment.rules.len() == 1).then(|| Fix {
                        title: "remove the comment".into(),
                        safe: true,
                        edits: vec![comment.removal.clone()],
                    });
                    push("suppression/unused", config, findings, |out| {
                        let finding = out.again(problem, place());
                        match fix {
                            Some(fix) => finding.fix(fix),
                            None => finding,
                        }
                    });
                }
            }
        }
    }

    /// Why a rule that a comment names excuses nothing; none when it does, or when that cannot be said.
    fn idle(
        &self,
        place: (usize, usize),
        rule: &str,
        is_known: &dyn Fn(&str) -> bool,
        config: &Config,
    ) -> Option<Problem> {
        if rules::find(rule).is_none() && !is_policy(config, rule) {
            let policies = config.policies.iter().map(|policy| &*policy.name.value);
            let known = || rules::all().iter().map(|rule| rule.name);
            // What is behind the slash is a name that people use, too.
            let short = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
            let same = known().find(|name| short(name) == short(rule));
            let near: Option<&str> = match same {
                Some(name) => Some(name),
                None => nearest(rule, known().chain(policies)),
            };
            let message = text!(
                "there is no rule `{}`, so the comment suppresses nothing",
                Name(rule)
            );
            return Some(
                Problem::without_place(message).suggest_or(near, "`envlint rules` lists the rules"),
            );
        }
        (!self.used.contains(&place) && is_known(rule)).then(|| {
            let message = text!(
                "`{}` finds nothing here, so the comment suppresses nothing",
                Name(rule)
            );
            Problem::without_place(message).help("remove it, or move it to the line of the finding")
        })
    }
}

fn push(
    rule: &str,
    config: &Config,
    findings: &mut Vec<Finding>,
    finding: impl FnOnce(&Reporter<'_>) -> Finding,
) {
    let Some(rule) = rules::find(rule) else {
        return;
    };
    if let Some(mut out) = Reporter::new(rule, config, None, findings) {
        let finding = finding(&out);
        out.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_read_with_the_lines_they_speak_for() {
        for (text, rules, reason, lines) in [
            (
                "a: 1 # envlint: ignore[x/y] why",
                &["x/y"][..],
                "why",
                1..=1,
            ),
            ("# envlint: ignore[x/y] why\na: 1", &["x/y"], "why", 1..=2),
            (
                "# envlint: ignore[x/y, z/w]: why\n# more words\na: 1",
                &["x/y", "z/w"],
                "why",
                1..=3,
            ),
            ("#envlint:ignore[x/y]\na: 1", &["x/y"], "", 1..=2),
            ("# envlint: ignore why\na: 1", &[], "why", 1..=2),
            ("# envlint: ignore[x/y\na: 1", &["x/y"], "", 1..=2),
            // It does not say `ignore`.
            ("# envlint: [x/y] why\na: 1", &[], "why", 1..=2),
        ] {
            let found = suppressions(&Document::parse(text));
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(
                (&found[0].rules[..], found[0].reason.as_str()),
                (
                    &rules
                        .iter()
                        .map(|rule| (*rule).to_owned())
                        .collect::<Vec<_>>()[..],
                    reason
                ),
                "{text}"
            );
            assert_eq!(found[0].lines, lines, "{text}");
        }
    }

    #[test]
    fn in_a_template_the_comment_is_the_one_that_speaks() {
        let text =
            "{{- if true }}\nc: {colour: \"#fff\", t: x} # envlint: ignore[x/y] why\n{{ end }}\n";
        let found = suppressions(&Document::parse(text));
        let found: Vec<_> = found
            .iter()
            .map(|comment| (&*comment.reason, comment.lines.clone()))
            .collect();
        assert_eq!(found, [("why", 2..=2)]);
    }

    #[test]
    fn other_comments_are_no_suppressions() {
        for text in [
            "# envlint: ignored",
            "# envlint keeps this",
            "a: \"# envlint: ignore[x/y] z\"",
            "# see envlint: ignore[x] y",
            "# envlint: note[1] see below",
            "# envlint: [x] y",
        ] {
            assert_eq!(suppressions(&Document::parse(text)), [], "{text}");
        }
    }
}
