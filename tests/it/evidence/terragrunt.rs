//! Terragrunt: units that run modules with releases, here and elsewhere.

use super::{CHART, apps, deployments};

const MODULE: &str = "variable \"env\" {}\nvariable \"values\" {}\nresource \"helm_release\" \"shop\" {\n  name      = \"shop\"\n  chart     = \"${path.module}/../../chart\"\n  namespace = \"shop-${var.env}\"\n  values    = var.values\n}\n";

/// The folder of a unit tells the environment, what it includes is below its own inputs, and paths are seen from it.
#[test]
fn units_run_a_module_of_the_repository() {
    let unit = "include \"root\" {\n  path = find_in_parent_folders()\n}\nterraform {\n  source = \"${get_repo_root()}//modules/shop\"\n}\nlocals {\n  place = read_terragrunt_config(find_in_parent_folders(\"env.hcl\"))\n  env = local.place.locals.env\n}\ninputs = {\n  env = local.env\n  values = [\n    file(\"${get_parent_terragrunt_dir()}/common.yaml\"),\n    file(\"values-${local.env}.yaml\"),\n  ]\n}\n";
    let shared = unit
        .replace(
            "include \"root\" {\n  path = find_in_parent_folders()\n}\n",
            "",
        )
        .replace("values-${local.env}", "${get_terragrunt_dir()}/more");
    let seen = deployments(&[
        ("chart/Chart.yaml", CHART),
        ("modules/shop/main.tf", MODULE),
        ("live/terragrunt.hcl", "inputs = {\n  env = \"none\"\n}\n"),
        ("live/common.yaml", "a: 0\n"),
        (
            "live/_shared/shop.hcl",
            &shared.replace(
                "get_parent_terragrunt_dir()",
                "dirname(find_in_parent_folders())",
            ),
        ),
        ("live/one/env.hcl", "locals {\n  env = \"dev\"\n}\n"),
        ("live/one/shop/terragrunt.hcl", unit),
        ("live/one/shop/values-dev.yaml", "a: 1\n"),
        ("live/prod/env.hcl", "locals {\n  env = \"prod\"\n}\n"),
        (
            "live/prod/shop/terragrunt.hcl",
            "include \"root\" {\n  path = find_in_parent_folders()\n}\ninclude \"shared\" {\n  path = \"${dirname(find_in_parent_folders())}/_shared/shop.hcl\"\n}\n",
        ),
        ("live/prod/shop/more.yaml", "a: 2\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev chart live/common.yaml < live/one/shop/values-dev.yaml",
            "shop prod chart live/common.yaml < live/prod/shop/more.yaml",
        ]
    );
}

/// A module of another repository is said once, with how many units run one, and of each file that they give it.
#[test]
fn modules_elsewhere_are_said() {
    let unit = "terraform {\n  source = \"git::https://git.example.com/modules.git//helm-release?ref=v1.0.0\"\n}\ninputs = {\n  name = \"shop\"\n  values = [file(\"values.yaml\")]\n}\n";
    let network =
        "terraform {\n  source = \"git::https://git.example.com/modules.git//network\"\n}\n";
    let seen = apps(&[
        ("live/dev/network/terragrunt.hcl", network),
        ("live/dev/shop/terragrunt.hcl", unit),
        (
            "live/dev/shop/values.yaml",
            "image: {tag: v1}\nreplicas: 1\n",
        ),
        ("live/prod/shop/terragrunt.hcl", unit),
        (
            "live/prod/shop/values.yaml",
            "image: {tag: v1}\nreplicas: 1\n",
        ),
    ]);
    insta::assert_snapshot!(seen);
}

/// Functions that call each other, and units that include themselves, come to an end.
#[test]
fn what_turns_in_circles_comes_to_an_end() {
    let deep = "dirname(".repeat(10_000);
    let unit = format!(
        "include \"root\" {{\n  path = \"${{get_terragrunt_dir()}}/terragrunt.hcl\"\n}}\nterraform {{\n  source = {deep}\n}}\nlocals {{\n  a = local.b\n  b = local.a\n}}\ninputs = {{\n  a = local.a\n"
    );
    let module = "module \"x\" {\n  source = \"./x\"\n}\nmodule \"y\" {\n  source = \"./\"\n}\nresource \"helm_release\" \"a\" {\n  name = \"a\"\n  chart = \"b/c\"\n}\n";
    apps(&[
        ("terragrunt.hcl", &unit),
        ("main.tf", module),
        ("x/main.tf", &module.replace("./x", "../")),
    ]);
}
