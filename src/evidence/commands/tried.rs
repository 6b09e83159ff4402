//! Commands whose output only a check looks at: `helm template … | kubeconform`, `if helm template …; then exit 1`.

/// Programs that look at manifests and deploy none.
const CHECKING: [&str; 14] = [
    "checkov",
    "conftest",
    "datree",
    "diff",
    "grep",
    "kubeconform",
    "kube-linter",
    "kube-score",
    "kubent",
    "kubesec",
    "kubeval",
    "pluto",
    "polaris",
    "trivy",
];
/// Words in the names of others that do.
const WORDS: [&str; 6] = ["check", "lint", "test", "valid", "verify", "scan"];

/// Whether a command is expected to fail, by what stands before it on its line: then nothing is deployed with what it names.
pub(super) fn is_to_fail(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let mut words = line.split_whitespace().rev();
    let word = words.next().map(|word| word.trim_start_matches('@'));
    let is_if = |word: Option<&str>| {
        word.is_some_and(|word| matches!(word.trim_start_matches('@'), "if" | "while"))
    };
    match word {
        // `if ! helm …` looks whether it succeeds.
        Some("!") => !is_if(words.next()),
        word => is_if(word),
    }
}

/// Whether what a command gives goes to a check, or to nobody.
pub(super) fn is_checked(line: &str) -> bool {
    let mut quote: Option<char> = None;
    let mut rest = line;
    while let Some(char) = rest.chars().next() {
        let behind = rest.get(char.len_utf8()..).unwrap_or_default();
        match (quote, char) {
            (Some(open), char) if open == char => quote = None,
            (None, '"' | '\'') => quote = Some(char),
            (None, '|') if behind.starts_with('|') => return false,
            (None, '|') => return checks(behind),
            (None, '>') => {
                return behind
                    .trim_start_matches('>')
                    .trim_start()
                    .starts_with("/dev/null");
            }
            (None, ';' | '&' | '\n') => return false,
            _ => {}
        }
        rest = behind;
    }
    false
}

/// Whether the commands behind a pipe check what they are given.
fn checks(commands: &str) -> bool {
    let command = commands.split([';', '\n']).next().unwrap_or_default();
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or(program);
    // What a file is called that the output goes to tells nothing.
    let deploys = ["kubectl", "oc", "kapp", "argocd", "tee"].contains(&program);
    let is_script = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or(word).to_ascii_lowercase();
        !word.starts_with('-') && WORDS.iter().any(|part| name.contains(part))
    };
    CHECKING.contains(&program) || (!deploys && (is_script(program) || words.any(is_script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_told_from_deployments() {
        for (line, expected) in [
            ("helm template . -f a.yaml | kubeconform -strict", true),
            (
                "helm template . | $(PYTHON) scripts/check_render.py -",
                true,
            ),
            ("helm template . -f a.yaml > /dev/null 2>&1; then", true),
            ("helm template . | kubectl apply -f -", false),
            (
                "helm template . | kubectl apply -f - --dry-run=client # test",
                false,
            ),
            ("helm template . | tee test.yaml", false),
            ("helm template . > out.yaml", false),
            ("helm template . --set 'a=b|grep' ", false),
            ("helm template . || exit 1", false),
        ] {
            assert_eq!(is_checked(line), expected, "{line}");
        }
        for (before, expected) in [
            ("\t@if ", true),
            ("  if ! ", false),
            ("! ", true),
            ("run: ", false),
            ("if x; then\n", false),
        ] {
            assert_eq!(is_to_fail(before), expected, "{before}");
        }
    }
}
