//! Label selectors, as the API server matches them (`k8s.io/apimachinery`, `pkg/labels`).

use envlint_yaml::{Map, Value};

use super::items;

/// What an object chooses others by.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    labels: Map,
    expressions: Vec<Value>,
}

impl Selector {
    /// Of plain labels, as a Service has it; none where there is nothing to choose by.
    pub fn of_labels(value: Option<&Value>) -> Option<Selector> {
        let labels = value?.as_map()?.clone();
        (!labels.is_empty()).then(|| Selector {
            labels,
            expressions: Vec::new(),
        })
    }

    /// Of `matchLabels` and `matchExpressions`; none where it is empty, and so chooses everything.
    pub fn of(value: Option<&Value>) -> Option<Selector> {
        let value = value?;
        let labels = value.get("matchLabels").and_then(Value::as_map);
        let selector = Selector {
            labels: labels.cloned().unwrap_or_default(),
            expressions: items(value.get("matchExpressions")).to_vec(),
        };
        (!selector.labels.is_empty() || !selector.expressions.is_empty()).then_some(selector)
    }

    /// The labels that it asks for by name and value.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let labels = self.labels.iter();
        labels.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }

    /// Whether all that it asks for are labels by name and value, each of them text.
    pub fn is_plain(&self) -> bool {
        self.expressions.is_empty() && self.labels().count() == self.labels.len()
    }

    /// Whether it chooses what has these labels.
    pub fn matches(&self, labels: &Map) -> bool {
        let has = |key: &str, wanted: &Value| labels.get(key) == Some(wanted);
        self.labels.iter().all(|(key, value)| has(key, value))
            && self.expressions.iter().all(|expression| {
                let key = expression.get("key").and_then(Value::as_str);
                let key = key.unwrap_or_default();
                let values = items(expression.get("values"));
                let is_one = || values.iter().any(|value| has(key, value));
                match expression.get("operator").and_then(Value::as_str) {
                    Some("In") => is_one(),
                    Some("NotIn") => !is_one(),
                    Some("Exists") => labels.contains_key(key),
                    Some("DoesNotExist") => !labels.contains_key(key),
                    // What it is, nobody knows: it may choose anything.
                    _ => true,
                }
            })
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
    fn it_chooses_what_the_api_server_chooses() {
        let labels = value("{app: shop, tier: web}");
        let labels = labels.as_map().expect("labels");
        for (selector, expected) in [
            ("{matchLabels: {app: shop}}", true),
            ("{matchLabels: {app: shop, track: stable}}", false),
            (
                "{matchExpressions: [{key: app, operator: In, values: [a, shop]}]}",
                true,
            ),
            (
                "{matchExpressions: [{key: app, operator: NotIn, values: [shop]}]}",
                false,
            ),
            (
                "{matchExpressions: [{key: track, operator: NotIn, values: [canary]}]}",
                true,
            ),
            ("{matchExpressions: [{key: tier, operator: Exists}]}", true),
            (
                "{matchExpressions: [{key: tier, operator: DoesNotExist}]}",
                false,
            ),
            (
                "{matchLabels: {app: shop}, matchExpressions: [{key: tier, operator: In, values: [db]}]}",
                false,
            ),
        ] {
            let selector = Selector::of(Some(&value(selector))).expect("a selector");
            assert_eq!(selector.matches(labels), expected, "{selector:?}");
        }
        assert_eq!(Selector::of(Some(&value("{}"))), None);
        assert_eq!(Selector::of_labels(Some(&value("{}"))), None);
    }
}
