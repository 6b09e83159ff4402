//! Other linters on the same objects: kube-score by the page that maps its checks, kubeconform on whole objects.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::Linters;
use super::helm;

/// The checks of kube-score, each with the rules that the page for its users names.
const PAGE: &str = include_str!("../../../docs/coming-from/kube-score.md");

/// The version of Kubernetes that all are told.
const VERSION: &str = "1.34";

/// The rules that say what a schema of Kubernetes says.
const OF_SCHEMAS: [&str; 4] = [
    "api/invalid-object",
    "api/removed",
    "api/unknown-field",
    "api/unknown-version",
];

pub(super) fn run(args: &Linters) -> Result<()> {
    let mut charts = Vec::new();
    for directory in &args.charts {
        find(directory, &mut charts)?;
    }
    let (mut seen, mut differing) = (0, 0);
    println!("| chart | check | they report | envlint reports |\n|---|---|---|---|");
    for chart in &charts {
        let Ok(manifests) = helm::ours(chart) else {
            continue;
        };
        let ours = Ours::of(&args.program, chart)?;
        let mut count = |found: Vec<Verdict>| {
            for verdict in found {
                seen += 1;
                if verdict.theirs.is_empty() != verdict.ours.is_empty() {
                    differing += 1;
                    println!("{}", verdict.row(chart));
                }
            }
        };
        if let Some(program) = named("ENVLINT_KUBE_SCORE") {
            count(by_kube_score(&program, &manifests, &ours)?);
        }
        if let Some(program) = named("ENVLINT_KUBECONFORM") {
            count(by_kubeconform(&program, &manifests, &ours)?);
        }
    }
    println!(
        "{differing} of {seen} verdicts on {} charts differ",
        charts.len()
    );
    Ok(())
}

fn named(variable: &str) -> Option<OsString> {
    std::env::var_os(variable).filter(|name| !name.is_empty())
}

/// The charts in a directory; those in a chart are a part of it.
fn find(directory: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if directory.join("Chart.yaml").is_file() {
        found.push(directory.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(directory).with_context(|| directory.display().to_string())?;
    let mut below: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    below.sort();
    for path in below.iter().filter(|path| path.is_dir()) {
        find(path, found)?;
    }
    Ok(())
}

/// What both say of a check: the objects that it is about.
struct Verdict {
    check: String,
    theirs: BTreeSet<String>,
    ours: BTreeSet<String>,
}

impl Verdict {
    fn row(&self, chart: &Path) -> String {
        let listed = |all: &BTreeSet<String>| match all.is_empty() {
            true => "nothing".to_owned(),
            false => all.iter().cloned().collect::<Vec<_>>().join(", "),
        };
        format!(
            "| {} | {} | {} | {} |",
            chart.display(),
            self.check,
            listed(&self.theirs),
            listed(&self.ours)
        )
    }
}

/// The findings of envlint on a chart that is deployed to production with its defaults.
struct Ours(Vec<(String, String)>);

impl Ours {
    fn of(program: &Path, chart: &Path) -> Result<Ours> {
        let workspace = tempfile::tempdir()?;
        copy(chart, &workspace.path().join("chart"))?;
        let config = format!(
            "kubernetes: \"{VERSION}\"\nenvironments: {{prod: {{tier: production}}}}\n\
             apps: [{{name: parity, release: parity, namespace: default, chart: chart, values: \"{{env}}.yaml\"}}]\n\
             rules: {{security/beyond-restricted: warning}}\n"
        );
        fs::write(workspace.path().join("envlint.yaml"), config)?;
        fs::write(workspace.path().join("prod.yaml"), "{}\n")?;
        let output = Command::new(program)
            .args(["check", "--format", "json"])
            .current_dir(workspace.path())
            .output()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let report: Value = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        let text = |finding: &Value, key: &str| {
            let text = finding.get(key).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let findings = report.get("findings").and_then(Value::as_array);
        let findings = findings.into_iter().flatten();
        Ok(Ours(
            findings
                .map(|finding| (text(finding, "rule"), text(finding, "message")))
                .collect(),
        ))
    }

    /// Those of some rules, by rule.
    fn by(&self, rules: &[&str]) -> BTreeSet<String> {
        let found = self.0.iter().filter(|(rule, _)| rules.contains(&&**rule));
        found.map(|(rule, _)| rule.clone()).collect()
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_dir() => copy(&entry.path(), &target)?,
            kind if kind.is_file() => {
                fs::copy(entry.path(), target)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a program prints that reads manifests.
fn asked(program: &OsString, arguments: &[String], manifests: &str) -> Result<Value> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(manifests.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    Ok(serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

/// The rows of the page that name rules: checks, and the rules for them.
fn rows() -> impl Iterator<Item = (Vec<&'static str>, Vec<&'static str>)> {
    let quoted = |text: &'static str| text.split('`').skip(1).step_by(2);
    let rows = PAGE.lines().filter_map(move |line| {
        let (checks, rules) = line.strip_prefix("| `")?.split_once(" | ")?;
        // What is no check of envlint may name a rule that is near.
        if rules.starts_with("no") {
            return None;
        }
        let checks = line.get(2..2 + 1 + checks.len())?;
        let rules = quoted(rules).filter(|word| word.contains('/') && !word.contains(' '));
        Some((quoted(checks).collect(), rules.collect::<Vec<_>>()))
    });
    rows.filter(|(_, rules)| !rules.is_empty())
}

fn by_kube_score(program: &OsString, manifests: &str, ours: &Ours) -> Result<Vec<Verdict>> {
    /// The grade of what is fine.
    const FINE: i64 = 10;
    let mut arguments: Vec<String> = ["score", "--output-format", "json", "--kubernetes-version"]
        .map(str::to_owned)
        .to_vec();
    arguments.push(format!("v{VERSION}"));
    for check in rows().flat_map(|(checks, _)| checks) {
        arguments.extend(["--enable-optional-test".to_owned(), check.to_owned()]);
    }
    arguments.push("-".to_owned());
    let report = asked(program, &arguments, manifests)?;
    let mut bad: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // It stops at an object that it cannot read.
    let Some(objects) = report.as_array() else {
        return Ok(Vec::new());
    };
    for object in objects {
        let name = object.get("object_name").and_then(Value::as_str);
        let checks = object.get("checks").and_then(Value::as_array);
        for scored in checks.into_iter().flatten() {
            let grade = scored.get("grade").and_then(Value::as_i64);
            let is_skipped = scored.get("skipped").and_then(Value::as_bool) == Some(true);
            let check = scored.get("check").and_then(|check| check.get("id"));
            if let (Some(name), Some(check)) = (name, check.and_then(Value::as_str))
                && grade.is_some_and(|grade| grade < FINE)
                && !is_skipped
            {
                bad.entry(check.to_owned())
                    .or_default()
                    .insert(name.to_owned());
            }
        }
    }
    let verdict = |(checks, rules): (Vec<&str>, Vec<&str>)| {
        let of_checks = checks.iter().filter_map(|check| bad.get(*check)).flatten();
        let theirs: BTreeSet<String> = of_checks.cloned().collect();
        // A rule that stands for several checks may speak of another one.
        let is_own = |rule: &&str| {
            let named = rows().filter(|(_, rules)| rules.contains(rule));
            !theirs.is_empty() || named.count() == 1
        };
        let rules: Vec<&str> = rules.iter().copied().filter(is_own).collect();
        Verdict {
            ours: ours.by(&rules),
            check: checks.join(", "),
            theirs,
        }
    };
    Ok(rows().map(verdict).collect())
}

fn by_kubeconform(program: &OsString, manifests: &str, ours: &Ours) -> Result<Vec<Verdict>> {
    let mut arguments: Vec<String> = [
        "-output",
        "json",
        "-strict",
        "-verbose",
        "-kubernetes-version",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("{VERSION}.0"));
    if let Some(schemas) = named("ENVLINT_SCHEMAS") {
        let location = format!(
            "{}/{{{{ .NormalizedKubernetesVersion }}}}-local{{{{ .StrictSuffix }}}}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json",
            schemas.to_string_lossy()
        );
        arguments.extend(["-schema-location".to_owned(), location]);
    }
    arguments.push("-".to_owned());
    let report = asked(program, &arguments, manifests)?;
    let resources = report.get("resources").and_then(Value::as_array);
    let verdict = |resource: &Value| {
        let text = |key: &str| resource.get(key).and_then(Value::as_str);
        let (kind, name) = (text("kind")?, text("name")?);
        let object = format!("{kind} `{name}`");
        let theirs = match text("status")? {
            "statusValid" => None,
            "statusInvalid" => text("msg"),
            // It has no schema of the kind.
            _ => return None,
        };
        let is_about = |(rule, message): &&(String, String)| {
            OF_SCHEMAS.contains(&rule.as_str()) && message.contains(&object)
        };
        let found = ours.0.iter().filter(is_about);
        Some(Verdict {
            check: format!("kubeconform: {object}"),
            theirs: theirs.map(str::to_owned).into_iter().collect(),
            ours: found.map(|(rule, _)| rule.clone()).collect(),
        })
    };
    Ok(resources
        .into_iter()
        .flatten()
        .filter_map(verdict)
        .collect())
}
