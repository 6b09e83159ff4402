//! Workspaces to measure on. Each is made once, in `target/bench`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::{chart, fleet, past};

/// Where the workspaces are.
#[derive(Debug)]
pub(super) struct Material {
    root: PathBuf,
}

impl Material {
    pub(super) fn new() -> Result<Material> {
        fs::create_dir_all("target/bench")?;
        let root = fs::canonicalize("target/bench")?;
        Ok(Material { root })
    }

    /// A place for what a program prints.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The folder of this name, made when it is not there.
    fn once(&self, name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let folder = self.root.join(name);
        if !folder.exists() {
            let unfinished = self.root.join(format!("{name}.unfinished"));
            let _ = fs::remove_dir_all(&unfinished);
            fs::create_dir_all(&unfinished)?;
            make(&unfinished)?;
            fs::rename(unfinished, &folder)?;
        }
        Ok(folder)
    }

    /// Apps of three environments, in a repository.
    pub(super) fn fleet(&self, apps: usize) -> Result<PathBuf> {
        self.once(&format!("fleet-{apps}"), |folder| {
            fleet::write(folder, apps)?;
            commit(folder)
        })
    }

    /// The same, each app with a chart of its own.
    pub(super) fn charts(&self, apps: usize) -> Result<PathBuf> {
        self.once(&format!("charts-{apps}"), |folder| {
            fleet::write(folder, apps)?;
            let config = fs::read_to_string(folder.join("envlint.yaml"))?;
            let app = "\napps:\n  - name: \"{app}\"\n    chart: \"apps/{app}/chart\"\n    values: \"apps/{app}/environments/{env}/values.yaml\"\n";
            fs::write(folder.join("envlint.yaml"), config + app)?;
            for app in 0..apps {
                small_chart(&folder.join(format!("apps/app-{app:04}/chart")))?;
            }
            Ok(())
        })
    }

    /// A list of apps whose values files are made of a template, and are not there yet.
    pub(super) fn listed(&self, apps: usize) -> Result<PathBuf> {
        self.once(&format!("listed-{apps}"), |folder| {
            let config = "environments: {dev: {}, staging: {}, prod: {}}\nfleet:\n  template: web.yaml.j2\n  apps: fleet.yaml\n  values: environments/{env}/{app}/values.yaml\n  namespace: \"{app}-{env}\"\n";
            fs::write(folder.join("envlint.yaml"), config)?;
            let template = include_str!("../../../templates/fleet/web/values.yaml.j2");
            fs::write(folder.join("web.yaml.j2"), template)?;
            let mut list = String::from("apps:\n");
            for app in 0..apps {
                let port = 3_000 + app % 1_000;
                writeln!(list, "  - {{name: app-{app:05}, values: {{port: {port}}}}}")?;
            }
            fs::write(folder.join("fleet.yaml"), list)?;
            Ok(())
        })
    }

    /// One app, its three environments and a chart of so many templates.
    pub(super) fn chain(&self, templates: usize) -> Result<PathBuf> {
        self.once(&format!("chain-{templates}"), |folder| {
            chart::write(&folder.join("chart"), templates)?;
            let config = "environments: {dev: {}, staging: {}, prod: {}}\napps: [{name: shop, chart: chart, values: 'environments/{env}.yaml'}]\nperEnvironment: [{path: nameOverride}]\n";
            fs::write(folder.join("envlint.yaml"), config)?;
            fs::create_dir_all(folder.join("environments"))?;
            for name in ["dev", "staging", "prod"] {
                let file = folder.join(format!("environments/{name}.yaml"));
                fs::write(file, format!("nameOverride: shop-{name}\n"))?;
            }
            Ok(())
        })
    }

    /// A chart of so many templates.
    pub(super) fn chart(&self, templates: usize) -> Result<PathBuf> {
        self.once(&format!("chart-{templates}"), |folder| {
            chart::write(folder, templates)
        })
    }

    /// Apps in a repository of so many commits.
    pub(super) fn past(&self, apps: usize, commits: usize) -> Result<PathBuf> {
        self.once(&format!("past-{apps}-{commits}"), |folder| {
            past::write(folder, apps, commits)
        })
    }

    /// The same values without the repository.
    pub(super) fn without_past(&self, apps: usize, commits: usize) -> Result<PathBuf> {
        self.once(&format!("no-past-{apps}-{commits}"), |folder| {
            past::write(folder, apps, commits)?;
            Ok(fs::remove_dir_all(folder.join(".git"))?)
        })
    }

    /// Apps of which `edits` values of dev are pending each, in a repository that tells so.
    pub(super) fn pending(&self, apps: usize, edits: usize) -> Result<PathBuf> {
        self.once(&format!("pending-{apps}-{edits}"), |folder| {
            fleet::write(folder, apps)?;
            commit(folder)?;
            for app in 0..apps {
                let file = format!("apps/app-{app:04}/environments/dev/values.yaml");
                let file = folder.join(file);
                let text = fs::read_to_string(&file)?;
                // The eight components have two such values each.
                let new = text.replacen("periodSeconds: ", "periodSeconds: 1", edits);
                fs::write(file, new)?;
            }
            commit(folder)
        })
    }

    /// One large file of which `edits` values are pending.
    pub(super) fn large(&self, edits: usize) -> Result<PathBuf> {
        self.once(&format!("large-{edits}"), |folder| {
            let config =
                "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: replicas}]\n";
            fs::write(folder.join("envlint.yaml"), config)?;
            for (name, timeout) in [("dev", 10), ("staging", 10)] {
                fs::write(
                    folder.join(format!("values-{name}.yaml")),
                    large(edits, timeout)?,
                )?;
            }
            commit(folder)?;
            fs::write(folder.join("values-dev.yaml"), large(edits, 20)?)?;
            commit(folder)
        })
    }
}

/// About half a kilobyte for each value that changes.
fn large(edits: usize, timeout: u32) -> Result<String> {
    let mut text = String::new();
    for at in 0..edits {
        writeln!(
            text,
            "# What the service number {at} needs, as its team has measured it."
        )?;
        writeln!(
            text,
            "service{at:04}:\n  enabled: true\n  timeout: {timeout}s # of the load balancer"
        )?;
        for key in 0..12 {
            writeln!(text, "  setting{key:02}: \"value {key} of service {at}\"")?;
        }
    }
    Ok(text)
}

/// A deployment and a service of the values of one component.
fn small_chart(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder.join("templates"))?;
    fs::write(
        folder.join("Chart.yaml"),
        "apiVersion: v2\nname: app\nversion: 1.0.0\n",
    )?;
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: {{ .Values.api.replicas }}\n  selector:\n    matchLabels: {app: {{ .Release.Name }}}\n  template:\n    metadata:\n      labels: {app: {{ .Release.Name }}}\n    spec:\n      containers:\n        - name: api\n          image: \"{{ .Values.api.image.repository }}:{{ .Values.api.image.tag }}\"\n          env:\n            {{- toYaml .Values.api.env | nindent 12 }}\n          resources:\n            {{- toYaml .Values.api.resources | nindent 12 }}\n";
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  type: {{ .Values.api.service.type }}\n  selector: {app: {{ .Release.Name }}}\n  ports:\n    - port: {{ .Values.api.service.port }}\n";
    fs::write(folder.join("templates/deployment.yaml"), deployment)?;
    fs::write(folder.join("templates/service.yaml"), service)?;
    Ok(())
}

/// Commits all that is in a folder, which is a repository afterwards.
pub(super) fn commit(folder: &Path) -> Result<()> {
    let git = |arguments: &[&str]| -> Result<()> {
        let status = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
            .args(arguments)
            .current_dir(folder)
            .status()?;
        ensure!(status.success(), "git {}", arguments.join(" "));
        Ok(())
    };
    if !folder.join(".git").exists() {
        git(&["init", "--quiet", "--initial-branch=main"])?;
    }
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "--message", "values"])
}
