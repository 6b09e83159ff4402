use super::*;

fn merged(options: &ValueOptions) -> Result<String, String> {
    let read = |name: &str| match name {
        "a.yaml" => Ok(b"a: {b: 1}\nc: {d: {e: 1}}\nx: 3\n".to_vec()),
        "text" => Ok(b"line 1\nline 2, {x}\n".to_vec()),
        other => Err(format!("open {other}: no such file or directory")),
    };
    let values = options.merge_with(&read).map_err(|e| e.to_string())?;
    Ok(serde_json::to_string(values.as_map()).expect("json"))
}

fn set(argument: &str) -> Result<String, String> {
    merged(&ValueOptions {
        set: vec![argument.to_owned()],
        ..ValueOptions::default()
    })
}

/// Expectations recorded from helm 4.3.1 with a chart that prints `toJson .Values`.
#[test]
fn set_follows_helm() {
    let cases = [
        (
            r"n=1,s=007,b=True,z=null,l={1,2,a b},e=,f=1.5,big=9223372036854775808,esc=a\,b,d\.t=3,ll[1].k=2",
            Ok(
                r#"{"b":true,"big":"9223372036854775808","d.t":3,"e":"","esc":"a,b","f":"1.5","l":[1,2,"a b"],"ll":[null,{"k":2}],"n":1,"s":"007","z":null}"#,
            ),
        ),
        (
            "a.b",
            Err(r#"failed parsing --set data: key "b" has no value"#),
        ),
        (
            "a=1,a.b=2",
            Err(
                "failed parsing --set data: unable to parse key: interface conversion: interface {} is int64, not map[string]interface {}",
            ),
        ),
        (
            "a=1,a[0]=2",
            Err(
                "failed parsing --set data: unable to parse key: interface conversion: interface {} is int64, not []interface {}",
            ),
        ),
        (
            "a[999999]=1",
            Err(
                "failed parsing --set data: index of 999999 is greater than maximum supported index of 65536",
            ),
        ),
        (
            "a[x]=1",
            Err(
                r#"failed parsing --set data: error parsing index: strconv.Atoi: parsing "x": invalid syntax"#,
            ),
        ),
        (
            "a[-1]=1",
            Err("failed parsing --set data: negative -1 index not allowed"),
        ),
        (
            "a={1",
            Err("failed parsing --set data: list must terminate with '}'"),
        ),
        (
            "a[0]x=1",
            Err("failed parsing --set data: unexpected data at end of array index: ['x']"),
        ),
        (
            ",b=1",
            Err(r#"failed parsing --set data: key "" has no value (cannot end with ,)"#),
        ),
        (
            "b,c=1",
            Err(r#"failed parsing --set data: key "b" has no value (cannot end with ,)"#),
        ),
        ("a[0][1]=x,a[0][0]=y", Ok(r#"{"a":[["y","x"]]}"#)),
        ("a={}", Ok(r#"{"a":[""]}"#)),
        ("", Ok("{}")),
    ];
    for (argument, expected) in cases {
        assert_eq!(
            set(argument).as_deref().map_err(String::as_str),
            expected,
            "--set {argument}"
        );
    }
}

#[test]
fn numbers_of_files_are_floats_and_those_of_set_are_integers() {
    let options = ValueOptions {
        files: vec!["a.yaml".into()],
        set: vec!["y=3".into()],
        ..ValueOptions::default()
    };
    let read = |_: &str| Ok(b"x: 3\n".to_vec());
    let values = options.merge_with(&read).expect("values");
    assert_eq!(values.as_map().get("x"), Some(&Value::Float(3.0)));
    assert_eq!(values.as_map().get("y"), Some(&Value::Int(3)));
}

#[test]
fn each_flag_has_its_dialect() {
    let all = ValueOptions {
        files: vec!["a.yaml".into()],
        json: vec![
            r#"j={"k": [1, null]}, i=2,e= "#.into(),
            r#" {"a": {"z": true}}"#.into(),
        ],
        set: vec!["x.y=1".into()],
        strings: vec!["s=1,t={1,true}".into()],
        set_files: vec!["f=text".into()],
        literals: vec![r"lit.a=1,c={}\,".into()],
    };
    assert_eq!(
        merged(&all).expect_err("x is a number"),
        "failed parsing --set data: unable to parse key: interface conversion: interface {} is float64, not map[string]interface {}"
    );
    let fine = ValueOptions {
        set: vec!["x=null".into()],
        ..all
    };
    assert_eq!(
        merged(&fine).expect("values"),
        r#"{" i":2.0,"a":{"b":1.0,"z":true},"c":{"d":{"e":1.0}},"e":null,"f":"line 1\nline 2, {x}\n","j":{"k":[1.0,null]},"lit":{"a":"1,c={}\\,"},"s":"1","t":["1","true"],"x":null}"#
    );
}

#[test]
fn refusals_name_the_flag() {
    let case = |options: ValueOptions| merged(&options).expect_err("refused");
    assert_eq!(
        case(ValueOptions {
            json: vec!["a=1x".into()],
            ..Default::default()
        }),
        "failed parsing --set-json data a=1x"
    );
    assert_eq!(
        case(ValueOptions {
            set_files: vec!["a=nope".into()],
            ..Default::default()
        }),
        "failed parsing --set-file data: open nope: no such file or directory"
    );
    assert_eq!(
        case(ValueOptions {
            files: vec!["nope".into()],
            ..Default::default()
        }),
        "open nope: no such file or directory"
    );
}

#[test]
fn hostile_arguments_end() {
    let deep = format!("{}=1", vec!["a"; 40].join("."));
    assert!(
        set(&deep)
            .expect_err("too deep")
            .contains("maximum supported nested level of 30")
    );
    let lists = format!("a{}=1", "[0]".repeat(5000));
    assert!(
        set(&lists)
            .expect_err("too deep")
            .contains("nested more than")
    );
    #[cfg(unix)]
    assert_eq!(
        read_local("/dev/zero"),
        Err("/dev/zero is larger than 64 MiB".to_owned())
    );
}
