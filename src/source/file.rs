//! A file that was read: its path in the workspace, its text, and its tree.

use std::fs;
use std::io::{self, Read};
use std::ops::Range;
#[cfg(target_os = "linux")]
use std::path::Component;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use envlint_yaml::{Document, Node, Span};

use super::work_tree::boundary;
use crate::masking::{self, LastQuote, Name, Quote, Say, Speech, Text};
use crate::sensitive::{self, Secrets, Sensitive};

/// Where GitHub reads workflows, in the root of a repository.
pub const WORKFLOWS: &str = ".github/workflows/";

/// The largest file that is read, in bytes. A values file is a few kilobytes; Helm refuses charts with files above 5 MiB.
const LARGEST: u64 = 5 * 1024 * 1024;

/// The most keys and values of one app, in its files for all environments: all of them are in memory while it is checked.
pub const MOST_VALUES: u64 = 1_500_000;

/// How files begin that a tool has encrypted as a whole, and the tool.
const CIPHERTEXTS: [(&[u8], &str); 5] = [
    (b"\0GITCRYPT\0", "git-crypt"),
    (b"$ANSIBLE_VAULT;", "ansible-vault"),
    (b"age-encryption.org/", "age"),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", "age"),
    (b"-----BEGIN PGP MESSAGE-----", "gpg"),
];

/// One YAML file of the workspace.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path relative to the workspace's root, with `/`.
    pub path: String,
    /// The tree, with the text it was read from.
    pub document: Arc<Document>,
    secrets: Secrets,
    /// Grows when a schema is read that marks values of the file.
    sensitive_text: Arc<RwLock<Arc<[Span]>>>,
    last_quote: Arc<LastQuote>,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// The operating system refused.
    #[error("{0}")]
    Io(io::Error),
    /// It is a directory, a device or a pipe.
    #[error("it is not a regular file")]
    NotAFile,
    /// It leads out of the repository.
    #[error("it is a link to a place outside the repository")]
    Outside,
    /// It is larger than envlint reads.
    #[error("it has {0} bytes, but envlint reads at most {LARGEST}")]
    TooLarge(u64),
    /// It and the app's other values files hold more than envlint reads.
    #[error("the values files of the app have more than {MOST_VALUES} keys and values together")]
    TooMany,
    /// They hold more than may be held against so many patterns.
    #[error(
        "`perEnvironment` has {0} patterns that begin with `*`, which are too many for the keys and values of the app's files"
    )]
    TooManyTries(usize),
    /// It belongs to a chart that is larger than envlint reads, and is not kept without it.
    #[error("its chart is larger than envlint reads")]
    WithChart,
    /// It is ciphertext as a whole.
    #[error("{0} has encrypted it")]
    Encrypted(&'static str),
    /// It is not text.
    #[error("it is not UTF-8 text: byte {offset}, on line {line}, is wrong")]
    NotText {
        /// Offset of the first bad byte, from zero.
        offset: usize,
        /// Its line, from one.
        line: usize,
    },
}

/// Words of what limits the objects of a namespace.
const LIMITS: [&str; 2] = ["kind: ResourceQuota", "kind: LimitRange"];

/// Whether a text may say something that is heard beyond its file: comments that speak to envlint, and what namespaces
/// allow.
pub fn is_heard(text: &str) -> bool {
    text.contains("envlint:") || may_limit(text)
}

/// Whether a text may say what a namespace allows.
pub fn may_limit(text: &str) -> bool {
    LIMITS.iter().any(|words| text.contains(words))
}

/// A file that was searched.
#[derive(Debug)]
pub struct Searched {
    /// The file; none when nothing is to be said of it: there surely is nothing to be found, it says nothing that is heard
    /// beyond it, and it is no workflow.
    pub source: Option<Source>,
    /// Whether it holds an object that runs pods, as a manifest that is no template.
    pub runs_pods: bool,
}

/// Kinds of objects that run pods.
const WORKLOADS: [&str; 8] = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "ReplicaSet",
    "Rollout",
    "StatefulSet",
];

/// Kinds of objects of Argo CD and Flux that deploy others.
pub const DEPLOYING: [&str; 5] = [
    "AppProject",
    "Application",
    "ApplicationSet",
    "HelmRelease",
    "Kustomization",
];

/// Whether a text has a manifest of one of these kinds, going by its lines.
fn names_kind(text: &str, kinds: &[&str]) -> bool {
    let is_kind = |line: &str| {
        let kind = line.strip_prefix("kind:").map(str::trim);
        kind.is_some_and(|kind| kinds.contains(&kind.trim_matches(['"', '\''])))
    };
    text.contains("apiVersion:") && text.lines().any(is_kind)
}

impl Source {
    /// A file with this text. Its secrets are made known to the masking of output before anybody can quote it.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Source::of(path, Arc::new(Document::parse(text)))
    }

    /// A file that is YAML only when it has been rendered. Where nothing is left to be rendered it is YAML as it is.
    pub fn template(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let document = Arc::new(Document::parse(text));
        let secrets = match document.source().contains("{{") {
            true => Secrets::of_template(&document),
            false => Secrets::of(&document),
        };
        Source::with(path, document, secrets)
    }

    /// A file that was parsed already, by who loads charts.
    pub fn of(path: impl Into<String>, document: Arc<Document>) -> Self {
        let secrets = Secrets::of(&document);
        Source::with(path, document, secrets)
    }

    fn with(path: impl Into<String>, document: Arc<Document>, secrets: Secrets) -> Self {
        masking::learn(secrets.all());
        Source {
            path: path.into(),
            sensitive_text: Arc::new(RwLock::new(sensitive::parts(secrets.all()).into())),
            last_quote: Arc::default(),
            secrets,
            document,
        }
    }

    /// The same for those who only point at it and quote it: its text and what is masked in it stay; its values, which
    /// take most of the memory, do not.
    pub fn to_quote(&self) -> Source {
        Source {
            path: self.path.clone(),
            document: Arc::new(self.document.without_values()),
            secrets: Secrets::default(),
            sensitive_text: Arc::clone(&self.sensitive_text),
            last_quote: Arc::clone(&self.last_quote),
        }
    }

    /// The same file as seen from a directory above the workspace.
    pub fn below(&self, prefix: &str) -> Source {
        Source {
            path: format!("{prefix}/{}", self.path),
            ..self.clone()
        }
    }

    /// Reads a file of the workspace.
    ///
    /// # Errors
    /// When it is missing, unreadable, too large, not UTF-8, or a link that leads out of the repository.
    pub fn read(root: &Path, path: &str) -> Result<Self, ReadError> {
        let text = read_file(root, path)?;
        Ok(Source::new(path, text))
    }

    /// Reads a file for the secrets in it, for merges that were not finished, and for what deploys and is no YAML.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn search(root: &Path, path: &str, is_template: bool) -> Result<Searched, ReadError> {
        let text = read_file(root, path)?;
        let runs_pods = !is_template && names_kind(&text, &WORKLOADS);
        let is_unfinished = text.contains("<<<<<<< ");
        let may_be_broken = !is_template && names_kind(&text, &DEPLOYING);
        let is_plain = !is_unfinished && !sensitive::may_hold(&text) && !is_heard(&text);
        if is_plain && !may_be_broken && !path.starts_with(WORKFLOWS) {
            return Ok(Searched {
                source: None,
                runs_pods,
            });
        }
        let source = match is_template {
            true => Source::template(path, text),
            false => Source::new(path, text),
        };
        Ok(Searched {
            source: Some(source),
            runs_pods,
        })
    }

    /// The bytes of a file as text.
    ///
    /// # Errors
    /// When they are too many, or not UTF-8.
    pub fn text_of(bytes: Vec<u8>) -> Result<String, ReadError> {
        let size = bytes.len() as u64;
        if size > LARGEST {
            return Err(ReadError::TooLarge(size));
        }
        let tool = CIPHERTEXTS
            .iter()
            .find(|(start, _)| bytes.starts_with(start));
        if let Some((_, tool)) = tool {
            return Err(ReadError::Encrypted(tool));
        }
        String::from_utf8(bytes).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            let before = &error.as_bytes()[..offset];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            ReadError::NotText { offset, line }
        })
    }

    /// Whether it could be read and holds nothing: no content, only comments, or null.
    pub fn is_empty(&self) -> bool {
        let document = &self.document;
        let is_refused = document
            .errors()
            .iter()
            .any(envlint_yaml::Problem::is_fatal);
        !is_refused && document.documents().iter().all(envlint_yaml::Node::is_null)
    }

    /// How to mend a text that holds a bracket and stands without quotes in a list or a map of one line, where a parser
    /// stopped at this byte: `[environments/{env}/web.yaml]`.
    pub fn help_with_brackets(&self, at: usize) -> Option<&'static str> {
        let is_in_text = |char: char| !char.is_whitespace() && !"[{,:\"'".contains(char);
        let before = self.text().get(..at)?.chars().next_back()?;
        let bracket = self.text().get(at..)?.chars().next()?;
        (is_in_text(before) && matches!(bracket, '{' | '[')).then_some(
            "put the text into quotes: inside of `[…]` and `{…}`, a `{` or `[` begins another map or list",
        )
    }

    /// Its path, to be said.
    pub fn name(&self) -> Text {
        Text::of(&Name(&self.path))
    }

    /// The text of the file.
    pub fn text(&self) -> &str {
        self.document.source()
    }

    /// The values of the file that are taken for secrets, in the order of the file.
    pub fn sensitive(&self) -> &[Sensitive] {
        self.secrets.all()
    }

    /// The same, to be asked for those of a place or a path.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// A part of the file as it may be shown: its secrets are replaced.
    pub fn quote(&self, part: Range<usize>) -> Quote {
        masking::quote(self.text(), part, &self.sensitive_text())
    }

    /// The same, made once where it is asked for again and again: a line with many findings.
    pub fn quote_again(&self, part: Range<usize>) -> Arc<Quote> {
        let secrets = self.sensitive_text();
        self.last_quote.quote(self.text(), part, secrets)
    }

    /// The whole file with the secrets replaced that stand in it: to be compared and quoted as [`crate::masking::Seen`].
    pub fn masked(&self) -> String {
        masking::mask_places(self.text(), &self.sensitive_text())
    }

    /// The bytes that are masked where the file is quoted: sorted, and without overlaps.
    pub fn sensitive_text(&self) -> Arc<[Span]> {
        let known = self.sensitive_text.read();
        Arc::clone(&known.unwrap_or_else(PoisonError::into_inner))
    }

    /// Masks single values of the file wherever it is quoted: a schema marks them.
    pub fn mark<'n>(&self, nodes: impl Iterator<Item = &'n Node>) {
        let scalars = nodes.filter_map(|node| Some((node.span(), node.as_scalar()?)));
        let parts =
            scalars.flat_map(|(span, scalar)| sensitive::written(&self.document, span, scalar));
        let known = self.sensitive_text();
        let all = sensitive::merged(known.iter().copied().chain(parts).collect());
        if *all != *known {
            let known = self.sensitive_text.write();
            *known.unwrap_or_else(PoisonError::into_inner) = all.into();
        }
    }

    /// Whether a part of these bytes is masked where the file is quoted.
    pub fn is_sensitive(&self, span: Span) -> bool {
        let all = self.sensitive_text();
        let at = all.partition_point(|secret| secret.end <= span.start);
        let next = all.get(at);
        next.is_some_and(|secret| secret.start < span.end)
    }
}

/// The words of the operating system are among it.
impl Say for ReadError {
    fn say(&self, speech: &mut Speech<'_, '_>) -> std::fmt::Result {
        speech.other(self)
    }
}

/// Reads a file of the workspace as text, and makes its secrets known to the masker. `root` is absolute and without links, so
/// that a path that leaves it is seen: links are followed inside of the repository.
///
/// # Errors
/// As [`Source::read`].
pub fn read_text(root: &Path, path: &str) -> Result<String, ReadError> {
    let text = read_file(root, path)?;
    masking::learn_text(&text);
    Ok(text)
}

fn read_file(root: &Path, path: &str) -> Result<String, ReadError> {
    if let Some(handle) = open_without_links(root, path) {
        return Source::text_of(read_open(handle)?);
    }
    let file = fs::canonicalize(root.join(path)).map_err(io_error)?;
    if !file.starts_with(root) && !file.starts_with(boundary(root)) {
        return Err(ReadError::Outside);
    }
    Source::text_of(read_regular(&file)?)
}

/// Reads a file that is a file, and not too large: a device has no end, and to open a pipe is to wait for whoever writes into
/// it.
///
/// # Errors
/// When it is missing, unreadable, too large, or no file.
pub fn read_regular(path: &Path) -> Result<Vec<u8>, ReadError> {
    if !fs::metadata(path).map_err(io_error)?.is_file() {
        return Err(ReadError::NotAFile);
    }
    read_open(fs::File::open(path).map_err(io_error)?)
}

/// Opens a file below a root at once, where no link is on the way and nobody would wait for it. Else the path is looked at
/// piece by piece, which takes ten times as long and tells what is wrong.
#[cfg(target_os = "linux")]
fn open_without_links(root: &Path, path: &str) -> Option<fs::File> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
    let mut parts = Path::new(path).components();
    if !parts.all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    // A pipe that nobody writes into is opened all the same, and is no file then.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let place = root.join(path);
    let opened = openat2(CWD, &place, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS);
    opened.ok().map(fs::File::from)
}

#[cfg(not(target_os = "linux"))]
fn open_without_links(_: &Path, _: &str) -> Option<fs::File> {
    None
}

fn read_open(handle: fs::File) -> Result<Vec<u8>, ReadError> {
    let found = handle.metadata().map_err(io_error)?;
    if !found.is_file() {
        return Err(ReadError::NotAFile);
    }
    let size = found.len();
    if size > LARGEST {
        return Err(ReadError::TooLarge(size));
    }
    // `take` bounds what a growing file could give; the size above is what the message says.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    handle
        .take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    Ok(bytes)
}

fn io_error(error: io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound => ReadError::Missing,
        _ => ReadError::Io(error),
    }
}
