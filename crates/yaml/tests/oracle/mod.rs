//! The real helm, asked live when `ENVLINT_HELM` names the program. Its answers are recorded under `tests/fixtures`, so
//! that the tests say the same without it; `ENVLINT_RECORD=1` writes the record anew.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The recorded answers; asks helm for them and compares, when there is a helm.
pub fn answers<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    name: &str,
    ask: impl FnOnce(&Helm) -> Vec<T>,
) -> Vec<T> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    let live = std::env::var_os("ENVLINT_HELM")
        .filter(|helm| !helm.is_empty())
        .map(|program| {
            ask(&Helm {
                program: program.into(),
            })
        });
    if let Some(live) = &live
        && std::env::var_os("ENVLINT_RECORD").is_some()
    {
        let lines: Vec<String> = live
            .iter()
            .map(|answer| serde_json::to_string(answer).unwrap())
            .collect();
        std::fs::write(&file, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    }
    let recorded: Vec<T> = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    if let Some(live) = live {
        assert_eq!(
            live, recorded,
            "helm answers differently from the record {name}"
        );
    }
    recorded
}

/// A helm program.
pub struct Helm {
    program: PathBuf,
}

impl Helm {
    /// What a template prints for a values file, which is JSON; or the error.
    pub fn render(&self, template: &str, values: &[u8]) -> Result<serde_json::Value, String> {
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
