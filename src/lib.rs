//! envlint
