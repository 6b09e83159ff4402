//! Edits that change the bytes they must and no other: comments, quotes, blank lines and line breaks stay.
//!
//! Every edit is proven before it is returned: the new text is read again, and must have the new value at the path and
//! the old values everywhere else. An edit that cannot be proven is an error, never a guess.

mod arrange;
mod batch;
mod change;
mod comments;
mod insert;
mod layout;
mod place;
mod quote;
mod remove;
mod render;
mod reorder;
mod replace;
mod set;
mod several;
mod single;
mod text;
mod ways;
mod wrap;

pub use arrange::{Arranged, Arrangement, Stays, arrange};
pub use batch::{Change, change_all};
pub use change::{Edit, EditError, Edited};
pub use quote::quoted;
pub use remove::comments_above;
pub use render::Fresh;
pub use several::{Applied, apply, remove_comment};
pub use single::{insert, remove, reorder, set, set_at_anchor};
