//! A schema that is applied in bounded time and memory, whoever wrote it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use cpu_time::ThreadTime;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, Retrieve, Uri, ValidationError, Validator};
use serde_json::Value;

use super::cost::{self, Shape};
use super::{remote, report};

/// How long the validations of a schema may take that cannot be told to be short, all together. Helm's wait for ever.
const PATIENCE: Duration = Duration::from_secs(4);
/// What the errors of one validation may hold; with more, they are not listed.
const MOST_ERROR_BYTES: u64 = 64 << 20;
/// No comparison is done in less.
const NANOSECONDS_OF_A_CHECK: u64 = 10;
/// What all regular expressions of a schema may take together, and each of them.
const MOST_PATTERN_BYTES: usize = 256 << 20;
const MOST_BYTES_OF_A_PATTERN: usize = 64 << 20;
/// A validation recurses with its schema.
const STACK: usize = 64 << 20;

/// A compiled JSON Schema, of any draft; 2020-12 when it names none. A copy is the same schema.
#[derive(Debug, Clone)]
pub struct CompiledSchema(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    json: Value,
    validator: Validator,
    shape: Shape,
    /// References to the network, which were taken out.
    unfetched: Vec<String>,
    /// What is left of the patience, in nanoseconds.
    patience: AtomicU64,
}

/// Why a schema cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// It asks for more memory than anybody would give it.
    #[error("{0}")]
    TooLarge(String),
    /// It refers to what is not there, or not in the same file.
    #[error("{reason}")]
    Reference {
        /// Which reference, and why not.
        reason: String,
        /// The same as Helm says it of a chart's `values.schema.json`.
        in_helms_words: String,
    },
    /// It is no schema.
    #[error("{0}")]
    Invalid(String),
}

/// Why values were not checked, or not told what is wrong with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SchemaLimit {
    /// It takes too long.
    #[error("these values take more than {} seconds to check: references multiply, or much is compared with long texts and lists", PATIENCE.as_secs())]
    Time,
    /// There is more to say than memory to say it.
    #[error("the values do not fit, in too many ways to list them")]
    Errors,
}

/// References outside of the schema file: an unknown `urn:` allows everything, as in Helm; the rest would need network or disk.
struct Offline;

impl Retrieve for Offline {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        if uri.scheme().as_str() == "urn" {
            return Ok(Value::Bool(true));
        }
        Err(format!(
            "failing loading {:?}: schemas are not read from the network or from other files",
            uri.as_str()
        )
        .into())
    }
}

impl CompiledSchema {
    /// Compiles a schema. Nothing outside of it is read: a reference to the network allows everything.
    ///
    /// # Errors
    /// See [`SchemaError`].
    pub fn new(mut json: Value) -> Result<CompiledSchema, SchemaError> {
        let unfetched = remote::take_out(&mut json);
        let shape = cost::shape(&json).map_err(SchemaError::TooLarge)?;
        let share = MOST_PATTERN_BYTES / shape.patterns.max(1);
        // Linear time on hostile patterns; Go's expressions have no lookahead either.
        let patterns = PatternOptions::regex().size_limit(share.min(MOST_BYTES_OF_A_PATTERN));
        let built = jsonschema::options()
            .with_base_uri("file:///values.schema.json")
            .with_retriever(Offline)
            .with_pattern_options(patterns)
            .build(&json);
        let validator = built.map_err(|error| match error.kind() {
            ValidationErrorKind::Referencing(reference) => SchemaError::Reference {
                reason: reference.to_string(),
                in_helms_words: report::unresolved(reference),
            },
            _ => SchemaError::Invalid(error.to_string()),
        })?;
        Ok(CompiledSchema(Arc::new(Compiled {
            json,
            validator,
            shape,
            unfetched,
            patience: AtomicU64::new(PATIENCE.as_nanos() as u64),
        })))
    }

    /// The references to the network that the schema has, each once: what they stand for is not checked.
    pub fn unfetched(&self) -> &[String] {
        &self.0.unfetched
    }

    /// What is wrong with values, at most `most` mistakes of them; none when they fit.
    ///
    /// # Errors
    /// See [`SchemaLimit`].
    pub fn mistakes<'v>(
        &'v self,
        values: &'v Value,
        most: usize,
    ) -> Result<Vec<ValidationError<'v>>, SchemaLimit> {
        let Compiled {
            json,
            validator,
            shape,
            ..
        } = &*self.0;
        let cost = match shape.is_plain {
            true => cost::estimate(json, values),
            false => None,
        };
        if let Some(cost) = cost {
            return match validator.is_valid(values) {
                true => Ok(Vec::new()),
                false if cost.bytes > MOST_ERROR_BYTES => Err(SchemaLimit::Errors),
                false => Ok(validator.iter_errors(values).take(most).collect()),
            };
        }
        let (fits, took) = self.fits_in_time(values)?;
        if fits {
            return Ok(Vec::new());
        }
        // The first mistake ended the check: to find it again takes as long, and holds no more than a copy of the
        // values for each comparison that there was time for.
        let checks = took.as_nanos() as u64 / NANOSECONDS_OF_A_CHECK;
        match checks.saturating_mul(cost::size(values)) <= MOST_ERROR_BYTES {
            true => Ok(validator.validate(values).err().into_iter().collect()),
            false => Err(SchemaLimit::Errors),
        }
    }

    /// Whether values fit, and how much of the processor's time it took to know: checked in a thread of its own, which is
    /// left behind when it does not come to an end.
    fn fits_in_time(&self, values: &Value) -> Result<(bool, Duration), SchemaLimit> {
        let patience = Duration::from_nanos(self.0.patience.load(Ordering::Relaxed));
        if patience.is_zero() {
            return Err(SchemaLimit::Time);
        }
        let (schema, values) = (self.clone(), values.clone());
        let (said, heard) = mpsc::sync_channel(1);
        let spawned = thread::Builder::new().stack_size(STACK).spawn(move || {
            let started = ThreadTime::now();
            let fits = schema.0.validator.is_valid(&values);
            // Nobody may be waiting any more.
            let _ = said.send((fits, started.elapsed()));
        });
        let fits = spawned.ok().and_then(|_| heard.recv_timeout(patience).ok());
        let took = fits.map_or(PATIENCE, |(_, took)| took).as_nanos() as u64;
        let rest = |left: u64| Some(left.saturating_sub(took));
        let _ = self
            .0
            .patience
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest);
        fits.ok_or(SchemaLimit::Time)
    }
}

#[cfg(test)]
mod tests;
