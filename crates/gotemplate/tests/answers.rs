//! Replays what Go's text/template answered: each line of `answers.jsonl`, recorded by `record/main.go`.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use envlint_gotemplate::{
    Args, Callable, Error, Execution, FloatKind, Function, Functions, GoString, IntKind, Iteration,
    Kind, LIST_INT, LIST_STRING, Limits, List, ListType, MAP_ANY, MAP_STRING, Map, MapType,
    MissingKey, Object, Signature, TemplateSet, Type, UintKind, Value,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    template: String,
    #[serde(default)]
    missingkey: String,
    output: Option<String>,
    error: Option<String>,
}

static NAMES: ListType = ListType {
    name: "main.Names",
    elem: Type::String,
    named: true,
};
static TABLE: MapType = MapType {
    name: "main.Table",
    elem: Type::Interface,
    named: true,
};

struct Point {
    x: i64,
    name: &'static str,
    any: Value,
    type_name: &'static str,
}

impl Object for Point {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("X", Value::int(self.x)),
            ("Name", self.name.into()),
            ("Any", self.any.clone()),
        ]
    }

    fn method(&self, name: &str) -> Option<Signature> {
        match name {
            "Plus" => Some(Signature::new(&[Type::INT])),
            "Fail" | "Self" => Some(Signature::new(&[])),
            "Join" => Some(Signature::variadic(&[Type::String])),
            _ => None,
        }
    }

    fn call(&self, name: &str, args: Args) -> Result<Value, Error> {
        match name {
            "Plus" => Ok(Value::int(self.x + args.int(0))),
            "Join" => Ok(format!("{}{}", self.name, join("+", args.rest(0))).into()),
            "Self" => Ok(point(self.x, self.name, self.any.clone(), "main.Point")),
            _ => Err("point failed".into()),
        }
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other = other.as_any().downcast_ref::<Point>()?;
        Some(self.x == other.x && self.name == other.name)
    }
}

fn point(x: i64, name: &'static str, any: Value, type_name: &'static str) -> Value {
    Value::object(Point {
        x,
        name,
        any,
        type_name,
    })
}

struct Label(&'static str);

impl Object for Label {
    fn type_name(&self) -> &'static str {
        "main.Label"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Text", self.0.into())]
    }

    fn string(&self) -> Option<GoString> {
        Some(format!("<{}>", self.0).into())
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        Some(other.as_any().downcast_ref::<Label>()?.0 == self.0)
    }
}

struct Level(i64);

impl Object for Level {
    fn type_name(&self) -> &'static str {
        "main.Level"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int(self.0))
    }

    fn string(&self) -> Option<GoString> {
        Some(format!("level{}", self.0).into())
    }
}

struct Names(List);

impl Object for Names {
    fn type_name(&self) -> &'static str {
        "main.Names"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn underlying(&self) -> Option<Value> {
        Some(self.0.clone().into())
    }

    fn method(&self, name: &str) -> Option<Signature> {
        (name == "Has").then_some(Signature::new(&[Type::String]))
    }

    fn call(&self, _: &str, args: Args) -> Result<Value, Error> {
        Ok(self
            .0
            .iter()
            .any(|name| name.as_string() == Some(&args.string(0)))
            .into())
    }
}

/// A function value: its type, its parameters, what it does, what it yields.
struct Func(
    &'static str,
    Signature,
    fn(Args) -> Result<Value, Error>,
    fn() -> Option<Iteration>,
);

impl Callable for Func {
    fn type_name(&self) -> &'static str {
        self.0
    }

    fn signature(&self) -> Signature {
        self.1
    }

    fn call(&self, args: Args) -> Result<Value, Error> {
        (self.2)(args)
    }

    fn iterate(&self) -> Option<Iteration> {
        (self.3)()
    }
}

fn func(
    name: &'static str,
    signature: Signature,
    run: fn(Args) -> Result<Value, Error>,
    iterate: fn() -> Option<Iteration>,
) -> Value {
    Value::Func(Rc::new(Func(name, signature, run, iterate)))
}

fn functions_in_data() -> [(&'static str, Value); 5] {
    const ADD: Signature = Signature::new(&[Type::INT, Type::INT]);
    const CAT: Signature = Signature::variadic(&[Type::String, Type::Interface]);
    const NONE: Signature = Signature::new(&[]);
    let seq = || Some(Iteration::Seq(Box::new([7, 8].map(Value::int).into_iter())));
    let seq2 = || {
        let pairs = [("a", 7), ("b", 8)].map(|(key, n)| (Value::from(key), Value::int(n)));
        Some(Iteration::Seq2(Box::new(pairs.into_iter())))
    };
    [
        (
            "add",
            func(
                "func(int, int) int",
                ADD,
                |args| Ok(Value::int(args.int(0) + args.int(1))),
                || None,
            ),
        ),
        (
            "cat",
            func(
                "func(string, ...interface {}) string",
                CAT,
                |args| Ok(format!("{}{}", args.len() - 1, args.text(0)).into()),
                || None,
            ),
        ),
        (
            "bad",
            func(
                "func() (string, error)",
                NONE,
                |_| Err("bad func".into()),
                || None,
            ),
        ),
        ("seq", func("iter.Seq[int]", NONE, |_| Ok(Value::Nil), seq)),
        (
            "seq2",
            func("iter.Seq2[string,int]", NONE, |_| Ok(Value::Nil), seq2),
        ),
    ]
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().collect())
}

fn typed_map<const N: usize>(ty: &'static MapType, entries: [(&str, &str); N]) -> Value {
    let entries = entries.map(|(key, value)| (key.into(), value.into()));
    Value::Map(Map::typed(ty, entries.into_iter().collect()))
}

fn numbers() -> Vec<(&'static str, Value)> {
    let signed = |n, kind| Value::Int(n, kind);
    vec![
        ("i", Value::int(42)),
        ("neg", Value::int(-7)),
        ("zero", Value::int(0)),
        ("i8", signed(-8, IntKind::Int8)),
        ("i32", signed(120, IntKind::Int32)),
        ("i64", signed(1 << 40, IntKind::Int64)),
        ("u", Value::Uint(42, UintKind::Uint)),
        ("u8", Value::Uint(200, UintKind::Uint8)),
        ("u64", Value::Uint(u64::MAX, UintKind::Uint64)),
        ("fl", Value::float64(1.5)),
        ("big", Value::float64(1e21)),
        ("million", Value::float64(1e6)),
        ("small", Value::float64(1e-7)),
        ("whole", Value::float64(3.0)),
        ("third", Value::float64(1.0 / 3.0)),
        ("f32", Value::Float(f64::from(0.1f32), FloatKind::Float32)),
        ("negf", Value::float64(-2.5)),
    ]
}

fn data() -> Value {
    let nested = vec![
        vec![Value::int(1), Value::int(2)].into(),
        map([("k", "v".into())]),
    ];
    let list = vec![
        "a".into(),
        Value::int(1),
        Value::float64(2.5),
        Value::Nil,
        true.into(),
    ];
    let deep = map([("deep", "v".into())]);
    let entries = vec![
        ("s", "text".into()),
        ("empty", "".into()),
        ("uni", "é😀\u{200b}".into()),
        ("bin", Value::string(&b"a\xffb\x00"[..])),
        ("multi", "a\nb\t\"c\"<&'>=\\".into()),
        ("t", true.into()),
        ("f", false.into()),
        ("nil", Value::Nil),
        ("list", list.into()),
        ("nested", nested.into()),
        ("strs", List::strings(["x", "y", "z"]).into()),
        (
            "ints",
            List::typed(&LIST_INT, [3, 1, 2].map(Value::int).to_vec()).into(),
        ),
        ("nilstrs", List::nil(&LIST_STRING).into()),
        ("bytes", Value::bytes(*b"hi")),
        (
            "map",
            map([
                ("b", Value::int(2)),
                ("a", Value::int(1)),
                ("n", Value::Nil),
                ("m", deep),
            ]),
        ),
        ("smap", typed_map(&MAP_STRING, [("k", "v"), ("j", "w")])),
        ("nilmap", Map::nil(&MAP_ANY).into()),
        ("elist", Vec::new().into()),
        ("emap", map([])),
        ("point", point(3, "p", Value::Nil, "main.Point")),
        ("ptr", point(4, "q", Value::float64(1.5), "*main.Point")),
        ("label", Value::object(Label("l"))),
        ("level", Value::object(Level(2))),
        (
            "names",
            Value::object(Names(List::typed(&NAMES, vec!["n1".into(), "n2".into()]))),
        ),
        ("table", typed_map(&TABLE, [("k", "v")])),
    ];
    Value::Map(
        entries
            .into_iter()
            .chain(numbers())
            .chain(functions_in_data())
            .collect(),
    )
}

fn join(separator: &str, parts: &[Value]) -> String {
    let parts = parts.iter().map(|part| {
        part.as_string()
            .map(GoString::to_string)
            .unwrap_or_default()
    });
    parts.collect::<Vec<_>>().join(separator)
}

static FUNCTIONS: &[Function] = &[
    Function::new(
        "include",
        &[Type::String, Type::Interface],
        |cx, mut args| {
            let data = args.take(1);
            Ok(Value::String(cx.execute(&args.text(0), data)?.into()))
        },
    ),
    Function::new("fail", &[Type::String], |_, args| {
        Err(Error::new(args.text(0)))
    }),
    Function::new("double", &[Type::INT], |_, args| {
        Ok(Value::int(args.int(0) * 2))
    }),
    Function::new("half", &[Type::FLOAT64], |_, args| {
        Ok((args.float(0) / 2.0).into())
    }),
    Function::new("flag", &[Type::Bool], |_, args| {
        Ok(args.bool(0).to_string().into())
    }),
    Function::new("byte", &[Type::Uint(UintKind::Uint8)], |_, mut args| {
        Ok(args.take(0))
    }),
    Function::new("wide", &[Type::INT64], |_, mut args| Ok(args.take(0))),
    Function::variadic("join", &[Type::String, Type::String], |_, args| {
        Ok(join(&args.text(0), args.rest(1)).into())
    }),
    Function::new("any", &[Type::Interface], |_, mut args| Ok(args.take(0))),
    Function::variadic("listOf", &[Type::Interface], |_, args| {
        Ok(args.into_vec().into())
    }),
    Function::new("keys", &[Type::MAP], |_, args| {
        Ok(Value::int(args.map(0).len() as i64))
    }),
    Function::new("table", &[Type::Map(&TABLE)], |_, args| {
        Ok(Value::int(args.map(0).len() as i64))
    }),
    Function::new("count", &[Type::LIST], |_, args| {
        Ok(Value::int(args.list(0).len() as i64))
    }),
    Function::new("strings", &[Type::STRINGS], |_, args| {
        let list = args.get(0).plain();
        Ok(join(",", list.as_list().map_or(&[], |list| list)).into())
    }),
    Function::new("raw", &[Type::Value], |_, args| {
        Ok((!args.get(0).is_nil()).to_string().into())
    }),
    Function::new("point", &[Type::Object("main.Point")], |_, args| {
        Ok(Value::int(
            args.object::<Point>(0).map_or(0, |point| point.x),
        ))
    }),
    Function::new("nilAny", &[], |_, _| Ok(Value::Nil)),
    Function::new("nilStrs", &[], |_, _| Ok(List::nil(&LIST_STRING).into())),
];

fn run(answer: &Answer) -> Result<String, Error> {
    let missing_key = match answer.missingkey.as_str() {
        "zero" => MissingKey::Zero,
        "error" => MissingKey::Error,
        _ => MissingKey::NoValue,
    };
    let functions = Arc::new(Functions::new().with(FUNCTIONS));
    let mut set = TemplateSet::new("root", functions).with_missing_key(missing_key);
    let tree = set.parse("t", answer.template.as_str())?;
    let mut host = ();
    let out =
        Execution::new(Arc::new(set), &mut host, Limits::default()).execute_tree(&tree, data())?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[test]
fn answers_are_gos() {
    let recorded = include_str!("answers.jsonl");
    let mut differences = Vec::new();
    let mut count = 0;
    for line in recorded.lines() {
        let answer: Answer = serde_json::from_str(line).unwrap();
        let (ours, gos) = match run(&answer) {
            Ok(output) => (
                format!("= {output}"),
                answer.output.as_ref().map(|output| format!("= {output}")),
            ),
            Err(error) => (
                format!("! {error}"),
                answer.error.as_ref().map(|error| format!("! {error}")),
            ),
        };
        if Some(&ours) != gos.as_ref() {
            let gos = gos.or(answer.error).or(answer.output).unwrap_or_default();
            let template = &answer.template;
            differences.push(format!(
                "{template:?} ({})\n  Go:   {gos}\n  here: {ours}",
                answer.missingkey
            ));
        }
        count += 1;
    }
    assert!(count > 3000, "the recorded answers are not there");
    assert!(
        differences.is_empty(),
        "{} of {count} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn a_struct_is_a_struct_and_a_pointer_a_pointer() {
    assert_eq!(point(1, "", Value::Nil, "main.Point").kind(), Kind::Struct);
    assert_eq!(
        point(1, "", Value::Nil, "*main.Point").kind(),
        Kind::Pointer
    );
    assert_eq!(Value::object(Level(1)).kind(), Kind::Int(IntKind::Int));
}
