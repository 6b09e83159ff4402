//! What stands next to a secret and tells what it is for: its name, the settings of the same map, a comment.

use envlint_yaml::{Kind, Mapping, Node, Path, Segment, Span};

use crate::masking::{Name, Text, text};
use crate::rules::comments::{above, beside};
use crate::rules::{Reporter, SourceContext};
use crate::sensitive::{Reason, Sensitive};
use crate::values::words_of;

/// A program that stands in for a service where people develop and test.
struct Emulator {
    /// Texts of the settings next to a secret that name it.
    signs: &'static [&'static str],
    /// What the secrets that it takes are called; all, where this is empty.
    names: &'static [&'static str],
}

const EMULATORS: [Emulator; 4] = [
    // Of clouds: they take any key.
    Emulator {
        signs: &[
            "localstack",
            ":4566",
            "azurite",
            "dynamodb-local",
            "elasticmq",
            "fake-gcs-server",
        ],
        names: &["aws", "access", "azure", "account", "secretkey", "storage"],
    },
    // Of mail servers: they catch what is sent, and take any login.
    Emulator {
        signs: &[
            "greenmail",
            "inbucket",
            "mailcatcher",
            "maildev",
            "mailhog",
            "mailpit",
            "smtp4dev",
        ],
        names: &["mail", "smtp"],
    },
    // Databases in the memory of the program that uses them.
    Emulator {
        signs: &["jdbc:h2:mem", "jdbc:hsqldb:mem", "jdbc:derby:memory"],
        names: &[
            "datasource",
            "database",
            "db",
            "jdbc",
            "h2",
            "hsql",
            "derby",
        ],
    },
    // A server of Vault that forgets everything when it ends:
    // <https://developer.hashicorp.com/vault/docs/concepts/dev-server>
    Emulator {
        signs: &[
            "vault server -dev",
            "vault_dev_root_token_id",
            "devroottoken",
        ],
        names: &[],
    },
];

/// How many settings next to a secret are looked at.
const MOST: usize = 500;

/// So many bytes of a text are searched for one word in the time that looking at one of them takes.
const SEARCHED_AT_ONCE: usize = 16;

/// Whether a password that somebody made up is for an emulator that a setting next to it names.
pub(super) fn is_for_emulator(
    cx: &SourceContext<'_>,
    sensitive: &Sensitive,
    out: &Reporter<'_>,
) -> bool {
    let is_made_up = matches!(
        sensitive.reason,
        Reason::Default | Reason::Chosen | Reason::Connection
    );
    if !is_made_up {
        return false;
    }
    let mut roots = cx.source.document.documents().iter();
    let Some(settings) = roots.find_map(|root| around(root, sensitive.span, out)) else {
        return false;
    };
    let name = name_before(cx, sensitive).map_or("", |(name, _)| name);
    let called = format!("{} {name}", sensitive.path).to_ascii_lowercase();
    let is_taken =
        |names: &[&str]| names.is_empty() || names.iter().any(|name| called.contains(name));
    let mut left = MOST;
    has(settings, &mut left, &mut |name, text| {
        if !out.may_do(text.len()) {
            return false;
        }
        let (small, name) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
        let is_named = |signs: &[&str]| {
            let mut signs = signs.iter();
            signs.any(|sign| small.contains(sign) || name == *sign)
        };
        let mut known = EMULATORS.iter();
        known.any(|emulator| is_named(emulator.signs) && is_taken(emulator.names))
            || is_token_of_dev_server(&name, &small)
    })
}

/// `VAULT_TOKEN: root`: only Vault's dev server has a root token that somebody chose.
fn is_token_of_dev_server(name: &str, text: &str) -> bool {
    let mut words = text.split(|char: char| !char.is_ascii_alphanumeric());
    name == "vault_token" && words.any(|word| matches!(word, "dev" | "root" | "myroot"))
}

/// The map with the settings next to a value; of a variable in a list, the map that has the list: its container.
fn around<'n>(root: &'n Node, place: Span, out: &Reporter<'_>) -> Option<&'n Mapping> {
    let mut node = root;
    let mut found: Option<&Mapping> = None;
    loop {
        let holds = |node: &&Node| node.span().start <= place.start && place.end <= node.span().end;
        node = match node.kind() {
            Kind::Mapping(mapping) => {
                let is_variable = mapping.get("name").is_some() && mapping.get("value").is_some();
                if found.is_none() || !is_variable {
                    found = Some(mapping);
                }
                let mut values = mapping.iter().map(|(_, value)| value);
                values.find(holds).filter(|_| out.may_do(mapping.len()))?
            }
            Kind::Sequence(items) => items
                .iter()
                .find(holds)
                .filter(|_| out.may_do(items.len()))?,
            Kind::Scalar(_) => return found,
        };
    }
}

/// Whether a setting of a map, or below it, is what is looked for, by its name and its text.
fn has(mapping: &Mapping, left: &mut usize, is_it: &mut impl FnMut(&str, &str) -> bool) -> bool {
    let of_variable = mapping.get("name").and_then(Node::as_str);
    mapping.iter().any(|(key, value)| {
        let name = match key.text() {
            "value" => of_variable.unwrap_or("value"),
            key => key,
        };
        has_below(name, value, left, is_it)
    })
}

fn has_below(
    name: &str,
    node: &Node,
    left: &mut usize,
    is_it: &mut impl FnMut(&str, &str) -> bool,
) -> bool {
    let Some(less) = left.checked_sub(1) else {
        return false;
    };
    *left = less;
    match node.kind() {
        Kind::Scalar(scalar) => is_it(name, scalar.text()),
        Kind::Sequence(items) => items.iter().any(|item| has_below(name, item, left, is_it)),
        Kind::Mapping(mapping) => has(mapping, left, is_it),
    }
}

/// Words of a comment which say that the value is made up.
const MADE_UP: [&str; 9] = [
    "deliberately ",
    "dummy",
    "fake ",
    "made up",
    "made-up",
    "not a real",
    "not real",
    "placeholder",
    "throwaway",
];

/// Words which say that somebody has to set another one, or that it stays where people develop or show something.
const REPLACED: [&str; 19] = [
    "demo only",
    "do not use in prod",
    "do not use for prod",
    "don't use in prod",
    "evaluation only",
    "for demo",
    "for evaluation",
    "for local dev",
    "local development only",
    "local only",
    "local-only",
    "never use in prod",
    "not for prod",
    "not to be used in prod",
    "only for demo",
    "only for local",
    "with actual",
    "with real",
    "with your",
];

/// Whether a comment next to a secret, or above the Secret that it stands in, says that it is none.
pub(super) fn is_said_to_be_none(
    cx: &SourceContext<'_>,
    sensitive: &Sensitive,
    out: &Reporter<'_>,
) -> bool {
    let text = cx.source.text();
    let at = sensitive
        .parts
        .first()
        .map_or(sensitive.span.start, |part| part.start);
    let end = sensitive
        .parts
        .last()
        .map_or(sensitive.span.end, |part| part.end);
    let is_drawn = !matches!(
        sensitive.reason,
        Reason::Default | Reason::Chosen | Reason::Connection
    );
    let says = |comment: &str| {
        let small = comment.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| small.contains(word));
        has(&MADE_UP) || !is_drawn && has(&REPLACED)
    };
    beside(text, Span::new(at, end)).any(says) || !is_drawn && has_telling_key(&sensitive.path) || {
        let before = text.get(..at).unwrap_or_default();
        out.may_do(before.len() / SEARCHED_AT_ONCE)
            && (sensitive.in_manifest && above(text, start_of_object(before)).any(says)
                || enclosing_lines(before).any(|line| above(text, line).any(says)))
    }
}

/// Where the lines of the keys begin that a text of block style ends below, the innermost first: lines with less and less
/// space at their beginning.
fn enclosing_lines(before: &str) -> impl Iterator<Item = usize> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = before.rfind('\n').map_or(0, |at| at + 1);
    let (above, own) = before.split_at(own);
    let (mut least, mut start) = (indent(own), above.len());
    let lines = above.split_inclusive('\n').rev();
    let lines = lines.take_while(|line| !line.starts_with("---"));
    lines.filter_map(move |line| {
        start -= line.len();
        let is_said = !line.trim_start().is_empty() && !line.trim_start().starts_with('#');
        let is_outer = is_said && indent(line) < least;
        is_outer.then(|| {
            least = indent(line);
            start
        })
    })
}

/// Whether a key around a value says that it is made up: `fakeData`, `provider: {fake: …}` of the External Secrets Operator.
fn has_telling_key(path: &Path) -> bool {
    let mut segments = path.segments().iter();
    segments.any(|segment| {
        let Segment::Key(key) = segment else {
            return false;
        };
        let words = words_of(key);
        words
            .first()
            .is_some_and(|word| matches!(word.as_str(), "dummy" | "fake" | "mock"))
    })
}

/// The words in which keys end under which values name a Secret, the longest first.
const ENDS: [&[&str]; 6] = [
    &["existing", "secret", "name"],
    &["existing", "secret"],
    &["existingsecret"],
    &["secret", "name"],
    &["secretname"],
    &["secret", "ref"],
];

/// Whether values name a Secret that has what a password is for: `existingSecret: shop` in the same map, or
/// `metadataSecretName: shop` next to `metadataConnection` in one around it.
pub(super) fn has_secret(cx: &SourceContext<'_>, sensitive: &Sensitive) -> bool {
    let segments = sensitive.path.segments();
    let mut roots = cx.source.document.documents().iter();
    roots.any(|root| {
        let mut node = Some(root);
        segments.iter().enumerate().any(|(depth, segment)| {
            let here = node;
            node = here.and_then(|node| node.child(segment));
            let Segment::Key(key) = segment else {
                return false;
            };
            let is_last = depth + 1 == segments.len();
            let entries = here.and_then(Node::as_mapping).into_iter();
            entries
                .flat_map(Mapping::iter)
                .take(MOST)
                .any(|(other, value)| {
                    let is_set = value.as_str().is_some_and(|name| !name.is_empty());
                    is_set && is_for(other.text(), key, is_last)
                })
        })
    })
}

/// Whether a value is the name of who gets in, as an access key is at MinIO, and values next to it name the Secret with the other
/// half of the pair.
pub(super) fn is_half_of_pair(cx: &SourceContext<'_>, sensitive: &Sensitive) -> bool {
    let Some(Segment::Key(key)) = sensitive.path.last() else {
        return false;
    };
    let words = words_of(key);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_name = match words.as_slice() {
        [before @ .., "access", "key"] | [before @ .., "access", "key", "id"] => {
            !before.contains(&"secret")
        }
        _ => false,
    };
    let is_written = matches!(
        sensitive.reason,
        Reason::Default | Reason::Chosen | Reason::Random
    );
    is_name && is_written && has_secret(cx, sensitive)
}

/// What a message calls the place of a secret: its name in a template, else its path.
pub(super) fn said_place(cx: &SourceContext<'_>, sensitive: &Sensitive) -> Text {
    match called(cx, sensitive) {
        Some(name) => text!("`{}`", Name(name)),
        None if sensitive.path.is_root() => cx.place_without_path(sensitive),
        None => text!("`{}`", sensitive.path),
    }
}

/// What a secret of a template is called, in which nothing has a path: by the words before it, or by the `name:` above its `value:`.
fn called<'s>(cx: &SourceContext<'s>, sensitive: &Sensitive) -> Option<&'s str> {
    if !cx.is_of_template() || !sensitive.path.is_root() {
        return None;
    }
    let before = cx.source.text().get(..sensitive.parts.first()?.start)?;
    let line = before.rsplit('\n').next()?;
    let key = line.trim_start().trim_start_matches("- ");
    let (key, _) = key.split_once([':', '='])?;
    let is_name = |name: &&str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        name.len() > 1 && name.bytes().all(is_part)
    };
    if key != "value" {
        return Some(key).filter(is_name);
    }
    let above = before.lines().rev().nth(1)?.trim().trim_start_matches("- ");
    let name = above.strip_prefix("name:")?.trim();
    Some(name.trim_matches(['"', '\''])).filter(is_name)
}

/// Whether a key names the Secret for what another key of the map holds: the whole of it, or for all in the map. A mere
/// `secretName` may be for something else than the password next to it: `tls: {secretName: …, keystorePassword: …}`.
fn is_for(named: &str, key: &str, is_last: bool) -> bool {
    let named = words_of(named);
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let mut ends = ENDS.iter();
    let Some((stem, end)) = ends.find_map(|end| Some((named.strip_suffix(*end)?, end))) else {
        return false;
    };
    match stem {
        [] => is_last && end.first().is_some_and(|word| word.starts_with("existing")),
        ["auth"] => is_last,
        stem => {
            let words = words_of(key);
            words.len() >= stem.len()
                && stem
                    .iter()
                    .zip(words.iter())
                    .all(|(stem, word)| stem == word)
        }
    }
}

/// Whether a comment next to a secret calls it public, and the same text is the value of another key, which promises none.
pub(super) fn is_said_to_be_public(
    cx: &SourceContext<'_>,
    sensitive: &Sensitive,
    out: &Reporter<'_>,
) -> bool {
    let [part] = sensitive.parts.as_slice() else {
        return false;
    };
    let text = cx.source.text();
    let says = |comment: &str| {
        let small = comment.to_ascii_lowercase();
        let mut words = small.split(|char: char| !char.is_ascii_alphanumeric());
        words.any(|word| word == "public") && !small.contains("not public")
    };
    let secret = text.get(part.range()).unwrap_or_default();
    let secret = secret.trim_matches(['"', '\'']);
    let is_other = |at: usize| !(part.start..part.end).contains(&at);
    let is_reported = |at: usize| {
        let all = cx.source.sensitive();
        !out.may_do(all.len())
            || all
                .iter()
                .any(|other| other.span.start <= at && at < other.span.end)
    };
    secret.len() >= 4
        && beside(text, *part).any(says)
        && out.may_do(text.len() / SEARCHED_AT_ONCE)
        && text
            .match_indices(secret)
            .take(MOST)
            .any(|(at, _)| is_other(at) && !is_reported(at))
}

/// Where the object begins that a text ends in: its first line that is no comment.
fn start_of_object(before: &str) -> usize {
    let mut start = before.rfind("\n---").map_or(0, |at| at + 1);
    for line in before
        .get(start..)
        .unwrap_or_default()
        .split_inclusive('\n')
    {
        let is_lead = line.starts_with("---") || line.starts_with('#') || line.trim().is_empty();
        if !is_lead {
            break;
        }
        start += line.len();
    }
    start
}

/// What a secret is called where it stands in a text, with the sign that gives it the name: `=` or `:`.
pub(super) fn name_before<'s>(
    cx: &SourceContext<'s>,
    sensitive: &Sensitive,
) -> Option<(&'s str, char)> {
    let [part] = sensitive.parts.as_slice() else {
        return None;
    };
    let before = cx.source.text().get(..part.start)?;
    let line = before.rsplit('\n').next()?;
    let line = line.trim_end_matches(['"', '\'', '\\', ' ']);
    let sign = line
        .chars()
        .next_back()
        .filter(|char| matches!(char, '=' | ':'))?;
    let name = line.trim_end_matches([sign, '"', '\'', ' ']);
    let is_of_name = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
    Some((name.rsplit(|char| !is_of_name(char)).next()?, sign))
}
