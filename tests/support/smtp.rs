//! A mail server of one test: it says what it is told to say, and keeps what it was given.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// How the server behaves in one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Takes the mail.
    Takes,
    /// Answers the recipient with this code.
    Answers(u16),
    /// Takes the whole message and hangs up instead of answering.
    HangsUp,
}

/// A server on a port of this machine.
pub struct SmtpServer {
    pub port: u16,
    taken: Arc<Mutex<Vec<String>>>,
}

impl SmtpServer {
    /// Behaves in its first connection as the first mood says, and so on; then it takes mails.
    pub async fn start(moods: &[Mood]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let mut moods: VecDeque<Mood> = moods.iter().copied().collect();
        let kept = taken.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mood = moods.pop_front().unwrap_or(Mood::Takes);
                // A client that hangs up ends its conversation, not the server.
                let _ended = converse(stream, mood, &kept).await;
            }
        });
        Self { port, taken }
    }

    /// The messages that were sent whole, even those whose sender never heard so.
    pub fn messages(&self) -> Vec<String> {
        self.taken.lock().expect("a lock").clone()
    }
}

async fn converse(stream: TcpStream, mood: Mood, taken: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer = match (verb.as_str(), mood) {
            ("EHLO", _) => "250-test\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n".to_owned(),
            ("RCPT", Mood::Answers(code)) => format!("{code} not this time\r\n"),
            ("QUIT", _) => return write.write_all(b"221 bye\r\n").await,
            ("DATA", _) => {
                write.write_all(b"354 go on\r\n").await?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    message.push_str(line.strip_prefix('.').unwrap_or(&line));
                    message.push_str("\r\n");
                }
                taken.lock().expect("a lock").push(message);
                if mood == Mood::HangsUp {
                    return Ok(());
                }
                "250 taken\r\n".to_owned()
            }
            _ => "250 fine\r\n".to_owned(),
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
