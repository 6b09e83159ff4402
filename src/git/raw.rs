//! What `git diff-tree --stdin --raw -z --format=…` writes (git-diff-tree(1), "Raw output format").

use std::io::{self, BufRead};

/// What a line of the output is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// The next commit, in the form of [`FORMAT`].
    Commit(Header),
    /// A file that is not as it was in the commit before.
    File(File),
}

/// What is asked of a commit: hash, when it came to be in seconds since 1970, author.
pub(super) const FORMAT: &str = "--format=%H %ct %an";

/// A commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub hash: String,
    pub time: i64,
    pub author: String,
}

/// A file that a commit changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    /// What each parent has: the name of an object; none where it has no such file.
    pub before: Vec<Option<String>>,
    /// What the commit has.
    pub after: Option<String>,
    /// Its path.
    pub path: String,
}

/// The longest name that is kept of an author, in characters.
const LONGEST_NAME: usize = 60;

/// Reads the next entry; none at the end. What is no entry is skipped, and so are files whose names are not UTF-8.
pub(super) fn next(output: &mut impl BufRead) -> io::Result<Option<Entry>> {
    while let Some(token) = token(output)? {
        // Git ends a header by a zero and a line feed.
        let text = String::from_utf8_lossy(&token);
        let text = text.trim_start_matches('\n');
        if let Some(change) = text.strip_prefix(':') {
            if let Some(file) = file(change, output)? {
                return Ok(Some(Entry::File(file)));
            }
        } else if let Some(header) = header(text) {
            return Ok(Some(Entry::Commit(header)));
        }
    }
    Ok(None)
}

fn token(output: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut token = Vec::new();
    if output.read_until(0, &mut token)? == 0 {
        return Ok(None);
    }
    if token.last() == Some(&0) {
        token.pop();
    }
    Ok(Some(token))
}

fn header(text: &str) -> Option<Header> {
    let mut words = text.splitn(3, ' ');
    let (hash, time) = (words.next()?, words.next()?);
    // A name comes from whoever made the commit: nothing of it moves a cursor or turns a line around.
    let author = words.next().unwrap_or_default().chars();
    let author = author.map(|char| match char.is_control() || is_format(char) {
        true => '\u{fffd}',
        false => char,
    });
    Some(Header {
        hash: hash.to_owned(),
        time: time.parse().ok()?,
        author: author.take(LONGEST_NAME).collect(),
    })
}

/// Characters that are not seen and change how others are (Unicode, general category Cf, those of text direction).
fn is_format(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The change behind the first colon: `<mode> <mode> <hash> <hash> M`, and then the path. A merge has a colon, a mode and a hash
/// for each parent. Git is not asked for renames, which would have two paths.
fn file(change: &str, output: &mut impl BufRead) -> io::Result<Option<File>> {
    let more = change.chars().take_while(|char| *char == ':').count();
    let parents = more + 1;
    let mut words = change.get(more..).unwrap_or_default().split(' ');
    let modes: Vec<&str> = words.by_ref().take(parents + 1).collect();
    let hashes: Vec<&str> = words.by_ref().take(parents + 1).collect();
    let path = token(output)?;
    let mut blobs: Vec<Option<String>> = modes
        .iter()
        .zip(&hashes)
        .map(|(mode, hash)| mode.starts_with("100").then(|| (*hash).to_owned()))
        .collect();
    let path = path.and_then(|bytes| String::from_utf8(bytes).ok());
    let (Some(path), true, Some(after)) = (path, hashes.len() == parents + 1, blobs.pop()) else {
        return Ok(None);
    };
    Ok(Some(File {
        before: blobs,
        after,
        path,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(mut output: &[u8]) -> Vec<Entry> {
        let mut all = Vec::new();
        while let Some(entry) = next(&mut output).unwrap() {
            all.push(entry);
        }
        all
    }

    #[test]
    fn commits_files_and_merges_are_read() {
        let output = b"aa 5 Ada \x1b[2J\0\n:100644 100644 11 22 M\0a b.yaml\0:000000 100644 00 33 A\0c.yaml\0\
            bb 4 Bob\0\n:100644 100644 33 34 M\0new.yaml\0\
            cc 3 \0\0::100644 100644 100644 44 55 66 MM\0a b.yaml\0\
            dd 2 Eve\0\n:100644 000000 77 00 D\0gone.yaml\0:100644 120000 11 22 T\0link.yaml\0";
        let commit = |hash: &str, time, author: &str| {
            Entry::Commit(Header {
                hash: hash.to_owned(),
                time,
                author: author.to_owned(),
            })
        };
        let blob = |hash: &str| (!hash.is_empty()).then(|| hash.to_owned());
        let file = |before: &[&str], after, path: &str| {
            Entry::File(File {
                before: before.iter().map(|hash| blob(hash)).collect(),
                after: blob(after),
                path: path.to_owned(),
            })
        };
        let expected = [
            commit("aa", 5, "Ada \u{fffd}[2J"),
            file(&["11"], "22", "a b.yaml"),
            file(&[""], "33", "c.yaml"),
            commit("bb", 4, "Bob"),
            file(&["33"], "34", "new.yaml"),
            commit("cc", 3, ""),
            file(&["44", "55"], "66", "a b.yaml"),
            commit("dd", 2, "Eve"),
            file(&["77"], "", "gone.yaml"),
            file(&["11"], "", "link.yaml"),
        ];
        assert_eq!(entries(output), expected);
    }

    #[test]
    fn what_is_cut_off_or_foreign_is_no_entry() {
        for output in [
            &b""[..],
            b"x",
            b":",
            b":::",
            b":100644\0a\0",
            b"aa x y\0",
            b"\0\0",
            b":1 2 3\0",
        ] {
            assert_eq!(entries(output), [], "{output:?}");
        }
    }
}
