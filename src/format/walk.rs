//! What in a file should be written otherwise.

use envlint_budget::Budget;
use envlint_yaml::{Arrangement, Edit, Kind, Mapping, Node, Origin, Path, Segment, Style, quoted};

use super::order::{self, Incomparable};
use crate::masking::{Name, text};
use crate::source::{Location, Problem};
use crate::values::{Pattern, Tree};
use crate::workspace::{Format, Quotes};

/// What should be written otherwise.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Maps and lists that should be in another order, by their places.
    pub(super) orders: Vec<Arrangement>,
    /// Texts that should be in other quotes.
    pub(super) quotes: Vec<Edit>,
    /// What cannot be.
    pub(super) left: Vec<Problem>,
}

/// How often a pattern is tried for a value of a file.
const MOST_TRIED: u64 = 10_000_000;

/// Looks at all values of a file; none where there is more to do than may be done.
pub(super) fn wanted(root: &Tree<'_>, format: &Format) -> Option<Wanted> {
    let mut walk = Walk {
        root,
        format,
        wanted: Wanted::default(),
        budget: Budget::new(MOST_TRIED),
    };
    walk.node(root.node(), &Path::root());
    (!walk.budget.is_spent()).then_some(walk.wanted)
}

struct Walk<'w> {
    root: &'w Tree<'w>,
    format: &'w Format,
    wanted: Wanted,
    /// For trials of patterns
    budget: Budget,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node, path: &Path) {
        // What an alias or a merge key brings is written elsewhere.
        if node.origin() != Origin::Written || self.budget.is_spent() {
            return;
        }
        match node.kind() {
            Kind::Scalar(_) => self.scalar(node, path),
            Kind::Sequence(items) => {
                self.list(items, path);
                for (index, item) in items.iter().enumerate() {
                    let inner = path.index(index);
                    self.node(item, &inner);
                }
            }
            Kind::Mapping(map) => {
                self.map(map, path);
                for (key, value) in map {
                    let inner = path.key(key.text());
                    self.node(value, &inner);
                }
            }
        }
    }

    fn names(&self, pattern: &Pattern, path: &Path) -> bool {
        self.budget.spend(1) && pattern.names(path, std::iter::once(self.root.clone()))
    }

    /// The most specific of the orders that name a path.
    fn order_of<'f, T>(
        &self,
        orders: &'f [T],
        path: &Path,
        of: impl Fn(&T) -> &Pattern,
    ) -> Option<&'f T> {
        let named = orders.iter().filter(|order| self.names(of(order), path));
        named.max_by_key(|order| of(order).specificity())
    }

    fn map(&mut self, map: &Mapping, path: &Path) {
        let format = self.format;
        let order = self.order_of(&format.keys, path, |order| &order.path.value);
        let order = order.and_then(|order| order::of_keys(map, order));
        self.wanted.orders.extend(order.map(|order| Arrangement {
            path: path.clone(),
            order,
        }));
    }

    fn list(&mut self, items: &[Node], path: &Path) {
        let format = self.format;
        let Some(order) = self.order_of(&format.lists, path, |order| &order.path.value) else {
            return;
        };
        match order::of_items(items, order) {
            Ok(None) => {}
            Ok(Some(order)) => self.wanted.orders.push(Arrangement {
                path: path.clone(),
                order,
            }),
            Err(Incomparable) => {
                let why = match &order.by {
                    Some(key) => text!("an item has no single value `{}`", Name(key)),
                    None => "an item is no single value".into(),
                };
                self.leave(path, text!("`{}` is not sorted, because {}", path, why));
            }
        }
    }

    fn scalar(&mut self, node: &Node, path: &Path) {
        let format = self.format;
        let quoting = format.quoted.iter().map(|pattern| &pattern.value);
        let quoting: Vec<&Pattern> = quoting.filter(|known| self.names(known, path)).collect();
        let style = match format.quotes {
            Some(Quotes::Single) => Style::SingleQuoted,
            Some(Quotes::Double) | None => Style::DoubleQuoted,
        };
        let is_plain = node
            .as_scalar()
            .is_some_and(|scalar| scalar.style() == Style::Plain);
        let is_wanted = match is_plain {
            true => !quoting.is_empty(),
            false => format.quotes.is_some(),
        };
        let document = &self.root.source().document;
        if is_wanted && let Some(edit) = quoted(document, node, style) {
            self.wanted.quotes.push(edit);
        }
        // Who names one value by its path means this one.
        let is_meant = quoting.iter().any(|pattern| pattern.as_path().is_some());
        if is_plain && is_meant && node.as_str().is_none() && !node.is_null() {
            let message = text!("`{}` is no text, and quotes would make it one", path);
            self.leave(path, message);
        }
    }

    fn leave(&mut self, path: &Path, message: crate::masking::Text) {
        let source = self.root.source();
        let start = source
            .document
            .get(path)
            .map_or(0, |node| node.span().start);
        let place = Location::new(source, envlint_yaml::Span::new(start, start));
        let is_item = matches!(path.last(), Some(Segment::Index(_)));
        let help = match is_item {
            true => "take another path in `format:` of envlint.yaml",
            false => "change it by hand, or take another path in `format:` of envlint.yaml",
        };
        self.wanted
            .left
            .push(Problem::located(place, message).help(help));
    }
}
