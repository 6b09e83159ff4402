use envlint_gotemplate::{Context, Error, Function, GoString, Type, Value};

use crate::functions::session::session;
use crate::functions::time::{Duration, HOUR, Instant, MINUTE, SECOND, TIME, Time, Zone, parse};

const ANY: Type = Type::Interface;
const S: Type = Type::String;
const T: Type = Type::Object(TIME);

pub(crate) static TABLE: &[Function] = &[
    Function::new("now", &[], |cx, _| {
        Ok(Value::object(Time(session(cx)?.now())))
    }),
    Function::new("date", &[S, ANY], |cx, args| {
        format(cx, args.bytes(0), args.get(1), "Local")
    }),
    DATE_IN_ZONE,
    DATE_IN_ZONE.alias("date_in_zone"),
    Function::new("htmlDate", &[ANY], |cx, args| {
        format(cx, b"2006-01-02", args.get(0), "Local")
    }),
    Function::new("htmlDateInZone", &[ANY, S], |cx, args| {
        format(cx, b"2006-01-02", args.get(0), &args.text(1))
    }),
    DATE_MODIFY,
    DATE_MODIFY.alias("date_modify"),
    MUST_DATE_MODIFY,
    MUST_DATE_MODIFY.alias("must_date_modify"),
    Function::new("toDate", &[S, S], |_, args| {
        let time = parse(args.bytes(0), args.bytes(1)).unwrap_or_else(|_| Instant::zero());
        Ok(Value::object(Time(time)))
    }),
    Function::new("mustToDate", &[S, S], |_, args| {
        Ok(Value::object(Time(parse(args.bytes(0), args.bytes(1))?)))
    }),
    Function::new("unixEpoch", &[T], |_, args| {
        let time = args.object::<Time>(0).map_or(0, |time| time.0.seconds);
        Ok(time.to_string().into())
    }),
    Function::new("ago", &[ANY], |cx, args| {
        let now = session(cx)?.now();
        let then = moment(args.get(0), &now, false);
        Ok(Duration(now.since(&then)).round(SECOND).to_string().into())
    }),
    Function::new("duration", &[ANY], |_, args| {
        let seconds = match args.get(0) {
            Value::String(text) => clamped_int(text),
            Value::Int(n, kind) if kind.name() == "int64" => *n,
            _ => 0,
        };
        Ok(Duration(seconds.wrapping_mul(SECOND)).to_string().into())
    }),
    Function::new("durationRound", &[ANY], |cx, args| {
        duration_round(cx, args.get(0))
    }),
];

const DATE_IN_ZONE: Function = Function::new("dateInZone", &[S, ANY, S], |cx, args| {
    format(cx, args.bytes(0), args.get(1), &args.text(2))
});

const DATE_MODIFY: Function = Function::new("dateModify", &[S, T], |_, args| {
    let time = time(args.object(1));
    let modified = match Duration::parse(args.bytes(0)) {
        Ok(duration) => time.add(duration.0),
        Err(_) => time,
    };
    Ok(Value::object(Time(modified)))
});

const MUST_DATE_MODIFY: Function = Function::new("mustDateModify", &[S, T], |_, args| {
    let duration = Duration::parse(args.bytes(0))?;
    Ok(Value::object(Time(time(args.object(1)).add(duration.0))))
});

fn time(argument: Option<&Time>) -> Instant {
    argument.map_or_else(Instant::zero, |time| time.0.clone())
}

/// The moment that a template means: a time, or seconds since 1970 as `int`, `int64` and, where sprig takes them,
/// `int32`. Anything else is now.
fn moment(value: &Value, now: &Instant, int32: bool) -> Instant {
    if let Some(time) = value.downcast::<Time>() {
        return time.0.clone();
    }
    match value {
        Value::Int(seconds, kind) => match kind.name() {
            "int" | "int64" => Instant::unix(*seconds),
            "int32" if int32 => Instant::unix(*seconds),
            _ => now.clone(),
        },
        _ => now.clone(),
    }
}

fn format(cx: &mut dyn Context, layout: &[u8], value: &Value, zone: &str) -> Result<Value, Error> {
    let now = session(cx)?.now();
    let zone = Zone::load(zone).unwrap_or(Zone::Utc);
    let time = moment(value, &now, true).in_zone(zone);
    Ok(GoString::from(time.format(layout)).into())
}

/// Go's `strconv.ParseInt` without its error: 0, or the limit that was passed.
fn clamped_int(text: &GoString) -> i64 {
    let text = text.to_str_lossy();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    match text.parse() {
        Ok(number) => number,
        Err(_) if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => 0,
        Err(_) if text.starts_with('-') => i64::MIN,
        Err(_) => i64::MAX,
    }
}

/// The greatest unit that the duration exceeds, in whole numbers: `3mo`.
fn duration_round(cx: &mut dyn Context, value: &Value) -> Result<Value, Error> {
    let nanos = match value {
        Value::String(text) => Duration::parse(text.as_bytes()).map_or(0, |duration| duration.0),
        Value::Int(n, kind) if kind.name() == "int64" => *n,
        other => match other.downcast::<Time>() {
            Some(time) => session(cx)?.now().since(&time.0),
            None => 0,
        },
    };
    let nanos = nanos.unsigned_abs();
    let day = 24 * HOUR;
    let units = [
        (365 * day, "y"),
        (30 * day, "mo"),
        (day, "d"),
        (HOUR, "h"),
        (MINUTE, "m"),
        (SECOND, "s"),
    ];
    let found = units
        .into_iter()
        .find(|(unit, _)| nanos > unit.unsigned_abs());
    Ok(match found {
        Some((unit, name)) => format!("{}{name}", nanos / unit.unsigned_abs()).into(),
        None => "0s".into(),
    })
}
