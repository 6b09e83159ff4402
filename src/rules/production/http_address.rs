//! `production/http-address`.

use std::collections::BTreeMap;

use envlint_yaml::Value;

use crate::manifests::{RenderedObject, hosts as hosts_of, items};
use crate::masking::{Name, ObjectName, text};
use crate::rules::setting::{causes, of_production};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;
use crate::values::words_of;

rule! {
    /// Production names an `http://` address of a host that it serves with TLS.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, reports values with an `http://` address of a host that the app itself serves
    /// with TLS there, and nowhere without: an Ingress with the host under `tls`, an IngressRoute of Traefik or a Route of OpenShift
    /// with `tls`. Values that no template of the chart reads are ignored.
    ///
    /// ## Why it matters
    ///
    /// Whoever follows the address first sends what it says in the clear, cookies and tokens included. Browsers and providers of
    /// sign-in and payment refuse such an address, and where nothing redirects, nobody answers at it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// ingress:
    ///   host: shop.example.com
    ///   tls: true
    /// payments:
    ///   successUrl: http://shop.example.com/paid
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// payments:
    ///   successUrl: https://shop.example.com/paid
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: TLS of an Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/#tls)
    "production/http-address", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut served: BTreeMap<&str, BTreeMap<&str, &RenderedObject>> = BTreeMap::new();
    for (values, _) in cx.production() {
        let objects = cx.manifests.objects(values.name()).unwrap_or_default();
        served.insert(values.name(), with_tls(objects));
    }
    let is_wanted = |name: &str, text: &str| text.starts_with("http://") && !is_identifier(name);
    let found = of_production(cx, &is_wanted).into_iter();
    let found = found.filter_map(|setting| {
        let host = host_of(setting.text)?;
        let object = served.get(&**setting.values.name())?.get(host)?;
        let what = (host.to_owned(), object.kind.clone(), object.name.clone());
        Some((setting, what))
    });
    let found: Vec<_> = found.collect();
    for cause in causes(found) {
        let (host, kind, name) = &cause.what;
        let message = text!(
            "`{}` is an `http://` address of `{}` in {}, which {} `{}` serves with TLS",
            cause.first.path(),
            Name(host),
            cause.environments(),
            ObjectName(kind),
            ObjectName(name)
        );
        let finding = cause.finding(out, message);
        out.push(
            finding
                .help("write `https://`")
                .confidence(Confidence::Medium),
        );
    }
}

/// Whether a key names what is compared as it stands and never opened (the entity of SAML, the issuer of a token), or an
/// address that is asked over HTTP on purpose.
fn is_identifier(name: &str) -> bool {
    const WORDS: [&str; 9] = [
        "audience",
        "entity",
        "issuer",
        "namespace",
        "origin",
        "origins",
        "probe",
        "redirect",
        "xmlns",
    ];
    words_of(name)
        .iter()
        .any(|word| WORDS.contains(&word.as_str()))
}

/// The host of an address without a port of its own.
fn host_of(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("http://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    (!host.is_empty() && !host.contains([':', '@', '{', '$'])).then_some(host)
}

/// The hosts that are served with TLS, and by no object without it; each with an object that serves it.
fn with_tls(objects: &[RenderedObject]) -> BTreeMap<&str, &RenderedObject> {
    let serving = objects.iter().filter(|object| {
        matches!(
            object.kind.as_str(),
            "Ingress" | "IngressRoute" | "Route" | "HTTPRoute" | "VirtualService" | "HTTPProxy"
        )
    });
    let mut secure: BTreeMap<&str, &RenderedObject> = BTreeMap::new();
    let mut plain: Vec<&str> = Vec::new();
    for object in serving {
        let is_secure = is_secure(object);
        for host in hosts_of(object) {
            match is_secure && has_certificate(object, host) {
                true => drop(secure.entry(host).or_insert(object)),
                false => plain.push(host),
            }
        }
    }
    secure.retain(|host, _| !plain.contains(host));
    secure
}

/// Whether an object says itself that it serves its hosts with TLS.
fn is_secure(object: &RenderedObject) -> bool {
    let is_it = matches!(object.kind.as_str(), "Ingress" | "IngressRoute" | "Route");
    is_it
        && object
            .at(&["spec", "tls"])
            .is_some_and(|tls| *tls != Value::Null)
}

/// Whether a host is among those of the certificates of an Ingress. Other objects have one for all their hosts.
fn has_certificate(object: &RenderedObject, host: &str) -> bool {
    let mut certificates = items(object.at(&["spec", "tls"])).iter();
    object.kind != "Ingress"
        || certificates.any(|certificate| {
            let mut hosts = items(certificate.get("hosts")).iter();
            hosts.any(|named| named.as_str() == Some(host))
        })
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn an_address_with_a_port_is_another_server() {
        for (address, expected) in [
            ("http://shop.example.com/paid?x=1", Some("shop.example.com")),
            ("http://shop.example.com", Some("shop.example.com")),
            ("http://shop.example.com:8080/", None),
            ("https://shop.example.com/", None),
            ("http://{{ .host }}/", None),
        ] {
            assert_eq!(host_of(address), expected, "{address}");
        }
    }
}
