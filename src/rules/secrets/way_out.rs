//! What to put in the place of a secret.

use envlint_yaml::{Path, Segment};

use crate::masking::{Name, Text, text};
use crate::pulumi::stack_of;
use crate::rules::{Exposure, Role, SourceContext};
use crate::sensitive::Sensitive;
use crate::values::plain_key;
use crate::workspace::ChartFiles;

/// What a person does first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// The secret is one that somebody uses.
    Revoke,
    /// It is one that everybody knows.
    Generate,
}

/// What to put in the place of a secret, or how to do without it.
pub(super) fn way_out(cx: &SourceContext<'_>, sensitive: &Sensitive, first: First) -> Text {
    let (lead, again) = match first {
        First::Revoke => (
            "revoke it, keep a new one in a secret backend",
            "; revoke it where it was used",
        ),
        First::Generate => ("generate a password, keep it in a secret backend", ""),
    };
    let exposure = cx.exposure_of(sensitive);
    let is_deployed = cx.role == Role::Deployed;
    if let Some(command) = in_stack(cx, sensitive) {
        return match first {
            First::Revoke => text!("revoke it, and encrypt a new one: {}", command),
            First::Generate => text!("generate a password, and encrypt it: {}", command),
        };
    }
    if is_deployed && exposure == Exposure::Unused && cx.is_of_template() {
        return text!(
            "remove it, or let the chart fail here (`required`): no environment's values take this branch{}",
            again
        );
    }
    if let Some(instead) = in_template(cx, sensitive) {
        return text!("{}, {}", lead, instead);
    }
    match cx.role {
        _ if sensitive.in_manifest => text!(
            "{}, and commit an ExternalSecret or a SealedSecret instead",
            lead
        ),
        Role::Deployed if exposure == Exposure::Unread => text!(
            "remove it: no template of the chart reads this value{}",
            again
        ),
        Role::Deployed if exposure == Exposure::Unused => {
            text!(
                "remove it: all environments override this value or turn its section off{}",
                again
            )
        }
        Role::Deployed => text!("{}, and {}", lead, in_values(cx, &sensitive.path)),
        Role::Default => text!(
            "leave the default empty, and let values name a Secret (`existingSecret:`){}",
            again
        ),
        Role::Applied | Role::Unread | Role::Local | Role::Test => text!(
            "{}, and read it from there (`secretKeyRef`, a variable)",
            lead
        ),
    }
}

/// What stands in values in the place of a secret: the name of a Secret, where the chart has a key for it.
fn in_values(cx: &SourceContext<'_>, path: &Path) -> Text {
    let usual = || Text::from("name its Secret here (`existingSecret:`)");
    let Some(reads) = cx.chart.and_then(ChartFiles::reads) else {
        return usual();
    };
    let mut above = path.parent();
    while let Some(map) = above {
        let keys = reads.keys_below(&map);
        if let Some(key) = keys.into_iter().find(|key| names_a_secret(key)) {
            return text!("name its Secret in `{}`", map.key(key));
        }
        above = map.parent();
    }
    match reads.names(path) {
        true => "let the chart's template read it from a Secret (`secretKeyRef`)".into(),
        // A template takes the map that holds it, or a chart that is not here does.
        false => usual(),
    }
}

/// Whether a key of values is for the name of a Secret: `existingSecret`, `secretName`, `passwordSecretRef`.
pub(super) fn names_a_secret(key: &str) -> bool {
    let key = plain_key(key);
    key.contains("existingsecret") || key.ends_with("secretname") || key.ends_with("secretref")
}

/// What a secret is replaced by in a template: the object says how its pods get it. None for what is no template.
fn in_template(cx: &SourceContext<'_>, sensitive: &Sensitive) -> Option<&'static str> {
    if cx.role != Role::Deployed || !cx.is_of_template() {
        return None;
    }
    let before = cx.source.text().get(..sensitive.span.start)?;
    let mut lines = before
        .lines()
        .rev()
        .take_while(|line| !line.starts_with("---"));
    let kind = lines.find_map(|line| line.strip_prefix("kind:"));
    Some(match kind.map(str::trim) {
        Some("ConfigMap") => "and move it from this ConfigMap to a Secret that the pod mounts",
        Some("Secret") => {
            "and let values name the Secret (`existingSecret:`) instead of writing it here"
        }
        _ => "and read it from its Secret here (`valueFrom: {secretKeyRef: …}`)",
    })
}

/// How a secret is encrypted in the configuration of a stack of Pulumi. None for what is no such file.
fn in_stack(cx: &SourceContext<'_>, sensitive: &Sensitive) -> Option<Text> {
    let stack = stack_of(&cx.source.path)?;
    let key = sensitive.path.segments().get(1);
    let key = key.and_then(|segment| match segment {
        Segment::Key(key) => Some(key),
        _ => None,
    });
    Some(text!(
        "`pulumi config set --secret {} --stack {}`",
        Name(key?),
        Name(stack)
    ))
}
