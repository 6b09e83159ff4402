//! `envlint check`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::workspaces::{self, Base, Checked, Group};
use super::{Failure, Invocation, Status, changed, fix, only, output, select, tiers};
use crate::check::{Outcome, Reach, Silence, Unsearched, check, silences};
use crate::masking::{Name, Own, Text, text};
use crate::policies::{Cases, Policies};
use crate::report::{self, Format};
use crate::rules::Finding;
use crate::source::{Problem, Severity};
use crate::workspace::{App, MissingFile, Unread, Workspace};

/// Checks the values files of all apps in all environments.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Check only the apps that these files or directories belong to. Default: all apps of the workspace.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Report only findings about this environment. May be repeated.
    #[arg(long = "env", value_name = "NAME")]
    environments: Vec<String>,
    /// Report only findings of these rules, or of these groups of rules: the part of a rule's name before the slash
    /// (`secrets`), or `policies`. Separated by commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    only: Vec<String>,
    /// Also run the cases of the policies in envlint.yaml.
    #[arg(long)]
    policies: bool,
    /// Say on standard error which rules were silent because they could not know, and why.
    #[arg(long)]
    verbose: bool,
    /// The format of the findings.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the findings to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The lowest severity that makes the exit status 1.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Severity::Error)]
    fail_on: Severity,
    /// Apply the safe fixes, which keep the meaning of the file, then check again.
    #[arg(long)]
    fix: bool,
    /// Also apply the unsafe fixes, which may change what is deployed.
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,
    /// Check only the apps with files that differ from this git revision, new files included. What is staged does not
    /// matter: the files of the work tree are checked.
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
    /// Look only at files that git tracks, and at PATH: what a commit holds. In a large repository that is found far sooner.
    #[arg(long)]
    tracked: bool,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let started = std::time::Instant::now();
    let groups = workspaces::groups(invocation, &args.paths, args.tracked);
    let mut unowned = Unowned::default();
    let checked: Vec<Checked> = groups
        .iter()
        .map(|group| look_at(invocation, args, group, &mut unowned))
        .collect();
    if checked.iter().all(|known| known.workspace.is_none()) {
        return Err(Failure::Problems(
            workspaces::join(checked, Base::Here).problems,
        ));
    }
    for name in &args.environments {
        known(name, &checked)?;
    }
    only::known(&args.only, &checked)?;
    let unread = unread(args, &checked);
    let untold = untold(args, &checked);
    let unchanged = unchanged(args, &checked);
    let plain = plain(args, &checked);
    let outcome = workspaces::join(checked, base(args.format));
    let colour = args.output.is_none() && invocation.output.colour();
    let report = report::render_with(args.format, &outcome, started.elapsed(), colour);
    let own = match args.format {
        Format::Github => Own::Commands,
        _ => output::own(colour),
    };
    match &args.output {
        Some(file) => invocation.output.file(file, &report.text, own)?,
        None => invocation.output.result_with(report.text, own),
    }
    if report.left_out > 0 {
        let words = report::left_out(report.left_out);
        invocation.output.remark(text!("warning: {}\n", words));
    }
    invocation.output.problems(&outcome.problems);
    invocation.output.remark(unowned.said());
    invocation.output.remark(unchanged);
    invocation.output.remark(unread);
    invocation.output.remark(plain);
    invocation.output.remark(limited(args, &outcome.limits));
    invocation.output.remark(untold);
    invocation.output.remark(unsearched(&outcome.unsearched));
    Ok(if !outcome.problems.is_empty() {
        Status::Failed
    } else if outcome
        .findings
        .iter()
        .any(|finding| finding.severity >= args.fail_on)
    {
        Status::Findings
    } else {
        Status::Clean
    })
}

/// Those who read these formats look the paths up in the repository.
fn base(format: Format) -> Base {
    match format {
        Format::Sarif | Format::Github | Format::Gitlab => Base::Repository,
        Format::Json => Base::Workspace,
        Format::Text | Format::Junit | Format::Markdown => Base::Here,
    }
}

/// Checks a workspace. What keeps it from being checked is its own affair: the others are checked.
fn look_at(invocation: &Invocation, args: &Args, group: &Group, unowned: &mut Unowned) -> Checked {
    let looked = || {
        if args.fix {
            let made = fix::fix(args.unsafe_fixes, || {
                look(invocation, args, group).map(Look::seen)
            })?;
            invocation.output.remark(made);
        }
        look(invocation, args, group)
    };
    let root = group.root();
    match looked() {
        Ok(look) => {
            invocation.output.remark(said_of(args, &look.cases));
            unowned.searched.extend(look.unowned.searched);
            unowned.skipped.extend(look.unowned.skipped);
            Checked {
                root,
                workspace: Some(look.workspace),
                outcome: look.outcome,
                is_unchanged: look.is_unchanged,
            }
        }
        Err(failure) => Checked::failed(root, failure),
    }
}

/// Whether any of the workspaces has an environment.
///
/// # Errors
/// When none has, with the nearest name.
fn known(name: &str, checked: &[Checked]) -> Result<(), Problem> {
    let workspaces = checked.iter().filter_map(|known| known.workspace.as_ref());
    let mut looked = workspaces.map(|workspace| select::environment(workspace, name));
    match looked.next() {
        Some(Err(problem)) if !looked.any(|found| found.is_ok()) => Err(problem),
        _ => Ok(()),
    }
}

/// How many names a message lists before it stops.
const LISTED: usize = 5;

/// The given files and directories that no app owns: a hook passes whatever a commit changes.
#[derive(Debug, Default)]
struct Unowned {
    /// Those that are searched for secrets, and not checked otherwise.
    searched: Vec<PathBuf>,
    /// Those that nothing reads.
    skipped: Vec<PathBuf>,
}

impl Unowned {
    /// A line for each kind.
    fn said(&self) -> Text {
        let mut text = Text::new();
        for (paths, what) in [
            (&self.searched, "only searched for secrets"),
            (&self.skipped, "skipped"),
        ] {
            let listed = Text::names(paths.iter().take(LISTED).map(|path| path.display()), ", ");
            text.push(match paths.len() {
                0 => continue,
                1 => text!("note: {} belongs to no app, so it was {}\n", listed, what),
                count if count <= LISTED => {
                    text!("note: {} belong to no app, so they were {}\n", listed, what)
                }
                count => text!(
                    "note: {}, … ({} paths) belong to no app, so they were {}\n",
                    listed,
                    count,
                    what
                ),
            });
        }
        text
    }
}

/// Of how many apps rules could not say all, in a line.
fn limited(args: &Args, limits: &[Silence]) -> Text {
    let apps: BTreeSet<&str> = limits
        .iter()
        .filter_map(|limit| limit.app.as_deref())
        .collect();
    match apps.len() {
        // They are listed.
        _ if args.verbose || limits.is_empty() => Text::new(),
        0 => "note: some rules met a limit; run with --verbose to see which\n".into(),
        1 => "note: some rules met a limit in 1 app; run with --verbose to see which\n".into(),
        count => text!(
            "note: some rules met a limit in {} apps; run with --verbose to see which\n",
            count
        ),
    }
}

/// Which rules were silent, a line each.
fn silent(silences: &[Silence]) -> Text {
    let lines = silences.iter().map(|silence| match &silence.app {
        Some(app) => text!(
            "silent: {}, on app `{}`: {}\n",
            silence.rules.clone(),
            Name(app),
            silence.reason.clone()
        ),
        None => text!(
            "silent: {}: {}\n",
            silence.rules.clone(),
            silence.reason.clone()
        ),
    });
    Text::join(lines, "")
}

/// How many cases of policies were run, in a line.
fn said_of(args: &Args, cases: &Cases) -> Text {
    match (args.policies, cases.run, cases.without) {
        (false, ..) => Text::new(),
        (true, 0, 0) => "note: envlint.yaml has no policies, so no case was run\n".into(),
        (true, run, 0) => text!("note: {} cases of policies were run\n", run),
        (true, run, without) => text!(
            "note: {} cases of policies were run; {} {} none\n",
            run,
            without,
            if without == 1 {
                "policy has"
            } else {
                "policies have"
            }
        ),
    }
}

/// Which files were not searched for secrets, in a line.
fn unsearched(files: &[Unsearched]) -> Text {
    match files {
        [] => Text::new(),
        [file] => text!(
            "note: `{}` was not searched for secrets: {}\n",
            Name(&file.path),
            file.reason
        ),
        [first, others @ ..] => text!(
            "note: `{}` and {} more {} not searched for secrets; of the first: {}\n",
            Name(&first.path),
            others.len(),
            Name(&if others.len() == 1 {
                "file were"
            } else {
                "files were"
            }),
            first.reason
        ),
    }
}

/// Says that there was nothing to check, which is no proof that all is well.
fn unchanged(args: &Args, checked: &[Checked]) -> Text {
    match &args.changed_since {
        Some(revision) if checked.iter().all(|known| known.is_unchanged) => text!(
            "note: nothing that envlint checks changed since {}\n",
            Name(revision)
        ),
        _ => Text::new(),
    }
}

/// Which environments have no known tier, where all of them are looked at.
fn untold(args: &Args, checked: &[Checked]) -> Text {
    match args.paths.is_empty() {
        true => tiers::untold(checked.iter().filter_map(|known| known.workspace.as_ref())),
        false => Text::new(),
    }
}

/// What else was not read, in a line: nobody takes a check for complete that is not. Files that look like values are
/// findings.
fn unread(args: &Args, checked: &[Checked]) -> Text {
    if !args.paths.is_empty() {
        return Text::new();
    }
    let workspaces = || checked.iter().filter_map(|known| known.workspace.as_ref());
    let all = || workspaces().flat_map(|workspace| workspace.unread());
    let others = checked.iter().map(|known| match &known.workspace {
        Some(workspace) => unsaid(workspace, &known.outcome),
        None => 0,
    });
    let others: usize = others.sum();
    let is_empty = workspaces().all(|workspace| workspace.apps.is_empty());
    let roots = checked.iter().map(|known| known.root.display());
    match (all().count(), others) {
        (0, _) if is_empty => text!(
            "warning: no values file was found below {}, so nothing was checked, except for secrets; run `envlint init --dry-run` \
             to see where envlint looks\n",
            Text::names(roots, ", ")
        ),
        _ if is_empty => "warning: no app was checked, only secrets were searched for; run `envlint apps` to see why\n".into(),
        (_, 0) => Text::new(),
        (1, _) => "note: 1 place was not read; run `envlint apps` to see which, and why\n".into(),
        (all, others) if all == others => text!(
            "note: {} places were not read; run `envlint apps` to see which, and why\n",
            all
        ),
        (all, others) => text!(
            "note: {} places were not read, {} of them without a finding; run `envlint apps` to see which, and why\n",
            all,
            others
        ),
    }
}

/// How many files run pods of which most rules say nothing: those look at what charts make.
fn plain(args: &Args, checked: &[Checked]) -> Text {
    let files = checked.iter().map(|known| known.outcome.extent.plain);
    match files.sum::<usize>() {
        _ if !args.paths.is_empty() => Text::new(),
        0 => Text::new(),
        1 => "note: 1 file runs pods without a chart; envlint checks it for secrets, and not as a manifest of an environment\n".into(),
        count => text!(
            "note: {} files run pods without a chart; envlint checks them for secrets, and not as manifests of an environment\n",
            count
        ),
    }
}

/// How many places were not read of which no finding speaks: a file that is missing is one.
fn unsaid(workspace: &Workspace, outcome: &Outcome) -> usize {
    let findings = || {
        let findings = outcome.findings.iter();
        findings.filter(|finding| finding.rule == "layout/missing-file")
    };
    let is_said = |unread: &Unread| {
        let is_it = |missing: &&MissingFile| {
            let evidence = &missing.evidence;
            evidence.file == unread.file && Some((evidence.line, evidence.column)) == unread.place
        };
        workspace.missing().iter().filter(is_it).any(|missing| {
            findings().any(|finding| {
                let span = finding.location.span;
                let named = finding.location.source.text().get(span.start..span.end);
                let is_named = named.is_some_and(|named| missing.path.ends_with(named.trim()));
                finding.location.source.path == unread.file
                    && (is_named || finding.location.start().line == missing.evidence.line)
            })
        })
    };
    let unread = workspace.unread().iter();
    unread
        .filter(|unread| !unread.is_values && !is_said(unread))
        .count()
}

/// What a look at a workspace came to.
struct Look {
    workspace: Workspace,
    outcome: Outcome,
    unowned: Unowned,
    is_unchanged: bool,
    cases: Cases,
}

impl Look {
    fn seen(self) -> (Workspace, Outcome) {
        (self.workspace, self.outcome)
    }
}

/// Checks what the arguments select in a workspace.
fn look(invocation: &Invocation, args: &Args, group: &Group) -> Result<Look, Failure> {
    let workspace = group.open(invocation)?;
    let mut selected = select::owning(&workspace, &group.paths)?;
    let mut is_unchanged = false;
    if let Some(revision) = &args.changed_since {
        let (changed, reach) = changed::apps(&workspace, revision, args.tracked)?;
        is_unchanged = matches!(&reach, Reach::Below(files) if files.is_empty());
        let is_changed = |app: &&App| changed.iter().any(|other| other.name == app.name);
        selected.apps.retain(is_changed);
        selected.reach = selected.reach.and(reach);
    }
    let mut outcome = check(&workspace, &selected.apps, &selected.reach);
    let mut cases = Cases::default();
    if args.policies {
        cases = Policies::of(&workspace).run_cases();
        outcome.findings.append(&mut cases.findings);
        outcome
            .findings
            .sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    }
    if args.verbose {
        let silences = silences(&workspace, &selected.apps);
        invocation.output.remark(silent(&silences));
        invocation.output.remark(silent(&outcome.limits));
    }
    let left_out = select::left_out(&workspace, &selected.apps, &group.paths)?;
    // One note for each file: why it is not read says more than that it belongs to no app.
    selected.foreign.retain(|path| {
        let below = select::relative(&workspace, path).ok().flatten();
        below.is_none_or(|below| !left_out.iter().any(|left| left.path == below))
    });
    outcome.unsearched.extend(left_out);
    if !args.environments.is_empty() {
        outcome.findings.retain(|finding| {
            finding
                .environment
                .as_ref()
                .is_none_or(|name| args.environments.iter().any(|wanted| **wanted == **name))
        });
    }
    if !args.only.is_empty() {
        let config = &workspace.config;
        let is_wanted = |finding: &Finding| only::is_wanted(&args.only, finding.rule, config);
        outcome.findings.retain(is_wanted);
    }
    let unowned = Unowned {
        searched: selected.searched,
        skipped: selected.foreign,
    };
    Ok(Look {
        workspace,
        outcome,
        unowned,
        is_unchanged,
        cases,
    })
}
