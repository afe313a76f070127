//! Splits a text into Markdown and what unfolds: `:::details Title` … `:::`.

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Section<'t> {
    /// Markdown.
    Text {
        /// The lines.
        text: &'t str,
        /// The number of the first one.
        line: usize,
    },
    /// Something that unfolds.
    Details {
        /// What is seen of it.
        title: &'t str,
        /// Where it begins.
        line: usize,
        /// What unfolds.
        inside: Vec<Section<'t>>,
    },
}

/// Splits the text; the second value is the line of an opening that is never closed.
pub(super) fn split(text: &str) -> (Vec<Section<'_>>, Option<usize>) {
    let mut splitter = Splitter::default();
    let (mut at, mut number) = (0, 0);
    for line in text.split_inclusive('\n') {
        number += 1;
        splitter.line(text, at, at + line.len(), number);
        at += line.len();
    }
    splitter.end(text, at)
}

#[derive(Default)]
struct Splitter<'t> {
    /// Where the running text begins, and its line.
    from: Option<(usize, usize)>,
    fence: Option<(char, usize)>,
    /// Titles and lines of what is open, each with what came before it.
    open: Vec<(&'t str, usize, Vec<Section<'t>>)>,
    done: Vec<Section<'t>>,
}

impl<'t> Splitter<'t> {
    fn line(&mut self, text: &'t str, start: usize, end: usize, number: usize) {
        let line = text.get(start..end).unwrap_or_default().trim_end();
        if let Some((mark, length)) = self.fence {
            if fence(line).is_some_and(|(m, n)| m == mark && n >= length && line.trim_start().chars().all(|c| c == mark)) {
                self.fence = None;
            }
        } else if let Some(found) = fence(line) {
            self.fence = Some(found);
        } else if let Some(title) = line
            .strip_prefix(":::details")
            .filter(|rest| rest.is_empty() || rest.starts_with(' '))
        {
            self.flush(text, start);
            let before = std::mem::take(&mut self.done);
            self.open.push((title.trim(), number, before));
            return;
        } else if line == ":::" && !self.open.is_empty() {
            self.flush(text, start);
            self.close();
            return;
        }
        self.from.get_or_insert((start, number));
    }

    fn flush(&mut self, text: &'t str, end: usize) {
        if let Some((start, line)) = self.from.take() {
            let text = text.get(start..end).unwrap_or_default();
            self.done.push(Section::Text { text, line });
        }
    }

    fn close(&mut self) {
        if let Some((title, line, before)) = self.open.pop() {
            let inside = std::mem::replace(&mut self.done, before);
            self.done.push(Section::Details { title, line, inside });
        }
    }

    fn end(mut self, text: &'t str, end: usize) -> (Vec<Section<'t>>, Option<usize>) {
        self.flush(text, end);
        let unclosed = self.open.last().map(|(_, line, _)| *line);
        while !self.open.is_empty() {
            self.close();
        }
        (self.done, unclosed)
    }
}

/// The mark and length of a code fence that this line opens or closes.
fn fence(line: &str) -> Option<(char, usize)> {
    let bare = line.trim_start_matches(' ');
    if line.len() - bare.len() > 3 {
        return None;
    }
    let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = bare.chars().take_while(|c| *c == mark).count();
    let info = bare.get(length..).unwrap_or_default();
    (length >= 3 && !(mark == '`' && info.contains('`'))).then_some((mark, length))
}
