//! Legal pages and consent.

use pulldown_cmark::{Options, Parser, html};

use crate::{
    admin::{
        model::{LegalPage, LegalSettings},
        store,
    },
    kernel::{
        actor::Person,
        error::{Error, Result},
        id::UserId,
    },
    platform::{
        db::{Read, Tx},
        settings,
    },
};

/// Markdown as a safe page: what is no plain text, list, table or link is taken out.
pub(in crate::admin) fn html(markdown: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(markdown, Options::ENABLE_TABLES));
    ammonia::Builder::default()
        .rm_tags(["img", "map", "area", "style"])
        .clean(&out)
        .to_string()
}

/// Whoever has not agreed to what holds does so before anything else, admins like everybody. An
/// admin in another's place does not: he may not agree for him.
///
/// # Errors
/// `Locked` with the code `consent.required`.
pub(in crate::admin) fn must_have_agreed(read: &Read<'_>, person: &Person) -> Result<()> {
    if person.impersonator.is_none() && store::owes_consent(read, person.id)? {
        return Err(Error::Locked {
            code: "consent.required",
            reason: "consent",
            opens_at: None,
        });
    }
    Ok(())
}

/// What a person has yet to agree to.
pub(in crate::admin) fn wanted(read: &Read<'_>, user: UserId) -> Result<Vec<(LegalPage, u32)>> {
    let mut wanted = Vec::new();
    for (page, version) in settings::get::<LegalSettings>(read)?.asked() {
        if !store::has_consented(read, user, page, version)? {
            wanted.push((page, version));
        }
    }
    Ok(wanted)
}

/// Notes that a person agrees, to what holds and to nothing else.
pub(in crate::admin) fn agree(tx: &Tx<'_>, user: UserId, page: LegalPage, version: u32) -> Result<()> {
    if tx.actor().person().is_some_and(|person| person.token.is_some()) {
        return Err(Error::Denied("scope")); // A program agrees to nothing.
    }
    tx.actor().in_person()?; // Nor does an admin in another's place.
    if !settings::get::<LegalSettings>(tx)?.asked().contains(&(page, version)) {
        return Err(Error::conflict(
            "legal.other_version",
            "Another version holds by now. Read it first.",
        ));
    }
    store::insert_consent(tx, user, page, version)
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn a_page_is_text_and_links() {
        let page = html("# Terms\n\nSee [us](https://a.example) <script>alert(1)</script> <img src=x onerror=1> [x](javascript:alert(1))");
        assert!(page.contains("<h1>Terms</h1>") && page.contains("https://a.example"), "{page}");
        for bad in ["script", "img", "onerror", "javascript:"] {
            assert!(!page.contains(bad), "{page}");
        }
    }
}
