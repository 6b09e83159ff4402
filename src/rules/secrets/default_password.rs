//! `secrets/default-password`.

use super::beside::{is_half_of_pair, said_place};
use super::excuse::Excuse;
use super::way_out::{First, way_out};
use crate::masking::text;
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::sensitive::Reason;

rule! {
    /// A password is a well-known default.
    ///
    /// ## What it does
    ///
    /// Reports passwords that products ship with or that people use as placeholders: `minioadmin`, `changeme`,
    /// `postgres`, `admin123`, `P@ssw0rd`, `123456`, … under keys that name a secret, and inside connection strings. The
    /// message says when one only holds the place of a secret (`CHANGE_ME_AWS_KEY`, `relay-secret-change-me`), when it equals the user next to it, and which other environments have the same one.
    ///
    /// It reads the same files as `secrets/plaintext`. It is an error in values of an app, in templates of its chart and
    /// in a Secret that is a manifest; a warning where only environments of development have it. It is an info in values files that belong
    /// to no app, in values that no template reads, in a branch of a template that no environment takes or that stands in for a
    /// Secret that values do not name, in examples, tests, `.github`, Compose, `.env` and `.properties` files, in settings that are packed into a program (`src/main/resources`), in
    /// files for a cluster on somebody's own machine (`local/`, `values-minikube.yaml`) and
    /// in settings of a program that reaches its services on `localhost`, and a warning elsewhere: also where
    /// no environment has the value, since all override it or switch its section off. It is an info where it opens a
    /// truststore, which holds public certificates, where a script of a template names what a product is delivered with
    /// (`SHOP_DEFAULT_PASSWORD=…`), and, outside of production, where a setting next to it names the emulator that takes it
    /// (LocalStack, MailHog, H2 in memory, Vault's dev server) or a comment or a key around it (`fakeData`) says that it is a
    /// placeholder or not for production (`demo only`), and in development where images come from a registry of somebody's own
    /// machine (`localhost:5001`). It is an info where values name a Secret for the same (`existingSecret: shop`). It is a warning where it is what a variable falls back to
    /// (`${DB_PASSWORD:changeme}`).
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
    "secrets/default-password", Error, Check::File(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    for sensitive in cx.sensitive_in_use() {
        if sensitive.reason != Reason::Default {
            continue;
        }
        if is_half_of_pair(cx, sensitive) {
            continue;
        }
        let place = said_place(cx, sensitive);
        let is_placeholder = sensitive.holds_the_place();
        let excuse = Excuse::of(cx, sensitive, out);
        let said = excuse.and_then(|excuse| excuse.words(&place));
        let (message, help) = match said {
            Some((message, help)) => (message, help.into()),
            None if is_placeholder => (
                text!(
                    "{} contains a placeholder{}; nobody has replaced it with the secret",
                    place,
                    cx.sameness(sensitive)
                ),
                match sensitive.in_manifest {
                    true => "keep the secret in a secret backend, and commit an ExternalSecret or a SealedSecret instead".into(),
                    false => "keep the secret in a secret backend, and read it from there (`existingSecret:`, `secretKeyRef`); leave the value out here".into(),
                },
            ),
            None => (
                text!(
                    "{} contains a default password{}; it is one of the first that attackers try",
                    place,
                    cx.sameness(sensitive)
                ),
                way_out(cx, sensitive, First::Generate),
            ),
        };
        let mut finding = out.finding(cx.location_of(sensitive), message).help(help);
        if !sensitive.path.is_root() {
            finding = finding.at(sensitive.path.clone());
        }
        let finding = finding.about(sensitive.clear());
        let severity = cx.severity_of(sensitive);
        let most = excuse.map_or(severity, |excuse| excuse.severity(cx.role));
        out.push(out.lower_severity(severity.min(most), finding));
    }
}
