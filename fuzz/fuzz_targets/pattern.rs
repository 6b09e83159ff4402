//! Patterns and paths read back as they print, and mean what they say.
//!
//! The input: a pattern on the first line, a path on the second.

#![no_main]

use envlint::values::Pattern;
use envlint_yaml::{Path, Segment};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let pattern = lines.next().and_then(|line| line.parse::<Pattern>().ok());
    let path = lines.next().and_then(|line| line.parse::<Path>().ok());
    if let Some(pattern) = &pattern {
        let printed = pattern.to_string();
        assert_eq!(printed.parse().as_ref(), Ok(pattern), "{printed:?}");
        if let Some(path) = pattern.as_path() {
            assert!(pattern.covers(&path), "{printed:?}");
        }
    }
    if let Some(path) = &path {
        let printed = path.to_string();
        assert_eq!(printed.parse().as_ref(), Ok(path), "{printed:?}");
        let itself = Pattern::from(path);
        assert!(itself.covers(path), "{printed:?}");
        assert_eq!(itself.as_path().as_ref(), Some(path));
        let read = printed.parse::<Pattern>();
        assert_eq!(read.as_ref(), Ok(&itself), "a path copied from a message");
    }
    if let (Some(pattern), Some(path)) = (&pattern, &path)
        && pattern.covers(path)
    {
        let below = path.join(Segment::Key("below".to_owned()));
        assert!(pattern.covers(&below), "all that is in what it names");
    }
});
