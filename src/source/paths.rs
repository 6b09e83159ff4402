//! Paths inside of a tree of files, written with `/`.

/// A path as seen from a directory, without `.` and `..`; none where it leads out of the root.
pub fn normal(directory: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path below a directory, which is empty for the root.
pub fn join(directory: &str, name: &str) -> String {
    match directory {
        "" => name.to_owned(),
        directory => format!("{directory}/{name}"),
    }
}

/// Whether a file is one of YAML, by its name.
pub fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// The directory that a path lies in; empty for the root.
pub fn directory_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// A path and the directories above it, the deepest first; the last one is the root, which is empty.
pub fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| match *path {
        "" => None,
        path => Some(directory_of(path)),
    })
}

/// An address of a repository, to be compared with another one: `git@example.com:a/b.git` is `https://example.com/a/b`.
pub fn comparable_address(address: &str) -> String {
    let lower = address.trim().to_ascii_lowercase();
    let rest = lower.split_once("://").map_or(&*lower, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.trim_end_matches('/');
    rest.strip_suffix(".git").unwrap_or(rest).replace(':', "/")
}

#[cfg(test)]
mod tests {
    use super::{ancestors, directory_of, join, normal};

    #[test]
    fn paths_are_put_together_and_taken_apart() {
        assert_eq!(join("", "a.yaml"), "a.yaml");
        assert_eq!(join("a/b", "c.yaml"), "a/b/c.yaml");
        assert_eq!(directory_of("a/b/c.yaml"), "a/b");
        assert_eq!(directory_of("c.yaml"), "");
        assert_eq!(ancestors("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(ancestors("").count(), 1);
    }

    #[test]
    fn a_path_stays_below_the_root() {
        for (directory, path, expected) in [
            ("a/b", "../c/./d.yaml", Some("a/c/d.yaml")),
            ("", "x//y", Some("x/y")),
            ("a", "..", Some("")),
            ("a", "../../x", None),
        ] {
            assert_eq!(
                normal(directory, path).as_deref(),
                expected,
                "{directory} {path}"
            );
        }
    }
}
