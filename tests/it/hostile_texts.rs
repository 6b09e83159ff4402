//! Texts that mean something to a terminal, a log, Markdown or HTML, in every place that a report takes a text from: in every
//! format they are text, and a reader of the format sees nothing else.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::commands::{COMMANDS, searched};
use crate::support::Sandbox;

const TEXTS: &[&str] = &[
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "\u{9b}2Jx\u{9d}0;title\u{9c}",
    "x\u{202e}lmay\u{2069}\u{200b}\u{2028}y",
    "a\n::error file=x::owned\nb",
    "a\r::stop-commands::x",
    "::add-mask::x",
    "##[error]x ##vso[task.setvariable variable=a]b",
    "a | b |\n|---|---|\n| c | d |",
    "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "</details></summary><!-- x",
    "[a](javascript:alert(1)) ![b](https://evil.example/x.png)",
    "https://evil.example/x www.evil.example",
    "@octocat @octo/team",
    "`a` ``b ```\n# c",
    "]]> &lt;b&gt; <b a=\"",
    "a\\nb \\u001b[2J %0A::error::x",
];

/// A text as JSON that YAML takes as it is.
fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).expect("text");
    let is_escaped = |char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}');
    let escaped = json.chars().map(|char| match is_escaped(char) {
        true => format!("\\u{:04x}", u32::from(char)),
        false => char.to_string(),
    });
    escaped.collect()
}

/// A text as the name of an environment, and of its files.
fn environment(text: &str) -> String {
    text.replace(['/', '\n', '\r', '\0'], "-")
}

/// An app whose keys, values, comments, files and one environment are called like this, one whose chart fails with it, and
/// one whose schema
/// says it. Not every text can be a name of everything.
fn sandbox(text: &str) -> Sandbox {
    let json = quoted(text);
    let name = environment(text);
    let file_name = quoted(&format!("{name}/{{env}}.yaml"));
    let environment = quoted(&name);
    let sandbox = Sandbox::with(&[(
        "envlint.yaml",
        &format!(
            "environments: {{dev: {{}}, staging: {{}}, {environment}: {{tier: staging}}, prod: {{}}}}\napps:\n\
             - {{name: {json}, values: {file_name}, namespace: {json}, release: {json}}}\n\
             - {{name: fails, chart: chart, values: \"{{env}}/values.yaml\"}}\n\
             - {{name: told, chart: told, values: \"{{env}}/values.yaml\", namespace: {json}}}\n\
             perEnvironment: [{{path: mode, expect: {{oneOf: [{json}]}}}}]\n"
        ),
    )]);
    let environments = ["dev", "staging", "prod", &name];
    for (at, environment) in environments.into_iter().enumerate() {
        let comment = text.replace(['\n', '\r', '\u{2028}'], " ");
        // YAML has no such characters but in escapes.
        let comment: String = comment.chars().filter(|char| !char.is_control()).collect();
        let values = format!(
            "# {comment}\n{json}: {at}\nmode: {json}\nchanged{at}: {json}\nlist: [{{name: {json}, value: {at}}}]\n\
             image: {{repository: {json}, tag: latest}} # {comment}\nreplicas: {at}\ndata: {{a: {json}}}\n"
        );
        sandbox.write(&format!("{name}/{environment}.yaml"), &values);
        sandbox.write(&format!("{environment}/values.yaml"), &values);
    }
    for chart in ["chart", "told"] {
        let about = format!(
            "apiVersion: v2\nname: {chart}\nversion: 1.0.0\ndescription: {json}\ndeprecated: true\n"
        );
        sandbox.write(&format!("{chart}/Chart.yaml"), about);
        sandbox.write(
            &format!("{chart}/values.yaml"),
            "mode: {a: b}\nreplicas: 1\n",
        );
    }
    sandbox.write(
        &format!("chart/templates/{name}.yaml"),
        "{{ fail (printf \"%s\\n%v\" .Values.mode .Values) }}\n",
    );
    sandbox.write(
        "told/templates/a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Values.mode | quote }}}\ndata: {{ toJson .Values.data }}\n",
    );
    sandbox.write(
        "told/values.schema.json",
        format!(
            "{{\"properties\": {{\"replicas\": {{\"title\": {json}, \"description\": {json}, \"enum\": [{json}]}}, \"mode\": {{\"const\": {json}}}}}}}"
        ),
    );
    sandbox.write(&format!("loose/{name}.yaml"), "a: [\n");
    sandbox.write(
        "loose/values-dev.yaml",
        format!("{json}: [ {comment}\n", comment = "{{ x }}"),
    );
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    sandbox
}

/// What a terminal or the keeper of a log obeys.
fn is_inert(command: &[&str], output: &str) {
    let odd = output.chars().find(|char| {
        (char.is_control() && !matches!(char, '\n' | '\t'))
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    });
    assert_eq!(odd, None, "{command:?}: {output}");
    let is_github = command.contains(&"github");
    for line in output.lines() {
        assert!(
            !line.contains("##[") && !line.contains("##vso["),
            "{command:?}: {line}"
        );
        let Some(order) = line.trim_start().strip_prefix("::") else {
            continue;
        };
        let Some((order, _)) = order.split_once("::") else {
            continue;
        };
        let (name, properties) = order.split_once(' ').unwrap_or((order, ""));
        // ` ::: file` is how a snippet names a second file.
        if !name.starts_with(|char: char| char.is_ascii_alphabetic()) {
            continue;
        }
        assert!(
            is_github && matches!(name, "error" | "warning" | "notice"),
            "{command:?}: {line}"
        );
        for property in properties.split(',') {
            let (key, _) = property.split_once('=').expect("a property");
            assert!(
                ["file", "line", "endLine", "col", "endColumn", "title"].contains(&key),
                "{command:?}: {line}"
            );
        }
    }
}

/// Markdown in which nothing is markup but what envlint wrote: no HTML, no link to elsewhere, no mention.
fn is_plain_markdown(command: &[&str], output: &str) {
    let mut code = 0;
    for event in Parser::new_ext(
        output,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
    ) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code += 1,
            Event::End(TagEnd::CodeBlock) => code -= 1,
            Event::Html(html) | Event::InlineHtml(html) => {
                let tag = html.trim();
                let own = [
                    "<details>",
                    "</details>",
                    "<br>",
                    "<details><summary>Change of the file</summary>",
                ];
                assert!(own.contains(&tag), "{command:?}: {tag}\n{output}");
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                assert!(
                    !dest_url.contains("evil") && !dest_url.contains("javascript"),
                    "{command:?}: {dest_url}\n{output}"
                );
            }
            Event::Text(text) if code == 0 => {
                assert!(!text.contains("@octo"), "{command:?}: {text}\n{output}");
            }
            _ => {}
        }
    }
}

fn is_xml(command: &[&str], output: &str) {
    let mut reader = quick_xml::Reader::from_str(output.trim());
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                let name = AsRef::<str>::as_ref(&tag.name()).to_owned();
                assert!(
                    [
                        "testsuites",
                        "testsuite",
                        "testcase",
                        "failure",
                        "properties",
                        "property",
                        "system-out",
                        "skipped",
                        "error"
                    ]
                    .contains(&name.as_str()),
                    "{command:?}: {name}\n{output}"
                );
            }
            Ok(_) => {}
            Err(error) => panic!("{command:?} is no XML: {error}\n{output}"),
        }
    }
}

#[test]
fn a_text_is_a_text_in_every_format() {
    for text in TEXTS {
        let sandbox = sandbox(text);
        let argument = text.replace('\0', "");
        let name = environment(text);
        let others: [&[&str]; 9] = [
            &[
                "promote",
                "--from",
                "staging",
                "--to",
                &name,
                "--everything",
            ],
            &["diff", &name, "prod", "--format", "markdown"],
            &["diff", "staging", &name, "--rendered"],
            &["check", "--changed-since", &argument],
            &[
                "promote", "--from", "dev", "--to", "staging", "--rev", &argument,
            ],
            &["promote", "--from", &argument, "--to", "staging"],
            &["explain", &argument],
            &["check", "--", &argument],
            &["render", &argument, "--env", "dev"],
        ];
        for command in COMMANDS.iter().copied().chain(others) {
            let (output, ran) = searched(&sandbox, command);
            assert!(!output.contains("panicked"), "{command:?}: {output}");
            let has = |format: &str| command.windows(2).any(|pair| pair == ["--format", format]);
            // For another program.
            let is_raw = matches!(command[0], "render" | "template");
            is_inert(command, if is_raw { &ran.stderr } else { &output });
            if has("json") || has("sarif") || has("gitlab") {
                let report = ran.stdout.trim();
                assert!(
                    report.is_empty() || serde_json::from_str::<serde_json::Value>(report).is_ok(),
                    "{command:?} is no JSON:\n{report}"
                );
            }
            if has("junit") {
                is_xml(command, &ran.stdout);
            }
            if has("markdown") {
                is_plain_markdown(command, &ran.stdout);
            }
            if command.contains(&"--pr-body") {
                is_plain_markdown(
                    command,
                    output.rsplit(&ran.stderr).next().unwrap_or_default(),
                );
            }
        }
    }
}

#[test]
fn json_has_the_text_itself() {
    for text in TEXTS {
        let sandbox = sandbox(text);
        let ran = sandbox.run(&["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|_| panic!("{text:?}: {}", ran.stderr));
        let apps: Vec<&str> = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter_map(|finding| finding["app"].as_str())
            .collect();
        assert!(
            apps.contains(text),
            "{text:?} is none of {apps:?}\n{}",
            ran.stderr
        );
    }
}
