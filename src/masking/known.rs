//! All secrets that were found so far, and the search for them.

use std::collections::BTreeSet;
use std::ops::{Bound, Range};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};
use envlint_yaml::Document;

use super::text::Manner;
use super::weak;
use crate::sensitive::{self, Reason, Sensitive, looks_like_words, variants};

/// The shortest text that is replaced wherever it appears.
const STRONG: usize = 8;

/// The shortest text that is replaced where it stands as a word.
const SHORT: usize = 5;

/// Of a longer text, its beginning is searched for, and from there on as much as is there: a search takes hundreds of times
/// the memory of what it looks for.
const BEGINNING: usize = 256;

/// Secrets belong to the process, not to one workspace: nothing that is read may be shown, whoever reads it.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Known {
    /// What is searched for.
    strong: BTreeSet<Arc<str>>,
    /// What is searched for as a word: it is too short to be told from a part of one.
    short: BTreeSet<Arc<str>>,
    weak: BTreeSet<String>,
    /// Those weak ones that a schema marks, whatever their keys are called.
    marked: BTreeSet<String>,
    /// What was read and not looked at yet: most commands end without a word to anybody.
    unread: Vec<Unread>,
    masker: Option<Arc<Masker>>,
}

/// A text that may hold secrets.
pub(super) enum Unread {
    /// A file.
    File(String),
    /// An argument of the command line.
    Argument(String),
    /// A file with expressions.
    Expressions(String),
}

/// The search for all secrets that were known when it was made.
pub(super) struct Masker {
    strong: Search,
    short: Search,
    /// What is longer than the search knows.
    long: BTreeSet<Arc<str>>,
    weak: BTreeSet<String>,
    marked: BTreeSet<String>,
}

/// Adds secrets.
pub(super) fn learn(sensitive: &[Sensitive]) {
    if !sensitive.is_empty() {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.take(sensitive);
        known.masker = None;
    }
}

/// Adds a text whose secrets are looked for when something is to be shown.
pub(super) fn learn_later(text: Unread) {
    if matches!(&text, Unread::File(text) if !sensitive::may_hold(text)) {
        return;
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.unread.push(text);
    known.masker = None;
}

/// Adds texts that somebody said are secret: they need not look like one. A word that is known as a weak secret stays
/// weak: the key that it stands under is enough to hide it.
pub(super) fn learn_marked<'t>(texts: impl Iterator<Item = &'t str>) {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for text in texts.map(str::trim).filter(|text| !text.is_empty()) {
        known.mark(text);
        // Writers indent, fold and cut texts of several lines: each line is a secret by itself.
        if text.contains('\n') {
            let lines = text.lines().map(str::trim);
            for line in lines.filter(|line| line.chars().count() >= STRONG) {
                known.mark(line);
            }
        }
        known.masker = None;
    }
}

/// The search for what is known now.
pub(super) fn current() -> Arc<Masker> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(masker) = &known.masker {
        return Arc::clone(masker);
    }
    for text in std::mem::take(&mut known.unread) {
        let said = match text {
            Unread::File(text) => {
                known.take(&sensitive::detect(&Document::parse(text)));
                continue;
            }
            Unread::Argument(text) => sensitive::argument(&text),
            Unread::Expressions(text) => sensitive::expression(&text),
        };
        for (secret, reason) in said {
            known.add(secret.expose(), reason);
        }
    }
    let is_long = |text: &&Arc<str>| text.len() > BEGINNING;
    let masker = Arc::new(Masker {
        strong: Search::of(
            known.strong.iter().map(|text| beginning(text)),
            MatchKind::LeftmostLongest,
        ),
        short: Search::of(known.short.iter().map(|text| &**text), MatchKind::Standard),
        long: known.strong.iter().filter(is_long).cloned().collect(),
        weak: known.weak.clone(),
        marked: known.marked.clone(),
    });
    known.masker = Some(Arc::clone(&masker));
    masker
}

/// A search for texts.
enum Search {
    Automaton(AhoCorasick),
    /// Where there are too many of them for an automaton: slow, and as safe.
    Plain(Vec<Box<str>>),
}

impl Search {
    fn of<'t>(texts: impl Iterator<Item = &'t str> + Clone, kind: MatchKind) -> Search {
        let automaton = AhoCorasick::builder().match_kind(kind).build(texts.clone());
        match automaton {
            Ok(automaton) => Search::Automaton(automaton),
            Err(_) => Search::plain(texts),
        }
    }

    fn plain<'t>(texts: impl Iterator<Item = &'t str>) -> Search {
        Search::Plain(texts.map(Box::from).collect())
    }

    /// Where they are in a text.
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        match self {
            Search::Automaton(automaton) => match automaton.match_kind() {
                MatchKind::Standard => {
                    let hits = automaton.find_overlapping_iter(text);
                    hits.map(|hit| hit.range()).collect()
                }
                _ => automaton.find_iter(text).map(|hit| hit.range()).collect(),
            },
            Search::Plain(texts) => {
                let hits = texts.iter().flat_map(|part| text.match_indices(&**part));
                hits.map(|(at, part)| at..at + part.len()).collect()
            }
        }
    }
}

/// The forms of a secret that are searched for.
fn forms(text: &str) -> impl Iterator<Item = Arc<str>> {
    variants(text).into_iter().map(Arc::from)
}

/// The part of a text that is searched for.
fn beginning(text: &str) -> &str {
    let mut ends = (0..=BEGINNING.min(text.len())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or(text)
}

/// How many bytes two texts have in common at their beginning.
fn common(left: &str, right: &str) -> usize {
    let pairs = left.bytes().zip(right.bytes());
    pairs.take_while(|(left, right)| left == right).count()
}

impl Known {
    fn take(&mut self, found: &[Sensitive]) {
        for sensitive in found {
            let decoded = sensitive.decoded.as_ref().map(|secret| secret.expose());
            for text in std::iter::once(sensitive.secret.expose()).chain(decoded) {
                self.add(text, sensitive.reason);
            }
        }
    }

    fn mark(&mut self, text: &str) {
        if text.chars().count() >= STRONG && !self.weak.contains(text) {
            self.strong.extend(forms(text));
        } else {
            self.weak.insert(text.to_owned());
            // A value such as `1` says nothing of all others that are the same: it is hidden where it stands.
            let is_telling = text.chars().any(char::is_alphabetic);
            if is_telling && text.chars().count() >= SHORT {
                self.marked.insert(text.to_owned());
            }
        }
    }

    fn add(&mut self, text: &str, reason: Reason) {
        let text = text.trim();
        if matches!(text, "" | "true" | "false" | "null") {
            return;
        }
        if text.contains('\n') {
            // Writers indent, fold and cut texts of several lines: each line is a secret by itself.
            for line in text.lines().map(str::trim) {
                if line.chars().count() >= STRONG
                    && !line.starts_with("-----")
                    && !looks_like_words(line)
                {
                    self.strong.extend(forms(line));
                }
            }
            self.strong.extend(forms(text));
        } else if is_strong(text, reason) {
            self.strong.extend(forms(text));
        } else if is_short(text, reason) {
            self.short.extend(forms(text));
        } else {
            self.weak.insert(text.to_owned());
            // `1.234567e+06` says what it is wherever it stands, `1234567` does not.
            for number in sensitive::printed_by_go(text) {
                match number.len() >= STRONG {
                    true => self.strong.insert(number.into()),
                    false => self.weak.insert(number),
                };
            }
        }
    }
}

fn is_strong(text: &str, reason: Reason) -> bool {
    text.chars().count() >= STRONG
        && match reason {
            Reason::Default => false,
            Reason::Named | Reason::Connection => !looks_like_words(text) || is_phrase(text),
            _ => true,
        }
}

/// Whether words are so many that they are no name of a thing: a pass-phrase.
fn is_phrase(text: &str) -> bool {
    /// Names of things have two words, or are shorter.
    const SHORTEST: usize = 16;
    let words = text.split_whitespace().count();
    let capitals = text.chars().filter(|char| char.is_uppercase()).count();
    let is_one = text.chars().all(char::is_alphanumeric);
    text.chars().count() >= SHORTEST && (words > 2 || is_one && capitals > 2)
}

/// Whether a text that is too short to be strong is a draw all the same (`S3cr!t7`), and neither a word nor a number that
/// sentences have as well.
fn is_short(text: &str, reason: Reason) -> bool {
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    let chars = text.chars().count();
    (SHORT..STRONG).contains(&chars)
        && (1..chars).contains(&letters)
        && match reason {
            Reason::Default | Reason::Chosen => false,
            Reason::Named | Reason::Connection => !looks_like_words(text),
            _ => true,
        }
}

/// How many bytes of long secrets are compared with one text.
const MOST_COMPARED: usize = 32 << 20;

/// Whether a text is what things are called: a small word or two. Products are their own passwords more often than a thing
/// is named after a password that somebody drew.
fn is_plain_name(text: &str) -> bool {
    /// A pass-phrase is longer.
    const LONGEST: usize = 16;
    let is_of_a_name = |char: char| char.is_ascii_lowercase() || char == '-';
    text.len() <= LONGEST && text.chars().all(is_of_a_name) && text.matches('-').count() <= 1
}

/// Whether a part of a text is no part of a longer word.
fn is_word(text: &str, part: &Range<usize>) -> bool {
    let before = text.get(..part.start).unwrap_or_default();
    let inner = text.get(part.clone()).unwrap_or_default();
    let after = text.get(part.end..).unwrap_or_default();
    let goes_on = |left: Option<char>, right: Option<char>| {
        left.is_some_and(char::is_alphanumeric) && right.is_some_and(char::is_alphanumeric)
    };
    !goes_on(before.chars().next_back(), inner.chars().next())
        && !goes_on(inner.chars().next_back(), after.chars().next())
}

/// What of a text must not be seen now: sorted, and without overlaps. Of a name only itself tells: what was read is not
/// looked at for it.
pub(super) fn hidden(text: &str, manner: Manner) -> Vec<Range<usize>> {
    match manner {
        Manner::Name => merged(sensitive::evident(text)),
        Manner::Object | Manner::Seen | Manner::Other => current().hidden(text, manner),
    }
}

impl Masker {
    /// What must not be seen of a text that is no name: sorted, and without overlaps.
    pub(super) fn hidden(&self, text: &str, manner: Manner) -> Vec<Range<usize>> {
        let mut found = match manner {
            Manner::Other => sensitive::apparent(text),
            _ => sensitive::tokens(text),
        };
        let strong = self.strong.find(text).into_iter();
        let mut compared = 0;
        let strong = strong.map(|hit| {
            // A text that repeats itself begins again and again: all that is left of it is hidden.
            let end = match compared <= MOST_COMPARED {
                true => self.end_of(text, hit.clone()),
                false => text.len(),
            };
            compared += end - hit.start;
            hit.start..end
        });
        let is_name = |hit: &Range<usize>| text.get(hit.clone()).is_some_and(is_plain_name);
        found.extend(strong.filter(|hit| manner != Manner::Object || !is_name(hit)));
        let short = self.short.find(text).into_iter();
        found.extend(short.filter(|hit| is_word(text, hit)));
        if !self.weak.is_empty() {
            let is_weak = |text: &str| self.weak.contains(text);
            found.extend(match manner {
                Manner::Other => weak::anywhere(text, is_weak),
                _ => weak::in_settings(text, is_weak),
            });
        }
        if matches!(manner, Manner::Seen | Manner::Other) && !self.marked.is_empty() {
            found.extend(weak::as_values(text, |text| self.marked.contains(text)));
        }
        merged(found)
    }
}

impl Masker {
    /// Where a secret ends whose beginning was found: as far as the text is that of the secret, which may be cut.
    fn end_of(&self, text: &str, found: Range<usize>) -> usize {
        let rest = text.get(found.start..).unwrap_or_default();
        if self.long.is_empty() || rest.len() <= found.len() {
            return found.end;
        }
        // Of sorted texts, those next to this one have the most in common with it.
        let up_to = (Bound::Unbounded, Bound::Included(rest));
        let before = self.long.range::<str, _>(up_to).next_back();
        let from = (Bound::Included(rest), Bound::Unbounded);
        let after = self.long.range::<str, _>(from).next();
        let longest = before
            .into_iter()
            .chain(after)
            .map(|long| common(long, rest));
        let end = found.start + longest.max().unwrap_or_default();
        let mut ends = end.max(found.end)..text.len();
        ends.find(|end| text.is_char_boundary(*end))
            .unwrap_or(text.len())
    }
}

/// Ranges sorted, those that overlap as one.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random enough, and no two parts of it are equal.
    fn long(length: usize) -> String {
        let mut state = 7_u64;
        let draw = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"[(state >> 59) as usize])
        };
        (0..length).map(draw).collect()
    }

    #[test]
    fn a_short_draw_is_hidden_where_it_is_a_word() {
        let mut known = Known::default();
        known.add("S3cr!t7", Reason::Random);
        known.add("guest", Reason::Chosen);
        known.add("123456", Reason::Random);
        let short: Vec<&str> = known.short.iter().map(|text| &**text).collect();
        assert!(short.contains(&"S3cr!t7") && !short.contains(&"guest"));
        let search = Search::of(short.iter().copied(), MatchKind::Standard);
        for (text, hidden) in [
            ("connect as bob with S3cr!t7 today", 1),
            ("pw=S3cr!t7;", 1),
            ("xS3cr!t7", 0),
            ("S3cr!t78", 0),
        ] {
            let found = search.find(text);
            let words = found.iter().filter(|hit| is_word(text, hit)).count();
            assert_eq!(words, hidden, "{text}");
        }
        assert!(known.weak.contains("123456") && known.weak.contains("guest"));
    }

    #[test]
    fn without_an_automaton_the_search_finds_the_same() {
        let texts = ["x8Kd92mZpQ4r", "8.4629173e+07"];
        let text = "a x8Kd92mZpQ4r b 8.4629173e+07 c x8Kd92mZpQ4r";
        let automaton = Search::of(texts.into_iter(), MatchKind::LeftmostLongest);
        assert!(matches!(automaton, Search::Automaton(_)));
        let plain = Search::plain(texts.into_iter());
        assert_eq!(merged(plain.find(text)), merged(automaton.find(text)));
    }

    #[test]
    fn a_long_secret_is_hidden_as_far_as_it_is_there() {
        let secret = long(5_000);
        learn_marked(std::iter::once(secret.as_str()));
        let masker = current();
        for cut in [secret.len(), 4_000, BEGINNING + 1, BEGINNING] {
            let text = format!("<{}> and more", &secret[..cut]);
            let hidden = masker.hidden(&text, Manner::Other);
            assert_eq!(
                (hidden.len(), hidden.first()),
                (1, Some(&(1..1 + cut))),
                "{cut}"
            );
        }
    }
}
