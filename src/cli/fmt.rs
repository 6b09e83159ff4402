//! `envlint fmt`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Failure, Invocation, Status, select, workspaces};
use crate::format::{Formatted, format};
use crate::masking::{Name, Printable, Text, printable, text};
use crate::promotion::{report, unified};
use crate::source::{Problem, ReadError, Source, write};
use crate::workspace::{App, Format, Workspace};

/// Writes values files as `format:` of envlint.yaml says: the order of keys and of items, and quotes.
///
/// What the files say stays the same, and so does every comment. What cannot safely be changed is named, with exit status 1,
/// and stays as it is: what is written in brackets, aliases, keys that stand twice, several documents.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Format only these values files, and those in these directories. Default: those of all apps, with their layers.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Format only the values files of this app. May be repeated. Default: all apps.
    #[arg(long = "app", value_name = "NAME")]
    apps: Vec<String>,
    /// Write nothing: show what would change, and exit with status 1 when anything would.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = workspaces::only(invocation)?;
    let Some(rules) = &workspace.config.format else {
        return Err(
            Problem::without_place("envlint.yaml has no `format:`, so nothing says how values files are written")
                .help("for example `format: {keys: [{path: \".\", first: [image, replicas]}], quotes: double}`")
                .into(),
        );
    };
    let apps = select::apps(&workspace, &args.apps)?;
    let files = wanted(invocation, &workspace, &apps, &args.paths)?;
    let mut work = Work {
        workspace: &workspace,
        rules,
        check: args.check,
        told: Printable::default(),
        counts: [0; 4],
        left: Vec::new(),
        failed: Vec::new(),
    };
    for (path, source) in files {
        work.file(&path, source);
    }
    work.told.push(work.summary());
    invocation.output.result(work.told);
    invocation.output.problems(&work.left);
    invocation.output.problems(&work.failed);
    let [formatted, ..] = work.counts;
    Ok(match (&*work.failed, &*work.left) {
        ([_, ..], _) => Status::Failed,
        (_, [_, ..]) => Status::Findings,
        _ if args.check && formatted > 0 => Status::Findings,
        _ => Status::Clean,
    })
}

/// A values file, as far as it could be read, by its path.
type Files = BTreeMap<String, Result<Arc<Source>, Text>>;

/// The values files that are asked for. What a fleet generates is left out: its template says how that is written.
fn wanted(
    invocation: &Invocation,
    workspace: &Workspace,
    apps: &[&App],
    paths: &[PathBuf],
) -> Result<Files, Problem> {
    let mut files = Files::new();
    for app in apps
        .iter()
        .filter(|app| app.fleet_item(workspace).is_none())
    {
        for file in &app.load(workspace).values {
            let own =
                (file.is_own_file() && !file.is_encrypted()).then_some((&file.path, &file.source));
            let layers = file.others().map(|layer| (&layer.path, &layer.source));
            for (path, source) in own.into_iter().chain(layers) {
                // An environment without a file has nothing to format.
                if !matches!(source, Err(ReadError::Missing)) {
                    let source = source.as_ref().map(Arc::clone);
                    let source = source.map_err(|error| text!("{}", error));
                    files.entry(path.clone()).or_insert(source);
                }
            }
        }
    }
    if paths.is_empty() {
        return Ok(files);
    }
    let mut asked = Files::new();
    for path in paths {
        let below = select::relative(workspace, path)?;
        let is_in = |file: &str| {
            let below = below.as_deref()?;
            let rest = file.strip_prefix(below)?;
            (below.is_empty() || rest.is_empty() || rest.starts_with('/')).then_some(())
        };
        let mut found = files.iter().filter(|(file, _)| is_in(file).is_some());
        let mut found = found.by_ref().peekable();
        if found.peek().is_none() {
            invocation.output.remark(text!(
                "note: {} is skipped: it is no values file of an app in an environment\n",
                path
            ));
        }
        asked.extend(found.map(|(file, source)| (file.clone(), source.clone())));
    }
    Ok(asked)
}

struct Work<'w> {
    workspace: &'w Workspace,
    rules: &'w Format,
    check: bool,
    told: Printable,
    /// How many files are or would be formatted, are or would be so in part, were so already, and are not.
    counts: [usize; 4],
    /// What stays as it is, though it should not.
    left: Vec<Problem>,
    /// What could not be read or written.
    failed: Vec<Problem>,
}

impl Work<'_> {
    fn file(&mut self, path: &str, source: Result<Arc<Source>, Text>) {
        let [formatted, partly, already, not] = &mut self.counts;
        let cannot = |what: &'static str, error: Text| {
            Problem::without_place(text!("cannot {} {}: {}", what, Name(path), error))
        };
        let source = match source {
            Ok(source) => source,
            Err(error) => {
                self.failed.push(cannot("read", error));
                return;
            }
        };
        let Formatted { text, left } = match format(&source, self.rules) {
            Ok(formatted) => formatted,
            Err(problem) => {
                *not += 1;
                self.left.push(*problem);
                return;
            }
        };
        match (&text, left.is_empty()) {
            (Some(_), true) => *formatted += 1,
            (Some(_), false) => *partly += 1,
            (None, true) => *already += 1,
            (None, false) => *not += 1,
        }
        self.left.extend(left);
        let Some(text) = text else {
            return;
        };
        let new = Source::new(path, text);
        if self.check {
            self.told
                .push(report::diff::unified(&unified(&source, &new)));
        } else {
            let place = self.workspace.root.join(path);
            if let Err(error) = write::replace(&place, source.text(), new.text()) {
                self.failed.push(cannot("write", text!("{}", error)));
                return;
            }
            let name = Text::of(&Name(path)).show();
            self.told.push(printable!("formatted {}\n", name));
        }
    }

    fn summary(&self) -> Printable {
        let [formatted, partly, already, not] = self.counts;
        let all = match formatted + partly + already + not {
            0 => return printable!("0 files\n"),
            1 => printable!("1 file"),
            more => printable!("{} files", more),
        };
        let (would, would_partly) = match self.check {
            true => ("to format", "to format in part"),
            false => ("formatted", "formatted in part"),
        };
        let parts = [
            (formatted, would),
            (partly, would_partly),
            (already, "as they should be"),
            (not, "not formatted"),
        ];
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        let parts = parts.map(|(number, what)| printable!("{} {}", number, what));
        printable!("{}: {}\n", all, Printable::join(parts, ", "))
    }
}
