//! Deployments of which nothing tells the environment: their cluster is one.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

fn application(name: &str, source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  sources:\n    - {source}\n    - {{repoURL: https://git.example.com/acme/lab, ref: values}}\n  destination: {{server: 'https://kubernetes.default.svc', namespace: {name}}}\n"
    )
}

fn remote(chart: &str, helm: &str) -> String {
    format!(
        "{{repoURL: https://charts.example.com, chart: {chart}, targetRevision: 1.0.0, helm: {helm}}}"
    )
}

fn release(name: &str) -> String {
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}, namespace: {name}}}\nspec: {{chart: {{spec: {{chart: {name}, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: acme}}}}}}}}\n"
    )
}

fn sync(path: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: all, namespace: flux-system}}\nspec: {{path: {path}, prune: true}}\n"
    )
}

/// The only folder in that of values names the cluster, for what has no file there, too.
#[test]
fn all_of_one_cluster_is_deployed_to_that() {
    let of_file = |name: &str| {
        let helm = format!("{{valueFiles: [$values/helm-values/lab-1/{name}.yaml]}}");
        application(name, &remote(name, &helm))
    };
    let inline = application("redis", &remote("redis", "{valuesObject: {replicas: 1}}"));
    let seen = apps(&[
        ("apps/grafana.yaml", &of_file("grafana")),
        ("apps/loki.yaml", &of_file("loki")),
        ("apps/redis.yaml", &inline),
        ("helm-values/lab-1/grafana.yaml", "replicas: 1\n"),
        ("helm-values/lab-1/loki.yaml", "replicas: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

/// Nothing has a name: what is set up by a script is deployed as all else is.
#[test]
fn a_cluster_without_a_name_is_the_default_environment() {
    let shop = application(
        "cluster-shop",
        "{repoURL: https://git.example.com/acme/lab, path: charts/shop}",
    );
    let files = [
        ("apps/shop.yaml", shop.as_str()),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "replicas: 1\n"),
        (
            "charts/shop/templates/a.yaml",
            "kind: ConfigMap\nreplicas: {{ .Values.replicas }}\n",
        ),
        (
            "setup.sh",
            "helm upgrade --install default-backend acme/backend -f backend.yaml\n",
        ),
        ("backend.yaml", "replicas: 1\n"),
    ];
    assert_eq!(
        deployments(&files),
        [
            "cluster-shop default charts/shop ",
            "default-backend default acme/backend backend.yaml",
        ]
    );
    let ran = Sandbox::with(&files).run(&["check"]);
    assert!(
        ran.stdout.contains("2 apps, 1 environment"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains(": no findings"), "{}", ran.stdout);
}

/// A configuration names the environment that a cluster is.
#[test]
fn a_declared_environment_is_a_cluster_by_its_alias() {
    let shop = application("shop", &remote("shop", "{valuesObject: {replicas: 1}}"));
    let seen = |config: &str| deployments(&[("apps/shop.yaml", &shop), ("envlint.yaml", config)]);
    assert_eq!(
        seen("environments:\n  prod: {aliases: [default]}\n"),
        ["shop prod https://charts.example.com/shop@1.0.0 apps/shop.yaml"]
    );
    assert_eq!(seen("environments:\n  prod: {}\n"), Vec::<String>::new());
}

/// Of several clusters, each is an environment; what no cluster takes up is not deployed.
#[test]
fn clusters_of_flux_are_environments_by_their_folders() {
    let repository = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: acme}\nspec: {url: https://charts.example.com/}\n";
    let patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec: {values: {replicas: 2}}\n";
    let seen = apps(&[
        ("base/parked/release.yaml", &release("parked")),
        ("base/repository.yaml", repository),
        ("base/web/kustomization.yaml", "resources: [release.yaml]\n"),
        ("base/web/release.yaml", &release("web")),
        (
            "clusters/alpha/flux/apps/kustomization.yaml",
            "resources: [../../../../base/web]\npatches: [{path: web.yaml}]\n",
        ),
        ("clusters/alpha/flux/apps/web.yaml", patch),
        (
            "clusters/alpha/flux/cluster/apps.yaml",
            &sync("./clusters/alpha/flux/apps"),
        ),
        (
            "clusters/beta/flux/apps/kustomization.yaml",
            "resources: [../../../../base/web]\n",
        ),
        (
            "clusters/beta/flux/cluster/apps.yaml",
            &sync("./clusters/beta/flux/apps"),
        ),
    ]);
    insta::assert_snapshot!(seen);
}

/// One cluster that nothing names, and a directory that another file left over synchronizes.
#[test]
fn what_flux_leads_to_is_deployed_to_the_cluster() {
    let apps = "resources: [web]\n";
    let seen = deployments(&[
        ("cluster/flux-system/sync.yaml", &sync("./cluster")),
        ("cluster/apps.yaml", &sync("./apps")),
        ("apps/kustomization.yaml", apps),
        ("apps/web/kustomization.yaml", "resources: [release.yaml]\n"),
        ("apps/web/release.yaml", &release("web")),
        ("parked/sync.yaml", &sync("./parked/app")),
        ("parked/app/release.yaml", &release("parked")),
    ]);
    assert_eq!(seen, ["web default acme/web@1.0.0 "]);
}

/// Next to environments, only what is declared or installed and known as a whole is deployed to its cluster, and no app that has
/// one.
#[test]
fn next_to_environments_a_cluster_is_one_of_what_is_known() {
    let inline = |name: &str| application(name, &remote(name, "{valuesObject: {replicas: 1}}"));
    let lost = remote("lost", "{valueFiles: [$values/no/lost.yaml]}");
    let seen = apps(&[
        ("apps/redis.yaml", &inline("redis")),
        ("apps/lost.yaml", &application("lost", &lost)),
        (
            "apps/template.yaml",
            &application("APP", &remote("CHART_NAME", "{}")),
        ),
        (
            "install.sh",
            "helm upgrade --install mongo acme/mongo -f mongo.yaml\nhelm upgrade --install shop charts/shop -f values-dev.yaml\nhelm upgrade --install shop charts/shop -f values-prod.yaml\n",
        ),
        ("mongo.yaml", "replicas: 1\n"),
        ("charts/shop/Chart.yaml", CHART),
        ("values-dev.yaml", "replicas: 1\n"),
        ("values-prod.yaml", "replicas: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

/// The clusters of a generator are known to Argo CD alone. Its charts are deployed, and not the files that it does not read.
#[test]
fn charts_of_clusters_that_are_registered_elsewhere_are_deployed() {
    let set = "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop}
spec:
  generators: [{clusters: {}}]
  template:
    metadata: {name: 'shop-{{name}}'}
    spec:
      source: {repoURL: https://git.example.com/acme/lab, path: charts/shop, targetRevision: '{{name}}'}
      destination: {name: '{{name}}', namespace: shop}
";
    let seen = apps(&[
        ("apps/shop.yaml", set),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "replicas: 1\n"),
        ("charts/shop/values-dev.yaml", "replicas: 1\n"),
        ("charts/shop/values-prod.yaml", "replicas: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

/// Values files that a reference leads to and that lie here tell that this is its repository, whatever the remote is called.
#[test]
fn values_that_lie_here_tell_the_address() {
    let set = "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shops}
spec:
  generators:
    - list: {elements: [{env: dev}, {env: prod}]}
  template:
    metadata: {name: 'shop-{{env}}'}
    spec:
      sources:
        - {repoURL: https://charts.example.com, chart: shop, targetRevision: 1.0.0, helm: {valueFiles: ['$values/apps/{{env}}/values.yaml']}}
        - {repoURL: https://git.example.com/acme/lab.git, ref: values}
";
    let sandbox = Sandbox::with(&[
        ("set.yaml", set),
        ("apps/dev/values.yaml", "replicas: 1\n"),
        ("apps/prod/values.yaml", "replicas: 2\n"),
        (
            ".git/config",
            "[remote \"origin\"]\n\turl = /mirrors/other.git\n",
        ),
        (".git/HEAD", "ref: refs/heads/main\n"),
    ]);
    let ran = sandbox.run(&["apps"]);
    insta::assert_snapshot!(ran.stdout);
}
