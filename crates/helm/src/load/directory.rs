//! A chart in a directory (Helm: pkg/chart/v2/loader/directory.go, internal/sympath/walk.go): entries in byte order of their
//! names, `.helmignore` applied to directories and files, symbolic links followed as far as the loader's owner allows.

use std::fs;
use std::path::{Path, PathBuf};

use super::ignore::Rules;
use super::{LoadError, LoadOptions, MAX_CHART_SIZE, MAX_FILE_SIZE, MAX_FILES, reason};
use crate::chart::SourceFile;

/// Deeper than any chart with subcharts; a link to a parent directory ends here.
const MAX_DEPTH: usize = 64;

/// The directory of a chart, and where links in it may lead.
pub(super) struct Directory<'a> {
    root: &'a Path,
    allowed: Vec<PathBuf>,
}

impl<'a> Directory<'a> {
    /// The chart at `root`, which is absolute.
    pub(super) fn new(root: &'a Path, options: &LoadOptions) -> Result<Self, LoadError> {
        let mut allowed = vec![canonical(root)?];
        if let Some(within) = &options.links_within {
            allowed.push(canonical(within)?);
        }
        Ok(Directory { root, allowed })
    }

    /// A file that is read before the others, whatever is ignored; nothing when it is not there.
    pub(super) fn file(&self, name: &str) -> Result<Option<Vec<u8>>, LoadError> {
        let path = self.root.join(name);
        let mut meta = match fs::symlink_metadata(&path) {
            Ok(meta) => meta,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(cannot_open(&path, &e)),
        };
        if meta.is_symlink() {
            let target = canonical(&path)?;
            if !self.allowed.iter().any(|root| target.starts_with(root)) {
                return Err(leads_outside(name));
            }
            meta = fs::metadata(&target).map_err(|e| cannot_open(&path, &e))?;
        }
        if !meta.is_file() {
            return Err(irregular(&path));
        }
        if meta.len() > MAX_FILE_SIZE {
            return Err(too_large(name));
        }
        fs::read(&path)
            .map(Some)
            .map_err(|e| cannot_open(&path, &e))
    }
}

fn cannot_open(path: &Path, error: &std::io::Error) -> LoadError {
    LoadError::new(format!("open {}: {}", path.display(), reason(error)))
}

fn leads_outside(name: &str) -> LoadError {
    LoadError::new(format!(
        "symbolic link {name:?} leads outside of the chart; copy the file into the chart or list the link in .helmignore"
    ))
}

fn irregular(path: &Path) -> LoadError {
    LoadError::new(format!(
        "cannot load irregular file {} as it has file mode type bits set",
        path.display()
    ))
}

fn too_large(base: &str) -> LoadError {
    LoadError::new(format!(
        "chart file {base:?} is larger than the maximum file size {MAX_FILE_SIZE}"
    ))
}

/// Reads all files of a chart that its `.helmignore` leaves.
pub(super) fn read(directory: Directory<'_>) -> Result<Vec<SourceFile>, LoadError> {
    let rules = read_rules(&directory)?;
    let mut walk = Walk {
        rules,
        allowed: directory.allowed,
        files: Vec::new(),
        seen: 0,
        size: 0,
    };
    walk.directory(directory.root, "", 0)?;
    Ok(walk.files)
}

fn read_rules(directory: &Directory<'_>) -> Result<Rules, LoadError> {
    let rules = match directory.file(".helmignore")? {
        Some(bytes) => Rules::parse(&String::from_utf8_lossy(&bytes))
            .map_err(|e| LoadError::new(e.to_string()))?,
        None => Rules::default(),
    };
    Ok(rules.with_defaults())
}

fn canonical(path: &Path) -> Result<PathBuf, LoadError> {
    fs::canonicalize(path)
        .map_err(|e| LoadError::new(format!("{}: {}", path.display(), reason(&e))))
}

struct Walk {
    rules: Rules,
    allowed: Vec<PathBuf>,
    files: Vec<SourceFile>,
    seen: usize,
    size: u64,
}

impl Walk {
    fn directory(&mut self, dir: &Path, prefix: &str, depth: usize) -> Result<(), LoadError> {
        if depth > MAX_DEPTH {
            return Err(LoadError::new(format!(
                "chart directory {prefix:?} is nested more than {MAX_DEPTH} levels deep (a symbolic link to a parent?)"
            )));
        }
        let fail =
            |e: std::io::Error| LoadError::new(format!("open {}: {}", dir.display(), reason(&e)));
        let mut names = Vec::new();
        for entry in fs::read_dir(dir).map_err(fail)? {
            names.push(entry.map_err(fail)?.file_name());
            self.seen += 1;
            if self.seen > MAX_FILES {
                return Err(LoadError::new(format!(
                    "chart has more than {MAX_FILES} files; leave some out with a .helmignore"
                )));
            }
        }
        names.sort();
        for name in names {
            let path = dir.join(&name);
            let name = name.to_string_lossy();
            let relative = if prefix.is_empty() {
                name.into_owned()
            } else {
                format!("{prefix}/{name}")
            };
            self.entry(&path, relative, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: String, depth: usize) -> Result<(), LoadError> {
        let fail =
            |e: std::io::Error| LoadError::new(format!("lstat {}: {}", path.display(), reason(&e)));
        let mut meta = fs::symlink_metadata(path).map_err(fail)?;
        if meta.is_symlink() {
            let target = fs::canonicalize(path).map_err(|e| {
                LoadError::new(format!(
                    "error evaluating symlink {}: {}",
                    path.display(),
                    reason(&e)
                ))
            })?;
            meta = fs::metadata(&target).map_err(fail)?;
            // An ignored link is never followed, so it may point anywhere.
            if !self.rules.ignores(&name, meta.is_dir())
                && !self.allowed.iter().any(|root| target.starts_with(root))
            {
                return Err(leads_outside(&name));
            }
        }
        if self.rules.ignores(&name, meta.is_dir()) {
            return Ok(());
        }
        if meta.is_dir() {
            return self.directory(path, &name, depth + 1);
        }
        if !meta.is_file() {
            return Err(irregular(path));
        }
        self.file(path, name, meta.len())
    }

    fn file(&mut self, path: &Path, name: String, len: u64) -> Result<(), LoadError> {
        if len > MAX_FILE_SIZE {
            return Err(too_large(name.rsplit('/').next().unwrap_or(&name)));
        }
        let data = fs::read(path).map_err(|e| {
            LoadError::new(format!(
                "error reading {name}: open {}: {}",
                path.display(),
                reason(&e)
            ))
        })?;
        self.size += data.len() as u64;
        if self.size > MAX_CHART_SIZE {
            return Err(LoadError::new(format!(
                "chart is larger than the maximum size {MAX_CHART_SIZE}; leave files out with a .helmignore"
            )));
        }
        self.files.push(SourceFile::new(name, data));
        Ok(())
    }
}
