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

#[cfg(test)]
mod tests {
    use super::normal;

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
