//! `production/open-cors`.

use super::localhost::is_local;
use crate::masking::text;
use crate::rules::setting::{causes, of_production};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;
use crate::values::words_of;

rule! {
    /// Any web page may call a service of production.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, reports lists of allowed origins with `*` or with an address on
    /// `localhost`: `CORS_ORIGINS: "*"`, `allowedOrigins: ["*"]`,
    /// `nginx.ingress.kubernetes.io/cors-allow-origin: "*"`. Lists of headers and methods are ignored.
    ///
    /// ## Why it matters
    ///
    /// A page of a stranger then reads, in the browser of a customer, what the service answers to the customer.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// cors:
    ///   allowedOrigins: ["*"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// cors:
    ///   allowedOrigins: ["https://shop.example.com"]
    /// ```
    ///
    /// A service that everybody may call keeps the star; a comment says so:
    ///
    /// ```yaml
    /// cors:
    ///   # envlint: ignore[production/open-cors] a public API without sessions
    ///   allowedOrigins: ["*"]
    /// ```
    ///
    /// ## References
    ///
    /// - [OWASP: testing cross origin resource sharing](https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/11-Client-side_Testing/07-Testing_Cross_Origin_Resource_Sharing)
    "production/open-cors", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let is_wanted =
        |name: &str, text: &str| allowed(text).is_some() && lists_origins(&words_of(name));
    let found = of_production(cx, &is_wanted)
        .into_iter()
        .filter_map(|setting| {
            let allowed = allowed(setting.text)?;
            Some((setting, allowed))
        });
    for cause in causes(found) {
        let message = text!(
            "`{}` allows {} in {}",
            cause.first.path(),
            cause.what,
            cause.environments()
        );
        let finding = cause.finding(out, message);
        out.push(
            finding
                .help("list the origins of your own pages")
                .confidence(Confidence::Medium),
        );
    }
}

/// Whom a list of origins allows that it should not.
fn allowed(text: &str) -> Option<&'static str> {
    let mut origins = text.split([',', ' ']);
    origins.find_map(|origin| match origin {
        "*" => Some("any origin"),
        origin if origin.contains("://") && is_local(origin) => Some("pages on `localhost`"),
        _ => None,
    })
}

fn lists_origins(words: &[String]) -> bool {
    let last = words.last().map_or("", String::as_str);
    let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let is_list = matches!(last, "origin" | "origins")
        && (words.len() == 1 || says(&["cors", "allow", "allowed"]));
    is_list
        || words == ["cors"]
        || (last == "allowed" && says(&["cors"]) && !says(&["headers", "methods"]))
}
