//! Names of environments that only a pipeline tells: `env: t2` of a CircleCI orb, `environment: {name: blue}` of GitLab.

/// Keys that name an environment.
const KEYS: [&str; 8] = [
    "env",
    "environment",
    "env_name",
    "environment_name",
    "deploy_env",
    "target_env",
    "env-name",
    "environment-name",
];

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
}

/// The names that the keys of a pipeline tell. They stand for environments only where files are named so, too.
pub(super) fn environments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_within = false;
    for line in text.lines() {
        let line = line.trim().trim_start_matches("- ");
        let Some((key, value)) = line.split_once(':') else {
            is_within = false;
            continue;
        };
        let is_key = KEYS.contains(&key.to_ascii_lowercase().as_str());
        if is_key || (is_within && key == "name") {
            let words = value.split(['[', ']', ',', ' ', '"', '\'']);
            found.extend(words.filter(|word| is_name(word)).map(str::to_owned));
        }
        is_within = is_key && value.trim().is_empty();
    }
    found
}

fn is_name(word: &str) -> bool {
    let is_letter = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    !word.is_empty() && word.len() <= LONGEST && word.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_names() {
        for (text, expected) in [
            ("- acme/deploy_env:\n    env: \"t2\"\n", &["t2"][..]),
            ("environment:\n  name: blue\n", &["blue"]),
            ("matrix: {x: 1}\nenv: [dev, t3]\n", &["dev", "t3"]),
            ("env:\n  NODE: 1\n", &[]),
            ("environment: ${{ inputs.env }}\n", &[]),
        ] {
            assert_eq!(environments(text), expected, "{text}");
        }
    }
}
