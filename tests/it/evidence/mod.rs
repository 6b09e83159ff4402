//! What a repository says it deploys: a small workspace for each kind of evidence, and what `envlint apps` makes of it.

mod argo;
mod asked;
mod calls;
mod cases;
mod clusters;
mod commands;
mod copies;
mod deployed;
mod flux;
mod folders;
mod helmfile;
mod helmsman;
mod hostile;
mod k3s;
mod kinds;
mod lacking;
mod led;
mod names;
mod objects;
mod open_layers;
mod operators;
mod overlays;
mod passed;
mod pieces;
mod places;
mod published;
mod refused;
mod releases;
mod remains;
mod runs;
mod sealed;
mod slips;
mod subtree;
mod syncs;
mod tasks;
mod terraform;
mod terragrunt;
mod told;
mod tools;
mod tried;
mod unnamed;
mod unread;
mod untold;
mod variables;
mod walks;
mod written;

use crate::support::Sandbox;

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

/// What `envlint apps` says in a workspace of these files.
fn apps(files: &[(&str, &str)]) -> String {
    let ran = Sandbox::with(files).run(&["apps"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.stdout
}

/// The same without the evidence, a line for each deployment: app, environment, chart, layers.
fn deployments(files: &[(&str, &str)]) -> Vec<String> {
    let ran = Sandbox::with(files).run(&["apps", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let mut lines = Vec::new();
    for app in list["apps"].as_array().expect("apps") {
        for place in app["environments"].as_array().expect("environments") {
            let values = place["values"].as_array().expect("values");
            let values: Vec<String> = values.iter().map(text).collect();
            lines.push(format!(
                "{} {} {} {}",
                text(&app["name"]),
                text(&place["name"]),
                text(&place["chart"]),
                values.join(" < ")
            ));
        }
    }
    lines
}
