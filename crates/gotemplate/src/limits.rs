//! How much an execution may take.

/// Bounds of one execution. Reaching one ends it with an error of its own.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep templates may call templates, by `template` and through functions; Go stops at 100,000
    pub depth: usize,
    /// Bytes of output of one template, and of the text one function call makes
    pub output: usize,
    /// Nodes executed, in all templates together; long texts and lists count as more
    pub steps: u64,
}

impl Default for Limits {
    /// Roomy for real charts, and a few seconds and less than a gigabyte for hostile ones: 10,000 templates deep, 64 MiB of
    /// output, a hundred million steps.
    fn default() -> Limits {
        Limits {
            depth: 10_000,
            output: 64 << 20,
            steps: 100_000_000,
        }
    }
}
