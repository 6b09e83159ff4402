//! Text that may leave the program.

use std::fmt::{self, Display};
use std::ops::Deref;

use serde::{Serialize, Serializer};

use super::Text;

/// Text that may leave the program: everything in it is words of envlint's own, or has been masked.
///
/// It is made by [`Text::show`] and by composing what is printable already ([`printable!`](crate::masking::printable),
/// [`Printable::push`], [`Printable::rewrite`]).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Printable(String);

impl Printable {
    /// What the masker has made.
    pub(super) fn masked(text: String) -> Printable {
        Printable(text)
    }

    /// A text that a library has put together of printable parts: a snippet, XML, a diff.
    ///
    /// This is the one door that takes any text. Whoever opens it gives the library nothing but printables, numbers and
    /// constants; a test counts the places (`tests/it/masking.rs`).
    pub fn assembled(text: String) -> Printable {
        Printable(text)
    }

    /// Data as indented JSON, with a line break at the end. Its strings are printables, texts or constants.
    pub fn json(data: &impl Serialize) -> Printable {
        // The reports' types have only text as keys and no serializer that fails: writing them to memory cannot fail.
        let json = serde_json::to_string_pretty(data).unwrap_or_default();
        Printable::assembled(json + "\n")
    }

    /// What `printable!` makes of its arguments.
    pub fn composed(arguments: fmt::Arguments<'_>) -> Printable {
        Printable(arguments.to_string())
    }

    /// The text, to be given to a library.
    pub fn into_string(self) -> String {
        self.0
    }

    /// Its length in characters.
    pub fn width(&self) -> usize {
        self.0.chars().count()
    }

    /// Adds a text at the end.
    pub fn push(&mut self, other: impl Into<Printable>) {
        self.0 += &other.into().0;
    }

    /// Texts with words between them.
    pub fn join(texts: impl IntoIterator<Item = Printable>, between: &'static str) -> Printable {
        let texts: Vec<String> = texts.into_iter().map(Printable::into_string).collect();
        Printable(texts.join(between))
    }

    /// Escapes it for a format, or changes it otherwise. A function pointer knows nothing but its argument, so nothing
    /// comes in that was not printable before.
    pub fn rewrite(&self, by: fn(&str) -> String) -> Printable {
        Printable(by(&self.0))
    }

    /// With blanks at its end, up to a number of characters.
    pub fn padded(&self, width: usize) -> Printable {
        let missing = width.saturating_sub(self.width());
        Printable(format!("{}{}", self.0, " ".repeat(missing)))
    }

    /// Its beginning, where it is longer than a number of characters.
    pub fn cut(&self, longest: usize, sign: &'static str) -> Printable {
        if self.width() <= longest {
            return self.clone();
        }
        let kept = longest.saturating_sub(sign.chars().count());
        let short: String = self.0.chars().take(kept).collect();
        Printable(short + sign)
    }
}

impl Printable {
    /// Its lines, without the line breaks.
    pub fn split_lines(&self) -> Vec<Printable> {
        let lines = self.0.split_inclusive('\n');
        let lines = lines.map(|line| line.trim_end_matches(['\n', '\r']).to_owned());
        lines.map(Printable).collect()
    }

    /// It in pieces of at most so many characters; one piece where it is empty.
    pub fn wrapped(&self, width: usize) -> Vec<Printable> {
        let characters: Vec<char> = self.0.chars().collect();
        let pieces = characters.chunks(width.max(1));
        let pieces: Vec<Printable> = pieces
            .map(|piece| Printable(piece.iter().collect()))
            .collect();
        match pieces.is_empty() {
            true => vec![Printable::default()],
            false => pieces,
        }
    }

    /// It without its first characters, with a sign in their place.
    pub fn without_beginning(&self, characters: usize, sign: &'static str) -> Printable {
        let rest: String = self.0.chars().skip(characters).collect();
        Printable(sign.to_owned() + &rest)
    }
}

/// To be written, or to be given to a library.
impl Deref for Printable {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Display for Printable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromIterator<Printable> for Printable {
    fn from_iter<I: IntoIterator<Item = Printable>>(texts: I) -> Printable {
        Printable::join(texts, "")
    }
}

impl Serialize for Printable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Words of the program itself.
impl From<&'static str> for Printable {
    fn from(words: &'static str) -> Printable {
        Printable(words.to_owned())
    }
}

impl From<Text> for Printable {
    fn from(text: Text) -> Printable {
        text.show()
    }
}

impl From<&Text> for Printable {
    fn from(text: &Text) -> Printable {
        text.show()
    }
}

impl From<&Printable> for Printable {
    fn from(text: &Printable) -> Printable {
        text.clone()
    }
}

/// What can stand in a [`printable!`](crate::masking::printable).
pub trait Part {
    /// It, for `format_args!`.
    fn part(&self) -> Shown<'_>;
}

/// A part of a printable.
#[derive(Clone, Copy)]
pub struct Shown<'p>(&'p dyn Display);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self.0, f)
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Part for Printable {
    fn part(&self) -> Shown<'_> {
        Shown(&self.0)
    }
}

impl Part for &'static str {
    fn part(&self) -> Shown<'_> {
        Shown(self)
    }
}

impl<T: Part + ?Sized> Part for &T {
    fn part(&self) -> Shown<'_> {
        (**self).part()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Part for $number {
            fn part(&self) -> Shown<'_> {
                Shown(self)
            }
        })*
    };
}

numbers!(u8, u16, u32, u64, u128, usize, i32, i64, f64);

/// A [`Printable`] of printables, numbers and words, in the form of `format!`.
#[macro_export]
macro_rules! printable {
    ($format:literal $(, $part:expr)* $(,)?) => {
        $crate::masking::Printable::composed(
            ::std::format_args!(::std::concat!($format) $(, $crate::masking::Part::part(&$part))*),
        )
    };
}
