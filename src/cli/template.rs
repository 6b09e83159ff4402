//! `envlint template`: `helm template` without helm. Only flags that work without a cluster and without a network have an effect;
//! the others say so, or are taken and ignored where `helm template` ignores them as well.

use std::mem::ManuallyDrop;
use std::path::{Component, PathBuf};

use anyhow::{Context as _, bail};
use envlint_helm::{
    LoadOptions, OutputFile, TemplateCommand, TemplateError, ValueOptions, Warning,
};

use super::{Failure, Invocation, Status};
use crate::manifests::in_short;
use crate::masking::{self, Name, Said, Seen, Text, text};
use crate::source::write::{self, NewFile};
use crate::source::{Problem, ReadError, Source, boundary, read_regular};
use crate::workspace::learn_marked_by;

/// Renders a chart exactly as `helm template` does.
#[derive(Debug, clap::Args)]
#[command(disable_version_flag = true, args_override_self = true)]
pub(super) struct Args {
    /// The name of the release (`release-name` without one), then the directory or archive of the chart.
    #[arg(value_name = "[NAME] CHART", required = true, num_args = 1..)]
    names: Vec<String>,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    release: ReleaseArgs,
    #[command(flatten)]
    shown: ShownArgs,
    #[command(flatten)]
    ignored: IgnoredArgs,
    #[command(flatten)]
    refused: RefusedArgs,
}

#[derive(Debug, clap::Args)]
struct ValueArgs {
    /// A values file; `-` is standard input. May be repeated, later files win.
    #[arg(
        short = 'f',
        long = "values",
        value_name = "FILE",
        value_delimiter = ','
    )]
    files: Vec<String>,
    /// Set values: `key1=val1,key2=val2`. May be repeated.
    #[arg(long, value_name = "VALUES")]
    set: Vec<String>,
    /// Set values that are text, whatever they look like.
    #[arg(long, value_name = "VALUES")]
    set_string: Vec<String>,
    /// Set values to JSON: `key1=json1,key2=json2` or one object.
    #[arg(long, value_name = "VALUES")]
    set_json: Vec<String>,
    /// Set values to the content of files: `key1=path1,key2=path2`.
    #[arg(long, value_name = "VALUES")]
    set_file: Vec<String>,
    /// Set one value to the text after `=`, whatever it holds.
    #[arg(long, value_name = "VALUE")]
    set_literal: Vec<String>,
    /// Do not check values against the JSON Schema of the chart.
    #[arg(long)]
    skip_schema_validation: bool,
}

#[derive(Debug, clap::Args)]
struct ReleaseArgs {
    /// The namespace of the release.
    #[arg(short, long)]
    namespace: Option<String>,
    /// A template for the name of the release.
    #[arg(long, value_name = "TEMPLATE")]
    name_template: Option<String>,
    /// Without effect, as in `helm template`, which always has a name.
    #[arg(short, long)]
    generate_name: bool,
    /// Render an upgrade instead of an installation.
    #[arg(long)]
    is_upgrade: bool,
    /// The version of Kubernetes that the chart sees.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Further API versions that the chart sees.
    #[arg(short, long, value_name = "VERSIONS", value_delimiter = ',')]
    api_versions: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct ShownArgs {
    /// Show only manifests of these templates, as paths inside the chart or patterns.
    #[arg(short, long, value_name = "TEMPLATE")]
    show_only: Vec<String>,
    /// Show the files of `crds/` as well.
    #[arg(long)]
    include_crds: bool,
    /// Leave out the tests of the chart.
    #[arg(long)]
    skip_tests: bool,
    /// Leave out hooks.
    #[arg(long)]
    no_hooks: bool,
    /// Write manifests to files in this directory.
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Make the name of the release part of the paths in the output directory.
    #[arg(long)]
    release_name: bool,
    /// Show what was rendered even when it is no YAML.
    #[arg(long)]
    debug: bool,
}

/// Flags that `helm template` takes and that change nothing of what it prints.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Without effect")]
struct IgnoredArgs {
    #[arg(long, hide = true)]
    create_namespace: bool,
    #[arg(long, hide = true, value_name = "TEXT")]
    description: Option<String>,
    #[arg(long, hide = true)]
    devel: bool,
    #[arg(long, hide = true)]
    disable_openapi_validation: bool,
    #[arg(long, hide = true, alias = "force")]
    force_replace: bool,
    #[arg(long, hide = true)]
    force_conflicts: bool,
    #[arg(long, hide = true)]
    hide_notes: bool,
    #[arg(short, long, hide = true, value_name = "LABELS")]
    labels: Vec<String>,
    #[arg(long, hide = true)]
    render_subchart_notes: bool,
    #[arg(long, hide = true)]
    replace: bool,
    #[arg(long, hide = true, alias = "atomic")]
    rollback_on_failure: bool,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    server_side: Option<String>,
    #[arg(long, hide = true)]
    skip_crds: bool,
    #[arg(long, hide = true)]
    take_ownership: bool,
    #[arg(long, hide = true, value_name = "DURATION")]
    timeout: Option<String>,
    #[arg(long, hide = true, value_name = "RANGE")]
    version: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "watcher")]
    wait: Option<String>,
    #[arg(long, hide = true)]
    wait_for_jobs: bool,
}

/// Flags that need what envlint never uses: a cluster, a network, plugins.
#[derive(Debug, clap::Args)]
struct RefusedArgs {
    #[arg(long, hide = true)]
    validate: bool,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: Option<String>,
    #[arg(long, hide = true)]
    kubeconfig: Option<String>,
    #[arg(long, hide = true)]
    kube_context: Option<String>,
    #[arg(long, hide = true)]
    kube_apiserver: Option<String>,
    #[arg(long, hide = true)]
    repo: Option<String>,
    #[arg(long, hide = true)]
    verify: bool,
    #[arg(long, hide = true)]
    dependency_update: bool,
    #[arg(long, hide = true)]
    enable_dns: bool,
    #[arg(long, hide = true)]
    post_renderer: Option<String>,
}

impl RefusedArgs {
    fn check(&self) -> anyhow::Result<()> {
        let cluster = [
            ("--validate", self.validate),
            (
                "--dry-run=server",
                self.dry_run.as_deref() == Some("server"),
            ),
            ("--kubeconfig", self.kubeconfig.is_some()),
            ("--kube-context", self.kube_context.is_some()),
            ("--kube-apiserver", self.kube_apiserver.is_some()),
        ];
        let network = [
            ("--repo", self.repo.is_some()),
            ("--verify", self.verify),
            ("--dependency-update", self.dependency_update),
            ("--enable-dns", self.enable_dns),
        ];
        if let Some((flag, _)) = cluster.iter().find(|(_, given)| *given) {
            bail!(
                "{flag} needs a cluster, and envlint never talks to one; use `helm template` for it"
            );
        }
        if let Some((flag, _)) = network.iter().find(|(_, given)| *given) {
            bail!(
                "{flag} needs the network, and envlint never uses it; pull the chart and its dependencies with helm first"
            );
        }
        if self.post_renderer.is_some() {
            bail!(
                "--post-renderer is a plugin of helm; pipe the output through the program instead"
            );
        }
        Ok(())
    }
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    args.refused.check()?;
    let command = command(args)?;
    // The process ends when this is printed: taking the chart's trees apart would be for nothing.
    let loaded = command
        .load_with(&|file| read(args, file))
        .map(ManuallyDrop::new);
    if let Ok(loaded) = &loaded {
        learn_marked_by(loaded.chart(), loaded.values());
    }
    match loaded.and_then(|loaded| command.print(&loaded)) {
        Ok(printed) => {
            for warning in &printed.warnings {
                invocation
                    .output
                    .remark(text!("warning: {}\n", said(warning)));
            }
            write_files(args, &printed.files)?;
            invocation.output.manifests(&printed.stdout);
            Ok(Status::Clean)
        }
        Err(error) => {
            let mut near = None;
            if let TemplateError::Render { error, stdout } = &error {
                invocation.output.manifests(stdout);
                near = error.suggestion();
            }
            let reason = error.to_string();
            let problem =
                Problem::without_place(text!("{}", Said(in_short(&reason)))).suggest(near);
            // Helm's words are of several lines, and no line of a file shows them.
            Err(Failure::Other(match problem.advice() {
                Some(help) => text!("{}\nhelp: {}", problem.message, help),
                None => problem.message,
            }))
        }
    }
}

/// Writes the files of the output directory, all or none. Only names below it are written to, whatever a chart calls its
/// templates.
fn write_files(args: &Args, files: &[OutputFile]) -> anyhow::Result<()> {
    let file = |file: &OutputFile| -> anyhow::Result<NewFile> {
        let name = match &args.shown.output_dir {
            Some(directory) => file.path.strip_prefix(directory).ok(),
            None => None,
        };
        let is_named = name.is_some_and(|name| {
            let mut parts = name.components();
            parts.all(|part| matches!(part, Component::Normal(_)))
        });
        if !is_named {
            bail!("{} leads out of the output directory", file.path.display());
        }
        // What a link leads to may be no file of this repository, and would be copied into one.
        if file.append && file.path.is_symlink() {
            bail!(
                "a symbolic link is at {}; replace it with a file",
                file.path.display()
            );
        }
        let mut text = match file.append.then(|| read_regular(&file.path)) {
            None | Some(Err(ReadError::Missing)) => String::new(),
            Some(old) => old
                .and_then(Source::text_of)
                .with_context(|| format!("cannot add to {}", file.path.display()))?,
        };
        text.push_str(&file.text);
        Ok(NewFile {
            path: file.path.clone(),
            text,
            executable: false,
        })
    };
    let files: Vec<NewFile> = files.iter().map(file).collect::<anyhow::Result<_>>()?;
    Ok(write::all(&files)?)
}

/// Reads a file that an option names, and makes its secrets known to the masker: an error may quote a value. What
/// `--set-file` puts under a secret-like key is a secret as a whole.
fn read(args: &Args, file: &str) -> Result<Vec<u8>, String> {
    let bytes = envlint_helm::read_local(file)?;
    let text = String::from_utf8_lossy(&bytes);
    masking::learn_text(&text);
    let flags = args.values.set_file.iter().flat_map(|flag| flag.split(','));
    let mut settings = flags.filter_map(|setting| setting.split_once('='));
    if settings.any(|(key, named)| named == file && masking::is_secret_key(key)) {
        masking::learn_marked(std::iter::once(&*text));
    }
    Ok(bytes)
}

/// A warning of Helm's. A value in it is masked by its keys, as it would be in its file.
fn said(warning: &Warning) -> Text {
    let mut warning = warning.clone();
    match warning.value_mut() {
        Some((path, value)) => {
            let key = path.rsplit('.').next().unwrap_or(path);
            *value = masking::mask_value(key, value);
            Text::of(&Seen(warning))
        }
        None => Text::of(&Name(warning)),
    }
}

fn command(args: &Args) -> anyhow::Result<TemplateCommand> {
    let (release, chart) = match args.names.as_slice() {
        [chart] => (None, chart),
        [release, chart] => (Some(release.clone()), chart),
        [_, _, rest @ ..] => bail!(
            "expected at most two arguments, unexpected arguments: {}",
            rest.join(", ")
        ),
        [] => None.context("a chart is needed")?,
    };
    let ValueArgs {
        files,
        set,
        set_string,
        set_json,
        set_file,
        set_literal,
        ..
    } = &args.values;
    Ok(TemplateCommand {
        release,
        chart: chart.into(),
        values: ValueOptions {
            files: files.clone(),
            json: set_json.clone(),
            set: set.clone(),
            strings: set_string.clone(),
            set_files: set_file.clone(),
            literals: set_literal.clone(),
        },
        namespace: args.release.namespace.clone(),
        name_template: args.release.name_template.clone(),
        generate_name: args.release.generate_name,
        kube_version: args.release.kube_version.clone(),
        api_versions: args.release.api_versions.clone(),
        upgrade: args.release.is_upgrade,
        skip_schema: args.values.skip_schema_validation,
        show_only: args.shown.show_only.clone(),
        include_crds: args.shown.include_crds,
        skip_tests: args.shown.skip_tests,
        no_hooks: args.shown.no_hooks,
        output_dir: args.shown.output_dir.clone(),
        release_in_path: args.shown.release_name,
        debug: args.shown.debug,
        load: LoadOptions {
            links_within: links_of(chart),
            seen: Some(masking::learn_file),
            any_format: false,
            brings_local: false,
            together: None,
        },
        ..TemplateCommand::default()
    })
}

/// The links of a chart may lead where those of its repository may. Who names a chart says where it is, by a link or not.
fn links_of(chart: &str) -> Option<PathBuf> {
    let chart = std::fs::canonicalize(chart).ok()?;
    let directory = match chart.is_dir() {
        true => Some(chart.as_path()),
        false => chart.parent(),
    };
    directory.map(boundary)
}
