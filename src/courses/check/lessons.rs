//! One lesson.

use super::{links::Links, reading};
use crate::{
    courses::{
        body::{self, Block},
        content::Content,
        model::{At, PublishPolicy, VersionLesson, Weigh},
        store,
    },
    kernel::error::{Error, Result},
    media::{self, Kind},
    platform::{db::Read, embeds::EmbedSettings},
};

/// Minutes above which a lesson is long: a day's learning is meant to be twenty at most.
const LONG_MINUTES: u16 = 20;
/// Words without a heading above which a reader loses his place.
const LONG_STRETCH: u32 = 800;

/// A lesson, and what is asked of it.
pub(super) struct Look<'a> {
    pub(super) read: &'a Read<'a>,
    pub(super) place: &'a VersionLesson,
    pub(super) policy: &'a PublishPolicy,
    pub(super) links: &'a Links<'a>,
    pub(super) sites: &'a EmbedSettings,
    pub(super) language: &'a str,
}

impl Look<'_> {
    /// Adds what is to be said about it.
    pub(super) fn at(&self, weigh: &mut Weigh) -> Result<()> {
        let content = store::lessons::get_content(self.read, self.place.revision)?;
        let blocks = body::look(&content.body_html);
        self.whole(weigh, &content, &blocks);
        self.video(weigh, &content)?;
        for block in &blocks {
            self.block(weigh, block)?;
        }
        self.stretches(weigh, &blocks);
        Ok(())
    }

    fn field(&self, field: &'static str) -> At<'static> {
        At::lesson(self.place.lesson, field)
    }

    fn whole(&self, weigh: &mut Weigh, content: &Content, blocks: &[Block]) {
        let title = &self.place.title;
        if blocks.is_empty() && content.video.is_none() {
            let sentence = format!("Write something in \u{201c}{title}\u{201d}: it has neither text nor a video.");
            weigh.block(self.field("body_html"), "publish.body_empty", sentence);
        }
        if content.minutes > LONG_MINUTES {
            let sentence = format!(
                "\u{201c}{title}\u{201d} takes {} minutes. A day is best at 20 or fewer.",
                content.minutes
            );
            weigh.warn(self.field("minutes"), "publish.too_long", sentence);
        }
        if let Some(score) = reading::hard(&content.body_html.plain_text(), self.language) {
            let sentence = format!("\u{201c}{title}\u{201d} is hard to read (LIX {score}). Shorter sentences and words help.");
            weigh.warn(self.field("body_html"), "publish.hard_to_read", sentence);
        }
    }

    fn video(&self, weigh: &mut Weigh, content: &Content) -> Result<()> {
        let Some(video) = &content.video else { return Ok(()) };
        let title = &self.place.title;
        if find(self.read, video.asset)?.is_none() {
            let sentence = format!("The video of \u{201c}{title}\u{201d} is gone. Choose another or take it out.");
            weigh.block(self.field("video"), "publish.file_missing", sentence);
        }
        if self.policy.captions_required && video.captions.is_empty() {
            let sentence = format!("Add captions to the video of \u{201c}{title}\u{201d}.");
            weigh.block(self.field("video"), "publish.captions_missing", sentence);
        }
        Ok(())
    }

    fn block(&self, weigh: &mut Weigh, block: &Block) -> Result<()> {
        let (title, at) = (&self.place.title, self.field("body_html").block(block.id.as_deref()));
        for (asset, alt) in &block.figures {
            match find(self.read, *asset)? {
                None => {
                    let sentence = format!("A file that \u{201c}{title}\u{201d} shows is gone. Choose another or take it out.");
                    weigh.block(at, "publish.file_missing", sentence);
                }
                Some(Kind::Image) if alt.is_empty() => {
                    let sentence = format!("Say in words what the picture in \u{201c}{title}\u{201d} shows, for those who cannot see it.");
                    if self.policy.alternatives_required {
                        weigh.block(at, "publish.alt_missing", sentence);
                    } else {
                        weigh.warn(at, "publish.alt_missing", sentence);
                    }
                }
                Some(Kind::Video) if self.policy.captions_required => {
                    let sentence = format!(
                        "A film inside the text of \u{201c}{title}\u{201d} has no captions. Make it the lesson\u{2019}s video and add them."
                    );
                    weigh.block(at, "publish.captions_missing", sentence);
                }
                Some(_) => {}
            }
        }
        for embed in block.embeds.iter().filter(|embed| !self.sites.allows(embed.host())) {
            let sentence = format!(
                "Content of {} is not allowed here: learners of \u{201c}{title}\u{201d} get a link instead.",
                embed.site()
            );
            weigh.warn(at, "publish.embed_not_allowed", sentence);
        }
        for link in &block.links {
            if let Some(sentence) = self.links.broken(link)? {
                weigh.block(at, "publish.link_broken", format!("In \u{201c}{title}\u{201d}: {sentence}"));
            }
        }
        Ok(())
    }

    /// Long text without a heading.
    fn stretches(&self, weigh: &mut Weigh, blocks: &[Block]) {
        let mut words = 0;
        let mut first: Option<&str> = None;
        for block in blocks {
            if block.is_heading {
                (words, first) = (0, None);
                continue;
            }
            first = first.or(block.id.as_deref());
            words += block.words;
            if words > LONG_STRETCH {
                let sentence = format!(
                    "\u{201c}{}\u{201d} goes on for over {LONG_STRETCH} words without a heading.",
                    self.place.title
                );
                weigh.warn(self.field("body_html").block(first), "publish.no_headings", sentence);
                return;
            }
        }
    }
}

/// The kind of a stored file, if it is there.
pub(super) fn find(read: &Read<'_>, asset: crate::kernel::id::AssetId) -> Result<Option<Kind>> {
    match media::describe(read, asset) {
        Ok(found) => Ok(Some(found.kind)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
