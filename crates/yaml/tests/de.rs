//! Reading the tree into types: every mistake has its place, and the words that are needed to suggest a better one.

use std::collections::BTreeMap;

use envlint_yaml::{DeErrorKind, Document, Spanned, Value, from_node};
use serde::Deserialize;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Config {
    name: String,
    #[serde(default)]
    replicas: Spanned<u32>,
    #[serde(default)]
    environments: BTreeMap<Spanned<String>, Environment>,
    #[serde(default)]
    expect: Option<Expect>,
    #[serde(default)]
    anything: Value,
    #[serde(default)]
    list: Vec<Spanned<Expect>>,
    #[serde(default)]
    by_number: BTreeMap<u16, bool>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Environment {
    tier: Tier,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Tier {
    Development,
    Production,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Expect {
    NonDecreasing,
    Pattern(String),
    Outside { min: i64, max: i64 },
}

fn read(source: &str) -> Result<Config, String> {
    let doc = Document::parse(source);
    assert_eq!(doc.errors(), []);
    from_node::<Config>(doc.root().unwrap()).map_err(|error| {
        let at = doc.position(error.span().start);
        format!(
            "{}:{} `{}` {}: {error}",
            at.line,
            at.column,
            doc.text(error.span()),
            error.path()
        )
    })
}

#[test]
fn values_are_read_with_their_places() {
    let source = "name: 1.16\nreplicas: 1e1\nenvironments:\n  dev: {tier: development}\nexpect: {pattern: 'a'}\n\
                  anything: [1, yes, 18446744073709551615]\nlist: [non-decreasing, {outside: {min: -1, max: 2}}]\n\
                  byNumber: {0x10: on}\n";
    let config = read(source).unwrap();
    assert_eq!(config.name, "1.16");
    assert_eq!(
        (config.replicas.value, &source[config.replicas.span.range()]),
        (10, "1e1")
    );
    let (key, environment) = config.environments.get_key_value("dev").unwrap();
    assert_eq!(
        (&source[key.span.range()], &environment.tier),
        ("dev", &Tier::Development)
    );
    assert_eq!(config.expect, Some(Expect::Pattern("a".to_owned())));
    assert_eq!(
        config.anything,
        Value::Seq(vec![
            Value::Int(1),
            Value::Bool(true),
            Value::UInt(u64::MAX)
        ])
    );
    assert_eq!(config.list[1].value, Expect::Outside { min: -1, max: 2 });
    assert_eq!(
        &source[config.list[1].span.range()],
        "{outside: {min: -1, max: 2}}"
    );
    assert_eq!(config.by_number, BTreeMap::from([(16, true)]));
}

fn check(source: &str, expected: &str) {
    assert_eq!(read(source).unwrap_err(), expected);
}

#[test]
fn mistakes_have_a_place_and_a_path() {
    check(
        "name: a\nreplica: 3\n",
        "2:1 `replica` .: unknown field `replica`, expected `name`, `replicas`, `environments`, `expect`, `anything`, \
         `list` or `byNumber`",
    );
    check("replicas: 3\n", "1:1 `replicas: 3` .: missing field `name`");
    check(
        "name: a\nreplicas: -1\n",
        "2:11 `-1` replicas: invalid value: integer `-1`, expected u32",
    );
    check(
        "name: a\nreplicas: many\n",
        "2:11 `many` replicas: found text, expected u32",
    );
    check(
        "name: [a]\n",
        "1:7 `[a]` name: found a list, expected a string",
    );
    check("name:\n", "1:6 `` name: found null, expected a string");
    check(
        "name: a\nenvironments:\n  qa:\n    tier: develop\n",
        "4:11 `develop` environments.qa.tier: unknown value `develop`, expected `development` or `production`",
    );
    check(
        "name: a\nenvironments:\n  qa: {tier: production, x: 1}\n",
        "3:26 `x` environments.qa: unknown field `x`, expected `tier`",
    );
    check(
        "name: a\nlist:\n- outside: {min: x, max: 1}\n",
        "3:18 `x` list[0].outside.min: found text, expected i64",
    );
    check(
        "name: a\nexpect: {patern: x}\n",
        "2:10 `patern` expect: unknown value `patern`, expected `non-decreasing`, `pattern` or `outside`",
    );
    check(
        "name: a\nexpect: pattern\n",
        "2:9 `pattern` expect: found a name alone, expected a map with one key",
    );
    check(
        "name: a\nexpect: {a: 1, b: 2}\n",
        "2:9 `{a: 1, b: 2}` expect: invalid value: map, expected a name, or a map with one key",
    );
    check(
        "name: a\nbyNumber: {x: true}\n",
        "2:12 `x` byNumber: found text, expected u16",
    );
}

#[test]
fn unknown_words_come_with_the_known_ones() {
    let doc = Document::parse("tiers: x\n");
    let error = from_node::<Environment>(doc.root().unwrap()).unwrap_err();
    assert_eq!(
        error.kind(),
        &DeErrorKind::UnknownField {
            field: "tiers".to_owned(),
            expected: &["tier"]
        }
    );
}

#[test]
fn places_get_lost_in_serdes_buffers_but_values_do_not() {
    #[derive(Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: BTreeMap<String, Spanned<i64>>,
    }
    let doc = Document::parse("a: 1\n");
    let outer: Outer = from_node(doc.root().unwrap()).unwrap();
    assert_eq!(outer.inner["a"].value, 1);
    let json: Spanned<i64> = serde_json::from_str("7").unwrap();
    assert_eq!((json.value, json.span.end), (7, 0));
}

#[cfg(feature = "schemars")]
#[test]
fn a_spanned_value_has_the_schema_of_the_value() {
    let plain = schemars::schema_for!(Vec<u8>);
    assert_eq!(schemars::schema_for!(Spanned<Vec<u8>>), plain);
}
