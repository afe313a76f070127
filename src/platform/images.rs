//! Pictures: decoded under strict limits, turned upright, made smaller, written anew.
//!
//! What leaves here was encoded by us from pixels alone: metadata, trailing bytes and anything
//! that only pretends to be a picture stay behind. Decoding costs memory, so only a few pictures
//! are in work at once; [`Images::run`] waits for a place.

use std::{
    io::{BufRead, Cursor, Seek},
    sync::Arc,
};

use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits, imageops::FilterType};
use tokio::sync::Semaphore;

use crate::kernel::error::{Error, Result};

/// Pictures in work at once.
const AT_ONCE: usize = 2;
/// Pictures that may wait before callers are told to come back.
const WAITING: usize = 64;
/// The most pixels of a picture: a 50 MP photograph.
const MAX_PIXELS: u64 = 50_000_000;
/// The longest side of a picture, in pixels.
const MAX_SIDE: u32 = 16_384;
/// The most memory a decoder may take, in bytes.
const MAX_ALLOC: u64 = 256 * 1024 * 1024;
/// The longest side that is worked on, in pixels: twice the largest that is kept.
const WORKING_SIDE: u32 = 5_120;
/// The largest colour profile that is kept, in bytes.
const MOST_COLOURS: usize = 16 * 1024;
/// Where JPEG is hard to tell from its source.
const JPEG_QUALITY: u8 = 84;

/// Where pictures are worked on.
#[derive(Debug, Clone)]
pub struct Images {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Default for Images {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(WAITING)),
        }
    }
}

impl Images {
    /// Runs work on pictures on a thread that may block, when there is a place for it.
    ///
    /// # Errors
    /// What the work returns; `Unavailable` when too much waits; `Invalid` when a decoder broke
    /// down over the picture.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let busy = || Error::Unavailable {
            code: "media.busy",
            retry_after: 5,
        };
        let waiting = self.queue.clone().try_acquire_owned().map_err(|_| busy())?;
        let place = self.places.clone().acquire_owned().await.map_err(|_| busy())?;
        let worked = tokio::task::spawn_blocking(move || {
            // The places move into the work: a caller that goes away does not free them early.
            let _held = (waiting, place);
            work()
        });
        worked.await.map_err(|panic| {
            tracing::warn!(%panic, "a picture broke its decoder");
            unreadable()
        })?
    }
}

fn unreadable() -> Error {
    Error::field("", "image.unreadable", "This picture is damaged or cut off. Export it again.")
}

/// The formats that [`Picture::read`] understands.
#[must_use]
pub fn format_of(mime: &str) -> Option<ImageFormat> {
    match mime {
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/png" => Some(ImageFormat::Png),
        "image/webp" => Some(ImageFormat::WebP),
        "image/gif" => Some(ImageFormat::Gif),
        _ => None,
    }
}

/// A decoded, upright picture.
#[derive(Debug)]
pub struct Picture {
    pixels: DynamicImage,
    /// Drawings and screenshots are kept sharp where that costs little.
    is_drawn: bool,
    /// What its colours mean, where that is not sRGB: photographs of today's phones.
    colours: Option<Vec<u8>>,
}

/// A written picture.
#[derive(Debug)]
pub struct Encoded {
    /// `image/jpeg` or `image/webp`.
    pub mime: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// Decodes the (first) picture of a file, whatever its format. Blocking and heavy: run it in
    /// [`Images::run`].
    ///
    /// # Errors
    /// `Invalid` when it is no picture, of another format, too large, or damaged.
    pub fn guess(from: impl BufRead + Seek) -> Result<Self> {
        let reader = ImageReader::new(from).with_guessed_format().map_err(|_| unreadable())?;
        let format = reader
            .format()
            .filter(|f| matches!(f, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif));
        let format = format.ok_or_else(|| Error::field("", "image.unknown_format", "Use a JPEG, PNG, WebP or GIF picture."))?;
        Self::read(reader.into_inner(), format)
    }

    /// As [`Picture::guess`], of a known format.
    ///
    /// # Errors
    /// `Invalid` when the picture is too large or damaged.
    pub fn read(from: impl BufRead + Seek, format: ImageFormat) -> Result<Self> {
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_ALLOC);
        let mut reader = ImageReader::with_format(from, format);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(refuse)?;
        let (width, height) = decoder.dimensions();
        if width == 0 || height == 0 {
            return Err(unreadable());
        }
        if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_ALLOC {
            return Err(too_large());
        }
        // A broken orientation tag is no reason to refuse the picture.
        let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
        let colours = decoder.icc_profile().ok().flatten().filter(|profile| is_for_rgb(profile));
        let mut pixels = DynamicImage::from_decoder(decoder).map_err(refuse)?;
        // Turning copies every pixel: not more of them than anybody will see.
        let longest = pixels.width().max(pixels.height());
        if longest > WORKING_SIDE {
            let side = |n: u32| (u64::from(n) * u64::from(WORKING_SIDE) / u64::from(longest)).max(1) as u32;
            pixels = pixels.thumbnail_exact(side(pixels.width()), side(pixels.height()));
        }
        pixels.apply_orientation(orientation);
        Ok(Self {
            pixels,
            is_drawn: matches!(format, ImageFormat::Png | ImageFormat::Gif),
            colours,
        })
    }

    fn with(&self, pixels: DynamicImage) -> Self {
        Self {
            pixels,
            is_drawn: self.is_drawn,
            colours: self.colours.clone(),
        }
    }

    /// Pixels from left to right.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.pixels.width()
    }

    /// Pixels from top to bottom.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.pixels.height()
    }

    /// The same picture, at most this wide and high; never larger than it was.
    #[must_use]
    pub fn within(&self, width: u32, height: u32) -> Self {
        let (w, h) = (self.width(), self.height());
        let scale = (f64::from(width) / f64::from(w)).min(f64::from(height) / f64::from(h)).min(1.0);
        let side = |n: u32| ((f64::from(n) * scale).round() as u32).max(1);
        let pixels = if scale < 1.0 {
            shrink(&self.pixels, side(w), side(h))
        } else {
            self.pixels.clone()
        };
        self.with(pixels)
    }

    /// The middle of the picture as a square with this side.
    #[must_use]
    pub fn square(&self, side: u32) -> Self {
        let edge = self.width().min(self.height());
        let (x, y) = ((self.width() - edge) / 2, (self.height() - edge) / 2);
        let middle = self.pixels.crop_imm(x, y, edge, edge);
        self.with(if edge > side { shrink(&middle, side, side) } else { middle })
    }

    /// Writes the picture: JPEG, or lossless WebP when it is see-through or drawn and small.
    ///
    /// # Errors
    /// `Internal` when an encoder fails, which it does for absurd sizes only.
    pub fn encode(&self) -> Result<Encoded> {
        let (width, height) = (self.width(), self.height());
        let written = |mime, bytes| Encoded {
            mime,
            width,
            height,
            bytes,
        };
        if is_see_through(&self.pixels) {
            let bytes = self.webp(self.pixels.to_rgba8().as_raw(), ExtendedColorType::Rgba8)?;
            return Ok(written("image/webp", bytes));
        }
        let rgb = self.pixels.to_rgb8();
        let jpeg = self.jpeg(rgb.as_raw())?;
        if self.is_drawn {
            let sharp = self.webp(rgb.as_raw(), ExtendedColorType::Rgb8)?;
            if sharp.len() <= jpeg.len() + jpeg.len() / 4 {
                return Ok(written("image/webp", sharp));
            }
        }
        Ok(written("image/jpeg", jpeg))
    }

    /// Writes the picture as a PNG: for icons, which some browsers take in no other form.
    ///
    /// # Errors
    /// `Internal` when the encoder fails, which it does for absurd sizes only.
    pub fn png(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let pixels = self.pixels.to_rgba8();
        image::codecs::png::PngEncoder::new_with_quality(
            &mut out,
            image::codecs::png::CompressionType::Best,
            image::codecs::png::FilterType::Adaptive,
        )
        .write_image(pixels.as_raw(), self.width(), self.height(), ExtendedColorType::Rgba8)
        .map_err(Error::internal)?;
        Ok(out)
    }

    fn jpeg(&self, pixels: &[u8]) -> Result<Vec<u8>> {
        let mut out = Cursor::new(Vec::new());
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
        self.colour(&mut encoder)?;
        encoder
            .write_image(pixels, self.width(), self.height(), ExtendedColorType::Rgb8)
            .map_err(Error::internal)?;
        Ok(out.into_inner())
    }

    fn webp(&self, pixels: &[u8], kind: ExtendedColorType) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut out);
        self.colour(&mut encoder)?;
        encoder
            .write_image(pixels, self.width(), self.height(), kind)
            .map_err(Error::internal)?;
        Ok(out)
    }

    fn colour(&self, encoder: &mut impl ImageEncoder) -> Result<()> {
        match self.colours.clone() {
            Some(profile) => encoder.set_icc_profile(profile).map_err(Error::internal),
            None => Ok(()),
        }
    }
}

/// Whether a colour profile is a small one for red, green and blue: others do not fit what is written.
fn is_for_rgb(profile: &[u8]) -> bool {
    profile.len() <= MOST_COLOURS && profile.get(16..20) == Some(b"RGB ") && profile.get(36..40) == Some(b"acsp")
}

/// Far smaller pictures are first averaged to twice the size: as good, and a fraction of the work.
fn shrink(pixels: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    if pixels.width() / width.max(1) >= 4 {
        let half_way = pixels.thumbnail_exact(width * 2, (height * 2).max(1));
        return half_way.resize_exact(width, height, FilterType::CatmullRom);
    }
    pixels.resize_exact(width, height, FilterType::CatmullRom)
}

fn is_see_through(pixels: &DynamicImage) -> bool {
    pixels.color().has_alpha() && pixels.to_rgba8().pixels().any(|p| p.0[3] != 255)
}

fn too_large() -> Error {
    Error::field(
        "",
        "image.too_large",
        format!(
            "This picture has too many pixels. Use at most {} megapixels.",
            MAX_PIXELS / 1_000_000
        ),
    )
}

fn refuse(error: image::ImageError) -> Error {
    tracing::debug!(%error, "a picture was refused");
    match error {
        image::ImageError::Limits(_) => too_large(),
        _ => unreadable(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, alpha: u8) -> Vec<u8> {
        let pixels = image::RgbaImage::from_fn(width, height, |x, y| image::Rgba([x as u8, y as u8, 90, alpha]));
        let mut out = Cursor::new(Vec::new());
        pixels.write_to(&mut out, ImageFormat::Png).expect("a picture");
        out.into_inner()
    }

    fn read(bytes: &[u8]) -> Picture {
        Picture::guess(Cursor::new(bytes)).expect("a picture")
    }

    #[test]
    fn sizes_only_shrink_and_keep_their_shape() {
        let picture = read(&png(900, 300, 255));
        let small = picture.within(640, 640);
        assert_eq!((small.width(), small.height()), (640, 213));
        assert_eq!(picture.within(2000, 2000).width(), 900);
        assert_eq!(picture.square(128).width(), 128);
        assert_eq!(read(&png(3, 4000, 255)).within(640, 640).width(), 1);
    }

    #[test]
    fn see_through_stays_see_through() -> Result<()> {
        assert_eq!(read(&png(40, 40, 100)).encode()?.mime, "image/webp");
        let opaque = read(&png(40, 40, 255)).encode()?;
        assert!(read(&opaque.bytes).width() == 40);
        Ok(())
    }

    #[test]
    fn colours_keep_their_meaning_and_nothing_else_stays() -> Result<()> {
        let mut profile = vec![0_u8; 128];
        profile[16..20].copy_from_slice(b"RGB ");
        profile[36..40].copy_from_slice(b"acsp");
        let mut jpeg = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut jpeg);
        encoder.set_icc_profile(profile.clone()).map_err(Error::internal)?;
        encoder.set_exif_metadata(b"Exif secret place".to_vec()).map_err(Error::internal)?;
        let grey = image::RgbImage::from_pixel(64, 64, image::Rgb([120, 90, 60]));
        encoder
            .write_image(grey.as_raw(), 64, 64, ExtendedColorType::Rgb8)
            .map_err(Error::internal)?;
        assert!(jpeg.windows(6).any(|w| w == b"secret"));
        let ours = read(&jpeg).encode()?.bytes;
        assert!(!ours.windows(6).any(|w| w == b"secret"));
        assert_eq!(read(&ours).colours, Some(profile));
        Ok(())
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for bytes in [
            &b""[..],
            b"GIF89a",
            b"\xff\xd8\xff\xe0",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            &png(30, 30, 9)[..60],
        ] {
            assert!(matches!(Picture::guess(Cursor::new(bytes)), Err(Error::Invalid(_))));
        }
    }
}
