//! The style sheet, the script and the typeface: inside the binary, served with their version in the
//! address so that a browser keeps them until they change.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const ASSETS: &[Asset] = &[
    Asset {
        name: "connector.css",
        kind: "text/css; charset=utf-8",
        bytes: include_bytes!("../../assets/connector.css"),
    },
    Asset {
        name: "connector.js",
        kind: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../assets/connector.js"),
    },
    Asset { name: "icon.svg", kind: "image/svg+xml", bytes: include_bytes!("../../assets/icon.svg") },
    Asset {
        name: "inter-latin.woff2",
        kind: "font/woff2",
        bytes: include_bytes!("../../assets/inter-latin.woff2"),
    },
    Asset {
        name: "inter-vietnamese.woff2",
        kind: "font/woff2",
        bytes: include_bytes!("../../assets/inter-vietnamese.woff2"),
    },
    Asset {
        name: "inter-latin-ext.woff2",
        kind: "font/woff2",
        bytes: include_bytes!("../../assets/inter-latin-ext.woff2"),
    },
];

/// The address of an asset, with its version.
pub fn address(name: &str) -> String {
    let version = find(name).map_or(0, |asset| {
        let mut hasher = DefaultHasher::new();
        asset.bytes.hash(&mut hasher);
        hasher.finish()
    });
    format!("/assets/{name}?v={version:016x}")
}

/// `GET /assets/{name}`.
pub async fn serve(Path(name): Path<String>) -> Response {
    match find(&name) {
        Some(asset) => {
            let headers =
                [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.bytes).into_response()
        }
        None => (StatusCode::NOT_FOUND, "there is no such file").into_response(),
    }
}

fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}
