//! Asks the real helm.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{Answer, directory};

/// Renders all calls in one chart. A call that fails ends the run: it is noted, taken out, and the run repeated.
pub(crate) fn ask(helm: &Path, calls: &[String]) -> Vec<(String, Answer)> {
    let chart = tempfile::tempdir().unwrap();
    let templates = chart.path().join("templates");
    fs::create_dir(&templates).unwrap();
    fs::write(
        chart.path().join("Chart.yaml"),
        "apiVersion: v2\nname: c\nversion: 0.1.0\n",
    )
    .unwrap();
    fs::copy(
        directory().join("values.yaml"),
        chart.path().join("values.yaml"),
    )
    .unwrap();
    for (index, call) in calls.iter().enumerate() {
        let partial = format!("_t{index:04}.tpl");
        fs::write(templates.join(&partial), call).unwrap();
        let wrapper = format!(
            "{{\"t{index:04}\": {{{{ include \"c/templates/{partial}\" . | toJson }}}}}}\n"
        );
        fs::write(templates.join(format!("t{index:04}.yaml")), wrapper).unwrap();
    }
    let mut answers: Vec<Option<Answer>> = vec![None; calls.len()];
    loop {
        let output = Command::new(helm)
            .args(["template", "x"])
            .arg(chart.path())
            .output()
            .unwrap();
        if output.status.success() {
            read_outputs(&String::from_utf8(output.stdout).unwrap(), &mut answers);
            break;
        }
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        let index = failed(&message);
        answers[index] = Some(Answer::Error(normalized(&message)));
        fs::remove_file(templates.join(format!("_t{index:04}.tpl"))).unwrap();
        fs::remove_file(templates.join(format!("t{index:04}.yaml"))).unwrap();
    }
    calls
        .iter()
        .cloned()
        .zip(answers.into_iter().map(Option::unwrap))
        .collect()
}

fn read_outputs(text: &str, answers: &mut [Option<Answer>]) {
    for line in text.lines().filter(|line| line.starts_with('{')) {
        let entry: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
        for (key, value) in entry {
            let index: usize = key.trim_start_matches('t').parse().unwrap();
            answers[index] = Some(Answer::Output(value.as_str().unwrap().to_owned()));
        }
    }
}

/// The number of the call that a message is about.
fn failed(message: &str) -> usize {
    let names = regex::Regex::new(r"c/templates/_?t(\d{4})\.").unwrap();
    let found = names
        .captures(message)
        .unwrap_or_else(|| panic!("helm: {message}"));
    found[1].parse().unwrap()
}

/// Without what helm says around every error, and without the number of the call.
fn normalized(message: &str) -> String {
    let message = message.trim_start_matches("Error: ");
    let message = message.split("\n\nUse --debug").next().unwrap();
    let numbers = regex::Regex::new(r"t\d{4}\.").unwrap();
    numbers.replace_all(message, "t.").into_owned()
}
