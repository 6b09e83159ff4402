//! A preview as a person and a program read it.

use serde::Serialize;

use super::app::{AppPreview, Change};
use super::cost::written;
use super::object::PreviewObject;
use super::plan::{Plan, PreviewNamespace, Request};
use crate::masking::{Name, ObjectName, Printable, Text, text};

/// How a preview is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PreviewFormat {
    /// For people.
    Text,
    /// For programs: one JSON object, which stays compatible.
    Json,
}

/// The plan in a format.
pub fn render(format: PreviewFormat, request: &Request<'_>, plan: &Plan) -> Printable {
    match format {
        PreviewFormat::Text => summary(request, plan),
        PreviewFormat::Json => json(request, plan),
    }
}

fn summary(request: &Request<'_>, plan: &Plan) -> Printable {
    let mut out = text!(
        "Preview of pull request {}, from {}, until {}\n",
        request.number.to_string(),
        Name(&request.from.name),
        request.expires.to_string()
    );
    for namespace in &plan.namespaces {
        out.push(text!("\n{}: {}\n", Name(&namespace.name), cost(namespace)));
        let own = plan
            .apps
            .iter()
            .filter(|app| app.namespace == namespace.name);
        own.for_each(|app| out.push(lines(app)));
    }
    out.show()
}

fn lines(app: &AppPreview) -> Text {
    let mut out = text!("  {}\n", Name(&app.app));
    for host in &app.hosts {
        out.push(text!("    https://{}\n", ObjectName(host)));
    }
    for image in &app.images {
        out.push(text!("    {}\n", ObjectName(image)));
    }
    for change in &app.changes {
        let before = change.before.clone().unwrap_or_else(|| "nothing".into());
        out.push(text!(
            "    {}: {} -> {}\n",
            change.path,
            before,
            change.after
        ));
    }
    out
}

/// `3 pods, 500m CPU and 1Gi memory requested, 2Gi memory limited`
pub(super) fn cost(namespace: &PreviewNamespace) -> Text {
    let of = |name: &'static str| {
        let amount = namespace.cost.get(name).copied().unwrap_or_default();
        written(name, amount)
    };
    let pods = of("pods");
    let word = if pods == "1" { "pod" } else { "pods" };
    let mut out = text!(
        "at most {} {}, requests {} CPU and {} memory",
        pods,
        word,
        of("requests.cpu"),
        of("requests.memory")
    );
    if namespace
        .cost
        .get("limits.memory")
        .is_some_and(|limit| *limit > 0)
    {
        out.push(text!(", limits {} memory", of("limits.memory")));
    }
    out
}

#[derive(Serialize)]
struct Json<'p> {
    version: u32,
    #[serde(rename = "pullRequest")]
    pull_request: Text,
    from: Text,
    owner: Option<Text>,
    expires: Text,
    namespaces: Vec<JsonNamespace>,
    apps: Vec<JsonApp<'p>>,
    failed: &'p [Text],
    objects: Vec<JsonObject>,
}

#[derive(Serialize)]
struct JsonNamespace {
    name: Text,
    pods: Text,
    #[serde(rename = "requestsCpu")]
    requests_cpu: Text,
    #[serde(rename = "requestsMemory")]
    requests_memory: Text,
    #[serde(rename = "limitsCpu")]
    limits_cpu: Text,
    #[serde(rename = "limitsMemory")]
    limits_memory: Text,
}

#[derive(Serialize)]
struct JsonApp<'p> {
    name: Text,
    namespace: Text,
    release: Text,
    values: Text,
    hosts: Vec<Text>,
    images: Vec<Text>,
    changes: Vec<JsonChange<'p>>,
}

#[derive(Serialize)]
struct JsonChange<'p> {
    path: Text,
    before: Option<&'p Text>,
    after: &'p Text,
}

#[derive(Serialize)]
struct JsonObject {
    #[serde(rename = "apiVersion")]
    api_version: Text,
    kind: Text,
    namespace: Option<Text>,
    name: Text,
}

fn named(name: impl std::fmt::Display) -> Text {
    Text::of(&Name(name))
}

fn of_object(name: &String) -> Text {
    Text::of(&ObjectName(name))
}

/// The plan as JSON, which stays compatible.
fn json(request: &Request<'_>, plan: &Plan) -> Printable {
    Printable::json(&Json {
        version: 1,
        pull_request: named(request.number),
        from: named(&request.from.name),
        owner: request.owner.as_ref().map(named),
        expires: named(request.expires),
        namespaces: plan.namespaces.iter().map(json_namespace).collect(),
        apps: plan.apps.iter().map(json_app).collect(),
        failed: &plan.failed,
        objects: plan.objects().into_iter().map(json_object).collect(),
    })
}

fn json_namespace(namespace: &PreviewNamespace) -> JsonNamespace {
    let of = |name: &'static str| {
        let amount = namespace.cost.get(name).copied().unwrap_or_default();
        named(written(name, amount))
    };
    JsonNamespace {
        name: named(&namespace.name),
        pods: of("pods"),
        requests_cpu: of("requests.cpu"),
        requests_memory: of("requests.memory"),
        limits_cpu: of("limits.cpu"),
        limits_memory: of("limits.memory"),
    }
}

fn json_app(app: &AppPreview) -> JsonApp<'_> {
    let change = |change: &'_ Change| text!("{}", change.path);
    JsonApp {
        name: named(&app.app),
        namespace: named(&app.namespace),
        release: named(&app.release),
        values: named(&app.file),
        hosts: app.hosts.iter().map(of_object).collect(),
        images: app.images.iter().map(of_object).collect(),
        changes: app
            .changes
            .iter()
            .map(|one| JsonChange {
                path: change(one),
                before: one.before.as_ref(),
                after: &one.after,
            })
            .collect(),
    }
}

fn json_object(object: &PreviewObject) -> JsonObject {
    JsonObject {
        api_version: of_object(&object.api_version),
        kind: of_object(&object.kind),
        namespace: object.namespace.as_ref().map(of_object),
        name: of_object(&object.name),
    }
}
