//! Video and sound: length and size from ffprobe where it is installed, else from the boxes of an
//! MP4; unknown otherwise.

use std::{ffi::OsStr, fs::File, io::BufReader, path::Path, time::Duration};

use serde::Deserialize;

use super::{Made, boxes};
use crate::{
    kernel::error::{Error, Result},
    media::model::Kind,
    platform::process::{self, ProcessError},
};

/// How long ffprobe may look at one file.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most it may say.
const ANSWER: u64 = 1024 * 1024;

#[derive(Deserialize)]
struct Probe {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize, Default)]
struct Format {
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize, Default)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

/// What a video or sound is. `mime` is by its first bytes.
pub(super) async fn make(ffprobe: Option<&Path>, path: &Path, mime: &str) -> Result<Made> {
    let mime = usual(mime);
    if let Some(ffprobe) = ffprobe {
        match probe(ffprobe, path).await {
            Ok(probe) => return from_probe(&probe, mime),
            Err(ProcessError::Failed(error)) => {
                tracing::debug!(error, "a film was refused");
                return Err(unreadable());
            }
            // A probe that hangs or cannot start says nothing about the file.
            Err(error) => tracing::warn!(%error, "ffprobe did not answer"),
        }
    }
    if !matches!(mime, "video/mp4" | "audio/mp4" | "video/quicktime") {
        return Ok(Made::plain(
            if mime.starts_with("audio/") { Kind::Audio } else { Kind::Video },
            mime,
        ));
    }
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || boxes::read(BufReader::new(File::open(path)?)));
    let movie = read.await.map_err(Error::internal)?.map_err(|_| unreadable())?;
    let (kind, mime) = kind_of(movie.has_video, mime);
    Ok(Made {
        width: movie.width,
        height: movie.height,
        duration_ms: movie.duration_ms,
        ..Made::plain(kind, mime)
    })
}

async fn probe(ffprobe: &Path, path: &Path) -> Result<Probe, ProcessError> {
    let words = [
        "-v",
        "error",
        "-protocol_whitelist",
        "file",
        "-print_format",
        "json",
        "-show_format",
        "-show_streams",
    ];
    let mut arguments: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
    let file = format!("file:{}", path.display());
    arguments.push(OsStr::new(&file));
    let said = process::run(ffprobe, &arguments, PATIENCE, ANSWER).await?;
    serde_json::from_slice(&said).map_err(|error| ProcessError::Failed(error.to_string()))
}

fn from_probe(probe: &Probe, mime: &str) -> Result<Made> {
    let is = |stream: &&Stream, kind: &str| stream.codec_type.as_deref() == Some(kind);
    let video = probe.streams.iter().find(|s| is(s, "video") && s.disposition.attached_pic == 0);
    if video.is_none() && !probe.streams.iter().any(|s| is(&s, "audio")) {
        return Err(unreadable());
    }
    let turned = video.is_some_and(|v| {
        v.side_data_list
            .iter()
            .any(|d| d.rotation.is_some_and(|r| (r.abs() % 180.0 - 90.0).abs() < 1.0))
    });
    let size = video.map(|v| (v.width, v.height));
    let (width, height) = match size.unwrap_or_default() {
        (w, h) if turned => (h, w),
        upright => upright,
    };
    let seconds: Option<f64> = probe.format.duration.as_deref().and_then(|d| d.parse().ok());
    let (kind, mime) = kind_of(video.is_some(), mime);
    Ok(Made {
        width: width.filter(|w| *w > 0),
        height: height.filter(|h| *h > 0),
        duration_ms: seconds.filter(|s| s.is_finite() && *s > 0.0).map(|s| (s * 1000.0) as u64),
        ..Made::plain(kind, mime)
    })
}

/// A container says `video` or `audio` by its name only; its streams know better.
fn kind_of(has_video: bool, mime: &str) -> (Kind, &str) {
    match (has_video, mime) {
        (false, "video/mp4" | "video/quicktime") => (Kind::Audio, "audio/mp4"),
        (false, "video/webm") => (Kind::Audio, "audio/webm"),
        (true, "audio/mp4") => (Kind::Video, "video/mp4"),
        (true, "audio/ogg") => (Kind::Video, "video/ogg"),
        // A cover picture in a song is no film.
        (_, mime) if mime.starts_with("audio/") => (Kind::Audio, mime),
        (true, mime) => (Kind::Video, mime),
        (false, mime) => (Kind::Audio, mime),
    }
}

/// The names that browsers know.
fn usual(mime: &str) -> &str {
    match mime {
        "audio/m4a" | "audio/x-m4a" => "audio/mp4",
        "audio/x-wav" => "audio/wav",
        "audio/x-flac" => "audio/flac",
        "video/x-m4v" => "video/mp4",
        other => other,
    }
}

fn unreadable() -> Error {
    Error::field(
        "",
        "media.unreadable",
        "This video or sound file is damaged or cut off. Export it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_decide_what_it_is() -> Result<()> {
        let parse = |text| serde_json::from_str::<Probe>(text).map_err(Error::internal);
        let film = parse(
            r#"{"streams":[{"codec_type":"audio"},{"codec_type":"video","width":1920,"height":1080,"side_data_list":[{"rotation":-90}]}],"format":{"duration":"12.5004"}}"#,
        )?;
        let made = from_probe(&film, "video/mp4")?;
        assert_eq!(
            (made.kind, made.width, made.height, made.duration_ms),
            (Kind::Video, Some(1080), Some(1920), Some(12_500))
        );
        let song = parse(
            r#"{"streams":[{"codec_type":"audio"},{"codec_type":"video","width":300,"height":300,"disposition":{"attached_pic":1}}],"format":{}}"#,
        )?;
        let made = from_probe(&song, "audio/mp4")?;
        assert_eq!((made.kind, made.width, made.duration_ms), (Kind::Audio, None, None));
        assert!(from_probe(&parse(r#"{"format":{"duration":"N/A"}}"#)?, "video/mp4").is_err());
        Ok(())
    }
}
