//! Markdown becomes a body: CommonMark with tables and strikethrough, GitHub's alerts as
//! callouts, `:::details Title` … `:::` as what unfolds, pictures from the package's own files.

use pulldown_cmark::{Alignment, BlockQuoteKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::{Body, clean, embed, sections, sections::Section, tree};
use crate::kernel::id::AssetId;

/// Something in a text that a person has to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// The line of the text, from 1.
    pub line: usize,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// A body made of Markdown.
#[derive(Debug, Clone)]
pub(crate) struct Rendered {
    /// The body.
    pub body: Body,
    /// What could not be taken over.
    pub complaints: Vec<Complaint>,
}

/// Renders Markdown. `media` knows the stored file for a path such as `media/dice.png`.
#[must_use]
pub(crate) fn render(text: &str, media: &dyn Fn(&str) -> Option<AssetId>) -> Rendered {
    let text = text.replace("\r\n", "\n");
    let mut work = Work {
        media,
        out: String::with_capacity(text.len() * 2),
        complaints: Vec::new(),
    };
    let (sections, unclosed) = sections::split(&text);
    work.complaints.extend(unclosed.map(|line| Complaint {
        line,
        message: "\u{201c}:::details\u{201d} is never closed: write a line \u{201c}:::\u{201d} after it".into(),
    }));
    work.sections(&sections);
    Rendered {
        body: Body::clean(&embed::from_links(&work.out)),
        complaints: work.complaints,
    }
}

struct Work<'a> {
    media: &'a dyn Fn(&str) -> Option<AssetId>,
    out: String,
    complaints: Vec<Complaint>,
}

impl Work<'_> {
    fn sections(&mut self, sections: &[Section<'_>]) {
        for section in sections {
            match section {
                Section::Text { text, line } => self.markdown(text, *line),
                Section::Details { title, line, inside } => {
                    self.out.push_str("<details><summary>");
                    self.markdown(title, *line);
                    self.out.push_str("</summary>");
                    self.sections(inside);
                    self.out.push_str("</details>\n");
                }
            }
        }
    }

    fn markdown(&mut self, text: &str, first_line: usize) {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
        let mut state = State::default();
        let mut events = Vec::new();
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            let before = text.get(..range.start).unwrap_or_default();
            let line = first_line + before.bytes().filter(|b| *b == b'\n').count();
            self.event(event, line, &mut state, &mut events);
        }
        html::push_html(&mut self.out, events.into_iter());
    }

    fn complain(&mut self, line: usize, message: impl Into<String>) {
        self.complaints.push(Complaint {
            line,
            message: message.into(),
        });
    }

    fn event<'t>(&mut self, event: Event<'t>, line: usize, state: &mut State, out: &mut Vec<Event<'t>>) {
        let raw = |html: &str| Event::Html(CowStr::from(html.to_owned()));
        match event {
            Event::Start(Tag::Heading { level, .. }) => out.push(raw(&format!("<{}>", self.heading(level, line)))),
            Event::End(TagEnd::Heading(level)) => out.push(raw(&format!("</{}>\n", heading_name(level)))),
            Event::Start(Tag::BlockQuote(Some(kind))) => out.push(raw(&format!("<aside data-kind=\"{}\">\n", callout(kind)))),
            Event::End(TagEnd::BlockQuote(Some(_))) => out.push(raw("</aside>\n")),
            Event::Start(Tag::Image { dest_url, title, .. }) => state.image = Some(Image::new(&dest_url, &title)),
            Event::End(TagEnd::Image) => {
                let image = state.image.take().unwrap_or_default();
                out.push(raw(&self.figure(&image, line)));
            }
            Event::Text(text) | Event::Code(text) if state.image.is_some() => state.describe(&text),
            Event::SoftBreak | Event::HardBreak if state.image.is_some() => state.describe(" "),
            _ if state.image.is_some() => {}
            Event::Start(Tag::Link { ref dest_url, .. }) => {
                self.check_link(dest_url, line);
                out.push(event);
            }
            Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell)
            | Event::End(TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell) => {
                out.push(raw(&state.table.tag(event)));
            }
            other => out.push(other),
        }
    }

    fn heading(&mut self, level: HeadingLevel, line: usize) -> &'static str {
        if level == HeadingLevel::H1 {
            self.complain(line, "a lesson's title is in its front matter: use ## for sections instead of #");
        }
        heading_name(level)
    }

    fn figure(&mut self, image: &Image, line: usize) -> String {
        let Some(asset) = (self.media)(&image.path) else {
            let message = if image.path.contains("://") {
                format!("the picture {} is elsewhere: put the file into media/ and name it here", image.path)
            } else {
                format!("the picture {} is not in the package: add the file or remove the line", image.path)
            };
            self.complain(line, message);
            return String::new();
        };
        let mut out = format!("<figure data-asset=\"{asset}\"><img alt=\"");
        tree::escape(image.alt.trim(), true, &mut out);
        out.push_str("\">");
        if !image.title.trim().is_empty() {
            out.push_str("<figcaption>");
            tree::escape(&image.title, false, &mut out);
            out.push_str("</figcaption>");
        }
        out + "</figure>"
    }

    fn check_link(&mut self, url: &str, line: usize) {
        if url.starts_with("media/") {
            let message = format!("the link to {url} leads to a file: list it under [[resources]] with file = \"{url}\"");
            self.complain(line, message);
        } else if !clean::is_good_link(url) {
            self.complain(
                line,
                format!("the link to {url} will not work: use a full address that starts with https://"),
            );
        }
    }
}

fn heading_name(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => "h2",
        HeadingLevel::H3 => "h3",
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => "h4",
    }
}

fn callout(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note | BlockQuoteKind::Important => "note",
        BlockQuoteKind::Tip => "tip",
        BlockQuoteKind::Warning | BlockQuoteKind::Caution => "warning",
    }
}

#[derive(Default)]
struct State {
    image: Option<Image>,
    table: Table,
}

impl State {
    fn describe(&mut self, text: &str) {
        if let Some(image) = &mut self.image {
            image.alt.push_str(text);
        }
    }
}

#[derive(Default)]
struct Image {
    path: String,
    title: String,
    alt: String,
}

impl Image {
    fn new(path: &str, title: &str) -> Self {
        Self {
            path: path.into(),
            title: title.into(),
            alt: String::new(),
        }
    }
}

/// Where in a table the events are.
#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
}

impl Table {
    fn tag(&mut self, event: Event<'_>) -> String {
        match event {
            Event::Start(Tag::Table(alignments)) => {
                self.alignments = alignments;
                "<table>".into()
            }
            Event::Start(Tag::TableHead) => {
                (self.in_head, self.column) = (true, 0);
                "<thead><tr>".into()
            }
            Event::End(TagEnd::TableHead) => {
                self.in_head = false;
                "</tr></thead><tbody>".into()
            }
            Event::Start(Tag::TableRow) => {
                self.column = 0;
                "<tr>".into()
            }
            Event::Start(Tag::TableCell) => self.cell(),
            Event::End(TagEnd::TableCell) => format!("</{}>", self.cell_name()),
            Event::End(TagEnd::TableRow) => "</tr>".into(),
            _ => "</tbody></table>\n".into(),
        }
    }

    fn cell_name(&self) -> &'static str {
        if self.in_head { "th" } else { "td" }
    }

    fn cell(&mut self) -> String {
        let align = match self.alignments.get(self.column) {
            Some(Alignment::Left) => " data-align=\"left\"",
            Some(Alignment::Center) => " data-align=\"center\"",
            Some(Alignment::Right) => " data-align=\"right\"",
            Some(Alignment::None) | None => "",
        };
        self.column += 1;
        format!("<{}{align}>", self.cell_name())
    }
}
