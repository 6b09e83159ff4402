//! What never travels: other environments' values, secrets, ciphertext, and what would break the target.

use crate::support::Sandbox;

const TOKEN: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

#[test]
fn a_promotion_goes_one_environment_forward() {
    let sandbox = Sandbox::fixture("promotion/pending");
    let run = |from: &str, to: &str, more: &[&str]| {
        sandbox.run(&[&["promote", "--from", from, "--to", to], more].concat())
    };
    for (from, to, message) in [
        ("staging", "dev", "`dev` comes before `staging`"),
        ("dev", "dev", "`dev` cannot be promoted to itself"),
        ("dev", "prod", "would skip staging"),
        ("dev", "stagin", "did you mean `staging`?"),
    ] {
        let ran = run(from, to, &[]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{from} {to}");
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    assert_eq!(run("dev", "prod", &["--allow-skip"]).status, 0);
}

#[test]
fn environments_that_stand_beside_each_other_get_nothing_from_each_other() {
    let sandbox = Sandbox::with(&[(
        "envlint.yaml",
        "environments: {dev: {}, stg: {}, prod-eu: {}, prod-us: {}}\nperEnvironment: [{path: host}]\n",
    )]);
    for environment in ["dev", "stg", "prod-eu", "prod-us"] {
        sandbox.write(&format!("values-{environment}.yaml"), "a: 1\n");
    }
    sandbox.write("values-prod-eu.yaml", "a: 2\n");
    for more in [&[][..], &["--allow-skip"]] {
        let ways = ["promote", "--from", "prod-eu", "--to", "prod-us", "--write"];
        let ran = sandbox.run(&[&ways, more].concat());
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
        assert!(
            ran.stderr
                .contains("nothing is promoted from `prod-eu` to `prod-us`"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(sandbox.read("values-prod-us.yaml"), "a: 1\n");
}

#[test]
fn a_freeze_is_passed_with_a_reason_only() {
    let config = "environments: {dev: {}, staging: {}}\nperEnvironment: [{path: host}]\n\
         promotion: {freeze: [{environments: [staging], from: 2000-01-01, to: 2100-01-01}]}\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("values-dev.yaml", "a: 2\n"),
        ("values-staging.yaml", "a: 1\n"),
    ]);
    for command in ["promote", "backport"] {
        for reason in ["", " "] {
            let ways = [
                "--from",
                "dev",
                "--to",
                "staging",
                "--during-freeze",
                reason,
            ];
            let ran = sandbox.run(&[&[command], &ways[..]].concat());
            assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
            assert!(ran.stderr.contains("give the reason"), "{}", ran.stderr);
        }
    }
}

#[test]
fn what_the_target_shares_with_an_anchor_is_refused() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: {x: 1}\nb: {x: 2}\n"),
        ("values-staging.yaml", "a: &one {x: 1}\nb: *one\n"),
    ]);
    let before = sandbox.read("values-staging.yaml");
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("refused[edit]"), "{}", ran.stdout);
    assert_eq!(sandbox.read("values-staging.yaml"), before);
}

#[test]
fn a_part_that_belongs_to_the_environment_stays_behind() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "perEnvironment: [{path: new.host}, {path: old.host}]\n",
        ),
        (
            "values-dev.yaml",
            "new:\n  port: 1 # the port\n  host: dev\n",
        ),
        ("values-staging.yaml", "old:\n  port: 1\n  host: staging\n"),
    ]);
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("new.host is per-environment"),
        "{}",
        ran.stdout
    );
    assert_eq!(
        sandbox.read("values-staging.yaml"),
        "old:\n  host: staging\nnew:\n  port: 1 # the port\n"
    );
}

#[test]
fn a_secret_is_neither_promoted_nor_shown() {
    let dev = format!("level: 2\napi: {{token: {TOKEN}}}\n");
    let staging = "level: 1\napi: {token: ghp_w9GXKbzWLWbPTkLEaWqwUhJ2ZU4Hkq0ABCde}\n";
    let sandbox = Sandbox::with(&[("values-dev.yaml", &dev), ("values-staging.yaml", staging)]);
    for format in ["text", "json", "markdown"] {
        let arguments = ["--write", "--pr-body", "body.md", "--format", format];
        let ran = sandbox.promote(&arguments);
        assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
        let body = sandbox.read("body.md");
        for text in [&ran.stdout, &ran.stderr, &body] {
            assert!(!text.contains("ghp_"), "{format}: {text}");
        }
        assert!(ran.stdout.contains("api.token"), "{}", ran.stdout);
        // The text of a pull request shows no values of an app that is refused.
        assert_eq!(
            ran.stdout.contains("redacted"),
            format != "markdown",
            "{format}"
        );
    }
    for format in ["text", "unified", "json", "markdown"] {
        let ran = sandbox.run(&["diff", "dev", "staging", "--format", format]);
        assert!(!ran.stdout.contains("ghp_"), "{format}: {}", ran.stdout);
        assert!(ran.stdout.contains("redacted"), "{format}: {}", ran.stdout);
    }
    assert_eq!(sandbox.read("values-staging.yaml"), staging);
}

#[test]
fn a_key_that_only_sounds_like_a_secret_is_promoted() {
    let sandbox = Sandbox::with(&[
        (
            "values-dev.yaml",
            "passwordPolicy: strict\nauth: {existingSecret: shop-db, secretKeyRef: {name: db}}\n",
        ),
        (
            "values-staging.yaml",
            "passwordPolicy: lax\nauth: {existingSecret: shop}\n",
        ),
    ]);
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn the_selection_of_a_backend_is_neither_moved_nor_missed() {
    let sandbox = Sandbox::with(&[
        (
            "values-dev.yaml",
            "level: 2\nsecrets: {vault: {enabled: true}}\n",
        ),
        (
            "values-staging.yaml",
            "level: 1\nsecrets: {aws: {enabled: true}}\n",
        ),
    ]);
    let ran = sandbox.promote(&["--write"]);
    assert!(!ran.stdout.contains("vault"), "{}", ran.stdout);
    assert_eq!(
        sandbox.read("values-staging.yaml"),
        "level: 2\nsecrets: {aws: {enabled: true}}\n"
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_another_environment_is_not_written_through() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments:\n  dev: {}\n  staging: {}\n  prod: {}\napps:\n  - name: shop\n    values: \"shop/{env}/values.yaml\"\n",
        ),
        ("shop/dev/values.yaml", "tag: 2\n"),
        ("shop/prod/values.yaml", "tag: 1\n"),
    ]);
    let staging = sandbox.root().join("shop/staging");
    std::fs::create_dir(&staging).expect("a directory");
    std::os::unix::fs::symlink("../prod/values.yaml", staging.join("values.yaml")).expect("a link");
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("cannot write shop/staging/values.yaml: a symbolic link leads from it to"),
        "{}",
        ran.stderr
    );
    let prod = sandbox.read("shop/prod/values.yaml");
    assert_eq!(prod, "tag: 1\n");
}

#[test]
fn what_would_break_the_chart_is_not_promoted() {
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        (
            "templates/a.yaml",
            "{{ if and (eq .Values.tag \"1.6.0\") (not .Values.search) }}{{ fail \"search is needed\" }}{{ end }}a: 1\n",
        ),
        ("values-dev.yaml", "tag: 1.6.0\nsearch: {host: dev}\n"),
        ("values-prod.yaml", "tag: 1.5.0\n"),
        ("envlint.yaml", "perEnvironment: [{path: \"search.**\"}]\n"),
    ]);
    let ran = sandbox.run(&[
        "promote",
        "--from",
        "dev",
        "--to",
        "prod",
        "--everything",
        "--write",
    ]);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("refused[chart/does-not-render]"),
        "{}",
        ran.stdout
    );
    let target = sandbox.read("values-prod.yaml");
    assert_eq!(target, "tag: 1.5.0\n");
}

#[test]
fn ciphertext_never_travels() {
    let sops = "sops: {mac: 'ENC[AES256_GCM,data:a,type:str]', lastmodified: x}\n";
    let lenient = "sops: {mac: 'ENC[AES256_GCM,data:b,type:str]', mac_only_encrypted: true}\n";
    let cases = [
        // A file with a checksum over all values is changed by SOPS alone.
        (
            format!("tag: b\n{sops}"),
            format!("tag: a\n{sops}"),
            "any other change to it breaks the checksum",
        ),
        (
            format!("password: ENC[AES256_GCM,data:x,type:str]\n{lenient}"),
            format!("password: ENC[AES256_GCM,data:y,type:str]\n{lenient}"),
            "`password` holds ciphertext of dev, which staging cannot decrypt",
        ),
        (
            "sealed: {encryptedData: {PW: AgAx}}\n".to_owned(),
            "sealed: {encryptedData: {PW: AgBy}}\n".to_owned(),
            "`sealed.encryptedData.PW` holds ciphertext of dev",
        ),
        (
            "extra: [{kind: SealedSecret, spec: {encryptedData: {pw: AgAx}}}]\n".to_owned(),
            "extra: []\n".to_owned(),
            "`extra` holds ciphertext of dev",
        ),
        // In the text of an object or a file, and by itself.
        (
            "extra: |\n  kind: SealedSecret\n  spec:\n    encryptedData: {pw: AgAx}\n".to_owned(),
            "extra: ''\n".to_owned(),
            "`extra` holds ciphertext of dev",
        ),
        (
            format!("sealed: {{pw: AgB{}}}\n", "x8Kd".repeat(90)),
            "sealed: {}\n".to_owned(),
            "holds ciphertext of dev",
        ),
        (
            "vault: |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n".to_owned(),
            "vault: ''\n".to_owned(),
            "`vault` holds ciphertext of dev",
        ),
        (
            "key: |\n  -----BEGIN AGE ENCRYPTED FILE-----\n  YWdl\n  -----END AGE ENCRYPTED FILE-----\n"
                .to_owned(),
            "key: ''\n".to_owned(),
            "`key` holds ciphertext of dev",
        ),
        (
            "env: |\n  A=1\n  B=ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\n".to_owned(),
            "env: ''\n".to_owned(),
            "`env` holds ciphertext of dev",
        ),
    ];
    for (dev, staging, message) in cases {
        let sandbox = Sandbox::with(&[
            (
                "envlint.yaml",
                "environments: {dev: {}, staging: {}}\napps:\n  - {name: shop, values: 'values-{env}.yaml'}\n",
            ),
            ("values-dev.yaml", &dev),
            ("values-staging.yaml", &staging),
        ]);
        let ran = sandbox.promote(&["--write"]);
        assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(message), "{message}\n{}", ran.stdout);
        let kept = sandbox.read("values-staging.yaml");
        assert_eq!(kept, staging);
    }
    // What SOPS does not count may be promoted, and its own data stays.
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}}\napps:\n  - {name: shop, values: 'values-{env}.yaml'}\n",
        ),
        ("values-dev.yaml", &format!("tag: b\n{lenient}")),
        (
            "values-staging.yaml",
            &format!("tag: a\n{}", lenient.replace("data:b", "data:c")),
        ),
    ]);
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let written = sandbox.read("values-staging.yaml");
    assert_eq!(
        written,
        format!("tag: b\n{}", lenient.replace("data:b", "data:c"))
    );
}

#[test]
fn what_stops_is_listed_as_far_as_anybody_reads() {
    let long = "ab".repeat(1_500);
    let values = |value: &str| -> String {
        let lines = (0..60).map(|key| format!("k{key}: {value}\n"));
        lines.collect()
    };
    let stop: String = (0..60)
        .map(|of| format!("    - {{path: '**', when: {{mismatches: '^c{of}$'}}}}\n"))
        .collect();
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", &format!("promotion:\n  stop:\n{stop}")),
        ("values-dev.yaml", &values(&long)),
        ("values-staging.yaml", &values("before")),
    ]);
    let before = sandbox.read("values-staging.yaml");
    let ran = sandbox.promote(&["--write"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("`promotion.stop` stops more changes than are listed here"),
        "{}",
        &ran.stdout[ran.stdout.len().saturating_sub(2_000)..]
    );
    assert_eq!(sandbox.read("values-staging.yaml"), before);
}
