//! Arithmetic (sprig: numeric.go).

use envlint_gotemplate::{Args, Error, Function, LIST_INT, List, Type, Value};

use super::cast::{to_float64, to_int64};
use super::decimal::Decimal;

const ANY: Type = Type::Interface;
const INT: Type = Type::INT;

pub(super) static TABLE: &[Function] = &[
    Function::new("add1", &[ANY], |_, args| {
        Ok(Value::int64(to_int64(args.get(0)).wrapping_add(1)))
    }),
    Function::variadic("add", &[ANY], |_, args| {
        Ok(Value::int64(
            args.rest(0).iter().map(to_int64).fold(0, i64::wrapping_add),
        ))
    }),
    Function::new("sub", &[ANY, ANY], |_, args| {
        Ok(Value::int64(
            to_int64(args.get(0)).wrapping_sub(to_int64(args.get(1))),
        ))
    }),
    Function::new("div", &[ANY, ANY], |_, args| {
        divide(&args, i64::wrapping_div)
    }),
    Function::new("mod", &[ANY, ANY], |_, args| {
        divide(&args, i64::wrapping_rem)
    }),
    Function::variadic("mul", &[ANY, ANY], |_, args| {
        Ok(Value::int64(
            args.rest(0).iter().map(to_int64).fold(1, i64::wrapping_mul),
        ))
    }),
    Function::new("add1f", &[ANY], |_, args| {
        decimals(to_float64(args.get(0)), &[Value::int(1)], Decimal::add)
    }),
    Function::variadic("addf", &[ANY], |_, args| {
        decimals(0.0, args.rest(0), Decimal::add)
    }),
    Function::variadic("subf", &[ANY, ANY], |_, args| {
        decimals(to_float64(args.get(0)), args.rest(1), Decimal::subtract)
    }),
    Function::variadic("mulf", &[ANY, ANY], |_, args| {
        decimals(to_float64(args.get(0)), args.rest(1), Decimal::multiply)
    }),
    Function::variadic("divf", &[ANY, ANY], |_, args| {
        decimals(to_float64(args.get(0)), args.rest(1), Decimal::divide)
    }),
    MAX,
    MAX.alias("biggest"),
    Function::variadic("min", &[ANY, ANY], |_, args| {
        Ok(Value::int64(
            args.rest(0).iter().map(to_int64).min().unwrap_or(0),
        ))
    }),
    Function::variadic("maxf", &[ANY, ANY], |_, args| {
        Ok(fold_floats(&args, greater))
    }),
    Function::variadic("minf", &[ANY, ANY], |_, args| {
        Ok(fold_floats(&args, |a, b| -greater(-a, -b)))
    }),
    Function::new("ceil", &[ANY], |_, args| {
        Ok(to_float64(args.get(0)).ceil().into())
    }),
    Function::new("floor", &[ANY], |_, args| {
        Ok(to_float64(args.get(0)).floor().into())
    }),
    Function::variadic("round", &[ANY, INT, Type::FLOAT64], |_, args| {
        Ok(round(&args).into())
    }),
    Function::new("until", &[INT], |_, args| {
        let stop = args.int(0);
        steps(0, stop, if stop < 0 { -1 } else { 1 }).map(int_list)
    }),
    Function::new("untilStep", &[INT, INT, INT], |_, args| {
        steps(args.int(0), args.int(1), args.int(2)).map(int_list)
    }),
    Function::variadic("seq", &[INT], |_, args| sequence(&args)),
];

const MAX: Function = Function::variadic("max", &[ANY, ANY], |_, args| {
    Ok(Value::int64(
        args.rest(0).iter().map(to_int64).max().unwrap_or(0),
    ))
});

/// Most numbers that `until` and its siblings make: a list of a thousand million would fill the memory.
const MAX_STEPS: i128 = 1 << 22;

fn divide(args: &Args, operation: fn(i64, i64) -> i64) -> Result<Value, Error> {
    match to_int64(args.get(1)) {
        0 => Err(Error::new("runtime error: integer divide by zero")),
        divisor => Ok(Value::int64(operation(to_int64(args.get(0)), divisor))),
    }
}

fn decimals(
    first: f64,
    others: &[Value],
    operation: fn(Decimal, Decimal) -> Result<Decimal, String>,
) -> Result<Value, Error> {
    let mut result = Decimal::from_float(first)?;
    for other in others {
        result = operation(result, Decimal::from_float(to_float64(other))?)?;
    }
    Ok(result.to_float().into())
}

fn fold_floats(args: &Args, pick: fn(f64, f64) -> f64) -> Value {
    let first = to_float64(args.get(0));
    args.rest(1).iter().map(to_float64).fold(first, pick).into()
}

/// Go's `math.Max`: not a number wins, except over infinity; 0 is greater than -0.
fn greater(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        return f64::INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && b == 0.0 {
        return if a.is_sign_negative() { b } else { a };
    }
    if a > b { a } else { b }
}

/// To some decimal places; the optional last argument is the fraction from which the number goes up.
fn round(args: &Args) -> f64 {
    let round_on = if args.len() > 2 { args.float(2) } else { 0.5 };
    let scale = 10f64.powf(args.int(1) as f64);
    let scaled = scale * to_float64(args.get(0));
    let rounded = if scaled.fract() >= round_on {
        scaled.ceil()
    } else {
        scaled.floor()
    };
    rounded / scale
}

fn int_list(numbers: Vec<i64>) -> Value {
    List::typed(&LIST_INT, numbers.into_iter().map(Value::int).collect()).into()
}

/// From `start` until before `stop`; nothing when the step leads away from it.
fn steps(start: i64, stop: i64, step: i64) -> Result<Vec<i64>, Error> {
    let (distance, step) = (i128::from(stop) - i128::from(start), i128::from(step));
    if step == 0 || distance == 0 || (distance < 0) != (step < 0) {
        return Ok(Vec::new());
    }
    let count = (distance.abs() + step.abs() - 1) / step.abs();
    if count > MAX_STEPS {
        return Err(Error::too_much(format!(
            "the list would have {count} numbers; at most {MAX_STEPS} are possible"
        )));
    }
    // Every number lies between start and stop, so it fits.
    Ok((0..count)
        .map(|index| (i128::from(start) + index * step) as i64)
        .collect())
}

/// Like the shell's `seq`: last, first last, or first step last.
fn sequence(args: &Args) -> Result<Value, Error> {
    let number = |index: usize| args.int(index);
    let (first, step, last) = match args.len() {
        1 => (1, None, number(0)),
        2 => (number(0), None, number(1)),
        3 => (number(0), Some(number(1)), number(2)),
        _ => return Ok("".into()),
    };
    let direction = if last < first { -1 } else { 1 };
    if direction < 0 && step.is_some_and(|step| step > 0) {
        return Ok("".into());
    }
    let numbers = steps(
        first,
        last.saturating_add(direction),
        step.unwrap_or(direction),
    )?;
    let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
    Ok(texts.join(" ").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stop_before_the_end_and_never_run_away() {
        assert_eq!(steps(0, 3, 1).unwrap(), [0, 1, 2]);
        assert_eq!(steps(0, -3, -2).unwrap(), [0, -2]);
        assert_eq!(steps(0, 3, -1).unwrap(), [0i64; 0]);
        assert_eq!(
            steps(i64::MIN, i64::MAX, i64::MAX).unwrap(),
            [i64::MIN, -1, i64::MAX - 1]
        );
        assert!(steps(0, i64::MAX, 1).is_err());
    }

    #[test]
    fn greater_follows_go() {
        assert_eq!(greater(f64::NAN, f64::INFINITY), f64::INFINITY);
        assert!(greater(f64::NAN, 1.0).is_nan());
        assert!(greater(-0.0, 0.0).is_sign_positive());
        assert_eq!(greater(1.0, 2.0), 2.0);
    }
}
