//! Writes SOAP envelopes, 1.1 and 1.2, in the three styles that services are written in.

use xml::{Charset, Writer};

use super::markup::Markup;
use super::{Result, SoapUser};
use crate::description::{SoapHost, SoapStyle};
use crate::template::Tree;

/// What an envelope holds.
pub(crate) struct Envelope<'e, 't> {
    pub header: &'e [(&'t str, Tree<'t>)],
    pub user: Option<&'e SoapUser>,
    pub body: &'e Tree<'t>,
    pub charset: Charset,
}

/// Writes a SOAP envelope.
///
/// In the literal style the element in the body and those of the header are in the host's namespace with all that is in them
/// (WS-I Basic Profile 1.1); in the two rpc styles the element in the body alone is, and its parameters are in none
/// (SOAP 1.1 §7.1). The encoded style says the type of every value (§5).
pub(crate) fn soap(host: &SoapHost, envelope: &Envelope<'_, '_>) -> Result<String> {
    let encoded = host.style == SoapStyle::RpcEncoded;
    let mut markup = Markup { writer: Writer::declaring(envelope.charset), typed: false };
    let prefixes: Vec<_> =
        host.namespaces.prefixes.iter().map(|(p, uri)| (format!("xmlns:{p}"), &**uri)).collect();
    let mut attributes = vec![("xmlns:soap", host.version.envelope())];
    if encoded {
        attributes.extend([
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
            ("xmlns:soapenc", host.version.encoding()),
        ]);
    }
    attributes.extend(prefixes.iter().map(|(name, uri)| (name.as_str(), *uri)));
    let default = host.namespaces.default.as_deref().unwrap_or_default();
    let named = [("xmlns", default)];
    markup.writer.open("soap:Envelope", &attributes);
    if !envelope.header.is_empty() || envelope.user.is_some() {
        markup.writer.open("soap:Header", &[]);
        if let Some(user) = envelope.user {
            user.write(&mut markup.writer);
        }
        for (name, tree) in envelope.header {
            markup.element(name, tree, &named)?;
        }
        markup.writer.close();
    }
    markup.writer.open("soap:Body", &[]);
    match (host.style, envelope.body) {
        (SoapStyle::Literal, body) => markup.members(body, &named)?,
        (_, Tree::Object(members)) => {
            markup.typed = encoded;
            let mut own = vec![("xmlns:rpc", default)];
            if encoded {
                own.push(("soap:encodingStyle", host.version.encoding()));
            }
            for (name, tree) in members {
                let name = if name.contains(':') { (*name).to_owned() } else { format!("rpc:{name}") };
                // A call without a value to hand over is an element all the same, and has no type.
                let empty = Tree::Object(Vec::new());
                let tree = if matches!(tree, Tree::Text(text) if text.is_empty()) { &empty } else { tree };
                markup.element(&name, tree, &own)?;
            }
        }
        _ => return Err("an XML body is one element with elements inside".to_owned()),
    }
    markup.writer.close().close();
    Ok(markup.writer.finish())
}
