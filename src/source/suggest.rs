//! "Did you mean": the nearest known word to one that is not known.

/// The longest word that is compared, in bytes: the time is the product of both lengths.
const LONGEST: usize = 200;

/// How many candidates are looked at: what is near one of so many words may be near by chance, and a file of a stranger may
/// hold any number.
const MOST_CANDIDATES: usize = 2_000;

/// The candidate nearest to `word`, when one is near enough that a person may have meant it.
///
/// Near means an edit distance (Damerau-Levenshtein, case ignored) of at most a third of the longer word.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let wanted = word.to_lowercase();
    let length = wanted.chars().count();
    candidates
        .into_iter()
        .take(MOST_CANDIDATES)
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| {
            let other = candidate.chars().count();
            let farthest = length.max(other) / 3;
            // The lengths alone tell of most words that they are not near.
            if length.abs_diff(other) > farthest {
                return None;
            }
            let distance = strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase());
            (distance <= farthest).then_some((distance, candidate))
        })
        // Of two that are as near, fingers swap letters more often than they take another one.
        .min_by_key(|(distance, candidate)| (*distance, !has_same_letters(&wanted, candidate)))
        .map(|(_, candidate)| candidate)
}

/// Whether two words have the same letters, in whatever order and case; the first one is in lower case.
pub fn has_same_letters(wanted: &str, candidate: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(wanted) == sorted(&candidate.to_lowercase())
}

/// The longest distance of a slip of the fingers: two letters changed, added, left out or swapped.
const SLIP: usize = 2;
/// In shorter words a slip makes another word.
const SHORTEST: usize = 6;

/// The candidate that is the same word but for a slip of the fingers. Words that are joined to one count by themselves:
/// `test-hive` and `hive` are two names.
pub fn slip<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let joints = |word: &str| word.matches(|c: char| !c.is_alphanumeric()).count();
    let digits = |word: &str| -> String { word.chars().filter(char::is_ascii_digit).collect() };
    let known = nearest(word, candidates)?;
    let (left, right) = (word.to_lowercase(), known.to_lowercase());
    let is_slip = left.chars().count().min(right.chars().count()) >= SHORTEST
        && joints(word) == joints(known)
        && digits(word) == digits(known)
        && strsim::damerau_levenshtein(&left, &right) <= SLIP;
    is_slip.then_some(known)
}

#[cfg(test)]
mod tests {
    use super::{nearest, slip};

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
        let regions = ["prod-eu", "prod-us"];
        assert_eq!(nearest("prod-su", regions), Some("prod-us"));
    }

    #[test]
    fn a_slip_is_another_spelling_of_the_same_word() {
        for (word, known, is_slip) in [
            ("replicaCount", "replicaCuont", true),
            ("resources", "ressources", true),
            ("analytics-hive", "analytics-test-hive", false),
            ("kafka_test", "kafka_jumbo", false),
            ("replica1", "replica2", false),
            ("host", "port", false),
        ] {
            assert_eq!(slip(word, [known]).is_some(), is_slip, "{word} {known}");
        }
    }
}
