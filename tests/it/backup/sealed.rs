//! Encrypted backups.

use age::secrecy::ExposeSecret as _;
use momentum::platform::{
    backup::{self, BackupError, Lock, Media, Unlock},
    config::Secret,
};

use super::{files, into, make, plan, restore, school, verify};

fn identity() -> (String, Secret) {
    let key = age::x25519::Identity::generate();
    let secret = key.to_string();
    (key.to_public().to_string(), Secret::new(secret.expose_secret().to_owned()))
}

fn with(secret: &Secret) -> Unlock {
    Unlock {
        identities: vec![secret.clone()],
        passphrase: None,
    }
}

fn phrase(text: &str) -> Unlock {
    Unlock {
        identities: Vec::new(),
        passphrase: Some(Secret::new(text.into())),
    }
}

#[tokio::test]
async fn each_recipient_opens_it_and_nobody_else() {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two, three) = (identity(), identity(), identity());
    let mut sealed = plan(folder.path().join("one.backup.age"));
    sealed.lock = Lock::Recipients(vec![one.0, two.0]);
    let made = make(&app, &sealed).await.expect("a backup");
    assert!(made.is_sealed);
    let bytes = std::fs::read(&made.file).expect("it");
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    assert_eq!(backup::locked_by(&made.file).expect("a lock"), Some(false));
    for key in [&one.1, &two.1] {
        assert!(verify(&made.file, &with(key)).await.expect("it opens").is_good());
    }
    for wrong in [with(&three.1), Unlock::default(), phrase("x")] {
        let refused = verify(&made.file, &wrong).await;
        assert!(matches!(refused, Err(BackupError::Closed(_))), "{refused:?}");
        let new = folder.path().join("never");
        assert!(restore(&made.file, &wrong, into(&new)).await.is_err());
        assert!(!new.exists());
    }
    let new = folder.path().join("new");
    restore(&made.file, &with(&two.1), into(&new)).await.expect("restored");
    assert_eq!(files(&new.join("blobs")), files(&app.platform().data().join("blobs")));
    // Any byte of it, header and payload.
    let mut dice = super::hostile::Dice(11);
    let random: Vec<usize> = (0..60).map(|_| dice.roll(bytes.len())).collect();
    for at in (0..bytes.len().min(400)).step_by(7).chain(random).chain([bytes.len() - 1]) {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << dice.roll(8);
        let path = folder.path().join("altered");
        std::fs::write(&path, &altered).expect("written");
        let told = verify(&path, &with(&one.1)).await;
        assert!(told.is_err(), "the alteration at {at} was not told");
    }
    for more in [vec![0_u8], b"more".to_vec()] {
        let path = folder.path().join("longer");
        std::fs::write(&path, [bytes.clone(), more].concat()).expect("written");
        assert!(verify(&path, &with(&one.1)).await.is_err());
    }
}

#[tokio::test]
async fn a_passphrase_opens_it_and_no_other() {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut sealed = plan(folder.path().join("one.backup.age"));
    sealed.lock = Lock::Passphrase(Secret::new("correct horse".into()));
    let made = make(&app, &sealed).await.expect("a backup");
    assert_eq!(backup::locked_by(&made.file).expect("a lock"), Some(true));
    assert!(verify(&made.file, &phrase("correct horse")).await.expect("it opens").is_good());
    for wrong in [phrase("wrong horse"), with(&identity().1)] {
        let refused = verify(&made.file, &wrong).await;
        assert!(matches!(refused, Err(BackupError::Closed(_))), "{refused:?}");
    }
    sealed.media = Media::Beside(folder.path().join("media"));
    sealed.to = folder.path().join("two.backup.age");
    let refused = make(&app, &sealed).await;
    assert!(
        matches!(refused, Err(BackupError::Refused(ref why)) if why.contains("recipients")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn files_beside_are_encrypted_too_and_never_to_others() {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (identity(), identity());
    let media = folder.path().join("media");
    let mut sealed = plan(folder.path().join("one.backup.age"));
    sealed.lock = Lock::Recipients(vec![one.0]);
    sealed.media = Media::Beside(media.clone());
    let made = make(&app, &sealed).await.expect("a backup");
    for (name, bytes) in files(&media) {
        let is_list = name.starts_with("used-by") || name == "about.json";
        assert!(is_list || bytes.starts_with(b"age-encryption.org/v1"), "{name} is plain");
    }
    sealed.to = folder.path().join("again.backup.age");
    assert_eq!(
        make(&app, &sealed).await.expect("a backup").beside.map(|(copied, _)| copied),
        Some(0)
    );
    let new = folder.path().join("new");
    restore(&made.file, &with(&one.1), into(&new)).await.expect("restored");
    assert_eq!(files(&new.join("blobs")), files(&app.platform().data().join("blobs")));
    sealed.lock = Lock::Recipients(vec![two.0]);
    sealed.to = folder.path().join("two.backup.age");
    let refused = make(&app, &sealed).await;
    assert!(
        matches!(refused, Err(BackupError::Refused(ref why)) if why.contains("new folder")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn identity_files_are_read_as_age_keygen_writes_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.txt");
    let (public, secret) = identity();
    let text = format!("# created: today\n# public key: {public}\n{}\n", secret.reveal());
    std::fs::write(&path, text).expect("written");
    let mut unlock = Unlock::default();
    unlock.add_file(&path).expect("an identity");
    assert_eq!(unlock.identities.len(), 1);
    for bad in ["", "# nothing\n", "age1notasecret\n"] {
        std::fs::write(&path, bad).expect("written");
        assert!(unlock.add_file(&path).is_err(), "{bad}");
    }
    assert!(backup::parse_recipients(&[public]).is_ok());
    assert!(backup::parse_recipients(&["age1x".into()]).is_err_and(|why| why.contains("age1x")));
}
