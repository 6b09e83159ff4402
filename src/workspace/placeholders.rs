//! `{env}` and `{app}` in paths and names of the configuration.

use regex::Regex;

use super::app::PLACEHOLDER as ENV;

/// A path with `{app}` and `{env}` in it, to find the files that it names.
#[derive(Debug)]
pub(super) struct Template<'t> {
    form: Option<Regex>,
    /// The names of each environment; none where `{env}` may stand for any.
    environments: Vec<Vec<&'t str>>,
}

/// What stands for the placeholders in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bound<'p> {
    /// For `{app}`; empty where the template has none.
    pub app: &'p str,
    /// For `{env}`; empty where the template has none.
    pub env: &'p str,
}

impl<'t> Template<'t> {
    /// A template; `environments` are the names of each environment that `{env}` may stand for.
    pub(super) fn new(text: &str, environments: Vec<Vec<&'t str>>) -> Template<'t> {
        let names = environments.iter().flatten();
        let mut names: Vec<String> = names.map(|name| regex::escape(name)).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Template {
            form: form(text, "[^/]+?", &names.join("|")),
            environments,
        }
    }

    /// A template of which `{env}` may stand for any name.
    pub(super) fn of_any(text: &str) -> Template<'t> {
        Template {
            form: form(text, "[^/]+", "[^/]+?"),
            environments: Vec::new(),
        }
    }

    /// What stands for the placeholders where a path is of this form. One that stands twice stands for the same app both
    /// times, or for the same environment, by any of its names: `production/values-prod.yaml`.
    pub(super) fn read<'p>(&self, path: &'p str) -> Option<Bound<'p>> {
        let form = self.form.as_ref()?;
        let found = form.captures(path)?;
        let parts = |kind: &'static str| {
            let names = form.capture_names().flatten();
            let names = names.filter(move |name| name.starts_with(kind));
            names.filter_map(|name| found.name(name).map(|part| part.as_str()))
        };
        let app = parts("app").next().unwrap_or_default();
        let env = parts("env").next().unwrap_or_default();
        let is_one = |names: &Vec<&str>| parts("env").all(|part| names.contains(&part));
        let is_same = parts("env").all(|part| part == env) || self.environments.iter().any(is_one);
        (is_same && parts("app").all(|part| part == app)).then_some(Bound { app, env })
    }
}

/// The form of the paths that a template names; each placeholder is a group by itself.
fn form(text: &str, app: &str, env: &str) -> Option<Regex> {
    let mut form = regex::escape(text);
    for (placeholder, name, what) in [(r"\{app\}", "app", app), (r"\{env\}", "env", env)] {
        let parts = form.split(placeholder).enumerate();
        form = parts
            .map(|(number, part)| match number {
                0 => part.to_owned(),
                _ => format!("(?P<{name}{number}>{what}){part}"),
            })
            .collect();
    }
    Regex::new(&format!("^{form}$")).ok()
}

/// So many ways of writing the names of one environment into one path are tried.
const MOST_SPELLINGS: usize = 64;

/// The paths that `{env}` makes of a template in an environment with several names: first with one of them everywhere, then
/// with different ones, since a folder `production` may have a `values-prod.yaml`.
pub(super) fn spellings<'s>(
    template: &'s str,
    names: &'s [&'s str],
) -> impl Iterator<Item = String> + 's {
    let alike = names.iter().map(|name| template.replace(ENV, name));
    let places = u32::try_from(template.matches(ENV).count()).unwrap_or(u32::MAX);
    let ways = match places {
        0 | 1 => 0,
        _ => names.len().saturating_pow(places).min(MOST_SPELLINGS),
    };
    let mixed = (0..ways).map(move |way| {
        let mut rest = way;
        let mut parts = template.split(ENV);
        let mut path = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            path += names.get(rest % names.len()).copied().unwrap_or_default();
            path += part;
            rest /= names.len();
        }
        path
    });
    alike.chain(mixed)
}

/// A template with what stands for its placeholders.
pub(super) fn fill(template: &str, bound: Bound<'_>) -> String {
    template.replace("{app}", bound.app).replace(ENV, bound.env)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_apps_and_environments() {
        let environments = [
            vec!["dev"],
            vec!["prod", "production", "live"],
            vec!["pre-prod"],
        ];
        for (template, path, expected) in [
            (
                "clusters/{env}/{app}/values.yaml",
                "clusters/dev/shop/values.yaml",
                Some(("shop", "dev")),
            ),
            (
                "values-{app}-{env}.yaml",
                "values-web-ui-pre-prod.yaml",
                Some(("web-ui", "pre-prod")),
            ),
            (
                "{env}/values-{env}.yaml",
                "dev/values-dev.yaml",
                Some(("", "dev")),
            ),
            ("{env}/values-{env}.yaml", "dev/values-prod.yaml", None),
            (
                "{env}/{app}-{env}.yaml",
                "production/shop-prod.yaml",
                Some(("shop", "production")),
            ),
            ("{app}/{env}/{app}.yaml", "shop/dev/cart.yaml", None),
            ("apps/{app}.{env}.yaml", "apps/a/b.dev.yaml", None),
            ("{env}.yaml", "qa.yaml", None),
            ("a+b/{env}.yaml", "a+b/dev.yaml", Some(("", "dev"))),
        ] {
            let template = Template::new(template, environments.to_vec());
            let bound = template.read(path).map(|bound| (bound.app, bound.env));
            assert_eq!(bound, expected, "{path}");
        }
    }
    #[test]
    fn an_environment_of_two_names_may_have_both_in_one_path() {
        let paths = |template| spellings(template, &["prod", "prd"]).collect::<Vec<_>>();
        assert_eq!(
            paths("values-{env}.yaml"),
            ["values-prod.yaml", "values-prd.yaml"]
        );
        let both = paths("{env}/values-{env}.yaml");
        assert_eq!(
            both.iter().map(String::as_str).take(4).collect::<Vec<_>>(),
            [
                "prod/values-prod.yaml",
                "prd/values-prd.yaml",
                "prod/values-prod.yaml",
                "prd/values-prod.yaml"
            ]
        );
        assert!(both.iter().any(|path| path == "prod/values-prd.yaml"));
        assert!(paths(&"{env}/".repeat(100)).len() <= 2 + MOST_SPELLINGS);
    }
}
