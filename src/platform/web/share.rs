//! What a page says about itself in its head, for programs that show previews of links: the Open
//! Graph protocol (ogp.me) and a plain description.

use crate::platform::module::PageHead;

/// The tags of a page's head. `public` is where the instance is reached, without a path.
#[must_use]
pub(super) fn tags(head: &PageHead, site: &str, public: &str, path: &str) -> String {
    let public = public.trim_end_matches('/');
    let mut out = String::new();
    let mut tag = |key: &str, name: &str, value: &str| {
        out.push_str(&format!("<meta {key}=\"{name}\" content=\"{}\" />\n", escaped(value)));
    };
    tag("name", "description", &head.description);
    tag("property", "og:type", "website");
    tag("property", "og:site_name", site);
    tag("property", "og:title", &head.title);
    tag("property", "og:description", &head.description);
    tag("property", "og:url", &format!("{public}{path}"));
    match &head.image {
        Some(image) => {
            tag("property", "og:image", &format!("{public}{image}"));
            tag("name", "twitter:card", "summary_large_image");
        }
        None => tag("name", "twitter:card", "summary"),
    }
    out
}

/// A text inside a quoted attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_attribute() {
        let head = PageHead {
            title: "\"><script>alert(1)</script>".into(),
            description: "Tom & Jerry's\n<b>\"best\"</b>".into(),
            image: Some("/api/v1/media/x/file?a=1&b=2".into()),
        };
        let tags = tags(&head, "Acme \"&\" Co", "https://learn.example.com/", "/courses/x\"y");
        assert_eq!(tags.matches('<').count(), tags.lines().count(), "{tags}");
        assert!(!tags.contains("<script") && tags.contains("&quot;&gt;&lt;script&gt;"));
        assert!(tags.contains("content=\"https://learn.example.com/courses/x&quot;y\""));
        assert!(tags.contains("file?a=1&amp;b=2"));
    }
}
