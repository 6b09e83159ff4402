//! Places where a simple key may have begun: what stands before a colon is a key only once the colon is there.

use std::collections::VecDeque;

use super::token::Mark;

/// Where a key may have begun.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SimpleKey {
    pub(super) is_possible: bool,
    /// Nothing but a key can be there.
    pub(super) is_required: bool,
    /// The number of its token.
    pub(super) token: usize,
    pub(super) mark: Mark,
}

/// The keys that may have begun, one for each level of brackets.
#[derive(Debug)]
pub(super) struct Keys {
    all: Vec<SimpleKey>,
    /// The levels by the numbers of their tokens, which rise.
    by_token: VecDeque<(usize, usize)>,
    /// Whether a key may begin at the place.
    pub(super) may_begin: bool,
}

impl Default for Keys {
    fn default() -> Keys {
        Keys {
            all: vec![SimpleKey::default()],
            by_token: VecDeque::new(),
            may_begin: true,
        }
    }
}

impl Keys {
    /// The level of the key that may begin with the next token that is taken. Those of earlier ones are of no use any more.
    pub(super) fn of_next(&mut self, token: usize) -> Option<usize> {
        while let Some((known, level)) = self.by_token.front() {
            if *known >= token {
                return (*known == token).then_some(*level);
            }
            self.by_token.pop_front();
        }
        None
    }

    pub(super) fn get(&self, level: usize) -> Option<SimpleKey> {
        self.all.get(level).copied()
    }

    /// The innermost level.
    pub(super) fn last(&self) -> usize {
        self.all.len().saturating_sub(1)
    }

    /// A bracket opens.
    pub(super) fn open(&mut self, token: usize, mark: Mark) {
        self.all.push(SimpleKey {
            token,
            mark,
            ..SimpleKey::default()
        });
    }

    /// A bracket closes. goyaml: `yaml_parser_decrease_flow_level` forgets the key that begins with the bracket, too,
    /// when nothing between the brackets could be a key: `{}: x` is refused.
    pub(super) fn close(&mut self) {
        if let Some(key) = self.all.pop() {
            self.forget(key.token);
        }
    }

    /// The key has its colon.
    pub(super) fn spend(&mut self, level: usize) {
        if let Some(key) = self.all.get_mut(level) {
            key.is_possible = false;
            let token = key.token;
            self.forget(token);
        }
    }

    /// The key can be none.
    pub(super) fn give_up(&mut self, level: usize) {
        if let Some(key) = self.all.get_mut(level) {
            key.is_possible = false;
        }
    }

    /// The key of the innermost level may begin with this token.
    pub(super) fn save(&mut self, key: SimpleKey) {
        let level = self.last();
        if let Some(last) = self.all.last_mut() {
            *last = key;
            self.forget(key.token);
            self.by_token.push_back((key.token, level));
        }
    }

    fn forget(&mut self, token: usize) {
        self.by_token.retain(|(known, _)| *known != token);
    }
}
