//! Scripts that run a command again and again: in loops, by functions, in branches.

use super::{CHART, apps, deployments};

/// Charts, and values files of environments for all of them.
fn files(script: &str) -> Vec<(&str, &str)> {
    vec![
        (
            "charts/api/Chart.yaml",
            "apiVersion: v2\nname: api\nversion: 1.0.0\n",
        ),
        (
            "charts/web/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        ),
        ("deploy.sh", script),
        ("env/dev.yaml", "a: 1\n"),
        ("env/prod.yaml", "a: 2\n"),
    ]
}

const BOTH: [&str; 4] = [
    "api dev charts/api env/dev.yaml",
    "api prod charts/api env/prod.yaml",
    "web dev charts/web env/dev.yaml",
    "web prod charts/web env/prod.yaml",
];

#[test]
fn loops_run_a_command_for_each_word_of_their_lists() {
    for script in [
        "for app in api web; do\n  helm upgrade $app charts/$app -f env/$ENV.yaml\ndone\n",
        "for app in api web; do helm upgrade $app charts/$app -f env/$ENV.yaml; done\n",
        "APPS=(api \"web\")\nfor app in \"${APPS[@]}\"; do\n  helm upgrade \"$app\" \"charts/$app\" -f \"env/$ENV.yaml\"\ndone\n",
        "APPS=\"api web\"\nfor app in $APPS\ndo\n  for stage in dev prod; do\n    helm upgrade $app charts/$app -f env/$stage.yaml\n  done\ndone\n",
    ] {
        assert_eq!(deployments(&files(script)), BOTH, "{script}");
    }
}

/// Nobody knows what a loop over files or over what a command prints runs for.
#[test]
fn a_loop_over_what_is_not_written_there_leaves_the_command_open() {
    let script =
        "for app in $(ls charts) api; do\n  helm upgrade api charts/api -f env/$ENV.yaml\ndone\n";
    assert_eq!(deployments(&files(script)), BOTH[..2], "{script}");
}

#[test]
fn functions_run_a_command_with_what_they_are_called_with() {
    let script = "\
ENV=$1
deploy() {
  local app=$1 
  local stage=${2:-dev}
  helm upgrade \"$app\" \"charts/$app\" -f \"env/$stage.yaml\" -n \"$app-$stage\"
}
deploy api dev
if deploy web prod; then echo done; fi
";
    insta::assert_snapshot!(apps(&files(script)));
}

/// What a branch sets takes the place of what was set before it.
#[test]
fn a_branch_changes_what_was_set_before() {
    let script = "\
namespace=\"shop\"
dev_namespace=\"shop-dev\"
values=env/prod.yaml
if [ \"$1\" = dev ]; then
  namespace=\"${dev_namespace}\"
  values=env/dev.yaml
elif [ \"$1\" = prod ]; then
  values=env/prod.yaml
fi
helm upgrade api charts/api -f $values -n $namespace
";
    insta::assert_snapshot!(apps(&files(script)));
}

/// A script that looks first whether a file is there lays it over the others where it is.
#[test]
fn files_that_a_script_looks_for_may_be_missing() {
    let script = "\
OWN=`[ -f env/$STAGE.yaml ] && echo \"-f env/$STAGE.yaml\"`
MORE=$([ -f env/more.yaml ] && echo \"-f env/more.yaml\")
DIR=`mktemp -d`
helm upgrade $OWN $MORE api charts/api \"$@\"
helm upgrade web charts/web -f $DIR/values.yaml -f env/$STAGE.yaml
";
    let seen = apps(&files(script));
    assert!(!seen.contains("more.yaml"), "{seen}");
    insta::assert_snapshot!(seen);
}

#[test]
fn the_action_of_werf_deploys_with_what_its_variables_say() {
    let workflow = "\
on: pull_request
env: {WERF_SET_TAG: image.tag=x}
jobs:
  review:
    steps:
    - uses: werf/actions/converge@v1.2
      with: {env: 'review-${{ github.event.number }}'}
      env: {WERF_VALUES_1: .helm/values-dev.yaml, WERF_NAMESPACE: 'shop-${{ github.event.number }}'}
  prod:
    steps:
    - uses: werf/actions/converge@v1.2
      with: {env: prod}
      env: {WERF_VALUES_1: .helm/values-prod.yaml}
";
    let seen = apps(&[
        (".github/workflows/deploy.yaml", workflow),
        (".helm/Chart.yaml", CHART),
        (".helm/values-dev.yaml", "a: 1\n"),
        (".helm/values-prod.yaml", "a: 1\n"),
        ("werf.yaml", "project: shop\nconfigVersion: 1\n"),
    ]);
    insta::assert_snapshot!(seen);
}

/// Who runs a script says what it deploys; a person may run it for other environments, too.
#[test]
fn a_script_is_read_with_the_words_that_others_run_it_with() {
    let script = "\
#!/bin/sh
APP=$1
STAGE=${2:-dev}
helm upgrade \"$APP\" \"charts/$APP\" -f \"env/$STAGE.yaml\" -n \"$APP-$STAGE\"
";
    let makefile = "\
dev:
\tchmod +x deploy.sh api
\tfor app in api web; do ./deploy.sh $$app dev; done
";
    let workflow = "\
on: push
jobs:
  prod:
    strategy: {matrix: {app: [api]}}
    steps:
    - run: bash ./deploy.sh ${{ matrix.app }} prod
    - run: 'echo \"Usage: ./deploy.sh web prod\"'
";
    let mut files = files(script);
    files.push(("Makefile", makefile));
    files.push((".github/workflows/deploy.yaml", workflow));
    insta::assert_snapshot!(apps(&files));
}

/// Jobs of GitLab run the script of the one that they extend, each with its own variables and environment.
#[test]
fn jobs_of_gitlab_run_a_script_with_their_own_variables() {
    let pipeline = "\
variables: {CHARTS: charts}
.deploy:
  script:
  - helm upgrade $APP $CHARTS/$APP -f env/$CI_ENVIRONMENT_NAME.yaml -n $APP-$SPACE
.dev:
  extends: .deploy
  variables: {SPACE: play}
  environment: {name: dev, url: https://dev.example.com}
api:
  extends: .dev
  variables: {APP: api}
web:
  extends: [.deploy]
  variables: {APP: web, SPACE: live}
  environment: prod
";
    let mut files = files("");
    files.retain(|(path, _)| *path != "deploy.sh");
    files.push((".gitlab-ci.yml", pipeline));
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn files_that_a_script_makes_are_those_that_it_makes_them_of() {
    let makefile = "\
dev:
\tsops -d secrets-dev.yaml > plain-dev.yaml
\thelm upgrade api charts/api \\
\t  -f env/dev.yaml -f plain-dev.yaml || (rm -f plain-*.yaml && false)
prod:
\tsops -d secrets-prod.yaml > plain-prod.yaml
\tenvsubst < env/prod.yaml > made.yaml
\techo \"tag: x\" > tag.yaml
\thelm upgrade api charts/api -f made.yaml -f plain-prod.yaml -f tag.yaml
";
    let mut files = files("");
    files.extend([
        ("Makefile", makefile),
        ("secrets-dev.yaml", "b: ENC[AES256_GCM,data:Zm9v,type:str]\nsops: {mac: 'ENC[AES256_GCM,data:Zm9v,type:str]'}\n"),
        ("secrets-prod.yaml", "b: ENC[AES256_GCM,data:YmFy,type:str]\nsops: {mac: 'ENC[AES256_GCM,data:Zm9v,type:str]'}\n"),
    ]);
    insta::assert_snapshot!(apps(&files));
}
