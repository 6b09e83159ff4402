//! Releases of helmfile that depend on values which are not in the repository.

use super::{apps, deployments};

const RELEASES: &str = r#"---
releases:
  - name: shop
    chart: acme/shop
    installed: {{ .Values | get "shop.installed" false }}
  - name: web
    chart: acme/web
    installed: {{ .Values | get "web.installed" true }}
  {{- if not (dig "platform" "cache" "" .Values) }}
  - name: cache
    chart: acme/cache
  {{- end }}
  {{- if hasKey .Values "mail" }}
  - name: mail
    chart: acme/mail
  {{- end }}
  - name: db
    chart: acme/db
    version: {{ .Values | get "db.version" "1.0.0" }}
"#;

fn helmfile(values: &str) -> String {
    format!("environments:\n  prod:\n{values}\n{RELEASES}")
}

/// What is always there is deployed; of what values decide that are not here, that is said, and what is on unless they switch
/// it off is listed, too.
#[test]
fn a_default_over_values_that_are_not_here_decides_nothing() {
    let helmfile = helmfile("    values: [/etc/platform/prod.yaml]");
    let files = [("helmfile.yaml.gotmpl", helmfile.as_str())];
    assert_eq!(
        deployments(&files),
        ["db prod acme/db@1.0.0 ", "web prod acme/web "]
    );
    let seen = apps(&files);
    for release in ["shop", "cache", "mail"] {
        let reason = format!(
            "whether and how the release `{release}` is deployed is not known (it depends on values that are not here) in `prod`"
        );
        assert!(seen.contains(&reason), "{seen}");
    }
    let reason = "whether the release `web` is installed depends on values that are not here, so it is checked as one that is in `prod`";
    assert!(seen.contains(reason), "{seen}");
}

/// Where all values are here, what they do not say is known; of what SOPS encrypts, the keys are.
#[test]
fn a_default_over_values_that_are_here_is_what_is_deployed() {
    let helmfile = helmfile("    values: [prod.yaml]\n    secrets: [secrets.yaml]");
    let seen = deployments(&[
        ("helmfile.yaml.gotmpl", &helmfile),
        ("prod.yaml", "db: {version: 2.0.0}\n"),
        (
            "secrets.yaml",
            "mail: {token: 'ENC[AES256_GCM,data:x,type:str]'}\nsops: {version: 3.8.1}\n",
        ),
    ]);
    assert_eq!(
        seen,
        [
            "cache prod acme/cache ",
            "db prod acme/db@2.0.0 ",
            "mail prod acme/mail ",
            "web prod acme/web ",
        ]
    );
}
