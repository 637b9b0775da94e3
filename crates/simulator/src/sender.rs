//! A sender (coming).
