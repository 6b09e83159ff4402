//! The real helm. Its answers are recorded under `tests/fixtures`, so that the tests compare with them without it;
//! `ENVLINT_RECORD=1` writes the record anew.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde::de::DeserializeOwned;

#[path = "../../../../tests/shared/helm.rs"]
mod helm;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The recorded answers.
pub(crate) fn recorded<T: DeserializeOwned>(name: &str) -> Vec<T> {
    serde_json::from_str(&std::fs::read_to_string(file(name)).unwrap()).unwrap()
}

/// Asks helm, and holds the record to what it says.
pub(crate) fn check_record<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    name: &str,
    ask: impl FnOnce(&Helm) -> Vec<T>,
) {
    let answers = ask(&Helm {
        program: helm::program(),
    });
    if helm::is_recording() {
        let lines: Vec<String> = answers
            .iter()
            .map(|answer| serde_json::to_string(answer).unwrap())
            .collect();
        std::fs::write(file(name), format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    }
    assert_eq!(
        answers,
        recorded::<T>(name),
        "helm answers differently from the record {name}"
    );
}

/// A helm program.
pub(crate) struct Helm {
    program: PathBuf,
}

impl Helm {
    /// What a template prints for a values file, which is JSON; or the error.
    pub(crate) fn render(
        &self,
        template: &str,
        values: &[u8],
    ) -> Result<serde_json::Value, String> {
        let chart = tempfile::tempdir().unwrap();
        let write =
            |name: &str, content: &[u8]| std::fs::write(chart.path().join(name), content).unwrap();
        std::fs::create_dir(chart.path().join("templates")).unwrap();
        write(
            "Chart.yaml",
            b"apiVersion: v2\nname: oracle\nversion: 1.0.0\n",
        );
        write("templates/answer.yaml", template.as_bytes());
        write("input.yaml", values);
        let output = Command::new(&self.program)
            .args(["template", "oracle", "."])
            .args(["-f", "input.yaml"])
            .current_dir(chart.path())
            .output()
            .unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let text = String::from_utf8(output.stdout).unwrap();
        let json = text
            .split_once("answer.yaml\n")
            .map(|(_, json)| json)
            .unwrap_or_default();
        Ok(serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {text}")))
    }
}
