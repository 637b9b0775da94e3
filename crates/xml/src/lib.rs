//! Foreign XML: partners' requests and platforms' answers, read within limits; and the XML we write.
//!
//! A document is decoded ([`decode`]), then read in one pass into a tree of [`Element`]s ([`parse`]). Everything that
//! makes XML dangerous is refused rather than handled: document types, entities of one's own, processing
//! instructions. What remains is linear in the document's size and bounded by [`Limits`]. One pass by one parser on
//! purpose: a guard in front of a second parser protects only as long as the two agree on what they see.
//!
//! Nothing here knows what a document means.

mod attributes;
mod chars;
mod charset;
mod decode;
mod element;
mod limits;
mod parse;
mod position;
mod problem;
mod scope;
mod writer;

pub use chars::is_name;
pub use charset::Charset;
pub use decode::decode;
pub use element::{Attribute, Element};
pub use limits::Limits;
pub use parse::parse;
pub use problem::Problem;
pub use writer::Writer;
