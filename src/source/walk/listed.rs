//! The same walk over paths that something else lists: no directory is read to find them.

use std::collections::HashSet;

use super::{Directory, Entry, Guard, Kind, MOST_ENTRIES, Walk, Walked};
use crate::source::directory_of;

impl Walk<'_> {
    /// What a walk would find where there are only these files and links, which are sorted by their paths, and the
    /// directories that they lie in. A directory whose ignore file is refused is not entered.
    pub fn entries_of(
        &self,
        listed: &[(String, Kind)],
        is_wanted: impl Fn(&Entry) -> bool,
    ) -> Walked {
        let guard = Guard::new(self.root);
        let mut walked = Walked::default();
        let names = listed.iter().map(|(path, _)| path.as_str());
        let is_rule = |path: &&str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            self.ignore_files.contains(&name)
        };
        let ruled: HashSet<&str> = names.filter(is_rule).map(directory_of).collect();
        // The directories on the way to a path that are entered, and the last one that is not.
        let mut open: Vec<Directory> = Vec::new();
        let mut closed: Option<String> = None;
        let enter = |directory: Directory| match ruled.contains(directory.path.as_str()) {
            true => self.ruled(directory, &guard),
            false => Some(directory),
        };
        let Some(top) = enter(self.top(&guard)) else {
            walked.refused = guard.into_refused();
            return walked;
        };
        for (path, kind) in listed {
            if closed.as_deref().is_some_and(|closed| is_in(path, closed)) {
                continue;
            }
            while open.last().is_some_and(|last| !is_in(path, &last.path)) {
                open.pop();
            }
            loop {
                let above = open.last().unwrap_or(&top);
                let start = match above.path.len() {
                    0 => 0,
                    length => length + 1,
                };
                let end = path.get(start..).and_then(|rest| rest.find('/'));
                let entry = Entry {
                    path: end.map_or_else(|| path.clone(), |end| path[..start + end].to_owned()),
                    kind: end.map_or(*kind, |_| Kind::Directory),
                    depth: above.depth + 1,
                };
                let is_in_sight =
                    !self.is_left_out(&entry, above.rules.as_deref()) && (self.is_entered)(&entry);
                let next = end.is_some() && is_in_sight && entry.depth < self.deepest;
                let next = next.then(|| Directory {
                    path: entry.path.clone(),
                    depth: entry.depth,
                    rules: above.rules.clone(),
                    listing: None,
                });
                let next = next.and_then(enter);
                if end.is_some() && next.is_none() {
                    closed = Some(entry.path.clone());
                }
                if is_in_sight && is_wanted(&entry) {
                    walked.entries.push(entry);
                }
                match next {
                    Some(next) => open.push(next),
                    None => break,
                }
            }
            if walked.entries.len() >= MOST_ENTRIES {
                walked.is_cut = true;
                break;
            }
        }
        walked
            .entries
            .sort_by(|left, right| left.path.cmp(&right.path));
        walked.refused = guard.into_refused();
        walked
    }
}

/// Whether a path lies in a directory below the root.
fn is_in(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_listed_is_found_as_it_is_on_the_disk() {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        for (path, text) in [
            (".gitignore", "*.txt\nout/\n"),
            ("a-b/c.yaml", ""),
            ("a/.gitignore", "!kept.txt\n"),
            ("a/b.yaml", ""),
            ("a/b/c/d/e.yaml", ""),
            ("a/kept.txt", ""),
            ("a/left.txt", ""),
            ("a/out/d.yaml", ""),
            ("e", ""),
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let all = Walk::new(&root).with_ignored().entries(|_| true).entries;
        let files = all.iter().filter(|entry| entry.kind != Kind::Directory);
        let listed: Vec<(String, Kind)> = files
            .map(|entry| (entry.path.clone(), entry.kind))
            .collect();
        let walks: [fn(Walk<'_>) -> Walk<'_>; 5] = [
            |walk| walk,
            |walk| walk.with_ignored(),
            |walk| walk.with_ignore_file(".gitignore"),
            |walk| walk.to_depth(2),
            |walk| walk.entering(|entry| entry.name() != "b"),
        ];
        for made in walks {
            let walk = made(Walk::new(&root));
            let expected = walk.entries(|_| true);
            let found = walk.entries_of(&listed, |_| true);
            assert_eq!(found.entries, expected.entries);
            assert!(found.refused.is_none());
        }
        let refused = "x\n".repeat(3_000);
        fs::write(root.join("a/.gitignore"), refused).unwrap();
        let walk = Walk::new(&root);
        let (expected, found) = (walk.entries(|_| true), walk.entries_of(&listed, |_| true));
        assert_eq!(found.entries, expected.entries);
        assert!(found.refused.is_some() && expected.refused.is_some());
    }
}
