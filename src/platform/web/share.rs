//! What a page says about itself in its head, for programs that show previews of links: the Open
//! Graph protocol (ogp.me), a title, a plain description and the page's one address.

use crate::platform::module::PageHead;

/// The tags of a page's head. `public` is where the instance is reached, without a path; `icon` is
/// the organisation's own, which stands in where the page has no picture.
#[must_use]
pub(super) fn tags(head: &PageHead, site: &str, public: &str, icon: Option<&str>) -> String {
    let public = public.trim_end_matches('/');
    let address = format!("{public}{}", head.path);
    let mut out = format!("<title>{} \u{b7} {}</title>\n", escaped(&head.title), escaped(site));
    out.push_str(&format!("<link rel=\"canonical\" href=\"{}\" />\n", escaped(&address)));
    let mut tag = |key: &str, name: &str, value: &str| {
        out.push_str(&format!("<meta {key}=\"{name}\" content=\"{}\" />\n", escaped(value)));
    };
    tag("name", "description", &head.description);
    tag("property", "og:type", "website");
    tag("property", "og:site_name", site);
    tag("property", "og:title", &head.title);
    tag("property", "og:description", &head.description);
    tag("property", "og:url", &address);
    if let Some(image) = head.image.as_deref().or(icon) {
        tag("property", "og:image", &format!("{public}{image}"));
        tag("property", "og:image:alt", if head.image.is_some() { &head.title } else { site });
    }
    let card = if head.image.is_some() { "summary_large_image" } else { "summary" };
    tag("name", "twitter:card", card);
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
            path: "/courses/x\"y".into(),
        };
        let icon = Some("/branding/icon?side=512");
        let bare = PageHead {
            image: None,
            ..head.clone()
        };
        let bare = tags(&bare, "Acme", "https://learn.example.com", icon);
        assert!(bare.contains("content=\"https://learn.example.com/branding/icon?side=512\""));
        let tags = tags(&head, "Acme \"&\" Co", "https://learn.example.com/", icon);
        assert_eq!(tags.matches('<').count(), tags.lines().count() + 1, "{tags}");
        assert!(!tags.contains("/branding/icon"));
        assert!(!tags.contains("<script") && tags.contains("&quot;&gt;&lt;script&gt;"));
        assert!(tags.contains("content=\"https://learn.example.com/courses/x&quot;y\""));
        assert!(tags.contains("file?a=1&amp;b=2"));
    }
}
