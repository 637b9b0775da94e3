//! The keys of what is read page by page, and again and again.

use super::tables::may;
use super::{Is, Shape};

pub(super) static PAGES: Shape = Shape {
    name: "the pages",
    keys: &[
        may("next", Is::Expression, "a cursor for the next request, as `page.cursor`; none is the end"),
        may("url", Is::Expression, "the address of the next page, on the same host; none is the end"),
        may("more", Is::Expression, "whether there is another: `page.count` is how many things this one has"),
        may("most", Is::Integer(1, 5000), "the most pages; a longer list is not used; 200 unless said"),
    ],
};

pub(super) static FEED: Shape = Shape {
    name: "the feed",
    keys: &[
        may("every_min", Is::Integer(1, 1440), "how often the changes are read; 60 unless said"),
        may(
            "overlap_s",
            Is::Integer(0, 604_800),
            "how far before the end of the last reading the next one begins; 300 unless said",
        ),
        may("lag_s", Is::Integer(0, 604_800), "how old what it says may be; 0 unless said"),
    ],
};
