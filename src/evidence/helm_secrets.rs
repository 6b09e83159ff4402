//! Values files as the plugin helm-secrets has them: a scheme before the path, and the file is decrypted on the way.
//!
//! <https://github.com/jkroepke/helm-secrets/wiki/Usage>

/// The path of a values file without the scheme of helm-secrets: `secrets://path`, or `secrets+age-import:///keys.txt?path` with
/// the key before it. Any other text is as it was.
pub(super) fn path_of(file: &str) -> &str {
    match file.split_once("://") {
        Some(("secrets", path)) => path,
        Some((scheme, rest)) if scheme.starts_with("secrets+") && scheme.contains("-import") => {
            rest.split_once('?').map_or(file, |(_, path)| path)
        }
        _ => file,
    }
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn the_path_is_behind_the_scheme_and_the_key() {
        for (file, expected) in [
            ("values.yaml", "values.yaml"),
            (
                "secrets://environments/prod/secrets.yaml",
                "environments/prod/secrets.yaml",
            ),
            ("secrets://../a.yaml", "../a.yaml"),
            ("secrets+gpg-import:///keys/k.asc?a/b.yaml", "a/b.yaml"),
            (
                "secrets+age-import-kubernetes://argocd/keys#k.txt?a.yaml",
                "a.yaml",
            ),
            ("secrets+literal://vault:x", "secrets+literal://vault:x"),
            ("https://example.com/a.yaml", "https://example.com/a.yaml"),
        ] {
            assert_eq!(path_of(file), expected);
        }
    }
}
