//! The only way out: everything a command prints or writes for others goes through here, and is masked here.

use std::io::{self, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};

use super::Failure;
use crate::report;
use crate::secrets::masking;
use crate::workspace::Problem;

/// Writes results to standard output and everything else to standard error, with secrets masked.
#[derive(Debug, Default)]
pub struct Output;

impl Output {
    /// Whether results may be coloured: standard output is a terminal, and nobody asked for none (`NO_COLOR`).
    pub fn colour(&self) -> bool {
        AutoStream::choice(&io::stdout()) != ColorChoice::Never
    }

    /// Writes a result to standard output. A reader that has gone away is no mistake.
    pub fn result(&self, text: &str) {
        let mut stream = anstream::stdout();
        let _ = stream.write_all(masking::mask(text).as_bytes());
        let _ = stream.flush();
    }

    /// Writes a remark to standard error.
    pub fn remark(&self, text: &str) {
        let _ = anstream::stderr().write_all(masking::mask(text).as_bytes());
    }

    /// Writes a result to a file, as a whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn file(&self, path: &Path, text: &str) -> anyhow::Result<()> {
        write_atomically(path, &masking::mask(text))
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
        let colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        for problem in problems {
            self.remark(&(report::text::problem(problem, colour) + "\n"));
        }
    }
}

/// Writes a file by way of a temporary one beside it, so that an interrupted run leaves the old file. The text is
/// written as it is: this is also how a person's own values files are changed. Anything that reports goes through
/// [`Output::file`].
///
/// # Errors
/// When the directory does not exist or cannot be written to.
pub fn write_atomically(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = |error: io::Error| anyhow::anyhow!("cannot write {}: {error}", path.display());
    // Through a link, the file that it names is written, and the link stays.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = target
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".envlint-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A file that is replaced keeps its permissions; a new one gets those that the user's mask leaves.
        let mode = std::fs::metadata(&target).map_or(0o666, |data| data.permissions().mode());
        builder.permissions(std::fs::Permissions::from_mode(mode & 0o777));
    }
    let mut file = builder.tempfile_in(directory).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}
