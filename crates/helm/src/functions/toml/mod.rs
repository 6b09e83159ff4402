//! TOML as BurntSushi/toml writes and reads it for Helm.

mod decode;
mod encode;

use envlint_gotemplate::{Error, Function, GoString, Type, Value};

const ANY: Type = Type::Interface;

pub(super) static TABLE: &[Function] = &[
    // The error is the result.
    Function::new("toToml", &[ANY], |_, args| {
        check(args.get(0))?;
        Ok(encode::encode(args.get(0))
            .unwrap_or_else(GoString::from)
            .into())
    })
    .deep(),
    Function::new("mustToToml", &[ANY], |_, args| {
        check(args.get(0))?;
        Ok(encode::encode(args.get(0))?.into())
    })
    .deep(),
    Function::new("fromToml", &[Type::String], |_, args| {
        Ok(decode::from_toml(&args.text(0)))
    }),
];

/// The library panics on nil.
fn check(value: &Value) -> Result<(), Error> {
    if value.is_nil() {
        return Err(Error::new(
            "reflect: call of reflect.Value.Type on zero Value",
        ));
    }
    Ok(())
}
