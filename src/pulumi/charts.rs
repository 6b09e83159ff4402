//! Charts that programs deploy, found without parsing them: `new k8s.helm.v3.Release("shop", {chart: "shop"})` and its like in
//! TypeScript, Python, Go and C#. Only what is written out is known.
//!
//! <https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/>

/// Longer calls are not read, in bytes, nor more of one program.
const LONGEST: usize = 16 * 1024;
const MOST: usize = 200;

/// A call that deploys a chart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartCall {
    /// The byte where it begins.
    pub at: usize,
    /// The name of the resource.
    pub name: Option<String>,
    /// The chart: a name, a path, or an address.
    pub chart: Option<String>,
    /// The address of the repository of charts.
    pub repository: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// Whether it stands in a branch or a loop, so that nobody knows whether it is made.
    pub is_doubtful: bool,
}

/// What the classes of a program for charts are called.
const CALLS: [&str; 6] = [
    "Release(",
    "Chart(",
    "NewRelease(",
    "NewChart(",
    "LocalChart(",
    "RemoteChart(",
];

/// What a program that deploys charts names: the package with these classes.
const PACKAGES: [&str; 8] = [
    "@pulumi/kubernetes",
    "pulumi_kubernetes",
    "pulumi-kubernetes",
    "Pulumi.Kubernetes",
    "helm/v3",
    "helm/v4",
    "helm.v3",
    "helm.v4",
];

/// The calls of a program that deploy charts.
pub fn chart_calls(text: &str) -> Vec<ChartCall> {
    if !text.contains("elm") || !PACKAGES.iter().any(|package| text.contains(package)) {
        return Vec::new();
    }
    let mut starts: Vec<(usize, usize)> = CALLS
        .iter()
        .flat_map(|call| text.match_indices(call))
        .map(|(at, call)| (at, at + call.len()))
        .collect();
    starts.sort_unstable();
    let calls = starts.into_iter().filter_map(|(at, inside)| {
        let begin = begin_of(text, at)?;
        let arguments = balanced(text.get(inside..)?)?;
        let of = |key: &str| value_of(arguments, key);
        Some(ChartCall {
            at: begin,
            name: quoted(arguments.trim_start_matches("ctx,").trim_start()),
            chart: of("chart"),
            repository: of("repo").or_else(|| of("repository")),
            version: of("version"),
            namespace: of("namespace"),
            is_doubtful: is_doubtful(text, begin),
        })
    });
    calls.take(MOST).collect()
}

/// Where a call begins whose class is named at a byte: `new k8s.helm.v3.Release(`. None where it is the class of something
/// else, or its definition.
fn begin_of(text: &str, at: usize) -> Option<usize> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.');
    let before = text.get(..at)?;
    // `NewRelease(` is a call of its own.
    if before.ends_with(|char: char| char.is_ascii_alphanumeric() || char == '_') {
        return None;
    }
    let name = before.trim_end_matches(is_part);
    let path = before.get(name.len()..)?.to_ascii_lowercase();
    // The name itself may be imported: `import { Release } from "@pulumi/kubernetes/helm/v3"`.
    let is_imported = || path.is_empty() && is_import_of_helm(text);
    let is_named = path.contains("helm") || is_imported();
    let keyword = name.trim_end();
    let is_defined = ["class", "def", "func", "function"]
        .iter()
        .any(|word| keyword.ends_with(word));
    let is_comment = name
        .rsplit('\n')
        .next()
        .is_some_and(|line| line.contains("//") || line.trim_start().starts_with(['#', '*']));
    let begin = match keyword.strip_suffix("new") {
        Some(before) => before.len(),
        None => name.len(),
    };
    (is_named && !is_defined && !is_comment).then_some(begin)
}

/// Whether a program imports names of the package for charts.
fn is_import_of_helm(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| line.len() < 500);
    lines.any(|line| {
        let is_import = ["import", "from", "using", "} from"]
            .iter()
            .any(|word| line.trim_start().starts_with(word));
        let line = line.to_ascii_lowercase();
        is_import && line.contains("kubernetes") && line.contains("helm")
    })
}

/// The text up to where the bracket closes that was opened before it.
fn balanced(text: &str) -> Option<&str> {
    let mut depth = 1usize;
    let mut quote = None;
    let mut is_escaped = false;
    for (at, char) in text.char_indices().take_while(|(at, _)| *at < LONGEST) {
        match (quote, char) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), char) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(char),
            (None, '(' | '{' | '[') => depth += 1,
            (None, ')' | '}' | ']') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(..at);
        }
    }
    None
}

/// The text in quotes that a text begins with, if nothing is filled in there.
fn quoted(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|char| "\"'`".contains(*char))?;
    let inner = text.get(1..)?.split(quote).next()?;
    let is_plain = !inner.contains(['$', '{', '\n']) && !inner.is_empty();
    is_plain.then(|| inner.to_owned())
}

/// What an argument is by its name, where it is written out: `chart: "x"`, `chart="x"`, `Chart: pulumi.String("x")`.
fn value_of(arguments: &str, key: &str) -> Option<String> {
    let lower = arguments.to_ascii_lowercase();
    let is_letter = |char: char| char.is_ascii_alphanumeric() || char == '_';
    for (at, _) in lower.match_indices(key) {
        let before = lower.get(..at)?.chars().next_back();
        let rest = arguments.get(at + key.len()..)?.trim_start_matches('"');
        let Some(value) = rest.trim_start().strip_prefix([':', '=']) else {
            continue;
        };
        if before.is_some_and(is_letter) {
            continue;
        }
        let value = value.trim_start();
        let wrapped = ["pulumi.String(", "pulumi.StringPtr("];
        let inner = wrapped.iter().find_map(|call| value.strip_prefix(call));
        return quoted(inner.unwrap_or(value));
    }
    None
}

/// Whether a place lies in a branch or a loop.
fn is_doubtful(text: &str, at: usize) -> bool {
    let Some(before) = text.get(..at) else {
        return true;
    };
    let own = before.rsplit('\n').next().unwrap_or_default();
    let mut indent = own.len() - own.trim_start().len();
    let is_branch = |line: &str| {
        let line = line.trim_start().trim_start_matches(['}', ' ']);
        let words = [
            "if ", "if(", "else", "elif ", "for ", "for(", "foreach", "while", "switch", "case ",
        ];
        words.iter().any(|word| line.starts_with(word))
            || line.contains(".map(")
            || line.contains(".forEach(")
    };
    if is_branch(own) {
        return true;
    }
    for line in before.lines().rev().skip(1).take(2000) {
        let depth = line.len() - line.trim_start().len();
        if line.trim().is_empty() || depth >= indent {
            continue;
        }
        if is_branch(line) {
            return true;
        }
        indent = depth;
        if indent == 0 {
            break;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let calls = chart_calls(text).into_iter();
        calls
            .map(|call| {
                let texts = [
                    call.name,
                    call.repository,
                    call.chart,
                    call.version,
                    call.namespace,
                ];
                let texts = texts.map(Option::unwrap_or_default).join("|");
                format!("{texts}{}", if call.is_doubtful { "?" } else { "" })
            })
            .collect()
    }

    #[test]
    fn programs_deploy_charts() {
        for (text, expected) in [
            (
                "import * as k8s from \"@pulumi/kubernetes\";\nconst a = new k8s.helm.v3.Release(\"web\", {\n  chart: \"web\", version: \"1.0.0\",\n  repositoryOpts: {repo: \"https://charts.example.com\"},\n  values: {image: {chart: 1}},\n});\n",
                "web|https://charts.example.com|web|1.0.0|",
            ),
            (
                "from pulumi_kubernetes.helm.v3 import Release, ReleaseArgs\nRelease(\"web\", ReleaseArgs(chart=\"./charts/web\", namespace=\"web\"))\n",
                "web||./charts/web||web",
            ),
            (
                "import helmv3 \"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3\"\n\t_, err := helmv3.NewRelease(ctx, \"web\", &helmv3.ReleaseArgs{\n\t\tChart: pulumi.String(\"web\"),\n\t\tVersion: pulumi.String(version),\n\t})\n",
                "web||web||",
            ),
            (
                "import * as k8s from '@pulumi/kubernetes';\nif (config.require('x')) {\n  new k8s.helm.v4.Chart('web', { chart: 'web' });\n}\n",
                "web||web||?",
            ),
            (
                "import * as k8s from '@pulumi/kubernetes';\nexport class Web {\n  constructor() {\n    new k8s.helm.v3.Chart(name, { chart });\n  }\n}\n",
                "||||",
            ),
        ] {
            assert_eq!(shown(text), [expected], "{text}");
        }
        for text in [
            "import * as k8s from '@pulumi/kubernetes';\nnew k8s.core.v1.Release('web', {});\n// new k8s.helm.v3.Release('a', {})\n",
            "new helm.Release('web', {})\n",
            "class HelmRelease(x): pass\n",
        ] {
            assert!(shown(text).is_empty(), "{text}");
        }
    }
}
