//! `production/test-mode`.

use envlint_yaml::Segment;

use super::given::{GivenValue, Verdict, check_given};
use crate::masking::{Said, Text, text};
use crate::naming::mentions;
use crate::rules::setting::{Setting, causes, of_production};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Severity};
use crate::values::words_of;
use crate::workspace::Tier;

rule! {
    /// A service of others runs in its test mode in production.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, reports settings that turn on the test mode or the sandbox of a
    /// service: `STRIPE_MODE: test`, `PLAID_ENV: sandbox`, `testMode: true`, publishable keys of test mode
    /// (`pk_test_…`), and addresses of a sandbox (`https://api.sandbox.paypal.com`), unless they stand under the name of another
    /// environment: `issuers: {staging: {server: …}}`.
    ///
    /// ## Why it matters
    ///
    /// Payments of customers go nowhere, e-mails are not sent, and nothing fails.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// env:
    ///   STRIPE_MODE: test
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// env:
    ///   STRIPE_MODE: live
    /// ```
    ///
    /// ## References
    ///
    /// - [Stripe: test and live mode](https://docs.stripe.com/keys#test-live-modes)
    "production/test-mode", Warning, Check::App(check)
}

/// What tells the publishable keys of Stripe's test mode.
const TEST_KEY: &str = "pk_test_";

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    check_given(cx, out, &judge_given);
    let is_wanted = |name: &str, text: &str| {
        text.starts_with(TEST_KEY)
            || sandbox_of(text).is_some()
            || says_test_mode(&words_of(name), text)
    };
    let found = of_production(cx, &is_wanted)
        .into_iter()
        .filter(|setting| !setting.is_metadata() && !is_of_stage(setting));
    for cause in causes(found.map(|setting| (setting.clone(), what(&setting)))) {
        let (path, environments) = (cause.first.path(), cause.environments());
        let message = match &cause.what {
            What::Key => text!("`{}` is a key of test mode in {}", path, environments),
            What::Address(host) => text!(
                "`{}` is the address of a sandbox in {}: `{}`",
                path,
                environments,
                Said(host)
            ),
            What::Setting(_) => text!("`{}` turns a test mode on in {}", path, environments),
        };
        let confidence = match cause.what {
            What::Key => Confidence::High,
            What::Address(_) | What::Setting(_) => Confidence::Medium,
        };
        let finding = cause.finding(out, message);
        out.push(finding.help(ADVICE).confidence(confidence));
    }
}

/// Modes and addresses that the place gives which deploys to production.
fn judge_given(given: &GivenValue<'_>) -> Option<Verdict> {
    let wrong = if let Some(host) = sandbox_of(given.text) {
        text!("is the address of a sandbox (`{}`)", Said(host))
    } else if says_test_mode(&words_of(given.name), given.text) {
        "turns a test mode on".into()
    } else {
        return None;
    };
    Some(Verdict {
        wrong,
        rest: Text::new(),
        help: ADVICE.into(),
        severity: Severity::Warning,
        confidence: Confidence::Medium,
    })
}

const ADVICE: &str = "use the live mode, with its keys and addresses";

/// Whether an address stands in a section that is named after another stage: who has issuers of certificates for both chooses
/// one of them elsewhere.
fn is_of_stage(setting: &Setting<'_, '_>) -> bool {
    let mut segments = setting.path().segments().iter();
    let names_other = |key: &str| {
        let mut named = mentions(key);
        named.any(|mention| mention.word == key && mention.tier != Tier::Production)
    };
    sandbox_of(setting.text).is_some()
        && segments.any(|segment| matches!(segment, Segment::Key(key) if names_other(key)))
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum What {
    Key,
    Address(String),
    Setting(String),
}

fn what(setting: &Setting<'_, '_>) -> What {
    match sandbox_of(setting.text) {
        _ if setting.text.starts_with(TEST_KEY) => What::Key,
        Some(host) => What::Address(host.to_owned()),
        None => What::Setting(setting.path().to_string()),
    }
}

/// Services whose modes are called so, by their names and by what they do.
const SERVICES: [&str; 20] = [
    "stripe",
    "paypal",
    "payment",
    "payments",
    "braintree",
    "adyen",
    "razorpay",
    "klarna",
    "mollie",
    "plaid",
    "square",
    "checkout",
    "billing",
    "twilio",
    "sendgrid",
    "docusign",
    "paystack",
    "midtrans",
    "xendit",
    "paddle",
];

/// Whether a setting turns a test mode on.
pub(super) fn says_test_mode(words: &[String], text: &str) -> bool {
    let is = |expected: &[&str]| expected.iter().any(|word| text.eq_ignore_ascii_case(word));
    let ends_with = |ends: &[&str]| {
        words.len() >= ends.len()
            && words
                .iter()
                .rev()
                .zip(ends.iter().rev())
                .all(|(word, end)| word == end)
    };
    let of_service = || words.iter().any(|word| SERVICES.contains(&word.as_str()));
    let names_mode = ["mode", "env", "environment"]
        .iter()
        .any(|end| ends_with(&[end]));
    let is_switch = [
        ["test", "mode"],
        ["sandbox", "mode"],
        ["use", "sandbox"],
        ["sandbox", "enabled"],
    ]
    .iter()
    .any(|ends| ends_with(ends));
    let is_negated = words
        .iter()
        .any(|word| matches!(word.as_str(), "disable" | "disabled" | "no"));
    (names_mode && is(&["test", "testing", "sandbox"]) && of_service())
        || (is_switch && !is_negated && is(&["true", "1", "yes", "on"]))
}

/// The host of an address, where it is that of a sandbox.
fn sandbox_of(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    // What stands before an `@` is the user, and may be a token.
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let mut words = host.split(['.', '-']);
    let is_sandbox = words.any(|word| word.eq_ignore_ascii_case("sandbox"));
    // Its certificates are trusted by nobody. <https://letsencrypt.org/docs/staging-environment/>
    let is_staging_of_issuer = host.eq_ignore_ascii_case("acme-staging-v02.api.letsencrypt.org");
    (is_sandbox || is_staging_of_issuer).then_some(host)
}
