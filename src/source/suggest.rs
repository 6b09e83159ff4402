//! "Did you mean": the nearest known word to one that is not known.

/// The longest word that is compared, in bytes: the time is the product of both lengths.
const LONGEST: usize = 200;

/// The candidate nearest to `word`, when one is near enough that a person may have meant it.
///
/// Near means an edit distance (Damerau-Levenshtein, case ignored) of at most a third of the longer word.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let wanted = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            let longest = wanted.chars().count().max(candidate.chars().count());
            *distance * 3 <= longest
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["environments", "apps", "secrets", "perEnvironment"];
        for (word, expected) in [
            ("enviroments", Some("environments")),
            ("perenvironment", Some("perEnvironment")),
            ("app", Some("apps")),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
