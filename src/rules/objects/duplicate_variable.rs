//! `objects/duplicate-variable`.

use std::collections::HashMap;

use envlint_yaml::Value;

use crate::manifests::items;
use crate::masking::{ObjectName, text};
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// A container has the same environment variable twice.
    ///
    /// ## What it does
    ///
    /// Looks at `env` of all containers and init containers that the chart renders for an environment.
    ///
    /// ## Why it matters
    ///
    /// The program gets the last one, whatever the first one says. Server-side apply, which Helm 4 and Flux use, refuses the
    /// object: the name is the key of the list.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// env:
    ///   - {name: LOG_LEVEL, value: info}
    ///   - {name: LOG_LEVEL, value: debug}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// env:
    ///   - {name: LOG_LEVEL, value: info}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: server-side apply, merge strategy](https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy)
    "objects/duplicate-variable", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        for object in cx.manifests.objects(values.name()).unwrap_or_default() {
            for container in object.containers() {
                let mut known: HashMap<&str, usize> = HashMap::new();
                let variables = items(container.at(&["env"])).iter().enumerate();
                for (index, variable) in variables {
                    let Some(name) = variable.get("name").and_then(Value::as_str) else {
                        continue;
                    };
                    if known.insert(name, index).is_none() {
                        continue;
                    }
                    let path = container.path.key("env").index(index).key("name");
                    let message = text!(
                        "the container `{}` of {} has the variable `{}` twice",
                        ObjectName(container.name()),
                        object.called(),
                        ObjectName(name)
                    );
                    let field = (object, &path);
                    let Some(finding) = out.field(cx, values, field, message.clone()) else {
                        continue;
                    };
                    let mark = finding.line_mark();
                    let finding = finding
                        .help("remove one of the two")
                        .once_of(
                            mark,
                            "duplicate",
                            text!("`{}` in {}", ObjectName(name), object.called()),
                        )
                        .ending(", and server-side apply refuses that");
                    out.push(finding);
                }
            }
        }
    }
}
