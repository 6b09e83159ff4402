//! The values files of a command, as they are there: found from where it runs, behind the file that is made of them, or in
//! the folder that is meant.

use super::called::Called;
use super::folders::{Asked, Folder, folder};
use super::line::Line;
use super::made::{Made, Source};
use super::place::is_open;
use crate::evidence::claim::{Claims, Evidence};
use crate::evidence::files::Files;
use crate::evidence::holes::{Bindings, OPEN, has_holes, shown};
use crate::evidence::tells::Names;
use crate::masking::{Said, Text, text};
use crate::values::Pattern;

/// The values files of a command that are there.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// The files, the lowest first, each with what its unknown parts may be.
    pub found: Vec<(String, Vec<Bindings>)>,
    /// Paths whose values are given when it is deployed.
    pub given: Vec<Pattern>,
    /// That values are computed when it is deployed.
    pub open: Option<Text>,
    /// The lines that make a file of another one.
    pub made: Vec<Evidence>,
}

impl Layers {
    /// Of a command; what is not there, or not known, is said.
    pub(super) fn of(
        line: &Line,
        place: &Called<'_>,
        files: &Files<'_>,
        names: &Names,
        said: &mut Claims,
    ) -> Layers {
        let mut layers = Layers::default();
        if let Some(reason) = &place.task.open {
            layers.open = Some(reason.clone());
            layers.leave_open();
        }
        for file in &line.values {
            layers.add(file, line, place, files, names, said);
        }
        layers
    }

    fn add(
        &mut self,
        file: &str,
        line: &Line,
        place: &Called<'_>,
        files: &Files<'_>,
        names: &Names,
        said: &mut Claims,
    ) {
        let found = place.find(file, files, names);
        // A variable at the beginning may be any folder.
        let is_sure = |(path, _): &(String, Vec<Bindings>)| !path.starts_with(OPEN);
        if let Some(found) = found.clone().filter(is_sure) {
            self.found.push(found);
            return;
        }
        match place.made(file) {
            Some(Made::Of(source)) if self.add_made(&source, file, place, files, names) => return,
            Some(_) if found.is_none() => {
                self.leave_open();
                said.unread.push(place.unread(text!(
                    "`{}` is made before the command runs, so its values are not known",
                    Said(shown(file))
                )));
                return;
            }
            _ => {}
        }
        match folder_of(file, line, place, files, names) {
            Folder::Found(path, bound) => {
                self.found.push((path, bound));
                return;
            }
            Folder::Open(reason) if found.is_none() => {
                said.unread.push(place.unread(reason));
                self.leave_open();
                return;
            }
            Folder::Open(_) | Folder::None => {}
        }
        if let Some(found) = found {
            self.found.push(found);
            return;
        }
        // A file that a pipeline makes, or one of another repository.
        if place.is_tested(file) {
            return;
        }
        self.leave_open();
        if file == "-" {
            return;
        }
        if is_open(file) {
            let reason = text!(
                "which values file `{}` is, the command does not tell",
                Said(shown(file))
            );
            said.unread.push(place.unread(reason));
            return;
        }
        let reason = text!("no file of the repository is `{}`", Said(shown(file)));
        said.unread.push(place.unread(reason));
        said.missing.extend(place.missing(file, line, files));
    }
}

impl Layers {
    /// Any path may be given by a layer of which nothing is known.
    fn leave_open(&mut self) {
        self.given.extend("**".parse().ok());
    }

    /// Adds the file that another one is made of, if it is there.
    fn add_made(
        &mut self,
        source: &Source,
        file: &str,
        place: &Called<'_>,
        files: &Files<'_>,
        names: &Names,
    ) -> bool {
        let Some(found) = place.find(&source.path, files, names) else {
            return false;
        };
        self.found.push(found);
        self.given.extend(source.given.iter().cloned());
        let words = text!(
            "{} `{}` as `{}`, which is deployed",
            source.how,
            Said(shown(&source.path)),
            Said(shown(file))
        );
        self.made.push(Evidence {
            line: place.line.saturating_sub(source.above).max(1),
            ..Evidence::of_file(place.candidate.path.as_str(), words)
        });
        true
    }
}

/// The folder that a file lies in, where only a variable tells it. What is deployed must be known without it.
fn folder_of(
    file: &str,
    line: &Line,
    place: &Called<'_>,
    files: &Files<'_>,
    names: &Names,
) -> Folder {
    let (_, chart) = line.release_and_chart();
    if chart.is_none_or(|chart| has_holes(chart)) {
        return Folder::None;
    }
    let environment = place.asked(names);
    let asked = Asked {
        environment: environment.as_deref(),
        all: place.others,
        text: &place.candidate.text,
    };
    folder(file, asked, files, names)
}
