//! The charts of a tree, where the values of each stand, and their templates.

use std::sync::Arc;

use envlint_gotemplate::TemplateSet;

use super::path::Step;
use crate::chart::{Chart, ChartType, Dependency, ImportValues};
use crate::functions::registry;
use crate::source::SourceFile;

/// More charts than any tree has: an alias makes another one, and they nest.
const MOST_CHARTS: usize = 500;

/// One chart of the tree, under one name.
#[derive(Debug)]
pub(super) struct Member {
    /// Its name, which is the alias where it has one
    pub(super) name: Arc<str>,
    /// Where its values stand in those of the root
    pub(super) steps: Vec<Step>,
    /// `.Template.BasePath`
    pub(super) base_path: Arc<str>,
    /// The numbers of its subcharts
    pub(super) subcharts: Vec<usize>,
    /// The whole names of the templates that are executed
    pub(super) templates: Vec<Arc<str>>,
    /// What its parent takes out of its values: `import-values`
    pub(super) imports: Vec<Vec<Step>>,
}

/// All charts of a tree.
#[derive(Debug)]
pub(super) struct Charts {
    pub(super) members: Vec<Member>,
    pub(super) templates: TemplateSet,
    /// The names of all templates, sorted
    pub(super) names: Vec<Arc<str>>,
    /// Subcharts that are not there, by the place of their values
    pub(super) absent: Vec<Vec<Step>>,
    /// What Helm itself reads to turn subcharts on and off
    pub(super) switches: Vec<Vec<Step>>,
    /// Whether each template could be parsed
    pub(super) is_complete: bool,
}

/// The charts of a tree with their templates.
pub(super) fn charts(root: &Chart) -> Charts {
    let mut found = Collector {
        members: Vec::new(),
        files: Vec::new(),
        absent: Vec::new(),
        switches: Vec::new(),
        is_complete: true,
    };
    found.add(root, root.name(), Vec::new(), root.name(), None);
    let functions = registry();
    let mut templates = TemplateSet::new("reads", Arc::clone(&functions));
    let mut files = std::mem::take(&mut found.files);
    // As the engine does: the deepest first, so that a parent's named templates replace those of its subcharts.
    files.sort_by(|(left, _), (right, _)| depth(right).cmp(&depth(left)));
    for (name, file) in files {
        match root.parsed.trees(&name, &file, &functions) {
            Ok(trees) => trees.into_iter().for_each(|tree| templates.add(tree)),
            Err(_) => found.is_complete = false,
        }
    }
    let mut names: Vec<Arc<str>> = templates.names().into_iter().map(Arc::from).collect();
    names.sort_unstable();
    names.dedup();
    Charts {
        members: found.members,
        templates,
        names,
        absent: found.absent,
        switches: found.switches,
        is_complete: found.is_complete,
    }
}

/// Helm: sortTemplates.
fn depth(name: &str) -> (usize, &str) {
    (name.matches('/').count(), name)
}

struct Collector {
    members: Vec<Member>,
    files: Vec<(Arc<str>, SourceFile)>,
    absent: Vec<Vec<Step>>,
    switches: Vec<Vec<Step>>,
    is_complete: bool,
}

impl Collector {
    fn add(
        &mut self,
        chart: &Chart,
        name: &str,
        steps: Vec<Step>,
        path: &str,
        entry: Option<&Dependency>,
    ) -> usize {
        let number = self.members.len();
        let is_library = chart.metadata.kind() == ChartType::Library;
        let mut templates = Vec::new();
        for file in &chart.templates {
            let base = file.name().rsplit('/').next().unwrap_or_default();
            let is_partial = base.starts_with('_');
            if is_library && !is_partial {
                continue;
            }
            let whole: Arc<str> = format!("{path}/{}", file.name()).into();
            if !is_partial {
                templates.push(Arc::clone(&whole));
            }
            self.files.push((whole, file.clone()));
        }
        self.members.push(Member {
            name: name.into(),
            base_path: format!("{path}/templates").into(),
            subcharts: Vec::new(),
            steps: steps.clone(),
            templates,
            imports: entry.map_or_else(Vec::new, |entry| imports(entry, &steps)),
        });
        for (subchart, name, entry) in self.subcharts(chart, &steps) {
            if self.members.len() >= MOST_CHARTS {
                self.is_complete = false;
                break;
            }
            let steps = below(&steps, name);
            let path = format!("{path}/charts/{name}");
            let subchart = self.add(subchart, name, steps, &path, entry);
            if let Some(member) = self.members.get_mut(number) {
                member.subcharts.push(subchart);
            }
        }
        number
    }

    /// The charts in a chart with the names under which they appear (Helm: getAliasDependency, processDependencyEnabled).
    fn subcharts<'c>(
        &mut self,
        chart: &'c Chart,
        steps: &[Step],
    ) -> Vec<(&'c Chart, &'c str, Option<&'c Dependency>)> {
        let entries = &chart.metadata.dependencies;
        let mut found = Vec::new();
        for entry in entries {
            self.switches(entry, steps);
            let mut present = chart.dependencies.iter();
            match present.find(|subchart| entry.takes(&subchart.metadata)) {
                Some(subchart) => found.push((&**subchart, entry.appears_as(), Some(entry))),
                None => self.absent.push(below(steps, entry.appears_as())),
            }
        }
        let unlisted = chart
            .dependencies
            .iter()
            .filter(|subchart| !entries.iter().any(|entry| entry.takes(&subchart.metadata)));
        found.extend(unlisted.map(|subchart| (&**subchart, subchart.name(), None)));
        found
    }
}

impl Collector {
    /// Helm: processDependencyConditions, processDependencyTags.
    fn switches(&mut self, entry: &Dependency, steps: &[Step]) {
        for condition in entry
            .condition
            .split(',')
            .map(str::trim)
            .filter(|path| !path.is_empty())
        {
            let keys = condition.split('.').map(|key| Step::Key(key.into()));
            self.switches
                .push(steps.iter().cloned().chain(keys).collect());
        }
        for tag in &entry.tags {
            let tags = ["tags", tag].map(|key| Step::Key(key.into()));
            self.switches.push(tags.into());
        }
    }
}

/// What a chart takes out of the values of one in it, whose own stand at `steps` (Helm: processImportValues).
fn imports(entry: &Dependency, steps: &[Step]) -> Vec<Vec<Step>> {
    let place = |import: &ImportValues| {
        let path = match import {
            ImportValues::Export(name) => format!("exports.{name}"),
            ImportValues::Table { child, .. } => child.clone(),
            ImportValues::Other => return None,
        };
        let keys = path.split('.').map(|key| Step::Key(key.into()));
        Some(steps.iter().cloned().chain(keys).collect())
    };
    entry.import_values.iter().filter_map(place).collect()
}

fn below(steps: &[Step], key: &str) -> Vec<Step> {
    steps
        .iter()
        .cloned()
        .chain([Step::Key(key.into())])
        .collect()
}
