//! Whether what may have begun a simple key still can be one.

use super::Scanner;
use super::keys::SimpleKey;
use super::token::{Mark, Mistake};

/// A key without `?` is on one line, and has no more characters than this.
const LONGEST: usize = 1024;

impl Scanner<'_> {
    /// Whether a key that may have begun can still be one.
    pub(super) fn is_valid(&mut self, level: usize) -> Result<bool, Mistake> {
        let Some(key) = self.keys.get(level).filter(|key| key.is_possible) else {
            return Ok(false);
        };
        let here = self.walk.mark();
        if key.mark.line >= here.line && key.mark.index + LONGEST >= here.index {
            return Ok(true);
        }
        if key.is_required {
            return Err(self.no_colon(key.mark));
        }
        self.keys.give_up(level);
        Ok(false)
    }

    /// Notes that a key may begin at the place.
    pub(super) fn save_key(&mut self) -> Result<(), Mistake> {
        if !self.keys.may_begin {
            return Ok(());
        }
        self.forget_key()?;
        let mark = self.walk.mark();
        self.keys.save(SimpleKey {
            is_possible: true,
            is_required: self.flow == 0 && self.indent == mark.column as isize,
            token: self.next_number(),
            mark,
        });
        Ok(())
    }

    /// The key of the innermost level that may have begun is none.
    pub(super) fn forget_key(&mut self) -> Result<(), Mistake> {
        let level = self.keys.last();
        let Some(key) = self.keys.get(level).filter(|key| key.is_possible) else {
            return Ok(());
        };
        if key.is_required {
            return Err(self.no_colon(key.mark));
        }
        self.keys.spend(level);
        Ok(())
    }

    fn no_colon(&self, key: Mark) -> Mistake {
        self.mistake(
            "while scanning a simple key",
            key,
            "could not find expected ':'",
        )
    }
}
