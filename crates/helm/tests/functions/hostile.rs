//! Nothing that a chart passes to a function makes it panic, hang or grow.

use std::sync::Arc;

use envlint_gotemplate::{
    FloatKind, GoString, IntKind, Limits, List, Map, TemplateSet, UintKind, Value,
};
use envlint_helm::{Session, SessionOptions};
use proptest::prelude::*;

/// Makes keys or hashes passwords, which takes its time by design.
const SLOW: &[&str] = &[
    "bcrypt",
    "htpasswd",
    "derivePassword",
    "genPrivateKey",
    "genCA",
    "genSelfSignedCert",
    "genSignedCert",
];

const LIMITS: Limits = Limits {
    depth: 100,
    output: 1 << 20,
    steps: 1_000_000,
};

/// Calls a function with the values; a refusal is fine.
fn call(name: &str, arguments: &[Value]) {
    let _ = outcome(name, arguments);
}

fn outcome(name: &str, arguments: &[Value]) -> Result<Vec<u8>, envlint_gotemplate::Error> {
    let names: String = (0..arguments.len())
        .map(|index| format!(" .a{index}"))
        .collect();
    let mut set = TemplateSet::new("gotpl", envlint_helm::registry());
    set.parse("call", format!("{{{{ {name}{names} }}}}"))
        .unwrap();
    let data: Map = arguments
        .iter()
        .enumerate()
        .map(|(index, value)| (format!("a{index}"), value.clone()))
        .collect();
    let mut session = Session::new(SessionOptions {
        seed: Some(1),
        now: None,
        ..SessionOptions::default()
    });
    Arc::new(set).execute("call", data.into(), &mut session, LIMITS)
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..24),
        ".{0,24}".prop_map(String::into_bytes),
        r"[\[\](){}*+?|^$.\\a-z0-9:<>=,&\-]{0,16}".prop_map(String::into_bytes),
        "[v0-9x*.<>=~^!, |+-]{0,20}".prop_map(String::into_bytes),
        r#"[{}\[\]:,"0-9eE+. \\untrfals-]{0,24}"#.prop_map(String::into_bytes),
        "(2006|01|02|Jan|Mon|MST|Z07:00|-0700|15|04|05|.000|PM|002|[ :/-]){0,8}"
            .prop_map(String::into_bytes),
        "[+-]?([0-9]{1,25}[.]?(h|m|s|ms|ns|us)){0,3}".prop_map(String::into_bytes),
        "[a-z:/@?#%0-9.\\[\\]]{0,20}".prop_map(String::into_bytes),
        "(\\[+[a-z. ]*\\]+|[a-z]+ ?= ?[0-9\"{}\\[\\],T:Z-]*|\n){0,4}".prop_map(String::into_bytes),
    ]
}

fn value() -> impl Strategy<Value = ArbitraryValue> {
    let number = prop_oneof![
        Just(0i64),
        Just(i64::MIN),
        Just(i64::MAX),
        -20i64..20,
        any::<i64>()
    ];
    let leaf = prop_oneof![
        Just(ArbitraryValue::Nil),
        any::<bool>().prop_map(ArbitraryValue::Bool),
        number.prop_map(ArbitraryValue::Int),
        any::<u64>().prop_map(ArbitraryValue::Uint),
        any::<f64>().prop_map(ArbitraryValue::Float),
        text().prop_map(ArbitraryValue::Text),
        text().prop_map(ArbitraryValue::Bytes),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(ArbitraryValue::List),
            proptest::collection::vec(("[a-c]{0,2}", inner), 0..4).prop_map(ArbitraryValue::Map),
        ]
    })
}

/// A value that can be sent between proptest's parts, which those of templates cannot.
#[derive(Clone, Debug)]
enum ArbitraryValue {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(Vec<u8>),
    Bytes(Vec<u8>),
    List(Vec<ArbitraryValue>),
    Map(Vec<(String, ArbitraryValue)>),
}

impl ArbitraryValue {
    fn get(&self) -> Value {
        match self {
            ArbitraryValue::Nil => Value::Nil,
            ArbitraryValue::Bool(value) => (*value).into(),
            ArbitraryValue::Int(n) => Value::Int(*n, IntKind::Int),
            ArbitraryValue::Uint(n) => Value::Uint(*n, UintKind::Uint64),
            ArbitraryValue::Float(n) => Value::Float(*n, FloatKind::Float64),
            ArbitraryValue::Text(text) => GoString::from(text.as_slice()).into(),
            ArbitraryValue::Bytes(bytes) => Value::bytes(bytes.as_slice()),
            ArbitraryValue::List(items) => {
                Value::List(items.iter().map(ArbitraryValue::get).collect::<List>())
            }
            ArbitraryValue::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| (key.as_str(), value.get()))
                    .collect(),
            ),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_value_breaks_a_function(values in proptest::collection::vec(value(), 4)) {
        let values: Vec<Value> = values.iter().map(ArbitraryValue::get).collect();
        let registry = envlint_helm::registry();
        for name in registry.names().filter(|name| !SLOW.contains(name)) {
            let count = registry.get(name).unwrap().signature().params.len();
            call(name, values.get(..count.min(values.len())).unwrap());
        }
    }

    #[test]
    fn no_text_breaks_a_parser(first in text(), second in text()) {
        let text = |bytes: &[u8]| Value::from(GoString::from(bytes));
        let pair = [text(&first), text(&second)];
        for name in [
            "mustRegexMatch", "mustRegexFind", "semverCompare", "mustToDate", "trimAll", "split",
            "decryptAES", "buildCustomCert",
        ] {
            call(name, &pair);
        }
        for name in [
            "semver", "urlParse", "fromJson", "fromYaml", "fromToml", "b64dec", "b32dec",
            "durationRound", "snakecase", "camelcase", "int64", "float64", "toDecimal", "title",
        ] {
            call(name, &pair[..1]);
        }
        for name in ["mustRegexReplaceAll", "replace"] {
            call(name, &[pair[0].clone(), pair[1].clone(), pair[0].clone()]);
        }
    }
}

#[test]
fn a_map_in_itself_ends() {
    for name in [
        "toJson",
        "toYaml",
        "toToml",
        "deepCopy",
        "toString",
        "toPrettyJson",
        "toYamlPretty",
    ] {
        let map = Map::new();
        map.insert("self", map.clone());
        call(name, &[map.clone().into()]);
        call("merge", &[map.clone().into(), map.clone().into()]);
        call(
            "deepEqual",
            &[
                map.clone().into(),
                Value::Map(map.entries().into_iter().collect()),
            ],
        );
        map.remove("self");
    }
}

#[test]
fn what_holds_one_value_many_times_is_counted_before_it_is_walked() {
    let twice = |value: &Value| {
        let map: Map = [("a", value.clone()), ("b", value.clone())]
            .into_iter()
            .collect();
        Value::from(map)
    };
    let shared = || (0..60).fold(Value::from("x"), |value, _| twice(&value));
    for name in [
        "toYaml", "toJson", "toToml", "toString", "deepCopy", "quote", "print",
    ] {
        let refused = outcome(name, &[shared()]).expect_err(name);
        assert!(refused.to_string().contains("steps"), "{name}: {refused}");
    }
    for name in ["deepEqual", "merge", "mustMergeOverwrite"] {
        let refused = outcome(name, &[shared(), shared()]).expect_err(name);
        assert!(refused.to_string().contains("steps"), "{name}: {refused}");
    }
}

#[test]
fn huge_results_are_refused() {
    let big = Value::int(i64::MAX);
    let million = Value::string("x".repeat(1 << 20));
    for (name, arguments) in [
        ("repeat", vec![big.clone(), "ab".into()]),
        ("until", vec![big.clone()]),
        ("indent", vec![big.clone(), "a\nb".into()]),
        ("randAlphaNum", vec![big.clone()]),
        ("randBytes", vec![big]),
        (
            "replace",
            vec!["x".into(), "0123456789".into(), million.clone()],
        ),
        (
            "regexReplaceAll",
            vec!["x".into(), million.clone(), "0123456789".into()],
        ),
        (
            "mustRegexReplaceAll",
            vec!["(x+)".into(), million.clone(), "$1$1$1".into()],
        ),
        (
            "regexReplaceAllLiteral",
            vec!["x".into(), million, "0123456789".into()],
        ),
    ] {
        outcome(name, &arguments).expect_err(name);
    }
}
