//! Defaults, conditions and types (sprig: defaults.go, reflect.go).

use envlint_gotemplate::{Function, Type, Value};

use super::equality::deep_equal;

const ANY: Type = Type::Interface;
const S: Type = Type::String;

pub(super) static TABLE: &[Function] = &[
    Function::variadic("default", &[ANY, ANY], |_, mut args| {
        let given = args.len() > 1 && args.get(1).is_true();
        Ok(args.take(usize::from(given)))
    }),
    Function::new("empty", &[ANY], |_, args| {
        Ok((!args.get(0).is_true()).into())
    }),
    Function::variadic("coalesce", &[ANY], |_, args| {
        Ok(args
            .rest(0)
            .iter()
            .find(|value| value.is_true())
            .cloned()
            .unwrap_or_default())
    }),
    Function::variadic("all", &[ANY], |_, args| {
        Ok(args.rest(0).iter().all(Value::is_true).into())
    }),
    Function::variadic("any", &[ANY], |_, args| {
        Ok(args.rest(0).iter().any(Value::is_true).into())
    }),
    Function::new("ternary", &[ANY, ANY, Type::Bool], |_, mut args| {
        Ok(args.take(if args.bool(2) { 0 } else { 1 }))
    }),
    Function::new("typeOf", &[ANY], |_, args| {
        Ok(args.get(0).type_name().into())
    }),
    Function::new("typeIs", &[S, ANY], |_, args| {
        Ok((args.bytes(0) == args.get(1).type_name().as_bytes()).into())
    }),
    Function::new("typeIsLike", &[S, ANY], |_, args| {
        let name = args.get(1).type_name();
        let pointed = name.strip_prefix('*').unwrap_or(name);
        Ok([name, pointed]
            .map(str::as_bytes)
            .contains(&args.bytes(0))
            .into())
    }),
    Function::new("kindOf", &[ANY], |_, args| {
        Ok(args.get(0).kind().name().into())
    }),
    Function::new("kindIs", &[S, ANY], |_, args| {
        Ok((args.bytes(0) == args.get(1).kind().name().as_bytes()).into())
    }),
    Function::new("deepEqual", &[ANY, ANY], |_, args| {
        Ok(deep_equal(args.get(0), args.get(1))?.into())
    })
    .deep(),
];
