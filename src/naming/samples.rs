//! Folders of examples, of what tests read, and of what a generator fills in.

/// Names of such folders, without underscores around them.
const FOLDERS: [&str; 11] = [
    "example",
    "examples",
    "sample",
    "samples",
    "testdata",
    "test-data",
    "test-fixtures",
    "fixture",
    "fixtures",
    "mocks",
    "tests",
];

/// Whether something fills in the name of a folder when it makes a repository of it: `{{cookiecutter.name}}`.
pub fn is_filled_in(folder: &str) -> bool {
    folder.contains("{{")
}

/// The outermost folder of examples that a path lies in.
pub fn sample_folder(path: &str) -> Option<&str> {
    let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    let mut samples = folders.filter(|folder| {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let name = name.trim_matches(['_', '.']).to_ascii_lowercase();
        FOLDERS.contains(&name.as_str()) || is_filled_in(&name)
    });
    samples.next()
}

#[cfg(test)]
mod tests {
    use super::sample_folder;

    #[test]
    fn folders_of_examples_are_told_by_their_names() {
        for (path, expected) in [
            ("examples/prod/values.yaml", Some("examples")),
            ("a/_example_/tests/values-prod.yaml", Some("a/_example_")),
            ("pkg/testdata/values-prod.yaml", Some("pkg/testdata")),
            ("test/values.yaml", None),
            ("demo/values.yaml", None),
            ("apps/example-shop/values.yaml", None),
            ("examples.yaml", None),
            (
                "{{cookiecutter.name}}/prod/values.yaml",
                Some("{{cookiecutter.name}}"),
            ),
        ] {
            assert_eq!(sample_folder(path), expected, "{path}");
        }
    }
}
