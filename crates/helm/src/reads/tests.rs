use super::*;
use crate::layer::Layer;
use crate::values::Values;
use serde_json::Value;

/// A chart with a template, and others by their names.
fn chart(files: &[(&str, &str)]) -> Chart {
    let files = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    let standard = (
        "Chart.yaml".to_owned(),
        b"apiVersion: v2\nname: demo\nversion: 1.0.0\n".to_vec(),
    );
    let mut all: Vec<(String, Vec<u8>)> = files.collect();
    if !all.iter().any(|(name, _)| name == "Chart.yaml") {
        all.push(standard);
    }
    Chart::from_files(all).expect("a chart")
}

fn path(text: &str) -> Path {
    text.parse().expect("a path")
}

/// The answers to `path`, one a line: `r` read, `t` taken with what holds it, `-` unread, `?` unknown, then `!` where a template needs it.
fn answers(chart: &Chart, paths: &[&str]) -> Vec<String> {
    let reads = Reads::of(chart);
    let answer = |text: &&str| {
        let path = path(text);
        let coverage = match reads.coverage(&path) {
            Coverage::Read => "r",
            Coverage::Taken => "t",
            Coverage::Unread => "-",
            Coverage::Unknown => "?",
        };
        let needs = if !reads.needing(&path).is_empty() {
            "!"
        } else {
            ""
        };
        format!("{text} {coverage}{needs}")
    };
    paths.iter().map(answer).collect()
}

/// What one template reads: paths with their answers.
fn check(template: &str, expected: &[&str]) {
    let chart = chart(&[("templates/a.yaml", template)]);
    let paths: Vec<&str> = expected
        .iter()
        .filter_map(|line| line.split_once(' '))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(answers(&chart, &paths), expected, "{template}");
}

#[test]
fn fields_are_read_and_needed() {
    check("{{ .Values.a }}", &["a r!", "a.b t", "b -"]);
    check(
        "{{ .Values.a.b.c }}",
        &["a r!", "a.b r!", "a.b.c r!", "a.x -"],
    );
    check("{{ .Values.a | quote }}", &["a r!"]);
    check("{{ $.Values.a }}", &["a r!"]);
    check("{{ toYaml .Values.a | nindent 2 }}", &["a r", "a.b t"]);
    check("{{ index .Values \"a\" \"b-c\" }}", &["a r!", "a.b-c r!"]);
    check("{{ index .Values.a .Release.Name }}", &["a r!", "a.x r"]);
    check("{{ .Files.Get .Values.file }}", &["file r!"]);
}

#[test]
fn guards_take_the_need_away() {
    check("{{ .Values.a | default 1 }}", &["a r"]);
    check("{{ .Values.a.b | default 1 }}", &["a r!", "a.b r"]);
    check("{{ (.Values.a).b | default 1 }}", &["a r", "a.b r"]);
    check("{{ if .Values.a }}x{{ end }}", &["a r"]);
    check("{{ coalesce .Values.a .Values.b }}", &["a r", "b r"]);
    check("{{ required \"x\" .Values.a }}", &["a r"]);
    check("{{ if hasKey .Values \"a\" }}x{{ end }}", &["a r"]);
    check("{{ dig \"a\" \"b\" 1 .Values }}", &["a r", "a.b r"]);
    check("{{ empty .Values.a }}", &["a r"]);
    check("{{ if eq .Values.a \"x\" }}y{{ end }}", &["a r"]);
    check(
        "{{ range .Values.a }}{{ .b }}{{ end }}",
        &["a r", "a[0] r", "a[0].b r!", "a.x.b r!"],
    );
    check(
        "{{ $x := default dict .Values.a }}{{ $x.b }}",
        &["a r", "a.b r!"],
    );
    check(
        "{{ $x := merge .Values.a .Values.b }}{{ $x.c }}",
        &["a.c r", "b.c r"],
    );
    check(
        "{{ $x := merge (dict \"a\" 1) .Values.a }}{{ $x.c }}",
        &["a.c r", "a.d -"],
    );
}

#[test]
fn values_are_followed() {
    check(
        "{{ with .Values.a }}{{ .b }}{{ $.Values.c }}{{ end }}",
        &["a r", "a.b r!", "c r!"],
    );
    check("{{ $x := .Values.a }}{{ $x.b }}", &["a r!", "a.b r!"]);
    check(
        "{{ $x := 1 }}{{ if .Values.a }}{{ $x = .Values.b }}{{ end }}{{ $x.c }}",
        &["b.c r!"],
    );
    check(
        "{{ define \"x\" }}{{ .top.Values.a }}{{ .cfg.b }}{{ end }}{{ include \"x\" (dict \"top\" $ \"cfg\" .Values.c) }}",
        &["a r!", "c.b r!"],
    );
    check(
        "{{ define \"x\" }}{{ .b }}{{ end }}{{ template \"x\" .Values.a }}",
        &["a.b r!"],
    );
    check(
        "{{ include (printf \"%s.x\" .Chart.Name) . }}{{ define \"demo.x\" }}{{ .Values.a }}{{ end }}",
        &["a r!", "b -"],
    );
    check(
        "{{ include (printf \"x.%s\" .Release.Name) . }}{{ define \"x.y\" }}{{ .Values.a }}{{ end }}",
        &["a r!", "b -"],
    );
    check("{{ include .Release.Name . }}", &["a t"]);
    check(
        "{{ include (print $.Template.BasePath \"/a.yaml\") . }}",
        &["a -"],
    );
    check(
        "{{ range $k, $v := .Values.a }}{{ $v.b }}{{ end }}",
        &["a.x.b r!", "a.x r"],
    );
    check(
        "{{ range $i := list .Values.a .Values.b }}{{ $i.c }}{{ end }}",
        &["a.c r!", "b.c r!"],
    );
    check(
        "{{ range $i := concat .Values.a .Values.b }}{{ $i.c }}{{ end }}",
        &["a[0].c r!"],
    );
    check(
        "{{ (ternary .Values.a .Values.b true).c }}",
        &["a.c r!", "b.c r!"],
    );
    check("{{ toYaml .Values }}", &["a t"]);
    check("{{ toJson . }}", &["a t"]);
    check(
        "{{ $x := .Values.a }}{{ range .Values.l }}{{ $x = index $x . }}{{ end }}{{ $x }}",
        &["a.b.c t"],
    );
    check("{{ $_ := set .Values \"a\" 1 }}{{ .Values.a }}", &["a r"]);
}

/// What a template and a text of the values, `t`, read: paths with their answers.
fn check_text(template: &str, text: &str, expected: &[&str]) {
    let values = format!("t: {}\n", Value::from(text));
    let defaults = chart(&[("templates/a.yaml", template), ("values.yaml", &values)]);
    let paths: Vec<&str> = expected
        .iter()
        .filter_map(|line| line.split_once(' '))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(answers(&defaults, &paths), expected, "{template} {text}");
    // The same text in a values file.
    let chart = chart(&[("templates/a.yaml", template)]);
    let layer = Layer::read(values.as_bytes()).expect("a layer");
    let (reads, texts) = (
        Reads::of(&chart),
        Reads::of(&chart).of_texts([layer].iter()),
    );
    for line in expected {
        let (text, answer) = line.split_once(' ').expect("an answer");
        let path = path(text);
        let known = [Some(&reads), texts.as_ref()].into_iter().flatten();
        let known: Vec<Coverage> = known.map(|reads| reads.coverage(&path)).collect();
        let is_unread = known.iter().all(|known| *known == Coverage::Unread);
        assert_eq!(is_unread, answer.starts_with('-'), "{template} {line}");
    }
}

#[test]
fn texts_of_values_are_followed_where_a_template_executes_them() {
    let text = "{{ .Values.a.b }}";
    check_text("{{ tpl .Values.t . }}", text, &["a.b r!", "a.c -", "t r!"]);
    check_text("{{ .Values.t }}", text, &["a.b -"]);
    check_text("{{ tpl (toYaml .Values.t) $ }}", text, &["a.b r!", "c -"]);
    check_text(
        "{{ tpl .Values.t (merge (dict \"x\" 1) .) }}",
        text,
        &["a.b r!", "c -"],
    );
    check_text(
        "{{ tpl .Values.t . }}",
        "{{ include \"x\" . }}{{ tpl \"{{ .Values.c }}\" . }}",
        &["c r!", "d -"],
    );
    check_text(
        "{{ tpl .Values.t . }}{{ define \"x\" }}{{ .Values.c }}{{ end }}",
        "{{ include \"x\" . }}",
        &["c r!", "d -"],
    );
    check_text(
        "{{ tpl (printf \"{{ %s }}\" .Values.t) . }}",
        "and .Values.a.b (not .Values.c)",
        &["a.b r!", "c r!", "d -"],
    );
    check_text(
        "{{ tpl (printf \"{{ .Values.%s }}\" .Values.t) . }}",
        "a.b",
        &["a.b t", "d t"],
    );
    let file = chart(&[
        (
            "templates/a.yaml",
            "{{ tpl (.Files.Get \"conf/x.conf\") . }}",
        ),
        ("conf/x.conf", "listen {{ .Values.port }};"),
        ("README.md", "{{ .Values.people }}"),
    ]);
    assert_eq!(answers(&file, &["port", "people"]), ["port r!", "people -"]);
}

#[test]
fn what_cannot_be_followed_ends() {
    let deep = "{{ define \"x\" }}{{ include \"x\" .a }}{{ end }}{{ include \"x\" .Values }}";
    check(deep, &["b -", "a.a.a r"]);
    let wide = "{{ $x := dict \"a\" .Values.a }}".to_owned()
        + &"{{ $x = dict \"a\" $x \"b\" $x }}".repeat(60)
        + "{{ $x.a.b }}";
    check(&wide, &["a r"]);
    let nested = "{{ if .Values.a }}".repeat(500) + "{{ .Values.b }}" + &"{{ end }}".repeat(500);
    check(&nested, &["b ?"]);
    let many = "{{ if .Values.a }}{{ include \"x\" . }}{{ end }}".repeat(100)
        + "{{ include \"x\" . }}{{ define \"x\" }}{{ .Values.b }}{{ end }}";
    check(&many, &["a r", "b r!", "c -"]);
    let calls: String = (0..40)
        .map(|n| {
            let next = format!("{{{{ include \"x{}\" . }}}}", n + 1);
            format!("{{{{ define \"x{n}\" }}}}{next}{{{{ if .Values.a{n} }}}}{next}{{{{ end }}}}{{{{ end }}}}")
        })
        .collect();
    check(
        &(calls + "{{ define \"x40\" }}{{ end }}{{ include \"x0\" . }}"),
        &["a39 r", "b -"],
    );
}

#[test]
fn subcharts_read_their_part() {
    let parent = chart(&[
        (
            "Chart.yaml",
            "apiVersion: v2\nname: demo\nversion: 1.0.0\ndependencies:\n- {name: sub, version: 1.0.0, alias: one}\n- {name: gone, version: 1.0.0}\n",
        ),
        (
            "templates/a.yaml",
            "{{ .Values.a }}{{ .Subcharts.one.Values.c }}",
        ),
        (
            "charts/sub/Chart.yaml",
            "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        ),
        (
            "charts/sub/templates/a.yaml",
            "{{ .Values.b }}{{ .Values.global.g }}{{ include \"up\" . }}",
        ),
        (
            "templates/_h.tpl",
            "{{ define \"up\" }}{{ .Values.d }}{{ end }}",
        ),
    ]);
    assert_eq!(
        answers(
            &parent,
            &[
                "a", "b", "one.b", "one.c", "one.d", "one.x", "sub.b", "global.g", "gone.x",
                "global.h"
            ]
        ),
        [
            "a r!",
            "b -",
            "one.b r!",
            "one.c r!",
            "one.d r!",
            "one.x -",
            "sub.b -",
            "global.g r!",
            "gone.x ?",
            "global.h ?"
        ]
    );
}

#[test]
fn a_parent_takes_values_out_of_a_subchart() {
    let parent = chart(&[
        (
            "Chart.yaml",
            "apiVersion: v2\nname: demo\nversion: 1.0.0\ndependencies:\n- {name: sub, version: 1.0.0, import-values: [data, {child: a.b, parent: c}]}\n",
        ),
        ("templates/a.yaml", "{{ .Values.c }}"),
        (
            "charts/sub/Chart.yaml",
            "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        ),
    ]);
    let paths = ["sub.exports.data.x", "sub.exports.x", "sub.a.b.x", "sub.x"];
    assert_eq!(
        answers(&parent, &paths),
        [
            "sub.exports.data.x t",
            "sub.exports.x -",
            "sub.a.b.x t",
            "sub.x -"
        ]
    );
}

#[test]
fn named_templates_that_nothing_executes_read_nothing() {
    let chart = chart(&[
        ("templates/a.yaml", "{{ include \"used\" . }}"),
        (
            "templates/_h.tpl",
            "{{ define \"used\" }}{{ .Values.a }}{{ end }}{{ define \"idle\" }}{{ .Values.b.c }}{{ end }}",
        ),
    ]);
    assert_eq!(answers(&chart, &["a", "b"]), ["a r!", "b -"]);
    let reads = Reads::of(&chart);
    let idle = reads.idle(&path("b")).expect("it would be read");
    assert_eq!(idle.file(), "demo/templates/_h.tpl");
    assert!(reads.idle(&path("a")).is_none());
}

#[test]
fn a_render_gets_where_the_tests_hold() {
    let chart = chart(&[(
        "templates/a.yaml",
        "{{ if .Values.use }}{{ .Values.a }}{{ else }}{{ .Values.b }}{{ end }}\
         {{ if eq (.Values.type | default \"x\") \"x\" }}{{ .Values.c }}{{ end }}\
         {{ range .Values.list }}{{ if .use }}{{ .d }}{{ end }}{{ end }}\
         {{ if .Capabilities.APIVersions.Has \"x\" }}{{ .Values.e }}{{ end }}\
         {{ if and .Values.use (not .Values.off) }}{{ .Values.f }}{{ end }}",
    )]);
    let values = Values::read(b"use: true\nlist: [{use: true}, {use: false, name: z}]\ntype: y\n")
        .expect("values");
    let effective = Effective::overlay(&chart, (&values).into()).expect("effective values");
    let reads = Reads::of(&chart);
    let reached = |text: &str| {
        let path = path(text);
        let found: Vec<Option<bool>> = reads
            .needing(&path)
            .iter()
            .map(|read| read.is_reached(&effective, &path))
            .collect();
        found
    };
    assert_eq!(reached("a"), [Some(true)]);
    assert_eq!(reached("b"), [Some(false)]);
    assert_eq!(reached("c"), [Some(false)]);
    assert_eq!(reached("list[0].d"), [Some(true)]);
    assert_eq!(reached("list[1].d"), [Some(false)]);
    assert_eq!(reached("e"), [None]);
    assert_eq!(reached("f"), [Some(true)]);
}

#[test]
fn what_a_named_template_is_handed_in_a_list_is_told_apart() {
    check(
        "{{ define \"a\" }}{{ with index . 0 }}{{ .Values.name }}{{ end }}{{ $item := index . 1 }}{{ $item.port }}{{ end }}{{ include \"a\" (list . .Values.item) }}",
        &["name r!", "item.port r!", "item.Values -", "port -"],
    );
    check(
        "{{ define \"a\" }}{{ (index . 0).port }}{{ (first .).path }}{{ end }}{{ include \"a\" (reverse (list .Values.a .Values.b)) }}",
        &["a.port r!", "b.port r!", "a.path r!", "b.path r!"],
    );
}

#[test]
fn what_the_notes_go_through_is_not_read() {
    const HELPER: &str = "{{- define \"warn\" }}{{ $all := .context.Values }}{{ range .sections }}{{ $section := $all }}{{ range split \".\" . }}{{ $section = index $section . }}{{ end }}{{ if not (index $section \"resources\") }}{{ . }}{{ end }}{{ end }}{{ end }}";
    const CALL: &str =
        "{{ include \"warn\" (dict \"sections\" (list \"a\") \"context\" $) }}{{ .Values.shown }}";
    for (name, expected) in [
        ("templates/NOTES.txt", ["a -", "shown r!"]),
        ("templates/a.yaml", ["a r", "shown r!"]),
    ] {
        let chart = chart(&[("templates/_warn.tpl", HELPER), (name, CALL)]);
        assert_eq!(answers(&chart, &["a", "shown"]), expected, "{name}");
    }
}

#[test]
fn tests_tell_what_is_there() {
    let reached = |template: &str, values: &str, path_of: &str| {
        let sub = "apiVersion: v2\nname: sub\nversion: 1.0.0\n";
        let chart = chart(&[
            ("charts/sub/Chart.yaml", sub),
            ("charts/sub/values.yaml", "global: {own: 1}\n"),
            ("charts/sub/templates/a.yaml", template),
            ("values.yaml", values),
        ]);
        let reads = Reads::of(&chart);
        let effective = Effective::overlay(&chart, Given::layers([])).expect("values");
        let path = path(path_of);
        let needing = reads.needing(&path).into_iter();
        let mut open = needing.filter(|read| !read.is_supplied(&effective, &path));
        open.any(|read| read.is_reached(&effective, &path) != Some(false))
    };
    let global = "global: {x: 1}\n";
    assert!(reached("{{ .Values.global.ns }}", global, "global.ns"));
    let guarded = "{{ if .Values.global.ns }}{{ .Values.global.ns }}{{ else }}none{{ end }}";
    assert!(!reached(guarded, global, "global.ns"));
    // The subchart has it of its own.
    assert!(!reached("{{ .Values.global.own }}", global, "global.own"));
    let kind = "{{ if kindIs \"string\" .Values.a }}{{ .Values.a }}{{ end }}";
    assert!(!reached(kind, "sub: {}\n", "sub.a"));
    let invalid = "{{ if kindIs \"invalid\" .Values.a }}{{ .Values.a }}{{ end }}";
    assert!(reached(invalid, "sub: {}\n", "sub.a"));
    let merged = "{{ define \"k\" }}{{ if .Values.k }}{{ .Values.k }}{{ end }}{{ end }}{{ include \"k\" (merge (dict \"a\" 1) .) }}";
    assert!(!reached(merged, "sub: {}\n", "sub.k"));
}

/// Templates that hand both on, or that ask for the type, treat no two types differently.
#[test]
fn templates_tell_types_apart_where_they_care() {
    use Type::{Boolean, List, Map, Number, QuotedBoolean, QuotedNumber, Text};
    let apart = |template: &str, path_of: &str, left, right| {
        let chart = chart(&[("templates/a.yaml", template)]);
        Reads::of(&chart).tells_apart(&path(path_of), left, right)
    };
    let of_a = |template: &str, left, right| apart(template, "a", left, right);
    let copied = "{{ with .Values.a }}{{ toYaml . }}{{ end }}";
    assert_eq!(of_a(copied, Number, Text), Some(false));
    assert_eq!(of_a(copied, List, Map), Some(false));
    assert_eq!(of_a(copied, Boolean, QuotedBoolean), Some(true));
    let around = "{{ toYaml .Values.a }}";
    assert_eq!(apart(around, "a.b[0]", Text, Map), Some(false));
    let printed = "{{ .Values.a | quote }}";
    assert_eq!(of_a(printed, Number, Text), Some(false));
    assert_eq!(of_a(printed, List, Text), Some(true));
    assert_eq!(of_a("{{ add .Values.a 1 }}", Number, Text), Some(true));
    for template in ["{{ int .Values.a }}", "{{ .Values.a | int64 | add 1 }}"] {
        assert_eq!(
            of_a(template, Number, QuotedNumber),
            Some(false),
            "{template}"
        );
        assert_eq!(of_a(template, Number, Text), Some(true), "{template}");
    }
    let ranged = "{{ range .Values.a }}{{ . }}{{ end }}";
    assert_eq!(of_a(ranged, List, Text), Some(true));
    assert_eq!(of_a(ranged, List, Map), Some(false));
    assert_eq!(apart(ranged, "a[0]", Text, Map), Some(true));
    assert_eq!(of_a("{{ .Values.a.b }}", Map, Text), Some(true));
    let asked =
        "{{ if kindIs \"map\" .Values.a }}{{ .Values.a.b }}{{ else }}{{ .Values.a }}{{ end }}";
    assert_eq!(of_a(asked, Map, Text), Some(false));
    let compared = "{{ if eq .Values.a \"b\" }}c{{ end }}";
    assert_eq!(of_a(compared, Number, Text), Some(true));
    let lost = "{{ include .Values.name .Values.a }}";
    assert_eq!(of_a(lost, Number, Text), None);
    assert_eq!(of_a("a: b", Number, Text), Some(false), "nothing reads it");
}

/// What is chosen by a test is needed only where the test does not ask whether it is there.
#[test]
fn a_choice_guards_both_of_its_sides() {
    for template in [
        "{{ ternary .Values.a \"d\" (hasKey .Values \"a\") }}",
        "{{ hasKey .Values \"a\" | ternary .Values.a \"d\" }}",
        "{{ hasKey .Values \"a\" | ternary (quote .Values.a) \"d\" }}",
        "{{ empty .Values.a | ternary \"d\" .Values.a }}",
        "{{ ternary .Values.a \"d\" (ne .Values.a nil) }}",
        "{{ ternary \"d\" .Values.a (eq .Values.a nil) }}",
        "{{ $has := and (hasKey .Values \"a\") .Values.b }}{{ $has | ternary .Values.a \"d\" }}",
        "{{ $x := \"d\" }}{{ if .Values.a }}{{ $x = .Values.a }}{{ end }}{{ $x }}",
        "http{{ and .Values.a \"s\" }}",
    ] {
        check(template, &["a r"]);
    }
    for template in [
        "{{ ternary .Values.a \"d\" .Values.b }}",
        "{{ ternary \"d\" .Values.a (ne .Values.a nil) }}",
        "{{ $x := .Values.a }}{{ if .Values.b }}{{ $x = .Values.c }}{{ end }}{{ $x }}",
        "{{ and .Values.b .Values.a }}",
    ] {
        check(template, &["a r!"]);
    }
}
