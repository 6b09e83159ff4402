//! Differential fuzzing: random templates through both renderers, and the smallest template that still differs.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::Result;
use tempfile::TempDir;

use super::Fuzz;
use super::generate::Generator;
use super::helm::{self, Answer};
use super::vocabulary::VALUES;

/// Templates that share one run of the real helm. It stops at the first error, so every error costs a run more.
const BATCH: usize = 30;

/// How many smaller templates are tried for one difference.
const SHRINKS: usize = 150;

const HELPERS: &str = r#"{{- define "helper" -}}
{{- if kindIs "map" . }}map of {{ len . }}{{ else }}{{ . | quote }}{{ end -}}
{{- end -}}
"#;

pub(super) fn run(args: &Fuzz) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let mut seed = args.seed;
    let (mut tried, mut differences) = (0, 0);
    while Instant::now() < end && differences < args.most {
        let mut generator = Generator::new(seed);
        let bodies: Vec<String> = (0..BATCH).map(|_| generator.template()).collect();
        for body in differing(bodies)? {
            differences += 1;
            show(seed, &shrink(body)?)?;
        }
        tried += BATCH;
        seed += 1;
    }
    println!("{tried} templates, {differences} differences; the next seed is {seed}");
    anyhow::ensure!(differences == 0, "{differences} templates differ");
    Ok(())
}

/// The templates whose answers differ. All of a batch are rendered as one chart, by both alike, since a template may
/// change values that the next one sees.
fn differing(bodies: Vec<String>) -> Result<Vec<String>> {
    let mut left: BTreeMap<String, String> = bodies
        .into_iter()
        .enumerate()
        .map(|(index, body)| (format!("t{index:03}.yaml"), body))
        .collect();
    let mut found = Vec::new();
    while !left.is_empty() {
        let chart = chart(
            left.iter()
                .map(|(name, body)| (name.as_str(), body.as_str())),
        )?;
        let Some(real) = helm::real(chart.path())? else {
            break;
        };
        let ours = helm::ours(chart.path());
        if let Some(name) = deliberate(&ours, left.keys()) {
            left.remove(&name);
            continue;
        }
        if real == ours {
            match real {
                Ok(_) => break,
                Err(error) => match left
                    .keys()
                    .find(|name| error.contains(name.as_str()))
                    .cloned()
                {
                    Some(name) => left.remove(&name),
                    None => anyhow::bail!("both fail, and not on one of the templates: {error}"),
                },
            };
            continue;
        }
        let Some(name) = guilty(&real, &ours, left.keys()) else {
            anyhow::bail!("no template to blame:\n{real:?}\n{ours:?}");
        };
        found.extend(left.remove(&name));
    }
    Ok(found)
}

/// The template that we refuse on purpose: it asks for more memory than we give, or for the spare room that Go leaves
/// behind a list.
fn deliberate<'n>(ours: &Answer, mut names: impl Iterator<Item = &'n String>) -> Option<String> {
    const REFUSALS: [&str; 2] = ["are possible", "slice index out of bounds"];
    let error = ours.as_ref().err()?;
    let is_deliberate = REFUSALS.iter().any(|refusal| error.contains(refusal));
    is_deliberate.then(|| names.find(|name| error.contains(name.as_str())).cloned())?
}

/// The template that the answers part at.
fn guilty<'n>(
    real: &Answer,
    ours: &Answer,
    mut names: impl Iterator<Item = &'n String>,
) -> Option<String> {
    let parts = |name: &str| match (real, ours) {
        (Ok(real), Ok(ours)) => section(real, name) != section(ours, name),
        (Err(real), Err(ours)) => real.contains(name) || ours.contains(name),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => error.contains(name),
    };
    names.find(|name| parts(name)).cloned()
}

/// What a template printed.
fn section<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.split("---\n").find(|section| {
        section
            .lines()
            .next()
            .is_some_and(|line| line.ends_with(name))
    })
}

/// A chart with these templates. Each prints one JSON string, so that anything it says is YAML.
fn chart<'t>(templates: impl Iterator<Item = (&'t str, &'t str)>) -> Result<TempDir> {
    let directory = TempDir::new()?;
    let path = |name: &str| directory.path().join(name);
    fs::create_dir(path("templates"))?;
    fs::write(
        path("Chart.yaml"),
        "apiVersion: v2\nname: fuzz\nversion: 0.1.0\n",
    )?;
    fs::write(path("values.yaml"), VALUES)?;
    fs::write(path("templates/_helpers.tpl"), HELPERS)?;
    for (name, body) in templates {
        let text = format!(
            "{{{{- define \"{name}\" }}}}{body}{{{{ end -}}}}\nvalue: {{{{ include \"{name}\" . | toJson }}}}\n"
        );
        fs::write(path(&format!("templates/{name}")), text)?;
    }
    Ok(directory)
}

/// Takes pieces out of a template as long as the answers still differ.
fn shrink(body: String) -> Result<String> {
    let differs = |body: &str| -> Result<bool> {
        let chart = chart(std::iter::once(("t000.yaml", body)))?;
        Ok(helm::real(chart.path())?.is_some_and(|real| real != helm::ours(chart.path())))
    };
    if !differs(&body)? {
        return Ok(body);
    }
    let mut smallest = body;
    let mut size = smallest.len() / 2;
    let mut tries = 0;
    while size > 0 && tries < SHRINKS {
        let mut at = 0;
        let mut shrunk = false;
        while at < smallest.len() && tries < SHRINKS {
            let end = (at + size).min(smallest.len());
            if smallest.is_char_boundary(at) && smallest.is_char_boundary(end) {
                let candidate = format!("{}{}", &smallest[..at], &smallest[end..]);
                tries += 1;
                // A template that stops parsing is another difference than the one that was found.
                if !candidate.is_empty() && balanced(&candidate) && differs(&candidate)? {
                    smallest = candidate;
                    shrunk = true;
                    continue;
                }
            }
            at += size;
        }
        if !shrunk {
            size /= 2;
        }
    }
    Ok(smallest)
}

fn balanced(body: &str) -> bool {
    body.matches("{{").count() == body.matches("}}").count()
        && body.matches('(').count() == body.matches(')').count()
}

fn show(seed: u64, body: &str) -> Result<()> {
    let chart = chart(std::iter::once(("t000.yaml", body)))?;
    let Some(real) = helm::real(chart.path())? else {
        println!("seed {seed}\n{body}\n--- helm does not answer in time\n");
        return Ok(());
    };
    println!(
        "seed {seed}\n{body}\n--- helm\n{}\n--- envlint\n{}\n",
        text(&real),
        text(&helm::ours(chart.path()))
    );
    Ok(())
}

/// The beginning of an answer: one character more than this is not read by anybody.
const SHOWN: usize = 1200;

fn text(answer: &Answer) -> String {
    let (kind, text) = match answer {
        Ok(text) => ("", text),
        Err(error) => ("error: ", error),
    };
    format!("{kind}{}", text.chars().take(SHOWN).collect::<String>())
}
