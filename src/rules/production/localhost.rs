//! `production/localhost`.

use envlint_yaml::Segment;

use super::given::{GivenValue, Verdict, check_given};
use crate::masking::text;
use crate::rules::setting::{Setting, causes, of_production};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Severity};
use crate::values::words_of;

rule! {
    /// An address of another service is `localhost` in production.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, reports addresses with the host `localhost`, `127.0.0.1` or `[::1]`,
    /// or a public name of it (`app.127.0.0.1.nip.io`):
    ///
    /// - where another environment has a real host in the same place
    /// - under keys that name an address for browsers or for other companies: `PUBLIC_URL`, `redirectUri`, a host of an
    ///   Ingress
    ///
    /// Addresses to listen on, probes, proxies and agents are ignored. So is an address that is local in all environments:
    /// it leads to a container of the same pod.
    ///
    /// ## Why it matters
    ///
    /// In a pod, `localhost` is the pod itself. The program connects to nothing, or a browser to the computer of the
    /// customer.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// env:
    ///   DB_HOST: localhost
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// env:
    ///   DB_HOST: db.prod.example.com
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: the network of a pod](https://kubernetes.io/docs/concepts/workloads/pods/#pod-networking)
    "production/localhost", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    check_given(cx, out, &judge_given);
    let is_wanted = |name: &str, text: &str| leads_here(name, text);
    let found = of_production(cx, &is_wanted)
        .into_iter()
        .filter_map(|setting| {
            let confidence = confidence(&setting)?;
            let what = What {
                text: cause_of(setting.text).to_owned(),
                is_public: is_public(&setting),
                confidence,
            };
            Some((setting, what))
        });
    for cause in causes(found) {
        let message = text!(
            "`{}` leads to `localhost` in {}, which is {}",
            cause.first.path(),
            cause.environments(),
            if cause.what.is_public {
                "the computer of whoever opens it"
            } else {
                "the pod itself"
            }
        );
        let finding = cause.finding(out, message);
        let help = text!(
            "use the address that the service has in {}",
            cause.environments()
        );
        out.push(finding.help(help).confidence(cause.what.confidence));
    }
}

/// Whether a value is an address to connect to, on the same machine.
fn leads_here(name: &str, text: &str) -> bool {
    is_local(text) && {
        let words = words_of(name);
        is_remote(&words, text) && !is_of_developers(&words)
    }
}

/// Addresses that the place gives which deploys to production, while other environments are given real ones.
fn judge_given(given: &GivenValue<'_>) -> Option<Verdict> {
    let mut others = given.elsewhere.iter();
    let is_it = leads_here(given.name, given.text) && others.any(|(_, text)| is_real(text));
    is_it.then(|| Verdict {
        wrong: "leads to `localhost`".into(),
        rest: ", which is the pod itself".into(),
        help: "use the address that the service has in production".into(),
        severity: Severity::Warning,
        confidence: Confidence::High,
    })
}

/// Whether a name says that only developers use what it holds, wherever it is deployed: `redirectDev`, `LOCAL_URL`.
fn is_of_developers(words: &[String]) -> bool {
    let mut words = words.iter();
    words.any(|word| {
        matches!(
            word.as_str(),
            "dev" | "development" | "local" | "debug" | "test"
        )
    })
}

/// What is said of an address.
#[derive(Clone, PartialEq, Eq, Hash)]
struct What {
    text: String,
    is_public: bool,
    confidence: Confidence,
}

/// How sure it is that nothing answers there; none where a container of the same pod may.
fn confidence(setting: &Setting<'_, '_>) -> Option<Confidence> {
    let mut others = setting
        .before_production()
        .filter_map(|other| other.tree.as_str());
    if others.any(is_real) {
        return Some(Confidence::High);
    }
    is_public(setting).then_some(Confidence::Medium)
}

fn is_real(text: &str) -> bool {
    !text.is_empty() && !is_local(text) && text.contains(['.', '-', ':', '/'])
}

/// Whether browsers or other companies go to the address.
fn is_public(setting: &Setting<'_, '_>) -> bool {
    let words = words_of(&setting.name);
    let is_public = words.iter().any(|word| {
        matches!(
            word.as_str(),
            "public" | "external" | "redirect" | "callback" | "frontend" | "website"
        )
    });
    let mut segments = setting.path().segments().iter();
    is_public || segments.any(|segment| matches!(segment, Segment::Key(key) if key == "ingress"))
}

const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Ends of public names that lead to the computer of whoever asks for them.
const LOCAL_NAMES: [&str; 5] = [
    "127.0.0.1.nip.io",
    "127.0.0.1.sslip.io",
    ".localhost",
    ".localtest.me",
    ".lvh.me",
];

/// Whether an address has a local host: `localhost:5432`, `http://127.0.0.1/`, `postgres://app@localhost/shop`.
pub(super) fn is_local(text: &str) -> bool {
    let authority = match text.split_once("://") {
        Some((_, rest)) => rest.split(['/', '?']).next().unwrap_or(rest),
        None => text.split('/').next().unwrap_or(text),
    };
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let name = host.split(':').next().unwrap_or(host);
    LOCAL_NAMES.iter().any(|end| name.ends_with(end))
        || LOCAL.iter().any(|local| {
            let rest = host.strip_prefix(local);
            let port = rest.and_then(|rest| rest.strip_prefix(':'));
            rest == Some("")
                || port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
        })
}

/// What several local addresses have in common: an end of their names, or all of it.
fn cause_of(text: &str) -> &str {
    let mut ends = LOCAL_NAMES.iter();
    ends.find(|end| text.contains(*end))
        .copied()
        .unwrap_or(text)
}

/// Whether a key names an address to connect to.
fn is_remote(words: &[String], text: &str) -> bool {
    let is_own = |word: &String| {
        matches!(
            word.as_str(),
            "listen"
                | "listener"
                | "bind"
                | "binding"
                | "probe"
                | "health"
                | "healthcheck"
                | "liveness"
                | "readiness"
                | "startup"
                | "proxy"
                | "noproxy"
                | "agent"
                | "sidecar"
                | "cors"
                | "origin"
                | "origins"
                | "allowed"
                | "trusted"
        )
    };
    let is_address = |word: &String| {
        let word = word.as_str();
        [
            "host", "hostname", "hosts", "url", "uri", "addr", "address", "endpoint", "server",
            "servers", "broker", "brokers",
        ]
        .iter()
        .any(|end| word.ends_with(end))
    };
    !words.iter().any(is_own) && (text.contains("://") || words.iter().any(is_address))
}
