//! Judges cleaning by its effect on the tree, and Markdown by its way there and back.

use std::path::PathBuf;

use scraper::{Html, Node};

use super::{carry::carry, clean::clean, to_markdown::bare, *};
use crate::kernel::{embed::Embed, id::AssetId};

fn no_media(_: &str) -> Option<AssetId> {
    None
}

fn markdown(text: &str) -> String {
    let rendered = render(text, &no_media);
    assert_eq!(rendered.complaints, [], "{text}");
    bare(&rendered.body)
}

/// Elements and attributes that a cleaned body may hold.
const ELEMENTS: &[&str] = &[
    "html",
    "h2",
    "h3",
    "h4",
    "p",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "blockquote",
    "pre",
    "code",
    "figure",
    "img",
    "figcaption",
    "aside",
    "details",
    "summary",
    "hr",
    "strong",
    "em",
    "a",
    "sub",
    "sup",
    "br",
    "kbd",
    "mark",
    "s",
    "math",
    "mrow",
    "mi",
    "mo",
    "mn",
    "ms",
    "mtext",
    "mspace",
    "msup",
    "msub",
    "msubsup",
    "mfrac",
    "msqrt",
    "mroot",
    "mover",
    "munder",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
];
const ATTRIBUTES: &[&str] = &[
    "data-id",
    "data-asset",
    "data-kind",
    "data-src",
    "data-title",
    "data-align",
    "href",
    "title",
    "alt",
    "class",
    "start",
    "colspan",
    "rowspan",
    "scope",
    "display",
    "alttext",
    "stretchy",
    "mathvariant",
    "width",
];

/// Asserts that a browser finds nothing but the vocabulary in this, and that cleaning rests.
fn judge(source: &str) {
    let html = clean(source);
    assert_eq!(clean(&html), html, "cleaning does not rest");
    let tree = Html::parse_fragment(&html);
    let source: String = source.chars().take(300).collect();
    for node in tree.root_element().descendants() {
        match node.value() {
            Node::Element(element) => {
                assert!(ELEMENTS.contains(&element.name()), "<{}> from {source:?}: {html}", element.name());
                for (name, value) in element.attrs() {
                    assert!(ATTRIBUTES.contains(&name), "{name} from {source:?}: {html}");
                    assert!(name != "href" || clean::is_good_link(value), "{value} from {source:?}");
                    assert!(
                        name != "data-src" || Embed::parse(value).is_some_and(|e| e.src() == value),
                        "{value} from {source:?}"
                    );
                    assert!(name != "class" || value.starts_with("language-"), "{value} from {source:?}");
                }
            }
            Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => panic!("{source:?}: {html}"),
            _ => {}
        }
    }
    let mut seen = std::collections::HashSet::new();
    for child in tree.root_element().children() {
        match child.value() {
            Node::Element(element) => {
                let id = element.attr("data-id").unwrap_or_default();
                assert!(ids::is_id(id) && seen.insert(id.to_owned()), "{source:?}: {html}");
            }
            Node::Text(text) => assert_eq!(text.trim(), "", "loose text from {source:?}: {html}"),
            _ => {}
        }
    }
}

/// Real cases that nobody here wrote, where they are at hand.
fn testdata(path: &str) -> Option<String> {
    let folder = std::env::var_os("MOMENTUM_TESTDATA").map_or_else(|| PathBuf::from("../shared/testdata"), PathBuf::from);
    let text = std::fs::read_to_string(folder.join(path)).ok();
    if text.is_none() {
        eprintln!("skipped: {path} is not in the test data folder");
    }
    text
}

#[test]
fn hostile_html_leaves_only_the_vocabulary() {
    let Some(text) = testdata("html-sanitise/dompurify-expect.json") else {
        return;
    };
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list of cases");
    for case in &cases {
        judge(case["payload"].as_str().expect("a payload"));
        let expected = &case["expected"];
        for text in expected
            .as_str()
            .into_iter()
            .chain(expected.as_array().into_iter().flatten().filter_map(|e| e.as_str()))
        {
            judge(text);
        }
    }
    assert!(cases.len() > 100);
}

#[test]
fn strange_tokens_leave_only_the_vocabulary() {
    for name in [
        "contentModelFlags",
        "domjs",
        "entities",
        "escapeFlag",
        "numericEntities",
        "pendingSpecChanges",
        "test1",
        "xmlViolation",
    ] {
        let Some(text) = testdata(&format!("html-sanitise/html5lib--{name}.test")) else {
            return;
        };
        let file: serde_json::Value = serde_json::from_str(&text).expect("a file of cases");
        let tests = ["tests", "xmlViolationTests"]
            .iter()
            .filter_map(|key| file[key].as_array())
            .flatten();
        for case in tests {
            judge(case["input"].as_str().expect("an input"));
        }
    }
}

#[test]
fn naughty_strings_stay_words() {
    let Some(text) = testdata("naughty-strings/blns.json") else {
        return;
    };
    let cases: Vec<String> = serde_json::from_str(&text).expect("a list of strings");
    for case in &cases {
        judge(case);
        judge(&format!("<p>{case}</p><ul><li>{case}<p>{case}</ul>"));
        judge(&format!(
            "<figure data-asset='{case}'><img alt='{case}'></figure><a href='{case}'>x</a>"
        ));
        judge(&format!(
            "<figure data-kind=embed data-title='{case}' data-src='https://player.vimeo.com/{case}'></figure><figure data-kind=embed data-src='{case}'>x</figure>"
        ));
        judge(&render(case, &no_media).body);
    }
    assert!(cases.len() > 400);
}

#[test]
fn hostile_nesting_and_size_are_borne() {
    for tag in [
        "div",
        "blockquote",
        "ul><li",
        "b",
        "math><mrow",
        "details",
        "table><tr><td",
        "a href=/x",
        "aside",
    ] {
        let close = tag.split('>').next().unwrap_or_default();
        judge(&format!("{}x{}", format!("<{tag}>").repeat(500), format!("</{close}>").repeat(500)));
        judge(&format!("<p>before</p>{}x", format!("<{tag}>").repeat(20_000)));
    }
    assert!(plain_text(&clean(&"<b><i>".repeat(500))).is_empty());
    judge(&"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">".repeat(20));
    judge("<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">");
    judge("<math><mi><p><svg><script>alert(1)</script>");
}

#[test]
fn near_relatives_and_loose_text_find_their_form() {
    for (given, made) in [
        ("hello <b>big</b> world", "<p>hello <strong>big</strong> world</p>"),
        ("<div>a</div><div>b<br></div>", "<p>a</p>\n<p>b</p>"),
        ("<h1>T</h1><h6>t</h6>", "<h2>T</h2>\n<h4>t</h4>"),
        ("<p>a <b> b </b>c</p>", "<p>a <strong>b</strong> c</p>"),
        ("<p></p><p> </p><p><b></b></p>", ""),
        ("<ul>x<li>y</ul>", "<ul><li>x</li><li>y</li></ul>"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<aside data-kind=evil>x</aside>", "<aside data-kind=\"note\"><p>x</p></aside>"),
        ("<details>x</details>", "<details><summary>Details</summary><p>x</p></details>"),
        ("<pre>\n\n a\n  b</pre>", "<pre><code> a\n  b\n</code></pre>"),
        ("<a href='javascript:alert(1)'>x</a>", "<p>x</p>"),
        ("<a href='//evil.example'>x</a>", "<p>x</p>"),
        ("<a href='/courses'>x</a>", "<p><a href=\"/courses\">x</a></p>"),
        ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        (
            "<math display=block><msup><mi>x</mi><mn>2</mn></msup></math>",
            "<p><math display=\"block\"><msup><mi>x</mi><mn>2</mn></msup></math></p>",
        ),
    ] {
        judge(given);
        assert_eq!(bare(&clean(given)), made, "{given}");
    }
}

#[test]
fn names_last_and_are_unique() {
    let first = clean("<p>a</p><p>b</p><p>a</p>");
    let second = clean("<h2>new</h2><p>a</p><p>b</p><p>a</p>");
    assert!(second.ends_with(&first), "an edit above changes no name below: {first} / {second}");
    let kept = clean("<p data-id=\"0123456789\">x</p><p data-id=\"0123456789\">y</p><p data-id=\"BAD\">z</p>");
    assert!(kept.starts_with("<p data-id=\"0123456789\">x</p>"));
    assert_eq!(kept.matches("0123456789").count(), 1);
}

#[test]
fn names_are_carried_over_edits() {
    let old = clean("<p>one</p><p data-id=\"twotwotwo2\">two</p><h2>head</h2><p>three</p>");
    let new = carry(
        &old,
        &clean("<p>zero</p><p>one</p><p>two, mended</p><h2>head</h2><ul><li>x</li></ul><p>three</p>"),
    );
    assert!(new.contains("<p data-id=\"twotwotwo2\">two, mended</p>"), "{new}");
    let id = |html: &str, text: &str| {
        let line = html.lines().find(|l| l.contains(text)).unwrap_or_default().to_owned();
        line.split('"').nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(id(&old, "three"), id(&new, "three"));
    assert_eq!(carry(&old, &old), old);
}

#[test]
fn markdown_becomes_the_vocabulary() {
    for (text, html) in [
        (
            "## A\n\ntext **b** *i* ~~s~~ `c`",
            "<h2>A</h2>\n<p>text <strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>",
        ),
        ("> [!TIP]\n> Do it.", "<aside data-kind=\"tip\"><p>Do it.</p></aside>"),
        ("> [!CAUTION]\n> Do it.", "<aside data-kind=\"warning\"><p>Do it.</p></aside>"),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        (
            ":::details Show *one*\n- a\n- b\n\n```\n:::\n```\n:::\nafter",
            "<details><summary>Show <em>one</em></summary><ul><li>a</li><li>b</li></ul><pre><code>:::\n</code></pre></details>\n<p>after</p>",
        ),
        (
            "| a | b |\n|---|--:|\n| 1 | 2 |",
            "<table><thead><tr><th>a</th><th data-align=\"right\">b</th></tr></thead><tbody><tr><td>1</td><td data-align=\"right\">2</td></tr></tbody></table>",
        ),
        (
            "```rust\nfn x() {}\n```",
            "<pre><code class=\"language-rust\">fn x() {}\n</code></pre>",
        ),
        ("- [ ] no task", "<ul><li>[ ] no task</li></ul>"),
        ("<script>alert(1)</script>x<kbd>Ctrl</kbd>", "<p>x<kbd>Ctrl</kbd></p>"),
    ] {
        assert_eq!(markdown(text), html, "{text}");
    }
    let asset = AssetId::from_raw(7);
    let rendered = render("![Two dice](media/d.png \"Two dice\")", &|path| {
        (path == "media/d.png").then_some(asset)
    });
    let figure = format!("<figure data-asset=\"{asset}\"><img alt=\"Two dice\"><figcaption>Two dice</figcaption></figure>");
    assert_eq!(bare(&rendered.body), figure);
}

#[test]
fn complaints_name_their_line() {
    let text = "a\n\n# Title\n\n![x](media/no.png)\n\n[f](media/f.pdf) [g](ftp://x)\n\n:::details Never\nx";
    let complaints = render(text, &no_media).complaints;
    let lines: Vec<usize> = complaints.iter().map(|c| c.line).collect();
    assert_eq!(lines, [9, 3, 5, 7, 7], "{complaints:?}");
}

#[test]
fn markdown_goes_there_and_back() {
    for text in [
        "plain",
        "# not a heading? no: \\# escaped",
        "1\\. not a list",
        "a *b **c** d* `x``y` ``a`b``",
        "- a\n- b\n  - c\n  - d\n- e",
        "- a\n\n  second\n\n- b",
        "1. a\n2. b\n   - c\n\n3. d",
        "5. five\n6. six",
        "- a\n\n* b",
        "> q\n>\n> - l",
        "> [!WARNING]\n> w\n>\n> | a | b |\n> |---|---|\n> | x\\|y | `z` |",
        ":::details T\nin\n\n:::details U\nunder\n:::\n:::",
        "````md\n```\nx\n```\n````",
        "a\\\nb",
        "x<sup>2</sup> and H<sub>2</sub>O, <kbd>Ctrl</kbd>+<kbd>K</kbd>",
        "<math><msup><mi>x</mi><mn>2</mn></msup></math>",
        "[a \\[b\\]](https://x.example/a_(b) \"T \\\"q\\\"\")",
        "wow\\![not a picture](https://x.example)",
        "snake_case and _under_ and 2 * 3 * 4 and a & b &amp; c &lt;",
        "---\n\nafter",
        "\u{202e}rtl \u{5d0}\u{5d1} \u{1f600} emoji\u{a0}nbsp",
        "    indented code\n    more",
        "a < b > c | d ~ e",
        "[A *film* \\[1\\]](https://youtu.be/dQw4w9WgXcQ \"embed\")\n\nafter",
    ] {
        let html = render(text, &no_media).body;
        let back = to_markdown(&html, &|_| None, &no_media);
        let back = back.unwrap_or_else(|| panic!("no exact Markdown for {text:?}: {html:?}"));
        let again = to_markdown(&render(&back, &no_media).body, &|_| None, &no_media);
        assert_eq!(again.as_deref(), Some(back.as_str()), "{text:?}");
    }
}

#[test]
fn content_of_other_sites_is_a_figure_a_link_and_a_link_again() {
    let written = "<p>a</p><figure data-kind=\"embed\" data-src=\"https://youtu.be/dQw4w9WgXcQ?t=5\" data-title=\" A \n film \" onclick=\"x\"><script>y</script>z</figure>";
    let body = Body::clean(written);
    let figure = "<figure data-kind=\"embed\" data-src=\"https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=5\" data-title=\"A film\"></figure>";
    assert_eq!(bare(&body), format!("<p>a</p>\n{figure}"));
    assert_eq!(body.plain_text(), "a\nA film");
    let text = to_markdown(&body, &|_| None, &no_media).expect("it has Markdown");
    assert_eq!(
        text,
        "a\n\n[A film](https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=5 \"embed\")"
    );
    assert_eq!(bare(&render(&text, &no_media).body), bare(&body));
    let link = "<a href=\"https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=5s\">A film</a>";
    let shown = |allowed: bool| bare(&show(&body, &|_| allowed, &mut |_| Ok(None)).expect("shown"));
    assert_eq!(shown(false), format!("<p>a</p>\n<p>{link}</p>"));
    let framed = figure.replace("></figure>", &format!(" data-site=\"youtube.com\">{link}</figure>"));
    assert_eq!(shown(true), format!("<p>a</p>\n{framed}"));
    // What cannot be framed leaves its words; without a name it is called by its site.
    assert_eq!(
        bare(&Body::clean("<figure data-kind=embed data-src='javascript:x'>words</figure>")),
        "<p>words</p>"
    );
    let nameless = Body::clean("<figure data-kind=embed data-src='https://vimeo.com/76979871'></figure>");
    assert_eq!(nameless.plain_text(), "vimeo.com");
}

#[test]
fn what_has_no_markdown_says_so() {
    for html in [
        "<table><tbody><tr><td>no head</td></tr></tbody></table>",
        "<table><thead><tr><th colspan=\"2\">x</th></tr></thead><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
        "<p>a<strong>\u{201c}b\u{201d}</strong>c</p>",
    ] {
        assert_eq!(to_markdown(&Body::clean(html), &|_| None, &no_media), None, "{html}");
    }
}

#[test]
fn words_are_counted_in_every_script() {
    assert_eq!(words("one two, three \u{2014} four"), 4);
    assert_eq!(words("\u{65e5}\u{672c}\u{8a9e}\u{306e}\u{6587}"), 3);
    assert_eq!(words(""), 0);
    let html = clean("<p>a</p><ul><li>b</li></ul><table><tr><td>c</td><td>d</td></tr></table>");
    assert_eq!(plain_text(&html), "a\nb\nc d");
}

/// One body that uses the whole vocabulary. The editor's tests read the same two files: what it
/// writes has these elements and attributes, no others, and this body goes through it unchanged.
#[test]
fn everything_holds_the_whole_vocabulary() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/body");
    let everything = std::fs::read_to_string(folder.join("everything.html")).expect("the body");
    assert_eq!(clean(&everything), everything);
    let mut used = std::collections::BTreeMap::<String, std::collections::BTreeSet<String>>::new();
    for node in Html::parse_fragment(&everything).root_element().descendants() {
        if let Node::Element(element) = node.value() {
            let attrs = used.entry(element.name().to_owned()).or_default();
            attrs.extend(element.attrs().map(|(name, _)| name.to_owned()).filter(|name| name != "data-id"));
        }
    }
    assert!(
        ELEMENTS.iter().all(|name| used.contains_key(*name)),
        "everything.html uses every element"
    );
    let attrs: std::collections::BTreeSet<_> = used.values().flatten().map(String::as_str).collect();
    for name in ATTRIBUTES.iter().filter(|name| **name != "data-id") {
        assert!(attrs.contains(name), "everything.html uses {name}");
    }
    used.remove("html");
    let written = serde_json::to_string_pretty(&used).expect("JSON") + "\n";
    let file = folder.join("vocabulary.json");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        std::fs::write(&file, &written).expect("a written file");
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap_or_default(),
        written,
        "renew it with scripts/bless"
    );
}
