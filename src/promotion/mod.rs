//! Comparing environments, and moving shared paths one environment forward.
//!
//! `diff` lays two values files side by side. A promotion goes on from there: the [`plan`] says which paths move, [`apply`]
//! makes the target's new text, and nothing of it is written when a condition of `promotion.stop`, a secret or a new
//! error finding stands in the way.

mod agree;
mod anchors;
mod apply;
mod ciphertext;
mod cluster;
mod committed;
mod comparison;
mod coverage;
mod diff;
pub mod direction;
mod documents;
mod embedded;
mod files;
mod freeze;
mod hotfixes;
mod items;
mod layered;
mod lists;
mod objections;
mod opaque;
mod patch;
mod permissions;
mod plan;
mod promote;
mod refusal;
mod removals;
mod rendered;
pub mod report;
mod scope;
mod shown;
mod status;
mod stop;
mod unified;
mod untested;
mod verify;
mod view;
mod warnings;
mod waves;
mod way;
mod write;

pub use agree::{agree, only_asked, sharing};
pub use cluster::{Cluster, ClusterView, FieldView, ObjectView};
pub use comparison::{Pair, PathState};
pub use coverage::coverage;
pub use diff::{AppDiff, Compared, Counts, Wanted, diff, diff_rendered};
pub use documents::{DocumentDiff, diff_documents};
pub use freeze::freeze_of;
pub use patch::Patch;
pub use permissions::Permissions;
pub use plan::Action;
pub use promote::{AppPromotion, Progress, Request, SEVERAL_DOCUMENTS, promote};
pub use refusal::{Reason, Refusal};
pub use scope::Scope;
pub use status::{AppStatus, PairStatus, PathStatus, status};
pub use unified::diff as unified;
pub use view::{ChangeView, Class, LineKind, Lines, PathView, Shown};
pub use write::{Written, write};
