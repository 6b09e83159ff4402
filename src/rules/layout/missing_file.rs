//! `layout/missing-file`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::Span;

use super::written::writes;
use crate::masking::{Name, ObjectName, text};
use crate::naming::{Tier, is_put_aside, mentions};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::{Confidence, Ignored, Location, Severity, Source, is_yaml};
use crate::workspace::MissingFile;

rule! {
    /// A deployment names a values file or a chart that does not exist.
    ///
    /// ## What it does
    ///
    /// Reports values files that an Argo CD Application, a helmfile, Kustomize or a `helm` command of a script names and
    /// that are not there, and charts that an Application, a helmfile or a command names, at the line that names them. It is
    /// an error where the line names the file as it is, others lie next to it, and the file is that of production, or a chart
    /// that an Application or a helmfile takes from this repository. A folder with values and without `Chart.yaml` is no chart.
    ///
    /// Ignored are folders of what was put aside (`legacy`, `archive`, `unused`), files that a folder which is copied to
    /// where it is used (`examples`, `defaults`, `template`) names from there (`../values.yaml`), files that may be missing (`ignoreMissingValueFiles: true`, `missingFileHandler: Warn`), names with
    /// variables that nothing in the repository sets, files that `.gitignore` covers or that the same script writes, and
    /// files in directories that are not here, which may be those of another repository, unless an Application takes its chart
    /// from there or names them from the folder of a chart of this repository, or the directory is misspelt. An Application's `repoURL` is this repository when other Applications of it take charts from here.
    ///
    /// ## Why it matters
    ///
    /// The deployment fails. Most often the file was renamed, and one place was forgotten.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # argocd/shop.yaml
    /// helm:
    ///   valueFiles: [values-production.yaml]     # the file is values-prod.yaml
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # argocd/shop.yaml
    /// helm:
    ///   valueFiles: [values-prod.yaml]
    /// ```
    ///
    /// ## References
    ///
    /// - [Argo CD: values files](https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#values-files)
    /// - [helmfile: the file that may be missing](https://helmfile.readthedocs.io/en/latest/#configuration)
    "layout/missing-file", Error, Check::Workspace(check)
}

/// One line that names more files than that is one cause: a generator makes their names.
const MOST_OF_LINE: usize = 1;

/// The bytes that are searched for the names of files that are not there.
const MOST_SEARCHED: u64 = 200_000_000;

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let is_asked =
        |missing: &&MissingFile| cx.complete || cx.asked.contains(missing.evidence.file.as_str());
    let is_in_use = |missing: &&MissingFile| !is_put_aside(&missing.evidence.file);
    let all = cx.missing.iter();
    let all = all.filter(is_asked).filter(is_in_use);
    let mut seen = BTreeSet::new();
    let all: Vec<&MissingFile> = all
        .filter(|missing| seen.insert((line_of(missing), &missing.path)))
        .collect();
    let mut of_line: HashMap<Line<'_>, usize> = HashMap::new();
    for missing in &all {
        *of_line.entry(line_of(missing)).or_default() += 1;
    }
    let mut sources: HashMap<&str, Arc<Source>> = HashMap::new();
    let budget = Budget::new(MOST_SEARCHED);
    let mut ignored = Ignored::below(&cx.workspace.root);
    for missing in all {
        let file = missing.evidence.file.as_str();
        let source = sources
            .entry(file)
            .or_insert_with(|| cx.workspace.open_file(file));
        if !budget.spend(source.text().len() as u64) {
            let message = "more files that do not exist are deployed than are looked for";
            let finding = out
                .finding(Location::start_of(source), message)
                .help("correct those that are listed first");
            out.push(out.lower_severity(Severity::Warning, finding));
            break;
        }
        let is_one_of_many = of_line
            .get(&line_of(missing))
            .is_some_and(|count| *count > MOST_OF_LINE);
        if !ignored.covers(&missing.path) {
            report(cx, missing, source, is_one_of_many, out);
        }
    }
}

/// A line of a file.
type Line<'m> = (&'m str, usize);

/// The line that names a file.
fn line_of(missing: &MissingFile) -> Line<'_> {
    (&missing.evidence.file, missing.evidence.line)
}

/// Longer names are not compared.
const LONGEST: usize = 100;
/// Letters that are missing, too many or wrong in a name that was meant to be another one.
const MOST_EDITS: usize = 2;

fn report(
    cx: &WorkspaceContext<'_>,
    missing: &MissingFile,
    source: &Arc<Source>,
    is_one_of_many: bool,
    out: &mut Reporter<'_>,
) {
    let meant = meant(cx.workspace.yaml_files(), missing);
    let siblings = siblings(cx, missing);
    if siblings.is_none() && meant.is_none() {
        return;
    }
    let siblings = siblings.unwrap_or_default();
    let file = name_of(&missing.path);
    if is_placeholder(&missing.path)
        || is_of_template(source, &missing.path)
        || writes(source.text(), file)
    {
        return;
    }
    let start = line_start(source.text(), missing.evidence.line);
    let named = missing.path.strip_suffix("/Chart.yaml");
    let literal = named_after(source, start, named.unwrap_or(&missing.path));
    let made = match literal {
        Some(_) => None,
        None => made_by(source, start, &missing.path),
    };
    let literal = match made {
        Some(_) => None,
        None => literal.or_else(|| named_after(source, start, file)),
    };
    let place = made.as_ref().map(|made| made.place.clone());
    let place = place.or_else(|| literal.clone()).unwrap_or_else(|| {
        Location::new(
            source,
            Span::new(start, start + line_at(source.text(), start).len()),
        )
    });
    let environment = made.and_then(|made| made.environment);
    let message = text!(
        "`{}` is deployed with `{}`, which does not exist",
        ObjectName(&missing.of),
        Name(&missing.path)
    );
    let message = match &environment {
        Some(environment) => text!("in `{}`, {}", Name(environment), message),
        None => message,
    };
    let in_folder = missing
        .path
        .rsplitn(3, '/')
        .take(2)
        .map(str::len)
        .sum::<usize>()
        + 1;
    let with_folder = missing
        .path
        .get(missing.path.len().saturating_sub(in_folder)..);
    let is_near = |sibling: &&&str, is: fn(&str, &str) -> bool| match sibling.contains('/') {
        true => with_folder.is_some_and(|name| is(sibling, name)),
        false => is(sibling, file),
    };
    let near = siblings
        .iter()
        .find(|sibling| is_near(sibling, is_same_stage))
        .or_else(|| siblings.iter().find(|sibling| is_near(sibling, is_slip)))
        .copied();
    let near = meant.or(near).or_else(|| near_path(cx, &missing.path));
    let finding = out
        .finding(place, message)
        .suggest(near)
        .help("add it, or correct its name");
    let is_production = mentions(&missing.path).any(|mention| mention.tier == Tier::Production);
    // What lies in a folder that is not here, either, may be of an Application that nobody applies.
    let is_known = meant.is_some() || !siblings.is_empty();
    let is_sure = (is_production || missing.is_needed) && is_known;
    let finding = match (is_sure, &literal) {
        (true, Some(_)) => finding,
        _ => out.lower_severity(Severity::Warning, finding),
    };
    let is_made = is_one_of_many && literal.is_none();
    let finding = match literal {
        Some(_) => finding,
        None => finding.confidence(Confidence::Medium),
    };
    out.push(match environment {
        // An environment that was begun lacks all its files.
        Some(environment) => finding.once_of(
            missing.evidence.file.clone(),
            text!("missing in {}", Name(&environment)),
            text!("`{}`", Name(&missing.path)),
        ),
        // What a line makes by the dozen is one mistake.
        None if is_made => finding.once_of(
            format!("{}:{}", missing.evidence.file, missing.evidence.line),
            "missing",
            text!("`{}`", Name(&missing.path)),
        ),
        // However many deployments name it, it is one file that is not there.
        None => {
            let of = text!("`{}`", ObjectName(&missing.of));
            finding.once_of(missing.path.clone(), "missing", of)
        }
    });
}

/// The files next to the one that is missing; none where its directory is not here, and need not be. Commands run in a directory that is
/// known only where the path tells it.
fn siblings<'w>(cx: &WorkspaceContext<'w>, missing: &MissingFile) -> Option<Vec<&'w str>> {
    let directory = match missing.path.rsplit_once('/') {
        Some((directory, _)) => directory,
        None if missing.evidence.words.is_empty() || !missing.evidence.file.contains('/') => "",
        None => return None,
    };
    let prefix = match directory {
        "" => String::new(),
        directory => format!("{directory}/"),
    };
    let files = cx.workspace.yaml_files();
    let first = files.partition_point(|path| *path < prefix);
    let below = files
        .get(first..)?
        .iter()
        .map_while(|path| path.strip_prefix(&*prefix));
    let mut siblings: Vec<&str> = below.filter_map(|path| path.split('/').next()).collect();
    siblings.dedup();
    if siblings.is_empty() {
        siblings = files_beside(files, &missing.path);
    }
    (missing.is_here || !siblings.is_empty()).then_some(siblings)
}

/// The one file or chart whose path is that of a missing one but for a folder: one that is misspelt
/// (`environment/prod/values.yaml`), or those before it in a path of a manifest (`gitops/environments/prod/values.yaml`).
fn meant<'w>(files: &'w [String], missing: &MissingFile) -> Option<&'w str> {
    let path = missing.path.as_str();
    let is_declared = missing.evidence.words.is_empty();
    let is_it = |file: &&str| {
        let tail = path
            .strip_suffix(*file)
            .filter(|before| before.ends_with('/'));
        let is_tail = tail.is_some() && file.matches('/').count() > 1;
        is_misspelt(path, file) || (is_declared && is_tail)
    };
    // A chart is named by its folder.
    let of_chart = (!is_yaml(path)).then_some("/Chart.yaml");
    let named = files.iter().map(String::as_str);
    let named = named.filter_map(|file| file.strip_suffix(of_chart.unwrap_or_default()));
    let mut found = named
        .filter(|file| name_of(file) == name_of(path))
        .filter(is_it);
    found.next().filter(|_| found.next().is_none())
}

/// Whether two paths differ in one folder alone, and there by a slip of the hand. `dev` and `qa` are two folders.
fn is_misspelt(left: &str, right: &str) -> bool {
    let (left, right): (Vec<&str>, Vec<&str>) =
        (left.split('/').collect(), right.split('/').collect());
    if left.len() != right.len() {
        return false;
    }
    let mut others = left
        .iter()
        .zip(&right)
        .filter(|(left, right)| left != right);
    let Some((left, right)) = others.next().filter(|_| others.next().is_none()) else {
        return false;
    };
    let digits = |word: &str| {
        word.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let has_stage = mentions(left).next().is_some() || mentions(right).next().is_some();
    // Of short names, only a letter too many or too few is a slip: `a-team` and `b-team` are two.
    let short = left.len().min(right.len());
    let is_plain_slip = || {
        let is_one_more = left.len().abs_diff(right.len()) == 1;
        is_one_more && strsim::damerau_levenshtein(left, right) == 1 && short > MOST_EDITS + 1
    };
    let is_like = (short > 3 * MOST_EDITS && is_slip(left, right)) || is_plain_slip();
    !has_stage && digits(left) == digits(right) && is_like
}

/// The files of the same name in the folders next to one that is not there: `dev/values.yaml` and `prod/values.yaml` of
/// `stage/values.yaml`.
fn files_beside<'w>(files: &'w [String], missing: &str) -> Vec<&'w str> {
    let Some((directory, file)) = missing.rsplit_once('/') else {
        return Vec::new();
    };
    let Some((above, _)) = directory.rsplit_once('/') else {
        return Vec::new();
    };
    let prefix = format!("{above}/");
    let first = files.partition_point(|path| *path < prefix);
    let below = files.get(first..).unwrap_or_default().iter();
    let below = below.map_while(|path| path.strip_prefix(prefix.as_str()));
    let same = below.filter(|path| path.split_once('/').is_some_and(|(_, rest)| rest == file));
    same.collect()
}

/// The file of the same name whose folder differs by a slip: `environments/dev/values.yaml` of `environment/dev/values.yaml`.
fn near_path<'w>(cx: &WorkspaceContext<'w>, missing: &str) -> Option<&'w str> {
    let (directory, file) = missing.rsplit_once('/')?;
    let mut files = cx.workspace.yaml_files().iter();
    let is_it = |path: &&String| {
        let folder = path.rsplit_once('/').filter(|(_, name)| *name == file);
        folder.is_some_and(|(folder, _)| {
            folder.len().abs_diff(directory.len()) <= MOST_EDITS && is_slip(folder, directory)
        })
    };
    files.find(is_it).map(String::as_str)
}

/// Whether a path has a part that something else fills in: `PLACEHOLDER_CLUSTER-values.yaml`.
fn is_placeholder(path: &str) -> bool {
    let mut words = path.split(['/', '-', '.']);
    let is_upper = |word: &str| {
        word.len() >= 4
            && word
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    words.any(is_upper) || path.contains(['<', '>', '{', '%', '$', '@'])
}

/// Whether what names the file lies in a folder that is copied to where it is used, and leads out of its own directory: from
/// there, it leads elsewhere.
fn is_of_template(source: &Source, missing: &str) -> bool {
    const COPIED: [&str; 9] = [
        "boilerplate",
        "cookiecutter",
        "default",
        "defaults",
        "example",
        "examples",
        "scaffold",
        "skeleton",
        "template",
    ];
    let is_copied = |folder: &str| {
        let mut words = folder.split(['-', '_', '.']);
        words.any(|word| COPIED.contains(&word))
    };
    let mut folders = source.path.split('/').rev().skip(1);
    folders.any(is_copied) && source.text().contains(&format!("../{}", name_of(missing)))
}

/// Whether two names differ by a slip of the hand. What names of values files have in common would make any two near.
fn is_slip(left: &str, right: &str) -> bool {
    left.len() <= LONGEST
        && right.len() <= LONGEST
        && strsim::damerau_levenshtein(left, right) <= MOST_EDITS
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether two names of files are those of one environment: `values-production.yaml` and `values-prod.yaml`.
fn is_same_stage(left: &str, right: &str) -> bool {
    let parts = |name: &str| -> Option<(String, &'static str)> {
        let mention = mentions(name).next()?;
        let (before, after) = (name.get(..mention.at.start)?, name.get(mention.at.end..)?);
        Some((format!("{before}/{after}"), mention.stage))
    };
    parts(left).is_some_and(|left| parts(right) == Some(left))
}

fn line_start(text: &str, line: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    before.map(str::len).sum()
}

fn line_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    rest.split(['\n', '\r']).next().unwrap_or_default()
}

/// The text that makes a path: a template of helmfile.
struct Made {
    place: Location,
    /// What it has in the place of the environment's name.
    environment: Option<String>,
}

/// How many lines behind the evidence a release may name its files.
const MOST_LINES: usize = 300;

/// The line at or behind the evidence whose template makes a path: `conf/{{ .Environment.Name }}/values.yaml`.
fn made_by(source: &Arc<Source>, start: usize, path: &str) -> Option<Made> {
    let mut from = start;
    let lines = source.text().get(start..)?.split_inclusive('\n');
    let lines = lines.take(MOST_LINES).map(|line| {
        let at = from;
        from += line.len();
        (at, line)
    });
    let mut made = lines.filter_map(|(at, line)| {
        let mut texts = texts(line);
        let (text, environment) = texts.find_map(|text| Some((text, filled(text, path)?)))?;
        let start = at + line.find(text)?;
        let place = Location::new(source, Span::new(start, start + text.len()));
        Some(Made { place, environment })
    });
    made.next()
}

/// What a line may say: the whole item of a list, or each text of a list in it.
fn texts(line: &str) -> impl Iterator<Item = &str> {
    let item = line.trim().trim_start_matches("- ").trim();
    let inner = line.split(['[', ']', ',', '"', '\'']).map(str::trim);
    std::iter::once(item.trim_matches(['"', '\''])).chain(inner)
}

/// Whether a template makes a path, and what stands in it for the environment's name.
fn filled(template: &str, path: &str) -> Option<Option<String>> {
    let (before, mut rest) = template.split_once("{{")?;
    // `$values/apps/…` begins at the root of a repository.
    let before = match before.strip_prefix('$') {
        Some(reference) => reference.split_once('/')?.1,
        None => before.trim_start_matches("./").trim_start_matches("../"),
    };
    let at = path.find(before)?;
    let mut path = path.get(at + before.len()..)?;
    let mut environment = None;
    loop {
        let (action, after) = rest.split_once("}}")?;
        let (literal, next) = match after.split_once("{{") {
            Some((literal, next)) => (literal, Some(next)),
            None => (after, None),
        };
        let end = match next {
            Some(_) => path.find(literal)?,
            None => path.strip_suffix(literal)?.len(),
        };
        let value = path.get(..end)?;
        if value.is_empty() || value.contains('/') {
            return None;
        }
        if action.contains("Environment.Name") {
            environment = Some(value.to_owned());
        }
        match next {
            Some(next) => {
                path = path.get(end + literal.len()..)?;
                rest = next;
            }
            None => return Some(environment),
        }
    }
}

/// The place where a file is named as it is, at or behind the evidence.
fn named_after(source: &Arc<Source>, start: usize, file: &str) -> Option<Location> {
    let text = source.text();
    let is_edge = |char: Option<char>| {
        char.is_none_or(|char| !char.is_alphanumeric() && !matches!(char, '-' | '_' | '.'))
    };
    let (at, _) = text.get(start..)?.match_indices(file).find(|(at, _)| {
        let (before, after) = (text.get(..start + at), text.get(start + at + file.len()..));
        is_edge(before.and_then(|text| text.chars().next_back()))
            && is_edge(after.and_then(|text| text.chars().next()))
    })?;
    let span = Span::new(start + at, start + at + file.len());
    Some(Location::new(source, span))
}
