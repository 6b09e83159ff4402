//! What stays of an app when it has been checked: findings, and the few facts that are needed of all apps together. Its files
//! are gone by then: a workspace may have ten thousands of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use super::exposure::Exposures;
use super::outcome::point_elsewhere;
use super::{Silence, Unsearched};
use crate::manifests::Brought;
use crate::rules::Finding;
use crate::source::{Problem, Source, is_heard, may_limit};
use crate::workspace::{AppFiles, LayerPath, ReadFile, ValuesFile};

/// What one app contributes, or what the files of one kind do.
#[derive(Default)]
pub(super) struct AppOutcome {
    pub(super) findings: Vec<Finding>,
    pub(super) problems: Vec<Problem>,
    pub(super) used: BTreeSet<usize>,
    /// The files that were looked at.
    pub(super) files: Vec<ReadFile>,
    /// Those of them that say something which is heard beyond them.
    pub(super) heard: Vec<Arc<Source>>,
    pub(super) values: usize,
    pub(super) unsearched: Vec<Unsearched>,
    /// How many files have objects that run pods and that no chart makes.
    pub(super) plain: usize,
    /// What it brings to its environments.
    pub(super) brought: Vec<Brought>,
    /// Where rules met a limit.
    pub(super) limits: Vec<Silence>,
    /// How far the secrets of its files come.
    pub(super) exposures: Exposures,
}

/// Which texts of an app's files stay for its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// All that a finding points at.
    All,
    /// Those with comments that may suppress a finding.
    Heard,
}

/// The values files of an app that were read and hold something of their own.
pub(super) fn readable(files: &AppFiles) -> impl Iterator<Item = (&ValuesFile, &Arc<Source>)> {
    files.values.iter().filter_map(|file| {
        let source = file.source.as_ref().ok()?;
        let is_nothing = source.text().is_empty() && !file.is_own_file();
        (!is_nothing).then_some((file, source))
    })
}

impl AppOutcome {
    /// This and what comes behind it.
    #[must_use]
    pub(super) fn and(mut self, next: AppOutcome) -> AppOutcome {
        self.findings.extend(next.findings);
        self.problems.extend(next.problems);
        self.used.extend(next.used);
        self.files.extend(next.files);
        self.heard.extend(next.heard);
        self.values += next.values;
        self.unsearched.extend(next.unsearched);
        self.plain += next.plain;
        self.brought.extend(next.brought);
        self.limits.extend(next.limits);
        self.exposures.merge(next.exposures);
        self
    }

    /// Takes note of a file that stays in memory, since apps share it.
    pub(super) fn hold(&mut self, source: &Arc<Source>) {
        self.files.push(ReadFile::held(source));
        if is_heard(source.text()) {
            self.heard.push(Arc::clone(source));
        }
    }

    /// Takes note of files that nobody else has, and lets go of their values: from now on they are only pointed at and
    /// quoted.
    pub(super) fn let_go<'s>(
        &mut self,
        own: impl Iterator<Item = (&'s Arc<Source>, LayerPath)>,
        quotes: Quotes,
    ) {
        let mut quoted: HashMap<*const Source, OnceLock<Arc<Source>>> = HashMap::new();
        for (source, layer) in own {
            self.files.push(ReadFile::on_disk(source, layer));
            let slot = quoted.entry(Arc::as_ptr(source)).or_default();
            if may_limit(source.text()) {
                _ = slot.set(Arc::clone(source));
            }
            if is_heard(source.text()) {
                let heard = slot.get_or_init(|| Arc::new(source.to_quote()));
                self.heard.push(Arc::clone(heard));
            }
        }
        let quote = |source: &Source| match quotes {
            Quotes::All => source.to_quote(),
            Quotes::Heard => Source::new(source.path.as_str(), ""),
        };
        let mut to_quote = |source: &Arc<Source>| {
            Arc::clone(match quoted.get(&Arc::as_ptr(source)) {
                Some(slot) => slot.get_or_init(|| Arc::new(quote(source))),
                None => source,
            })
        };
        point_elsewhere(&mut self.findings, &mut self.problems, &mut to_quote);
    }
}
