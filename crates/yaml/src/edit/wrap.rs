//! A value with the keys around it that a file does not have yet.

use super::render::{self, Fresh, Manner, Rendered};
use super::text::{self, CollectionStyle};
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
    renders
        .into_iter()
        .map(|rendered| wrap(rendered, missing, manner))
        .collect()
}

/// Puts keys that are missing around a value.
fn wrap(rendered: Rendered, missing: &[Segment], manner: Manner) -> Rendered {
    missing.iter().rev().fold(rendered, |rendered, segment| {
        match (segment, manner.context, rendered) {
            (Segment::Key(key), CollectionStyle::Flow, Rendered::Inline(text)) => {
                Rendered::Inline(format!(
                    "{{{}: {text}}}",
                    text::key(key, manner.layout.quote, CollectionStyle::Flow)
                ))
            }
            (_, CollectionStyle::Flow, Rendered::Inline(text)) => {
                Rendered::Inline(format!("[{text}]"))
            }
            (Segment::Key(key), _, rendered) => {
                let key = text::key(key, manner.layout.quote, CollectionStyle::Block);
                let lines = render::entry(&key, rendered, manner.layout);
                Rendered::Lines {
                    header: String::new(),
                    lines,
                    list: false,
                }
            }
            (_, _, rendered) => Rendered::Lines {
                header: String::new(),
                lines: render::item(rendered),
                list: true,
            },
        }
    })
}
