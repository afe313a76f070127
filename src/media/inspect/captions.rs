//! Captions: WebVTT read as the standard says (W3C WebVTT §6), SubRip turned into it, and both
//! written anew in one clean form. Style sheets and comments stay behind: the player has its own.

use crate::{
    kernel::error::{Error, Result},
    media::{inspect::Made, model::Kind},
};

/// The largest captions file, in bytes: ten hours of dense speech are a quarter of that.
pub(super) const MOST: u64 = 4 * 1024 * 1024;

/// One caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cue {
    pub(super) id: String,
    /// Milliseconds.
    pub(super) start: u64,
    /// Milliseconds.
    pub(super) end: u64,
    /// Settings that the standard knows, such as `line:0 align:start`.
    pub(super) settings: String,
    /// Lines, with the standard's few tags.
    pub(super) text: String,
}

/// What a captions file holds.
#[derive(Debug, Default)]
pub(super) struct Captions {
    pub(super) regions: Vec<String>,
    pub(super) cues: Vec<Cue>,
    /// The first line (from 1) that looks like times but is none.
    pub(super) first_bad: Option<usize>,
}

/// Whether the beginning of a file says that it is WebVTT.
pub(super) fn is_webvtt(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    head.strip_prefix(b"WEBVTT")
        .is_some_and(|rest| matches!(rest.first(), None | Some(b' ' | b'\t' | b'\n' | b'\r')))
}

/// Whether the beginning of a file looks like SubRip: a number, then times with a comma.
pub(super) fn is_subrip(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let mut lines = text
        .trim_start_matches('\u{FEFF}')
        .lines()
        .map(str::trim)
        .skip_while(|l| l.is_empty());
    lines.next().is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        && lines.next().is_some_and(|times| times.contains(" --> ") && times.contains(','))
}

/// Reads a whole captions file and writes it anew.
pub(super) fn make(bytes: &[u8]) -> Result<Made> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| Error::field("", "captions.not_utf8", "Save the captions as UTF-8 and try again."))?;
    let captions = if is_webvtt(bytes) {
        parse(text)
    } else if is_subrip(bytes) {
        parse(&subrip_to_webvtt(text))
    } else {
        return Err(Error::field(
            "",
            "captions.unknown_format",
            "Captions begin with the line WEBVTT, or are in the SubRip (.srt) format.",
        ));
    };
    if captions.cues.is_empty() {
        let message = match captions.first_bad {
            Some(line) => format!("Line {line} has no valid times. Write them as 00:01:02.500 --> 00:01:05.000."),
            None => "There are no captions in this file.".into(),
        };
        return Err(Error::field("", "captions.empty", message));
    }
    Ok(Made {
        duration_ms: captions.cues.iter().map(|c| c.end).max(),
        original: Some(write(&captions).into_bytes()),
        ..Made::plain(Kind::Captions, "text/vtt")
    })
}

/// The standard's parser: what is malformed is skipped, never guessed.
pub(super) fn parse(text: &str) -> Captions {
    let text = text
        .trim_start_matches('\u{FEFF}')
        .replace('\0', "\u{FFFD}")
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let mut lines = text.split('\n').enumerate().map(|(n, line)| (n + 1, line)).peekable();
    lines.next(); // WEBVTT
    let mut captions = Captions::default();
    // The header goes on to the first empty line, unless times begin at once.
    while lines.next_if(|(_, line)| !line.is_empty() && !line.contains("-->")).is_some() {}
    while lines.peek().is_some() {
        while lines.next_if(|(_, line)| line.is_empty()).is_some() {}
        block(&mut lines, &mut captions);
    }
    captions
}

fn block<'t>(lines: &mut std::iter::Peekable<impl Iterator<Item = (usize, &'t str)>>, captions: &mut Captions) {
    let Some((number, first)) = lines.next() else { return };
    let (id, times) = if first.contains("-->") {
        ("", Some((number, first)))
    } else {
        (first, lines.next_if(|(_, line)| line.contains("-->")))
    };
    let mut content = Vec::new();
    while let Some((_, line)) = lines.next_if(|(_, line)| !line.is_empty() && !line.contains("-->")) {
        content.push(line);
    }
    match times {
        Some((number, line)) => match timing(line) {
            Some((start, end, settings)) if end > start => captions.cues.push(Cue {
                id: id.into(),
                start,
                end,
                settings,
                text: content.join("\n"),
            }),
            _ => {
                captions.first_bad.get_or_insert(number);
            }
        },
        None if first.trim_end() == "REGION" && captions.cues.is_empty() => captions.regions.push(content.join("\n")),
        None => {} // A comment, a style sheet, or nothing that the standard knows.
    }
}

/// `00:01.000 --> 01:00:02.500 line:0`, with any or no space around the arrow.
fn timing(line: &str) -> Option<(u64, u64, String)> {
    let (start, rest) = timestamp(line.trim_start_matches([' ', '\t', '\u{c}']))?;
    let rest = rest.trim_start_matches([' ', '\t', '\u{c}']).strip_prefix("-->")?;
    let (end, rest) = timestamp(rest.trim_start_matches([' ', '\t', '\u{c}']))?;
    let settings: Vec<&str> = rest.split_ascii_whitespace().filter(|s| is_setting(s)).collect();
    Some((start, end, settings.join(" ")))
}

/// `[hours:]mm:ss.mmm` in milliseconds, and what follows it. Single digits and short fractions,
/// which people write, are read for what they mean.
fn timestamp(text: &str) -> Option<(u64, &str)> {
    let (first, rest) = digits(text)?;
    let (second, rest) = digits(rest.strip_prefix(':')?)?;
    let (hours, minutes, seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => {
            let (third, rest) = digits(rest)?;
            (first, second, third, rest)
        }
        None => ("0", first, second, rest),
    };
    let (fraction, rest) = digits(rest.strip_prefix('.')?)?;
    if seconds.len() > 2 {
        return None;
    }
    let [hours, minutes, seconds] = [hours, minutes, seconds].map(|n| n.parse::<u64>().unwrap_or(u64::MAX));
    if minutes > 59 || seconds > 59 || hours > 999_999 || fraction.len() > 3 {
        return None;
    }
    let millis = fraction.parse::<u64>().ok()? * 10_u64.pow(3 - fraction.len() as u32);
    Some((((hours * 60 + minutes) * 60 + seconds) * 1000 + millis, rest))
}

fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn is_setting(setting: &str) -> bool {
    let Some((name, value)) = setting.split_once(':') else {
        return false;
    };
    let (main, side) = value.split_once(',').map_or((value, None), |(main, side)| (main, Some(side)));
    match name {
        "vertical" => matches!(value, "rl" | "lr"),
        "line" => (is_percent(main) || is_number(main)) && side.is_none_or(|s| matches!(s, "start" | "center" | "end")),
        "position" => is_percent(main) && side.is_none_or(|s| matches!(s, "line-left" | "center" | "line-right")),
        "size" => is_percent(value),
        "align" => matches!(value, "start" | "center" | "end" | "left" | "right"),
        "region" => !value.is_empty(),
        _ => false,
    }
}

fn is_percent(text: &str) -> bool {
    text.strip_suffix('%')
        .filter(|n| !n.starts_with(['+', '-']) && n.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
        .and_then(|n| n.parse::<f64>().ok())
        .is_some_and(|n| (0.0..=100.0).contains(&n))
}

fn is_number(text: &str) -> bool {
    let bare = text.strip_prefix('-').unwrap_or(text);
    !bare.is_empty() && bare.len() <= 6 && bare.bytes().all(|b| b.is_ascii_digit())
}

/// One clean form: hours always, one empty line between captions, regions first.
pub(super) fn write(captions: &Captions) -> String {
    use std::fmt::Write as _;
    let mut out = String::from("WEBVTT\n");
    for region in &captions.regions {
        let _infallible = write!(out, "\nREGION\n{region}\n");
    }
    for cue in &captions.cues {
        out.push('\n');
        if !cue.id.is_empty() {
            let _infallible = writeln!(out, "{}", cue.id);
        }
        let space = if cue.settings.is_empty() { "" } else { " " };
        let _infallible = writeln!(out, "{} --> {}{space}{}", clock(cue.start), clock(cue.end), cue.settings);
        if !cue.text.is_empty() {
            let _infallible = writeln!(out, "{}", cue.text);
        }
    }
    out
}

fn clock(ms: u64) -> String {
    let (seconds, millis) = (ms / 1000, ms % 1000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// SubRip's numbers become ids, commas in times become points, its own tags go.
fn subrip_to_webvtt(text: &str) -> String {
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::from("WEBVTT\n\n");
    for line in text.split('\n') {
        let line = line.trim_end();
        if line.contains("-->") {
            // Everything after the second time is a position in pixels that nobody has any more.
            let times: Vec<&str> = line.split_whitespace().take(3).collect();
            out.push_str(&times.join(" ").replace(',', "."));
        } else {
            out.push_str(&without_subrip_tags(line));
        }
        out.push('\n');
    }
    out
}

/// Removes `<font …>` and `{\an8}`; keeps `<i>`, `<b>`, `<u>`; escapes what would be a tag.
fn without_subrip_tags(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['<', '{']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let close = if tail.starts_with('<') { '>' } else { '}' };
        let Some(end) = tail.find(close) else {
            out.push_str(&tail.replace('<', "&lt;"));
            return out;
        };
        let tag = tail[..=end].to_ascii_lowercase();
        let inner = tag.trim_matches(['<', '>', '/', ' ']);
        if matches!(inner, "i" | "b" | "u") {
            out.push_str(&tag);
        } else if tag.starts_with('{') && !tag.starts_with("{\\") {
            out.push_str(&tail[..=end]);
        } else if tag.starts_with('<') && !inner.starts_with("font") {
            out.push_str("&lt;");
            out.push_str(&tail[1..=end]);
        }
        rest = &tail[end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> Option<String> {
        let made = make(text.as_bytes()).ok()?;
        String::from_utf8(made.original?).ok()
    }

    #[test]
    fn one_clean_form_that_stays_as_it_is() {
        let clean = made(
            "\u{FEFF}WEBVTT - title\r\nKind: captions\r\n\r\nSTYLE\r\n::cue{background:url(//evil)}\r\n\r\nNOTE x\r\n\r\n1\r\n00:01.000-->00:02.500 align:start bogus:1 size:200%\r\nHello <i>you</i>\r\n\r\n00:05.000 --> 00:04.000\r\nbackwards\r\n",
        );
        let clean = clean.expect("captions");
        assert_eq!(clean, "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.500 align:start\nHello <i>you</i>\n");
        assert_eq!(made(&clean).as_deref(), Some(clean.as_str()));
    }

    #[test]
    fn subrip_becomes_webvtt() {
        let clean = made(
            "1\n00:00:07,120 --> 00:00:09,480 X1:1\n{\\an8}<font color=\"#f0f\">Hi <b>there</b></font> <script>\n\n2\n00:00:10,000 --> 00:00:11,000\n2 < 3\n",
        );
        assert_eq!(
            clean.as_deref(),
            Some("WEBVTT\n\n1\n00:00:07.120 --> 00:00:09.480\nHi <b>there</b> &lt;script>\n\n2\n00:00:10.000 --> 00:00:11.000\n2 &lt; 3\n")
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let code = |bytes: &[u8]| match make(bytes) {
            Err(Error::Invalid(fields)) => fields[0].code.to_string() + " " + &fields[0].message,
            other => format!("{other:?}"),
        };
        assert!(code(b"WEBVTT\n\n00:00:60.000 --> 00:00:61.000\nx").starts_with("captions.empty Line 3"));
        assert!(code(b"WEBVTT").contains("no captions"));
        assert!(code(b"00:01.000 --> 00:02.000\nx").starts_with("captions.unknown_format"));
        assert!(code(b"WEBVTT\n\n\xff\xfe").starts_with("captions.not_utf8"));
    }
}
