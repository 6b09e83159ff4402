//! Environments that siblings tell: next to `shop-staging-db` in the namespace `staging`, `shop-acme-db` in the namespace
//! `acme` is deployed to `acme`.

use std::collections::HashMap;

use super::names::chart_key;
use crate::evidence::Claim;
use crate::naming::{is_no_environment, word_in};

/// What siblings share: the file that declares them, and their chart.
type Family = (String, Option<String>);

/// Gives claims without an environment the one that stands where their siblings have theirs: in the name of the release, and
/// in the namespace or the path of a layer, too. One place alone may be a word of the name.
pub(super) fn tell(claims: &mut [Claim]) {
    let family = |claim: &Claim| -> Family {
        let chart = chart_key(claim.chart.as_ref());
        (claim.evidence.file.clone(), chart)
    };
    if claims.iter().all(|claim| claim.environment.is_some()) {
        return;
    }
    let mut forms: HashMap<Family, Vec<(String, String)>> = HashMap::new();
    for claim in claims.iter() {
        if let (Some(environment), Some(release)) = (&claim.environment, &claim.release)
            && let Some(at) = word_in(release, environment)
            && let Some((before, rest)) = release.split_at_checked(at)
            && let Some(after) = rest.get(environment.len()..)
        {
            let form = (before.to_owned(), after.to_owned());
            let known = forms.entry(family(claim)).or_default();
            if !known.contains(&form) && known.len() < MOST_FORMS {
                known.push(form);
            }
        }
    }
    for claim in claims.iter_mut() {
        if claim.environment.is_some() {
            continue;
        }
        let Some((release, forms)) = claim.release.as_deref().zip(forms.get(&family(claim))) else {
            continue;
        };
        let told = forms.iter().find_map(|(before, after)| {
            let name = release.strip_prefix(before.as_str())?;
            let name = name.strip_suffix(after.as_str())?;
            (is_name(name) && is_said_again(claim, name)).then(|| name.to_owned())
        });
        claim.environment = told;
    }
}

/// More forms of names are not tried in one family.
const MOST_FORMS: usize = 20;

/// Whether a word may be the name of an environment.
fn is_name(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (2..=40).contains(&word.len()) && word.bytes().all(is_letter) && !is_no_environment(word)
}

/// Whether the namespace or the path of a layer has the word, too.
fn is_said_again(claim: &Claim, word: &str) -> bool {
    let paths = claim.layers.iter().map(|layer| layer.path.as_str());
    let mut texts = claim.namespace.as_deref().into_iter().chain(paths);
    texts.any(|text| word_in(text, word).is_some())
}
