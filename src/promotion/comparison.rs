//! Two environments of one app, path by path: what belongs to each of them, what has moved, and what has not yet.

use std::sync::Arc;

use envlint_yaml::Path;
use serde::Serialize;

use crate::masking::text;
use crate::resolve::{Conflict, Declarations};
use crate::source::{Problem, Source};
use crate::values::{Aspect, Cell, Row, Tree, same};

/// What promotion makes of a path, between two environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It belongs to the environment: it is never promoted.
    PerEnvironment,
    /// A shared path whose value has not moved yet.
    Pending,
    /// A shared path that is the same in both.
    Shared,
}

impl Standing {
    /// The word for it, in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::PerEnvironment => "per-environment",
            Standing::Pending => "pending",
            Standing::Shared => "shared",
        }
    }
}

/// One path in two environments.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    /// The path: of a single value, of a list that compares whole, or of the place where types part ways.
    pub path: Path,
    /// What of it is compared.
    pub aspect: Aspect,
    /// What promotion makes of it.
    pub standing: Standing,
    /// Its value in the first environment.
    pub from: Cell<'a>,
    /// Its value in the second environment.
    pub to: Cell<'a>,
}

impl Pair<'_> {
    /// Whether the two environments have different values, one has none, or the same items stand in another order.
    pub fn differs(&self) -> bool {
        if self.aspect != Aspect::Value {
            return true;
        }
        match (self.from.value(), self.to.value()) {
            (Some(from), Some(to)) => !same(from, to),
            (None, None) => false,
            _ => true,
        }
    }
}

/// Lays the values files of two environments side by side. The order is that of the first file, then what only the
/// second one has.
///
/// # Errors
/// When the configuration contradicts itself on one of the paths.
pub fn pairs<'a>(
    declarations: &Declarations<'_>,
    from: &'a Arc<Source>,
    to: &'a Arc<Source>,
) -> Result<Vec<Pair<'a>>, Box<Problem>> {
    let both = [values(from), values(to)];
    declarations
        .compare(&both)
        .into_iter()
        .map(|row| pair(declarations, row, &both))
        .collect()
}

/// The values of a file; none when it holds no values at all.
pub fn values(source: &Arc<Source>) -> Option<Tree<'_>> {
    Tree::of(source).filter(Tree::is_mapping)
}

fn pair<'a>(
    declarations: &Declarations<'_>,
    row: Row<'a>,
    both: &[Option<Tree<'a>>],
) -> Result<Pair<'a>, Box<Problem>> {
    let class = declarations
        .classify(&row.path, both)
        .map_err(|conflict| Box::new(contradiction(declarations, &conflict, &row.path)))?;
    // A file without any values is a file without this one.
    let mut cells = row.cells.into_iter().map(|cell| match cell {
        Cell::Unknown => Cell::Missing { depth: 1 },
        known => known,
    });
    let mut next = || cells.next().unwrap_or(Cell::Missing { depth: 1 });
    let mut pair = Pair {
        path: row.path,
        aspect: row.aspect,
        standing: Standing::PerEnvironment,
        from: next(),
        to: next(),
    };
    if !class.is_per_environment() {
        pair.standing = match pair.differs() {
            true => Standing::Pending,
            false => Standing::Shared,
        };
    }
    Ok(pair)
}

fn contradiction(declarations: &Declarations<'_>, conflict: &Conflict<'_>, path: &Path) -> Problem {
    match declarations.source() {
        Some(source) => conflict.problem(source, path),
        // Declarations come from a configuration file; this is for those that a program makes.
        None => Problem::without_place(text!(
            "two declarations contradict each other on `{}`",
            path
        )),
    }
}
