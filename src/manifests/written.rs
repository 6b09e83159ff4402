//! The line of a template that writes a field of a manifest, by what the renderer kept of where its output comes from: named
//! templates, `include … | nindent` and `tpl` are seen through.

use envlint_budget::Budget;
use envlint_helm::{Manifest, Rendered, TemplateOrigin};
use envlint_yaml::{Node, Path, Segment, Span};

use super::{field_in_template, kind_in, template_file};
use crate::source::{Location, join};
use crate::workspace::{ChartFiles, Workspace};

/// The line of a template that writes a field of a manifest: the innermost key above it that is there, or the kind where no
/// field is asked for. Where the render was not traced, or tells nothing, the lines of the manifest's own template are
/// searched, as long as there are bytes `left` for that. None where no template of the workspace writes it.
pub(super) fn written_in(
    workspace: &Workspace,
    (chart, traced): (&ChartFiles, Option<&Rendered>),
    (manifest, path): (&Manifest, Option<&Path>),
    left: &Budget,
) -> Option<Location> {
    let known = traced.and_then(|traced| line_of(workspace, chart, (traced, manifest), path));
    known.or_else(|| {
        let template = template_file(workspace, chart, &manifest.template)?;
        if !left.spend(template.text().len() as u64) {
            return Some(Location::start_of(&template));
        }
        let kind = kind_in(&template, &manifest.kind);
        let root = manifest.document().root();
        let value = path.and_then(|path| root?.get(path)?.as_str());
        Some(match path {
            Some(path) => field_in_template(kind, path, value),
            None => kind,
        })
    })
}

/// How many bytes of templates are searched for the lines of an app's objects.
pub(super) const MOST_SEARCHED: u64 = 200_000_000;

/// How much of a field the actions of templates print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printed {
    /// The key and the value, as `toYaml` does.
    Whole,
    /// The value behind a key that is text.
    Value,
}

/// How much of a field actions print; none where the template writes it, or nobody knows.
pub(super) fn printed(traced: &Rendered, manifest: &Manifest, path: &Path) -> Option<Printed> {
    let root = manifest.document().root()?;
    let is_printed = |offset: usize| {
        let origins = traced.origins(manifest, offset);
        origins.first().is_some_and(|origin| !origin.is_text)
    };
    let value = root.get(path)?.span().start;
    match is_printed(offset_of(root, Some(path))?) {
        true => Some(Printed::Whole),
        false => is_printed(value).then_some(Printed::Value),
    }
}

fn line_of(
    workspace: &Workspace,
    chart: &ChartFiles,
    (traced, manifest): (&Rendered, &Manifest),
    path: Option<&Path>,
) -> Option<Location> {
    let offset = offset_of(manifest.document().root()?, path)?;
    let origins = traced.origins(manifest, offset);
    let mut lines = origins.iter().filter_map(|origin| {
        let is_own = is_own(chart, manifest, origin);
        let source = is_own.then(|| template_file(workspace, chart, &origin.file))??;
        let span = line_at(source.text(), origin.span.start)?;
        Some(Location::new(&source, span))
    });
    lines.next()
}

/// Whether a template belongs to the chart of the manifest, or is one that a person of the workspace writes for several: what
/// lies in `charts/` was mostly made by others, and the template that calls it is the place to edit.
fn is_own(chart: &ChartFiles, manifest: &Manifest, origin: &TemplateOrigin) -> bool {
    fn home(template: &str) -> &str {
        template
            .rsplit_once("/templates/")
            .map_or("", |(home, _)| home)
    }
    if home(&origin.file) == home(&manifest.template) {
        return true;
    }
    let inside = origin.file.split_once('/').map_or("", |(_, inside)| inside);
    !chart
        .path(inside)
        .starts_with(&join(&chart.directory, "charts/"))
}

/// Where a field begins in the text of an object.
fn offset_of(root: &Node, path: Option<&Path>) -> Option<usize> {
    let kind = root.as_mapping()?.entry("kind");
    let mut offset = kind.map_or(root.span().start, |(key, _)| key.span().start);
    let mut node = root;
    for segment in path.into_iter().flat_map(Path::segments) {
        let next = match segment {
            Segment::Key(key) => node.as_mapping().and_then(|mapping| mapping.entry(key)),
            _ => None,
        };
        let at = next.map(|(key, _)| key.span().start);
        let Some(inner) = node.child(segment) else {
            break;
        };
        offset = at.unwrap_or(inner.span().start);
        node = inner;
    }
    Some(offset)
}

/// The line around a byte, without the white space around it.
fn line_at(text: &str, offset: usize) -> Option<Span> {
    let start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next().unwrap_or_default();
    let begin = start + (line.len() - line.trim_start().len());
    Some(Span::new(begin, start + line.trim_end().len()))
}
