//! Secrets whose form names them, and no key before a `=` or `:`: clauses of SQL, options of programs, headers, directives of
//! configuration files, netrc, and the name and the value of a setting that stand apart.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::apart::Apart;
use super::assignments::Assignment;
use super::elements::elements;
use super::names::{Promise, promise};
use super::options::{self, CommandLine};

/// What a form has in it, and what else a text with it must have for the sift to take it.
struct Mark {
    word: &'static str,
    /// A mark that promises a secret itself, or stands next to a word that does, is found by that word. Of any other: one of
    /// these is in the text as well.
    rare: &'static [&'static str],
}

const fn mark(word: &'static str, rare: &'static [&'static str]) -> Mark {
    Mark { word, rare }
}

const TABLE: [Mark; 13] = [
    mark("password ", &[]),
    mark("identified ", &["'"]),
    mark("authorization", &[]),
    mark("requirepass", &[]),
    mark("masterauth", &[]),
    mark("rootpw", &[]),
    mark("bindpw", &[]),
    mark("machine ", &[]),
    mark("variable ", &[]),
    mark("user ", &[">"]),
    mark("name", &[]),
    mark("key", &[]),
    mark("</", &[]),
];

/// A text without any mark is put aside after one search.
static MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = TABLE.iter().map(|mark| mark.word);
    search(words.chain(options::marks()))
});

fn search(words: impl Iterator<Item = &'static str>) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        // A folded text has the words of a mark on two lines.
        .build(words.map(str::trim_end))
        .ok()
}

/// Whether a text may have a secret in one of the forms.
pub(super) fn has_mark(text: &str) -> bool {
    MARKS.as_ref().is_none_or(|marks| marks.is_match(text))
}

/// Whether a text may have one in a form that no word for a secret is a part of.
pub(super) fn has_rare_mark(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    let is_marked = |mark: &Mark| {
        let mut rare = mark.rare.iter();
        rare.any(|other| text.contains(other)) && small.contains(mark.word.trim_end())
    };
    TABLE.iter().any(is_marked) || options::may_give(text, &small)
}

/// The secrets of a text in these forms.
pub(super) fn forms(text: &str) -> Vec<Assignment> {
    let mut found = Vec::new();
    if !has_mark(text) {
        return found;
    }
    let mut take = |range: Range<usize>, promise: Promise, quoted: bool| {
        found.push(Assignment {
            value: range,
            promise,
            separator: '=',
            quoted,
            alone: true,
        });
    };
    elements(text, &mut take);
    variables(text, &mut take);
    let is_netrc = text.contains("machine ") && text.contains("login ");
    let mut offset = 0;
    let mut apart = Apart::default();
    let mut command = CommandLine::default();
    for line in text.split_inclusive('\n') {
        let mut take = |range: Range<usize>, promise: Promise, quoted: bool| {
            take(offset + range.start..offset + range.end, promise, quoted);
        };
        apart.close(line);
        let is_marked = has_mark(line);
        if is_marked || command.is_open() {
            let mut password = |range| take(range, Promise::Password, true);
            options::in_line(line, &mut command, &mut password);
        }
        if is_marked || line.contains("value") {
            clauses(line, &mut take);
            headers(line, &mut take);
            directives(line, is_netrc, &mut take);
            acl(line, &mut take);
            apart.line(line, &mut take);
        }
        offset += line.len();
    }
    found
}

/// What takes a secret: its place in the line, what it promises, and whether it is quoted.
pub(super) type Take<'t> = dyn FnMut(Range<usize>, Promise, bool) + 't;

/// The ends of every occurrence of a word in small letters.
pub(super) fn after<'l>(small: &'l str, word: &'l str) -> impl Iterator<Item = usize> + 'l {
    small
        .match_indices(word)
        .filter(|(at, _)| {
            let before = small
                .get(..*at)
                .and_then(|before| before.chars().next_back());
            !before.is_some_and(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.'))
        })
        .map(|(at, word)| at + word.len())
}

/// `CREATE USER app WITH PASSWORD 'x'`, `IDENTIFIED BY 'x'`.
fn clauses(line: &str, take: &mut Take<'_>) {
    let small = line.to_ascii_lowercase();
    if !small.contains('\'') {
        return;
    }
    for word in ["password ", "identified by "] {
        for at in after(&small, word) {
            let rest = line.get(at..).unwrap_or_default();
            let start = rest.len() - rest.trim_start().len();
            let Some(inner) = rest.trim_start().strip_prefix('\'') else {
                continue;
            };
            let Some(end) = inner.find('\'').filter(|end| *end > 0) else {
                continue;
            };
            let start = at + start + 1;
            take(start..start + end, Promise::Password, true);
        }
    }
}

/// `Authorization: Bearer x`, as a header, in JSON, or in quotes on a command line.
fn headers(line: &str, take: &mut Take<'_>) {
    let small = line.to_ascii_lowercase();
    for at in after(&small, "authorization") {
        let rest = line.get(at..).unwrap_or_default();
        let value = rest.trim_start_matches(['"', '\'', '\\', ':', '=', ' ']);
        let between = rest.get(..rest.len() - value.len()).unwrap_or_default();
        if !between.contains([':', '=']) {
            continue;
        }
        // No scheme is longer; a line without blanks may be as long as a file.
        let near = value.get(..super::floor(value, LONGEST_SCHEME + 1));
        let Some((scheme, _)) = near.and_then(|near| near.split_once(' ')) else {
            continue;
        };
        if !["bearer", "basic", "token", "apikey", "bot", "splunk"]
            .contains(&scheme.to_ascii_lowercase().as_str())
        {
            continue;
        }
        let token = value.get(scheme.len() + 1..).unwrap_or_default();
        let start = at + between.len() + scheme.len() + 1;
        take(start..start + word(token).len(), Promise::Token, false);
    }
}

/// The length of the longest of these schemes.
const LONGEST_SCHEME: usize = 6;

/// The text up to what ends a word of a shell, JSON or YAML.
pub(super) fn word(text: &str) -> &str {
    let ends = |char: char| char.is_whitespace() || "\"'`,;|&)]}<>\\".contains(char);
    text.get(..text.find(ends).unwrap_or(text.len()))
        .unwrap_or_default()
}

/// Words that a password follows.
pub(super) const DIRECTIVES: [&str; 4] = ["requirepass", "masterauth", "rootpw", "bindpw"];

/// `requirepass x` of Redis, `rootpw x` of OpenLDAP, `password x` of netrc.
fn directives(line: &str, is_netrc: bool, take: &mut Take<'_>) {
    let trimmed = line.trim_start();
    let begins = line.len() - trimmed.len();
    let first = trimmed.split([' ', '\t']).next().unwrap_or_default();
    let mut names = vec![];
    if DIRECTIVES.contains(&first) {
        names.push(begins + first.len());
    }
    if is_netrc {
        names.extend(after(line, "password ").map(|at| at - 1));
    }
    for at in names {
        let rest = line.get(at..).unwrap_or_default();
        let value = rest.trim_start();
        let start = at + rest.len() - value.len();
        let bare = value.trim_start_matches(['"', '\'']);
        let start = start + value.len() - bare.len();
        let value = word(bare);
        if !value.is_empty() {
            take(start..start + value.len(), Promise::Password, true);
        }
    }
}

/// The passwords of a rule of Redis: `user default on >hunter2 ~* +@all`.
/// <https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/>
fn acl(line: &str, take: &mut Take<'_>) {
    let Some((_, rule)) = line.split_once("user ") else {
        return;
    };
    let mut words = rule.split_whitespace().skip(1);
    let grants = |word: &str| word.starts_with(['~', '%', '+', '&', '-']) || word == "allkeys";
    if !words.any(|word| matches!(word, "on" | "off")) || !rule.split_whitespace().any(grants) {
        return;
    }
    for (at, mark) in line.match_indices(" >") {
        let start = at + mark.len();
        let password = word(line.get(start..).unwrap_or_default());
        if !password.is_empty() {
            take(start..start + password.len(), Promise::Password, true);
        }
    }
}

/// The default of a variable of Terraform: `variable "db_password" { default = "x" }`.
fn variables(text: &str, take: &mut Take<'_>) {
    /// How many bytes a variable has at the most before its default.
    const LONGEST: usize = 2_000;
    for (at, word) in text.match_indices("variable \"") {
        let start = at + word.len();
        let rest = text.get(start..).unwrap_or_default();
        let rest = rest.get(..super::floor(rest, LONGEST)).unwrap_or(rest);
        // All lines may be joined to one.
        let rest = rest.split(word).next().unwrap_or(rest);
        let name = rest.split('"').next().unwrap_or_default();
        let promise = promise(name);
        if promise == Promise::Nothing {
            continue;
        }
        let mut offset = start;
        for line in rest.split_inclusive('\n') {
            let setting = after(line, "default").find_map(|at| {
                let value = line.get(at..)?.trim_start().strip_prefix('=')?;
                let inner = value.trim_start().strip_prefix('"')?;
                let start = line.len() - inner.len();
                let length = inner.find('"').filter(|length| *length > 0)?;
                Some(start..start + length)
            });
            if let Some(range) = setting {
                take(offset + range.start..offset + range.end, promise, true);
                break;
            }
            if line.starts_with('}') {
                break;
            }
            offset += line.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::forms;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = forms(text)
            .into_iter()
            .map(|assignment| &text[assignment.value])
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn reads_what_no_key_names() {
        check("CREATE USER app WITH PASSWORD 'hunter2';", &["hunter2"]);
        check("create user app identified by 'hunter2'", &["hunter2"]);
        check(
            "psql -c \"ALTER ROLE app PASSWORD 'hunter2'\"",
            &["hunter2"],
        );
        check("curl -s -u app:hunter2 https://x", &["hunter2"]);
        check("curl --user=\"app:hunter2\" https://x", &["hunter2"]);
        check("curl -u app https://x", &[]);
        check("Authorization: Bearer x8Kd92", &["x8Kd92"]);
        check("{\"Authorization\": \"Basic YXBwOng=\"}", &["YXBwOng="]);
        check("curl -H 'Authorization: token abc' https://x", &["abc"]);
        check("port 6379\nrequirepass hunter2\n", &["hunter2"]);
        check("machine x login y password hunter2", &["hunter2"]);
        check("machine x\nlogin y\npassword hunter2\n", &["hunter2"]);
        check("<password>hunter2</password>", &["hunter2"]);
        check("<password>\n  hunter2\n</password>", &["hunter2"]);
        check(
            "<password enabled=\"true\"><![CDATA[hunter2]]></password>",
            &["hunter2"],
        );
        check("<password><type>text</type></password>", &[]);
        check("<entry key=\"db.password\">hunter2</entry>", &["hunter2"]);
        check(
            "<property name=\"db.password\" value=\"hunter2\"/>",
            &["hunter2"],
        );
        check(
            "variable \"db_password\" {\n  type = string\n  default = \"hunter2\"\n}\n",
            &["hunter2"],
        );
        check(
            "variable \"db_password\" {\n}\nvariable \"x\" {\n  default = \"hunter2\"\n}\n",
            &[],
        );
        check(
            "<property>\n  <name>javax.jdo.option.ConnectionPassword</name>\n  <value>hunter2</value>\n</property>",
            &["hunter2"],
        );
        check("- name: DB_PASSWORD\n  value: hunter2\n", &["hunter2"]);
        check(
            "variable \"smtp_password\" {\n  type = string\n}\n\nvariable \"domain\" {\n  default = \"shop.org\"\n}\n",
            &[],
        );
        check(
            "variable \"smtp_password\" { } variable \"domain\" { default = \"shop.org\" }",
            &[],
        );
        check("user default on >hunter2 ~* +@all", &["hunter2"]);
        check("echo user on > file", &[]);
        check(
            "[{\"name\": \"DB_PASSWORD\", \"value\": \"hunter2\"}]",
            &["hunter2"],
        );
        check("- name: LOG_LEVEL\n  value: hunter2\n", &[]);
        check(
            "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n",
            &[],
        );
        check(
            "PG_PASSWORD:\n  name: db\n  key: 'password'\nHOST:\n  value: 'rabbitmq'\n",
            &[],
        );
        check("sshpass -p hunter2 ssh x", &["hunter2"]);
        check(
            "mysqldump -u root -phunter2 shop | gzip -pxyz",
            &["hunter2"],
        );
        check("[\"mysql\", \"-phunter2\"]", &["hunter2"]);
        check("mysql -u root -p'hunter2' -e 'x'", &["hunter2"]);
        check("redis-cli -h db -a hunter2 ping", &["hunter2"]);
        check(
            "curl \\\n  -u app:hunter2 \\\n  x\nmysql -p shop\n",
            &["hunter2"],
        );
        check("docker run --name mysql -p3306:3306 x", &[]);
        check("cp -r /var/lib/mysql -pvariables", &[]);
        check("mysql -p shop", &[]);
        check("the password is unknown", &[]);
    }
}
