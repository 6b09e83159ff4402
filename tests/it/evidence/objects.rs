//! Objects of Argo CD and Flux that Terraform makes.

use super::{CHART, apps};

const CLUSTERS: &str = "\
resource \"argocd_cluster\" \"dev\" {
  server = data.aws_eks_cluster.dev.endpoint
  name   = \"dev\"
  metadata {
    labels = {
      \"env\" = \"dev\"
    }
  }
}
resource \"argocd_cluster\" \"prod\" {
  server = \"https://prod.example.com\"
  name   = \"prod\"
  metadata {
    labels = { env = \"prod\", \"cloud\" = \"aws\" }
  }
}
";

/// They are read as those in YAML, and stand at their own lines.
#[test]
fn applications_of_terraform_are_applications() {
    let applications = "\
variable \"chart_version\" {
  default = \"1.2.3\"
}
locals {
  repo = \"https://github.com/acme/deploy\"
}

resource \"argocd_application\" \"shop\" {
  metadata {
    name = \"shop\"
  }
  spec {
    source {
      repo_url        = local.repo
      path            = \"charts/shop\"
      target_revision = \"HEAD\"
      helm {
        value_files = [\"values-prod.yaml\"]
        parameter {
          name  = \"image.tag\"
          value = var.tag
        }
        values = yamlencode({ ingress = { host = var.host } })
      }
    }
    destination {
      name      = argocd_cluster.prod.name
      namespace = \"shop\"
    }
  }
}

# resource \"argocd_application\" \"old\" {
#   metadata { name = \"old\" }
#   spec { source { repo_url = local.repo, path = \"old/prod\" } }
# }

resource \"argocd_application_set\" \"operator\" {
  metadata {
    name = \"operator\"
  }
  spec {
    go_template = true
    generator {
      clusters {
        selector {
          match_expressions {
            key      = \"cloud\"
            operator = \"DoesNotExist\"
          }
        }
      }
    }
    generator {
      list {
        elements = [{ name = argocd_cluster.prod.name }]
      }
    }
    template {
      metadata {
        name = \"operator-{{.name}}\"
      }
      spec {
        source {
          repo_url        = \"https://charts.example.com\"
          chart           = \"operator\"
          target_revision = var.chart_version
          helm {
            release_name = \"operator\"
            parameter {
              name  = \"replicas\"
              value = \"2\"
            }
          }
        }
        destination {
          name      = \"{{.name}}\"
          namespace = \"operators\"
        }
      }
    }
  }
}
";
    let files = [
        ("argo/clusters.tf", CLUSTERS),
        ("argo/applications.tf", applications),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "a: 1\n"),
        ("charts/shop/values-prod.yaml", "a: 2\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// A kustomization that no Application of Terraform names is none that Argo CD deploys, and manifests in Terraform are objects.
#[test]
fn manifests_of_terraform_are_objects() {
    let main = "\
resource \"argocd_application\" \"cache\" {
  metadata {
    name = \"cache\"
  }
  spec {
    source {
      repo_url = var.repo
      path     = \"cache/prod\"
    }
    destination {
      name = \"prod\"
    }
  }
}

resource \"kubectl_manifest\" \"logs\" {
  yaml_body = <<-YAML
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: logs
    spec:
      source:
        repoURL: https://charts.example.com
        chart: logs
        targetRevision: 1.0.0
        helm:
          valuesObject:
            host: ${var.host}
      destination:
        name: prod
        namespace: logs-prod
  YAML
}

resource \"kubernetes_manifest\" \"mail\" {
  manifest = {
    apiVersion = \"helm.toolkit.fluxcd.io/v2\"
    kind       = \"HelmRelease\"
    metadata = {
      name      = \"mail\"
      namespace = \"mail-prod\"
    }
    spec = {
      chart = {
        spec = {
          chart     = \"mail\"
          version   = \"2.0.0\"
          sourceRef = { kind = \"HelmRepository\", name = \"acme\" }
        }
      }
      values = { replicas = 2 }
    }
  }
}
";
    let kustomization = "helmCharts:\n- name: redis\n  repo: https://charts.example.com\n  version: 1.0.0\n  releaseName: cache\n";
    let files = [
        ("argo/main.tf", main),
        ("cache/prod/kustomization.yaml", kustomization),
        ("parked/prod/kustomization.yaml", kustomization),
    ];
    insta::assert_snapshot!(apps(&files));
}
