//! The only way out: everything a command prints goes through here.

use std::io::Write;

use super::Failure;
use crate::report;
use crate::workspace::Problem;

/// Writes results to standard output and everything else to standard error.
#[derive(Debug, Default)]
pub struct Output;

impl Output {
    /// Writes a result to standard output. A reader that has gone away is no mistake.
    pub fn result(&self, text: &str) {
        let _ = anstream::stdout().write_all(text.as_bytes());
    }

    /// Writes a remark to standard error.
    pub fn remark(&self, text: &str) {
        let _ = anstream::stderr().write_all(text.as_bytes());
    }

    /// Says why a command could not do its work.
    pub(super) fn failure(&self, failure: &Failure) {
        match failure {
            Failure::Problems(problems) => self.problems(problems),
            Failure::Other(error) => self.remark(&format!("error: {error:#}\n")),
        }
    }

    /// Says what is wrong with the configuration or the command line.
    pub fn problems(&self, problems: &[Problem]) {
        for problem in problems {
            self.remark(&report::text::problem(problem));
        }
    }
}
