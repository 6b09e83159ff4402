//! Writing a file so that an interrupted run leaves the old one: nobody deploys half a file.

mod all;
mod lock;
mod place;
mod replacement;
mod temporary;

use std::fs;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::{
    thread,
    time::{Duration, Instant},
};

use tempfile::NamedTempFile;

pub use all::{AllError, NewFile, all};
pub use replacement::{NotReplaced, Replaced, Replacement, replace_all, take_back};

use crate::masking::{Say, Speech};

/// Why a file was not written. In every case the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Another program changed the file after it was read.
    #[error("it changed on disk after it was read, so nothing was written; run the command again")]
    Changed,
    /// Another run of this program writes it, and does not come to an end.
    #[error("another run of envlint is writing it, so nothing was written; run the command again")]
    Busy,
    /// A file of this name is there already.
    #[error("it already exists, so nothing was written")]
    Exists,
    /// The file is somewhere else: writing would change the values of whoever it belongs to.
    #[error(
        "a symbolic link leads from it to {}, so nothing was written; replace the link with a file",
        .0.display()
    )]
    Link(PathBuf),
    /// A directory on the way is a link out of the repository.
    #[error("the link {} leads out of the repository, to {}, so nothing was written", .0.display(), .1.display())]
    Outside(PathBuf, PathBuf),
    /// Its permissions let nobody write it, or not the one who runs this.
    #[error("it is read-only, so nothing was written; make it writable first")]
    ReadOnly,
    /// The operating system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The words of the operating system are among it.
impl Say for WriteError {
    fn say(&self, speech: &mut Speech<'_, '_>) -> std::fmt::Result {
        speech.other(self)
    }
}

/// Replaces the text of a file, unless it is no longer the text that was read. Owner and permissions stay. `path` is absolute
/// and has no links in it: the values file of one environment may be a link to that of another.
///
/// The new text goes to a temporary file beside the target and is renamed onto it when it is safe on the disk.
///
/// # Errors
/// When the file is not the one that was read, or cannot be written.
pub fn replace(path: &Path, read: &str, text: &str) -> Result<(), WriteError> {
    Replacement::stage(path, read, text)?.put().map(drop)
}

/// Creates a file with this text; `overwrite` says what to do when one is there. A link is replaced by a file.
///
/// # Errors
/// When the file exists and must not be overwritten, or cannot be written.
pub fn create(path: &Path, text: &str, overwrite: bool) -> Result<(), WriteError> {
    place::confined(path)?;
    let temporary = temporary::beside(path, text.as_bytes(), false)?;
    if overwrite {
        place::writable(path)?;
        return persist(temporary, path);
    }
    temporary.as_file().sync_all()?;
    temporary
        .persist_noclobber(path)
        .map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::Exists,
            _ => WriteError::Io(error.error),
        })?;
    sync_directory(path);
    Ok(())
}

/// A result that is about to be written to a path that the user named: what can stand in its way does so before anything else
/// is written.
#[derive(Debug)]
pub struct Pending {
    path: PathBuf,
    to: To,
}

#[derive(Debug)]
enum To {
    File(NamedTempFile),
    /// A device, a pipe, a socket, or a stream of the process: what is there is written into, and stays.
    Stream(fs::File),
}

impl Pending {
    /// Gets ready to write a text of about this length.
    ///
    /// # Errors
    /// When it cannot be written there.
    pub fn new(path: &Path, like: &str) -> Result<Pending, WriteError> {
        place::confined(path)?;
        // Who commits a link does not choose the device that is written into: such a link is replaced.
        let is_planted = place::leads_out(path).map_or(true, |target| target.is_some());
        let to = match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => {
                return Err(WriteError::Io(io::ErrorKind::IsADirectory.into()));
            }
            Ok(meta) if !is_planted && (!meta.is_file() || place::is_stream(path)) => {
                To::Stream(stream(path)?)
            }
            _ => {
                place::writable(path)?;
                To::File(temporary::beside(path, like.as_bytes(), false)?)
            }
        };
        Ok(Pending {
            path: path.to_owned(),
            to,
        })
    }

    /// Writes the text: to a file as a whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(self, text: &str) -> Result<(), WriteError> {
        match self.to {
            To::Stream(mut stream) => Ok(stream.write_all(text.as_bytes())?),
            To::File(mut temporary) => {
                let file = temporary.as_file_mut();
                file.rewind()?;
                file.write_all(text.as_bytes())?;
                file.set_len(text.len() as u64)?;
                persist(temporary, &self.path)
            }
        }
    }
}

/// A file that lines are about to be added to. Others add theirs, so it is not replaced.
#[derive(Debug)]
pub struct Log(fs::File);

/// Lines that were added to a file, and can be taken out again.
#[derive(Debug)]
pub struct Added {
    file: fs::File,
    /// How long the file was before; none for what is no file, where nothing can be taken back.
    length: Option<u64>,
}

impl Added {
    /// Takes the lines out again, as far as that can be done.
    pub fn take_back(&self) {
        if let Some(length) = self.length {
            let _ = self.file.set_len(length);
        }
    }
}

impl Log {
    /// Opens it; it is made where it is not there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn open(path: &Path) -> Result<Log, WriteError> {
        place::confined(path)?;
        if let Some(target) = place::leads_out(path)? {
            return Err(WriteError::Outside(path.to_owned(), target));
        }
        Ok(Log(match path.exists() {
            true => stream(path)?,
            false => fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)?,
        }))
    }

    /// Adds lines at its end, all of them or none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(self, lines: &str) -> Result<Added, WriteError> {
        let meta = self.0.metadata()?;
        let mut added = Added {
            length: meta.is_file().then_some(meta.len()),
            file: self.0,
        };
        match added.file.write_all(lines.as_bytes()) {
            Ok(()) => Ok(added),
            Err(error) => {
                added.take_back();
                Err(error.into())
            }
        }
    }
}

/// How long a reader of a pipe may take to come.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens what is there to write at its end. A pipe that nobody reads is an error, and no endless wait.
#[cfg(unix)]
fn stream(path: &Path) -> io::Result<fs::File> {
    use rustix::fs::{OFlags, fcntl_setfl};
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
    options.append(true).custom_flags(flags);
    let start = Instant::now();
    let file = loop {
        match options.open(path) {
            Ok(file) => break file,
            Err(error) if Some(rustix::io::Errno::NXIO.raw_os_error()) != error.raw_os_error() => {
                return Err(error);
            }
            Err(_) if start.elapsed() > PATIENCE => {
                return Err(io::Error::other("nobody reads this pipe"));
            }
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    };
    fcntl_setfl(&file, OFlags::APPEND)?;
    Ok(file)
}

#[cfg(not(unix))]
fn stream(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().append(true).open(path)
}

fn persist(temporary: NamedTempFile, path: &Path) -> Result<(), WriteError> {
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    sync_directory(path);
    Ok(())
}

/// Makes the rename itself safe. Not every file system can, and then the rename is as safe as it gets.
fn sync_directory(path: &Path) {
    if let Some(directory) = path.parent()
        && let Ok(directory) = fs::File::open(directory)
    {
        let _ = directory.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where temporary files are may be behind a link.
    fn without_links(directory: &tempfile::TempDir) -> PathBuf {
        fs::canonicalize(directory.path()).unwrap()
    }

    #[test]
    fn a_file_that_changed_since_it_was_read_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = without_links(&directory).join("values.yaml");
        fs::write(&path, "b: 2\n").unwrap();
        assert!(matches!(
            replace(&path, "a: 1\n", "a: 2\n"),
            Err(WriteError::Changed)
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "b: 2\n");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_existing_file_is_overwritten_only_when_that_was_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("envlint.yaml");
        create(&path, "one", false).unwrap();
        assert!(matches!(
            create(&path, "two", false),
            Err(WriteError::Exists)
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        create(&path, "two", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_written_into() {
        Pending::new(Path::new("/dev/null"), "")
            .and_then(|pending| pending.write("gone"))
            .unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report");
        Pending::new(&path, "a longer text")
            .and_then(|pending| pending.write("short"))
            .unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "short");
        assert!(Pending::new(directory.path(), "").is_err());
        assert!(Pending::new(&directory.path().join("no/report"), "").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn no_link_of_a_repository_leads_out_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let (top, outside) = (directory.path().join("top"), directory.path().join("out"));
        for made in [&top.join(".git"), &top.join("in"), &outside] {
            fs::create_dir_all(made).unwrap();
        }
        fs::write(top.join(".git/HEAD"), "").unwrap();
        std::os::unix::fs::symlink(&outside, top.join("hooks")).unwrap();
        std::os::unix::fs::symlink("in", top.join("inner")).unwrap();
        for path in ["hooks/x", "hooks/deep/er/x", "inner/../hooks/x"] {
            let refused = create(&top.join(path), "text", true);
            assert!(
                matches!(refused, Err(WriteError::Outside(..))),
                "{path}: {refused:?}"
            );
        }
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
        create(&top.join("inner/x"), "text", true).unwrap();
        assert!(top.join("in/x").exists());
        // Who names the other place says so.
        create(&outside.join("x"), "text", true).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_of_a_repository_chooses_neither_a_device_nor_a_file_outside() {
        let directory = tempfile::tempdir().unwrap();
        let top = without_links(&directory).join("top");
        fs::create_dir_all(top.join(".git")).unwrap();
        fs::write(top.join(".git/HEAD"), "").unwrap();
        fs::write(directory.path().join("outside"), "keep").unwrap();
        let (device, outside) = (top.join("report"), top.join("outputs"));
        std::os::unix::fs::symlink("/dev/null", &device).unwrap();
        std::os::unix::fs::symlink("../outside", &outside).unwrap();
        Pending::new(&device, "")
            .and_then(|pending| pending.write("text"))
            .unwrap();
        assert_eq!(fs::read_to_string(&device).unwrap(), "text");
        assert!(!fs::symlink_metadata(&device).unwrap().is_symlink());
        let refused = Log::open(&outside);
        assert!(matches!(refused, Err(WriteError::Outside(..))));
        let kept = fs::read_to_string(directory.path().join("outside"));
        assert_eq!(kept.unwrap(), "keep");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_are_not_followed() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (
            without_links(&directory).join("values.yaml"),
            without_links(&directory).join("link.yaml"),
        );
        fs::write(&path, "a: 1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("values.yaml", &link).unwrap();
        let refused = replace(&link, "a: 1\n", "a: 2\n");
        assert!(matches!(refused, Err(WriteError::Link(target)) if target == path));
        assert_eq!(fs::read_to_string(&path).unwrap(), "a: 1\n");
        replace(&path, "a: 1\n", "a: 2\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a: 2\n");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
    }
}
