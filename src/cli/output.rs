//! The only way out: everything a command prints or writes for others goes through here. It takes nothing but printable
//! text: what came from a file or a flag has been masked. What is not envlint's own in it gives no order to whoever reads it.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};

use super::Failure;
use crate::masking::{Name, Own, Printable, mask_lines, text, visible};
use crate::source::{Heading, Problem, render, write};

/// Half a result was written, to a full disk say: the exit status must say so.
static INCOMPLETE: AtomicBool = AtomicBool::new(false);

/// Writes results to standard output and everything else to standard error.
#[derive(Debug, Default)]
pub struct Output;

/// A file that a result is about to be added to.
#[derive(Debug)]
pub struct Appending<'p> {
    path: &'p Path,
    log: write::Log,
}

impl Appending<'_> {
    /// Adds it; it can be taken out again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(self, text: &Printable) -> Result<write::Added, Problem> {
        let added = self.log.append(text);
        added.map_err(|error| cannot_write(self.path, &error))
    }
}

/// A result that is about to be written to a file.
#[derive(Debug)]
pub struct PendingFile<'p> {
    path: &'p Path,
    pending: write::Pending,
}

impl PendingFile<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(self, text: &Printable) -> Result<(), Problem> {
        self.write_with(text, Own::Nothing)
    }

    fn write_with(self, text: &Printable, own: Own) -> Result<(), Problem> {
        let written = self.pending.write(&visible(text, own));
        written.map_err(|error| cannot_write(self.path, &error))
    }
}

/// What is envlint's own in a text that may have colours.
pub(super) fn own(colour: bool) -> Own {
    match colour {
        true => Own::Colours,
        false => Own::Nothing,
    }
}

fn cannot_write(path: &Path, error: &write::WriteError) -> Problem {
    Problem::without_place(text!("cannot write {}: {}", path, error))
}

impl Output {
    /// Whether results may be coloured: standard output is a terminal, and nobody asked for none (`NO_COLOR`).
    pub fn colour(&self) -> bool {
        AutoStream::choice(&io::stdout()) != ColorChoice::Never
    }

    /// How many columns standard output has, where it is a terminal.
    pub fn columns(&self) -> Option<usize> {
        let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
        Some(usize::from(width.0))
    }

    /// Writes a result to standard output.
    pub fn result(&self, text: impl Into<Printable>) {
        self.result_with(text, Own::Nothing);
    }

    /// Writes a result with what is envlint's own in it to standard output.
    pub fn result_with(&self, text: impl Into<Printable>, own: Own) {
        self.write(anstream::stdout(), &visible(&text.into(), own));
    }

    /// Writes all of a text, or says that it could not be done. A reader that has gone away is no mistake.
    fn write(&self, mut stream: impl Write, text: &str) {
        let written = stream
            .write_all(text.as_bytes())
            .and_then(|()| stream.flush());
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                INCOMPLETE.store(true, Ordering::Relaxed);
                self.remark(text!("error: cannot write to standard output: {}\n", error));
            }
            _ => {}
        }
    }

    /// Whether everything that was to be printed was.
    pub fn is_complete() -> bool {
        !INCOMPLETE.load(Ordering::Relaxed)
    }

    /// Writes manifests that another program may read. On a terminal their secrets are masked, those that a chart makes
    /// up included; into a pipe or a file they go as they are, since they would not be what is deployed otherwise.
    pub fn manifests(&self, text: &str) {
        if io::stdout().is_terminal() {
            self.result(mask_lines(text));
            return;
        }
        self.write(io::stdout(), text);
    }

    /// Writes a remark to standard error.
    pub fn remark(&self, text: impl Into<Printable>) {
        self.remark_with(text, Own::Nothing);
    }

    /// Says on a terminal how much of a long work is done, in place of what was said before.
    pub fn progress(&self, done: usize, all: usize, of: &'static str) {
        if !io::stderr().is_terminal() {
            return;
        }
        let end = if done == all { "\n" } else { "" };
        let line = format!("\r{done} of {all} {of}{end}");
        let _ = anstream::stderr().write_all(line.as_bytes());
    }

    /// Writes a remark with what is envlint's own in it to standard error.
    pub fn remark_with(&self, text: impl Into<Printable>, own: Own) {
        let _ = anstream::stderr().write_all(visible(&text.into(), own).as_bytes());
    }

    /// Writes a result to a file as a whole or not at all, and into what is no file, a device or a pipe.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn file(&self, path: &Path, text: &Printable, own: Own) -> Result<(), Problem> {
        self.pending(path, text)?.write_with(text, own)
    }

    /// Gets ready to write a text of about this length, so that nothing else is written when it cannot be.
    ///
    /// # Errors
    /// When it cannot be written there.
    pub fn pending<'p>(
        &self,
        path: &'p Path,
        like: &Printable,
    ) -> Result<PendingFile<'p>, Problem> {
        let pending = write::Pending::new(path, like);
        let pending = pending.map_err(|error| cannot_write(path, &error))?;
        Ok(PendingFile { path, pending })
    }

    /// Gets ready to add lines to a file, so that nothing else is written when it cannot be.
    ///
    /// # Errors
    /// When it cannot be written there.
    pub fn appending<'p>(&self, path: &'p Path) -> Result<Appending<'p>, Problem> {
        let log = write::Log::open(path).map_err(|error| cannot_write(path, &error))?;
        Ok(Appending { path, log })
    }

    /// Says why a command could not do its work.
    pub(super) fn failure(&self, failure: &Failure) {
        match failure {
            Failure::Problems(problems) => self.problems(problems),
            Failure::Other(words) => self.remark(text!("error: {}\n", words)),
        }
    }

    /// Keeps the words of a defect, which may quote a value, off the terminal: only its place in envlint is said.
    pub fn quiet_defects() {
        std::panic::set_hook(Box::new(|defect| {
            let place = defect.location();
            let place = place.map(|place| text!(" at {}:{}", Name(place.file()), place.line()));
            Output.remark(text!(
                "error: envlint crashed{}; this is a bug, please report it\n",
                place.unwrap_or_default()
            ));
        }));
    }

    /// Says what is wrong with the configuration or the command line.
    pub fn problems(&self, problems: &[Problem]) {
        self.said(Heading::ERROR, problems);
    }

    /// Says what a rule finds, for a command that goes on nevertheless.
    pub(super) fn findings(&self, rule: &'static str, problems: &[Problem]) {
        let heading = Heading {
            label: Some(rule),
            ..Heading::ERROR
        };
        self.said(heading, problems);
    }

    fn said(&self, heading: Heading, problems: &[Problem]) {
        let colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        for problem in problems {
            let place = problem.location.as_ref();
            let mut shown = render(heading, problem, place, None, colour);
            shown.push("\n\n");
            self.remark_with(shown, own(colour));
        }
    }
}
