//! Patterns of `.Files.Glob` (gobwas/glob with `/` as the separator): `*` and `?` stay inside a path element, `**` crosses them,
//! `[abc]`, `[!a-z]`, `{one,two}` and `\` as usual.

/// How many plain patterns the braces of one pattern may stand for.
const MAX_ALTERNATIVES: usize = 1000;

/// A compiled pattern: it matches what one of its alternatives matches.
#[derive(Debug)]
pub(crate) struct Glob {
    alternatives: Vec<Vec<Token>>,
}

#[derive(Clone, Debug)]
enum Token {
    /// `*`
    Element,
    /// `**`
    Anything,
    /// `?`
    Single,
    Char(char),
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Glob {
    /// Reads a pattern; `None` when it is malformed.
    pub(crate) fn compile(pattern: &str) -> Option<Glob> {
        let mut parser = Parser {
            chars: pattern.chars().collect(),
            at: 0,
        };
        let alternatives = parser.sequence(false)?;
        (parser.at == parser.chars.len()).then_some(Glob { alternatives })
    }

    /// The pattern that Helm falls back to: every file.
    pub(crate) fn everything() -> Glob {
        Glob {
            alternatives: vec![vec![Token::Anything]],
        }
    }

    /// How many parts a name is held against.
    pub(crate) fn parts(&self) -> usize {
        self.alternatives.iter().map(Vec::len).sum()
    }

    /// Whether all of `name` matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        self.alternatives
            .iter()
            .any(|tokens| matches(tokens, &name))
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
}

impl Parser {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += 1;
        c
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// The alternatives of a run of tokens; inside braces it ends before `,` or `}`.
    fn sequence(&mut self, in_braces: bool) -> Option<Vec<Vec<Token>>> {
        let mut alternatives: Vec<Vec<Token>> = vec![Vec::new()];
        while let Some(c) = self.peek() {
            if in_braces && (c == ',' || c == '}') {
                break;
            }
            self.at += 1;
            let token = match c {
                '*' if self.peek() == Some('*') => {
                    self.at += 1;
                    Token::Anything
                }
                '*' => Token::Element,
                '?' => Token::Single,
                '\\' => Token::Char(self.next()?),
                '[' => self.class()?,
                '{' => {
                    alternatives = self.braces(alternatives)?;
                    continue;
                }
                '}' => return None,
                other => Token::Char(other),
            };
            alternatives
                .iter_mut()
                .for_each(|tokens| tokens.push(token.clone()));
        }
        Some(alternatives)
    }

    fn braces(&mut self, before: Vec<Vec<Token>>) -> Option<Vec<Vec<Token>>> {
        let mut options = Vec::new();
        loop {
            options.extend(self.sequence(true)?);
            match self.next()? {
                ',' => {}
                _ => break,
            }
        }
        if before.len().saturating_mul(options.len()) > MAX_ALTERNATIVES {
            return None;
        }
        let join = |head: &Vec<Token>| {
            options
                .iter()
                .map(|tail| [head.as_slice(), tail].concat())
                .collect::<Vec<_>>()
        };
        Some(before.iter().flat_map(join).collect())
    }

    fn class(&mut self) -> Option<Token> {
        let negated = self.peek() == Some('!');
        if negated {
            self.at += 1;
        }
        let mut ranges = Vec::new();
        loop {
            let low = match self.next()? {
                ']' if !ranges.is_empty() => return Some(Token::Class { negated, ranges }),
                ']' => return None,
                '\\' => self.next()?,
                c => c,
            };
            if self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']') {
                self.at += 1;
                ranges.push((low, self.next()?));
            } else {
                ranges.push((low, low));
            }
        }
    }
}

/// All places that the tokens so far can reach, one token after the other: no backtracking, whatever the pattern.
fn matches(tokens: &[Token], name: &[char]) -> bool {
    let mut reached = vec![false; name.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for token in tokens {
        let mut next = vec![false; name.len() + 1];
        let mut carried = false;
        for (at, slot) in next.iter_mut().enumerate() {
            let here = reached.get(at).copied().unwrap_or_default();
            let before = at.checked_sub(1).and_then(|i| {
                name.get(i)
                    .map(|c| (*c, reached.get(i).copied().unwrap_or_default()))
            });
            *slot = match (token, before) {
                (Token::Anything, _) => {
                    carried = carried || here;
                    carried
                }
                (Token::Element, before) => {
                    carried = here || (carried && before.is_some_and(|(c, _)| c != '/'));
                    carried
                }
                (Token::Single, Some((c, was))) => was && c != '/',
                (Token::Char(expected), Some((c, was))) => was && c == *expected,
                (Token::Class { negated, ranges }, Some((c, was))) => {
                    was && ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
                }
                (_, None) => false,
            };
        }
        reached = next;
    }
    reached.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_gobwas() {
        let cases = [
            ("*", "a.txt", true),
            ("*", "a/b.txt", false),
            ("**", "a/b.txt", true),
            ("config/*", "config/a", true),
            ("config/*", "config/a/b", false),
            ("config/**", "config/a/b", true),
            ("**.yaml", "a/b.yaml", true),
            ("*.yaml", "a/b.yaml", false),
            ("**/b.yaml", "b.yaml", false),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("{a,b}/*.{json,yaml}", "b/x.yaml", true),
            ("{a,b}/*.{json,yaml}", "c/x.yaml", false),
            ("{a,{b,c}x}", "cx", true),
            ("[ab]c", "bc", true),
            ("[!ab]c", "bc", false),
            ("[a-c]x", "bx", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("", "", true),
            ("a,b", "a,b", true),
        ];
        for (pattern, name, expected) in cases {
            let glob = Glob::compile(pattern).expect(pattern);
            assert_eq!(glob.matches(name), expected, "{pattern} on {name}");
        }
        for malformed in ["[", "{a", "a}", "[]", "\\"] {
            assert!(Glob::compile(malformed).is_none(), "{malformed}");
        }
        assert!(
            Glob::compile(&"{a,b}".repeat(40)).is_none(),
            "too many alternatives"
        );
    }
}
