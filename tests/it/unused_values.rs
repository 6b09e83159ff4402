//! `values/unused` where more than one chart, file or layer is at work.

use crate::support::Sandbox;

const CONFIG: &str = "\
environments: {dev: {tier: development}, prod: {tier: production}}
apps:
- {name: shop, chart: shop, values: [\"common.yaml\", \"{env}.yaml\"]}
";
const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
const TEMPLATE: &str = "kind: A\na: {{ .Values.a }}\n";

fn sandbox(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("shop/Chart.yaml", CHART),
        ("shop/templates/a.yaml", TEMPLATE),
        ("common.yaml", "a: 1\n"),
        ("dev.yaml", "a: 1\n"),
        ("prod.yaml", "a: 1\n"),
    ]);
    for (path, text) in files {
        sandbox.write(path, text);
    }
    sandbox
}

/// What is unused: severity, path, place.
fn unused(sandbox: &Sandbox) -> Vec<String> {
    let findings = sandbox.check().findings;
    let unused = findings
        .iter()
        .filter(|finding| finding.rule == "values/unused");
    let said = unused.map(|finding| {
        format!(
            "{} {} {}:{}",
            finding.severity,
            finding.path.as_ref().expect("a path"),
            finding.location.source.path,
            finding.location.start().line
        )
    });
    said.collect()
}

#[test]
fn production_decides_how_bad_it_is() {
    for (files, expected) in [
        (&[("dev.yaml", "a: 1\nb: 1\n")][..], "warning b dev.yaml:2"),
        (&[("prod.yaml", "a: 1\nb: 1\n")], "error b prod.yaml:2"),
        (
            &[("prod.yaml", "a: 1\nb: {enabled: false, x: 1}\n")],
            "warning b prod.yaml:2",
        ),
        (
            &[
                ("prod.yaml", "a: 1\nb: {enabled: false, x: 1}\n"),
                (
                    "shop/templates/b.yaml",
                    "{{ if .Values.b.enabled }}\nkind: B\n{{ end }}\n",
                ),
            ],
            "warning b.x prod.yaml:2",
        ),
        (
            &[
                ("prod.yaml", "a: 1\nb: 1\n"),
                ("shop/values.yaml", "b: 1\n"),
            ],
            "warning b prod.yaml:2",
        ),
        (
            &[("common.yaml", "b: {x: 1, w: 2}\n")],
            "error b common.yaml:1",
        ),
    ] {
        assert_eq!(unused(&sandbox(files)), [expected], "{files:?}");
    }
}

#[test]
fn a_file_that_another_chart_reads_too_is_left_alone() {
    let other = "- {name: other, chart: other, values: [\"common.yaml\", \"other-{env}.yaml\"]}\n";
    let files = [
        ("envlint.yaml", &*(CONFIG.to_owned() + other)),
        ("common.yaml", "a: 1\nb: 1\n"),
        (
            "other/Chart.yaml",
            "apiVersion: v2\nname: other\nversion: 1.0.0\n",
        ),
        ("other/templates/b.yaml", "kind: B\nb: {{ .Values.b }}\n"),
        ("other-dev.yaml", "b: 1\n"),
        ("other-prod.yaml", "b: 1\nc: 1\n"),
    ];
    assert_eq!(unused(&sandbox(&files)), ["error c other-prod.yaml:2"]);
}

#[test]
fn files_that_templates_read_are_no_values_only() {
    let config = CONFIG.replace("{env}.yaml", "shop/env/{env}.yaml");
    let reading =
        "kind: A\na: {{ .Values.a }}\nb: {{ (.Files.Get \"env/prod.yaml\" | fromYaml).b }}\n";
    let files = |template| {
        [
            ("envlint.yaml", config.clone()),
            ("shop/templates/a.yaml", template),
            ("shop/env/dev.yaml", "a: 1\n".to_owned()),
            ("shop/env/prod.yaml", "a: 1\nb: 1\n".to_owned()),
        ]
    };
    let found = |template: &str| {
        let files = files(template.to_owned());
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
        unused(&sandbox(&files))
    };
    assert_eq!(found(TEMPLATE), ["error b shop/env/prod.yaml:2"]);
    assert_eq!(found(reading), [""; 0]);
}

#[test]
fn nothing_is_said_of_charts_that_were_not_read_whole() {
    let missing = CHART.to_owned() + "dependencies: [{name: sub, version: 1.0.0}]\n";
    let values = "a: 1\nglobal: {x: 1}\nsub: {y: 1}\nb: 1\n";
    let found = |chart: &str, template: &str| {
        unused(&sandbox(&[
            ("shop/Chart.yaml", chart),
            ("shop/templates/a.yaml", template),
            ("prod.yaml", values),
        ]))
    };
    assert_eq!(found(&missing, TEMPLATE), ["error b prod.yaml:4"]);
    assert_eq!(found(CHART, "kind: A\na: {{ toYaml .Values }}\n"), [""; 0]);
    assert_eq!(found(CHART, "kind: A\na: {{ .Values.a\n"), [""; 0]);
    assert_eq!(
        found(CHART, "kind: A\na: {{ index .Values .Release.Name }}\n"),
        [""; 0]
    );
}

#[test]
fn the_configuration_leaves_paths_alone() {
    let config = CONFIG.to_owned() + "rules: {values/unused: {ignore: [b.x]}}\n";
    let files = [
        ("envlint.yaml", &*config),
        (
            "shop/templates/a.yaml",
            "kind: A\na: {{ .Values.a }}{{ .Values.b.z }}\n",
        ),
        ("prod.yaml", "a: 1\nb: {x: 1, w: 2, z: 3}\n"),
    ];
    assert_eq!(unused(&sandbox(&files)), ["error b.w prod.yaml:2"]);
}

#[test]
fn what_sops_writes_about_a_file_is_no_value() {
    let encrypted = "b: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\n  version: 3.9.0\n";
    let sandbox = sandbox(&[("prod.yaml", encrypted)]);
    assert_eq!(unused(&sandbox), ["error b prod.yaml:1"]);
    let own = self::sandbox(&[("prod.yaml", "a: 1\nsops: {image: 1}\n")]);
    assert_eq!(unused(&own), ["error sops prod.yaml:2"]);
}

#[test]
fn a_switch_that_says_what_is_so_is_a_warning() {
    let template = "kind: B\nb: {{ .Values.tls.host }}\n";
    for (setting, expected) in [
        ("enabled: true", "warning tls.enabled"),
        ("port: 2", "error tls.port"),
    ] {
        let prod = format!("a: 1\ntls: {{{setting}, host: x}}\n");
        let sandbox = sandbox(&[("shop/templates/b.yaml", template), ("prod.yaml", &prod)]);
        assert_eq!(
            unused(&sandbox),
            [format!("{expected} prod.yaml:2")],
            "{setting}"
        );
    }
}

#[test]
fn a_section_for_a_dependency_with_a_slip_in_its_name() {
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies: [{name: keycloakx, version: 1.0.0, repository: \"https://example.com\"}]\n";
    let template = "kind: B\nb: {{ include \"keycloak.name\" . }}\na: {{ .Values.a }}\n";
    let with = |prod: &str| {
        let files = [
            ("shop/Chart.yaml", chart),
            ("shop/templates/a.yaml", template),
            ("prod.yaml", prod),
        ];
        unused(&sandbox(&files))
    };
    assert_eq!(
        with("a: 1\nkeycloak: {size: 2}\n"),
        ["error keycloak prod.yaml:2"]
    );
    // The chart's own defaults have it where it belongs.
    let shared = sandbox(&[
        ("shop/Chart.yaml", chart),
        ("shop/templates/a.yaml", template),
        ("common.yaml", "a: 1\nkeycloakx: {size: 1}\n"),
        ("prod.yaml", "a: 1\nkeycloak: {size: 2}\n"),
    ]);
    assert_eq!(unused(&shared), ["error keycloak prod.yaml:2"]);
    // Something that is not here may read these.
    assert!(with("a: 1\nkeycloakx: {size: 1}\nkeycloak: {size: 2}\n").is_empty());
    assert!(with("a: 1\nqueue: {size: 2}\n").is_empty());
}

#[test]
fn a_switch_that_nobody_reads_in_a_map_of_which_more_is_read() {
    let with = |template: &str| {
        let files = [
            ("shop/templates/b.yaml", template),
            ("prod.yaml", "a: 1\nwebhook: {enabled: false}\n"),
        ];
        unused(&sandbox(&files))
    };
    assert_eq!(
        with("kind: B\nb: {{ (.Values.webhook).url }}\n"),
        ["warning webhook.enabled prod.yaml:2"]
    );
    // Whether there is anything in it is all that the template asks.
    assert!(with("kind: B\nb: {{ if .Values.webhook }}1{{ end }}\n").is_empty());
}

#[test]
fn of_a_chart_without_templates_only_its_dependencies_are_read() {
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: web, version: 1.0.0, repository: \"https://charts.example.com\", condition: flags.web}\n";
    let values = "web: {replicas: 1}\nglobal: {a: 1}\nflags: {web: true}\n";
    let prod = "web: {replicas: 3}\nweeb: {replicas: 3}\ningress: {host: shop.example.com}\nbase: &base {a: 1}\nglobal: *base\nnone: {}\n";
    crate::findings::check(
        &[
            ("shop/charts/dev/Chart.yaml", chart),
            ("shop/charts/dev/values.yaml", values),
            ("shop/charts/prod/Chart.yaml", chart),
            ("shop/charts/prod/values.yaml", prod),
        ],
        &["values/unused"],
        &[
            "error shop/charts/prod/values.yaml:2 `weeb` and `ingress` are set in prod, but nothing reads them: the chart has no templates, and hands its dependencies only what stands under their names (`web`)",
        ],
    );
}

#[test]
fn what_the_objects_have_anyway_is_no_error() {
    let template = "kind: A\nmetadata: {name: a}\nspec:\n  a: {{ .Values.a }}\n  {{- range .Values.paths }}\n  - {path: {{ .path }}, name: shop-web, port: 8080}\n  {{- end }}\n";
    let template = template.replace("  - {path", "  p{{ .path }}: {path");
    let of = |name: &str| {
        let prod = format!("a: 1\npaths: [{{path: x, backend: {{name: {name}, port: 8080}}}}]\n");
        unused(&sandbox(&[
            ("shop/templates/a.yaml", &template),
            ("prod.yaml", &prod),
        ]))
    };
    assert_eq!(of("shop-web"), ["warning paths[0].backend prod.yaml:2"]);
    assert_eq!(of("shop-api"), ["error paths[0].backend prod.yaml:2"]);
}

#[test]
fn what_is_meant_is_like_what_is_set() {
    let help = |template: &str, prod: &str| {
        let template = format!("kind: A\n{template}");
        let prod = format!("a: 1\n{prod}");
        let sandbox = sandbox(&[("shop/templates/a.yaml", &template), ("prod.yaml", &prod)]);
        let ran = sandbox.run(&["check", "--only", "values/unused"]);
        let (_, help) = ran.stdout.split_once("help: ")?;
        help.lines().next().map(str::to_owned)
    };
    let near = |path: &str| Some(format!("did you mean `{path}`?"));
    let read = "a: {{ .Values.a }}\n";
    // The name of the map once more.
    assert_eq!(
        help(
            &format!(
                "{read}b: {{{{ .Values.image.imagePullPolicy }}}}\nc: {{{{ .Values.image.tag }}}}\n"
            ),
            "image: {pullPolicy: Always, tag: '1'}\n"
        ),
        near("image.imagePullPolicy")
    );
    let template = format!("{read}b: {{{{ .Values.db.enabled }}}}{{{{ .Values.db.project }}}}\n");
    // Every section has a switch.
    let other = help(&template, "db: {zip: {enabled: true, level: 3}}\n");
    assert_eq!(
        other.as_deref(),
        Some("remove it, or let a template of the chart read it")
    );
    assert_eq!(
        help(&template, "db: {gcp: {project: x}}\n"),
        near("db.project")
    );
}

/// A subchart that reads `.Values.cart.image` is handed what stands below its own name.
#[test]
fn values_of_one_map_that_belong_into_another_are_one_finding() {
    let sandbox = sandbox(&[
        (
            "shop/charts/cart/Chart.yaml",
            "apiVersion: v2\nname: cart\nversion: 1.0.0\n",
        ),
        (
            "shop/charts/cart/templates/a.yaml",
            "kind: B\na: {{ .Values.cart.image }}\nb: {{ .Values.cart.replicas }}\n",
        ),
        (
            "shop/charts/cart/values.yaml",
            "cart: {image: a:1.0.0, replicas: 1}\n",
        ),
        ("prod.yaml", "a: 1\ncart: {image: a:1.1.0, replicas: 3}\n"),
    ]);
    let shown = sandbox.run(&["check", "--only", "values/unused"]).stdout;
    for words in [
        "`cart.image` and `cart.replicas` are set in prod, but no template of the chart reads them",
        "help: the chart reads such values in `cart.cart`",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

/// A person acts on what production sets and nothing reads, not on what the chart's author left, nor on notes.
#[test]
fn what_the_chart_offers_or_others_repeat_is_no_error() {
    for (files, expected) in [
        (
            &[
                ("shop/values.yaml", "b: {enabled: false, interval: 30s}\n"),
                ("prod.yaml", "a: 1\nb: {enabled: true, interval: 10s}\n"),
            ][..],
            "warning b prod.yaml:2",
        ),
        (
            &[(
                "prod.yaml",
                "a: https://shop.prod.example/\nhost: shop.prod.example # of all addresses\n",
            )],
            "warning host prod.yaml:2",
        ),
        (
            &[(
                "prod.yaml",
                "a: https://shop.prod.example/\nhost: shop.prod.example\n",
            )],
            "error host prod.yaml:2",
        ),
        (
            &[("prod.yaml", "a: blue\nclass: blue\n")],
            "error class prod.yaml:2",
        ),
        (
            &[("prod.yaml", "a: 1\nb: {enabled: false}\n")],
            "info b prod.yaml:2",
        ),
    ] {
        assert_eq!(unused(&sandbox(files)), [expected], "{files:?}");
    }
}

#[test]
fn other_files_of_the_chart_and_scripts_that_deploy_it_read_values_too() {
    let secrets = "password:\n  description: of the database\n  if: inner.database\n";
    let script = "echo '{{ .Values.stage }}' > shop/templates/made.yaml\nfor ENV in dev prod; do\n  helm upgrade shop shop -f common.yaml -f $ENV.yaml\ndone\n";
    let files = [
        ("shop/Chart.yaml", CHART),
        ("shop/templates/a.yaml", TEMPLATE),
        ("shop/secrets.yaml", secrets),
        ("common.yaml", "a: 1\n"),
        ("dev.yaml", "a: 1\n"),
        (
            "prod.yaml",
            "a: 1\ninner: {database: true}\nstage: three\nstages: three\n",
        ),
        ("deploy.sh", script),
    ];
    assert_eq!(unused(&Sandbox::with(&files)), ["error stages prod.yaml:4"]);
}
