//! `aws`: the Secrets Store CSI driver with the AWS provider.

use super::{Backend, Form, Setting};

pub(super) static BACKEND: Backend = Backend {
    key: "aws",
    name: "aws-secrets",
    title: "Secrets Store CSI driver, AWS",
    summary: "The driver reads AWS when a pod mounts the volume, and syncs one Secret per secret of the inventory.",
    emits: "SecretProviderClass (provider aws), ServiceAccount",
    reference: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/ascp-examples.html",
    template: "aws-secrets.yaml.j2",
    settings: &[
        Setting::new("region", Form::Text, "eu-central-1", "The AWS region.")
            .required()
            .locates(),
        Setting::new(
            "prefix",
            Form::Text,
            "spark/prod",
            "What the names of the remote secrets begin with.",
        )
        .isolates(),
        Setting::new(
            "objectType",
            Form::Choice(&["secretsmanager", "ssmparameter"]),
            "secretsmanager",
            "The AWS service: Secrets Manager or the Parameter Store.",
        )
        .or("secretsmanager"),
        Setting::new(
            "roleArn",
            Form::Arn,
            "arn:aws:iam::111111111111:role/spark-prod",
            "The IAM role of the ServiceAccount (IRSA), which the pods run as.",
        )
        .isolates(),
        Setting::new(
            "serviceAccount",
            Form::Name,
            "spark-connect",
            "The ServiceAccount that carries the role. Default: the release's name and `-secrets`.",
        ),
        Setting::new(
            "usePodIdentity",
            Form::Flag,
            "true",
            "Whether the pods log in by EKS Pod Identity instead of IRSA.",
        ),
        Setting::new(
            "failoverRegion",
            Form::Text,
            "eu-west-1",
            "A second region that is asked when the first does not answer.",
        ),
    ],
    alternatives: &[],
};
