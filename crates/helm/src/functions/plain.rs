//! Between the values of templates and plain data, as Go's JSON makes it.

use envlint_gotemplate::Value;
use envlint_yaml::Value as Plain;

/// Plain data as a template sees it: every number is a `float64`.
pub(super) fn to_value(plain: &Plain) -> Value {
    match plain {
        Plain::Null => Value::Nil,
        Plain::Bool(value) => (*value).into(),
        Plain::Int(number) => (*number as f64).into(),
        Plain::UInt(number) => (*number as f64).into(),
        Plain::Float(number) => (*number).into(),
        Plain::String(text) => text.as_str().into(),
        Plain::Seq(items) => Value::List(items.iter().map(to_value).collect()),
        Plain::Map(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (key.as_str(), to_value(value)))
                .collect(),
        ),
    }
}
