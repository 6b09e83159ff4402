//! What a promotion changes in values on their way (`promotion.transforms`): a values file as its target gets it.

use std::cmp::Ordering;
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::{Change, Document, EditError, Fresh, Node, Path, Value, change_all};
use regex::Regex;

use crate::masking::{Name, Said, Text, text};
use crate::source::{Location, Problem, Source};
use crate::values::{Located, Pattern, Tree, is_identity};
use crate::workspace::{Environment, Transform, Workspace};

/// How long a text may become, in bytes.
const LONGEST: usize = 1 << 20;
/// How long what one match is replaced by might be, before it is made.
const MOST_AT_ONCE: usize = 64 << 20;
/// What the transforms of a file may take: one for each byte that is looked at, and some for each trial.
const MOST_WORK: u64 = 200_000_000;
const OF_TRIAL: u64 = 32;

/// The transforms that are made between two environments. Names of list items never change: they tell which item is which.
/// Neither do secrets: they are not promoted.
#[derive(Debug)]
pub struct Transforms<'w> {
    config: Option<&'w Arc<Source>>,
    /// From where to where.
    direction: [Arc<str>; 2],
    replacements: Vec<(&'w Transform, Regex, String)>,
    values: Vec<(&'w Transform, Value)>,
}

/// A value that is another one after the transforms, or is given one by them.
#[derive(Debug)]
pub struct Rewrite {
    /// Its path.
    pub path: Path,
    /// What the target gets.
    pub value: Value,
    /// The transforms that make it, as the configuration has them.
    pub by: Vec<Location>,
    /// Whether the target gets it whatever the source has.
    pub is_given: bool,
    /// Whether the source has another one.
    pub is_change: bool,
}

impl Rewrite {
    /// Whether it is about a path: about it as a whole, or about a part of it.
    pub fn is_about(&self, path: &Path) -> bool {
        self.path.contains(path) || path.contains(&self.path)
    }
}

impl<'w> Transforms<'w> {
    /// The transforms from one environment to another; none when there are none.
    pub fn between(
        workspace: &'w Workspace,
        from: &Environment,
        to: &Environment,
    ) -> Option<Transforms<'w>> {
        let all = &workspace.config.promotion.transforms;
        let mut made = Transforms {
            config: workspace.config_source.as_ref(),
            direction: [Arc::clone(&from.name), Arc::clone(&to.name)],
            replacements: Vec::new(),
            values: Vec::new(),
        };
        for transform in all
            .iter()
            .filter(|all| all.is_between(&from.name, &to.name))
        {
            if let Some((find, replace)) = transform.replacement(&from.name, &to.name) {
                made.replacements.push((transform, find, replace));
            } else if let Some(value) = &transform.value {
                // A JSON text is a YAML text.
                let document = Document::parse(value.value.to_string());
                let value = document.root().map(Node::to_value);
                made.values.push((transform, value.unwrap_or_default()));
            }
        }
        (!made.replacements.is_empty() || !made.values.is_empty()).then_some(made)
    }

    /// From where to where they are.
    pub fn direction(&self) -> &[Arc<str>; 2] {
        &self.direction
    }

    /// A values file as the target gets it: the same where there are no transforms.
    ///
    /// # Errors
    /// Those of [`Self::carried`].
    pub fn carry(
        transforms: Option<&Transforms<'_>>,
        source: &Arc<Source>,
    ) -> Result<Arc<Source>, Box<Problem>> {
        match transforms {
            Some(transforms) => transforms.carried(source),
            None => Ok(Arc::clone(source)),
        }
    }

    /// A values file of the one environment as the other one gets it.
    ///
    /// # Errors
    /// When two transforms contradict each other, or the text cannot be changed so.
    pub fn carried(&self, source: &Arc<Source>) -> Result<Arc<Source>, Box<Problem>> {
        made(source, &self.rewrites(source)?)
    }

    /// The values of a file that the target gets another one of, or is given.
    ///
    /// # Errors
    /// When two transforms contradict each other.
    pub fn rewrites(&self, source: &Arc<Source>) -> Result<Vec<Rewrite>, Box<Problem>> {
        let mut rewrites = Vec::new();
        if let Some(tree) = mapping(source) {
            let budget = Budget::new(MOST_WORK);
            self.look(&Located::root(&tree), &tree, &budget, &mut rewrites)?;
        }
        Ok(rewrites)
    }

    /// Finds what changes in a value.
    fn look(
        &self,
        value: &Located<'_>,
        root: &Tree<'_>,
        budget: &Budget,
        found: &mut Vec<Rewrite>,
    ) -> Result<(), Box<Problem>> {
        for child in value.children() {
            let (path, tree) = (child.path(), child.tree());
            if is_identity(path) {
                continue;
            }
            if let Some((transform, given)) = self.given(&child, root, budget)? {
                found.push(Rewrite {
                    path: path.clone(),
                    value: given.clone(),
                    by: self.place(transform).into_iter().collect(),
                    is_given: true,
                    is_change: tree.to_value() != *given,
                });
            } else if tree.as_scalar().is_none() {
                self.look(&child, root, budget, found)?;
            } else if let Some(text) = tree.as_str().filter(|_| !is_secret(tree)) {
                found.extend(self.replaced(&child, text, root, budget)?);
            }
        }
        Ok(())
    }

    /// A text after all replacements that cover it; none when it stays.
    fn replaced(
        &self,
        value: &Located<'_>,
        text: &str,
        root: &Tree<'_>,
        budget: &Budget,
    ) -> Result<Option<Rewrite>, Box<Problem>> {
        let mut new: Option<String> = None;
        let mut by = Vec::new();
        for (transform, find, replace) in &self.replacements {
            let current = new.as_deref().unwrap_or(text);
            if !budget.spend(OF_TRIAL + current.len() as u64) {
                return Err(Box::new(self.endless(transform)));
            }
            if !covers(transform, value.path(), root) || !find.is_match(current) {
                continue;
            }
            let Some(made) = replaced(find, current, replace, budget) else {
                if budget.is_spent() {
                    return Err(Box::new(self.endless(transform)));
                }
                let message = text!(
                    "`{}` would become longer than {} bytes by `promotion.transforms`",
                    value.path(),
                    LONGEST
                );
                return Err(Box::new(self.problem(transform, message)));
            };
            if made != current {
                by.extend(self.place(transform));
            }
            new = Some(made);
        }
        Ok(new.filter(|new| new != text).map(|new| Rewrite {
            path: value.path().clone(),
            value: Value::String(new),
            by,
            is_given: false,
            is_change: true,
        }))
    }

    /// The value that a path gets whatever it is; the most specific pattern decides.
    fn given(
        &self,
        value: &Located<'_>,
        root: &Tree<'_>,
        budget: &Budget,
    ) -> Result<Option<(&'w Transform, &Value)>, Box<Problem>> {
        if !budget.spend(OF_TRIAL * self.values.len() as u64)
            && let Some((first, _)) = self.values.first()
        {
            return Err(Box::new(self.endless(first)));
        }
        let covering = self.values.iter();
        let covering = covering.filter(|(transform, _)| covers(transform, value.path(), root));
        let specificity = |of: &Transform| of.path.as_ref().map(|path| path.value.specificity());
        let mut best: Option<&(&'w Transform, Value)> = None;
        let mut rival: Option<&(&'w Transform, Value)> = None;
        for entry in covering {
            match best.map(|best| specificity(entry.0).cmp(&specificity(best.0))) {
                None | Some(Ordering::Greater) => (best, rival) = (Some(entry), None),
                Some(Ordering::Equal) if best.is_some_and(|best| best.1 != entry.1) => {
                    rival = Some(entry);
                }
                Some(_) => {}
            }
        }
        let Some((first, given)) = best else {
            return Ok(None);
        };
        let inner = self.values.iter().find(|(other, _)| {
            let path = other.path.as_ref();
            let roots = || std::iter::once(root.clone());
            let names = |pattern: &Pattern| {
                pattern.names_within(value.path(), value.tree().node(), roots())
            };
            !std::ptr::eq(*other, *first) && path.is_some_and(|path| names(&path.value))
        });
        match rival.or(inner) {
            Some((second, _)) => {
                let message = text!(
                    "two transforms from {} to {} give `{}` different values",
                    Name(&self.direction[0]),
                    Name(&self.direction[1]),
                    value.path()
                );
                let problem = self.problem(second, message);
                Err(Box::new(
                    problem.help("keep one of them, or name paths that do not meet"),
                ))
            }
            None => Ok(Some((first, given))),
        }
    }

    /// That there is more to do than may be done.
    fn endless(&self, transform: &Transform) -> Problem {
        let message =
            "there are too many transforms for so many values, so nobody knows what they make";
        let problem = self.problem(transform, message.into());
        problem.help("write fewer transforms, or promote smaller files")
    }

    fn problem(&self, transform: &Transform, message: Text) -> Problem {
        match self.place(transform) {
            Some(place) => Problem::located(place, message),
            None => Problem::without_place(message),
        }
    }

    fn place(&self, transform: &Transform) -> Option<Location> {
        let (config, span) = self.config.zip(transform.place())?;
        Some(Location::new(config, span))
    }
}

/// The values of a file that has some, in one document.
fn mapping(source: &Arc<Source>) -> Option<Tree<'_>> {
    match source.document.documents() {
        [_] => Tree::of(source).filter(Tree::is_mapping),
        _ => None,
    }
}

/// A values file with its values rewritten.
///
/// # Errors
/// When the text cannot be changed so.
pub(super) fn made(
    source: &Arc<Source>,
    rewrites: &[Rewrite],
) -> Result<Arc<Source>, Box<Problem>> {
    let Some(tree) = mapping(source) else {
        return Ok(Arc::clone(source));
    };
    let changes = rewrites.iter().filter(|rewrite| rewrite.is_change);
    let changes = changes.map(|rewrite| Change::Set(&rewrite.path, Fresh::Value(&rewrite.value)));
    let changes: Vec<Change<'_>> = changes.collect();
    let edited = change_all(&source.document, &changes);
    // Nobody writes this copy, so its anchors need not stay; what moves is proven against the target's own text.
    let edited = edited.or_else(|error| match error {
        (_, EditError::Anchored { .. } | EditError::Shared(_)) => {
            let plain = Document::parse(envlint_yaml::emit_pretty(&tree.to_value()));
            change_all(&plain, &changes)
        }
        error => Err(error),
    });
    let edited = edited.map_err(|(path, error)| {
        let message = text!("`{}` cannot be transformed: {}", path, Said(&error));
        let place = source.document.get(&path);
        let span = place.map_or_else(|| tree.node().span(), Node::span);
        let problem = Problem::located(Location::new(source, span), message);
        Box::new(problem.help(
            "write the value out, or name other paths under `promotion.transforms` in envlint.yaml",
        ))
    })?;
    let Some(edited) = edited else {
        return Ok(Arc::clone(source));
    };
    let carried = Arc::new(Source::of(source.path.clone(), Arc::new(edited)));
    mark_alike(&tree, &carried);
    Ok(carried)
}

/// A text with all that is found in it replaced; none where it becomes too long, or nothing is left to do it.
fn replaced(find: &Regex, text: &str, by: &str, budget: &Budget) -> Option<String> {
    let groups = by.matches('$').count();
    let mut made = String::new();
    let mut end = 0;
    for found in find.captures_iter(text) {
        let whole = found.get(0)?;
        made += text.get(end..whole.start())?;
        // No group is longer than the whole.
        let most = groups.saturating_mul(whole.len()).saturating_add(by.len());
        if most > MOST_AT_ONCE || !budget.spend((most + by.len()) as u64) {
            return None;
        }
        found.expand(by, &mut made);
        if made.len() > LONGEST {
            return None;
        }
        end = whole.end();
    }
    made += text.get(end..)?;
    (made.len() <= LONGEST).then_some(made)
}

fn covers(transform: &Transform, path: &Path, root: &Tree<'_>) -> bool {
    let pattern = transform.path.as_ref();
    pattern.is_none_or(|pattern| pattern.value.covers_in(path, std::iter::once(root.clone())))
}

fn is_secret(tree: &Tree<'_>) -> bool {
    let (source, span) = (tree.source(), tree.node().span());
    source.is_sensitive(span) || source.secrets().touching(span).next().is_some()
}

/// Masks in the new text what is masked in the old one: paths are the same in both.
fn mark_alike(tree: &Tree<'_>, carried: &Arc<Source>) {
    fn sensitive(value: &Located<'_>, found: &mut Vec<Path>) {
        for child in value.children() {
            match child.tree().as_scalar() {
                Some(_) if is_secret(child.tree()) => found.push(child.path().clone()),
                Some(_) => {}
                None => sensitive(&child, found),
            }
        }
    }
    let mut found = Vec::new();
    sensitive(&Located::root(tree), &mut found);
    let nodes = found.iter().filter_map(|path| carried.document.get(path));
    carried.mark(nodes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_without_end_is_not_made() {
        let find = |text: &str| Regex::new(text).expect("an expression");
        let all = find("(?s)^.*$");
        let budget = Budget::new(MOST_WORK);
        let twice = |text: &str| replaced(&all, text, "$0$0", &budget);
        assert_eq!(twice("ab").as_deref(), Some("abab"));
        let mut text = "x".to_owned();
        let grown = (0..40).take_while(|_| twice(&text).map(|made| text = made).is_some());
        assert!(grown.count() < 21);
        assert_eq!(replaced(&all, &text, &"$0".repeat(1 << 20), &budget), None);
        // What makes nothing takes work, too.
        let empty = find("()x");
        let budget = Budget::new(1_000_000);
        assert_eq!(
            replaced(&empty, &"x".repeat(1000), &"${1}".repeat(1000), &budget),
            None
        );
        assert!(budget.is_spent());
    }
}
