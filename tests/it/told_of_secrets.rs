//! Secrets of which something next to them tells that they are less than they look like: a comment, a key around them, a setting.

use crate::made_up::severities;

#[test]
fn an_emulator_takes_any_password() {
    const VARIABLES: &str = "kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: a
      env:
        - {name: AWS_ENDPOINT_URL, value: \"http://ADDRESS\"}
        - {name: AWS_SECRET_ACCESS_KEY, value: test1234}
";
    const MAIL: &str = "smtp: {host: HOST, user: app, password: changeme}\n";
    const DATABASE: &str = "spring: {datasource: {url: \"jdbc:URL\", password: password}}\n";
    const SEEDS: &str = "kind: Job
metadata: {name: a}
spec:
  containers:
    - name: a
      env: [{name: VAULT_TOKEN, value: CHOSEN}]
      command: [sh, -c, vault kv put secret/db username=shop password=shop1234]
";
    for (text, word, emulator, real) in [
        (VARIABLES, "ADDRESS", "localstack:4566", "s3.example.com"),
        (MAIL, "HOST", "mailhog", "mail.example.com"),
        (DATABASE, "URL", "h2:mem:shop", "postgresql://db/shop"),
        (SEEDS, "CHOSEN", "dev-only", "$VAULT_TOKEN"),
    ] {
        let found = severities("apps/a.yaml", &text.replace(word, emulator));
        assert_eq!(found, ["info"], "{text}");
        let found = severities("apps/a.yaml", &text.replace(word, real));
        assert_eq!(found, ["warning"], "{text}");
    }
    // The login of one service is none of another.
    let found = severities(
        "apps/a.yaml",
        "data: {SMTP_HOST: mailhog, DB_PASSWORD: changeme}\n",
    );
    assert_eq!(found, ["warning"]);
    let found = severities("values-prod.yaml", &MAIL.replace("HOST", "mailhog"));
    assert_eq!(found, ["error"]);
}

#[test]
fn a_comment_tells_that_a_secret_is_none() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {url: \"postgres://app:app@db/shop\"}\n";
    let commented = format!("# Template: create it with actual values.\n{secret}");
    for (text, expected) in [
        (secret, "error"),
        (&*commented, "info"),
        (
            "url: rtsp://admin:password@cam/live # update with real credentials\n",
            "info",
        ),
        (
            "url: rtsp://admin:password@cam/live # the front door\n",
            "warning",
        ),
        (
            "# Local-only default.\nadmin_password: shop-laptop\n",
            "info",
        ),
        (
            "# Replace it with your own.\ntoken: Xk29vQ7mLpR4tY8wZ3nB\n",
            "warning",
        ),
        ("# A fake one.\ntoken: Xk29vQ7mLpR4tY8wZ3nB\n", "info"),
    ] {
        assert_eq!(severities("apps/a.yaml", text), [expected], "{text}");
    }
    let found = severities(
        "values-prod.yaml",
        "# A fake one.\ntoken: Xk29vQ7mLpR4tY8wZ3nB\n",
    );
    assert_eq!(found, ["error"]);
}

#[test]
fn values_that_name_a_secret_have_no_use_for_the_password_next_to_it() {
    for (text, expected) in [
        (
            "db: {existingSecret: shop-db, password: sunflower}\n",
            &["info"][..],
        ),
        (
            "db: {existingSecret: \"\", password: sunflower}\n",
            &["error"],
        ),
        (
            "data: {metadataSecretName: shop-db, metadataConnection: {pass: sunflower}}\n",
            &["info"],
        ),
        (
            "data: {brokerSecretName: shop, metadataConnection: {pass: sunflower}}\n",
            &["error"],
        ),
        // The name of a certificate's Secret tells nothing of the store next to it; `db` and `dba` are two.
        (
            "tls: {secretName: shop-tls, keystorePassword: sunflower}\n",
            &["error"],
        ),
        (
            "db: {dbSecretName: shop, dbPassword: sunflower, dbaPassword: sunflower2}\n",
            &["info", "error"],
        ),
        // Who knows a key that a machine drew gets in, whoever has another one.
        (
            "api: {existingSecret: shop, token: x8Kd92mZpQ4rTy7wLm3N}\n",
            &["error"],
        ),
    ] {
        assert_eq!(severities("values-prod.yaml", text), expected, "{text}");
    }
}

#[test]
fn keys_around_a_secret_tell_that_it_is_made_up() {
    for (text, expected) in [
        (
            "store: {fakeData: {dbPassword: sunflower}}\n",
            &["info"][..],
        ),
        ("store: {data: {dbPassword: sunflower}}\n", &["warning"]),
    ] {
        assert_eq!(severities("values-dev.yaml", text), expected, "{text}");
    }
}

#[test]
fn a_comment_over_a_key_around_a_secret_speaks_for_all_below() {
    for (path, text, expected) in [
        (
            "values-dev.yaml",
            "a: 1\n\n# Secrets of development (DO NOT use in production!)\nsecrets:\n  # Of the database.\n  db:\n    user: shop\n    password: sunflower\n",
            &["info"][..],
        ),
        // It speaks for its own section alone.
        (
            "values-dev.yaml",
            "# Only for demos.\nmail:\n  host: a\ndb:\n  user: shop\n  password: sunflower\n",
            &["warning"],
        ),
        (
            "values-prod.yaml",
            "# DO NOT use in production!\nsecrets:\n  password: sunflower\n",
            &["error"],
        ),
        // smtp-demo-password
        (
            "k8s/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {SMTP_PASS: c210cC1kZW1vLXBhc3N3b3Jk}\n",
            &["info"],
        ),
    ] {
        assert_eq!(severities(path, text), expected, "{text}");
    }
}

#[test]
fn images_of_the_own_machine_run_there_alone() {
    for (path, registry, expected) in [
        ("values-dev.yaml", "localhost:5001", "info"),
        ("values-dev.yaml", "registry.example.com", "warning"),
        ("values-prod.yaml", "localhost:5001", "error"),
    ] {
        let text = format!("global: {{imageRegistry: '{registry}'}}\ndb: {{password: changeme}}\n");
        let found = severities(path, &text);
        assert_eq!(found.first().copied(), Some(expected), "{path} {registry}");
    }
}

#[test]
fn a_command_that_goes_on_below_and_a_variable_are_no_secrets() {
    for text in [
        "script: |\n  osmosis \\\n    user=${U} \\\n    password=${PGPASSWORD} \\\n    validateSchemaVersion=no \\\n    other=yes\n",
        "sms: \"{'User':'$username', 'passwd': '$password', 'sid':'$senderid'}\"\n",
    ] {
        assert!(severities("values-prod.yaml", text).is_empty(), "{text}");
    }
    let text = "script: |\n  docker login registry.example.com -u shop -p $registrypass\n  docker login a -u b -p Xk29vQ7mLpR4\n";
    assert_eq!(severities("values-prod.yaml", text), ["error"]);
    // What sed looks for is no secret; what it writes may be one.
    for (written, expected) in [("$REDIS_PASSWORD", &[][..]), ("Xk29vQ7mLpR4", &["error"])] {
        let text = format!(
            "script: |\n  sed -i \"s|REDIS_PASSWORD=.*$|REDIS_PASSWORD={written}|g\" /app/.env;\n  sed -i \"s#DB_PORT=.*#DB_PORT=$DB_PORT#\" /app/.env\n"
        );
        assert_eq!(severities("values-prod.yaml", &text), expected, "{text}");
    }
    // A value of properties goes on.
    let text = "app.properties: |\n  db.password=Xk29vQ7m\\\n    LpR4tY8wZ3nB\n";
    assert_eq!(severities("values-prod.yaml", text), ["error"]);
}
