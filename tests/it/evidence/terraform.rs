//! Terraform: the releases of a module, in each way in which it is run.

use super::{CHART, apps, deployments};

const RELEASE: &str = "\
resource \"helm_release\" \"shop\" {
  name      = \"shop\"
  chart     = \"${path.module}/../chart\"
  namespace = var.env
  values    = [file(var.values_path)]
  set {
    name  = \"image.tag\"
    value = var.tag
  }
}
";

/// A file of variables is an environment, and what none of them changes is deployed to all.
#[test]
fn files_of_variables_tell_environments() {
    let seen = apps(&[
        ("chart/Chart.yaml", CHART),
        ("infra/shop.tf", RELEASE),
        (
            "infra/ingress.tf",
            "resource \"helm_release\" \"ingress\" {\n  name = \"ingress\"\n  repository = \"https://charts.example.com\"\n  chart = local.chart\n  values = [file(\"ingress.yaml\")]\n}\n",
        ),
        (
            "infra/variables.tf",
            "variable \"env\" {\n  default = \"stage\"\n}\nvariable \"values_path\" {\n  default = \"none.yaml\"\n}\nlocals {\n  chart = \"ingress\"\n}\n",
        ),
        ("infra/ingress.yaml", "replicas: 1\n"),
        ("infra/prod.yaml", "replicas: 2\n"),
        ("infra/stage.yaml", "replicas: 1\n"),
        (
            "infra/prod.tfvars",
            "values_path = \"prod.yaml\"\nenv = \"production\"\n",
        ),
        (
            "infra/stage.tfvars",
            "values_path = \"stage.yaml\"\nenv = \"stage\"\n",
        ),
        ("infra/common.tfvars", "tag = \"v1\"\n"),
    ]);
    insta::assert_snapshot!(seen);
}

/// A module has what those give that call it, each in the folder of an environment. Its paths are theirs.
#[test]
fn callers_of_a_module_tell_environments() {
    let call = "module \"shop\" {\n  source = \"../../modules/shop\"\n  env = var.env\n  values_path = \"${path.module}/shop.yaml\"\n}\n";
    let seen = deployments(&[
        ("chart/Chart.yaml", CHART),
        (
            "modules/shop/main.tf",
            &RELEASE.replace("${path.module}/../chart", "${path.module}/../../chart"),
        ),
        ("envs/dev/main.tf", call),
        ("envs/dev/shop.yaml", "replicas: 1\n"),
        ("envs/dev/terraform.tfvars", "env = \"dev\"\n"),
        ("envs/prod/main.tf", call),
        ("envs/prod/shop.yaml", "replicas: 2\n"),
        ("envs/prod/terraform.tfvars", "env = \"prod\"\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev chart envs/dev/shop.yaml",
            "shop prod chart envs/prod/shop.yaml",
        ]
    );
}

/// What is computed is said to be, and names of settings are none of releases.
#[test]
fn what_terraform_computes_is_said() {
    let computed = "resource \"helm_release\" \"n8n\" {\n  name = local.values.n8n.name\n  chart = lookup(local.values.n8n, \"chart\")\n  values = [yamlencode(local.values.n8n.values)]\n  set {\n    name = \"db.user\"\n    value = var.user\n  }\n}\n";
    let seen = apps(&[("main.tf", computed)]);
    insta::assert_snapshot!(seen);
}

/// What no file calls is said once, and of each file that only it reads.
#[test]
fn a_module_that_nothing_calls_deploys_nothing() {
    let release = "resource \"helm_release\" \"shop\" {\n  name = \"shop\"\n  chart = \"../chart\"\n  values = [templatefile(\"${path.module}/values.yaml\", {a = 1})]\n  set {\n    name  = \"eks\\\\.amazonaws\\\\.com/role\"\n    value = 1\n  }\n}\n";
    let web = release
        .replace("shop", "web")
        .replace("values.yaml", "web-values.yaml");
    let main = "provider \"aws\" {}\n# module \"services\" {\n#   source = \"./services\"\n# }\n";
    let mut files = vec![
        ("chart/Chart.yaml", CHART),
        ("main.tf", main),
        ("services/shop.tf", release),
        ("services/web.tf", &web),
        ("services/values.yaml", "a: 1\n"),
        ("services/web-values.yaml", "a: 1\n"),
    ];
    let idle = apps(&files);
    files.retain(|(path, _)| *path != "main.tf");
    files.push((
        "main.tf",
        "module \"services\" {\n  source = \"./services\"\n  env = \"prod\"\n}\n",
    ));
    insta::assert_snapshot!(format!("{idle}\n--- called\n{}", apps(&files)));
}

/// A resource that exists for one environment alone is deployed to that, whatever a default says.
#[test]
fn a_condition_tells_the_environment_of_a_resource() {
    let release = |environment: &str| {
        format!(
            "resource \"helm_release\" \"shop_{environment}\" {{\n  count = var.environment == \"{environment}\" ? 1 : 0\n  name = \"shop\"\n  chart = \"./chart\"\n  values = [file(\"values-{environment}.yaml\")]\n}}\n"
        )
    };
    let main = format!(
        "{}{}variable \"environment\" {{\n  default = \"dev\"\n}}\n",
        release("dev"),
        release("prd")
    );
    let mut files = vec![
        ("main.tf", main.as_str()),
        ("chart/Chart.yaml", CHART),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prd.yaml", "a: 2\n"),
    ];
    let expected = [
        "shop dev chart values-dev.yaml",
        "shop prd chart values-prd.yaml",
    ];
    assert_eq!(deployments(&files), expected);
    files.push(("dev.tfvars", "environment = \"dev\"\n"));
    files.push(("prd.tfvars", "environment = \"prd\"\n"));
    assert_eq!(deployments(&files), expected);
}

/// The environments are those of the files of variables, by their whole names where the module allows these; `count` of the
/// release and of the call of its module says in which of them it is.
#[test]
fn files_of_variables_tell_environments_and_switches() {
    let variables = "\
variable \"environment\" {
  type = string
  validation {
    condition     = contains([\"acme\", \"acme-dev\"], var.environment)
    error_message = \"no\"
  }
}
variable \"enable_cost\" {
  type    = bool
  default = false
}
variable \"enable_hub\" {
  default = true
}
";
    let main = "\
module \"hub\" {
  source = \"./modules/hub\"
  enable_hub = var.enable_hub
}
module \"cost\" {
  source = \"./modules/cost\"
  count  = var.enable_cost ? 1 : 0
}
module \"never\" {
  source = \"./modules/never\"
  count  = var.enable_hub && !var.enable_cost ? 0 : 0
}
";
    let hub = "\
variable \"enable_hub\" {}
resource \"helm_release\" \"hub\" {
  count = var.enable_hub ? 1 : 0
  name  = \"hub\"
  chart = \"hub\"
  repository = \"https://example.com/charts\"
}
resource \"helm_release\" \"alone\" {
  count = var.enable_hub ? 0 : 1
  name  = \"alone\"
  chart = \"alone\"
  repository = \"https://example.com/charts\"
}
";
    let release = |name: &str| {
        format!(
            "resource \"helm_release\" \"x\" {{\n  name = \"{name}\"\n  chart = \"{name}\"\n  repository = \"https://example.com/charts\"\n}}\n"
        )
    };
    let outputs = "output \"help\" {\n  value = <<-EOT\nhelm upgrade hub x/hub --values hub-values.yaml\n  EOT\n}\n";
    let (cost, never) = (release("cost"), release("never"));
    let files = [
        (
            "Makefile",
            "ENV ?= dev\nplan:\n\tterraform plan -var-file=environments/$(ENV)/terraform.tfvars\n",
        ),
        ("main.tf", main),
        ("variables.tf", variables),
        ("outputs.tf", outputs),
        ("modules/hub/main.tf", hub),
        ("modules/cost/main.tf", &cost),
        ("modules/never/main.tf", &never),
        (
            "environments/acme/terraform.tfvars",
            "environment = \"acme\"\nenable_cost = true # needed\n",
        ),
        (
            "environments/acme-dev/terraform.tfvars",
            "environment = \"acme-dev\"\n",
        ),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// Without a file of variables, who runs it may turn a switch on; which environments there are, the module says.
#[test]
fn what_a_module_allows_are_its_environments() {
    let main = "\
variable \"env\" {
  validation {
    condition = contains([\"dev\", \"blue\"], var.env)
  }
}
variable \"on\" {
  default = false
}
resource \"helm_release\" \"shop\" {
  count = var.on ? 1 : 0
  name  = \"shop-${var.env}\"
  chart = \"./shop\"
}
resource \"helm_release\" \"logs\" {
  count = var.env == \"dev\" ? 1 : 0
  name  = \"logs\"
  chart = \"./logs\"
}
";
    let files = [
        ("main.tf", main),
        ("shop/Chart.yaml", CHART),
        ("logs/Chart.yaml", CHART),
    ];
    assert_eq!(
        deployments(&files),
        ["logs dev logs ", "shop dev shop ", "shop blue shop "]
    );
}

/// A module of another repository that is given a chart is said; one without charts is not.
#[test]
fn modules_of_other_repositories_are_said_where_they_are_given_charts() {
    let seen = apps(&[(
        "main.tf",
        "module \"network\" {\n  source = \"git::https://git.example.com/network\"\n}\nmodule \"shop\" {\n  source     = \"git::https://git.example.com/release\"\n  chart_name = \"shop\"\n}\n",
    )]);
    let said = "main.tf:5:1: Terraform takes the module from `git::https://git.example.com/release`, so which chart it deploys with which values is not known";
    assert!(seen.contains(said), "{seen}");
    assert!(!seen.contains("network"), "{seen}");
}
