//! The little language of `--set` and its relatives (Helm: pkg/strvals): `a.b=1,c[0].d=x,list={1,2}`.

mod dialect;
mod keys;
mod reader;

use envlint_yaml::Map;

pub(crate) use dialect::Dialect;
use keys::Parser;
use reader::{Reader, Stop};

/// Sets what `argument` says in `values`.
///
/// # Errors
/// Helm's text, without the "failed parsing --set data" in front.
pub(crate) fn parse_into(
    argument: &str,
    dialect: &Dialect<'_>,
    values: &mut Map,
) -> Result<(), String> {
    let mut parser = Parser {
        input: Reader::new(argument, !matches!(dialect, Dialect::Literal)),
        dialect,
        brackets: 0,
    };
    loop {
        match parser.key(values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Failed(why)) => return Err(why),
        }
    }
}
