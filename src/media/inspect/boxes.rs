//! A minimal reader of ISO base media files (MP4, M4A, MOV): length, size, and whether there is a
//! picture in it. Used where ffprobe is not installed.

use std::io::{self, Read, Seek, SeekFrom};

/// What the boxes say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Movie {
    pub(super) duration_ms: Option<u64>,
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    pub(super) has_video: bool,
    pub(super) has_audio: bool,
}

/// Boxes that are looked at before the file is given up.
const PATIENCE: u32 = 10_000;

/// A box's type and where its content begins and ends.
struct Atom {
    kind: [u8; 4],
    from: u64,
    to: u64,
}

struct Reader<F> {
    file: F,
    left: u32,
    movie: Movie,
    /// The size that the track in hand claims, used if it turns out to be a video track.
    claimed: (u32, u32),
}

/// Reads the movie's header boxes, wherever in the file they are.
///
/// # Errors
/// When the file ends early or its boxes make no sense.
pub(super) fn read(file: impl Read + Seek) -> io::Result<Movie> {
    let mut reader = Reader {
        file,
        left: PATIENCE,
        movie: Movie::default(),
        claimed: (0, 0),
    };
    let end = reader.file.seek(SeekFrom::End(0))?;
    reader.walk(0, end, 0)?;
    if !(reader.movie.has_video || reader.movie.has_audio) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(reader.movie)
}

impl<F: Read + Seek> Reader<F> {
    fn walk(&mut self, mut at: u64, end: u64, depth: u8) -> io::Result<()> {
        while at + 8 <= end {
            self.left = self.left.checked_sub(1).ok_or(io::ErrorKind::InvalidData)?;
            let atom = self.atom(at, end)?;
            match &atom.kind {
                b"moov" | b"trak" | b"mdia" if depth < 4 => self.walk(atom.from, atom.to, depth + 1)?,
                b"mvhd" => self.header(&atom)?,
                b"tkhd" => self.track(&atom)?,
                b"hdlr" => self.handler(&atom)?,
                _ => {}
            }
            at = atom.to;
        }
        Ok(())
    }

    fn atom(&mut self, at: u64, end: u64) -> io::Result<Atom> {
        self.file.seek(SeekFrom::Start(at))?;
        let size = u64::from(u32::from_be_bytes(self.take()?));
        let kind = self.take()?;
        let (size, header) = match size {
            0 => (end - at, 8),
            1 => (u64::from_be_bytes(self.take()?), 16),
            n => (n, 8),
        };
        let to = at.checked_add(size).filter(|to| *to <= end && size >= header);
        let to = to.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Atom {
            kind,
            from: at + header,
            to,
        })
    }

    /// `mvhd`: version, flags, times, time scale, duration.
    fn header(&mut self, atom: &Atom) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(atom.from))?;
        let [version, ..] = self.take::<4>()?;
        let (scale, length) = if version == 1 {
            self.file.seek(SeekFrom::Current(16))?;
            (u32::from_be_bytes(self.take()?), u64::from_be_bytes(self.take()?))
        } else {
            self.file.seek(SeekFrom::Current(8))?;
            (u32::from_be_bytes(self.take()?), u64::from(u32::from_be_bytes(self.take()?)))
        };
        let known = scale > 0 && length > 0 && length != u64::MAX && length != u64::from(u32::MAX);
        self.movie.duration_ms = known.then(|| length.saturating_mul(1000) / u64::from(scale));
        Ok(())
    }

    /// `tkhd`: ends with width and height as 16.16 numbers, after a matrix that may turn them.
    fn track(&mut self, atom: &Atom) -> io::Result<()> {
        let Some(matrix) = atom.to.checked_sub(44).filter(|at| *at >= atom.from) else {
            return Ok(());
        };
        self.file.seek(SeekFrom::Start(matrix))?;
        let a = i32::from_be_bytes(self.take()?);
        self.file.seek(SeekFrom::Start(atom.to - 8))?;
        let width = u32::from_be_bytes(self.take()?) >> 16;
        let height = u32::from_be_bytes(self.take()?) >> 16;
        self.claimed = if a == 0 { (height, width) } else { (width, height) };
        Ok(())
    }

    /// `hdlr`: what kind of track it is.
    fn handler(&mut self, atom: &Atom) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(atom.from + 8))?;
        match &self.take::<4>()? {
            b"vide" if self.claimed.0 > 0 && self.claimed.1 > 0 => {
                self.movie.has_video = true;
                self.movie.width.get_or_insert(self.claimed.0);
                self.movie.height.get_or_insert(self.claimed.1);
            }
            b"soun" => self.movie.has_audio = true,
            _ => {}
        }
        Ok(())
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).expect("a small box");
        [&size.to_be_bytes(), kind, content].concat()
    }

    fn movie(handler: &[u8; 4], turned: bool) -> Vec<u8> {
        let mvhd = [&[0; 12][..], &1000_u32.to_be_bytes(), &61_500_u32.to_be_bytes(), &[0; 80]].concat();
        let mut tkhd = vec![0; 84];
        tkhd[40..44].copy_from_slice(&(if turned { 0 } else { 65_536_u32 }).to_be_bytes());
        tkhd[76..80].copy_from_slice(&(1280_u32 << 16).to_be_bytes());
        tkhd[80..84].copy_from_slice(&(720_u32 << 16).to_be_bytes());
        let hdlr = [&[0; 8][..], handler, &[0; 12]].concat();
        let trak = boxed(b"trak", &[boxed(b"tkhd", &tkhd), boxed(b"mdia", &boxed(b"hdlr", &hdlr))].concat());
        let moov = boxed(b"moov", &[boxed(b"mvhd", &mvhd), trak].concat());
        [boxed(b"ftyp", b"isom\0\0\0\0"), boxed(b"mdat", &[7; 50]), moov].concat()
    }

    #[test]
    fn length_and_size() -> io::Result<()> {
        let found = read(Cursor::new(movie(b"vide", false)))?;
        assert_eq!(
            (found.duration_ms, found.width, found.height),
            (Some(61_500), Some(1280), Some(720))
        );
        let found = read(Cursor::new(movie(b"vide", true)))?;
        assert_eq!((found.width, found.height), (Some(720), Some(1280)));
        let sound = read(Cursor::new(movie(b"soun", false)))?;
        assert!(sound.has_audio && !sound.has_video && sound.width.is_none());
        Ok(())
    }

    #[test]
    fn cut_off_and_endless_files_are_refused() {
        let whole = movie(b"vide", false);
        for cut in 0..whole.len() {
            // Any answer but a panic or an endless loop will do; a full answer needs the full file.
            let found = read(Cursor::new(&whole[..cut]));
            assert!(found.is_err(), "{cut}");
        }
        let empty_boxes = boxed(b"free", b"").repeat(20_000);
        assert!(read(Cursor::new(empty_boxes)).is_err());
    }
}
