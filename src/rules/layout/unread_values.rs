//! `layout/unread-values`.

use envlint_yaml::Segment;

use crate::masking::{Text, text};
use crate::naming::{Tier, is_put_aside, mentions};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::{Location, Severity};
use crate::workspace::Unread;

rule! {
    /// Files look like values and belong to no app.
    ///
    /// ## What it does
    ///
    /// Reports files that look like values files by their names or their contents, and that no app uses: nothing that
    /// envlint reads deploys them, and their names tell no environment. All of them are one finding; files that another rule of
    /// this category reports are left out, and so are files of comments alone, a chart's own `values.yaml`, and folders of what was
    /// put aside (`legacy`, `archive`, `unused`), of data of tests (`testdata`, `fixtures`, `ci` of a chart), of templates that people copy (`shop-template`), files that are called examples (`example-values.yaml`), and folders of tools that people write with (`.vscode`). It is an info for values files next to the `Chart.yaml` of a chart that others publish. `envlint apps` says for each file why.
    ///
    /// ## Why it matters
    ///
    /// envlint does not check these files. Without a word about them, a clean result would look complete.
    ///
    /// ## Example
    ///
    /// ```text
    /// deploy/values-dev.yaml
    /// deploy/values-prod.yaml
    /// deploy/values-blue.yaml      # no known environment, and nothing deploys it
    /// ```
    ///
    /// ## Use instead
    ///
    /// Declare what is deployed:
    ///
    /// ```yaml
    /// # envlint.yaml
    /// environments:
    ///   dev: {}
    ///   prod: {}
    ///   blue: {tier: production}
    /// ```
    ///
    /// List what is deployed nowhere, such as examples and values for tests, in `.envlintignore`, in the form of
    /// `.gitignore`.
    ///
    /// ## References
    ///
    /// - [What envlint finds, and what it does not read](https://github.com/envlint/envlint/blob/main/docs/apps.md)
    "layout/unread-values", Warning, Check::Workspace(check)
}

/// Folders of what tests read, and of tools that help people write.
const OF_NO_DEPLOYMENT: [&str; 16] = [
    ".agents",
    ".claude",
    ".codex",
    ".cursor",
    ".devcontainer",
    ".gemini",
    ".idea",
    ".opencode",
    ".vscode",
    ".windsurf",
    "fixtures",
    "mocks",
    "skeleton",
    "test-data",
    "testdata",
    "cookiecutter",
];

/// Whether a file lies where nothing is deployed from.
fn is_of_no_deployment(path: &str) -> bool {
    let mut folders = path.split('/').rev().skip(1);
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut words = name.split(|char: char| !char.is_ascii_alphanumeric());
    words.any(is_example)
        || folders.any(|folder| {
            OF_NO_DEPLOYMENT.contains(&folder)
                || folder.ends_with("-template")
                || folder.ends_with("_template")
        })
}

/// Whether a word says that something is to be copied from.
fn is_example(word: &str) -> bool {
    matches!(word, "example" | "examples" | "sample" | "samples")
}

/// Whether a file lies in a folder of examples: what is not there is named first.
fn is_among_examples(path: &str) -> bool {
    let mut folders = path.split('/').rev().skip(1);
    folders.any(is_example)
}

/// Whether a path names production: its files are named first.
fn names_production(path: &str) -> bool {
    mentions(path).any(|mention| mention.tier == Tier::Production)
}

/// Whether a file holds the defaults of the chart around it.
fn is_of_chart(cx: &WorkspaceContext<'_>, path: &str) -> bool {
    let directory = path.strip_suffix("values.yaml");
    let chart = directory.filter(|directory| directory.is_empty() || directory.ends_with('/'));
    chart.is_some_and(|chart| {
        let chart = format!("{chart}Chart.yaml");
        let files = cx.workspace.yaml_files();
        files.binary_search(&chart).is_ok()
    })
}

/// Whether a file lies in the folder with the values that a chart is tested with.
/// <https://github.com/helm/chart-testing/blob/main/doc/ct_install.md>
fn is_of_tests_of_chart(cx: &WorkspaceContext<'_>, path: &str) -> bool {
    let chart = path.rsplit_once("/ci/").map(|(chart, _)| chart);
    chart.is_some_and(|chart| is_there(cx, &format!("{chart}/Chart.yaml")))
}

/// Whether a file came with a chart that others publish: its `Chart.yaml` names its home and those who maintain it.
fn is_of_published_chart(cx: &WorkspaceContext<'_>, path: &str) -> bool {
    let chart = path
        .rsplit_once('/')
        .map(|(folder, _)| format!("{folder}/Chart.yaml"));
    let Some(chart) = chart.filter(|chart| is_there(cx, chart)) else {
        return false;
    };
    let source = cx.workspace.open_file(&chart);
    let has = |key: &str| {
        let root = source.document.root();
        root.is_some_and(|root| root.child(&Segment::Key(key.to_owned())).is_some())
    };
    has("maintainers") && (has("home") || has("sources"))
}

fn is_there(cx: &WorkspaceContext<'_>, file: &str) -> bool {
    let files = cx.workspace.yaml_files();
    files
        .binary_search_by(|known| known.as_str().cmp(file))
        .is_ok()
}

/// Whether a file holds more than comments, or is no YAML.
fn holds_something(cx: &WorkspaceContext<'_>, path: &str) -> bool {
    let source = cx.workspace.open_file(path);
    let document = &source.document;
    let is_null = document.root().is_none_or(|root| root.is_null());
    !is_null || !document.errors().is_empty()
}

/// How many files a finding names.
const LISTED: usize = 5;

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    // Whoever asks for single apps does not ask for what belongs to none.
    if !cx.complete {
        return;
    }
    // A file of which another rule of the category speaks is said to be there.
    let is_said = |file: &str| {
        let mut others = cx.findings.iter();
        others.any(|other| other.rule.starts_with("layout/") && other.location.source.path == file)
    };
    let unread = cx.workspace.unread().iter();
    let is_open = |unread: &&Unread| {
        unread.is_values
            && !is_said(&unread.file)
            && !is_put_aside(&unread.file)
            && !is_of_no_deployment(&unread.file)
            && !is_of_chart(cx, &unread.file)
            && !is_of_tests_of_chart(cx, &unread.file)
            && holds_something(cx, &unread.file)
    };
    let unread = unread.filter(is_open);
    let (published, own): (Vec<&Unread>, Vec<&Unread>) =
        unread.partition(|unread| is_of_published_chart(cx, &unread.file));
    report(cx, own, Severity::Warning, out);
    // Whoever vendors a chart gets its other values files with it.
    report(cx, published, Severity::Info, out);
}

fn report(
    cx: &WorkspaceContext<'_>,
    mut files: Vec<&Unread>,
    severity: Severity,
    out: &mut Reporter<'_>,
) {
    files.sort_by_key(|unread| {
        let is_less = !names_production(&unread.file);
        (is_among_examples(&unread.file), is_less, &unread.file)
    });
    files.dedup_by_key(|unread| &unread.file);
    let Some(first) = files.first() else {
        return;
    };
    let source = cx.workspace.open_file(&first.file);
    let listed = Text::names(files.iter().take(LISTED).map(|unread| &unread.file), ", ");
    let message = match files.len() {
        1 => text!(
            "`{}` looks like values, but belongs to no app in an environment, so it is only searched for secrets: {}",
            listed,
            first.reason
        ),
        count => text!(
            "{} files look like values, but belong to no app in an environment, so they are only searched for secrets: {}{}{}",
            count,
            listed,
            if count > LISTED { ", …" } else { "" },
            match files.iter().all(|other| other.reason == first.reason) {
                true => text!(" ({})", first.reason),
                false => Text::new(),
            }
        ),
    };
    let finding = out.lowered(severity, Location::start_of(&source), message);
    out.push(finding.help(
        "run `envlint apps` to see why; declare the app or the environment in envlint.yaml, or list what is not deployed \
         in .envlintignore",
    ));
}
