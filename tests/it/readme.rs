//! The README says what is true: its picture is the program's output, its links lead somewhere, its commands exist.

use std::fs;
use std::path::Path;

use crate::support::Sandbox;

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    fs::read_to_string(path).expect("the README")
}

/// The last line of a report tells how long the check took, which is another figure in every run.
fn without_time(report: &str) -> String {
    let is_time = |word: &str| word.ends_with(" ms");
    let lines = report
        .trim_end()
        .lines()
        .map(|line| match line.rsplit_once(", ") {
            Some((before, last)) if last.split(": ").next().is_some_and(is_time) => {
                format!(
                    "{before}, {}",
                    last.split_once(": ").map_or("", |(_, counts)| counts)
                )
            }
            _ => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_picture_is_what_check_prints() {
    let text = readme();
    let (_, rest) = text.split_once("$ envlint check\n").expect("the picture");
    let (picture, _) = rest.split_once("```").expect("the picture's end");
    let ran = Sandbox::fixture("readme").run(&["check"]);
    assert_eq!(without_time(picture), without_time(&ran.stdout));
    assert_eq!(ran.status, 1);
}

#[test]
fn links_lead_to_files() {
    let text = readme();
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    for target in targets {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(target);
        assert!(path.is_file(), "{target}");
    }
}

#[test]
fn commands_exist() {
    let sandbox = Sandbox::empty();
    for command in readme()
        .split("| `envlint ")
        .skip(1)
        .filter_map(|rest| rest.split(['`', ' ']).next())
    {
        let ran = sandbox.run(&[command, "--help"]);
        assert_eq!(ran.status, 0, "{command}: {}", ran.stderr);
    }
}

#[test]
fn this_repository_is_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace =
        envlint::workspace::Workspace::open(root).unwrap_or_else(|problems| panic!("{problems:?}"));
    let apps: Vec<_> = workspace.apps.iter().collect();
    let outcome = envlint::check::check(&workspace, &apps, &envlint::check::Reach::Whole);
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    assert_eq!((outcome.extent.apps, outcome.extent.environments), (1, 3));
}
