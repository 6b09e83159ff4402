//! Discovery: the apps that a repository says it deploys ([`evidence`], put together by [`claimed`]), then those that the
//! names of files tell ([`discover`]); and of every file that looks like values and belongs to none of them, why.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::app::App;
use super::claimed::{self, Claimed};
use super::discover::{self, Found, FoundApp};
use super::files::Files;
use super::fitting::{self, Fitting};
use super::{
    Broken, Environment, MissingFile, Refused, Unread, Workspace, copies, found, own_names,
    samples, stacks, umbrella, unclaimed,
};
use crate::evidence::{self, Claims, Foreign, Names};
use crate::masking::Text;
use crate::source::join;

/// What is found in a workspace.
pub(super) struct Discovered {
    pub apps: Vec<App>,
    /// In promotion order.
    pub environments: Vec<Environment>,
    /// What was not made use of, and why.
    pub unread: Vec<Unread>,
    pub missing: Vec<MissingFile>,
    pub broken: Vec<Broken>,
    pub refused: Vec<Refused>,
}

/// Finds the apps of a workspace, and its environments when it declares none.
pub(super) fn run(workspace: &Workspace) -> Discovered {
    let charts = discover::charts(&workspace.files().yaml);
    let search = Search {
        workspace,
        files: workspace.files(),
        fitting: Fitting::new(&workspace.root, &charts),
        repository: discover::repository_name(&workspace.root),
    };
    let mut told = search.read();
    let mut known = search.leave_out(&mut told);
    let (mut claimed, left) = search.put_together(&mut told, &known.unread);
    search.account_for(&mut told, &mut claimed, &left, &mut known);
    let environments = match workspace.environments.is_empty() {
        true => {
            let stacks = workspace.stacks();
            let mut stages = stacks.stages();
            stages.extend(told.said.stages);
            claimed::environments(&claimed, &left, stacks.names(), &stages)
        }
        false => {
            let declared = workspace.environments.iter().cloned();
            let passing = workspace.stacks().passing(&workspace.environments);
            declared.chain(passing).collect()
        }
    };
    let mut unread = known.unread;
    let apps = search.apps(claimed, left, &environments, &mut unread);
    Discovered {
        unread: search.unread(unread, &apps),
        apps,
        environments,
        missing: told.said.missing,
        broken: told.said.broken,
        refused: told.said.refused,
    }
}

/// What the parts of a search look at.
struct Search<'w> {
    workspace: &'w Workspace,
    files: &'w Files,
    fitting: Fitting<'w>,
    /// The repository's name.
    repository: String,
}

/// What is told of apps, by evidence and by names, before they are put together.
struct Told {
    names: Names,
    said: Claims,
    found: Found,
    /// Files that are no values by their texts.
    foreign: BTreeMap<String, Foreign>,
}

/// What is known of files that look like values.
struct Known {
    /// What was not made use of, and why.
    unread: Vec<Unread>,
    /// Files that something was made of, or of whose folder it is said that it was left out.
    used: BTreeSet<String>,
    /// Files that something reads, and why nobody knows what as.
    named: BTreeMap<String, Text>,
}

impl Search<'_> {
    /// The files, as evidence asks for them.
    fn evidence_files(&self) -> evidence::Files<'_> {
        evidence::Files::new(&self.workspace.root, self.files.named())
    }

    /// Reads the evidence and the names of files.
    fn read(&self) -> Told {
        let environments = &self.workspace.environments;
        let declared = environments.iter().flat_map(Environment::names);
        let declared: Vec<String> = declared.map(str::to_owned).collect();
        let scan = evidence::scan(&self.workspace.root, &self.files.candidates());
        let names = Names::new(declared).with_house(scan.house.clone());
        let names = names.with_clusters(self.files.all());
        let is_of_values = |path: &&String| !stacks::is_of_pulumi(path);
        let yaml = &self.files.yaml;
        let plain = match yaml.iter().all(|path| is_of_values(&path)) {
            true => Cow::Borrowed(yaml),
            false => Cow::Owned(yaml.iter().filter(is_of_values).cloned().collect()),
        };
        let mut found = discover::discover(&plain, environments, &scan.house, &scan.foreign);
        if environments.is_empty() {
            own_names::add(&self.workspace.root, &plain, &mut found);
        }
        let names = names.with_house(found.house());
        let mut said = evidence::claims(&scan, self.evidence_files(), &names);
        let of_programs = self.workspace.charts_of_programs();
        said.claims.extend(of_programs.claims);
        said.unread.extend(of_programs.unread);
        let far = std::mem::take(&mut found.far);
        let fitted = far.into_iter().filter_map(|app| self.fitting.fitted(app));
        found.apps.extend(fitted);
        Told {
            names,
            said,
            found,
            foreign: scan.foreign,
        }
    }

    /// Takes out what is not deployed, or not by what was read: examples, copies, what Jsonnet deploys.
    fn leave_out(&self, told: &mut Told) -> Known {
        let Told { said, found, .. } = told;
        samples::leave_out(said, &mut found.apps);
        let jsonnet = std::mem::take(&mut said.jsonnet);
        let named = unclaimed::leave_to_jsonnet(jsonnet, &mut found.apps);
        let used = copies::leave_out(said, &mut found.apps, &self.fitting);
        Known {
            unread: std::mem::take(&mut said.unread),
            used,
            named,
        }
    }

    /// The apps that evidence tells, with the files that belong to them, and those that only names tell.
    fn put_together(&self, told: &mut Told, unread: &[Unread]) -> (Claimed, Vec<FoundApp>) {
        let Told { said, found, .. } = told;
        let root = &self.workspace.root;
        let evidence_files = self.evidence_files();
        let is_file = |path: &str| evidence_files.is_file(path);
        let called = claimed::Called {
            chart: &|chart: &str| fitting::name_of(root, chart),
            root: &self.repository,
        };
        let beside = claimed::Beside {
            found: &found.apps,
            has_others: self.workspace.stacks().names().next().is_some(),
            declared: &self.workspace.environments,
            unread,
            missing: &said.missing,
        };
        let claims = std::mem::take(&mut said.claims);
        let mut claimed = claimed::claimed(claims, &beside, &told.names, &called);
        let others = claimed::Others {
            taken: &said.taken,
            left: &said.left,
            parameters: &said.parameters,
            makers: &said.makers,
            fitting: &self.fitting,
            root,
            missing: &said.missing,
        };
        let mut left = claimed.join(std::mem::take(&mut found.apps), &others, &is_file);
        claimed.drop_trials(&mut left);
        claimed.drop_tried(&left);
        claimed.drop_second(&mut left);
        discover::drop_copies(&mut left, &claimed.files(), &self.files.copies);
        for app in &mut left {
            app.find_base(&is_file);
        }
        (claimed, left)
    }

    /// Says of every file that looks like values and is none of an app's why it is not.
    fn account_for(
        &self,
        told: &mut Told,
        claimed: &mut Claimed,
        left: &[FoundApp],
        known: &mut Known,
    ) {
        let Told { said, found, .. } = told;
        let Known {
            unread,
            used,
            named,
        } = known;
        unread.append(&mut claimed.unread);
        used.extend(claimed.files());
        used.extend(said.taken.iter().chain(&said.parameters).cloned());
        used.append(&mut claimed.dropped);
        named.extend(unclaimed::reasons(std::mem::take(&mut said.named)));
        named.append(&mut said.idle);
        named.append(&mut said.left);
        named.append(&mut claimed.named);
        let mut used: HashSet<&str> = used.iter().map(String::as_str).collect();
        let left_files = left.iter().flat_map(FoundApp::files);
        used.extend(left_files.map(|file| file.path.as_str()));
        used.extend(left.iter().filter_map(|app| app.base.as_deref()));
        // Who reads a link reads the file.
        let copies = self.files.copies.iter();
        let originals = copies.filter(|(path, _)| used.contains(path.as_str()));
        let originals: Vec<&str> = originals.map(|(_, original)| original.as_str()).collect();
        used.extend(originals);
        let is_plain = |path: &&str| {
            !stacks::is_of_pulumi(path)
                && discover::may_be_values(path)
                && !told.foreign.contains_key(*path)
        };
        let plain = self.files.yaml.iter().map(String::as_str).filter(is_plain);
        let unclaimed = unclaimed::Known {
            root: &self.workspace.root,
            plain: plain.collect(),
            used: &used,
            named: std::mem::take(named),
            environments: {
                let of_left = left.iter().flat_map(|app| &app.values);
                let of_left = of_left.map(|file| file.environment.clone());
                let told = claimed.environments().into_iter().map(str::to_owned);
                told.chain(of_left).collect()
            },
        };
        unread.extend(unclaimed.unread(std::mem::take(&mut found.unclaimed)));
        let is_known =
            |path: &String| said.templates.contains(path) || used.contains(path.as_str());
        unread.extend(unclaimed::templates(self.files.scripts.iter(), &is_known));
    }

    /// The apps, each with a name of its own.
    fn apps(
        &self,
        claimed: Claimed,
        mut left: Vec<FoundApp>,
        environments: &[Environment],
        unread: &mut Vec<Unread>,
    ) -> Vec<App> {
        let (root, fitting) = (&self.workspace.root, &self.fitting);
        let mut names = BTreeSet::new();
        let mut apps = claimed.into_apps(environments, &mut names, unread);
        apps.extend(umbrella::apps(
            &mut left,
            fitting,
            environments,
            &mut names,
            root,
            unread,
        ));
        apps.extend(found::apps(
            left,
            environments,
            &self.repository,
            &mut names,
            fitting,
        ));
        let stacks = self.workspace.stacks();
        let (stacks, stacks_left) = stacks.apps(root, environments, &mut names);
        apps.extend(stacks);
        unread.extend(stacks_left);
        apps
    }

    /// What was not made use of, without what something else says or reads.
    fn unread(&self, mut unread: Vec<Unread>, apps: &[App]) -> Vec<Unread> {
        // The values of a chart that an app deploys are read with it.
        let deployed = apps.iter().filter_map(|app| app.chart.as_deref());
        let defaults: BTreeSet<String> = deployed.map(|chart| join(chart, "values.yaml")).collect();
        unread.retain(|unread| !(unread.is_values && defaults.contains(&unread.file)));
        let left_out = unread.clone();
        let is_said = |path: &str| {
            samples::is_left_out(path, &left_out)
                || copies::is_left_out(path, &left_out)
                // What a link leads to is said by itself.
                || self.files.copies.contains_key(path)
        };
        unread.retain(|unread| !(unread.is_values && is_said(&unread.file)));
        unread.extend(self.files.left_out.iter().cloned());
        unread.sort();
        unread.dedup();
        unread
    }
}
