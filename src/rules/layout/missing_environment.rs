//! `layout/missing-environment`.

use crate::masking::{Name, Said, Text, text};
use crate::naming::{environment_name, family};
use crate::rules::{AppContext, Check, Reporter, WorkspaceContext, rule};
use crate::source::ReadError;
use crate::source::{Location, Severity};
use crate::workspace::{AppConfig, Tier, ValuesFile};

rule! {
    /// An app has no values file for an environment.
    ///
    /// ## What it does
    ///
    /// Where `envlint.yaml` declares environments and apps, reports every app that lacks the values file of one. An
    /// entry for many apps (`name: "{app}"`) that finds no file is an error, too.
    ///
    /// Without these declarations, it warns about an app that lacks an environment that most apps have; other
    /// spellings of a name (`prod`, `production`, `live`) count as the same environment. Ignored there: apps of which the
    /// repository says where they are deployed, apps for development alone, and environments for pull requests. An app of an
    /// entry for many is treated so, as long as the entry has no `environments:`.
    ///
    /// ## Why it matters
    ///
    /// The deployment fails, or uses the chart's defaults, which were never meant for that environment.
    ///
    /// ## Example
    ///
    /// ```text
    /// envlint.yaml                     # environments: {dev: …, staging: …, prod: …}
    /// environments/dev/values.yaml
    /// environments/prod/values.yaml
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// envlint.yaml
    /// environments/dev/values.yaml
    /// environments/staging/values.yaml
    /// environments/prod/values.yaml
    /// ```
    ///
    /// `envlint promote --from dev --to staging` shows what the new file should hold.
    ///
    /// ## References
    ///
    /// - [The configuration of envlint](https://github.com/envlint/envlint/blob/main/docs/configuration.md)
    "layout/missing-environment", Error, Check::App(check), Check::Workspace(check_entries)
}

/// An entry for many apps finds files, or else nothing is checked and nobody sees it.
fn check_entries(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let Some(source) = &cx.workspace.config_source else {
        return;
    };
    for entry in cx.workspace.entries_without_files() {
        let message = text!(
            "`{}` stands for many apps, but no file matches its `values:`, so none is checked",
            Name(&entry.name.value)
        );
        let finding = out.finding(Location::new(source, entry.place()), message);
        out.push(finding.help(
            "correct `values:`, or remove the entry; `{env}` is the name of a declared environment",
        ));
    }
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    match cx.app.declaration(cx.workspace) {
        Some(place) => {
            check_declared(cx, &place, out);
            check_one_of_many(cx, out);
        }
        None => check_found(cx, out),
    }
}

fn is_missing(file: &ValuesFile) -> bool {
    matches!(file.source, Err(ReadError::Missing))
}

/// The way out for an app of a fleet.
const GENERATE: &str = "generate it: `envlint generate values`";

/// An app of the configuration must have a file for every environment of the configuration.
fn check_declared(cx: &AppContext<'_>, place: &Location, out: &mut Reporter<'_>) {
    let files = &cx.files.values;
    if !files.is_empty() && files.iter().all(is_missing) {
        let message = text!(
            "`{}` has no values file in any environment",
            Name(&cx.app.name)
        );
        let expected = files.first().map_or("", |file| &file.path);
        let finding = out.finding(place.clone(), message);
        out.push(match cx.app.fleet_item(cx.workspace) {
            Some(_) => finding.help(GENERATE),
            None => finding.help(text!(
                "add the files (the first one belongs at {}), or correct `values:` in envlint.yaml",
                Said(&expected)
            )),
        });
        return;
    }
    for file in files.iter().filter(|file| is_missing(file)) {
        let name = &file.environment.name;
        let message = text!(
            "`{}` has no values file for {}: {} does not exist",
            Name(&cx.app.name),
            Name(&name),
            Name(&file.path)
        );
        let is_declared = cx.workspace.config.environments.get(name).is_some();
        let finding = if is_declared {
            out.finding(place.clone(), message)
        } else if is_usual(cx, name) {
            out.lowered(Severity::Warning, place.clone(), message)
        } else {
            continue;
        };
        let help = match cx.app.fleet_item(cx.workspace) {
            Some(_) => GENERATE,
            None => "add the file",
        };
        out.push(finding.environment(name).help(help));
    }
}

/// An app of an entry for many has the environments that it has files for: it should have those that most apps have.
fn check_one_of_many(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let config = cx.app.config(cx.workspace);
    let is_of_many =
        |config: &&AppConfig| config.name.value != *cx.app.name && config.environments.is_none();
    if config.filter(is_of_many).is_none() || is_of_development(cx) {
        return;
    }
    let place = cx.files.values.iter().find_map(ValuesFile::start);
    let lacking = lacking_usual(cx);
    let Some(place) = place.filter(|_| !lacking.is_empty()) else {
        return;
    };
    let message = text!(
        "`{}` has no values file for {}; other apps have one",
        Name(&cx.app.name),
        Text::listed(&lacking)
    );
    let finding = out.lowered(Severity::Warning, place, message);
    out.push(finding.help(
        "add the file, or declare the app by itself in envlint.yaml, with the `environments:` that it has",
    ));
}

/// Whether an environment that is not declared is to be expected: other apps have it, and this one has none of the kind.
fn is_usual(cx: &AppContext<'_>, name: &str) -> bool {
    let kind = family(name);
    let has_kind = |file: &ValuesFile| !is_missing(file) && family(&file.environment.name) == kind;
    cx.workspace
        .usual_environments()
        .iter()
        .any(|usual| usual == kind)
        && !cx.files.values.iter().any(has_kind)
}

/// An app that was found should have the environments of the configuration, or else those that most apps have.
fn check_found(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let files = &cx.files.values;
    let declared = &cx.workspace.config.environments;
    let lacking: Vec<String> = if declared.is_empty() {
        lacking_usual(cx)
    } else {
        let has = |name: &str| files.iter().any(|file| *file.environment.name == *name);
        let names = declared.iter().map(|(name, _)| &name.value);
        names.filter(|name| !has(name)).cloned().collect()
    };
    // An app without values files of its own lacks none.
    let mut own = files.iter().filter(|file| file.is_own_file());
    let Some(place) = own.find_map(ValuesFile::start) else {
        return;
    };
    if lacking.is_empty() || (declared.is_empty() && is_meant(cx)) {
        return;
    }
    let reason = if declared.is_empty() {
        "other apps have one"
    } else {
        "envlint.yaml declares it"
    };
    let message = text!(
        "`{}` has no values file for {}; {}",
        Name(&cx.app.name),
        Text::listed(&lacking),
        reason
    );
    let finding = out.lowered(Severity::Warning, place, message);
    out.push(finding.help(
        "add the file next to this one, or declare the apps and environments in envlint.yaml",
    ));
}

/// The environments that most apps have and this one lacks.
fn lacking_usual(cx: &AppContext<'_>) -> Vec<String> {
    // Who has `prod-east` and `prod-west` needs no `prod`.
    let stage = |name: &str| environment_name(name).map(|told| told.stage);
    let has = |kind: &str| {
        cx.files.values.iter().any(|file| {
            let name = &file.environment.name;
            family(name) == kind || stage(name).is_some() && stage(name) == stage(kind)
        })
    };
    let usual = cx.workspace.usual_environments().iter();
    usual
        .filter(|kind| !has(kind))
        .map(|kind| spelling(cx, kind))
        .collect()
}

/// Whether the app belongs only where it is: something says where it is deployed, or it never leaves development.
fn is_meant(cx: &AppContext<'_>) -> bool {
    cx.app.has_evidence() || is_of_development(cx)
}

fn is_of_development(cx: &AppContext<'_>) -> bool {
    let mut files = cx.files.values.iter();
    files.all(|file| file.environment.tier == Tier::Development)
}

/// An environment's family in the spelling of this workspace.
fn spelling(cx: &AppContext<'_>, kind: &str) -> String {
    let environments = cx.workspace.environments.iter();
    let mut known = environments.filter(|environment| family(&environment.name) == kind);
    known.next().map_or_else(
        || kind.to_owned(),
        |environment| environment.name.to_string(),
    )
}
