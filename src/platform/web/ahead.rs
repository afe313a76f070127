//! What an address of the web app will want, sent as a `Link` header with the shell (RFC 8288), so
//! that modules and first answers come beside the program instead of after it has worked out the
//! route. The list is made by the web app's build: `web/scripts/ahead.mjs`.

use axum::http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;

use super::credential::has_session_cookie;
use crate::kernel::error::{Error, Result};

/// The longest word of an address that is put into an answer's address, in bytes.
const LONGEST: usize = 100;

/// One route as the build describes it. `*` in the path is any one word.
#[derive(Debug, Deserialize)]
struct Described {
    path: String,
    modules: Vec<String>,
    styles: Vec<String>,
    /// Addresses of the API; `{0}` is the first word that a `*` stood for.
    answers: Vec<String>,
}

struct Route {
    words: Vec<String>,
    files: HeaderValue,
    answers: Vec<String>,
}

/// Every route of the web app with what it wants first.
#[derive(Default)]
pub(super) struct Ahead(Vec<Route>);

impl Ahead {
    /// Reads the build's list.
    ///
    /// # Errors
    /// A list that is not as the build writes it.
    pub(super) fn read(json: &[u8]) -> Result<Self> {
        let described: Vec<Described> = serde_json::from_slice(json).map_err(Error::internal)?;
        let mut routes = described.into_iter().map(Route::new).collect::<Result<Vec<_>>>()?;
        // What is written out goes before what stands for anything.
        routes.sort_by_key(|route| route.words.iter().filter(|word| *word == "*").count());
        Ok(Self(routes))
    }

    /// Adds what this address wants. The API's answers only for somebody with a session: they are
    /// his, and a visitor's page asks for others.
    pub(super) fn add(&self, path: &str, asked: &HeaderMap, to: &mut HeaderMap) {
        let words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
        let Some(route) = self.0.iter().find(|route| route.fits(&words)) else {
            return;
        };
        to.append(header::LINK, route.files.clone());
        if route.answers.is_empty() || !has_session_cookie(asked) {
            return;
        }
        if let Some(value) = route.answers_for(&words) {
            to.append(header::LINK, value);
        }
    }
}

impl Route {
    fn new(described: Described) -> Result<Self> {
        let modules = described.modules.iter().map(|file| format!("<{file}>; rel=modulepreload"));
        let styles = described
            .styles
            .iter()
            .map(|file| format!("<{file}>; rel=preload; as=style; crossorigin=anonymous"));
        let files: Vec<String> = styles.chain(modules).collect();
        Ok(Self {
            words: described
                .path
                .split('/')
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
            files: HeaderValue::from_str(&files.join(", ")).map_err(Error::internal)?,
            answers: described.answers,
        })
    }

    fn fits(&self, words: &[&str]) -> bool {
        self.words.len() == words.len() && self.words.iter().zip(words).all(|(own, word)| own == "*" || own == word)
    }

    fn answers_for(&self, words: &[&str]) -> Option<HeaderValue> {
        let own: Vec<&str> = self
            .words
            .iter()
            .zip(words)
            .filter(|(own, _)| *own == "*")
            .map(|(_, word)| *word)
            .collect();
        let is_plain = |word: &&str| word.len() <= LONGEST && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !own.iter().all(is_plain) {
            return None;
        }
        let filled = self.answers.iter().map(|answer| {
            let address = own
                .iter()
                .enumerate()
                .fold(answer.clone(), |text, (n, word)| text.replace(&format!("{{{n}}}"), word));
            format!("<{address}>; rel=preload; as=fetch; crossorigin=anonymous")
        });
        HeaderValue::from_str(&filled.collect::<Vec<_>>().join(", ")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::guard::COOKIE;

    const LIST: &[u8] = br#"[
        {"path": "/courses/*", "modules": ["/c.js"], "styles": ["/c.css"], "answers": ["/api/v1/courses/{0}"]},
        {"path": "/", "modules": ["/t.js"], "styles": [], "answers": ["/api/v1/me/today"]},
        {"path": "/courses/new", "modules": ["/n.js"], "styles": [], "answers": []}
    ]"#;

    fn links(path: &str, is_signed_in: bool) -> Vec<String> {
        let mut asked = HeaderMap::new();
        if is_signed_in {
            let cookie = format!("{}=x", COOKIE);
            asked.insert(header::COOKIE, HeaderValue::from_str(&cookie).expect("a cookie"));
        }
        let mut to = HeaderMap::new();
        Ahead::read(LIST).expect("a list").add(path, &asked, &mut to);
        to.get_all(header::LINK)
            .iter()
            .map(|value| value.to_str().expect("text").to_owned())
            .collect()
    }

    #[test]
    fn an_address_gets_what_its_route_wants() {
        assert_eq!(
            links("/courses/git", false),
            ["</c.css>; rel=preload; as=style; crossorigin=anonymous, </c.js>; rel=modulepreload"]
        );
        assert_eq!(
            links("/courses/git", true)[1],
            "</api/v1/courses/git>; rel=preload; as=fetch; crossorigin=anonymous"
        );
        assert_eq!(links("/courses/new", true), ["</n.js>; rel=modulepreload"]);
        assert_eq!(links("/", true).len(), 2);
        assert!(links("/nowhere", true).is_empty());
    }

    #[test]
    fn an_address_cannot_write_into_the_header() {
        for path in ["/courses/a%0d%0ab", "/courses/a>;b", "/courses/a,b", "/courses/\u{e9}"] {
            assert_eq!(links(path, true).len(), 1, "{path}");
        }
    }
}
