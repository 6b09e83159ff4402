//! Contents of objects, from one process: a process for each would cost more than everything else of a promotion.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, Stdio};

use super::process::{Output, Patience, Process};
use super::repository::{Repository, cannot_run};
use crate::source::Problem;

/// How many objects are asked for before the answers are read: as many names fit into a pipe that nobody reads yet.
const TOGETHER: usize = 64;

/// A git that answers with the contents of objects.
#[derive(Debug)]
pub(super) struct Blobs {
    input: ChildStdin,
    output: BufReader<Output>,
    /// It ends when nothing is asked any more.
    _process: Process,
}

impl Blobs {
    /// Starts it.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(super) fn open(repository: &Repository, patience: &Patience) -> Result<Blobs, Problem> {
        let mut command = repository.command();
        let piped = command
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = Process::start(piped, patience).map_err(|error| cannot_run(&error))?;
        match (process.input(), process.output()) {
            (Some(input), Some(output)) => Ok(Blobs {
                input,
                output: BufReader::new(output),
                _process: process,
            }),
            _ => Err(Problem::without_place("cannot talk to git")),
        }
    }

    /// The contents of these objects, of each as many bytes as `most`; none for what is no file, or is not there. A name
    /// is a hash, or `revision:path`.
    ///
    /// # Errors
    /// When git ends before it has answered.
    pub(super) fn read(
        &mut self,
        names: &[impl AsRef<str>],
        most: u64,
    ) -> io::Result<Vec<Option<Vec<u8>>>> {
        let mut contents = Vec::with_capacity(names.len());
        for names in names.chunks(TOGETHER) {
            let is_askable = |name: &&str| !name.contains(['\n', '\r']);
            let asked: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
            let request = asked.iter().filter(|name| is_askable(name));
            let request: String = request.map(|name| format!("{name}\n")).collect();
            self.input.write_all(request.as_bytes())?;
            self.input.flush()?;
            for name in &asked {
                contents.push(match is_askable(name) {
                    true => answer(&mut self.output, most)?,
                    false => None,
                });
            }
        }
        Ok(contents)
    }
}

/// Reads an answer of `git cat-file --batch`: `<hash> blob <size>`, the bytes and a line feed; or `… missing`.
fn answer(mut output: impl BufRead, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut header = String::new();
    if output.read_line(&mut header)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let words: Vec<&str> = header.trim_end().rsplitn(3, ' ').collect();
    let [size, kind, _] = words[..] else {
        return Ok(None);
    };
    let Ok(size) = size.parse::<u64>() else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    (&mut output).take(size.min(most)).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < size.min(most) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let rest = size - size.min(most);
    io::copy(&mut (&mut output).take(rest + 1), &mut io::sink())?;
    Ok((kind == "blob").then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_by_their_sizes() {
        let mut output =
            "aaaa blob 5\na: 1\n\ndddd missing\nbbbb tree 3\nxyz\ncccc blob 0\n\n".as_bytes();
        let answers: Vec<_> = (0..4).map(|_| answer(&mut output, 100).unwrap()).collect();
        let expected = [Some(b"a: 1\n".to_vec()), None, None, Some(Vec::new())];
        assert_eq!(answers, expected);
        assert!(answer(&mut output, 100).is_err(), "git ended");
        assert!(answer(&b"aaaa blob 5\na:"[..], 100).is_err());
        let mut long = &b"aaaa blob 5\na: 1\n\ncccc blob 0\n\n"[..];
        assert_eq!(answer(&mut long, 2).unwrap(), Some(b"a:".to_vec()));
        assert_eq!(answer(&mut long, 2).unwrap(), Some(Vec::new()));
    }
}
