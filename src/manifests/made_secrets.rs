//! The Secrets that operators make of their objects, by the documentation of each operator.

use std::borrow::Cow;

use envlint_yaml::Value;

use super::rendered::{RenderedObject, items};

/// Where a Secret gets its name from.
enum Name {
    /// A field of the object has it.
    Field(&'static [&'static str]),
    /// The same; without the field it is the object's own.
    FieldOrOwn(&'static [&'static str]),
    /// It is made of the object's name: `{name}-app`.
    Of(&'static str),
    /// One for each item of a list, made of the object's name and that of a user: a field of the item, or the item itself.
    OfEach(&'static str, &'static [&'static str], &'static str),
    /// One for each item of a list, which has its name.
    Item(&'static [&'static str], &'static str),
}

use Name::{Field, FieldOrOwn, Item, Of, OfEach};

/// What an operator makes of a kind: the API group, the kind, and its Secrets.
type Entry = (&'static str, &'static str, &'static [Name]);

/// Any kind of a group.
const ANY: &str = "*";

/// The operators, by their groups.
const MAKERS: &[Entry] = &[
    // https://docs.crunchydata.com/…/user-management
    (
        "postgres-operator.crunchydata.com",
        "PostgresCluster",
        &[
            Of("{name}-pguser-{name}"),
            OfEach("{name}-pguser-{user}", &["spec", "users"], "name"),
            Of("{name}-cluster-cert"),
        ],
    ),
    (
        "pgv2.percona.com",
        "PerconaPGCluster",
        &[
            Of("{name}-pguser-{name}"),
            OfEach("{name}-pguser-{user}", &["spec", "users"], "name"),
        ],
    ),
    // https://cloudnative-pg.io/documentation/current/applications/#secrets
    (
        "postgresql.cnpg.io",
        "Cluster",
        &[
            Of("{name}-app"),
            Of("{name}-superuser"),
            Of("{name}-ca"),
            Of("{name}-server"),
            Of("{name}-replication"),
        ],
    ),
    // https://postgres-operator.readthedocs.io/en/latest/user/#manifest-roles
    (
        "acid.zalan.do",
        "postgresql",
        &[
            Of("postgres.{name}.credentials.postgresql.acid.zalan.do"),
            Of("standby.{name}.credentials.postgresql.acid.zalan.do"),
            OfEach(
                "{user}.{name}.credentials.postgresql.acid.zalan.do",
                &["spec", "users"],
                "",
            ),
        ],
    ),
    ("stackgres.io", "SGCluster", &[Of("{name}")]),
    // https://docs.percona.com/percona-operator-for-mysql/pxc/users.html
    (
        "pxc.percona.com",
        "PerconaXtraDBCluster",
        &[Field(&["spec", "secretsName"]), Of("{name}-secrets")],
    ),
    (
        "psmdb.percona.com",
        "PerconaServerMongoDB",
        &[Field(&["spec", "secrets", "users"]), Of("{name}-secrets")],
    ),
    // https://github.com/mariadb-operator/mariadb-operator: with `generate: true`
    (
        "k8s.mariadb.com",
        ANY,
        &[
            Field(&["spec", "rootPasswordSecretKeyRef", "name"]),
            Field(&["spec", "passwordSecretKeyRef", "name"]),
            Field(&["spec", "secretName"]),
            Of("{name}"),
            Of("{name}-root"),
            Of("{name}-password"),
        ],
    ),
    // https://github.com/mongodb/mongodb-kubernetes/tree/master/docs/mongodbcommunity
    (
        "mongodbcommunity.mongodb.com",
        "MongoDBCommunity",
        &[
            // The database of the user comes between the two; `admin` is the usual one.
            OfEach("{name}-admin-{user}", &["spec", "users"], "name"),
            Item(&["spec", "users"], "connectionStringSecretName"),
        ],
    ),
    ("kubedb.com", ANY, &[Of("{name}-auth")]),
    // https://strimzi.io/docs/operators/latest/deploying
    ("kafka.strimzi.io", "KafkaUser", &[Of("{name}")]),
    (
        "kafka.strimzi.io",
        "Kafka",
        &[
            Of("{name}-cluster-ca-cert"),
            Of("{name}-clients-ca-cert"),
            Of("{name}-clients-ca"),
            Of("{name}-cluster-ca"),
        ],
    ),
    // https://www.rabbitmq.com/kubernetes/operator/using-operator
    (
        "rabbitmq.com",
        "RabbitmqCluster",
        &[Of("{name}-default-user"), Of("{name}-erlang-cookie")],
    ),
    ("rabbitmq.com", "User", &[Of("{name}-user-credentials")]),
    // https://www.elastic.co/docs/deploy-manage/deploy/cloud-on-k8s
    (
        "elasticsearch.k8s.elastic.co",
        "Elasticsearch",
        &[
            Of("{name}-es-elastic-user"),
            Of("{name}-es-http-certs-public"),
            Of("{name}-es-http-certs-internal"),
            Of("{name}-es-http-ca-internal"),
            Of("{name}-es-transport-certs-public"),
        ],
    ),
    (
        "kibana.k8s.elastic.co",
        "Kibana",
        &[Of("{name}-kb-http-certs-public"), Of("{name}-kb-es-ca")],
    ),
    (
        "k8s.keycloak.org",
        "Keycloak",
        &[Of("{name}-initial-admin")],
    ),
    (
        "grafana.integreatly.org",
        "Grafana",
        &[Of("{name}-admin-credentials")],
    ),
    // https://external-secrets.io/latest/api/externalsecret/
    (
        "external-secrets.io",
        "ExternalSecret",
        &[FieldOrOwn(&["spec", "target", "name"])],
    ),
    (
        "bitnami.com",
        "SealedSecret",
        &[FieldOrOwn(&["spec", "template", "metadata", "name"])],
    ),
    (
        "secrets.hashicorp.com",
        ANY,
        &[Field(&["spec", "destination", "name"])],
    ),
    (
        "cert-manager.io",
        "Certificate",
        &[Field(&["spec", "secretName"])],
    ),
    (
        "secrets-store.csi.x-k8s.io",
        "SecretProviderClass",
        &[Item(&["spec", "secretObjects"], "secretName")],
    ),
    // https://infisical.com/docs/integrations/platforms/kubernetes/infisical-secret-crd
    (
        "secrets.infisical.com",
        ANY,
        &[
            Field(&["spec", "managedSecretReference", "secretName"]),
            Item(&["spec", "managedKubeSecretReferences"], "secretName"),
        ],
    ),
    (
        "secrets.doppler.com",
        "DopplerSecret",
        &[Field(&["spec", "managedSecret", "name"])],
    ),
    ("onepassword.com", "OnePasswordItem", &[Of("{name}")]),
    (
        "k8s.bitwarden.com",
        "BitwardenSecret",
        &[Field(&["spec", "secretName"])],
    ),
    (
        "spv.no",
        "AzureKeyVaultSecret",
        &[Field(&["spec", "output", "secret", "name"])],
    ),
    // https://github.com/isindir/sops-secrets-operator
    (
        "isindir.github.com",
        "SopsSecret",
        &[Item(&["spec", "secretTemplates"], "name")],
    ),
    // https://github.com/mittwald/kubernetes-secret-generator
    ("secretgenerator.mittwald.de", ANY, &[Of("{name}")]),
    // https://github.com/carvel-dev/secretgen-controller
    ("secretgen.k14s.io", ANY, &[Of("{name}")]),
    ("secretgen.carvel.dev", ANY, &[Of("{name}")]),
    // https://flux-iac.github.io/tofu-controller
    (
        "infra.contrib.fluxcd.io",
        "Terraform",
        &[Field(&["spec", "writeOutputsToSecret", "name"])],
    ),
];

/// Where a resource of Crossplane says which Secret it writes: <https://docs.crossplane.io/latest/managed-resources/>.
const OF_CROSSPLANE: Name = Field(&["spec", "writeConnectionSecretToRef", "name"]);

impl RenderedObject {
    /// The names of the Secrets that come of the object: of itself, or of what its operator makes of it.
    pub fn secrets(&self) -> Vec<Cow<'_, str>> {
        let (kind, group) = (self.kind.as_str(), self.group());
        match (kind, group) {
            ("Secret", "") => return vec![Cow::Borrowed(&self.name)],
            (_, "" | "apps" | "batch") => return Vec::new(),
            _ => {}
        }
        let mut found = self.names_of(&OF_CROSSPLANE);
        let is_meant = |entry: &&Entry| entry.0 == group && (entry.1 == kind || entry.1 == ANY);
        for (_, _, names) in MAKERS.iter().filter(is_meant) {
            for name in *names {
                found.extend(self.names_of(name));
            }
        }
        found
    }

    fn names_of(&self, name: &Name) -> Vec<Cow<'_, str>> {
        let field = |keys: &[&str]| self.at(keys).and_then(Value::as_str).map(Cow::Borrowed);
        let own = &self.name;
        let filled = |form: &str| form.replace("{name}", own);
        match name {
            Field(keys) => field(keys).into_iter().collect(),
            FieldOrOwn(keys) => vec![field(keys).unwrap_or(Cow::Borrowed(own))],
            Of(form) => vec![Cow::Owned(filled(form))],
            OfEach(form, keys, key) => {
                let users = self.at(keys).map(|users| users_of(users, key));
                let users = users.unwrap_or_default().into_iter();
                let named = users.map(|user| Cow::Owned(filled(form).replace("{user}", user)));
                named.collect()
            }
            Item(keys, key) => {
                let named = items(self.at(keys)).iter();
                let named = named.filter_map(|item| item.get(key)?.as_str());
                named.map(Cow::Borrowed).collect()
            }
        }
    }
}

/// The users of a list of maps, or of a map by their names.
fn users_of<'v>(users: &'v Value, key: &str) -> Vec<&'v str> {
    match users.as_map() {
        Some(map) => map.keys().map(String::as_str).collect(),
        None => items(Some(users))
            .iter()
            .filter_map(|user| user.get(key)?.as_str())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use envlint_yaml::Document;

    use super::super::rendered::RenderedObject;

    #[test]
    fn operators_make_secrets_of_their_objects() {
        for (text, expected) in [
            ("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n", "a"),
            (
                "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\n",
                "a",
            ),
            (
                "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {target: {name: b}}\n",
                "b",
            ),
            (
                "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\n",
                "a-app a-superuser a-ca a-server a-replication",
            ),
            (
                "apiVersion: acid.zalan.do/v1\nkind: postgresql\nmetadata: {name: a}\nspec: {users: {shop: []}}\n",
                "postgres.a.credentials.postgresql.acid.zalan.do standby.a.credentials.postgresql.acid.zalan.do shop.a.credentials.postgresql.acid.zalan.do",
            ),
            (
                "apiVersion: rds.aws.upbound.io/v1beta1\nkind: Instance\nmetadata: {name: a}\nspec: {writeConnectionSecretToRef: {name: b}}\n",
                "b",
            ),
            (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
                "",
            ),
        ] {
            let document = Document::parse(text);
            let object = document.root().and_then(RenderedObject::plain);
            let object = object.expect("it is an object");
            assert_eq!(object.secrets().join(" "), expected, "{text}");
        }
    }
}
