//! What a namespace allows, and what it gives to containers that say nothing.

use envlint_yaml::Value;

use super::pods::PodContainers;
use super::{Amounts, COUNTED, Pods, amount};
use crate::manifests::rendered::items;

/// What a ResourceQuota allows.
#[derive(Debug, PartialEq, Eq)]
pub struct Quota {
    /// How much of what, by the names that `requests.` begins where both are taken: `cpu` is `requests.cpu`.
    pub hard: Vec<(String, i128)>,
    /// Whether it counts only pods that are ended at a time, or only the others.
    of_terminating: Option<bool>,
}

impl Quota {
    /// Of the `spec` of a ResourceQuota; none where it counts only some pods, of which nobody knows here which these are.
    pub fn of(spec: Option<&Value>) -> Option<Quota> {
        let spec = spec?;
        if spec.get("scopeSelector").is_some() {
            return None;
        }
        let mut of_terminating = None;
        for scope in items(spec.get("scopes")) {
            of_terminating = Some(match scope.as_str()? {
                "Terminating" => true,
                "NotTerminating" => false,
                _ => return None,
            });
        }
        let hard = spec.get("hard")?.as_map()?.iter();
        let hard = hard.filter_map(|(name, allowed)| {
            let name = match name.as_str() {
                "cpu" | "memory" | "ephemeral-storage" => format!("requests.{name}"),
                "count/pods" => "pods".to_owned(),
                other => other.to_owned(),
            };
            Some((name, amount(allowed)?))
        });
        Some(Quota {
            hard: hard.collect(),
            of_terminating,
        })
    }

    /// Whether it counts these pods.
    pub fn counts(&self, pods: &Pods) -> bool {
        self.of_terminating
            .is_none_or(|wanted| wanted == pods.is_terminating)
    }

    /// Whether it counts objects that are no pods.
    pub fn counts_objects(&self) -> bool {
        self.of_terminating.is_none()
    }
}

/// What the `spec` of a LimitRange says of containers.
fn of_containers(spec: Option<&Value>) -> impl Iterator<Item = &Value> {
    let limits = items(spec.and_then(|spec| spec.get("limits"))).iter();
    limits.filter(|item| item.get("type").and_then(Value::as_str) == Some("Container"))
}

/// What LimitRanges give to containers that say nothing.
#[derive(Debug, Default, Clone)]
pub struct Defaults(Amounts);

impl Defaults {
    /// Of the `spec` of a LimitRange (Kubernetes: pkg/apis/core/v1/defaults.go, `SetDefaults_LimitRangeItem`).
    pub fn of(spec: Option<&Value>) -> Defaults {
        let mut given = Amounts::default();
        for item in of_containers(spec) {
            let of = |key: &str, name: &str| amount(item.get(key)?.get(name)?);
            for (at, counted) in COUNTED.iter().enumerate() {
                let (kind, name) = counted.split_once('.').unwrap_or_default();
                let limit = of("default", name).or_else(|| of("max", name));
                let found = match kind {
                    "limits" => limit,
                    _ => of("defaultRequest", name)
                        .or(limit)
                        .or_else(|| of("min", name)),
                };
                given[at] = given[at].or(found);
            }
        }
        Defaults(given)
    }

    /// Takes what another LimitRange gives besides.
    pub fn add(&mut self, other: &Defaults) {
        self.0 = self.given_to_all(other.0);
    }

    /// What a container asks for, with what it is given.
    pub(super) fn given_to(&self, asks: Amounts) -> Amounts {
        let mut all = asks;
        for (own, given) in all.iter_mut().zip(self.0) {
            *own = own.or(given);
        }
        all
    }

    fn given_to_all(&self, other: Amounts) -> Amounts {
        Defaults(other).given_to(self.0)
    }
}

/// What a LimitRange allows to each container, at the least and at the most.
#[derive(Debug, Default, Clone)]
pub struct Bounds {
    least: Amounts,
    most: Amounts,
}

/// How what a container asks for lies outside of what it may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outside {
    /// By the name of a ResourceQuota: `limits.memory`
    pub name: &'static str,
    /// What it asks for, in billionths
    pub asked: i128,
    /// What it may ask for, in billionths
    pub allowed: i128,
    /// Whether that is the most
    pub is_more: bool,
}

impl Bounds {
    /// Of the `spec` of a LimitRange; none where it sets no bounds of containers.
    pub fn of(spec: Option<&Value>) -> Option<Bounds> {
        let mut bounds = Bounds::default();
        for item in of_containers(spec) {
            let of = |key: &str, name: &str| amount(item.get(key)?.get(name)?);
            for (at, counted) in COUNTED.iter().enumerate() {
                let (_, name) = counted.split_once('.').unwrap_or_default();
                bounds.least[at] = bounds.least[at].max(of("min", name));
                let most = of("max", name);
                bounds.most[at] = match (bounds.most[at], most) {
                    (Some(known), Some(most)) => Some(known.min(most)),
                    (known, most) => known.or(most),
                };
            }
        }
        let all = bounds.least.iter().chain(&bounds.most);
        all.flatten().next().is_some().then_some(bounds)
    }

    /// What a container asks for and may not, the first of it: what it is given counts, too.
    /// Kubernetes: plugin/pkg/admission/limitranger, `minConstraint`, `maxConstraint`
    pub fn outside(&self, container: &PodContainers, defaults: &Defaults) -> Option<Outside> {
        // Who sets a limit has it as a request, so the limit is what to say.
        let order = (0..COUNTED.len()).rev();
        let mut found = order.filter_map(|at| {
            let asked = container.asks_for(COUNTED[at], defaults)?;
            let outside = |allowed: i128, is_more: bool| Outside {
                name: COUNTED[at],
                asked,
                allowed,
                is_more,
            };
            let most = self.most[at].filter(|most| asked > *most);
            let least = self.least[at].filter(|least| asked < *least);
            most.map(|most| outside(most, true))
                .or(least.map(|least| outside(least, false)))
        });
        found.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        let document = envlint_yaml::Document::parse(text);
        document.root().map_or(Value::Null, |root| root.to_value())
    }

    #[test]
    fn a_limit_range_gives_what_the_api_server_gives() {
        const ONE: i128 = 1_000_000_000;
        let of = |text: &str| Defaults::of(Some(&value(text))).0;
        assert_eq!(
            of("{limits: [{type: Container, default: {cpu: 2}}]}"),
            [Some(2 * ONE), None, None, Some(2 * ONE), None, None],
            "a limit is a request, too"
        );
        assert_eq!(
            of("{limits: [{type: Container, max: {cpu: 4}, min: {memory: 1}}]}"),
            [Some(4 * ONE), Some(ONE), None, Some(4 * ONE), None, None]
        );
        assert_eq!(
            of("{limits: [{type: Pod, max: {cpu: 4}}]}"),
            [None; COUNTED.len()]
        );
    }

    #[test]
    fn of_some_scopes_nothing_is_known() {
        for (spec, is_known) in [
            ("{hard: {cpu: 1}}", true),
            ("{hard: {cpu: 1}, scopes: [NotTerminating]}", true),
            ("{hard: {pods: 1}, scopes: [BestEffort]}", false),
            (
                "{hard: {cpu: 1}, scopeSelector: {matchExpressions: []}}",
                false,
            ),
            ("{}", false),
        ] {
            let quota = Quota::of(Some(&value(spec)));
            assert_eq!(quota.is_some(), is_known, "{spec}");
        }
    }
}
