//! The ways to put a value at a path.

use super::change::{Edit, EditError};
use super::comments::Companions;
use super::layout::Layout;
use super::place::{Slot, may_go, through, walk};
use super::render::{Fresh, Manner, Rendered};
use super::text::CollectionStyle;
use super::wrap::renders;
use super::{insert, replace};
use crate::document::Document;
use crate::node::{Kind, Node, Origin, Style};
use crate::path::{Path, Segment};

/// The edits that may put a value at a path, the best one first.
pub(super) fn set(
    doc: &Document,
    layout: Layout,
    path: &Path,
    fresh: Fresh<'_>,
) -> Result<Vec<Edit>, EditError> {
    let Some(root) = doc.root().filter(|root| !root.span().is_empty()) else {
        let renders = renders(
            fresh,
            path.segments(),
            Manner {
                layout,
                context: CollectionStyle::Block,
                style: None,
            },
        );
        return Ok(with_comments(fresh, path.segments(), renders)
            .into_iter()
            .map(|rendered| insert::into_empty(doc, rendered, layout))
            .collect());
    };
    let walk = walk(doc, root, path)?;
    let flow = matches!(walk.slot, Slot::Flow);
    if walk.rest.is_empty() || is_empty(walk.node) {
        may_go(doc, &walk.path, doc.span_with_properties(walk.node))?;
        let context = CollectionStyle::of(flow);
        let manner = Manner {
            layout,
            context,
            style: style_of(walk.node),
        };
        let renders = with_comments(fresh, &walk.rest, renders(fresh, &walk.rest, manner));
        let renders = with_inner_comments(doc, walk.node, renders);
        return Ok(renders
            .iter()
            .flat_map(|rendered| replace::replace(doc, &walk, rendered, layout))
            .collect());
    }
    through(doc, &walk)?;
    let context = CollectionStyle::of(walk.node.is_flow());
    let manner = Manner {
        layout,
        context,
        style: None,
    };
    let inner = walk.rest.get(1..).unwrap_or_default();
    let renders = renders(fresh, inner, manner);
    Ok(renders
        .into_iter()
        .flat_map(|rendered| insert::insert(doc, &walk, rendered, fresh, layout))
        .collect())
}

/// The edits that may put another single value in the place of one that an anchor brings to other places, too; none where it
/// has several lines.
pub(super) fn at_anchor(
    doc: &Document,
    layout: Layout,
    path: &Path,
    fresh: Fresh<'_>,
) -> Result<Vec<Edit>, EditError> {
    let missing = || EditError::Missing(path.clone());
    let node = doc.get(path).ok_or_else(missing)?;
    let is_line = node.as_scalar().is_some() && !doc.text(node.span()).contains('\n');
    let manner = Manner {
        layout,
        // What stands between brackets may stand between lines, too.
        context: CollectionStyle::Flow,
        style: style_of(node),
    };
    let renders = renders(fresh, &[], manner).into_iter();
    let texts = renders.filter_map(|rendered| match rendered {
        Rendered::Inline(text) if is_line => Some(text),
        _ => None,
    });
    Ok(texts.map(|text| Edit::new(node.span(), text)).collect())
}

/// The ways to write the first value of a collection, those with the comments that it has where it comes from first.
fn with_comments(fresh: Fresh<'_>, missing: &[Segment], renders: Vec<Rendered>) -> Vec<Rendered> {
    let companions = Companions::of(fresh, missing.len());
    let all = renders.iter();
    let commented: Vec<Rendered> = all
        .filter_map(|rendered| companions.around(rendered, missing))
        .collect();
    commented.into_iter().chain(renders).collect()
}

/// The ways to write what takes the place of brackets with comments and nothing else in them: those with these comments first.
fn with_inner_comments(doc: &Document, node: &Node, renders: Vec<Rendered>) -> Vec<Rendered> {
    if !is_empty(node) {
        return renders;
    }
    let comments = doc.comments().iter();
    let inside = comments.filter(|comment| node.span().contains(comment.span));
    let inside: Vec<String> = inside
        .map(|comment| doc.text(comment.span).trim_end().to_owned())
        .collect();
    let with = |rendered: &Rendered| match rendered {
        Rendered::Lines {
            header,
            lines,
            indent,
        } if header.is_empty() => Some(Rendered::Lines {
            header: String::new(),
            lines: [inside.as_slice(), lines.as_slice()].concat(),
            indent: *indent,
        }),
        _ => None,
    };
    let commented = renders.iter().filter_map(with);
    let commented: Vec<Rendered> = commented.filter(|_| !inside.is_empty()).collect();
    commented.into_iter().chain(renders).collect()
}

/// The style of a text, if it is one of those that fit on a line.
fn style_of(node: &Node) -> Option<Style> {
    let scalar = node
        .as_scalar()
        .filter(|_| node.origin() == Origin::Written && node.as_str().is_some())?;
    Some(scalar.style()).filter(|style| !matches!(style, Style::Literal | Style::Folded))
}

/// True for what can be replaced by a collection without losing anything: null, `{}`, `[]`.
fn is_empty(node: &Node) -> bool {
    match node.kind() {
        Kind::Mapping(mapping) => mapping.is_empty() && mapping.merge_keys().next().is_none(),
        Kind::Sequence(items) => items.is_empty(),
        Kind::Scalar(_) => node.is_null(),
    }
}
