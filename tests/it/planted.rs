//! Secrets in every place that a command reads: none comes out, and every report is still one that programs can read.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::commands::{COMMANDS, OUT, base64, searched};
use crate::support::Sandbox;

/// Secrets whose characters mean something to YAML, Markdown, XML, JSON or a workflow command.
#[derive(Debug, Clone)]
struct Secrets {
    /// A token that is known by its shape, with `_` in it; it may stand anywhere.
    token: String,
    /// A password with `*`, `|`, `<` and `_`.
    symbols: String,
    /// A password of digits.
    digits: String,
    /// A password that is a word.
    word: String,
}

impl Secrets {
    fn all(&self) -> [&String; 4] {
        [&self.token, &self.symbols, &self.digits, &self.word]
    }
}

fn secrets() -> impl Strategy<Value = Secrets> {
    (
        "[A-Z][a-z][0-9][A-Za-z0-9]{19}",
        "[A-Z][a-z][0-9][A-Za-z0-9]{56}",
        "[A-Z][a-z][0-9]{2}_[*][|]<[A-Z][a-z][0-9]{4}",
        "[1-9][0-9]{11}",
        "zu(qq|zz)[a-z]{3}",
    )
        .prop_map(|(short, long, symbols, digits, word)| Secrets {
            token: format!("github_pat_{short}_{long}"),
            symbols,
            digits,
            word,
        })
}

/// A workspace with the secrets in values, keys, comments, the configuration, a schema, a chart and its subchart, manifests,
/// files of no app, and the names of files.
fn files(secrets: &Secrets) -> Vec<(String, String)> {
    let Secrets {
        token,
        symbols,
        digits,
        word,
    } = secrets;
    let values = |replicas: usize| {
        format!(
            "# was {token}, password={symbols}\n\
             replicas: {replicas}\nmode: {token}\nport: none\n\
             '{token}': on\nlabels: {{'{token}': yes}}\n\
             db:\n  password: '{symbols}'\n  pin: &pin 1\n  passphrase: {word}\n  secretKey: {digits}\n\
             env:\n  - {{name: DB_PASSWORD, value: '{symbols}'}}\n\
             text: |\n  {{\"password\": \"{symbols}\", \"token\": \"{token}\"}}\n\
             encoded: {}\nurl: https://app:{word}@example.com/x\n\
             sub: {{auth: flat}}\n",
            base64(token)
        )
    };
    let file = |path: &str, text: String| (path.to_owned(), text);
    vec![
        file(
            "envlint.yaml",
            format!(
                "# {token}\nenvironments: {{dev: {{}}, staging: {{}}, prod: {{}}}}\n\
                 apps:\n  - {{name: shop, chart: chart, values: \"{{env}}/values.yaml\"}}\n\
                 perEnvironment:\n  - {{path: replicas, expect: {{oneOf: ['{token}', 7]}}}}\n  - {{path: 'gone.{token}'}}\n  - {{path: db.**}}\n  - {{path: db.password, expect: {{oneOf: [{word}]}}}}\n\
                 secrets: {{db: {{password: {{}}}}}}\n\
                 fleet:\n  template: kinds/{{kind}}.j2\n  values: made/{{env}}/{{app}}.yaml\n  apps:\n  \
                 - {{name: made, kind: web, values: {{password: '{symbols}', mode: {token}}}, perEnvironment: {{prod: {{password: {word}}}}}}}\n  \
                 - {{name: fails, kind: bad, values: {{password: {word}, pin: {{secretKey: {digits}}}}}}}\n  \
                 - {{name: '{token}', kind: web}}\n  - {{name: lost, kind: '{token}'}}\n  - {{name: odd, kind: web, {token}: 1}}\n  \
                 - {{name: none, groups: ['{token}']}}\n"
            ),
        ),
        file(
            "kinds/web.j2",
            format!("# {token}\nauth: {{password: {{{{ values.password | yaml }}}}, token: {token}}}\nmode: {{{{ values.mode }}}}\n"),
        ),
        file(
            "kinds/bad.j2",
            format!("password: {symbols}\na: {{{{ values.password | int }}}}{{{{ values.gone ~ '{token}' }}}}\n"),
        ),
        file(
            "made/prod/made.yaml",
            format!("auth: {{password: {word}, token: '{symbols}'}}\nmode: {token}\n"),
        ),
        file("dev/values.yaml", values(3)),
        file("staging/values.yaml", values(2).replace("mode", "mood")),
        file("prod/values.yaml", values(1)),
        file(&format!("dev/{token}.yaml"), "a: 1\n".to_owned()),
        file(
            "apply/secret.yaml",
            format!(
                "# password: {symbols}\napiVersion: v1\nkind: Secret\ndata: {{password: {}, token: {}}}\n---\n\
                 apiVersion: v1\nkind: Secret\nstringData: {{passphrase: {word}, pin: '{digits}', key: {token}}}\n",
                base64(symbols),
                base64(token)
            ),
        ),
        file(
            "apply/config.yaml",
            format!(
                "data:\n  a.properties: |\n    db.password={symbols}\n    db.token={token}\n  b.xml: |\n    <name>x.password</name>\n    <value>{word}</value>\n  \
                 c.sql: |\n    CREATE USER a PASSWORD '{symbols}';\n  d.sh: |\n    curl -u app:{digits} https://example.com\n    curl -H \"Authorization: Bearer {token}\"\n  \
                 e.yaml: |\n    - name: DB_PASSWORD\n      value: {word}\n    - name: OTHER_PASSWORD\n      value: '{symbols}'\n"
            ),
        ),
        file(
            "apply/texts.yaml",
            format!(
                "kind: SecretList\nitems:\n- data: {{k: {}}}\n---\n\
                 metadata:\n  annotations:\n    last-applied: |\n      {{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"stringData\":{{\"k\":\"{symbols}\"}},\"data\":{{\"j\":\"{}\"}}}}\n\
                 a: |\n  passwords:\n    - '{symbols}'\n  password: |\n    {word}\n\
                 b: |\n  <password>\n    {word}\n  </password>\n  <entry key=\"password\">{digits}</entry>\n\
                 c: |\n  password=\\\n    {digits}\n  password = \"\"\"\n  {symbols}\"\"\"\n\
                 d: mysql -p{digits} shop\n",
                base64(symbols),
                base64(digits)
            ),
        ),
        file(
            "loose/values-blue.yaml",
            format!("auth: {{user: {word}, password: {word}}}\nbindPW: '{symbols}'\n"),
        ),
        file(
            "loose/Chart.yaml",
            "apiVersion: v2\nname: loose\nversion: 1.0.0\n".to_owned(),
        ),
        file(
            "loose/templates/a.yaml",
            format!(
                "kind: Secret\nname: {{{{ .Values.x }}}}\npassword: {word}\nuser: a # {token}\nstringData:\n  password: '{symbols}'\ndata:\n  token: {}\n",
                base64(token)
            ),
        ),
        file(
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies: [{name: sub, version: 1.0.0, condition: db.password}]\n"
                .to_owned(),
        ),
        file(
            "chart/values.yaml",
            format!("# token {token}\nport: {{password: '{symbols}', token: {word}}}\nmode: a\nsub: {{auth: {{password: {word}}}}}\n"),
        ),
        file(
            "chart/charts/sub/Chart.yaml",
            "apiVersion: v2\nname: sub\nversion: 1.0.0\n".to_owned(),
        ),
        file(
            "chart/charts/sub/values.yaml",
            format!("auth: {{token: {token}, passphrase: {word}}}\n"),
        ),
        file(
            "chart/values.schema.json",
            format!(
                "{{\"properties\": {{\"mode\": {{\"enum\": [\"{token}x\", \"b\"]}}, \"replicas\": {{\"const\": \"{token}\"}}}}}}"
            ),
        ),
        file(
            "chart/templates/refuse.yaml",
            format!("# {token}\n{{{{ fail (printf \"%v {token} %s\" .Values (toJson .Values)) }}}}\n"),
        ),
    ]
}

/// Whether what a command printed is what its format promises.
fn is_readable(command: &[&str], output: &str) -> Result<(), TestCaseError> {
    let has = |format: &str| command.windows(2).any(|pair| pair == ["--format", format]);
    let text = output.trim();
    if text.is_empty() {
        return Ok(());
    }
    if has("json") || has("sarif") || has("gitlab") {
        let parsed = serde_json::from_str::<serde_json::Value>(text);
        prop_assert!(parsed.is_ok(), "{command:?} is no JSON:\n{text}");
    }
    if has("junit") {
        let mut reader = quick_xml::Reader::from_str(text);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => prop_assert!(false, "{command:?} is no XML: {error}\n{text}"),
            }
        }
    }
    if has("markdown") {
        let mut columns = None;
        for line in text.lines() {
            if !line.starts_with('|') {
                columns = None;
                continue;
            }
            let count = line.replace("\\|", "").matches('|').count();
            prop_assert_eq!(
                *columns.get_or_insert(count),
                count,
                "{:?} has a row of other columns:\n{}",
                command,
                line
            );
        }
    }
    Ok(())
}

fn hides(secrets: &Secrets, command: &[&str], output: &str) -> Result<(), TestCaseError> {
    prop_assert!(!output.contains("panicked"), "{command:?}: {output}");
    for secret in secrets.all() {
        let escaped = serde_json::to_string(secret).expect("text");
        let markdown = secret
            .replace('_', "\\_")
            .replace('*', "\\*")
            .replace('|', "\\|");
        let xml = secret.replace('<', "&lt;");
        for form in [
            secret.clone(),
            base64(secret),
            escaped.trim_matches('"').to_owned(),
            markdown,
            xml,
        ] {
            prop_assert!(
                !output.contains(&form),
                "{command:?} shows {form}:\n{output}"
            );
        }
    }
    Ok(())
}

/// A packed chart, with a subchart that is packed by itself.
fn archive(files: &[(String, String)]) -> Vec<u8> {
    let (inner, outer): (Vec<_>, Vec<_>) = files
        .iter()
        .cloned()
        .partition(|(path, _)| path.starts_with("chart/charts/sub/"));
    let inner = inner
        .into_iter()
        .map(|(path, text)| (path.replace("chart/charts/", ""), text.into_bytes()));
    let inner = packed(inner.collect());
    let outer = outer
        .into_iter()
        .map(|(path, text)| (path, text.into_bytes()));
    let sub = ("chart/charts/sub-1.0.0.tgz".to_owned(), inner);
    packed(outer.chain([sub]).collect())
}

fn packed(files: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut builder = tar::Builder::new(encoder);
    for (path, data) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, path, data.as_slice())
            .expect("an entry");
    }
    let encoder = builder.into_inner().expect("a tar");
    encoder.finish().expect("a gzip")
}

fn sandbox(files: &[(String, String)]) -> Sandbox {
    let borrowed = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()));
    Sandbox::with(&borrowed.collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(Config { cases: 2, max_shrink_iters: 20, failure_persistence: None, rng_seed: RngSeed::Fixed(20261126), ..Config::default() })]

    #[test]
    fn no_place_lets_a_secret_out(secrets in secrets()) {
        let files = files(&secrets);
        let written = sandbox(&files);
        for command in COMMANDS {
            let (output, ran) = searched(&written, command);
            hides(&secrets, command, &output)?;
            let machine = match command.contains(&OUT) {
                true => &output,
                false => &ran.stdout,
            };
            is_readable(command, machine)?;
        }
        // Without the chart's refusal there are manifests to compare, and Helm warns of what does not fit.
        let mild: Vec<(String, String)> = files
            .into_iter()
            .filter(|(path, _)| !path.ends_with("refuse.yaml") && !path.ends_with("schema.json"))
            .collect();
        let written = sandbox(&mild);
        for command in [
            &["diff", "dev", "staging", "--rendered"][..],
            &["diff", "dev", "prod", "--rendered", "--format", "json"],
            &["check", "--format", "markdown"],
        ] {
            let (output, ran) = searched(&written, command);
            hides(&secrets, command, &output)?;
            is_readable(command, &ran.stdout)?;
        }
        let ran = written.run(&["template", "shop", "chart", "-f", "dev/values.yaml"]);
        prop_assert!(ran.stderr.contains("warning: cannot overwrite table"), "{}", ran.stderr);
        prop_assert!(!ran.stderr.contains("warning: warning"), "{}", ran.stderr);
        hides(&secrets, &["template"], &ran.stderr)?;
    }

    #[test]
    fn no_past_and_no_archive_lets_a_secret_out(secrets in secrets()) {
        let files = files(&secrets).into_iter();
        let (packed, kept): (Vec<_>, Vec<_>) = files
            .filter(|(path, _)| !path.ends_with("schema.json"))
            .partition(|(path, _)| path.starts_with("chart/"));
        let written = sandbox(&kept);
        let config = std::fs::read_to_string(written.root().join("envlint.yaml")).expect("the configuration");
        written.write("envlint.yaml", config.replace("chart: chart", "chart: shop.tgz"));
        std::fs::write(written.root().join("shop.tgz"), archive(&packed)).expect("an archive");
        written.git(&["init", "--quiet"]);
        let commit = |values: &str| {
            written.git(&["add", "--all"]);
            let author = format!("{} <{}@example.com>", secrets.token, secrets.word);
            let message = format!("{values}: password={}", secrets.symbols);
            written.git(&["commit", "--quiet", "--author", &author, "--message", &message]);
        };
        commit("secrets");
        // Production keeps what the others had; staging had it once; dev goes on.
        for (environment, mode) in [("dev", "a"), ("staging", "b")] {
            written.write(&format!("{environment}/values.yaml"), format!("replicas: 1\nmode: {mode}\nport: none\n"));
            commit(environment);
        }
        let branch = format!("b/{}", secrets.token);
        written.git(&["branch", &branch]);
        for command in COMMANDS {
            let (output, _) = searched(&written, command);
            hides(&secrets, command, &output)?;
        }
        for command in [
            &["diff", "--app", "shop", "dev@HEAD~2", "dev"][..],
            &["diff", "--app", "shop", "staging@HEAD~2", "prod@HEAD", "--format", "markdown"],
            &["diff", "--app", "shop", "dev@HEAD~2", "dev", "--format", "json-patch"],
            &["diff", "--app", "shop", &format!("dev@{branch}"), "dev"],
            &["promote", "--app", "shop", "--from", "dev", "--to", "staging", "--rev", "HEAD~2", "--everything"],
            &["promote", "--app", "shop", "--from", "staging", "--to", "prod", "--rev", &branch, "--everything"],
            &["check", "--changed-since", "HEAD~2"],
            &["check", "--changed-since", &branch],
        ] {
            let (output, ran) = searched(&written, command);
            prop_assert!(ran.status < 2, "{command:?}: {}", ran.stderr);
            hides(&secrets, command, &output)?;
        }
    }

    #[test]
    fn no_argument_is_said_again_with_a_secret_in_it(secrets in secrets()) {
        let written = sandbox(&files(&secrets));
        let Secrets { token, symbols, word, .. } = &secrets;
        let set = |value: &str| format!("db.password={value}");
        for command in [
            vec!["check".to_owned(), token.clone()],
            vec!["check".to_owned(), "--env".to_owned(), token.clone()],
            vec!["check".to_owned(), "--format".to_owned(), token.clone()],
            vec!["check".to_owned(), "--changed-since".to_owned(), token.clone()],
            vec!["explain".to_owned(), token.clone()],
            vec!["diff".to_owned(), token.clone(), "prod".to_owned()],
            vec!["render".to_owned(), token.clone(), "--env".to_owned(), "prod".to_owned()],
            vec!["--config".to_owned(), token.clone(), "check".to_owned()],
            vec![token.clone()],
            vec![format!("--token={symbols}")],
            vec!["template".to_owned(), "chart".to_owned(), format!("--st={}", set(symbols))],
            vec!["template".to_owned(), "chart".to_owned(), format!("--kube-version=password={word}")],
            vec!["template".to_owned(), "chart".to_owned(), "--set".to_owned(), set(&format!("{symbols},a[x"))],
            vec!["template".to_owned(), "chart".to_owned(), "--set-json".to_owned(), format!("{{\"password\": \"{symbols}")],
            vec!["template".to_owned(), "chart".to_owned(), "--set-json".to_owned(), format!("password={word}")],
            vec!["template".to_owned(), "chart".to_owned(), "--set-literal".to_owned(), set(symbols)],
            vec!["template".to_owned(), "chart".to_owned(), "--set-string".to_owned(), format!("db={{{word}}},port.password={word}")],
            vec!["template".to_owned(), "chart".to_owned(), "--set-file".to_owned(), format!("password={token}")],
            vec!["template".to_owned(), "chart".to_owned(), "-f".to_owned(), token.clone()],
            vec!["template".to_owned(), token.clone(), "chart".to_owned(), token.clone()],
        ] {
            let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
            let ran = written.run(&arguments);
            prop_assert!(ran.status != 0, "{command:?} is refused");
            hides(&secrets, &arguments, &format!("{}\n{}", ran.stdout, ran.stderr))?;
        }
    }
}
