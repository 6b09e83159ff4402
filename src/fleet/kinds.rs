//! The kinds of apps that envlint brings along: a chart with every object that the checks want, the template of its values
//! files, and what of them belongs to an environment.

use minijinja::{Error, context};

use super::engine::engine;

/// A kind of apps.
#[derive(Debug)]
pub struct Kind {
    /// Its name, which stands for `{kind}` in the configuration.
    pub name: &'static str,
    /// The template of its values files.
    pub template: &'static str,
    /// Paths that may differ between environments, as entries of `perEnvironment`.
    pub per_environment: &'static str,
    /// The files of its chart, with `{chart}` for its name.
    files: &'static [(&'static str, &'static str)],
}

/// A file of the templates' folder, by its place in a chart.
macro_rules! file {
    ($path:literal, $from:literal) => {
        (
            $path,
            include_str!(concat!("../../templates/fleet/", $from)),
        )
    };
}

/// A service that others call: Deployment, Service, Ingress, autoscaler, budget, network policy, account.
const WEB: Kind = Kind {
    name: "web",
    template: include_str!("../../templates/fleet/web/values.yaml.j2"),
    per_environment: "\
- {path: replicas, expect: non-decreasing}
- {path: resources, expect: non-decreasing}
- {path: ingress.host, expect: distinct}
- {path: podDisruptionBudget.enabled}
- {path: logLevel}
",
    files: &[
        file!(".helmignore", "common/helmignore"),
        file!("Chart.yaml", "web/Chart.yaml"),
        file!("templates/_helpers.tpl", "common/_helpers.tpl"),
        file!("templates/autoscaler.yaml", "web/autoscaler.yaml"),
        file!("templates/budget.yaml", "common/budget.yaml"),
        file!("templates/deployment.yaml", "web/deployment.yaml"),
        file!("templates/ingress.yaml", "web/ingress.yaml"),
        file!("templates/networkpolicy.yaml", "web/networkpolicy.yaml"),
        file!("templates/service.yaml", "web/service.yaml"),
        file!(
            "templates/serviceaccount.yaml",
            "common/serviceaccount.yaml"
        ),
    ],
};

/// What nobody calls: Deployment, budget, network policy, account.
const WORKER: Kind = Kind {
    name: "worker",
    template: include_str!("../../templates/fleet/worker/values.yaml.j2"),
    per_environment: "\
- {path: replicas, expect: non-decreasing}
- {path: resources, expect: non-decreasing}
- {path: podDisruptionBudget.enabled}
- {path: logLevel}
",
    files: &[
        file!(".helmignore", "common/helmignore"),
        file!("Chart.yaml", "worker/Chart.yaml"),
        file!("templates/_helpers.tpl", "common/_helpers.tpl"),
        file!("templates/budget.yaml", "common/budget.yaml"),
        file!("templates/deployment.yaml", "worker/deployment.yaml"),
        file!("templates/networkpolicy.yaml", "common/networkpolicy.yaml"),
        file!(
            "templates/serviceaccount.yaml",
            "common/serviceaccount.yaml"
        ),
    ],
};

/// What runs by the clock: CronJob, network policy, account.
const JOB: Kind = Kind {
    name: "job",
    template: include_str!("../../templates/fleet/job/values.yaml.j2"),
    per_environment: "\
- {path: resources, expect: non-decreasing}
- {path: schedule}
- {path: suspend}
- {path: logLevel}
",
    files: &[
        file!(".helmignore", "common/helmignore"),
        file!("Chart.yaml", "job/Chart.yaml"),
        file!("templates/_helpers.tpl", "common/_helpers.tpl"),
        file!("templates/cronjob.yaml", "job/cronjob.yaml"),
        file!("templates/networkpolicy.yaml", "common/networkpolicy.yaml"),
        file!(
            "templates/serviceaccount.yaml",
            "common/serviceaccount.yaml"
        ),
    ],
};

/// All kinds that envlint brings along.
pub const KINDS: [Kind; 3] = [WEB, WORKER, JOB];

impl Kind {
    /// The kind of a name.
    pub fn named(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// The files of its chart, by their paths in it. The chart's own values are those of an app in development that nobody
    /// reaches: what belongs to an environment, its files say.
    ///
    /// # Errors
    /// When the template of its values does not render.
    pub fn chart(&self, name: &str) -> Result<Vec<(String, String)>, Error> {
        let mut files: Vec<(String, String)> = self
            .files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.replace("{chart}", name)))
            .collect();
        let mut engine = engine();
        engine.add_template("values", self.template)?;
        let values = engine.get_template("values")?.render(context! {
            name => name,
            kind => self.name,
            groups => Vec::<String>::new(),
            environment => "default",
            tier => "development",
            values => context! { ingress => false },
        })?;
        let first = "# The chart's defaults. Every environment's file has all of them, too: docs/fleets.md of envlint.\n";
        let rest = values.split_once('\n').map_or("", |(_, rest)| rest);
        files.push(("values.yaml".to_owned(), [first, rest].concat()));
        files.sort();
        Ok(files)
    }
}
