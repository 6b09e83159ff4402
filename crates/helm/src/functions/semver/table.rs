use std::any::Any;
use std::cmp::Ordering;

use envlint_gotemplate::{
    Args, Error, Function, GoString, Object, Signature, Type, UintKind, Value,
};

use super::{Constraints, Version};

const S: Type = Type::String;
const VERSION: &str = "*semver.Version";
const OTHER: &[Type] = &[Type::Object(VERSION)];

pub(crate) static TABLE: &[Function] = &[
    Function::new("semver", &[S], |_, args| {
        Ok(Value::object(Version::parse(&args.text(0))?))
    }),
    Function::new("semverCompare", &[S, S], |_, args| {
        let constraints = Constraints::parse(&args.text(0))?;
        Ok(constraints.check(&Version::parse(&args.text(1))?).into())
    }),
];

impl Object for Version {
    fn type_name(&self) -> &'static str {
        VERSION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn string(&self) -> Option<GoString> {
        Some(self.to_string().into())
    }

    fn method(&self, name: &str) -> Option<Signature> {
        Some(Signature::new(match name {
            "Major" | "Minor" | "Patch" | "Prerelease" | "Metadata" | "Original" | "String"
            | "IncMajor" | "IncMinor" | "IncPatch" | "MarshalJSON" | "MarshalText" | "Value" => &[],
            "SetPrerelease" | "SetMetadata" => &[S],
            "Compare" | "Equal" | "LessThan" | "LessThanEqual" | "GreaterThan"
            | "GreaterThanEqual" => OTHER,
            _ => return None,
        }))
    }

    fn call(&self, name: &str, args: Args) -> Result<Value, Error> {
        let number = |n: u64| Ok(Value::Uint(n, UintKind::Uint64));
        let order = || match args.object::<Version>(0) {
            Some(other) => Ok(self.compare(other)),
            None => Err(Error::new(
                "runtime error: invalid memory address or nil pointer dereference",
            )),
        };
        match name {
            "Major" => number(self.major),
            "Minor" => number(self.minor),
            "Patch" => number(self.patch),
            "Prerelease" => Ok(self.prerelease.as_str().into()),
            "Metadata" => Ok(self.metadata.as_str().into()),
            "Original" => Ok(self.original.as_str().into()),
            "String" | "Value" => Ok(self.to_string().into()),
            "MarshalText" => Ok(Value::bytes(self.to_string().into_bytes())),
            // No character of a version needs an escape.
            "MarshalJSON" => Ok(Value::bytes(format!("\"{self}\"").into_bytes())),
            "IncMajor" => Ok(Value::object(WithoutPointer(self.next_major()?))),
            "IncMinor" => Ok(Value::object(WithoutPointer(self.next_minor()?))),
            "IncPatch" => Ok(Value::object(WithoutPointer(self.next_patch()?))),
            "SetPrerelease" => Ok(Value::object(WithoutPointer(
                self.with_prerelease(&args.text(0))?,
            ))),
            "SetMetadata" => Ok(Value::object(WithoutPointer(
                self.with_metadata(&args.text(0))?,
            ))),
            "Compare" => Ok(Value::int(order()? as i64)),
            "Equal" => Ok((order()? == Ordering::Equal).into()),
            "LessThan" => Ok((order()? == Ordering::Less).into()),
            "LessThanEqual" => Ok((order()? != Ordering::Greater).into()),
            "GreaterThan" => Ok((order()? == Ordering::Greater).into()),
            "GreaterThanEqual" => Ok((order()? != Ordering::Less).into()),
            _ => Err(Error::new(format!("{VERSION} has no method {name}"))),
        }
    }

    /// Go compares the pointers, and two are never the same.
    fn equals(&self, other: &dyn Object) -> Option<bool> {
        Some(
            other
                .as_any()
                .downcast_ref::<Version>()
                .is_some_and(|other| std::ptr::eq(self, other)),
        )
    }
}

/// `semver.Version` without a pointer, which the methods that change a version return. It has fewer methods.
#[derive(Debug)]
pub(crate) struct WithoutPointer(pub(crate) Version);

impl Object for WithoutPointer {
    fn type_name(&self) -> &'static str {
        "semver.Version"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn string(&self) -> Option<GoString> {
        self.0.string()
    }

    fn method(&self, name: &str) -> Option<Signature> {
        let of_pointer = matches!(
            name,
            "Original"
                | "Compare"
                | "Equal"
                | "LessThan"
                | "LessThanEqual"
                | "GreaterThan"
                | "GreaterThanEqual"
        );
        if of_pointer {
            None
        } else {
            self.0.method(name)
        }
    }

    fn call(&self, name: &str, args: Args) -> Result<Value, Error> {
        self.0.call(name, args)
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        Some(
            other
                .as_any()
                .downcast_ref::<WithoutPointer>()
                .is_some_and(|other| self.0 == other.0),
        )
    }
}
