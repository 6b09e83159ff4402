//! Variables that a file sets several times: what a command deploys is known case by case.

use super::CHART;
use crate::support::Sandbox;

/// What is deployed by a file next to a chart and its values: environment, release, namespace, values.
fn seen(path: &str, text: &str) -> Vec<String> {
    let ran = Sandbox::with(&[
        (path, text),
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "a: 1\n"),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ])
    .run(&["apps", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let mut lines = Vec::new();
    for app in list["apps"].as_array().expect("apps") {
        for place in app["environments"].as_array().expect("environments") {
            let text = |key: &str| place[key].as_str().unwrap_or("-").to_owned();
            let values = place["values"].as_array().expect("values").iter();
            let values: Vec<&str> = values.filter_map(|value| value.as_str()).collect();
            lines.push(format!(
                "{} {} {} {} {}",
                app["name"].as_str().expect("a name"),
                text("name"),
                text("release"),
                text("namespace"),
                values.join(" < ")
            ));
        }
    }
    for unread in list["unread"].as_array().expect("unread") {
        lines.push(format!(
            "not read: {}",
            unread["reason"].as_str().unwrap_or_default()
        ));
    }
    lines
}

#[test]
fn branches_targets_jobs_and_matrices_are_cases() {
    let expected = [
        "web dev web-dev one values-dev.yaml",
        "web prod web-prod two values-prod.yaml",
    ];
    for (path, text) in [
        (
            "branches.sh",
            "if [ \"$1\" = dev ]; then\n  RELEASE=web-dev\n  NS=one\nelse\n  RELEASE=web-prod\n  NS=two\nfi\nhelm upgrade -i \"$RELEASE\" chart -n $NS -f values-$1.yaml\n",
        ),
        (
            "case.sh",
            "case \"$BRANCH\" in\n  develop) RELEASE=web-dev; NS=one; FILE=values-dev.yaml ;;\n  main)\n    RELEASE=web-prod\n    NS=two\n    FILE=values-prod.yaml\n    ;;\nesac\nhelm upgrade -i $RELEASE chart -n $NS -f $FILE\n",
        ),
        (
            "again.sh",
            "RELEASE=web-dev\nhelm upgrade -i $RELEASE chart -n one -f values-dev.yaml\nRELEASE=web-prod\nhelm upgrade -i $RELEASE chart -n two -f values-prod.yaml\n",
        ),
        (
            "Makefile",
            "dev: RELEASE=web-dev\ndev: NS=one\ndev: FILE=values-dev.yaml\nprod: RELEASE=web-prod\nprod: NS=two\nprod: FILE=values-prod.yaml\ndev prod:\n\thelm upgrade -i $(RELEASE) chart -n $(NS) -f $(FILE)\n",
        ),
        (
            "deploy/ifeq.mk",
            "ifeq ($(ENV),dev)\nRELEASE := web-dev\nNS := one\nelse\nRELEASE := web-prod\nNS := two\nendif\nup:\n\thelm upgrade -i $(RELEASE) ../chart -n $(NS) -f ../values-$(ENV).yaml\n",
        ),
        (
            ".gitlab-ci.yml",
            "variables: {IMAGE: x}\n.deploy:\n  script:\n    - helm upgrade -i $RELEASE chart -n $NS -f $FILE\ndev:\n  extends: .deploy\n  variables:\n    RELEASE: web-dev\n    NS: one\n    FILE: values-dev.yaml\nprod:\n  extends: .deploy\n  variables:\n    RELEASE: web-prod\n    NS: two\n    FILE: values-prod.yaml\n",
        ),
        (
            ".gitlab-ci.yml",
            "deploy:\n  parallel:\n    matrix:\n      - {ENVIRONMENT: dev, NS: one}\n      - {ENVIRONMENT: [prod], NS: two}\n  script:\n    - helm upgrade -i web-$ENVIRONMENT chart -n $NS -f values-$ENVIRONMENT.yaml\n",
        ),
        (
            ".github/workflows/deploy.yaml",
            "on: push\njobs:\n  deploy:\n    strategy:\n      matrix:\n        include:\n          - {release: web-dev, ns: one, file: values-dev.yaml}\n          - {release: web-prod, ns: two, file: values-prod.yaml}\n    steps:\n      - run: helm upgrade -i ${{ matrix.release }} chart -n ${{ matrix.ns }} -f ${{ matrix.file }}\n",
        ),
        (
            ".github/workflows/deploy.yaml",
            "on: push\njobs:\n  deploy:\n    steps:\n      - run: |\n          if [ $GITHUB_REF = x ]; then\n            echo \"RELEASE=web-dev\" >> $GITHUB_ENV\n            echo \"NS=one\" >> $GITHUB_ENV\n            echo \"FILE=values-dev.yaml\" >> $GITHUB_ENV\n          else\n            echo \"RELEASE=web-prod\" >> $GITHUB_ENV\n            echo \"NS=two\" >> $GITHUB_ENV\n            echo \"FILE=values-prod.yaml\" >> $GITHUB_ENV\n          fi\n      - run: helm upgrade -i $RELEASE chart -n $NS -f $FILE\n",
        ),
        (
            ".github/workflows/deploy.yaml",
            "on: push\njobs:\n  dev:\n    env:\n      RELEASE: web-dev\n      NS: one\n    steps:\n      - run: helm upgrade -i $RELEASE chart -n $NS -f values-dev.yaml\n  prod:\n    env:\n      RELEASE: web-prod\n      NS: two\n    steps:\n      - run: helm upgrade -i $RELEASE chart -n $NS -f values-prod.yaml\n",
        ),
        (
            ".github/workflows/deploy.yaml",
            "on: push\njobs:\n  deploy:\n    steps:\n      - id: config\n        run: |\n          case \"${{ inputs.target }}\" in\n            \"dev\")\n              NS=\"one\"\n              FILE=values-dev.yaml\n              RELEASE=web-dev\n              ;;\n            \"prod\")\n              NS=\"two\"\n              FILE=values-prod.yaml\n              RELEASE=web-prod\n              ;;\n          esac\n          echo \"release=${RELEASE}\" >> $GITHUB_OUTPUT\n          echo \"ns=$NS\" >> \"$GITHUB_OUTPUT\"\n          echo \"file=${FILE}\" >> $GITHUB_OUTPUT\n      - run: helm upgrade -i ${{ steps.config.outputs.release }} chart -n ${{ steps.config.outputs.ns }} -f ${{ steps.config.outputs.file }}\n",
        ),
        (
            "Jenkinsfile",
            "stage('x') {\n  script {\n    if (env.BRANCH_NAME == 'main') {\n      env.RELEASE = 'web-prod'\n      env.NS = 'two'\n      env.FILE = 'values-prod.yaml'\n    } else {\n      env.RELEASE = 'web-dev'\n      env.NS = 'one'\n      env.FILE = 'values-dev.yaml'\n    }\n    sh \"helm upgrade -i ${RELEASE} chart -n ${NS} -f ${FILE}\"\n  }\n}\n",
        ),
    ] {
        assert_eq!(seen(path, text), expected, "{path}: {text}");
    }
}

#[test]
fn what_a_script_is_asked_for_is_no_case() {
    let script = "ENV=dev\nif [ -n \"$1\" ]; then\n  ENV=$1\nfi\nhelm upgrade -i web chart -f values-$ENV.yaml\n";
    assert_eq!(
        seen("run.sh", script),
        [
            "web dev web - values-dev.yaml",
            "web prod web - values-prod.yaml"
        ]
    );
}

#[test]
fn jobs_know_nothing_of_the_variables_of_others() {
    let pipeline = "build:\n  variables:\n    RELEASE: other\n  script: [make]\nlint:\n  variables:\n    RELEASE: third\n  script: [make]\ndeploy:\n  script:\n    - helm upgrade -i $RELEASE chart -f values-prod.yaml\n";
    assert_eq!(
        seen(".gitlab-ci.yml", pipeline),
        [
            "shop dev - - values-dev.yaml",
            "shop prod - - values-prod.yaml"
        ]
    );
}
