use super::*;
use crate::{List, Map};

fn check(format: &str, args: &[Value], expected: &str) {
    let text = sprintf(format, args).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert_eq!(text.ok().as_deref(), Some(expected), "{format}");
}

#[test]
fn verbs_on_plain_values() {
    check(
        "%d|%5d|%-5d|%05d|%+d|% d",
        &[3, 3, 3, -3, 3, 3].map(Value::int),
        "3|    3|3    |-0003|+3| 3",
    );
    check(
        "%x %X %#x %o %#o %O %b %#b",
        &[255; 8].map(Value::int),
        "ff FF 0xff 377 0377 0o377 11111111 0b11111111",
    );
    check(
        "%c %q %U %#U",
        &[0x1F600; 4].map(Value::int),
        "😀 '😀' U+1F600 U+1F600 '😀'",
    );
    check(
        "%s|%q|%x|% X|%.2s|%5s|%-5s|",
        &["abc"; 7].map(Value::from),
        "abc|\"abc\"|616263|61 62 63|ab|  abc|abc  |",
    );
    check(
        "%v %g %f %.2f %e %6.1f|%-8.2f|%08.3f",
        &[1.5; 8].map(Value::float64),
        "1.5 1.5 1.500000 1.50 1.500000e+00    1.5|1.50    |0001.500",
    );
    check("%t %v %5t", &[true; 3].map(Value::from), "true true  true");
}

#[test]
fn mistakes() {
    check("%d", &["x".into()], "%!d(string=x)");
    check("%s", &[Value::Nil], "%!s(<nil>)");
    check("%s", &[Value::int(5)], "%!s(int=5)");
    check("%z %!", &[Value::int(5)], "%!z(int=5) %!!(MISSING)");
    check("%", &[], "%!(NOVERB)");
    check("%d", &[], "%!d(MISSING)");
    check("a", &["x".into(), Value::Nil], "a%!(EXTRA string=x, <nil>)");
    check("%[3]d", &[Value::int(1)], "%!d(BADINDEX)");
    check("%[2]d %[1]d", &[Value::int(1), Value::int(2)], "2 1");
    check("%*d|%-*d|", &[5, 1, 5, 2].map(Value::int), "    1|2    |");
    check("%*d", &["x".into(), Value::int(2)], "%!(BADWIDTH)2");
}

#[test]
fn large_widths_and_precisions() {
    for verb in "dxobcqUeEfgGxXsvtO".chars() {
        for value in [
            Value::int(65),
            Value::float64(1.5),
            Value::from("x"),
            Value::from(true),
        ] {
            for format in [
                format!("%.70000{verb}"),
                format!("%70000{verb}"),
                format!("%#0+70000.70000{verb}"),
            ] {
                assert!(sprintf(format, std::slice::from_ref(&value)).is_ok());
            }
        }
    }
    assert_eq!(
        sprintf("%.70000U", &[Value::int(65)])
            .map(|text| text.len())
            .ok(),
        Some(70002)
    );
}

#[test]
fn containers() {
    let map: Map = [
        ("b", Value::from(vec![Value::Nil, "x".into()])),
        ("a", Value::int(1)),
    ]
    .into_iter()
    .collect();
    check("%v", &[map.clone().into()], "map[a:1 b:[<nil> x]]");
    check(
        "%#v",
        &[map.into()],
        r#"map[string]interface {}{"a":1, "b":[]interface {}{interface {}(nil), "x"}}"#,
    );
    check(
        "%q %d",
        &[
            List::strings(["a", "b"]).into(),
            List::strings(["a"]).into(),
        ],
        r#"["a" "b"] [%!d(string=a)]"#,
    );
    check(
        "%v %s %x %#v",
        &[
            Value::bytes(*b"ab"),
            Value::bytes(*b"ab"),
            Value::bytes(*b"ab"),
            Value::bytes(*b"ab"),
        ],
        "[97 98] ab 6162 []byte{0x61, 0x62}",
    );
}

#[test]
fn a_map_that_holds_itself_is_refused() {
    let map = Map::new();
    map.insert("self", map.clone());
    assert_eq!(
        sprint(&[map.clone().into()]).unwrap_err().limit(),
        Some(Limit::Depth)
    );
    map.remove("self");
}
