//! The nearest name that exists.

/// Longer names are nobody's slip, and comparing them takes long.
const MAX_LEN: usize = 64;

/// The known name that is closest to a wrong one, when it is close enough to be meant.
pub(crate) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    if wrong.len() > MAX_LEN {
        return None;
    }
    let allowed = (wrong.chars().count() / 3).clamp(1, 3);
    known
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= allowed || name.eq_ignore_ascii_case(wrong))
        .min()
        .map(|(_, name)| name.to_owned())
}
