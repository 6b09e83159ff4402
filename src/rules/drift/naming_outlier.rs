//! `drift/naming-outlier`.

use crate::masking::{Name, Said, Text, text};
use crate::naming::mentions;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;
use crate::values::Row;

rule! {
    /// A name does not follow the pattern that it has in the other environments.
    ///
    /// ## What it does
    ///
    /// Looks for texts that hold the environment's name in three or more environments: `app.dev.example.com`,
    /// `app.staging.example.com`, `ap.prod.example.com`. Where all but one follow the same pattern, and the last one differs
    /// from it by one letter that is missing, too many or at the wrong place, it reports the last one. Digits and short
    /// words, which tell regions and zones, are ignored.
    ///
    /// ## Why it matters
    ///
    /// Such a difference is a slip of the hand. It is valid text, so the first to see it is who calls the wrong host.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/dev/values.yaml
    /// host: app.dev.example.com
    ///
    /// # environments/staging/values.yaml
    /// host: app.staging.example.com
    ///
    /// # environments/prod/values.yaml
    /// host: ap.prod.example.com
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// host: app.prod.example.com
    /// ```
    ///
    /// Better still, let envlint hold the value to the pattern:
    ///
    /// ```yaml
    /// # envlint.yaml
    /// perEnvironment:
    ///   - {path: host, expect: {pattern: "app.{env}.example.com"}}
    /// ```
    ///
    /// ## References
    ///
    /// - [The configuration of envlint](https://github.com/envlint/envlint/blob/main/docs/configuration.md)
    "drift/naming-outlier", Info, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    if cx.environments.len() < FEWEST {
        return;
    }
    for (row, _) in cx.rows() {
        if let Some(outlier) = outlier(cx, row) {
            report(cx, row, &outlier, out);
        }
    }
}

/// So many environments must have the text.
const FEWEST: usize = 3;
/// Longer texts are no names.
const LONGEST: usize = 200;

/// A text that does not follow the pattern of the others.
struct Outlier {
    index: usize,
    /// What it would be by the pattern.
    expected: String,
    /// The environments that follow it.
    others: Vec<usize>,
}

/// A text around the name of its environment.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Around<'t> {
    before: &'t str,
    after: &'t str,
}

fn around<'t>(cx: &AppContext<'_>, index: usize, text: &'t str) -> Option<(Around<'t>, &'t str)> {
    let environment = cx.environments.get(index)?.environment;
    // Most texts name nothing.
    let mut named = mentions(text).peekable();
    named.peek()?;
    let stages: Vec<&str> = environment
        .names()
        .flat_map(mentions)
        .map(|mention| mention.stage)
        .collect();
    let mut named = named.filter(|mention| stages.contains(&mention.stage));
    let mention = named
        .next()
        .filter(|_| text.len() <= LONGEST && !text.contains(char::is_whitespace))?;
    let around = Around {
        before: text.get(..mention.at.start)?,
        after: text.get(mention.at.end..)?,
    };
    // With two names in it, nobody knows which one the pattern is about.
    named.next().is_none().then_some((around, mention.word))
}

fn outlier(cx: &AppContext<'_>, row: &Row<'_>) -> Option<Outlier> {
    // Most rows end here: they have too few values, or are no texts.
    if row.values().count() < FEWEST {
        return None;
    }
    let mut texts = Vec::new();
    for (index, tree) in row.values() {
        // What a secret would be by the pattern is nearly the secret.
        if tree.source().is_sensitive(tree.node().span()) {
            return None;
        }
        let (around, word) = around(cx, index, tree.as_str()?)?;
        texts.push((index, around, word));
    }
    let usual = texts.iter().map(|(_, around, _)| *around).find(|around| {
        let follow = texts.iter().filter(|(_, other, _)| other == around);
        follow.count() == texts.len() - 1
    })?;
    let (index, found, word) = texts.iter().find(|(_, around, _)| *around != usual)?;
    let is_slip = match (found.before == usual.before, found.after == usual.after) {
        (false, true) => is_slip(found.before, usual.before),
        (true, false) => is_slip(found.after, usual.after),
        _ => false,
    };
    let others = texts.iter().map(|(index, ..)| *index);
    is_slip.then(|| Outlier {
        index: *index,
        expected: format!("{}{word}{}", usual.before, usual.after),
        others: others.filter(|other| other != index).collect(),
    })
}

/// Whether two texts differ by one letter that is missing, too many or at the wrong place, in a word of three letters or
/// more: `eu` and `us` are both meant, and so are `1` and `2`.
fn is_slip(left: &str, right: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|char: char| !char.is_alphanumeric());
        words.map(str::to_owned).collect()
    };
    let (left, right) = (words(left), words(right));
    if left.len() != right.len() {
        return false;
    }
    let mut pairs = left
        .iter()
        .zip(&right)
        .filter(|(left, right)| left != right);
    let (Some((left, right)), None) = (pairs.next(), pairs.next()) else {
        return false;
    };
    let longest = left.chars().count().max(right.chars().count());
    let is_word = |word: &String| word.chars().all(char::is_alphabetic);
    let is_plural = format!("{left}s") == *right || format!("{right}s") == *left;
    let is_substitution = left.chars().count() == right.chars().count()
        && left
            .chars()
            .zip(right.chars())
            .filter(|(left, right)| left != right)
            .count()
            == 1;
    longest >= 3
        && is_word(left)
        && is_word(right)
        && !is_plural
        && (!is_substitution || longest >= 5)
        && strsim::damerau_levenshtein(left, right) == 1
}

fn report(cx: &AppContext<'_>, row: &Row<'_>, outlier: &Outlier, out: &mut Reporter<'_>) {
    let (Some(values), Some(value)) = (
        cx.environments.get(outlier.index),
        row.located(outlier.index),
    ) else {
        return;
    };
    let others: Vec<&str> = outlier.others.iter().map(|index| cx.name(*index)).collect();
    let message = text!(
        "`{}` in {} does not follow the pattern of {}: by it, the value is `{}`",
        row.path,
        Name(values.name()),
        Text::listed(&others),
        Said(&outlier.expected)
    );
    let mut finding = out.value(values, &value, message);
    if let Some(tree) = outlier.others.last().and_then(|index| row.located(*index)) {
        finding = finding.note(tree.tree().location(), "the pattern");
    }
    out.push(
        finding
            .help(text!(
                "write `{}`, if that is what you mean",
                Said(&outlier.expected)
            ))
            .confidence(Confidence::Medium),
    );
}
