//! Values of a stack of Pulumi, which is no values file of Helm: its scalars are texts, and what is encrypted in it is a map.

use envlint_yaml::{Node, Resolved, Style};

use super::located::Located;
use super::tree::{Tree, TreeKind};
use crate::source::Source;

/// The key of what is encrypted.
const SECURE: &str = "secure";
/// The key of a stack's configuration.
const CONFIG: &str = "config";
/// Deeper values are not searched for ciphertext.
const DEEPEST: usize = 50;

/// Whether a file is the configuration of a stack, by its name (Pulumi: `sdk/go/common/workspace/paths.go`,
/// `DetectProjectStackPath`).
pub fn is_stack_file(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stack = file.strip_prefix("Pulumi.");
    let stack = stack.and_then(|rest| {
        let mut endings = [".yaml", ".yml"].into_iter();
        endings.find_map(|ending| rest.strip_suffix(ending))
    });
    stack.is_some_and(|stack| !stack.is_empty())
}

/// Whether a value of a stack is ciphertext: a map of one key, `secure`, with a text (Pulumi:
/// `sdk/go/common/resource/config/value.go`, `isSecureValue`).
pub fn is_secure(tree: &Tree<'_>) -> bool {
    let is_text = |value: &Tree<'_>| {
        let scalar = value.as_scalar();
        scalar.is_some_and(|scalar| matches!(scalar.resolved(), Resolved::String(_)))
    };
    matches!(tree.entries().as_slice(), [(SECURE, value)] if is_text(value))
}

/// Whether somebody took a value of a stack for a secret: a map of one key, `secure`, with a text, a number or a list. Pulumi
/// takes the last two for plain objects. `secure: true` is a setting.
pub fn is_meant_as_secure(tree: &Tree<'_>) -> bool {
    let is_setting = |value: &Tree<'_>| {
        let scalar = value.as_scalar();
        scalar.is_some_and(|scalar| matches!(scalar.resolved(), Resolved::Bool(_) | Resolved::Null))
    };
    matches!(tree.entries().as_slice(), [(SECURE, value)] if !value.is_mapping() && !is_setting(value))
}

/// Whether a value of a stack is a secret or has some in it, in lists, too: ciphertext, or what somebody took for it.
pub fn holds_secure(tree: &Tree<'_>) -> bool {
    is_meant_as_secure(tree)
        || match tree.kind() {
            TreeKind::Scalar(_) => false,
            TreeKind::Sequence(items) => items.iter().any(holds_secure),
            TreeKind::Mapping(entries) => entries.iter().any(|(_, value)| holds_secure(value)),
        }
}

/// The secrets in a value of a stack, with their paths: what stands under `secure`, in maps and lists, too.
pub fn secures<'a>(value: &Located<'a>) -> Vec<Located<'a>> {
    let mut found = Vec::new();
    add_secures(value, DEEPEST, &mut found);
    found
}

fn add_secures<'a>(value: &Located<'a>, deep: usize, found: &mut Vec<Located<'a>>) {
    let Some(deep) = deep.checked_sub(1) else {
        return;
    };
    match is_meant_as_secure(value.tree()) {
        true => found.extend(value.get(SECURE)),
        false => {
            let children = value.children();
            children
                .iter()
                .for_each(|child| add_secures(child, deep, found));
        }
    }
}

/// Whether two values of stacks are the same. A value of a key is a text as it is written, whatever it looks like (Pulumi:
/// `value.go`, `unmarshalValue`); in maps and lists, quotes make a text of what is none.
pub(super) fn same_in_stacks(left: &Tree<'_>, right: &Tree<'_>) -> bool {
    match (left.kind(), right.kind()) {
        (TreeKind::Scalar(one), TreeKind::Scalar(other)) => {
            let is_plain = |style: Style| style == Style::Plain;
            one.text() == other.text()
                && (is_plain(one.style()) == is_plain(other.style())
                    || one.value() == other.value()
                    || (is_value_of_key(left) && is_value_of_key(right)))
        }
        (TreeKind::Sequence(ones), TreeKind::Sequence(others)) => {
            ones.len() == others.len()
                && ones
                    .iter()
                    .zip(&others)
                    .all(|(one, other)| same_in_stacks(one, other))
        }
        (TreeKind::Mapping(ones), TreeKind::Mapping(others)) => {
            ones.len() == others.len()
                && ones.iter().all(|(key, one)| {
                    let other = right.get(key);
                    other.is_some_and(|other| same_in_stacks(one, &other))
                })
        }
        _ => false,
    }
}

/// Whether both values stand in stacks.
pub(super) fn are_of_stacks(left: &Tree<'_>, right: &Tree<'_>) -> bool {
    is_of_stack(left.source()) && is_of_stack(right.source())
}

fn is_of_stack(source: &Source) -> bool {
    is_stack_file(&source.path)
}

/// Whether a value stands directly under a key of the configuration.
fn is_value_of_key(tree: &Tree<'_>) -> bool {
    let config = tree.source().document.root().and_then(Node::as_mapping);
    let config = config.and_then(|root| root.get(CONFIG)?.as_mapping());
    let span = tree.node().span();
    config.is_some_and(|config| config.iter().any(|(_, value)| value.span() == span))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::values::same;

    #[test]
    fn values_of_stacks_are_texts() {
        for (one, other, expected) in [
            ("v: 1.10", "v: 1.1", false),
            ("v: yes", "v: on", false),
            ("v: 668", "v: 01234", false),
            ("v: 1.10", "v: '1.10'", true),
            ("v: {a: 1}", "v: {a: '1'}", false),
            ("v: {a: [x, 1.10]}", "v: {a: [x, 1.1]}", false),
            ("v: {a: 1, b: 2}", "v:\n    b: 2\n    a: 1", true),
            ("v: {a: x}", "v: {a: 'x'}", true),
        ] {
            let of = |name: &str| {
                let source =
                    |text: &str| Arc::new(Source::new(name, format!("config:\n  {text}\n")));
                let (left, right) = (source(one), source(other));
                let at = |source| Tree::of(source).and_then(|root| root.get("config")?.get("v"));
                same(&at(&left).unwrap(), &at(&right).unwrap())
            };
            assert_eq!(of("Pulumi.dev.yaml"), expected, "{one} {other}");
        }
    }

    #[test]
    fn ciphertext_is_a_map_of_one_text() {
        let source = |text: &str| Arc::new(Source::new("Pulumi.dev.yaml", text.to_owned()));
        for (text, whole, inside) in [
            ("secure: AAABAabc", true, true),
            ("secure: true\nport: 443", false, false),
            ("secure: true", false, false),
            ("a: [{secure: AAABAabc}]", false, true),
            ("a: {b: {secure: AAABAabc}}", false, true),
            ("secure: AAABAabc\nport: 443", false, false),
        ] {
            let source = source(text);
            let tree = Tree::of(&source).unwrap();
            assert_eq!(
                (is_secure(&tree), holds_secure(&tree)),
                (whole, inside),
                "{text}"
            );
        }
    }
}
