//! What a path is, by its name: what plainly belongs to an environment, what travels by promotion, and what may be either.

use envlint_yaml::{Path, Segment};

use crate::values::words_of;

/// What a path holds, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// The name of a thing that environments do not share: a host, a bucket, an account.
    Address,
    /// How much of something: replicas, memory, sizes of pools.
    Amount,
    /// How much is written to the logs.
    Level,
    /// A version of what is deployed: it is promoted.
    Version,
    /// Where and how large: all below `resources`, `nodeSelector` and the like.
    Place,
    /// Nothing that the name tells.
    Other,
}

/// Keys whose values name a thing that environments do not share.
const ADDRESSES: [&str; 40] = [
    "account",
    "address",
    "arn",
    "audience",
    "bucket",
    "cidr",
    "cluster",
    "database",
    "domain",
    "domains",
    "endpoint",
    "endpoints",
    "env",
    "environment",
    "fqdn",
    "host",
    "hostname",
    "hostnames",
    "hosts",
    "index",
    "ip",
    "issuer",
    "namespace",
    "origin",
    "origins",
    "profile",
    "project",
    "queue",
    "realm",
    "region",
    "subnet",
    "subscription",
    "tenant",
    "tls",
    "topic",
    "uri",
    "url",
    "urls",
    "vpc",
    "zone",
];

/// Keys whose values are amounts that an environment is sized by.
const AMOUNTS: [&str; 26] = [
    "capacity",
    "concurrency",
    "connections",
    "consumers",
    "cores",
    "cpu",
    "disk",
    "executors",
    "heap",
    "instances",
    "limit",
    "limits",
    "memory",
    "nodes",
    "partitions",
    "pool",
    "quota",
    "replica",
    "replicas",
    "requests",
    "retention",
    "shards",
    "size",
    "storage",
    "threads",
    "workers",
];

/// Sections in which everything is about where and how large.
const PLACES: [&str; 9] = [
    "affinity",
    "autoscaling",
    "hpa",
    "limits",
    "nodeselector",
    "requests",
    "resources",
    "tolerations",
    "topologyspreadconstraints",
];

const VERSIONS: [&str; 6] = ["tag", "version", "digest", "revision", "sha", "commit"];

/// What a path is.
pub(super) fn kind(path: &Path) -> Kind {
    let (words, above) = naming_words(path);
    let last = words.last().map_or("", String::as_str);
    let before = words.iter().rev().nth(1).map_or("", String::as_str);
    let is_named = matches!(last, "name" | "id" | "arn") && ADDRESSES.contains(&before);
    let is_count = last == "count" && AMOUNTS.contains(&before) || last == "xmx";
    if VERSIONS.contains(&last) {
        Kind::Version
    } else if is_level(&words, &above) {
        Kind::Level
    } else if is_count || AMOUNTS.contains(&last) {
        Kind::Amount
    } else if above.iter().any(|key| PLACES.contains(&&**key)) {
        Kind::Place
    } else if is_named || ADDRESSES.contains(&last) {
        Kind::Address
    } else {
        Kind::Other
    }
}

fn is_level(words: &[String], above: &[String]) -> bool {
    let last = words.last().map_or("", String::as_str);
    let logs = |word: &String| word.starts_with("log");
    match last {
        "loglevel" | "verbosity" => true,
        "level" => words.iter().any(logs) || above.iter().any(logs),
        _ => above
            .iter()
            .any(|key| key == "loglevel" || key == "loggers"),
    }
}

/// The words of the key that names the value (`LOG_LEVEL` of `env[name=LOG_LEVEL].value`), and the keys above it, joined
/// and in lower case.
fn naming_words(path: &Path) -> (Vec<String>, Vec<String>) {
    let mut segments: Vec<&str> = path
        .segments()
        .iter()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Match { value, .. } => Some(value.as_str()),
            Segment::Index(_) => None,
        })
        .collect();
    let is_item = matches!(
        path.segments(),
        [.., Segment::Match { .. }, Segment::Key(_)]
    );
    if is_item && segments.last() == Some(&"value") {
        segments.pop();
    }
    let last = segments.pop().unwrap_or_default();
    let joined = |key: &str| -> String {
        let letters = key.chars().filter(|char| char.is_alphanumeric());
        letters.collect::<String>().to_ascii_lowercase()
    };
    (
        words_of(last).to_vec(),
        segments.into_iter().map(joined).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_belongs_to_an_environment() {
        for (path, expected) in [
            ("db.host", Kind::Address),
            ("dbHost", Kind::Address),
            ("env[name=REDIS_URL].value", Kind::Address),
            ("bucketName", Kind::Address),
            ("sparkConf.\"fs.s3.bucket\"", Kind::Address),
            ("replicaCount", Kind::Amount),
            ("conf.\"spark.sql.partitions\"", Kind::Amount),
            ("resources.limits.memory", Kind::Amount),
            ("autoscaling.enabled", Kind::Place),
            ("nodeSelector.pool-kind", Kind::Place),
            ("logLevel", Kind::Level),
            ("env[name=LOG_LEVEL].value", Kind::Level),
            ("logging.level", Kind::Level),
            ("image.tag", Kind::Version),
            ("imageTag", Kind::Version),
            ("retries", Kind::Other),
            ("ingress.enabled", Kind::Other),
            ("device", Kind::Other),
            ("name", Kind::Other),
        ] {
            assert_eq!(kind(&path.parse().unwrap()), expected, "{path}");
        }
    }
}
