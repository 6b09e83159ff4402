//! The README says what is true: its picture is the program's output, its links lead somewhere, its commands exist.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Sandbox;

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    fs::read_to_string(path).expect("the README")
}

/// The last line of a report tells how long the check took, which is another figure in every run.
pub(crate) fn without_time(report: &str) -> String {
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

/// The pages that people read: the README, those next to it, and all below docs/.
fn pages() -> Vec<PathBuf> {
    fn add(directory: &Path, is_deep: bool, pages: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).expect("a directory").flatten() {
            let path = entry.path();
            if is_deep && path.is_dir() {
                add(&path, true, pages);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = Vec::new();
    add(root, false, &mut pages);
    add(&root.join("docs"), true, &mut pages);
    pages
}

/// A page without its blocks of code.
fn prose(page: &str) -> String {
    let mut is_code = false;
    let lines = page.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The name that GitHub gives to a heading.
fn anchor(heading: &str) -> String {
    let is_kept = |char: &char| char.is_alphanumeric() || " -_".contains(*char);
    let kept: String = heading.trim().chars().filter(is_kept).collect();
    kept.to_lowercase().replace(' ', "-")
}

#[test]
fn links_lead_to_files_and_headings() {
    let mut broken = Vec::new();
    let pages = pages();
    assert!(pages.len() > 70, "{pages:?}");
    for page in pages {
        let text = prose(&fs::read_to_string(&page).expect("a page"));
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
        for target in targets.filter(|target| !target.contains("://")) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = match file {
                "" => page.clone(),
                file => page.parent().expect("a directory").join(file),
            };
            let has_heading = || {
                let text = prose(&fs::read_to_string(&file).unwrap_or_default());
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                headings.any(|line| anchor(line.trim_start_matches('#')) == heading)
            };
            if !file.exists() || !heading.is_empty() && !has_heading() {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_sample_of_a_report_is_of_the_picture() {
    let page = include_str!("../../docs/reports.md");
    let (_, rest) = page.split_once("```text\n").expect("the sample");
    let (sample, _) = rest.split_once("```").expect("the sample's end");
    assert!(readme().contains(sample), "{sample}");
}

/// The commands of the table, without those that need a file that nobody has.
fn commands() -> Vec<String> {
    let text = readme();
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let commands = rows.flat_map(|row| {
        let cell = row.split(" | ").nth(1).unwrap_or_default();
        let quoted = cell.split('`').skip(1).step_by(2);
        quoted
            .filter_map(|code| code.strip_prefix("envlint "))
            .map(str::to_owned)
    });
    commands
        .filter(|command| !command.contains("FILE"))
        .collect()
}

#[test]
fn commands_work_in_this_repository() {
    let commands = commands();
    assert!(commands.len() > 12, "{commands:?}");
    for command in commands {
        let sandbox = Sandbox::example();
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        fs::create_dir(sandbox.root().join("examples")).expect("a directory");
        crate::support::copy(&examples, &sandbox.root().join("examples"));
        let arguments: Vec<&str> = command.split(' ').collect();
        let ran = sandbox.run(&arguments);
        assert_eq!(ran.status, 0, "{command}: {}{}", ran.stdout, ran.stderr);
        assert!(
            !ran.stdout.is_empty() || !ran.stderr.is_empty(),
            "{command}"
        );
        let ran = sandbox.run(&["check"]);
        assert_eq!(ran.status, 0, "{command}: {}", ran.stdout);
    }
}

#[test]
fn the_example_shows_a_mistake_when_it_has_one() {
    let sandbox = Sandbox::example();
    let production = "environments/prod/values.yaml";
    sandbox.write(production, sandbox.read(production).replace("16Gi", "2Gi"));
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("drops from 8Gi in staging to 2Gi in prod"),
        "{}",
        ran.stdout
    );
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
