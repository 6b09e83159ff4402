//! What helm 4.3.1 printed for the charts in `tests/parity`, replayed byte for byte.
//!
//! Each folder there is one idea: a `chart`, and `cases` with one line of arguments each, named by its first word. `NAME.out` holds
//! the recorded answer; `cargo xtask parity record` asks for it again.

#[path = "../../../tests/shared/helm.rs"]
mod helm;

use std::path::{Path, PathBuf};
use std::process::Command;

use envlint_helm::{TemplateCommand, TemplateError};

/// Both sides are told the same cluster, unless the case is about it.
const KUBE_VERSION: &str = "v1.34.0";

#[test]
fn recorded_answers_of_helm_are_repeated() {
    check(ours);
}

/// Asks the real helm, and with `ENVLINT_RECORD` set writes its answers.
#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_helm_gives_the_recorded_answers() {
    let helm = &helm::program();
    if helm::is_recording() {
        for folder in folders() {
            for (name, arguments) in read_cases(&folder) {
                std::fs::write(answer_file(&folder, &name), real(helm, &folder, &arguments))
                    .expect("the answer is written");
            }
        }
    }
    check(|folder, arguments| real(helm, folder, arguments));
}

/// Renders every case and compares with the record.
fn check(render: impl Fn(&Path, &[String]) -> String) {
    let mut differences = Vec::new();
    let mut cases = 0;
    for folder in folders() {
        for (name, arguments) in read_cases(&folder) {
            cases += 1;
            let expected = std::fs::read_to_string(answer_file(&folder, &name)).unwrap_or_default();
            let found = render(&folder, &arguments);
            if found != expected {
                differences.push(format!(
                    "{}: {name} {}\n{}",
                    folder.display(),
                    arguments.join(" "),
                    diff(&expected, &found)
                ));
            }
        }
    }
    assert!(cases > 120, "only {cases} cases were found");
    assert!(
        differences.is_empty(),
        "{} of {cases} differ\n{}",
        differences.len(),
        differences.join("\n")
    );
}

fn answer_file(folder: &Path, case: &str) -> PathBuf {
    folder.join(format!("{case}.out"))
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/parity");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the folder is there")
        .map(|e| e.expect("an entry").path())
        .collect();
    folders.sort();
    folders
}

fn read_cases(folder: &Path) -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(folder.join("cases")).expect("cases");
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let case = |line: &str| {
        let mut words = words(line);
        let name = words.remove(0);
        if !line.contains("--kube-version") {
            words.extend(["--kube-version".to_owned(), KUBE_VERSION.to_owned()]);
        }
        (name, words)
    };
    text.lines().map(case).collect()
}

fn real(helm: &Path, folder: &Path, arguments: &[String]) -> String {
    let output = Command::new(helm)
        .arg("template")
        .args(arguments)
        .arg("./chart")
        .current_dir(folder)
        .output()
        .expect("helm runs");
    let errors = String::from_utf8(output.stderr).expect("text");
    let error = errors
        .split_once("Error: ")
        .map(|(_, error)| error.to_owned());
    answer(
        &String::from_utf8(output.stdout).expect("text"),
        error.as_deref(),
    )
}

fn ours(folder: &Path, arguments: &[String]) -> String {
    match command(folder, arguments).run() {
        Ok(printed) => answer(&printed.stdout, None),
        Err(TemplateError::Render { error, stdout }) => {
            let error = TemplateError::Render {
                error,
                stdout: stdout.clone(),
            };
            answer(&stdout, Some(&format!("{error}\n")))
        }
        Err(error) => answer("", Some(&format!("{error}\n"))),
    }
}

fn answer(stdout: &str, error: Option<&str>) -> String {
    error.map_or_else(
        || stdout.to_owned(),
        |error| format!("{stdout}=== error ===\n{error}"),
    )
}

fn command(folder: &Path, arguments: &[String]) -> TemplateCommand {
    let mut command = TemplateCommand {
        chart: folder.join("chart"),
        ..TemplateCommand::default()
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("the flag has a value").clone();
        match argument.as_str() {
            "-f" => command
                .values
                .files
                .push(folder.join(value()).display().to_string()),
            "--set" => command.values.set.push(value()),
            "--set-string" => command.values.strings.push(value()),
            "--set-json" => command.values.json.push(value()),
            "--set-literal" => command.values.literals.push(value()),
            "-n" => command.namespace = Some(value()),
            "-a" => command
                .api_versions
                .extend(value().split(',').map(str::to_owned)),
            "-s" => command.show_only.push(value()),
            // The default of Helm itself.
            "--kube-version=" => {}
            "--kube-version" => command.kube_version = Some(value()),
            "--name-template" => command.name_template = Some(value()),
            "--generate-name" => command.generate_name = true,
            "--include-crds" => command.include_crds = true,
            "--skip-tests" => command.skip_tests = true,
            "--no-hooks" => command.no_hooks = true,
            "--is-upgrade" => command.upgrade = true,
            "--skip-schema-validation" => command.skip_schema = true,
            name if !name.starts_with('-') => command.release = Some(name.to_owned()),
            flag => panic!("{flag} is not known to this test"),
        }
    }
    command
}

/// The first lines that differ.
fn diff(expected: &str, found: &str) -> String {
    let at = expected
        .lines()
        .zip(found.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let line = |text: &str| text.lines().nth(at).unwrap_or("(end)").to_owned();
    format!(
        "  line {}\n  recorded: {}\n  now: {}\n",
        at + 1,
        line(expected),
        line(found)
    )
}
