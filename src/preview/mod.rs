//! `envlint preview`: an environment for a pull request, made of the values of another environment: its namespace with a
//! quota, an isolation and an end, its hosts, images and secrets; what the pull request says of it; and what is to be
//! deleted when it is closed.

mod addresses;
mod app;
mod cleanup;
mod comment;
mod cost;
mod errors;
mod files;
mod image;
mod kept;
mod namespace;
mod needs;
mod number;
mod object;
mod plan;
mod pulling;
mod quota;
mod refused;
mod report;
mod values;
mod verify;

pub use addresses::no_label;
pub use app::{AppPreview, Change, label as app_label};
pub use cleanup::{commands, manifest_list};
pub use comment::comment;
pub use files::{Parts, files, stream};
pub use image::Digest;
pub use number::PullRequest;
pub use object::{PreviewObject, Turn};
pub use plan::{Plan, PreviewNamespace, Request, plan};
pub use report::{PreviewFormat, render};
pub use verify::{Left, Verified, verify};
