//! `momentum man`: the manual, made from what the command line says of itself.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::{Alone, Common, Exit, Out, line};

/// Prints the manual page.
#[derive(Debug, Args)]
pub struct Man {
    /// Writes one page for the program and one for each of its verbs into this folder instead, for
    /// `man momentum`, `man momentum-backup` and so on.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

impl Alone for Man {
    async fn run(self, _: &Common, out: &mut Out) -> anyhow::Result<Exit> {
        let Some(folder) = self.to else {
            let mut page = Vec::new();
            clap_mangen::Man::new(line()).render(&mut page)?;
            out.raw(String::from_utf8_lossy(&page));
            return Ok(Exit::Done);
        };
        let folder = out.path(&folder);
        let write = std::fs::create_dir_all(&folder).and_then(|()| clap_mangen::generate_to(line(), &folder));
        write.with_context(|| format!("the pages cannot be written to {}", folder.display()))?;
        let pages = std::fs::read_dir(&folder)?.filter_map(Result::ok);
        let mut pages: Vec<String> = pages
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with("momentum") && name.ends_with(".1"))
            .collect();
        pages.sort();
        out.json(&serde_json::json!({ "folder": folder, "pages": pages }));
        out.line(format!("{} pages are in {}.", pages.len(), folder.display()));
        Ok(Exit::Done)
    }
}
