//! Running envlint with bounds.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The program under test, and what a run of it may take.
pub(super) struct Program {
    pub(super) path: PathBuf,
    /// Seconds of CPU time.
    pub(super) cpu: u64,
    /// MiB.
    pub(super) memory: u64,
}

/// What a run left.
pub(super) struct Ran {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    /// Whether it was killed for taking so long that it waited for something.
    pub(super) hung: bool,
}

/// Sets the bounds and becomes the program: the CPU time, the memory, and the blocks of 512 bytes that a file may have.
/// Without the signal, a write beyond them fails as it does on a full disk.
const BOUNDED: &str = r#"ulimit -t "$1"; ulimit -v "$2"; if [ -n "$3" ]; then trap '' XFSZ; ulimit -f "$3"; fi; shift 3; exec "$@""#;

impl Program {
    pub(super) fn start(
        &self,
        directory: &Path,
        arguments: &[String],
        blocks: Option<u64>,
    ) -> Result<Child> {
        Command::new("sh")
            .args(["-c", BOUNDED, "sh"])
            .arg(self.cpu.to_string())
            .arg((self.memory << 10).to_string())
            .arg(blocks.map(|blocks| blocks.to_string()).unwrap_or_default())
            .arg(&self.path)
            .args(arguments)
            .current_dir(directory)
            .env("NO_COLOR", "1")
            .env_remove("GIT_DIR")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("sh does not start")
    }

    /// Waits for its end.
    pub(super) fn end(&self, mut child: Child) -> Result<Ran> {
        let stdout = drain(child.stdout.take());
        let stderr = drain(child.stderr.take());
        let latest = Instant::now() + Duration::from_secs(self.cpu * 4 + 60);
        let mut hung = false;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() > latest {
                hung = true;
                child.kill()?;
            }
            thread::sleep(Duration::from_millis(2));
        };
        Ok(Ran {
            status,
            stdout: stdout.join().unwrap_or_default(),
            stderr: stderr.join().unwrap_or_default(),
            hung,
        })
    }

    pub(super) fn run(
        &self,
        directory: &Path,
        arguments: &[String],
        blocks: Option<u64>,
    ) -> Result<Ran> {
        self.end(self.start(directory, arguments, blocks)?)
    }
}

impl Ran {
    /// All that it said.
    pub(super) fn said(&self) -> Vec<u8> {
        [&self.stdout[..], b"\n", &self.stderr].concat()
    }
}

fn drain(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}
