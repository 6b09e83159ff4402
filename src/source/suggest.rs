//! "Did you mean": the nearest known word to one that is not known.

use envlint_budget::Budget;

/// The longest word that is compared, in bytes: the time is the product of both lengths.
const LONGEST: usize = 200;

/// How many candidates are looked at: what is near one of so many words may be near by chance, and a file of a stranger may
/// hold any number.
const MOST_CANDIDATES: usize = 2_000;

/// How much of the words of one call is compared: each letter of the one with each of the other.
const MOST_COMPARED: u64 = 20_000_000;

/// What it takes to see that a candidate is not near at all.
const COST_OF_CANDIDATE: u64 = 16;

/// The candidate nearest to `word`, when one is near enough that a person may have meant it.
///
/// Near means an edit distance (Damerau-Levenshtein, case ignored) of at most a third of the longer word.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(word, candidates, &Budget::new(MOST_COMPARED))
}

/// The same as long as the budget lasts: for who looks for many words. A unit is a letter of the word that is compared
/// with one of a candidate.
pub fn nearest_within<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    budget: &Budget,
) -> Option<&'a str> {
    if word.len() > LONGEST || budget.is_spent() {
        return None;
    }
    let wanted = word.to_lowercase();
    let letters = Letters::of(&wanted);
    candidates
        .into_iter()
        .take(MOST_CANDIDATES)
        .take_while(|_| budget.spend(COST_OF_CANDIDATE))
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| {
            let other = candidate.to_lowercase();
            let others = Letters::of(&other);
            let farthest = letters.count.max(others.count) / 3;
            // The letters alone tell of most words that they are not near.
            if letters.distance(&others) > farthest {
                return None;
            }
            let compared = letters.count.saturating_mul(others.count);
            if !budget.spend(compared as u64) {
                return None;
            }
            let distance = strsim::damerau_levenshtein(&wanted, &other);
            (distance <= farthest).then_some((distance, candidate))
        })
        // Of two that are as near, fingers swap letters more often than they take another one.
        .min_by_key(|(distance, candidate)| (*distance, !has_same_letters(&wanted, candidate)))
        .map(|(_, candidate)| candidate)
}

/// How often a word has each letter; letters that are not ASCII share their places with others.
struct Letters {
    count: usize,
    each: [u8; 128],
}

impl Letters {
    /// Those of a word that is no longer than [`LONGEST`].
    fn of(word: &str) -> Letters {
        let mut letters = Letters {
            count: 0,
            each: [0; 128],
        };
        for letter in word.chars() {
            letters.count += 1;
            if let Some(known) = letters.each.get_mut(letter as usize % 128) {
                *known = known.saturating_add(1);
            }
        }
        letters
    }

    /// So many edits at least are between the words: each adds a letter, or takes one away, or does both.
    fn distance(&self, other: &Letters) -> usize {
        let both = self.each.iter().zip(&other.each);
        let (more, less) = both.fold((0, 0), |(more, less), (own, other)| {
            (
                more + usize::from(own.saturating_sub(*other)),
                less + usize::from(other.saturating_sub(*own)),
            )
        });
        more.max(less)
    }
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
    slip_within(word, candidates, &Budget::new(MOST_COMPARED))
}

/// The same as long as the budget lasts, as [`nearest_within`].
pub fn slip_within<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    budget: &Budget,
) -> Option<&'a str> {
    let joints = |word: &str| word.matches(|c: char| !c.is_alphanumeric()).count();
    let digits = |word: &str| -> String { word.chars().filter(char::is_ascii_digit).collect() };
    let known = nearest_within(word, candidates, budget)?;
    let (left, right) = (word.to_lowercase(), known.to_lowercase());
    let is_slip = left.chars().count().min(right.chars().count()) >= SHORTEST
        && joints(word) == joints(known)
        && digits(word) == digits(known)
        && strsim::damerau_levenshtein(&left, &right) <= SLIP;
    is_slip.then_some(known)
}

#[cfg(test)]
mod tests {
    use envlint_budget::Budget;

    use super::{Letters, nearest, nearest_within, slip};

    #[test]
    fn many_words_are_compared_with_many_for_so_long() {
        let words: Vec<String> = (0..1_000).map(|at| format!("word{at:04}")).collect();
        let budget = Budget::new(1_000_000);
        let found = |word: &String| nearest_within(word, words.iter().map(String::as_str), &budget);
        assert_eq!(found(&words[7]), Some("word0007"));
        let found = words.iter().filter(|word| found(word).is_some()).count();
        assert!(budget.is_spent() && found < 100, "{found}");
        assert_eq!(nearest_within("word", ["words"], &budget), None);
    }

    #[test]
    fn letters_never_tell_of_more_edits_than_there_are() {
        let words = [
            "", "a", "ab", "ba", "aab", "caba", "acab", "größe", "grosse", "abcabc",
        ];
        for left in words {
            for right in words {
                let least = Letters::of(left).distance(&Letters::of(right));
                assert!(
                    least <= strsim::damerau_levenshtein(left, right),
                    "{left} {right}"
                );
            }
        }
    }

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
