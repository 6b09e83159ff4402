//! Options of command lines that a password follows, as items of a list and in a line of a script: `curl -u user:password`,
//! `redis-cli -a password`, `mysql -ppassword`. What a letter says depends on the program; of one that nobody knows, what
//! follows is a secret when it looks drawn.

use std::ops::Range;

use envlint_yaml::Node;

use super::Reason;
use super::assignments::Assignment;
use super::examine::{Hit, examine, hit, setting};
use super::names::{Promise, promise};
use super::value::is_secret;

/// A group of programs that take a password in the same way.
struct Program {
    names: &'static [&'static str],
    /// The word that must come before the option: `docker login -p`, whereas `docker run -p` publishes a port.
    command: Option<&'static str>,
    options: &'static [&'static str],
    /// Where the password stands.
    form: Form,
    /// Whether it is written with the name of the user: `user:password`.
    is_login: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In the next word.
    Apart,
    /// Just behind the letter: a blank between makes the next word something else.
    Joined,
    /// Either.
    Both,
}

/// <https://dev.mysql.com/doc/refman/8.4/en/connecting.html>, <https://curl.se/docs/manpage.html>,
/// <https://redis.io/docs/latest/develop/tools/cli/>, <https://www.mongodb.com/docs/mongodb-shell/reference/options/>,
/// <https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-utility>, `man sshpass`, `man ldapsearch`, `man mosquitto_pub`.
const PROGRAMS: [Program; 8] = [
    Program {
        names: &["curl"],
        command: None,
        options: &["-u", "--user", "-U", "--proxy-user"],
        form: Form::Both,
        is_login: true,
    },
    Program {
        names: &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
        ],
        command: None,
        options: &["-p"],
        form: Form::Joined,
        is_login: false,
    },
    Program {
        names: &["sshpass"],
        command: None,
        options: &["-p"],
        form: Form::Both,
        is_login: false,
    },
    Program {
        names: &["redis-cli", "valkey-cli"],
        command: None,
        options: &["-a"],
        form: Form::Apart,
        is_login: false,
    },
    Program {
        names: &[
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "cypher-shell",
            "rabbitmqadmin",
        ],
        command: None,
        options: &["-p"],
        form: Form::Apart,
        is_login: false,
    },
    Program {
        names: &["docker", "podman", "nerdctl", "oras", "helm", "oc", "az"],
        command: Some("login"),
        options: &["-p"],
        form: Form::Apart,
        is_login: false,
    },
    Program {
        names: &["sqlcmd", "mosquitto_pub", "mosquitto_sub"],
        command: None,
        options: &["-P"],
        form: Form::Apart,
        is_login: false,
    },
    Program {
        names: &[
            "ldapsearch",
            "ldapadd",
            "ldapmodify",
            "ldapdelete",
            "ldapwhoami",
        ],
        command: None,
        options: &["-w"],
        form: Form::Apart,
        is_login: false,
    },
];

/// Letters that many programs read a password behind.
const LETTERS: [&str; 5] = ["-p", "-P", "-a", "-w", "-u"];

/// Words that a text has in it that gives a password so. Names as short as `az` are in every text: of these, their command.
pub(super) fn marks() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().flat_map(Program::marks)
}

/// Whether a text may give a password so: one of these words, with one of its options, or a letter as an item of a list.
pub(super) fn may_give(text: &str, small: &str) -> bool {
    let gives = |program: &Program| {
        program.marks().any(|mark| small.contains(mark))
            && program
                .options
                .iter()
                .any(|option| has(text, option, |_| true))
    };
    let is_item = |next: char| matches!(next, '"' | '\'' | ',' | ']' | '\r' | '\n');
    PROGRAMS.iter().any(gives) || LETTERS.iter().any(|letter| has(text, letter, is_item))
}

/// Whether an option begins a word of a text, and goes on in that way.
fn has(text: &str, option: &str, goes_on: fn(char) -> bool) -> bool {
    text.match_indices(option).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + option.len()..);
        let after = after.and_then(|text| text.chars().next());
        !before.is_some_and(|char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.'))
            && after.is_none_or(goes_on)
    })
}

impl Program {
    fn marks(&self) -> impl Iterator<Item = &'static str> {
        let names = self.names.iter().filter(|_| self.command.is_none());
        self.command.into_iter().chain(names.copied())
    }
}

/// What a word of a command line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Nothing of interest.
    Other,
    /// What the option before promises: `--token`, then the token.
    Promised(Promise),
    /// A password, from this byte on.
    Password(usize),
    /// `user:password`, from this byte on.
    Login(usize),
    /// What follows the letter of an unknown program.
    Unknown,
}

/// Reads a command line, word by word.
#[derive(Default)]
pub(super) struct CommandLine {
    program: Option<&'static Program>,
    /// Whether the program's command was named.
    is_named: bool,
    /// What the last word says of the next one.
    next: Option<Word>,
}

impl CommandLine {
    /// What the next word is. `is_open`: a quote follows it at once, so that it goes on in the next one.
    pub(super) fn word(&mut self, word: &str, is_open: bool) -> Word {
        let known = self.next.take();
        if let Some(known @ (Word::Password(_) | Word::Login(_))) = known {
            return known;
        }
        let own = match word.starts_with('-') {
            true => self.option(word, is_open),
            false => Word::Other,
        };
        if own == Word::Other && known.is_none() {
            self.name(word);
        }
        known.unwrap_or(own)
    }

    /// Whether a program was named whose options follow, perhaps on the next line.
    pub(super) fn is_open(&self) -> bool {
        self.program.is_some()
    }

    /// A program, or its command. A path such as `/var/lib/mysql` is neither.
    fn name(&mut self, word: &str) {
        self.is_named |= self
            .program
            .is_some_and(|program| program.command == Some(word));
        let is_program = !word.contains('/') || word.contains("bin/");
        let name = word.rsplit('/').next().unwrap_or_default();
        let known = || {
            PROGRAMS
                .iter()
                .find(|program| program.names.contains(&name))
        };
        if is_program && let Some(program) = known() {
            self.program = Some(program);
            self.is_named = program.command.is_none();
        }
    }

    fn option(&mut self, word: &str, is_open: bool) -> Word {
        let Some(program) = self.program.filter(|_| self.is_named) else {
            self.next = unknown(word);
            return Word::Other;
        };
        let is_long = |option: &str| option.starts_with("--");
        let of = |at| match program.is_login {
            true => Word::Login(at),
            false => Word::Password(at),
        };
        for option in program.options {
            let Some(rest) = word.strip_prefix(option) else {
                continue;
            };
            if is_long(option) && rest.starts_with('=') && rest.len() > 1 {
                return of(option.len() + 1);
            }
            let goes_on = is_open && rest == "=" && is_long(option);
            if goes_on || rest.is_empty() && (program.form != Form::Joined || is_open) {
                self.next = Some(of(0));
                return Word::Other;
            }
            if !rest.is_empty() && !is_long(option) && program.form != Form::Apart && !is_port(rest)
            {
                return of(option.len());
            }
        }
        // `curl -su user:password`
        let is_cluster = word.len() <= 6
            && word.bytes().skip(1).all(|byte| byte.is_ascii_alphabetic())
            && word.ends_with('u');
        self.next = match is_cluster && program.is_login {
            true => Some(of(0)),
            false => promised(word).map(Word::Promised),
        };
        Word::Other
    }
}

/// What an option of an unknown program says of the next word.
fn unknown(word: &str) -> Option<Word> {
    let letter = LETTERS.contains(&word).then_some(Word::Unknown);
    promised(word).map(Word::Promised).or(letter)
}

/// What the name of an option promises of the word after it: `--token x`, `-storepass x`.
fn promised(word: &str) -> Option<Promise> {
    /// Fewer letters behind one dash are options of their own.
    const SHORTEST: usize = 4;
    let name = word.strip_prefix("--").or_else(|| {
        let name = word.strip_prefix('-')?;
        (name.len() >= SHORTEST).then_some(name)
    })?;
    let promise = (!name.contains(['=', ' '])).then(|| promise(name))?;
    (promise != Promise::Nothing).then_some(promise)
}

/// `docker run --name mysql -p3306:3306` publishes a port.
fn is_port(text: &str) -> bool {
    /// The digits of the highest port.
    const LONGEST: usize = 5;
    let is_digit = |byte: u8| byte.is_ascii_digit() || byte == b':';
    (text.len() <= LONGEST || text.contains(':')) && text.bytes().all(is_digit)
}

/// The commands that a list of arguments begins with, or that stands next to it: `command: [redis-cli]`, `args: [-a, x]`.
pub(super) fn command_line(command: Option<&Node>) -> CommandLine {
    let mut line = CommandLine::default();
    let items = command.map(|command| {
        command
            .as_sequence()
            .unwrap_or(std::slice::from_ref(command))
    });
    for item in items.unwrap_or_default() {
        line.word(item.as_str().unwrap_or_default(), false);
    }
    line.next = None;
    line
}

/// The secrets of an item of a list of arguments that is one for the sake of an option.
pub(super) fn examine_word(text: &str, word: Word) -> Vec<Hit> {
    match word {
        Word::Other | Word::Promised(_) => examine(text, Promise::Nothing),
        Word::Password(at) => given(text, at).into_iter().collect(),
        Word::Login(at) => login(text, at),
        Word::Unknown => of_unknown(text),
    }
}

/// What follows a letter of an unknown program: a port, an address, a path, or a password. A draw is one; of a shorter one
/// nobody can be sure, so it is only masked.
fn of_unknown(text: &str) -> Vec<Hit> {
    let start = text.split_once(':').map_or(0, |(user, _)| user.len() + 1);
    for at in [start, 0] {
        let value = text.get(at..).unwrap_or_default();
        let reason = match () {
            () if is_secret(value, Promise::SecretName) => Reason::Random,
            () if is_secret(value, Promise::Token) => Reason::Named,
            () => continue,
        };
        return vec![hit(at..text.len(), reason)];
    }
    examine(text, Promise::Nothing)
}

fn given(text: &str, at: usize) -> Option<Hit> {
    let assignment = Assignment {
        value: at..text.len(),
        promise: Promise::Password,
        separator: '=',
        quoted: true,
        alone: true,
    };
    let value = text.get(at..)?;
    let reason = setting(value, &assignment).filter(|_| !is_variable_of_shell(value))?;
    Some(hit(assignment.value, reason))
}

/// Whether a word of a command is a variable of the shell, in letters of any case: `$registrypass`.
fn is_variable_of_shell(word: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    word.strip_prefix('$').is_some_and(|name| {
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name.bytes().all(is_part)
    })
}

/// The password of `user:password`, and the user where it is the same.
fn login(text: &str, at: usize) -> Vec<Hit> {
    let Some((user, password)) = text.get(at..).and_then(|text| text.split_once(':')) else {
        return Vec::new();
    };
    let Some(given) = given(text, at + user.len() + 1) else {
        return Vec::new();
    };
    let is_user = user == password;
    let user = is_user.then(|| hit(at..at + user.len(), Reason::Named));
    user.into_iter().chain([Hit { is_user, ..given }]).collect()
}

/// What ends a word of a line: a blank, a quote, or what parts commands.
const ENDS: &str = "\"'`,;|&()[]";

/// The passwords that options give in a line of a script or of JSON.
pub(super) fn in_line(line: &str, command: &mut CommandLine, take: &mut dyn FnMut(Range<usize>)) {
    let is_end = |char: char| char.is_whitespace() || ENDS.contains(char);
    let mut start = 0;
    // How far a password reaches that is written in quotes.
    let mut behind = 0;
    for part in line.split_inclusive(is_end) {
        let word = part.trim_end_matches(is_end);
        let at = start;
        start += part.len();
        let end = part.get(word.len()..).unwrap_or_default();
        if !word.is_empty() && at >= behind {
            let is_open = end.starts_with(['"', '\'']);
            let word = word.trim_end_matches('\\');
            let value = match command.word(word, is_open) {
                Word::Password(from) => Some(from),
                Word::Login(from) => word
                    .get(from..)
                    .and_then(|login| login.split_once(':'))
                    .map(|(user, _)| from + user.len() + 1),
                Word::Other | Word::Promised(_) | Word::Unknown => None,
            };
            if let Some(from) = value {
                behind = end_of(line, at, at + word.len());
                if at + from < behind {
                    take(at + from..behind);
                }
            }
        }
        if end.contains([';', '|', '&']) {
            *command = CommandLine::default();
        }
    }
    if !line.trim_end().ends_with('\\') {
        *command = CommandLine::default();
    }
}

/// Where a word ends: at its quote, when it begins behind one.
fn end_of(line: &str, at: usize, end: usize) -> usize {
    let before = line.get(..at).and_then(|before| before.chars().next_back());
    let quote = before.filter(|char| matches!(char, '"' | '\''));
    let rest = quote.and_then(|quote| line.get(at..)?.split(quote).next());
    rest.map_or(end, |rest| {
        at + rest.trim_end_matches('\\').trim_end().len()
    })
}

#[cfg(test)]
mod tests {
    use super::{CommandLine, Word, command_line, examine_word, in_line};
    use envlint_yaml::{Document, Node};

    /// What is taken from a list of arguments, behind its command.
    #[track_caller]
    fn check(list: &str, expected: &[&str]) {
        let document = Document::parse(list);
        let items = document.root().and_then(Node::as_sequence).expect("a list");
        let mut line = command_line(None);
        let mut found = Vec::new();
        for item in items {
            let text = item.as_str().unwrap_or_default();
            let hits = match line.word(text, false) {
                Word::Promised(promise) => super::examine(text, promise),
                word => examine_word(text, word),
            };
            found.extend(hits.into_iter().map(|hit| &text[hit.range]));
        }
        assert_eq!(found, expected, "{list}");
    }

    #[test]
    fn a_letter_says_what_its_program_reads() {
        check("[redis-cli, -h, db, -a, hunter2]", &["hunter2"]);
        check("[mongosh, -u, root, -p, hunter2]", &["hunter2"]);
        check("[mysql, -uroot, -phunter2]", &["hunter2"]);
        check("[mysql, -p, shop]", &[]);
        check("[docker, login, -u, me, -p, hunter2]", &["hunter2"]);
        check("[docker, run, -p, \"8080:8080\"]", &[]);
        check("[curl, -fsu, \"app:hunter2\", x]", &["hunter2"]);
        check("[curl, \"--user=app:hunter2\"]", &["hunter2"]);
        check("[keytool, -storepass, hunter2]", &["hunter2"]);
        check("[psql, -p, \"5432\"]", &[]);
    }

    #[test]
    fn of_an_unknown_program_what_looks_drawn_is_a_password() {
        check("[-p, x8Kd92mZpQ4r]", &["x8Kd92mZpQ4r"]);
        check("[-u, \"app:x8Kd92mZpQ4r\"]", &["x8Kd92mZpQ4r"]);
        for value in [
            "8080",
            "/var/lib/shop",
            "0.0.0.0:8080",
            "1000:1000",
            "$(PORT)",
            "kube-system",
        ] {
            check(
                &format!("[-p, {value}, -a, \"{value}\", -u, '{value}']"),
                &[],
            );
        }
    }

    #[test]
    fn arguments_go_on_with_the_command_next_to_them() {
        let command = Document::parse("[redis-cli]");
        let mut line = command_line(command.root());
        assert_eq!(line.word("-a", false), Word::Other);
        assert_eq!(line.word("hunter2", false), Word::Password(0));
    }

    #[test]
    fn a_quoted_password_is_taken_whole() {
        for (line, expected) in [
            ("curl -u \"app:hun;ter 2\" https://x", "hun;ter 2"),
            ("mysql -u root -p'hun ter' -e x", "hun ter"),
            ("sh -c \"redis-cli -a hunter2\"", "hunter2"),
            ("[\\\"mysql\\\", \\\"-phunter2\\\"]", "hunter2"),
        ] {
            let mut found = Vec::new();
            in_line(line, &mut CommandLine::default(), &mut |range| {
                found.push(&line[range])
            });
            assert_eq!(found, [expected], "{line}");
        }
    }
}
