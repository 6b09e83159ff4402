//! Environments that siblings tell: next to `shop-staging-db` in the namespace `staging`, `shop-acme-db` in the namespace
//! `acme` is deployed to `acme`.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::names::chart_key;
use crate::evidence::Claim;
use crate::naming::{environment_name, is_no_environment, word_in};
use crate::source::directory_of;

/// What siblings share: the folder of the file that declares them, and their chart.
type Family = (String, Option<String>);

/// The name of a release, without its environment.
#[derive(Debug, PartialEq, Eq)]
struct Form {
    before: String,
    after: String,
    /// The file that declares a release of that name.
    file: String,
}

/// Gives claims the environment that stands where their siblings have theirs: in the name of the release, and in the
/// namespace or the path of a layer, too. One place alone may be a word of the name. A claim that has an environment by
/// something else, the cluster that all are deployed to, has it by its name where that is a usual one: `test-shop` next to
/// `prod-shop`.
pub(super) fn tell(claims: &mut [Claim]) {
    let family = |claim: &Claim| -> Family {
        let chart = chart_key(claim.chart.as_ref());
        (directory_of(&claim.evidence.file).to_owned(), chart)
    };
    let mut forms: HashMap<Family, Vec<Form>> = HashMap::new();
    for claim in claims.iter() {
        let Some(form) = form_of(claim) else { continue };
        let known = forms.entry(family(claim)).or_default();
        if !known.contains(&form) && known.len() < MOST_FORMS {
            known.push(form);
        }
    }
    for known in forms.values_mut() {
        // `test-large-db` is `large-db` in `test` and not `db` in `test-large`, where there is a `prod-large-db`.
        known.sort_by_key(|form| Reverse(form.before.len() + form.after.len()));
    }
    for claim in claims.iter_mut() {
        let Some((release, forms)) = claim.release.as_deref().zip(forms.get(&family(claim))) else {
            continue;
        };
        let names_own = |told: &String| word_in(release, told).is_some();
        if claim.environment.as_ref().is_some_and(names_own) {
            continue;
        }
        let told = forms.iter().find_map(|form| {
            let name = release.strip_prefix(form.before.as_str())?;
            let name = name.strip_suffix(form.after.as_str())?;
            // Of any name, only what the same file declares tells that it is one of an environment.
            let is_part = !(form.before.is_empty() && form.after.is_empty());
            let is_usual =
                is_part && environment_name(name).is_some_and(|told| told.place.is_empty());
            let is_open = claim.environment.is_none() && form.file == claim.evidence.file;
            ((is_usual || is_open) && is_name(name) && is_said_again(claim, name))
                .then(|| name.to_owned())
        });
        claim.environment = told.or_else(|| claim.environment.take());
    }
}

/// The form of a release that has its environment in its name.
fn form_of(claim: &Claim) -> Option<Form> {
    let (environment, release) = (claim.environment.as_ref()?, claim.release.as_ref()?);
    let (before, rest) = release.split_at_checked(word_in(release, environment)?)?;
    Some(Form {
        before: before.to_owned(),
        after: rest.get(environment.len()..)?.to_owned(),
        file: claim.evidence.file.clone(),
    })
}

/// More forms of names are not tried in one family.
const MOST_FORMS: usize = 20;

/// Whether a word may be the name of an environment.
pub(super) fn is_name(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (2..=40).contains(&word.len()) && word.bytes().all(is_letter) && !is_no_environment(word)
}

/// Whether the namespace or the path of a layer has the word, too.
fn is_said_again(claim: &Claim, word: &str) -> bool {
    let paths = claim.layers.iter().map(|layer| layer.path.as_str());
    let mut texts = claim.namespace.as_deref().into_iter().chain(paths);
    texts.any(|text| word_in(text, word).is_some())
}
