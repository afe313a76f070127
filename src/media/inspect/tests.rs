//! Files that others collected because they break readers.

use std::{fs, path::PathBuf};

use super::*;

/// A folder of the test data, when there is any.
fn collection(name: &str) -> Option<Vec<PathBuf>> {
    let folder = std::env::var_os("MOMENTUM_TESTDATA").map(|root| PathBuf::from(root).join(name))?;
    let mut files: Vec<PathBuf> = fs::read_dir(folder).ok()?.flatten().map(|e| e.path()).collect();
    files.sort();
    Some(files)
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExpectedCue {
    id: String,
    start_time: f64,
    end_time: f64,
    text: String,
}

#[derive(serde::Deserialize)]
struct Expected {
    cues: Vec<ExpectedCue>,
}

#[test]
fn captions_are_read_as_another_parser_reads_them() {
    let Some(files) = collection("webvtt") else {
        println!("skipped: MOMENTUM_TESTDATA is not set");
        return;
    };
    let mut compared = 0;
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "vtt")) {
        let bytes = fs::read(file).expect("a file");
        let Ok(text) = String::from_utf8(bytes.clone()) else { continue };
        // Whatever it is, it is accepted in a form that stays, or refused with a sentence.
        match captions::make(&bytes) {
            Ok(made) => {
                let clean = made.original.expect("a clean form");
                let again = captions::make(&clean).expect("captions still").original;
                assert_eq!(again.as_deref(), Some(clean.as_slice()), "{}", file.display());
            }
            Err(Error::Invalid(_)) => {}
            Err(error) => panic!("{}: {error:?}", file.display()),
        }
        let Ok(json) = fs::read_to_string(file.with_extension("json")) else {
            continue;
        };
        let expected: Expected = serde_json::from_str(&json).expect("an expectation");
        if file.ends_with("integration-id.vtt") {
            continue; // A lone arrow before good times: the standard keeps those, the other parser does not.
        }
        let ours = captions::parse(&text);
        let show = |id: &str, start: f64, end: f64, text: &str| format!("{id}|{start:.3}|{end:.3}|{text}");
        let ours: Vec<String> = ours
            .cues
            .iter()
            .map(|c| show(&c.id, c.start as f64 / 1000.0, c.end as f64 / 1000.0, &c.text))
            .collect();
        let theirs: Vec<String> = expected
            .cues
            .iter()
            // The other one keeps captions that end before they begin: nobody ever sees them.
            .filter(|c| c.end_time > c.start_time)
            .map(|c| show(&c.id, c.start_time, c.end_time, &c.text))
            .collect();
        assert_eq!(ours, theirs, "{}", file.display());
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
}

#[tokio::test]
async fn broken_pictures_and_films_are_refused_quickly() {
    let Some(files) = collection("media") else {
        println!("skipped: MOMENTUM_TESTDATA is not set");
        return;
    };
    let bench = Bench {
        images: Images::default(),
        ffprobe: crate::platform::process::find("ffprobe"),
    };
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::metadata(&file).expect("a file").len();
        let began = std::time::Instant::now();
        let made = look(&bench, &file, bytes, &name).await;
        assert!(began.elapsed().as_secs() < 10, "{name} took {:?}", began.elapsed());
        match &made {
            Ok(made) if made.kind == Kind::Image => assert!(made.original.is_some(), "{name}"),
            Ok(_) | Err(Error::Invalid(_)) => {}
            Err(error) => panic!("{name}: {error:?}"),
        }
        let refused = ["decompression_bomb.gif", "decompression_bomb.ico", "hopper.avif", "hopper.heif"];
        if refused.iter().any(|r| name.ends_with(r)) {
            assert!(made.is_err(), "{name}");
        }
        if name.contains("orientation") && name.ends_with(".jpg") {
            let made = made.as_ref().expect("a picture");
            let picture = image::load_from_memory(made.original.as_deref().expect("pixels")).expect("our own picture");
            assert_eq!(Some(picture.width()), made.width, "{name}");
        }
        if name.ends_with(".m4a") {
            let made = made.as_ref().expect("a sound");
            let alone = film::make(None, &file, "audio/m4a").await.expect("a sound without ffprobe");
            assert_eq!((made.kind, made.mime.as_str()), (Kind::Audio, "audio/mp4"), "{name}");
            assert_eq!((alone.kind, alone.mime.as_str()), (Kind::Audio, "audio/mp4"), "{name}");
            let difference = made.duration_ms.unwrap_or(0).abs_diff(alone.duration_ms.unwrap_or(0));
            assert!(difference < 200, "{name}: {made:?} {alone:?}");
        }
    }
}
