//! `preview/host-without-number`.

use super::previews;
use crate::manifests::hosts;
use crate::masking::{Name, ObjectName, text};
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// A host of a pull request's environment does not have the number of the pull request in it.
    ///
    /// ## What it does
    ///
    /// In environments of the tier `preview` whose name has a number (`preview-pr-107`, `pr-107`), reports the hosts of every
    /// Ingress and route that the chart renders without that number.
    ///
    /// Ignored: previews without a number in their name, since one environment may serve all pull requests.
    ///
    /// ## Why it matters
    ///
    /// Two previews with one host take each other's visitors. A host that was copied from staging takes those of staging.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/pr-107/values.yaml
    /// ingress: {host: shop.staging.example.com}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/pr-107/values.yaml
    /// ingress: {host: shop-107.pr.example.com}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: Ingress, hosts](https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource)
    "preview/host-without-number", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in previews(cx) {
        let Some(number) = numbers(values.name()).next_back() else {
            continue;
        };
        for object in cx.manifests.objects(values.name()).unwrap_or_default() {
            for host in hosts(object) {
                if numbers(host).any(|own| own == number) {
                    continue;
                }
                let written = values
                    .effective
                    .as_ref()
                    .and_then(|root| root.holding(host));
                let place = written.map(|tree| tree.location());
                let place = place.or_else(|| cx.manifests.place_of(values.name(), object, None));
                let Some(place) = place else { continue };
                let mark = format!("{}:{}", place.source.path, place.span.start);
                let message = text!(
                    "the host `{}` of {} lacks the number {}",
                    ObjectName(host),
                    object.called(),
                    Name(number)
                );
                let finding = out
                    .finding(place, message.clone())
                    .environment(values.name())
                    .help("write the number of the pull request into the host: `envlint preview` does that (docs/previews.md)")
                    .once_of(mark, message, object.called())
                    .ending(", so it is also that of another environment, or of the next pull request");
                out.push(finding);
            }
        }
    }
}

/// The numbers in a text.
fn numbers(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let parts = text.split(|char: char| !char.is_ascii_digit());
    parts.filter(|part| !part.is_empty())
}
