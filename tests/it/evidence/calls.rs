//! Workflows that call others of the repository, and where the steps of a workflow run.

use super::{CHART, apps, deployments};

/// A workflow of this repository by the repository's name, and one of another repository whose path is one that is here.
#[test]
fn a_workflow_that_is_called_by_the_name_of_this_repository_is_joined() {
    let deploy = "\
on:
  workflow_call:
    inputs: {suffix: {type: string}}
    secrets: {token: {required: true}}
jobs:
  deploy:
    steps:
      - run: |
          helm upgrade shop ./chart -f chart/values.yaml -f chart/values-${{ inputs.suffix }}.yaml
";
    let call = |with: &str| {
        format!("jobs: {{cd: {{uses: acme/shop/.github/workflows/cd.yml@main, with: {with}}}}}\n")
    };
    let (dev, prod) = (call("{suffix: dev}"), call("{suffix: prod}"));
    let other = call("{suffix: live, region: eu}");
    let files = [
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "a: 1\n"),
        ("chart/values-dev.yaml", "a: 2\n"),
        ("chart/values-live.yaml", "a: 3\n"),
        (".github/workflows/cd.yml", deploy),
        (".github/workflows/dev.yml", &dev),
        (".github/workflows/prod.yml", &prod),
        (".github/workflows/other.yml", &other),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// A directory behind the commands of a step, and namespaces that secrets name.
#[test]
fn a_step_says_behind_its_commands_where_they_run() {
    let workflow = "\
jobs:
  web:
    steps:
      - run: helm upgrade web web -f deploy/prod.yaml
  next:
    defaults:
      run:
        working-directory: other
  deploy:
    steps:
      - if: github.ref == 'refs/heads/dev'
        run: echo \"NAMESPACE=${{ secrets.DEV_NAMESPACE }}\" >> $GITHUB_ENV
      - if: github.ref == 'refs/heads/main'
        run: echo \"NAMESPACE=${{ secrets.PROD_NAMESPACE }}\" >> $GITHUB_ENV
      - name: Deploy
        run: |
          namespace=${{ env.NAMESPACE }}
          if true; then
            helm upgrade shop . -n ${namespace} -f values-${namespace}.yaml --set image.tag=1.2
          fi
        working-directory: ./deploy/shop
      - run: helm lint .
        working-directory: other
";
    let files = [
        ("deploy/shop/Chart.yaml", CHART),
        ("deploy/shop/values.yaml", "a: 1\n"),
        ("deploy/shop/values-b29129-dev.yaml", "a: 2\n"),
        ("deploy/shop/values-b29129-prod.yaml", "a: 3\n"),
        ("deploy/shop/values-c6af30-dev.yaml", "a: 4\n"),
        ("other/Chart.yaml", CHART),
        ("other/deploy/prod.yaml", "a: 5\n"),
        ("web/Chart.yaml", CHART),
        ("deploy/prod.yaml", "a: 6\n"),
        (".github/workflows/cd.yml", workflow),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// A file that a script takes unless somebody names another one is what it deploys with.
#[test]
fn a_file_that_a_script_takes_by_default_is_read() {
    let script = "#!/bin/sh\nVALUES=${2:-deploy/prod.yaml}\nhelm upgrade shop \"${1:-./chart}\" -f \"$VALUES\"\nhelm upgrade web chart -f deploy/${1:-dev}.yaml\n";
    let seen = deployments(&[
        ("deploy.sh", script),
        ("chart/Chart.yaml", CHART),
        ("deploy/dev.yaml", "a: 1\n"),
        ("deploy/prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop prod chart deploy/prod.yaml",
            "web dev chart deploy/dev.yaml",
            "web prod chart deploy/prod.yaml",
        ]
    );
}
