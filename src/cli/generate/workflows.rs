//! `envlint generate workflows`.

use std::path::PathBuf;

use super::scaffold::{self, Scaffold, fill};
use crate::cli::{Failure, Invocation, Status};
use crate::masking::{Name, text};
use crate::source::Problem;
use crate::workspace::{Environment, Tier, Workspace};

const CHECK: &str = include_str!("../../../templates/workflows/envlint.yml");
const PROMOTE: &str = include_str!("../../../templates/workflows/promote.yml");

/// The script that installs envlint from its release.
const INSTALL: &str = include_str!("../../../templates/workflows/install.sh");

/// Writes GitHub workflows: one that checks every pull request, and one for each step of the promotion order, which opens
/// the pull request of a promotion. Promotions to production wait for a person's approval.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The repository's root. Default: the root of the git work tree.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The SHA-256 of the archive that the workflows install, as `SHA256SUMS` of the release has it for
    /// x86_64-unknown-linux-musl. They then run no other file.
    #[arg(long, value_name = "SHA256", value_parser = digest)]
    digest: Option<String>,
    /// Overwrite files that have other content.
    #[arg(long)]
    force: bool,
}

fn digest(text: &str) -> Result<String, &'static str> {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    match hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(hex.to_ascii_lowercase()),
        false => Err("a SHA-256 is 64 hexadecimal digits"),
    }
}

/// The step that installs envlint, the version that wrote the workflow: a release's file whose attestation says that
/// this project's release workflow built it.
fn install(digest: Option<&str>) -> String {
    let check = digest.map(|digest| format!("echo \"{digest}  $archive\" | sha256sum --check\n"));
    let repository = env!("CARGO_PKG_REPOSITORY");
    let values = [
        ("version", env!("CARGO_PKG_VERSION")),
        ("repository", repository),
        ("name", repository.trim_start_matches("https://github.com/")),
        ("check", check.as_deref().unwrap_or_default()),
    ];
    let mut step =
        "        env:\n          GH_TOKEN: ${{ github.token }}\n        run: |\n".to_owned();
    for line in fill(INSTALL, &values).lines() {
        step += &format!("          {line}\n");
    }
    step.truncate(step.trim_end().len());
    step
}

pub(super) fn run(invocation: &Invocation, args: &Args) -> Result<Status, Failure> {
    let install = install(args.digest.as_deref());
    let (workspace, out) = scaffold::places(invocation, args.out.as_deref())?;
    let config = scaffold::config_option(&workspace, &out)?;
    let common = [("install", &*install), ("config", &*config)];
    let mut scaffolds = vec![Scaffold {
        path: ".github/workflows/envlint.yml".to_owned(),
        text: fill(CHECK, &common),
        executable: false,
    }];
    let steps = steps(&workspace);
    for (from, to) in &steps {
        scaffolds.push(promotion(from, to, &common)?);
    }
    let status = scaffold::write(invocation, &out, args.force, &scaffolds)?;
    if steps.is_empty() {
        invocation.output.remark(text!(
            "note: no promotion workflow was written, because {} has fewer than two environments\n",
            workspace.root
        ));
    }
    Ok(status)
}

/// The steps of the promotion order. Previews are no part of it, and every environment of the production tier is
/// promoted to from the last one before production.
fn steps(workspace: &Workspace) -> Vec<(&Environment, &Environment)> {
    let mut steps = Vec::new();
    let mut last: Option<&Environment> = None;
    for environment in &workspace.environments {
        if environment.tier == Tier::Preview {
            continue;
        }
        steps.extend(last.map(|last| (last, environment)));
        if last.is_none() || environment.tier != Tier::Production {
            last = Some(environment);
        }
    }
    steps
}

fn promotion(
    from: &Environment,
    to: &Environment,
    common: &[(&str, &str)],
) -> Result<Scaffold, Problem> {
    for environment in [from, to] {
        let is_plain = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
        if !environment.name.chars().all(is_plain) || environment.name.starts_with('-') {
            return Err(Problem::without_place(text!(
                "the environment's name `{}` needs quotes in a shell",
                Name(&environment.name)
            ))
            .help("use letters, digits, `.`, `_` and `-`"));
        }
    }
    let gate = match to.tier {
        Tier::Production => "    environment: production # a person approves\n",
        Tier::Preview | Tier::Development | Tier::Staging => "",
    };
    let text = PROMOTE.replace("{gate}\n", gate);
    let names = [("from", &*from.name), ("to", &*to.name)];
    Ok(Scaffold {
        path: format!(".github/workflows/promote-to-{}.yml", to.name),
        text: fill(&text, &[&names[..], common].concat()),
        executable: false,
    })
}
