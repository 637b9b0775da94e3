//! Sign-ins that use up the one before: kept in the store, sealed as secrets are.

use std::sync::Arc;

use async_trait::async_trait;
use platform::{Keep, Kept};
use secrecy::SecretString;
use store::Store;

use crate::vault::Vault;

/// The store and the vault, as platforms' sign-ins use them.
pub(crate) struct SignIns {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Arc<Vault>,
}

fn place(id: &str) -> String {
    format!("sign-in/{id}")
}

#[async_trait]
impl Keep for SignIns {
    async fn read(&self, id: &str) -> Result<Option<Kept>, String> {
        let kept = self.store.sign_in(id).await.map_err(|error| error.to_string())?;
        let open = |stamp: String| {
            let secret = self.vault.open(&stamp, &place(id)).map_err(|error| error.to_string())?;
            Ok(Kept { stamp, secret })
        };
        kept.map(open).transpose()
    }

    async fn keep(
        &self,
        id: &str,
        before: Option<&str>,
        secret: SecretString,
    ) -> Result<Option<String>, String> {
        let sealed = self.vault.seal(&secret, &place(id)).map_err(|error| error.to_string())?;
        let kept = self.store.keep_sign_in(id, before.map(str::to_owned), sealed.clone()).await;
        Ok(kept.map_err(|error| error.to_string())?.then_some(sealed))
    }
}
