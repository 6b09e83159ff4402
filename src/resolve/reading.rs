//! What the chart does with a path in an environment.

use envlint_helm::{Coverage, Read, Reads};
use envlint_yaml::Path;

use super::{EnvironmentValues, ResolvedApp};
use crate::workspace::NeighbourKind;

/// What an app's chart does with a path.
#[derive(Debug, Clone, Copy)]
pub enum Reading<'r> {
    /// Nobody knows: there is no chart, or what reads the path cannot be seen.
    Unknown,
    /// No template reads it, nor what holds it.
    Unread,
    /// No template names it, but one takes the map or list that holds it: copies it as a whole, or ranges over it.
    Free,
    /// A template reads it, and does without it where it is missing, or does not get there in this environment.
    Optional,
    /// A template reads it in this environment, and without it fails or prints nothing.
    Needed(Read<'r>),
}

impl ResolvedApp<'_> {
    /// What is known of a path: by the chart's templates, and by the texts of values that these execute.
    pub fn coverage(&self, path: &Path) -> Coverage {
        let Some(reads) = self.chart.and_then(|chart| chart.reads()) else {
            return Coverage::Unknown;
        };
        let of_templates = reads.coverage(path);
        let of_texts = match of_templates {
            Coverage::Read => return Coverage::Read,
            _ => self.texts(reads).map(|texts| texts.coverage(path)),
        };
        match (of_templates, of_texts) {
            (known, None | Some(Coverage::Unread)) => known,
            (_, Some(Coverage::Read)) => Coverage::Read,
            (Coverage::Unread, Some(known)) => known,
            (known, Some(_)) => known,
        }
    }

    /// What the texts of the environments' values read, where templates execute them.
    fn texts(&self, reads: &Reads) -> Option<&Reads> {
        let of = || {
            let files = self.environments.iter().map(|values| values.file);
            let layers = files.filter_map(|file| file.layers()?.ok()).flatten();
            reads.of_texts(layers)
        };
        self.text_reads.get_or_init(of).as_ref()
    }

    /// Whether all environments deploy the chart that is known of the app.
    pub fn has_one_chart(&self) -> bool {
        let plain = |chart: &str| {
            chart
                .trim_start_matches("./")
                .trim_end_matches('/')
                .to_owned()
        };
        let own = self.app.chart.as_deref().map(plain);
        let mut deployments = self.app.deployments.iter();
        self.has_known_layers()
            && deployments.all(|deployment| {
                let chart = deployment.chart.as_deref().map(plain);
                chart.is_none()
                    || chart == own
                    || (chart.as_deref() == Some(".") && own.as_deref() == Some(""))
            })
    }

    /// What the chart does with a path in the environment at a place.
    pub fn reading(&self, index: usize, path: &Path) -> Reading<'_> {
        if self.workspace.is_given_by_project(self.app, path) {
            return Reading::Optional;
        }
        if !self.has_known_layers() {
            return Reading::Unknown;
        }
        let reads = self.chart.and_then(|chart| chart.reads());
        let overlaid = self.environments.get(index).map(|values| &values.overlaid);
        let (Some(reads), Some(Some(Ok(effective)))) = (reads, overlaid) else {
            return Reading::Unknown;
        };
        let needing = reads.needing(path);
        let mut reached = needing.iter();
        if let Some(read) = reached.find(|read| read.is_reached(effective, path) == Some(true)) {
            return Reading::Needed(*read);
        }
        match self.coverage(path) {
            Coverage::Unknown => Reading::Unknown,
            Coverage::Unread => Reading::Unread,
            Coverage::Read | Coverage::Taken if !reads.names(path) => Reading::Free,
            Coverage::Read | Coverage::Taken => Reading::Optional,
        }
    }

    /// Whether it is known which files are laid over each other: not where a file that several environments may share lies
    /// next to theirs, and nothing says whether it is deployed with them.
    pub fn has_known_layers(&self) -> bool {
        let is_shared =
            |kind: NeighbourKind| matches!(kind, NeighbourKind::Layer | NeighbourKind::Plain);
        let mut neighbours = self.files.neighbours.iter();
        self.app.declared.is_some()
            || self.app.has_evidence()
            || !neighbours.any(|neighbour| is_shared(neighbour.kind))
    }

    /// Whether the chart may read a path: false only where it surely does not. A chart without templates is not whole.
    pub fn may_read(&self, path: &Path) -> bool {
        let reads = self.chart.and_then(|chart| chart.reads());
        self.coverage(path) != Coverage::Unread || reads.is_some_and(Reads::is_empty)
    }

    /// Whether a template may get to a path with the values of an environment: false only where each place that reads it stands
    /// in a branch that they do not take.
    pub fn may_reach(&self, values: &EnvironmentValues<'_>, path: &Path) -> bool {
        let reads = self.chart.and_then(|chart| chart.reads());
        let (Some(reads), Some(Ok(effective))) = (reads, &values.overlaid) else {
            return true;
        };
        let reading = reads.reading(path);
        reading.is_empty()
            || !self.has_known_layers()
            || self.texts(reads).is_some()
            || reading
                .iter()
                .any(|read| read.is_reached(effective, path) != Some(false))
    }

    /// Whether templates that are here make objects of one of these kinds, and none of them names a path or takes the map that
    /// holds it. Then the path decides nothing of such an object, though a template that is missing may read it, which gets
    /// all values.
    pub fn is_left_out(&self, path: &Path, kinds: &[&str]) -> bool {
        let Some((chart, reads)) = self.chart.and_then(|chart| Some((chart, chart.reads()?)))
        else {
            return false;
        };
        let mut reading = reads.reading(path).into_iter();
        reading.all(|read| read.is_of_all()) && kinds.iter().any(|kind| chart.names_kind(kind))
    }

    /// Whether values are promoted from one environment to another, by their places.
    pub fn travels(&self, from: usize, to: usize) -> bool {
        let environment = |index: usize| {
            self.environments
                .get(index)
                .map(|values| values.environment)
        };
        match (environment(from), environment(to)) {
            (Some(from), Some(to)) => super::order::may_start(from, to),
            _ => false,
        }
    }
}
