//! What HubSpot says when it does not do what was asked.

use serde_json::{Value, json};

use crate::http_call::Reply;

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub status: u16,
    pub category: &'static str,
    pub message: String,
    /// What is wrong with single properties.
    errors: Vec<Value>,
}

impl Problem {
    pub(super) fn new(status: u16, category: &'static str, message: &str) -> Self {
        Problem { status, category, message: message.to_owned(), errors: Vec::new() }
    }

    pub(super) fn invalid(message: &str) -> Self {
        Problem::new(400, "VALIDATION_ERROR", message)
    }

    /// A property whose value is not taken. The sentence carries JSON, as the vendor's does.
    pub(super) fn property(name: &str, code: &str, message: &str) -> Self {
        let wrong = json!([{"isValid": false, "message": message, "error": code, "name": name}]);
        let error = json!({"message": message, "code": code, "context": {"propertyName": [name]}});
        let said = format!("Property values were not valid: {wrong}");
        Problem { errors: vec![error], ..Problem::invalid(&said) }
    }

    pub(super) fn no_contact() -> Self {
        Problem::new(404, "OBJECT_NOT_FOUND", "resource not found")
    }

    /// The refusal as an element of a list.
    pub(super) fn value(&self) -> Value {
        let mut body = json!({
            "status": "error",
            "message": self.message,
            "correlationId": "5a7c1b0e-2f7b-4c54-9d0e-6f6b2d9f6a10",
            "category": self.category,
        });
        if !self.errors.is_empty() {
            body["errors"] = json!(self.errors);
        }
        body
    }

    pub(super) fn reply(&self) -> Reply {
        Reply::json(self.status, &self.value())
    }
}
