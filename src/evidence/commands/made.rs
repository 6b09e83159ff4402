//! Files that a script makes before it deploys them: `cp helm/values-prod.yaml values.yml`, `sops -d secrets.yaml > plain.yaml`,
//! `envsubst < values.tpl.yaml > values.yaml`. What is deployed is written in the file that they are made of.

use std::collections::VecDeque;

use super::variables::{LONGEST, Variables};
use super::words;
use crate::source::join;
use crate::values::Pattern;

/// More lines before a command are not looked at.
const MOST: usize = 200;
/// More words of one line are not looked at.
const MOST_WORDS: usize = 60;

/// What a file is before a command reads it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Made {
    /// Another one in other words.
    Of(Source),
    /// Written by the script itself, in the line that is so many before the command.
    New(usize),
}

/// The file that another one is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Source {
    pub path: String,
    /// What makes the one of the other: `decrypts`.
    pub how: &'static str,
    /// Paths whose values are written anew in what is made.
    pub given: Vec<Pattern>,
    /// How many lines before the command it is made.
    pub above: usize,
}

/// Programs whose output says the same as what they read, and what they do with it.
const PROGRAMS: [(&str, &str); 15] = [
    ("cp", "copies"),
    ("mv", "moves"),
    ("cat", "copies"),
    ("tee", "copies"),
    ("sops", "decrypts"),
    ("age", "decrypts"),
    ("gpg", "decrypts"),
    ("ansible-vault", "decrypts"),
    ("helm", "decrypts"),
    ("op", "fills in"),
    ("vals", "fills in"),
    ("envsubst", "fills in"),
    ("gomplate", "fills in"),
    ("j2", "fills in"),
    ("sed", "changes"),
];

/// Words that say the contrary, or that only a part is taken.
const OTHERS: [&str; 4] = ["-e", "--encrypt", "encrypt", "--extract"];

/// How a command that runs later gets a file; `before` is what the script does until then. None where nothing makes it.
pub(super) fn made(before: &str, file: &str, variables: &Variables) -> Option<Made> {
    let name = file.strip_prefix("./").unwrap_or(file);
    let stem = name.rsplit('/').next().unwrap_or(name);
    let ending = stem.rsplit('\u{E001}').next().unwrap_or(stem);
    let mut given = Vec::new();
    for (above, line) in statements(before) {
        // Most lines have nothing to do with the file.
        let may_name = line.contains(ending) || line.contains(['$', '{', '*']);
        if !may_name {
            continue;
        }
        let line = words::resolved(&line, variables, 0);
        for statement in parts(&line).iter().rev() {
            match Step::of(statement).made(name) {
                Some(Making::Again(changed)) => given.extend(changed),
                Some(Making::New) => return Some(Made::New(above)),
                Some(Making::Of(path, how, changed)) => {
                    given.extend(changed);
                    return Some(Made::Of(Source {
                        path,
                        how,
                        given,
                        above,
                    }));
                }
                None => {}
            }
        }
    }
    None
}

/// The lines of a text, the last one first, each with those that continue it, and how many lines before the end it begins.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut lines: VecDeque<(usize, String)> = VecDeque::new();
    let last = text.matches('\n').count();
    let mut continues = false;
    for (index, line) in text.split('\n').enumerate().skip(last.saturating_sub(MOST)) {
        let (line, goes_on) = match line.trim_end().strip_suffix('\\') {
            Some(line) => (line, true),
            None => (line, false),
        };
        match lines
            .front_mut()
            .filter(|(_, known)| continues && known.len() < LONGEST)
        {
            Some((_, known)) => {
                known.push(' ');
                known.push_str(line.trim_start());
            }
            None => lines.push_front((last - index, line.to_owned())),
        }
        continues = goes_on;
    }
    lines
        .into_iter()
        .filter(|(_, line)| line.len() < LONGEST)
        .collect()
}

/// The statements of a line, each as its words, with `>`, `<` and `|` as words of their own.
fn parts(line: &str) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = vec![Vec::new()];
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let signs = ["&&", "||", ";", "(", ")", ">>", "<<", ">", "<", "|", "&"];
        let sign = signs.iter().find(|sign| rest.starts_with(**sign));
        let length = sign.map_or_else(|| word_length(rest), |sign| sign.len());
        let (word, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = behind.trim_start();
        match sign {
            Some(&"&&" | &"||" | &";" | &"(" | &")" | &"&") => found.push(Vec::new()),
            _ => {
                let last = found.last_mut().filter(|last| last.len() < MOST_WORDS);
                last.into_iter().for_each(|last| last.push(unquoted(word)));
            }
        }
    }
    found.retain(|words| !words.is_empty());
    found
}

/// How long a word is, with what is quoted in it.
fn word_length(text: &str) -> usize {
    let mut quote = None;
    let end = text.find(|char: char| match quote {
        Some(open) => {
            if char == open {
                quote = None;
            }
            false
        }
        None if matches!(char, '"' | '\'') => {
            quote = Some(char);
            false
        }
        None => char.is_whitespace() || "&|;()<>".contains(char),
    });
    end.unwrap_or(text.len()).max(1)
}

/// A word as the program gets it.
fn unquoted(word: &str) -> String {
    let inner = |quote: char| word.strip_prefix(quote)?.strip_suffix(quote);
    let inner = inner('"')
        .or_else(|| inner('\''))
        .filter(|inner| !inner.is_empty());
    let word = inner.map_or_else(|| word.replace(['"', '\''], ""), str::to_owned);
    word.strip_prefix("./").map(str::to_owned).unwrap_or(word)
}

/// What a statement does with a file.
enum Making {
    /// It changes what is there: the paths whose values are written anew.
    Again(Vec<Pattern>),
    /// It writes it.
    New,
    /// It makes it of another one, and writes some values anew.
    Of(String, &'static str, Vec<Pattern>),
}

/// One statement: programs that hand on to each other, what the first one reads, and where the last one writes to.
#[derive(Default)]
struct Step<'l> {
    programs: Vec<&'l str>,
    /// The other words, without those of options.
    arguments: Vec<&'l str>,
    /// What is written to: `> FILE`, `-o FILE`, the last word of `cp`.
    target: Option<&'l str>,
    is_in_place: bool,
    /// The text is written in the script, or something else is made of what is read.
    is_other: bool,
}

impl<'l> Step<'l> {
    fn of(statement: &'l [String]) -> Step<'l> {
        let mut step = Step::default();
        let mut words = statement.iter().map(String::as_str);
        let mut is_first = true;
        while let Some(word) = words.next() {
            match word {
                "|" => is_first = true,
                ">" => step.target = words.next(),
                // What is added to a file is not known.
                ">>" | "<<" => step.is_other = true,
                "<" => step.arguments.extend(words.next()),
                _ if is_first => {
                    // `NAME=value sops …`, `- run: sops …`, `@sops`
                    let name = word.trim_start_matches('@').rsplit('/').next();
                    let name = name.unwrap_or(word);
                    is_first = name.contains('=')
                        || name.ends_with(':')
                        || matches!(name, "-" | "sudo" | "then" | "do" | "else" | "exec" | "run");
                    if !is_first {
                        step.programs.push(name);
                    }
                }
                "--in-place" => step.is_in_place = true,
                word if word.starts_with("-i") && !word.starts_with("--") => {
                    step.is_in_place = true;
                }
                "-o" | "--output" | "--out" | "-out" | "--out-file" => {
                    step.target = words.next();
                }
                "--config" | "-c" | "--input-type" | "--output-type" => {
                    words.next();
                }
                word if OTHERS.contains(&word) && step.programs.last() != Some(&"sed") => {
                    step.is_other = true;
                }
                word if word.starts_with('-') => {
                    let joined = ["--output=", "--out="].iter();
                    let target = joined
                        .filter_map(|option| word.strip_prefix(*option))
                        .next();
                    step.target = target.or(step.target);
                }
                word => step.arguments.push(word),
            }
        }
        let first = step.programs.first().copied();
        if step.target.is_none() && matches!(first, Some("cp" | "mv")) && step.arguments.len() > 1 {
            step.target = step.arguments.pop();
        }
        // `envsubst < A | tee B`
        if step.target.is_none() && step.programs.last() == Some(&"tee") && step.programs.len() > 1
        {
            step.target = step.arguments.pop();
        }
        step
    }

    /// What it does with a file of a name.
    fn made(&self, name: &str) -> Option<Making> {
        let last = self.programs.last().copied().unwrap_or_default();
        let names_it = self.arguments.last() == Some(&name);
        if names_it && self.is_in_place && self.target.is_none() {
            return Some(Making::Again(self.written(last)));
        }
        if self.target != Some(name) {
            return self.copied_into(name);
        }
        let known = self.programs.iter().map(|program| self.does(program));
        let known: Option<Vec<&'static str>> = known.collect();
        let how = known.map(|known| {
            let told = known.iter().find(|how| **how != "copies");
            told.copied().unwrap_or("copies")
        });
        let files = self.arguments.iter().filter(|word| is_file(word));
        let files: Vec<&&str> = files.collect();
        match (how, files.as_slice()) {
            (Some(how), [of]) if !self.is_other && **of != name => {
                Some(Making::Of((**of).to_owned(), how, self.written(last)))
            }
            _ => Some(Making::New),
        }
    }

    /// A copy in a folder that files are copied into: `cp chart/values.*.yaml build/`.
    fn copied_into(&self, name: &str) -> Option<Making> {
        let is_copy = matches!(self.programs.as_slice(), ["cp"] | ["mv"]);
        let (home, file) = name.rsplit_once('/').filter(|_| is_copy)?;
        let target = self.target?.trim_start_matches("./");
        let mut arguments = self.arguments.iter();
        let folder = arguments.find_map(|word| {
            let (folder, pattern) = word.rsplit_once('/').unwrap_or(("", word));
            is_of(pattern, file).then_some(folder)
        });
        let folder = folder.filter(|_| target.trim_end_matches('/') == home)?;
        Some(Making::Of(join(folder, file), "copies", Vec::new()))
    }

    /// What a program does with a file; none where it makes something else of it.
    fn does(&self, program: &str) -> Option<&'static str> {
        let (_, how) = PROGRAMS.iter().find(|(known, _)| *known == program)?;
        let is_known = program != "helm" || self.arguments.first() == Some(&"secrets");
        is_known.then_some(*how)
    }

    /// The paths whose values are written anew: by `sed "s+tag.*+tag: ${TAG}+g"`, or by `yq '.image.tag = "x"'`.
    fn written(&self, program: &str) -> Vec<Pattern> {
        let arguments = self.arguments.iter();
        let found = arguments.filter_map(|word| match program {
            "yq" => assigned(word)?.parse().ok(),
            _ => format!("**.\"{}\"", replaced(word)?).parse().ok(),
        });
        found.collect()
    }
}

/// Whether a file is the one that a word names, or one of those: `values.*.yaml`.
fn is_of(pattern: &str, file: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == file,
        Some((before, after)) => {
            let rest = file.strip_prefix(before);
            rest.is_some_and(|rest| rest.len() >= after.len() && rest.ends_with(after))
        }
    }
}

/// Whether a word is a file with values, or one that they are made of.
fn is_file(word: &str) -> bool {
    let endings = [
        ".yaml",
        ".yml",
        ".tpl",
        ".tmpl",
        ".enc",
        ".sops",
        ".gpg",
        ".age",
        ".template",
        ".dist",
        ".j2",
        ".dec",
    ];
    endings.iter().any(|ending| word.ends_with(ending)) && !word.contains([' ', '=', '*'])
}

/// The path that an expression of yq sets: `.image.tag = "x"`.
fn assigned(expression: &str) -> Option<String> {
    let (path, _) = expression.split_once('=')?;
    let path = path.trim_end_matches(['|', ' ']).strip_prefix('.')?;
    let is_letter = |char: char| char.is_ascii_alphanumeric() || "._-[]\"".contains(char);
    (!path.is_empty() && path.chars().all(is_letter)).then(|| path.to_owned())
}

/// The key that `s+tag.*+tag: ${TAG}+g` writes anew.
fn replaced(expression: &str) -> Option<String> {
    let signs = ["s+", "s/", "s|", "s#", "s,", "s@"];
    let rest = signs
        .iter()
        .find_map(|sign| expression.strip_prefix(sign))?;
    let rest = rest.trim_start_matches(['^', ' ', '\\', '(']);
    let is_key = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    let key: String = rest.chars().take_while(|char| is_key(*char)).collect();
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(script: &str, file: &str) -> String {
        let known = Variables::from([("ENV".to_owned(), "prod".to_owned())]);
        match made(script, file, &known) {
            None => "nothing".to_owned(),
            Some(Made::New(above)) => format!("new {above}"),
            Some(Made::Of(source)) => {
                let given = source.given.iter().map(|given| format!(" {given}"));
                let given: String = given.collect();
                format!("{} {} {}{given}", source.how, source.path, source.above)
            }
        }
    }

    #[test]
    fn files_are_made_of_others() {
        for (script, expected) in [
            (
                "cp helm/values-prod.yaml b.yaml\necho\n",
                "copies helm/values-prod.yaml 2",
            ),
            (
                "cp a.yaml b.yaml\ncat b.yaml\nsed -i \"s+tag.*+tag: ${TAG}+g\" b.yaml\n",
                "copies a.yaml 3 **.tag",
            ),
            (
                "cp a.yaml ./b.yaml\nyq -i '.image.tag = \"x\"' b.yaml\n",
                "copies a.yaml 2 image.tag",
            ),
            (
                "\tsops -d secrets-$(ENV).yaml > b.yaml\n",
                "decrypts secrets-prod.yaml 1",
            ),
            (
                "sops --config .sops.yaml -d a.enc.yaml \\\n  --output b.yaml\n",
                "decrypts a.enc.yaml 2",
            ),
            (
                "  - run: sops -d --output=b.yaml a.yaml\n",
                "decrypts a.yaml 1",
            ),
            ("helm secrets decrypt a.yaml >b.yaml\n", "decrypts a.yaml 1"),
            (
                "envsubst < a.tpl.yaml > \"b.yaml\"\n",
                "fills in a.tpl.yaml 1",
            ),
            (
                "cat a.yaml | envsubst '$X' > b.yaml && echo\n",
                "fills in a.yaml 1",
            ),
            ("envsubst < a.yaml | tee b.yaml\n", "fills in a.yaml 1"),
            (
                "sed 's/tag: .*/tag: 1/' a.yaml > b.yaml\n",
                "changes a.yaml 1 **.tag",
            ),
            (
                "gomplate -f a.yaml.tmpl -o b.yaml\n",
                "fills in a.yaml.tmpl 1",
            ),
            ("cat <<EOF > b.yaml\na: 1\nEOF\n", "new 3"),
            ("cat > b.yaml << EOF\n", "new 1"),
            ("jq '{secrets: .}' a.json > b.yaml\n", "new 1"),
            ("cat a.yaml c.yaml > b.yaml\n", "new 1"),
            ("sops -e a.yaml > b.yaml\n", "new 1"),
            ("cp a.yaml c.yaml\n", "nothing"),
            ("sed -i s/a/b/ b.yaml\n", "nothing"),
            ("echo b.yaml\n", "nothing"),
            ("cat b.yaml > c.yaml\n", "nothing"),
        ] {
            assert_eq!(seen(script, "./b.yaml"), expected, "{script}");
        }
        assert_eq!(
            seen("cp a-$ENV.yaml b-$ENV.yaml", "b-prod.yaml"),
            "copies a-prod.yaml 0"
        );
        for (script, expected) in [
            (
                "cp ./chart/values.*.yaml ./build/",
                "copies chart/values.dev.yaml 0",
            ),
            (
                "cp chart/values.dev.yaml build",
                "copies chart/values.dev.yaml 0",
            ),
            ("cp chart/values.*.yaml other/", "nothing"),
            ("cp chart/secrets.*.yaml build/", "nothing"),
        ] {
            assert_eq!(
                seen(script, "./build/values.dev.yaml"),
                expected,
                "{script}"
            );
        }
    }
}
