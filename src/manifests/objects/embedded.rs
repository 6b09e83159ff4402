//! The YAML in the `parameters` of a SecretProviderClass, which its definition takes for plain text.

use envlint_yaml::{Document, Node, Path, Segment};

use super::refused::{self, Taken};
use super::{Violation, invalid, synced, unknown_field};
use crate::masking::{Name, ObjectName, text};

/// What a provider reads.
struct Provider {
    name: &'static str,
    /// The parameters that it knows.
    parameters: &'static [&'static str],
    /// The parameter that lists the objects.
    list: &'static str,
    /// The fields of an object, the one that it cannot do without first.
    fields: &'static [&'static str],
    /// The fields that name the file, the first that is given.
    files: &'static [&'static str],
}

static PROVIDERS: [Provider; 4] = [
    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/ascp-examples.html
    Provider {
        name: "aws",
        parameters: &[
            "objects",
            "region",
            "failoverRegion",
            "pathTranslation",
            "usePodIdentity",
            "preferredAddressType",
        ],
        list: "objects",
        fields: &[
            "objectName",
            "objectType",
            "objectAlias",
            "objectVersion",
            "objectVersionLabel",
            "jmesPath",
            "failoverObject",
            "filePermission",
        ],
        files: &["objectAlias", "objectName"],
    },
    // https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/getting-started/usage/
    Provider {
        name: "azure",
        parameters: &[
            "objects",
            "keyvaultName",
            "cloudName",
            "cloudEnvFileName",
            "usePodIdentity",
            "useVMManagedIdentity",
            "userAssignedIdentityID",
            "tenantId",
            "tenantID",
            "clientID",
            "resourceGroup",
            "subscriptionId",
        ],
        list: "objects",
        fields: &[
            "objectName",
            "objectAlias",
            "objectType",
            "objectVersion",
            "objectVersionHistory",
            "objectFormat",
            "objectEncoding",
            "filePermission",
        ],
        files: &["objectAlias", "objectName"],
    },
    // https://github.com/GoogleCloudPlatform/secrets-store-csi-driver-provider-gcp#usage
    Provider {
        name: "gcp",
        parameters: &["secrets", "auth"],
        list: "secrets",
        fields: &[
            "resourceName",
            "path",
            "fileName",
            "mode",
            "extractJSONKey",
            "extractYAMLKey",
        ],
        files: &["path", "fileName"],
    },
    // https://developer.hashicorp.com/vault/docs/platform/k8s/csi/configurations
    Provider {
        name: "vault",
        parameters: &[
            "objects",
            "roleName",
            "vaultAddress",
            "vaultNamespace",
            "vaultCACertPath",
            "vaultCADirectory",
            "vaultCAPem",
            "vaultTLSClientCertPath",
            "vaultTLSClientKeyPath",
            "vaultTLSServerName",
            "vaultSkipTLSVerify",
            "vaultKubernetesMountPath",
            "vaultAuthMountPath",
            "audience",
        ],
        list: "objects",
        fields: &[
            "objectName",
            "secretPath",
            "secretKey",
            "method",
            "secretArgs",
            "encoding",
            "filePermission",
        ],
        files: &["objectName"],
    },
];

/// What is wrong with a SecretProviderClass: with its parameters, as far as the provider is known, and with the Secrets that
/// are made of it.
pub(super) fn check(object: &Node) -> Vec<Violation> {
    let mut found = of_provider(object);
    found.extend(synced::check(object));
    found
}

fn of_provider(object: &Node) -> Vec<Violation> {
    let Some(spec) = object
        .as_mapping()
        .and_then(|object| object.get("spec")?.as_mapping())
    else {
        return Vec::new();
    };
    let name = spec.get("provider").and_then(Node::as_str);
    let Some(provider) = PROVIDERS
        .iter()
        .find(|provider| Some(provider.name) == name)
    else {
        return name
            .and_then(refused::misspelt_provider)
            .into_iter()
            .collect();
    };
    let path = Path::root().key("spec").key("parameters");
    let mut checker = Checker {
        provider,
        violations: Vec::new(),
        files: Vec::new(),
        taken: Taken::default(),
    };
    match spec.get("parameters").and_then(Node::as_mapping) {
        None => checker.missing(&path, provider.list),
        Some(parameters) => {
            for (key, _) in parameters.iter() {
                if !provider.parameters.contains(&key.text()) {
                    checker
                        .violations
                        .push(unknown_field(&path, key.text(), provider.parameters));
                }
            }
            let missing = refused::missing_parameters(provider.name, parameters);
            checker.violations.extend(missing);
            match parameters.get(provider.list).and_then(Node::as_str) {
                None => checker.missing(&path, provider.list),
                Some(text) => checker.list(&path.key(provider.list), text),
            }
        }
    }
    checker.synced(object);
    checker.violations
}

struct Checker {
    provider: &'static Provider,
    violations: Vec<Violation>,
    /// The files that the volume will have.
    files: Vec<String>,
    taken: Taken,
}

impl Checker {
    fn missing(&mut self, path: &Path, field: &str) {
        let message = text!(
            "`{}` is missing in `{}`, so the {} provider has nothing to read",
            Name(&field),
            ObjectName(path),
            self.provider.name
        );
        self.violations
            .push(invalid(path, message).help(text!("add `{}`", Name(&field))));
    }

    fn not_a(&mut self, path: &Path, wanted: &'static str) {
        let message = text!(
            "the {} provider cannot read the text in `{}`",
            self.provider.name,
            ObjectName(path)
        );
        self.violations
            .push(invalid(path, message).help(text!("it must be {}", wanted)));
    }

    fn list(&mut self, path: &Path, text: &str) {
        let document = Document::parse(text);
        let root = document.root();
        let is_azure = self.provider.name == "azure";
        let items = if is_azure {
            root.and_then(|root| root.as_mapping()?.get("array")?.as_sequence())
        } else {
            root.and_then(Node::as_sequence)
        };
        let Some(items) = items else {
            let wanted = if is_azure {
                "YAML: a map with the list `array`"
            } else {
                "YAML: a list of maps"
            };
            return self.not_a(path, wanted);
        };
        for (index, item) in items.iter().enumerate() {
            let place = if is_azure {
                path.key("array")
            } else {
                path.clone()
            }
            .index(index);
            match item.as_str().filter(|_| is_azure) {
                Some(text) => {
                    let document = Document::parse(text);
                    match document.root().filter(|root| root.as_mapping().is_some()) {
                        Some(item) => self.item(&place, item),
                        None => self.not_a(&place, "YAML: a map"),
                    }
                }
                None if !is_azure && item.as_mapping().is_some() => self.item(&place, item),
                None => self.not_a(
                    &place,
                    if is_azure {
                        "text: a map in YAML, after `- |`"
                    } else {
                        "a map"
                    },
                ),
            }
        }
    }

    fn item(&mut self, path: &Path, item: &Node) {
        let Some(fields) = item.as_mapping() else {
            return;
        };
        for (key, value) in fields.iter() {
            match key.text() {
                "jmesPath" if self.provider.name == "aws" => {
                    self.extracts(&path.key("jmesPath"), value)
                }
                "failoverObject" if self.provider.name == "aws" => {
                    self.known(
                        &path.key("failoverObject"),
                        value,
                        &["objectName", "objectVersion", "objectVersionLabel"],
                    );
                }
                other if self.provider.fields.contains(&other) => {}
                other => self
                    .violations
                    .push(unknown_field(path, other, self.provider.fields)),
            }
        }
        let text = |key: &str| {
            fields
                .get(key)
                .and_then(Node::as_scalar)
                .map(|scalar| scalar.text().to_owned())
        };
        if let Some(first) = self.provider.fields.first()
            && text(first).is_none_or(|text| text.is_empty())
        {
            self.missing(path, first);
        }
        self.files
            .extend(self.provider.files.iter().find_map(|key| text(key)));
        let refused = refused::object(self.provider.name, path, fields);
        self.violations.extend(refused);
        let taken = self.taken.take(self.provider.name, path, fields);
        self.violations.extend(taken);
    }

    /// The parts of a JSON value that become files of their own.
    fn extracts(&mut self, path: &Path, list: &Node) {
        let Some(items) = list.as_sequence() else {
            return self.not_a(path, "a list of maps of `path` and `objectAlias`");
        };
        for (index, item) in items.iter().enumerate() {
            let place = path.join(Segment::Index(index));
            self.known(&place, item, &["path", "objectAlias", "filePermission"]);
            let alias = item
                .as_mapping()
                .and_then(|item| item.get("objectAlias")?.as_str());
            match alias {
                Some(alias) => self.files.push(alias.to_owned()),
                None => self.missing(&place, "objectAlias"),
            }
        }
    }

    fn known(&mut self, path: &Path, item: &Node, known: &[&str]) {
        for (key, _) in item.as_mapping().into_iter().flat_map(|item| item.iter()) {
            if !known.contains(&key.text()) {
                self.violations.push(unknown_field(path, key.text(), known));
            }
        }
    }

    /// A Secret is synced from files of the volume: one that names another file stays empty.
    fn synced(&mut self, object: &Node) {
        let path = Path::root().key("spec").key("secretObjects");
        let secrets = object
            .get(&path)
            .and_then(Node::as_sequence)
            .unwrap_or_default();
        for (index, secret) in secrets.iter().enumerate() {
            let data = secret
                .as_mapping()
                .and_then(|secret| secret.get("data")?.as_sequence())
                .unwrap_or_default();
            for (at, item) in data.iter().enumerate() {
                let name = item
                    .as_mapping()
                    .and_then(|item| item.get("objectName")?.as_str());
                // The AWS provider writes `/` of a name as `_`.
                let is_file = |name: &str| {
                    self.files
                        .iter()
                        .any(|file| file == name || file.replace('/', "_") == name)
                };
                if let Some(name) = name.filter(|name| !self.files.is_empty() && !is_file(name)) {
                    let place = path.index(index).key("data").index(at).key("objectName");
                    let message = text!(
                        "`parameters` lists no object `{}`, so the Secret is never synced",
                        ObjectName(&name)
                    );
                    let near = crate::source::nearest(name, self.files.iter().map(String::as_str));
                    let violation = invalid(&place, message);
                    let violation = violation.suggest_or(near, "use the alias of a listed object");
                    self.violations.push(violation);
                }
            }
        }
    }
}
