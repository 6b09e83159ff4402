//! A synthetic workspace with a past: thousands of commits that change, promote and repair values. The same every time.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::fleet;

/// Writes a fleet into `out`, which is a repository then: each commit changes an app's dev, promotes it to staging or to
/// prod, or changes prod alone.
pub(crate) fn write(out: &Path, apps: usize, commits: usize) -> Result<()> {
    fleet::write(out, apps)?;
    git(out, &["init", "--quiet", "--initial-branch=main"], "")?;
    git(out, &["add", "--all"], "")?;
    git(out, &["commit", "--quiet", "--message", "import"], "")?;
    let mut stream = String::new();
    for commit in 0..commits {
        let app = (commit * 7919) % apps;
        let file = |name: &str| format!("apps/app-{app:04}/environments/{name}/values.yaml");
        let read = |name: &str| fs::read_to_string(out.join(file(name)));
        let (name, text) = match commit % 10 {
            0..=6 => ("dev", with_period(&read("dev")?, commit)?),
            7 => ("staging", read("dev")?.replace("dev", "staging")),
            8 => ("prod", read("staging")?.replace("staging", "prod")),
            _ => ("prod", read("prod")?.replacen("/ready", "/alive", 1)),
        };
        fs::write(out.join(file(name)), &text)?;
        let time = 1_700_000_000 + commit * 3600;
        let parent = if commit == 0 {
            "from refs/heads/main^0\n"
        } else {
            ""
        };
        write!(
            stream,
            "commit refs/heads/main\ncommitter Ada <ada@example.com> {time} +0000\ndata 1\nx\n{parent}M 100644 inline {}\ndata {}\n{text}\n",
            file(name),
            text.len()
        )?;
    }
    git(out, &["fast-import", "--quiet"], &stream)?;
    // The work tree has what the last commit has.
    git(out, &["reset", "--quiet"], "")
}

/// Values with another period of a probe.
fn with_period(text: &str, period: usize) -> Result<String> {
    let (before, after) = text.split_once("periodSeconds: ").context("a probe")?;
    let rest = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
    Ok(format!("{before}periodSeconds: {period}{rest}"))
}

fn git(root: &Path, arguments: &[&str], input: &str) -> Result<()> {
    let mut child = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("its input")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    ensure!(child.wait()?.success(), "git {}", arguments.join(" "));
    Ok(())
}
