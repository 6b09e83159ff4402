//! What a render needs and no value decides, made in parallel: templates parse and schemas compile. The results stay with the
//! chart, where the render finds them; mistakes are found again by the step that they belong to, in Helm's order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::objects::Renderable;
use crate::functions::registry;
use crate::parallel;
use crate::schema::Schema;
use crate::source::SourceFile;
use crate::values::Instance;

/// The first schema of a process waits for the schema of schemas, which takes as long as this many bytes of templates.
const SCHEMA: usize = 50_000;

enum Part<'a> {
    Schema(&'a Schema),
    Template(&'a Arc<str>, &'a SourceFile),
}

/// Makes the parts of a chart that are not there from an earlier render.
pub(super) fn warm(
    chart: &Instance<'_>,
    renderables: &BTreeMap<Arc<str>, Renderable<'_>>,
    schemas: bool,
) {
    let mut parts = Vec::with_capacity(renderables.len());
    if schemas {
        add_schemas(chart, &mut parts);
    }
    for renderable in renderables.values() {
        parts.push(Part::Template(&renderable.name, renderable.file));
    }
    let size = |part: &Part<'_>| match part {
        Part::Schema(schema) => SCHEMA + schema.source().len(),
        Part::Template(_, file) => file.data().len(),
    };
    let (parsed, functions) = (&chart.chart.parsed, registry());
    parallel::map(parts, size, |part| match part {
        Part::Schema(schema) => {
            schema.compile();
        }
        Part::Template(name, file) => drop(parsed.trees(name, file, &functions)),
    });
}

fn add_schemas<'a>(chart: &'a Instance<'_>, parts: &mut Vec<Part<'a>>) {
    parts.extend(chart.chart.schema.as_ref().map(Part::Schema));
    for subchart in &chart.dependencies {
        add_schemas(subchart, parts);
    }
}
