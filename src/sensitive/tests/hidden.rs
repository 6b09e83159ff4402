//! What is masked, and what of it is reported.

use super::*;

#[test]
fn masked_although_not_reported() {
    for yaml in [
        "token: default-token",
        "password: mariadb-root-password",
        "password: correct horse",
        "apiKeys: [one, two]",
    ] {
        let found = detect(&Document::parse(yaml));
        assert!(
            !found.is_empty() && found.iter().all(|secret| secret.reason == Reason::Named),
            "{yaml}: {found:?}"
        );
    }
}

#[test]
fn hashes_are_masked_and_not_reported() {
    for yaml in [
        "users: admin:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
        "adminPassword: $2a$10$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
    ] {
        silent(yaml);
        assert_eq!(masked(yaml).len(), 1, "{yaml}");
    }
}

#[test]
fn a_user_that_tells_the_password_is_masked() {
    for (yaml, expected) in [
        (
            "auth: {username: shop, password: shop}",
            &["shop", "shop"][..],
        ),
        ("auth: {username: shop, password: whale}", &["whale"]),
        ("url: postgres://shop:shop@shop/shop", &["shop", "shop"]),
        (
            "env: [{name: A_USER, value: shop}, {name: A_PASSWORD, value: shop}]",
            &["shop", "shop"],
        ),
        (
            "text: |\n  host=whale\n  db.password=whale\n  user=whale\n",
            &["whale"],
        ),
    ] {
        assert_eq!(masked(yaml), expected, "{yaml}");
    }
    let yaml = "text: |\n  host=whale\n  db.password=whale\n";
    let found = detect(&Document::parse(yaml));
    let places: Vec<usize> = crate::sensitive::parts(&found)
        .iter()
        .map(|part| part.start)
        .collect();
    assert_eq!(places, [yaml.len() - "whale\n".len()]);
    let yaml = "url: postgres://shop:shop@shop/shop";
    let found = detect(&Document::parse(yaml));
    let places: Vec<usize> = crate::sensitive::parts(&found)
        .iter()
        .map(|part| part.start)
        .collect();
    assert_eq!(places, [16, 21]);
}

#[test]
fn an_alias_hides_its_anchor() {
    let yaml = "shared: &pw sunshine\npassword: *pw\n";
    let found = detect(&Document::parse(yaml));
    let hidden: Vec<&str> = crate::sensitive::parts(&found)
        .iter()
        .map(|part| &yaml[part.range()])
        .collect();
    assert_eq!(hidden, ["sunshine"]);
}

#[test]
fn tokens_in_comments_are_reported_and_passwords_are_masked() {
    let aws = format!("a: 1 # was {}IOSFODNN7QRSTUVW", "AKIA");
    secret(&aws, Reason::KeyId("the ID of an AWS access key"));
    let yaml = "a: 1 # password: x8Kd92mZpQ4r\nb: 2\n";
    silent(yaml);
    let found = detect(&Document::parse(yaml));
    let hidden: Vec<&str> = crate::sensitive::parts(&found)
        .iter()
        .map(|part| &yaml[part.range()])
        .collect();
    assert_eq!(hidden, ["x8Kd92mZpQ4r"]);
    silent("a: 1 # password: password1");
}

#[test]
fn an_encoded_file_of_hashes_is_no_password_in_plain_text() {
    let hashed = "c2hvcDokYXByMSR6UDNxOHdYayRWdDVZYjdOYzJMZDlSbTRLczZKZjAvCg==";
    silent(&format!("kind: Secret\ndata:\n  auth: {hashed}\n"));
    silent(&format!("basicAuth: {{auth: {hashed}}}"));
}
