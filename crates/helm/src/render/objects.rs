//! What a template finds under `.` (Helm: engine.recAllTpls): every chart of the tree has its own map, and they share what Helm shares.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use envlint_gotemplate::{List, MAP_STRING, Map, MapType, Type, Value};

use super::capabilities::Capabilities;
use super::files::Files;
use super::options::Options;
use crate::chart::{ChartType, Dependency, ImportValues, Metadata};
use crate::source::SourceFile;
use crate::values::Instance;

static VALUES: MapType = MapType {
    name: "common.Values",
    elem: Type::Interface,
    named: true,
};

/// One template of one chart of the tree.
pub(super) struct Renderable<'a> {
    /// The whole name: `parent/charts/child/templates/a.yaml`.
    pub(super) name: Arc<str>,
    pub(super) file: &'a SourceFile,
    /// What `.` is; shared by the templates of a chart.
    pub(super) dot: Map,
    /// `.Template.BasePath`
    pub(super) base_path: Rc<str>,
}

impl Renderable<'_> {
    /// Puts `.Template` in place, just before the template is executed.
    pub(super) fn enter(&self) -> Value {
        let template: Map = [("Name", &*self.name), ("BasePath", &*self.base_path)]
            .into_iter()
            .collect();
        self.dot.insert("Template", template.with_type(&VALUES));
        Value::Map(self.dot.with_type(&VALUES))
    }
}

/// The templates of a chart and its subcharts, by whole name.
pub(super) fn renderables<'a>(
    chart: &Instance<'a>,
    values: &Map,
    options: &Options,
) -> BTreeMap<Arc<str>, Renderable<'a>> {
    let release: Map = [
        ("Name", Value::string(options.release.as_str())),
        ("Namespace", Value::string(options.namespace.as_str())),
        ("IsUpgrade", Value::Bool(options.upgrade)),
        ("IsInstall", Value::Bool(!options.upgrade)),
        ("Revision", Value::int(1)),
        ("Service", Value::from("Helm")),
    ]
    .into_iter()
    .collect();
    let capabilities = Value::object(Capabilities::new(
        &options.kube_version,
        &options.api_versions,
        options.serves,
    ));
    let mut tree = Collector {
        release,
        capabilities,
        found: BTreeMap::new(),
    };
    tree.chart(chart, &values.with_type(&VALUES), None, chart.name());
    tree.found
}

/// The table at a path (Helm: Values.Table).
fn table(values: &Map, path: &str) -> Option<Map> {
    let mut current = values.clone();
    for key in path.split('.') {
        current = match current.get(key)? {
            Value::Map(next) => next,
            _ => return None,
        };
    }
    Some(current)
}

struct Collector<'a> {
    release: Map,
    capabilities: Value,
    found: BTreeMap<Arc<str>, Renderable<'a>>,
}

impl<'a> Collector<'a> {
    fn chart(
        &mut self,
        chart: &Instance<'a>,
        values: &Map,
        parent: Option<&Map>,
        path: &str,
    ) -> Map {
        // A name with dots is looked up as a path and not found, as in Helm.
        let values = match parent {
            None => values.clone(),
            Some(parent) => table(parent, &format!("Values.{}", chart.name()))
                .unwrap_or_default()
                .with_type(&VALUES),
        };
        let subcharts = Map::new();
        let dot: Map = [
            (
                "Chart",
                Value::Map(metadata(&chart.metadata, parent.is_none())),
            ),
            ("Files", Value::object(Files::new(&chart.chart.files))),
            ("Release", Value::Map(self.release.clone())),
            ("Capabilities", self.capabilities.clone()),
            ("Values", Value::Map(values.clone())),
            ("Subcharts", Value::Map(subcharts.clone())),
        ]
        .into_iter()
        .collect();
        for subchart in &chart.dependencies {
            let path = format!("{path}/charts/{}", subchart.name());
            let inner = self.chart(subchart, &values, Some(&dot), &path);
            subcharts.insert(subchart.name(), inner);
        }
        let base_path: Rc<str> = format!("{path}/templates").into();
        let library = chart.metadata.kind() == ChartType::Library;
        for file in &chart.chart.templates {
            let partial = file
                .name()
                .rsplit('/')
                .next()
                .is_some_and(|base| base.starts_with('_'));
            if library && !partial {
                continue;
            }
            let name: Arc<str> = format!("{path}/{}", file.name()).into();
            let renderable = Renderable {
                name: Arc::clone(&name),
                file,
                dot: dot.clone(),
                base_path: Rc::clone(&base_path),
            };
            self.found.insert(name, renderable);
        }
        dot
    }
}

/// `.Chart` (Helm: structToMap): Go's field names, and whether this is the root.
fn metadata(chart: &Metadata, root: bool) -> Map {
    let maintainer = |m: &crate::chart::Maintainer| {
        let fields: Map = [
            ("Name", m.name.as_str()),
            ("Email", &m.email),
            ("URL", &m.url),
        ]
        .into_iter()
        .collect();
        Value::Map(fields)
    };
    let annotations = match &chart.annotations {
        None => Map::nil(&MAP_STRING),
        Some(entries) => Map::typed(
            &MAP_STRING,
            entries
                .iter()
                .map(|(k, v)| (k.as_str().into(), v.as_str().into()))
                .collect(),
        ),
    };
    let fields: [(&str, Value); 18] = [
        ("Name", chart.name.as_str().into()),
        ("Home", chart.home.as_str().into()),
        ("Sources", list(&chart.sources)),
        ("Version", chart.version.as_str().into()),
        ("Description", chart.description.as_str().into()),
        ("Keywords", list(&chart.keywords)),
        (
            "Maintainers",
            Value::List(chart.maintainers.iter().map(maintainer).collect()),
        ),
        ("Icon", chart.icon.as_str().into()),
        ("APIVersion", chart.api_version.as_str().into()),
        ("Condition", chart.condition.as_str().into()),
        ("Tags", chart.tags.as_str().into()),
        ("AppVersion", chart.app_version.as_str().into()),
        ("Deprecated", chart.deprecated.into()),
        ("Annotations", annotations.into()),
        ("KubeVersion", chart.kube_version.as_str().into()),
        (
            "Dependencies",
            Value::List(chart.dependencies.iter().map(dependency).collect()),
        ),
        ("Type", chart.chart_type.as_str().into()),
        ("IsRoot", root.into()),
    ];
    fields.into_iter().collect()
}

fn list(texts: &[String]) -> Value {
    Value::List(
        texts
            .iter()
            .map(|text| Value::from(text.as_str()))
            .collect::<List>(),
    )
}

fn dependency(dependency: &Dependency) -> Value {
    let import = |import: &ImportValues| match import {
        ImportValues::Table { child, parent } => {
            let pair = [("child", child), ("parent", parent)];
            let pair = pair
                .into_iter()
                .map(|(key, text)| (key.into(), text.as_str().into()));
            Value::Map(Map::typed(&MAP_STRING, pair.collect()))
        }
        ImportValues::Export(name) => name.as_str().into(),
        ImportValues::Other => Value::Nil,
    };
    let fields: [(&str, Value); 8] = [
        ("Name", dependency.name.as_str().into()),
        ("Version", dependency.version.as_str().into()),
        ("Repository", dependency.repository.as_str().into()),
        ("Condition", dependency.condition.as_str().into()),
        ("Tags", list(&dependency.tags)),
        ("Enabled", dependency.enabled.into()),
        (
            "ImportValues",
            Value::List(dependency.import_values.iter().map(import).collect()),
        ),
        ("Alias", dependency.alias.as_str().into()),
    ];
    Value::Map(fields.into_iter().collect())
}
