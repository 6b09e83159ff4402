//! The `junit` format: one test suite for each app, for the test pages of CI servers.
//!
//! An error is a failed test. A warning or an info is a test that passed and says something, so that the page agrees
//! with the exit status of `check`. A clean run is one test that passed.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::summary::{Counts, counts_of};
use super::{belonging, file};
use crate::check::Outcome;
use crate::masking::{Printable, Text, text};
use crate::rules::Finding;
use crate::source::Severity;

type Xml = Writer<Vec<u8>>;

/// The findings as an XML document.
pub(super) fn render(outcome: &Outcome, elapsed: Duration) -> Printable {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory cannot fail; a half document would be seen as broken.
    let _ = document(&mut writer, outcome, elapsed);
    let mut text = Printable::assembled(String::from_utf8_lossy(&writer.into_inner()).into_owned());
    text.push("\n");
    text
}

fn document(xml: &mut Xml, outcome: &Outcome, elapsed: Duration) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites: Vec<(&str, Vec<&Finding>)> = suites(outcome);
    let tests: usize = suites.iter().map(|(_, found)| found.len().max(1)).sum();
    let failures = counts_of(&outcome.findings).error;
    xml.create_element("testsuites")
        .with_attributes([
            ("name", "envlint"),
            ("tests", tests.to_string().as_str()),
            ("failures", failures.to_string().as_str()),
            ("errors", "0"),
            ("time", format!("{:.3}", elapsed.as_secs_f64()).as_str()),
        ])
        .write_inner_content(|xml| {
            suites
                .iter()
                .try_for_each(|(app, found)| suite(xml, app, found))
        })?;
    Ok(())
}

/// The findings of each app, and at the end those that belong to none. A clean run is one suite without findings.
fn suites(outcome: &Outcome) -> Vec<(&str, Vec<&Finding>)> {
    let mut by_app: BTreeMap<Option<&str>, Vec<&Finding>> = BTreeMap::new();
    for finding in &outcome.findings {
        by_app
            .entry(finding.app.as_deref())
            .or_default()
            .push(finding);
    }
    let rest = by_app.remove(&None);
    let apps = by_app
        .into_iter()
        .filter_map(|(app, found)| Some((app?, found)));
    let mut suites: Vec<(&str, Vec<&Finding>)> = apps.collect();
    if rest.is_some() || suites.is_empty() {
        suites.push(("workspace", rest.unwrap_or_default()));
    }
    suites
}

fn suite(xml: &mut Xml, app: &str, found: &[&Finding]) -> io::Result<()> {
    let Counts { error, .. } = counts_of(found.iter().copied());
    let name = super::name(app).rewrite(clean);
    xml.create_element("testsuite")
        .with_attributes([
            ("name", &*name),
            ("tests", found.len().max(1).to_string().as_str()),
            ("failures", error.to_string().as_str()),
            ("errors", "0"),
            ("skipped", "0"),
        ])
        .write_inner_content(|xml| {
            if found.is_empty() {
                xml.create_element("testcase")
                    .with_attributes([("classname", "envlint"), ("name", &*name)])
                    .write_empty()?;
            }
            found.iter().try_for_each(|finding| case(xml, finding))
        })?;
    Ok(())
}

fn case(xml: &mut Xml, finding: &Finding) -> io::Result<()> {
    let line = finding.location.start().line.to_string();
    let file = file(&finding.location).rewrite(clean);
    let name = text!("{} at {}", finding.rule, finding.location);
    let name = name.show().rewrite(clean);
    let message = finding.message.show().rewrite(clean);
    let details = details(finding).show().rewrite(clean);
    xml.create_element("testcase")
        .with_attributes([
            (
                "classname",
                clean(&format!("envlint.{}", finding.rule.replace('/', "."))).as_str(),
            ),
            ("name", &*name),
            ("file", &*file),
            ("line", line.as_str()),
        ])
        .write_inner_content(|xml| {
            let text = BytesText::new(&details);
            match finding.severity {
                Severity::Error => xml
                    .create_element("failure")
                    .with_attributes([("type", finding.rule), ("message", &*message)])
                    .write_text_content(text)?,
                Severity::Warning | Severity::Info => {
                    xml.create_element("system-out").write_text_content(text)?
                }
            };
            Ok(())
        })?;
    Ok(())
}

fn details(finding: &Finding) -> Text {
    let mut details = text!("{}: {}", finding.severity.as_str(), finding.message);
    if let Some(belonging) = belonging(finding) {
        details.push(text!("\napp: {}", belonging));
    }
    for note in &finding.related {
        details.push(text!("\n{}: {}", note.location, note.message));
    }
    if let Some(help) = finding.advice() {
        details.push(text!("\nhelp: {}", help));
    }
    details
}

/// Without the characters that XML 1.0 cannot have, not even escaped.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|char| {
            matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn controls_are_left_out() {
        assert_eq!(clean("a\u{0}b\u{1b}c\td\u{ffff}"), "abc\td");
    }
}
