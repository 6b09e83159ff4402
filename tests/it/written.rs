//! Findings about manifests stand at the line of a template that writes the field, wherever that is.

use crate::support::Sandbox;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      {{- include \"shop.pod\" . | nindent 6 }}
";

const POD: &str = "\
{{- define \"shop.pod\" -}}
containers:
  - name: web
    image: shop:1.0.0
    imagePullPolcy: Always
{{- end }}
";

fn place(files: &[(&str, &str)]) -> String {
    let mut all = vec![
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
        ),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("chart/values-prod.yaml", "a: 1\n"),
    ];
    all.retain(|(name, _)| !files.iter().any(|(known, _)| known == name));
    all.extend(files);
    let shown = Sandbox::with(&all).run(&["check", "--only", "api"]).stdout;
    let mut lines = shown
        .lines()
        .skip_while(|line| !line.contains("imagePullPolcy` is no field"));
    let place = lines
        .nth(1)
        .unwrap_or_else(|| panic!("no finding\n{shown}"));
    place.trim_start_matches([' ', '-', '>']).to_owned()
}

#[test]
fn a_field_of_a_named_template_stands_there() {
    for (deployment, pod) in [
        (DEPLOYMENT.to_owned(), POD.to_owned()),
        // Through a variable, a template of a template, and `tpl`.
        (
            DEPLOYMENT.replace(
                "{{- include \"shop.pod\" . | nindent 6 }}",
                "{{- $pod := include \"shop.pod\" . }}\n      {{- $pod | nindent 6 }}",
            ),
            POD.to_owned(),
        ),
        (
            DEPLOYMENT.replace("shop.pod", "shop.outer"),
            format!(
                "{POD}{{{{- define \"shop.outer\" }}}}{{{{ template \"shop.pod\" . }}}}{{{{ end }}}}\n"
            ),
        ),
        (
            DEPLOYMENT.replace("include \"shop.pod\" .", "tpl (include \"shop.pod\" .) ."),
            POD.to_owned(),
        ),
    ] {
        let place = place(&[
            ("chart/templates/web.yaml", &deployment),
            ("chart/templates/_pod.tpl", &pod),
        ]);
        assert_eq!(place, "chart/templates/_pod.tpl:5:5", "{deployment}");
    }
}

#[test]
fn what_is_written_for_several_charts_stands_there_and_what_others_wrote_does_not() {
    let dependency = |repository: &str| {
        format!(
            "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies: [{{name: lib, version: 0.1.0{repository}}}]\n"
        )
    };
    let library = "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n";
    let of = |directory: &str, repository: &str| {
        place(&[
            ("chart/Chart.yaml", &dependency(repository)),
            ("chart/templates/web.yaml", DEPLOYMENT),
            (&format!("{directory}/Chart.yaml"), library),
            (&format!("{directory}/templates/_pod.tpl"), POD),
        ])
    };
    assert_eq!(
        of("lib", ", repository: \"file://../lib\""),
        "lib/templates/_pod.tpl:5:5"
    );
    // A person edits the line that calls it.
    assert_eq!(of("chart/charts/lib", ""), "chart/templates/web.yaml:9:7");
}

#[test]
fn a_line_that_a_function_changed_stands_where_it_is_printed() {
    let place = place(&[
        (
            "chart/templates/web.yaml",
            &DEPLOYMENT.replace("| nindent 6", "| replace \"Polci\" \"Polcy\" | nindent 6"),
        ),
        ("chart/templates/_pod.tpl", &POD.replace("Polcy", "Polci")),
    ]);
    assert_eq!(place, "chart/templates/web.yaml:9:7");
}

/// Where a template prints what values say, the value is the line to mend.
#[test]
fn what_a_template_only_prints_stands_at_the_value() {
    let template = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: shop:1.0.0
          ports: [{containerPort: {{ .Values.port }}}]
          workingDir: {{ .Values.workingDir }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
";
    let values = "port: eighty\nworkingDir: 5\nresources:\n  limts: {cpu: 1}\n";
    let sandbox = Sandbox::with(&[
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
        ),
        ("chart/templates/web.yaml", template),
        ("chart/values-prod.yaml", values),
    ]);
    let shown = sandbox.run(&["check", "--only", "api"]).stdout;
    let places: Vec<&str> = shown
        .lines()
        .filter(|line| line.contains("--> ") || line.contains("::: "))
        .map(|line| line.trim_start_matches([' ', '-', '>', ':']))
        .collect();
    assert_eq!(
        places,
        [
            // A number is one until the template quotes it.
            "chart/templates/web.yaml:13:11",
            "chart/values-prod.yaml:2:13",
            "chart/values-prod.yaml:1:7",
            "chart/templates/web.yaml:12:11",
            "chart/values-prod.yaml:4:3",
            "chart/templates/web.yaml:15:13",
        ],
        "{shown}"
    );
}

#[test]
fn what_two_apps_bring_stands_at_the_line_that_writes_it() {
    let app = |name: &str| {
        [
            (format!("{name}/Chart.yaml"), format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n")),
            (format!("{name}/templates/config.yaml"), "{{ include \"of.config\" . }}\n".to_owned()),
            (
                format!("{name}/templates/_config.tpl"),
                "{{- define \"of.config\" -}}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: common}\n{{- end }}\n".to_owned(),
            ),
            (format!("{name}/values-dev.yaml"), "a: 1\n".to_owned()),
            (format!("{name}/values-prod.yaml"), "a: 1\n".to_owned()),
        ]
    };
    let config = "\
apps:
  - {name: cart, values: 'cart/values-{env}.yaml', chart: cart, namespace: one}
  - {name: shop, values: 'shop/values-{env}.yaml', chart: shop, namespace: one}
";
    let files: Vec<_> = app("cart").into_iter().chain(app("shop")).collect();
    let mut files: Vec<_> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    files.push(("envlint.yaml", config));
    let shown = Sandbox::with(&files)
        .run(&["check", "--only", "objects/duplicate"])
        .stdout;
    assert!(
        shown.contains(" --> shop/templates/_config.tpl:3:1"),
        "{shown}"
    );
    assert!(
        shown.contains(" ::: cart/templates/_config.tpl:3:1"),
        "{shown}"
    );
}
