//! The words of a command line in a script, a Makefile, a workflow.

use std::cmp::Reverse;

use super::heredocs;
use super::printed;
use super::variables::{LONGEST, Variables, is_environment};
use crate::evidence::holes::hole;
use crate::source::is_yaml;

/// The name of all that a script or a function is called with: `$@`.
pub(super) const ARGUMENTS: &str = "arguments";
/// The name of what a pattern rule of make is called for: `$(*)`.
pub(super) const STEM: &str = "stem";
/// Variables in variables.
const DEEPEST: usize = 5;

/// The commands of a text that begin with a program's name: the byte where each begins, and its words. Variables in them are
/// replaced by what the file sets them to; others are parts that are not known.
pub(super) fn commands(
    text: &str,
    program: &str,
    variables: &Variables,
) -> Vec<(usize, Vec<String>)> {
    let lines = lines(text, program, variables).into_iter();
    lines
        .map(|(at, line)| (at, split(&line, variables, 0)))
        .collect()
}

/// The same commands as they are written, each with the lines that continue it.
pub(in crate::evidence) fn lines(
    text: &str,
    program: &str,
    variables: &Variables,
) -> Vec<(usize, String)> {
    let mut places: Vec<(usize, usize)> = Vec::new();
    for spelling in spellings(program, variables) {
        let found = text.match_indices(spelling.as_str());
        places.extend(found.map(|(at, spelling)| (at, spelling.len())));
    }
    // `helm3` is no `helm`: of several spellings at one place, the longest one stands there.
    places.sort_unstable_by_key(|(at, length)| (*at, Reverse(*length)));
    places.dedup_by_key(|(at, _)| *at);
    let mut found = Vec::new();
    // All lines together are about as long as the text: one long line with many commands is not read again for each.
    let mut room = 4 * text.len() + LONGEST_LINE;
    let (mut line_start, mut looked_at) = (0, 0);
    let printed = heredocs::ranges(text);
    let is_shown = |at: usize| {
        let index = printed.partition_point(|range| range.end <= at);
        printed.get(index).is_some_and(|range| range.contains(&at))
    };
    for (at, length) in places {
        let between = text.get(looked_at..at).unwrap_or_default();
        if let Some(end) = between.rfind('\n') {
            line_start = looked_at + end + 1;
        }
        looked_at = at;
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + length..).and_then(|text| text.chars().next());
        let begins =
            before.is_none_or(|char| char.is_whitespace() || "\"'`(;&|/@!{".contains(char));
        let is_word = after.is_some_and(|char| char == ' ' || char == '\t');
        let is_run = || {
            let before = text.get(line_start..at).unwrap_or_default();
            !is_comment(text, line_start)
                && !is_printed(before)
                && !is_label(before)
                && !is_shown(at)
        };
        if !(begins && is_word && is_run()) {
            continue;
        }
        let line = logical_line(head(text.get(at..).unwrap_or_default(), LONGEST_LINE));
        // `sh "helm …"`: the quote around the command ends it.
        let line = match before {
            Some(quote @ ('"' | '\'')) => line.split(quote).next().unwrap_or_default().to_owned(),
            _ => line,
        };
        if found.len() >= MOST || line.len() > room {
            break;
        }
        room -= line.len();
        found.push((at, line));
    }
    found
}

/// Whether a line is a comment: of a shell, or of Groovy.
fn is_comment(text: &str, line_start: usize) -> bool {
    let line = head(text.get(line_start..).unwrap_or_default(), LONGEST);
    let line = line.trim_start();
    ["#", "//", "/*"].iter().any(|sign| line.starts_with(sign))
}

/// Keys of pipelines whose text is shown to people: `name: helm upgrade of the shop`.
const LABELS: [&str; 6] = [
    "name",
    "displayName",
    "description",
    "desc",
    "title",
    "label",
];

/// Whether what follows on a line is the name or the description of a step.
fn is_label(before: &str) -> bool {
    let key = before.trim_start().trim_start_matches("- ");
    let Some((key, rest)) = key.split_once(':') else {
        return false;
    };
    let is_value = rest.starts_with(' ');
    is_value && LABELS.contains(&key.trim_matches(['"', '\'']))
}

/// What prints its arguments.
const PRINTING: [&str; 5] = ["echo", "printf", "Write-Host", "Write-Output", "log"];

/// Whether what follows on a line is only printed: `echo "or by hand: helm upgrade …"`, `echo helm upgrade`. Of a longer line only
/// the end is looked at.
fn is_printed(before: &str) -> bool {
    let start = before.len().saturating_sub(LONGEST);
    let mut starts = (start..=before.len()).filter(|at| before.is_char_boundary(*at));
    let before = starts
        .next()
        .and_then(|at| before.get(at..))
        .unwrap_or_default();
    if is_argument_of_print(before) {
        return true;
    }
    // The first quote, and the one behind the last word that prints: `run: 'echo "…`.
    let printing = PRINTING.iter().filter_map(|program| {
        let at = before.rfind(&format!("{program} "))?;
        Some(at + program.len() + 1)
    });
    let behind = |from: usize| Some(from + before.get(from..)?.find(['"', '\''])?);
    let first = behind(0).into_iter();
    let mut quotes = first.chain(printing.max().and_then(behind));
    quotes.any(|at| is_printed_from(before, at))
}

/// Whether the command that a line ends in prints its arguments, and no quote has begun: `run: echo helm`.
fn is_argument_of_print(before: &str) -> bool {
    let command = before
        .rsplit([';', '&', '|', '(', '`'])
        .next()
        .unwrap_or(before);
    let mut words = command
        .split_whitespace()
        .skip_while(|word| word.ends_with(':') || *word == "-");
    let program = words.next().map(|word| word.trim_start_matches(['@', '-']));
    program.is_some_and(|program| PRINTING.contains(&program))
        && !command.contains(['"', '\'', '>'])
}

/// Whether the quote at a place belongs to what prints, and is still open at the end.
fn is_printed_from(before: &str, at: usize) -> bool {
    let (command, quoted) = before.split_at(at);
    let program = command
        .trim_end()
        .rsplit([' ', '\t', '@', ';', '&', '|', '\'', '"'])
        .next();
    let quote = quoted.chars().next().unwrap_or('"');
    let is_open = quoted.matches(quote).count() % 2 == 1;
    let is_run = quoted.contains("$(") || quoted.contains('`');
    is_open && !is_run && program.is_some_and(|program| PRINTING.contains(&program))
}

/// How a program is called: by its name, with its major version (`helm3`), and by the variables that stand for it
/// (`HELM ?= helm`, `$(HELM) upgrade`).
fn spellings(program: &str, variables: &Variables) -> Vec<String> {
    let mut found: Vec<String> = ["", "2", "3", "4"]
        .iter()
        .map(|version| format!("{program}{version}"))
        .collect();
    let own = found.clone();
    let is_own = |word: &str| own.iter().any(|own| own == word);
    for (name, value) in variables {
        let first = value.split(' ').next().unwrap_or_default();
        let is_path = first.rsplit('/').next().is_some_and(is_own);
        // `DIR := deploy/helm` is a directory.
        if is_own(first) || (is_path && name.to_ascii_lowercase().contains(program)) {
            if found.len() >= MOST_SPELLINGS {
                break;
            }
            found.extend([
                format!("$({name})"),
                format!("${{{name}}}"),
                format!("${name}"),
            ]);
        }
    }
    found
}

/// More variables that stand for a program are not looked for.
const MOST_SPELLINGS: usize = 30;
/// More commands are not looked at in one file.
const MOST: usize = 2000;

/// A command line with all that continues it is not read further than this, in bytes.
const LONGEST_LINE: usize = 4 * LONGEST;

/// The beginning of a text, of so many bytes at most.
pub(in crate::evidence) fn head(text: &str, most: usize) -> &str {
    let mut ends = (0..=most.min(text.len())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// An option, with its value where that is in the same word: `--values=x`, `-fx`, `-n=shop`. `short` are the options with a
/// value that have one letter.
pub(in crate::evidence) fn option<'w>(word: &'w str, short: &str) -> (&'w str, Option<String>) {
    let letter = word
        .strip_prefix('-')
        .and_then(|rest| rest.chars().next())
        .filter(|letter| short.contains(*letter));
    if let (Some((flag, value)), Some(_)) = (word.split_at_checked(2), letter)
        && !value.is_empty()
    {
        return (flag, Some(value.trim_start_matches('=').to_owned()));
    }
    match word.split_once('=') {
        Some((flag, value)) if word.starts_with('-') => (flag, Some(value.to_owned())),
        _ => (word, None),
    }
}

/// A command with the lines that continue it: behind a backslash, or with nothing but options.
pub(super) fn logical_line(text: &str) -> String {
    let mut line = String::new();
    let mut lines = text.lines().peekable();
    while let Some(part) = lines.next() {
        let trimmed = part.trim_end();
        // Go on behind `\`, behind the backtick of PowerShell, and where the next line is an option.
        let (part, continues) = match trimmed
            .strip_suffix('\\')
            .or_else(|| trimmed.strip_suffix(" `"))
        {
            Some(part) => (part, true),
            None => (trimmed, false),
        };
        line += part;
        line.push(' ');
        let next_is_option = lines.peek().is_some_and(|next| {
            let next = next.trim_start();
            next.starts_with("--") || next.starts_with("-f ") || next.starts_with("-n ")
        });
        if !(continues || next_is_option) || line.len() > LONGEST_LINE {
            break;
        }
    }
    line
}

/// The words up to the end of the command, as a shell splits them. Variables in them are replaced by what they are known to be;
/// others are parts that are not known.
pub(in crate::evidence) fn split(line: &str, variables: &Variables, depth: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut rest = line;
    while let Some(char) = rest.chars().next() {
        let after = rest.get(char.len_utf8()..).unwrap_or_default();
        if quote != Some('\'')
            && let Some((value, behind)) = variable(rest, variables, depth)
        {
            // A variable that holds several options stands for all of them.
            let written = rest.get(..behind_of(rest, behind)).unwrap_or_default();
            let is_array = written.contains("[@]") || written == "$@";
            let many = (quote.is_none() && word.is_none() && value.contains(' ')) || is_array;
            if many {
                words.extend(word.take().filter(|word| !word.is_empty()));
                words.extend(split(&value, variables, depth + 1));
            } else {
                word.get_or_insert_default().push_str(&value);
            }
            rest = behind;
            continue;
        }
        rest = after;
        match (quote, char) {
            (Some(open), char) if open == char => quote = None,
            // POSIX: in double quotes, a backslash is one but before these.
            (Some('"'), '\\') if rest.starts_with(['"', '\\', '$', '`']) => {
                let next = rest.chars().next();
                word.get_or_insert_default().extend(next);
                rest = rest.get(1..).unwrap_or_default();
            }
            (Some(_), char) => word.get_or_insert_default().push(char),
            (None, '"' | '\'') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, '\\') => {
                if let Some(next) = rest.chars().next() {
                    word.get_or_insert_default().push(next);
                    rest = rest.get(next.len_utf8()..).unwrap_or_default();
                }
            }
            (None, ' ' | '\t') => words.extend(word.take()),
            (None, sign @ (';' | '|' | '>' | '<' | ')' | '`' | '\n' | '&')) => {
                // `2>&1`: the number is no argument.
                let is_number = |word: &String| {
                    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
                };
                if matches!(sign, '>' | '<') && word.as_ref().is_some_and(is_number) {
                    word = None;
                }
                break;
            }
            (None, char) => word.get_or_insert_default().push(char),
        }
        if words.len() > 200 {
            break;
        }
    }
    words.extend(word);
    words
}

/// Where what follows begins.
fn behind_of(text: &str, behind: &str) -> usize {
    text.len() - behind.len()
}

/// A variable at the beginning of a text: what it stands for, and what follows. `$X`, `${X}`, `${X:-default}`, `${X[@]}`,
/// `$(X)` of make and Azure, `${{ x.y }}` of GitHub, `<< parameters.x >>` of CircleCI, `{{ .X }}` of Taskfiles and justfiles,
/// `$env:X` of PowerShell.
fn variable<'t>(text: &'t str, variables: &Variables, depth: usize) -> Option<(String, &'t str)> {
    // `$$x` is how a Makefile writes `$x`.
    let text = text
        .strip_prefix('$')
        .filter(|rest| rest.starts_with('$'))
        .unwrap_or(text);
    let between = |open: &str, close: &str| -> Option<(&'t str, &'t str)> {
        let inner = text.strip_prefix(open)?;
        let end = head(inner, LONGEST / 4).find(close)?;
        Some((inner.get(..end)?, inner.get(end + close.len()..)?))
    };
    let (name, rest) = between("${{", "}}")
        .or_else(|| between("{{", "}}"))
        .or_else(|| inside(text, '{', '}'))
        .or_else(|| inside(text, '(', ')'))
        .or_else(|| between("<<", ">>").filter(|(name, _)| is_parameter(name)))
        .or_else(|| {
            // All that a script or a function is called with.
            let rest = text
                .strip_prefix("$@")
                .or_else(|| text.strip_prefix("$*"))?;
            Some((ARGUMENTS, rest))
        })
        .or_else(|| {
            let name = text.strip_prefix('$')?;
            let name = name.strip_prefix("env:").unwrap_or(name);
            let end = name.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_'));
            let end = end.unwrap_or(name.len());
            (end > 0).then(|| name.split_at(end))
        })?;
    if depth < DEEPEST
        && let Some(path) = printed::path(name, variables, depth)
    {
        return Some((path, rest));
    }
    let name = name.trim().trim_start_matches(['.', '$']);
    // The items of an array of bash; of one that is not known, nothing.
    if let Some(name) = name
        .strip_suffix("[@]")
        .or_else(|| name.strip_suffix("[*]"))
    {
        let known = variables.get(name).filter(|_| depth < DEEPEST);
        let items = known.map(|value| resolved(value, variables, depth + 1));
        let unknown = || match depth {
            0 => String::new(),
            // Text that stands for nothing would have no end.
            _ => hole(name),
        };
        return Some((items.unwrap_or_else(unknown), rest));
    }
    // `${X:-default}`, `{{ .X | default "y" }}`
    let usual = name.split_once(":-").map(|(_, usual)| unquoted(usual));
    // `${1:-x}` is what a script is asked for; a file is what it takes unless somebody names another one.
    let is_asked = name.starts_with(|char: char| char.is_ascii_digit());
    let usual = usual.filter(|usual| !is_asked || usual.contains('/') || is_yaml(usual));
    let name = name.split([':', '|']).next().unwrap_or(name).trim();
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_name = !last.is_empty()
        && last.len() < 100
        && last
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'));
    let value = match variables.get(last).filter(|_| is_name && depth < DEEPEST) {
        Some(value) => resolved(value, variables, depth + 1),
        None if is_name && !is_environment(last) && depth < DEEPEST + 2 => {
            let usual = usual.map(|usual| resolved(usual, variables, depth + 1));
            let usual = usual.filter(|usual| !usual.is_empty());
            usual.unwrap_or_else(|| hole(last))
        }
        None if is_name => hole(last),
        None if name == "*" => hole(STEM),
        None => hole("command"),
    };
    Some((value, rest))
}

/// The default in `${X:-"default"}`, without its quotes.
fn unquoted(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// What stands in `$(…)` or `${…}`, with the brackets in it.
fn inside(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let text = text.strip_prefix('$')?.strip_prefix(open)?;
    let mut depth = 0usize;
    for (at, char) in text.char_indices().take(LONGEST / 4) {
        match char {
            '\n' => return None,
            char if char == open => depth += 1,
            char if char == close && depth == 0 => {
                return Some((text.get(..at)?, text.get(at + 1..)?));
            }
            char if char == close => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether `<< … >>` is a parameter of CircleCI, and no file that is read.
fn is_parameter(name: &str) -> bool {
    let name = name.trim();
    let is_letter = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    name.contains('.') && name.chars().all(is_letter)
}

/// A text with its variables replaced.
pub(super) fn resolved(text: &str, variables: &Variables, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if out.len() > LONGEST {
            break;
        }
        match variable(rest, variables, depth) {
            Some((value, behind)) => {
                out += &value;
                rest = behind;
            }
            None => {
                out.push(char);
                rest = rest.get(char.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
