//! What messages are made of: text that nobody can print until the masker has seen it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Display, Write};
use std::ops::Range;

use serde::{Serialize, Serializer};

use super::known;
use super::printable::Printable;

/// How a part of a text is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Manner {
    /// What a file, a person or the domain calls a thing: only what is a secret by its own shape is hidden.
    Name,
    /// What a thing is called by a text that may be made of values: what is known to be a secret is hidden as well, but no
    /// plain word.
    Object,
    /// A value or a line of a file, whose secrets were replaced where they stand: what is known to be a secret from
    /// elsewhere is hidden as well.
    Seen,
    /// Anything: all that may be a secret is hidden.
    Other,
}

/// A text with the parts of it that are not words of envlint's own.
///
/// It cannot be printed: it has no `Display`, and its `Debug` says how long it is. [`Text::show`] makes it a
/// [`Printable`], with all secrets hidden that are known by then. It is made of words (`&'static str`) and with
/// [`text!`](crate::masking::text).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Box<Parts>);

#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Parts {
    text: String,
    /// In order, without overlaps. What lies between is words.
    said: Vec<(Manner, usize, usize)>,
}

impl Text {
    /// No text at all.
    pub fn new() -> Text {
        Text(Box::default())
    }

    /// What somebody is called, or any other single thing that can be said.
    pub fn of(said: &(impl Say + ?Sized)) -> Text {
        let notes = Notes::default();
        Text::taken(&notes, format_args!("{}", notes.note(said)))
    }

    /// What `text!` makes of its arguments.
    pub fn taken(notes: &Notes, arguments: fmt::Arguments<'_>) -> Text {
        let mut sink = Sink {
            text: String::new(),
            notes,
        };
        // Writing to memory fails only when an argument's own `Display` does: what it has said until then stays.
        let _ = sink.write_fmt(arguments);
        let text = sink.text;
        Text(Box::new(Parts {
            text,
            said: notes.said.take(),
        }))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.text.is_empty()
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.0.text.len()
    }

    /// Adds a text at the end.
    pub fn push(&mut self, other: impl Into<Text>) {
        let other = *other.into().0;
        let start = self.0.text.len();
        self.0.text += &other.text;
        let moved = other.said.into_iter();
        self.0
            .said
            .extend(moved.map(|(manner, from, to)| (manner, start + from, start + to)));
    }

    /// Texts with words between them.
    pub fn join(texts: impl IntoIterator<Item = Text>, between: &'static str) -> Text {
        let mut joined = Text::new();
        for (index, text) in texts.into_iter().enumerate() {
            if index > 0 {
                joined.push(between);
            }
            joined.push(text);
        }
        joined
    }

    /// Names with words between them.
    pub fn names<T: Display>(names: impl IntoIterator<Item = T>, between: &'static str) -> Text {
        let names = names.into_iter();
        Text::join(names.map(|name| Text::of(&Name(name))), between)
    }

    /// Names in a sentence: `dev`, `dev and staging`, `dev, staging and prod`.
    pub fn listed<T: Display>(names: impl IntoIterator<Item = T>) -> Text {
        Text::sentence(names.into_iter().map(|name| Text::of(&Name(name))))
    }

    /// The same for what is no single name.
    pub fn sentence(items: impl IntoIterator<Item = Text>) -> Text {
        let mut items: Vec<Text> = items.into_iter().collect();
        match items.pop() {
            None => Text::new(),
            Some(last) if items.is_empty() => last,
            Some(last) => {
                let mut listed = Text::join(items, ", ");
                listed.push(" and ");
                listed.push(last);
                listed
            }
        }
    }

    /// The first of some texts, and how many more there are: a stranger's file may have thousands.
    pub fn first(items: impl IntoIterator<Item = Text>, most: usize) -> Text {
        let mut items = items.into_iter();
        let mut listed = Text::join(items.by_ref().take(most), ", ");
        let more = items.count();
        if more > 0 {
            listed.push(crate::text!(" and {} more", more));
        }
        listed
    }

    /// The text as it may leave the program: what is known to be a secret now, or looks like one, is replaced.
    pub fn show(&self) -> Printable {
        let Parts { text, said } = &*self.0;
        if said.is_empty() {
            return Printable::masked(text.clone());
        }
        let mut shown = String::with_capacity(text.len());
        let mut copied = 0;
        for (manner, from, to) in said {
            shown += text.get(copied..*from).unwrap_or_default();
            let part = text.get(*from..*to).unwrap_or_default();
            shown += &hide(part, &known::hidden(part, *manner));
            copied = *to;
        }
        shown += text.get(copied..).unwrap_or_default();
        Printable::masked(shown)
    }
}

/// A text with placeholders in the place of these parts, which are sorted and do not overlap.
pub(super) fn hide<'t>(text: &'t str, hidden: &[Range<usize>]) -> Cow<'t, str> {
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut copied = 0;
    for range in hidden {
        shown += text.get(copied..range.start).unwrap_or_default();
        let secret = text.get(range.clone()).unwrap_or_default();
        shown += &super::placeholder(secret.chars().count());
        copied = range.end;
    }
    shown += text.get(copied..).unwrap_or_default();
    Cow::Owned(shown)
}

impl Default for Text {
    fn default() -> Self {
        Text::new()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.text.len())
    }
}

/// What is serialized leaves the program.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.show().serialize(serializer)
    }
}

/// Words of the program itself.
impl From<&'static str> for Text {
    fn from(words: &'static str) -> Text {
        Text(Box::new(Parts {
            text: words.to_owned(),
            said: Vec::new(),
        }))
    }
}

/// What can stand in a [`text!`](crate::masking::text): its type decides how it is masked.
///
/// Words of the program (`&'static str`) and numbers stay as they are. A `String` is masked in the strictest way; a
/// borrowed `&str` says by [`Name`] or [`Said`] what it is.
pub trait Say {
    /// Says it.
    ///
    /// # Errors
    /// When it cannot be written.
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result;
}

/// Where [`Say`] says something.
pub struct Speech<'s, 'f> {
    out: &'s mut fmt::Formatter<'f>,
    notes: &'s Notes,
}

impl fmt::Debug for Speech<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Speech")
    }
}

impl Speech<'_, '_> {
    /// Words of the program.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn words(&mut self, words: &'static str) -> fmt::Result {
        Display::fmt(words, self.out)
    }

    /// What something is called: an app, a file, a path, a key.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn name(&mut self, name: &dyn Display) -> fmt::Result {
        self.part(Manner::Name, name)
    }

    /// Any other text.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn other(&mut self, text: &dyn Display) -> fmt::Result {
        self.part(Manner::Other, text)
    }

    /// A text inside of a text.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn text(&mut self, text: &Text) -> fmt::Result {
        let Parts { text, said } = &*text.0;
        let start = self.notes.at.get();
        self.out.write_str(text)?;
        let moved = said
            .iter()
            .map(|(manner, from, to)| (*manner, start + from, start + to));
        self.notes.said.borrow_mut().extend(moved);
        Ok(())
    }

    fn part(&mut self, manner: Manner, part: &dyn Display) -> fmt::Result {
        let start = self.notes.at.get();
        let written = Display::fmt(part, self.out);
        let end = self.notes.at.get();
        if end > start {
            self.notes.said.borrow_mut().push((manner, start, end));
        }
        written
    }
}

/// The name of something: an app, an environment, a file, a key, a rule. A word in it stays, also when it is somebody's
/// password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<T>(pub T);

impl<T: Display> Say for Name<T> {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.name(&self.0)
    }
}

/// Any text that is no name: a value, the words of the operating system, of git, of a validator, of Helm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<T>(pub T);

impl<T: Display> Say for Said<T> {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.other(&self.0)
    }
}

/// What a template calls a thing: a manifest, a container. It may be made of values, so it hides every secret that is known,
/// but no plain word: a database called `keycloak` is no secret, also where its password is `keycloak`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectName<T>(pub T);

impl<T: Display> Say for ObjectName<T> {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.part(Manner::Object, &self.0)
    }
}

/// A value or a line whose secrets were replaced where they stand, which tells them from the same words elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<T>(pub T);

impl<T: Display> Say for Seen<T> {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.part(Manner::Seen, &self.0)
    }
}

impl Say for &'static str {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.words(self)
    }
}

impl Say for String {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.other(self)
    }
}

impl Say for Cow<'_, str> {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.other(self)
    }
}

/// It was masked already.
impl Say for Printable {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        Display::fmt(&**self, speech.out)
    }
}

impl Say for Text {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.text(self)
    }
}

impl Say for envlint_yaml::Path {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.name(self)
    }
}

impl Say for std::path::Path {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.name(&self.display())
    }
}

impl Say for std::path::PathBuf {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.name(&self.display())
    }
}

impl Say for std::io::Error {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        speech.other(self)
    }
}

impl<T: Say + ?Sized> Say for &T {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        (**self).say(speech)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Say for $number {
            fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
                Display::fmt(self, speech.out)
            }
        })*
    };
}

numbers!(
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, bool
);

/// What was said where in a text that is being made: only `text!` uses it.
#[derive(Debug, Default)]
pub struct Notes {
    /// How many bytes were written.
    at: Cell<usize>,
    said: RefCell<Vec<(Manner, usize, usize)>>,
}

impl Notes {
    /// An argument that says where it stands.
    pub fn note<'n, T: Say + ?Sized>(&'n self, said: &'n T) -> Noted<'n, T> {
        Noted { said, notes: self }
    }
}

/// An argument of `text!`.
#[derive(Debug)]
pub struct Noted<'n, T: ?Sized> {
    said: &'n T,
    notes: &'n Notes,
}

impl<T: Say + ?Sized> Display for Noted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said.say(&mut Speech {
            out: f,
            notes: self.notes,
        })
    }
}

struct Sink<'n> {
    text: String,
    notes: &'n Notes,
}

impl Write for Sink<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.text.push_str(part);
        self.notes.at.set(self.text.len());
        Ok(())
    }
}

/// A [`Text`] of words and arguments, in the form of `format!`. What an argument is decides how it is masked ([`Say`]);
/// names inside of the braces are refused, so that nothing slips through.
#[macro_export]
macro_rules! text {
    ($format:literal $(, $said:expr)* $(,)?) => {{
        let notes = $crate::masking::Notes::default();
        // `concat!` makes a capture (`{name}`) an error.
        $crate::masking::Text::taken(
            &notes,
            ::std::format_args!(::std::concat!($format) $(, notes.note(&$said))*),
        )
    }};
}
