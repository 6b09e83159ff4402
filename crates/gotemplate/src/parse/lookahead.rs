//! The tokens that were pushed back.

use crate::lex::Token;

/// Tokens that were pushed back; the one at 0 is the one read last from the lexer.
pub(super) struct Lookahead {
    pub(super) tokens: [Token; 3],
    pub(super) count: usize,
}

impl Default for Lookahead {
    fn default() -> Self {
        Lookahead {
            tokens: [Token::eof(), Token::eof(), Token::eof()],
            count: 0,
        }
    }
}

impl Lookahead {
    /// The pushed-back token that is next. `count` is 1 to 3 when this is called, 0 means the last token again.
    pub(super) fn current(&self) -> Token {
        let [first, second, third] = self.tokens;
        match self.count {
            0 | 1 => first,
            2 => second,
            _ => third,
        }
    }
}
