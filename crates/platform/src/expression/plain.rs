//! Which expressions are plain: a name, names below it, filters with constant arguments. They run without the virtual machine.

use minijinja::machinery::ast::{CallArg, Expr as Ast};
use minijinja::value::Value;

use super::filters::Filter;
use super::{Plain, Root};

/// The plain form: a name, names below it, filters with constant arguments.
pub(super) fn plain(ast: &Ast<'_>) -> Option<Plain> {
    match ast {
        Ast::Var(var) => {
            Some(Plain { root: Root::named(var.id)?, field: None, path: Vec::new(), filters: Vec::new() })
        }
        Ast::GetAttr(get) => below(plain(&get.expr)?, Value::from(get.name)),
        Ast::GetItem(get) => match &get.subscript_expr {
            Ast::Const(name) if name.value.as_str().is_some() => below(plain(&get.expr)?, name.value.clone()),
            _ => None,
        },
        Ast::Filter(filter) => {
            let mut plain = plain(filter.expr.as_ref()?)?;
            let args = filter.args.iter().map(|arg| match arg {
                CallArg::Pos(value) => value.as_const(),
                _ => None,
            });
            plain.filters.push((Filter::named(filter.name)?, args.collect::<Option<Vec<_>>>()?));
            Some(plain)
        }
        _ => None,
    }
}

fn below(mut plain: Plain, name: Value) -> Option<Plain> {
    if !plain.filters.is_empty() {
        return None;
    }
    match (plain.root, plain.field, plain.path.is_empty()) {
        (Root::Person, None, true) => plain.field = Some(name.as_str()?.parse().ok()?),
        _ => plain.path.push(name),
    }
    Some(plain)
}
