//! Variables that Flux fills in when a directory is built: `${APP}`.
//!
//! <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>

use std::collections::BTreeMap;

use envlint_yaml::Node;

use crate::evidence::nodes::at;
use crate::naming::environment_name;

/// The longest name of an object; what is longer is left as it is.
const LONGEST: usize = 253;

/// What a Kustomization of Flux says its variables are.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// The variables that stand in the `spec` of a Kustomization. Those that are made of others are not known.
    pub(super) fn of(spec: &Node) -> Variables {
        let written = at(spec, &["postBuild", "substitute"]).and_then(Node::as_mapping);
        let written = written.into_iter().flat_map(|map| map.iter());
        let known = written.filter_map(|(name, value)| {
            let value = value.as_str()?;
            let is_plain = !value.contains('$') && value.len() <= LONGEST;
            is_plain.then(|| (name.text().to_owned(), value.to_owned()))
        });
        Variables(known.collect())
    }

    /// The stage that one of them says its directory is deployed to: `env: prod`.
    pub(in crate::evidence) fn stage(&self) -> Option<&str> {
        let names = ["env", "environment", "stage", "tier"];
        let is_named = |name: &str| {
            let name = name.to_ascii_lowercase();
            let bare = name.strip_prefix("cluster_").unwrap_or(&name);
            names.contains(&bare)
        };
        let mut told = self.0.iter().filter(|(name, _)| is_named(name));
        told.find_map(|(_, value)| {
            let stage = environment_name(value)?;
            stage.place.is_empty().then_some(value.as_str())
        })
    }

    /// A name with what is known filled in.
    pub(in crate::evidence) fn fill(&self, name: &str) -> String {
        let mut filled = String::new();
        let mut rest = name;
        while let Some((before, behind)) = rest.split_once("${").filter(|_| name.len() <= LONGEST) {
            let Some((variable, after)) = behind.split_once('}') else {
                break;
            };
            filled += before;
            // `${VERSION:=1.0.0}`: the default is for where nothing says another one.
            let bare = variable.split([':', '=', '-']).next();
            match bare.and_then(|bare| self.0.get(bare)) {
                Some(value) => filled += value,
                None => filled.extend(["${", variable, "}"]),
            }
            rest = after;
        }
        filled + rest
    }
}

#[cfg(test)]
mod tests {
    use envlint_yaml::Document;

    use super::*;

    #[test]
    fn names_are_filled_with_what_is_known() {
        let text = "postBuild: {substitute: {APP: shop, URL: 'https://${host}'}}";
        let document = Document::parse(text);
        let variables = document.root().map(Variables::of).unwrap_or_default();
        for (name, expected) in [
            ("${APP}-oidc", "shop-oidc"),
            ("${APP}${APP}", "shopshop"),
            ("${URL}-${other}-${APP}", "${URL}-${other}-shop"),
            ("${APP", "${APP"),
            ("shop", "shop"),
        ] {
            assert_eq!(variables.fill(name), expected, "{name}");
        }
    }
}
