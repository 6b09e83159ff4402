//! Names of environments that only a pipeline tells: `env: t2` of a CircleCI orb, `environment: {name: blue}` of GitLab.

/// Keys that name an environment, in lower case.
const KEYS: [&str; 13] = [
    "target_environment",
    "deploy_environment",
    "deployment",
    "env",
    "environment",
    "environments",
    "env_name",
    "environment_name",
    "environmentname",
    "deploy_env",
    "target_env",
    "env-name",
    "environment-name",
];

/// Keys below them with all that they may be: of inputs of workflows, of parameters of Azure's pipelines.
const CHOICES: [&str; 2] = ["options", "values"];

/// The longest name, in bytes.
const LONGEST: usize = 30;

/// Whether a file is a pipeline, by its path.
pub(super) fn is_pipeline(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    [
        ".github/workflows/",
        ".circleci/",
        ".azuredevops/",
        ".gitlab/",
    ]
    .iter()
    .any(|folder| path.starts_with(folder))
        || file.contains("gitlab-ci")
        || file.contains("azure-pipelines")
        || file.starts_with("bitbucket-pipelines")
        || file.contains("Jenkinsfile")
        || matches!(file, "pipeline.yaml" | "pipeline.yml")
}

/// What stands below a key of an environment.
#[derive(Clone, Copy)]
struct Block {
    /// The indentation of the key.
    indent: usize,
    /// Whether the items of the list that follows are names.
    is_list: bool,
}

/// The names that the keys of a pipeline tell. They stand for environments only where files are named so, too.
pub(super) fn environments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block: Option<Block> = None;
    for line in text.lines() {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let indent = line.len() - trimmed.len();
        let item = trimmed.strip_prefix("- ").map(str::trim);
        block = block.filter(|block| indent + usize::from(item.is_some()) > block.indent);
        let Some((key, value)) = item.unwrap_or(trimmed).split_once(':') else {
            if let Some(item) = item.filter(|_| block.is_some_and(|block| block.is_list)) {
                add_words(item, &mut found);
            }
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        let is_named = |word: &str| KEYS.contains(&word.to_ascii_lowercase().as_str());
        // `- name: environmentName` is a parameter of Azure's pipelines.
        let is_parameter = key == "name" && is_named(value.trim_matches(['"', '\'']));
        if is_named(key) || is_parameter {
            let is_block = value.is_empty() || is_parameter;
            block = is_block.then_some(Block {
                indent,
                is_list: value.is_empty(),
            });
            // `environment: {name: blue}`
            let named = value.strip_prefix('{').map(|map| {
                let (_, name) = map.split_once("name:").unwrap_or_default();
                name.split([',', '}']).next().unwrap_or(name)
            });
            if !is_block {
                add_words(named.unwrap_or(value), &mut found);
            }
        } else if let Some(block) = &mut block {
            block.is_list = CHOICES.contains(&key);
            if key == "name" || block.is_list {
                add_words(value, &mut found);
            }
        }
    }
    found
}

/// The names that a parameter of Jenkins lets choose: `choice(name: 'ENV', choices: ['dev', 'blue'])`.
/// <https://www.jenkins.io/doc/book/pipeline/syntax/#parameters>
pub(super) fn choices_of_jenkins(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("choice(") {
        let rest = text.get(at..).unwrap_or_default();
        let call = rest.split(')').next().unwrap_or(rest);
        let quoted = |key: &str| {
            call.split_once(key)?
                .1
                .trim_start()
                .split(['\'', '"'])
                .nth(1)
        };
        let is_environment =
            quoted("name:").is_some_and(|name| KEYS.contains(&name.to_ascii_lowercase().as_str()));
        let list = call.split_once("choices:").filter(|_| is_environment);
        let list = list.and_then(|(_, list)| list.split_once('[')?.1.split(']').next());
        if let Some(list) = list {
            add_words(&list.replace('\n', " "), &mut found);
        }
    }
    found
}

/// The names in a value or a list of them; as pipelines write them, and as files may.
fn add_words(value: &str, found: &mut Vec<String>) {
    let words = value.split(['[', ']', ',', ' ', '"', '\'']);
    // `prod.namespace` is a part of an environment of Azure.
    let is_plain = !value.contains('$');
    let words = words.map(|word| match is_plain {
        true => word.split('.').next().unwrap_or(word),
        false => word,
    });
    for word in words.filter(|word| is_name(word)) {
        found.push(word.to_owned());
        let lower = word.to_ascii_lowercase();
        found.extend(Some(lower).filter(|lower| lower != word));
    }
}

fn is_name(word: &str) -> bool {
    let is_letter = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    !word.is_empty() && word.len() <= LONGEST && word.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_tell_names() {
        let text = "parameters {\n  choice(name: 'ENV', choices: ['dev',\n 't2'], description: 'x')\n  choice(name: 'SIZE', choices: ['s'])\n}";
        assert_eq!(choices_of_jenkins(text), ["dev", "t2"]);
    }

    #[test]
    fn keys_tell_names() {
        for (text, expected) in [
            ("- acme/deploy_env:\n    env: \"t2\"\n", &["t2"][..]),
            ("environment:\n  name: blue\n", &["blue"]),
            ("matrix: {x: 1}\nenv: [dev, t3]\n", &["dev", "t3"]),
            ("env:\n  NODE: 1\n", &[]),
            (
                "parameters:\n- name: environmentName\n  type: string\n  values:\n    - T2\n  default: T1\n",
                &["T2", "t2"],
            ),
            (
                "environment:\n  type: choice\n  options: [blue]\nenvironments:\n- green\njobs:\n- red\n",
                &["blue", "green"],
            ),
            ("environment: ${{ inputs.env }}\n", &[]),
            ("environment: {name: blue, url: x}\n", &["blue"]),
        ] {
            assert_eq!(environments(text), expected, "{text}");
        }
    }
}
