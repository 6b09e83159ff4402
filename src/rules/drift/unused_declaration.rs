//! `drift/unused-declaration`.

use std::collections::HashSet;
use std::iter::once;
use std::sync::Arc;

use envlint_yaml::{Path, Segment, Spanned, field_of, same_names};

use crate::masking::{Said, text};
use crate::rules::{Check, Finding, Reporter, WorkspaceContext, rule};
use crate::source::Location;
use crate::source::Source;
use crate::values::{Pattern, Row, Tree, compare};
use crate::workspace::{Deployment, PerEnvironment, ReadFile};

rule! {
    /// A per-environment declaration, a promotion condition or a transform matches no path.
    ///
    /// ## What it does
    ///
    /// Reports entries of `perEnvironment:`, conditions under `promotion.stop` and paths under `promotion.transforms` in
    /// `envlint.yaml` that match no path of any app in any environment. It suggests a path with a similar name, or names the list whose items have no names:
    /// such a list is compared as one value when the environments have different numbers of items.
    ///
    /// It runs only when all apps are checked. A condition or a transform is not reported when a values file cannot be read, or when
    /// values are given at deploy time that may have the path.
    ///
    /// ## Why it matters
    ///
    /// The path was renamed or misspelt. Its differences are reported as undeclared. Worse, its expectation is not
    /// checked, and no promotion stops for it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint.yaml
    /// perEnvironment:
    ///   - {path: resorces, expect: non-decreasing}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # envlint.yaml
    /// perEnvironment:
    ///   - {path: resources, expect: non-decreasing}
    /// ```
    ///
    /// ## References
    ///
    /// - [The configuration of envlint](https://github.com/envlint/envlint/blob/main/docs/configuration.md)
    "drift/unused-declaration", Warning, Check::Workspace(check)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let Some(config) = &cx.workspace.config_source else {
        return;
    };
    let all = &cx.workspace.config;
    let declared = all
        .per_environment
        .iter()
        .chain(all.apps.iter().flat_map(|app| &app.per_environment));
    let unused: Vec<&PerEnvironment> = declared
        .filter(|declaration| !cx.is_used(declaration))
        .collect();
    let stops = all.promotion.stop.iter().map(|stop| &stop.path);
    let transforms = all.promotion.transforms.iter();
    let transforms = transforms.filter_map(|transform| transform.path.as_ref());
    let conditions: Vec<&Spanned<Pattern>> = stops.chain(transforms).collect();
    if (unused.is_empty() && conditions.is_empty()) || !cx.complete || cx.workspace.apps.is_empty()
    {
        return;
    }
    let read = Read::of(cx, config);
    let known = Known::of(cx, &read);
    let paths = known.paths().count();
    let is_idle = |path: &&Spanned<Pattern>| {
        known.is_complete && out.may_do(paths) && known.is_unknown(&path.value)
    };
    let idle: Vec<&Spanned<Pattern>> = conditions.into_iter().filter(is_idle).collect();
    let unused = unused.into_iter().map(|declaration| &declaration.path);
    for (index, declared) in unused.chain(idle).enumerate() {
        let message = text!("`{}` matches no path of any app", declared.value);
        let place = Location::new(config, declared.span);
        let finding = out.finding(place, message);
        out.push(match index < MOST_SUGGESTED {
            true => known.advise(finding, &declared.value),
            false => finding.help("remove it, or correct the spelling"),
        });
    }
}

/// How many paths are looked at for a suggestion.
const MOST: usize = 20_000;

/// For more declarations that match nothing, no path is suggested: each is compared with all paths.
const MOST_SUGGESTED: usize = 30;

/// What the files hold.
struct Known<'a> {
    /// The values of a file, and their paths.
    files: Vec<(Tree<'a>, Vec<Row<'a>>)>,
    /// What is given at deploy time.
    given: Vec<&'a Pattern>,
    /// Whether every value of every app is among them.
    is_complete: bool,
}

/// The files that are looked at, with their values.
struct Read {
    sources: Vec<Arc<Source>>,
    /// Whether these are all.
    is_complete: bool,
}

impl Read {
    /// Their values went with their apps, so they are read once more, as long as there are not too many.
    fn of(cx: &WorkspaceContext<'_>, config: &Source) -> Read {
        let mut read = Read {
            sources: Vec::new(),
            is_complete: are_read(cx),
        };
        let mut count = 0;
        for file in cx.files.iter().filter(|file| file.path() != config.path) {
            if count > MOST {
                read.is_complete = false;
                break;
            }
            let Some(source) = file.again(cx.workspace) else {
                continue;
            };
            if source.document.size() > MOST {
                read.is_complete = false;
                break;
            }
            count += values(&source).map_or(0, |tree| paths(&tree).len());
            read.sources.push(source);
        }
        read
    }
}

/// Whether every values file of every app was read.
fn are_read(cx: &WorkspaceContext<'_>) -> bool {
    let read = cx.files.iter().filter(|file| file.is_readable);
    let read: HashSet<&str> = read.map(ReadFile::path).collect();
    let deployments = cx.workspace.apps.iter().flat_map(|app| &app.deployments);
    let mut layers = deployments.flat_map(Deployment::layers);
    layers.all(|layer| read.contains(layer.path.as_str()))
}

fn values(source: &Arc<Source>) -> Option<Tree<'_>> {
    Tree::of(source).filter(Tree::is_mapping)
}

fn paths<'a>(tree: &Tree<'a>) -> Vec<Row<'a>> {
    compare(&[Some(tree.clone())])
}

impl<'a> Known<'a> {
    fn of(cx: &WorkspaceContext<'a>, read: &'a Read) -> Known<'a> {
        let deployments = cx.workspace.apps.iter().flat_map(|app| &app.deployments);
        let given: Vec<&Pattern> = deployments.flat_map(|known| known.given.iter()).collect();
        let files = read.sources.iter().filter_map(values);
        Known {
            files: files.map(|tree| (tree.clone(), paths(&tree))).collect(),
            // What a wildcard gives may be any path.
            is_complete: read.is_complete && given.iter().all(|given| given.as_path().is_some()),
            given,
        }
    }

    /// Whether a pattern covers nothing of what is known.
    fn is_unknown(&self, pattern: &Pattern) -> bool {
        let mut given = self.given.iter().filter_map(|given| given.as_path());
        if given.any(|path| pattern.covers(&path)) {
            return false;
        }
        let covers = |root: &Tree<'a>, row: &Row<'a>| {
            let root = std::iter::once(root.clone());
            let inside = |(_, tree): (usize, &Tree<'_>)| {
                pattern.names_within(&row.path, tree.node(), root.clone())
            };
            pattern.covers_in(&row.path, root.clone()) || row.values().any(inside)
        };
        !self
            .files
            .iter()
            .any(|(root, rows)| rows.iter().any(|row| covers(root, row)))
    }

    fn advise(&self, finding: Finding, pattern: &Pattern) -> Finding {
        if let Some((list, tree)) = self.nameless_list(pattern) {
            let twice = tree.node().as_sequence().and_then(same_names);
            if let Some((name, items)) = twice {
                let help = text!(
                    "two items of the list `{}` have the name `{}`, so none goes by its name: take one of the two out",
                    list,
                    Said(&name)
                );
                return items.iter().fold(finding.help(help), |finding, item| {
                    finding.note(
                        Location::new(tree.source(), item.span()),
                        "an item of that name",
                    )
                });
            }
            return finding.help(text!(
                "the list `{}` has no names: declare `{}` as a whole",
                list,
                list
            ));
        }
        let near = match pattern.as_path() {
            Some(_) => pattern.nearest(self.paths()),
            None => self.corrected(pattern).map(|near| near.to_string()),
        };
        finding.suggest_or(near, "remove it, or correct the spelling")
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        let rows = self.files.iter().flat_map(|(_, rows)| rows);
        rows.map(|row| &row.path)
    }

    /// The pattern with another spelling of one of its keys, the last ones first, that matches a path.
    fn corrected(&self, pattern: &Pattern) -> Option<Pattern> {
        let segments = self.paths().flat_map(Path::segments);
        let keys: HashSet<&str> = segments
            .filter_map(|segment| match segment {
                Segment::Key(key) => Some(key.as_str()),
                _ => None,
            })
            .collect();
        let mut spellings = pattern.respelt(&keys).into_iter();
        spellings.find(|pattern| !self.is_unknown(pattern))
    }

    /// The list whose items the pattern wants to tell apart, and which has no names to do so.
    fn nameless_list(&self, pattern: &Pattern) -> Option<(Path, Tree<'a>)> {
        let beginning = pattern.literal_beginning();
        let is_nameless = |tree: &Tree<'_>| {
            let items = tree.node().as_sequence();
            items.is_some_and(|items| !items.is_empty() && field_of(once(items)).is_none())
        };
        (1..=beginning.segments().len())
            .map(|depth| beginning.beginning(depth))
            .find_map(|path| {
                let mut found = self.files.iter().filter_map(|(root, _)| root.at(&path));
                let tree = found.find(is_nameless).filter(|_| !pattern.covers(&path))?;
                Some((path, tree))
            })
    }
}
