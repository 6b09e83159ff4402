//! Which values of a file are taken for secrets.
//!
//! [`detect`] reads a file once, when it is loaded. What it finds serves two ends: the rules `secrets/plaintext` and
//! `secrets/default-password` report it, and masking keeps it out of every output. Masking takes more than the rules
//! report: every text under a key that promises a secret is masked, also when it looks like none.

mod actions;
mod apart;
mod assignments;
mod below;
mod broken;
mod called;
mod connection;
mod defaults;
mod elements;
mod encoded;
mod escaped;
mod examine;
mod forms;
mod handed;
mod harmless;
mod lines;
mod mentions;
mod names;
mod nested;
mod options;
mod raw;
mod references;
mod said;
mod sealed;
mod shapes;
mod sift;
mod table;
mod tells;
mod users;
mod value;
mod vocabulary;
mod walk;
mod words;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use envlint_gotemplate::fmt::format_float;
use envlint_yaml::{Document, Kind, Node, Origin, Path, Scalar, Span, Value};

pub use references::is_reference;
pub(crate) use said::{apparent, argument, evident, expression, tokens};
pub use sealed::is_plain_text;
pub(crate) use sift::may_hold;

/// Text that must not be seen: it cannot be printed by accident.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Box<str>);

impl Secret {
    /// Takes a text.
    pub fn new(text: &str) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for masking only.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// How many characters it has.
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&placeholder(self.chars()))
    }
}

/// What is shown instead of a secret of that many characters.
pub fn placeholder(chars: usize) -> String {
    match chars {
        1 => "[redacted, 1 char]".to_owned(),
        chars => format!("[redacted, {chars} chars]"),
    }
}

/// What a token of three parts is.
pub const JWT: &str = "a JSON Web Token";
/// A key of Google's APIs.
pub const GOOGLE: &str = "a Google API key";

/// Why a text is taken for a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its shape is that of a known sort of token: "a GitHub token".
    Token(&'static str),
    /// It is the public half of a pair of keys: "the ID of an AWS access key".
    KeyId(&'static str),
    /// It is a private key.
    PrivateKey,
    /// It is the hash of a password, which can be guessed from offline. Masked, not reported.
    PasswordHash,
    /// It is the password in an address or a connection string.
    Connection,
    /// Its key promises a secret, and it looks like one.
    Random,
    /// Its key promises a password, and it is a word that somebody chose.
    Chosen,
    /// It is base64 of one of the above.
    Encoded,
    /// It is a password that everybody knows, under a key that promises a secret.
    Default,
    /// Its key promises a secret; it may be none. Masked, not reported.
    Named,
    /// It is written at an anchor, and an alias brings it under a key that promises a secret. An edit that writes the
    /// alias out parts the two, so it is masked wherever it stands; not reported.
    Anchored,
}

/// One text that is taken for a secret.
#[derive(Debug, Clone)]
pub struct Sensitive {
    /// The value that it is, or that it is a part of.
    pub span: Span,
    /// The path of that value; the root for a text that belongs to no value, such as a comment.
    pub path: Path,
    /// Why.
    pub reason: Reason,
    /// The bytes to be masked: one part for each line, without quotes and indentation.
    pub parts: Vec<Span>,
    /// The text, escapes and folding undone.
    pub secret: Secret,
    /// What it says when it is base64.
    pub decoded: Option<Secret>,
    /// Whether it equals the name of the user that stands next to it.
    pub is_user: bool,
    /// Whether it stands in a Secret that is written as a manifest.
    pub in_manifest: bool,
}

impl Sensitive {
    /// The secret in the clear, to be compared with others.
    pub fn clear(&self) -> &Secret {
        self.decoded.as_ref().unwrap_or(&self.secret)
    }

    /// Whether a person can be sure that it is a secret, so that a rule reports it.
    pub fn is_reported(&self) -> bool {
        !matches!(
            self.reason,
            Reason::Named | Reason::Anchored | Reason::PasswordHash
        )
    }

    /// Whether a text of another program holds it, as it is or escaped or encoded.
    pub fn is_in(&self, text: &str) -> bool {
        let secret = self.secret.expose();
        let is_there = |form: &String| text.contains(form.as_str());
        text.contains(secret) || variants(secret).iter().any(is_there)
    }

    /// Whether it only holds the place of a secret: `CHANGE_ME_AWS_KEY`.
    pub fn holds_the_place(&self) -> bool {
        defaults::holds_the_place(self.clear().expose())
    }
}

/// The values of a file that are taken for secrets, in the order of the file. A file that is not YAML is read line by
/// line, so that messages about it show nothing either.
pub fn detect(document: &Document) -> Vec<Sensitive> {
    let mut found = if document.errors().iter().any(|error| error.is_fatal()) {
        raw::detect(document.source())
    } else {
        let (mut found, is_whole) = walk::detect(document);
        let has_duplicates = !document.errors().is_empty();
        if has_duplicates || !is_whole {
            let passed_over = raw::passed_over(document, &found);
            found.extend(passed_over);
        }
        // `password:hunter22` as the whole of a file is a text, because a blank is missing.
        let is_text = |root: &Node| root.as_scalar().is_some();
        if document.root().is_some_and(is_text) {
            let passed_over = raw::passed_over(document, &found);
            found.extend(passed_over);
        }
        found.extend(raw::comments(document));
        found.extend(raw::swallowed(document));
        found
    };
    found.sort_by_key(|sensitive| (sensitive.span.start, sensitive.parts.first().copied()));
    found
}

/// The secrets of one file, with what it takes to find those of a place or a path without looking at all of them: each
/// finding asks, and a stranger's file may have as many findings as secrets.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    list: Vec<Sensitive>,
    /// For each secret, how far it and all before it reach: that never falls, so it can be searched.
    reach: Vec<usize>,
    by_path: BTreeMap<Path, Vec<usize>>,
    /// The texts of the values that are secrets or hold one, made when the first alias is shown.
    texts: OnceLock<BTreeSet<Box<str>>>,
}

impl Secrets {
    /// The secrets of a file, as [`detect`] finds them.
    pub fn of(document: &Document) -> Self {
        Secrets::listed(detect(document))
    }

    /// The secrets of a text that is YAML only when it has been rendered.
    pub fn of_template(document: &Document) -> Self {
        Secrets::listed(lines::detect(document.source()))
    }

    fn listed(list: Vec<Sensitive>) -> Self {
        let mut by_path: BTreeMap<Path, Vec<usize>> = BTreeMap::new();
        for (at, sensitive) in list.iter().enumerate() {
            by_path.entry(sensitive.path.clone()).or_default().push(at);
        }
        let furthest = |reach: &mut usize, sensitive: &Sensitive| {
            *reach = sensitive.span.end.max(*reach);
            Some(*reach)
        };
        Secrets {
            reach: list.iter().scan(0, furthest).collect(),
            by_path,
            list,
            texts: OnceLock::new(),
        }
    }

    /// All of them, in the order of the file.
    pub fn all(&self) -> &[Sensitive] {
        &self.list
    }

    /// Whether a text is that of a value of the file which is a secret or holds one: an alias is written elsewhere than the
    /// secret that it brings.
    pub fn has_text(&self, document: &Document, text: &str) -> bool {
        let texts = self.texts.get_or_init(|| {
            let mut texts = BTreeSet::new();
            for root in document.documents() {
                self.collect(root, &mut texts);
            }
            texts
        });
        texts.contains(text)
    }

    fn collect(&self, node: &Node, texts: &mut BTreeSet<Box<str>>) {
        if node.origin() == Origin::Alias {
            return;
        }
        match node.kind() {
            Kind::Scalar(scalar) => {
                if self.touching(node.span()).next().is_some() {
                    texts.insert(scalar.text().into());
                }
            }
            Kind::Sequence(items) => items.iter().for_each(|item| self.collect(item, texts)),
            Kind::Mapping(mapping) => mapping
                .iter()
                .for_each(|(_, value)| self.collect(value, texts)),
        }
    }

    /// Those that share a byte with a place; of an empty place, those around it.
    pub fn touching(&self, span: Span) -> impl Iterator<Item = &Sensitive> {
        let first = self.reach.partition_point(|reach| *reach <= span.start);
        let end = span.end.max(span.start + 1);
        self.list
            .iter()
            .skip(first)
            .take_while(move |sensitive| sensitive.span.start < end)
            .filter(move |sensitive| span.start < sensitive.span.end)
    }

    /// Those at a path and below it.
    pub fn below(&self, path: &Path) -> impl Iterator<Item = &Sensitive> {
        // Paths are ordered segment by segment, so those that begin alike stand together.
        self.by_path
            .range::<Path, _>(path..)
            .take_while(|(known, _)| path.contains(known))
            .flat_map(|(_, places)| places)
            .filter_map(|at| self.list.get(*at))
    }
}

/// The bytes that are masked: sorted, and without overlaps.
pub fn parts(found: &[Sensitive]) -> Vec<Span> {
    let parts = found
        .iter()
        .flat_map(|sensitive| sensitive.parts.iter().copied());
    merged(parts.collect())
}

/// Parts of a text, sorted and without overlaps.
pub fn merged(mut all: Vec<Span>) -> Vec<Span> {
    all.retain(|part| part.start < part.end);
    all.sort();
    let mut merged: Vec<Span> = Vec::with_capacity(all.len());
    for part in all {
        match merged.last_mut() {
            Some(last) if part.start < last.end => last.end = last.end.max(part.end),
            _ => merged.push(part),
        }
    }
    merged
}

/// Where a single value is written, line by line, without its quotes or the header of a block.
pub fn written(document: &Document, span: Span, scalar: &Scalar) -> Vec<Span> {
    written::written(document, span, scalar)
}

/// Where a text sets something under a secret-like key.
pub(crate) fn settings(line: &str) -> Vec<std::ops::Range<usize>> {
    if !names::hints_at_secret(line) {
        return Vec::new();
    }
    assignments::assignments(line)
        .into_iter()
        .map(|assignment| assignment.value)
        .collect()
}

/// Whether a line names a key that promises a secret, alone or as the end of a path.
pub(crate) fn promises_secret(line: &str) -> bool {
    names::hints_at_secret(line)
        && line
            .split(|char: char| !(char.is_alphanumeric() || matches!(char, '_' | '-' | '.')))
            .any(|word| names::promise(word) != names::Promise::Nothing)
}

/// Whether a text reads like words and numbers rather than like a random draw.
pub(crate) fn looks_like_words(text: &str) -> bool {
    words::reads_like_words(text)
}

/// A secret that YAML reads as a number, as Go prints it: Helm decodes every number to a float64, so `84629173` becomes
/// `8.4629173e+07` in a template.
pub(crate) fn printed_by_go(text: &str) -> Vec<String> {
    /// No number that anybody writes is longer.
    const LONGEST: usize = 64;
    if text.len() > LONGEST
        || !text.starts_with(|char: char| char.is_ascii_digit() || "+-.".contains(char))
    {
        return Vec::new();
    }
    let document = Document::parse(text);
    let value = document.root().and_then(Node::as_scalar).map(Scalar::value);
    let integer = match &value {
        Some(Value::Int(number)) => Some(number.to_string()),
        Some(Value::UInt(number)) => Some(number.to_string()),
        _ => None,
    };
    let float = value.as_ref().and_then(Value::as_f64);
    let float = float.map(|number| format_float(number, b'g', None, 64));
    integer.into_iter().chain(float).collect()
}

/// A longer secret is not looked for in all forms, in bytes: a file of them would fill the memory.
const MOST_FORMS: usize = 4096;

/// The forms in which a secret may stand in somebody else's words: as it is, escaped for JSON, YAML or by Go, for an address,
/// HTML or JavaScript, twice over too, as Go prints a number, and as base64, also of a longer text. The formats that envlint
/// writes are none of them: they escape what is masked already.
pub(crate) fn variants(text: &str) -> Vec<String> {
    /// Of a shorter text, a few digits of base64 are left, which other texts have as well.
    const SHORTEST_INSIDE: usize = 8;
    let base64 = encoded::encode(text.as_bytes());
    let mut variants = vec![
        text.to_owned(),
        base64.trim_end_matches('=').to_owned(),
        base64,
    ];
    if (SHORTEST_INSIDE..=MOST_FORMS).contains(&text.len()) {
        variants.extend(encoded::inside(text.as_bytes()));
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if text.len() > MOST_FORMS {
        variants.extend(escaped::quoted(text));
    } else if !is_plain {
        variants.extend(escaped::all(text));
    }
    variants.extend(printed_by_go(text));
    variants.sort();
    variants.dedup();
    variants
}

/// The nearest place at or before one that splits no character of a text.
fn floor(text: &str, at: usize) -> usize {
    let mut places = (0..=at.min(text.len())).rev();
    places
        .find(|place| text.is_char_boundary(*place))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
