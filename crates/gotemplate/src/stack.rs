//! Recursion as deep as templates ask for, within the limits: where the thread's own stack ends, it goes on in memory.

/// Less than this left, and the stack grows. The functions of the host run in it.
const RED_ZONE: usize = 256 << 10;
const STEP: usize = 2 << 20;
/// The main thread's stack holds so many levels many times over (8 MiB by default, some 2 KiB a level).
const SHALLOW: usize = 16;

/// How deep a recursion is, and how deep it may be before anybody asks how much stack is left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Depth {
    levels: usize,
    unasked: usize,
}

impl Depth {
    /// A recursion that starts on this thread.
    pub(crate) fn new() -> Depth {
        // The first question on the main thread reads /proc/self/maps (glibc: `pthread_getattr_np`), which takes as long
        // as executing the templates of a small chart. Other threads know their stack.
        let is_main = std::thread::current().name() == Some("main");
        Depth {
            levels: 0,
            unasked: if is_main { SHALLOW } else { 0 },
        }
    }
}

/// What recurses.
pub(crate) trait Recurse: Sized {
    fn recursion(&mut self) -> &mut Depth;

    /// Goes one level deeper.
    fn deeper<R>(&mut self, step: impl FnOnce(&mut Self) -> R) -> R {
        let depth = self.recursion();
        depth.levels += 1;
        let result = if depth.levels <= depth.unasked {
            step(self)
        } else {
            stacker::maybe_grow(RED_ZONE, STEP, || step(self))
        };
        self.recursion().levels -= 1;
        result
    }
}
