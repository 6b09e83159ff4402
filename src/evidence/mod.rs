//! Evidence: what a repository says it deploys.
//!
//! Each kind of evidence is a file or a folder: it reads texts that [`scan`] picked, and gives [`Claim`]s. Nothing is
//! executed, nothing outside of the workspace is read, and what cannot be known is said with its place.

mod argo;
mod claim;
mod clusters;
mod commands;
mod compounds;
mod copied;
mod files;
mod flux;
mod foreign;
mod helm_secrets;
mod helmfile;
mod helmsman;
mod holes;
mod jsonnet;
mod k3s;
mod kustomize;
mod nodes;
mod pipelines;
mod published;
mod scan;
mod stencils;
mod subtree;
mod tells;
mod template;
mod terraform;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::masking::text;
use crate::source::Source;

pub use argo::{Refused, WhyRefused};
pub use claim::{
    Chart, Claim, Claims, Evidence, LayerPath, MissingFile, OWN_CLUSTER, Rank, Unread,
};
pub use files::Files;
pub use foreign::Foreign;
pub use kustomize::{Broken, InVain};
pub use scan::{Candidate, Hints, Scan, scan};
pub use tells::Names;

/// The most places of which is said what cannot be known; the rest is counted.
const MOST_UNREAD: usize = 1000;

/// How much is said of one place.
const MOST_OF_ONE: usize = 2;

/// What is said of one place is said in a few lines: an ApplicationSet may name a thousand files.
fn folded(mut unread: Vec<Unread>) -> Vec<Unread> {
    unread.sort();
    unread.dedup();
    let mut folded: Vec<Unread> = Vec::new();
    for group in unread.chunk_by(|left, right| left.file == right.file && left.place == right.place)
    {
        let (said, left) = group.split_at(group.len().min(MOST_OF_ONE));
        folded.extend(said.iter().cloned());
        if let Some(last) = folded.last_mut().filter(|_| !left.is_empty()) {
            last.reason = text!("{}; {} more like these", last.reason, left.len());
        }
    }
    let left = folded.split_off(folded.len().min(MOST_UNREAD));
    folded.extend(left.first().map(|first| Unread {
        file: first.file.clone(),
        place: None,
        reason: text!(
            "from here on, {} more places say what cannot be known",
            left.len()
        ),
        is_values: false,
    }));
    folded
}

/// What the texts that were picked say is deployed.
pub fn claims(scan: &Scan, files: Files<'_>, names: &Names) -> Claims {
    let parsed = |wanted: fn(&Hints) -> bool| -> Vec<Arc<Source>> {
        let wanted = scan
            .candidates
            .par_iter()
            .filter(|file| wanted(&file.hints));
        wanted
            .map(|file| Arc::new(Source::new(file.path.as_str(), file.text.as_str())))
            .collect()
    };
    let mut said = Claims::default();
    let of_terraform = scan.candidates.iter().filter(|file| file.hints.terraform);
    let of_terraform = terraform::objects(of_terraform, &files);
    let mut of_argo = parsed(|hints| hints.argo);
    of_argo.extend(of_terraform.iter().cloned());
    let addresses = argo::addresses(&of_argo, &files);
    let mut objects = parsed(|hints| hints.argo || hints.flux || hints.kustomize);
    objects.extend(of_terraform.iter().cloned());
    let files = files.known_as(addresses);
    let subtree = subtree::subtree(&objects, &files).unwrap_or_default();
    let files = &files.within_other(subtree);
    let names = &names
        .clone()
        .with_folders(flux::beside_known(&objects, files, names));
    let uses_kustomize =
        |hints: &Hints| hints.argo || hints.flux || hints.kustomize || hints.terraform;
    let is_kustomized = scan
        .candidates
        .iter()
        .any(|file| uses_kustomize(&file.hints));
    let directories = match is_kustomized {
        true => kustomize::Directories::of(files),
        false => kustomize::Directories::default(),
    };
    let mut scripts = scan.candidates.iter().filter(|file| !file.hints.argo);
    let built = kustomize::Commands {
        has_any: scripts.any(|file| kustomize::builds_directories(&file.text)),
        directories: kustomize::directories_of_tilt(scan.candidates.iter(), &directories),
    };
    let of_tilt = built.directories.iter().filter(|_| !names.are_declared());
    let names = &names.clone().with_folders(of_tilt.cloned());
    let reach = kustomize::Reach::of(&directories, &objects, &built, files, names);
    let left = reach.say_left_out(&directories, &objects, files, &mut said);
    let known = argo::Known::of(&of_argo);
    let built = argo::built_claims(
        &of_argo,
        &known,
        &directories,
        &reach,
        files,
        names,
        &mut said,
    );
    let is_open =
        |source: &&Arc<Source>| !built.contains(&source.path) && !left.contains(&source.path);
    let alone: Vec<Arc<Source>> = of_argo.iter().filter(is_open).cloned().collect();
    let refused = said.refused.len();
    argo::claims(&alone, &known, files, names, &mut said);
    // What a kustomization completes is no whole Application by itself.
    if directories.patch_applications(files) {
        said.refused.truncate(refused);
    }
    let of_k3s = parsed(|hints| hints.k3s);
    let of_others = of_k3s.iter().map(|source| source.path.clone());
    said.brought
        .extend(of_others.map(|path| (path, BTreeSet::new())));
    if is_kustomized {
        flux::claims(
            &objects,
            &directories,
            &reach,
            &left,
            files,
            names,
            &mut said,
        );
        kustomize::claims(&directories, &objects, &reach, files, names, &mut said);
        said.parameters.extend(directories.contents(files));
        said.broken = directories.broken(&reach, files);
        let unfound = directories.unfound(&objects, &left, &reach, files);
        said.broken.extend(unfound);
        said.unread.extend(directories.cut());
    }
    argo::tell_environments(&of_argo, &directories, files, names, &mut said);
    published::resolve(&scan.candidates, &objects, files, &mut said);
    k3s::claims(&of_k3s, names, &mut said);
    helmsman::claims(&parsed(|hints| hints.helmsman), files, names, &mut said);
    let helmfiles = scan.candidates.iter().filter(|file| file.hints.helmfile);
    let scripts = scan.candidates.iter().filter(|file| file.hints.commands);
    helmfile::claims(helmfiles, scripts, &of_argo, files, names, &mut said);
    commands::claims(&scan.candidates, files, names, &mut said);
    jsonnet::say_unread(scan.candidates.iter(), files, &mut said);
    argo::made_claims(&known, files, names, &mut said);
    terraform::give_inline(&of_terraform, &mut said);
    said.leave_out_the_endless();
    said.leave_out_stencils();
    said.leave_names_open();
    said.unread = folded(said.unread);
    said
}
