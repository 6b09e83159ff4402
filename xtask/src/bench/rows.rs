//! What is measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::material::Material;
use super::measure::Run;
use super::{Bench, Goal, Row};

/// The programs that are compared with, where they are here.
#[derive(Debug)]
pub(super) struct Peers(Vec<(&'static str, Option<PathBuf>)>);

const NAMES: [&str; 4] = ["helm", "kubeconform", "kube-score", "hed"];

impl Peers {
    pub(super) fn find(directory: Option<&Path>) -> Peers {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let directories: Vec<PathBuf> = match directory {
            Some(directory) => vec![directory.to_owned()],
            None => std::env::split_paths(&path).collect(),
        };
        let find = |name: &'static str| {
            let mut files = directories.iter().map(|directory| directory.join(name));
            let file = files.find(|file| file.is_file());
            (name, file.and_then(|file| std::fs::canonicalize(file).ok()))
        };
        Peers(NAMES.into_iter().map(find).collect())
    }

    fn get(&self, name: &str) -> Option<&Path> {
        let mut known = self.0.iter();
        let (_, path) = known.find(|(known, _)| *known == name)?;
        path.as_deref()
    }

    pub(super) fn absent(&self) -> impl Iterator<Item = &'static str> {
        let absent = self.0.iter().filter(|(_, path)| path.is_none());
        absent.map(|(name, _)| *name)
    }
}

/// Gives the files of a repository their committed text again.
pub(super) fn restore(folder: &Path) -> Result<()> {
    let status = Command::new("git")
        .args(["checkout", "--quiet", "--", "."])
        .current_dir(folder)
        .status()?;
    ensure!(status.success(), "git checkout in {}", folder.display());
    Ok(())
}

/// Makes the rows that are asked for, one by one.
struct Rows<'a> {
    program: &'a Path,
    material: &'a Material,
    only: Option<&'a str>,
    rows: Vec<Row>,
}

impl Rows<'_> {
    fn is_asked(&self, name: &str) -> bool {
        self.only.is_none_or(|only| name.contains(only))
    }

    /// A row of one run of envlint without a peer.
    fn alone(
        &mut self,
        name: &str,
        folder: impl FnOnce(&Material) -> Result<PathBuf>,
        arguments: &[&str],
        goal: Goal,
    ) -> Result<()> {
        if self.is_asked(name) {
            let folder = folder(self.material)?;
            self.rows.push(Row {
                name: name.to_owned(),
                own: vec![Run::new(self.program, &folder, arguments)],
                peer: None,
                goal,
                restore: arguments.contains(&"--write").then_some(folder),
            });
        }
        Ok(())
    }
}

pub(super) fn all(
    program: &Path,
    peers: &Peers,
    material: &Material,
    args: &Bench,
) -> Result<Vec<Row>> {
    let only = args.only.as_deref();
    let mut rows = Rows {
        program,
        material,
        only,
        rows: Vec::new(),
    };
    chain(&mut rows, peers)?;
    workspaces(&mut rows)?;
    promotions(&mut rows)?;
    histories(&mut rows)?;
    templates(&mut rows, peers, &args.charts)?;
    Ok(rows.rows)
}

/// What people run by hand in place of `check`: lint, render and validate each environment.
fn chain(rows: &mut Rows<'_>, peers: &Peers) -> Result<()> {
    let name = "chain over 3 environments";
    if !rows.is_asked(name) {
        return Ok(());
    }
    let folder = rows.material.chain(20)?;
    let mut runs = Vec::new();
    for environment in ["dev", "staging", "prod"] {
        let values = format!("environments/{environment}.yaml");
        let manifests = rows.material.file("manifests.yaml");
        let manifest = manifests.to_string_lossy().into_owned();
        if let Some(helm) = peers.get("helm") {
            runs.push(Run::new(helm, &folder, &["lint", "chart", "-f", &values]));
            let render = Run::new(helm, &folder, &["template", "shop", "chart", "-f", &values]);
            runs.push(render.into(manifests));
            if let Some(kubeconform) = peers.get("kubeconform") {
                // The schemas come from the network: without them, it reads the objects and no more.
                let arguments = [
                    "-schema-location",
                    "/nowhere/{{.ResourceKind}}.json",
                    "-ignore-missing-schemas",
                    &manifest,
                ];
                runs.push(Run::new(kubeconform, &folder, &arguments));
            }
            if let Some(score) = peers.get("kube-score") {
                runs.push(Run::new(score, &folder, &["score", &manifest]));
            }
        }
    }
    let own = vec![Run::new(rows.program, &folder, &["check"])];
    rows.rows.push(Row {
        name: name.to_owned(),
        own,
        peer: (!runs.is_empty()).then_some(("lint, template, kubeconform, kube-score", runs)),
        goal: Goal {
            ratio: Some(100.0),
            ..Goal::default()
        },
        restore: None,
    });
    Ok(())
}

fn workspaces(rows: &mut Rows<'_>) -> Result<()> {
    let goal = |cpu: Option<f64>, memory: f64| Goal {
        cpu,
        memory: Some(memory),
        ..Goal::default()
    };
    let quick = |wall: f64| Goal {
        wall: Some(wall),
        ..Goal::default()
    };
    rows.alone(
        "check, 1,000 apps",
        |all| all.fleet(1_000),
        &["check"],
        goal(Some(1.6), 40.0),
    )?;
    rows.alone(
        "check, 10,000 apps",
        |all| all.fleet(10_000),
        &["check"],
        goal(Some(16.0), 80.0),
    )?;
    rows.alone(
        "init, 10,000 apps",
        |all| all.fleet(10_000),
        &["init", "--force", "--dry-run"],
        goal(None, 100.0),
    )?;
    rows.alone(
        "check, 1,000 apps with a chart each",
        |all| all.charts(1_000),
        &["check"],
        goal(None, 80.0),
    )?;
    // Without writing: what the file system takes for 30,000 new files is not envlint's.
    rows.alone(
        "generate values --check, 10,000 apps",
        |all| all.listed(10_000),
        &["generate", "values", "--check"],
        goal(Some(10.0), 300.0),
    )?;
    let file = "apps/app-5000/environments/prod/values.yaml";
    rows.alone(
        "check FILE among 10,000 apps",
        |all| all.fleet(10_000),
        &["check", file],
        quick(15.0),
    )?;
    // As hooks run it.
    rows.alone(
        "check --tracked FILE among 10,000 apps",
        |all| all.fleet(10_000),
        &["check", "--tracked", file],
        quick(15.0),
    )?;
    // One change that is not committed.
    let changed = |all: &Material| {
        let folder = all.fleet(10_000)?;
        let file = folder.join(file);
        let text = std::fs::read_to_string(&file)?;
        std::fs::write(file, text.replace("path: /ready", "path: /alive"))?;
        Ok(folder)
    };
    rows.alone(
        "check --changed-since there",
        changed,
        &["check", "--changed-since", "HEAD"],
        quick(60.0),
    )?;
    rows.alone(
        "check --tracked --changed-since there",
        changed,
        &["check", "--tracked", "--changed-since", "HEAD"],
        quick(60.0),
    )
}

fn promotions(rows: &mut Rows<'_>) -> Result<()> {
    let goal = |cpu: f64| Goal {
        cpu: Some(cpu),
        ..Goal::default()
    };
    let promote = ["promote", "--from", "dev", "--to", "staging", "--write"];
    rows.alone(
        "promote, 1,000 apps of 16 edits",
        |all| all.pending(1_000, 16),
        &promote,
        goal(2.0),
    )?;
    rows.alone(
        "promote, one file of 900 edits",
        |all| all.large(900),
        &promote,
        goal(0.3),
    )
}

/// What git history costs: the states of a fleet, and a check next to the same one where there is no repository.
fn histories(rows: &mut Rows<'_>) -> Result<()> {
    let goal = Goal {
        wall: Some(3_000.0),
        ..Goal::default()
    };
    rows.alone(
        "status, 1,000 apps, 2,000 commits",
        |all| all.past(1_000, 2_000),
        &["status"],
        goal,
    )?;
    for (name, apps, commits, arguments) in [
        ("check, 1 app, 200 commits", 1, 200, &["check"][..]),
        ("check, 1 app, 2,000 commits", 1, 2_000, &["check"]),
        (
            "check FILE, 1,000 apps, 2,000 commits",
            1_000,
            2_000,
            &["check", "apps/app-0000/environments/prod/values.yaml"],
        ),
    ] {
        if !rows.is_asked(name) {
            continue;
        }
        let [with, without] = [Material::past, Material::without_past]
            .map(|folder| folder(rows.material, apps, commits));
        rows.rows.push(Row {
            name: name.to_owned(),
            own: vec![Run::new(rows.program, &with?, arguments)],
            peer: Some((
                "without git",
                vec![Run::new(rows.program, &without?, arguments)],
            )),
            goal: Goal {
                more: Some(20.0),
                ..Goal::default()
            },
            restore: None,
        });
    }
    Ok(())
}

fn templates(rows: &mut Rows<'_>, peers: &Peers, more: &[PathBuf]) -> Result<()> {
    for (templates, ratio) in [(4, 30.0), (100, 25.0), (1_600, 25.0)] {
        let name = format!("template, {templates} templates");
        if rows.is_asked(&name) {
            let folder = rows.material.chart(templates)?;
            template(rows, peers, name, &folder, Some(ratio));
        }
    }
    for chart in more {
        let of = chart.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("template, {of}");
        if rows.is_asked(&name) {
            let chart = std::fs::canonicalize(chart)?;
            template(rows, peers, name, &chart, None);
        }
    }
    Ok(())
}

fn template(rows: &mut Rows<'_>, peers: &Peers, name: String, chart: &Path, ratio: Option<f64>) {
    let path = chart.to_string_lossy().into_owned();
    let run = |program: &Path| {
        vec![Run::new(
            program,
            Path::new("."),
            &["template", "shop", &path],
        )]
    };
    rows.rows.push(Row {
        name,
        own: run(rows.program),
        peer: peers.get("helm").map(|helm| ("helm", run(helm))),
        goal: Goal {
            ratio,
            ..Goal::default()
        },
        restore: None,
    });
}
