//! Expressions: the one small language in which descriptions read values, for requests and for answers alike.
//!
//! An expression is MiniJinja's, without blocks, functions or methods, and keeps the type of its result. It is compiled
//! and its names are checked when the description is loaded. The plain ones (a name, perhaps through filters with
//! constant arguments) are most of them and run without the virtual machine: one record has about twenty.

mod check;
mod dates;
mod fields;
mod filters;
mod maps;
mod parsed;
mod plain;
mod scope;
mod secret;

pub(crate) use check::{Place, Vocabulary};
pub(crate) use fields::FieldSet;
pub(crate) use filters::FILTERS;
pub(crate) use maps::{Maps, Otherwise, ValueMap};
pub(crate) use parsed::{Origin, Problem};
pub(crate) use scope::{Root, Scope, Zone};
pub(crate) use secret::Hidden;

use std::sync::{Arc, OnceLock};

use minijinja::value::{Rest, Value};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};

use filters::{Filter, Means, Run};

/// Instructions that one expression may run.
const FUEL: u64 = 20_000;
/// The longest text that one expression may give.
const MAX_TEXT: usize = 64 * 1024;

/// A checked expression.
pub(crate) struct Expr {
    work: Work,
    fields: FieldSet,
    source: Box<str>,
}

enum Work {
    Constant(Value),
    Plain(Plain),
    Compiled(minijinja::Expression<'static, 'static>),
}

/// A name, the names below it, and filters with constant arguments.
struct Plain {
    root: Root,
    field: Option<model::Field>,
    path: Vec<Value>,
    filters: Vec<(&'static Filter, Vec<Value>)>,
}

impl Expr {
    /// The same value always.
    pub fn constant(value: Value) -> Expr {
        Expr { work: Work::Constant(value), fields: FieldSet::default(), source: Box::default() }
    }

    /// Compiles and checks an expression; what is wrong goes to the vocabulary's mistakes.
    pub fn compile(source: &str, origin: &Origin, vocabulary: &mut Vocabulary<'_>) -> Option<Expr> {
        let checked = check::check(source, origin, vocabulary)?;
        let work = match checked.plain {
            Some(plain) => Work::Plain(plain),
            None => match environment().compile_expression_owned(source.to_owned()) {
                Ok(compiled) => Work::Compiled(compiled),
                Err(error) => {
                    vocabulary.mistakes.add(origin.whole(), format!("this is not an expression: {error}"));
                    return None;
                }
            },
        };
        Some(Expr { work, fields: checked.fields, source: source.into() })
    }

    /// The person's fields that it mentions.
    pub fn fields(&self) -> FieldSet {
        self.fields
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its value; what is missing, at any depth, is none.
    pub fn eval(&self, scope: &Arc<Scope>) -> Result<Value, Problem> {
        let value = match &self.work {
            Work::Constant(value) => return Ok(value.clone()),
            Work::Plain(plain) => plain.eval(scope),
            Work::Compiled(compiled) => {
                compiled.eval(Value::from_dyn_object(Arc::clone(scope))).map_err(|error| said(&error))
            }
        };
        let value = value.map_err(|said| self.problem(said))?;
        if value.as_str().is_some_and(|text| text.len() > MAX_TEXT) {
            let said = format!("gives more than {MAX_TEXT} bytes of text");
            return Err(Problem { too_long: true, ..self.problem(said) });
        }
        Ok(if value.is_undefined() { Value::from(()) } else { value })
    }

    /// Whether it holds; none does not.
    pub fn holds(&self, scope: &Arc<Scope>) -> Result<bool, Problem> {
        Ok(self.eval(scope)?.is_true())
    }

    fn problem(&self, said: String) -> Problem {
        Problem { source: self.source.clone(), fields: self.fields, said, too_long: false }
    }
}

impl Plain {
    fn eval(&self, scope: &Scope) -> Result<Value, String> {
        let mut value = match self.field {
            Some(field) => scope.person().get(field),
            None => scope.get(self.root).clone(),
        };
        for name in &self.path {
            if value.is_none() || value.is_undefined() {
                return self.filtered(Value::from(()), scope);
            }
            value = value.get_item(name).unwrap_or_default();
        }
        self.filtered(value, scope)
    }

    fn filtered(&self, mut value: Value, scope: &Scope) -> Result<Value, String> {
        for (filter, args) in &self.filters {
            value = filter.apply(&value, args, || scope.means())?;
        }
        Ok(value)
    }
}

fn said(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_fuel(Some(FUEL));
        environment.set_debug(false);
        for filter in FILTERS {
            environment.add_filter(filter.name, move |state: &State, value: Value, args: Rest<Value>| {
                run(filter, state, &value, &args)
            });
        }
        environment.add_test("none", |value: Value| value.is_none() || value.is_undefined());
        environment.add_test("text", |value: Value| value.as_str().is_some());
        environment.add_test("number", |value: Value| value.is_number());
        environment.add_test("list", |value: Value| value.kind() == minijinja::value::ValueKind::Seq);
        environment
    })
}

fn run(filter: &'static Filter, state: &State, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let maps = match filter.run {
        Run::Mapped(_) => state.lookup("maps").and_then(|maps| maps.downcast_object::<Maps>()),
        _ => None,
    };
    let zone = match filter.run {
        Run::Zoned(_) => state.lookup("zone").and_then(|zone| zone.downcast_object::<Zone>()),
        _ => None,
    };
    let means = || Means { maps: maps.as_deref(), zone: zone.as_deref().map(|zone| &zone.0) };
    filter
        .apply(value, args, means)
        .map_err(|said| Error::new(ErrorKind::InvalidOperation, format!("`{}`: {said}", filter.name)))
}
