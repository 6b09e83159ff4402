//! `secrets/plaintext`.

use envlint_yaml::Path;

use super::beside::{is_half_of_pair, said_place};
use super::excuse::Excuse;
use super::way_out::{First, way_out};
use crate::masking::text;
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::sensitive::{Reason, Sensitive};
use crate::source::{Confidence, Severity};

rule! {
    /// A file holds a secret in plain text.
    ///
    /// ## What it does
    ///
    /// Reports values that are secrets: tokens and webhooks of known shapes (GitHub, GitLab, Slack, Teams, Google, Azure,
    /// Stripe, npm, PyPI, Docker, Vault, JSON Web Tokens and many others), private keys, connection strings with a
    /// password, passwords, and random-looking text or a UUID under a key that names a token (`token`, `apiKey`,
    /// `clientSecret`, …), also base64-encoded, as a command-line argument, in an environment variable or in a comment,
    /// and inside of a text: properties, JSON, XML, SQL (`PASSWORD '…'`), `curl -u`, `Authorization:`, `requirepass`.
    /// The message says when a password equals the user next to it, and which other environments have the same one. A
    /// secret that a file has at several places is one finding, and so are the secrets of one text of several lines.
    /// What stands under `stringData` of a Secret is handed out as it is, so that words are enough there: under `password`, as
    /// a long `token`, as `clientSecret=` of a text.
    ///
    /// A reference is not a secret: `secretKeyRef`, `${VAR}`, `$(VAR)`, `%{VAR}`, `{{ … }}`, `ref+…`, `ENC[…]`,
    /// `vault:…`, `arn:…`, `file://…`, the ciphertext of a sealed secret. Nor is the name of one (`existingSecret`,
    /// `secretName`, `password: db-password`), a password hash, a path, a digest, a certificate, a public key, a key
    /// that pages hand to every visitor (`pk_…`, `phc_…`, `live_ck_…`), a Sentry DSN, or what documentation shows (`AKIAIOSFODNN7EXAMPLE`). No report shows the value: it is printed as
    /// `[redacted, 40 chars]`.
    ///
    /// It reads every YAML file of the workspace, with or without an app: values of charts that nothing deploys,
    /// manifests, Argo CD, Flux and helmfile files, workflows, and the templates of charts, where only what is written
    /// out counts, and what `{{ "…" | b64enc }}` does, and not what an action makes of values; and files that hold settings or keys by their names: `.env`,
    /// `prod.env`, `application.properties`, and `tls.key` or `*.pem` outside of examples and tests. Definitions of custom resources name fields and hold no values, and
    /// bundles of messages (`messages_de.properties`, `i18n/`) hold labels, so only tokens and private keys are looked for there. The same holds for
    /// scripts of a shell, Makefiles and Jenkinsfiles, comments among them, but for what they `export`, and for Terraform, but for
    /// the defaults of its variables.
    ///
    /// | where | severity |
    /// |---|---|
    /// | values of an app, templates of its chart, a Secret that is a manifest | error; warning for a word that a person chose, outside of production |
    /// | defaults of an app's chart; values that no environment has, since all override them or switch their section off; values of an app that only names of files tell, where the repository says how it deploys others | warning; error for tokens and private keys |
    /// | a word that a person chose, in values that no template of the chart reads or in a values file that belongs to no app | info |
    /// | a branch of a template that the values of no environment take, or that stands in for a Secret that values do not name | info for passwords that a person chose or that stand in an address |
    /// | all other files | warning |
    /// | examples, tests, load tests, files for a cluster on somebody's own machine (`local/`, `values-minikube.yaml`), `legacy` and other folders of what was put aside, `.github`, Compose files, `.env` and `.properties` files, settings that are packed into a program (`src/main/resources`), settings of a program that reaches its services on `localhost` | warning; info for passwords that a person chose or that stand in an address |
    /// | the ID of an access key, anywhere | info |
    /// | data of tests (`testdata`, `fixtures`, `mocks`), copies of other people's programs (`vendor`, `third_party`, `node_modules`) | info; warning for tokens that an issuer gave out |
    /// | what says of itself that it is for tests (`ci-nonprod-…`, `dummy`), outside of production | warning in values of an app, else info |
    /// | outside of production: what a comment next to it or a key around it calls made up (`fake`, `placeholder`, `fakeData:`), or a comment asks to replace (`with real credentials`) or keeps out of production (`demo only`, `do not use in production`), also one over a key around it | info |
    /// | in development, values whose images come from a registry of somebody's own machine (`localhost:5001`) | info, but for what an issuer gave out |
    /// | a password that somebody chose, where values name a Secret for the same (`existingSecret: shop` next to it, `metadataSecretName` next to `metadataConnection`) | info |
    /// | outside of production: passwords of an emulator that a setting next to them names (LocalStack, Azurite, MailHog, H2 in memory, Vault's dev server) | info |
    /// | what templates of the chart only take for the name of a Secret or of a key of one (`secretKeyRef: {key: {{ .Values.dbPassword }}}`) | info |
    /// | a private key that a passphrase protects, the password of a truststore, the password that a product is delivered with in a script of a template, a JSON Web Token that was valid for less than a day, or that is for visitors (`role: anon`) | info |
    /// | a key of Google Maps | warning where it is deployed, else info |
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
    "secrets/plaintext", Error, Check::File(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    for sensitive in cx.sensitive_in_use() {
        let Some(what) = describe(sensitive) else {
            continue;
        };
        if is_half_of_pair(cx, sensitive) {
            continue;
        }
        let place = said_place(cx, sensitive);
        let excuse = Excuse::of(cx, sensitive, out);
        let said = excuse.and_then(|excuse| excuse.words(&place));
        let (message, help) = match (said, sensitive.reason) {
            (Some((message, help)), _) => (message, help.into()),
            (None, Reason::KeyId(_)) => (
                text!(
                    "{} holds {}; it names an account, and lets nobody in without its secret key",
                    place,
                    what
                ),
                "check that no file of the repository holds the secret key; workload identity needs no keys".into(),
            ),
            (None, _) => (
                text!(
                    "{} holds {} in plain text{}; anyone who can read this repository can use it",
                    place,
                    what,
                    cx.sameness(sensitive)
                ),
                way_out(cx, sensitive, First::Revoke),
            ),
        };
        let mut finding = out.finding(cx.location_of(sensitive), message).help(help);
        // Its key and its looks say so, no issuer does.
        if matches!(sensitive.reason, Reason::Random | Reason::Chosen) {
            finding = finding.confidence(Confidence::Medium);
        }
        if !sensitive.path.is_root() {
            finding = finding.at(sensitive.path.clone());
        }
        let finding = finding.about(sensitive.clear());
        let severity = match sensitive.reason {
            Reason::KeyId(_) => Severity::Info,
            _ => cx.severity_of(sensitive),
        };
        let most = excuse.map_or(severity, |excuse| excuse.severity(cx.role));
        out.push(out.lower_severity(severity.min(most), finding));
    }
}

/// What the secret is, with its article; none for what other rules report, or none does.
fn describe(sensitive: &Sensitive) -> Option<&'static str> {
    match sensitive.reason {
        Reason::Token(what) | Reason::KeyId(what) => Some(what),
        Reason::PrivateKey => Some("a private key"),
        Reason::Chosen if !is_of_password(&sensitive.path) => Some("a secret"),
        Reason::Connection | Reason::Chosen => Some("a password"),
        Reason::Random => Some("a secret"),
        Reason::Encoded => Some("a secret, encoded as base64 but not encrypted,"),
        Reason::Default | Reason::Named | Reason::Anchored | Reason::PasswordHash => None,
    }
}

/// Whether a path says that a password is at its end, as far as it says what is there.
fn is_of_password(path: &Path) -> bool {
    let small = path.to_string().to_ascii_lowercase();
    path.is_root()
        || ["pass", "pwd", "pw", "psw"]
            .iter()
            .any(|word| small.contains(word))
}
