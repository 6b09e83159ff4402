//! What a promotion changes in the cluster, in a pull request's body.

use super::blocks::in_line;
use super::{count, in_cell, row};
use crate::masking::markdown::{code, escape, prose};
use crate::masking::{Printable, Text, printable};
use crate::promotion::{Action, Cluster, ClusterView, FieldView, ObjectView};

/// How many fields are listed of one app.
const MOST_FIELDS: usize = 60;
/// How many fields stand in the open: more are folded.
const MOST_OPEN: usize = 12;

/// The objects that change, with their fields and the paths that cause it.
pub(super) fn section(cluster: &Cluster) -> Printable {
    let view = match cluster {
        Cluster::Unasked | Cluster::NoChart => return Printable::default(),
        Cluster::Unknown(reason) => {
            return printable!(
                "\nNobody knows what changes in the cluster: {}\n",
                reason.show().rewrite(prose)
            );
        }
        Cluster::Known(view) => view,
    };
    let mut text = printable!("\n{}\n", summary(view));
    if !view.objects.is_empty() {
        let table = table(view);
        let fields: usize = view.objects.iter().map(rows_of).sum();
        text.push(match fields > MOST_OPEN {
            true => printable!(
                "\n<details><summary>Objects and fields</summary>\n\n{}\n</details>\n",
                table
            ),
            false => printable!("\n{}", table),
        });
    }
    if !view.without_effect.is_empty() {
        text.push(printable!(
            "\nChanges no object of the chart: {}\n",
            codes(&view.without_effect)
        ));
    }
    text
}

/// How many objects change, where there is no room for more.
pub(super) fn counts(cluster: &Cluster) -> Printable {
    match cluster {
        Cluster::Known(view) => printable!("\n{}\n", summary(view)),
        Cluster::Unasked | Cluster::NoChart | Cluster::Unknown(_) => Printable::default(),
    }
}

fn summary(view: &ClusterView) -> Printable {
    let of = |action: Action| {
        let objects = view.objects.iter();
        objects.filter(|object| object.action == action).count()
    };
    let parts = [
        (Action::Change, "changed"),
        (Action::Add, "added"),
        (Action::Remove, "removed"),
    ]
    .into_iter()
    .map(|(action, word)| (of(action), word))
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| printable!("{} {}", count(number, "object", "objects"), word));
    let parts: Vec<Printable> = parts.collect();
    match parts.is_empty() {
        true => printable!(
            "In the cluster, nothing changes: the chart makes the same {}.",
            count(view.count, "object", "objects")
        ),
        false => printable!(
            "In the cluster: {}, of {}.",
            Printable::join(parts, ", "),
            view.count
        ),
    }
}

fn rows_of(object: &ObjectView) -> usize {
    object.fields.len().max(1)
}

fn table(view: &ClusterView) -> Printable {
    let mut text = row(["Object", "Field", "Before", "After", "Because of"].map(Printable::from));
    text.push("| --- | --- | --- | --- | --- |\n");
    let rows: Vec<Printable> = view.objects.iter().flat_map(rows).collect();
    let more = rows.len().saturating_sub(MOST_FIELDS);
    text.push(rows.into_iter().take(MOST_FIELDS).collect::<Printable>());
    if more > 0 {
        text.push(printable!(
            "\nand {}\n",
            count(more, "more field", "more fields")
        ));
    }
    text
}

fn rows(object: &ObjectView) -> Vec<Printable> {
    let named = || {
        printable!(
            "{} {}",
            object.kind.show().rewrite(escape),
            object.name.show().rewrite(code)
        )
    };
    let whole = |word: &'static str| {
        let causes = causes(&object.causes);
        vec![row([named(), word.into(), "—".into(), "—".into(), causes])]
    };
    match object.action {
        Action::Add => whole("**added**"),
        Action::Remove => whole("**removed**"),
        Action::Change | Action::Reorder => object
            .fields
            .iter()
            .map(|field| row(cells(named(), field)))
            .collect(),
    }
}

fn cells(object: Printable, field: &FieldView) -> [Printable; 5] {
    let (before, after) = (field.before.as_ref(), field.after.as_ref());
    let [before, after] = in_line(before, after, field.lines.as_ref()).map(in_cell);
    [
        object,
        field.path.show().rewrite(code),
        before,
        after,
        causes(&field.causes),
    ]
}

fn causes(paths: &[Text]) -> Printable {
    match paths.is_empty() {
        true => "—".into(),
        false => codes(paths),
    }
}

fn codes(paths: &[Text]) -> Printable {
    let codes = paths.iter().map(|path| path.show().rewrite(code));
    Printable::join(codes, ", ")
}
