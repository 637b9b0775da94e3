//! The tables themselves. Both halves of the language are here; the second half's keys are [`Is::Later`].

use super::auth::AUTH;
use super::budgets::RATE;
use super::lists::{FEED, PAGES};
use super::{Entry, Is, Shape};

pub(super) const fn must(key: &'static str, is: Is, about: &'static str) -> Entry {
    Entry { key, is, required: true, about }
}

pub(super) const fn may(key: &'static str, is: Is, about: &'static str) -> Entry {
    Entry { key, is, required: false, about }
}

pub(super) const fn later(key: &'static str, about: &'static str) -> Entry {
    Entry { key, is: Is::Later, required: false, about }
}

const GRADES: &[&str] = &["assumed", "public", "certified"];
const ABSENT: &[&str] = &["omit", "empty", "null"];
pub(crate) const KINDS: &[&str] = &[
    "text", "secret", "choice", "integer", "boolean", "list", "zone", "url", "scheme", "host", "port",
    "label",
];
pub(crate) const OUTCOMES: &[&str] = &[
    "saved",
    "unchanged",
    "rejected",
    "duplicate",
    "gone",
    "nothing",
    "doubtful",
    "misconfigured",
    "unavailable",
    "throttled",
    "unauthorised",
];
const FIND_BY: &[&str] = &["external_id", "email", "mobile", "name"];

/// A whole description.
pub(crate) static DESCRIPTION: Shape = Shape {
    name: "a description",
    keys: &[
        must("platform", Is::Object(&PLATFORM), "what is described, by whom, how well it is known"),
        must(
            "capabilities",
            Is::Object(&CAPABILITIES),
            "what the platform can do; everything else is unsupported",
        ),
        may("settings", Is::Map(&Is::Object(&SETTING)), "what turning up needs"),
        may("auth", Is::Map(&Is::Object(&AUTH)), "named ways to sign in"),
        must(
            "hosts",
            Is::Map(&Is::Object(&HOST)),
            "named addresses, and what every call to them has in common",
        ),
        may("maps", Is::Map(&Is::Object(&MAP)), "named value maps, for the filters `map` and `unmap`"),
        may("parts", Is::Map(&Is::Value), "structures used more than once, by `=parts.name`"),
        must("operations", Is::Map(&Is::Object(&OPERATION)), "how each call is made and its answer read"),
        may("failures", Is::List(&Is::Object(&FAILURE)), "rules for every operation, after its own"),
        may(
            "rates",
            Is::List(&Is::Object(&RATE)),
            "how many calls the platform allows; all that count a call hold for it",
        ),
        later("webhooks", "calls in: verification, handshakes, envelopes, routing"),
        later("subscriptions", "the life cycle of webhook subscriptions"),
        later("files", "files in and out: columns, encodings, delivery"),
        may("discovery", Is::Object(&DISCOVERY), "what the platform is asked about each club"),
        may(
            "side_effects",
            Is::Map(&Is::Object(&SIDE_EFFECT)),
            "what the platform does to people on its own: a boolean setting each, off unless switched on",
        ),
        may(
            "conceal",
            Is::List(&Is::Text),
            "names in answers whose values no log and no command shows, at any depth",
        ),
        may(
            "timezone",
            Is::Expression,
            "the zone of the platform's local times, such as `Europe/Lisbon` or a setting",
        ),
    ],
};

static DISCOVERY: Shape = Shape {
    name: "a discovery",
    keys: &[must(
        "required",
        Is::Object(&REQUIRED),
        "which fields the platform wants of everybody in a club",
    )],
};

static REQUIRED: Shape = Shape {
    name: "the required fields",
    keys: &[
        must("for", Is::List(&Is::Text), "the operations that are not made without them"),
        must("request", Is::Object(&REQUEST), "the call that lists them"),
        may("success", Is::Expression, "true when it was answered; a status of 2xx unless said"),
        must("names", Is::Expression, "the list of their names, in the platform's words"),
        must("fields", Is::Literals, "their name: our field, or `none` where the request always has it"),
        may("lasts_s", Is::Integer(60, 86_400), "how long an answer counts; an hour unless said"),
    ],
};

static SIDE_EFFECT: Shape = Shape {
    name: "a side effect",
    keys: &[
        must("title", Is::Text, "what the platform does then, in the words of its guide"),
        may("help", Is::Text, "what to know before it is switched on"),
        must("scope", Is::OneOf(&["client", "club"]), "who switches it"),
    ],
};

static PLATFORM: Shape = Shape {
    name: "the platform",
    keys: &[
        must("name", Is::Text, "its folder's name: lower case, digits and `-`"),
        must("title", Is::Text, "what people call it"),
        must("vendor", Is::Text, "who makes it"),
        must("language", Is::Integer(1, 1), "the version of this language"),
        must("version", Is::Integer(1, 1_000_000), "the version of this description"),
        must(
            "grade",
            Is::OneOf(GRADES),
            "how far it can be trusted, where an operation does not say otherwise",
        ),
        may("about", Is::Text, "where the knowledge comes from"),
    ],
};

static CAPABILITIES: Shape = Shape {
    name: "the capabilities",
    keys: &[
        must("operations", Is::List(&Is::Text), "the operations that the platform offers"),
        may("conversion", Is::OneOf(&["perform", "update", "none"]), "how a prospect becomes a member"),
        may(
            "ex_members",
            Is::OneOf(&["apart", "as_members"]),
            "whether it knows ex-members; `apart` unless said",
        ),
        may("kinds_apart", Is::Boolean, "prospects and members are numbered apart"),
        may("ids", Is::OneOf(&["per_club", "per_client"]), "within what a record's number is unique"),
        may("updates", Is::OneOf(&["changed", "whole"]), "what a write of an existing record sends"),
        may("clips", Is::Map(&Is::Integer(1, 100_000)), "fields that the platform clips, in characters"),
        may(
            "late_after_s",
            Is::Integer(0, 86_400),
            "how long after its deadline a call may still take effect",
        ),
        may("visible_after_s", Is::Integer(0, 86_400), "how long a stored record may hide from look-ups"),
        may("concurrency", Is::Integer(1, 64), "how many calls may be under way at once"),
    ],
};

static SETTING: Shape = Shape {
    name: "a setting",
    keys: &[
        must("title", Is::Text, "the label of its field"),
        may("help", Is::Text, "where to find it, in the words of a club manager"),
        must("kind", Is::OneOf(KINDS), "what it is"),
        must("scope", Is::OneOf(&["installation", "client", "club"]), "who has one"),
        may("choices", Is::List(&Is::Text), "the values of a choice"),
        may("required", Is::Boolean, "whether turning up needs it; yes unless there is a default"),
        may("default", Is::Text, "its value where none is given"),
        may("pattern", Is::Text, "a regular expression for the whole value"),
        may(
            "role",
            Is::OneOf(&["client_id", "club_id", "time_zone"]),
            "it is the platform's number of the client or the club, or the club's own zone",
        ),
    ],
};

static HOST: Shape = Shape {
    name: "a host",
    keys: &[
        must("base", Is::Expression, "the beginning of every address"),
        may("auth", Is::Words, "the way to sign in; of several the first whose `when` is true"),
        may("headers", Is::Values, "headers of every call"),
        may("query", Is::Values, "query parameters of every call"),
        may("soap", Is::Object(&HOST_SOAP), "what all SOAP calls have in common"),
        may("sends_in", Is::OneOf(&xml::Charset::NAMES), "the encoding of its requests; utf-8 unless said"),
        may(
            "answers_in",
            Is::OneOf(&xml::Charset::NAMES),
            "the encoding of its answers, whatever they say; as they say unless said",
        ),
        may(
            "timeout_s",
            Is::Integer(1, 300),
            "the longest that a call may take, its token included; 30 unless said",
        ),
        may("max_response_kb", Is::Integer(1, 65_536), "the largest answer; 1024 unless said"),
        may("redirects", Is::Integer(0, 5), "how many redirects are followed; none unless said"),
        may(
            "spent",
            Is::Expression,
            "of any answer: how many seconds to wait, where it says that nothing is left of a quota; none while there is",
        ),
    ],
};

static HOST_SOAP: Shape = Shape {
    name: "SOAP",
    keys: &[
        must("namespace", Is::Text, "the namespace of elements without a prefix"),
        may("prefixes", Is::Literals, "prefixes and their namespaces"),
        may("header", Is::Values, "the elements of the SOAP header"),
        may("version", Is::OneOf(&["1.1", "1.2"]), "the version of SOAP; 1.1 unless said"),
        may(
            "encoding",
            Is::OneOf(&["literal", "rpc", "rpc_encoded"]),
            "how the body is written: document/literal unless said, rpc/literal, rpc/encoded",
        ),
    ],
};

static MAP: Shape = Shape {
    name: "a value map",
    keys: &[
        must("values", Is::Literals, "our value: theirs"),
        may(
            "otherwise",
            Is::OneOf(&["drop", "keep", "fail"]),
            "what becomes of other values; `fail` unless said",
        ),
    ],
};

static OPERATION: Shape = Shape {
    name: "an operation",
    keys: &[
        may("grade", Is::OneOf(GRADES), "how far this call can be trusted"),
        may("source", Is::Text, "where the knowledge comes from"),
        may("repeat", Is::OneOf(&["safe", "unsafe"]), "whether a repeat is harmless"),
        may("sends", Is::OneOf(&["changed", "whole"]), "what it sends of an existing record"),
        may(
            "find_by",
            Is::List(&Is::OneOf(FIND_BY)),
            "the keys by which a person is looked for, one call each",
        ),
        may("request", Is::Object(&REQUEST), "the call; every operation has one, or `steps`"),
        may(
            "steps",
            Is::List(&Is::Object(&STEP)),
            "two to five calls, made one after the other, that hand on values",
        ),
        may("answer", Is::Object(&ANSWER), "how its answer is read"),
        may("pages", Is::Object(&PAGES), "how a long list goes on; each page is a call of its own"),
        may("feed", Is::Object(&FEED), "how often the changes are read, and from when on"),
        may("failures", Is::List(&Is::Object(&FAILURE)), "rules for its answers; the first that fits counts"),
        may(
            "timeout_s",
            Is::Integer(1, 300),
            "the longest that this call may take, its token and all steps included",
        ),
        may("dry_run", Is::Boolean, "whether its request can say that it is a trial, by `dry_run`"),
    ],
};

static STEP: Shape = Shape {
    name: "a step",
    keys: &[
        must("name", Is::Text, "its name, for the steps after it: `steps.name.…`"),
        may("when", Is::Expression, "it is left out where this is not true"),
        may(
            "does",
            Is::OneOf(&["reads", "writes"]),
            "whether it stores anything; what GET and HEAD do is read, unless said",
        ),
        may("repeat", Is::OneOf(&["safe", "unsafe"]), "`unsafe` at the one step that must not happen twice"),
        must("request", Is::Object(&REQUEST), "the call"),
        may("answer", Is::Object(&ANSWER), "how its answer is read; its `id` is handed on too"),
        may("gives", Is::Map(&Is::Alternatives), "what it hands on, by names of its own"),
        may("failures", Is::List(&Is::Object(&FAILURE)), "rules for its answers, before the operation's"),
    ],
};

static REQUEST: Shape = Shape {
    name: "a request",
    keys: &[
        may("host", Is::Text, "the host; needless where there is only one"),
        must("method", Is::OneOf(&["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]), "the verb"),
        must("path", Is::Expression, "the path under the host's base, each `{{ … }}` escaped"),
        may("query", Is::Values, "query parameters"),
        may("headers", Is::Values, "headers"),
        may("json", Is::Value, "a JSON body"),
        may("form", Is::Values, "a form body"),
        may("multipart", Is::Values, "a form body in parts (multipart/form-data), text alone"),
        may("xml", Is::Object(&XML_BODY), "an XML body"),
        may("soap", Is::Object(&SOAP_BODY), "a SOAP call"),
        may("text", Is::Expression, "a text body"),
        may(
            "unknown",
            Is::OneOf(ABSENT),
            "what becomes of a field whose value is unknown; `omit` unless said",
        ),
        may("cleared", Is::OneOf(ABSENT), "what becomes of a cleared field; null in JSON, else empty"),
        may("csv", Is::Object(&CSV_BODY), "a CSV body (RFC 4180) of one row"),
    ],
};

static CSV_BODY: Shape = Shape {
    name: "a CSV body",
    keys: &[
        must("columns", Is::Values, "the columns in their order, by the names of the first line"),
        may("delimiter", Is::OneOf(&[",", ";", "|", "tab"]), "what parts the columns; `,` unless said"),
        may("names", Is::Boolean, "whether the first line names them; yes unless said"),
    ],
};

static XML_BODY: Shape = Shape {
    name: "an XML body",
    keys: &[
        may("namespace", Is::Text, "the namespace of elements without a prefix"),
        may("prefixes", Is::Literals, "prefixes and their namespaces"),
        must("body", Is::Value, "the one root element"),
    ],
};

static SOAP_BODY: Shape = Shape {
    name: "a SOAP call",
    keys: &[
        must("action", Is::Text, "the SOAPAction, without quotes"),
        may("header", Is::Values, "further elements of the SOAP header"),
        must("body", Is::Value, "the element in the SOAP body"),
    ],
};

static ANSWER: Shape = Shape {
    name: "an answer",
    keys: &[
        may(
            "decode",
            Is::OneOf(&["auto", "json", "xml", "form", "text", "none"]),
            "by content type unless forced",
        ),
        may("success", Is::Expression, "true when the platform took it; a status of 2xx unless said"),
        may("id", Is::Alternatives, "the record's number"),
        may("looked_up", Is::Boolean, "a create's answer has no number: the person is looked for at once"),
        may("id_space", Is::Text, "where kinds are numbered apart: `prospect` or `member`"),
        may("items", Is::Expression, "the list of what was found"),
        may("item", Is::Object(&ITEM), "how one of them, by the name `item`, is read"),
    ],
};

static ITEM: Shape = Shape {
    name: "what was found",
    keys: &[
        must("id", Is::Alternatives, "its number"),
        may("only", Is::Expression, "true for those that are meant; the others are left out"),
        may("id_space", Is::Expression, "the same of that number"),
        may("external_id", Is::Expression, "the Connector's own id, kept by the platform"),
        may("name", Is::Expression, "the name in one piece"),
        may("first_name", Is::Expression, "the given name"),
        may("last_name", Is::Expression, "the family name"),
        may("email", Is::Expression, "the e-mail address"),
        may("mobile", Is::Expression, "the mobile phone"),
        may("active", Is::Expression, "whether it is in use"),
        may("created_at", Is::Expression, "when it was created"),
        may("kind", Is::Expression, "PROSPECT, MEMBER or EX_MEMBER"),
        may("fields", Is::Map(&Is::Expression), "the whole record in canonical fields"),
    ],
};

static FAILURE: Shape = Shape {
    name: "a failure rule",
    keys: &[
        must("when", Is::Expression, "the rule fits when this is true"),
        must("outcome", Is::OneOf(OUTCOMES), "what it means"),
        may("said", Is::Alternatives, "the platform's words"),
        may("field", Is::Alternatives, "the field it names, by its name or ours"),
        may("id", Is::Alternatives, "the number of the record that exists already"),
        may("retry_after_s", Is::Alternatives, "the wait it asks for; the header `Retry-After` unless said"),
    ],
};
