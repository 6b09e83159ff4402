//! The commands as a shell sees them: exit status, standard output, standard error.

use crate::support::Sandbox;

const CLEAN: &[(&str, &str)] = &[
    ("dev/values.yaml", "logLevel: info\n"),
    ("prod/values.yaml", "logLevel: info\n"),
];

#[test]
fn check_ends_with_zero_on_a_clean_workspace() {
    let ran = Sandbox::with(CLEAN).run(&["check"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert!(ran.stdout.contains('1'), "{}", ran.stdout);
}

#[test]
fn check_ends_with_one_where_a_key_is_missing() {
    let sandbox = Sandbox::with(CLEAN);
    sandbox.write("envlint.yaml", "perEnvironment: [{path: logLevel}]\n");
    sandbox.write("prod/values.yaml", "other: 1\nlogLevel: info\n");
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("drift/missing-key"), "{}", ran.stdout);
}

#[test]
fn check_ends_with_two_on_a_misspelt_configuration_key() {
    let sandbox = Sandbox::with(CLEAN);
    sandbox.write("envlint.yaml", "enviroments: {}\n");
    let ran = sandbox.run(&["check"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("did you mean `environments`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn explain_prints_the_documentation_of_a_rule() {
    let sandbox = Sandbox::empty();
    for name in ["drift/missing-key", "missing-key"] {
        let ran = sandbox.run(&["explain", name]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert!(
            ran.stdout.starts_with(
                "# drift/missing-key\n\nSeverity: up to error\n\nA path that one environment has is missing in another.\n"
            ),
            "{}",
            ran.stdout
        );
        assert!(ran.stdout.contains("## Use instead"), "{}", ran.stdout);
        let link = "and drift/undeclared-difference or drift/out-of-order-change\nreports it";
        assert!(ran.stdout.contains(link), "{}", ran.stdout);
        let address =
            "- Helm: values files (https://helm.sh/docs/chart_template_guide/values_files/)";
        assert!(ran.stdout.contains(address), "{}", ran.stdout);
    }
}

#[test]
fn explain_and_completions_say_what_they_know() {
    let sandbox = Sandbox::empty();
    for (command, expected) in [
        ("explain", "`envlint rules` lists the rules"),
        (
            "completions",
            "known shells: bash, elvish, fish, powershell, zsh",
        ),
    ] {
        let ran = sandbox.run(&[command]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{command}");
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert!(!ran.stderr.contains('|'), "{}", ran.stderr);
    }
}

#[test]
fn what_is_not_there_is_said() {
    let sandbox = Sandbox::empty();
    let ran = sandbox.run(&["apps"]);
    let hint = "run `envlint init --dry-run` to see where envlint looks";
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains(hint), "{}", ran.stderr);
    let ran = sandbox.run(&["generate", "workflows"]);
    for said in [
        "not in a git repository",
        "no promotion workflow was written",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    sandbox.write("values-dev.yaml", "replicas: 1\n");
    sandbox.write("values-prod.yaml", "replicas: 1\n");
    let promote = ["promote", "--from", "dev", "--to", "prod"];
    for said in [sandbox.run(&promote), sandbox.run(&["status"])] {
        let reason = "warning: there is no envlint.yaml, so every path";
        assert!(said.stderr.starts_with(reason), "{}", said.stderr);
    }
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    let ran = sandbox.run(&["check", "--changed-since", "HEAD"]);
    let said = "note: nothing that envlint checks changed since HEAD\n";
    assert_eq!((ran.status, ran.stderr.as_str()), (0, said));
    sandbox.write("envlint.yaml", "environments: {dev: {}, prod: {}}\n");
    let ran = sandbox.run(&promote);
    let reason =
        "warning: envlint.yaml declares nothing under `perEnvironment`, so every path of prod";
    assert!(ran.stderr.starts_with(reason), "{}", ran.stderr);
    let ran = sandbox.run(&["check", "--changed-since", "HEAD"]);
    assert!(!ran.stderr.contains("nothing"), "{}", ran.stderr);
}

#[test]
fn explain_suggests_the_right_name() {
    let sandbox = Sandbox::empty();
    for (name, expected) in [
        ("drift/mising-key", "did you mean `drift/missing-key`?"),
        (
            "single-replicas",
            "did you mean `production/single-replica`?",
        ),
        ("banana", "`envlint rules` lists the rules"),
    ] {
        let ran = sandbox.run(&["explain", name]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{name}");
        assert!(ran.stderr.contains(expected), "{name}: {}", ran.stderr);
    }
}

#[test]
fn rules_are_listed_for_people_and_for_programs() {
    let sandbox = Sandbox::empty();
    let text = sandbox.run(&["rules"]);
    assert_eq!((text.status, text.stderr.as_str()), (0, ""));
    let (about, rules) = text
        .stdout
        .split_once("\n\n")
        .expect("what the columns mean");
    assert!(
        about.starts_with("The severity is the highest one"),
        "{about}"
    );
    assert_eq!(rules.lines().count(), envlint::rules::all().len());
    let json = sandbox.run(&["rules", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let rules = list["rules"].as_array().expect("a list");
    assert_eq!(
        (&list["version"], rules.len()),
        (&1.into(), envlint::rules::all().len())
    );
    let rule = rules
        .iter()
        .find(|rule| rule["name"] == "drift/missing-key")
        .expect("the rule");
    assert_eq!(
        (&rule["category"], &rule["severity"]),
        (&"drift".into(), &"error".into())
    );
}

/// The configurations below a directory.
fn configurations(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let found = paths.flat_map(|path| match path.is_dir() {
        true => configurations(&path),
        false => Vec::from_iter(path.ends_with("envlint.yaml").then_some(path)),
    });
    found.collect()
}

#[test]
fn a_configuration_that_is_taken_fits_the_published_schema() {
    let schema = include_str!("../../schemas/envlint.schema.json");
    let schema = serde_json::from_str(schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mut taken = 0;
    for path in configurations(&crate::support::fixtures()) {
        let text = std::fs::read_to_string(&path).expect("a configuration");
        let source = std::sync::Arc::new(envlint::source::Source::new("envlint.yaml", text));
        let root = source.document.root().filter(|root| !root.is_null());
        let (Some(root), Ok(_)) = (root, envlint::workspace::Config::read(&source)) else {
            continue;
        };
        let value = serde_json::to_value(root.to_value()).expect("JSON");
        let errors = validator.iter_errors(&value);
        // A key without a value is one that has its defaults.
        let errors: Vec<String> = errors
            .filter(|error| !error.instance().is_null())
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
        taken += 1;
    }
    assert!(taken > 50, "{taken}");
}

#[test]
fn schema_prints_what_is_checked_in_and_fits_a_configuration() {
    let ran = Sandbox::empty().run(&["schema"]);
    let checked_in = include_str!("../../schemas/envlint.schema.json");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(
        ran.stdout == checked_in,
        "`cargo xtask docs` renews schemas/envlint.schema.json"
    );
    let schema = serde_json::from_str(&ran.stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let config = envlint_yaml::Document::parse(include_str!("../../envlint.yaml"));
    let config = serde_json::to_value(config.root().expect("a tree").to_value()).expect("JSON");
    let errors: Vec<String> = validator
        .iter_errors(&config)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert!(!validator.is_valid(&serde_json::json!({"enviroments": {}})));
    assert!(!validator.is_valid(&serde_json::json!({"rules": {"drift/mising-key": "off"}})));
}

#[test]
fn completions_name_the_commands() {
    let sandbox = Sandbox::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = sandbox.run(&["completions", shell]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{shell}");
        assert!(ran.stdout.contains("explain"), "{shell}");
    }
}

#[test]
fn apps_and_files_are_called_the_same_whatever_path_is_given() {
    let sandbox = Sandbox::with(&[
        ("apps/a/values-dev.yaml", "a: 1\n"),
        ("apps/a/values-prod.yaml", "a: [\n"),
        ("apps/b/values-dev.yaml", "a: [\n"),
    ]);
    for path in ["apps/a", "apps/a/values-prod.yaml"] {
        let ran = sandbox.run(&["check", path, "--format", "github"]);
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        assert!(
            ran.stdout.contains("file=apps/a/values-prod.yaml,line="),
            "{path}: {}",
            ran.stdout
        );
        assert!(!ran.stdout.contains("apps/b"), "{path}: {}", ran.stdout);
    }
}

#[test]
fn a_check_of_nothing_says_so() {
    let sandbox = Sandbox::with(&[("notes.yaml", "a: 1\n")]);
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.stderr.contains("no values file was found below"),
        "{}",
        ran.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_values_file_behind_a_link_to_a_directory_is_named() {
    let sandbox = Sandbox::with(&[
        ("environments/dev/values.yaml", "a: 1\n"),
        ("shared/values.yaml", "a: 2\n"),
    ]);
    let link = sandbox.root().join("environments/prod");
    std::os::unix::fs::symlink("../shared", link).expect("a link");
    let ran = sandbox.run(&["check"]);
    assert!(
        ran.stdout.contains("this file of `prod` is a link"),
        "{}",
        ran.stdout
    );
}

#[cfg(target_os = "linux")]
#[test]
fn half_a_result_is_no_success() {
    let sandbox = Sandbox::with(&[("values-prod.yaml", "a: 1\n")]);
    for arguments in [
        &["check"][..],
        &["rules"],
        &["schema"],
        &["completions", "bash"],
    ] {
        let full = std::fs::File::create("/dev/full").expect("a device");
        let ran = std::process::Command::new(env!("CARGO_BIN_EXE_envlint"))
            .args(arguments)
            .current_dir(sandbox.root())
            .stdout(full)
            .output()
            .expect("envlint runs");
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(said.contains("cannot write to standard output"), "{said}");
    }
}

#[test]
fn a_profile_says_which_rules_are_run_and_how_bad_their_findings_are() {
    let sandbox = Sandbox::empty();
    sandbox.write(
        "environments/prod/values.yaml",
        "replicas: 1\nauth: {password: kT9vQ2mXw7LpZ4}\n",
    );
    let severities = |profile: &str, more: &str| {
        let rules = format!("rules: {{extends: {profile}{more}}}\n");
        sandbox.write("envlint.yaml", rules);
        let ran = sandbox.run(&["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("a list").clone();
        let said = |finding: &serde_json::Value| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            (text("rule"), text("severity"))
        };
        findings.iter().map(said).collect::<Vec<_>>()
    };
    let of = |rule: &str, severity: &str| (rule.to_owned(), severity.to_owned());
    let plain = of("secrets/plaintext", "error");
    let alone = |severity: &str| of("production/single-replica", severity);
    assert!(severities("recommended", "").contains(&alone("info")));
    let security = severities("security", "");
    assert!(security.contains(&plain), "{security:?}");
    assert!(
        !security
            .iter()
            .any(|found| found.0.starts_with("production/single"))
    );
    let both = severities("security", ", production/single-replica: warning");
    assert!(both.contains(&alone("warning")), "{both:?}");
    let strict = severities("strict", "");
    assert!(strict.contains(&plain), "{strict:?}");
    assert!(
        !strict.iter().any(|found| found.1 == "warning"),
        "{strict:?}"
    );
    let loud = severities("strict", ", production/single-replica: warning");
    assert!(loud.contains(&alone("warning")), "{loud:?}");
}

#[test]
fn rules_that_meet_a_limit_are_noted_and_listed() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}}\napps: [{name: shop, chart: chart, values: 'values-{env}.yaml'}]\n",
        ),
        ("values-dev.yaml", "a: 1\n"),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        (
            "chart/templates/a.yaml",
            "{{ range until 501 }}\n---\nkind: Deployment\napiVersion: apps/v1\nmetadata: {name: a{{ . }}}\n{{ end }}",
        ),
    ]);
    let quiet = sandbox.run(&["check", "--only", "yaml"]);
    let note = "note: some rules met a limit in 1 app; run with --verbose to see which\n";
    assert!(quiet.stderr.contains(note), "{}", quiet.stderr);
    let ran = sandbox.run(&["check", "--only", "yaml", "--verbose"]);
    assert!(
        ran.stderr.contains(
            "silent: rules about workloads, on app `shop`: its chart makes too many workloads in dev\n"
        ) && !ran.stderr.contains(note),
        "{}",
        ran.stderr
    );
}

#[test]
fn verbose_says_which_rules_were_silent_and_why() {
    let sandbox = Sandbox::fixture("policies");
    let ran = sandbox.run(&["check", "--verbose", "--only", "yaml"]);
    assert!(
        ran.stderr.contains(
            "silent: api/deprecated, on app `shop`: no `kubernetes:` gives the version of the cluster in dev and prod\n"
        ),
        "{}",
        ran.stderr
    );
    let quiet = sandbox.run(&["check", "--only", "yaml"]);
    assert!(!quiet.stderr.contains("silent"), "{}", quiet.stderr);
    sandbox.write(
        "charts/shop/templates/web.yaml",
        "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {{- toYaml .Values.data | nindent 2 }}\n",
    );
    for environment in ["dev", "prod"] {
        let values = format!("environments/{environment}/values.yaml");
        sandbox.write(&values, "data: {a: b}\n");
    }
    let ran = sandbox.run(&["check", "--verbose"]);
    assert!(
        ran.stderr.contains(
            "silent: values/unused, on app `shop`: templates take all that is in `data`\n"
        ),
        "{}",
        ran.stderr
    );
    let empty = Sandbox::empty();
    empty.write("environments/prod/values.yaml", "a: 1\n");
    let ran = empty.run(&["check", "--verbose"]);
    assert!(
        ran.stderr
            .contains("nothing says which chart it is deployed with"),
        "{}",
        ran.stderr
    );
}
