//! How sure it is that production has what belongs to another environment.

use super::stated::database_of;
use crate::naming::mentions;
use crate::rules::setting::Setting;
use crate::source::Confidence;
use crate::values::words_of;

/// How sure it is that a part of a value is of another environment; none where all environments have it, unless it was
/// forgotten in all of them.
pub(super) fn confidence(setting: &Setting<'_, '_>, word: &str, part: &str) -> Option<Confidence> {
    let others: Vec<_> = setting.before_production().collect();
    let has_part = |text: Option<&str>| text.is_some_and(|text| text.contains(part));
    let same = others.iter().filter(|other| has_part(other.tree.as_str()));
    let same: Vec<bool> = same
        .map(|other| {
            other
                .values
                .environment
                .names()
                .any(|name| is_one(name, word))
        })
        .collect();
    // Where the environments before name it, too, and one of them is another one, the word is part of a name.
    let is_named = |text: Option<&str>| text.is_some_and(|text| has_word(text, word));
    let of_others = others.iter().any(|other| {
        let mut names = other.values.environment.names();
        !names.any(|name| is_one(name, word))
    });
    let is_name = of_others && others.iter().all(|other| is_named(other.tree.as_str()));
    match (same.as_slice(), others.len()) {
        (same, all) if all > 0 && same.len() == all => {
            let of_default = || of_default(setting, part, same);
            forgotten(setting, word)
                .or_else(|| of_data(setting, [word, part], same))
                .or_else(of_default)
        }
        _ if is_name => None,
        (same, _) if same.contains(&true) => Some(Confidence::High),
        _ => Some(Confidence::Medium),
    }
}

/// How sure it is that an address which nobody sets is of the environment that it names: a default of the chart, with which
/// that environment runs, and production by accident.
fn of_default(setting: &Setting<'_, '_>, part: &str, same: &[bool]) -> Option<Confidence> {
    let is_address = setting.text.contains("://") && is_host(part);
    let is_default = setting.is_default() && is_address && same.contains(&true);
    is_default.then_some(Confidence::Medium)
}

/// How sure it is that data which all environments have under one name are those of one of them: `orders_dev`, where dev has
/// the same. Of another name than the whole of one nobody knows.
fn of_data(
    setting: &Setting<'_, '_>,
    [word, part]: [&str; 2],
    same: &[bool],
) -> Option<Confidence> {
    const DATA: [&str; 7] = [
        "bucket",
        "database",
        "databases",
        "db",
        "keyspace",
        "queue",
        "topic",
    ];
    let words = words_of(&setting.name);
    let is_data = words.iter().any(|word| DATA.contains(&word.as_str()))
        || database_of(setting.text) == Some(part);
    let joint = |char: char| matches!(char, '-' | '_' | '.');
    let at_end = part
        .strip_suffix(word)
        .is_some_and(|rest| rest.ends_with(joint));
    let at_start = part
        .strip_prefix(word)
        .is_some_and(|rest| rest.starts_with(joint));
    (is_data && same.contains(&true) && (at_end || at_start)).then_some(Confidence::Medium)
}

/// How sure it is that an address which all environments have was forgotten: one next to it names the environment where it is
/// deployed, and another one in production.
fn forgotten(setting: &Setting<'_, '_>, word: &str) -> Option<Confidence> {
    if !setting.text.contains("://") && !is_host(setting.text) {
        return None;
    }
    let mut others = setting.before_production();
    let there = others.find(|other| {
        let mut names = other.values.environment.names();
        names.any(|name| is_one(name, word))
    })?;
    let above = setting.path().parent()?;
    let there = there.values.effective.as_ref()?.at(&above)?;
    let names_it = |text: &str| mentions(text).any(|mention| is_one(mention.word, word));
    let here = setting.section()?;
    let mut beside = here.entries().into_iter().filter_map(|(key, tree)| {
        let here = tree.as_str().filter(|text| text.contains("://"))?;
        let other = there.get(key)?;
        Some((here, other.as_str()?))
    });
    let is_forgotten = beside.any(|(here, there)| names_it(there) && !names_it(here));
    is_forgotten.then_some(Confidence::Medium)
}

/// Whether a text is the full name of a host: `grafana.dev.shop.example`.
fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let is_label = |label: &&str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_part)
    };
    let is_named = labels
        .last()
        .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    labels.len() >= 3 && is_named && labels.iter().all(is_label)
}

/// Whether a text has a word, between marks.
fn has_word(text: &str, word: &str) -> bool {
    let mut words = text.split(|char: char| !char.is_ascii_alphanumeric());
    words.any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether two names are of one stage, or the same.
pub(super) fn is_one(name: &str, word: &str) -> bool {
    let stage = |text: &str| mentions(text).next().map(|mention| mention.stage);
    name.eq_ignore_ascii_case(word) || (stage(word).is_some() && stage(name) == stage(word))
}
