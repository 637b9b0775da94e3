//! A secret inside expressions: it can be placed in a request, and nothing else.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use secrecy::{ExposeSecret, SecretString};

/// A secret as an expression sees it: no filter reads it, and printed it is a mask.
pub(crate) struct Hidden(SecretString);

impl Hidden {
    pub fn value(secret: SecretString) -> Value {
        Value::from_object(Hidden(secret))
    }

    /// The secret behind a value, if it is one.
    pub fn reveal(value: &Value) -> Option<String> {
        value.downcast_object_ref::<Hidden>().map(|hidden| hidden.0.expose_secret().to_owned())
    }

    pub fn is(value: &Value) -> bool {
        value.downcast_object_ref::<Hidden>().is_some()
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Object for Hidden {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}
