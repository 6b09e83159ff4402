//! Which file of a commit a new one was before: git(1) looks for renames by comparing each new file with each that is gone,
//! of all files of a repository, which a stranger's commits can make as many and as large as they like. Here only files
//! that somebody asks about are compared, in the way that git does it, and so many bytes of them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use envlint_budget::Budget;

/// How many bytes of files are compared.
const MOST_BYTES: u64 = 64 << 20;

/// What looking at the name of a file that is gone counts for.
const BYTES_OF_GONE: u64 = 16;

/// Of more files that are gone, only those that have the name of the new one are compared (git-diff(1), `-l`).
const MOST_GONE: usize = 200;

/// How much of a file has to be in another one, in thousandths: of any file that is gone, and of one with the same name, which
/// is then taken without a look at the others (Git: diffcore-rename.c, `find_basename_matches`).
const ALIKE: usize = 500;
const ALIKE_BY_NAME: usize = 750;

/// The longest piece of a line that is compared as a whole (Git: diffcore-delta.c, `hash_chars`).
const PIECE: usize = 64;

/// A file that a commit takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    pub(super) path: String,
    pub(super) blob: String,
}

/// What a new file was before.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Former<'g> {
    /// Another file, which is gone.
    File(&'g Gone),
    /// Nothing: it is new.
    None,
    /// Too much would have to be compared.
    Unknown,
}

/// Looks for the former paths of files.
#[derive(Debug)]
pub(super) struct Renames {
    bytes: Budget,
}

impl Default for Renames {
    fn default() -> Renames {
        Renames {
            bytes: Budget::new(MOST_BYTES),
        }
    }
}

impl Renames {
    /// What a new file was before, by its path and the name of its content. `read` gives so many bytes of a content at most.
    pub(super) fn former<'g>(
        &self,
        (path, blob): (&str, &str),
        gone: &'g [Gone],
        read: &mut dyn FnMut(&str, u64) -> Option<Vec<u8>>,
    ) -> Former<'g> {
        if !self.bytes.spend(gone.len() as u64 * BYTES_OF_GONE) {
            return Former::Unknown;
        }
        let shared = |gone: &Gone| shared_parts(path, &gone.path);
        let same = gone.iter().filter(|gone| gone.blob == blob);
        if let Some(same) = same.max_by_key(|gone| shared(gone)) {
            return Former::File(same);
        }
        let (named, others): (Vec<&Gone>, Vec<&Gone>) =
            gone.iter().partition(|gone| name(&gone.path) == name(path));
        let is_many = gone.len() > MOST_GONE;
        let candidates = [(named, ALIKE_BY_NAME), (others, ALIKE)];
        let mut best: Option<(usize, usize, &Gone)> = None;
        let mut new: Option<Pieces> = None;
        for (index, (candidates, enough)) in candidates.into_iter().enumerate() {
            for candidate in candidates.into_iter().take(MOST_GONE) {
                let new = match &new {
                    Some(known) => known,
                    None => match self.pieces(blob, u64::MAX, read) {
                        Ok(Some(pieces)) => new.insert(pieces),
                        Ok(None) => return Former::None,
                        Err(Spent) => return Former::Unknown,
                    },
                };
                // What is more than twice as long cannot be half the same.
                let most = 2 * new.length as u64 + 1;
                match self.pieces(&candidate.blob, most, read) {
                    Ok(Some(old)) => {
                        let found = (new.alike(&old), shared(candidate), candidate);
                        let is_better =
                            best.is_none_or(|best| (found.0, found.1) > (best.0, best.1));
                        best = if is_better { Some(found) } else { best };
                    }
                    Ok(None) => {}
                    Err(Spent) => return Former::Unknown,
                }
            }
            if best.is_some_and(|(alike, ..)| alike >= enough) || (index == 0 && is_many) {
                break;
            }
        }
        match best.filter(|(alike, ..)| *alike >= ALIKE) {
            Some((.., gone)) => Former::File(gone),
            None if is_many => Former::Unknown,
            None => Former::None,
        }
    }

    /// The pieces of a content; none where it cannot be read, or is longer than `most`.
    fn pieces(
        &self,
        blob: &str,
        most: u64,
        read: &mut dyn FnMut(&str, u64) -> Option<Vec<u8>>,
    ) -> Result<Option<Pieces>, Spent> {
        if self.bytes.is_spent() {
            return Err(Spent);
        }
        let Some(bytes) = read(blob, most) else {
            return Ok(None);
        };
        match self.bytes.spend(bytes.len() as u64 + PIECE as u64) {
            true => Ok((bytes.len() as u64 <= most).then(|| Pieces::of(&bytes))),
            false => Err(Spent),
        }
    }
}

/// Nothing is left to compare files with.
struct Spent;

/// How many bytes of a content each of its lines has; long lines are cut.
struct Pieces {
    length: usize,
    each: HashMap<u64, usize>,
}

impl Pieces {
    fn of(bytes: &[u8]) -> Pieces {
        let mut each = HashMap::new();
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        for piece in lines.flat_map(|line| line.chunks(PIECE)) {
            let mut hasher = DefaultHasher::new();
            piece.hash(&mut hasher);
            *each.entry(hasher.finish()).or_default() += piece.len();
        }
        Pieces {
            length: bytes.len(),
            each,
        }
    }

    /// How much of the longer one both have, in thousandths.
    fn alike(&self, old: &Pieces) -> usize {
        let both = self.each.iter().filter_map(|(piece, length)| {
            let known = old.each.get(piece)?;
            Some((*length).min(*known))
        });
        let same: usize = both.sum();
        same.saturating_mul(1000) / self.length.max(old.length).max(1)
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// How many directories at their beginnings and names at their ends two paths share.
fn shared_parts(left: &str, right: &str) -> usize {
    let pairs = left.split('/').zip(right.split('/'));
    let first = pairs.take_while(|(left, right)| left == right).count();
    let pairs = left.rsplit('/').zip(right.rsplit('/'));
    let last = pairs.take_while(|(left, right)| left == right).count();
    first + last
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const TEXT: &str = "a: 1\nb: 2\nc: 3\nd: 4\n";

    fn gone(files: &[(&str, &str)]) -> Vec<Gone> {
        let gone = files.iter().map(|(path, blob)| Gone {
            path: (*path).to_owned(),
            blob: (*blob).to_owned(),
        });
        gone.collect()
    }

    /// Contents go by their texts.
    fn itself(blob: &str, most: u64) -> Option<Vec<u8>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Some(blob.bytes().take(most).collect())
    }

    fn former<'g>(path: &str, text: &str, gone: &'g [Gone]) -> Option<&'g str> {
        match Renames::default().former((path, text), gone, &mut itself) {
            Former::File(gone) => Some(&gone.path),
            Former::None => None,
            Former::Unknown => Some("?"),
        }
    }

    #[test]
    fn the_same_content_comes_first_and_then_what_is_most_alike() {
        let dev = TEXT.replace("a: 1", "a: 5");
        let all = [
            ("dev/v.yaml", &*dev),
            ("prod/v.yaml", TEXT),
            ("x/y", "other\n"),
        ];
        let all = gone(&all);
        assert_eq!(former("env/prod/v.yaml", TEXT, &all), Some("prod/v.yaml"));
        let edited = format!("{dev}e: 5\n");
        assert_eq!(former("env/dev/v.yaml", &edited, &all), Some("dev/v.yaml"));
        assert_eq!(former("env/dev/w.yaml", &edited, &all), Some("dev/v.yaml"));
        assert_eq!(former("new.yaml", "z: 1\ny: 2\n", &all), None);
        let two = gone(&[("dev/v.yaml", TEXT), ("prod/v.yaml", TEXT)]);
        assert_eq!(former("e/prod/v.yaml", TEXT, &two), Some("prod/v.yaml"));
        assert_eq!(former("dev/w.yaml", TEXT, &two), Some("dev/v.yaml"));
    }

    #[test]
    fn so_many_files_and_bytes_are_compared() {
        let many: Vec<Gone> = (0..1_000)
            .flat_map(|at| gone(&[(&format!("d/{at}"), TEXT)]))
            .collect();
        let text = format!("{TEXT}e: 5\n");
        assert_eq!(former("new.yaml", &text, &many), Some("?"));
        // A name or a content is found in any number.
        assert_eq!(former("e/7", &text, &many), Some("d/7"));
        assert_eq!(former("new.yaml", TEXT, &many), Some("d/999"));
        let read = Cell::new(0);
        let mut large = |_: &str, most: u64| {
            read.set(read.get() + 1);
            Some(vec![b'a'; usize::try_from(most.min(1 << 20)).unwrap_or(0)])
        };
        let renames = Renames::default();
        for _ in 0..100 {
            let few = gone(&[("a", "1"), ("b", "2"), ("c", "3")]);
            let _ = renames.former(("new", "0"), &few, &mut large);
        }
        assert!(read.get() < 70, "{}", read.get());
    }
}
