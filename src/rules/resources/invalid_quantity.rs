//! `resources/invalid-quantity`.

use envlint_yaml::{Edit, Style};

use crate::masking::{Said, text};
use crate::resolve::EnvironmentValues;
use crate::rules::Fix;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::{Section, Tree, quantity, words_of};

rule! {
    /// A quantity of CPU, memory or storage is invalid, or does not mean what was intended.
    ///
    /// ## What it does
    ///
    /// Checks `resources.requests`, `resources.limits` and the sizes of volumes (`persistence.size`, `sizeLimit`), and
    /// reports, where a template of the chart may read them:
    ///
    /// - text that is not a quantity: `512MB`, `1gb`, `2 Gi`
    /// - negative quantities
    /// - memory in thousandths of a byte: `512m` is half a byte; `512Mi` is meant
    /// - CPU in binary units: `500Mi` is 524 million cores; `500m` is meant
    ///
    /// Templates (`{{ … }}`, `${…}`), empty texts and sections that are turned off (`enabled: false`) are ignored.
    ///
    /// ## Why it matters
    ///
    /// Kubernetes refuses what it cannot read, and takes the rest literally: a container with a limit of half a byte is
    /// killed before it starts.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// resources:
    ///   limits:
    ///     memory: 512MB
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// resources:
    ///   limits:
    ///     memory: 512Mi
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: quantity](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)
    "resources/invalid-quantity", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.readable() {
        for section in values.sections.iter() {
            let is_amounts = is_amounts(&section);
            for (key, tree) in section.entries() {
                if is_amounts {
                    check_value(cx, values, (&section, key, tree), Some(key), out);
                }
                if is_size(&section, key) {
                    check_value(cx, values, (&section, key, tree), None, out);
                }
            }
        }
    }
}

/// Whether a section holds amounts by resource: `requests` or `limits` of `resources`.
fn is_amounts(section: &Section<'_, '_>) -> bool {
    let is_below_resources = section
        .parent()
        .and_then(|parent| parent.key())
        .is_some_and(|key| words_of(key).last().is_some_and(|word| word == "resources"));
    matches!(section.key(), Some("requests" | "limits")) && is_below_resources
}

/// Whether a key holds the size of a volume, as far as its text looks like one.
fn is_size(section: &Section<'_, '_>, key: &str) -> bool {
    let holds_volumes = || {
        section
            .outwards()
            .take(2)
            .filter_map(|section| section.key())
            .any(|key| {
                words_of(key).iter().any(|word| {
                    matches!(
                        word.as_str(),
                        "persistence" | "persistent" | "storage" | "volume" | "volumes" | "pvc"
                    )
                })
            })
    };
    key == "sizeLimit" || (key == "size" && holds_volumes())
}

fn check_value(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    (section, key, tree): (&Section<'_, '_>, &str, &Tree<'_>),
    resource: Option<&str>,
    out: &mut Reporter<'_>,
) {
    let Some(scalar) = tree.as_scalar().filter(|_| !tree.is_null()) else {
        return;
    };
    let text = scalar.text();
    let is_open = text.is_empty() || text.contains("{{") || text.contains('$');
    // Sizes can be words (`large`) that a chart knows; resources cannot.
    let is_word = resource.is_none() && !text.starts_with(|first: char| first.is_ascii_digit());
    if is_open
        || is_word
        || tree.as_bool().is_none() && tree.node().as_f64().is_some_and(|number| number >= 0.0)
    {
        return;
    }
    let Some(complaint) = complaint(resource, text) else {
        return;
    };
    let Some(value) = section.located(key) else {
        return;
    };
    // Nothing comes of what no template reads: `values/unused` speaks of it.
    if cx.has_one_chart() && !cx.may_read(value.path()) {
        return;
    }
    let message = text!("`{}` is {}: {}", value.path(), Said(&text), complaint.why);
    let mut finding = out.written(cx, values, &value, message);
    finding = match complaint.meant {
        Some(meant) => {
            let is_own = finding.related.is_empty() && scalar.style() == Style::Plain;
            let finding = finding.suggest(Some(meant.as_str()));
            if is_own {
                finding.fix(fix(tree, meant))
            } else {
                finding
            }
        }
        None => finding.help(
            "write a number with a unit that Kubernetes knows: m, k, M, G, T, Ki, Mi, Gi, Ti",
        ),
    };
    out.push(finding);
}

fn fix(tree: &Tree<'_>, meant: String) -> Fix {
    Fix {
        title: text!("write `{}`", meant),
        safe: false,
        edits: vec![Edit::new(tree.node().span(), meant)],
    }
}

/// What is wrong with a quantity, and what was probably meant.
struct Complaint {
    why: &'static str,
    meant: Option<String>,
}

fn complaint(resource: Option<&str>, text: &str) -> Option<Complaint> {
    let Some(amount) = quantity(text) else {
        return Some(Complaint {
            why: "Kubernetes cannot read that and refuses it",
            meant: corrected(resource, text),
        });
    };
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if amount < 0 {
        return Some(Complaint {
            why: "a quantity cannot be negative",
            meant: None,
        });
    }
    match resource {
        Some("memory" | "ephemeral-storage") | None if text.ends_with('m') => Some(Complaint {
            why: "`m` means thousandths of a byte",
            meant: Some(format!("{number}Mi")),
        }),
        Some("cpu") if text.ends_with('i') => Some(Complaint {
            why: "that counts whole cores, in powers of 1024",
            meant: text.ends_with("Mi").then(|| format!("{number}m")),
        }),
        _ => None,
    }
}

/// The quantity that a misspelt one stands for: `512MB`, `1gb`, `2 Gi`, `500 m`.
fn corrected(resource: Option<&str>, text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let right = match (resource, unit.as_str()) {
        (Some("cpu"), "m" | "mi" | "millicores" | "mcpu" | "mc") => "m",
        (Some("cpu"), "core" | "cores" | "cpu" | "cpus" | "vcpu") => "",
        (Some("cpu"), _) => return None,
        (_, "b" | "bytes") => "",
        (_, "k" | "kb" | "ki" | "kib") => "Ki",
        (_, "m" | "mb" | "mi" | "mib") => "Mi",
        (_, "g" | "gb" | "gi" | "gib") => "Gi",
        (_, "t" | "tb" | "ti" | "tib") => "Ti",
        _ => return None,
    };
    quantity(number).map(|_| format!("{number}{right}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_what_was_meant() {
        for (resource, text, expected) in [
            (Some("memory"), "512Mi", None),
            (Some("memory"), "512MB", Some(Some("512Mi"))),
            (Some("memory"), "1gb", Some(Some("1Gi"))),
            (Some("memory"), "2 Gi", Some(Some("2Gi"))),
            (Some("memory"), "512m", Some(Some("512Mi"))),
            (Some("memory"), "1e9", None),
            (Some("cpu"), "500m", None),
            (Some("cpu"), "500Mi", Some(Some("500m"))),
            (Some("cpu"), "0.5 cores", Some(Some("0.5"))),
            (Some("cpu"), "two", Some(None)),
            (Some("cpu"), "-1", Some(None)),
            (Some("nvidia.com/gpu"), "1", None),
            (None, "10GB", Some(Some("10Gi"))),
            (None, "10Gi", None),
        ] {
            let found = complaint(resource, text).map(|complaint| complaint.meant);
            let expected = expected.map(|meant: Option<&str>| meant.map(str::to_owned));
            assert_eq!(found, expected, "{resource:?} {text}");
        }
    }
}
