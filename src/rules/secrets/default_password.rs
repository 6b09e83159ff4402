//! `secrets/default-password`.

use crate::masking::text;
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::sensitive::Reason;
use crate::source::Location;

rule! {
    /// A password is one that everybody knows.
    ///
    /// ## What it does
    ///
    /// Reports passwords that products are delivered with or that people type until they think of a better one:
    /// `minioadmin`, `changeme`, `postgres`, `admin123`, `P@ssw0rd`, `123456`, … under keys that promise a secret, and
    /// inside of connection strings.
    ///
    /// ## Why it matters
    ///
    /// These are the first passwords that an attacker tries. One that is meant for development reaches production by the
    /// next copy of the file.
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
            "`{}` is set to a default password, one of the first that an attacker tries",
            sensitive.path
        );
        out.push(
            out.finding(Location::new(cx.source, span), message)
                .at(sensitive.path.clone())
                .help("keep a generated password in a secret backend, and name the Secret here instead, as in `existingSecret:`"),
        );
    }
}
