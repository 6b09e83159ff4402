//! Manifests that were written in a repository of which this one is a folder.

use super::{CHART, apps};

/// A set of Applications over the files of a generator, with all paths from the root of another repository.
fn set(folder: &str) -> String {
    format!(
        "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: shops}}
spec:
  goTemplate: true
  generators:
    - git:
        repoURL: https://git.example.com/acme/everything.git
        files: [{{path: '{folder}/deploy/clusters/*.yaml'}}]
  template:
    metadata: {{name: '{{{{.app}}}}-{{{{.environment}}}}-{{{{.cluster}}}}'}}
    spec:
      source:
        repoURL: https://git.example.com/acme/everything.git
        path: {folder}/charts/shop
        helm:
          releaseName: '{{{{.app}}}}'
          valueFiles: ['../../environments/{{{{index .path.segments 2}}}}/{{{{.environment}}}}.yaml']
      destination: {{namespace: shop}}
"
    )
}

/// The generator's files say the environments; they are no values.
fn files(set: &str) -> Vec<(&str, &str)> {
    vec![
        ("charts/shop/Chart.yaml", CHART),
        (
            "deploy/clusters/prod.yaml",
            "app: shop\nenvironment: prod\ncluster: core-prod\n",
        ),
        (
            "deploy/clusters/staging.yaml",
            "app: shop\nenvironment: staging\ncluster: core-staging\n",
        ),
        ("deploy/set.yaml", set),
        ("environments/deploy/prod.yaml", "replicas: 2\n"),
        ("environments/deploy/staging.yaml", "replicas: 1\n"),
    ]
}

#[test]
fn paths_of_the_repository_that_this_one_is_a_folder_of_lead_here() {
    let set = set("libs/platform");
    insta::assert_snapshot!(apps(&files(&set)));
}

/// Where other paths of that repository lie here as they are, the folder is only one that is not there.
#[test]
fn a_folder_that_is_not_there_is_missing_where_others_are_there() {
    let set = set("libs/platform");
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web-prod}\nspec:\n  source: {repoURL: https://git.example.com/acme/everything.git, path: charts/shop, helm: {valueFiles: [values-prod.yaml]}}\n";
    let mut files = files(&set);
    files.push(("apps/web.yaml", application));
    files.push(("charts/shop/values-prod.yaml", "replicas: 2\n"));
    insta::assert_snapshot!(apps(&files));
}
