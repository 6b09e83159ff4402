//! A chart in a directory (Helm: pkg/chart/v2/loader/directory.go, internal/sympath/walk.go): entries in byte order of their
//! names, `.helmignore` applied to directories and files, symbolic links followed as far as the loader's owner allows.

use std::cell::OnceCell;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::allowance::Allowance;
use super::ignore::Rules;
use super::options::{LoadError, LoadOptions, MAX_CHART_SIZE, MAX_FILES};
use crate::source::SourceFile;
use crate::system::reason;

/// Deeper than any chart with subcharts; a link to a parent directory ends here.
const MAX_DEPTH: usize = 64;

/// The directory of a chart, and what has been read of it already.
pub(super) struct Directory<'a> {
    root: &'a Path,
    links: Links<'a>,
    read: Vec<(&'static str, Vec<u8>)>,
}

impl<'a> Directory<'a> {
    /// The chart at `root`, which is absolute.
    pub(super) fn new(root: &'a Path, options: &'a LoadOptions) -> Self {
        Directory {
            root,
            links: Links {
                root,
                within: options.links_within.as_deref(),
                allowed: OnceCell::new(),
            },
            read: Vec::new(),
        }
    }

    /// A file that is read before the others, whatever is ignored; nothing when it is not there.
    pub(super) fn file(&mut self, name: &'static str) -> Result<Option<&[u8]>, LoadError> {
        let path = self.root.join(name);
        let mut kind = match fs::symlink_metadata(&path) {
            Ok(meta) => meta.file_type(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(cannot_open(&path, &e)),
        };
        if kind.is_symlink() {
            let target = canonical(&path)?;
            if !self.links.may_lead_to(&target)? {
                return Err(leads_outside(name));
            }
            let meta = fs::metadata(&target).map_err(|e| cannot_open(&path, &e))?;
            kind = meta.file_type();
        }
        if !kind.is_file() {
            return Err(LoadError::irregular(&path));
        }
        let data = read_file(&path, name, MAX_CHART_SIZE, |e| cannot_open(&path, e))?;
        self.read.push((name, data));
        Ok(self.read.last().map(|(_, data)| data.as_slice()))
    }
}

/// Where symbolic links in a chart may lead.
struct Links<'a> {
    root: &'a Path,
    within: Option<&'a Path>,
    /// The places without links in them. Few charts have links.
    allowed: OnceCell<Vec<PathBuf>>,
}

impl Links<'_> {
    fn may_lead_to(&self, target: &Path) -> Result<bool, LoadError> {
        let allowed = match self.allowed.get() {
            Some(allowed) => allowed,
            None => {
                let places = std::iter::once(self.root).chain(self.within);
                let places = places.map(canonical).collect::<Result<_, _>>()?;
                self.allowed.get_or_init(|| places)
            }
        };
        Ok(allowed.iter().any(|place| target.starts_with(place)))
    }
}

/// Reads a regular file as long as it is when it is opened, and no more than `budget` bytes (Helm: ReadFileWithBudget).
fn read_file(
    path: &Path,
    name: &str,
    budget: u64,
    fail: impl Fn(&std::io::Error) -> LoadError,
) -> Result<Vec<u8>, LoadError> {
    let file = fs::File::open(path).map_err(|e| fail(&e))?;
    let length = file.metadata().map_err(|e| fail(&e))?.len();
    if length > budget {
        return Err(LoadError::new(format!(
            "error reading {name}: chart exceeds maximum decompressed size of {MAX_CHART_SIZE} bytes"
        )));
    }
    let mut data = Vec::with_capacity(length as usize);
    file.take(length)
        .read_to_end(&mut data)
        .map_err(|e| fail(&e))?;
    Ok(data)
}

fn cannot_open(path: &Path, error: &std::io::Error) -> LoadError {
    LoadError::new(format!("open {}: {}", path.display(), reason(error)))
}

/// Refuses a chart that is a link out of the place that links are held to.
pub(super) fn held(path: &Path, within: &Path) -> Result<(), LoadError> {
    let (target, within) = (canonical(path)?, canonical(within)?);
    match target.starts_with(&within) {
        true => Ok(()),
        false => Err(LoadError::of_link(format!(
            "the chart {} is a link out of the directory that may be read",
            path.display()
        ))),
    }
}

fn leads_outside(name: &str) -> LoadError {
    LoadError::of_link(format!(
        "symbolic link {name:?} leads outside of the chart; copy the file into the chart or list the link in .helmignore"
    ))
}

/// Reads all files of a chart that its `.helmignore` leaves.
pub(super) fn read(
    mut directory: Directory<'_>,
    allowance: &Allowance,
) -> Result<Vec<SourceFile>, LoadError> {
    let mut walk = Walk {
        allowance,
        rules: read_rules(&mut directory)?,
        links: directory.links,
        read: directory.read,
        files: Vec::new(),
        seen: 0,
        budget: MAX_CHART_SIZE,
    };
    walk.directory(directory.root, "", 0)?;
    Ok(walk.files)
}

fn read_rules(directory: &mut Directory<'_>) -> Result<Rules, LoadError> {
    let rules = match directory.file(".helmignore")? {
        Some(bytes) => Rules::parse(&String::from_utf8_lossy(bytes))
            .map_err(|e| LoadError::new(e.to_string()))?,
        None => Rules::default(),
    };
    Ok(rules.with_defaults())
}

fn canonical(path: &Path) -> Result<PathBuf, LoadError> {
    fs::canonicalize(path)
        .map_err(|e| LoadError::new(format!("{}: {}", path.display(), reason(&e))))
}

struct Walk<'a> {
    allowance: &'a Allowance,
    rules: Rules,
    links: Links<'a>,
    /// What was read before, by its name in the chart
    read: Vec<(&'static str, Vec<u8>)>,
    files: Vec<SourceFile>,
    seen: usize,
    /// How many bytes may still be read
    budget: u64,
}

impl Walk<'_> {
    fn directory(&mut self, dir: &Path, prefix: &str, depth: usize) -> Result<(), LoadError> {
        if depth > MAX_DEPTH {
            return Err(LoadError::new(format!(
                "chart directory {prefix:?} is nested more than {MAX_DEPTH} levels deep (a symbolic link to a parent?)"
            )));
        }
        let fail =
            |e: std::io::Error| LoadError::new(format!("open {}: {}", dir.display(), reason(&e)));
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            // The directory says what most of its entries are, without a look at them.
            entries.push((entry.file_name(), entry.file_type().map_err(fail)?));
            self.seen += 1;
            if self.seen > MAX_FILES {
                let message = format!(
                    "chart has more than {MAX_FILES} files; leave some out with a .helmignore"
                );
                return Err(LoadError::new(message).at_limit(true));
            }
        }
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, kind) in entries {
            let path = dir.join(&name);
            let name = name.to_string_lossy();
            let relative = match prefix {
                "" => name.into_owned(),
                _ => format!("{prefix}/{name}"),
            };
            self.entry(&path, kind, relative, depth)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        path: &Path,
        mut kind: fs::FileType,
        name: String,
        depth: usize,
    ) -> Result<(), LoadError> {
        self.allowance.try_rules(self.rules.cost())?;
        if kind.is_symlink() {
            let target = fs::canonicalize(path).map_err(|e| {
                LoadError::of_link(format!(
                    "error evaluating symlink {}: {}",
                    path.display(),
                    reason(&e)
                ))
            })?;
            let meta = fs::metadata(&target).map_err(|e| cannot_open(path, &e))?;
            kind = meta.file_type();
            // An ignored link is never followed, so it may point anywhere.
            if !self.rules.ignores(&name, kind.is_dir()) && !self.links.may_lead_to(&target)? {
                return Err(leads_outside(&name));
            }
        }
        if self.rules.ignores(&name, kind.is_dir()) {
            return Ok(());
        }
        if kind.is_dir() {
            return self.directory(path, &name, depth + 1);
        }
        if !kind.is_file() {
            return Err(LoadError::irregular(path));
        }
        self.file(path, name)
    }

    fn file(&mut self, path: &Path, name: String) -> Result<(), LoadError> {
        let data = match self.read.iter().position(|(read, _)| *read == name) {
            Some(at) => self.read.swap_remove(at).1,
            None => read_file(path, &name, self.budget, |e| {
                LoadError::new(format!(
                    "error reading {name}: open {}: {}",
                    path.display(),
                    reason(e)
                ))
            })?,
        };
        self.budget = self.budget.saturating_sub(data.len() as u64);
        self.allowance.spend(data.len() as u64)?;
        self.files.push(SourceFile::new(name, data));
        Ok(())
    }
}
