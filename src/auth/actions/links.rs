//! One-time links: made, looked at, used up.

use crate::{
    auth::{
        model::{self, Limit, TokenKind, TryKey},
        store::{self, Link, NewLink},
    },
    kernel::{
        error::{Error, Result},
        text::Email,
    },
    platform::{
        crypto,
        db::{Read, Tx},
    },
};

/// Makes a link and gives its token: the only time that it is known.
pub(super) fn make(tx: &Tx<'_>, kind: TokenKind, new: &NewLink) -> Result<String> {
    let token = crypto::token_text(&tx.random_bytes());
    store::insert_link(tx, kind, &crypto::token_hash(&token), new)?;
    store::sweep_links(tx)?;
    Ok(token)
}

/// Looks at a link before something dear, such as a password hash, is done for it.
pub(super) fn look(read: &Read<'_>, kind: TokenKind, token: &str) -> Result<Link> {
    store::find_link(read, kind, &crypto::token_hash(token))?.ok_or_else(model::invalid_link)
}

/// Uses a link up, in the transaction of its effect.
pub(super) fn take(tx: &Tx<'_>, kind: TokenKind, token: &str) -> Result<Link> {
    store::take_link(tx, kind, &crypto::token_hash(token))?.ok_or_else(model::invalid_link)
}

/// Whether another mail may go to this address now: nobody's mailbox is flooded through us.
pub(super) fn may_mail(tx: &Tx<'_>, to: &Email) -> Result<bool> {
    match store::count_try(tx, TryKey::whom("mail", &to.key()), Limit::MAILS) {
        Ok(()) => Ok(true),
        Err(Error::Throttled { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
