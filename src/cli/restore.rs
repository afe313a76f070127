//! `momentum restore`: puts a backup in place. Never while a server owns the folder.

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use super::{
    Alone, Common, Exit, Out,
    backup::{Opening, Teller, fail, stop_on_ctrl_c},
};
use crate::{
    app,
    platform::{
        backup::{self, Restored, Target},
        clock::{Clock as _, SystemClock},
    },
};

/// Puts a backup in place: into an empty folder, or in exchange for what is there.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup.
    file: PathBuf,
    /// The data folder to restore into [default: that of the configuration].
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// Puts an instance that is there aside, under another name, which is printed.
    #[arg(long)]
    swap: bool,
    #[command(flatten)]
    open: Opening,
}

impl Alone for Restore {
    async fn run(self, common: &Common, out: &mut Out) -> anyhow::Result<Exit> {
        let folder = match &self.into {
            Some(folder) => out.path(folder),
            None => out.path(&common.load(&[])?.data),
        };
        let file = out.path(&self.file);
        let unlock = match self.open.unlock(&file, out).await? {
            Ok(unlock) => unlock,
            Err(error) => return Ok(fail(&error, out)),
        };
        let target = Target {
            folder: folder.clone(),
            swap: self.swap,
            media: self.open.media_from.as_ref().map(|folder| out.path(folder)),
        };
        let all = Arc::new(app::stored_files(&app::modules()));
        let stop = stop_on_ctrl_c();
        let restored = {
            let mut teller = Teller::new(out);
            let now = SystemClock.now();
            let work = move |watch: &backup::Watch| backup::restore(&file, &unlock, &target, &all, now, watch);
            backup::apart(&stop, &mut |progress| teller.tell(progress), work).await
        };
        match restored {
            Ok(restored) => Ok(say(&restored, &folder, out)),
            Err(error) => Ok(fail(&error, out)),
        }
    }
}

fn say(restored: &Restored, folder: &std::path::Path, out: &mut Out) -> Exit {
    let about = &restored.about;
    out.json(&serde_json::json!({
        "folder": folder, "former": restored.former, "made_at": about.made_at, "product": about.product,
        "files": restored.files, "pending": restored.pending, "has_key": about.has_key, "problems": restored.problems,
    }));
    out.line(format!("{} is as it was at {}.", folder.display(), about.made_at));
    if let Some(former) = &restored.former {
        out.line(format!(
            "What was there is now {}; delete it when you do not need it.",
            former.display()
        ));
    }
    if !about.has_key {
        out.line(format!(
            "The backup did not hold the key. Put yours into {} (mode 0600) before you start the server; with a new key, sealed settings such as the mail password must be entered again.",
            folder.join(app::KEY_FILE).display()
        ));
    }
    if about.has_settings {
        out.line(format!(
            "The configuration of then is in {}; use of it what fits this machine.",
            folder.join(backup::SETTINGS).display()
        ));
    }
    if restored.pending > 0 {
        out.line(format!("The next start applies {} migrations.", restored.pending));
    }
    for problem in &restored.problems {
        out.note(&problem.message);
    }
    if restored.problems.is_empty() { Exit::Done } else { Exit::Failed }
}
