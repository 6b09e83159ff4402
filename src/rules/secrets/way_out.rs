//! What to put in the place of a secret.

use envlint_yaml::Segment;

use crate::masking::{Name, Text, text};
use crate::pulumi::stack_of;
use crate::rules::{Role, SourceContext};
use crate::sensitive::Sensitive;

/// What a secret is replaced by in a template: the object says how its pods get it. None for what is no template.
pub(super) fn in_template(cx: &SourceContext<'_>, sensitive: &Sensitive) -> Option<&'static str> {
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
pub(super) fn in_stack(cx: &SourceContext<'_>, sensitive: &Sensitive) -> Option<Text> {
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
