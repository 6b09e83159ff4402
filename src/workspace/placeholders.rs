//! `{env}` and `{app}` in paths and names of the configuration.

use regex::Regex;

/// A path with `{app}` and `{env}` in it, to find the files that it names.
#[derive(Debug)]
pub(super) struct Template<'t> {
    text: &'t str,
    form: Option<Regex>,
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
    /// A template; `environments` are the names that `{env}` may stand for.
    pub(super) fn new(text: &'t str, environments: &[&str]) -> Template<'t> {
        let mut names: Vec<String> = environments
            .iter()
            .map(|name| regex::escape(name))
            .collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let environment = names.join("|");
        let mut form = regex::escape(text);
        for (placeholder, name, what) in [
            (r"\{app\}", "app", "[^/]+?"),
            (r"\{env\}", "env", environment.as_str()),
        ] {
            form = form.replacen(placeholder, &format!("(?P<{name}>{what})"), 1);
            form = form.replace(placeholder, &format!("(?:{what})"));
        }
        Template {
            text,
            form: Regex::new(&format!("^{form}$")).ok(),
        }
    }

    /// A template of which `{env}` may stand for any name.
    pub(super) fn of_any(text: &'t str) -> Template<'t> {
        let mut template = Template::new(text, &[]);
        let form = regex::escape(text);
        let form = form.replacen(r"\{app\}", "(?P<app>[^/]+)", 1);
        let form = form.replacen(r"\{env\}", "(?P<env>[^/]+?)", 1);
        let form = form
            .replace(r"\{app\}", "[^/]+")
            .replace(r"\{env\}", "[^/]+?");
        template.form = Regex::new(&format!("^{form}$")).ok();
        template
    }

    /// What stands for the placeholders where a path is of this form.
    pub(super) fn read<'p>(&self, path: &'p str) -> Option<Bound<'p>> {
        let found = self.form.as_ref()?.captures(path)?;
        let named = |name: &str| found.name(name).map_or("", |part| part.as_str());
        let bound = Bound {
            app: named("app"),
            env: named("env"),
        };
        // A placeholder that stands twice stands for the same both times.
        (fill(self.text, bound) == path).then_some(bound)
    }
}

/// A template with what stands for its placeholders.
pub(super) fn fill(template: &str, bound: Bound<'_>) -> String {
    template
        .replace("{app}", bound.app)
        .replace("{env}", bound.env)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_apps_and_environments() {
        let environments = ["dev", "prod", "pre-prod"];
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
            ("apps/{app}.{env}.yaml", "apps/a/b.dev.yaml", None),
            ("{env}.yaml", "qa.yaml", None),
            ("a+b/{env}.yaml", "a+b/dev.yaml", Some(("", "dev"))),
        ] {
            let template = Template::new(template, &environments);
            let bound = template.read(path).map(|bound| (bound.app, bound.env));
            assert_eq!(bound, expected, "{path}");
        }
    }
}
