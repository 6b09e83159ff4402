//! A value with the keys around it that a file does not have yet.

use super::render::{self, Fresh, Indent, Manner, Rendered};
use super::text::{self, CollectionStyle};
use super::ways::{Way, ways_to};
use crate::path::Segment;

/// The ways to write a value under some keys that are missing.
pub(super) fn renders(fresh: Fresh<'_>, missing: &[Segment], manner: Manner) -> Vec<Rendered> {
    let mut renders = Vec::new();
    if let Fresh::Node(doc, node) = fresh {
        renders.extend(render::node(doc, node, manner));
    }
    let value = fresh.to_value();
    renders.push(render::value(&value, manner));
    renders.push(render::value(
        &value,
        Manner {
            context: CollectionStyle::Flow,
            ..manner
        },
    ));
    renders.dedup();
    if missing.is_empty() {
        return renders;
    }
    let written = written_keys(fresh, missing.len());
    let plain = vec![None; missing.len()];
    let mut keys = vec![written.as_slice(), plain.as_slice()];
    keys.dedup();
    let ways = renders.iter();
    let ways = ways.flat_map(|rendered| keys.iter().map(move |keys| (rendered, keys)));
    ways.map(|(rendered, keys)| wrap(rendered.clone(), (missing, keys), manner))
        .collect()
}

/// The keys of the last steps to a value of another file, as they are written there; none for items, and where they have several
/// lines.
pub(super) fn written_keys(fresh: Fresh<'_>, steps: usize) -> Vec<Option<String>> {
    let Fresh::Node(doc, node) = fresh else {
        return vec![None; steps];
    };
    let ways = ways_to(doc, node);
    let Some(from) = ways.len().checked_sub(steps) else {
        return vec![None; steps];
    };
    let text = |way: &Way| {
        let text = way.key.map(|key| doc.text(key))?;
        let is_alone = !text.contains('\n') && !text.starts_with(['&', '*', '!', '?']);
        is_alone.then(|| text.to_owned())
    };
    ways.iter().skip(from).map(text).collect()
}

/// Puts keys that are missing around a value, as they are written where it comes from, or else in the habits of the file.
fn wrap(
    rendered: Rendered,
    (missing, written): (&[Segment], &[Option<String>]),
    manner: Manner,
) -> Rendered {
    let steps = missing.iter().zip(written).rev();
    steps.fold(rendered, |rendered, (segment, written)| {
        let as_written = |key: &str| match written {
            Some(written) => written.clone(),
            None => text::key(key, manner.layout.quote, manner.context),
        };
        match (segment, manner.context, rendered) {
            (Segment::Key(key), CollectionStyle::Flow, Rendered::Inline(text)) => {
                Rendered::Inline(format!("{{{}: {text}}}", as_written(key)))
            }
            (_, CollectionStyle::Flow, Rendered::Inline(text)) => {
                Rendered::Inline(format!("[{text}]"))
            }
            (Segment::Key(key), _, rendered) => {
                let lines = render::entry(&as_written(key), rendered, manner.layout);
                Rendered::Lines {
                    header: String::new(),
                    lines,
                    indent: Indent::Level,
                }
            }
            (_, _, rendered) => Rendered::Lines {
                header: String::new(),
                lines: render::item(rendered),
                indent: Indent::List,
            },
        }
    })
}
