//! The keys of budgets.

use super::tables::{may, must};
use super::{Is, Shape};

pub(super) static RATE: Shape = Shape {
    name: "a budget",
    keys: &[
        must("calls", Is::Integer(1, 100_000_000), "how many calls"),
        must(
            "per",
            Is::OneOf(&["second", "minute", "hour", "day", "month"]),
            "in what time; days and months in UTC",
        ),
        may(
            "scope",
            Is::OneOf(&["key", "host", "client", "club", "endpoint"]),
            "who spends it together; those with the same credentials unless said",
        ),
        may("for", Is::List(&Is::Text), "the operations that are counted; all unless said"),
        may(
            "cost",
            Is::Map(&Is::Integer(1, 100_000)),
            "what a call takes of it, by operation, where that is more than one",
        ),
    ],
};
