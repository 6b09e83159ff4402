//! The steps of the promotion order, as a script names them.

use crate::masking::{Name, text};
use crate::source::Problem;
use crate::workspace::{Environment, Tier, Workspace};

/// A promotion from one environment to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    /// The environment that has the values
    pub from: &'a Environment,
    /// The environment that gets them
    pub to: &'a Environment,
}

impl Step<'_> {
    /// Whether a person approves it.
    pub(super) fn is_gated(&self) -> bool {
        self.to.tier == Tier::Production
    }
}

/// The steps. Previews are no part of the order, and every environment of the production tier is promoted to from the last
/// one before production.
///
/// # Errors
/// When an environment's name would need quotes in a shell.
pub(super) fn steps(workspace: &Workspace) -> Result<Vec<Step<'_>>, Problem> {
    let mut steps = Vec::new();
    let mut last: Option<&Environment> = None;
    for environment in &workspace.environments {
        if environment.tier == Tier::Preview {
            continue;
        }
        is_plain(environment)?;
        steps.extend(last.map(|from| Step {
            from,
            to: environment,
        }));
        if last.is_none() || environment.tier != Tier::Production {
            last = Some(environment);
        }
    }
    Ok(steps)
}

fn is_plain(environment: &Environment) -> Result<(), Problem> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    if environment.name.chars().all(is_plain) && !environment.name.starts_with('-') {
        return Ok(());
    }
    Err(Problem::without_place(text!(
        "the environment's name `{}` needs quotes in a shell",
        Name(&environment.name)
    ))
    .help("use letters, digits, `.`, `_` and `-`"))
}
