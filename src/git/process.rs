//! A git that is running. What it reads may be a pipe that nobody writes into, or a tree of a hundred million files, so it
//! has to say something now and then, and has so much memory and no more.

use std::io::{self, Read};
use std::process::{Child, ChildStdin, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use envlint_budget::Budget;

/// How long git may be silent while it reads a history.
const SILENCE: Duration = Duration::from_secs(20);

/// How long git is waited for in all, whatever it says now and then: for what one question or one history needs. Git can be
/// given work without end that it reports on, so this is the last resort; what is bounded by its size ends long before.
const TOGETHER: Duration = Duration::from_secs(60);

/// How long processes are waited for. Its clones are one count.
#[derive(Debug, Clone)]
pub(super) struct Patience {
    silence: Duration,
    /// What is left in all, in microseconds.
    left: Budget,
}

impl Patience {
    /// With processes that may be silent for so long.
    pub(super) fn of(silence: Duration) -> Patience {
        Patience {
            silence,
            left: Budget::new(u64::try_from(TOGETHER.as_micros()).unwrap_or(u64::MAX)),
        }
    }

    /// With those that read a history.
    pub(super) fn of_history() -> Patience {
        Patience::of(SILENCE)
    }

    /// How long the next words may take.
    fn next(&self) -> Duration {
        self.silence.min(Duration::from_micros(self.left.left()))
    }

    fn waited_since(&self, start: Instant) {
        let waited = u64::try_from(start.elapsed().as_micros());
        self.left.spend(waited.unwrap_or(u64::MAX));
    }

    fn end(&self) -> io::Error {
        let words = match self.left.is_spent() {
            true => format!("it took more than {} seconds", TOGETHER.as_secs()),
            false => format!("it was silent for {} seconds", self.silence.as_secs()),
        };
        io::Error::new(io::ErrorKind::TimedOut, words)
    }
}

/// What git may allocate, in bytes. Packs are mapped from their files and do not count.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 768 << 20;

/// How much of an output is taken at once, in bytes.
const CHUNK: usize = 1 << 16;

/// How many chunks may wait to be read.
const WAITING: usize = 4;

/// A process that ends with its owner.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    patience: Patience,
}

impl Process {
    /// Starts it. It is waited for as long as `patience` lasts.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start(command: &mut Command, patience: &Patience) -> io::Result<Process> {
        let child = command.spawn()?;
        let process = Process {
            child,
            patience: patience.clone(),
        };
        #[cfg(target_os = "linux")]
        process.bound();
        Ok(process)
    }

    #[cfg(target_os = "linux")]
    fn bound(&self) {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let most = Rlimit {
            current: Some(MEMORY),
            maximum: Some(MEMORY),
        };
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // It may have come to its end.
        let _ = id.map(|id| prlimit(Some(id), Resource::Data, most));
    }

    /// Where it reads from, once.
    pub(super) fn input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// What it prints, once.
    pub(super) fn output(&mut self) -> Option<Output> {
        let stream = self.child.stdout.take();
        stream.map(|stream| Output::of(stream, self.patience.clone()))
    }

    /// What it prints for another process to read, once.
    pub(super) fn piped(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// What it complains of, once.
    pub(super) fn complaints(&mut self) -> Option<Output> {
        let stream = self.child.stderr.take();
        stream.map(|stream| Output::of(stream, self.patience.clone()))
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it does not come to one.
    pub(super) fn finish(&mut self) -> io::Result<ExitStatus> {
        let (start, most) = (Instant::now(), self.patience.next());
        let mut pause = Duration::from_micros(50);
        let status = loop {
            match self.child.try_wait()? {
                None if start.elapsed() > most => break None,
                None => thread::sleep(pause),
                ended => break ended,
            }
            pause = (pause * 2).min(Duration::from_millis(10));
        };
        self.patience.waited_since(start);
        status.ok_or_else(|| self.patience.end())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process prints: an error where it is silent for too long.
#[derive(Debug)]
pub(super) struct Output {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    read: usize,
    patience: Patience,
}

impl Output {
    fn of(mut stream: impl Read + Send + 'static, patience: Patience) -> Output {
        let (sender, chunks) = sync_channel(WAITING);
        thread::spawn(move || {
            loop {
                let mut chunk = vec![0; CHUNK];
                let read = stream.read(&mut chunk);
                let is_end = !matches!(read, Ok(1..));
                let read = read.map(|length| {
                    chunk.truncate(length);
                    chunk
                });
                if sender.send(read).is_err() || is_end {
                    return;
                }
            }
        });
        Output {
            chunks,
            chunk: Vec::new(),
            read: 0,
            patience,
        }
    }
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.chunk.len() {
            self.read = 0;
            let start = Instant::now();
            let received = self.chunks.recv_timeout(self.patience.next());
            self.patience.waited_since(start);
            self.chunk = match received {
                Ok(chunk) => chunk?,
                Err(RecvTimeoutError::Timeout) => return Err(self.patience.end()),
                // Its end was read.
                Err(RecvTimeoutError::Disconnected) => Vec::new(),
            };
        }
        let rest = self.chunk.get(self.read..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..length), rest.get(..length)) {
            to.copy_from_slice(from);
        }
        self.read += length;
        Ok(length)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn a_process_that_says_nothing_is_not_waited_for() {
        let mut command = Command::new("sleep");
        let command = command.arg("600").stdout(Stdio::piped());
        let mut process =
            Process::start(command, &Patience::of(Duration::from_millis(50))).unwrap();
        let mut output = process.output().unwrap();
        let read = output.read(&mut [0; 8]);
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::TimedOut);
        let end = process.finish();
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_process_that_goes_on_talking_is_not_waited_for_without_end() {
        let mut patience = Patience::of_history();
        patience.left = Budget::new(20_000);
        let script = "while :; do echo; sleep 0.01; done";
        let mut command = Command::new("sh");
        let command = command.args(["-c", script]).stdout(Stdio::piped());
        let mut process = Process::start(command, &patience).unwrap();
        let mut output = process.output().unwrap();
        let read = io::copy(&mut output, &mut io::sink());
        assert_eq!(
            read.unwrap_err().to_string(),
            "it took more than 60 seconds"
        );
        // Its clones are one count, and what comes without a wait is read all the same.
        assert!(patience.left.is_spent());
    }

    #[test]
    fn waiting_for_an_end_counts_as_waiting_for_words_does() {
        let mut patience = Patience::of_history();
        patience.left = Budget::new(20_000);
        for _ in 0..2 {
            let mut command = Command::new("sleep");
            let mut process = Process::start(command.arg("600"), &patience).unwrap();
            let end = process.finish();
            assert_eq!(end.unwrap_err().to_string(), "it took more than 60 seconds");
            assert!(patience.left.is_spent());
        }
    }

    #[test]
    fn all_that_a_process_prints_is_read() {
        let mut command = Command::new("seq");
        let command = command.arg("100000").stdout(Stdio::piped());
        let mut process = Process::start(command, &Patience::of_history()).unwrap();
        let mut text = String::new();
        let mut output = process.output().unwrap();
        output.read_to_string(&mut text).unwrap();
        assert_eq!(text.lines().count(), 100_000);
        assert!(process.finish().unwrap().success());
    }
}
