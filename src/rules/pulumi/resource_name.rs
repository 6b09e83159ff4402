//! `pulumi/resource-name`.

use envlint_yaml::{Node, Path};

use super::{DEEPEST, StackValues, stacks};
use crate::masking::{Name, Said, text};
use crate::pulumi::Project;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Location};
use crate::values::{Tree, words_of};
use crate::workspace::{Called, NamePattern};

rule! {
    /// A resource's name does not tell its stack.
    ///
    /// ## What it does
    ///
    /// In a program of Pulumi YAML with several stacks, looks for resources with a fixed name, without
    /// `${pulumi.stack}` or another value in it, where the name has to be free in the whole cloud: buckets, storage accounts,
    /// registries, vaults, web apps, database servers and the like.
    ///
    /// Where envlint.yaml has a `naming.pattern`, the values of such names in the configuration of stacks
    /// (`shop:bucketName`, `database.instanceName`) have to follow it, too. `{service}`, `{component}` and `{region}`
    /// stand for any words, `{app}` and `{release}` for the project, `{environment}` for the stack.
    ///
    /// Ignored: names that have to be free in one account, region or cluster alone, since stacks may have one each; names
    /// that programs in other languages make.
    ///
    /// ## Why it matters
    ///
    /// The second stack cannot be created, since the name is taken; or it takes over the resource of the first one. And
    /// who sees the name in a bill or an alarm has to know where the resource belongs.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # Pulumi.yaml
    /// resources:
    ///   uploads:
    ///     type: aws:s3:Bucket
    ///     properties: {bucket: shop-uploads}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # Pulumi.yaml
    /// resources:
    ///   uploads:
    ///     type: aws:s3:Bucket
    ///     properties: {bucket: "shop-uploads-${pulumi.stack}"}
    /// ```
    ///
    /// ## References
    ///
    /// - [Pulumi: names of resources](https://www.pulumi.com/docs/iac/concepts/resources/names/)
    /// - [Pulumi YAML: built-in variables](https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/)
    "pulumi/resource-name", Warning, Check::App(check)
}

/// Resources whose names have to be free in the whole cloud: the provider, the last word of the type without a version
/// (`BucketV2`), and the property that is the name (the schemas of the providers in Pulumi's registry). Names that are free
/// in each account or region are left out: stacks often have one of their own.
const NAMED: [(&str, &str, &str); 18] = [
    ("aws", "Bucket", "bucket"),
    ("aws", "UserPoolDomain", "domain"),
    ("aws-native", "Bucket", "bucketName"),
    ("azure", "Account", "name"),
    ("azure", "AppService", "name"),
    ("azure", "KeyVault", "name"),
    ("azure", "Registry", "name"),
    ("azure-native", "ConfigurationStore", "configStoreName"),
    ("azure-native", "DatabaseAccount", "accountName"),
    ("azure-native", "Namespace", "namespaceName"),
    ("azure-native", "Redis", "name"),
    ("azure-native", "Registry", "registryName"),
    ("azure-native", "Server", "serverName"),
    ("azure-native", "StorageAccount", "accountName"),
    ("azure-native", "Vault", "vaultName"),
    ("azure-native", "WebApp", "name"),
    ("gcp", "Bucket", "name"),
    ("gcp", "Project", "projectId"),
];

/// What stands before `name` in keys that name such resources.
const RESOURCES: [&str; 15] = [
    "account",
    "bucket",
    "cluster",
    "function",
    "group",
    "instance",
    "queue",
    "registry",
    "repository",
    "role",
    "server",
    "storage",
    "table",
    "topic",
    "vault",
];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((project, stacks)) = stacks(cx) else {
        return;
    };
    if let [first, second, ..] = &*stacks {
        fixed_names(project, [first, second], out);
    }
    if let Some(naming) = &cx.workspace.config.naming {
        for stack in &stacks {
            configured_names(project, stack, &naming.pattern.value, out);
        }
    }
}

/// Names that a program of Pulumi YAML gives to the resources of every stack.
fn fixed_names(project: &Project, stacks: [&StackValues<'_>; 2], out: &mut Reporter<'_>) {
    for (resource, node) in project.resources() {
        for node in names(node) {
            let [one, other] = stacks.map(|stack| &stack.values.environment.name);
            let fixed = node.as_str().unwrap_or_default();
            let message = text!(
                "`{}` is the name of `{}` in every stack, so {} and {} want the same one",
                Said(&fixed),
                Name(resource.text()),
                Name(one),
                Name(other)
            );
            let finding = out
                .finding(Location::new(&project.source, node.span()), message)
                .confidence(Confidence::Medium)
                .help(text!(
                    "put the stack into it: `\"{}-${{pulumi.stack}}\"`; or leave it out, then Pulumi makes a name that is free",
                    Said(&fixed)
                ));
            out.push(finding);
        }
    }
}

/// The fixed names of a resource.
fn names(resource: &Node) -> impl Iterator<Item = &Node> {
    let map = resource.as_mapping();
    let kind = map.and_then(|map| map.get("type")?.as_str());
    let (provider, kind) = kind
        .and_then(|kind| Some((kind.split(':').next()?, kind.rsplit(':').next()?)))
        .unwrap_or_default();
    let kind = match kind.rsplit_once('V') {
        Some((kind, version))
            if !version.is_empty() && version.chars().all(|char| char.is_ascii_digit()) =>
        {
            kind
        }
        _ => kind,
    };
    let properties = map.and_then(|map| map.get("properties")?.as_mapping());
    let of_kind = NAMED
        .iter()
        .filter(move |(of, named, _)| *of == provider && *named == kind);
    of_kind.filter_map(move |(_, _, property)| {
        let node = properties?.get(property)?;
        let is_fixed = |text: &str| !text.is_empty() && !text.contains("${");
        node.as_str().is_some_and(is_fixed).then_some(node)
    })
}

/// Names in the configuration of a stack that do not follow the pattern.
fn configured_names(
    project: &Project,
    stack: &StackValues<'_>,
    pattern: &NamePattern,
    out: &mut Reporter<'_>,
) {
    let environment = stack.values.environment;
    let called = Called {
        app: &project.name,
        environment: environment.names().chain([&*environment.stage]).collect(),
        namespace: &project.name,
        release: &project.name,
    };
    for entry in &stack.config {
        let mut found = Vec::new();
        let key = entry.key.rsplit(':').next().unwrap_or(&entry.key);
        named(
            &words_of(key),
            &entry.path,
            &entry.value,
            DEEPEST,
            &mut found,
        );
        for (path, tree) in found {
            let Some(name) = tree.as_str().filter(|name| !pattern.matches(name, &called)) else {
                continue;
            };
            let message = text!(
                "the name `{}` in `{}` does not follow `{}`",
                Said(&name),
                path,
                Said(&pattern.as_str())
            );
            let finding = out
                .finding(tree.location(), message)
                .at(path)
                .environment(stack.values.name())
                .confidence(Confidence::Medium)
                .help(text!(
                    "name it like `{}`, or change `naming.pattern` in envlint.yaml",
                    Said(&pattern.filled(&called))
                ));
            out.push(finding);
        }
    }
}

/// The texts in a value that name a resource: below a key whose last words are `bucket` and `name`, say.
fn named<'a>(
    words: &[String],
    path: &Path,
    tree: &Tree<'a>,
    deep: usize,
    found: &mut Vec<(Path, Tree<'a>)>,
) {
    let Some(deep) = deep.checked_sub(1) else {
        return;
    };
    let is_name = match words {
        [.., before, last] => last == "name" && RESOURCES.contains(&before.as_str()),
        _ => false,
    };
    if is_name && tree.as_str().is_some_and(|text| !text.is_empty()) {
        found.push((path.clone(), tree.clone()));
    }
    for (key, child) in tree.entries() {
        let own = words_of(key);
        // `bucket: {name: …}` is `bucketName: …`.
        let words = match own.len() {
            1 => [words, &own].concat(),
            _ => own.to_vec(),
        };
        if key != "secure" {
            named(&words, &path.key(key), &child, deep, found);
        }
    }
}
