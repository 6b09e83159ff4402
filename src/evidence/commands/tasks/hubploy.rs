//! What hubploy deploys: `hubploy deploy HUB CHART ENVIRONMENT`, with files that lie where it looks for them.
//!
//! <https://github.com/berkeley-dsep-infra/hubploy>

use super::{Asked, Task};
use crate::evidence::commands::variables::Variables;
use crate::evidence::commands::words;
use crate::evidence::files::Files;
use crate::evidence::holes::has_holes;
use crate::evidence::nodes::{items, text as text_at};
use crate::masking::text as said_text;

/// The folder that holds one folder for each hub, and the file that each of these has.
const HOME: &str = "deployments/";
const SETTINGS: &str = "/hubploy.yaml";
/// Where the image of a hub stands in its values, if nothing else is said.
const IMAGE: &str = "jupyterhub.singleuser.image";
/// More hubs are not looked at.
const MOST: usize = 500;

/// The commands of a script, one for each hub that they may mean.
pub(in crate::evidence::commands) fn tasks(
    text: &str,
    variables: &Variables,
    files: &Files<'_>,
) -> Vec<Task> {
    if !text.contains("hubploy ") {
        return Vec::new();
    }
    let commands = words::commands(text, "hubploy", variables).into_iter();
    let read = commands.filter_map(|(at, words)| Some((at, Deploy::of(&words)?)));
    read.flat_map(|(at, deploy)| {
        let hubs = deploy.hubs(files).into_iter();
        let tasks: Vec<Task> = hubs.map(|hub| deploy.task(at, &hub, files)).collect();
        tasks
    })
    .collect()
}

/// A command as it is written; its words may have parts that are not known.
#[derive(Debug, Default)]
struct Deploy {
    hub: String,
    chart: String,
    environment: String,
    namespace: Option<String>,
    version: Option<String>,
    given: Vec<String>,
}

impl Deploy {
    fn of(words: &[String]) -> Option<Deploy> {
        let mut rest = words.iter().skip(1);
        // Options of the program itself have no values.
        let verb = rest.find(|word| !word.starts_with('-'))?;
        let mut deploy = Deploy::default();
        let mut names: Vec<String> = Vec::new();
        while let Some(word) = rest.next().filter(|_| verb == "deploy") {
            let (flag, joined) = words::option(word, "");
            let mut value = || joined.clone().or_else(|| rest.next().cloned());
            match flag {
                "--namespace" => deploy.namespace = value(),
                "--version" => deploy.version = value(),
                "--set" | "--set-string" => {
                    let set = value().unwrap_or_default();
                    let name = set.split_once('=').map(|(name, _)| name.to_owned());
                    deploy.given.extend(name);
                }
                "--timeout" | "--image-overrides" => {
                    value();
                }
                flag if flag.starts_with('-') => {}
                name => names.push(name.to_owned()),
            }
        }
        let mut names = names.into_iter();
        Some(Deploy {
            hub: names.next()?,
            chart: names.next()?,
            environment: names.next()?,
            ..deploy
        })
    }

    /// The hubs that are meant: where a variable names it, each that there is.
    fn hubs(&self, files: &Files<'_>) -> Vec<String> {
        if !has_holes(&self.hub) {
            return vec![self.hub.clone()];
        }
        let below = files.below(HOME).iter();
        let hub = |path: &&str| {
            let hub = path.strip_prefix(HOME)?.strip_suffix(SETTINGS)?;
            (!hub.contains('/')).then(|| hub.to_owned())
        };
        below.filter_map(hub).take(MOST).collect()
    }

    /// The command of helm that it comes to. hubploy: helm.py, `deploy`.
    fn task(&self, at: usize, hub: &str, files: &Files<'_>) -> Task {
        let environment = &self.environment;
        let release = format!("{hub}-{environment}");
        let layers = [
            format!("{HOME}{hub}/config/common.yaml"),
            format!("{HOME}{hub}/config/{environment}.yaml"),
            format!("{HOME}{hub}/secrets/{environment}.yaml"),
        ];
        let is_there = |path: &String| has_holes(path) || files.is_file(path);
        let mut given = self.given.clone();
        given.extend(images(hub, files));
        let asked = Asked {
            namespace: Some(self.namespace.clone().unwrap_or_else(|| release.clone())),
            release: Some(release),
            chart: self.chart.clone(),
            version: self.version.clone(),
            files: layers.into_iter().filter(is_there).collect(),
            given,
            ..Asked::default()
        };
        Task {
            at,
            line: asked.line(),
            words: Some(said_text!("the command `hubploy deploy`")),
            environment: Some(environment.clone()).filter(|name| !has_holes(name)),
            app: Some(hub.to_owned()),
            ..Task::default()
        }
    }
}

/// The values that hubploy gives for the images of a hub.
fn images(hub: &str, files: &Files<'_>) -> Vec<String> {
    let settings = files.read(&format!("{HOME}{hub}{SETTINGS}"));
    let root = settings.as_ref().and_then(|file| file.document.root());
    let images = root.map_or(&[][..], |root| items(root, &["images", "images"]));
    let places = images.iter().flat_map(|image| {
        let place = text_at(image, &["helm_substitution_path"]).unwrap_or(IMAGE);
        [format!("{place}.name"), format!("{place}.tag")]
    });
    places.collect()
}
