//! Archives, copies of charts, and charts in other charts.

use super::{CHART, apps, deployments};

const SHOP: [(&str, &str); 3] = [
    ("charts/shop/Chart.yaml", CHART),
    ("charts/shop/values-dev.yaml", "a: 1\n"),
    ("charts/shop/values-prod.yaml", "a: 1\n"),
];

/// The same chart once more, elsewhere.
fn copied(to: &str) -> Vec<(String, &'static str)> {
    let moved = SHOP.iter().map(|(path, text)| {
        let file = path.strip_prefix("charts/shop/").expect("a file");
        (format!("{to}/{file}"), *text)
    });
    moved.collect()
}

fn with<'f>(files: &'f [(String, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let more = files.iter().map(|(path, text)| (path.as_str(), *text));
    SHOP.iter().copied().chain(more).collect()
}

const EXPECTED: [&str; 2] = [
    "shop dev charts/shop charts/shop/values-dev.yaml",
    "shop prod charts/shop charts/shop/values-prod.yaml",
];

#[test]
fn archives_and_copies_are_no_apps() {
    for folder in [
        "old/shop",
        "_archive/2021/shop",
        "charts/shop-copy",
        "charts/shop.bak",
    ] {
        let files = copied(folder);
        assert_eq!(deployments(&with(&files)), EXPECTED, "{folder}");
    }
    let files = [copied("old/shop"), copied("charts/shop-copy")].concat();
    insta::assert_snapshot!(apps(&with(&files)));
}

#[test]
fn what_something_deploys_from_an_archive_is_an_app() {
    let mut files = copied("old/shop");
    files.push((
        "Makefile".to_owned(),
        "up:\n\thelm upgrade shop-old old/shop -f old/shop/values-prod.yaml\n",
    ));
    let seen = deployments(&with(&files));
    assert!(
        seen.contains(&"shop-old prod old/shop old/shop/values-prod.yaml".to_owned()),
        "{seen:?}"
    );
}

#[test]
fn a_chart_in_a_chart_that_is_deployed_is_no_app() {
    let umbrella = "apiVersion: v2\nname: all\nversion: 1.0.0\ndependencies: [{name: shop, version: 1.0.0, repository: 'file://../charts/shop'}]\n";
    let mut files = copied("all/charts/shop");
    files.push(("all/Chart.yaml".to_owned(), umbrella));
    files.push(("all/values-prod.yaml".to_owned(), "shop: {a: 1}\n"));
    insta::assert_snapshot!(apps(&with(&files)));
}

#[test]
fn a_chart_stays_behind_where_another_one_of_its_name_is_deployed() {
    let command = |environment: &str| {
        format!(
            "{environment}:\n\thelm upgrade shop charts/shop -f charts/shop/values-{environment}.yaml\n"
        )
    };
    let (both, one) = (command("dev") + &command("prod"), command("prod"));
    let mut files = copied("shop/helm");
    files.push(("Makefile".to_owned(), &both));
    assert_eq!(deployments(&with(&files)), EXPECTED);
    files.pop();
    files.push(("Makefile".to_owned(), &one));
    let seen = deployments(&with(&files));
    assert!(
        seen.iter()
            .any(|one| one.contains("shop/helm/values-dev.yaml")),
        "{seen:?}"
    );
    // A chart that many folders have as it is tells nothing.
    let mut files = copied("billing/helm");
    files.push(("Makefile".to_owned(), &both));
    let seen = deployments(&with(&files));
    assert!(
        seen.iter().any(|one| one.contains("billing/helm")),
        "{seen:?}"
    );
}

/// Its chart has a name of its own.
#[test]
fn a_backup_may_be_an_app() {
    let seen = deployments(&[
        (
            "db-backup/Chart.yaml",
            "apiVersion: v2\nname: db-backup\nversion: 1.0.0\n",
        ),
        ("db-backup/values-prod.yaml", "a: 1\n"),
        (
            "db/Chart.yaml",
            "apiVersion: v2\nname: db\nversion: 1.0.0\n",
        ),
        ("db/values-prod.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "db prod db db/values-prod.yaml",
            "db-backup prod db-backup db-backup/values-prod.yaml"
        ]
    );
}
