//! Whether a program surely comes to a place, found without parsing it: blocks are told by braces and by indentation, and what
//! nobody can tell is no sure place.

use std::ops::Range;

use super::code::{Passed, passed};

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// It runs whenever what is around it does: the program itself, a class, a map in an expression.
    Sure,
    /// It runs under a condition, or again and again.
    Control,
    /// It runs when something calls it.
    Function,
}

/// A block that is open.
struct Block {
    kind: Kind,
    /// Whether the block may have ended before: `if (…) { return; }`.
    is_left: bool,
    /// The name of a class that is a stack: its constructor runs.
    stack: Option<String>,
}

/// Words that begin a block which may not run.
const CONTROL: [&str; 17] = [
    "if", "else", "for", "foreach", "while", "do", "switch", "match", "case", "default", "try",
    "catch", "finally", "select", "when", "until", "unless",
];

/// What begins a block that Pulumi runs, or one that only holds others.
const ENTRIES: [&str; 11] = [
    "pulumi.Run(",
    "pulumi.RunErr(",
    "Pulumi.run(",
    "Deployment.Run",
    "func main(",
    "fun main(",
    " Main(",
    " main(",
    "void stack(",
    "export = async",
    "module.exports = async",
];
const HOLDERS: [&str; 3] = ["class", "namespace", "object"];

/// For each place of a program, in order, whether the program surely comes there.
pub(super) fn are_sure(path: &str, text: &str, places: &[usize]) -> Vec<bool> {
    let is_python = path.ends_with(".py");
    let in_blocks = match is_python {
        true => vec![true; places.len()],
        false => in_blocks(text, places),
    };
    let places = places.iter().zip(in_blocks);
    places
        .map(|(place, is_sure)| is_sure && is_plain_statement(text, *place, is_python))
        .collect()
}

/// Whether all blocks around each place run.
fn in_blocks(text: &str, places: &[usize]) -> Vec<bool> {
    let mut sure = Vec::new();
    let mut open: Vec<Block> = Vec::new();
    let mut header = 0;
    for token in Tokens::of(text) {
        while places
            .get(sure.len())
            .is_some_and(|place| *place <= token.start)
        {
            sure.push(runs(&open));
        }
        match text.get(token.clone()).unwrap_or_default() {
            "{" => {
                let before = text.get(header..token.start).unwrap_or_default();
                open.push(block(before, &open));
            }
            "}" => drop(open.pop()),
            ";" => {}
            "return" => {
                if is_bare(text.get(token.end..).unwrap_or_default()) {
                    leave(&mut open);
                }
                continue;
            }
            _ => continue,
        }
        header = token.end;
    }
    sure.resize(places.len(), runs(&open));
    sure
}

fn runs(open: &[Block]) -> bool {
    open.iter()
        .all(|block| block.kind == Kind::Sure && !block.is_left)
}

/// Whether nothing is returned that would be a failure: `return err` ends what has failed anyway.
fn is_bare(after: &str) -> bool {
    let after = after.trim_start_matches([' ', '\t']);
    after.is_empty() || after.starts_with([';', '\n', '\r', '}']) || after.starts_with("nil")
}

/// A function may be left: what follows in it runs perhaps.
fn leave(open: &mut [Block]) {
    let mut around = open.iter_mut().rev();
    if let Some(block) = around.find(|block| block.kind != Kind::Control) {
        block.is_left = true;
    }
}

/// The block that begins behind a text, which itself begins behind the last statement or block.
fn block(header: &str, open: &[Block]) -> Block {
    let header = header.trim();
    let words: Vec<&str> = header
        .split(|char: char| !char.is_alphanumeric() && char != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let has = |word: &str| words.contains(&word);
    let is_constructor = open.last().and_then(|around| around.stack.as_ref());
    let is_constructor = is_constructor.is_some_and(|name| {
        let mut calls = header.split('(');
        calls.next().is_some_and(|before| before.ends_with(&**name))
    });
    let is_holder = HOLDERS.iter().any(|holder| has(holder));
    let is_entry = ENTRIES.iter().any(|entry| header.contains(entry));
    let kind = if words.first().is_some_and(|first| CONTROL.contains(first)) {
        Kind::Control
    } else if is_holder || is_entry || is_constructor || header.is_empty() && open.is_empty() {
        Kind::Sure
    } else if header.ends_with([')', '>'])
        || ["func", "function", "fun", "def"]
            .iter()
            .any(|word| has(word))
    {
        Kind::Function
    } else if is_conditional(header) || words.last().is_some_and(|last| CONTROL.contains(last)) {
        Kind::Control
    } else {
        Kind::Sure
    };
    let after_class = words.iter().skip_while(|word| **word != "class").nth(1);
    Block {
        kind,
        is_left: false,
        stack: after_class
            .filter(|_| words.contains(&"Stack"))
            .map(|name| (*name).to_owned()),
    }
}

/// Whether a part of an expression may not be reached behind this text.
fn is_conditional(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['?', '|', '&', '=']) {
        let from = rest.get(at..).unwrap_or_default();
        let next = from.chars().nth(1);
        // `a?.b` and `a?: string` decide nothing.
        let is_choice = from.starts_with('?') && !matches!(next, Some('.' | ':'));
        if is_choice || ["||", "&&", "=>"].iter().any(|sign| from.starts_with(sign)) {
            return true;
        }
        rest = from.get(1..).unwrap_or_default();
    }
    let mut words = text.split(|char: char| !char.is_alphanumeric() && char != '_');
    words.any(|word| {
        CONTROL.contains(&word) || ["or", "and", "lambda", "elif", "except"].contains(&word)
    })
}

/// The most lines of a statement that are looked at.
const MOST_LINES: usize = 20;

/// Whether a statement comes to a place whenever it runs: its lines up to there say no condition. A line that is indented more
/// than the one before belongs to the same statement, unless that one opens a block.
fn is_plain_statement(text: &str, place: usize, is_python: bool) -> bool {
    let before = super::reads::tail(text.get(..place).unwrap_or_default());
    let mut lines = before.rsplit('\n');
    let own = lines.next().unwrap_or_default();
    let own = own.rsplit([';', '{', '}']).next().unwrap_or(own);
    let mut here = own.len() - own.trim_start().len();
    if is_conditional(own) || is_python && is_else(text.get(place..).unwrap_or_default()) {
        return false;
    }
    for line in lines
        .filter(|line| !line.trim().is_empty())
        .take(MOST_LINES)
    {
        if here == 0 {
            return true;
        }
        let indentation = line.len() - line.trim_start().len();
        let code = line.trim();
        if indentation >= here && !code.ends_with(['(', ',', '=', '?', '|', '&', '+', '[']) {
            continue;
        }
        if code.ends_with(['{', ';', '}']) && !is_python {
            return true;
        }
        // A block of Python runs when somebody comes into it; a line of a call that goes on is none.
        if is_conditional(code) || is_python && code.ends_with(':') {
            return false;
        }
        here = indentation.min(here);
    }
    !is_python || here == 0
}

/// Whether a line of Python goes on with a condition: `config.require("a") if is_prod else None`.
fn is_else(rest: &str) -> bool {
    let line = rest.split('\n').next().unwrap_or_default();
    line.contains(" if ")
}

/// The braces, semicolons and words of a program, without its comments and texts.
struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    fn of(text: &'t str) -> Tokens<'t> {
        Tokens { text, at: 0 }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let start = self.at;
            if let Some(Passed::Comment(length) | Passed::Text(length) | Passed::Open(length)) =
                passed(rest, false)
            {
                self.at += length.max(1);
                continue;
            }
            let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
            let length = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
            if length > 0 {
                self.at += length;
                return Some(start..self.at);
            }
            let first = rest.chars().next()?;
            self.at += first.len_utf8();
            if matches!(first, '{' | '}' | ';') {
                return Some(start..self.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of `R` in a program, each with whether it is sure.
    fn sure(path: &str, text: &str) -> Vec<bool> {
        let places: Vec<usize> = text.match_indices("R(").map(|(at, _)| at).collect();
        are_sure(path, text, &places)
    }

    #[test]
    fn what_every_run_comes_to_is_sure() {
        for (path, text) in [
            (
                "a.ts",
                "const a = c.R('x');\nconst b = c.get('y') ?? 'z'\nconst d = c.R('x')\n",
            ),
            (
                "a.ts",
                "const b = new Bucket('b', {\n  tags: {a: c.R('x')},\n});\n",
            ),
            (
                "a.ts",
                "export = async () => {\n  const a = c.R('x');\n};\n",
            ),
            (
                "a.ts",
                "async function main() {\n  const b = f(\n    c.R('x'),\n  );\n}\n",
            ),
            (
                "a.go",
                "func main() {\n\tpulumi.Run(func(ctx *pulumi.Context) error {\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t\t_, err := s3.NewBucket(ctx, \"b\", &s3.BucketArgs{\n\t\t\tName: c.R(\"x\"),\n\t\t})\n\t\treturn nil\n\t})\n}\n",
            ),
            (
                "A.java",
                "public class App {\n  public static void main(String[] args) {\n    Pulumi.run(ctx -> {\n      var a = c.R(\"x\");\n    });\n  }\n}\n",
            ),
            (
                "A.cs",
                "return await Deployment.RunAsync(() =>\n{\n    var a = c.R(\"x\");\n});\n",
            ),
            (
                "A.cs",
                "class MyStack : Stack\n{\n    public MyStack()\n    {\n        var a = c.R(\"x\");\n    }\n}\n",
            ),
            ("a.py", "a = c.R('x')\nb = f(\n    c.R('x'),\n)\n"),
        ] {
            assert!(
                sure(path, text).into_iter().all(|is_sure| is_sure),
                "{text}"
            );
        }
    }

    #[test]
    fn branches_and_functions_are_not_sure() {
        for (path, text) in [
            (
                "a.ts",
                "if (stack === 'prod') {\n  const a = c.R('x');\n}\n",
            ),
            ("a.ts", "if (stack === 'prod')\n  c.R('x');\n"),
            ("a.ts", "if (s) f();\nelse c.R('x')\n"),
            ("a.ts", "const a = isProd ? c.R('x') : undefined;\n"),
            ("a.ts", "const a = isProd\n  ? c.R('x')\n  : undefined;\n"),
            (
                "a.ts",
                "const a = c.get('y') || c.R('x');\nconst b = p && c.R('x');\n",
            ),
            (
                "a.ts",
                "function db() { return c.R('x'); }\nconst f = () => c.R('x');\nconst g = () => {\n  c.R('x');\n};\n",
            ),
            (
                "a.ts",
                "const b = p ? new Bucket('b', {\n  a: c.R('x'),\n}) : undefined;\n",
            ),
            (
                "a.ts",
                "switch (s) {\n  case 'a':\n    c.R('x');\n}\ntry {\n  c.R('y');\n} catch (e) {}\n",
            ),
            (
                "a.ts",
                "export = async () => {\n  if (s) {\n    return;\n  }\n  c.R('x');\n};\n",
            ),
            (
                "a.ts",
                "const text = \"}\"; if (s) { const t = '{'; } for (const x of y) { c.R('x'); }\n",
            ),
            (
                "a.go",
                "func main() {\n\tpulumi.Run(func(ctx *pulumi.Context) error {\n\t\tif s == \"prod\" {\n\t\t\tc.R(\"x\")\n\t\t}\n\t\treturn nil\n\t})\n}\nfunc other() error {\n\tc.R(\"x\")\n}\n",
            ),
            ("a.py", "if s:\n    c.R('x')\n"),
            (
                "a.py",
                "a = c.R('x') if s else None\nb = c.get('y') or c.R('x')\n",
            ),
            ("a.py", "def f():\n    a = 1\n\n    return c.R('x')\n"),
            ("a.py", "try:\n    c.R('x')\nexcept Exception:\n    pass\n"),
        ] {
            assert!(
                !sure(path, text).into_iter().any(|is_sure| is_sure),
                "{text}"
            );
        }
    }

    #[test]
    fn any_text_is_searched_to_its_end() {
        for text in ["{ü{'", "}}R(", "`R(", "/*R(", "ü R(", "{;return"] {
            assert_eq!(sure("a.ts", text).len(), text.matches("R(").count());
        }
    }
}
