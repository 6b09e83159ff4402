//! The converted configuration as text.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use envlint_yaml::Span;

use super::config::{Hed, OutputFormat, StopRule};
use super::files::{Folder, Folders};
use super::path::pattern;
use super::spelling::spelled;
use super::transforms;
use crate::init::text::{comment, file_pattern, quoted, word};
use crate::source::Source;
use crate::workspace::{CONFIG_FILE, steps_of_all};

/// What is expected of a declared path; the later one counts more.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Expected {
    Nothing,
    /// The value of the second environment, as JSON
    Fixed(String),
}

/// Lines in their order, each once.
#[derive(Debug, Default)]
pub(super) struct Lines {
    list: Vec<Rc<str>>,
    known: HashSet<Rc<str>>,
}

impl Lines {
    fn add(&mut self, line: &str) {
        let line: Rc<str> = Rc::from(line);
        if self.known.insert(Rc::clone(&line)) {
            self.list.push(line);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// What is converted so far.
#[derive(Debug)]
pub(super) struct Converted {
    environments: String,
    apps: String,
    pub(super) declarations: BTreeMap<String, Expected>,
    pub(super) transforms: Lines,
    pub(super) stops: Lines,
    format: String,
    /// What has no equal.
    pub(super) left: Lines,
    to: String,
}

impl Converted {
    pub(super) fn of(hed: &Hed, folders: &Folders) -> Converted {
        let line = |folder: &Folder, otherwise: &str| {
            let guess = if folder.tier.is_none() {
                " # the name does not tell the tier: correct it"
            } else {
                ""
            };
            let aliases: Vec<String> = folder.aliases.iter().map(|alias| word(alias)).collect();
            let aliases = match aliases.is_empty() {
                true => String::new(),
                false => format!(", aliases: [{}]", aliases.join(", ")),
            };
            format!(
                "  {}: {{tier: {}{aliases}}}{guess}\n",
                word(&folder.name),
                folder.tier.unwrap_or(otherwise)
            )
        };
        let app = |(name, values): &(String, String)| {
            let name = match name.as_str() {
                "{app}" => "\"{app}\"".to_owned(),
                name => word(name),
            };
            format!("  - name: {name}\n    values: {}\n", file_pattern(values))
        };
        let mut converted = Converted {
            environments: line(&folders.from, "staging") + &line(&folders.to, "production"),
            apps: folders.apps.iter().map(app).collect(),
            declarations: BTreeMap::new(),
            transforms: Lines::default(),
            stops: Lines::default(),
            format: String::new(),
            left: Lines::default(),
            to: folders.to.name.clone(),
        };
        converted.paths(hed);
        converted.stop_rules(hed);
        let budget = steps_of_all();
        for (glob, transform) in &hed.transforms {
            for replacement in &transform.content {
                match transforms::replaced(replacement, &folders.to.name, &budget) {
                    Some(line) => converted.transform(line),
                    None if budget.is_spent() => converted.leave(&format!(
                        "transforms of {glob}: all regular expressions together are too large"
                    )),
                    None => converted.leave(&format!(
                        "transforms of {glob}: {} (no such regular expression here)",
                        replacement.find
                    )),
                }
            }
            for replacement in &transform.filename {
                if spelled(replacement, folders.names()).is_none() {
                    converted.leave(&format!(
                        "transforms of {glob}: {} in names of files, which is no name of an environment; name such apps one by one",
                        replacement.find
                    ));
                }
            }
        }
        if hed.prune {
            converted.leave("prune: a promotion deletes no file");
        }
        if folders.manifests > 0 {
            converted.leave(&format!(
                "files that are manifests, and no values: {}; where `{{app}}` finds them, name the apps instead",
                folders.manifests
            ));
        }
        if let Some(format) = &hed.output_format {
            converted.format(format);
        }
        converted
    }

    fn stop_rules(&mut self, hed: &Hed) {
        for (glob, rules) in &hed.stop_rules {
            for rule in rules {
                let path = rule.path.as_deref().unwrap_or("all values");
                let named = rule.path.as_deref().and_then(pattern);
                let is_declared = named.is_some_and(|path| self.declarations.contains_key(&path));
                let why = match stop(rule) {
                    _ if glob.ends_with("Chart.yaml") => "; a promotion changes no Chart.yaml",
                    _ if is_declared => "; it is per-environment, so it never moves",
                    Some(stop) => {
                        self.stops.add(&stop);
                        continue;
                    }
                    None => "; a policy or `mismatches` may say what is allowed",
                };
                self.leave(&format!(
                    "stopRules of {glob}: {} of {path}{why}",
                    rule.r#type
                ));
            }
        }
    }

    fn paths(&mut self, hed: &Hed) {
        let globs = hed.skip_path.keys().chain(hed.fixed_values.keys());
        let globs = globs.chain(hed.transforms.keys());
        for glob in globs.filter(|glob| !glob.contains('*')) {
            self.leave(&format!(
                "{glob}: what is said of this file alone holds for all apps now; `perEnvironment` of its app holds for one"
            ));
        }
        for (glob, paths) in &hed.skip_path {
            for path in paths {
                match pattern(path) {
                    Some(path) => self.declare(path, Expected::Nothing),
                    None => self.leave(&format!(
                        "skipPath of {glob}: {path}; name the items, or declare all of the list"
                    )),
                }
            }
        }
        for (glob, values) in &hed.fixed_values {
            for fixed in values {
                match pattern(&fixed.path) {
                    Some(path) if is_secret(&path, &fixed.value.to_string()) => {
                        self.declare(path, Expected::Nothing);
                        self.leave(&format!(
                            "fixedValues of {glob}: {}; a secret belongs into its backend",
                            fixed.path
                        ));
                    }
                    // A per-environment path is not promoted, so nothing would be transformed.
                    Some(path) if self.declarations.contains_key(&path) => {
                        self.declare(path, Expected::Fixed(fixed.value.to_string()));
                    }
                    Some(path) => {
                        match transforms::fixed(&path, &fixed.value, &self.to, &steps_of_all()) {
                            Some(line) => self.transform(line),
                            None => self.leave(&format!("fixedValues of {glob}: {}", fixed.path)),
                        }
                    }
                    None => self.leave(&format!("fixedValues of {glob}: {}", fixed.path)),
                }
            }
        }
    }

    pub(super) fn declare(&mut self, path: String, expected: Expected) {
        let known = self.declarations.entry(path).or_insert(Expected::Nothing);
        if expected > *known {
            *known = expected;
        }
    }

    fn transform(&mut self, line: String) {
        self.transforms.add(&line);
    }

    pub(super) fn leave(&mut self, what: &str) {
        self.left.add(what);
    }

    fn format(&mut self, format: &OutputFormat) {
        // The keys of one map, by the path of the map.
        let mut orders: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in format.key_orders.values().flatten() {
            let (map, key) = path.rsplit_once('.').unwrap_or((".", path));
            let map = if map == "." {
                Some(map.to_owned())
            } else {
                pattern(map)
            };
            match map {
                Some(map) => orders.entry(map).or_default().push(word(key)),
                None => self.leave(&format!("outputFormat.keyOrders: {path}")),
            }
        }
        let mut text = String::new();
        let mut lines = |heading: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                text += &format!("  {heading}:\n");
                lines
                    .iter()
                    .for_each(|line| text += &format!("    - {line}\n"));
            }
        };
        let sorted = format.key_sort.values().flatten();
        let sorted = sorted.filter_map(|sorted| pattern(&sorted.path));
        let mut keys: Vec<String> = orders
            .iter()
            .map(|(map, keys)| format!("{{path: {}, first: [{}]}}", word(map), keys.join(", ")))
            .collect();
        keys.extend(
            sorted
                .filter(|map| !orders.contains_key(map))
                .map(|map| format!("{{path: {}, alphabetical: true}}", word(&map))),
        );
        keys.dedup();
        lines("keys", keys);
        let mut lists: BTreeMap<String, String> = BTreeMap::new();
        for sort in format.array_sort.values().flatten() {
            let Some(list) = pattern(&sort.path) else {
                continue;
            };
            let by = sort
                .sort_by
                .as_ref()
                .map(|by| format!(", by: {}", word(by)));
            let is_descending = sort.order.as_deref() == Some("desc");
            let descending = if is_descending {
                ", descending: true"
            } else {
                ""
            };
            let line = format!(
                "{{path: {}{}{descending}}}",
                word(&list),
                by.unwrap_or_default()
            );
            lists.insert(list, line);
        }
        lines("lists", lists.into_values().collect());
        let quoting = format.quote_values.values().flatten();
        lines(
            "quoted",
            quoting
                .filter_map(|path| pattern(path))
                .map(|path| word(&path))
                .collect(),
        );
        self.format = text;
        if format.key_separator {
            self.leave("outputFormat.keySeparator: blank lines stay as they are");
        }
        if format.indent.is_some() {
            self.leave("outputFormat.indent: the indentation of a file stays");
        }
    }

    pub(super) fn text(&self, file: &Path) -> String {
        let made = format!("`envlint init --from-hed {}` made it of a", file.display());
        let mut text = comment(&format!("The configuration of envlint. {made}"), "");
        text += "# configuration of HelmEnvDelta: read it, correct it, commit it.\n";
        text += "\n# In promotion order: values move from one to the next.\nenvironments:\n";
        text += &self.environments;
        text += "\n# What is deployed to every environment. `{env}` is the environment's name.\napps:\n";
        text += &self.apps;
        text += "\n# The only paths that may differ between environments. Every other path is shared: it is the same everywhere, and it\n# moves from one environment to the next by `envlint promote`.\n";
        text += if self.declarations.is_empty() {
            "perEnvironment: []\n"
        } else {
            "perEnvironment:\n"
        };
        for (path, expected) in &self.declarations {
            let path = word(path);
            text += &match expected {
                Expected::Nothing => format!("  - {{path: {path}}}\n"),
                Expected::Fixed(value) => format!(
                    "  - {{path: {path}, expect: {{fixed: {{{}: {value}}}}}}}\n",
                    word(&self.to)
                ),
            };
        }
        if !(self.stops.is_empty() && self.transforms.is_empty()) {
            text += "\npromotion:\n";
        }
        let mut list = |heading: &str, lines: &Lines| {
            if !lines.is_empty() {
                text += heading;
            }
            let lines = lines.list.iter();
            lines.for_each(|line| text += &format!("    - {line}\n"));
        };
        list(
            "  # What `envlint promote` changes in values on their way.\n  transforms:\n",
            &self.transforms,
        );
        list(
            "  # Changes that `envlint promote` refuses, so that a person makes them.\n  stop:\n",
            &self.stops,
        );
        if !self.format.is_empty() {
            text += "\n# How values files are written: `envlint fmt`.\nformat:\n";
            text += &self.format;
        }
        if !self.left.is_empty() {
            text += "\n# What has no equal here:\n#\n";
            let left = self.left.list.iter();
            left.for_each(|left| text += &comment(&format!("- {left}"), ""));
        }
        text
    }
}

/// Whether a value would be a secret under its key.
fn is_secret(path: &str, value: &str) -> bool {
    let key = path.rsplit('.').next().unwrap_or(path);
    let line = format!("{}: {value}\n", word(key));
    let source = Source::new(CONFIG_FILE, &*line);
    let all = Span::new(0, line.len());
    source.secrets().touching(all).next().is_some()
}

/// The condition that stops the same; none where there is none. Regular expressions say there what is not allowed, and here
/// what is.
fn stop(rule: &StopRule) -> Option<String> {
    let path = word(&pattern(rule.path.as_deref()?)?);
    let mismatches = |expression: &str| format!("{{mismatches: {}}}", quoted(expression));
    const NUMBERS: &str = "[0-9]+[.][0-9]+[.][0-9]+";
    let when = match rule.r#type.as_str() {
        "semverMajorUpgrade" => "major-upgrade".to_owned(),
        "semverDowngrade" => "downgrade".to_owned(),
        "numeric" => {
            let bounds = [("min", &rule.min), ("max", &rule.max)];
            let bounds = bounds
                .iter()
                .filter_map(|(name, bound)| Some(format!("{name}: {}", bound.as_ref()?)));
            let bounds: Vec<String> = bounds.collect();
            if bounds.is_empty() {
                return None;
            }
            format!("{{outside: {{{}}}}}", bounds.join(", "))
        }
        "versionFormat" => match rule.v_prefix.as_deref() {
            Some("required") => mismatches(&format!("^v{NUMBERS}")),
            Some("forbidden") => mismatches(&format!("^{NUMBERS}")),
            _ => mismatches(&format!("^v?{NUMBERS}")),
        },
        _ => return None,
    };
    Some(format!("{{path: {path}, when: {when}}}"))
}
