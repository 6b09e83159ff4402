//! Secrets in texts that are documents or files themselves: what is masked of them, and what is left.

use envlint_yaml::Document;

use super::super::{detect, may_hold, parts};

/// The text with what is masked taken out.
fn masked(text: &str) -> String {
    let mut shown = text.to_owned();
    let found = detect(&Document::parse(text));
    assert!(found.is_empty() || may_hold(text), "{text}\nis put aside");
    for part in parts(&found).iter().rev() {
        shown.replace_range(part.range(), "*");
    }
    shown
}

#[track_caller]
fn hidden(text: &str, shown: &str) {
    assert_eq!(masked(text), shown);
}

#[test]
fn a_secret_in_a_text_is_a_secret() {
    hidden(
        "metadata:\n  annotations:\n    last-applied: |\n      {\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"stringData\":{\"word\":\"hunter2\"},\"data\":{\"k\":\"aHVudGVyMg==\"}}\n",
        "metadata:\n  annotations:\n    last-applied: |\n      {\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"stringData\":{\"word\":\"*\"},\"data\":{\"k\":\"*\"}}\n",
    );
    hidden(
        "a: '{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"k\":\"aHVudGVyMg==\"}}'\n",
        "a: '{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"k\":\"*\"}}'\n",
    );
    // Escaped, and a list of them.
    hidden(
        "a: \"{\\\"kind\\\":\\\"List\\\",\\\"items\\\":[{\\\"kind\\\":\\\"Secret\\\",\\\"data\\\":{\\\"k\\\":\\\"aHVudGVyMg==\\\"}}]}\"\n",
        "a: \"{\\\"kind\\\":\\\"List\\\",\\\"items\\\":[{\\\"kind\\\":\\\"Secret\\\",\\\"data\\\":{\\\"k\\\":\\\"*\\\"}}]}\"\n",
    );
    hidden(
        "a: |\n  b: |\n    apiVersion: v1\n    kind: Secret\n    stringData:\n      k: hunter2\n",
        "a: |\n  b: |\n    apiVersion: v1\n    kind: Secret\n    stringData:\n      k: *\n",
    );
}

#[test]
fn every_item_of_a_list_of_secrets_is_one() {
    hidden(
        "kind: SecretList\nitems:\n- metadata: {name: x}\n  data: {k: aHVudGVyMg==}\n",
        "kind: SecretList\nitems:\n- metadata: {name: x}\n  data: {k: *}\n",
    );
    hidden(
        "kind: List\nitems:\n- kind: Secret\n  data: {k: aHVudGVyMg==, j: no base64}\n",
        "kind: List\nitems:\n- kind: Secret\n  data: {k: *, j: *}\n",
    );
}

#[test]
fn the_entries_of_a_broken_secret_are_hidden() {
    hidden(
        "kind: Secret\nstringData:\n  k: hunter2: x\n",
        "kind: Secret\nstringData:\n  k: *\n",
    );
}

#[test]
fn settings_go_on_below_their_names() {
    for (text, shown) in [
        ("a: |\n  password:Xk29vQ7mLp\n", "a: |\n  password:*\n"),
        (
            "a: |\n  password=\\\n    Xk29vQ7mLp\n  port=1\n",
            "a: |\n  password=\\\n    *\n  port=1\n",
        ),
        (
            "a: |\n  db:\n    password: |\n      Xk29vQ7mLp\n",
            "a: |\n  db:\n    password: |\n      *\n",
        ),
        (
            "a: |\n  passwords:\n    - Xk29vQ7mLp\n",
            "a: |\n  passwords:\n    - *\n",
        ),
        (
            "a: |\n  <password>\n    Xk29vQ7mLp\n  </password>\n",
            "a: |\n  <password>\n    *\n  </password>\n",
        ),
        (
            "a: |\n  <password><![CDATA[Xk29vQ7mLp]]></password>\n",
            "a: |\n  <password><![CDATA[*]]></password>\n",
        ),
        (
            "a: |\n  {\"passwords\": [\"Xk29vQ7mLp\"], \"b\": 1}\n",
            "a: |\n  {\"passwords\": [\"*\"], \"b\": 1}\n",
        ),
        (
            "a: |\n  password = \"\"\"\n  Xk29vQ7mLp\"\"\"\n",
            "a: |\n  password = \"\"\"\n  *\"\"\"\n",
        ),
        (
            "a: |\n  password = <<-EOT\n    Xk29vQ7mLp\n  EOT\n",
            "a: |\n  password = <<-EOT\n    *\n  EOT\n",
        ),
        (
            "a: |\n  - name: DB_PASSWORD\n    value: |\n      Xk29vQ7mLp\n",
            "a: |\n  - name: DB_PASSWORD\n    value: |\n      *\n",
        ),
        (
            "b: 1\n# {\"password\":\n#   \"Xk29vQ7mLp\"}\n",
            "b: 1\n# {\"password\":\n#   \"*\"}\n",
        ),
        (
            "b: 1\n# passwords:\n# - Xk29vQ7mLp\n",
            "b: 1\n# passwords:\n# - *\n",
        ),
    ] {
        hidden(text, shown);
    }
}

#[test]
fn a_text_that_is_rendered_later_is_read_all_the_same() {
    hidden(
        "a: |\n  {{- if .x }}\n  host: {{ .host }}\n  passwords:\n    - Xk29vQ7mLp\n    - {{ .y }}-Yk29vQ7mLp\n  password: {{ .password | quote }}\n  {{- end }}\n",
        "a: |\n  {{- if .x }}\n  host: {{ .host }}\n  passwords:\n    - *\n    - {{ .y }}-Yk29vQ7mLp\n  password: {{ .password | quote }}\n  {{- end }}\n",
    );
}

#[test]
fn settings_of_other_languages_are_hidden() {
    for (text, shown) in [
        (
            "a: mysql -h db -pXk29vQ7mLp shop\n",
            "a: mysql -h db -p* shop\n",
        ),
        (
            "a: |\n  <property name=\"db.password\" value=\"Xk29vQ7mLp\"/>\n",
            "a: |\n  <property name=\"db.password\" value=\"*\"/>\n",
        ),
        (
            "a: |\n  <entry key=\"password\">Xk29vQ7mLp</entry>\n",
            "a: |\n  <entry key=\"password\">*</entry>\n",
        ),
        (
            "a: |\n  os.environ[\"DB_PASSWORD\"] = \"Xk29vQ7mLp\"\n",
            "a: |\n  os.environ[\"DB_PASSWORD\"] = \"*\"\n",
        ),
        (
            "a: |\n  variable \"db_password\" {\n    default = \"Xk29vQ7mLp\"\n  }\n",
            "a: |\n  variable \"db_password\" {\n    default = \"*\"\n  }\n",
        ),
    ] {
        hidden(text, shown);
    }
}

#[test]
fn what_is_no_secret_stays_in_a_text() {
    for text in [
        "a: |\n  {\"kind\":\"ConfigMap\",\"data\":{\"k\":\"aHVudGVyMg==\"}}\n",
        "a: |\n  kind: SecretStore\n  data:\n    k: hunter2\n",
        "a: |\n  secretKeyRef:\n    name: db\n    key: password\n",
        "a: |\n  existingSecret: db\n  passwordKey: |\n    password\n",
        "a: |\n  Run it with\n  secret:latest\n",
        "a: |\n  # passwords:\n  # - of the first user\n",
        "b: 1\n# API_SECRET: xxx\n# TOKEN: xxx\n",
        "a: |\n  limits:\n    tokens: \"20M tokens / week\"\n  apiKey: user_provided\n",
        "b: 1\n# password:\n#   the password of the first user\n",
        "a: docker run --name mysql -p3306:3306 mysql\n",
        "a: |\n  variable \"region\" {\n    default = \"Xk29vQ7mLp\"\n  }\n",
        "a: |\n  <password type=\"text\"/>\n  <name>Xk29vQ7mLp</name>\n",
    ] {
        hidden(text, text);
    }
}
