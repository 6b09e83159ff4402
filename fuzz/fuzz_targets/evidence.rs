//! What a repository says it deploys is read whatever it says: it ends, names no values file that is not there, and says
//! the same a second time.
//!
//! The input: the files of a small repository, each below a line `>>> path`.

#![no_main]

use std::fs;
use std::path::{Component, Path, PathBuf};

use envlint::evidence::{Files, Names, claims, scan};
use libfuzzer_sys::fuzz_target;

/// More files are not written.
const MOST: usize = 20;

fuzz_target!(|text: &str| {
    let root = Root::new();
    let paths = root.write(text);
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let read = || {
        let scan = scan(&root.0, &paths);
        let files = Files::new(&root.0, paths.iter().copied());
        claims(&scan, files, &Names::default())
    };
    let first = read();
    for layer in first.claims.iter().flat_map(|claim| &claim.layers) {
        assert!(paths.contains(&layer.path.as_str()), "{}", layer.path);
    }
    for missing in &first.missing {
        assert!(!paths.contains(&missing.path.as_str()), "{}", missing.path);
    }
    assert_eq!(format!("{first:?}"), format!("{:?}", read()));
});

/// A directory that is gone afterwards.
struct Root(PathBuf);

impl Root {
    fn new() -> Root {
        let name = format!("envlint-fuzz-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).expect("a directory for the files");
        Root(root)
    }

    /// Writes the files; their paths, sorted.
    fn write(&self, text: &str) -> Vec<String> {
        let mut written = Vec::new();
        for file in text.split(">>> ").skip(1).take(MOST) {
            let (path, text) = file.split_once('\n').unwrap_or((file, ""));
            let parts = Path::new(path).components();
            let is_inside = parts.clone().count() > 0
                && path.len() < 100
                && parts
                    .into_iter()
                    .all(|part| matches!(part, Component::Normal(_)))
                && !path.contains(['\0', '\\'])
                && !path.ends_with('/')
                && !path.contains("//")
                && !path.split('/').any(|part| part == "." || part == ".git");
            let full = self.0.join(path);
            if !is_inside || full.exists() {
                continue;
            }
            let above = full.parent().map(fs::create_dir_all);
            if above.is_some_and(|made| made.is_ok()) && fs::write(&full, text).is_ok() {
                written.push(path.to_owned());
            }
        }
        written.sort_unstable();
        written
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
