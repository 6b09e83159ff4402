//! The pages of `docs/secrets`: their tables are the settings', and their examples are executed.

use std::fs;
use std::path::{Path, PathBuf};

use envlint::secrets::{backends, explain};

use crate::support::Sandbox;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/secrets")
}

/// The configuration that the overview shows.
fn inventory() -> String {
    let text = fs::read_to_string(folder().join("README.md")).expect("the overview");
    let (_, rest) = text
        .split_once("```yaml inventory\n")
        .expect("the inventory");
    rest.split_once("```").expect("its end").0.to_owned()
}

/// The page as it should be: what is between the marks is made anew.
fn page(text: &str, config: &str) -> String {
    let mut made = String::new();
    let mut values = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        made += &format!("{line}\n");
        if let Some(key) = line
            .strip_prefix("<!-- settings ")
            .and_then(|rest| rest.strip_suffix(" -->"))
        {
            let backend = backends::find(key).expect("a backend");
            made += &format!("\n{}\n<!-- end -->\n", explain::settings(backend));
            lines
                .find(|line| *line == "<!-- end -->")
                .expect("the end of the settings");
        } else if line == "```yaml values" {
            values = lines
                .by_ref()
                .take_while(|line| *line != "```")
                .map(|line| format!("{line}\n"))
                .collect();
            made += &format!("{values}```\n");
        } else if line == "```yaml rendered" {
            let sandbox = Sandbox::with(&[("envlint.yaml", config), ("prod.yaml", &values)]);
            let ran = sandbox.run(&["render", "--env", "prod", "--only", "secrets"]);
            assert_eq!(ran.status, 0, "{values}{}", ran.stderr);
            made += &format!("{}```\n", ran.stdout);
            lines
                .find(|line| *line == "```")
                .expect("the end of the example");
        }
    }
    made
}

#[test]
fn the_pages_say_what_is_so() {
    let config = inventory();
    for backend in backends::all() {
        let path = folder().join(format!("{}.md", backend.name));
        let text = fs::read_to_string(&path).expect("a page");
        let made = page(&text, &config);
        if std::env::var_os("ENVLINT_RECORD").is_some() {
            fs::write(&path, &made).expect("the page");
        }
        assert!(
            made.contains("```yaml rendered\n---\n"),
            "{} has no example",
            path.display()
        );
        assert!(
            fs::read_to_string(&path).expect("a page") == made,
            "{} is stale: run the tests with ENVLINT_RECORD=1",
            path.display()
        );
    }
}

#[test]
fn explain_secrets_shows_the_seven_side_by_side() {
    let ran = Sandbox::empty().run(&["explain", "secrets"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    for backend in backends::all() {
        assert!(
            ran.stdout.contains(&format!("| `{}`", backend.key)),
            "{}",
            backend.key
        );
        for setting in backend.settings {
            assert!(
                ran.stdout.contains(&format!("| `{}`", setting.path)),
                "{}",
                setting.path
            );
        }
    }
}
