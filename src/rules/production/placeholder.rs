//! `production/placeholder`.

use envlint_yaml::{Segment, Span};

use super::given::{GivenValue, Verdict, check_given};
use crate::masking::{Name, Said, text};
use crate::rules::setting::{Setting, causes, of_production, texts_of_production};
use crate::rules::{AppContext, Check, Reporter, Role, SourceContext, rule};
use crate::source::{Confidence, Location, Severity};
use crate::values::words_of;

rule! {
    /// Production has a placeholder that nobody replaced.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, reports values that say themselves that somebody has to put another one in
    /// their place: `REPLACE_ME`, `CHANGE-ME`, `REPLACE_WITH_…`, `YOUR_CLIENT_KEY`, `TO_BE_REPLACED`, `<your-domain>`, `TODO`, hosts such as `shop.your-domain.com`, parts of addresses
    /// in capitals (`ghcr.io/OWNER/shop`), and hosts under a domain that nobody can have (`shop.example`, `.invalid`, `.test`).
    /// An image with a variable of a shell in it (`${REGISTRY}/shop`) is one where Argo CD deploys it, which fills in none.
    /// So is a variable of a pipeline (`${{ DATABASE_URL }}`), where what deploys the app is read and fills in no files (`envsubst`, `sed`).
    /// Labels and annotations are ignored; so are secrets, which `secrets/default-password` reports.
    ///
    /// Of the manifests that fetch what is deployed (Application, ApplicationSet and AppProject of Argo CD, the repositories of Flux), it
    /// reports such addresses in any environment: `https://github.com/<your-org>/shop`.
    ///
    /// ## Why it matters
    ///
    /// The program starts with an address that nobody has, or does not start. A manifest with such an address fetches nothing.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// smtp:
    ///   host: REPLACE_ME
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// smtp:
    ///   host: mail.example.com
    /// ```
    ///
    /// ## References
    ///
    /// - [Argo CD: private repositories](https://argo-cd.readthedocs.io/en/stable/user-guide/private-repositories/)
    "production/placeholder", Warning, Check::App(check), Check::File(check_address)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    check_given(cx, out, &judge_given);
    let is_one = |name: &str, text: &str| is_placeholder(text) || has_reserved_host(name, text);
    let is_wanted = |name: &str, text: &str| is_one(name, text) || is_open_image(name, text);
    let found = of_production(cx, &is_wanted).into_iter();
    let found = found
        .filter(|setting| is_one(&setting.name, setting.text) || is_taken_as_it_is(cx, setting));
    let of_pipelines = texts_of_production(cx, &|_, text| is_of_pipeline(text)).into_iter();
    let found = found.chain(of_pipelines.filter(|setting| is_deployed_unchanged(cx, setting)));
    let found = found.filter(|setting| !setting.is_metadata() && !is_secret(setting));
    let found = found.filter(|setting| !is_said_of_sealed(cx, setting));
    // Whoever fills in one of a file's sees the others.
    for cause in causes(found.map(|setting| (setting, ()))) {
        let message = text!(
            "`{}` is `{}` in {}: a placeholder that nobody has replaced",
            cause.first.path(),
            Said(cause.first.text),
            cause.environments()
        );
        let finding = cause.finding(out, message);
        out.push(finding.help(ADVICE));
    }
}

/// Whether an image has a variable of a shell in it: `${REGISTRY}/shop`.
fn is_open_image(name: &str, text: &str) -> bool {
    let words = words_of(name);
    let mut words = words.iter().map(String::as_str);
    text.contains("${") && words.any(|word| matches!(word, "image" | "repository" | "registry"))
}

/// Whether nothing fills in variables before Helm reads the value: Argo CD takes the files as they lie in the repository,
/// while scripts may fill them in, and Flux does.
fn is_taken_as_it_is(cx: &AppContext<'_>, setting: &Setting<'_, '_>) -> bool {
    let deployment = cx.app.deployment(setting.values.name());
    deployment.is_some_and(|deployment| deployment.tool == Some("Argo CD"))
}

/// Whether a value is a variable as pipelines write it: `${{ DATABASE_URL }}`. Neither Helm nor a shell fills that in.
fn is_of_pipeline(text: &str) -> bool {
    let inner = text.trim().strip_prefix("${{");
    let inner = inner.and_then(|inner| inner.strip_suffix("}}"));
    inner.is_some_and(|inner| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        !inner.trim().is_empty() && inner.trim().bytes().all(is_part)
    })
}

/// Whether the files are read that deploy an app, and none of them changes what lies in the repository before.
fn is_deployed_unchanged(cx: &AppContext<'_>, setting: &Setting<'_, '_>) -> bool {
    /// Programs and actions that fill in variables of files.
    const FILLING: [&str; 8] = [
        "envsubst",
        "gomplate",
        "perl ",
        "replace-tokens",
        "replacetokens",
        "sed ",
        "variable-substitution",
        "yq ",
    ];
    let Some(deployment) = cx.app.deployment(setting.values.name()) else {
        return false;
    };
    let mut evidence = deployment.evidence.iter();
    cx.app.has_evidence()
        && evidence.all(|evidence| {
            let source = cx.workspace.open_file(&evidence.file);
            !FILLING
                .iter()
                .any(|program| source.text().contains(program))
        })
}

/// Values that the place gives which deploys to production.
fn judge_given(given: &GivenValue<'_>) -> Option<Verdict> {
    let is_it = is_placeholder(given.text) || has_reserved_host(given.name, given.text);
    is_it.then(|| Verdict {
        wrong: text!("is `{}`", Said(given.text)),
        rest: ": a placeholder that nobody has replaced".into(),
        help: ADVICE.into(),
        severity: Severity::Warning,
        confidence: Confidence::High,
    })
}

const ADVICE: &str = "set the value of production, or remove it";

/// Whether `secrets/not-sealed` reports the value: what the chart makes is known, and it is to be ciphertext.
fn is_said_of_sealed(cx: &AppContext<'_>, setting: &Setting<'_, '_>) -> bool {
    let mut segments = setting.path().segments().iter();
    segments.any(|segment| matches!(segment, Segment::Key(key) if key == "encryptedData"))
        && cx.manifests.objects(setting.values.name()).is_some()
}

/// Whether the rules about secrets report the value.
fn is_secret(setting: &Setting<'_, '_>) -> bool {
    let span = setting.tree.node().span();
    let mut all = setting.tree.source().sensitive().iter();
    all.any(|sensitive| {
        sensitive.is_reported()
            && sensitive.span.start < span.end
            && span.start < sensitive.span.end
    })
}

/// Manifests that say where what is deployed comes from.
const KINDS: [&str; 7] = [
    "kind: AppProject",
    "kind: Application",
    "kind: ApplicationSet",
    "kind: GitRepository",
    "kind: HelmRepository",
    "kind: OCIRepository",
    "kind: Kustomization",
];

/// The addresses in such a manifest.
fn check_address(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let text = cx.source.text();
    let mut lines = text.lines();
    if cx.role != Role::Applied || !lines.any(|line| KINDS.contains(&line.trim_end())) {
        return;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let Some(value) = address(line).filter(|value| has_stand_in(value)) else {
            continue;
        };
        let place = at + line.find(value).unwrap_or_default();
        let location = Location::new(cx.source, Span::new(place, place + value.len()));
        let subject = text!("`{}`", Name(&cx.source.path));
        let wrong = text!(
            "`{}` is no address: nobody has replaced the placeholder in it",
            Said(value)
        );
        let finding = out.finding(location, wrong.clone());
        out.push(
            finding
                .help("write the address of your repository")
                .once_of("", wrong, subject),
        );
        // One manifest names the same repository for all its sources.
        return;
    }
}

/// The address that a line sets (`repoURL: …`, `url: …`), or has as an item of a list.
fn address(line: &str) -> Option<&str> {
    let line = line.trim();
    let item = line.strip_prefix("- ");
    let entry = item.unwrap_or(line);
    let value = entry
        .strip_prefix("repoURL:")
        .or(entry.strip_prefix("url:"))
        .or(item.filter(|item| item.contains("://") && !item.contains(": ")))?;
    let value = value.split(" #").next().unwrap_or(value);
    let value = value.trim().trim_matches(['"', '\'']);
    (value.contains("://") || value.contains('@')).then_some(value)
}

/// First words of texts that ask for another one, in small letters and without what stands between them.
const STARTS: [&str; 10] = [
    "replaceme",
    "replacewith",
    "replacethis",
    "changeme",
    "changethis",
    "tobereplaced",
    "tobedefined",
    "tobechanged",
    "fillmein",
    "pleasereplace",
];

/// Texts that do so as a whole.
const WHOLE: [&str; 7] = [
    "todo",
    "fixme",
    "tbd",
    "replace",
    "replaced",
    "placeholder",
    "fillme",
];

/// Words that stand for a name of one's own, at the beginning of what stands in `<…>`.
const OWN: [&str; 9] = [
    "your", "my-", "my_", "replace", "change", "insert", "enter", "todo", "fill",
];

/// Labels of hosts and parts of paths that stand for one's own.
const STAND_INS: [&str; 5] = [
    "yourdomain",
    "yourcompany",
    "yourorg",
    "changeme",
    "replace-me",
];

/// Parts of an address or of an image that stand for one's own, in capitals: `ghcr.io/OWNER/shop`.
const LOUD: [&str; 8] = [
    "ACCOUNT_ID",
    "ORG",
    "ORGANIZATION",
    "OWNER",
    "PLACEHOLDER",
    "PROJECT_ID",
    "REGISTRY",
    "USERNAME",
];

/// Ends of hosts that nobody can have: <https://www.rfc-editor.org/rfc/rfc2606>.
const RESERVED: [&str; 3] = [".example", ".invalid", ".test"];

/// Whether a value is an address, or the name of a host, that nobody can have.
fn has_reserved_host(name: &str, text: &str) -> bool {
    const HOSTS: [&str; 9] = [
        "address", "domain", "domains", "email", "host", "hostname", "hosts", "uri", "url",
    ];
    let words = words_of(name);
    let is_called = words.iter().any(|word| HOSTS.contains(&word.as_str()));
    let address = text.split_once("://").map(|(_, rest)| rest);
    let host = address.unwrap_or(text).split(['/', '?', ',']).next();
    let host = host.and_then(|host| host.rsplit('@').next());
    let host = host.and_then(|host| host.split(':').next());
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '*');
    (is_called || address.is_some())
        && host.is_some_and(|host| {
            host.chars().all(is_part) && RESERVED.iter().any(|end| host.ends_with(end))
        })
}

/// What people have one of their own of, as pages ask for it behind `your-`. Other words name somebody: `your-voice.io`.
const ASKED_FOR: [&str; 70] = [
    "account",
    "acr",
    "address",
    "api",
    "app",
    "application",
    "arn",
    "backend",
    "bot",
    "bucket",
    "certificate",
    "channel",
    "client",
    "cluster",
    "company",
    "container",
    "dashboard",
    "database",
    "db",
    "dns",
    "dockerhub",
    "domain",
    "dsn",
    "ecr",
    "email",
    "endpoint",
    "environment",
    "frontend",
    "github",
    "gitlab",
    "host",
    "hostname",
    "id",
    "image",
    "instance",
    "ip",
    "key",
    "license",
    "login",
    "name",
    "namespace",
    "org",
    "organisation",
    "organization",
    "password",
    "project",
    "region",
    "registry",
    "repo",
    "repository",
    "secret",
    "server",
    "service",
    "site",
    "slack",
    "subdomain",
    "subscription",
    "tag",
    "team",
    "tenant",
    "token",
    "url",
    "user",
    "username",
    "value",
    "vault",
    "vpc",
    "website",
    "workspace",
    "zone",
];

/// Domains of companies that are called so: those that Hetzner gives its customers.
const REAL_DOMAINS: [&str; 4] = [
    "your-cloud.host",
    "your-objectstorage.com",
    "your-server.de",
    "your-storagebox.de",
];

/// Whether a word stands for one's own: `your-docker-registry`; in capitals whatever it is, `YOUR_CLIENT_KEY`.
fn is_own(part: &str) -> bool {
    let is_loud = |rest: &str| {
        let mut bytes = rest.bytes();
        !rest.is_empty()
            && bytes.all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'))
    };
    let loud = part.strip_prefix("YOUR_").or(part.strip_prefix("YOUR-"));
    let small = part.to_ascii_lowercase();
    let named = small.strip_prefix("your-").or(small.strip_prefix("your_"));
    let mut words = named.unwrap_or_default().split(['-', '_']);
    loud.is_some_and(is_loud) || words.any(|word| ASKED_FOR.contains(&word))
}

/// Whether a value says that somebody has to put another one in its place.
fn is_placeholder(text: &str) -> bool {
    /// A longer one is a text that tells how to do so.
    const LONGEST: usize = 100;
    if text.len() > LONGEST || text.contains(char::is_whitespace) {
        return false;
    }
    let small = text.to_ascii_lowercase();
    let mut words = small.split(|char: char| !char.is_ascii_alphanumeric());
    let mut start = String::new();
    let begins_so = words.by_ref().take(3).any(|word| {
        start.push_str(word);
        STARTS.contains(&start.as_str())
    });
    let is_loud = text.bytes().all(|byte| byte.is_ascii_uppercase());
    begins_so
        || is_loud && WHOLE.contains(&small.as_str())
        || says_placeholder(text)
        || has_stand_in(text)
}

/// Whether a text is a name in capitals with the word in it: `DB_HOST_PLACEHOLDER`.
fn says_placeholder(text: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    let mut words = text.split(['_', '-']);
    text.bytes().all(is_part) && words.any(|word| word == "PLACEHOLDER")
}

/// Whether a part of a text stands for a name of one's own: `<your-org>`, `your-domain.com`.
fn has_stand_in(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    let in_brackets = || {
        let (_, rest) = small.split_once('<')?;
        rest.split_once('>').map(|(inner, _)| inner.to_owned())
    };
    in_brackets().is_some_and(|inner| OWN.iter().any(|own| inner.starts_with(own)))
        || small
            .split(['.', '/', ':', '@'])
            .any(|part| STAND_INS.contains(&part))
        || !REAL_DOMAINS.iter().any(|domain| small.contains(domain))
            && text.split(['.', '/', ':', '@']).any(is_own)
        || text.contains('/') && text.split(['/', ':', '@']).any(|part| LOUD.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::{has_reserved_host, is_placeholder};

    #[test]
    fn hosts_that_nobody_can_have_are_reserved() {
        for (name, text, expected) in [
            ("host", "shop.example", true),
            ("url", "https://shop.example/a", true),
            ("API", "http://api.shop.test:8080/", true),
            ("email", "mail@shop.invalid", true),
            ("host", "shop.example.com", false),
            ("package", "com.acme.test", false),
            ("host", "a file.example", false),
        ] {
            assert_eq!(has_reserved_host(name, text), expected, "{text}");
        }
    }

    #[test]
    fn placeholders_say_what_they_are() {
        for placeholder in [
            "REPLACE_ME",
            "replace-me.mail",
            "REPLACE_WITH_BUCKET",
            "CHANGE-ME",
            "changeme",
            "TO_BE_REPLACED",
            "TODO",
            "TBD",
            "REPLACE",
            "DB_HOST_PLACEHOLDER",
            "PLACEHOLDER-2",
            "<your-domain>",
            "https://<YOUR_ORG>.example.com",
            "shop.your-domain.com",
            "https://github.com/your-org/shop",
            "your-docker-registry.com/shop",
            "YOUR_PRODUCTION_CLIENT_KEY",
            "YOUR_FAVOURITE_COLOUR",
            "https://your-website.com",
            "your-vault-url",
            "ghcr.io/OWNER/shop",
            "https://hooks.example.com/services/PLACEHOLDER",
        ] {
            assert!(is_placeholder(placeholder), "{placeholder}");
        }
        for value in [
            "mail.example.com",
            "todo",
            "todo-app",
            "changelog",
            "Change the address of the shop",
            "<b>your</b>",
            "your.domain.of.life",
            "u123456.your-storagebox.de",
            "https://mail.your-server.de:993",
            "k8s.your-cloud.host",
            "your-voice.io",
            "your-memories-photos",
            "replacement",
            "placeholder_text",
            "replace",
            "OWNER",
            "https://shop.example.com/owner/shop",
            "https://shop.example.com/<id>",
        ] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}
