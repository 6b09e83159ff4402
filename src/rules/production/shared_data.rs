//! `production/shared-data`.

use envlint_yaml::Path;

use crate::masking::{Name, Said, text};
use crate::naming::{Tier, mentions};
use crate::rules::setting::{Other, Setting, causes, of_production};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;
use crate::values::{Tree, words_of};

rule! {
    /// Production and another environment use the same data.
    ///
    /// ## What it does
    ///
    /// Reports a bucket, a database server, a storage account or a queue that has the same name in an environment of the
    /// production tier and in one of development or staging. Only names that mean the same wherever they are used count:
    /// buckets of public clouds, hosts with a public name, ARNs. A host inside the cluster (`postgres.shop.svc`) is
    /// another one in each cluster or namespace, and one server may hold a database for each environment. Buckets for
    /// what all environments share (`artifacts`, `assets`, `public`, …) are ignored, and so is the DSN of Sentry, which
    /// holds no data.
    ///
    /// ## Why it matters
    ///
    /// A test in staging changes or deletes the data of customers.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/staging/values.yaml
    /// bucket: shop-uploads
    ///
    /// # environments/prod/values.yaml
    /// bucket: shop-uploads
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/staging/values.yaml
    /// bucket: shop-uploads-staging
    ///
    /// # environments/prod/values.yaml
    /// bucket: shop-uploads
    /// ```
    ///
    /// ## References
    ///
    /// - [The Twelve-Factor App: backing services](https://12factor.net/backing-services)
    "production/shared-data", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let is_wanted = |name: &str, text: &str| data(&words_of(name), text).is_some();
    let found = of_production(cx, &is_wanted)
        .into_iter()
        .filter_map(|setting| {
            let (kind, part) = data(&words_of(&setting.name), setting.text)?;
            let from = twin(&setting)?.values.name().to_string();
            let is_apart = is_apart(&setting, kind) || is_kept_apart(cx, &setting, kind);
            (!is_apart).then(|| (setting.clone(), (kind, part.to_owned(), from)))
        });
    for cause in causes(found) {
        let (kind, part, from) = &cause.what;
        let message = text!(
            "`{}` is the same {} in {} and {}: `{}`",
            cause.first.path(),
            kind.name(),
            Name(from),
            cause.environments(),
            Said(part)
        );
        let mut finding = cause.finding(out, message);
        if let Some(twin) = twin(&cause.first) {
            let is_one_place = twin.tree.location().span == cause.first.tree.location().span
                && twin.tree.source().path == cause.first.tree.source().path;
            if !is_one_place {
                finding = finding.note(twin.tree.location(), text!("the value in {}", Name(from)));
            }
        }
        let help = text!("give {} a {} of its own", Name(from), kind.name());
        out.push(finding.help(help).confidence(Confidence::Medium));
    }
}

/// The environment before production that has the same value.
fn twin<'s, 'a>(setting: &Setting<'s, 'a>) -> Option<Other<'s, 'a>> {
    setting.before_production().find(|other| {
        matches!(
            other.values.environment.tier,
            Tier::Development | Tier::Staging
        ) && other.tree.as_str() == Some(setting.text)
            && !is_default(setting, other)
    })
}

/// Whether nobody wrote the value for either environment.
fn is_default(setting: &Setting<'_, '_>, other: &Other<'_, '_>) -> bool {
    let is_written = |tree: &Tree<'_>| {
        let files = [setting.values.file, other.values.file];
        files.iter().any(|file| file.is_written_in(tree.source()))
    };
    !is_written(&setting.tree) && !is_written(&other.tree)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Bucket,
    Server,
    Account,
    Queue,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Bucket => "bucket",
            Kind::Server => "database server",
            Kind::Account => "storage account",
            Kind::Queue => "queue, topic or table",
        }
    }
}

/// Words of names that all environments share on purpose.
const SHARED: [&str; 30] = [
    "artifact",
    "artifacts",
    "asset",
    "assets",
    "public",
    "static",
    "cache",
    "cdn",
    "download",
    "downloads",
    "chart",
    "charts",
    "registry",
    "shared",
    "common",
    "plugin",
    "plugins",
    "template",
    "templates",
    "alarm",
    "alarms",
    "alerts",
    "source",
    "backup",
    "backups",
    "archive",
    "billing",
    "log",
    "logs",
    "audit",
];

const DATABASES: [&str; 21] = [
    "db",
    "database",
    "mysql",
    "mariadb",
    "postgres",
    "postgresql",
    "pg",
    "mongo",
    "mongodb",
    "redis",
    "cassandra",
    "elasticsearch",
    "opensearch",
    "rds",
    "sql",
    "jdbc",
    "datasource",
    "clickhouse",
    "dsn",
    "aurora",
    "valkey",
];

/// What data a setting names, and the part of its text that names it.
fn data<'t>(words: &[String], text: &'t str) -> Option<(Kind, &'t str)> {
    let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let is_shared = || {
        let mut parts = text.split(|char: char| !char.is_ascii_alphanumeric());
        // What bears production's name is production's, whatever it holds.
        !mentions(text).any(|mention| mention.tier == Tier::Production)
            && (says(&SHARED)
                || parts.any(|part| {
                    SHARED
                        .iter()
                        .any(|shared| part.eq_ignore_ascii_case(shared))
                }))
    };
    if says(&["bucket", "buckets"]) {
        let name = text.split_once("://").map_or(text, |(_, rest)| rest);
        let is_name = name.len() >= 6
            && name.contains(['-', '.'])
            && name.bytes().all(|byte| {
                byte.is_ascii_lowercase()
                    || byte.is_ascii_digit()
                    || matches!(byte, b'-' | b'.' | b'_' | b'/')
            });
        return (is_name && !is_shared()).then_some((Kind::Bucket, text));
    }
    if [
        "arn:aws:sqs:",
        "arn:aws:sns:",
        "arn:aws:dynamodb:",
        "https://sqs.",
    ]
    .iter()
    .any(|start| text.starts_with(start))
    {
        return (!is_shared()).then_some((Kind::Queue, text));
    }
    if words.ends_with(&["storage".to_owned(), "account".to_owned()])
        || words.ends_with(&[
            "storage".to_owned(),
            "account".to_owned(),
            "name".to_owned(),
        ])
    {
        let is_name = (3..=24).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        return (is_name && !is_shared()).then_some((Kind::Account, text));
    }
    // The DSN of a database has its own scheme; that of Sentry is an address to send errors to.
    let is_of_errors =
        says(&["dsn"]) && (text.starts_with("https://") || text.starts_with("http://"));
    if !says(&DATABASES) || is_shared() || is_of_errors {
        return None;
    }
    let host = public_host(text)?;
    Some((Kind::Server, host))
}

/// The host of an address, where its name means the same everywhere.
fn public_host(text: &str) -> Option<&str> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', ';']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.split([':', ',']).next()?;
    let labels: Vec<&str> = host.split('.').collect();
    let is_host = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    let last = labels.last()?;
    // `django.db.backends.postgresql` names a module: longer last labels are those of hosts only in addresses.
    let longest = if host.len() < text.len() {
        usize::MAX
    } else {
        6
    };
    let is_public = (2..=longest).contains(&last.len())
        && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !matches!(
            *last,
            "svc" | "local" | "internal" | "cluster" | "lan" | "localdomain" | "consul"
        )
        && !labels.contains(&"svc");
    (is_host && labels.len() >= 3 && is_public).then_some(host)
}

/// Whether the template that prints the name prints something of the environment behind it: `{{ .Values.bucket }}/{{ .Values.env }}/a`.
fn is_kept_apart(cx: &AppContext<'_>, setting: &Setting<'_, '_>, kind: Kind) -> bool {
    if !matches!(kind, Kind::Bucket | Kind::Account) {
        return false;
    }
    let (Some(reads), Some(twin)) = (cx.chart.and_then(|chart| chart.reads()), twin(setting))
    else {
        return false;
    };
    let (here, there) = (
        setting.values.effective.as_ref(),
        twin.values.effective.as_ref(),
    );
    let Some((here, there)) = here.zip(there) else {
        return false;
    };
    let text_at = |tree: &Tree<'_>, path: &Path| {
        let found = tree.at(path)?;
        found.as_scalar().map(|scalar| scalar.text().to_owned())
    };
    let mut places = reads.places(setting.path()).into_iter();
    places.any(|read| {
        let Some(place) = cx.place_of_read(&read) else {
            return false;
        };
        let text = place.source.text();
        let rest = text.get(place.span.end..).unwrap_or_default();
        let end = place.span.end + rest.find('\n').unwrap_or(rest.len());
        let behind = text.get(place.span.end..end).unwrap_or_default();
        let mut others = reads.paths_in(read.file(), place.span.end..end).into_iter();
        behind.contains(".Release.Namespace")
            || others.any(|path| text_at(here, &path) != text_at(there, &path))
    })
}

/// In larger maps, nothing is looked for next to a setting: it would be done for each of their keys.
const MOST_SIBLINGS: usize = 200;

/// Whether something next to the setting keeps the environments apart: a database of its own, a store of its own.
fn is_apart(setting: &Setting<'_, '_>, kind: Kind) -> bool {
    let section = setting.section();
    let Some(section) = section.filter(|section| section.len() <= MOST_SIBLINGS) else {
        return false;
    };
    let Some(twin) = twin(setting) else {
        return false;
    };
    let path = setting
        .path()
        .parent()
        .unwrap_or_else(envlint_yaml::Path::root);
    let other = twin
        .values
        .effective
        .as_ref()
        .and_then(|root| root.at(&path));
    let is_telling = |words: &[String]| {
        let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        match kind {
            Kind::Bucket => says(&[
                "endpoint", "prefix", "path", "folder", "region", "host", "url",
            ]),
            Kind::Server => says(&[
                "name", "database", "dbname", "db", "schema", "keyspace", "index", "prefix",
            ]),
            Kind::Account => says(&["container", "prefix"]),
            Kind::Queue => false,
        }
    };
    section.entries().iter().any(|(key, tree)| {
        let there = other.as_ref().and_then(|other| other.get(key));
        let there = there
            .as_ref()
            .and_then(|tree| tree.as_str().map(str::to_owned));
        is_telling(&words_of(key)) && tree.as_str().is_some() && tree.as_str() != there.as_deref()
    })
}
