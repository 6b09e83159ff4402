//! Secrets under keys that only mention one: hidden and reported alike where they look drawn, and nothing else is.

use crate::support::Sandbox;

const DRAWS: [&str; 4] = [
    "Hq7Zt2Vm9Kx4Rw8Bn3Lp",
    "d93Fk1Xo7Uc5Tz0Ye6Qa",
    "Jm4Gs8Wb2Ni6Pv1Dh9Cr",
    "u5Ol3Ef7Ax1Zk9Mt4Yq8",
];

const SECRETS: &str = "
TOKEN_GITHUB: A
passwordAdmin: A
GITHUB_PAT: A
storepass: A
passwordV2: A
passwords: {db: B}
redis: {passwords: {main: B}}
tokens: {ci: B}
apiKeys: {ci: B}
extraSecrets: {foo: C}
secretEnv: {FOO: C}
secretData: {FOO: C}
secretKeyBase: C
jwtSigningKeyV2: C
MYSQL_PASSWORD_REPLICA: D
OAUTH_CLIENT_SECRET_GOOGLE: D
PRIVATE_KEY_PEM: D
env: [{key: DB_PASSWORD, val: D}]
";

const NONE: &str = "
tokenUrl: https://id.example.com/Hq7Zt2Vm9Kx4Rw8Bn3Lp
tokenIssuerId: Hq7Zt2Vm9Kx4Rw8Bn3Lp
secretName: shop-database-credentials
passwordChecksum: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
extraSecrets: {tls: shop-tls-certificate, name: some-name-that-is-long}
tokens: {issuer: accounts.example.com, expirySeconds: 360000000000000000}
secretEnv: {LOG_LEVEL_OF_DATABASE: information-and-more}
PASSWORD_DB: database-password-of-shop
";

fn filled(text: &str) -> String {
    let mut text = text.to_owned();
    for (letter, draw) in ["A", "B", "C", "D"].into_iter().zip(DRAWS) {
        for after in ["\n", "}"] {
            let old = format!(": {letter}{after}");
            text = text.replace(&old, &format!(": {draw}{after}"));
        }
    }
    text
}

#[test]
fn keys_that_mention_a_secret_are_hidden_and_reported() {
    for line in filled(SECRETS).lines().filter(|line| !line.is_empty()) {
        let sandbox = Sandbox::with(&[
            ("values-dev.yaml", line),
            ("values-prod.yaml", "level: 1\n"),
        ]);
        let ran = sandbox.run(&["diff", "dev", "prod", "--format", "json"]);
        assert!(
            ran.stdout.contains("redacted"),
            "{line}\n{}{}",
            ran.stdout,
            ran.stderr
        );
        for draw in DRAWS {
            assert!(!ran.stdout.contains(draw), "{line}\n{}", ran.stdout);
        }
        let check = sandbox.run(&["check", "--format", "json"]);
        assert!(
            check.stdout.contains("secrets/plaintext"),
            "{line}\n{}",
            check.stdout
        );
    }
}

#[test]
fn what_is_said_about_a_secret_is_seen() {
    for line in NONE.lines().filter(|line| !line.is_empty()) {
        let sandbox = Sandbox::with(&[
            ("values-dev.yaml", line),
            ("values-prod.yaml", "level: 1\n"),
        ]);
        let ran = sandbox.run(&["diff", "dev", "prod", "--format", "json"]);
        let check = sandbox.run(&["check", "--format", "json"]);
        let all = format!("{}{}", ran.stdout, check.stdout);
        assert!(!all.contains("secrets/plaintext"), "{line}\n{all}");
        assert!(!ran.stdout.contains("redacted"), "{line}\n{all}");
    }
}
