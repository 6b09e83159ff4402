//! What is taken for a secret, as a table: lines of YAML, and why each is one.

mod hidden;
mod sifted;
mod texts;

use envlint_yaml::{Document, Span};

use super::{Reason, Secrets, detect};

/// What is reported of a text: paths with reasons, in the order of the file.
fn reported(yaml: &str) -> Vec<(String, Reason)> {
    let found = detect(&Document::parse(yaml));
    assert!(
        found.is_empty() || super::may_hold(yaml),
        "{yaml}\nis put aside, and holds {found:?}"
    );
    found
        .into_iter()
        .filter(|sensitive| sensitive.is_reported())
        .map(|sensitive| (sensitive.path.to_string(), sensitive.reason))
        .collect()
}

#[track_caller]
fn secret(yaml: &str, reason: Reason) {
    let found = reported(yaml);
    assert!(
        found.len() == 1 && found[0].1 == reason,
        "{yaml}\nexpected one {reason:?}, found {found:?}"
    );
}

#[track_caller]
fn silent(yaml: &str) {
    assert_eq!(reported(yaml), [], "{yaml}");
}

#[test]
fn secrets_under_secret_like_keys() {
    for yaml in [
        "password: x8Kd92mZpQ4r",
        "db: {password: hunter2}",
        "database:\n  password: \"S3cure!Pass\"",
        "auth: {adminPassword: Gr4f4n4-Xy7}",
        "api-key: 5f4dcc3b5aa765d61d8327deb882cf99",
        "AWS_SECRET_ACCESS_KEY: wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzRTq9LmKD",
        "apiKey: 7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "token: 7C9E6679-7425-40DE-944B-E07FC1F90AE7",
        "ldap: {bindPW: x8Kd92mZpQ4r}",
        "sparkConf:\n  spark.hadoop.fs.s3a.secret.key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzEXMPLKEY",
        "env:\n  - name: DB_PASSWORD\n    value: x8Kd92mZpQ4r",
        "passwords: [x8Kd92mZpQ4r]",
        "password: {value: x8Kd92mZpQ4r}",
        "ibmApiKey: qZ8x_TnP2vL5wK9rB3yH6mD1fG4jS7cA0eU-iO_pXtVb",
        "stringData: {token: x8Kd92mZpQ4rTy7w}",
        "password: 48291734",
        "auth: Bearer x8Kd92mZpQ4rTy7wLm3N",
    ] {
        secret(yaml, Reason::Random);
    }
}

#[test]
fn default_passwords() {
    for yaml in [
        "password: changeme",
        "minio: {rootPassword: minioadmin}",
        "secretKey: minioadmin",
        "postgresql: {auth: {password: postgres}}",
        "adminPassword: admin123",
        "env: [{name: POSTGRES_PASSWORD, value: postgres}]",
        "url: postgres://postgres:postgres@db:5432/app",
        "jdbcUrl: jdbc:postgresql://db/app?user=app&password=postgres",
        "javaOpts: -Djavax.net.ssl.trustStorePassword=changeit",
        "password: CHANGE_ME",
    ] {
        secret(yaml, Reason::Default);
    }
}

#[test]
fn texts_that_somebody_encoded_for_a_secret() {
    for yaml in [
        // "wkqz hvme trbn xlpo", in four groups as Google shows an application's password
        "{apiVersion: v1, kind: Secret, data: {email-password: d2txeiBodm1lIHRyYm4geGxwbw==}}",
        // "correct horse battery staple"
        "{apiVersion: v1, kind: Secret, data: {password: Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZQ==}}",
        // "shop-db-password"
        "{apiVersion: v1, kind: Secret, data: {password: c2hvcC1kYi1wYXNzd29yZA==}}",
        // "signingKeyOfTheShopThatIsLongEnough123456789"
        "{apiVersion: v1, kind: Secret, data: {jwt-secret: c2lnbmluZ0tleU9mVGhlU2hvcFRoYXRJc0xvbmdFbm91Z2gxMjM0NTY3ODk=}}",
    ] {
        secret(yaml, Reason::Encoded);
    }
    secret("password: wkqz hvme trbn xlpo", Reason::Random);
    for yaml in [
        // "put your real password here", "<the password>", "abcd efgh ijkl mnop", "https://shop.example.com/reset/1"
        "{apiVersion: v1, kind: Secret, data: {password: cHV0IHlvdXIgcmVhbCBwYXNzd29yZCBoZXJl}}",
        "{apiVersion: v1, kind: Secret, data: {password: PHRoZSBwYXNzd29yZD4=}}",
        "{apiVersion: v1, kind: Secret, data: {password: YWJjZCBlZmdoIGlqa2wgbW5vcA==}}",
        "{apiVersion: v1, kind: Secret, data: {password: aHR0cHM6Ly9zaG9wLmV4YW1wbGUuY29tL3Jlc2V0LzE=}}",
        // "shop-gateway", "token-of-the-shop"
        "{apiVersion: v1, kind: Secret, data: {username: c2hvcC1nYXRld2F5}}",
        "{apiVersion: v1, kind: Secret, data: {token: dG9rZW4tb2YtdGhlLXNob3A=}}",
        "password: correct horse battery",
        "password: keep this away from here",
        "secretKey: jwt-key.pub",
        "secretGenerators: {password: password, databasePassword: db-password-generator}",
        "password: must be sent over",
    ] {
        silent(yaml);
    }
}

#[test]
fn passwords_of_words_that_somebody_chose() {
    for yaml in [
        "password: payment_secure_pass",
        "password: my-strong-password",
        "{username: prod_payment_user, password: prod_payment_first_pass}",
    ] {
        secret(yaml, Reason::Chosen);
    }
    for yaml in [
        "password: payment_db_pass",
        "{username: payment_user, password: payment_db_pass}",
        "clientKey: test_ck_D5GePWvyJnrK0W0k6q8gLzN97Eoq",
        "POSTHOG_API_KEY: phc_x8Kd92mZpQ4rTy7wLm3NbV5cX1zQ2wE3rT4y",
    ] {
        silent(yaml);
    }
}

#[test]
fn connection_strings() {
    for yaml in [
        "url: postgres://app:hunter2@db:5432/app",
        "url: redis://:x8Kd92mZpQ4r@cache:6379",
        "url: mongodb+srv://app:x8Kd92mZ@cluster0.example.mongodb.net/app",
        "broker: amqp://app:x8Kd92mZ@mq:5672/",
        "dsn: Server=db;User Id=app;Password=x8Kd92mZpQ;Encrypt=true",
        "jdbc: jdbc:mysql://db/app?user=app&password=x8Kd92mZpQ",
        "args: [\"--db-password=x8Kd92mZpQ\"]",
        "conf: |\n  db.user=app\n  db.password=x8Kd92mZpQ\n",
        "git: https://x8Kd92mZpQ4rTy7wLm3NbV5c@github.com/org/repo.git",
    ] {
        secret(yaml, Reason::Connection);
    }
}

#[test]
fn shapes_anywhere() {
    let aws = format!("note: key {}IOSFODNN7QRSTUVW is used", "AKIA");
    secret(&aws, Reason::KeyId("the ID of an AWS access key"));
    let github = format!(
        "annotations: {{token-note: {}{}}}",
        "ghp_", "aB3dE5fG7hJ9kLmN2pQrS4tUvW6xYz8aB3dE"
    );
    secret(&github, Reason::Token("a GitHub token"));
    let jwt = "header: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
    secret(jwt, Reason::Token("a JSON Web Token"));
    secret(
        "key: |\n  -----BEGIN PRIVATE KEY-----\n  MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZm9y\n  -----END PRIVATE KEY-----\n",
        Reason::PrivateKey,
    );
    // "-----BEGIN PRIVATE KEY-----…" in base64, as a Secret's data has it
    secret(
        "tls: {key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JR0hBZ0VBTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSEJHMHdhd0lCQVFRZ1ptOXkKLS0tLS1FTkQgUFJJVkFURSBLRVktLS0tLQo=}",
        Reason::Encoded,
    );
}

#[test]
fn data_of_a_secret_is_decoded() {
    secret(
        "kind: Secret\ndata: {password: eDhLZDkybVpwUTRy}",
        Reason::Encoded,
    );
    secret(
        "kind: Secret\ndata: {password: cG9zdGdyZXM=}",
        Reason::Default,
    );
    silent("kind: Secret\ndata: {username: YXBw}");
    silent("kind: ConfigMap\ndata: {mode: YXBw}");
}

#[test]
fn what_is_no_secret() {
    for yaml in [
        "password: \"\"",
        "password:",
        "password: ${DB_PASSWORD}",
        "password: $(DB_PASSWORD)",
        "password: '{{ .Values.global.password }}'",
        "password: ref+vault://secret/app#password",
        "password: ENC[AES256_GCM,data:x8Kd92mZpQ4r,type:str]",
        "password: vault:secret/data/app#password",
        "password: <password>",
        "password: required",
        "config: |\n  [database]\n  url = mysql://${USER}:$__file{/run/token}@db:3306/grafana\n  password = $__env{DB_PASSWORD}\n",
        "dex.config: |\n  bindPW: $ldap.bindpw\n  clientSecret: $argocd-oidc:oidc.clientSecret\n",
        "STRIPE_SECRET_KEY: ${STRIPE_SECRET_KEY:-sk_test_placeholder}",
        "usage: DATABASE_URL=postgresql://user:pass@host/db ./run",
        "existingSecret: metastore-credentials",
        "secretName: app-tls-x8kd92mz",
        "passwordKey: db-password1",
        "tokenUrl: https://login.example.com/oauth2/v2.0/token",
        "secretStore: vault-backend",
        "tokenExpirySeconds: 3600",
        "auth: {type: basic, enabled: true}",
        "auth: basic",
        "imagePullSecrets: [{name: regcred}]",
        "imagePullSecrets: [regcred-x8kd92mzpq4rty7w]",
        "env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]",
        "data: [{secretKey: access-key, remoteRef: {key: spark/prod, property: access_key}}]",
        "image: {digest: \"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"}",
        "clientId: 550e8400-e29b-41d4-a716-446655440000",
        "clientSecret: 550e8400-e29b-41d4-a716-446655440000",
        "auth: 7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "dsn: https://5f4dcc3b5aa765d61d8327deb882cf99@o123456.ingest.sentry.io/4505000000000000",
        "AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE",
        "secretKey: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "password: '%{DB_PASSWORD}'",
        "password: file:///run/secrets/db",
        "gitCommit: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "checksum/config: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJJakFOQmdrcWhraUc5dzBCQVFFRkFBT0NBUThBTUlJQgotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==",
        "cert: |\n  -----BEGIN CERTIFICATE-----\n  MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAx8Kd92mZpQ4r\n  -----END CERTIFICATE-----\n",
        "publicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIx8Kd92mZpQ4rTy7w app@example.com",
        "secrets: {sealedSecrets: {enabled: true, encryptedData: {db: {password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq}}}}",
        "secrets: {vault: {enabled: true, role: spark-connect-dev, mount: kv, prefix: spark/dev}}",
        "secrets: {externalSecrets: {roleArn: \"arn:aws:iam::222222222222:role/spark-connect-prod\"}}",
        "tokenPath: /var/run/secrets/kubernetes.io/serviceaccount/token",
        "serviceAccountToken: /var/run/secrets/token",
        "url: https://example.com/path?page=1",
        "url: postgres://app@db:5432/app",
        "url: postgres://app:${DB_PASSWORD}@db:5432/app",
        "url: postgres://app:$(DB_PASSWORD)@db:5432/app",
        "maxTokens: 4096",
        "secretKeys: {adminPasswordKey: postgres-password1, userPasswordKey: password}",
        "description: \"password: must have 12 characters\"",
        "usePassword: true",
        "passwordPolicy: {minLength: 12}",
        "saslMechanism: SCRAM-SHA-512",
        "partitionKey: customer_id_2024x8",
        "author: x8Kd92mZpQ4rTy7w",
        "keyVault: {name: kv-spark-prod01, tenantId: 550e8400-e29b-41d4-a716-446655440000}",
        "password: projects/my-project/secrets/db/versions/latest",
        "secretKey: password",
        "token: default-token",
        "credentials: gcp-service-account",
        "apiKeySecretRef: {name: api, key: token}",
        "annotations: {\"vault.hashicorp.com/agent-inject-secret-config\": secret/data/web1}",
        "command: [sh, -c, \"PASSWORD=$(cat /run/secrets/db) exec app\"]",
        "command: [sh, -c, 'PGPASSWORD=\"${PGPASSWORD:-$(< \"$FILE\")}\" pg_dump']",
        "privateKeySecret: my-secret",
        "script: |\n  token = os.environ[\"TOKEN1\"]\n  password = get_secret(\"db1\")\n",
        "icon: data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
    ] {
        silent(yaml);
    }
}

#[test]
fn words_that_somebody_chose() {
    for yaml in [
        "password: sunshine",
        "auth: {password: {value: sunny}}",
        "auth: {existingSecret: \"\", password: blue-whale}",
        "env: [{name: DB_PASSWORD, value: sunshine}]",
        "args: [serve, --password, sunshine]",
        "auth: {username: default-user, password: default-user}",
    ] {
        secret(yaml, Reason::Chosen);
    }
    for yaml in [
        "password: string",
        "password: basic-auth",
        "password: adminDbPassword",
        "password: my-db-secret",
        "password: POSTGRES_PASSWORD",
        "args: [serve, --password, --verbose]",
    ] {
        silent(yaml);
    }
}

#[test]
fn settings_inside_of_a_text() {
    for yaml in [
        "extraEnv: |\n  - name: DB_PASSWORD\n    value: sunshine\n",
        "values: |\n  replicas: 1\n  auth:\n    password: sunshine\n",
        "json: '{\"name\": \"DB_PASSWORD\", \"value\": \"hunter22\"}'",
        "json: '{\"a\": 1, \"password\": \"hunter22\"}'",
        "hive-site.xml: |\n  <property>\n    <name>javax.jdo.option.ConnectionPassword</name>\n    <value>sunshine</value>\n  </property>\n",
        "init.sql: |\n  CREATE USER app WITH PASSWORD 'sunshine';\n",
        "command: \"curl -fsS -u app:sunshine https://example.com/health\"",
        "command: [curl, -u, \"app:sunshine\", \"https://example.com\"]",
        "script: |\n  curl -H 'Authorization: Bearer x8Kd92mZpQ4rTy7w' https://example.com\n",
        "redis.conf: |\n  port 6379\n  requirepass sunshine\n",
        ".netrc: |\n  machine example.com\n  login app\n  password sunshine\n",
        "opts: -Xmx1g -Ddb.password=x8Kd92mZpQ -Dx=y",
        "application.properties: |\n  db.user=app\n  db.password=sunshine\n",
    ] {
        secret(yaml, Reason::Connection);
    }
    secret(
        "values: |\n  replicas: 1\n  password: changeme\n",
        Reason::Default,
    );
    for yaml in [
        "notes: |\n  user: admin\n  password: the one of the vault\n",
        "notes: \"the password: sunshine\"",
        "extraEnv: |\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db\n        key: value\n",
        "init.sql: |\n  CREATE USER app WITH PASSWORD '${DB_PASSWORD}';\n",
        "command: \"curl -u $USER:$PASSWORD https://example.com\"",
        "command: \"curl -u ${USER}:${PASSWORD} https://example.com\"",
        "script: |\n  curl -H \"Authorization: Bearer $TOKEN\" https://example.com\n",
        "script: |\n  curl -H \"Authorization: Bearer $(cat /run/token)\" https://example.com\n",
        "logstash: |\n  password => \"%{DB_PASSWORD}\"\n",
        "schema: |\n  token: string\n  password: string\n",
        "redis.conf: |\n  # requirepass foobared\n  port 1\n",
    ] {
        silent(yaml);
    }
}

#[test]
fn webhooks_let_anybody_post() {
    let guid = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    let teams = format!(
        "url: https://shop.webhook.office.com/webhookb2/{guid}@{guid}/IncomingWebhook/5f4dcc3b5aa765d61d8327deb882cf99/{guid}"
    );
    secret(&teams, Reason::Token("a Teams webhook"));
    let slack = format!(
        "url: https://hooks.slack.com/{}/T0AB12CD3/B0EF45GH6/aB3dE5fG7hJ9kLmN2pQrS4tU",
        "services"
    );
    secret(&slack, Reason::Token("a Slack webhook"));
    silent("url: https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX");
}

#[test]
fn the_password_of_a_user_that_is_called_so() {
    for (yaml, is_user) in [
        ("auth: {username: shop, password: shop}", true),
        ("auth: {username: shop, password: whale}", false),
        (
            "env: [{name: POSTGRES_USER, value: shop}, {name: POSTGRES_PASSWORD, value: shop}]",
            true,
        ),
        ("url: postgres://shop:shop@db/shop", true),
        ("url: postgres://shop:whale@db/shop", false),
        (
            "apiVersion: v1\nkind: Secret\ndata: {username: c2hvcA==, password: c2hvcA==}",
            true,
        ),
    ] {
        let found = detect(&Document::parse(yaml));
        let mut found = found.iter().filter(|secret| secret.is_reported());
        assert_eq!(
            found.next().map(|found| found.is_user),
            Some(is_user),
            "{yaml}"
        );
    }
}

#[test]
fn broken_files_are_read_line_by_line() {
    let yaml = "a: [\npassword: sunshine\nkey: |\n  one\ntoken:\n  - alpha\n  - beta\nname: x\n";
    let found = detect(&Document::parse(yaml));
    let hidden: Vec<&str> = super::parts(&found)
        .iter()
        .map(|part| &yaml[part.range()])
        .collect();
    assert_eq!(hidden, ["sunshine", "- alpha", "- beta"]);
}

#[test]
fn documentation_of_keys_in_comments_is_no_key() {
    silent(
        "a:\n  ## certificates begin with -----BEGIN CERTIFICATE----- or\n  ## -----BEGIN RSA PRIVATE KEY-----\n  ##\n  ## name should line up with a secret that is set further up\n  # - name: shop.local-tls\n  b: 1\n# and some more words at the end\n",
    );
    let key = "# -----BEGIN RSA PRIVATE KEY-----\n# MHcCAQEEIBx7mQJ3xQ8Kd92AbCdE\n# mZpQ4rTy7wx8Kd92mZpQ4rTy7w\n# -----END RSA PRIVATE KEY-----\na: 2\n";
    secret(key, Reason::PrivateKey);
}

#[test]
fn an_option_takes_its_value_from_the_next_item() {
    secret(
        "args: [serve, --api-token, x8Kd92mZpQ4rTy7w]",
        Reason::Random,
    );
    silent("args: [serve, --api-token, $(API_TOKEN)]");
    silent("args: [--token-file, /run/token, --verbose]");
}

#[test]
fn secrets_are_found_by_place_and_by_path_as_by_looking_at_all() {
    let text = "a:\n  password: Zx91kLmQ7731\n  b: {token: Pq82mNrT5520, size: 3}\n# password: Wk55tYuI9921\nblock: |\n  db.password=Rt63vBnM4410\n  api.token=Lk27jHgF8813\n";
    let document = Document::parse(text);
    let secrets = Secrets::of(&document);
    assert!(secrets.all().len() >= 4, "{:?}", secrets.all());
    for start in 0..text.len() {
        for end in [start, start + 1, start + 20, text.len()] {
            let span = Span::new(start, end.min(text.len()));
            let expected = secrets.all().iter().filter(|secret| {
                secret.span.start < span.end.max(span.start + 1) && span.start < secret.span.end
            });
            assert!(
                secrets
                    .touching(span)
                    .map(|secret| secret.span)
                    .eq(expected.map(|secret| secret.span)),
                "{span:?}"
            );
        }
    }
    for (path, count) in [
        ("a", 2),
        ("a.b", 1),
        ("a.password", 1),
        ("a.p", 0),
        ("z", 0),
    ] {
        let path = path.parse().unwrap();
        assert_eq!(secrets.below(&path).count(), count, "{path}");
    }
}

#[test]
fn a_secret_key_beside_a_name_is_a_secret_when_it_is_drawn() {
    secret(
        "s3: {key: shop, secretKey: Hx72kfLqPz91asdf81}",
        Reason::Random,
    );
    for name in [
        "access-key",
        "password",
        "accessKey",
        "AWS_SECRET_ACCESS_KEY",
        "db_password_2",
    ] {
        let reference = format!("data: [{{secretKey: {name}, remoteRef: {{key: shop}}}}]");
        assert_eq!(reported(&reference), [], "{name}");
    }
}

/// What is masked of a text, in the order of the file.
fn masked(yaml: &str) -> Vec<String> {
    let found = detect(&Document::parse(yaml));
    super::parts(&found)
        .into_iter()
        .map(|part| yaml.get(part.range()).unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn what_no_tree_has_is_masked() {
    for (yaml, expected) in [
        // Helm takes the last of two equal keys.
        (
            "db: {a: 1}\npassword: Gh7wRt4zNc83bVqe\npassword: other9x\n",
            &["Gh7wRt4zNc83bVqe", "other9x"][..],
        ),
        (
            "db:\n  password: Gh7wRt4zNc83bVqe\ndb:\n  password: other9x\n",
            &["Gh7wRt4zNc83bVqe", "other9x"],
        ),
        // No YAML: a colon too much.
        (
            "env:\n  - name: DB_PASSWORD\n    value: Gh7wRt4zNc83bVqe: x\n",
            &["Gh7wRt4zNc83bVqe: x"],
        ),
        ("env:\n  - name: LOG\n    value: a: x\n", &[]),
        // A tag, a comment, an anchor.
        ("password: !Gh7wRt4zNc83bVqe\n", &["Gh7wRt4zNc83bVqe"]),
        ("token: #Gh7wRt4zNc83bVqeA\n", &["Gh7wRt4zNc83bVqeA"]),
        ("apiKey: &Gh7wRt4zNc83bVqeB\n", &["Gh7wRt4zNc83bVqeB"]),
        ("token: # set by CI\nsecret: &default x\n", &["x"]),
        (
            "# -----BEGIN RSA PRIVATE KEY-----\n# MIIEowIBAAKCAQEA7mQJ3xQ\n# -----END RSA PRIVATE KEY-----\na: 2\n",
            &[
                "-----BEGIN RSA PRIVATE KEY-----",
                "MIIEowIBAAKCAQEA7mQJ3xQ",
                "-----END RSA PRIVATE KEY-----",
            ],
        ),
    ] {
        assert_eq!(masked(yaml), expected, "{yaml}");
    }
}
