//! Selectors of releases by their labels: `tier=backend,name!=shop`.
//!
//! helmfile: pkg/state/release_filters.go, `ParseLabels`, `Match`

/// Whether a release is among those that any of the selectors names; without a selector, all are.
pub(super) fn selects(selectors: &[String], label: &dyn Fn(&str) -> Option<String>) -> bool {
    selectors.is_empty() || selectors.iter().any(|selector| matches(selector, label))
}

fn matches(selector: &str, label: &dyn Fn(&str) -> Option<String>) -> bool {
    selector.split(',').all(|term| match term.split_once('=') {
        None => true,
        Some((key, value)) => match key.strip_suffix('!') {
            Some(key) => label(key.trim()).as_deref() != Some(value.trim()),
            None => label(key.trim()).as_deref() == Some(value.trim()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_select_releases() {
        let label = |key: &str| match key {
            "name" => Some("shop".to_owned()),
            "tier" => Some("backend".to_owned()),
            _ => None,
        };
        for (selectors, expected) in [
            (&[][..], true),
            (&["name=shop"], true),
            (&["name=web", "tier=backend"], true),
            (&["name=shop,tier!=backend"], false),
            (&["team!=a"], true),
            (&["team=a"], false),
        ] {
            let selectors: Vec<String> = selectors.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(selects(&selectors, &label), expected, "{selectors:?}");
        }
    }
}
