//! TOML as BurntSushi/toml writes and reads it for Helm.

mod decode;
mod encode;

use envlint_gotemplate::{Error, Function, Type};

const ANY: Type = Type::Interface;

pub(super) static TABLE: &[Function] = &[
    // The error is the result.
    Function::new("toToml", &[ANY], |_, args| {
        Ok(encode::encode(args.get(0))
            .unwrap_or_else(|error| error.into())
            .into())
    }),
    Function::new("mustToToml", &[ANY], |_, args| {
        Ok(encode::encode(args.get(0)).map_err(Error::new)?.into())
    }),
    Function::new("fromToml", &[Type::String], |_, args| {
        Ok(decode::from_toml(&args.text(0)))
    }),
];
