//! Texts with `{{ }}` in manifests and helmfiles, as far as they can be evaluated here.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use envlint_gotemplate as go;
use envlint_helm::{MESSAGE_END, MESSAGE_START, Session, SessionOptions, registry};
use envlint_yaml::{Map, Value};
use go::{Execution, Function, Functions, Limits, TemplateSet, Type};

use super::holes::{has_holes, hole};
use super::nodes::flat;
use crate::masking::is_secret_key;

/// Room for a template that says what is deployed, and no more: they come from strangers.
const LIMITS: Limits = Limits {
    depth: 100,
    output: 1 << 20,
    steps: 500_000,
};

/// Functions that ask for something that is not in the repository: what they give is not known. And those that only read
/// their arguments.
static OTHERS: &[Function] = &[
    Function::variadic("env", &[Type::Interface], unknown),
    Function::variadic("requiredEnv", &[Type::Interface], unknown),
    Function::variadic("exec", &[Type::Interface], unknown),
    Function::variadic("envExec", &[Type::Interface], unknown),
    Function::variadic("fetchSecretValue", &[Type::Interface], unknown),
    Function::variadic("expandSecretRefs", &[Type::Interface], unknown),
    Function::variadic("readFile", &[Type::Interface], unknown),
    Function::variadic("readDir", &[Type::Interface], unknown),
    Function::variadic("default", &[Type::Interface, Type::Interface], |_, args| {
        let given = args.rest(1).first().filter(|value| is_given(value));
        Ok(given.unwrap_or(args.get(0)).clone())
    }),
    Function::variadic("coalesce", &[Type::Interface], |_, args| {
        let mut values = args.rest(0).iter();
        Ok(values
            .find(|value| is_given(value))
            .cloned()
            .unwrap_or(go::Value::Nil))
    }),
    Function::variadic("get", &[Type::String, Type::Interface], get),
    Function::variadic("getOrNil", &[Type::String, Type::Interface], get),
    Function::variadic("eq", &[Type::Interface, Type::Interface], |_, args| {
        compared(&args, |first, others| {
            let mut others = others.iter();
            others.try_fold(false, |found, other| Ok(found || go::equal(first, other)?))
        })
    }),
    Function::new("ne", &[Type::Interface, Type::Interface], |_, args| {
        compared(&args, |first, others| {
            let mut others = others.iter();
            others.try_fold(true, |_, other| Ok(!go::equal(first, other)?))
        })
    }),
    Function::new("contains", &[Type::String, Type::String], |_, args| {
        compared(&args, |_, _| Ok(args.text(1).contains(&*args.text(0))))
    }),
    Function::new("hasPrefix", &[Type::String, Type::String], |_, args| {
        compared(&args, |_, _| Ok(args.text(1).starts_with(&*args.text(0))))
    }),
    Function::new("hasSuffix", &[Type::String, Type::String], |_, args| {
        compared(&args, |_, _| Ok(args.text(1).ends_with(&*args.text(0))))
    }),
    Function::new("normalize", &[Type::String], |_, args| {
        let lower = args.text(0).to_lowercase();
        let letters = lower.chars().map(|char| match char {
            'a'..='z' | '0'..='9' | '.' | '-' => char,
            _ => '-',
        });
        Ok(letters.collect::<String>().into())
    }),
];

fn unknown(_: &mut dyn go::Context, args: go::Args) -> Result<go::Value, go::Error> {
    let name = match args.len() {
        0 => String::new(),
        _ => args
            .get(0)
            .as_string()
            .map_or_else(String::new, |text| text.to_str_lossy().into_owned()),
    };
    Ok(hole(&name).into())
}

/// Whether a value stands for itself, and not for its default: `env "X" | default "y"` is `y` as far as the repository tells.
fn is_given(value: &go::Value) -> bool {
    let is_hole = |text: &go::GoString| has_holes(&text.to_str_lossy());
    value.is_true() && !value.as_string().is_some_and(is_hole)
}

thread_local! {
    /// What a comparison with something that is not known gives in this evaluation, and what was compared.
    static ASSUMED: Cell<bool> = const { Cell::new(false) };
    static COMPARED: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// What a comparison gives; one with something that is not known is noted.
fn compared(
    args: &go::Args,
    compare: impl FnOnce(&go::Value, &[go::Value]) -> Result<bool, go::Error>,
) -> Result<go::Value, go::Error> {
    let texts = args.rest(0).iter().filter_map(go::Value::as_string);
    let texts = texts.map(|text| text.to_str_lossy().into_owned());
    let open: Vec<String> = texts.filter(|text| has_holes(text)).collect();
    if open.is_empty() {
        return compare(args.get(0), args.rest(1)).map(go::Value::Bool);
    }
    COMPARED.with_borrow_mut(|compared| compared.extend(open));
    Ok(go::Value::Bool(ASSUMED.get()))
}

/// helmfile: `get "a.b" default map`.
fn get(_: &mut dyn go::Context, args: go::Args) -> Result<go::Value, go::Error> {
    let path = args.text(0).into_owned();
    let rest = args.rest(1);
    let Some((map, defaults)) = rest.split_last() else {
        return Ok(go::Value::Nil);
    };
    let found = path
        .split('.')
        .try_fold(map.clone(), |value, key| value.as_map()?.get(key));
    Ok(found
        .or_else(|| defaults.first().cloned())
        .unwrap_or(go::Value::Nil))
}

fn functions() -> Arc<Functions> {
    static FUNCTIONS: LazyLock<Arc<Functions>> =
        LazyLock::new(|| Arc::new((*registry()).clone().with(OTHERS)));
    Arc::clone(&FUNCTIONS)
}

/// What templates may know. Secrets are no part of it: what a template makes becomes names and paths, and these are said.
#[derive(Debug, Clone, Default)]
pub(super) struct Data(go::Map);

impl Data {
    pub(super) fn of(map: &Map) -> Data {
        let entries = map
            .iter()
            .map(|(key, value)| (key.as_str(), to_go(key, value)));
        Data(entries.collect())
    }

    /// The same with one more entry. What is there already is shared.
    pub(super) fn with(&self, key: &str, data: &Data) -> Data {
        let all = self.0.entries().into_iter().collect::<go::Map>();
        all.insert(key, go::Value::Map(data.0.clone()));
        Data(all)
    }

    /// With another single value.
    pub(super) fn with_text(&self, key: &str, text: &str) -> Data {
        let all = self.0.entries().into_iter().collect::<go::Map>();
        all.insert(key, go::Value::string(text));
        Data(all)
    }

    /// A copy that shares nothing, with the number of values in it.
    fn copied(&self) -> (go::Value, u64) {
        let mut count = 0;
        (copied(&go::Value::Map(self.0.clone()), &mut count), count)
    }
}

fn copied(value: &go::Value, count: &mut u64) -> go::Value {
    *count += 1;
    match value {
        go::Value::Map(map) => {
            let entries = map.entries().into_iter();
            let copy: go::Map = entries
                .map(|(key, value)| (key, copied(&value, count)))
                .collect();
            go::Value::Map(copy)
        }
        other => other.clone(),
    }
}

/// What a template gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Evaluated {
    pub text: String,
    /// What else it might give, where a comparison with something that is not known decides.
    pub doubt: Option<Doubt>,
}

/// What depends on something that is not known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    /// What is not known.
    pub of: String,
    /// The text where the comparison has the other outcome.
    pub other: String,
}

impl Evaluated {
    fn plain(text: &str) -> Evaluated {
        Evaluated {
            text: text.to_owned(),
            doubt: None,
        }
    }
}

/// The steps of one file with all that it takes in, and of all files together.
const STEPS_OF_FILE: u64 = 5_000_000;
const STEPS_OF_ALL: u64 = 100_000_000;
/// The steps that an evaluation takes before the first of its template.
const STEPS_TO_BEGIN: u64 = 100;
/// Templates that are kept.
const MOST_KEPT: usize = 2000;

type Parsed = Result<Arc<TemplateSet>, String>;

/// Evaluates the templates of a repository: each is parsed once, and all of them have a bounded number of steps.
#[derive(Debug)]
pub(super) struct Evaluator {
    of_file: Cell<u64>,
    of_all: Cell<u64>,
    parsed: RefCell<HashMap<String, Parsed>>,
}

impl Default for Evaluator {
    fn default() -> Evaluator {
        Evaluator {
            of_file: Cell::new(STEPS_OF_FILE),
            of_all: Cell::new(STEPS_OF_ALL),
            parsed: RefCell::default(),
        }
    }
}

impl Evaluator {
    /// Another file begins, with steps of its own.
    pub(super) fn begin_file(&self) {
        self.of_file.set(STEPS_OF_FILE);
    }

    fn left(&self) -> u64 {
        self.of_file.get().min(self.of_all.get())
    }

    /// Whether there are steps left; these are taken.
    pub(super) fn spend(&self, steps: u64) -> bool {
        let had = self.left() >= steps;
        for left in [&self.of_file, &self.of_all] {
            left.set(left.get().saturating_sub(steps));
        }
        had
    }

    fn parsed(&self, template: &str) -> Parsed {
        if let Some(known) = self.parsed.borrow().get(template) {
            return known.clone();
        }
        self.spend(template.len() as u64);
        let mut set = TemplateSet::new("text", functions());
        let parsed = set.parse("text", template);
        let parsed: Parsed = parsed
            .map(|_| Arc::new(set))
            .map_err(|error| error.to_string());
        let mut all = self.parsed.borrow_mut();
        if all.len() >= MOST_KEPT {
            all.clear();
        }
        all.insert(template.to_owned(), parsed.clone());
        parsed
    }

    /// What a template gives with data. None where it cannot be evaluated.
    pub(super) fn text(&self, template: &str, data: &Map) -> Option<String> {
        let evaluated = self.evaluate(template, || Data::of(data));
        evaluated.ok().map(|evaluated| evaluated.text)
    }

    /// A template with data, or why it cannot be evaluated. What the data lacks is a part that is not known.
    pub(super) fn evaluate(
        &self,
        template: &str,
        data: impl FnOnce() -> Data,
    ) -> Result<Evaluated, String> {
        if !template.contains("{{") {
            return Ok(Evaluated::plain(template));
        }
        if !self.spend(STEPS_TO_BEGIN) {
            return Err("the templates take too long".to_owned());
        }
        let set = self.parsed(template)?;
        let data = data();
        COMPARED.take();
        let text = self.run(template, &set, &data, false)?;
        let compared = COMPARED.take();
        if compared.is_empty() {
            return Ok(Evaluated { text, doubt: None });
        }
        // What fails with the other outcome might be anything.
        let other = self.run(template, &set, &data, true).unwrap_or_default();
        let of = compared.into_iter().collect::<Vec<_>>().join(", ");
        let doubt = (other != text).then_some(Doubt { of, other });
        Ok(Evaluated { text, doubt })
    }

    fn run(
        &self,
        template: &str,
        set: &Arc<TemplateSet>,
        data: &Data,
        assumed: bool,
    ) -> Result<String, String> {
        // `set`, `unset` and `merge` change maps, and the next template must not see it.
        let changes = template.contains("set ") || template.contains("erge");
        let data = match changes {
            false => go::Value::Map(data.0.clone()),
            true => {
                let (copy, steps) = data.copied();
                self.spend(steps);
                copy
            }
        };
        let mut session = Session::new(SessionOptions {
            seed: Some(0),
            ..SessionOptions::default()
        });
        let limits = Limits {
            steps: LIMITS.steps.min(self.left()),
            ..LIMITS
        };
        ASSUMED.set(assumed);
        let mut execution = Execution::new(Arc::clone(set), &mut session, limits);
        let output = go::Context::execute(&mut execution, "text", data);
        ASSUMED.set(false);
        self.spend(execution.steps());
        // The marks of Helm around the message of `fail` are for itself.
        let output = output.map_err(|error| {
            let text = error.to_string().replace(MESSAGE_START, "");
            text.replace(MESSAGE_END, "")
        })?;
        self.spend(output.len() as u64 / 4);
        let text = String::from_utf8(output).map_err(|error| error.to_string())?;
        Ok(text.replace("<no value>", &hole("value")))
    }
}

/// The other templates of Argo CD: `{{ path.basename }}` is a name among the parameters, and nothing else.
pub(super) fn substitute(template: &str, parameters: &Map) -> String {
    if !template.contains("{{") {
        return template.to_owned();
    }
    let known = flat(parameters);
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text += before;
        let Some((name, behind)) = after.split_once("}}") else {
            rest = after;
            break;
        };
        let name = name.trim();
        // `path[1]` stands among the parameters as it is written.
        match known.iter().find(|(known, _)| known == name) {
            Some((path, _)) if is_secret_key(path) => text += &hole(name),
            Some((_, value)) => text += value,
            None => text += &hole(name.trim_start_matches('.')),
        }
        rest = behind;
    }
    text + rest
}

/// A value as templates have it. A single value under a key that promises a secret is a part that is not known.
fn to_go(key: &str, value: &Value) -> go::Value {
    match value {
        Value::String(text) if !text.is_empty() && is_secret_key(key) => hole(key).into(),
        Value::Int(_) | Value::UInt(_) | Value::Float(_) if is_secret_key(key) => hole(key).into(),
        Value::Null => go::Value::Nil,
        Value::Bool(value) => go::Value::Bool(*value),
        Value::Int(number) => go::Value::int64(*number),
        Value::UInt(number) => go::Value::float64(*number as f64),
        Value::Float(number) => go::Value::float64(*number),
        Value::String(text) => go::Value::string(text.as_str()),
        Value::Seq(items) => go::Value::List(items.iter().map(|item| to_go(key, item)).collect()),
        Value::Map(map) => go::Value::Map(Data::of(map).0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::holes::shown;

    fn data() -> Map {
        let path: Map = [
            ("basename".to_owned(), Value::String("shop".to_owned())),
            (
                "segments".to_owned(),
                Value::Seq(vec![
                    Value::String("apps".to_owned()),
                    Value::String("shop".to_owned()),
                ]),
            ),
        ]
        .into_iter()
        .collect();
        [
            ("path".to_owned(), Value::Map(path)),
            ("env".to_owned(), Value::String("prod".to_owned())),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn templates_are_evaluated_and_what_is_not_known_stays_open() {
        for (template, expected) in [
            ("{{ .path.basename }}-{{ .env }}", "shop-prod"),
            ("{{ index .path.segments 0 }}", "apps"),
            ("{{ .cluster }}/x", "{value}/x"),
            ("{{ env \"STAGE\" }}", "{STAGE}"),
            ("{{ env \"STAGE\" | default \"dev\" }}", "dev"),
            ("{{ coalesce (env \"STAGE\") .env }}", "prod"),
            ("{{ .env | default \"dev\" }}", "prod"),
            ("{{ get \"path.basename\" . | upper }}", "SHOP"),
            ("{{ .env | normalize }}", "prod"),
        ] {
            let text = Evaluator::default()
                .text(template, &data())
                .map(|text| shown(&text));
            assert_eq!(text.as_deref(), Some(expected), "{template}");
        }
        assert_eq!(Evaluator::default().text("{{ if }}", &data()), None);
    }

    #[test]
    fn secrets_are_no_part_of_what_templates_know() {
        let database: Map = [("password", "QwErTy123456abc"), ("host", "db")]
            .map(|(key, text)| (key.to_owned(), Value::String(text.to_owned())))
            .into_iter()
            .collect();
        let data: Map = [("db".to_owned(), Value::Map(database))]
            .into_iter()
            .collect();
        let text =
            Evaluator::default().text("{{ .db.host }}-{{ .db.password }}{{ toJson . }}", &data);
        let text = text.expect("text");
        assert!(text.starts_with("db-"), "{text}");
        assert!(!text.contains("QwErTy"), "{text}");
    }

    #[test]
    fn a_comparison_with_what_is_not_known_is_told() {
        let evaluator = Evaluator::default();
        for (template, other) in [
            ("{{ if eq (env \"X\") \"y\" }}a{{ end }}", Some("a")),
            (
                "{{ if ne (env \"X\") \"y\" }}a{{ else }}b{{ end }}",
                Some("a"),
            ),
            ("{{ if hasPrefix \"y\" (env \"X\") }}a{{ end }}", Some("a")),
            (
                "{{ if eq (env \"X\" | default \"y\") \"y\" }}a{{ end }}",
                None,
            ),
            ("{{ if eq .env \"dev\" \"prod\" }}a{{ end }}", None),
        ] {
            let evaluated = evaluator.evaluate(template, || Data::of(&data()));
            let doubt = evaluated.expect(template).doubt;
            let seen = doubt.map(|doubt| doubt.other);
            assert_eq!(seen.as_deref(), other, "{template}");
        }
    }

    #[test]
    fn all_templates_together_have_their_steps() {
        let evaluator = Evaluator::default();
        let run = |count: usize| {
            let template = format!("{{{{ range until 10000 }}}}{{{{ end }}}}{count}");
            evaluator.evaluate(&template, Data::default).is_ok()
        };
        assert!(run(0));
        assert!((0..2000).any(|count| !run(count)));
        evaluator.begin_file();
        assert!(run(0));
    }

    #[test]
    fn the_plain_templates_of_argo_know_names_only() {
        assert_eq!(
            substitute("{{path.basename}}/{{ env }}", &data()),
            "shop/prod"
        );
        assert_eq!(shown(&substitute("{{name}}", &data())), "{name}");
        assert_eq!(substitute("{{env", &data()), "env");
    }
}
