//! Command lines of helm in workflows, Makefiles and scripts.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

#[test]
fn command_lines_tell_charts_layers_and_what_is_given() {
    let values = [
        ("deploy/chart/Chart.yaml", CHART),
        ("deploy/values.yaml", "a: 1\n"),
        ("deploy/values-dev.yaml", "a: 1\n"),
        ("deploy/values-prod.yaml", "a: 1\n"),
        ("deploy/values-secrets.yaml", "a: 1\n"),
    ];
    let expected = [
        "shop dev deploy/chart deploy/values.yaml < deploy/values-dev.yaml",
        "shop prod deploy/chart deploy/values.yaml < deploy/values-prod.yaml",
    ];
    for (file, text) in [
        (
            "Makefile",
            "CHART := deploy/chart\ndeploy:\n\thelm upgrade --install shop $(CHART) \\n\t  -f deploy/values.yaml -f deploy/values-$(ENV).yaml --set image.tag=$(TAG)\n",
        ),
        (
            "deploy/run.sh",
            "#!/bin/sh\nhelm upgrade shop ./chart -i --values values.yaml,values-${1}.yaml -n \"shop-$1\"\n",
        ),
        (
            ".github/workflows/deploy.yaml",
            "jobs:\n  deploy:\n    strategy: {matrix: {env: [dev, prod]}}\n    steps:\n      - run: |\n          cd deploy\n          helm upgrade shop chart -f values.yaml -f values-${{ matrix.env }}.yaml --wait\n",
        ),
        (
            "Taskfile.yml",
            "version: 3\ntasks:\n  deploy:\n    cmds:\n      - helm upgrade shop deploy/chart -f deploy/values.yaml -f deploy/values-{{.ENV}}.yaml\n",
        ),
        (
            "justfile",
            "deploy env:\n    helm upgrade shop deploy/chart -f deploy/values.yaml -f deploy/values-{{env}}.yaml\n",
        ),
        (
            "Jenkinsfile",
            "sh \"helm upgrade shop deploy/chart -f deploy/values.yaml -f deploy/values-${params.ENV}.yaml\"\n",
        ),
        (
            ".gitlab-ci.yml",
            "deploy:\n  script:\n    - helm upgrade shop deploy/chart -f deploy/values.yaml -f deploy/values-$CI_ENVIRONMENT_NAME.yaml\n",
        ),
    ] {
        let seen = deployments(&[&values[..], &[(file, text)]].concat());
        assert_eq!(seen, expected, "{file}");
    }
}

#[test]
fn what_is_given_is_never_missing() {
    let sandbox = Sandbox::with(&[
        (
            "Makefile",
            "deploy:\n\thelm upgrade shop chart -f values-$(ENV).yaml --set image.tag=$(TAG)\n",
        ),
        ("chart/Chart.yaml", CHART),
        ("values-dev.yaml", "image: {tag: dev}\n"),
        ("values-prod.yaml", "image: {}\n"),
    ]);
    let findings = sandbox.check().findings;
    assert!(
        findings
            .iter()
            .all(|finding| finding.rule != "drift/missing-key"),
        "{findings:?}"
    );
}

#[test]
fn apps_of_one_chart_and_files_of_many_apps_are_told_apart() {
    let makefile = "deploy:\n\thelm upgrade $(APP) charts/generic -f env-$(ENV)/$(APP).yaml\n";
    let seen = deployments(&[
        ("Makefile", makefile),
        ("charts/generic/Chart.yaml", CHART),
        ("env-dev/shop.yaml", "a: 1\n"),
        ("env-dev/web.yaml", "a: 1\n"),
        ("env-prod/shop.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev charts/generic env-dev/shop.yaml",
            "shop prod charts/generic env-prod/shop.yaml",
            "web dev charts/generic env-dev/web.yaml",
        ]
    );
}

#[test]
fn a_trial_adds_to_the_app_that_is_deployed() {
    let files = [
        ("chart/Chart.yaml", CHART),
        ("values/prod.yaml", "a: 1\n"),
        ("Makefile", "lint:\n\thelm lint chart -f values/prod.yaml\n"),
        (
            ".github/workflows/ci.yml",
            "jobs: {x: {steps: [{run: 'helm template demo chart -f values/prod.yaml --set tried=1'}]}}\n",
        ),
        (
            "scripts/deploy.sh",
            "helm upgrade --install web chart -n shop-ns -f values/prod.yaml --set image.tag=\"$V\"\n",
        ),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn which_of_several_files_is_deployed_is_not_known() {
    let files = [
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "a: 1\n"),
        (
            "ci/run.sh",
            "VALUES_FILE=\"$1\"\nhelm install shop-test charts/shop --values \"ci/values/$VALUES_FILE\"\n",
        ),
        ("ci/values/values-a.yaml", "a: 1\n"),
        ("ci/values/values-b.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn an_install_without_values_is_a_deployment() {
    let files = [
        (
            "run.sh",
            "helm upgrade --install shop charts/shop -n shop-prod\nhelm install demo charts/shop\n",
        ),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "a: 1\n"),
        ("charts/shop/values-prod.yaml", "a: 2\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn tasks_of_azure_pipelines_are_commands() {
    let pipeline = "\
parameters: [{name: env}]
steps:
  - task: HelmDeploy@0
    inputs:
      command: upgrade
      chartType: FilePath
      chartPath: deploy/chart
      releaseName: shop
      namespace: shop-${{ parameters.env }}
      valueFile: deploy/values-${{ parameters.env }}.yaml
      overrideValues: |
        image.tag=$(Build.BuildId)
      arguments: --atomic --set replicas=2
";
    let files = [
        ("azure-pipelines.yml", pipeline),
        ("deploy/chart/Chart.yaml", CHART),
        ("deploy/values-dev.yaml", "a: 1\n"),
        ("deploy/values-prod.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn a_variable_alone_names_no_file() {
    let script = "param([string]$ValuesFile)\nhelm upgrade $Release $Chart --values $ValuesFile\n";
    let files = [
        ("deploy.ps1", script),
        ("docker-compose.prod.yml", "services: {}\n"),
        ("production.sh", "echo\n"),
        ("chart/Chart.yaml", CHART),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn what_most_tells_is_the_environment() {
    let files = [
        (
            "run.sh",
            "helm upgrade shop ./deploy/shop -f deploy/values-dev.yaml -f deploy/shop/values-live.yaml -n shop-dev\n",
        ),
        ("deploy/shop/Chart.yaml", CHART),
        ("deploy/shop/values-live.yaml", "a: 1\n"),
        ("deploy/values-dev.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn what_a_command_asks_for_is_the_environment() {
    let makefile = "deploy:\n\thelm upgrade shop deploy/shop -f deploy/values-$(ENV).yaml -f deploy/shop/values-live.yaml\n";
    let seen = deployments(&[
        ("Makefile", makefile),
        ("deploy/shop/Chart.yaml", CHART),
        ("deploy/shop/values-live.yaml", "a: 1\n"),
        ("deploy/values-dev.yaml", "a: 1\n"),
        ("deploy/values-prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev deploy/shop deploy/values-dev.yaml < deploy/shop/values-live.yaml",
            "shop prod deploy/shop deploy/values-prod.yaml < deploy/shop/values-live.yaml",
        ]
    );
}

#[test]
fn parameters_of_pipelines_are_parts_of_words() {
    let values = [
        ("deploy/shop/Chart.yaml", CHART),
        ("deploy/values-dev.yaml", "a: 1\n"),
        ("deploy/values-prod.yaml", "a: 1\n"),
    ];
    for (file, text) in [
        (
            ".circleci/config.yml",
            "- run: helm upgrade shop ~/git/deploy/shop -f ~/git/deploy/values-<< parameters.env >>.yaml --set image.tag=\"$V\"\n",
        ),
        (
            "azure-pipelines.yml",
            "- script: helm upgrade shop deploy/shop -f deploy/values-$(env).yaml\n",
        ),
        (
            "Makefile",
            "HELM = helm\ndeploy:\n\t$(HELM) upgrade shop deploy/shop -f deploy/values-$(ENV).yaml\n",
        ),
    ] {
        let seen = deployments(&[&values[..], &[(file, text)]].concat());
        let expected = [
            "shop dev deploy/shop deploy/values-dev.yaml",
            "shop prod deploy/shop deploy/values-prod.yaml",
        ];
        assert_eq!(seen, expected, "{file}");
    }
}

#[test]
fn targets_tell_environments_of_what_they_deploy() {
    let makefile = "\
NAMESPACE := acme
install-prod: build
\thelm install shop chart -n $(NAMESPACE)
lint-dev:
\thelm lint chart
";
    insta::assert_snapshot!(apps(&[("Makefile", makefile), ("chart/Chart.yaml", CHART)]));
}

#[test]
fn a_trial_that_leaves_layers_out_is_of_the_same_app() {
    let set = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-prod}
spec:
  source:
    repoURL: https://example.com/r.git
    path: charts/shop
    helm: {valueFiles: [../../common.yaml, ../../envs/prod/values.yaml, ../../releases/prod.yaml]}
  destination: {namespace: shop}
";
    let seen = deployments(&[
        ("argo/shop.yaml", set),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "a: 1\n"),
        ("common.yaml", "a: 1\n"),
        ("envs/prod/values.yaml", "a: 1\n"),
        ("releases/prod.yaml", "a: 1\n"),
        (
            "Makefile",
            "lint:\n\thelm lint charts/shop -f common.yaml -f envs/prod/values.yaml\n",
        ),
    ]);
    assert_eq!(
        seen,
        ["shop prod charts/shop common.yaml < envs/prod/values.yaml < releases/prod.yaml"]
    );
}

#[test]
fn a_part_that_is_not_known_stands_for_no_script_and_no_data() {
    let said = apps(&[
        (
            "deploy.sh",
            "helm upgrade web chart -n web-prod -f conf-$X -f ${DIR}/v\n",
        ),
        ("conf-a.json", "{}"),
        ("conf-run.sh", ""),
        ("bin/v", ""),
        ("package.json", "{}"),
        ("chart/Chart.yaml", CHART),
    ]);
    assert!(!said.contains("values  "), "{said}");
    assert!(
        said.contains("no file of the repository is `conf-{X}`"),
        "{said}"
    );
}

#[test]
fn variables_before_a_command_end_at_a_blank_and_none_is_a_secret() {
    let sandbox = Sandbox::with(&[
        ("chart/Chart.yaml", CHART),
        ("values-prod.yaml", "a: 1\n"),
        (
            "Makefile",
            "deploy:\n\tNS=shop TAG=1 helm upgrade web chart -fvalues-prod.yaml -n$(NS)\n\tPASSWORD=abcDEF123456xyz helm upgrade web-${PASSWORD} chart -f values-${PASSWORD}.yaml -n ${PASSWORD}\n",
        ),
    ]);
    let mut all = String::new();
    for arguments in [
        &["apps"][..],
        &["apps", "--format", "json"],
        &["apps", "--format", "markdown"],
        &["check"],
        &["init", "--dry-run"],
    ] {
        let ran = sandbox.run(arguments);
        all += &(ran.stdout + &ran.stderr);
    }
    assert!(!all.contains("abcDEF123456xyz"), "{all}");
    assert!(all.contains("release web in shop"), "{all}");
}

#[test]
fn a_workflow_that_speaks_of_argo_deploys_with_helm() {
    let seen = deployments(&[
        ("chart/Chart.yaml", CHART),
        ("values-prod.yaml", "a: 1\n"),
        (
            ".github/workflows/deploy.yaml",
            "# see https://argoproj.io/docs\njobs:\n  deploy:\n    steps:\n      - run: helm upgrade shop chart -f values-prod.yaml\n",
        ),
    ]);
    assert_eq!(seen, ["shop prod chart values-prod.yaml"]);
}

/// The environment of a job is that of its commands, unless a file of them tells another one.
#[test]
fn a_job_that_names_its_environment_deploys_to_that() {
    let job = |name: &str, environment: &str, command: &str| {
        format!("  {name}:\n    environment: {environment}\n    steps:\n      - run: {command}\n")
    };
    let workflow = ["on: push\njobs:\n".to_owned()]
        .into_iter()
        .chain([
            job("first", "dev", "helm upgrade ngf acme/ngf -n gateway"),
            job(
                "second",
                "{name: prod, url: x}",
                "helm upgrade ngf acme/ngf -n gateway",
            ),
            job(
                "third",
                "prod",
                "helm upgrade shop chart -f values-dev.yaml",
            ),
        ])
        .collect::<String>();
    let seen = deployments(&[
        ("chart/Chart.yaml", CHART),
        ("values-dev.yaml", "a: 1\n"),
        (".github/workflows/deploy.yaml", &workflow),
    ]);
    assert_eq!(
        seen,
        [
            "ngf dev acme/ngf ",
            "ngf prod acme/ngf ",
            "shop dev chart values-dev.yaml"
        ]
    );
}

#[test]
fn what_is_copied_is_what_is_deployed() {
    let script = "cp helm/values-prod.yaml values.yml\nsed -i \"s+tag.*+tag: ${TAG}+g\" values.yml\nhelm upgrade --install shop ./helm --values=values.yml -n prod\n";
    let files = [
        ("Jenkinsfile", script),
        ("helm/Chart.yaml", CHART),
        ("helm/values-dev.yaml", "image: {tag: latest}\n"),
        ("helm/values-prod.yaml", "image: {tag: latest}\n"),
    ];
    assert_eq!(
        deployments(&files),
        [
            "shop dev helm helm/values-dev.yaml",
            "shop prod helm helm/values-prod.yaml"
        ]
    );
    assert!(apps(&files).contains("given     **.tag"));
    let findings = Sandbox::with(&files).check().findings;
    let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, Vec::<&str>::new());
}

#[test]
fn what_calls_a_workflow_says_what_its_inputs_are() {
    let deploy = "\
on:
  workflow_call:
    inputs:
      directory: {type: string, default: charts/shop}
      environment: {type: string}
      values: {type: string, default: values.yaml}
      options: {type: string}
jobs:
  deploy:
    steps:
      - working-directory: ${{ inputs.directory }}
        env:
          ENVIRONMENT: ${{ inputs.environment }}
        run: |
          helm package -u . --version=1.0.${{ github.run_number }}
          helm upgrade ${{ inputs.options }} --install shop-$ENVIRONMENT --values ${{ inputs.values }} ./shop-1.0.${{ github.run_number }}.tgz 2>&1
";
    let staging = "\
jobs:
  deploy:
    uses: ./.github/workflows/deploy.yaml
    with: {environment: staging, values: values-staging.yaml}
";
    let matrix = "\
jobs:
  deploy:
    strategy:
      matrix:
        include:
          - {env: prod, file: values-prod.yaml}
    uses: ./.github/workflows/deploy.yaml
    with:
      environment: ${{ matrix.env }}
      values: ${{ matrix.file }}
";
    let files = [
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "a: 1\n"),
        ("charts/shop/values-staging.yaml", "a: 2\n"),
        ("charts/shop/values-prod.yaml", "a: 3\n"),
        (".github/workflows/deploy.yaml", deploy),
        (".github/workflows/staging.yaml", staging),
        (".github/workflows/prod.yaml", matrix),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn a_call_hands_inputs_on_to_an_action() {
    let action = "\
inputs:
  stage: {required: true}
runs:
  using: composite
  steps:
    - shell: bash
      run: helm upgrade shop chart -n shop-${{ inputs.stage }} -f values-${{ inputs.stage }}.yaml
";
    let workflow = "\
on: {workflow_call: {inputs: {environment: {type: string}}}}
jobs:
  deploy:
    steps:
      - uses: ./.github/actions/deploy
        with: {stage: '${{ inputs.environment }}'}
";
    let call = "jobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yaml\n    with: {environment: prod}\n";
    let seen = deployments(&[
        ("chart/Chart.yaml", CHART),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
        (".github/actions/deploy/action.yml", action),
        (".github/workflows/deploy.yaml", workflow),
        (".github/workflows/prod.yaml", call),
    ]);
    // The name of a file tells the other one.
    assert_eq!(
        seen,
        [
            "shop dev chart values-dev.yaml",
            "shop prod chart values-prod.yaml"
        ]
    );
}

#[test]
fn a_workflow_that_is_called_with_two_files_for_one_environment_is_of_one_app() {
    let deploy = "on: {workflow_call: {inputs: {environment: {type: string}, values: {type: string}}}}\njobs:\n  deploy:\n    steps:\n      - run: helm upgrade shop chart -f ${{ inputs.values }}\n";
    let call = |file: &str| {
        format!(
            "jobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yaml\n    with: {{environment: test, values: {file}}}\n"
        )
    };
    let files = [
        ("chart/Chart.yaml", CHART.to_owned()),
        ("values-test.yaml", "a: 1\n".to_owned()),
        ("values.yaml", "a: 1\n".to_owned()),
        (".github/workflows/a.yaml", call("values-test.yaml")),
        (".github/workflows/b.yaml", call("values.yaml")),
        (".github/workflows/deploy.yaml", deploy.to_owned()),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn an_open_name_of_a_file_stands_for_no_definition_of_a_chart() {
    let said = apps(&[
        ("deploy/Chart.yaml", CHART),
        ("deploy/values-dev.yaml", "a: 1\n"),
        ("deploy/values-prod.yaml", "a: 1\n"),
        (
            ".github/workflows/deploy.yaml",
            "jobs:\n  deploy:\n    steps:\n      - run: helm upgrade shop ./deploy -f deploy/${{ steps.vars.outputs.values_file }}\n",
        ),
    ]);
    assert!(said.contains("2 deployments; 0 places not read"), "{said}");
}

/// A script that renders the charts that it is given deploys none of them.
#[test]
fn a_trial_of_any_chart_is_no_deployment() {
    let script = "ROOT=\"$(cd \"$(dirname \"$0\")/..\" && pwd)\"\nfor app in \"$@\"; do\n  helm template test \"$ROOT/clusters/dev/apps/$app\" -f \"$ROOT/clusters/dev/versions.yaml\"\ndone\n";
    let seen = apps(&[
        ("clusters/dev/apps/shop/Chart.yaml", CHART),
        ("clusters/dev/apps/web/Chart.yaml", CHART),
        ("clusters/dev/versions.yaml", "shop: {tag: '1'}\n"),
        ("scripts/check.sh", script),
    ]);
    insta::assert_snapshot!(seen);
}
