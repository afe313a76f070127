//! The layers of a backup's file: hashing on the way out, and the tail on the way in.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use super::format::{self, TAIL_LEN};

/// Counts and hashes what passes, in either direction.
pub(super) struct Hashed<T> {
    pub(super) inner: T,
    hasher: Sha256,
    pub(super) bytes: u64,
}

impl<T> Hashed<T> {
    pub(super) fn new(inner: T) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
            bytes: 0,
        }
    }

    pub(super) fn digest(&self) -> [u8; 32] {
        self.hasher.clone().finalize().into()
    }

    fn note(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.note(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.note(&buffer[..n]);
        Ok(n)
    }
}

/// Reads everything but the tail, which it checks when the end is reached.
pub(super) struct Tailed<R> {
    inner: R,
    hasher: Sha256,
    /// The bytes before `from` were handed out; the last [`TAIL_LEN`] are kept back.
    buffer: Vec<u8>,
    from: usize,
    verdict: Option<bool>,
}

const PIECE: usize = 64 * 1024;

impl<R: Read> Tailed<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
            buffer: Vec::with_capacity(PIECE + TAIL_LEN),
            from: 0,
            verdict: None,
        }
    }

    /// Whether the end was reached and the tail fits all bytes before it.
    pub(super) fn is_whole(&self) -> bool {
        self.verdict == Some(true)
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.from);
        self.from = 0;
        while self.verdict.is_none() && self.buffer.len() <= TAIL_LEN {
            let read = self.inner.by_ref().take(PIECE as u64).read_to_end(&mut self.buffer)?;
            if read == 0 {
                self.judge();
            }
        }
        Ok(())
    }

    fn judge(&mut self) {
        let digest: [u8; 32] = self.hasher.clone().finalize().into();
        self.verdict = Some(self.buffer == format::tail(&digest));
    }
}

impl<R: Read> Read for Tailed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.buffer.len() - self.from <= TAIL_LEN {
            self.fill()?;
        }
        let ready = (self.buffer.len() - self.from).saturating_sub(TAIL_LEN);
        let n = ready.min(out.len());
        let piece = &self.buffer[self.from..self.from + n];
        out[..n].copy_from_slice(piece);
        self.hasher.update(piece);
        self.from += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(out.len()).min(1);
            out[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[test]
    fn the_tail_is_kept_back_and_must_fit() -> io::Result<()> {
        for size in [0, 1, 47, 48, 49, PIECE - 1, PIECE, PIECE + 48, 3 * PIECE + 7] {
            let body: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            let mut whole = body.clone();
            whole.extend(format::tail(&Sha256::digest(&body).into()));
            for slow in [false, true] {
                let source: Box<dyn Read> = if slow { Box::new(Drops(&whole)) } else { Box::new(&whole[..]) };
                let mut tailed = Tailed::new(source);
                let mut out = Vec::new();
                tailed.read_to_end(&mut out)?;
                assert!(out == body && tailed.is_whole(), "{size}");
            }
            for cut in [1, 47, 48].into_iter().filter(|cut| *cut <= whole.len()) {
                let mut tailed = Tailed::new(&whole[..whole.len() - cut]);
                io::copy(&mut tailed, &mut io::sink())?;
                assert!(!tailed.is_whole(), "{size} without {cut}");
            }
        }
        Ok(())
    }
}
