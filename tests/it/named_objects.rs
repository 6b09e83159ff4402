//! What is said of objects that others name: ports of Services, workloads that are scaled, Secrets and their keys.

use crate::findings::{CHART, CONFIG, SERVICE, check};

/// What these rules say of a chart with a Service `shop`, which has the port 80, and another template.
#[track_caller]
fn beside_service(template: &str, rules: &[&str], expected: &[&str]) {
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/service.yaml", SERVICE),
            ("chart/templates/a.yaml", template),
            ("staging.yaml", "stage: staging\nport: 8000\n"),
            ("prod.yaml", "stage: prod\nport: 8000\n"),
        ],
        rules,
        expected,
    );
}

#[test]
fn an_address_has_a_port_of_its_service() {
    let of_pod = |address: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n    - name: a\n      image: a:1.0.0\n      env:\n        - {{name: SHOP, value: \"{address}\"}}\n"
        )
    };
    let said = |address: &str, expected: &[&str]| {
        beside_service(&of_pod(address), &["objects/missing-port"], expected);
    };
    said(
        "http://shop:8000/api",
        &[
            "warning chart/templates/a.yaml:9 Pod `a` calls the port `8000` of Service `shop`, which has no such port in staging and prod, so requests fail",
        ],
    );
    said("http://shop:80/api", &[]);
    said("http://shop.example.com:8000", &[]);
    said("http://other:8000", &[]);
    // One cause: the Service has no such port, whatever the values of each environment.
    said(
        "http://shop:{{ .Values.port }}",
        &[
            "warning prod.yaml:2 Pod `a` calls the port `8000` of Service `shop`, which has no such port in staging and prod, so requests fail",
        ],
    );
    let file = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: proxy}\ndata:\n  a.conf: |\n    # proxy_pass http://shop:1;\n    proxy_pass http://shop:81;\n";
    beside_service(
        file,
        &["objects/missing-port"],
        &[
            "warning chart/templates/a.yaml:5 ConfigMap `proxy` calls the port `81` of Service `shop`, which has no such port in staging and prod, so requests fail",
        ],
    );
}

#[test]
fn a_route_has_a_port_of_its_service() {
    for (route, field) in [
        (
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {rules: [{backendRefs: [{name: shop, port: PORT}]}]}\n",
            "HTTPRoute",
        ),
        (
            "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: a}\nspec: {routes: [{services: [{name: shop, port: PORT}]}]}\n",
            "IngressRoute",
        ),
    ] {
        let expected = format!(
            "error chart/templates/a.yaml:4 {field} `a` leads to the port `8000` of Service `shop`, which has no such port in staging and prod, so requests fail"
        );
        let rules = ["objects/missing-port"];
        beside_service(&route.replace("PORT", "8000"), &rules, &[&expected]);
        beside_service(&route.replace("PORT", "80"), &rules, &[]);
    }
}

#[test]
fn an_autoscaler_names_the_kind_of_what_it_scales() {
    let scaler = |kind: &str| {
        format!(
            "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: web}}
spec: {{maxReplicas: 3, scaleTargetRef: {{apiVersion: apps/v1, kind: {kind}, name: web}}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: web}}
spec: {{template: {{spec: {{containers: [{{name: web, image: \"web:1.0.0\"}}]}}}}}}
"
        )
    };
    let rules = ["objects/missing-target"];
    beside_service(
        &scaler("Deployment"),
        &rules,
        &[
            "error chart/templates/a.yaml:4 HorizontalPodAutoscaler `web` scales Deployment `web`, but the chart makes StatefulSet `web` in staging and prod, so it never scales anything",
        ],
    );
    beside_service(&scaler("StatefulSet"), &rules, &[]);
}

/// A version of the API that is gone does not hide what is wrong with the pods.
#[test]
fn pods_of_a_version_that_is_gone_are_compared() {
    let template = "apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: web}
spec:
  rollbackTo: {revision: 1}
  template:
    spec:
      containers:
        - name: web
          image: web:1.0.0
          readinessProbe:
            httpGet: {path: /, port: 80, periodSeconds: 5}
";
    beside_service(
        template,
        &["api/removed", "api/unknown-field"],
        &[
            "error chart/templates/a.yaml:1 Deployment `web`: Kubernetes serves `extensions/v1beta1` of Deployment only before version 1.16; later API servers refuse the object",
            "error chart/templates/a.yaml:12 Deployment `web`: `spec.template.spec.containers[name=web].readinessProbe.httpGet.periodSeconds` is no field of this object, so the API server refuses or drops it",
        ],
    );
}

/// What an ExternalSecret becomes has the keys that it says.
#[test]
fn a_pod_reads_a_key_that_an_external_secret_makes() {
    let said = |key: &str, spec: &str, expected: &[&str]| {
        let template = format!(
            "apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: db}}
spec: {spec}
---
apiVersion: v1
kind: Pod
metadata: {{name: a}}
spec:
  containers:
    - name: a
      image: a:1.0.0
      env:
        - name: PASSWORD
          valueFrom: {{secretKeyRef: {{name: db, key: {key}}}}}
"
        );
        beside_service(&template, &["objects/missing-configuration"], expected);
    };
    let spec = "{secretStoreRef: {name: s}, data: [{secretKey: password, remoteRef: {key: a}}]}";
    said(
        "pasword",
        spec,
        &[
            "error chart/templates/a.yaml:15 Pod `a` reads the key `pasword` of Secret `db` of ExternalSecret `db`, which has no such key in staging and prod, so the pod does not start",
        ],
    );
    said("password", spec, &[]);
    said("other", "{dataFrom: [{extract: {key: a}}]}", &[]);
}

/// One remote secret for production and another environment, where the store is surely the same.
#[test]
fn production_reads_remote_secrets_of_its_own() {
    let said = |server: &str, key: &str, expected: &[&str]| {
        let template = format!(
            "apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {{name: s}}
spec: {{provider: {{vault: {{server: \"{server}\", path: kv}}}}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: db}}
spec:
  secretStoreRef: {{name: s}}
  data:
    - secretKey: password
      remoteRef: {{key: \"{key}\"}}
"
        );
        beside_service(&template, &["secrets/shared-across-environments"], expected);
    };
    said(
        "https://vault.example.com",
        "shop/db",
        &[
            "warning chart/templates/a.yaml:13 ExternalSecret `db` reads the remote secret of staging in prod, from the same store",
        ],
    );
    said("https://vault.example.com", "{{ .Values.stage }}/db", &[]);
    said("http://vault.vault.svc:8200", "shop/db", &[]);
}
