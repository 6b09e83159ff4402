//! Shell patterns as Go's `path.Match` reads them (Go: path/match.go): `*`, `?`, `[a-z]`, `[^a-z]`, `\`; the first two never match a `/`.
//! `.helmignore` and `--show-only` are written in this language.

/// The pattern cannot be read: an unclosed class, a class without an end, a trailing backslash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub(crate) struct BadPattern;

/// A pattern that was read once, to be matched against many names.
#[derive(Debug)]
pub(crate) struct Pattern {
    tokens: Vec<Token>,
    /// What a name has to begin and to end with: a chart has many more files that match no rule than files that do.
    prefix: String,
    suffix: String,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`BadPattern`] where Go returns `ErrBadPattern`; as in Go, a malformed tail is found even when the head does not match.
    pub(crate) fn parse(pattern: &str) -> Result<Pattern, BadPattern> {
        let tokens = parse(pattern)?;
        let literal = |token: &Token| match token {
            Token::Char(c) => Some(*c),
            _ => None,
        };
        let prefix = tokens.iter().map_while(literal).collect();
        let mut suffix: Vec<char> = tokens.iter().rev().map_while(literal).collect();
        suffix.reverse();
        Ok(Pattern {
            prefix,
            suffix: suffix.into_iter().collect(),
            tokens,
        })
    }

    /// Tells whether all of `name` matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
        name.starts_with(&self.prefix) && name.ends_with(&self.suffix) && run(&self.tokens, name)
    }
}

#[derive(Debug)]
enum Token {
    Star,
    Any,
    Char(char),
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Token {
    fn accepts(&self, c: char) -> bool {
        match self {
            Token::Star => false,
            Token::Any => c != '/',
            Token::Char(expected) => c == *expected,
            // Go does not exclude `/` from a class.
            Token::Class { negated, ranges } => {
                ranges.iter().any(|(lo, hi)| (*lo..=*hi).contains(&c)) != *negated
            }
        }
    }
}

fn parse(pattern: &str) -> Result<Vec<Token>, BadPattern> {
    let mut chars = pattern.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '*' => Token::Star,
            '?' => Token::Any,
            '\\' => Token::Char(chars.next().ok_or(BadPattern)?),
            '[' => parse_class(&mut chars)?,
            other => Token::Char(other),
        });
    }
    Ok(tokens)
}

fn parse_class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Token, BadPattern> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        if chars.peek() == Some(&']') && !ranges.is_empty() {
            chars.next();
            return Ok(Token::Class { negated, ranges });
        }
        let low = class_char(chars)?;
        let high = if chars.next_if_eq(&'-').is_some() {
            class_char(chars)?
        } else {
            low
        };
        ranges.push((low, high));
    }
}

/// One bound of a range (Go: path.getEsc): `-` and `]` must be escaped.
fn class_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<char, BadPattern> {
    match chars.next() {
        None | Some('-' | ']') => Err(BadPattern),
        Some('\\') => chars.next().ok_or(BadPattern),
        Some(c) => Ok(c),
    }
}

/// Matches with one point of return: the last star. That is enough because a star never needs to give back to an earlier one,
/// except at a `/`, which no later star could cross either.
fn run(tokens: &[Token], name: &str) -> bool {
    let next = |at: usize| name.get(at..).and_then(|rest| rest.chars().next());
    let (mut t, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        match (tokens.get(t), next(n)) {
            (Some(Token::Star), _) => {
                star = Some((t, n));
                t += 1;
                continue;
            }
            (Some(token), Some(c)) if token.accepts(c) => {
                t += 1;
                n += c.len_utf8();
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        match star.and_then(|(at, from)| next(from).map(|c| (at, from, c))) {
            Some((at, from, c)) if c != '/' => {
                n = from + c.len_utf8();
                star = Some((at, n));
                t = at + 1;
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> Result<bool, BadPattern> {
        Pattern::parse(pattern).map(|pattern| pattern.matches(name))
    }

    #[test]
    fn matches_like_go() {
        // The table of Go's path/match_test.go, plus a few of ours.
        let cases: &[(&str, &str, Result<bool, BadPattern>)] = &[
            ("abc", "abc", Ok(true)),
            ("*", "abc", Ok(true)),
            ("*c", "abc", Ok(true)),
            ("a*", "a", Ok(true)),
            ("a*", "ab/c", Ok(false)),
            ("a*/b", "abc/b", Ok(true)),
            ("a*/b", "a/c/b", Ok(false)),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", Ok(true)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", Ok(false)),
            ("a*b?c*x", "abxbbxdbxebxczzx", Ok(true)),
            ("a*b?c*x", "abxbbxdbxebxczzy", Ok(false)),
            ("ab[c]", "abc", Ok(true)),
            ("ab[b-d]", "abc", Ok(true)),
            ("ab[^c]", "abc", Ok(false)),
            ("ab[^e-g]", "abc", Ok(true)),
            ("a\\*b", "a*b", Ok(true)),
            ("a?b", "a☺b", Ok(true)),
            ("a[^a]b", "a☺b", Ok(true)),
            ("a???b", "a☺b", Ok(false)),
            ("[a-ζ]*", "α", Ok(true)),
            ("*[a-ζ]", "A", Ok(false)),
            ("a?b", "a/b", Ok(false)),
            ("[\\]a]", "]", Ok(true)),
            ("[\\-x]", "-", Ok(true)),
            ("[]a]", "]", Err(BadPattern)),
            ("[-]", "-", Err(BadPattern)),
            ("[x-]", "x", Err(BadPattern)),
            ("\\", "a", Err(BadPattern)),
            ("[", "a", Err(BadPattern)),
            ("[^bc", "a", Err(BadPattern)),
            ("a[", "ab", Err(BadPattern)),
            ("*x", "xxx", Ok(true)),
            ("templates/*.yaml", "templates/a.yaml", Ok(true)),
            ("templates/*.yaml", "templates/x/a.yaml", Ok(false)),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(
                matches(pattern, name),
                *expected,
                "{pattern} against {name}"
            );
        }
    }

    #[test]
    fn stays_linear_enough_on_hostile_patterns() {
        let pattern = "a*".repeat(2000) + "b";
        assert_eq!(matches(&pattern, &"a".repeat(5000)), Ok(false));
    }
}
