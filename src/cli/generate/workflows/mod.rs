//! `envlint generate workflows`.

mod github;
mod gitlab;
mod preview;
mod route;

use std::path::PathBuf;

use super::scaffold::{self, Scaffold, fill};
use crate::cli::{Failure, Invocation, Status};
use crate::masking::text;
use crate::source::{Problem, remote_owner};
use preview::By;
use route::Step;

/// The script that makes the options of `envlint promote` of what a person chose.
const PROMOTE: &str = include_str!("../../../../templates/workflows/promote.sh");

/// Writes workflows: one that checks every pull request, and one that opens the pull request of a promotion, for the apps
/// and paths that a person chooses. Promotions to production wait for a person's approval.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The system that runs them.
    #[arg(long = "for", value_enum, value_name = "SYSTEM", default_value_t = System::Github)]
    system: System,
    /// The repository's root. Default: the root of the git work tree.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The SHA-256 of the archive that the workflows install, as `SHA256SUMS` of the release has it for
    /// x86_64-unknown-linux-musl. They then run no other file.
    #[arg(long, value_name = "SHA256", value_parser = digest)]
    digest: Option<String>,
    /// Open one pull request for each app, instead of one for all.
    #[arg(long)]
    each_app: bool,
    /// Write instead the workflow that deploys an environment for each pull request (GitHub alone): with kubectl, or with the
    /// pull-request generator of Argo CD.
    #[arg(
        long,
        value_enum,
        value_name = "BY",
        num_args = 0..=1,
        default_missing_value = "kubectl",
        conflicts_with = "each_app"
    )]
    preview: Option<By>,
    /// Overwrite files that have other content.
    #[arg(long)]
    force: bool,
}

/// What runs workflows.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum System {
    /// GitHub Actions
    Github,
    /// GitLab CI/CD
    Gitlab,
}

/// What the scaffolds leave open.
struct Content<'a> {
    /// The steps of the promotion order
    steps: Vec<Step<'a>>,
    /// The `--config` that envlint needs to find the workspace
    config: String,
    /// The SHA-256 of the archive to install
    digest: Option<&'a str>,
    /// Whether each app gets a pull request of its own
    each_app: bool,
}

fn digest(text: &str) -> Result<String, &'static str> {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    match hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(hex.to_ascii_lowercase()),
        false => Err("a SHA-256 is 64 hexadecimal digits"),
    }
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let (workspace, out) = scaffold::places(invocation, args.out.as_deref())?;
    let content = Content {
        steps: route::steps(&workspace)?,
        config: scaffold::config_option(&workspace, &out)?,
        digest: args.digest.as_deref(),
        each_app: args.each_app,
    };
    if let Some(by) = args.preview {
        if matches!(args.system, System::Gitlab) {
            return Err(
                Problem::without_place("envlint writes previews for GitHub alone")
                    .help("GitLab has environments that end by themselves: let their jobs call `envlint preview` (docs/previews.md#with-gitlab)")
                    .into(),
            );
        }
        let install = github::install(&content);
        let scaffolds = preview::scaffolds((&workspace, &out), by, &content, &install)?;
        let status = scaffold::write(invocation, &out, args.force, &scaffolds)?;
        scaffold::remark_on_place(invocation, &out);
        invocation.output.remark(preview::NEXT);
        if by == By::Argocd && remote_owner(&out).is_none() {
            invocation.output.remark(preview::NO_REMOTE);
        }
        return Ok(status);
    }
    let scaffolds = match args.system {
        System::Github => github::scaffolds(&content),
        System::Gitlab => gitlab::scaffolds(&content),
    };
    let status = scaffold::write(invocation, &out, args.force, &scaffolds)?;
    scaffold::remark_on_place(invocation, &out);
    if content.steps.is_empty() {
        invocation.output.remark(text!(
            "note: no promotion workflow was written, because {} has fewer than two environments\n",
            workspace.root
        ));
    }
    if matches!(args.system, System::Gitlab) {
        invocation.output.remark(gitlab::NEXT);
    }
    Ok(status)
}

impl Content<'_> {
    /// The script that installs envlint, the version that wrote the workflow.
    fn install(&self, script: &str, check: &str) -> String {
        let repository = env!("CARGO_PKG_REPOSITORY");
        let values = [
            ("check", check),
            ("version", env!("CARGO_PKG_VERSION")),
            ("repository", repository),
            ("name", repository.trim_start_matches("https://github.com/")),
        ];
        fill(script, &values)
    }

    /// The command that holds the archive to the digest.
    fn is_digest(&self) -> Option<String> {
        let digest = self.digest?;
        Some(format!("echo \"{digest}  $archive\" | sha256sum --check"))
    }

    /// The script that makes the options of `envlint promote`.
    fn promote(&self) -> String {
        let cases = self.steps.iter().map(|step| {
            let (from, to) = (&step.from.name, &step.to.name);
            format!("  {to}) from={from} ;;")
        });
        let cases: Vec<String> = cases.collect();
        fill(PROMOTE, &[("steps", &cases.join("\n"))])
    }

    /// The environments to promote to, as items of a YAML list.
    fn options(&self, columns: usize) -> String {
        let options = self.steps.iter().map(|step| {
            let name = envlint_yaml::emit(&envlint_yaml::Value::String(step.to.name.to_string()));
            format!("- {name}")
        });
        let options: Vec<String> = options.collect();
        indented(&options.join("\n"), columns)
    }
}

/// The lines, behind so many spaces.
fn indented(text: &str, columns: usize) -> String {
    let line = |line: &str| match line.is_empty() {
        true => String::new(),
        false => format!("{:columns$}{line}", ""),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
