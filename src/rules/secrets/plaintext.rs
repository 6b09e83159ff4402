//! `secrets/plaintext`.

use crate::masking::{Text, text};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::sensitive::{Reason, Sensitive};
use crate::source::{Confidence, Location};

rule! {
    /// A file holds a secret in plain text.
    ///
    /// ## What it does
    ///
    /// Reports values that are secrets: tokens of known shapes (AWS, GitHub, GitLab, Slack, Google, Azure, Stripe, npm,
    /// PyPI, Docker, Vault, JSON Web Tokens and many others), private keys, password hashes, connection strings with a
    /// password, and random-looking text under a key that names a secret (`password`, `token`, `apiKey`,
    /// `clientSecret`, …), also base64-encoded, as a command-line argument, in an environment variable or in a comment.
    ///
    /// A reference is not a secret: `secretKeyRef`, `${VAR}`, `$(VAR)`, `{{ … }}`, `ref+…`, `ENC[…]`, `vault:…`,
    /// `arn:…`, the ciphertext of a sealed secret. Nor is the name of one (`existingSecret`, `secretName`), a UUID, a
    /// path, a digest, a certificate or a public key. No report shows the value: it is printed as
    /// `[redacted, 40 chars]`.
    ///
    /// ## Why it matters
    ///
    /// Anyone who can read the repository, its forks, its backups or its history can use the secret. Deleting the line
    /// later does not remove it from the history.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// database:
    ///   url: postgres://app:Xk29vQ7mLp@db.example.com/shop
    /// ```
    ///
    /// ## Use instead
    ///
    /// Keep it in a secret backend, declare it in the inventory of `envlint.yaml`, and name the Secret:
    ///
    /// ```yaml
    /// database:
    ///   host: db.example.com
    ///   existingSecret: database-credentials
    /// ```
    ///
    /// Revoke the secret that was committed. For a value that is public, write
    /// `rules: {secrets/plaintext: {ignore: [database.url]}}`, or a comment with the reason.
    ///
    /// ## References
    ///
    /// - [Kubernetes: good practices for Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// - [OWASP: secrets management](https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html)
    "secrets/plaintext", Error, Check::Source(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    for sensitive in cx.source.sensitive() {
        let Some(what) = describe(sensitive.reason) else {
            continue;
        };
        let place = if sensitive.path.is_root() {
            Text::from("a comment")
        } else {
            text!("`{}`", sensitive.path)
        };
        let message = text!(
            "{} holds {} in plain text; anyone who can read this repository can use it",
            place,
            what
        );
        let location = Location::new(cx.source, place_of(sensitive));
        let mut finding = out.finding(location, message).help(
            "revoke it, keep a new one in a secret backend, and name its Secret here (`existingSecret:`)",
        );
        // Its key and its looks say so, no issuer does.
        if sensitive.reason == Reason::Random {
            finding = finding.confidence(Confidence::Medium);
        }
        if !sensitive.path.is_root() {
            finding = finding.at(sensitive.path.clone());
        }
        out.push(finding);
    }
}

/// The secret's own bytes where it is a part of its value, else the value.
fn place_of(sensitive: &Sensitive) -> envlint_yaml::Span {
    match sensitive.parts.as_slice() {
        [part] => *part,
        _ => sensitive.span,
    }
}

/// What the secret is, with its article; none for what other rules report, or none does.
fn describe(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Token(what) => Some(what),
        Reason::PrivateKey => Some("a private key"),
        Reason::PasswordHash => Some("a password hash, which can be cracked offline,"),
        Reason::Connection => Some("a password"),
        Reason::Random => Some("a secret"),
        Reason::Encoded => Some("a secret, encoded as base64 but not encrypted,"),
        Reason::Default | Reason::Named | Reason::Anchored => None,
    }
}
