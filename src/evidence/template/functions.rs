//! Functions of templates that say what is deployed, where Helm has none of their name, or another one.

use envlint_gotemplate as go;
use go::{Function, Type};

use super::run::Run;
use crate::evidence::holes::{has_holes, hole};

/// Functions that ask for something that is not in the repository: what they give is not known. Those that make secrets,
/// which takes long and tells nothing of what is deployed. And those that only read their arguments.
pub(super) static OTHERS: &[Function] = &[
    Function::variadic("env", &[Type::Interface], variable),
    Function::variadic("requiredEnv", &[Type::Interface], variable),
    Function::variadic("expandenv", &[Type::Interface], unknown),
    Function::variadic("bcrypt", &[Type::Interface], made),
    Function::variadic("derivePassword", &[Type::Interface], made),
    Function::variadic("encryptAES", &[Type::Interface], made),
    Function::variadic("genPrivateKey", &[Type::Interface], made),
    Function::variadic("htpasswd", &[Type::Interface], made),
    Function::variadic("default", &[Type::Interface, Type::Interface], |_, args| {
        let (standard, value) = (args.get(0), args.rest(1).first());
        let given = value.filter(|value| is_given(value) || has_given(value));
        if let (None, Some(open)) = (given, value.and_then(open_text))
            && is_off(standard)
        {
            Run::with(|run| run.switches.insert(open));
        }
        Ok(given.unwrap_or(standard).clone())
    }),
    Function::variadic("coalesce", &[Type::Interface], |_, args| {
        let mut values = args.rest(0).iter();
        Ok(values
            .find(|value| is_given(value) || has_given(value))
            .cloned()
            .unwrap_or(go::Value::Nil))
    }),
    Function::variadic("get", &[Type::String, Type::Interface], get),
    Function::variadic("getOrNil", &[Type::String, Type::Interface], get),
    Function::variadic("dig", &[Type::Interface], dig),
    Function::new("hasKey", &[Type::Interface, Type::String], |_, args| {
        let key = args.text(1);
        let map = args.get(0).as_map();
        let has = map.is_some_and(|map| map.get(&*key).is_some());
        let found = has || Run::missed(&key, go::Value::Nil).is_true();
        Ok(go::Value::Bool(found))
    }),
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
    Ok(hole(&first_text(&args)).into())
}

fn variable(_: &mut dyn go::Context, args: go::Args) -> Result<go::Value, go::Error> {
    let name = first_text(&args);
    let known = Run::variable(&name);
    Ok(known.unwrap_or_else(|| hole(&name)).into())
}

fn first_text(args: &go::Args) -> String {
    let first = args.rest(0).first().and_then(go::Value::as_string);
    first.map_or_else(String::new, |text| text.to_str_lossy().into_owned())
}

fn made(_: &mut dyn go::Context, _: go::Args) -> Result<go::Value, go::Error> {
    Ok(hole("made").into())
}

/// Whether a value stands for itself, and not for its default: `env "X" | default "y"` is `y` as far as the repository tells.
fn is_given(value: &go::Value) -> bool {
    let is_hole = |text: &go::GoString| has_holes(&text.to_str_lossy());
    value.is_true() && !value.as_string().is_some_and(is_hole)
}

/// Whether a value is one that stands for what the data lacks.
fn has_given(value: &go::Value) -> bool {
    open_text(value).is_some_and(|text| Run::has_given(&text))
}

/// What a comparison gives; one with something that is not known is noted.
fn compared(
    args: &go::Args,
    compare: impl FnOnce(&go::Value, &[go::Value]) -> Result<bool, go::Error>,
) -> Result<go::Value, go::Error> {
    let texts = args.rest(0).iter().filter_map(go::Value::as_string);
    let texts = texts.map(|text| text.to_str_lossy().into_owned());
    let open: Vec<String> = texts.filter(|text| has_holes(text)).collect();
    if !open.is_empty() {
        return Ok(go::Value::Bool(Run::assume(open)));
    }
    let known = compare(args.get(0), args.rest(1))?;
    let switches = match args.rest(0).iter().any(is_off) {
        true => Run::with(|run| run.switches.clone()),
        false => Default::default(),
    };
    // Off is what the repository tells, and somebody may switch it on.
    let is_other = !switches.is_empty() && Run::assume(switches);
    Ok(go::Value::Bool(known != is_other))
}

/// Whether a value says that something is off.
fn is_off(value: &go::Value) -> bool {
    match value.as_string() {
        Some(text) => ["", "0", "false", "no", "off"].contains(&&*text.to_str_lossy()),
        None => matches!(value, go::Value::Bool(false)),
    }
}

/// A text with something in it that is not known.
fn open_text(value: &go::Value) -> Option<String> {
    let text = value.as_string()?.to_str_lossy().into_owned();
    has_holes(&text).then_some(text)
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
    let standard = || defaults.first().cloned().unwrap_or(go::Value::Nil);
    Ok(found.unwrap_or_else(|| Run::missed(&path, standard())))
}

/// Sprig: `dig "a" "b" default map`.
fn dig(_: &mut dyn go::Context, args: go::Args) -> Result<go::Value, go::Error> {
    let [keys @ .., standard, map] = args.rest(0) else {
        return Err(go::Error::new("dig needs at least three arguments"));
    };
    let mut current = map.clone();
    let mut path: Vec<String> = Vec::new();
    for key in keys {
        let key = key.as_string().map(go::GoString::to_str_lossy);
        let key = key.ok_or_else(|| go::Error::new("dig takes texts as keys"))?;
        path.push(key.clone().into_owned());
        let Some(map) = current.as_map() else {
            return match Run::missed(&path.join("."), go::Value::Nil) {
                go::Value::Nil => Err(go::Error::new("dig looks for a key in what is no map")),
                given => Ok(given),
            };
        };
        match map.get(&*key) {
            Some(value) => current = value,
            None => return Ok(Run::missed(&path.join("."), standard.clone())),
        }
    }
    Ok(current)
}
