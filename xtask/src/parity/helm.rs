//! Both renderers behind one interface: the real program and ours.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use envlint_helm::TemplateCommand;

/// The version both are told, since a helm that somebody built may report another.
const KUBE_VERSION: &str = "v1.34.0";
const RELEASE: &str = "parity";

/// How long helm may take: a template that grows without bounds takes the machine down with it.
const DEADLINE: Duration = Duration::from_secs(10);

/// What a renderer says: the text on standard output, or the error.
pub(super) type Answer = Result<String, String>;

/// The program to compare with: what `ENVLINT_HELM` names, or `helm` on the path. A path is made absolute.
pub(super) fn program() -> Result<PathBuf> {
    let named = std::env::var_os("ENVLINT_HELM").filter(|name| !name.is_empty());
    let program = PathBuf::from(named.unwrap_or_else(|| "helm".into()));
    if program.components().count() == 1 {
        return Ok(program);
    }
    program.canonicalize().with_context(|| {
        format!(
            "cannot find {}, which ENVLINT_HELM names",
            program.display()
        )
    })
}

/// Asks the real helm. None: it took too long, or crashed.
pub(super) fn real(chart: &Path) -> Result<Option<Answer>> {
    let program = program()?;
    let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut child = Command::new(&program)
        .args(["template", RELEASE])
        .arg(chart)
        .args(["--kube-version", KUBE_VERSION])
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?)
        .spawn()
        .with_context(|| format!("cannot run {}; set ENVLINT_HELM", program.display()))?;
    let Some(status) = wait(&mut child)? else {
        return Ok(None);
    };
    let error = read(&mut stderr)?;
    Ok(if status.success() {
        Some(Ok(without_addresses(&read(&mut stdout)?)))
    } else if error.contains("goroutine") {
        None
    } else {
        Some(Err(message(&error)))
    })
}

/// How the program ended, or nothing if it had to be killed.
fn wait(child: &mut Child) -> Result<Option<ExitStatus>> {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() > end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn read(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The error without the prefix that the command line adds, and without warnings.
fn message(error: &str) -> String {
    let text = error
        .split_once("Error: ")
        .map_or(error, |(_, message)| message);
    let hint = "\n\nUse --debug flag to render out invalid YAML";
    without_addresses(text.trim_end().trim_end_matches(hint))
}

/// Go prints where a pointer points to, which is another place in every run: addresses have more than eight digits.
fn without_addresses(text: &str) -> String {
    let mut pieces = text.split("0x");
    let mut clean = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.len()
            - piece
                .trim_start_matches(|c: char| c.is_ascii_hexdigit())
                .len();
        clean.push_str("0x");
        clean.push_str(if digits > 8 { &piece[digits..] } else { piece });
    }
    clean
}

/// Asks ours.
pub(super) fn ours(chart: &Path) -> Answer {
    let command = TemplateCommand {
        release: Some(RELEASE.to_owned()),
        chart: chart.to_owned(),
        kube_version: Some(KUBE_VERSION.to_owned()),
        ..TemplateCommand::default()
    };
    let printed = command.run().map_err(|error| message(&error.to_string()))?;
    Ok(without_addresses(&printed.stdout))
}
