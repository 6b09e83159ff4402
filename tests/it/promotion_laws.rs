//! What every promotion keeps to, whatever the two files hold.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use envlint::promotion::{
    Action, AppPromotion, Compared, Permissions, Progress, Reason, Request, Scope, Wanted, diff,
    promote,
};
use envlint::source::Source;
use envlint::values::{Pattern, Tree};
use envlint::workspace::Workspace;
use envlint_yaml::{Document, Node, Path, Segment, field_of, names_items};
use proptest::prelude::*;

use crate::support::{Sandbox, shown};

/// Values as a person may write them: text of a block, and how it is laid out.
#[derive(Debug, Clone)]
enum Written {
    Scalar(&'static str),
    Flow(&'static str),
    Named(Vec<(u8, Written)>),
    Nameless(Vec<(u8, Written)>),
    Map(Vec<(u8, Written)>),
}

fn tree() -> impl Strategy<Value = Written> {
    let leaf = prop_oneof![
        4 => prop::sample::select(vec![
            "1", "2", "500m", "true", "no", "text", "'quoted # text'", "\"4.1.0\"", "", "0644", "~",
            "a: b".split(':').next().unwrap_or("a"), "|\n  one\n  two", ">-\n  folded\n  text",
        ]).prop_map(Written::Scalar),
        1 => prop::sample::select(vec!["[a, b]", "[]", "{}", "[1, 2, 3]", "{x: 1, y: [2]}"]).prop_map(Written::Flow),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let entries = || prop::collection::vec((0_u8..6, inner.clone()), 1..5);
        prop_oneof![
            3 => entries().prop_map(Written::Map),
            1 => entries().prop_map(Written::Named),
            1 => entries().prop_map(Written::Nameless),
        ]
    })
}

/// The text of a map's entries at a column. `hand` is whose writing it is: indentation and comments differ.
fn write(entries: &[(u8, Written)], column: usize, hand: usize, text: &mut String) {
    let mut seen = Vec::new();
    for (key, value) in entries {
        if seen.contains(key) {
            continue;
        }
        seen.push(*key);
        let pad = " ".repeat(column);
        if (usize::from(*key) + hand).is_multiple_of(4) {
            *text += &format!("{pad}# about k{key}, by {hand}\n");
        }
        *text += &format!("{pad}k{key}:");
        write_value(value, column, hand, text);
    }
}

fn write_value(value: &Written, column: usize, hand: usize, text: &mut String) {
    let step = 2 * hand;
    match value {
        Written::Scalar(scalar) => {
            let mut lines = scalar.lines();
            let first = lines.next().unwrap_or_default();
            *text += if first.is_empty() { "" } else { " " };
            *text += first;
            *text += if hand == 2 && scalar.lines().count() < 2 {
                " # own\n"
            } else {
                "\n"
            };
            for line in lines {
                *text += &format!("{}{}\n", " ".repeat(column), line);
            }
        }
        Written::Flow(flow) => *text += &format!(" {flow}\n"),
        Written::Map(entries) => {
            text.push('\n');
            write(entries, column + step, hand, text);
        }
        Written::Named(items) | Written::Nameless(items) => {
            text.push('\n');
            let key = if matches!(value, Written::Named(_)) {
                "name"
            } else {
                "host"
            };
            let mut seen = Vec::new();
            for (name, value) in items {
                if seen.contains(name) {
                    continue;
                }
                seen.push(*name);
                let pad = " ".repeat(column + step);
                *text += &format!("{pad}# item n{name}, by {hand}\n");
                *text += &format!("{pad}- {key}: n{name}\n{pad}  value:");
                write_value(value, column + step + 2, hand, text);
            }
        }
    }
}

fn text(entries: &[(u8, Written)], hand: usize) -> String {
    let mut text = format!("# hand {hand}\n");
    write(entries, 0, hand, &mut text);
    text
}

/// Patterns of per-environment paths.
fn patterns() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(
        vec![
            "k0",
            "k1.k2",
            "k2.**",
            "**.k3",
            "k4[name=n1].value",
            "k5.*.k0",
            "**[*].value",
            "k0[*].host",
            "k1[0]",
            "k3[host=n2].value",
        ],
        0..4,
    )
}

fn open(sandbox: &Sandbox) -> Workspace {
    Workspace::open(&sandbox.root()).expect("a workspace")
}

fn promoted(workspace: &Workspace, only: &[&str]) -> AppPromotion {
    let only: Vec<String> = only.iter().map(|path| (*path).to_owned()).collect();
    let request = Request {
        workspace,
        apps: workspace.apps.iter().collect(),
        beside: Vec::new(),
        from: &workspace.environments[0],
        to: &workspace.environments[1],
        scope: Scope::parse(&only, &[]).expect("patterns"),
        // By name: a promotion that takes most of a file away wants that.
        kinds: vec![Action::Add, Action::Change, Action::Remove, Action::Reorder],
        revision: None,
        back: false,
        permissions: Permissions::default(),
        freeze: None,
        cluster: false,
    };
    let mut apps = promote(&request).expect("no revision, no problem");
    apps.remove(0).expect("both files can be read")
}

fn pending(workspace: &Workspace) -> usize {
    let apps: Vec<_> = workspace.apps.iter().collect();
    let [from, to] = &workspace.environments[..] else {
        panic!("two environments")
    };
    let sides = [&Compared::now(from), &Compared::now(to)];
    let mut compared = diff(workspace, &apps, sides, Wanted::default()).expect("no revision");
    let compared = compared.remove(0).expect("both files can be read");
    compared.counts.differing()
}

/// The bytes of every per-environment value of a file.
fn own_bytes(patterns: &[&str], text: &str) -> Vec<(Path, String)> {
    fn walk(node: &Node, path: &Path, visit: &mut dyn FnMut(&Path, &Node)) {
        visit(path, node);
        // Items without names go by their host where something in them is declared.
        let items = node.as_sequence().unwrap_or_default();
        let has_hosts = field_of(std::iter::once(items)).is_none()
            && names_items(std::iter::once(items), "host");
        for (step, child) in node.children() {
            let host = child.named("host").filter(|_| has_hosts);
            let segment = host.map_or(step.to_segment(), |host| Segment::Match {
                field: "host".to_owned(),
                value: host.to_owned(),
            });
            walk(child, &path.join(segment), visit);
        }
    }
    let source = Arc::new(Source::new("values.yaml", text));
    let document = &source.document;
    let patterns: Vec<Pattern> = patterns
        .iter()
        .map(|pattern| pattern.parse().expect("a pattern"))
        .collect();
    let mut own = Vec::new();
    if let Some(root) = document.root() {
        walk(root, &Path::root(), &mut |path, node| {
            let is_own = |pattern: &Pattern| {
                let root = Tree::of(&source).into_iter();
                pattern.covers_in(path, root)
            };
            if node.children().next().is_none() && patterns.iter().any(is_own) {
                own.push((path.clone(), document.text(node.span()).to_owned()));
            }
        });
    }
    own.sort();
    own
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_promotion_moves_what_is_shared_and_nothing_else(
        source in prop::collection::vec((0_u8..6, tree()), 1..6),
        target in prop::collection::vec((0_u8..6, tree()), 1..6),
        patterns in patterns(),
    ) {
        let (source, before) = (text(&source, 1), text(&target, 2));
        let quoted: Vec<String> = patterns.iter().map(|path| format!("  - path: '{path}'\n")).collect();
        let config = format!("perEnvironment:\n{}", quoted.concat());
        let sandbox = Sandbox::with(&[
            ("envlint.yaml", if patterns.is_empty() { "" } else { &config }),
            ("values-dev.yaml", &source),
            ("values-staging.yaml", &before),
        ]);
        let read = || fs::read_to_string(sandbox.root().join("values-staging.yaml")).expect("the file");
        let workspace = open(&sandbox);
        let mut promotion = promoted(&workspace, &[]);
        envlint::promotion::write(&workspace.root, std::slice::from_mut(&mut promotion)).expect("nobody else writes");
        let after = read();
        match promotion.progress {
            Progress::Refused => {
                prop_assert_eq!(&after, &before);
                // Only a place where types differ around a per-environment path cannot be promoted.
                for refusal in &promotion.refusals {
                    prop_assert!(!patterns.is_empty(), "{}\n{}\n---\n{}", shown(&refusal.message), source, before);
                    prop_assert_eq!(refusal.own, Reason::Edit);
                    prop_assert!(shown(&refusal.message).contains("belong"), "{}\n{}\n---\n{}", shown(&refusal.message), source, before);
                }
            }
            Progress::UpToDate => prop_assert_eq!(&after, &before),
            Progress::Written => {
                prop_assert_eq!(pending(&workspace), 0, "{}\n---\n{}\n---\n{}", source, before, after);
                prop_assert_eq!(own_bytes(&patterns, &after), own_bytes(&patterns, &before), "{}", after);
                prop_assert_eq!(promoted(&workspace, &[]).progress, Progress::UpToDate);
                // No comment is written twice, whatever is added next to it.
                let count = |text: &str| {
                    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
                    for comment in Document::parse(text).comments() {
                        *counts.entry(comment.text.to_string()).or_default() += 1;
                    }
                    counts
                };
                let (of_source, of_target) = (count(&source), count(&before));
                for (comment, number) in count(&after) {
                    let known = |counts: &BTreeMap<String, usize>| counts.get(&comment).copied().unwrap_or_default();
                    prop_assert!(number <= known(&of_source) + known(&of_target), "{}\n{}\n---\n{}\n---\n{}", comment, source, before, after);
                }
            }
            Progress::Planned => prop_assert!(false, "written"),
        }
    }
}

/// One thing that happens in a workspace.
#[derive(Debug, Clone)]
enum Event {
    /// Somebody writes a value into an environment's file.
    Edit(usize, usize, u8),
    /// Shared paths move one environment forward.
    Promote(usize),
}

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];

/// Paths that people edit; the last one belongs to the environment.
const EDITED: [&str; 4] = ["image.tag", "timeout", "env[name=LEVEL].value", "replicas"];

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        2 => (0_usize..3, 0_usize..4, 1_u8..9).prop_map(|(environment, path, value)| Event::Edit(environment, path, value)),
        1 => (0_usize..2).prop_map(Event::Promote),
    ];
    prop::collection::vec(event, 1..12)
}

fn beginning(environment: &str) -> String {
    format!(
        "# of {environment}\nreplicas: 1 # its own\nimage:\n  # who sets it\n  tag: 1\n  pull: Always # always\ntimeout: 1 # seconds\n\
         env:\n  # how much is said\n  - name: LEVEL\n    value: 1\n  - {{name: ZONE, value: eu}} # where\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_edited_and_promoted_nothing_is_lost(events in events()) {
        let config = "environments: {dev: {}, staging: {}, prod: {}}\nperEnvironment: [{path: replicas}]\n";
        let sandbox = Sandbox::with(&[("envlint.yaml", config)]);
        let file = |environment: usize| format!("values-{}.yaml", ENVIRONMENTS[environment]);
        for (at, environment) in ENVIRONMENTS.iter().enumerate() {
            sandbox.write(&file(at), beginning(environment));
        }
        let workspace = open(&sandbox);
        let promoted = |from: usize| {
            let request = Request {
                workspace: &workspace,
                apps: workspace.apps.iter().collect(),
                beside: Vec::new(),
                from: &workspace.environments[from],
                to: &workspace.environments[from + 1],
                scope: Scope::default(),
                kinds: Vec::new(),
                revision: None,
                back: false,
                permissions: Permissions { write: true, ..Permissions::default() },
                freeze: None,
                cluster: false,
            };
            let mut apps = promote(&request).expect("no revision, no problem");
            apps.remove(0).expect("both files can be read")
        };
        for event in events {
            match event {
                Event::Edit(environment, path, value) => {
                    let text = sandbox.read(&file(environment));
                    let document = envlint_yaml::Document::parse(text);
                    let path: Path = EDITED[path].parse().expect("a path");
                    let value = envlint_yaml::Value::Int(i64::from(value));
                    let edited = envlint_yaml::set(&document, &path, envlint_yaml::Fresh::Value(&value));
                    sandbox.write(&file(environment), edited.expect("an edit").document.source());
                }
                Event::Promote(from) => {
                    let before = sandbox.read(&file(from + 1));
                    let mut promotion = promoted(from);
                    prop_assert!(promotion.refusals.is_empty(), "{:?}", promotion.refusals.iter().map(|refusal| shown(&refusal.message)).collect::<Vec<_>>());
                    envlint::promotion::write(&workspace.root, std::slice::from_mut(&mut promotion)).expect("nobody else writes");
                    let after = sandbox.read(&file(from + 1));
                    prop_assert_eq!(own_bytes(&["replicas"], &after), own_bytes(&["replicas"], &before));
                    prop_assert_eq!(promoted(from).progress, Progress::UpToDate);
                }
            }
            for (at, environment) in ENVIRONMENTS.iter().enumerate() {
                let text = sandbox.read(&file(at));
                for comment in [&format!("# of {environment}"), "# its own", "# who sets it", "# always", "# seconds", "# how much is said", "# where"] {
                    prop_assert_eq!(text.matches(comment).count(), 1, "{}: {}", comment, text);
                }
            }
        }
    }
}

/// An item of a list without names: what it is, and of what its own hand made it.
type Item = (u8, u8, u8);

fn nameless(items: &[Item], hand: Option<&str>) -> String {
    let about = |what: &str, item: &Item| match hand {
        Some(hand) => format!(" # {what} of {} by {hand}", item.0),
        None => String::new(),
    };
    let mut text = "rules:\n".to_owned();
    for item in items {
        let (what, port, tries) = item;
        if hand.is_some() {
            text += &format!("  #{}\n", about("about", item));
        }
        text += &format!("  - path: /{what}{}\n", about("path", item));
        text += &format!(
            "    port: {port}{}\n    tries: {tries}{}\n",
            about("port", item),
            about("tries", item)
        );
        text += &format!(
            "    to:\n      - service: s{what}{}\n        weight: {port}\n",
            about("to", item)
        );
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn items_without_names_keep_every_comment_wherever_they_go(
        items in prop::collection::btree_map(0_u8..20, (0_u8..4, 0_u8..4), 1..9),
        places in prop::collection::vec(any::<prop::sample::Index>(), 9),
        changed in prop::collection::vec(0_u8..3, 9),
        added in prop::collection::vec((40_u8..60, 5_u8..9, 5_u8..9), 0..3),
    ) {
        let target: Vec<Item> = items.iter().map(|(what, (port, tries))| (*what, *port, *tries)).collect();
        let mut source = Vec::new();
        for (item, (place, changed)) in target.iter().zip(places.iter().zip(&changed)) {
            let tries = if *changed == 0 { 7 } else { item.2 };
            source.insert(place.index(source.len() + 1), (item.0, item.1, tries));
        }
        for (item, place) in added.into_iter().zip(&places) {
            source.insert(place.index(source.len() + 1), item);
        }
        let (source, before) = (nameless(&source, None), nameless(&target, Some("hand")));
        let sandbox = Sandbox::with(&[("values-dev.yaml", &source), ("values-staging.yaml", &before)]);
        let workspace = open(&sandbox);
        let mut promotion = promoted(&workspace, &[]);
        envlint::promotion::write(&workspace.root, std::slice::from_mut(&mut promotion)).expect("nobody else writes");
        let after = sandbox.read("values-staging.yaml");
        prop_assert!(promotion.refusals.is_empty());
        prop_assert_eq!(promoted(&workspace, &[]).progress, Progress::UpToDate);
        let (before, after) = (Document::parse(before), Document::parse(after));
        let said = |document: &Document| -> Vec<String> {
            let mut said: Vec<String> = document.comments().iter().map(|comment| comment.text.to_string()).collect();
            said.sort();
            said
        };
        prop_assert_eq!(said(&before), said(&after), "{}\n---\n{}", source, after.source());
        // And each is still about its own item.
        let lines = after.source().lines().filter(|line| line.contains("# path of"));
        for line in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            prop_assert_eq!(words[2].trim_start_matches('/'), words[6], "{}", after.source());
        }
    }
}
