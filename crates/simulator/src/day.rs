//! A day (coming).
