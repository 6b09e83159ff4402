//! Every command in every format, for the tests that hold for all of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::{Ran, Sandbox, fixtures};

/// What `{out}` stands for.
pub(crate) const OUT: &str = "report.out";

/// Every command in every format. A new command or format gets a line here. `{out}` is a file in the workspace whose
/// content is searched as well.
pub(crate) const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "--format", "json"],
    &["check", "--format", "sarif"],
    &["check", "--format", "github"],
    &["check", "--format", "gitlab"],
    &["check", "--format", "junit"],
    &["check", "--format", "markdown"],
    &["check", "--format", "json", "--output", "{out}"],
    &["check", "--env", "prod"],
    &["check", "dev/values.yaml"],
    &["diff", "dev", "staging"],
    &["diff", "dev", "prod", "--all"],
    &["diff", "dev", "prod", "--all", "--side-by-side"],
    &["diff", "dev", "staging", "--format", "unified"],
    &["diff", "dev", "staging", "--format", "json", "--all"],
    &["diff", "dev", "staging", "--format", "markdown"],
    &["diff", "dev/values.yaml", "prod/values.yaml"],
    &[
        "diff",
        "dev/values.yaml",
        "prod/values.yaml",
        "--format",
        "json-patch",
    ],
    &["diff", "dev/", "prod/", "--format", "json"],
    &["fmt", "--check"],
    &["status"],
    &["status", "--format", "json"],
    &["status", "--format", "markdown"],
    &["backport", "--from", "staging", "--to", "dev"],
    &[
        "backport", "--from", "staging", "--to", "dev", "--format", "json",
    ],
    &[
        "backport",
        "--from",
        "staging",
        "--to",
        "dev",
        "--format",
        "markdown",
        "--pr-body",
        "{out}",
    ],
    &["apps"],
    &["apps", "--format", "json"],
    &["apps", "--format", "markdown"],
    &["trace", "--env", "dev", "--value", "db.password"],
    &[
        "trace", "--env", "prod", "--value", "labels", "--format", "json",
    ],
    &["trace", "--env", "dev", "ConfigMap/x", "data.a"],
    &[
        "trace",
        "--env",
        "dev",
        "ConfigMap/x",
        "data",
        "--format",
        "json",
    ],
    &["promote", "--from", "dev", "--to", "staging"],
    &[
        "promote", "--from", "dev", "--to", "staging", "--format", "json",
    ],
    &[
        "promote", "--from", "dev", "--to", "staging", "--format", "markdown",
    ],
    &[
        "promote",
        "--from",
        "dev",
        "--to",
        "staging",
        "--pr-body",
        "{out}",
    ],
    &["init", "--dry-run"],
    &["init", "--suggest", "--confidence", "low"],
    &["diff", "dev", "staging", "--kind", "change"],
    &["render", "--env", "prod"],
    &["render", "--env", "prod", "--only", "secrets"],
    &["preview", "--pr", "7", "--from", "prod", "--format", "json"],
    &[
        "preview",
        "--pr",
        "7",
        "--from",
        "dev",
        "--out",
        "preview",
        "--comment",
        "{out}",
    ],
    &["preview", "--pr", "7", "--from", "dev", "--cleanup"],
    &[
        "preview",
        "--pr",
        "7",
        "--from",
        "dev",
        "--verify",
        "dev/values.yaml",
    ],
    &["rules"],
    &["explain", "secrets/plaintext"],
    &["schema"],
    &["generate", "values", "--check"],
    &["generate", "values"],
    &["completions", "bash"],
    &["diff", "dev", "prod", "--rendered"],
    &["diff", "dev", "prod", "--rendered", "--format", "json"],
    &["diff", "dev", "prod", "--rendered", "--format", "markdown"],
    // The chart fails with all values in its message. What a chart makes of them is not searched: `template` gives it to
    // another program, as it is.
    &["template", "shop", "chart", "-f", "dev/values.yaml"],
    &["generate", "workflows"],
    &["generate", "hooks"],
    &["generate", "hooks", "--framework", "--force"],
    &["explain", "secrets"],
    &["rules", "--format", "json"],
    &["generate", "templates", "--chart", "chart"],
    &[
        "seal", "--cert", "{cert}", "--env", "prod", "--secret", "db", "--key", "password",
    ],
    &["check", "--fix"],
];

/// Runs a command; all that it says, in a file too, and how it ended.
pub(crate) fn searched(sandbox: &Sandbox, command: &[&str]) -> (String, Ran) {
    let out = sandbox.root().join(OUT);
    let certificate = fixtures().join("seal/cert.pem");
    let arguments: Vec<&str> = command
        .iter()
        .map(|argument| match *argument {
            "{out}" => OUT,
            "{cert}" => certificate.to_str().expect("a path of text"),
            argument => argument,
        })
        .collect();
    let ran = sandbox.run(&arguments);
    let mut all = format!("{}\n{}", ran.stdout, ran.stderr);
    if out.exists() {
        all += &std::fs::read_to_string(&out).expect("the report");
        std::fs::remove_file(&out).expect("the report goes away");
    }
    (all, ran)
}

pub(crate) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}
