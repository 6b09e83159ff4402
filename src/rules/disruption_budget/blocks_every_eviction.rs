//! `disruption-budget/blocks-every-eviction`.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use envlint_yaml::Value;

use crate::manifests::{RenderedBudget, RenderedWorkload};
use crate::masking::{ObjectName, Said, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::Severity;
use crate::values::{
    Amount, Budget, Located, MOST_WORKLOADS, Section, Workload, budget_in, is_foreign, pods_of,
    workloads,
};
use crate::workspace::Tier;

rule! {
    /// A pod disruption budget never allows an eviction.
    ///
    /// ## What it does
    ///
    /// Compares every budget that is turned on with the replicas it protects. It reports a `minAvailable` as high as the
    /// number of replicas (or `100%`) and a `maxUnavailable` of 0. Percentages round up, as in Kubernetes. With
    /// autoscaling, it compares with the maximum of replicas; a budget that blocks only at the minimum is a warning.
    ///
    /// Where the chart renders, the rendered budget and the workloads that it selects in its namespace decide: the pods of
    /// several count together. Without a chart, the values
    /// do: the budget is compared with the replicas of its own section, or of the only workload inside it, and a finding
    /// is a warning. Then a budget with both limits is ignored, since a template takes one of them, and so are limits and
    /// numbers that the chart's own templates of budgets, workloads and autoscalers do not read.
    ///
    /// A finding points at the line that decides: the limit or the replicas in a values file, else the limit in the
    /// chart's defaults, else the template. All deployments of which that line decides are one finding.
    ///
    /// Outside of the production tier, a finding is an info, and a single replica is none: it runs alone to save money, and
    /// people there delete the pod by hand.
    ///
    /// ## Why it matters
    ///
    /// No node that runs such a pod can be drained. Cluster upgrades hang until somebody deletes the pods by hand.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicas: 2
    /// podDisruptionBudget:
    ///   enabled: true
    ///   minAvailable: 2
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicas: 2
    /// podDisruptionBudget:
    ///   enabled: true
    ///   maxUnavailable: 1
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: specifying a disruption budget](https://kubernetes.io/docs/tasks/run-application/configure-pdb/)
    "disruption-budget/blocks-every-eviction", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.readable() {
        let made = cx.manifests.workloads(values.name());
        match made.filter(|_| cx.has_known_layers()) {
            Some(made) => by_manifests(cx, values, made, out),
            None => by_values(cx, values, out),
        }
    }
}

/// What is wrong with a budget.
struct Block {
    /// `100%`, `2`
    limit: String,
    /// The replicas of which none may go; none where it is the same for any number.
    of: Option<i64>,
    /// Whether it blocks at the least of an autoscaler only.
    at_least_only: bool,
}

impl Block {
    /// How a limit blocks so many replicas; none when it lets one go, or when it is not worth saying.
    fn of(
        values: &EnvironmentValues<'_>,
        limit: (&str, &Value),
        most: Option<i64>,
        fewest: Option<i64>,
    ) -> Option<Block> {
        let (key, value) = limit;
        let block = |of: Option<i64>, at_least_only: bool| Block {
            limit: shown(value),
            of,
            at_least_only,
        };
        let found = if key == "maxUnavailable" {
            (pods_of(value, 100) == Some(0)).then(|| block(None, false))
        } else if keeps_all(value, most) {
            Some(block(most, false))
        } else {
            keeps_all(value, fewest).then(|| block(fewest, true))
        };
        let is_alone = most.or(fewest) == Some(1) && values.environment.tier != Tier::Production;
        found.filter(|_| !is_alone)
    }

    /// What a limit is, as the beginning of a sentence.
    fn message(&self, subject: &Text) -> Text {
        let limit = Said(&self.limit);
        match self.of {
            None => text!("{} is {}", subject, limit),
            Some(1) => text!("{} is {} of 1 replica", subject, limit),
            Some(count) => text!("{} is {} of {} replicas", subject, limit, count),
        }
    }

    fn consequence(&self) -> &'static str {
        match self.at_least_only {
            false => ": no pod can ever be evicted, so no node can be drained",
            true => ": while only that many run, no pod can be evicted, so no node can be drained",
        }
    }

    /// A finding with what all findings of this rule have.
    fn judged(
        &self,
        values: &EnvironmentValues<'_>,
        finding: Finding,
        is_known: bool,
        out: &Reporter<'_>,
    ) -> Finding {
        let severity = match values.environment.tier {
            Tier::Production if is_known && !self.at_least_only => Severity::Error,
            Tier::Production => Severity::Warning,
            _ => Severity::Info,
        };
        // One line that decides is one cause, whatever the workloads are called.
        let (file, start) = (
            finding.location.source.path.clone(),
            finding.location.span.start,
        );
        let finding = finding
            .help(ADVICE)
            .once_of(file, text!("{}", start), Text::new())
            .ending(self.consequence());
        out.lower_severity(severity, finding)
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

const ADVICE: &str =
    "let one pod go: set `maxUnavailable: 1`, or `minAvailable` below the number of replicas";

/// Whether so many pods must stay that none may go. Without replicas only `100%` says so.
fn keeps_all(limit: &Value, replicas: Option<i64>) -> bool {
    match replicas {
        Some(replicas) => {
            let kept = pods_of(limit, replicas);
            replicas > 0 && kept.is_some_and(|kept| kept >= replicas)
        }
        None => limit.as_str() == Some("100%"),
    }
}

/// The kind of a budget.
const BUDGET: &str = "PodDisruptionBudget";

/// The kinds of objects that say how many pods there are.
const SCALING: [&str; 5] = [
    "Deployment",
    "StatefulSet",
    "Rollout",
    "HorizontalPodAutoscaler",
    "ScaledObject",
];

/// A budget in the values that is turned on, with what it limits and the workload that it protects.
struct Limited<'s, 'a> {
    key: &'static str,
    limit: Located<'a>,
    /// Whether it has the other limit, too.
    has_both: bool,
    workload: Option<Workload<'s, 'a>>,
}

fn limited<'s, 'a>(values: &'s EnvironmentValues<'a>) -> Vec<Limited<'s, 'a>> {
    let sections = &values.sections;
    let budgets = sections.iter().filter_map(budget_in);
    let budgets = budgets.filter(|budget| !is_foreign(&budget.section) && budget.is_on());
    let scaled: OnceCell<Vec<Workload<'s, 'a>>> = OnceCell::new();
    let limited = |budget: Budget<'s, 'a>| {
        let limits = ["minAvailable", "maxUnavailable"].into_iter();
        let mut limits = limits.filter_map(|key| Some((key, budget.limit(key)?)));
        let (key, limit) = limits.next()?;
        Some(Limited {
            key,
            limit,
            has_both: limits.next().is_some(),
            workload: protected(
                &budget.section,
                scaled.get_or_init(|| workloads(sections).collect()),
            ),
        })
    };
    budgets.take(MOST_WORKLOADS).filter_map(limited).collect()
}

impl<'a> Limited<'_, 'a> {
    fn value(&self) -> Option<Value> {
        Some(self.limit.tree().as_scalar()?.value())
    }

    /// The replicas that it is compared with.
    fn replicas(&self, block: &Block) -> Option<Amount<'a>> {
        let workload = self.workload.as_ref()?;
        let amount = match block.at_least_only {
            false => workload.most(),
            true => workload.fewest(),
        };
        amount.filter(|amount| Some(amount.number) == block.of)
    }

    fn finding(
        &self,
        cx: &AppContext<'_>,
        values: &EnvironmentValues<'_>,
        block: &Block,
        out: &Reporter<'_>,
    ) -> Finding {
        let message = block.message(&text!("`{}`", self.limit.path()));
        let replicas = self.replicas(block).map(|replicas| replicas.value);
        let is_written = |value: &Located<'_>| values.file.is_written_in(value.tree().source());
        match replicas {
            // The limit is the chart's default: the replicas are what somebody chose.
            Some(replicas) if is_written(&replicas) && !is_written(&self.limit) => out
                .written(cx, values, &replicas, message)
                .note(self.limit.tree().location(), "the limit"),
            Some(replicas) => out
                .written(cx, values, &self.limit, message)
                .note(replicas.tree().location(), "the replicas"),
            None => out.written(cx, values, &self.limit, message),
        }
    }
}

/// Where nobody knows what the chart makes: by the words that values use.
fn by_values(cx: &AppContext<'_>, values: &EnvironmentValues<'_>, out: &mut Reporter<'_>) {
    // Where both limits are set, the template takes one of them, since Kubernetes refuses both.
    let alone = limited(values)
        .into_iter()
        .filter(|limited| !limited.has_both);
    for limited in alone.filter(|limited| !cx.is_left_out(limited.limit.path(), &[BUDGET])) {
        let number = |amount: Option<Amount<'_>>| {
            let amount = amount?;
            let is_left_out = cx.is_left_out(amount.value.path(), &SCALING);
            (!is_left_out).then_some(amount.number)
        };
        let workload = limited.workload.as_ref();
        let most = number(workload.and_then(Workload::most));
        let fewest = number(workload.and_then(Workload::fewest));
        let value = limited.value();
        let limit = value.as_ref().map(|value| (limited.key, value));
        if let Some(block) = limit.and_then(|limit| Block::of(values, limit, most, fewest)) {
            let finding = limited.finding(cx, values, &block, out);
            out.push(block.judged(values, finding, false, out));
        }
    }
}

/// The rendered budgets decide, and the values that their templates read say where.
fn by_manifests(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    made: &[RenderedWorkload],
    out: &mut Reporter<'_>,
) {
    let mut limits: Option<Vec<Limited<'_, '_>>> = None;
    let mut placed: BTreeSet<usize> = BTreeSet::new();
    let protected = protected_by(made);
    for workload in made {
        let Some(budget) = &workload.budget else {
            continue;
        };
        let limit = (budget.limit, &budget.value);
        let protected = protected.get(&name_of(budget)).copied().unwrap_or_default();
        let Some(block) = Block::of(values, limit, protected.most, protected.fewest) else {
            continue;
        };
        let limits = limits.get_or_insert_with(|| limited(values));
        let deciding = limits.iter().enumerate().filter(|(_, limited)| {
            limited.key == budget.limit
                && limited
                    .value()
                    .is_some_and(|value| shown(&value) == block.limit)
                && is_read_by(cx, &limited.limit, budget)
        });
        // Several values may be alike, when one template makes several budgets: each is said once.
        let deciding: Vec<(usize, &Limited<'_, '_>)> = deciding.collect();
        let unsaid = deciding.iter().find(|(at, _)| !placed.contains(at));
        let finding = match unsaid.or(deciding.first()) {
            Some((at, limited)) => {
                if !placed.insert(*at) {
                    continue;
                }
                Some(limited.finding(cx, values, &block, out))
            }
            None => in_template(
                cx,
                values,
                (workload, budget, protected.workloads),
                &block,
                out,
            ),
        };
        if let Some(finding) = finding {
            out.push(block.judged(values, finding, true, out));
        }
    }
}

/// What tells a budget from others.
type BudgetName<'b> = (&'b str, &'b str);

fn name_of(budget: &RenderedBudget) -> BudgetName<'_> {
    (&budget.name, &budget.template)
}

/// What a budget protects: one may be for several workloads, whose pods count together. None where those of one are not known.
#[derive(Debug, Clone, Copy, Default)]
struct Protected {
    workloads: usize,
    most: Option<i64>,
    fewest: Option<i64>,
}

fn protected_by(made: &[RenderedWorkload]) -> HashMap<BudgetName<'_>, Protected> {
    let mut found: HashMap<BudgetName<'_>, Protected> = HashMap::new();
    for workload in made {
        let Some(budget) = &workload.budget else {
            continue;
        };
        let protected = found.entry(name_of(budget)).or_insert(Protected {
            workloads: 0,
            most: Some(0),
            fewest: Some(0),
        });
        let add = |sum: Option<i64>, pods: Option<i64>| sum?.checked_add(pods?);
        protected.workloads += 1;
        protected.most = add(protected.most, workload.most);
        protected.fewest = add(protected.fewest, workload.fewest);
    }
    found
}

/// Whether the template of a budget reads a value, or may: a named template may be part of any.
fn is_read_by(cx: &AppContext<'_>, limit: &Located<'_>, budget: &RenderedBudget) -> bool {
    let reads = cx.chart.and_then(|chart| chart.reads());
    let reads = reads.map(|reads| reads.reading(limit.path()));
    let reads = reads.unwrap_or_default();
    let mut files = reads.iter().map(|read| read.file());
    files.any(|file| {
        let base = file.rsplit('/').next().unwrap_or(file);
        file == budget.template || base.starts_with('_')
    })
}

/// The values say nothing of the limit: the template has it.
fn in_template(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    (workload, budget, workloads): (&RenderedWorkload, &RenderedBudget, usize),
    block: &Block,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let location = cx
        .manifests
        .template_of(values.name(), (BUDGET, &budget.name, &budget.template))?;
    let subject = match workloads {
        1 => text!(
            "`{}` of the disruption budget of {} `{}`",
            budget.limit,
            ObjectName(&workload.kind),
            ObjectName(&workload.name)
        ),
        several => text!(
            "`{}` of the disruption budget `{}` of {} workloads",
            budget.limit,
            ObjectName(&budget.name),
            several
        ),
    };
    let finding = out.finding(location, block.message(&subject));
    Some(finding.environment(values.name()))
}

/// The workload that a budget protects: the innermost around it, or the only one beside it.
fn protected<'s, 'a>(
    section: &Section<'s, 'a>,
    scaled: &[Workload<'s, 'a>],
) -> Option<Workload<'s, 'a>> {
    let mut around = scaled.iter().rev();
    let around = around.find(|workload| workload.section.contains(section));
    let found = around.or_else(|| {
        let mut beside = scaled
            .iter()
            .filter(|workload| section.contains(&workload.section));
        beside.next().filter(|_| beside.next().is_none())
    });
    found.cloned()
}
