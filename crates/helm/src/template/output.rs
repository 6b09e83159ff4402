//! What is printed and written of what was rendered.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::command::{OutputFile, TemplateCommand, TemplateError};
use crate::pattern::Pattern;
use crate::render::{Manifest, Rendered, split};

/// Standard output of the command, and the files that it writes.
pub(super) fn print(
    command: &TemplateCommand,
    rendered: &Rendered,
    release: &str,
) -> Result<(String, Vec<OutputFile>), TemplateError> {
    let mut text = String::new();
    let mut files = Vec::new();
    let mut writer = command
        .output_dir
        .as_deref()
        .map(|dir| Writer::new(command, dir, release));
    let mut body = String::new();
    if command.include_crds {
        for crd in &rendered.crds {
            match &mut writer {
                Some(writer) => writer.crd(&crd.name, &crd.text),
                None => push(&mut body, &crd.name, &crd.text),
            }
        }
    }
    for manifest in &rendered.manifests {
        match &mut writer {
            Some(writer) => writer.manifest(manifest),
            None => push(&mut body, &manifest.template, &manifest.text),
        }
    }
    let mut all = format!("{}\n", body.trim());
    let shown = |hook: &&Manifest| {
        !(command.skip_tests && hook.hook.as_ref().is_some_and(|hook| hook.is_test()))
    };
    for hook in rendered
        .hooks
        .iter()
        .filter(shown)
        .filter(|_| !command.no_hooks)
    {
        match &mut writer {
            Some(writer) => writer.hook(hook),
            None => push(&mut all, &hook.template, &hook.text),
        }
    }
    if let Some(writer) = writer {
        text.push_str(&writer.log);
        files = writer.files;
    }
    if command.show_only.is_empty() {
        text.push_str(&all);
    } else {
        show_only(&command.show_only, &all, &mut text)?;
    }
    Ok((text, files))
}

fn push(text: &mut String, source: &str, content: &str) {
    text.push_str(&format!("---\n# Source: {source}\n{content}\n"));
}

/// Prints only the manifests of the templates that a pattern names, pattern by pattern.
fn show_only(patterns: &[String], all: &str, text: &mut String) -> Result<(), TemplateError> {
    let manifests = split(all);
    for wanted in patterns {
        let pattern = Pattern::parse(wanted).ok();
        let mut missing = true;
        for manifest in &manifests {
            let matches = |name| pattern.as_ref().is_some_and(|p| p.matches(name));
            if source(manifest).is_some_and(matches) {
                text.push_str(&format!("---\n{manifest}\n"));
                missing = false;
            }
        }
        if missing {
            return Err(TemplateError::Usage(format!(
                "could not find template {wanted} in chart"
            )));
        }
    }
    Ok(())
}

/// The path inside the chart of the first `# Source: chart/path` (Helm's expression is `# Source: [^/]+/(.+)`).
fn source(manifest: &str) -> Option<&str> {
    let mut rest = manifest;
    loop {
        let (_, after) = rest.split_once("# Source: ")?;
        if let Some((chart, path)) = after.split_once('/') {
            let path = path.split('\n').next().unwrap_or(path);
            if !chart.is_empty() && !path.is_empty() {
                return Some(path);
            }
        }
        rest = after;
    }
}

/// Puts manifests into files named like their templates; several manifests of one template share its file.
struct Writer {
    root: PathBuf,
    dir: PathBuf,
    files: Vec<OutputFile>,
    /// Where each path is among them.
    at: HashMap<PathBuf, usize>,
    log: String,
}

impl Writer {
    fn new(command: &TemplateCommand, root: &Path, release: &str) -> Writer {
        let dir = if command.release_in_path {
            root.join(release)
        } else {
            root.to_owned()
        };
        Writer {
            root: root.to_owned(),
            dir,
            files: Vec::new(),
            at: HashMap::new(),
            log: String::new(),
        }
    }

    /// Helm leaves the release's name out of the path of CRDs.
    fn crd(&mut self, name: &str, text: &str) {
        self.add(self.root.join(name), name, text, false);
    }

    fn manifest(&mut self, manifest: &Manifest) {
        let path = self.dir.join(&manifest.template);
        self.add(path, &manifest.template, &manifest.text, false);
    }

    /// A hook goes to the end of its file, whoever wrote that.
    fn hook(&mut self, manifest: &Manifest) {
        let path = self.dir.join(&manifest.template);
        self.add(path, &manifest.template, &manifest.text, true);
    }

    fn add(&mut self, path: PathBuf, name: &str, text: &str, append: bool) {
        self.log.push_str(&format!("wrote {}\n", path.display()));
        let text = format!("---\n# Source: {name}\n{text}\n");
        let known = self.at.get(&path).and_then(|at| self.files.get_mut(*at));
        match known {
            Some(file) => file.text.push_str(&text),
            None => {
                self.at.insert(path.clone(), self.files.len());
                self.files.push(OutputFile { path, text, append });
            }
        }
    }
}
