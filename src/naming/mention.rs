//! Names of environments inside of other texts: `app-staging.example.com` names `staging`.

use std::ops::Range;
use std::sync::LazyLock;

use super::{STAGES, Tier};

/// A stage that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention<'t> {
    /// The word, as it is written.
    pub word: &'t str,
    /// Its bytes in the text.
    pub at: Range<usize>,
    /// The spelling that stands for all of the stage.
    pub stage: &'static str,
    /// The tier.
    pub tier: Tier,
}

/// The longest spelling of a stage with a number behind it, in bytes.
const LONGEST: usize = "nonproduction".len() + 3;

/// The stages that a text names, each as a word of its own: `device` and `latest` name none.
pub fn mentions(text: &str) -> impl Iterator<Item = Mention<'_>> {
    let mut words = words(text).peekable();
    std::iter::from_fn(move || {
        loop {
            let (start, word) = words.next()?;
            // `pre-prod` before `pre` and `prod`.
            if let Some((next, second)) = words.peek()
                && *next == start + word.len() + 1
                && let Some(found) = stage_of(&[word, second])
            {
                let end = next + second.len();
                words.next();
                return mention(text, start..end, found);
            }
            if let Some(found) = stage_of(&[word]) {
                return mention(text, start..start + word.len(), found);
            }
        }
    })
}

fn mention(text: &str, at: Range<usize>, rank: usize) -> Option<Mention<'_>> {
    let stage = STAGES.get(rank)?;
    Some(Mention {
        word: text.get(at.clone())?,
        at,
        stage: stage.spellings.first()?,
        tier: stage.tier,
    })
}

/// The words of a text, and where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let pieces = text.split(|char: char| !char.is_ascii_alphanumeric());
    pieces.filter_map(move |word| {
        let start = at;
        let after = start + word.len();
        at = after + text.get(after..)?.chars().next().map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((start, word))
    })
}

/// The stage that words spell together, a number behind them left out. Nothing is allocated: this looks at every word of
/// every value.
fn stage_of(parts: &[&str]) -> Option<usize> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let (last, before) = parts.split_last()?;
    let stem = last.trim_end_matches(|char: char| char.is_ascii_digit());
    let number = last.len() - stem.len();
    if length > LONGEST || stem.is_empty() || number > 3 {
        return None;
    }
    let is = |spelling: &str, last: &str| {
        let mut rest = spelling;
        let mut parts = before.iter().chain([&last]);
        let all = parts.all(|part| match rest.split_at_checked(part.len()) {
            Some((start, left)) if start.eq_ignore_ascii_case(part) => {
                rest = left;
                true
            }
            _ => false,
        });
        all && rest.is_empty()
    };
    let first = before.first().unwrap_or(&stem).bytes().next()?;
    let spellings = SPELLINGS.get(letter(first)?)?;
    let found = spellings
        .iter()
        .find(|(spelling, _)| match length - spelling.len().min(length) {
            0 => is(spelling, last),
            rest => rest == number && is(spelling, stem),
        });
    found.map(|(_, rank)| *rank)
}

/// Whether a word of a name begins as a stage is spelled, a number behind it left out. No other name tells a stage, and most
/// are others.
pub fn may_tell(name: &str) -> bool {
    let mut words = name.split(['-', '_', '.']);
    words.any(|word| {
        let stem = word.trim_end_matches(|char: char| char.is_ascii_digit());
        let first = stem.bytes().next().and_then(letter);
        let spellings = first.and_then(|first| SPELLINGS.get(first));
        spellings.into_iter().flatten().any(|(spelling, _)| {
            let start = spelling.get(..stem.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(stem))
        })
    })
}

/// The spellings of the stages by their first letter, and the rank of the stage: most words have none that begins as they do.
static SPELLINGS: LazyLock<[Vec<(&str, usize)>; 26]> = LazyLock::new(|| {
    let mut all: [Vec<(&str, usize)>; 26] = Default::default();
    for (rank, stage) in STAGES.iter().enumerate() {
        for spelling in stage.spellings {
            let first = spelling.bytes().next().and_then(letter);
            if let Some(of_letter) = first.and_then(|first| all.get_mut(first)) {
                of_letter.push((spelling, rank));
            }
        }
    }
    all
});

/// The place of a letter in the alphabet.
fn letter(byte: u8) -> Option<usize> {
    let lower = byte.to_ascii_lowercase();
    lower
        .is_ascii_lowercase()
        .then(|| usize::from(lower - b'a'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_named_by_whole_words() {
        for (text, expected) in [
            ("app-staging.example.com", vec!["staging"]),
            ("https://api.DEV2.example.com/v1", vec!["dev"]),
            ("myapp_stg", vec!["staging"]),
            ("pre-prod", vec!["preprod"]),
            ("db-nonprod-1", vec!["nonprod"]),
            ("dev,prod", vec!["dev", "prod"]),
            ("device latest testing-library", vec!["test"]),
            ("développement-dev", vec!["dev"]),
            ("developer devops contest uatx", vec![]),
            ("", vec![]),
        ] {
            let found: Vec<&str> = mentions(text).map(|mention| mention.stage).collect();
            assert_eq!(found, expected, "{text}");
            for mention in mentions(text) {
                assert_eq!(text.get(mention.at.clone()), Some(mention.word), "{text}");
            }
        }
    }
}
