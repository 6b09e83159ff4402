//! What names of files and keys tell.

use super::{CHART, apps};

#[test]
fn a_file_with_the_values_of_several_charts_is_an_app_for_each() {
    let files = [
        ("charts/api/Chart.yaml", CHART),
        ("charts/auth/Chart.yaml", CHART),
        ("charts/store/Chart.yaml", CHART),
        (
            "environments/dev/values.yaml",
            "api:\n  replicas: 1\nauth:\n  a: 1\n",
        ),
        (
            "environments/prod/values.yaml",
            "global: {}\napi:\n  replicas: 3\nauth:\n  a: 2\nstore:\n  b: 1\nfeatures:\n  c: 1\n",
        ),
    ];
    insta::assert_snapshot!(apps(&files));
}
