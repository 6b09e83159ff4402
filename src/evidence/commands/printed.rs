//! What a command prints whose output is a path: `$(cd "$DIR/.." && pwd)`, `$(dirname "$0")`.

use super::variables::Variables;
use super::words::resolved;
use crate::evidence::holes::hole;

/// The folder that a script lies in, which is nothing but a place that paths are seen from.
const OWN: &str = "script";

/// How commands begin that print paths.
const BEGINNINGS: [&str; 4] = ["$(cd ", "$(dirname ", "$(realpath ", "$(readlink -f "];

/// Whether a text is the output of such a command, and nothing else.
pub(super) fn is_path(text: &str) -> bool {
    let begins = BEGINNINGS.iter().any(|command| text.starts_with(command));
    begins && text.ends_with(')')
}

/// The path that a command prints; none for another command.
pub(super) fn path(command: &str, variables: &Variables, depth: usize) -> Option<String> {
    let command = command.trim();
    let (program, argument) = command.split_once(' ')?;
    let argument = match program {
        "cd" => {
            let (folder, rest) = argument.split_once("&&")?;
            let last = rest.rsplit("&&").next().unwrap_or(rest).trim();
            (last == "pwd" || last.starts_with("pwd -")).then_some(folder)?
        }
        "realpath" | "dirname" => argument,
        "readlink" => argument.strip_prefix("-f")?,
        _ => return None,
    };
    let argument = argument.split([';', '|', '>']).next()?.trim();
    let argument = argument.trim_start_matches("-- ").trim_matches('"');
    let is_script = |name: &str| argument.contains(name);
    if program != "cd" && ["$0", "${0}", "BASH_SOURCE"].into_iter().any(is_script) {
        // `$(dirname "$(readlink -f "$0")")`
        return (program == "dirname").then(|| hole(OWN));
    }
    let path = resolved(argument, variables, depth + 1);
    let path = match program {
        "dirname" => path.rsplit_once('/').map(|(folder, _)| folder.to_owned()),
        _ => Some(path),
    };
    path.filter(|path| !path.is_empty() && !path.contains(['$', '(', '"']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_print_paths() {
        let variables = Variables::from([("DIR".to_owned(), "deploy/helm".to_owned())]);
        for (command, expected) in [
            ("cd \"$DIR/..\" && pwd", Some("deploy/helm/..")),
            ("cd $DIR >/dev/null 2>&1 && pwd -P", Some("deploy/helm")),
            ("dirname \"$DIR\"", Some("deploy")),
            ("realpath charts", Some("charts")),
            (
                "dirname \"${BASH_SOURCE[0]}\"",
                Some("\u{E000}script\u{E001}"),
            ),
            (
                "cd \"$(dirname \"$0\")\" && pwd",
                Some("\u{E000}script\u{E001}"),
            ),
            ("cd charts", None),
            ("git rev-parse HEAD", None),
            ("cat \"$0\"", None),
        ] {
            let found = path(command, &variables, 0);
            assert_eq!(found.as_deref(), expected, "{command}");
        }
    }
}
