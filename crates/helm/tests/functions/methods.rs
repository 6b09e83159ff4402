//! The methods of the values that templates find. `methods.tsv` has those of every Go type that a template of
//! helm 4.3.1 can reach; what they do is compared in `calls/objects.txt` and in `tests/parity/methods`.

use std::path::Path;
use std::process::Command;

use envlint_helm::TemplateCommand;

use crate::helm;

/// A value of each type.
const VALUES: &[(&str, &str)] = &[
    ("*common.Capabilities", ".Capabilities"),
    ("*common.KubeVersion", ".Capabilities.KubeVersion"),
    ("*common.VersionSet", ".Capabilities.APIVersions"),
    ("*semver.Version", "(semver \"1.2.3\")"),
    ("*time.Location", "now.Location"),
    ("common.Values", ".Values"),
    ("engine.files", ".Files"),
    ("semver.Version", "(semver \"1.2.3\").IncMajor"),
    ("time.Duration", "(mustToDuration 1)"),
    ("time.Month", "now.Month"),
    ("time.Time", "now"),
    ("time.Weekday", "now.Weekday"),
];

/// Methods that change the version that they are called on, which no chart has a reason for.
const MISSING: &[(&str, &str)] = &[
    ("*semver.Version", "Scan"),
    ("*semver.Version", "UnmarshalJSON"),
    ("*semver.Version", "UnmarshalText"),
];

/// So many arguments that every method refuses them, and says how many it wants.
const TOO_MANY: &str = "1 2 3 4 5 6";

struct Method {
    of: String,
    name: String,
    parameters: usize,
}

impl Method {
    fn call(&self) -> String {
        let value = VALUES.iter().find(|(of, _)| *of == self.of);
        let (_, value) = value.unwrap_or_else(|| panic!("no value of type {}", self.of));
        format!("{{{{ {value}.{} {TOO_MANY} }}}}", self.name)
    }

    fn refusal(&self) -> String {
        let Method {
            name, parameters, ..
        } = self;
        format!("wrong number of args for {name}: want {parameters} got 6")
    }

    fn is_missing(&self) -> bool {
        MISSING.contains(&(&self.of, &self.name))
    }
}

fn methods() -> Vec<Method> {
    let text = include_str!("methods.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let [of, name, signature] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let parameters = signature.strip_prefix("func(").expect("a function");
            let parameters = parameters.split(')').next().expect("parameters");
            Method {
                of: of.to_owned(),
                name: name.to_owned(),
                parameters: parameters
                    .split(", ")
                    .filter(|name| !name.is_empty())
                    .count(),
            }
        })
        .collect()
}

fn chart(template: &str) -> tempfile::TempDir {
    let chart = tempfile::tempdir().expect("a folder");
    let path = |name: &str| chart.path().join(name);
    std::fs::create_dir(path("templates")).expect("a folder");
    let manifest = "apiVersion: v2\nname: methods\nversion: 1.0.0\n";
    std::fs::write(path("Chart.yaml"), manifest).expect("a file");
    std::fs::write(path("templates/a.yaml"), template).expect("a file");
    chart
}

/// The methods that are not refused as those of Helm are.
fn differences(ask: impl Fn(&Path) -> String) -> Vec<String> {
    methods()
        .iter()
        .filter_map(|method| {
            let answer = ask(chart(&method.call()).path());
            let is_there = answer.contains(&method.refusal());
            (!is_there).then(|| format!("{}.{}", method.of, method.name))
        })
        .collect()
}

#[test]
fn every_method_of_helm_is_there() {
    let different = differences(|chart| {
        let command = TemplateCommand {
            chart: chart.to_owned(),
            ..TemplateCommand::default()
        };
        let answer = command.run().expect_err("too many arguments");
        answer.to_string()
    });
    let missing: Vec<String> = methods()
        .iter()
        .filter(|method| method.is_missing())
        .map(|method| format!("{}.{}", method.of, method.name))
        .collect();
    assert_eq!(different, missing);
}

#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_helm_has_the_methods() {
    let program = helm::program();
    let different = differences(|chart| {
        let ran = Command::new(&program).arg("template").arg(chart).output();
        String::from_utf8_lossy(&ran.expect("helm runs").stderr).into_owned()
    });
    assert_eq!(different, [""; 0]);
}
