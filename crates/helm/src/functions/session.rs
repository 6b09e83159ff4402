//! What functions keep between calls of one rendering: the clock and the random numbers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use envlint_gotemplate::tree::Template;
use envlint_gotemplate::{Context, Error, GoString};
use rand_chacha::ChaCha20Rng;
use rand_core::{OsRng, RngCore, SeedableRng};

use super::time::Instant;

/// Makes a rendering repeatable: with both set, the same chart and values give the same bytes, keys and certificates
/// included.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionOptions {
    /// Seeds the random numbers; without it they come from the operating system.
    pub seed: Option<u64>,
    /// The time that `now` gives, since 1970; without it the clock's.
    pub now: Option<Duration>,
    /// RSA keys are short ones, which take no time to make: for what is compared or checked, and never deployed.
    pub sample_keys: bool,
}

/// The state of the functions during one rendering. The host passes it to the execution as its state.
#[derive(Debug)]
pub struct Session {
    options: SessionOptions,
    random: Option<ChaCha20Rng>,
    started: Clock,
    /// How often each template is inside itself at the moment, through `include`.
    pub(super) included: HashMap<GoString, usize>,
    /// The texts that `tpl` has parsed.
    pub(super) parsed: HashMap<GoString, Arc<[Arc<Template>]>>,
}

/// Parsed texts of `tpl` that a session keeps.
const MAX_PARSED: usize = 1024;

impl Session {
    /// A session at its start.
    pub fn new(options: SessionOptions) -> Session {
        Session {
            options,
            random: None,
            started: Clock::now(),
            included: HashMap::new(),
            parsed: HashMap::new(),
        }
    }

    /// The time: fixed, or of the clock with its monotonic reading, as Go's `time.Now` has it.
    pub(super) fn now(&self) -> Instant {
        let since = match self.options.now {
            Some(fixed) => fixed,
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
        };
        let mut now = Instant::unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
        now.nanos = since.subsec_nanos();
        let reading = match self.options.now {
            Some(_) => Duration::ZERO,
            None => self.started.elapsed(),
        };
        now.monotonic = i64::try_from(reading.as_nanos()).ok();
        now
    }

    /// Keeps what `tpl` has parsed.
    pub(super) fn remember(&mut self, text: GoString, trees: Arc<[Arc<Template>]>) {
        if self.parsed.len() >= MAX_PARSED {
            self.parsed.clear();
        }
        self.parsed.insert(text, trees);
    }

    /// The length of an RSA key, in bits, where a key of `wanted` bits is asked for.
    pub(super) fn rsa_bits(&self, wanted: usize) -> usize {
        // The shortest that a SHA-256 signature fits into.
        const SAMPLE: usize = 512;
        if self.options.sample_keys {
            SAMPLE
        } else {
            wanted
        }
    }

    /// The random numbers.
    pub(super) fn random(&mut self) -> &mut ChaCha20Rng {
        self.random.get_or_insert_with(|| match self.options.seed {
            Some(seed) => ChaCha20Rng::seed_from_u64(seed),
            None => {
                let mut seed = [0; 32];
                OsRng.fill_bytes(&mut seed);
                ChaCha20Rng::from_seed(seed)
            }
        })
    }
}

/// The session of the execution.
pub(super) fn session(cx: &mut dyn Context) -> Result<&mut Session, Error> {
    cx.host()
        .ok_or_else(|| Error::new("this function needs a session, and the host gave none"))
}
