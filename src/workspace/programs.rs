//! Charts that programs of Pulumi deploy: each is deployed to every stack of its project, where the program writes out which
//! chart it is. What a program computes is said.

use std::sync::Arc;

use envlint_yaml::{Mapping, Node, Span};

use super::Workspace;
use super::files;
use crate::evidence::{Chart, Claim, Evidence, Rank, Unread};
use crate::masking::{ObjectName, Text, text};
use crate::pulumi::{ChartCall, Project, chart_calls, is_program, is_test};
use crate::source::{Location, Source, directory_of, join, normal, read_text};

/// The tool that keeps deployed what a program says.
pub(super) const OF_PROGRAMS: &str = "Pulumi";

/// What programs of Pulumi deploy.
#[derive(Debug, Default)]
pub(super) struct Programs {
    pub claims: Vec<Claim>,
    pub unread: Vec<Unread>,
}

impl Workspace {
    /// What the programs of Pulumi deploy.
    pub(super) fn charts_of_programs(&self) -> Programs {
        let mut found = Programs::default();
        if self.projects().is_empty() {
            return found;
        }
        for path in files::programs(&self.root, &self.listing, &is_program) {
            let Some(project) = self.project_at(&path).filter(|_| !is_test(&path)) else {
                continue;
            };
            let Ok(text) = read_text(&self.root, &path) else {
                continue;
            };
            let calls = chart_calls(&text);
            if calls.is_empty() {
                continue;
            }
            let source = Arc::new(Source::template(path.as_str(), text.as_str()));
            for call in calls {
                self.add_call(project, &source, &call, &mut found);
            }
        }
        for path in self.programs_in_yaml() {
            if let Some(project) = self.project_at(path)
                && let Ok(source) = Source::read(&self.root, path).map(Arc::new)
            {
                for call in calls_in_yaml(&source) {
                    self.add_call(project, &source, &call, &mut found);
                }
            }
        }
        found
    }

    /// The project whose program a file is a part of: that of the nearest directory.
    fn project_at(&self, path: &str) -> Option<&Project> {
        let is_of = |project: &&Project| {
            let program = project.program.as_str();
            let rest = path.strip_prefix(program);
            program.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let projects = self.projects().iter().filter(is_of);
        projects.max_by_key(|project| project.program.len())
    }

    fn add_call(
        &self,
        project: &Project,
        source: &Arc<Source>,
        call: &ChartCall,
        found: &mut Programs,
    ) {
        let place = Location::new(source, Span::new(call.at, call.at));
        let name = call.name.as_deref().or(call.chart.as_deref());
        let words = match name {
            Some(name) => text!("a chart of the program of Pulumi, `{}`", ObjectName(name)),
            None => "a chart of the program of Pulumi".into(),
        };
        let why: Option<Text> = match &call.chart {
            None => Some("the program computes which chart it is".into()),
            Some(_) if call.is_doubtful => Some("the program decides whether it is there".into()),
            Some(_) if project.stacks.is_empty() => {
                Some("no file tells the stacks of the project".into())
            }
            Some(_) => None,
        };
        let (Some(chart), None) = (&call.chart, &why) else {
            let why = why.unwrap_or_default();
            let reason = text!("{}: {}, which envlint does not evaluate", words, why);
            found.unread.push(Unread::at(&place, reason));
            return;
        };
        let chart = self.chart_of_call(project, source, chart, call);
        let names = call.name.iter().chain(&call.chart);
        let names: Vec<String> = names
            .map(|name| name.rsplit('/').next().unwrap_or(name).to_owned())
            .collect();
        for stack in &project.stacks {
            found.claims.push(Claim {
                names: names.clone(),
                environment: Some(stack.name.to_string()),
                release: call.name.clone(),
                namespace: call.namespace.clone(),
                cluster: None,
                chart: Some(chart.clone()),
                layers: Vec::new(),
                // The program computes values.
                given: "**".parse().into_iter().collect(),
                evidence: Evidence::at(&place, words.clone()),
                rank: Rank::Declared,
                tool: Some(OF_PROGRAMS),
                also: Vec::new(),
                is_loose: false,
            });
        }
    }

    /// The chart: a directory of the workspace, seen from the program or from its file, else what it is called.
    fn chart_of_call(
        &self,
        project: &Project,
        source: &Source,
        chart: &str,
        call: &ChartCall,
    ) -> Chart {
        let homes = [project.program.as_str(), directory_of(&source.path)];
        let mut here = homes.iter().filter_map(|home| normal(home, chart));
        let is_chart = |path: &String| self.root.join(join(path, "Chart.yaml")).is_file();
        if let Some(path) = here.find(is_chart) {
            return Chart::Local(path);
        }
        let repository = call
            .repository
            .as_deref()
            .map(|url| url.trim_end_matches('/'));
        let reference = repository.map_or_else(|| chart.to_owned(), |of| format!("{of}/{chart}"));
        let version = call.version.as_deref().map(|version| format!("@{version}"));
        Chart::Remote(reference + &version.unwrap_or_default())
    }
}

/// The resources of a program in YAML that are charts: `type: kubernetes:helm.sh/v3:Release`.
fn calls_in_yaml(source: &Source) -> Vec<ChartCall> {
    let of = |node: &Node, keys: &[&str]| -> Option<String> {
        let found = keys
            .iter()
            .try_fold(node, |node, key| node.as_mapping()?.get(key))?;
        let text = found.as_str().filter(|text| !text.contains("${"))?;
        Some(text.to_owned())
    };
    let root = source.document.root().and_then(Node::as_mapping);
    let resources = root.and_then(|root| root.get("resources")?.as_mapping());
    let resources = resources.into_iter().flat_map(Mapping::iter);
    let charts = resources.filter_map(|(name, resource)| {
        let kind = of(resource, &["type"])?;
        let is_chart =
            kind.contains("helm.sh/") && (kind.ends_with("Release") || kind.ends_with("Chart"));
        let properties = resource.as_mapping()?.get("properties")?;
        is_chart.then(|| ChartCall {
            at: name.span().start,
            name: of(properties, &["name"]).or_else(|| Some(name.text().to_owned())),
            chart: of(properties, &["chart"]),
            repository: of(properties, &["repositoryOpts", "repo"]),
            version: of(properties, &["version"]),
            namespace: of(properties, &["namespace"]),
            is_doubtful: false,
        })
    });
    charts.collect()
}
