use envlint_gotemplate::fmt::{can_backquote, quote};
use envlint_gotemplate::{Args, Context, Error, Function, GoString, List, Type, Value};
use regex::bytes::Regex;

use std::rc::Rc;

use crate::functions::size::too_large;

use super::search::{compile, find_all, quote_meta, replace_all, replace_all_literal, split};

const S: Type = Type::String;
const INT: Type = Type::INT;

pub(crate) static TABLE: &[Function] = &[
    Function::new("regexMatch", &[S, S], |cx, args| {
        Ok(compile(cx, args.bytes(0))?
            .is_ok_and(|regex| regex.is_match(args.bytes(1)))
            .into())
    }),
    Function::new("mustRegexMatch", &[S, S], |cx, args| {
        Ok(compile(cx, args.bytes(0))??.is_match(args.bytes(1)).into())
    }),
    Function::new("regexFind", &[S, S], |cx, args| {
        Ok(find(&*must(cx, &args)?, &args).into())
    }),
    Function::new("mustRegexFind", &[S, S], |cx, args| {
        Ok(find(&*compile(cx, args.bytes(0))??, &args).into())
    }),
    Function::new("regexFindAll", &[S, S, INT], |cx, args| {
        Ok(all(&*must(cx, &args)?, &args).into())
    }),
    Function::new("mustRegexFindAll", &[S, S, INT], |cx, args| {
        Ok(all(&*compile(cx, args.bytes(0))??, &args).into())
    }),
    Function::new("regexReplaceAll", &[S, S, S], |cx, args| {
        let regex = must(cx, &args)?;
        replaced(cx, replace_all, &regex, &args)
    }),
    Function::new("mustRegexReplaceAll", &[S, S, S], |cx, args| {
        let regex = compile(cx, args.bytes(0))??;
        replaced(cx, replace_all, &regex, &args)
    }),
    Function::new("regexReplaceAllLiteral", &[S, S, S], |cx, args| {
        let regex = must(cx, &args)?;
        replaced(cx, replace_all_literal, &regex, &args)
    }),
    Function::new("mustRegexReplaceAllLiteral", &[S, S, S], |cx, args| {
        let regex = compile(cx, args.bytes(0))??;
        replaced(cx, replace_all_literal, &regex, &args)
    }),
    Function::new("regexSplit", &[S, S, INT], |cx, args| {
        Ok(pieces(&*must(cx, &args)?, &args).into())
    }),
    Function::new("mustRegexSplit", &[S, S, INT], |cx, args| {
        Ok(pieces(&*compile(cx, args.bytes(0))??, &args).into())
    }),
    Function::new("regexQuoteMeta", &[S], |_, args| {
        Ok(GoString::from(quote_meta(args.bytes(0))).into())
    }),
];

/// Go's `regexp.MustCompile` of the first argument: the panic's text becomes the error.
fn must(cx: &mut dyn Context, args: &Args) -> Result<Rc<Regex>, Error> {
    compile(cx, args.bytes(0))?.map_err(|error| {
        let pattern = args.bytes(0);
        let quoted = if can_backquote(pattern) {
            format!("`{}`", args.text(0))
        } else {
            quote(pattern)
        };
        Error::new(format!("regexp: Compile({quoted}): {error}"))
    })
}

fn find(regex: &Regex, args: &Args) -> GoString {
    regex
        .find(args.bytes(1))
        .map_or(&b""[..], |found| found.as_bytes())
        .into()
}

/// Go gives a nil slice when nothing matches.
/// What replaces in a text, up to a length.
type Replace = fn(&Regex, &[u8], &[u8], usize) -> Option<Vec<u8>>;

fn replaced(
    cx: &dyn Context,
    replace: Replace,
    regex: &Regex,
    args: &Args,
) -> Result<Value, Error> {
    let out = replace(regex, args.bytes(1), args.bytes(2), cx.limits().output);
    Ok(GoString::from(out.ok_or_else(|| too_large(cx))?).into())
}

fn all(regex: &Regex, args: &Args) -> List {
    let found = find_all(regex, args.bytes(1), args.int(2));
    if found.is_empty() {
        return List::nil(&envlint_gotemplate::LIST_STRING);
    }
    List::strings(found)
}

fn pieces(regex: &Regex, args: &Args) -> List {
    if args.int(2) == 0 {
        return List::nil(&envlint_gotemplate::LIST_STRING);
    }
    List::strings(split(regex, args.bytes(1), args.int(2)))
}
