//! Reads the outbox: enough of RFC 5322 and MIME for the mails this house writes.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A mail as its reader sees it.
#[derive(Debug)]
pub struct Received {
    pub to: String,
    pub from: String,
    pub subject: String,
    pub message_id: String,
    pub text: String,
    pub html: String,
}

impl Received {
    /// The first address in the text whose path begins so, as `/verify?token=…`.
    #[track_caller]
    pub fn link(&self, path: &str) -> String {
        let found = self.text.split_whitespace().find_map(|word| {
            let after = word.split_once("://")?.1;
            let at = after.find('/')?;
            after[at..].starts_with(path).then(|| after[at..].to_owned())
        });
        found.unwrap_or_else(|| panic!("no link to {path} in {}", self.text))
    }
}

/// Every mail of the folder, oldest first.
pub fn read(folder: &Path) -> Vec<Received> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "eml")).collect();
    files.sort();
    files
        .iter()
        .map(|path| parse(&fs::read_to_string(path).expect("a mail is text")))
        .collect()
}

/// Takes a mail apart.
pub fn parse(mail: &str) -> Received {
    let (head, body) = split(mail);
    let boundary = header(head, "content-type")
        .split("boundary=\"")
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    let boundary = boundary.split('"').next().unwrap_or_default();
    let mut received = Received {
        to: header(head, "to"),
        from: header(head, "from"),
        subject: header(head, "subject"),
        message_id: header(head, "message-id"),
        text: String::new(),
        html: String::new(),
    };
    for part in body.split(&format!("--{boundary}")) {
        let (head, body) = split(part.trim_start());
        let text = decode(&header(head, "content-transfer-encoding"), body);
        match header(head, "content-type").split(';').next() {
            Some("text/plain") => received.text = text,
            Some("text/html") => received.html = text,
            _ => {}
        }
    }
    received
}

fn split(mail: &str) -> (&str, &str) {
    mail.split_once("\r\n\r\n").unwrap_or((mail, ""))
}

/// A header, unfolded, its encoded words (RFC 2047) decoded.
fn header(head: &str, name: &str) -> String {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let value = unfolded.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    });
    let value = value.unwrap_or_default();
    let mut out = String::new();
    let mut was_encoded = false;
    for word in value.split(' ') {
        let encoded = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
        let decoded = encoded.and_then(|text| STANDARD.decode(text).ok());
        // Spaces between encoded words belong to neither.
        if !(out.is_empty() || was_encoded && decoded.is_some()) {
            out.push(' ');
        }
        was_encoded = decoded.is_some();
        out.push_str(&decoded.map_or_else(|| word.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned()));
    }
    out
}

fn decode(encoding: &str, body: &str) -> String {
    let bytes = match encoding {
        "base64" => STANDARD.decode(body.split_whitespace().collect::<String>()).expect("base64"),
        "quoted-printable" => quoted_printable(body),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
}

fn quoted_printable(body: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let joined = body.replace("=\r\n", "");
    let mut bytes = joined.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'=' {
            let digits: Vec<u8> = bytes.by_ref().take(2).collect();
            let hex = std::str::from_utf8(&digits).expect("hex");
            out.push(u8::from_str_radix(hex, 16).expect("hex"));
        } else {
            out.push(byte);
        }
    }
    out
}
