//! `secrets/default-password`.

use crate::masking::text;
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::sensitive::Reason;
use crate::source::Location;

rule! {
    /// A password is a well-known default.
    ///
    /// ## What it does
    ///
    /// Reports passwords that products ship with or that people use as placeholders: `minioadmin`, `changeme`,
    /// `postgres`, `admin123`, `P@ssw0rd`, `123456`, … under keys that name a secret, and inside connection strings.
    ///
    /// ## Why it matters
    ///
    /// Attackers try these passwords first. A password meant for development reaches production with the next copy of
    /// the file.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// minio:
    ///   rootUser: admin
    ///   rootPassword: minioadmin
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// minio:
    ///   existingSecret: minio-credentials
    /// ```
    ///
    /// ## References
    ///
    /// - [CWE-1393: use of default password](https://cwe.mitre.org/data/definitions/1393.html)
    "secrets/default-password", Error, Check::Source(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    for sensitive in cx.source.sensitive() {
        if sensitive.reason != Reason::Default {
            continue;
        }
        let span = match sensitive.parts.as_slice() {
            [part] => *part,
            _ => sensitive.span,
        };
        let message = text!(
            "`{}` contains a default password, one of the first that attackers try",
            sensitive.path
        );
        out.push(
            out.finding(Location::new(cx.source, span), message)
                .at(sensitive.path.clone())
                .help("generate a password, keep it in a secret backend, and name its Secret here (`existingSecret:`)"),
        );
    }
}
