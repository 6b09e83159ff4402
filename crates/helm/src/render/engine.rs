//! Executing the templates of a chart tree (Helm: pkg/engine/engine.go).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_gotemplate::{Context as _, Execution, Limits, MissingKey, TemplateSet, Traced};

use super::error::{Error, ROOT};
use super::objects::Renderable;
use super::options::Options;
use crate::functions::{Session, SessionOptions, registry, without_no_value};
use crate::values::Instance;

/// What all templates of a chart may take together; each of them has a limit of its own besides.
const STEPS: u64 = 100_000_000;

/// What all templates of a chart may print together. Kubernetes' API takes objects of some megabytes, and Helm keeps a release
/// in one of them.
const MOST_OUTPUT: usize = 64 << 20;

/// How much memory may go into telling where all of that comes from, in bytes.
const MOST_TRACED: usize = 32 << 20;

/// What a template printed.
pub(super) struct Output {
    /// The whole name of the template.
    pub(super) template: Arc<str>,
    pub(super) text: String,
    /// Where it comes from, when somebody wants to know.
    pub(super) traced: Option<Traced>,
}

/// Executes all templates of a chart and its subcharts.
pub(super) fn render(
    chart: &Instance<'_>,
    renderables: &BTreeMap<Arc<str>, Renderable<'_>>,
    options: &Options,
) -> Result<Vec<Output>, Error> {
    let mut ordered: Vec<&Renderable<'_>> = renderables.values().collect();
    ordered.sort_by_cached_key(|renderable| Reverse(order(&renderable.name)));
    let set = Arc::new(parse(chart, &ordered)?);
    let mut session = Session::new(SessionOptions {
        seed: options.seed,
        now: options.now,
        sample_keys: options.sample_keys,
    });
    let mut outputs = Vec::with_capacity(ordered.len());
    let (mut printed, mut traced) = (0, 0);
    let budget = options.budget.clone().unwrap_or_else(|| Budget::new(STEPS));
    let mut steps_left = STEPS.min(budget.left());
    for renderable in ordered {
        if renderable
            .name
            .rsplit('/')
            .next()
            .is_some_and(|base| base.starts_with('_'))
        {
            continue;
        }
        let limits = Limits {
            steps: steps_left.min(Limits::default().steps),
            ..Limits::default()
        };
        let mut execution = Execution::new(Arc::clone(&set), &mut session, limits);
        let executed = match options.traced && traced < MOST_TRACED {
            true => {
                let traced = execution.execute_traced(&renderable.name, renderable.enter());
                traced.map(|traced| (traced.text().to_vec(), Some(traced)))
            }
            false => {
                let text = execution.execute(&renderable.name, renderable.enter());
                text.map(|text| (text, None))
            }
        };
        traced += execution.traced();
        let steps = execution.steps();
        steps_left = steps_left.saturating_sub(steps);
        budget.spend(steps);
        let (text, traced) = executed.map_err(|e| Error::execution(&renderable.name, &e))?;
        let text = String::from_utf8(without_no_value(text))
            .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        printed += text.len();
        let has = |left: &Option<Budget>, units: u64| {
            let left = left.as_ref();
            left.is_none_or(|left| left.spend(units))
        };
        if !has(&options.budget, read_again(&text)) || !has(&options.room, text.len() as u64) {
            let message =
                "the objects of the chart are more, in all environments, than are checked";
            return Err(Error::beyond(&renderable.name, message.to_owned()));
        }
        if printed > MOST_OUTPUT {
            let message = format!(
                "the templates of the chart print more than {} MiB together",
                MOST_OUTPUT >> 20
            );
            return Err(Error::beyond(&renderable.name, message));
        }
        outputs.push(Output {
            template: Arc::clone(&renderable.name),
            // Where `<no value>` was taken out, nothing is where it was.
            traced: traced.filter(|traced| traced.text() == text.as_bytes()),
            text,
        });
    }
    Ok(outputs)
}

/// An entry of an object takes some hundred bytes and a microsecond when the objects of a chart are compared.
const STEPS_PER_ENTRY: u64 = 80;

/// What reading the objects of a template's output takes: an entry stands on a line, or behind a comma or a bracket.
fn read_again(text: &str) -> u64 {
    let begins = |byte: &u8| matches!(byte, b'\n' | b',' | b'[' | b'{');
    text.bytes().filter(begins).count() as u64 * STEPS_PER_ENTRY
}

/// Helm parses and executes the deepest files first, so that a parent's named templates replace those of its subcharts
/// (Helm: sortTemplates, which reverses this order).
fn order(name: &str) -> (usize, &str) {
    (name.matches('/').count(), name)
}

/// Parses the templates, or takes the trees that an earlier render of this chart has made.
fn parse(chart: &Instance<'_>, ordered: &[&Renderable<'_>]) -> Result<TemplateSet, Error> {
    let functions = registry();
    let mut set = TemplateSet::new(ROOT, Arc::clone(&functions)).with_missing_key(MissingKey::Zero);
    for renderable in ordered {
        let trees = chart
            .chart
            .parsed
            .trees(&renderable.name, renderable.file, &functions);
        for tree in trees.map_err(|e| Error::parse(&renderable.name, &e))? {
            set.add(tree);
        }
    }
    Ok(set)
}
