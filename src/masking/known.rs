//! All secrets that were found so far, and the search for them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};

use super::lines::hide_settings;
use super::placeholder;
use crate::sensitive::{Reason, Sensitive, looks_like_words, variants};

/// The shortest text that is replaced wherever it appears.
const STRONG: usize = 8;

/// Secrets belong to the process, not to one workspace: nothing that is read may be shown, whoever reads it.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Known {
    /// What is searched for, and what replaces it.
    strong: BTreeMap<String, String>,
    weak: BTreeSet<String>,
    masker: Option<Arc<Masker>>,
}

/// The search for all secrets that were known when it was made.
pub(super) struct Masker {
    search: Option<AhoCorasick>,
    replacements: Vec<String>,
    weak: BTreeSet<String>,
}

/// Adds secrets.
pub(super) fn learn(sensitive: &[Sensitive]) {
    if sensitive.is_empty() {
        return;
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for sensitive in sensitive {
        let decoded = sensitive.decoded.as_ref().map(|secret| secret.expose());
        for text in std::iter::once(sensitive.secret.expose()).chain(decoded) {
            known.add(text, sensitive.reason);
        }
    }
    known.masker = None;
}

/// Adds texts that somebody said are secret: they need not look like one. A word that is known as a weak secret stays
/// weak: the key that it stands under is enough to hide it.
pub(super) fn learn_marked<'t>(texts: impl Iterator<Item = &'t str>) {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for text in texts.map(str::trim).filter(|text| !text.is_empty()) {
        if text.chars().count() >= STRONG && !known.weak.contains(text) {
            known.add_strong(text);
        } else {
            known.weak.insert(text.to_owned());
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
    let masker = Arc::new(Masker {
        search: AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(known.strong.keys())
            .ok(),
        replacements: known.strong.values().cloned().collect(),
        weak: known.weak.clone(),
    });
    known.masker = Some(Arc::clone(&masker));
    masker
}

impl Known {
    fn add(&mut self, text: &str, reason: Reason) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if text.contains('\n') {
            // Writers indent, fold and cut texts of several lines: each line is a secret by itself.
            for line in text.lines().map(str::trim) {
                if line.chars().count() >= STRONG
                    && !line.starts_with("-----")
                    && !looks_like_words(line)
                {
                    self.add_strong(line);
                }
            }
            self.add_strong(text);
        } else if is_strong(text, reason) {
            self.add_strong(text);
        } else {
            self.weak.insert(text.to_owned());
        }
    }

    fn add_strong(&mut self, text: &str) {
        let replacement = placeholder(text.chars().count());
        for variant in variants(text) {
            self.strong
                .entry(variant)
                .or_insert_with(|| replacement.clone());
        }
    }
}

fn is_strong(text: &str, reason: Reason) -> bool {
    text.chars().count() >= STRONG
        && match reason {
            Reason::Default => false,
            Reason::Named | Reason::Connection => !looks_like_words(text),
            _ => true,
        }
}

impl Masker {
    pub(super) fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let masked = self.mask_strong(text);
        if self.weak.is_empty() {
            return masked;
        }
        match hide_settings(&masked, |value| self.weak.contains(value)) {
            Some(hidden) => Cow::Owned(hidden),
            None => masked,
        }
    }

    fn mask_strong<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(search) = &self.search else {
            return Cow::Borrowed(text);
        };
        let mut masked = String::new();
        let mut copied = 0;
        for found in search.find_iter(text) {
            let replacement = self.replacements.get(found.pattern().as_usize());
            masked += text.get(copied..found.start()).unwrap_or_default();
            let quote = if is_json_number(text, found.range()) {
                "\""
            } else {
                ""
            };
            masked += quote;
            masked += replacement.map_or("[redacted]", String::as_str);
            masked += quote;
            copied = found.end();
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        masked += text.get(copied..).unwrap_or_default();
        Cow::Owned(masked)
    }
}

/// Whether a match is a number of a JSON text, which may not be replaced by a word without quotes.
fn is_json_number(text: &str, range: std::ops::Range<usize>) -> bool {
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let before = text.get(..range.start).unwrap_or_default().trim_end();
    let after = text.get(range.end..).unwrap_or_default().trim_start();
    text.starts_with(['{', '['])
        && text.get(range).is_some_and(is_number)
        && before.ends_with([':', '[', ','])
        && after.starts_with([',', ']', '}'])
}
