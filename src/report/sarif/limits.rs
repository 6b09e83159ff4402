//! What GitHub takes of a SARIF file: 25,000 results of a run, 1,000 locations of a result, and 10 MB packed by gzip.
//!
//! Source: GitHub's documentation, "SARIF results exceed limit" and "SARIF results file is too large".

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::source::Severity;

/// GitHub refuses a run with more results.
const MOST_RESULTS: usize = 25_000;

/// How long the results may be when they are packed, in bytes. What is around them, the rules above all, packs to 100 KB.
const LONGEST: usize = 9_000_000;

/// How many other places a result names: GitHub shows a hundred.
pub(super) const MOST_RELATED: usize = 100;

/// So many results are never too long, whatever they say: nothing need be packed to know it.
const FEW: usize = 500;

/// The results that GitHub takes, in their order, and how many were left out: the least severe.
pub(super) fn within<T: Serialize>(results: Vec<(Severity, T)>) -> (Vec<T>, usize) {
    let all = results.len();
    let fitting = match all {
        0..=FEW => all,
        _ => fitting(&results, MOST_RESULTS, LONGEST),
    };
    let mut severe: Vec<usize> = most_severe_first(&results).take(fitting).collect();
    severe.sort_unstable();
    let mut kept = severe.into_iter().peekable();
    let results = results.into_iter().enumerate();
    let results = results.filter(|(index, _)| kept.next_if_eq(index).is_some());
    (
        results.map(|(_, (_, result))| result).collect(),
        all - fitting,
    )
}

/// Which of the results come first when there is no room for all.
fn most_severe_first<T>(results: &[(Severity, T)]) -> impl Iterator<Item = usize> + use<T> {
    let mut order: Vec<usize> = (0..results.len()).collect();
    order
        .sort_by_key(|index| std::cmp::Reverse(results.get(*index).map(|(severity, _)| *severity)));
    order.into_iter()
}

/// How many of the most severe results fit.
fn fitting<T: Serialize>(results: &[(Severity, T)], most: usize, longest: usize) -> usize {
    let mut packed = GzEncoder::new(Length::default(), Compression::fast());
    let mut order = most_severe_first(results).take(most);
    let does_not_fit = |index: usize| {
        let written = results
            .get(index)
            .map(|(_, result)| serde_json::to_writer(&mut packed, result));
        !matches!(written, Some(Ok(()))) || packed.get_ref().0 > longest
    };
    let all = results.len().min(most);
    order.position(does_not_fit).unwrap_or(all)
}

/// Counts what is written.
#[derive(Default)]
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn results_fit_by_number_and_by_length() {
        let digest = |number: usize| format!("{:x}", Sha256::digest(number.to_string()));
        let results: Vec<(Severity, String)> = (0..5_000)
            .map(|number| (Severity::Error, digest(number)))
            .collect();
        assert_eq!(fitting(&results, 100, usize::MAX), 100);
        assert_eq!(fitting(&results, usize::MAX, usize::MAX), 5_000);
        let some = fitting(&results, usize::MAX, 50_000);
        // A digest has 32 bytes; the encoder holds some of them back.
        assert!((1_000..4_000).contains(&some), "{some}");
    }

    #[test]
    fn the_most_severe_are_kept_in_their_order() {
        let results = vec![
            (Severity::Info, 0),
            (Severity::Error, 1),
            (Severity::Warning, 2),
            (Severity::Error, 3),
        ];
        let order: Vec<usize> = most_severe_first(&results).collect();
        assert_eq!(order, [1, 3, 2, 0]);
        assert_eq!(within(results), (vec![0, 1, 2, 3], 0));
    }
}
