//! Stacks of Pulumi: they are environments of an app, and each command works on them.

use crate::fleet::said;
use crate::support::{Sandbox, copy, walk};

const PROJECT: &str = "name: shop\nruntime: nodejs\n";

fn workspace(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with(&[("infra/Pulumi.yaml", PROJECT)]);
    for (path, text) in files {
        sandbox.write(path, *text);
    }
    sandbox
}

#[test]
fn the_page_is_a_walk_that_works() {
    assert_eq!(walk(include_str!("../../docs/pulumi.md")), 3);
}

#[test]
fn the_example_is_clean() {
    let from = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pulumi");
    let sandbox = Sandbox::empty();
    copy(&from, &sandbox.root());
    said(
        &sandbox.run(&["check", "--fail-on", "info"]),
        0,
        &["1 app, 3 environments", "no findings"],
    );
    said(&sandbox.run(&["status"]), 0, &["all in step"]);
}

#[test]
fn projects_are_apps_and_what_belongs_to_none_is_said() {
    let sandbox = workspace(&[
        ("infra/Pulumi.prod-eu.yaml", "config: {}\n"),
        ("infra/Pulumi.preview-pr-7.yaml", "config: {}\n"),
        ("infra/Pulumi.dev.yml", "config: {}\n"),
        ("db/Pulumi.yaml", "name: shop\nstackConfigDir: stacks\n"),
        (
            "db/stacks/Pulumi.dev.yaml",
            "config: {}\nenvironment: [shop/dev]\n",
        ),
        ("db/Pulumi.dev.yaml", "config: {}\n"),
        ("lost/Pulumi.dev.yaml", "config: {}\n"),
        ("broken/Pulumi.yaml", "- a\n"),
    ]);
    let ran = sandbox.run(&["apps"]);
    said(
        &ran,
        0,
        &[
            "shop\n  dev (development)",
            "it imports from Pulumi ESC what envlint cannot read: `shop/dev`",
            "infra/shop\n",
            "prod-eu (production)",
            "preview-pr-7 (preview)",
            "infra/Pulumi.dev.yml: Pulumi reads stacks with the ending of infra/Pulumi.yaml",
            "db/Pulumi.dev.yaml: db/Pulumi.yaml keeps its stacks in another directory",
            "lost/Pulumi.dev.yaml: there is no Pulumi.yaml next to it",
            "broken/Pulumi.yaml:1:1: it is no project of Pulumi",
        ],
    );
    sandbox.write(
        "envlint.yaml",
        "environments: {dev: {}, prod: {aliases: [prod-eu]}}\n",
    );
    said(
        &sandbox.run(&["apps"]),
        0,
        &[
            "prod (production)\n    values    infra/Pulumi.prod-eu.yaml",
            // It goes with its pull request, and so does not have to be declared.
            "preview-pr-7 (preview)\n    values    infra/Pulumi.preview-pr-7.yaml",
        ],
    );
    // Stacks can be declared as any other values.
    sandbox.write(
        "envlint.yaml",
        "environments: {dev: {}, prod-eu: {}}\napps: [{name: infra, values: \"infra/Pulumi.{env}.yaml\"}]\n",
    );
    said(
        &sandbox.run(&["check"]),
        1,
        &[
            "layout/missing-environment",
            "infra/Pulumi.dev.yaml does not exist",
        ],
    );
}

#[test]
fn a_promotion_moves_no_secret_and_no_key() {
    let dev = "encryptionsalt: v1:ZGV2ZGV2ZGV2=:v1:ZGV2\nconfig:\n  shop:size: large\n  shop:token:\n    secure: v1:ZGV2ZGV2ZGV2ZGV2:ZGV2ZGV2ZGV2ZGV2ZGV2ZGV2\n  shop:new: {secure: v1:bmV3bmV3bmV3bmV3:bmV3bmV3bmV3bmV3bmV3bmV3}\n";
    let prod = "encryptionsalt: v1:cHJvZHByb2Q=:v1:cHJv\nconfig:\n  shop:size: small\n  shop:token:\n    secure: v1:cHJvZHByb2Rwcm9k:cHJvZHByb2Rwcm9kcHJvZHBy\n";
    let sandbox = workspace(&[
        ("infra/Pulumi.dev.yaml", dev),
        ("infra/Pulumi.prod.yaml", prod),
        (
            "envlint.yaml",
            "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: 'config.\"shop:domain\"'}]\n",
        ),
    ]);
    let ran = sandbox.run(&["promote", "--from", "dev", "--to", "prod", "--write"]);
    said(
        &ran,
        0,
        &[
            "change  config.\"shop:size\"  small -> large",
            "config.\"shop:new\".secure is per-environment",
        ],
    );
    assert_eq!(
        sandbox.read("infra/Pulumi.prod.yaml"),
        prod.replace("small", "large")
    );
}

#[test]
fn ciphertext_in_lists_stays_and_what_only_looks_like_it_moves() {
    let stack = |size: &str, port: u16| {
        format!(
            "config:\n  shop:opts: {{list: [{{secure: AAABAKx8dPzGmBRVOQ0mFSN7kzwhdYvVOqLxSb{size}=}}]}}\n  shop:tls: {{secure: true, port: {port}}}\n  shop:size: {size}\n"
        )
    };
    let sandbox = workspace(&[
        ("infra/Pulumi.dev.yaml", &stack("large", 443)),
        ("infra/Pulumi.prod.yaml", &stack("small", 80)),
        (
            "envlint.yaml",
            "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: 'config.\"shop:domain\"'}]\n",
        ),
    ]);
    let ran = sandbox.run(&["promote", "--from", "dev", "--to", "prod", "--write"]);
    said(&ran, 0, &[]);
    let expected = stack("large", 443).replace("OqLxSblarge", "OqLxSbsmall");
    assert_eq!(sandbox.read("infra/Pulumi.prod.yaml"), expected);
}

#[test]
fn values_of_stacks_are_texts_as_they_are_written() {
    let dev = "config:\n  shop:version: 1.10\n  shop:on: yes\n  shop:zip: 668\n  shop:id: 12345678901234567890\n";
    let prod = "config:\n  shop:version: 1.1\n  shop:on: on\n  shop:zip: 01234\n  shop:id: x\n";
    let sandbox = workspace(&[
        ("infra/Pulumi.dev.yaml", dev),
        ("infra/Pulumi.prod.yaml", prod),
        (
            "envlint.yaml",
            "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: 'config.\"shop:domain\"'}]\n",
        ),
    ]);
    for rule in ["yaml/ambiguous-scalar", "drift/type-mismatch"] {
        assert_eq!(sandbox.findings_of(rule).len(), 0, "{rule}");
    }
    let ran = sandbox.run(&["promote", "--from", "dev", "--to", "prod", "--write"]);
    said(&ran, 0, &["1.1 -> 1.10"]);
    assert_eq!(sandbox.read("infra/Pulumi.prod.yaml"), dev);
}

#[test]
fn what_only_the_project_or_the_program_calls_a_secret_never_comes_out() {
    let sandbox = workspace(&[
        (
            "infra/Pulumi.yaml",
            "name: shop\nconfig:\n  one: {type: object, secret: true}\n",
        ),
        (
            "infra/index.ts",
            "const config = new pulumi.Config();\nconfig.requireSecret(\"two\");\n",
        ),
        (
            "infra/Pulumi.dev.yaml",
            "config:\n  one: {a: lorem-ipsum}\n  shop:two: dolor-sit\n  shop:three: {secure: amet consetetur}\n",
        ),
        ("infra/Pulumi.prod.yaml", "config: {}\n"),
    ]);
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["diff", "dev", "prod"],
        &["status"],
        &["promote", "--from", "dev", "--to", "prod", "--everything"],
        &["init", "--dry-run"],
    ] {
        let ran = sandbox.run(arguments);
        for secret in ["lorem-ipsum", "dolor-sit", "amet consetetur"] {
            let all = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!all.contains(secret), "{arguments:?}: {all}");
        }
    }
}

#[test]
fn what_a_stack_imports_is_not_missing_and_does_not_hide_what_it_has() {
    let sandbox = workspace(&[
        (
            "infra/Pulumi.yaml",
            "name: shop\nconfig:\n  size: {type: string}\n",
        ),
        ("infra/Pulumi.dev.yaml", "config: {shop:size: a}\n"),
        (
            "infra/Pulumi.prod.yaml",
            "environment: [shop/prod]\nconfig:\n  shop:dbPassword: aB3dE6gH9kL2\n",
        ),
    ]);
    let ran = sandbox.run(&["check"]);
    said(
        &ran,
        1,
        &[
            "secrets/plaintext",
            "pulumi config set --secret shop:dbPassword --stack prod",
        ],
    );
    assert!(
        !ran.stdout.contains("pulumi/required-key"),
        "{}",
        ran.stdout
    );
}

/// Types of a project's configuration.
const TYPES: [&str; 7] = [
    "{type: string}",
    "{type: integer}",
    "{type: boolean}",
    "{type: object}",
    "{type: array, items: {type: string}}",
    "{type: array, items: {type: integer}}",
    "{type: array, items: {type: array, items: {type: boolean}}}",
];
/// Values of a stack.
const VALUES: [&str; 31] = [
    "text",
    "12",
    "'12'",
    "1.5",
    "'1.5'",
    "1.0",
    "true",
    "'true'",
    "True",
    "yes",
    "'yes'",
    "{a: 1}",
    "[a, b]",
    "[1, 2]",
    "['1']",
    "[1.5]",
    "[[true], [false]]",
    "[['true']]",
    "[[x]]",
    "[]",
    "{}",
    "'[1]'",
    "-3",
    "'+3'",
    "0x10",
    "1e3",
    "2001-01-01",
    "~",
    "''",
    "01",
    "' 12'",
];
/// What a project declares, and what a stack has.
const PAIRS: [(&str, &str); 26] = [
    ("key: {type: string}", "{}"),
    ("key: {type: string, default: a}", "{}"),
    ("key: {type: integer, default: a}", "{}"),
    ("key: {type: integer, default: '3'}", "{}"),
    ("key: {type: boolean, default: 'true'}", "{}"),
    ("key: {type: boolean, default: yes}", "{}"),
    ("key: {type: string, default: 3}", "{}"),
    ("key: {type: number}", "{}"),
    ("key: {type: bool}", "{}"),
    ("key: {type: ~}", "{}"),
    ("key: {type: array, items: {type: int}}", "{}"),
    ("key: {type: integer}", "{'shop:key': 12345678901234567890}"),
    ("key: {type: array}", "{'shop:key': [a]}"),
    (
        "key: {type: array, items: {type: string}, default: [1]}",
        "{}",
    ),
    (
        "key: {type: array, items: {type: string}, default: [a]}",
        "{}",
    ),
    ("key: plain", "{}"),
    ("key: 5", "{}"),
    ("'shop:key': {type: string}", "{}"),
    ("'aws:region': eu", "{}"),
    ("'aws:region': {value: eu}", "{}"),
    ("key: {type: string, secret: true}", "{'shop:key': plain}"),
    (
        "key: {type: string, secret: true}",
        "{'shop:key': {secure: AAABAKx8dPzGmBRVOQ0mFSN7kzwhdYvVOqLxSbbFjKQ=}}",
    ),
    (
        "key: {type: object, secret: true}",
        "{'shop:key': {a: {secure: AAABAKx8dPzGmBRVOQ0mFSN7kzwhdYvVOqLxSbbFjKQ=}}}",
    ),
    ("key: {description: x}", "{}"),
    ("key: {type: string}", "{key: a}"),
    ("key: {type: integer}", "{'shop:config:key': a}"),
];

/// The verdict of `check` on a project with a stack, in the words of `xtask/pulumi`.
fn verdict(sandbox: &Sandbox) -> &'static str {
    let ran = sandbox.run(&["check", "--only", "pulumi", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let has = |rule: &str, file: &str| {
        let mut findings = findings.iter();
        findings.any(|found| found["rule"] == rule && found["file"] == file)
    };
    if has("pulumi/invalid-config", "Pulumi.yaml") {
        "project"
    } else if has("pulumi/required-key", "Pulumi.dev.yaml") {
        "missing"
    } else if has("pulumi/plain-secret", "Pulumi.dev.yaml") {
        "secret"
    } else if has("pulumi/invalid-config", "Pulumi.dev.yaml") {
        "type"
    } else {
        "ok"
    }
}

#[test]
fn a_declared_secret_in_plain_text_is_an_error_whatever_it_looks_like() {
    for value in [
        "hunter2",
        "VALUE",
        "dev-token-1",
        "changeme",
        "aB3dE6gH9kL2",
    ] {
        let stack = format!("config: {{shop:apiToken: {value}}}\n");
        let sandbox = workspace(&[
            (
                "Pulumi.yaml",
                "name: shop\nconfig:\n  apiToken: {secret: true}\n",
            ),
            ("Pulumi.prod.yaml", &stack),
        ]);
        said(&sandbox.run(&["check"]), 1, &["error[pulumi/plain-secret]"]);
    }
}

#[test]
fn plain_text_that_says_it_is_encrypted_is_found_at_any_depth_and_never_comes_out() {
    let stack = |one: &str, other: &str| {
        format!(
            "config:\n  shop:top: {{secure: {one}ipsum}}\n  shop:deep:\n    list: [a, {{secure: v1:{other}:dolor}}]\n    \
             tls: {{secure: \"yes\", port: 443}}\n"
        )
    };
    let sandbox = workspace(&[
        ("infra/Pulumi.dev.yaml", &stack("loremdev", "sitdev")),
        ("infra/Pulumi.prod.yaml", &stack("loremprod", "sitprod")),
    ]);
    let found = sandbox.findings_of("pulumi/plain-secret");
    let paths = found.iter().filter_map(|one| one.path.as_ref());
    let paths: Vec<String> = paths.map(ToString::to_string).collect();
    let (top, deep) = (
        "config.\"shop:top\".secure",
        "config.\"shop:deep\".list[1].secure",
    );
    assert_eq!(paths, [top, deep, top, deep]);
    for arguments in [
        &["diff", "dev", "prod"][..],
        &["diff", "dev", "prod", "--format", "json"],
        &["promote", "--from", "dev", "--to", "prod"],
    ] {
        let ran = sandbox.run(arguments);
        for secret in ["loremdev", "loremprod", "sitdev", "sitprod"] {
            assert!(
                !ran.stdout.contains(secret),
                "{arguments:?}: {}",
                ran.stdout
            );
        }
    }
}

#[test]
fn what_is_protected_in_a_stack_of_unknown_tier_stays_so() {
    let stack = "config: {'shop:database': {deletionProtection: true}}\n";
    let sandbox = workspace(&[
        ("infra/Pulumi.main.yaml", stack),
        ("infra/Pulumi.customer-a.yaml", stack),
        ("infra/Pulumi.eu-west-1.yaml", stack),
    ]);
    assert_eq!(sandbox.findings_of("pulumi/kept-on-destroy").len(), 0);
    sandbox.write(
        "envlint.yaml",
        "environments: {main: {tier: development}, customer-a: {tier: production}, eu-west-1: {tier: production}}\n",
    );
    assert_eq!(sandbox.findings_of("pulumi/kept-on-destroy").len(), 1);
}

#[test]
fn a_secret_that_is_missing_is_set_as_one() {
    let sandbox = workspace(&[
        (
            "Pulumi.yaml",
            "name: shop\nconfig:\n  apiToken: {secret: true}\n",
        ),
        ("Pulumi.prod.yaml", "config: {}\n"),
    ]);
    let way = "`pulumi config set --secret shop:apiToken --stack prod`";
    said(&sandbox.run(&["check"]), 1, &["pulumi/required-key", way]);
}

#[test]
#[ignore = "needs xtask/pulumi, built with Go: set ENVLINT_PULUMI"]
fn live_pulumi_says_the_same_of_projects_and_stacks() {
    let program = std::env::var_os("ENVLINT_PULUMI").expect("the program of xtask/pulumi");
    let typed = TYPES.iter().flat_map(|kind| {
        let of = move |value: &&str| (format!("key: {kind}"), format!("{{'shop:key': {value}}}"));
        VALUES.iter().map(of)
    });
    let pairs = PAIRS
        .iter()
        .map(|(project, stack)| ((*project).to_owned(), (*stack).to_owned()));
    let cases: Vec<(String, String)> = typed.chain(pairs).collect();
    let made = |(project, stack): &(String, String)| {
        Sandbox::with(&[
            (
                "Pulumi.yaml",
                &*format!("name: shop\nruntime: go\nconfig:\n  {project}\n"),
            ),
            ("Pulumi.dev.yaml", &*format!("config: {stack}\n")),
        ])
    };
    let sandboxes: Vec<Sandbox> = cases.iter().map(made).collect();
    let ran = std::process::Command::new(program)
        .args(sandboxes.iter().map(Sandbox::root))
        .output()
        .expect("it runs");
    let theirs = String::from_utf8(ran.stdout).expect("text");
    let theirs: Vec<&str> = theirs.lines().collect();
    assert_eq!(theirs.len(), cases.len());
    for ((case, sandbox), theirs) in cases.iter().zip(&sandboxes).zip(theirs) {
        assert_eq!(verdict(sandbox), theirs, "{case:?}");
    }
}

#[test]
fn what_a_project_declares_as_secret_comes_out_of_no_file_of_it() {
    let project = "name: p\nruntime: nodejs\nconfig:\n  \
        aaa: {type: string, secret: true, default: planted-01}\n  \
        bbb: {type: array, secret: true, items: {type: string}, default: [planted-02]}\n  \
        ccc: {type: integer, secret: true, default: planted-03}\n  \
        aws:ddd: {secret: true, value: planted-04}\n  \
        eee: {secret: true, default: planted-05, typo: 1}\n\
        template: {config: {fff: {default: planted-06, secret: true}}}\n";
    let stack = |name: &str| {
        format!(
            "environment:\n  values:\n    pulumiConfig: {{\"p:aaa\": planted-11-{name}}}\n    \
             other: {{fn::secret: planted-12-{name}}}\nconfig:\n  p:bbb: {{a: planted-13-{name}}}\n  p:ccc: x\n"
        )
    };
    let (dev, prod) = (stack("dev"), stack("prod"));
    let sandbox = Sandbox::with(&[
        ("Pulumi.yaml", project),
        ("Pulumi.dev.yaml", &dev),
        ("Pulumi.prod.yaml", &prod),
    ]);
    for arguments in [
        &["check"][..],
        &["check", "--verbose", "--format", "json"],
        &["diff", "dev", "prod", "--all"],
        &["diff", "dev", "prod", "--all", "--format", "json"],
        &["promote", "--from", "dev", "--to", "prod", "--everything"],
    ] {
        let ran = sandbox.run(arguments);
        let all = ran.stdout + &ran.stderr;
        assert!(!all.contains("planted"), "{arguments:?}: {all}");
    }
}
