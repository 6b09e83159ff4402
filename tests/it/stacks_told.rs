//! What stacks of Pulumi lack, what projects get wrong, and stacks that come and go with pull requests.

use crate::fleet::said;
use crate::support::Sandbox;

const DECLARED: &str = "environments: {dev: {}, prod: {}}\nperEnvironment:\n- {path: 'config.\"shop:confirmed\"', expect: {fixed: {prod: true}}}\n";

fn shop(project: &str, prod: &str) -> Sandbox {
    Sandbox::with(&[
        ("Pulumi.yaml", project),
        ("Pulumi.dev.yaml", "config: {aws:region: eu-central-1}\n"),
        ("Pulumi.prod.yaml", prod),
        ("envlint.yaml", DECLARED),
    ])
}

#[test]
fn what_production_has_to_confirm_is_missing_where_no_stack_has_it() {
    let project = "name: shop\nruntime: nodejs\n";
    let stack = "config: {aws:region: eu-central-1}\n";
    let with =
        |value: &str| format!("config: {{aws:region: eu-central-1, shop:confirmed: {value}}}\n");
    let declared = format!("{project}config: {{confirmed: {{type: boolean, default: false}}}}\n");
    let confirmed = declared.replace("false", "true");
    let missing = "`config.\"shop:confirmed\"` is missing in prod, but must be `true` there";
    for (project, prod, words) in [
        (project, stack, missing),
        (&declared, stack, missing),
        (&confirmed, stack, "no findings"),
        (project, &with("true"), "no findings"),
        // So `pulumi config set` writes it.
        (project, &with("\"true\""), "no findings"),
        (
            project,
            &with("\"false\""),
            "`config.\"shop:confirmed\"` must be `true` in prod",
        ),
    ] {
        let ran = shop(project, prod).run(&["check", "--only", "drift"]);
        said(&ran, i32::from(words != "no findings"), &[words]);
        assert!(!ran.stdout.contains("matches no path"), "{}", ran.stdout);
    }
}

#[test]
fn a_project_that_pulumi_refuses_is_said_at_its_place() {
    for (project, status, words) in [
        (
            "name: [\n",
            1,
            &[
                "error[pulumi/invalid-config]: Pulumi refuses Pulumi.yaml",
                "--> Pulumi.yaml:",
            ][..],
        ),
        ("- a\n", 1, &["because it is no map"]),
        ("name: {{ cookiecutter.name }}\n {% if %}\n", 0, &[]),
        ("runtime: nodejs\n", 1, &["Pulumi.yaml has no `name`"]),
        (
            "name: shop\nconfig: {size: {type: number}}\n",
            1,
            &["--> Pulumi.yaml:2:23", "known types: string, integer"],
        ),
        (
            "name: shop\nconfig: {size: {type: array, items: {type: int}}}\n",
            1,
            &["known types"],
        ),
        (
            "name: shop\nconfig: {size: {type: array, items: {type: string}}}\n",
            0,
            &[],
        ),
    ] {
        let sandbox = shop(project, "config: {}\n");
        sandbox.write("envlint.yaml", "environments: {dev: {}, prod: {}}\n");
        let ran = sandbox.run(&["check", "--only", "pulumi/invalid-config"]);
        said(&ran, status, words);
    }
    let sandbox = shop("name: [\n", "config: {}\n");
    said(
        &sandbox.run(&["apps"]),
        0,
        &[
            "Pulumi.prod.yaml: its project, Pulumi.yaml, cannot be read",
            "Pulumi.yaml:2:1: it is not YAML",
        ],
    );
    said(
        &sandbox.run(&["check", "Pulumi.yaml"]),
        1,
        &["invalid-config"],
    );
}

#[test]
fn a_stack_of_a_pull_request_needs_no_declaration() {
    let stack = |name: &str| {
        format!(
            "config:\n  aws:region: eu-central-1\n  shop:domain: {name}.example.com\n  shop:db: {{name: shop}}\n"
        )
    };
    let sandbox = Sandbox::with(&[
        ("Pulumi.yaml", "name: shop\nruntime: nodejs\n"),
        ("Pulumi.dev.yaml", &stack("dev")),
        ("Pulumi.prod.yaml", &stack("prod")),
        (
            "Pulumi.preview-pr-107.yaml",
            &stack("pr-107").replace("name: shop", "name: shop_pr_107"),
        ),
    ]);
    said(&sandbox.run(&["init"]), 0, &[]);
    let config = sandbox.read("envlint.yaml");
    assert!(!config.contains("107"), "{config}");
    assert!(
        config.contains("environments:\n  dev: {tier: development}\n  prod:"),
        "{config}"
    );
    said(&sandbox.run(&["apps"]), 0, &["preview-pr-107 (preview)"]);
    said(&sandbox.run(&["check"]), 0, &[]);
    // The request is closed.
    std::fs::remove_file(sandbox.root().join("Pulumi.preview-pr-107.yaml")).expect("a file");
    said(&sandbox.run(&["check"]), 0, &["2 environments"]);
}

#[test]
fn a_stack_has_the_tier_that_its_name_tells_whatever_else_is_in_it() {
    let sandbox = Sandbox::with(&[
        ("Pulumi.yaml", "name: base\nruntime: nodejs\n"),
        ("Pulumi.base-prod.yaml", "config: {}\n"),
        ("Pulumi.shop-default-dev.yaml", "config: {}\n"),
        ("Pulumi.prod-backup.yaml", "config: {}\n"),
    ]);
    let words = ["base-prod (production)", "shop-default-dev (development)"];
    let ran = sandbox.run(&["apps"]);
    said(&ran, 0, &words);
    assert!(
        !ran.stdout.contains("prod-backup (production)"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_program_that_computes_keys_speaks_for_its_own_project() {
    let stack = |name: &str| format!("config: {{{name}:size: 1, {name}:unread: 2}}\n");
    let sandbox = Sandbox::with(&[
        ("one/Pulumi.yaml", "name: one\nruntime: nodejs\n"),
        ("one/Pulumi.dev.yaml", &stack("one")),
        (
            "one/index.ts",
            "const c = new pulumi.Config();\nc.require(\"size\");\n",
        ),
        ("two/Pulumi.yaml", "name: two\nruntime: nodejs\n"),
        ("two/Pulumi.dev.yaml", &stack("two")),
        (
            "two/index.ts",
            "const c = new pulumi.Config();\nc.require(\"size\");\nkeys.map((key) => c.get(key));\n",
        ),
    ]);
    let found = sandbox.findings_of("pulumi/unread-key");
    let paths = found.iter().filter_map(|one| one.path.as_ref());
    let paths: Vec<String> = paths.map(ToString::to_string).collect();
    assert_eq!(paths, ["config.\"one:unread\""]);
    // What both may use may read the keys of both.
    sandbox.write(
        "lib/keys.ts",
        "const c = new pulumi.Config();\nexport const all = keys.map((key) => c.get(key));\n",
    );
    assert_eq!(sandbox.findings_of("pulumi/unread-key").len(), 0);
}
