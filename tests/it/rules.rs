//! Every rule finds something in its bad fixture, says exactly what its snapshot says, and is silent on its good one.
//! Each has tests of its own: `cargo test drift::missing_key` runs those of `drift/missing-key`.

use std::time::Duration;

use envlint::check::Outcome;
use envlint::report::{Format, render};
use envlint::rules::{self, Rule};

use crate::support::{Sandbox, fixtures};

/// Makes a module of tests for each rule, and `LISTED` of their names.
macro_rules! tests_of {
    ($($category:ident { $($name:ident),+ $(,)? })+) => {
        /// The rules below, as paths of modules: `drift/missing_key`.
        const LISTED: &[&str] = &[$($(concat!(stringify!($category), "/", stringify!($name))),+),+];

        $(mod $category {
            $(mod $name {
                const RULE: &str = concat!(stringify!($category), "/", stringify!($name));

                #[test]
                fn reports_its_bad_fixture_exactly() {
                    crate::rules::reports_its_bad_fixture_exactly(RULE);
                }

                #[test]
                fn is_silent_on_its_good_fixture() {
                    crate::rules::is_silent_on_its_good_fixture(RULE);
                }

                #[test]
                fn has_the_headings_of_its_documentation() {
                    crate::rules::has_the_headings_of_its_documentation(RULE);
                }
            })+
        })+
    };
}

tests_of! {
    api { deprecated, invalid_object, removed, unknown_field, unknown_version }
    autoscaling { fights_replicas, minimum_exceeds_maximum, missing_autoscaler }
    chart { ambiguous_dependency, does_not_render, unsatisfied_dependency }
    disruption_budget { blocks_every_eviction }
    drift { expectation, missing_key, missing_object, naming_outlier, out_of_order_change, type_mismatch, undeclared_difference, unused_declaration }
    layout { broken_kustomization, hierarchical_values, missing_environment, missing_file, refused_application, unknown_environment, unread_values }
    objects { broken_digest, duplicate, duplicate_variable, invalid_name, kept_on_delete, missing_configuration, missing_label, missing_port, missing_pull_secret, missing_target, name_pattern, other_namespace, refused_by_project, selects_nothing, wildcard_permission }
    preview { host_without_number, shared_database }
    production {
        debug_enabled, http_address, latest_tag, localhost, missing_resources, no_disruption_budget, open_cors, other_environment,
        placeholder, shared_data, single_replica, smaller_than_before, test_mode, unpinned_chart, untested_version,
    }
    pulumi { invalid_config, kept_on_destroy, plain_secret, required_key, resource_name, shared_encryption, unpinned_region, unread_key }
    resources { exceeds_quota, invalid_quantity, missing_limits, outside_limit_range, requests_exceed_limits, unknown_key }
    schema { secrets, values }
    secrets {
        default_password, incomplete_backend, invalid_object, invalid_remote_name, inventory_not_covered,
        key_not_in_inventory, long_lived_credential, never_synced, no_backend, not_sealed, plain_http, plaintext, scope_mismatch,
        several_backends, shared_across_environments, unknown_field, unserved_api_version,
    }
    security { beyond_baseline, beyond_restricted }
    suppression { unused, without_reason }
    values { dotted_key, replaced_default, template_text, undefined, unset_switch, unused, unused_default }
    workflow { default_token, endless_preview, ignored_environments, merge_ref, pasted_input, unprotected_production, unread_file }
    yaml { ambiguous_scalar, duplicate_key, embedded_text, lost_value, merge_conflict, several_documents, syntax }
}

#[test]
fn every_rule_is_listed_here() {
    let listed: Vec<String> = LISTED.iter().map(|listed| name_of(listed)).collect();
    let registered: Vec<&str> = rules::all().iter().map(|rule| rule.name).collect();
    assert_eq!(
        listed, registered,
        "`tests_of!` of this file names all rules, in the order of their names"
    );
}

/// The name of a rule from the path of its module.
fn name_of(listed: &str) -> String {
    listed.replace('_', "-")
}

fn rule_of(listed: &str) -> &'static Rule {
    let name = name_of(listed);
    rules::find(&name).unwrap_or_else(|| panic!("there is no rule `{name}`"))
}

/// What a check of a rule's fixture finds by that rule alone.
fn found(rule: &Rule, which: &str) -> Outcome {
    let fixture = format!("rules/{}/{which}", rule.name);
    assert!(
        fixtures().join(&fixture).is_dir(),
        "there is no tests/fixtures/{fixture}"
    );
    let mut outcome = Sandbox::fixture(&fixture).check();
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    outcome.findings.retain(|finding| finding.rule == rule.name);
    outcome
}

fn reports_its_bad_fixture_exactly(listed: &str) {
    let rule = rule_of(listed);
    let outcome = found(rule, "bad");
    assert!(!outcome.findings.is_empty(), "nothing is found");
    // How many rules there are is not what a rule's snapshot is about.
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b\d+ rules?\b", "[n] rules");
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    let text = render(Format::Text, &outcome, Duration::ZERO);
    insta::assert_snapshot!(rule.name.replace('/', "__"), &*text);
}

fn is_silent_on_its_good_fixture(listed: &str) {
    let outcome = found(rule_of(listed), "good");
    let text = render(Format::Text, &outcome, Duration::ZERO);
    assert!(outcome.findings.is_empty(), "{text}");
}

fn has_the_headings_of_its_documentation(listed: &str) {
    let rule = rule_of(listed);
    let text = rule.text();
    let found: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("## "))
        .collect();
    let headings = [
        "## What it does",
        "## Why it matters",
        "## Example",
        "## Use instead",
        "## References",
    ];
    assert_eq!(found, headings);
    assert!(!rule.summary().is_empty(), "there is no summary");
}
