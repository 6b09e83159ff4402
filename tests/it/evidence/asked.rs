//! What commands ask for by their tool, their file, and the files that they read.

use super::{CHART, apps, deployments};

const HUB: &[(&str, &str)] = &[
    (
        "hub/Chart.yaml",
        "apiVersion: v2\nname: hub\nversion: 1.0.0\n",
    ),
    ("hub/values.yaml", "a: 1\n"),
    ("hub/templates/a.yaml", "kind: ConfigMap\n"),
];

/// One for each hub where a variable names it, also where that is called as an environment is; files that are not there are none.
#[test]
fn hubploy_deploys_the_files_that_lie_where_it_looks_for_them() {
    let workflow = "jobs:\n  deploy:\n    steps:\n    - run: |\n        while read hub; do\n          hubploy --verbose deploy --timeout 30m ${hub} hub staging\n        done < <(ls deployments)\n    - run: hubploy deploy maths hub prod --set a=2\n";
    let settings = "images:\n  images:\n  - {name: acme/user:1.0}\n  - {name: acme/other:1.0, helm_substitution_path: other.image}\n";
    let mut files = HUB.to_vec();
    files.extend([
        (".github/workflows/deploy.yaml", workflow),
        ("deployments/maths/hubploy.yaml", settings),
        ("deployments/maths/config/common.yaml", "a: 2\n"),
        ("deployments/maths/config/staging.yaml", "a: 3\n"),
        ("deployments/maths/config/prod.yaml", "a: 4\n"),
        ("deployments/maths/secrets/staging.yaml", "b: 3\n"),
        ("deployments/dev/hubploy.yaml", "images: {images: []}\n"),
        ("deployments/dev/config/staging.yaml", "a: 5\n"),
        ("deployments/README.md", "Hubs.\n"),
    ]);
    assert_eq!(
        deployments(&files),
        [
            "dev staging hub deployments/dev/config/staging.yaml",
            "maths staging hub deployments/maths/config/common.yaml < deployments/maths/config/staging.yaml < deployments/maths/secrets/staging.yaml",
            "maths prod hub deployments/maths/config/common.yaml < deployments/maths/config/prod.yaml",
        ]
    );
    let seen = apps(&files);
    for said in [
        "staging (staging): release maths-staging in maths-staging",
        "given     jupyterhub.singleuser.image.name, jupyterhub.singleuser.image.tag, other.image.name, other.image.tag",
        "given     a, jupyterhub.singleuser.image.name",
        "the command `hubploy deploy`",
        "3 deployments; 0 places not read",
    ] {
        assert!(seen.contains(said), "{said}: {seen}");
    }
}

/// The variables of a pipeline are a list, and the name of its file tells the environment.
#[test]
fn a_pipeline_is_of_the_environment_that_its_file_is_called_after() {
    let pipeline = |release: &str| {
        format!(
            "version: v1.0\nblocks:\n- task:\n    env_vars:\n    - name: RELEASE\n      value: {release}\n    - name: FILE\n      value: /home/semaphore/shop.yaml\n    jobs:\n    - commands:\n      - helm upgrade -i $RELEASE ./chart\n        --values $FILE\n"
        )
    };
    let (staging, production) = (pipeline("shop-staging"), pipeline("shop"));
    let files = [
        (".semaphore/staging.yml", staging.as_str()),
        (".semaphore/production.yml", production.as_str()),
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "a: 1\n"),
        ("chart/templates/a.yaml", "kind: ConfigMap\n"),
    ];
    assert_eq!(
        deployments(&files),
        ["shop staging chart ", "shop production chart "]
    );
    assert!(
        apps(&files).contains("no file of the repository is `/home/semaphore/shop.yaml`"),
        "{}",
        apps(&files)
    );
    // Tests of how parts work together are no environment.
    let tests = "jobs:\n  test:\n    steps:\n    - run: helm upgrade -i shop ./chart\n";
    let mut files = files.to_vec();
    files.push((".github/workflows/integration.yaml", tests));
    let seen = deployments(&files);
    assert!(!seen.concat().contains("integration"), "{seen:?}");
}

/// A values file that is not there tells for which environment it is asked for.
#[test]
fn a_file_that_is_missing_tells_the_environment() {
    let callee = "on:\n  workflow_call:\n    inputs:\n      suffix: {type: string}\njobs:\n  deploy:\n    steps:\n    - run: helm upgrade --install shop ./chart -f chart/base.yaml -f chart/values-${{ inputs.suffix }}.yaml\n";
    let caller = |suffix: &str| {
        format!(
            "jobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yaml\n    with: {{suffix: {suffix}}}\n"
        )
    };
    let (main, release) = (caller("staging"), caller("prod"));
    let files = [
        (".github/workflows/deploy.yaml", callee),
        (".github/workflows/main.yaml", main.as_str()),
        (".github/workflows/release.yaml", release.as_str()),
        ("chart/Chart.yaml", CHART),
        ("chart/base.yaml", "a: 1\n"),
        ("chart/values-staging.yaml", "a: 1\n"),
        ("chart/templates/a.yaml", "kind: ConfigMap\n"),
    ];
    assert_eq!(
        deployments(&files),
        [
            "shop staging chart chart/base.yaml < chart/values-staging.yaml",
            "shop prod chart chart/base.yaml",
        ]
    );
    assert!(
        apps(&files).contains("no file of the repository is `chart/values-prod.yaml`"),
        "{}",
        apps(&files)
    );
}

/// A script has the variables of the files that it reads; where the environment is a part of a file's name, each is a way to run
/// it.
#[test]
fn a_script_has_the_variables_of_the_files_that_it_reads() {
    let script = "#!/usr/bin/env bash\nENV=$1\n[ -f deploy/common.env ] && . deploy/common.env\nset -a; source \"deploy/${ENV}.env\"; set +a\nhelm upgrade --install \"$RELEASE\" ./chart -n \"$NAMESPACE\" -f \"$VALUES\"\n";
    let files = [
        ("deploy.sh", script),
        ("deploy/common.env", "RELEASE=shop\n"),
        ("deploy/dev.env", "NAMESPACE=web-1\nVALUES=small.yaml\n"),
        ("deploy/prod.env", "NAMESPACE=web-2\nVALUES=large.yaml\n"),
        ("small.yaml", "a: 1\n"),
        ("large.yaml", "a: 2\n"),
        ("chart/Chart.yaml", CHART),
        ("chart/templates/a.yaml", "kind: ConfigMap\n"),
    ];
    assert_eq!(
        deployments(&files),
        ["shop dev chart small.yaml", "shop prod chart large.yaml"]
    );
    let seen = apps(&files);
    assert!(seen.contains("release shop in web-2"), "{seen}");
    assert!(seen.contains("0 places not read"), "{seen}");
}

/// Nobody knows what a helmfile elsewhere makes of its values, but they are no app's.
#[test]
fn values_of_a_helmfile_that_lies_elsewhere_are_no_app() {
    let taskfile = "vars:\n  STAGE: '{{.STAGE | default \"local\"}}'\n  VALUES: >-\n    --state-values-file ../../envs/{{.STAGE}}/values.yaml\n  RUN: \"helmfile -e {{.STAGE}} {{.VALUES}}\"\ntasks:\n  deploy: {cmds: ['cd .cache/k8s && {{.RUN}} apply']}\n";
    let files = [
        ("Taskfile.yaml", taskfile),
        ("envs/local/values.yaml", "a: 1\n"),
        ("envs/staging/values.yaml", "a: 2\n"),
    ];
    assert!(deployments(&files).is_empty(), "{:?}", deployments(&files));
    let seen = apps(&files);
    for stage in ["local", "staging"] {
        let said = format!(
            "envs/{stage}/values.yaml: Taskfile.yaml:4:5 gives it to helmfile, and no helmfile here is run with it"
        );
        assert!(seen.contains(&said), "{said}: {seen}");
    }
}

/// What a command deploys without an environment is deployed to the cluster that has no name, as it is where Argo CD declares it.
/// What is deployed to an environment that is known is not deployed once more.
#[test]
fn a_command_without_an_environment_deploys_to_the_cluster_without_a_name() {
    let script = "helm upgrade --install cert-manager jetstack/cert-manager --version 1.0.0 -f ops/cert-manager.yaml\nhelm upgrade --install shop charts/shop -f ops/shop.yaml\nhelm upgrade --install \"$NAME\" acme/other -f ops/other.yaml\nhelm upgrade --install crds acme/crds\n";
    let files = [
        ("install.sh", script),
        (
            "deploy.sh",
            "helm upgrade --install shop charts/shop -f values-prod.yaml\n",
        ),
        ("ops/cert-manager.yaml", "a: 1\n"),
        ("ops/shop.yaml", "a: 1\n"),
        ("ops/other.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/templates/a.yaml", "kind: ConfigMap\n"),
    ];
    assert_eq!(
        deployments(&files),
        [
            "cert-manager default jetstack/cert-manager@1.0.0 ops/cert-manager.yaml",
            "shop prod charts/shop values-prod.yaml",
        ]
    );
    let seen = apps(&files);
    let said = "nothing tells the environment of `crds`, `other`, `shop`";
    assert!(seen.contains(said), "{seen}");
}

/// A release has one place in a namespace: several commands that deploy it are one deployment, with the layers of the one that
/// names most of them. A command may find its chart by its own folder.
#[test]
fn commands_that_deploy_one_release_are_one_deployment() {
    let script = "#!/usr/bin/env bash\nHERE=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\"\nCHART=\"$(cd \"$HERE/../chart\" && pwd)\"\nhelm upgrade shop \"$CHART\" -n web-dev --reuse-values\n";
    let workflow = "jobs:\n  deploy:\n    steps:\n    - run: helm upgrade --install shop ./chart -n web-dev -f chart/values-dev.yaml --set image.tag=$TAG\n";
    let other = "NS=${NS:-\"web-dev\"}\nhelm upgrade --install shop \"$ANY\" -n \"$NS\" -f chart/values-dev.yaml\nhelm upgrade --install shop ./chart -n web-prod -f chart/values-prod.yaml\n";
    let files = [
        (".github/workflows/deploy.yaml", workflow),
        ("ops/restore.sh", script),
        ("other.sh", other),
        ("chart/Chart.yaml", CHART),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("chart/values-prod.yaml", "a: 2\n"),
        ("chart/templates/a.yaml", "kind: ConfigMap\n"),
    ];
    assert_eq!(
        deployments(&files),
        [
            "shop dev chart chart/values-dev.yaml",
            "shop prod chart chart/values-prod.yaml",
        ]
    );
    let seen = apps(&files);
    for evidence in ["ops/restore.sh:4:1", "other.sh:2:1"] {
        assert!(seen.contains(evidence), "{evidence}: {seen}");
    }
}

/// A chart may be packed before it is deployed, next to it or elsewhere. An archive of another name is another chart.
#[test]
fn an_archive_is_the_chart_that_it_is_made_of() {
    let workflow = "jobs:\n  deploy:\n    steps:\n    - run: |\n        helm package -d web/helm web/helm\n        helm install web web/helm/web-0.1.0.tgz --values web/helm/values-prod.yaml\n        helm package charts/shop -d dist\n        helm install shop dist/shop-$VERSION.tgz --values shop-prod.yaml\n        helm install cache web/helm/cache-1.0.0.tgz --values cache-prod.yaml\n";
    let web = "apiVersion: v2\nname: web\nversion: 0.1.0\n";
    let seen = deployments(&[
        (".github/workflows/deploy.yaml", workflow),
        ("web/helm/Chart.yaml", web),
        ("web/helm/values-prod.yaml", "a: 1\n"),
        ("web/helm/templates/a.yaml", "kind: ConfigMap\n"),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/templates/a.yaml", "kind: ConfigMap\n"),
        ("shop-prod.yaml", "a: 1\n"),
        ("cache-prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "cache prod web/helm/cache-1.0.0.tgz cache-prod.yaml",
            "shop prod charts/shop shop-prod.yaml",
            "web prod web/helm web/helm/values-prod.yaml",
        ]
    );
}
