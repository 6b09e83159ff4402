//! The seven backends: what they emit, and that a generated chart emits the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::helm;
use crate::support::{Sandbox, fixtures};

/// The values files of every backend and option.
pub(crate) fn cases() -> Vec<(String, String)> {
    cases_in("secrets/cases")
}

fn cases_in(folder: &str) -> Vec<(String, String)> {
    let mut cases: Vec<(String, String)> = fs::read_dir(fixtures().join(folder))
        .expect("the cases")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy();
            (
                name.into_owned(),
                fs::read_to_string(&path).expect("a case"),
            )
        })
        .collect();
    cases.sort();
    cases
}

pub(crate) const CONFIG: &str = r#"environments:
  prod: {}
apps:
  - {name: shop, chart: chart, values: "environments/{env}.yaml", namespace: "shop-{env}", release: web}
secrets:
  database:
    password: {}
    user-name: {property: credentials.user-name}
  s3-credentials:
    access-key: {property: access_key}
"#;

/// Secrets whose keys tell their type, and some whose type is said.
const TYPED: &str = r#"environments:
  prod: {}
apps:
  - {name: shop, chart: chart, values: "environments/{env}.yaml", namespace: "shop-{env}", release: web}
secrets:
  certificate: {tls.crt: {}, tls.key: {}}
  authority: {ca.crt: {}, tls.crt: {}, tls.key: {property: key.pem}}
  registry: {.dockerconfigjson: {}}
  deploy-key: {ssh-privatekey: {}}
  admin: {username: {}, password: {}}
  plain: {type: Opaque, username: {}, password: {}}
  token: {type: {property: kind}, value: {}}
"#;

/// A workspace whose one environment has these values, with a chart that has nothing but the generated templates.
pub(crate) fn workspace(values: &str) -> Sandbox {
    workspace_of(CONFIG, values)
}

fn workspace_of(config: &str, values: &str) -> Sandbox {
    Sandbox::with(&[
        ("envlint.yaml", config),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("environments/prod.yaml", values),
    ])
}

/// What `envlint render` prints for a case.
pub(crate) fn rendered(values: &str) -> String {
    rendered_of(CONFIG, values)
}

fn rendered_of(config: &str, values: &str) -> String {
    let ran = workspace_of(config, values).run(&["render", "--env", "prod", "--only", "secrets"]);
    assert_eq!(ran.status, 0, "{values}\n{}", ran.stderr);
    ran.stdout
}

pub(crate) fn generated(values: &str) -> Sandbox {
    generated_of(CONFIG, values)
}

fn generated_of(config: &str, values: &str) -> Sandbox {
    let sandbox = workspace_of(config, values);
    let ran = sandbox.run(&["generate", "templates", "--chart", "chart"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    sandbox
}

fn answer(name: &str) -> PathBuf {
    fixtures().join("secrets/helm").join(format!("{name}.yaml"))
}

#[test]
fn what_is_rendered_is_what_helm_rendered_of_the_generated_chart() {
    for (name, values) in cases() {
        let recorded =
            fs::read_to_string(answer(&name)).expect("helm's answer; see live_the_generated_chart");
        assert_eq!(rendered(&values), recorded, "{name}");
    }
}

/// The types of Secrets, and keys with dots, in each backend.
#[test]
fn typed_secrets_are_what_helm_rendered_of_the_generated_chart() {
    for (name, values) in cases_in("secrets/typed") {
        let recorded = fs::read_to_string(answer(&format!("typed-{name}")))
            .expect("helm's answer; see live_the_generated_chart");
        assert_eq!(rendered_of(TYPED, &values), recorded, "{name}");
    }
}

/// A key that the configuration calls `type` is told from the type by what follows it.
#[test]
fn a_type_that_no_secret_can_have_is_refused() {
    let values = "secrets: {gcp: {enabled: true, project: example-prod}}\n";
    for (secret, said) in [
        (
            "{type: tls, tls.crt: {}}",
            "did you mean `kubernetes.io/tls`?",
        ),
        (
            "{type: kubernetes.io/token, a: {}}",
            "there is no type of Secrets named `kubernetes.io/token`",
        ),
        (
            "{type: \"a: b\", a: {}}",
            "or one of your own with a domain",
        ),
        ("{type: [tls]}", "expected the type of the Secret, or a map"),
        ("{type: {a: b}}", "unknown field `a`"),
        (
            "{type: kubernetes.io/tls, tls.crt: {}}",
            "add `tls.crt` and `tls.key` to its keys",
        ),
        (
            "{type: kubernetes.io/basic-auth, a: {}}",
            "add `username` or `password` to its keys",
        ),
        (
            "{type: kubernetes.io/tls, tls.crt: {}, tls.key: {}, ca.crt: {}}",
            "has the key `ca.crt`, so the Secrets Store CSI driver creates no Secret",
        ),
    ] {
        let config = format!(
            "environments: {{prod: {{}}}}\napps: [{{name: a, values: \"environments/{{env}}.yaml\"}}]\nsecrets:\n  one: {secret}\n"
        );
        let ran = workspace_of(&config, values).run(&["check"]);
        let all = ran.stdout + &ran.stderr;
        assert!(all.contains(said), "{secret}: {all}");
    }
}

/// What an app says of a secret goes before what the workspace says.
#[test]
fn an_app_has_its_own_type() {
    let config = TYPED.replace(
        "release: web}",
        "release: web, secrets: {certificate: {type: example.com/pair}}}",
    );
    let values = "secrets: {gcp: {enabled: true, project: example-prod}}\n";
    let text = rendered_of(&config, values);
    assert!(
        text.contains("- secretName: \"certificate\"\n      type: example.com/pair\n"),
        "{text}"
    );
}

#[test]
fn keys_that_the_key_vault_cannot_tell_apart_are_refused() {
    let config = TYPED.replace(
        "token: {",
        "admin.login: {password: {}}\n  admin: {login-password: {}}\n  token: {",
    );
    let config = config.replace("  admin: {username: {}, password: {}}\n", "");
    let (_, values) = cases_in("secrets/typed")
        .into_iter()
        .find(|(name, _)| name == "azure")
        .expect("a case");
    let ran = workspace_of(&config, &values).run(&["check"]);
    assert!(
        ran.stdout.contains("is called `admin-login-password` in Azure Key Vault, as is the key `password` of `admin.login`"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_generated_chart_is_what_helm_was_given() {
    let sandbox = generated("replicas: 1\n");
    for file in fs::read_dir(sandbox.root().join("chart/templates/secrets")).expect("the templates")
    {
        let path = file.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path).expect("a template");
        insta::assert_snapshot!(format!("template__{name}"), text);
    }
}

/// Compares with the real helm, and with ENVLINT_RECORD set writes its answers.
#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_the_generated_chart() {
    let helm = helm::program();
    let sandbox = generated("replicas: 1\n");
    for (name, values) in cases() {
        sandbox.write("environments/prod.yaml", &values);
        let printed = helm_template(&helm, &sandbox, &[]);
        if helm::is_recording() {
            fs::create_dir_all(answer("x").parent().expect("a folder")).expect("a folder");
            fs::write(answer(&name), &printed).expect("the answer");
        }
        assert_eq!(rendered(&values), printed, "{name}");
    }
    let sandbox = generated_of(TYPED, "replicas: 1\n");
    for (name, values) in cases_in("secrets/typed") {
        sandbox.write("environments/prod.yaml", &values);
        let printed = helm_template(&helm, &sandbox, &[]);
        if helm::is_recording() {
            fs::write(answer(&format!("typed-{name}")), &printed).expect("the answer");
        }
        assert_eq!(rendered_of(TYPED, &values), printed, "{name}");
    }
}

/// A backend can be enabled in any chart, whatever its values have below `secrets:`.
#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_the_generated_chart_renders_without_settings() {
    let helm = helm::program();
    let odd = [
        "replicas: 1\n",
        "secrets:\n",
        "secrets: {vault: text, gcp: [], ibm: {auth: 3}, externalSecrets: {gcp: x, storeRef: []}}\n",
        "secrets: {sealedSecrets: {encryptedData: {database: text}}}\n",
    ];
    for values in odd {
        let sandbox = generated(values);
        assert_eq!(helm_template(&helm, &sandbox, &[]), "\n", "{values}");
        for backend in [
            "externalSecrets",
            "sealedSecrets",
            "vault",
            "aws",
            "azure",
            "gcp",
            "ibm",
        ] {
            if values.contains(&format!("{backend}: text"))
                || values.contains(&format!("{backend}: []"))
            {
                continue;
            }
            // Helm's own `--set` fails on `secrets:` without anything below it; a second file does not.
            let switch = format!("secrets.{backend}.enabled=true");
            let file = format!("secrets: {{{backend}: {{enabled: true}}}}\n");
            sandbox.write("on.yaml", file);
            let more: &[&str] = if values == "secrets:\n" {
                &["--skip-schema-validation", "-f", "on.yaml"]
            } else {
                &["--skip-schema-validation", "--set", &switch]
            };
            let printed = helm_template(&helm, &sandbox, more);
            assert!(
                printed.contains("kind: "),
                "{backend} on {values}:\n{printed}"
            );
        }
    }
}

/// What the real helm prints for the chart, without the comments that name the template.
fn helm_template(helm: &Path, sandbox: &Sandbox, more: &[&str]) -> String {
    let output = Command::new(helm)
        .args([
            "template",
            "web",
            "chart",
            "--namespace",
            "shop-prod",
            "-f",
            "environments/prod.yaml",
        ])
        .args(more)
        .current_dir(sandbox.root())
        .output()
        .expect("helm runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("helm writes UTF-8");
    text.lines()
        .filter(|line| !line.starts_with("# Source: "))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn the_schema_of_the_block_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/secrets.schema.json");
    let current =
        serde_json::to_string_pretty(&envlint::secrets::schema::block()).expect("JSON") + "\n";
    if helm::is_recording() {
        fs::write(&path, &current).expect("the schema");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        stored, current,
        "schemas/secrets.schema.json is stale: run the tests with ENVLINT_RECORD=1"
    );
}

/// The schema takes every case that the selection takes.
#[test]
fn the_schema_takes_the_cases() {
    let schema = envlint::secrets::schema::block();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (name, values) in cases() {
        let document = envlint_yaml::Document::parse(values.as_str());
        let block = document
            .get(&"secrets".parse().expect("a path"))
            .expect("the block")
            .to_value();
        let block = serde_json::to_value(&block).expect("JSON");
        let errors: Vec<String> = validator
            .iter_errors(&block)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn one_file_per_object_and_no_other_file_is_touched() {
    let sandbox =
        workspace("secrets: {gcp: {enabled: true, project: example-prod, serviceAccount: a@b}}\n");
    let render = || {
        sandbox.run(&[
            "render", "--env", "prod", "--only", "secrets", "--out", "out",
        ])
    };
    let list = || sandbox.names("out");
    assert_eq!((render().status, render().status), (0, 0));
    assert_eq!(
        list(),
        [
            ".envlint-rendered",
            "secretproviderclass-web.yaml",
            "serviceaccount-web-secrets.yaml"
        ]
    );
    sandbox.write("out/mine.yaml", "mine\n");
    sandbox.write(
        "environments/prod.yaml",
        "secrets: {gcp: {enabled: true, project: example-prod}}\n",
    );
    assert_eq!(render().status, 0);
    assert_eq!(
        list(),
        [
            ".envlint-rendered",
            "mine.yaml",
            "secretproviderclass-web.yaml"
        ]
    );
    sandbox.write("environments/prod.yaml", "secrets: {ibm: {enabled: true, serviceUrl: 'https://ibm.example.com', auth: {trustedProfile: a}}}\n");
    sandbox.write("out/secretstore-web.yaml", "somebody's\n");
    let refused = render();
    assert_eq!(refused.status, 2);
    assert!(
        refused
            .stderr
            .contains("secretstore-web.yaml is not as envlint wrote it"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        list(),
        [
            ".envlint-rendered",
            "mine.yaml",
            "secretproviderclass-web.yaml",
            "secretstore-web.yaml"
        ]
    );
    // A list that leads out of the directory removes nothing there.
    sandbox.write(
        "out/.envlint-rendered",
        "../envlint.yaml\n/etc/hostname\nsecretproviderclass-web.yaml\nsecretstore-web.yaml\n",
    );
    assert_eq!(render().status, 2);
    fs::remove_file(sandbox.root().join("out/secretstore-web.yaml")).expect("a file");
    assert_eq!(render().status, 0);
    assert!(sandbox.root().join("envlint.yaml").is_file());
    assert!(list().contains(&"mine.yaml".to_owned()));
}

#[test]
fn what_cannot_be_rendered_says_why() {
    for (values, expected) in [
        (
            "secrets: {vault: {enabled: true, address: 'https://a', role: b}, gcp: {enabled: true, project: c}}\n",
            "prod enables two secret backends",
        ),
        (
            "secrets: {vault: {enabled: true, address: 'https://a'}}\n",
            "`secrets.vault.role` is missing",
        ),
        (
            "secrets: {azure: {enabled: true, keyvaultName: a, tenantId: b, clientId: c, prefix: a_b}}\n",
            "Azure Key Vault cannot hold",
        ),
        (
            "secrets: {sealedSecrets: {enabled: true, encryptedData: {database: {password: x}}}}\n",
            "`database` has no sealed value for `user-name`",
        ),
        (
            "secrets: {vault: {enabled: true, address: 'https://a', role: \"a\\nb\"}}\n",
            "with a control character or a line break",
        ),
        ("- a\n", "is not a map of values"),
    ] {
        let ran = workspace(values).run(&["render", "--env", "prod", "--only", "secrets"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{values}");
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
    }
    let none = workspace("replicas: 1\n").run(&["render", "--env", "prod", "--only", "secrets"]);
    assert_eq!((none.status, none.stdout.as_str()), (0, ""));
    assert!(
        none.stderr
            .contains("shop selects no secret backend in prod"),
        "{}",
        none.stderr
    );
}
