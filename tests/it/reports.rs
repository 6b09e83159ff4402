//! Each format of `check`, on one small workspace with a finding of every sort.

use std::sync::Arc;
use std::time::Duration;

use envlint::check::{Extent, Outcome};
use envlint::report::{Format, render, render_with};
use envlint::rules::{Finding, Fix};
use envlint::source::{Location, Severity};
use envlint::source::{Problem, Source};
use envlint_yaml::{Path, Span};

use crate::support::Sandbox;

fn source(path: &str, text: &str) -> Arc<Source> {
    Arc::new(Source::new(path, text))
}

/// The place of a text in a file.
fn at(source: &Arc<Source>, text: &str) -> Location {
    let start = source.text().find(text).expect("the text is in the file");
    Location::new(source, Span::new(start, start + text.len()))
}

fn path(text: &str) -> Path {
    text.parse().expect("a path")
}

/// An error with notes in two files, a warning with a repair, an info without app or place, text that has to be escaped.
fn outcome() -> Outcome {
    let app: Arc<str> = "spark-connect".into();
    let prod: Arc<str> = "prod".into();
    let values = source(
        "environments/prod/values.yaml",
        "image:\n  tag: 1.10\nreplicas: 1 # 50% | of <dev>\npassword: s3cr3t-Zx81-q\nlist:\n  - a\n",
    );
    let other = source("environments/dev/values.yaml", "replicas: 3\n");
    let config = source("envlint.yaml", "apps: []\n");
    let mut replicas = Finding::new(
        "production/single-replica",
        Severity::Error,
        at(&values, "1 # 50%"),
        "`replicas` is 1: 50% of <all>, a|b\nsecond line",
    )
    .at(path("replicas"))
    .environment(&prod)
    .help("set it to 2, or more")
    .note(at(&other, "3"), "dev has more")
    .note(at(&values, "password"), "as this one");
    replicas.location.span.end = replicas.location.span.start + 1;
    let mut tag = Finding::new(
        "yaml/ambiguous-scalar",
        Severity::Warning,
        at(&values, "1.10"),
        "`image.tag` is the number 1.1",
    )
    .at(path("image.tag"))
    .environment(&prod)
    .fix(Fix {
        title: "quote it".into(),
        safe: true,
        edits: vec![envlint_yaml::Edit::new(
            at(&values, "1.10").span,
            "\"1.10\"",
        )],
    });
    let mut secret = Finding::new(
        "drift/type-mismatch",
        Severity::Error,
        at(&values, "s3cr3t-Zx81-q"),
        "`password` differs",
    )
    .at(path("password"))
    .environment(&prod);
    for finding in [&mut replicas, &mut tag, &mut secret] {
        finding.app = Some(Arc::clone(&app));
    }
    let workspace = Finding::new(
        "layout/unknown-environment",
        Severity::Info,
        Location::start_of(&config),
        "nothing is declared",
    );
    Outcome {
        findings: vec![workspace, tag, replicas, secret],
        problems: Vec::new(),
        extent: Extent {
            apps: 2,
            environments: 3,
            values: 214,
            plain: 0,
            rules: 38,
            suppressed: 1,
        },
        unsearched: Vec::new(),
        limits: Vec::new(),
    }
}

fn rendered(format: Format) -> String {
    render(format, &outcome(), Duration::from_millis(4)).to_string()
}

#[test]
fn text() {
    insta::assert_snapshot!(rendered(Format::Text));
}

#[test]
fn json() {
    insta::assert_snapshot!(rendered(Format::Json));
}

#[test]
fn sarif_keeps_the_most_severe_results_that_github_takes() {
    let mut outcome = outcome();
    let like = |severity: Severity| {
        let mut finding = outcome.findings[1].clone();
        finding.severity = severity;
        finding
    };
    let (error, info) = (like(Severity::Error), like(Severity::Info));
    outcome.findings = vec![info; 24_999];
    outcome
        .findings
        .extend([error.clone(), error.clone(), error]);
    let report = render_with(Format::Sarif, &outcome, Duration::ZERO, false);
    assert_eq!(report.left_out, 2);
    let log: serde_json::Value = serde_json::from_str(&report.text).expect("JSON");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    let errors = results.iter().filter(|result| result["level"] == "error");
    assert_eq!((results.len(), errors.count()), (25_000, 3));
    let said = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(said["level"], "warning");
    let text = said["message"]["text"].as_str().expect("a text");
    assert!(text.starts_with("2 findings, the least severe"), "{text}");
}

#[test]
fn sarif() {
    // The rules' own texts are not what this is about.
    let mut log: serde_json::Value = serde_json::from_str(&rendered(Format::Sarif)).expect("JSON");
    let driver = &mut log["runs"][0]["tool"]["driver"];
    let rules = driver["rules"].take();
    driver["version"] = "[version]".into();
    driver["semanticVersion"] = "[version]".into();
    let first = &rules[0];
    for key in [
        "id",
        "name",
        "shortDescription",
        "fullDescription",
        "help",
        "helpUri",
        "defaultConfiguration",
    ] {
        assert!(!first[key].is_null(), "{key}");
    }
    for result in log["runs"][0]["results"].as_array_mut().expect("results") {
        if let Some(index) = result
            .as_object_mut()
            .and_then(|result| result.remove("ruleIndex"))
        {
            let index = usize::try_from(index.as_u64().expect("a number")).expect("small");
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).expect("JSON"));
}

#[test]
fn github() {
    insta::assert_snapshot!(rendered(Format::Github));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(rendered(Format::Gitlab));
}

#[test]
fn junit() {
    insta::assert_snapshot!(rendered(Format::Junit));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(rendered(Format::Markdown));
}

#[test]
fn a_clean_run_is_one_line() {
    let mut outcome = outcome();
    outcome.findings.clear();
    outcome.extent.suppressed = 0;
    assert_eq!(
        &*render(Format::Text, &outcome, Duration::from_millis(4)),
        "2 apps, 3 environments, 214 values, 38 rules, 4 ms: no findings\n"
    );
}

#[test]
fn fingerprints_stay_while_lines_move() {
    let prints = |outcome: &Outcome| -> Vec<serde_json::Value> {
        let text = render(Format::Gitlab, outcome, Duration::ZERO);
        let issues: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
        issues
            .into_iter()
            .map(|issue| issue["fingerprint"].clone())
            .collect()
    };
    let before = outcome();
    let mut after = outcome();
    for finding in &mut after.findings {
        let moved = format!("# a new line\n{}", finding.location.source.text());
        let shift = "# a new line\n".len();
        let span = finding.location.span;
        finding.location = Location::new(
            &source(&finding.location.source.path, &moved),
            Span::new(span.start + shift, span.end + shift),
        );
    }
    assert_eq!(prints(&before), prints(&after));
    let mut doubled = outcome();
    doubled.findings = vec![doubled.findings[1].clone(), doubled.findings[1].clone()];
    let prints = prints(&doubled);
    assert_ne!(prints[0], prints[1]);
}

#[test]
fn a_report_in_a_file_is_the_one_of_standard_output() {
    let sandbox = Sandbox::with(&[
        ("dev/values.yaml", "a: 1\npassword: ${PASSWORD}\n"),
        ("prod/values.yaml", "a: 1\npassword: changeme\n"),
    ]);
    let printed = sandbox.run(&["check", "--format", "json"]);
    sandbox.write("report.json", "old");
    let written = sandbox.run(&["check", "--format", "json", "--output", "report.json"]);
    assert_eq!(
        (printed.status, written.status, written.stdout.as_str()),
        (1, 1, "")
    );
    let report = std::fs::read_to_string(sandbox.root().join("report.json")).expect("the report");
    assert_eq!(report, printed.stdout);
    let ran = sandbox.run(&["check", "--output", "no/such/directory/report"]);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("cannot write no/such/directory/report"),
        "{}",
        ran.stderr
    );
}

#[test]
fn problems_are_shown_where_they_are() {
    let sandbox = Sandbox::with(&[("envlint.yaml", "apps:\n  - name: a\n    valeus: x\n")]);
    let ran = sandbox.run(&["check"]);
    insta::assert_snapshot!(ran.stderr, @r#"
    error: unknown field `valeus`
     --> envlint.yaml:3:5
      |
    3 |     valeus: x
      |     ^^^^^^
      |
      = help: did you mean `values`?
    "#);
}

#[test]
fn brackets_in_text_without_quotes_have_a_way_out() {
    let config = "apps:\n  - name: a\n    values: [environments/{env}/a.yaml]\n";
    let sandbox = Sandbox::with(&[("envlint.yaml", config)]);
    let ran = sandbox.run(&["check"]);
    insta::assert_snapshot!(ran.stderr, @"
    error: while parsing a flow sequence, did not find expected ',' or ']'
     --> envlint.yaml:3:27
      |
    3 |     values: [environments/{env}/a.yaml]
      |                           ^
      |
      = help: put the text into quotes: inside of `[…]` and `{…}`, a `{` or `[` begins another map or list
    ");
}

/// Places that are easy to get wrong: any place of any text is shown, and nothing fails.
#[test]
fn strange_text_is_shown() {
    for text in [
        "a: \t\u{1b}[31mred\u{1b}[0m\n",
        "\u{feff}a: 1\r\nb: 2\r\n",
        "ключ: значение 🙂 宽\n",
        "a: \u{202e}evil\n",
        "\n\n\n",
        "a:",
        "",
    ] {
        let file = source("a.yaml", text);
        let ends: Vec<usize> = (0..=text.len())
            .filter(|at| text.is_char_boundary(*at))
            .collect();
        for start in &ends {
            for end in ends.iter().filter(|end| *end >= start) {
                let location = Location::new(&file, Span::new(*start, *end));
                let finding = Finding::new("yaml/syntax", Severity::Error, location.clone(), "m")
                    .note(location, "n");
                let outcome = Outcome {
                    findings: vec![finding],
                    problems: vec![Problem::without_place("p")],
                    ..outcome()
                };
                for format in [Format::Text, Format::Json, Format::Sarif, Format::Junit] {
                    let report = render(format, &outcome, Duration::ZERO);
                    assert!(!report.contains('\u{1b}'), "{report}");
                }
            }
        }
    }
}
