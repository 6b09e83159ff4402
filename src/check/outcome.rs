//! What a check looked at and what it found.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Silence, Unsearched};
use crate::rules::Finding;
use crate::source::{Problem, Source};

/// What a check looked at and what it found.
#[derive(Debug)]
pub struct Outcome {
    /// The findings, sorted by file, place and rule.
    pub findings: Vec<Finding>,
    /// What kept parts of the work from being done.
    pub problems: Vec<Problem>,
    /// What was looked at.
    pub extent: Extent,
    /// Files that were not searched for secrets.
    pub unsearched: Vec<Unsearched>,
    /// Where rules met a limit and said nothing of the rest.
    pub limits: Vec<Silence>,
}

/// Which files of a workspace a check looks at beside those of the selected apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All.
    Whole,
    /// These files and what lies in these directories, relative to the root.
    Below(Vec<String>),
}

impl Reach {
    /// What is within both, where the other one lists files.
    #[must_use]
    pub fn and(&self, other: Reach) -> Reach {
        match other {
            Reach::Whole => self.clone(),
            Reach::Below(files) => {
                let both = files.into_iter().filter(|file| self.covers(file));
                Reach::Below(both.collect())
            }
        }
    }

    /// Whether a file is within it.
    pub fn covers(&self, file: &str) -> bool {
        match self {
            Reach::Whole => true,
            Reach::Below(paths) => paths.iter().any(|path| {
                let rest = file.strip_prefix(path.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }),
        }
    }
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Apps.
    pub apps: usize,
    /// Environments.
    pub environments: usize,
    /// Single values in values files.
    pub values: usize,
    /// Files with objects that run pods and that no chart makes: they were searched for secrets, and for little else.
    pub plain: usize,
    /// Rules that were run.
    pub rules: usize,
    /// Findings that a comment excused.
    pub suppressed: usize,
}

impl Outcome {
    /// Nothing was looked at, and this is why.
    pub fn of_problems(problems: Vec<Problem>) -> Outcome {
        Outcome {
            findings: Vec::new(),
            problems,
            extent: Extent::default(),
            unsearched: Vec::new(),
            limits: Vec::new(),
        }
    }

    /// The same with paths as seen from a directory above the workspace.
    pub fn below(mut self, prefix: &str) -> Outcome {
        if prefix.is_empty() {
            return self;
        }
        let mut known: HashMap<*const Source, Arc<Source>> = HashMap::new();
        let mut moved = |source: &Arc<Source>| {
            let below = known
                .entry(Arc::as_ptr(source))
                .or_insert_with(|| Arc::new(source.below(prefix)));
            Arc::clone(below)
        };
        point_elsewhere(&mut self.findings, &mut self.problems, &mut moved);
        for file in &mut self.unsearched {
            file.path = format!("{prefix}/{}", file.path);
        }
        self
    }
}

/// Lets everything that is said point at other sources.
pub(super) fn point_elsewhere(
    findings: &mut [Finding],
    problems: &mut [Problem],
    moved: &mut impl FnMut(&Arc<Source>) -> Arc<Source>,
) {
    let own = findings.iter_mut().map(|finding| &mut finding.location);
    let of_problems = problems
        .iter_mut()
        .filter_map(|problem| problem.location.as_mut());
    for location in own.chain(of_problems) {
        location.source = moved(&location.source);
    }
    let related = findings.iter_mut().flat_map(|finding| &mut finding.related);
    let of_problems = problems.iter_mut().flat_map(|problem| &mut problem.related);
    for note in related.chain(of_problems) {
        note.location.source = moved(&note.location.source);
    }
}

impl Extent {
    /// How much was looked at together.
    pub fn and(self, other: Extent) -> Extent {
        Extent {
            apps: self.apps + other.apps,
            environments: self.environments.max(other.environments),
            values: self.values + other.values,
            plain: self.plain + other.plain,
            rules: self.rules.max(other.rules),
            suppressed: self.suppressed + other.suppressed,
        }
    }
}
