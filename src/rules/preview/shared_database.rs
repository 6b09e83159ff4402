//! `preview/shared-database`.

use super::previews;
use crate::masking::{Name, ObjectName, text};
use crate::naming::is_local;
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;
use crate::values::{Database, Located, databases};

rule! {
    /// The environment of a pull request uses the database of another environment.
    ///
    /// ## What it does
    ///
    /// In environments of the tier `preview`, reports a database whose host and name are those of another environment: two
    /// settings next to each other (`database.host` and `database.name`, `DB_HOST` and `DB_NAME`, also as items with `name` and
    /// `value`), or one address (`postgres://db.example.com/shop`). Only hosts with a domain count: `postgres` is another one in each namespace.
    ///
    /// Ignored: values that are given when the app is deployed (`given`), and sections that are turned off.
    ///
    /// ## Why it matters
    ///
    /// The migrations of a pull request change the tables of the other environment, before anybody has merged it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/preview/values.yaml, and the same in staging
    /// database: {host: db.staging.example.com, name: shop}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/preview/values.yaml
    /// database: {host: db.staging.example.com, name: shop_preview}
    /// ```
    ///
    /// ## References
    ///
    /// - [The Twelve-Factor App: backing services](https://12factor.net/backing-services)
    "preview/shared-database", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in previews(cx) {
        let Some(root) = &values.effective else {
            continue;
        };
        for database in databases(root).iter().filter(|found| found.is_whole) {
            say(cx, values, database, out);
        }
    }
}

fn say(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    database: &Database<'_>,
    out: &mut Reporter<'_>,
) {
    let is_known = |setting: &Located<'_>| {
        let path = setting.path();
        !values.file.is_given(path) && !values.is_off_above(path) && cx.may_read(path)
    };
    if !database.settings.iter().all(is_known) {
        return;
    }
    let is_same = |other: &&EnvironmentValues<'_>| {
        let root = other.effective.as_ref();
        let mut settings = database.settings.iter();
        let is_other = other.name() != values.name() && !is_local(other.name());
        is_other
            && settings.all(|setting| {
                let there = root.and_then(|root| root.at(setting.path()));
                there.is_some_and(|there| there.as_str() == setting.tree().as_str())
            })
    };
    let Some(other) = cx.environments.iter().find(is_same) else {
        return;
    };
    let Some(setting) = database.settings.last() else {
        return;
    };
    let (path, tree) = (setting.path(), setting.tree());
    let message = text!(
        "`{}` names the same database in {} and {}: `{}`",
        path,
        Name(values.name()),
        Name(other.name()),
        ObjectName(tree.as_str().unwrap_or_default())
    );
    let mut finding = out
        .value(values, setting, message)
        .help(text!("give {} a database of its own", Name(values.name())))
        .confidence(Confidence::Medium);
    let there = other.effective.as_ref().and_then(|root| root.at(path));
    if let Some(there) = there.filter(|there| there.source().path != tree.source().path) {
        finding = finding.note(
            there.location(),
            text!("the value in {}", Name(other.name())),
        );
    }
    out.push(finding);
}
