//! A synthetic workspace: many apps, three environments, about 200 values each. The same every time.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];

/// Components of one app; each is a section of about twenty values.
const COMPONENTS: [&str; 8] = [
    "api",
    "worker",
    "scheduler",
    "gateway",
    "indexer",
    "mailer",
    "reports",
    "webhooks",
];

const CONFIG: &str = r#"environments:
  dev: {tier: development}
  staging: {tier: staging}
  prod: {tier: production}

secrets:
  database:
    username: {property: username}
    password: {property: password}

perEnvironment:
  - {path: "*.replicas", expect: non-decreasing}
  - {path: "*.resources.**", expect: non-decreasing}
  - {path: "*.ingress.host", expect: distinct}
  - {path: "*.podDisruptionBudget.minAvailable", expect: non-decreasing}
  - {path: "*.logLevel"}
  - {path: environment, expect: {pattern: "{env}"}}
"#;

/// Writes the workspace into `out`; what is there from an earlier run is written over.
pub(crate) fn write(out: &Path, apps: usize) -> Result<()> {
    fs::create_dir_all(out)?;
    fs::write(out.join("envlint.yaml"), CONFIG)?;
    for app in 0..apps {
        for (order, environment) in ENVIRONMENTS.iter().enumerate() {
            let directory = out.join(format!("apps/app-{app:04}/environments/{environment}"));
            fs::create_dir_all(&directory)
                .with_context(|| format!("cannot create {}", directory.display()))?;
            fs::write(
                directory.join("values.yaml"),
                values(app, order, environment)?,
            )?;
        }
    }
    Ok(())
}

fn values(app: usize, order: usize, environment: &str) -> Result<String> {
    let mut text = format!(
        "# app-{app:04} in {environment}\nenvironment: {environment}\nowner: team-{}\n",
        app % 40
    );
    for (index, component) in COMPONENTS.iter().enumerate() {
        // Every app and component gets numbers of its own, so that nothing is the same by chance.
        let seed = app * COMPONENTS.len() + index;
        write!(
            text,
            r#"
{component}:
  enabled: true
  image:
    repository: registry.example.com/team/{component}-{app:04}
    tag: "{}.{}.0"
    pullPolicy: IfNotPresent
  replicas: {}
  logLevel: {}
  resources:
    requests: {{cpu: {}m, memory: {}Mi}}
    limits: {{cpu: {}m, memory: {}Mi}}
  service:
    type: ClusterIP
    port: {}
  ingress:
    enabled: true
    host: {component}-{app:04}.{environment}.example.com
  podDisruptionBudget:
    enabled: true
    minAvailable: {}
  env:
    - name: HTTP_PORT
      value: "{}"
    - name: DATABASE_HOST
      value: postgres.{component}.svc
    - name: DATABASE_PASSWORD
      valueFrom:
        secretKeyRef: {{name: database, key: password}}
  probes: # the same everywhere
    readiness: {{path: /ready, periodSeconds: 10}}
    liveness: {{path: /live, periodSeconds: 20}}
"#,
            1 + seed % 4,
            seed % 30,
            2 + order,
            if order == 0 { "debug" } else { "info" },
            100 * (order + 1),
            128 * (order + 1),
            200 * (order + 1),
            256 * (order + 1),
            8000 + seed % 900,
            1 + order / 2,
            8000 + seed % 900,
        )?;
    }
    write!(
        text,
        "\nsecrets:\n  vault:\n    enabled: true\n    address: https://vault.{environment}.example.com:8200\n    role: app-{app:04}-{environment}\n    mount: kv\n    prefix: app-{app:04}/{environment}\n"
    )?;
    Ok(text)
}
