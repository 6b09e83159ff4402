use super::super::variables::variables;
use super::*;
use crate::evidence::holes::shown;

fn seen(text: &str) -> Vec<Vec<String>> {
    let found = commands(text, "helm", &variables(text));
    let words = found.into_iter().map(|(_, words)| words);
    words
        .map(|words| words.iter().map(|word| shown(word)).collect())
        .collect()
}

#[test]
fn what_is_printed_is_not_run() {
    for (text, expected) in [
        ("echo \"or by hand: helm upgrade shop . -f x.yaml\"", 0),
        ("\t@echo 'helm upgrade shop . '", 0),
        ("      Write-Host \"helm upgrade shop .\"", 0),
        ("echo \"now\" && helm upgrade shop . -f x.yaml", 1),
        ("echo \"$(helm template shop .)\"", 1),
        ("sh \"helm upgrade shop .\"", 1),
        ("run: echo done; helm upgrade shop .", 1),
        ("echo helm upgrade shop . -f x.yaml", 0),
        ("- run: echo helm upgrade shop .", 0),
        ("  - name: helm upgrade shop . -f x.yaml", 0),
        ("    \"displayName\": helm lint . -f x.yaml", 0),
        ("  - command: helm lint . -f x.yaml", 1),
    ] {
        assert_eq!(seen(text).len(), expected, "{text}");
    }
}

#[test]
fn commands_are_split_as_a_shell_splits_them() {
    for (text, expected) in [
        (
            "helm upgrade shop ./chart -f \"values-$ENV.yaml\" && echo",
            "helm upgrade shop ./chart -f values-{ENV}.yaml",
        ),
        ("helm3 upgrade shop .", "helm3 upgrade shop ."),
        (
            r#"helm upgrade shop . --set "a\.b=1,c\\.d=\"x y\"""#,
            r#"helm upgrade shop . --set a\.b=1,c\.d="x y""#,
        ),
        ("H := helm3\nx:\n\t$(H) lint .", "helm3 lint ."),
        (
            "\thelm upgrade shop . \\\n\t  --set a=b \\\n\t  -f x.yaml\n\techo",
            "helm upgrade shop . --set a=b -f x.yaml",
        ),
        (
            "run: helm upgrade shop . -f values-${{ matrix.env }}.yaml\n",
            "helm upgrade shop . -f values-{env}.yaml",
        ),
        (
            "DIR := deploy/helm\nx:\n\thelm lint $(DIR) -f $(DIR)/$(ENV).yaml",
            "helm lint deploy/helm -f deploy/helm/{ENV}.yaml",
        ),
        (
            "- helm template {{.APP}} . -f values/{{.ENV}}.yaml",
            "helm template {APP} . -f values/{ENV}.yaml",
        ),
        (
            "\thelm upgrade -i $$app . -f env-$(env)/$$app.yaml",
            "helm upgrade -i {app} . -f env-{env}/{app}.yaml",
        ),
        (
            "ENV=dev\nhelm lint . -f ${ENV:-dev}.yaml",
            "helm lint . -f {ENV}.yaml",
        ),
        (
            "ARGS=\"--set a=b -f x.yaml\"\nhelm lint . $ARGS",
            "helm lint . --set a=b -f x.yaml",
        ),
        (
            "run: >-\n  helm lint .\n  --values x.yaml\n",
            "helm lint . --values x.yaml",
        ),
        (
            "- run: helm upgrade shop . -f values-<< parameters.env >>.yaml --set a=b",
            "helm upgrade shop . -f values-{env}.yaml --set a=b",
        ),
        (
            "HELM ?= helm\n\t$(HELM) upgrade shop . -n $(NS)",
            "helm upgrade shop . -n {NS}",
        ),
        (
            "param([string]$File = \"values.yaml\")\nhelm upgrade $Name . -f $File -n $env:NS",
            "helm upgrade {Name} . -f values.yaml -n {NS}",
        ),
        (
            "FILE=${FILE:-${DIR:-deploy}/values.yaml}\nhelm upgrade shop . -f $FILE -n ${NS:-acme}",
            "helm upgrade shop . -f deploy/values.yaml -n acme",
        ),
        (
            "ARGS=(--wait)\nARGS+=(--set a.password=\"$PW\")\nhelm upgrade shop . \"${ARGS[@]}\" -n x",
            "helm upgrade shop . --wait --set a.password={PW} -n x",
        ),
        (
            "NS=shop TAG=1 helm upgrade web . -n $(NS) --version $TAG",
            "helm upgrade web . -n shop --version 1",
        ),
        (
            "PASSWORD=abcDEF123456xyz helm upgrade web . -f values-${PASSWORD}.yaml",
            "helm upgrade web . -f values-{PASSWORD}.yaml",
        ),
        ("\t/opt/bin/helm upgrade web .", "helm upgrade web ."),
        (
            "out=\"$(helm upgrade \"$release\" \"$@\" --install 2>&1)\"",
            "helm upgrade {release} {arguments} --install",
        ),
        (
            "helm upgrade shop . --set a=\"$(kubectl get x -o $(form) | tail)\" -n x",
            "helm upgrade shop . --set a={command} -n x",
        ),
    ] {
        let commands = seen(text);
        assert_eq!(commands.len(), 1, "{text}");
        assert_eq!(commands[0].join(" "), expected, "{text}");
    }
    for text in [
        "# helm upgrade x .",
        "// helm upgrade x .",
        "my-helm upgrade x .",
        "helmfile sync",
        "$(helm",
    ] {
        assert_eq!(seen(text), Vec::<Vec<String>>::new(), "{text}");
    }
}

#[test]
fn variables_that_stand_for_each_other_come_to_an_end() {
    let text = "AA=$BB\nBB=$AA\nhelm lint $AA";
    assert_eq!(seen(text).len(), 1);
}

#[test]
fn one_long_line_is_read_once() {
    for text in [
        format!("helm upgrade {}", "{{".repeat(100_000)),
        "helm ".repeat(240_000),
        format!("helm \"x {}", "helm ".repeat(240_000)),
        "$(A) ${B} << c".repeat(100_000),
    ] {
        let words = seen(&text).into_iter().flatten();
        let all: usize = words.map(|word| word.len()).sum();
        // All commands together are about as long as the text.
        assert!(all <= 4 * text.len() + 4 * LONGEST_LINE, "{all}");
    }
}

#[test]
fn options_may_have_their_value_in_the_same_word() {
    for (word, expected) in [
        ("-fvalues.yaml", ("-f", Some("values.yaml"))),
        ("-n=shop", ("-n", Some("shop"))),
        ("-f", ("-f", None)),
        ("-i", ("-i", None)),
        ("--namespace=shop", ("--namespace", Some("shop"))),
        ("shop", ("shop", None)),
    ] {
        let (flag, value) = option(word, "fn");
        assert_eq!((flag, value.as_deref()), expected, "{word}");
    }
}
