//! The seven backends in words: `envlint explain secrets`, and the tables of the documentation.

use super::backends::{self, Backend, Form, Need, Setting};

/// The seven side by side, then the settings of each.
pub fn overview() -> String {
    let mut text = String::from(
        "# The seven secret backends\n\nEach environment enables one of them under `secrets:` of its values file. The secrets themselves, by name and key, are the\ninventory: `secrets:` of envlint.yaml.\n\n",
    );
    text += &table(
        &["backend", "what reads the secrets", "objects", "needs"],
        backends::all().iter().map(|backend| {
            vec![
                format!("`{}`", backend.key),
                backend.title.to_owned(),
                backend.emits.to_owned(),
                needs(backend),
            ]
        }),
    );
    for backend in backends::all() {
        text += &format!(
            "\n## {}\n\n{}\n\n{}",
            backend.key,
            backend.summary,
            settings(backend)
        );
        text += &format!("\nThe objects: <{}>\n", backend.reference);
    }
    text
}

/// The settings of a backend as a table.
pub fn settings(backend: &Backend) -> String {
    let switch = vec![
        "`enabled`".to_owned(),
        "`true` or `false`".to_owned(),
        "`false`".to_owned(),
        "Whether the environment reads its secrets from this backend.".to_owned(),
    ];
    let rows = backend.settings.iter().map(|setting| {
        vec![
            format!("`{}`", setting.path),
            value(setting.form),
            default(backend, setting),
            setting.doc.to_owned(),
        ]
    });
    table(
        &["setting", "value", "default", "meaning"],
        std::iter::once(switch).chain(rows),
    )
}

/// What a backend cannot do without, whatever its provider is.
fn needs(backend: &Backend) -> String {
    let required = backend
        .settings
        .iter()
        .filter(|setting| setting.need == Need::Required && setting.case.is_none())
        .map(|setting| format!("`{}`", setting.path));
    let chosen = backend
        .alternatives
        .iter()
        .filter(|alternative| alternative.case.is_none())
        .map(|alternative| {
            let settings: Vec<String> = alternative
                .settings
                .iter()
                .map(|path| format!("`{path}`"))
                .collect();
            settings.join(" or ")
        });
    let needs: Vec<String> = required.chain(chosen).collect();
    if needs.is_empty() {
        "by provider".to_owned()
    } else {
        needs.join(", ")
    }
}

fn value(form: Form) -> String {
    match form {
        Form::Choice(words) => words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", "),
        Form::Flag => "`true` or `false`".to_owned(),
        Form::Text => "text".to_owned(),
        Form::Url => "an address".to_owned(),
        Form::Name => "a name of an object".to_owned(),
        Form::Arn => "an ARN".to_owned(),
        Form::Duration => "a duration: `1h30m`".to_owned(),
        Form::SimpleDuration => "a duration of one unit: `90s`".to_owned(),
        Form::Version => "text or a whole number".to_owned(),
        Form::SecretRef(key) => format!("a Secret's name, or its `name` and `key` (`{key}`)"),
        Form::Workloads => "a list of `kind` and `name`".to_owned(),
        Form::Ciphertexts => "secret, key, sealed value".to_owned(),
    }
}

fn default(backend: &Backend, setting: &Setting) -> String {
    let case = setting
        .case
        .map(|case| format!(" for `{}`", case.values.join("`, `")));
    match (setting.default, setting.need) {
        (Some(default), _) => format!("`{default}`"),
        (None, Need::Required) => format!("needed{}", case.unwrap_or_default()),
        (None, Need::RequiredUnless(other)) => {
            format!("needed{}, without `{other}`", case.unwrap_or_default())
        }
        (None, Need::Optional) => {
            let is_choice = backend.alternatives.iter().any(|alternative| {
                alternative.settings.contains(&setting.path)
                    && alternative.case.is_some() == setting.case.is_some()
            });
            if is_choice {
                "one of these is needed".to_owned()
            } else {
                "none".to_owned()
            }
        }
    }
}

/// A table in Markdown, with columns that line up.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    // The last column may run on; it is not padded.
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            if column + 1 == columns {
                3
            } else {
                width(column)
            }
        })
        .collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("| {} |\n", padded.join(" | ").trim_end())
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        text += &line(row);
        if index == 0 {
            text += &line(&rule);
        }
    }
    text
}
