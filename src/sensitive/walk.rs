//! Goes through the values of a file, and knows for each what its key promises.

use std::collections::BTreeSet;

use envlint_budget::Budget;
use envlint_yaml::{
    Document, Items, Kind, Mapping, Node, Origin, Path, Resolved, Scalar, Span, Step,
};

use super::called::{
    HOLDERS, holds_dashed_names, is_secrets, password_of_pair, promise_of, promised, repeats_name,
};
use super::encoded::is_base64_map;
use super::examine::{Hit, examine, examine_data, hit};
use super::harmless::is_placeholder;
use super::mentions::{is_about, is_drawn_secret, promise_of_entries};
use super::names::{Promise, holds_names, promise};
use super::options::{Word, command_line, examine_word};
use super::sealed::is_readable;
use super::users::{user_of, user_variable};
use super::value::{repeats_user, stands_for_none};
use super::{Reason, Secret, Sensitive, handed, nested, said};

/// How many values are looked at: aliases can make a small file large.
const MOST: u64 = 1_000_000;

/// Maps that hold no secrets: ciphertext, references, and what tools write about their own encryption.
const SKIPPED: &[&str] = &["encryptedData", "secretKeyRef", "configMapKeyRef", "sops"];

/// How deep in a file ciphertext stands.
const DEEPEST_CIPHERTEXT: usize = 16;

/// Keys beside `secretKey` that say that it names the key of a Secret.
const REFERRING: &[&str] = &[
    "remoteRef",
    "sourceRef",
    "secretName",
    "objectName",
    "remoteKey",
    "property",
    "secretPath",
    "key",
    "existingSecret",
    "envName",
    "name",
];

/// The secrets among the values of a file, and whether all values were looked at.
pub(super) fn detect(document: &Document) -> (Vec<Sensitive>, bool) {
    let left = Budget::new(MOST);
    let found = within(document, 0, &left);
    (found, !left.is_spent())
}

/// The same for a text that is a document, so deep in other documents.
pub(super) fn within(document: &Document, depth: usize, left: &Budget) -> Vec<Sensitive> {
    let mut walk = Walk {
        document,
        depth,
        steps: Vec::new(),
        seen: BTreeSet::new(),
        found: Vec::new(),
        aliased: BTreeSet::new(),
        in_manifest: false,
        placed: Placed::default(),
        left: left.clone(),
    };
    for root in document.documents() {
        walk.node(root, Below::default());
    }
    walk.anchors();
    walk.found
}

/// What the keys above a value say of it.
#[derive(Debug, Clone, Copy)]
struct Below<'a> {
    promise: Promise,
    /// What the value is called: its key, or the variable that it is the value of.
    name: &'a str,
    /// The name of the user that stands next to the value.
    user: Option<&'a Node>,
    /// What it is as a word of a command line.
    word: Word,
    /// The command that stands next to its arguments.
    command: Option<&'a Node>,
    /// The entries are base64, and all of them are secret: `data` of a Secret.
    data: bool,
    /// All entries are secret: `stringData` of a Secret.
    all: bool,
    /// It is one of these entries.
    entry: bool,
    /// The entries name keys of a Secret.
    names: bool,
    /// The items are Secrets, and need not say so: `items` of a SecretList.
    secrets: bool,
    /// What the entries of the map are, whatever they are called.
    hands: Promise,
}

impl Default for Below<'_> {
    fn default() -> Self {
        Below {
            promise: Promise::Nothing,
            name: "",
            user: None,
            word: Word::Other,
            command: None,
            data: false,
            all: false,
            entry: false,
            names: false,
            secrets: false,
            hands: Promise::Nothing,
        }
    }
}

/// What is known of the places of the secrets of one scalar. It may have as many as it has lines, so nothing is looked for
/// twice.
#[derive(Default)]
struct Placed {
    /// How far they are placed in its text.
    text: usize,
    /// How far they are placed as it is written.
    written: usize,
    /// How many of them are not written as they read.
    misses: usize,
    /// Whether the whole scalar is masked.
    is_whole: bool,
}

impl Placed {
    /// After so many misses the scalar is one of escapes or folds, and each of them costs a search to its end.
    const MOST_MISSES: usize = 8;
}

struct Walk<'a> {
    document: &'a Document,
    /// How many documents it stands in as a text.
    depth: usize,
    steps: Vec<Step<'a>>,
    seen: BTreeSet<Span>,
    found: Vec<Sensitive>,
    /// Secret texts that an alias brings: they are written at their anchor.
    aliased: BTreeSet<&'a str>,
    placed: Placed,
    /// Whether the walk is in a Secret that is written as a manifest.
    in_manifest: bool,
    /// Values that may be looked at.
    left: Budget,
}

impl<'a> Walk<'a> {
    fn node(&mut self, node: &'a Node, below: Below<'a>) {
        if !self.left.spend(1) {
            return;
        }
        match node.kind() {
            Kind::Scalar(scalar) => self.scalar(node, scalar, below),
            Kind::Sequence(items) => self.sequence(items, below),
            Kind::Mapping(mapping) => self.mapping(mapping, below),
        }
    }

    fn sequence(&mut self, items: &'a [Node], below: Below<'a>) {
        let user = items.iter().find_map(user_variable).or(below.user);
        let mut line = command_line(below.command);
        for (step, item) in Items::of(items).iter() {
            self.steps.push(step);
            let word = line.word(item.as_str().unwrap_or_default(), false);
            let promise = match word {
                Word::Promised(promise) => below.promise.max(promise),
                _ => below.promise,
            };
            let of_item = Below {
                promise,
                user,
                word,
                command: None,
                ..below
            };
            self.node(item, of_item);
            self.steps.pop();
        }
    }

    fn mapping(&mut self, mapping: &'a Mapping, above: Below<'a>) {
        let text = |key: &str| mapping.get(key).and_then(Node::as_scalar).map(Scalar::text);
        let is_manifest = text("kind") == Some("Secret") || above.secrets;
        let is_secret = is_manifest
            || self.steps.iter().rev().take(2).any(
                |step| matches!(step, Step::Key(key) if promise(key) != Promise::Nothing || is_secrets(key)),
            );
        let is_password = || text("type").filter(|of| *of == "password");
        let variable = text("name").or_else(|| text("key")).or_else(is_password);
        let user = user_of(mapping).or(above.user);
        let in_manifest = self.in_manifest;
        self.in_manifest |= is_manifest && (above.secrets || text("apiVersion").is_some());
        for (key, value) in mapping {
            self.drawn_key(key);
            let key = key.text();
            if key == "encryptedData" {
                self.steps.push(Step::Key(key));
                self.unsealed(value);
                self.steps.pop();
            }
            if SKIPPED.contains(&key) {
                continue;
            }
            // `{key: shop, secretKey: …}` is a reference when it names a key, and a login when it holds a draw.
            let refers = key == "secretKey"
                && (is_external(mapping)
                    || REFERRING.iter().any(|other| mapping.get(other).is_some())
                        && value
                            .as_scalar()
                            .is_none_or(|scalar| super::words::reads_like_words(scalar.text())));
            let mut below = Below {
                promise: promised(key, variable, above.promise),
                name: variable.filter(|_| HOLDERS.contains(&key)).unwrap_or(key),
                user,
                word: Word::Other,
                command: (key == "args").then(|| mapping.get("command")).flatten(),
                names: holds_names(key) || !is_manifest && holds_dashed_names(key, value),
                data: key == "data" && (is_manifest || (is_secret && is_base64_map(value))),
                all: key == "stringData",
                entry: above.all,
                secrets: key == "items" && text("kind") == Some("SecretList"),
                hands: promise_of_entries(key),
            };
            if refers || (above.names && value.as_scalar().is_some()) {
                below.promise = Promise::Nothing;
            }
            // Also below `apiKeys`, whose entries may be names.
            if below.promise == Promise::Nothing
                && above.hands != Promise::Nothing
                && !is_about(key)
            {
                below.promise = above.hands;
            }
            if above.data || above.all {
                below.promise = below.promise.max(Promise::Unclear);
                below.data = above.data;
            }
            // The only entry of a Secret is often called `key`, and the Secret by what it holds.
            if is_manifest && key == "stringData" {
                below.promise = handed::promise_of_secret(mapping);
            } else if above.all && (key == "key" || HOLDERS.contains(&key)) {
                below.promise = below.promise.max(above.promise);
            }
            self.steps.push(Step::Key(key));
            self.node(value, below);
            self.steps.pop();
        }
        self.in_manifest = in_manifest;
    }

    /// What stands where ciphertext should, and can be read: `secrets/not-sealed` reports it, and nothing shows it.
    fn unsealed(&mut self, node: &'a Node) {
        match node.kind() {
            Kind::Mapping(mapping) => {
                for (key, value) in mapping {
                    self.steps.push(Step::Key(key.text()));
                    // Secret and key are two levels; more is of another layout.
                    if self.steps.len() < DEEPEST_CIPHERTEXT && self.left.spend(1) {
                        self.unsealed(value);
                    }
                    self.steps.pop();
                }
            }
            Kind::Scalar(scalar) if !scalar.text().is_empty() && is_readable(scalar.text()) => {
                let hit = hit(0..scalar.text().len(), Reason::Named);
                if self.seen.insert(node.span()) {
                    let sensitive = self.sensitive(node, scalar, &hit);
                    self.found.push(sensitive);
                }
            }
            Kind::Scalar(_) | Kind::Sequence(_) => {}
        }
    }

    /// A key that looks drawn is masked in paths, so it is masked where its line is quoted.
    fn drawn_key(&mut self, key: &envlint_yaml::Key) {
        if key.text().len() < said::DRAWN {
            return;
        }
        let (text, span) = (key.text(), key.span());
        let at = self.document.text(span).find(text);
        for range in said::draws(text) {
            let part = at.map(|at| {
                let start = span.start + at;
                Span::new(start + range.start, start + range.end)
            });
            let part = part.unwrap_or(span);
            if self.seen.insert(part) {
                let secret = text.get(range).unwrap_or(text);
                self.found.push(Sensitive {
                    span: part,
                    path: Path::root(),
                    reason: Reason::Named,
                    parts: vec![part],
                    secret: Secret::new(secret),
                    decoded: None,
                    is_user: false,
                    in_manifest: false,
                });
            }
        }
    }

    fn scalar(&mut self, node: &'a Node, scalar: &'a Scalar, below: Below<'a>) {
        if matches!(scalar.resolved(), Resolved::Null | Resolved::Bool(_))
            || scalar.text().is_empty()
        {
            return;
        }
        let text = scalar.text();
        if below.promise == Promise::Nothing && below.word == Word::Other && text.len() < 6 {
            return;
        }
        let promise = promise_of(below.name, text, below.promise);
        let promise = match promise {
            Promise::Nothing if !below.names && is_drawn_secret(below.name, text) => {
                Promise::SecretName
            }
            promise => promise,
        };
        let mut hits = if below.data {
            examine_data(text, promise)
        } else if promise == Promise::Nothing && below.word != Word::Other {
            examine_word(text, below.word)
        } else if below.entry {
            handed::examine_entry(text, promise)
        } else if let Some(range) = password_of_pair(below.name, text) {
            vec![hit(range, Reason::Default)]
        } else {
            examine(text, promise)
        };
        if let [hit] = hits.as_mut_slice()
            && hit.reason == Reason::Chosen
            && !self.in_manifest
            && repeats_name(below.name, text)
        {
            hit.reason = Reason::Named;
        }
        if self.depth > 0 && !self.in_manifest {
            hits.retain(|hit| nested::is_hit(text, hit));
        }
        if node.origin() == Origin::Written {
            hits = nested::with(hits, text, self.depth, &self.left);
        }
        let beside = below.user.filter(|_| below.promise == Promise::Password);
        if let Some(user) = beside.and_then(Node::as_str)
            && let [hit] = hits.as_mut_slice()
            && hit.reason == Reason::Named
            && repeats_user(text, user)
        {
            hit.reason = Reason::Chosen;
        }
        let user = beside.filter(|user| user.as_str() == Some(text));
        if user.is_some() {
            for hit in &mut hits {
                hit.is_user = true;
                // Whatever it looks like: it is the first password that anybody tries.
                if hit.reason == Reason::Named && !stands_for_none(text) && !is_placeholder(text) {
                    hit.reason = Reason::Chosen;
                }
            }
        }
        if hits.is_empty() {
            return;
        }
        if node.origin() == Origin::Alias {
            self.aliased.insert(text);
        }
        if !self.seen.insert(node.span()) {
            return;
        }
        // A message says that both are the same, so the user tells the password.
        if let Some((user, scalar)) = user.and_then(|user| Some((user, user.as_scalar()?)))
            && self.seen.insert(user.span())
        {
            let all = hit(0..text.len(), Reason::Named);
            let mut sensitive = self.sensitive(user, scalar, &all);
            sensitive.path = Path::root();
            self.found.push(sensitive);
        }
        self.placed = Placed::default();
        for hit in hits {
            let sensitive = self.sensitive(node, scalar, &hit);
            self.found.push(sensitive);
        }
    }

    fn sensitive(&mut self, node: &Node, scalar: &Scalar, hit: &Hit) -> Sensitive {
        let text = scalar.text();
        let secret = text.get(hit.range.clone()).unwrap_or(text);
        let parts = match node.origin() {
            Origin::Alias => Vec::new(),
            Origin::Written | Origin::Merge => self.parts(node.span(), scalar, hit),
        };
        Sensitive {
            span: node.span(),
            path: self.path(secret),
            reason: hit.reason,
            parts,
            secret: Secret::new(secret),
            decoded: hit.decoded.as_deref().map(Secret::new),
            is_user: hit.is_user,
            in_manifest: self.in_manifest,
        }
    }

    /// Where a secret of a scalar is written: its own bytes when they stand there as they are, else the whole scalar.
    fn parts(&mut self, span: Span, scalar: &Scalar, hit: &Hit) -> Vec<Span> {
        let (text, written) = (scalar.text(), self.document.text(span));
        let secret = text.get(hit.range.clone()).unwrap_or(text);
        if secret.len() < text.len() {
            if !secret.contains('\n') && self.placed.misses < Placed::MOST_MISSES {
                if let Some(at) = self.place(written, text, secret, hit.range.start) {
                    let start = span.start + at;
                    return vec![Span::new(start, start + secret.len())];
                }
                self.placed.misses += 1;
            }
            if std::mem::replace(&mut self.placed.is_whole, true) {
                return Vec::new();
            }
        }
        super::written::written(self.document, span, scalar)
    }

    /// Where a part of a scalar is written. Indentation and escapes move it; of several equal ones it is the one with as many
    /// before it. The search goes on behind the last part.
    fn place(&mut self, written: &str, text: &str, secret: &str, at: usize) -> Option<usize> {
        let between = text.get(self.placed.text..at)?.matches(secret).count();
        let rest = written.get(self.placed.written..)?;
        let (found, _) = rest.match_indices(secret).nth(between)?;
        let start = self.placed.written + found;
        self.placed.text = at + secret.len();
        self.placed.written = start + secret.len();
        Some(start)
    }

    /// The path to where the walk is. An item whose name is itself the secret goes by its place: a masked path would
    /// lead nowhere.
    fn path(&self, secret: &str) -> Path {
        let shown = self.steps.iter().map(|step| match *step {
            Step::Item {
                index,
                name: Some((_, name)),
            } if name.contains(secret) => Step::Item { index, name: None },
            step => step,
        });
        shown.collect()
    }

    /// What an alias brings under a secret-like key is written at its anchor, perhaps under a key that promises nothing.
    fn anchors(&mut self) {
        if self.aliased.is_empty() {
            return;
        }
        let mut written = Vec::new();
        for root in self.document.documents() {
            collect(root, &self.aliased, &mut written);
        }
        for (node, scalar) in written {
            if self.seen.insert(node.span()) {
                let all = hit(0..scalar.text().len(), Reason::Anchored);
                let mut sensitive = self.sensitive(node, scalar, &all);
                sensitive.path = Path::root();
                self.found.push(sensitive);
            }
        }
    }
}

/// Whether a map is one of an ExternalSecret, `{secretKey: …, remoteRef: …}`, where `secretKey` names an entry of its Secret.
fn is_external(mapping: &Mapping) -> bool {
    mapping.get("remoteRef").is_some() || mapping.get("sourceRef").is_some()
}

/// The scalars that are written in the file with one of these texts.
fn collect<'n>(node: &'n Node, texts: &BTreeSet<&str>, found: &mut Vec<(&'n Node, &'n Scalar)>) {
    if node.origin() == Origin::Alias {
        return;
    }
    match node.kind() {
        Kind::Scalar(scalar) if texts.contains(scalar.text()) => found.push((node, scalar)),
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| collect(item, texts, found)),
        Kind::Mapping(mapping) => mapping
            .iter()
            .for_each(|(_, value)| collect(value, texts, found)),
    }
}
