//! `envlint init`: a configuration that the workspace it was written from keeps to.

use std::fs;
use std::path::{Path, PathBuf};

use envlint::rules::Finding;
use envlint::source::Severity;
use insta::assert_snapshot;

use crate::support::{Sandbox, shown};

const EXAMPLE: &[(&str, &str)] = &[
    (
        "environments/dev/values.yaml",
        "replicas: 1\nhost: shop-dev.example.com\nlogLevel: debug\nimage: {tag: 4.2.0}\n\
         resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 1, memory: 2Gi}}\n\
         database: {host: one.db.example.com, port: 5432}\nretries: 3\nflags: [a]\n\
         conf: {\"spark.sql.partitions\": 10}\nsecrets: {vault: {role: dev}}\n",
    ),
    (
        "environments/staging/values.yaml",
        "replicas: 2\nhost: shop-staging.example.com\nlogLevel: info\nimage: {tag: 4.1.0}\n\
         resources: {requests: {cpu: 1, memory: 2Gi}, limits: {cpu: 2, memory: 4Gi}}\n\
         database: {host: two.db.example.com, port: 5432}\nretries: 2\nflags: [a, b]\n\
         conf: {\"spark.sql.partitions\": 20}\nsecrets: {vault: {role: staging}}\n",
    ),
    (
        "environments/prod/values.yaml",
        "replicas: 3\nhost: shop-prod.example.com\nlogLevel: info\nimage: {tag: 4.1.0}\n\
         resources: {requests: {cpu: 2, memory: 4Gi}, limits: {cpu: 4, memory: 8Gi}}\n\
         database: {host: three.db.example.com, port: 5432}\nretries: 3\nflags: [a, b]\n\
         conf: {\"spark.sql.partitions\": 20}\nsecrets: {vault: {role: prod}}\nonlyHere: true\n",
    ),
];

fn config(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.root().join("envlint.yaml")).expect("the file is there")
}

/// The errors and warnings of a check: the rule and what it is about. Where it is shown may change.
fn bad(sandbox: &Sandbox) -> Vec<(Severity, String)> {
    let findings = sandbox.check().findings;
    let bad = findings
        .iter()
        .filter(|found| found.severity > Severity::Info);
    let subject = |found: &Finding| {
        let path = found.path.as_ref().map(ToString::to_string);
        format!(
            "{} {:?} {:?} {path:?}",
            found.rule, found.app, found.environment
        )
    };
    bad.map(|found| (found.severity, subject(found))).collect()
}

/// The fixtures that are workspaces, without their configurations.
fn workspaces(directory: &Path, found: &mut Vec<PathBuf>) {
    let is_workspace = directory.join("envlint.yaml").exists()
        || directory.ends_with("bad")
        || directory.ends_with("good");
    if is_workspace {
        found.push(directory.to_owned());
    }
    for entry in fs::read_dir(directory).expect("a folder").flatten() {
        if entry.path().is_dir() {
            workspaces(&entry.path(), found);
        }
    }
}

#[test]
fn no_fixture_is_checked_worse_after_init_than_before() {
    let mut fixtures = Vec::new();
    workspaces(&crate::support::fixtures(), &mut fixtures);
    assert!(fixtures.len() > 50, "{}", fixtures.len());
    let mut written = 0;
    for fixture in fixtures {
        let below = fixture
            .strip_prefix(crate::support::fixtures())
            .expect("a fixture");
        let name = below.to_str().expect("UTF-8");
        let sandbox = Sandbox::fixture(name);
        let _ = fs::remove_file(sandbox.root().join("envlint.yaml"));
        let before = bad(&sandbox);
        let apps = sandbox.run(&["apps", "--format", "json"]);
        let ran = sandbox.run(&["init"]);
        if ran.status == 2 {
            // What holds no app has nothing to write down.
            assert!(
                apps.stdout.contains("\"apps\": []"),
                "{name}: {}",
                ran.stderr
            );
            continue;
        }
        written += 1;
        let checked = sandbox.run(&["check", "--format", "json"]);
        assert_ne!(checked.status, 2, "{name}: {}", checked.stderr);
        let after = bad(&sandbox);
        let new: Vec<_> = after
            .iter()
            .filter(|found| !before.contains(found))
            .collect();
        assert!(new.is_empty(), "{name}: {new:?}");
        let is_kept = |(severity, subject): &&(Severity, String)| {
            // What these say is what the configuration is about.
            let rules = ["drift/", "layout/"];
            let at_least =
                |(other, same): &(Severity, String)| other >= severity && same == subject;
            rules.iter().any(|rule| subject.starts_with(rule)) || after.iter().any(at_least)
        };
        let lost: Vec<_> = before.iter().filter(|found| !is_kept(found)).collect();
        assert!(lost.is_empty(), "{name}: {lost:?}");
        for severity in [Severity::Error, Severity::Warning] {
            let count = |list: &[(Severity, String)]| {
                list.iter().filter(|(known, _)| *known == severity).count()
            };
            assert!(count(&after) <= count(&before), "{name}: {severity}");
        }
    }
    assert!(written > 50, "{written}");
}

/// The defects that a person would not declare away, one environment each.
#[test]
fn what_looks_wrong_stays_a_finding() {
    let sandbox = Sandbox::with(&[
        (
            "values-staging.yaml",
            "replicas: 3\ncpu: 1\nlogLevel: info\nhost: shop-staging.example.com\ncache: cache.example.com\ndebug: false\nimage: {tag: 1.2.0}\nretries: 3\ndb: {host: one.example.com, size: 10Gi}\n",
        ),
        (
            "values-prod.yaml",
            "replicas: 2\ncpu: 2\nlogLevel: debug\nhost: shop-staging.example.com\ncache: localhost\ndebug: true\nimage: {tag: 1.3.0}\nretries: 5\ndb: {host: two.example.com, size: 1Gi}\n",
        ),
    ]);
    let ran = sandbox.run(&["init"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_snapshot!("init-defects-stdout", ran.stdout);
    assert_snapshot!("init-defects-config", config(&sandbox));
    let findings = sandbox.check().findings;
    let kept: Vec<String> = findings
        .iter()
        .filter(|found| found.rule == "drift/undeclared-difference")
        .map(|found| shown(&found.message))
        .collect();
    assert_eq!(
        kept,
        [
            "7 paths of `shop` differ between staging and prod; envlint.yaml does not allow that: `replicas`, `logLevel`, \
             `cache`, `debug`, `image.tag`, `retries`, `db.size`"
        ]
    );
}

/// What a rule says of production stays as loud as it was: nobody decided the differences that `init` found.
#[test]
fn what_init_lowers_hides_no_finding_about_production() {
    let values =
        |host: &str, size: &str| format!("host: {host}.example.com\nstorage: {{size: {size}}}\n");
    let sandbox = Sandbox::with(&[
        ("values-staging.yaml", &values("staging", "10Gi")),
        ("values-prod.yaml", &values("prod", "1Gi")),
    ]);
    let is_there = || {
        let findings = sandbox.check().findings;
        let mut sizes = findings
            .iter()
            .filter(|found| found.rule == "production/smaller-than-before");
        sizes.any(|found| found.severity == Severity::Warning)
    };
    assert!(is_there());
    assert_eq!(sandbox.run(&["init"]).status, 0);
    assert!(config(&sandbox).contains("severity: info"));
    assert!(is_there());
    // Once the differences are decided, `drift/undeclared-difference` says it, and once is enough.
    sandbox.write(
        "envlint.yaml",
        config(&sandbox).replace("severity: info", ""),
    );
    assert!(!is_there());
}

/// One app whose values stand in a manifest keeps no other from being declared.
#[test]
fn what_has_no_form_in_the_configuration_is_left_to_be_found() {
    let application = |environment: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: cart-{environment}}}\nspec:\n  source:\n    path: charts/cart\n    helm:\n      values: |\n        host: cart-{environment}.example.com\n        replicas: 2\n"
        )
    };
    let sandbox = Sandbox::with(&[
        (
            "charts/cart/Chart.yaml",
            "apiVersion: v2\nname: cart\nversion: 1.0.0\n",
        ),
        ("argocd/dev/cart.yaml", &application("dev")),
        ("argocd/prod/cart.yaml", &application("prod")),
        (
            "shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("shop/values-dev.yaml", "host: shop-dev.example.com\n"),
        ("shop/values-prod.yaml", "host: shop-prod.example.com\n"),
    ]);
    let apps = |sandbox: &Sandbox| {
        let text = sandbox.run(&["apps", "--format", "json"]).stdout;
        let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let apps = list["apps"].as_array().expect("apps").clone();
        let of = |app: &serde_json::Value| {
            let places = app["environments"].as_array().expect("places").clone();
            let place = |place: &serde_json::Value| {
                format!("{} {} {}", place["name"], place["chart"], place["values"])
            };
            let places: Vec<String> = places.iter().map(place).collect();
            format!("{} {}", app["name"], places.join("; "))
        };
        apps.iter().map(of).collect::<Vec<_>>()
    };
    let before = apps(&sandbox);
    assert_eq!(before.len(), 2, "{before:?}");
    let ran = sandbox.run(&["init"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_snapshot!("init-left-stdout", ran.stdout);
    assert_snapshot!("init-left-config", config(&sandbox));
    assert_eq!(apps(&sandbox), before);
    // A name that nothing has is refused, with the nearest one.
    sandbox.write(
        "envlint.yaml",
        config(&sandbox).replace("name: cart", "name: carts"),
    );
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.status, 2);
    assert_snapshot!("init-left-unknown", ran.stderr);
}

#[test]
fn evidence_is_written_down() {
    let makefile = "deploy:\n\thelm upgrade --install shop charts/shop -n shop-$(ENV) -f values/common.yaml -f values/values-$(ENV).yaml --set image.tag=$(TAG)\n";
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
    let sandbox = Sandbox::with(&[
        ("Makefile", makefile),
        ("charts/shop/Chart.yaml", chart),
        ("values/common.yaml", "a: 1\n"),
        ("values/values-dev.yaml", "host: dev.example.com\n"),
        ("values/values-prod.yaml", "host: prod.example.com\n"),
    ]);
    let before = sandbox.run(&["apps", "--format", "json"]).stdout;
    let ran = sandbox.run(&["init"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_snapshot!("init-evidence-stdout", ran.stdout);
    assert_snapshot!("init-evidence-config", config(&sandbox));
    let deployments = |text: &str| {
        let mut list: serde_json::Value = serde_json::from_str(text).expect("JSON");
        for place in list["apps"][0]["environments"]
            .as_array_mut()
            .expect("places")
        {
            place["evidence"].take();
        }
        list["apps"].take()
    };
    let after = sandbox.run(&["apps", "--format", "json"]).stdout;
    assert_eq!(deployments(&before), deployments(&after));
}

#[test]
fn apps_of_one_form_are_one_entry_and_each_keeps_its_environments() {
    let sandbox = Sandbox::empty();
    for app in ["cart", "mail", "search", "admin"] {
        for environment in ["dev", "staging", "prod"] {
            if (app, environment) != ("admin", "staging") {
                let text = format!("host: {app}-{environment}.example.com\n");
                sandbox.write(&format!("clusters/{environment}/{app}/values.yaml"), text);
            }
        }
    }
    let before = bad(&sandbox);
    assert_eq!(sandbox.run(&["init"]).status, 0);
    assert_snapshot!("init-one-form", config(&sandbox));
    assert_eq!(sandbox.check().extent.apps, 4);
    assert!(bad(&sandbox).len() <= before.len());
}

fn drift(sandbox: &Sandbox) -> Vec<String> {
    let findings = sandbox.check().findings;
    let drift = findings
        .iter()
        .filter(|found| found.rule.starts_with("drift/"));
    drift
        .map(|found| format!("{}: {}", found.rule, shown(&found.message)))
        .collect()
}

#[test]
fn init_declares_what_belongs_to_an_environment_and_keeps_the_rest() {
    let sandbox = Sandbox::with(EXAMPLE);
    let ran = sandbox.run(&["init"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_snapshot!("init-stdout", ran.stdout);
    assert_snapshot!("init-config", config(&sandbox));
    // What nothing tells stays a finding; nothing but what was missing before is an error.
    let kept = sandbox.check().findings;
    let kept = kept.iter().filter(|found| found.rule.starts_with("drift/"));
    let kept: Vec<String> = kept
        .map(|found| format!("{} {}", found.severity, shown(&found.message)))
        .collect();
    assert_snapshot!("init-kept", kept.join("\n"));
}

#[test]
fn paths_of_single_apps_are_declared_with_the_app() {
    let sandbox = Sandbox::empty();
    for app in ["cart", "mail", "search"] {
        for (environment, number) in [("dev", 1), ("prod", 2)] {
            let memory = if app == "mail" { number } else { 1 };
            sandbox.write(
                &format!("{app}/values-{environment}.yaml"),
                format!("replicas: {number}\nmemory: {memory}Gi\n"),
            );
        }
    }
    assert_eq!(sandbox.run(&["init"]).status, 0);
    assert_snapshot!("init-apps", config(&sandbox));
    assert_eq!(drift(&sandbox), Vec::<String>::new());
}

#[test]
fn an_existing_configuration_stays_unless_that_is_asked_for() {
    let sandbox = Sandbox::with(EXAMPLE);
    sandbox.write("envlint.yaml", "# mine\n");
    let ran = sandbox.run(&["init"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--force"), "{}", ran.stderr);
    assert_eq!(config(&sandbox), "# mine\n");
    let shown = sandbox.run(&["init", "--dry-run"]);
    assert_eq!(shown.status, 0);
    assert_eq!(config(&sandbox), "# mine\n");
    assert!(
        ran.stderr.contains("envlint init --suggest"),
        "{}",
        ran.stderr
    );
    sandbox.write("envlint.yaml", "format: {quotes: double}\n");
    let forced = sandbox.run(&["init", "--force"]);
    let lost = "warning: envlint.yaml had `format`, which the new one does not have\n";
    assert_eq!((forced.status, &*forced.stderr), (0, lost));
    assert_eq!(config(&sandbox), shown.stdout);
}

#[test]
fn a_directory_without_values_files_is_said_to_be_one() {
    let sandbox = Sandbox::with(&[("README.md", "nothing\n")]);
    let ran = sandbox.run(&["init"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("no values file was found"),
        "{}",
        ran.stderr
    );
    assert!(!sandbox.root().join("envlint.yaml").exists());
}

#[test]
fn a_token_in_the_address_of_a_chart_is_not_written() {
    let application = |environment: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-{environment}}}\nspec:\n  sources:\n  - {{repoURL: 'https://oauth2:Zq8r-plain@git.example.com/charts', chart: shop, targetRevision: 1.0.0, helm: {{valueFiles: [$v/values/{environment}.yaml]}}}}\n  - {{repoURL: x, ref: v}}\n"
        )
    };
    let (dev, prod) = (application("dev"), application("prod"));
    let sandbox = Sandbox::with(&[
        ("argocd/dev.yaml", &*dev),
        ("argocd/prod.yaml", &prod),
        ("values/dev.yaml", "a: 1\n"),
        ("values/prod.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.run(&["init"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let written = sandbox.read("envlint.yaml");
    assert!(
        written.contains("https://git.example.com/charts/shop@1.0.0"),
        "{written}"
    );
    assert!(!written.contains("Zq8r"), "{written}");
}

#[test]
fn what_was_changed_out_of_order_before_is_no_reason_to_declare_nothing() {
    let values =
        |host: &str, timeout: u8| format!("host: {host}.example.com\ntimeout: {timeout}\n");
    let sandbox = Sandbox::with(&[]);
    sandbox.git(&["init", "--quiet"]);
    for environment in ["dev", "staging", "prod"] {
        sandbox.write(
            &format!("values-{environment}.yaml"),
            values(environment, 10),
        );
    }
    sandbox.commit();
    sandbox.write("values-prod.yaml", values("prod", 90));
    sandbox.commit();
    assert_eq!(sandbox.run(&["init"]).status, 0);
    let text = config(&sandbox);
    assert!(text.contains("path: host"), "{text}");
    assert!(text.contains("drift/out-of-order-change: info"), "{text}");
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("info[drift/out-of-order-change]: `timeout` in prod"),
        "{}",
        ran.stdout
    );
}

#[test]
fn suggestions_say_how_sure_they_are() {
    let sandbox = Sandbox::with(EXAMPLE);
    let config = "perEnvironment: [{path: replicas}, {path: resources}]\n";
    sandbox.write("envlint.yaml", config);
    let ran = sandbox.run(&["init", "--suggest", "--confidence", "low"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_snapshot!("suggestions", format!("{}{}", ran.stdout, ran.stderr));
    assert_eq!(sandbox.read("envlint.yaml"), config);
    let sure = sandbox.run(&["init", "--suggest", "--confidence", "high"]);
    // What is suggested can be declared as it is printed.
    let more = sure
        .stdout
        .strip_prefix("perEnvironment:\n")
        .expect("declarations");
    sandbox.write(
        "envlint.yaml",
        format!("perEnvironment:\n  - {{path: replicas}}\n  - {{path: resources}}\n{more}"),
    );
    let again = sandbox.run(&["init", "--suggest", "--confidence", "high"]);
    assert_eq!((again.status, &*again.stdout), (0, ""), "{}", again.stderr);
    assert!(
        again.stderr.starts_with("0 suggestions, "),
        "{}",
        again.stderr
    );
}

#[cfg(unix)]
#[test]
fn the_old_configuration_is_read_as_any_other_file() {
    let sandbox = Sandbox::with(&[]);
    for environment in ["dev", "prod"] {
        sandbox.write(&format!("r/environments/{environment}.yaml"), "a: 1\n");
    }
    let forced = |target: &str| {
        let link = sandbox.root().join("r/envlint.yaml");
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).unwrap();
        sandbox.run(&["init", "--force", "r"])
    };
    sandbox.write("outside.yaml", "outsideKey: 1\n");
    sandbox.write("r/inside.yaml", "insideKey: 1\n");
    let inside = forced("inside.yaml").stderr;
    assert!(inside.contains("insideKey"), "{inside}");
    let outside = forced("../outside.yaml").stderr;
    assert!(!outside.contains("outsideKey"), "{outside}");
    // It has no end.
    assert_eq!(forced("/dev/zero").stderr, outside);
}
