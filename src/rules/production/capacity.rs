//! What an environment has in all of what its values ask for a pod.

use envlint_yaml::{Path, Segment};

use crate::values::{Tree, quantity};

/// Where values say how many pods there are, at most.
const COUNTS: [&[&str]; 6] = [
    &["replicas"],
    &["replicaCount"],
    &["maxReplicas"],
    &["autoscaling", "maxReplicas"],
    &["hpa", "maxReplicas"],
    &["keda", "maxReplicas"],
];

/// Whether an environment that has less of something in a pod than another one has no less of it in all: it has more pods, has none
/// at all, or only the limit above what it asks for is lower. Both are an environment's values and what stands at the path.
pub(super) fn is_no_less_in_all(
    (here, value_here): (&Tree<'_>, &str),
    (there, value_there): (&Tree<'_>, &str),
    path: &Path,
) -> bool {
    let [pods_here, pods_there] = [here, there].map(|root| pods(root, path));
    if pods_here == Some(0) {
        return true;
    }
    let is_asked_no_less = requested(path).is_some_and(|request| {
        let [here, there] = [here, there].map(|root| {
            let request = root.at(&request)?;
            quantity(request.as_str()?)
        });
        here.zip(there).is_some_and(|(here, there)| here >= there)
    });
    let in_all = |value: &str, pods: Option<i128>| quantity(value)?.checked_mul(pods?);
    let has_no_less = in_all(value_here, pods_here)
        .zip(in_all(value_there, pods_there))
        .is_some_and(|(here, there)| here >= there);
    is_asked_no_less || (has_no_less && pods_here > pods_there)
}

/// The most pods that values ask for in the innermost section around a path that says it, in billionths.
fn pods(root: &Tree<'_>, path: &Path) -> Option<i128> {
    let most = |section: Tree<'_>| {
        let count = |keys: &&[&str]| {
            let above = keys.split_last().map_or(&[][..], |(_, above)| above);
            let scaler = section.get_keys(above)?;
            let is_off = scaler.get("enabled").and_then(|tree| tree.as_bool()) == Some(false);
            let count = section
                .get_keys(keys)
                .filter(|_| above.is_empty() || !is_off)?;
            quantity(count.as_str()?)
        };
        COUNTS.iter().filter_map(count).max()
    };
    let sections = (0..path.segments().len()).rev();
    let mut counts = sections.filter_map(|length| most(root.at(&path.beginning(length))?));
    counts.next()
}

/// Where what is asked for stands beside a limit.
fn requested(path: &Path) -> Option<Path> {
    let limits = path.parent()?;
    let is_limit = matches!(limits.last(), Some(Segment::Key(key)) if key == "limits");
    let Some(Segment::Key(name)) = path.last().filter(|_| is_limit) else {
        return None;
    };
    Some(limits.parent()?.key("requests").key(name.as_str()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use envlint_yaml::Path;

    use super::is_no_less_in_all;
    use crate::source::Source;
    use crate::values::Tree;

    fn is_no_less(here: &str, there: &str, path: &str) -> bool {
        let [here, there] = [here, there].map(|text| Arc::new(Source::new("values.yaml", text)));
        let [here, there] = [&here, &there].map(|source| Tree::of(source).expect("values"));
        let path: Path = path
            .split('.')
            .fold(Path::root(), |path, key| path.key(key));
        let [a, b] = [&here, &there].map(|root| root.at(&path).expect("a value"));
        let [a, b] = [&a, &b].map(|value| value.as_str().expect("a text"));
        is_no_less_in_all((&here, a), (&there, b), &path)
    }

    #[test]
    fn what_more_pods_have_together_counts() {
        let one = "web: {replicas: 1, resources: {requests: {cpu: 200m}}}";
        let path = "web.resources.requests.cpu";
        for (here, expected) in [
            (
                "web: {replicas: 3, resources: {requests: {cpu: 100m}}}",
                true,
            ),
            (
                "web: {replicas: 0, resources: {requests: {cpu: 100m}}}",
                true,
            ),
            (
                "web: {replicas: 3, resources: {requests: {cpu: 50m}}}",
                false,
            ),
            (
                "web: {replicas: 1, resources: {requests: {cpu: 100m}}}",
                false,
            ),
            (
                "web: {autoscaling: {maxReplicas: 4}, resources: {requests: {cpu: 100m}}}",
                true,
            ),
            (
                "web: {replicas: 1, autoscaling: {enabled: false, maxReplicas: 4}, resources: {requests: {cpu: 100m}}}",
                false,
            ),
            (
                "replicas: 4\nweb: {resources: {requests: {cpu: 100m}}}",
                true,
            ),
        ] {
            assert_eq!(is_no_less(here, one, path), expected, "{here}");
        }
    }

    #[test]
    fn a_limit_may_fall_where_more_is_asked_for() {
        let there = "resources: {requests: {cpu: 100m}, limits: {cpu: 2}}";
        for (here, expected) in [
            ("resources: {requests: {cpu: 200m}, limits: {cpu: 1}}", true),
            ("resources: {requests: {cpu: 50m}, limits: {cpu: 1}}", false),
            ("resources: {limits: {cpu: 1}}", false),
        ] {
            assert_eq!(
                is_no_less(here, there, "resources.limits.cpu"),
                expected,
                "{here}"
            );
        }
    }
}
