//! What is said of production: small workspaces, each with all that a check says of it by the rules that are named.

use crate::findings::{CHART, CONFIG, DEPLOYMENT, SERVICE, check};

const SCALER: &str = "{{- if .Values.autoscaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: {{ .Values.autoscaling.minReplicas }}
  maxReplicas: 9
{{- end }}
";

#[test]
fn an_autoscaler_in_a_template_of_its_own_belongs_to_what_it_scales() {
    let scaled = |prod: &'static str| {
        [
            CHART,
            CONFIG,
            ("chart/templates/deployment.yaml", DEPLOYMENT),
            ("chart/templates/service.yaml", SERVICE),
            ("chart/templates/hpa.yaml", SCALER),
            (
                "chart/values.yaml",
                "replicaCount: 3\nautoscaling: {enabled: false, minReplicas: 1}\n",
            ),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", prod),
        ]
    };
    check(
        &scaled("autoscaling: {enabled: true, minReplicas: 1}\n"),
        &["production/single-replica"],
        &[
            "warning prod.yaml:1 `autoscaling.minReplicas` lets autoscaling go down to 1 replica in prod, which a node drain or a crash stops",
        ],
    );
    check(
        &scaled("autoscaling: {enabled: true, minReplicas: 2}\n"),
        &[
            "production/single-replica",
            "production/no-disruption-budget",
        ],
        &[
            "warning prod.yaml:1 the workload has 2 replicas and no disruption budget in prod, so a node drain can stop all of them at once",
        ],
    );
}

#[test]
fn a_number_that_another_template_prints_is_that_of_the_workload_all_the_same() {
    let about = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: about}\ndata: {replicas: \"{{ .Values.replicaCount }}\"}\n";
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/about.yaml", about),
            ("chart/templates/deployment.yaml", DEPLOYMENT),
            ("chart/templates/service.yaml", SERVICE),
            ("chart/values.yaml", "autoscaling: {enabled: false}\n"),
            ("staging.yaml", "replicaCount: 1\n"),
            ("prod.yaml", "replicaCount: 2\n"),
        ],
        &["production/no-disruption-budget"],
        &[
            "warning prod.yaml:1 the workload has 2 replicas and no disruption budget in prod, so a node drain can stop all of them at once",
        ],
    );
}

#[test]
fn a_single_replica_that_is_recreated_is_meant() {
    let deployment = DEPLOYMENT.replace("  template:", "  strategy: {type: Recreate}\n  template:");
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/deployment.yaml", &deployment),
            ("chart/templates/service.yaml", SERVICE),
            (
                "chart/values.yaml",
                "replicaCount: 1\nautoscaling: {enabled: false}\n",
            ),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ],
        &["production/single-replica"],
        &[],
    );
}

#[test]
fn a_moving_tag_may_be_given_where_nothing_says_how_the_app_is_deployed() {
    check(
        &[
            (
                "values-staging.yaml",
                "image: {repository: shop, tag: latest}\n",
            ),
            (
                "values-prod.yaml",
                "image: {repository: shop, tag: latest}\nproxy: {image: {repository: proxy, tag: latest}}\n",
            ),
        ],
        &["production/latest-tag"],
        &[
            "info values-prod.yaml:1 `image.tag` is `latest` in prod, so nobody knows which version runs, unless the deployment gives another",
            "error values-prod.yaml:2 `proxy.image.tag` is `latest` in prod, so nobody knows which version runs",
        ],
    );
}

#[test]
fn replicas_of_one_file_are_said_once() {
    let component = |name: &str| DEPLOYMENT.replace("shop", name);
    let (api, web) = (component("api"), component("web"));
    let of = |text: &str, name: &str| {
        text.replace("replicaCount", &format!("{name}.replicas"))
            .replace(".Values.autoscaling.enabled", "false")
    };
    let (api, web) = (of(&api, "api"), of(&web, "web"));
    let service = |name: &str| SERVICE.replace("shop", name);
    let (api_service, web_service) = (service("api"), service("web"));
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/api.yaml", &api),
            ("chart/templates/web.yaml", &web),
            ("chart/templates/api-service.yaml", &api_service),
            ("chart/templates/web-service.yaml", &web_service),
            ("staging.yaml", "api: {replicas: 1}\nweb: {replicas: 1}\n"),
            ("prod.yaml", "api: {replicas: 1}\nweb: {replicas: 1}\n"),
        ],
        &["production/single-replica"],
        &[
            "warning prod.yaml:1 `api.replicas` is 1 in prod, so a node drain or a crash stops all of it; also `web.replicas`",
        ],
    );
}

#[test]
fn a_domain_that_ends_in_dev_is_no_environment() {
    let config = (
        "envlint.yaml",
        "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: \"**\"}]\napps: [{name: shop, values: \"{env}.yaml\"}]\n",
    );
    check(
        &[
            config,
            (
                "dev.yaml",
                "url: https://dev.acme.dev/\nhost: x\ncache: redis.dev.svc\n",
            ),
            (
                "prod.yaml",
                "url: https://shop.acme.dev/\nhost: acme.dev\ncache: redis.dev.svc.cluster.local\n",
            ),
        ],
        &["production/other-environment"],
        &["warning prod.yaml:3 `cache` names `dev` in prod: `redis.dev.svc.cluster.local`"],
    );
}

/// What all environments call so is called so, whatever stands around it.
#[test]
fn a_word_in_the_name_of_a_thing_is_no_environment() {
    let config = (
        "envlint.yaml",
        "environments: {dev: {}, staging: {}, prod: {}}\nperEnvironment: [{path: \"**\"}]\napps: [{name: shop, values: \"{env}.yaml\"}]\n",
    );
    let of = |topic: &str| format!("topic: {topic}\n");
    let said = |dev: &str, expected: &[&str]| {
        check(
            &[
                config,
                ("dev.yaml", &of(dev)),
                ("staging.yaml", &of("acme-s.staging-transfer.updates")),
                ("prod.yaml", &of("acme-p.staging-transfer.updates")),
            ],
            &["production/other-environment"],
            expected,
        );
    };
    said("acme-d.staging-transfer.updates", &[]);
    said(
        "acme-d.transfer.updates",
        &["warning prod.yaml:1 `topic` names `staging` in prod: `acme-p.staging-transfer.updates`"],
    );
}

#[test]
fn defaults_of_one_map_that_name_another_environment_are_said_once() {
    let template = "kind: A\napi: {{ .Values.web.api }}\nauth: {{ .Values.web.auth }}\n";
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/a.yaml", template),
            (
                "chart/values.yaml",
                "web:\n  api: https://api-staging.example.com\n  auth: https://auth-staging.example.com\n",
            ),
            (
                "staging.yaml",
                "web: {api: https://a-staging.example.com, auth: https://b-staging.example.com}\n",
            ),
            (
                "prod.yaml",
                "web: {api: https://api.example.com, auth: https://auth-staging.example.com}\n",
            ),
        ],
        &["production/other-environment"],
        &["warning prod.yaml:1 `web.auth` names `staging` in prod: `auth-staging.example.com`"],
    );
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/a.yaml", template),
            (
                "chart/values.yaml",
                "web:\n  api: https://api-staging.example.com\n  auth: https://auth-staging.example.com\n",
            ),
            (
                "staging.yaml",
                "web: {api: https://a-staging.example.com, auth: https://b-staging.example.com}\n",
            ),
            ("prod.yaml", "web: {a: 1}\n"),
        ],
        &["production/other-environment"],
        &[
            "warning prod.yaml:1 `web.api` names `staging` in prod: `api-staging.example.com`; also `web.auth`",
        ],
    );
}

#[test]
fn a_moving_tag_that_the_place_gives_is_said_there() {
    let application = |environment: &str, tag: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-{environment}}}\nspec:\n  source:\n    repoURL: https://charts.example.com\n    chart: shop\n    targetRevision: 1.0.0\n    helm:\n      parameters:\n      - {{name: image.tag, value: {tag}}}\n      - {{name: mode, value: latest}}\n"
        )
    };
    let (dev, prod) = (application("dev", "latest"), application("prod", "latest"));
    let helmfile = "environments: {dev: {}, prod: {}}\n---\nreleases:\n- name: web\n  chart: acme/web\n  set:\n  - {name: api.image.tag, value: main}\n- name: cache\n  chart: acme/cache\n  set:\n  - {name: image.tag, value: 1.2.3}\n";
    check(
        &[
            ("argocd/dev.yaml", &dev),
            ("argocd/prod.yaml", &prod),
            ("helmfile.yaml", helmfile),
        ],
        &["production/latest-tag"],
        &[
            "error argocd/prod.yaml:11 `image.tag` is `latest` in prod, so nobody knows which version runs",
            "warning helmfile.yaml:7 `api.image.tag` is `main` in prod, so nobody knows which version runs",
        ],
    );
}

#[test]
fn what_a_command_writes_out_is_judged_where_it_stands() {
    let deploys = "staging:\n\thelm upgrade -i shop chart -f staging.yaml --set image.tag=1.2.3 --set db.url=http://db-staging.example.com\nprod:\n\thelm upgrade -i shop chart -f prod.yaml \\\n\t  --set image.tag=latest,logLevel=debug \\\n\t  --set db.url=http://db-staging.example.com --set mail=REPLACE_ME --set replicas=$(N)\n";
    let template = "image: {{ .Values.image.tag }}\nlevel: {{ .Values.logLevel }}\ndb: {{ .Values.db.url }}\nmail: {{ .Values.mail }}\n";
    let files = [
        CHART,
        ("chart/templates/about.yaml", template),
        ("staging.yaml", "a: 1\n"),
        ("prod.yaml", "a: 2\n"),
        ("Makefile", deploys),
    ];
    check(
        &files,
        &[
            "production/latest-tag",
            "production/debug-enabled",
            "production/other-environment",
            "production/placeholder",
        ],
        &[
            "error Makefile:5 `image.tag` is `latest` in prod, so nobody knows which version runs",
            "warning Makefile:5 `logLevel` turns debug logs on in prod",
            "warning Makefile:6 `mail` is `REPLACE_ME` in prod: a placeholder that nobody has replaced",
        ],
    );
}

#[test]
fn a_variable_in_an_image_is_open_where_argo_cd_deploys_it() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-prod}\nspec:\n  source: {repoURL: x, path: chart, helm: {valueFiles: [prod.yaml]}}\n";
    let command = "helm upgrade shop chart -f chart/prod.yaml\n";
    for (place, expected) in [
        (
            ("argocd/shop.yaml", application),
            &[
                "warning chart/prod.yaml:1 `image.repository` is `${REGISTRY}/shop` in prod: a placeholder that nobody has replaced",
            ][..],
        ),
        (("deploy.sh", command), &[]),
    ] {
        check(
            &[
                place,
                CHART,
                (
                    "chart/templates/a.yaml",
                    "kind: A\nimage: {{ .Values.image.repository }}\nargs: {{ .Values.args }}\n",
                ),
                (
                    "chart/prod.yaml",
                    "image: {repository: \"${REGISTRY}/shop\"}\nargs: ${HOME}\n",
                ),
            ],
            &["production/placeholder"],
            expected,
        );
    }
}

/// Who sends production's requests elsewhere to compare the answers says so; a host that was copied says nothing.
#[test]
fn a_shadow_is_meant_and_a_host_without_scheme_may_be_forgotten() {
    let config = (
        "envlint.yaml",
        "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: \"**\"}]\napps: [{name: shop, values: \"{env}.yaml\"}]\n",
    );
    let said = |dev: &str, prod: &str, expected: &[&str]| {
        check(
            &[config, ("dev.yaml", dev), ("prod.yaml", prod)],
            &["production/other-environment"],
            expected,
        );
    };
    said(
        "ORDERS_URL_SHADOW: http://orders.dev.shop.test\n",
        "ORDERS_URL_SHADOW: http://orders.dev.shop.test/\n",
        &[],
    );
    said(
        "server: {domain: shop.dev.acme.org, root_url: https://shop.dev.acme.org}\n",
        "server: {domain: shop.dev.acme.org, root_url: https://shop.acme.org}\n",
        &["warning prod.yaml:1 `server.domain` names `dev` in prod: `shop.dev.acme.org`"],
    );
}

/// What stands behind the bucket in a template keeps environments apart.
#[test]
fn a_bucket_with_a_folder_for_each_environment_is_not_shared() {
    let said = |behind: &str, expected: &[&str]| {
        let template = format!(
            "kind: ConfigMap\napiVersion: v1\nmetadata: {{name: shop}}\ndata:\n  path: s3://{{{{ .Values.s3.bucket }}}}/{behind}\n  stage: {{{{ .Values.stage }}}}\n"
        );
        check(
            &[
                (
                    "chart/Chart.yaml",
                    "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
                ),
                ("chart/templates/a.yaml", &template),
                (
                    "envlint.yaml",
                    "environments: {dev: {}, prod: {}}\nperEnvironment: [{path: \"**\"}]\napps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\n",
                ),
                ("dev.yaml", "s3: {bucket: acme-orders-raw}\nstage: dev\n"),
                ("prod.yaml", "s3: {bucket: acme-orders-raw}\nstage: prod\n"),
            ],
            &["production/shared-data"],
            expected,
        );
    };
    said("{{ .Values.stage }}/a", &[]);
    said(
        "a",
        &["warning prod.yaml:1 `s3.bucket` is the same bucket in dev and prod: `acme-orders-raw`"],
    );
}

/// Charts are free in their words for the ends of scaling.
#[test]
fn the_fewest_replicas_of_scaling_have_many_names() {
    for key in ["minReplica", "minReplicas", "minPods", "minimumReplicas"] {
        let scaler = SCALER.replace("autoscaling.minReplicas", &format!("autoscaling.{key}"));
        let values = format!("replicaCount: 3\nautoscaling: {{enabled: true, {key}: 1}}\n");
        let expected = format!(
            "warning prod.yaml:2 `autoscaling.{key}` lets autoscaling go down to 1 replica in prod, which a node drain or a crash stops"
        );
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/deployment.yaml", DEPLOYMENT),
                ("chart/templates/service.yaml", SERVICE),
                ("chart/templates/hpa.yaml", &scaler),
                ("staging.yaml", &values),
                ("prod.yaml", &values),
            ],
            &["production/single-replica"],
            &[&expected],
        );
    }
}

/// Defaults of several services that say the same of the environment are one mistake.
#[test]
fn defaults_that_say_the_same_environment_are_said_once() {
    let values =
        "orders: {env: [{name: STAGE, value: dev}]}\nusers: {env: [{name: STAGE, value: dev}]}\n";
    let template = "kind: A\na: {{ toYaml .Values.orders.env | quote }}\nb: {{ toYaml .Values.users.env | quote }}\n";
    check(
        &[
            CHART,
            CONFIG,
            ("chart/values.yaml", values),
            ("chart/templates/a.yaml", template),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ],
        &["production/other-environment"],
        &[
            "warning prod.yaml:1 `orders.env[name=STAGE].value` says that the environment is `dev`, but this is prod; also `users.env[name=STAGE].value`",
        ],
    );
}

/// What a pipeline would fill in on its own pages stays as it is in a values file, unless something fills the file in.
#[test]
fn a_variable_of_a_pipeline_in_a_values_file_is_a_placeholder() {
    let said = |before: &str, expected: &[&str]| {
        let script = format!(
            "{before}for ENV in dev prod; do\n  helm upgrade shop chart -f values-$ENV.yaml --set other=$OTHER\ndone\n"
        );
        let values = "uri: ${{ TEST_URL }}\nother: ${{ OTHER }}\n";
        check(
            &[
                CHART,
                (
                    "chart/templates/a.yaml",
                    "kind: A\na: {{ .Values.uri }}\nb: {{ .Values.other }}\n",
                ),
                ("values-dev.yaml", values),
                ("values-prod.yaml", values),
                ("deploy.sh", &script),
            ],
            &["production/placeholder"],
            expected,
        );
    };
    said(
        "",
        &[
            "warning values-prod.yaml:1 `uri` is `${{ TEST_URL }}` in prod: a placeholder that nobody has replaced",
        ],
    );
    said("envsubst < values-prod.yaml > out\n", &[]);
}
