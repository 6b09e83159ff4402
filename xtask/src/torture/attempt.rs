//! One attempt: a workspace, what is done to it, and which promise that breaks.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use fastrand::Rng;
use tempfile::TempDir;

use super::Kind;
use super::commands;
use super::program::{Program, Ran};
use super::seeds::{PLANTED, Seeds};
use super::tree::{Entry, Tree};

/// Commands that run over one mutated workspace.
const COMMANDS: usize = 6;

pub(super) struct Attempted {
    pub(super) runs: usize,
    pub(super) broken: Option<Broken>,
}

/// A promise that was broken, and how to see it.
pub(super) struct Broken {
    pub(super) before: Tree,
    pub(super) command: Vec<String>,
    pub(super) why: String,
    pub(super) said: Vec<u8>,
}

pub(super) fn attempt(
    kind: Kind,
    program: &Program,
    seeds: &Seeds,
    rng: &mut Rng,
) -> Result<Attempted> {
    match kind {
        Kind::Mutate => mutate(program, &seeds.mutated(rng), rng),
        Kind::Kill => writer(program, seeds, rng, kill),
        Kind::Full => writer(program, seeds, rng, full),
        Kind::Two => two(program, seeds, rng),
    }
}

/// A directory with a workspace in it, committed.
fn workspace(tree: &Tree) -> Result<(TempDir, PathBuf)> {
    let directory = tempfile::tempdir()?;
    // A name of its own: one of a temporary directory would be hidden from walks that skip what begins with a dot.
    let root = directory.path().join("workspace");
    fs::create_dir(&root)?;
    tree.write(&root)?;
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &[
            "-c",
            "user.name=Torture",
            "-c",
            "user.email=torture@example.com",
            "commit",
            "--quiet",
            "--message",
            "all",
        ],
    ] {
        // What git does not take is not committed.
        Command::new("git")
            .args(arguments)
            .current_dir(&root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            // Reports name the commit, which is to be the same in all workspaces of an attempt.
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context("git does not start")?;
    }
    Ok((directory, root))
}

fn mutate(program: &Program, tree: &Tree, rng: &mut Rng) -> Result<Attempted> {
    let (_directory, root) = workspace(tree)?;
    let mut runs = 0;
    for _ in 0..COMMANDS {
        let command = commands::any(rng);
        let before = Tree::read(&root)?;
        let ran = program.run(&root, &command, None)?;
        runs += 1;
        let mut why = wrong(&command, &ran).or_else(|| unmasked(&command, &ran));
        let after = Tree::read(&root)?;
        let refused = ran.status.code() == Some(2);
        let changed = before.differences(&after);
        if !commands::writes(&command) && !changed.is_empty() {
            why = why.or_else(|| Some(format!("changes {}", changed[0].display())));
        }
        if refused && !changed.is_empty() && commands::is_one_write(&command) {
            why = why.or_else(|| Some(format!("refuses and changes {}", changed[0].display())));
        }
        why = why.or_else(|| temporary(&after));
        let is_steady = !commands::writes(&command) && !command.contains(&"junit".to_owned());
        if why.is_none() && is_steady && rng.u8(..8) == 0 {
            let again = program.run(&root, &command, None)?;
            runs += 1;
            if without_time(&again.stdout) != without_time(&ran.stdout)
                && !commands::is_unmasked(&command)
            {
                why = Some("says something else the second time".to_owned());
            }
        }
        if let Some(why) = why {
            return Ok(Attempted {
                runs,
                broken: Some(broken(before, command, why, &ran)),
            });
        }
    }
    Ok(Attempted { runs, broken: None })
}

fn broken(before: Tree, command: Vec<String>, why: String, ran: &Ran) -> Broken {
    Broken {
        before,
        command,
        why,
        said: ran.said(),
    }
}

/// How a run ended as none may.
fn wrong(command: &[String], ran: &Ran) -> Option<String> {
    if ran.hung {
        return Some("waits forever".to_owned());
    }
    if let Some(signal) = ran.status.signal() {
        return Some(format!("is killed by signal {signal}"));
    }
    let status = ran.status.code()?;
    if !(0..=2).contains(&status) {
        return Some(format!("ends with {status}"));
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    for words in [
        "panicked",
        "envlint crashed",
        "overflowed its stack",
        "memory allocation",
    ] {
        if said.contains(words) {
            return Some(format!("says `{words}`"));
        }
    }
    let text = String::from_utf8_lossy(&ran.stdout);
    if String::from_utf8(ran.stdout.clone()).is_err() && !commands::is_unmasked(command) {
        return Some("prints what is no UTF-8".to_owned());
    }
    if status < 2
        && commands::is_json(command)
        && serde_json::from_str::<serde_json::Value>(&text).is_err()
    {
        return Some("prints what is no JSON".to_owned());
    }
    None
}

/// What came out that must not: the planted secret, or what a terminal obeys.
fn unmasked(command: &[String], ran: &Ran) -> Option<String> {
    let mut all = ran.stderr.clone();
    if !commands::is_unmasked(command) {
        all.extend(&ran.stdout);
    }
    let text = String::from_utf8_lossy(&all);
    if text.contains(PLANTED) || text.replace('\\', "").contains(PLANTED) {
        return Some("shows the planted secret".to_owned());
    }
    let is_control = |char: &char| {
        let is_bidi = matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        (char.is_control() && !matches!(char, '\n' | '\t')) || is_bidi
    };
    text.chars()
        .find(is_control)
        .map(|char| format!("prints {char:?}"))
}

/// A report without the milliseconds that it took.
fn without_time(stdout: &[u8]) -> String {
    let text = String::from_utf8_lossy(stdout);
    let words = text.split(' ').collect::<Vec<_>>();
    let is_time = |at: usize| {
        words.get(at + 1).is_some_and(|word| {
            word.starts_with("ms") || word.starts_with("s:") || word.starts_with("min")
        })
    };
    let kept = words
        .iter()
        .enumerate()
        .filter(|(at, _)| !is_time(*at))
        .map(|(_, word)| word.replace("ms:", "s:"));
    kept.collect::<Vec<_>>().join(" ")
}

fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(".envlint-") && name.ends_with(".tmp")
}

fn temporary(tree: &Tree) -> Option<String> {
    let left = tree.0.keys().find(|path| is_temporary(path))?;
    Some(format!("leaves {}", left.display()))
}

/// A workspace and a command that changes it: what is there before, and what after.
struct Change {
    command: Vec<String>,
    before: Tree,
    after: Tree,
}

type Trouble = fn(&Program, &Path, &Change, &mut Rng) -> Result<Option<(String, Ran)>>;

/// Makes trouble for a command that writes.
fn writer(program: &Program, seeds: &Seeds, rng: &mut Rng, trouble: Trouble) -> Result<Attempted> {
    for runs in 1..=20 {
        let (before, command) = (seeds.one(rng), commands::writer(rng));
        let (_directory, root) = workspace(&before)?;
        let ran = program.run(&root, &command, None)?;
        let after = Tree::read(&root)?;
        if ran.status.code() == Some(2) || before.differences(&after).is_empty() {
            continue;
        }
        let (_directory, root) = workspace(&before)?;
        // What is written in the disk's own way: folders without files, and no other.
        let before = Tree::read(&root)?;
        let change = Change {
            command,
            before,
            after,
        };
        let found = trouble(program, &root, &change, rng)?;
        return Ok(Attempted {
            runs: runs + 1,
            broken: found.map(|(why, ran)| broken(change.before, change.command, why, &ran)),
        });
    }
    Ok(Attempted {
        runs: 20,
        broken: None,
    })
}

/// A file that is neither as it was nor as it is to be.
fn torn(now: &Tree, change: &Change) -> Option<String> {
    let differs = |path: &&PathBuf| {
        let entry = now.0.get(*path);
        !is_temporary(path)
            && entry != change.before.0.get(*path)
            && entry != change.after.0.get(*path)
            && entry != Some(&Entry::Folder)
    };
    let torn = now.0.keys().chain(change.before.0.keys()).find(differs)?;
    Some(format!("leaves a part of {}", torn.display()))
}

fn kill(
    program: &Program,
    root: &Path,
    change: &Change,
    rng: &mut Rng,
) -> Result<Option<(String, Ran)>> {
    let mut child = program.start(root, &change.command, None)?;
    // Most of the time is reading; what matters is soon before the end.
    thread::sleep(Duration::from_micros(rng.u64(..80_000)));
    child.kill()?;
    let ran = program.end(child)?;
    let now = Tree::read(root)?;
    if let Some(why) = torn(&now, change) {
        return Ok(Some((format!("is killed and {why}"), ran)));
    }
    // The next run takes what is old for left behind.
    let old = SystemTime::now() - Duration::from_secs(60);
    for path in now.0.keys().filter(|path| is_temporary(path)) {
        fs::File::options()
            .write(true)
            .open(root.join(path))?
            .set_modified(old)?;
    }
    let ran = program.run(root, &change.command, None)?;
    let end = Tree::read(root)?;
    let why = wrong(&change.command, &ran).or_else(|| {
        let different = end.differences(&change.after);
        let first = different.iter().find(|path| !commands::is_report(path))?;
        Some(format!(
            "is killed, and the next run leaves {} otherwise",
            first.display()
        ))
    });
    Ok(why.map(|why| (why, ran)))
}

fn full(
    program: &Program,
    root: &Path,
    change: &Change,
    rng: &mut Rng,
) -> Result<Option<(String, Ran)>> {
    let blocks = rng.u64(..8);
    let ran = program.run(root, &change.command, Some(blocks))?;
    let now = Tree::read(root)?;
    let refused = ran.status.code() == Some(2);
    let why = wrong(&change.command, &ran)
        .or_else(|| torn(&now, change))
        .or_else(|| temporary(&now))
        .or_else(|| {
            let files = |paths: Vec<PathBuf>| {
                paths.into_iter().find(|path| {
                    now.0.get(path) != Some(&Entry::Folder) && !commands::is_report(path)
                })
            };
            let half = match refused {
                true => files(change.before.differences(&now))?,
                false => files(change.after.differences(&now))?,
            };
            let did = if refused { "refuses" } else { "succeeds" };
            Some(format!(
                "{did} on a disk of {blocks} blocks, with {} otherwise",
                half.display()
            ))
        });
    Ok(why.map(|why| (why, ran)))
}

fn two(program: &Program, seeds: &Seeds, rng: &mut Rng) -> Result<Attempted> {
    let before = seeds.one(rng);
    let commands = [commands::writer(rng), commands::writer(rng)];
    if commands
        .iter()
        .any(|command| commands::looks_around(command))
    {
        return Ok(Attempted {
            runs: 0,
            broken: None,
        });
    }
    // What there may be at the end: one of them refused, or one after the other.
    let mut possible: Vec<Tree> = vec![before.clone()];
    for order in [&[0][..], &[1], &[0, 1], &[1, 0]] {
        let (_directory, root) = workspace(&before)?;
        for at in order {
            program.run(&root, &commands[*at], None)?;
        }
        possible.push(Tree::read(&root)?);
    }
    let (_directory, root) = workspace(&before)?;
    let first = program.start(&root, &commands[0], None)?;
    thread::sleep(Duration::from_micros(rng.u64(..3_000)));
    let second = program.start(&root, &commands[1], None)?;
    let (first, second) = (program.end(first)?, program.end(second)?);
    let now = Tree::read(&root)?;
    let paths: BTreeSet<&PathBuf> = now.0.keys().chain(before.0.keys()).collect();
    let strange = paths.into_iter().find(|path| {
        let entry = now.0.get(*path);
        entry != Some(&Entry::Folder)
            && !commands::is_report(path)
            && possible.iter().all(|tree| tree.0.get(*path) != entry)
    });
    let why = wrong(&commands[0], &first)
        .or_else(|| wrong(&commands[1], &second))
        .or_else(|| temporary(&now))
        .or_else(|| {
            Some(format!(
                "and envlint {} at once leave {} as neither would",
                commands[1].join(" "),
                strange?.display()
            ))
        });
    let [command, _] = commands;
    Ok(Attempted {
        runs: 8,
        broken: why.map(|why| broken(before, command, why, &first)),
    })
}
