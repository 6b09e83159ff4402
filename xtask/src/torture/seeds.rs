//! Workspaces to begin with, and what is done to them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use fastrand::Rng;

use super::tree::{Entry, Tree};

/// A token that is known by its shape, wherever it stands.
pub(super) const PLANTED: &str = "ghp_tR4zNc83bVqeLm5pXs29Gh7wKd6yUf1jTa0B";

/// Texts that mean something to one of the readers.
const WORDS: &[&str] = &[
    "\n---\n",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!binary ",
    "!x ",
    "? ",
    "- - - - ",
    "|\n",
    ">-\n",
    "'",
    "\"",
    ": ",
    " #",
    "\t",
    "\r\n",
    "\u{feff}",
    "\0",
    "\u{1b}[31m",
    "\u{9b}2J",
    "\u{202e}",
    "\u{2028}",
    "::error::x\n",
    "%0A",
    "<script>",
    "|x|",
    "[a](javascript:b)",
    "@everyone",
    "`",
    "~",
    "null",
    "NO",
    "1e999",
    "0x7fffffffffffffff",
    "99999999999999999999",
    "-0",
    ".inf",
    "2001-01-01",
    "{{ ",
    " }}",
    "{{- range until 999999999 }}x{{ end }}",
    "{{ include \"x\" . }}",
    "{{ define \"x\" }}{{ template \"x\" . }}{{ end }}",
    "{{ fail .Values }}",
    "{{ toYaml .Values }}",
    "{{ tpl (toYaml .Values) . }}",
    "{{ .Files.Glob \"**\" }}",
    "{{ lookup \"v1\" \"Pod\" \"\" \"\" }}",
    "**.*",
    "*",
    "{env}",
    "{app}",
    "../../../etc/passwd",
    "/dev/zero",
    "${X}",
    "$(X)",
    "%s%n",
    "secrets: {vault: {}}\n",
    "environments: {dev: {}, staging: {}, prod: {}}\n",
    "perEnvironment: [{path: '**'}]\n",
    "# envlint: ignore[*] x\n",
    "password: ",
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "https://u:p@h/",
    "$ref: '#'",
    "{\"$ref\": \"#\"}",
    "\"type\": \"object\"",
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\n",
    "helmCharts: []\n",
    "releases: []\n",
    "dependencies: []\n",
];

/// Bytes that are no text.
const BYTES: &[&[u8]] = &[
    &[0xff, 0xfe],
    &[0xc0, 0x80],
    &[0xed, 0xa0, 0x80],
    &[0x80],
    &[0x1f, 0x8b, 8],
];

const NAMES: &[&str] = &[
    "--output=x",
    "-",
    "a b",
    "a\nb",
    "\u{1b}[31m.yaml",
    "::error::.yaml",
    "|x|.yaml",
    "<b>.yaml",
    "\u{202e}lmay.yaml",
    "values-blue.yaml",
    "values.yaml",
    "Chart.yaml",
    "Chart.lock",
    "values.schema.json",
    "templates/x.yaml",
    "charts/x.tgz",
    "envlint.yaml",
    ".gitignore",
    ".envlintignore",
    "helmfile.yaml",
    "kustomization.yaml",
    "Makefile",
    ".github/workflows/x.yaml",
    "prod.yaml",
    "environments/qa/values.yaml",
    "rendered/.envlint-rendered",
];

/// Evidence of each kind, which the fixtures have none of.
const EVIDENCE: &[(&str, &str)] = &[
    (
        "argocd/shop.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-dev}\nspec:\n  source: {path: charts/shop, helm: {valueFiles: [../../environments/dev/values.yaml], values: \"a: 1\", parameters: [{name: b, value: c}]}}\n  destination: {namespace: shop}\n",
    ),
    (
        "argocd/set.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n  goTemplate: true\n  generators:\n  - {list: {elements: [{env: dev}, {env: prod}]}}\n  - {git: {directories: [{path: \"*\"}]}}\n  - {matrix: {generators: [{list: {elements: [{a: 1}]}}, {git: {files: [{path: \"**/*.yaml\"}]}}]}}\n  template: {metadata: {name: \"shop-{{ .env }}\"}, spec: {source: {path: charts/shop, helm: {valueFiles: [\"../../environments/{{ .env }}/values.yaml\"]}}}}\n",
    ),
    (
        "flux/release.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec: {chart: {spec: {chart: ./charts/shop, valuesFiles: [environments/dev/values.yaml]}}, values: {a: 1}}\n",
    ),
    (
        "flux/kustomization.yaml",
        "resources: [release.yaml]\nhelmCharts: [{name: shop, releaseName: shop, valuesFile: ../environments/dev/values.yaml, valuesInline: {a: 1}}]\npatches: [{patch: \"a: 1\"}]\n",
    ),
    (
        "helmfile.yaml",
        "environments: {dev: {values: [env.yaml]}, prod: {}}\n---\nreleases:\n- {name: \"job-{{ .Values.x }}\", chart: ./charts/shop, values: [\"environments/{{ .Environment.Name }}/values.yaml\"]}\n{{ if eq (env \"X\") \"y\" }}\n- {name: web, chart: ./chart, condition: web.enabled}\n{{ end }}\n",
    ),
    ("env.yaml", "x: 1\n"),
    (
        "Makefile",
        "CHART := charts/shop\ndeploy:\n\tNS=shop helm upgrade shop $(CHART) -f environments/$(ENV)/values.yaml -n ${NS} --set a=b\n",
    ),
    (
        "environments/dev/values.yaml",
        "a: 1\nimage: {tag: v1}\nenv: [{name: A, value: b}]\n",
    ),
    ("environments/prod/values.yaml", "a: 2\nimage: {tag: v2}\n"),
    (
        "charts/shop/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    ),
    ("charts/shop/values.yaml", "a: 0\n"),
    (
        "charts/shop/values.schema.json",
        "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\"}}}\n",
    ),
    (
        "charts/shop/templates/a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata:\n  {{- range $k, $v := .Values }}\n  {{ $k }}: {{ $v | toJson | quote }}\n  {{- end }}\n",
    ),
    (".gitignore", "ignored/\n"),
];

pub(super) struct Seeds(Vec<Tree>);

impl Seeds {
    /// The fixtures of a checkout, its own example, and one with evidence.
    pub(super) fn read(checkout: &Path) -> Result<Seeds> {
        let mut folders = Vec::new();
        find(&checkout.join("tests/fixtures"), &mut folders)?;
        ensure!(
            !folders.is_empty(),
            "run this at the root of a checkout, where tests/fixtures is"
        );
        folders.sort();
        let mut seeds = Vec::new();
        for folder in folders {
            seeds.push(Tree::read(&folder)?);
        }
        let mut own = Tree::default();
        for folder in ["environments", "charts"] {
            if checkout.join(folder).is_dir() {
                let tree = Tree::read(&checkout.join(folder))?;
                own.0.extend(
                    tree.0
                        .into_iter()
                        .map(|(path, entry)| (Path::new(folder).join(path), entry)),
                );
            }
        }
        let config = fs::read(checkout.join("envlint.yaml"))?;
        own.0.insert("envlint.yaml".into(), Entry::File(config));
        seeds.push(own);
        seeds.push(Tree(
            EVIDENCE
                .iter()
                .map(|(path, text)| (path.into(), Entry::File((*text).into())))
                .collect::<BTreeMap<_, _>>(),
        ));
        Ok(Seeds(seeds))
    }

    /// One of them.
    pub(super) fn one(&self, rng: &mut Rng) -> Tree {
        rng.choice(&self.0).cloned().unwrap_or_default()
    }

    /// One of them, or two in one, with a secret in it, and mutated.
    pub(super) fn mutated(&self, rng: &mut Rng) -> Tree {
        let mut tree = self.one(rng);
        if rng.u8(..3) == 0 {
            tree.0.extend(self.one(rng).0);
        }
        plant(&mut tree, rng);
        for _ in 0..rng.usize(1..6) {
            mutate(&mut tree, rng);
        }
        tree
    }
}

/// The folders with a configuration.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if folder.join("envlint.yaml").is_file() {
        found.push(folder.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, found)?;
        }
    }
    Ok(())
}

fn files(tree: &mut Tree) -> Vec<&mut Vec<u8>> {
    tree.0
        .values_mut()
        .filter_map(|entry| match entry {
            Entry::File(bytes) => Some(bytes),
            _ => None,
        })
        .collect()
}

fn plant(tree: &mut Tree, rng: &mut Rng) {
    let forms = [
        format!("\nplanted: {PLANTED}\n"),
        format!("\nplanted: {{password: {PLANTED}, '{PLANTED}': 1}}\n"),
        format!("\n# {PLANTED}\n"),
        format!("\nplanted: |\n  a={PLANTED}\n  b\n"),
        format!("\nplanted: [\"\\u0067{}\"]\n", &PLANTED[1..]),
    ];
    let text = rng.choice(&forms).cloned().unwrap_or_default();
    if let Some(file) = rng.choice(files(tree)) {
        file.extend(text.bytes());
    }
}

fn mutate(tree: &mut Tree, rng: &mut Rng) {
    let paths: Vec<PathBuf> = tree.0.keys().cloned().collect();
    let Some(path) = rng.choice(&paths).cloned() else {
        return;
    };
    match rng.u8(..20) {
        0 => {
            tree.0.remove(&path);
        }
        1 => {
            if let Some(entry) = tree.0.remove(&path) {
                let name = rng.choice(NAMES).copied().unwrap_or("x");
                let folder = path.parent().unwrap_or(Path::new(""));
                tree.0.insert(folder.join(name), entry);
            }
        }
        2 => {
            let other = rng.choice(&paths).cloned().unwrap_or_default();
            if let Some(entry) = tree.0.get(&other).cloned() {
                tree.0.insert(path, entry);
            }
        }
        3 => {
            let entry = match rng.u8(..6) {
                0 => Entry::Folder,
                1 => Entry::Pipe,
                2 => Entry::Link("/dev/zero".into()),
                3 => Entry::Link("/etc/passwd".into()),
                4 => Entry::Link("..".into()),
                _ => Entry::Link(path.file_name().unwrap_or_default().into()),
            };
            tree.0.insert(path, entry);
        }
        _ => {
            let other = rng.choice(files(tree)).cloned().unwrap_or_default();
            if let Some(Entry::File(bytes)) = tree.0.get_mut(&path) {
                for _ in 0..rng.usize(1..4) {
                    edit(bytes, &other, rng);
                }
            }
        }
    }
}

/// Changes a text in one place.
fn edit(bytes: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let at = rng.usize(..=bytes.len());
    let end = (at + rng.usize(..40)).min(bytes.len());
    match rng.u8(..12) {
        0 => drop(bytes.drain(at..end)),
        1 => bytes.truncate(at),
        2 => {
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        3 => {
            let part = bytes[at..end].repeat(rng.usize(2..2_000));
            bytes.splice(at..end, part);
        }
        4 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << rng.u8(..8);
            }
        }
        5 => {
            let from = rng.usize(..=other.len());
            let to = (from + rng.usize(..200)).min(other.len());
            bytes.splice(at..at, other[from..to].iter().copied());
        }
        6 => swap_lines(bytes, rng),
        7 => {
            let part = rng.choice(BYTES).copied().unwrap_or_default();
            bytes.splice(at..at, part.iter().copied());
        }
        8 => {
            // A number that is another one.
            if let Some(digit) = bytes[at..].iter_mut().find(|byte| byte.is_ascii_digit()) {
                *digit = rng.u8(b'0'..=b'9');
            }
        }
        _ => {
            let word = rng.choice(WORDS).copied().unwrap_or_default();
            bytes.splice(at..at, word.bytes());
        }
    }
}

fn swap_lines(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    if lines.len() < 2 {
        return;
    }
    let (one, two) = (rng.usize(..lines.len()), rng.usize(..lines.len()));
    lines.swap(one, two);
    *bytes = lines.concat();
}
