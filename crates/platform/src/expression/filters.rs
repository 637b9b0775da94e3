//! The filters: a closed list, each small, each passing none through.
//!
//! A filter never guesses: what it cannot read is an error that names the value, and the record waits for a person.

use jiff::tz::TimeZone;
use minijinja::value::{Value, ValueKind};

use super::{Hidden, Maps, dates};

type Result<T = Value> = std::result::Result<T, String>;

/// One filter.
pub(crate) struct Filter {
    pub name: &'static str,
    /// The least and the most arguments.
    pub takes: (usize, usize),
    pub about: &'static str,
    pub(super) run: Run,
}

pub(super) enum Run {
    Plain(fn(&Value, &[Value]) -> Result),
    Mapped(fn(&Maps, &Value, &[Value]) -> Result),
    Zoned(fn(&TimeZone, &Value, &[Value]) -> Result),
}

/// What a filter may need besides its arguments.
pub(super) struct Means<'m> {
    pub maps: Option<&'m Maps>,
    pub zone: Option<&'m TimeZone>,
}

const fn plain(
    name: &'static str,
    takes: (usize, usize),
    about: &'static str,
    run: fn(&Value, &[Value]) -> Result,
) -> Filter {
    Filter { name, takes, about, run: Run::Plain(run) }
}

/// All filters, in alphabetical order.
pub(crate) static FILTERS: &[Filter] = &[
    plain("clip", (1, 1), "at most so many characters", clip),
    plain("date", (1, 1), "our date or instant, written in a format: `date('%d/%m/%Y')`", date),
    plain("default", (1, 1), "the argument where the value is none", |v, _| Ok(v.clone())),
    plain("digits", (0, 0), "only the digits, and a leading `+`", |v, _| Ok(digits(text(v)?).into())),
    plain("first", (0, 0), "the first of a list", |v, _| nth(v, false)),
    plain("instant", (0, 1), "reads an instant: RFC 3339, `'unix'`, `'unix_ms'` or a format", instant),
    plain("int", (0, 0), "text of digits as a number", int),
    plain("join", (1, 1), "a list as text, what is none or empty left out", join),
    plain("last", (0, 0), "the last of a list", |v, _| nth(v, true)),
    plain("length", (0, 0), "the length of a list or text", |v, _| {
        Ok(v.len().map_or(Value::from(()), Value::from))
    }),
    plain("list", (0, 0), "a list as it is, one thing as a list of one, none as an empty list", |v, _| {
        Ok(list(v))
    }),
    Filter {
        name: "local",
        takes: (1, 1),
        about: "our instant as the platform's local time: `local('%Y-%m-%d %H:%M:%S')`",
        run: Run::Zoned(|zone, value, args| Ok(dates::local(text(value)?, text(&args[0])?, zone)?.into())),
    },
    plain("lower", (0, 0), "in lower case", |v, _| Ok(text(v)?.to_lowercase().into())),
    Filter {
        name: "map",
        takes: (1, 1),
        about: "our value into theirs, by a map of the description",
        run: Run::Mapped(|maps, value, args| maps.map(text(&args[0])?, value)),
    },
    plain("pivot", (2, 2), "a list of name and value pairs as fields: `pivot('name', 'value')`", pivot),
    plain("read_date", (1, 1), "reads a date of a format into ours", |v, args| {
        Ok(dates::read_date(text(v)?, text(&args[0])?)?.into())
    }),
    Filter {
        name: "read_local",
        takes: (1, 1),
        about: "reads a local time of the platform into our instant",
        run: Run::Zoned(|zone, value, args| {
            Ok(dates::read_local(text(value)?, text(&args[0])?, zone)?.into())
        }),
    },
    plain("replace", (2, 2), "one text by another", |v, args| {
        let from = text(&args[0])?;
        if from.is_empty() { Ok(v.clone()) } else { Ok(text(v)?.replace(from, text(&args[1])?).into()) }
    }),
    plain("split", (1, 1), "text as a list", split),
    plain("tail", (0, 0), "what follows the last `/`: the number at the end of an address", |v, _| {
        let path = text(v)?.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        Ok(path.rsplit('/').next().unwrap_or_default().into())
    }),
    plain("text", (0, 0), "a number or boolean as text", |v, _| Ok(scalar_text(v)?.into())),
    plain("trim", (0, 0), "without white space around it", |v, _| Ok(text(v)?.trim().into())),
    Filter {
        name: "unmap",
        takes: (1, 1),
        about: "their value into ours, by a map of the description",
        run: Run::Mapped(|maps, value, args| maps.unmap(text(&args[0])?, value)),
    },
    plain("upper", (0, 0), "in upper case", |v, _| Ok(text(v)?.to_uppercase().into())),
    plain("xml", (0, 0), "a document that was kept as text, as an answer would be", |v, _| {
        crate::decode::inner(text(v)?)
    }),
];

impl Filter {
    pub fn named(name: &str) -> Option<&'static Filter> {
        FILTERS.iter().find(|filter| filter.name == name)
    }

    /// Runs it: none passes through, except that `default` and `list` have an answer for it.
    pub(super) fn apply<'m>(
        &self,
        value: &Value,
        args: &[Value],
        means: impl FnOnce() -> Means<'m>,
    ) -> Result {
        if value.is_none() || value.is_undefined() {
            return Ok(match self.name {
                "default" => args.first().cloned().unwrap_or_default(),
                "list" => Value::from(Vec::<Value>::new()),
                _ => Value::from(()),
            });
        }
        match &self.run {
            Run::Plain(run) => run(value, args),
            Run::Mapped(run) => run(means().maps.ok_or("there are no maps here")?, value, args),
            Run::Zoned(run) => run(means().zone.ok_or("there is no zone here")?, value, args),
        }
    }
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| {
        if Hidden::is(value) {
            "a secret cannot be changed, only placed".to_owned()
        } else {
            format!("expected text, found a {}", value.kind())
        }
    })
}

/// Text of text, an integer or a boolean; never of a float, whose text nobody agrees on.
pub(crate) fn scalar_text(value: &Value) -> Result<String> {
    match value.kind() {
        ValueKind::String => Ok(value.to_string()),
        ValueKind::Bool => Ok(if value.is_true() { "true" } else { "false" }.to_owned()),
        ValueKind::Number if value.is_integer() => Ok(value.to_string()),
        kind => Err(format!("a {kind} is not text")),
    }
}

fn digits(text: &str) -> String {
    let plus = text.trim_start().starts_with('+');
    plus.then_some('+').into_iter().chain(text.chars().filter(char::is_ascii_digit)).collect()
}

fn clip(value: &Value, args: &[Value]) -> Result {
    let most = args[0].as_usize().ok_or("expected a number of characters")?;
    Ok(text(value)?.chars().take(most).collect::<String>().into())
}

fn date(value: &Value, args: &[Value]) -> Result {
    Ok(dates::write(text(value)?, text(&args[0])?)?.into())
}

fn instant(value: &Value, args: &[Value]) -> Result {
    let format = args.first().map(text).transpose()?;
    Ok(dates::read_instant(&scalar_text(value)?, format)?.into())
}

fn int(value: &Value, _: &[Value]) -> Result {
    if value.is_integer() {
        return Ok(value.clone());
    }
    let text = text(value)?;
    text.trim().parse::<i64>().map(Value::from).map_err(|_| format!("`{text}` is not a whole number"))
}

fn items(value: &Value) -> Result<Vec<Value>> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => Ok(value.try_iter().map_err(|e| e.to_string())?.collect()),
        kind => Err(format!("expected a list, found a {kind}")),
    }
}

fn nth(value: &Value, last: bool) -> Result {
    let mut items = items(value)?;
    let item = if last { items.pop() } else { items.into_iter().next() };
    Ok(item.unwrap_or_else(|| Value::from(())))
}

fn list(value: &Value) -> Value {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => value.clone(),
        ValueKind::String if value.as_str().is_some_and(|text| text.trim().is_empty()) => {
            Value::from(Vec::<Value>::new())
        }
        _ => Value::from(vec![value.clone()]),
    }
}

fn join(value: &Value, args: &[Value]) -> Result {
    let mut parts = Vec::new();
    for item in items(value)?.iter().filter(|item| !item.is_none() && !item.is_undefined()) {
        let part = scalar_text(item)?;
        if !part.is_empty() {
            parts.push(part);
        }
    }
    Ok(if parts.is_empty() { Value::from(()) } else { parts.join(text(&args[0])?).into() })
}

fn split(value: &Value, args: &[Value]) -> Result {
    let by = text(&args[0])?;
    if by.is_empty() {
        return Err("an empty text cannot split".to_owned());
    }
    Ok(Value::from(text(value)?.split(by).map(Value::from).collect::<Vec<_>>()))
}

fn pivot(value: &Value, args: &[Value]) -> Result {
    let (name, held) = (text(&args[0])?, text(&args[1])?);
    let mut fields = Vec::new();
    for item in items(value)? {
        let key = item.get_attr(name).unwrap_or_default();
        if let Some(key) = key.as_str() {
            fields.push((key.to_owned(), item.get_attr(held).unwrap_or_default()));
        }
    }
    Ok(Value::from_pairs(fields))
}
