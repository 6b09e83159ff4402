//! Whether templates treat values differently because of their types.

use envlint_yaml::Path;

use super::Reads;
use super::path::Step;
use super::record::Use;

/// What a value is, as far as templates can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A map
    Map,
    /// A list
    List,
    /// A number
    Number,
    /// A boolean
    Boolean,
    /// A text
    Text,
    /// A text that is a boolean without its quotes: it is true in an `if`, whatever it says.
    QuotedBoolean,
    /// A text that is a whole number without its quotes: functions that count take it for one.
    QuotedNumber,
}

impl Type {
    fn is_scalar(self) -> bool {
        !matches!(self, Type::Map | Type::List)
    }
}

impl Reads {
    /// Whether a template treats two values of a path differently because of their types. It does not where it hands both on
    /// as YAML, nor where it asks for the type, since it expects both then. None where nobody knows what becomes of them.
    pub fn tells_apart(&self, path: &Path, left: Type, right: Type) -> Option<bool> {
        let segments = path.segments();
        let mut found = Some(false);
        for read in self.reading(path) {
            let record = read.record();
            let differs = match record.steps.get(segments.len()) {
                // It reads something in the value.
                Some(Step::Key(_)) => Some(left != Type::Map || right != Type::Map),
                Some(Step::Any) => Some(left.is_scalar() || right.is_scalar()),
                None if record.steps.len() == segments.len() => {
                    if record.how == Use::Sorted {
                        return Some(false);
                    }
                    by_use(record.how, left, right)
                }
                // It takes all that holds the value.
                None => (record.how == Use::Copied).then_some(false),
            };
            found = match (found, differs) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (None, _) | (_, None) => None,
                _ => Some(false),
            };
        }
        found.filter(|differs| *differs || !self.is_hidden(segments))
    }
}

fn by_use(how: Use, left: Type, right: Type) -> Option<bool> {
    Some(match how {
        Use::Copied | Use::Sorted => false,
        Use::Counted => {
            let is_number = |of| matches!(of, Type::Number | Type::QuotedNumber);
            !is_number(left) || !is_number(right)
        }
        Use::Lost => return None,
        Use::Printed => !left.is_scalar() || !right.is_scalar(),
        Use::Tested => {
            [(left, right), (right, left)].contains(&(Type::Boolean, Type::QuotedBoolean))
        }
        // Go: a value is equal to none of another kind, and asking is an error.
        Use::Entered | Use::Taken | Use::Compared => true,
    })
}
