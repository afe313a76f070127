//! The text of a file, whatever its encoding.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _},
};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::csv::Text;

const PIECE: usize = 64 * 1024;

/// Decoded text, piece by piece.
pub(super) struct Decoded {
    file: File,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// Bytes read so far.
    pub(super) read: u64,
    is_over: bool,
}

impl Decoded {
    /// Begins at the start of a file.
    pub(super) fn new(mut file: File, encoding: &'static Encoding) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self {
            file,
            decoder: encoding.new_decoder_with_bom_removal(),
            bytes: vec![0; PIECE],
            read: 0,
            is_over: false,
        })
    }
}

impl Text for Decoded {
    fn next(&mut self, into: &mut String) -> io::Result<bool> {
        if self.is_over {
            return Ok(false);
        }
        let count = self.file.read(&mut self.bytes)?;
        self.read += count as u64;
        self.is_over = count == 0;
        let mut from = 0;
        loop {
            into.reserve(self.decoder.max_utf8_buffer_length(count - from).unwrap_or(PIECE * 3));
            let (result, used, _) = self.decoder.decode_to_string(&self.bytes[from..count], into, self.is_over);
            from += used;
            if result == CoderResult::InputEmpty {
                return Ok(!self.is_over || !into.is_empty());
            }
        }
    }
}

/// The encoding of a file: its byte order mark says so, or its bytes do.
pub(super) fn detect(file: &mut File) -> io::Result<&'static Encoding> {
    file.rewind()?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head)?;
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return Ok(encoding);
    }
    if let Some(encoding) = without_mark(&head) {
        return Ok(encoding);
    }
    file.rewind()?;
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut utf8 = Utf8Count::default();
    let mut bytes = vec![0; PIECE];
    loop {
        let count = file.read(&mut bytes)?;
        detector.feed(&bytes[..count], count == 0);
        utf8.feed(&bytes[..count]);
        if count == 0 {
            break;
        }
    }
    // A file of UTF-8 with a few broken bytes is still one: only the rows that hold them are wrong.
    Ok(if utf8.broken == 0 || utf8.whole > utf8.broken {
        UTF_8
    } else {
        detector.guess(None, Utf8Detection::Deny)
    })
}

/// UTF-16 without a mark: every other byte of Latin text is zero.
fn without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() / 6;
    match () {
        () if head.len() >= 4 && odd > many && even * 8 < odd => Some(UTF_16LE),
        () if head.len() >= 4 && even > many && odd * 8 < even => Some(UTF_16BE),
        () => None,
    }
}

/// How many characters beyond ASCII are whole in UTF-8, and how many sequences are broken.
#[derive(Default)]
struct Utf8Count {
    carried: Vec<u8>,
    whole: u64,
    broken: u64,
}

impl Utf8Count {
    fn feed(&mut self, bytes: &[u8]) {
        let is_end = bytes.is_empty();
        let mut all = std::mem::take(&mut self.carried);
        all.extend_from_slice(bytes);
        let total = all.len();
        let mut at = 0;
        for chunk in all.utf8_chunks() {
            self.whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
            at += chunk.valid().len() + chunk.invalid().len();
            // A sequence cut by the end of the piece is not broken yet.
            if at == total && !is_end && !chunk.invalid().is_empty() && chunk.invalid().len() < 4 {
                self.carried = chunk.invalid().to_vec();
            } else {
                self.broken += u64::from(!chunk.invalid().is_empty());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read(bytes: &[u8]) -> (&'static str, String) {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        let encoding = detect(&mut file).expect("readable");
        let mut decoded = Decoded::new(file, encoding).expect("readable");
        let mut text = String::new();
        while decoded.next(&mut text).expect("readable") && !decoded.is_over {}
        (encoding.name(), text)
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "Name;E-Mail\nJosé Ñúñez;jose@example.org\nFrançois Müller;f@example.org\nZoë Åström;z@example.org\n";
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
        let sixteen = |little: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
                .collect()
        };
        let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        for (bytes, name) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            (marked(b"\xEF\xBB\xBF", text.as_bytes()), "UTF-8"),
            (latin, "windows-1252"),
            (marked(b"\xFF\xFE", &sixteen(true)), "UTF-16LE"),
            (marked(b"\xFE\xFF", &sixteen(false)), "UTF-16BE"),
            (sixteen(true), "UTF-16LE"),
            (sixteen(false), "UTF-16BE"),
        ] {
            assert_eq!(read(&bytes), (name, text.to_owned()), "{name}");
        }
        // Typographic quotes and the euro are Windows-1252 alone.
        let (name, text) = read(b"name,email\nO\x92Hara \x80,o@example.org\nJos\xE9,j@example.org\n");
        assert_eq!((name, text.contains("O’Hara €")), ("windows-1252", true));
        assert_eq!(read(b"").1, "");
    }

    #[test]
    fn a_few_broken_bytes_do_not_turn_a_file_of_utf8_into_another() {
        let mut bytes = "Zoë,José,Åsa\n".repeat(20_000).into_bytes();
        bytes.extend_from_slice(b"Jos\xE9\n");
        let (name, text) = read(&bytes);
        assert_eq!(name, "UTF-8");
        assert_eq!(text.matches('\u{FFFD}').count(), 1);
    }
}
