//! Objects of operators that deploy charts, each read as the command that it comes to: Crossplane, Cluster API, Sveltos, kapp,
//! Plural.
//!
//! <https://github.com/crossplane-contrib/provider-helm>,
//! <https://github.com/kubernetes-sigs/cluster-api-addon-provider-helm>,
//! <https://projectsveltos.github.io/sveltos/addons/helm_charts/>,
//! <https://carvel.dev/kapp-controller/docs/latest/app-spec/>,
//! <https://docs.plural.sh/plural-features/continuous-deployment/service-templating>

use envlint_yaml::{Document, Node};

use super::{Asked, Task, texts};
use crate::evidence::nodes::{at, is_kind, items, text};
use crate::masking::{ObjectName, text as said_text};
use crate::source::join;

/// Labels that tell the environment of the clusters that an object selects.
pub(super) const LABELS: [&str; 4] = ["env", "environment", "stage", "tier"];

/// Adds what an object deploys, if it is one of these.
pub(super) fn add(object: &Node, found: &mut Vec<Task>) {
    for (group, kind, read) in KINDS {
        if is_kind(object, group, kind) {
            let name = text(object, &["metadata", "name"]).unwrap_or_default();
            for asked in read(object)
                .into_iter()
                .filter(|asked| !asked.chart.is_empty())
            {
                found.push(Task {
                    at: object.span().start,
                    line: asked.line(),
                    words: Some(said_text!("the {} `{}`", kind, ObjectName(name))),
                    environment: of_labels(object),
                    is_of_folder: true,
                    written: asked.written,
                    ..Task::default()
                });
            }
        }
    }
}

/// What an object of a kind asks for.
type Read = fn(&Node) -> Vec<Asked>;

const KINDS: [(&str, &str, Read); 6] = [
    ("helm.crossplane.io/", "Release", crossplane),
    ("addons.cluster.x-k8s.io/", "HelmChartProxy", proxy),
    ("config.projectsveltos.io/", "ClusterProfile", profile),
    ("config.projectsveltos.io/", "Profile", profile),
    ("kappctrl.k14s.io/", "App", kapp),
    ("deployments.plural.sh/", "ServiceDeployment", plural),
];

/// The environment that the labels tell of the clusters that an object selects.
fn of_labels(object: &Node) -> Option<String> {
    let mut labels = LABELS
        .iter()
        .filter_map(|key| text(object, &["spec", "clusterSelector", "matchLabels", key]));
    labels.next().map(str::to_owned)
}

fn owned(node: &Node, keys: &[&str]) -> Option<String> {
    let text = text(node, keys).filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

/// A chart by its name in a repository of charts.
fn remote(repository: Option<String>, chart: &str) -> String {
    match repository {
        Some(repository) => format!("{}/{chart}", repository.trim_end_matches('/')),
        None => chart.to_owned(),
    }
}

/// Adds the values of a map, or of a text that holds one.
fn add_values(asked: &mut Asked, values: Option<&Node>) {
    let Some(values) = values else { return };
    match values.as_str().map(Document::parse) {
        Some(parsed) => {
            let root = parsed.root().filter(|root| root.as_mapping().is_some());
            if let Some(root) = root {
                asked.add_inline(root);
            }
        }
        None => asked.add_map(values, true),
    }
}

fn crossplane(object: &Node) -> Vec<Asked> {
    let Some(spec) = at(object, &["spec", "forProvider"]) else {
        return Vec::new();
    };
    let called = owned(
        object,
        &["metadata", "annotations", "crossplane.io/external-name"],
    );
    let chart = text(spec, &["chart", "name"]).unwrap_or_default();
    let mut asked = Asked {
        release: called.or_else(|| owned(object, &["metadata", "name"])),
        chart: remote(owned(spec, &["chart", "repository"]), chart),
        namespace: owned(spec, &["namespace"]),
        version: owned(spec, &["chart", "version"]),
        ..Asked::default()
    };
    add_values(&mut asked, at(spec, &["values"]));
    let set = items(spec, &["set"]).iter();
    asked
        .given
        .extend(set.filter_map(|item| owned(item, &["name"])));
    vec![asked]
}

fn proxy(object: &Node) -> Vec<Asked> {
    let Some(spec) = at(object, &["spec"]) else {
        return Vec::new();
    };
    let chart = text(spec, &["chartName"]).unwrap_or_default();
    let mut asked = Asked {
        release: owned(spec, &["releaseName"]).or_else(|| owned(object, &["metadata", "name"])),
        chart: remote(owned(spec, &["repoURL"]), chart),
        namespace: owned(spec, &["namespace"]),
        version: owned(spec, &["version"]),
        ..Asked::default()
    };
    add_values(&mut asked, at(spec, &["valuesTemplate"]));
    vec![asked]
}

fn profile(object: &Node) -> Vec<Asked> {
    let charts = items(object, &["spec", "helmCharts"]).iter();
    let read = charts.map(|chart| {
        // `kyverno/kyverno`: the repository's short name stands before the chart's.
        let name = text(chart, &["chartName"]).unwrap_or_default();
        let name = name.rsplit('/').next().unwrap_or(name);
        let mut asked = Asked {
            release: owned(chart, &["releaseName"]),
            chart: remote(owned(chart, &["repositoryURL"]), name),
            namespace: owned(chart, &["releaseNamespace"]),
            version: owned(chart, &["chartVersion"]),
            ..Asked::default()
        };
        add_values(&mut asked, at(chart, &["values"]));
        asked
    });
    read.collect()
}

fn kapp(object: &Node) -> Vec<Asked> {
    let fetched = items(object, &["spec", "fetch"]);
    let fetched = fetched.iter().find_map(|fetch| at(fetch, &["helmChart"]));
    let templates = items(object, &["spec", "template"]);
    let template = templates
        .iter()
        .find_map(|entry| at(entry, &["helmTemplate"]));
    let Some(template) = template else {
        return Vec::new();
    };
    let chart = match fetched {
        Some(fetched) => remote(
            owned(fetched, &["repository", "url"]),
            text(fetched, &["name"]).unwrap_or_default(),
        ),
        None => owned(template, &["path"]).unwrap_or_else(|| ".".to_owned()),
    };
    let files = items(template, &["valuesFrom"]).iter();
    vec![Asked {
        release: owned(template, &["name"]).or_else(|| owned(object, &["metadata", "name"])),
        chart,
        namespace: owned(template, &["namespace"]),
        version: fetched.and_then(|fetched| owned(fetched, &["version"])),
        files: files.filter_map(|item| owned(item, &["path"])).collect(),
        ..Asked::default()
    }]
}

/// A folder of git with a chart, or a chart of a repository; values files lie in the folder.
fn plural(object: &Node) -> Vec<Asked> {
    let Some(spec) = at(object, &["spec"]) else {
        return Vec::new();
    };
    let Some(helm) = at(spec, &["helm"]) else {
        return Vec::new();
    };
    let folder = owned(spec, &["git", "folder"]);
    let chart = owned(helm, &["chart"]).map(|chart| remote(owned(helm, &["url"]), &chart));
    let files = at(helm, &["valuesFiles"]).map(texts).unwrap_or_default();
    let of_folder = |file: &String| match &folder {
        Some(folder) => join(folder, file),
        None => file.clone(),
    };
    let mut asked = Asked {
        release: owned(helm, &["release"]).or_else(|| owned(object, &["metadata", "name"])),
        files: files.iter().map(of_folder).collect(),
        chart: chart.or_else(|| folder.clone()).unwrap_or_default(),
        namespace: owned(spec, &["namespace"]),
        version: owned(helm, &["version"]),
        ..Asked::default()
    };
    add_values(&mut asked, at(helm, &["values"]));
    vec![asked]
}
