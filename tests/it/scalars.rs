//! What Helm prints for numbers, against what the rules say it prints.

use std::process::Command;

use envlint::source::Severity;
use envlint::values::printed;

use crate::helm;
use crate::support::{Sandbox, shown};

#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_numbers_print_as_helm_prints_them() {
    let numbers = [
        "0",
        "1",
        "-1",
        "0.5",
        "1.10",
        "1.0",
        "999999",
        "1000000",
        "1234567",
        "-1234567",
        "123456.75",
        "1234567.5",
        "20240101",
        "123456789012",
        "9007199254740993",
        "12345678901234567890",
        "1e-3",
        "1e-4",
        "1e-5",
        "1.5e-7",
        "1e20",
        "1e21",
        "1e22",
        "0.1",
        "100000.5",
        "3.20",
        "5e5",
    ];
    let values: String = numbers
        .iter()
        .enumerate()
        .map(|(at, number)| format!("n{at}: {number}\n"))
        .collect();
    let template: String = (0..numbers.len())
        .map(|at| format!("n{at}: \"{{{{ .Values.n{at} }}}}\"\n"))
        .collect();
    let chart = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("values.yaml", &values),
        ("templates/all.yaml", &template),
    ]);
    let output = Command::new(helm::program())
        .args(["template", "x", "."])
        .current_dir(chart.root())
        .output()
        .expect("helm runs");
    let answers = String::from_utf8(output.stdout).expect("helm writes UTF-8");
    for (at, number) in numbers.iter().enumerate() {
        let expected = format!("n{at}: \"{}\"", printed(number.parse().expect("a number")));
        assert!(
            answers.contains(&expected),
            "{number}: {expected} is not in\n{answers}"
        );
    }
}

/// What is said of numbers that print with an exponent, in prod: severity, path and the text that comes out.
fn exponents(files: &[(&str, &str)]) -> Vec<(Severity, String)> {
    let outcome = Sandbox::with(files).check();
    let of_rule = outcome.findings.iter().filter(|finding| {
        let environment = finding.location.source.path.as_str();
        finding.rule == "yaml/ambiguous-scalar" && environment != "dev.yaml"
    });
    of_rule
        .map(|finding| {
            let message = shown(&finding.message);
            assert!(message.contains("e+"), "{message}");
            let path = finding.path.as_ref().expect("a path");
            (finding.severity, path.to_string())
        })
        .collect()
}

#[test]
fn what_the_chart_prints_decides_whether_a_number_loses_its_look() {
    let values = "\
plain: 11345678
quoted: 12345678
whole: 13345678
piped: 14345678
formatted: 15345678
multiplied: 16345678
image: {tag: 20240101}
build: {tag: 20240102}
limits: {bytes: 17345678}
list: [18345678, 19345678]
never: 20345678
variables: [{name: RELEASE, value: 21345678}]
amount: 22345678
";
    let template = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  a: \"{{ .Values.plain }}\"
  b: {{ .Values.quoted | quote }}
  c: {{ int64 .Values.whole | quote }}
  d: {{ .Values.piped | default 5 | int | quote }}
  e: {{ printf \"%.0f\" .Values.formatted }}
  f: {{ mul .Values.multiplied 2 }}
  g: shop:{{ .Values.image.tag }}
  h: shop:{{ int64 .Values.build.tag }}
  i: {{ toYaml .Values.limits | nindent 4 }}
  j: {{ range .Values.list }}{{ . }},{{ end }}
  {{- if .Values.absent }}
  k: {{ .Values.never }}
  {{- end }}
  l: \"{{ range .Values.variables }}{{ .value }}{{ end }}\"
---
kind: Custom
# JSON has one form of a number.
amount: {{ .Values.amount }}
";
    let chart = (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    );
    let config = |chart| {
        format!(
            "environments: {{dev: {{}}, prod: {{}}}}\napps: [{{name: shop{chart}, values: \"{{env}}.yaml\"}}]\n"
        )
    };
    let with_chart = config(", chart: chart");
    let files = [
        ("envlint.yaml", with_chart.as_str()),
        chart,
        ("chart/templates/a.yaml", template),
        ("dev.yaml", "plain: 1\n"),
        ("prod.yaml", values),
    ];
    let warning = |path: &str| (Severity::Warning, path.to_owned());
    let error = |path: &str| (Severity::Error, path.to_owned());
    assert_eq!(
        exponents(&files),
        [
            warning("plain"),
            warning("quoted"),
            error("image.tag"),
            warning("list[0]"),
            warning("list[1]"),
            error("variables[name=RELEASE].value"),
        ]
    );
    // Without the chart nobody knows, but a tag is there to be printed.
    let without_chart = config("");
    let severities = exponents(&[
        ("envlint.yaml", &without_chart),
        ("dev.yaml", "plain: 1\n"),
        ("prod.yaml", values),
    ]);
    let of = |severity| {
        let mut all = severities.iter();
        all.by_ref()
            .filter(move |(known, _)| *known == severity)
            .count()
    };
    assert_eq!((of(Severity::Error), of(Severity::Info)), (3, 11));
}
