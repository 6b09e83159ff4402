//! A chart in a gzipped tar archive (Helm: pkg/chart/loader/archive/archive.go).
//!
//! Nothing is ever unpacked to disk, and sizes are checked while inflating, so an archive that lies about them, or that inflates
//! out of proportion, stops at the limit. Stricter than Helm in some points: links and devices are refused (Helm makes them empty
//! files, which no chart can want), and so are sparse files (their holes are content that no byte of the archive stands for),
//! names that no system has room for, and two entries of one name (Helm takes the last, a scanner might show the first).

use std::collections::HashSet;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::allowance::Allowance;
use super::options::{LoadError, MAX_CHART_SIZE, MAX_FILES};
use super::sniff;
use crate::source::SourceFile;
use crate::system::reason;

/// The compressed size that is read at all.
const MAX_ARCHIVE_SIZE: u64 = MAX_CHART_SIZE;
/// The longest name of a file (Linux: PATH_MAX).
const MAX_NAME: usize = 4096;
/// Headers and padding of [`MAX_FILES`] entries on top of the content.
const MAX_STREAM_SIZE: u64 = MAX_CHART_SIZE + 1024 * (MAX_FILES as u64) + 64 * 1024;

/// Why an archive could not be read: Helm's top level hides the reason of all but the first.
pub(super) enum ArchiveError {
    Header,
    Other(String),
}

/// Reads the files of the archive at `path`.
pub(super) fn read_file(path: &Path, allowance: &Allowance) -> Result<Vec<SourceFile>, LoadError> {
    let shown = path.display();
    let cannot = |e: std::io::Error| {
        LoadError::new(format!("file '{shown}' cannot be read: {}", reason(&e)))
    };
    let file = fs::File::open(path)
        .map_err(|e| LoadError::new(format!("open {shown}: {}", reason(&e))))?;
    let mut data = Vec::new();
    file.take(MAX_ARCHIVE_SIZE + 1)
        .read_to_end(&mut data)
        .map_err(cannot)?;
    if data.len() as u64 > MAX_ARCHIVE_SIZE {
        return Err(LoadError::new(format!(
            "file '{shown}' is larger than the maximum size {MAX_ARCHIVE_SIZE}"
        )));
    }
    if !data.starts_with(b"\x1f\x8b\x08") {
        if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            return Err(LoadError::new(format!(
                "file '{shown}' seems to be a YAML file, but expected a gzipped archive"
            )));
        }
        let kind = sniff::content_type(&data);
        return Err(LoadError::new(format!(
            "file '{shown}' does not appear to be a gzipped archive; got '{kind}'"
        )));
    }
    read(&data, allowance).map_err(|e| match e {
        ArchiveError::Header => {
            LoadError::new(format!("file '{shown}' does not appear to be a valid chart file (details: gzip: invalid header)"))
        }
        ArchiveError::Other(why) => LoadError::new(format!("unable to load chart archive {shown}: {why}")),
    })
}

/// Reads the files of an archive in memory; the first path element (the chart's directory) is dropped.
pub(super) fn read(data: &[u8], allowance: &Allowance) -> Result<Vec<SourceFile>, ArchiveError> {
    let inflate = MultiGzDecoder::new(Cursor::new(data));
    if inflate.header().is_none() {
        return Err(ArchiveError::Header);
    }
    let mut archive = tar::Archive::new(allowance.meter(inflate.take(MAX_STREAM_SIZE), data.len()));
    let mut files: Vec<SourceFile> = Vec::new();
    let mut names = HashSet::new();
    let mut remaining = MAX_CHART_SIZE;
    let mut entries = 0;
    for entry in archive.entries().map_err(corrupt)? {
        let entry = entry.map_err(corrupt)?;
        entries += 1;
        if entries > MAX_FILES {
            return Err(ArchiveError::Other(format!(
                "chart has more than {MAX_FILES} files"
            )));
        }
        let Some(file) = read_entry(entry, &mut remaining)? else {
            continue;
        };
        if !names.insert(file.name().to_owned()) {
            return Err(ArchiveError::Other(format!(
                "chart archive contains {:?} twice",
                file.name()
            )));
        }
        files.push(file);
    }
    if files.is_empty() {
        return Err(ArchiveError::Other("no files in chart archive".to_owned()));
    }
    Ok(files)
}

fn corrupt(error: std::io::Error) -> ArchiveError {
    ArchiveError::Other(error.to_string())
}

fn read_entry<R: Read>(
    mut entry: tar::Entry<'_, R>,
    remaining: &mut u64,
) -> Result<Option<SourceFile>, ArchiveError> {
    let raw = entry.path_bytes();
    if raw.len() > MAX_NAME {
        return Err(ArchiveError::Other(format!(
            "chart archive contains a name of more than {MAX_NAME} bytes"
        )));
    }
    let name = String::from_utf8_lossy(&raw).into_owned();
    let kind = entry.header().entry_type();
    if kind.is_dir()
        || name.ends_with('/')
        || kind.is_pax_global_extensions()
        || kind.is_pax_local_extensions()
    {
        return Ok(None);
    }
    if kind.is_gnu_sparse() || has_holes(&mut entry)? {
        return Err(ArchiveError::Other(format!(
            "chart archive contains {name:?}, which is a sparse file; pack the chart with `helm package`"
        )));
    }
    if !(kind.is_file() || kind.is_contiguous()) {
        return Err(ArchiveError::Other(format!(
            "chart archive contains {name:?}, which is a link or a device and not a file"
        )));
    }
    let clean = inner_name(&name).map_err(ArchiveError::Other)?;
    let size = entry.size();
    let too_large = || {
        ArchiveError::Other(format!(
            "decompressed chart is larger than the maximum size {MAX_CHART_SIZE}"
        ))
    };
    if size > *remaining {
        return Err(too_large());
    }
    let mut data = Vec::new();
    let read = entry
        .by_ref()
        .take(*remaining)
        .read_to_end(&mut data)
        .map_err(corrupt)? as u64;
    *remaining = remaining.saturating_sub(read);
    if read < size || *remaining == 0 {
        return Err(too_large());
    }
    Ok(Some(SourceFile::new(clean, data)))
}

/// Whether an extended header says that a file is sparse (GNU tar: "Storing Sparse Files", the formats 0.0 to 1.0).
fn has_holes<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<bool, ArchiveError> {
    let extensions = entry.pax_extensions().map_err(corrupt)?;
    let mut keys = extensions.into_iter().flatten().flatten();
    Ok(keys.any(|known| known.key_bytes().starts_with(b"GNU.sparse.")))
}

/// The name inside the chart, or Helm's refusal of a path that would leave it.
fn inner_name(name: &str) -> Result<String, String> {
    let delimiter = if name.contains('\\') { '\\' } else { '/' };
    let (first, rest) = name.split_once(delimiter).unwrap_or((name, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err("chart illegally contains absolute paths".to_owned());
    }
    let clean = clean(&rest);
    if clean == "." {
        return Err(format!(
            "chart illegally contains content outside the base directory: {name:?}"
        ));
    }
    if clean.starts_with("..") {
        return Err("chart illegally references parent directory".to_owned());
    }
    let bytes = clean.as_bytes();
    if bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1..3) == Some(b":/") {
        return Err("chart contains illegally named files".to_owned());
    }
    if first == "Chart.yaml" {
        return Err("chart yaml not in base directory".to_owned());
    }
    Ok(clean)
}

/// Go's `path.Clean` of a relative path.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_chart() {
        let cases = [
            ("demo/Chart.yaml", Ok("Chart.yaml")),
            ("demo/templates/./a//b.yaml", Ok("templates/a/b.yaml")),
            ("demo\\templates\\a.yaml", Ok("templates/a.yaml")),
            (
                "demo/../../etc/passwd",
                Err("chart illegally references parent directory"),
            ),
            (
                "demo/..hidden",
                Err("chart illegally references parent directory"),
            ),
            (
                "demo//etc/passwd",
                Err("chart illegally contains absolute paths"),
            ),
            ("/etc", Ok("etc")),
            (
                "loose",
                Err("chart illegally contains content outside the base directory: \"loose\""),
            ),
            ("demo/c:/x", Err("chart contains illegally named files")),
            ("Chart.yaml/x", Err("chart yaml not in base directory")),
        ];
        for (name, expected) in cases {
            assert_eq!(
                inner_name(name).as_deref().map_err(String::as_str),
                expected,
                "{name}"
            );
        }
    }
}
