//! `envlint diff` of environments: what each path is, and what differs inside of values.

use insta::assert_snapshot;

use crate::support::Sandbox;

const STAGING: &str = "environments/staging/values.yaml";

#[test]
fn diff_says_what_each_path_is() {
    let sandbox = Sandbox::fixture("promotion/pending");
    for format in ["text", "unified", "json", "markdown"] {
        let ran = sandbox.run(&["diff", "dev", "staging", "--format", format]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        assert_snapshot!(format!("diff-{format}"), ran.stdout);
    }
}

#[test]
fn diff_ends_with_one_where_that_is_asked_for_and_there_are_differences() {
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let diff = |sandbox: &Sandbox| sandbox.run(&["diff", "dev", "prod", "--exit-code"]);
    assert_eq!(diff(&sandbox).status, 0);
    // A comment is no difference of values.
    sandbox.write("values-prod.yaml", "a: 1 # one\n");
    assert_eq!(diff(&sandbox).status, 0);
    sandbox.write("values-prod.yaml", "a: 2\n");
    assert_eq!(diff(&sandbox).status, 1);
    assert_eq!(sandbox.run(&["diff", "dev", "prod"]).status, 0);
}

#[test]
fn what_is_rendered_is_compared() {
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  level: {{ .Values.level | quote }}\n";
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", chart),
        ("templates/config.yaml", template),
        ("values-dev.yaml", "level: debug\n"),
        ("values-prod.yaml", "level: info\n"),
    ]);
    let ran = sandbox.run(&["diff", "dev", "prod", "--rendered", "--exit-code"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("-  level: \"debug\"\n+  level: \"info\"\n"),
        "{}",
        ran.stdout
    );
    sandbox.write("values-prod.yaml", "level: debug # the same\n");
    let ran = sandbox.run(&["diff", "dev", "prod", "--rendered", "--exit-code"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    sandbox.write("templates/config.yaml", "{{ .Values.level | nonsense }}");
    let ran = sandbox.run(&["diff", "dev", "prod", "--rendered"]);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("does not render with the values of dev"),
        "{}",
        ran.stderr
    );
}

/// The first block of that language in a page of the guide.
fn block<'p>(page: &'p str, language: &str) -> &'p str {
    let (_, after) = page
        .split_once(&format!("```{language}\n"))
        .expect("a block");
    after.split_once("```").expect("the end of the block").0
}

#[test]
fn the_guide_shows_what_diff_prints() {
    let page = include_str!("../../docs/diff.md");
    const DEV: &str = "environments/dev/values.yaml";
    let both = "replicas: 1\nimage:\n  repository: shop\n  tag: '4.1.0'\ntimeout: 30s\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", "perEnvironment: [{path: replicas}]\n"),
        (DEV, both),
        (STAGING, both),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    sandbox.git(&["tag", "v1.4"]);
    let moved = both.replace("'4.1.0'", "\"4.2.0\"");
    sandbox.write(DEV, moved + "banner: |\n  Welcome.\n");
    sandbox.write(STAGING, both.replace("1\n", "2\n").replace("30s", "60s"));
    sandbox.commit();
    let text = sandbox.run(&["diff", "dev", "staging"]).stdout;
    assert_eq!(text, block(page, "text"));
    let json = sandbox
        .run(&["diff", "dev", "staging", "--format", "json"])
        .stdout;
    let data = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    assert_eq!(data(&json), data(block(page, "json")));
    let past = sandbox.run(&["diff", "staging@v1.4..staging"]).stdout;
    let (_, after) = page
        .split_once("    envlint diff staging@v1.4..staging\n")
        .expect("the command");
    assert_eq!(past, block(after, "text"));
}

#[test]
fn what_differs_inside_of_a_value_is_shown_and_the_two_sides_next_to_each_other() {
    let page = include_str!("../../docs/diff.md");
    let values = |host: &str, settings: &str| {
        format!("hosts: [a.example.com, {host}]\nsettings: |\n  level=info\n{settings}\n")
    };
    let dev = values("b.example.com", "  timeout=10\n  mode=a\n  size=1");
    let staging = values(
        "c.example.com",
        "  timeout=20 \n  mode=a\n  size=1\n  queue=4",
    );
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", "perEnvironment: [{path: replicas}]\n"),
        ("environments/dev/values.yaml", &staging),
        (STAGING, &staging),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    sandbox.write("environments/dev/values.yaml", dev);
    let (_, inside) = page
        .split_once("never where it differs.")
        .expect("the part");
    let below = sandbox.run(&["diff", "dev", "staging"]);
    assert_eq!(below.stdout, block(inside, "text"));
    let (_, beside) = page.split_once("## Side by side").expect("the part");
    let columns = sandbox.run(&["diff", "dev", "staging", "--side-by-side"]);
    assert_eq!(columns.stdout, block(beside, "text"));
    let json = [
        "diff",
        "dev",
        "staging",
        "--side-by-side",
        "--format",
        "json",
    ];
    assert_eq!(sandbox.run(&json).status, 2);
}

#[test]
fn a_difference_is_never_cut_away() {
    let long = "word ".repeat(60);
    let dev = format!("a: {long}x\nb: 1.0\nc: |\n  t\n");
    let staging = format!("a: {long}y\nb: 1\nc: |-\n  t\n");
    let sandbox = Sandbox::with(&[("from.yaml", &*dev), ("to.yaml", &*staging)]);
    let ran = sandbox.run(&["diff", "from.yaml", "to.yaml"]);
    insta::assert_snapshot!(ran.stdout, @r"
    from.yaml -> to.yaml
      a  … word word word x -> … word word word y
      c  1 line added
          t
        + \ No line break at the end

    from.yaml -> to.yaml: 1 document: 1 changed
    ");
    let table = sandbox.run(&["diff", "from.yaml", "to.yaml", "--format", "markdown"]);
    insta::assert_snapshot!(table.stdout, @r"
    ## from.yaml compared with to.yaml

    from.yaml -> to.yaml: 1 document: 1 changed

    ### from.yaml -> to.yaml

    | Path | from.yaml | to.yaml |
    | --- | --- | --- |
    | `a` | `… word word word x` | `… word word word y` |
    | `c` | `(no such lines)` | `… \ No line break at the end` |
    ");
    let narrow = sandbox.run(&["diff", "from.yaml", "to.yaml", "--side-by-side"]);
    assert!(
        narrow
            .stdout
            .lines()
            .all(|line| line.chars().count() <= 120)
    );
    assert!(!narrow.stdout.contains('…'), "{}", narrow.stdout);
}

#[test]
fn json_in_a_text_is_compared_as_what_it_says() {
    let values = |limits: &str, flags: &str| {
        format!(
            "config: '{{\"name\": \"shop\", \"owner\": \"team-a\", \"limits\": {limits}, \"regions\": [\"eu\", \"us\"], \"mode\": \"strict\"}}'\nflags: |\n  {flags}\n"
        )
    };
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", "perEnvironment: [{path: replicas}]\n"),
        (
            "environments/dev/values.yaml",
            &values(
                "{\"cpu\": 1, \"memory\": \"2Gi\"}",
                "{\"a\": 1, \"b\": [true]}",
            ),
        ),
        (
            STAGING,
            &values(
                "{\"memory\": \"1Gi\", \"cpu\": 1}",
                "{\"b\":[true],\"a\":1}",
            ),
        ),
    ]);
    let ran = sandbox.run(&["diff", "dev", "staging"]);
    assert_snapshot!("embedded-json", ran.stdout);
    let ran = sandbox.run(&["diff", "dev", "staging", "--side-by-side"]);
    assert_snapshot!("embedded-json-columns", ran.stdout);
    let ran = sandbox.run(&["diff", "dev", "staging", "--format", "markdown"]);
    assert_snapshot!("embedded-json-table", ran.stdout);
}
