//! Holds the code of a crate to the rooms that its `lib.rs` lists.
//!
//! A room is a top-level module. The list goes from the bottom up, and a room uses only the rooms that its line names,
//! which all stand above it in the list. Inside of a room that is a folder, no files use each other in a circle: a
//! `mod.rs` that uses a file may not be used by it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The path of a module inside of its crate; the crate itself is the empty one.
type Module = Vec<String>;
/// What each module uses.
type Edges = BTreeMap<Module, BTreeSet<Module>>;

/// Fails with all that is wrong in the crate in a folder.
pub(crate) fn check(package: &Path) {
    let sources = read(&package.join("src"));
    let list = rooms(sources.get(&Module::new()).expect("src/lib.rs"));
    assert!(!list.is_empty(), "src/lib.rs lists no rooms");
    let complaints = complaints(&sources, &list);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn read(src: &Path) -> BTreeMap<Module, String> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![(src.to_owned(), Module::new())];
    while let Some((folder, at)) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let stem = path.file_stem().expect("a name").to_string_lossy();
            let module = match stem.as_ref() {
                "lib" | "mod" => at.clone(),
                name => [at.as_slice(), &[name.to_owned()]].concat(),
            };
            if path.is_dir() {
                folders.push((path, module));
            } else if stem != "tests" {
                let text = fs::read_to_string(&path).expect("text");
                sources.insert(module, text);
            }
        }
    }
    sources
}

/// The lines ``//! - `room`: what it is; uses `other`, `another` ``.
fn rooms(lib: &str) -> Vec<(String, BTreeSet<String>)> {
    let list = lib.split("//! # Rooms").nth(1).unwrap_or_default();
    let lines = list.lines().filter_map(|line| line.strip_prefix("//! - `"));
    lines
        .filter_map(|line| line.split_once('`'))
        .map(|(room, rest)| {
            let uses = rest.rsplit_once("; uses ").map_or("", |(_, uses)| uses);
            let uses = uses.split('`').skip(1).step_by(2).map(str::to_owned);
            (room.to_owned(), uses.collect())
        })
        .collect()
}

fn complaints(
    sources: &BTreeMap<Module, String>,
    list: &[(String, BTreeSet<String>)],
) -> Vec<String> {
    let edges = edges(sources);
    let mut complaints = against_list(sources, &edges, list);
    let folders: BTreeSet<&[String]> = sources
        .keys()
        .filter(|module| module.len() > 1)
        .filter_map(|module| module.split_last())
        .map(|(_, folder)| folder)
        .collect();
    for folder in folders {
        let knot = knot(folder, &edges);
        if !knot.is_empty() {
            let folder = folder.join("/");
            complaints.push(format!(
                "{folder}: these use each other: {}",
                knot.join(", ")
            ));
        }
    }
    complaints
}

fn against_list(
    sources: &BTreeMap<Module, String>,
    edges: &Edges,
    list: &[(String, BTreeSet<String>)],
) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in edges {
        for to in to {
            let (from, to) = (&from[0], to.first().map_or("lib", String::as_str));
            if from != to {
                found.entry(from).or_default().insert(to);
            }
        }
    }
    let mut below: BTreeSet<&str> = BTreeSet::new();
    for (room, uses) in list {
        let uses: BTreeSet<&str> = uses.iter().map(String::as_str).collect();
        let found = found.remove(room.as_str()).unwrap_or_default();
        for other in found.difference(&uses) {
            complaints.push(format!(
                "{room} uses {other}, which its line in lib.rs does not name"
            ));
        }
        for other in uses.difference(&found) {
            complaints.push(format!("{room} does not use {other}, which its line names"));
        }
        for other in uses.difference(&below) {
            complaints.push(format!(
                "{other} must be listed before {room}, which uses it"
            ));
        }
        below.insert(room);
    }
    let there: BTreeSet<&str> = sources
        .keys()
        .filter_map(|module| module.first())
        .map(String::as_str)
        .collect();
    for room in there.symmetric_difference(&below) {
        complaints.push(format!(
            "{room} is a room or listed in lib.rs, but not both"
        ));
    }
    complaints
}

/// The files and folders inside of a folder that use each other in a circle.
fn knot(folder: &[String], edges: &Edges) -> Vec<String> {
    let child = |module: &Module| {
        module
            .starts_with(folder)
            .then(|| module[..module.len().min(folder.len() + 1)].to_vec())
    };
    let mut inner: Edges = BTreeMap::new();
    for (from, to) in edges {
        let Some(from) = child(from) else { continue };
        let to = to.iter().filter_map(child).filter(|to| *to != from);
        inner.entry(from.clone()).or_default().extend(to);
    }
    // Whoever uses nobody that is left is in no circle.
    loop {
        let left: BTreeSet<Module> = inner.keys().cloned().collect();
        inner.retain(|_, to| to.iter().any(|to| left.contains(to)));
        if inner.len() == left.len() {
            return left.into_iter().map(|module| module.join("/")).collect();
        }
    }
}

/// A path that a module mentions, from the crate on.
struct Mention {
    path: Vec<String>,
    /// Whether a `use` line brings it into the module, so that others find it there
    is_use: bool,
}

fn edges(sources: &BTreeMap<Module, String>) -> Edges {
    let mentions: BTreeMap<&Module, Vec<Mention>> = sources
        .iter()
        .map(|(module, text)| (module, mentions(sources, module, text)))
        .collect();
    let mut edges = Edges::new();
    for (module, paths) in mentions.iter().filter(|(module, _)| !module.is_empty()) {
        let targets = paths
            .iter()
            .map(|mention| resolve(sources, &mentions, &mention.path, 8));
        edges.insert(
            (*module).clone(),
            targets.filter(|target| target != *module).collect(),
        );
    }
    edges
}

/// The module that a path leads to; what a module passes on (`pub use`) is looked for where it comes from.
fn resolve(
    sources: &BTreeMap<Module, String>,
    mentions: &BTreeMap<&Module, Vec<Mention>>,
    path: &[String],
    steps: usize,
) -> Module {
    let mut known = 0;
    while known < path.len() && sources.contains_key(&path[..=known]) {
        known += 1;
    }
    let (module, rest) = path.split_at(known);
    let module = module.to_vec();
    let Some(name) = rest.first().filter(|_| steps > 0) else {
        return module;
    };
    let origin = mentions[&module].iter().find(|mention| {
        mention.is_use && mention.path.last() == Some(name) && mention.path != path
    });
    match origin {
        Some(origin) => resolve(sources, mentions, &origin.path, steps - 1),
        None => module,
    }
}

fn mentions(sources: &BTreeMap<Module, String>, module: &Module, text: &str) -> Vec<Mention> {
    let absolute = |path: &[String]| -> Option<Vec<String>> {
        let first = path.first()?.as_str();
        let child = [module.as_slice(), &path[..1]].concat();
        let is_ours = matches!(first, "crate" | "super" | "self") || sources.contains_key(&child);
        let mut base = match first {
            "crate" => Module::new(),
            _ => module.clone(),
        };
        for name in path {
            match name.as_str() {
                "super" => drop(base.pop()),
                "crate" | "self" => {}
                name => base.push(name.to_owned()),
            }
        }
        is_ours.then_some(base)
    };
    let paths = mentioned(text).into_iter();
    paths
        .filter_map(|(path, is_use)| {
            let path = absolute(&path)?;
            Some(Mention { path, is_use })
        })
        .collect()
}

/// The paths in `use` lines, and those that are written out elsewhere; without comments and tests.
fn mentioned(text: &str) -> Vec<(Vec<String>, bool)> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    let code = code.join("\n").replace("pub(in crate::", "pub(in ");
    let mut paths = Vec::new();
    let mut at = 0;
    while let Some(next) = code[at..].find(|c: char| c.is_alphabetic() || c == '_') {
        at += next;
        let line_start = code[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = code[line_start..at].trim();
        let rest = &code[at..];
        let tree = rest
            .strip_prefix("use ")
            .filter(|_| before.is_empty() || before.starts_with("pub"));
        at += if let Some(tree) = tree {
            let end = tree.find(';').unwrap_or(tree.len());
            let used = expanded(&tree[..end]);
            paths.extend(used.iter().map(|path| (segments(path), true)));
            rest.len() - tree.len() + end
        } else {
            let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let end = rest.find(|c| !is_path(c)).unwrap_or(rest.len());
            if rest[..end].contains("::") {
                paths.push((segments(&rest[..end]), false));
            }
            end
        };
    }
    paths
}

fn segments(path: &str) -> Vec<String> {
    let path = path.split(" as ").next().unwrap_or_default();
    let names = path
        .split("::")
        .map(str::trim)
        .filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        return vec![tree.to_owned()];
    };
    let inside = inside.strip_suffix('}').unwrap_or(inside);
    let mut depth = 0;
    let parts = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    parts
        .filter(|part| !part.trim().is_empty())
        .flat_map(expanded)
        .map(|path| format!("{before}{path}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints_of(files: &[(&str, &str)], list: &str) -> Vec<String> {
        let module = |name: &str| -> Module {
            let names = name.split('/').filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        };
        let sources: BTreeMap<Module, String> = files
            .iter()
            .map(|(name, text)| (module(name), (*text).to_owned()))
            .collect();
        complaints(&sources, &rooms(list))
    }

    const LIST: &str = "//! # Rooms\n//! - `low`: bottom\n//! - `high`: top; uses `low`\n";

    #[test]
    fn what_is_listed_may_be_used() {
        let files = [
            ("", "mod low;\nmod high;\n"),
            (
                "low",
                "pub struct A;\n#[cfg(test)]\nmod tests { use crate::high::B; }\n",
            ),
            ("high", "// crate::none\nuse crate::low::{A, B as C};\n"),
        ];
        assert_eq!(complaints_of(&files, LIST), [""; 0]);
    }

    #[test]
    fn a_use_of_a_higher_room_is_found_in_every_form() {
        for text in [
            "use crate::high::B;",
            "use super::high::B;",
            "use crate::B;",
            "pub(crate) use crate::{high::{B}, low::A};",
            "fn f() { crate::high::b(); }",
            "fn f(b: Option<super::high::B>) {}",
        ] {
            let files = [
                ("", "mod low;\nmod high;\npub use high::B;\n"),
                ("low", text),
                ("high", "use crate::low::A;"),
            ];
            assert_eq!(
                complaints_of(&files, LIST),
                ["low uses high, which its line in lib.rs does not name"],
                "{text}"
            );
        }
    }

    #[test]
    fn the_list_is_in_order_and_complete() {
        let files = [
            ("", ""),
            ("low", ""),
            ("high", ""),
            ("other", "use crate::low::A;"),
        ];
        let list = "//! # Rooms\n//! - `high`: top; uses `low`\n//! - `low`: bottom\n";
        assert_eq!(
            complaints_of(&files, list),
            [
                "high does not use low, which its line names",
                "low must be listed before high, which uses it",
                "other is a room or listed in lib.rs, but not both",
            ]
        );
    }

    #[test]
    fn circles_inside_of_a_folder_are_found() {
        let list = "//! # Rooms\n//! - `a`: a folder\n";
        for (module, b, c) in [
            ("", "use super::c::C;", "use super::b::B;"),
            ("use b::B;", "use super::A;", ""),
            ("pub use c::C;", "use super::C;", "use crate::a::b::B;"),
            ("fn f() { b::g() }", "use super::f;", ""),
        ] {
            let files = [("", ""), ("a", module), ("a/b", b), ("a/c", c)];
            let found = complaints_of(&files, list);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with("a: these use each other"), "{found:?}");
        }
        let files = [
            ("", ""),
            ("a", "use b::B;\nuse c::C;"),
            ("a/b", "use super::c::C;"),
            ("a/c", ""),
        ];
        assert_eq!(complaints_of(&files, list), [""; 0]);
    }
}
