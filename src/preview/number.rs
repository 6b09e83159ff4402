//! The number of a pull request.

use std::fmt;

use crate::masking::{Said, text};
use crate::source::Problem;

/// The number of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PullRequest(u32);

/// A larger number is none: names that are made of it must stay short.
const LARGEST: u32 = 999_999_999;

impl PullRequest {
    /// Reads a number.
    ///
    /// # Errors
    /// When the text is no number of a pull request.
    pub fn read(text: &str) -> Result<PullRequest, Problem> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let is_number =
            digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        let number = digits
            .parse()
            .ok()
            .filter(|number| is_number && *number <= LARGEST);
        number.map(PullRequest).ok_or_else(|| {
            Problem::without_place(text!("`{}` is no number of a pull request", Said(text)))
                .help(text!("give a number from 1 to {}: --pr 107", LARGEST))
        })
    }
}

impl fmt::Display for PullRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_pull_requests_are_taken() {
        for (text, is_taken) in [
            ("107", true),
            ("#107", true),
            ("999999999", true),
            ("0", false),
            ("007", false),
            ("1000000000", false),
            ("99999999999999999999", false),
            ("-1", false),
            ("+1", false),
            ("1.0", false),
            ("$(id)", false),
            ("", false),
        ] {
            assert_eq!(PullRequest::read(text).is_ok(), is_taken, "{text}");
        }
    }
}
