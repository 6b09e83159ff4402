//! Which releases are one app, and what a person calls it.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

/// A chart, with values for three environments next to it.
const FAMILY: [(&str, &str); 4] = [
    ("chart/Chart.yaml", CHART),
    ("values-dev.yaml", "a: 1\n"),
    ("values-staging.yaml", "a: 1\n"),
    ("values-prod.yaml", "a: 1\n"),
];

fn of_makefile(lines: &str) -> Vec<String> {
    deployments(&[&FAMILY[..], &[("Makefile", lines)]].concat())
}

#[test]
fn releases_of_one_chart_and_one_family_of_files_are_one_app() {
    for (names, expected) in [
        (["web-beta", "web-testing", "web"], "web"),
        (["webdev", "webstaging", "webprod"], "web"),
        (["blue", "green", "red"], "shop"),
    ] {
        let files = ["dev", "staging", "prod"].iter().zip(names);
        let lines = files.map(|(environment, name)| {
            format!("{environment}:\n\thelm upgrade {name} chart -f values-{environment}.yaml\n")
        });
        assert_eq!(
            of_makefile(&lines.collect::<String>()),
            [
                format!("{expected} dev chart values-dev.yaml"),
                format!("{expected} staging chart values-staging.yaml"),
                format!("{expected} prod chart values-prod.yaml"),
            ],
            "{names:?}"
        );
    }
}

#[test]
fn two_releases_in_one_environment_are_two_apps() {
    let seen = of_makefile(
        "all:\n\thelm upgrade web chart -n one -f values-prod.yaml\n\thelm upgrade api chart -n two -f values-prod.yaml --set a=2\n",
    );
    let names: Vec<&str> = seen
        .iter()
        .filter(|line| line.contains(" prod "))
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(names, ["api", "web"]);
}

#[test]
fn what_is_called_after_its_environment_alone_is_what_the_repository_is_about() {
    let chart = |name: &str| format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
    let (dev, prod) = (chart("dev"), chart("prod"));
    let seen = deployments(&[
        (
            "Makefile",
            "up:\n\thelm upgrade $(ENV) ./env/$(ENV) -f env/$(ENV)/values.yaml\n",
        ),
        (
            ".git/config",
            "[remote \"origin\"]\n\turl = https://git.example.com/acme/platform.git\n",
        ),
        ("env/dev/Chart.yaml", &dev),
        ("env/dev/values.yaml", "a: 1\n"),
        ("env/prod/Chart.yaml", &prod),
        ("env/prod/values.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "platform dev env/dev env/dev/values.yaml",
            "platform prod env/prod env/prod/values.yaml",
        ]
    );
}

#[test]
fn a_chart_that_tells_nothing_has_the_name_of_a_folder_above() {
    let chart = "apiVersion: v2\nname: helm\nversion: 1.0.0\n";
    let seen = deployments(&[
        (
            "Makefile",
            "up:\n\thelm upgrade $(NAME) services/shop/helm -f services/shop/helm/values-$(ENV).yaml\n",
        ),
        ("services/shop/helm/Chart.yaml", chart),
        ("services/shop/helm/values-prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        ["shop prod services/shop/helm services/shop/helm/values-prod.yaml"]
    );
}

#[test]
fn programs_may_have_their_version_in_their_names() {
    assert_eq!(
        of_makefile("up:\n\thelm3 upgrade --install shop chart -f values-prod.yaml\n")[2],
        "shop prod chart values-prod.yaml"
    );
}

#[test]
fn a_helmfile_that_is_given_values_is_read_for_environments_that_it_does_not_know() {
    // `.Values` comes to nothing here; it is given nevertheless, and a helmfile without it would be skipped.
    let of = |given: &str| {
        format!(
            "environments: {{dev: {{}}, prod: {{secrets: [secrets.enc.yaml]}}}}\n---\nhelmfiles:\n- path: apps/*.yaml\n{given}"
        )
    };
    let given = "  values:\n  - {{ toYaml .Values | nindent 4 }}\n";
    let shop = "releases:\n- {name: shop, chart: example/shop, namespace: shop}\n";
    for (given, count) in [(given, 2), ("", 0)] {
        let found = deployments(&[
            ("helmfile.yaml.gotmpl", &*of(given)),
            ("apps/shop.yaml", shop),
            (
                "secrets.enc.yaml",
                "a: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n",
            ),
        ]);
        let shops = found.iter().filter(|line| line.starts_with("shop "));
        assert_eq!(shops.count(), count, "{given} {found:?}");
    }
}

#[test]
fn what_a_helmfile_reads_is_said_to_be_unread_by_nobody() {
    let of = "environments: {dev: {}, prod: {}}\n---\nbases: [envs/{{ .Environment.Name }}/base.yaml]\n---\nreleases:\n- {name: shop, chart: example/shop, values: [shop.yaml.gotmpl, 'envs/{{ .Environment.Name }}/shop.enc.yaml']}\n";
    let values = "{{ $own := readFile (printf \"envs/%s/config.yaml\" .Environment.Name) | fromYaml }}host: {{ $own.host }}\n";
    let sealed = "a: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n";
    let sandbox = Sandbox::with(&[
        ("helmfile.yaml.gotmpl", of),
        ("shop.yaml.gotmpl", values),
        ("envs/dev/base.yaml", "helmDefaults: {wait: true}\n"),
        ("envs/dev/config.yaml", "host: dev\n"),
        ("envs/dev/shop.enc.yaml", sealed),
        ("envs/prod/base.yaml", "helmDefaults: {wait: true}\n"),
        ("envs/prod/config.yaml", "host: prod\n"),
        ("envs/prod/shop.enc.yaml", sealed),
        ("envs/prod/old.yaml", "host: prod\n"),
        ("envs/dev/old.yaml", "host: prod\n"),
    ]);
    let ran = sandbox.run(&["apps"]);
    assert!(!ran.stdout.contains("config.yaml"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("base.yaml"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("envs/prod/old.yaml: "),
        "{}",
        ran.stdout
    );
    assert!(
        !ran.stdout.contains("shop.enc.yaml: nothing"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_release_that_a_variable_switches_on_is_said_and_not_lost() {
    let of = |switch: &str| {
        format!(
            "environments: {{dev: {{}}}}\n---\nreleases:\n- {{name: shop, chart: example/shop}}\n- {{name: web, chart: example/web, installed: {switch}}}\n"
        )
    };
    for switch in [
        "{{ eq (env \"WITH_WEB\" | default \"false\") \"true\" }}",
        "{{ env \"WITH_WEB\" | default false | eq true }}",
    ] {
        let sandbox = Sandbox::with(&[("helmfile.yaml.gotmpl", &*of(switch))]);
        let said = sandbox.run(&["apps"]).stdout;
        assert!(
            said.contains("`web`") && said.contains("WITH_WEB"),
            "{said}"
        );
        assert!(said.contains("shop\n  dev"), "{said}");
    }
    let off = Sandbox::with(&[("helmfile.yaml.gotmpl", &*of("false"))]);
    assert!(!off.run(&["apps"]).stdout.contains("`web`"));
}

/// A command with a selector says nothing of the releases that it does not select.
#[test]
fn commands_are_evidence_of_the_releases_that_they_select() {
    let helmfile = "\
environments: {dev: {}, prod: {}}
---
releases:
- {name: api, chart: acme/api, labels: {tier: backend}}
- {name: web, chart: acme/web, labels: {tier: frontend}}
";
    let script = "helmfile -e prod -l tier=backend apply\nhelmfile -e prod --selector tier!=backend apply\nhelmfile -e dev apply\n";
    insta::assert_snapshot!(apps(&[
        ("deploy.sh", script),
        ("helmfile.yaml.gotmpl", helmfile),
    ]));
}

/// helmfile 1 evaluates only what is called `.gotmpl`, and then the texts of each release.
#[test]
fn a_helmfile_without_templates_of_its_own_has_those_of_its_releases() {
    let helmfile = "\
environments: {dev: {}, prod: {}}
templates:
  default: &default
    missingFileHandler: Error
    values: ['values/{{ .Environment.Name }}/{{ .Release.Name }}.yaml']
releases:
- {name: web, <<: *default, chart: example/web}
";
    assert_eq!(
        deployments(&[
            ("helmfile.yaml", helmfile),
            ("values/dev/web.yaml", "replicas: 1\n"),
            ("values/prod/web.yaml", "replicas: 2\n"),
        ]),
        [
            "web dev example/web values/dev/web.yaml",
            "web prod example/web values/prod/web.yaml"
        ]
    );
}
