//! What a render reads is covered by what the static reading finds: a value that no template reads can be changed or taken
//! away, and the render stays the same.

use std::path::Path as FilePath;

use envlint_helm::{
    Chart, Coverage, Effective, Layer, LoadOptions, Options, Reads, Rendered, Values,
    render_effective,
};
use envlint_yaml::{Map, Path, Value};
use proptest::prelude::*;

/// The render as text, or the error.
fn rendered(chart: &Chart, values: &Map) -> String {
    let values = Values::from_file(values);
    let effective = match Effective::overlay(chart, (&values).into()) {
        Ok(effective) => effective,
        Err(error) => return error.to_string(),
    };
    let options = Options {
        seed: Some(0),
        now: Some(std::time::Duration::ZERO),
        sample_keys: true,
        skip_schema: true,
        ..Options::default()
    };
    match render_effective(&effective, &options) {
        Ok(rendered) => shown(&rendered),
        Err(error) => error.to_string(),
    }
}

fn shown(rendered: &Rendered) -> String {
    let manifests = rendered.manifests.iter().chain(&rendered.hooks);
    let texts = manifests.map(|manifest| manifest.text.as_str());
    texts.chain(rendered.notes.as_deref()).collect()
}

/// All paths of maps in values, and whether there is a map.
fn paths(values: &Map, above: &Path, found: &mut Vec<(Path, bool)>) {
    for (key, value) in values.iter() {
        let path = above.key(key.as_str());
        if let Value::Map(inner) = value {
            paths(inner, &path, found);
        }
        found.push((path, matches!(value, Value::Map(_))));
    }
}

/// The values with another one at a path, or none.
fn changed(values: &Map, path: &[String], new: Option<&Value>) -> Map {
    let mut out = Map::default();
    for (key, value) in values.iter() {
        match (path, value) {
            ([last], _) if last == key => {
                if let Some(new) = new {
                    out.insert(key.clone(), new.clone());
                }
            }
            ([first, rest @ ..], Value::Map(inner)) if first == key && !rest.is_empty() => {
                out.insert(key.clone(), Value::Map(changed(inner, rest, new)));
            }
            _ => {
                out.insert(key.clone(), value.clone());
            }
        }
    }
    out
}

/// Changes each path that no template reads, and takes it away.
fn unread_values_do_not_matter(chart: &Chart, values: &Map) -> usize {
    let reads = Reads::of(chart);
    let text = serde_json::to_string(&Value::Map(values.clone())).expect("JSON");
    let layer = Layer::read(text.as_bytes()).expect("a layer");
    let texts = reads.of_texts([layer].iter());
    let is_read = |path: &Path| {
        let mut all = [Some(&reads), texts.as_ref()].into_iter().flatten();
        all.any(|reads| reads.coverage(path) != Coverage::Unread)
    };
    let before = rendered(chart, values);
    let mut all = Vec::new();
    paths(values, &Path::root(), &mut all);
    let mut unread = 0;
    for (path, is_map) in all {
        if is_read(&path) {
            continue;
        }
        unread += 1;
        let keys: Vec<String> = path
            .segments()
            .iter()
            .map(|segment| match segment {
                envlint_yaml::Segment::Key(key) => key.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        for new in [None, Some(&Value::String("changed".to_owned()))] {
            if is_map && new.is_some() {
                continue; // Helm refuses anything else where a subchart's values are.
            }
            let after = rendered(chart, &changed(values, &keys, new));
            assert!(after == before, "{}: {path} {new:?}", chart.name());
        }
    }
    unread
}

#[test]
fn unread_values_of_recorded_charts_do_not_matter() {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/parity");
    let mut folders: Vec<_> = std::fs::read_dir(root)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    folders.sort();
    let mut charts = 0;
    for folder in folders {
        let Ok(chart) = Chart::load_with(folder.join("chart"), &LoadOptions::default()) else {
            continue;
        };
        // The own values, given once more, so that each of them can be changed.
        let Some(layer) = chart.values() else {
            continue;
        };
        let node = layer.document().root().map(envlint_yaml::Node::to_value);
        let Some(Value::Map(mut values)) = node else {
            continue;
        };
        values.insert("nobody-reads-this".to_owned(), Value::Int(1));
        unread_values_do_not_matter(&chart, &values);
        charts += 1;
    }
    assert!(charts > 10, "only {charts} charts");
}

/// Actions that choose, build and hand on values of `a`, `b` and `c`, each of which is a map of maps.
const PIECES: &[&str] = &[
    "{{ .Values.a.x }}",
    "{{ .Values.b.y | default \"none\" }}",
    "{{ with .Values.c }}{{ .x }}{{ end }}",
    "{{ range $k, $v := .Values.a }}{{ $k }}{{ end }}",
    "{{ range .Values.b }}{{ toJson . }}{{ end }}",
    "{{ $v := .Values.a }}{{ $v.y }}",
    "{{ $v := .Values.a }}{{ if .Values.b.x }}{{ $v = .Values.c }}{{ end }}{{ $v.y }}",
    "{{ $v := dict \"p\" .Values.a \"q\" 1 }}{{ $v.p.x }}",
    "{{ $v := merge (deepCopy .Values.a) .Values.b }}{{ $v.z }}",
    "{{ $v := dict }}{{ $_ := merge $v .Values.c }}{{ $v.z }}",
    "{{ $v := dict }}{{ $_ := set $v \"k\" .Values.a }}{{ $v.k.z }}",
    "{{ include \"named\" . }}",
    "{{ include \"named\" (dict \"Values\" (dict \"a\" .Values.b)) }}",
    "{{ include (printf \"na%s\" \"med\") . }}",
    "{{ include \"of\" .Values.c }}",
    "{{ template \"of\" .Values.a }}",
    "{{ index .Values \"b\" \"z\" }}",
    "{{ index .Values.c (printf \"%s\" \"x\") }}",
    "{{ get .Values.a \"z\" }}",
    "{{ dig \"b\" \"x\" \"none\" (deepCopy .Values) }}",
    "{{ (ternary .Values.a .Values.b (eq .Values.c.x \"1\")).y }}",
    "{{ (coalesce .Values.n .Values.a).y }}",
    "{{ (and .Values.a .Values.b).z }}",
    "{{ (or .Values.n .Values.b).y }}",
    "{{ range list .Values.a .Values.c }}{{ .z }}{{ end }}",
    "{{ (first (list .Values.a)).x }}",
    "{{ pluck \"x\" .Values.a .Values.b | first }}",
    "{{ keys .Values.c | sortAlpha | join \",\" }}",
    "{{ (omit .Values.a \"x\").y }}",
    "{{ range $k := list \"a\" \"b\" }}{{ (index $.Values $k).z }}{{ end }}",
    "{{ $l := .Values.a }}{{ range list \"x\" }}{{ $l = index $l . }}{{ end }}{{ $l }}",
    "{{ hasKey .Values.b \"y\" }}",
    "{{ if not .Values.c.y }}n{{ else }}{{ .Values.a.z }}{{ end }}",
    "{{ .Values.c | toYaml | nindent 2 }}",
    "{{ (fromYaml (toYaml .Values.b)).x }}",
    "{{ tpl .Values.e.x . }}",
    "{{ tpl (toYaml .Values.e) (merge (dict \"z\" 1) .) }}",
    "{{ tpl (printf \"{{ %s }}\" .Values.e.y) . }}",
    "{{ tpl \"{{ .Values.b.y }}\" $ }}",
    "{{ $v := merge (dict \"z\" 1) .Values.a .Values.b }}{{ $v.x }}",
    "{{ $_ := mergeOverwrite .Values.a .Values.b }}{{ .Values.a.y }}",
];

const NAMED: &str =
    "{{ define \"named\" }}{{ .Values.a.y }}{{ end }}{{ define \"of\" }}{{ .x }}{{ end }}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn unread_values_of_random_templates_do_not_matter(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 1..4),
    ) {
        let lines: String = pieces.iter().enumerate().map(|(n, piece)| format!("x{n}: {}\n", piece.replace("toYaml | nindent 2", "toJson"))).collect();
        let files = [
            ("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n"),
            ("templates/_helpers.tpl", NAMED),
            ("templates/_lines.tpl", &format!("{{{{ define \"lines\" }}}}{lines}{{{{ end }}}}")),
            // Any text is a value of an object. Notes are none: what only they go through counts for less.
            ("templates/lines.yaml", "lines: {{ include \"lines\" . | toJson }}\n"),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        let chart = Chart::from_files(files.into()).expect("a chart");
        let part = |n: i64| {
            let entries = ["x", "y", "z"].map(|key| (key.to_owned(), Value::String(format!("{n}"))));
            Value::Map(entries.into_iter().collect())
        };
        let values = ["a", "b", "c", "d"].into_iter().zip(1..).map(|(key, n)| (key.to_owned(), part(n)));
        let mut values: Map = values.collect();
        let texts = [("x", "{{ .Values.a.x }}"), ("y", "or .Values.b.z .Values.c.x"), ("z", "{{ include \"named\" . }}")];
        let texts = texts.map(|(key, text)| (key.to_owned(), Value::String(text.to_owned())));
        values.insert("e".to_owned(), Value::Map(texts.into_iter().collect()));
        let unread = unread_values_do_not_matter(&chart, &values);
        // A key that is computed may be any, so `d` may be read, and its `z`; its `x` and `y` are not.
        let is_computed = pieces.iter().any(|piece| piece.contains("index $.Values $k"));
        let least = if is_computed { 2 } else { 4 };
        prop_assert!(unread >= least, "nothing reads d");
    }
}
