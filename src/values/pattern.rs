//! Patterns of paths: `*` is one segment, `**` any depth.

mod written;

use std::collections::{BTreeSet, HashSet};

use envlint_yaml::{Node, Path, Segment};

use super::cover;
use super::tree::Tree;
use crate::source::nearest;
pub use written::PatternError;

/// A path in which some segments are open. Reads back exactly as it prints.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// This segment and no other.
    Literal(Segment),
    /// `*`: any one segment.
    One,
    /// `[*]`: any one item of a list.
    Item,
    /// `**`: any number of segments, none included.
    Deep,
}

impl Part {
    /// The segment that it stands for, where it is not open.
    pub(super) fn literal(&self) -> Option<&Segment> {
        match self {
            Part::Literal(segment) => Some(segment),
            Part::One | Part::Item | Part::Deep => None,
        }
    }
}

impl Pattern {
    /// Whether the pattern names a path or something that holds it.
    pub fn covers(&self, path: &Path) -> bool {
        cover::covers(&self.parts, path, &|_, _| false)
    }

    /// Whether the pattern covers the path of a value that stands in one of these trees. There an item of a list may go
    /// by its place in the pattern and by its name in the path, or the other way round.
    pub fn covers_in<'t>(
        &self,
        path: &Path,
        trees: impl Iterator<Item = Tree<'t>> + Clone,
    ) -> bool {
        self.covers(path)
            || (self.names_items() && {
                cover::covers(&self.parts, path, &|depth, literal| {
                    cover::is_same_item(trees.clone(), path, depth, literal)
                })
            })
    }

    /// Whether the pattern names the path itself, and not only something that holds it. The path leads into one of these
    /// trees, where an item may go by its place or by its name.
    pub fn names<'t>(&self, path: &Path, trees: impl Iterator<Item = Tree<'t>> + Clone) -> bool {
        cover::names(&self.parts, path, &|depth, literal| {
            cover::is_same_item(trees.clone(), path, depth, literal)
        })
    }

    /// Whether the pattern names something in the value that a path leads to in one of these trees.
    pub fn names_within<'t>(
        &self,
        path: &Path,
        value: &Node,
        trees: impl Iterator<Item = Tree<'t>> + Clone,
    ) -> bool {
        cover::names_within(&self.parts, path, value, &|depth, literal| {
            cover::is_same_item(trees.clone(), path, depth, literal)
        })
    }

    /// The keys by which the pattern addresses the items of the list that a path leads to in one of these trees.
    pub fn item_keys<'t>(
        &self,
        path: &Path,
        trees: impl Iterator<Item = Tree<'t>> + Clone,
    ) -> Vec<&str> {
        cover::item_keys(&self.parts, path, &|depth, literal| {
            cover::is_same_item(trees.clone(), path, depth, literal)
        })
    }

    /// Whether it names items of lists, by their place or by their names.
    fn names_items(&self) -> bool {
        let is_item = |part: &Part| {
            matches!(
                part,
                Part::Literal(Segment::Index(_) | Segment::Match { .. })
            )
        };
        self.parts.iter().any(is_item)
    }

    /// How closely the pattern describes the paths it covers: compares greater when more specific (most literal
    /// segments, then fewest `**`, then the deeper one, as `a.*` is deeper than `a`).
    pub fn specificity(&self) -> impl Ord + use<> {
        let count =
            |wanted: fn(&Part) -> bool| self.parts.iter().filter(|part| wanted(part)).count();
        (
            count(|part| matches!(part, Part::Literal(_))),
            std::cmp::Reverse(count(|part| matches!(part, Part::Deep))),
            self.parts.len(),
        )
    }

    /// The path that a person who wrote this pattern may have meant. One that lies deeper may be near, too: its beginning
    /// is what is compared.
    pub fn nearest<'p>(&self, paths: impl Iterator<Item = &'p Path>) -> Option<String> {
        let depth = self
            .as_path()
            .map_or(usize::MAX, |path| path.segments().len());
        let texts: BTreeSet<String> = paths
            .map(|path| path.beginning(depth).to_string())
            .collect();
        nearest(&self.to_string(), texts.iter().map(String::as_str)).map(str::to_owned)
    }

    /// The same with one key as one of `known` that is spelt nearly so: one pattern for each key, the last one first.
    pub fn respelt(&self, known: &HashSet<&str>) -> Vec<Pattern> {
        let keys = self.parts.iter().enumerate().rev();
        let respelt = keys.filter_map(|(at, part)| {
            let Part::Literal(Segment::Key(key)) = part else {
                return None;
            };
            let others = known.iter().copied().filter(|other| other != key);
            let mut parts = self.parts.clone();
            *parts.get_mut(at)? = Part::Literal(Segment::Key(nearest(key, others)?.into()));
            Some(Pattern { parts })
        });
        respelt.collect()
    }

    /// The path that it begins with, up to the first segment that is open.
    pub fn literal_beginning(&self) -> Path {
        let literals = self.parts.iter().map_while(Part::literal);
        literals.cloned().collect()
    }

    /// Whether any path may be covered by it, however the path begins.
    pub fn begins_openly(&self) -> bool {
        self.parts
            .first()
            .is_some_and(|part| part.literal().is_none())
    }

    /// The one path it names, when nothing in it is open.
    pub fn as_path(&self) -> Option<Path> {
        let path = self.literal_beginning();
        (path.segments().len() == self.parts.len()).then_some(path)
    }
}

impl From<&Path> for Pattern {
    fn from(path: &Path) -> Self {
        Pattern {
            parts: path.segments().iter().cloned().map(Part::Literal).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::Source;
    use proptest::prelude::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn a_path_of_any_length_is_a_pattern() {
        let text = vec!["a"; 200].join(".");
        let path: Path = text.parse().unwrap();
        let pattern: Pattern = text.parse().unwrap();
        assert_eq!(pattern, Pattern::from(&path));
        assert!(pattern.covers(&path) && pattern.covers(&path.key("b")));
        assert!(!pattern.covers(&path.parent().unwrap()));
        let open = format!("{text}.*").parse::<Pattern>();
        assert!(
            open.unwrap_err()
                .to_string()
                .contains("more than 120 segments")
        );
    }

    #[test]
    fn a_pattern_covers_what_it_names_and_all_in_it() {
        for (text, path, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.b.c", true),
            ("a.b", "a", false),
            ("a.b", "a.bc", false),
            ("a.*", "a.b", true),
            ("a.*", "a.b.c", true),
            ("a.*", "a", false),
            ("a.**", "a", true),
            ("a.**", "a.b.c", true),
            ("**", ".", true),
            ("a", ".", false),
            ("**.image.tag", "image.tag", true),
            ("**.image.tag", "a.b.image.tag", true),
            ("**.image.tag", "a.image.tag.x", true),
            ("**.image.tag", "a.image.x.tag", false),
            ("**.a.**.b", "x.a.y.a.z.b", true),
            ("**.a.**.b", "x.a.y.c", false),
            ("**.a.b", "a.a.b", true),
            ("a.**.**.b", "a.b", true),
            ("hosts[*]", "hosts[3].paths[0]", true),
            ("hosts.*", "hosts[3]", true),
            ("hosts[*]", "hosts.first", false),
            ("env[name=LOG].value", "env[name=LOG].value", true),
            ("env[*].value", "env[name=LOG].value", true),
            ("env[0].value", "env[name=LOG].value", false),
            ("tolerations", "tolerations[key=spot].value", true),
            ("*.hosts", "ingress.hosts[0].paths[1].path", true),
            ("a.**.env", "a.b.env[name=LOG].value", true),
            ("resources", "resources.limits.cpu", true),
            ("a", "a.b[0]", true),
            ("b", "a[0].b", false),
            (
                "sparkConf.\"spark.sql.x\"",
                "sparkConf.\"spark.sql.x\"",
                true,
            ),
            ("sparkConf.*", "sparkConf.\"spark.sql.x\"", true),
        ] {
            let covers = pattern(text).covers(&path.parse().unwrap());
            assert_eq!(covers, expected, "{text} on {path}");
        }
    }

    const VALUES: &str = "\
env:
  - {name: LOG, key: a, value: 1}
  - {name: URL, key: b, value: 2}
hosts:
  - {host: a.example.com, ports: [{id: 1, num: 80}]}
  - {host: b.example.com}
";

    #[test]
    fn an_item_may_go_by_its_place_or_its_name() {
        let source = Arc::new(Source::new("values.yaml", VALUES));
        for (text, path, expected) in [
            ("env[0].value", "env[name=LOG].value", true),
            ("env[1].value", "env[name=LOG].value", false),
            ("env[9].value", "env[name=LOG].value", false),
            ("env[name=LOG]", "env[0].value", true),
            ("env[key=b]", "env[name=URL].value", true),
            ("env[key=b]", "env[name=LOG].value", false),
            ("env[name=LOG]", "env[name=URL].value", false),
            ("hosts[host=b.example.com]", "hosts[1].host", true),
            ("hosts[0].ports[0].num", "hosts[0].ports[id=1].num", true),
            (
                "hosts[host=a.example.com].ports[0]",
                "hosts[0].ports[id=1].num",
                true,
            ),
            ("nope[0]", "nope[name=x]", false),
        ] {
            let trees = Tree::of(&source).into_iter();
            let covers = pattern(text).covers_in(&path.parse().unwrap(), trees);
            assert_eq!(covers, expected, "{text} on {path}");
        }
    }

    #[test]
    fn what_lies_in_a_value_can_be_named() {
        let source = Arc::new(Source::new("values.yaml", VALUES));
        let tree = Tree::of(&source).unwrap();
        for (text, path, expected) in [
            ("hosts[0].host", "hosts", true),
            ("hosts[*].host", "hosts", true),
            ("hosts[host=b.example.com].host", "hosts", true),
            ("**.host", "hosts", true),
            ("**.num", "hosts", true),
            ("hosts[*].nope", "hosts", false),
            ("hosts[7].host", "hosts", false),
            ("hosts", "hosts", false),
            ("env[*].value", "hosts", false),
            ("hosts[0].ports[0].num", "hosts[0].ports", true),
            ("hosts[1].ports[0].num", "hosts[0].ports", false),
        ] {
            let path: Path = path.parse().unwrap();
            let node = tree.at(&path).unwrap().node();
            let names = pattern(text).names_within(&path, node, std::iter::once(tree.clone()));
            assert_eq!(names, expected, "{text} in {path}");
        }
    }

    #[test]
    fn the_keys_that_address_items_are_known() {
        let source = Arc::new(Source::new("values.yaml", VALUES));
        for (text, path, expected) in [
            ("hosts[host=a.example.com].ports", "hosts", &["host"][..]),
            ("**.hosts[host=x].ports", "hosts", &["host"]),
            (
                "hosts[0].ports[num=80].id",
                "hosts[host=a.example.com].ports",
                &["num"],
            ),
            ("hosts[*].ports[num=80].*", "hosts[0].ports", &["num"]),
            ("hosts[*].host", "hosts", &[]),
            ("hosts[host=x]", "env", &[]),
            ("hosts[host=x].ports", "hosts[0]", &[]),
        ] {
            let trees = Tree::of(&source).into_iter();
            let pattern = pattern(text);
            let keys = pattern.item_keys(&path.parse().unwrap(), trees);
            assert_eq!(keys, expected, "{text} in {path}");
        }
    }

    #[test]
    fn more_literal_segments_are_more_specific() {
        assert!(pattern("a.b").specificity() > pattern("a.*").specificity());
        assert!(pattern("a.*").specificity() > pattern("a.**").specificity());
        assert!(pattern("a.*").specificity() > pattern("a").specificity());
        assert!(pattern("a.**").specificity() < pattern("a").specificity());
        assert!(pattern("a.*.c").specificity() == pattern("*.b.c").specificity());
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for text in [
            "", "  ", "a..b", "a.", ".a", "a[", "a[name=", "log*", "a.\"open",
        ] {
            assert!(text.parse::<Pattern>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_reads_back_as_it_prints(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("*".to_owned()),
                    Just("**".to_owned()),
                    "[a-zA-Z][a-zA-Z0-9_-]{0,8}",
                    "\"[a-z.]{1,8}\"",
                ],
                1..6,
            )
        ) {
            let read = pattern(&parts.join("."));
            prop_assert_eq!(&pattern(&read.to_string()), &read);
        }

        #[test]
        fn a_pattern_of_a_printed_path_covers_it_and_all_in_it(
            segments in prop::collection::vec(
                prop_oneof![
                    ".{0,5}".prop_map(Segment::Key),
                    (0..9_usize).prop_map(Segment::Index),
                    ("[a-z]{1,4}", ".{0,5}").prop_map(|(field, value)| Segment::Match { field, value }),
                ],
                1..6,
            ),
        ) {
            let path = Path::from(segments);
            let read = pattern(&path.to_string());
            prop_assert_eq!(read.as_path(), Some(path.clone()));
            prop_assert!(read.covers(&path) && read.covers(&path.key("below")));
            let above = path.parent().unwrap();
            prop_assert!(!read.covers(&above));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            if let Ok(read) = text.parse::<Pattern>() {
                prop_assert_eq!(&pattern(&read.to_string()), &read);
            }
        }
    }
}
