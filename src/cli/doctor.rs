//! `momentum doctor`: looks at everything that can go wrong, and says how to mend it.

use clap::Args;

use super::{Exit, Out, Verb};
use crate::{
    app::{App, Means, examine_at_rest},
    platform::{
        config::Config,
        doctor::{Diagnosis, Scope, Severity},
    },
};

/// Looks at the disk, the database, the index, the queues, mail, stored files and the
/// configuration, and says for everything that is not as it should be how to mend it.
///
/// Changes nothing, and works while the server runs, while it is stopped, and when it cannot start.
/// Exit code 0: all is well, or there is only something to know. 1: warnings or problems. 2: asked
/// wrongly.
#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// Reads everything: every page of the database, every byte of every stored file, every number of
    /// progress. Takes minutes on a large instance; better at a quiet hour.
    #[arg(long)]
    deep: bool,
}

impl Verb for Doctor {
    /// Inside the server that owns the folder, or on an instance opened for it.
    async fn run(self, app: &App, out: &mut Out) -> anyhow::Result<Exit> {
        let scope = Scope {
            is_deep: self.deep,
            is_serving: true,
        };
        let diagnosis = {
            let mut bar = out.bar("Looking", 1);
            app.examine(scope, &mut |done, total| bar.set_of(done, total)).await
        };
        Ok(tell(&diagnosis, out))
    }
}

impl Doctor {
    /// On a folder that nobody serves: opening it as other verbs do would migrate it, and would fail
    /// exactly when a doctor is needed.
    pub(super) async fn at_rest(self, config: Config, out: &mut Out) -> anyhow::Result<Exit> {
        let diagnosis = {
            let mut bar = out.bar("Looking", 1);
            examine_at_rest(config, Means::system(), self.deep, &mut |done, total| bar.set_of(done, total)).await?
        };
        Ok(tell(&diagnosis, out))
    }
}

fn tell(diagnosis: &Diagnosis, out: &mut Out) -> Exit {
    out.json(diagnosis);
    for finding in &diagnosis.findings {
        out.line(format!("{:8} {:22} {}", finding.severity.word(), finding.check, finding.says));
        if let Some(mend) = &finding.mend {
            out.line(format!("{:31} → {mend}", ""));
        }
    }
    let counts = [
        (Severity::Problem, "problems"),
        (Severity::Warning, "warnings"),
        (Severity::Notice, "notices"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .map(|(severity, name)| format!("{name} {}", diagnosis.count(*severity)))
        .collect();
    out.line(format!("\nFindings {}: {}.", diagnosis.findings.len(), counts.join(", ")));
    if diagnosis.worst <= Severity::Notice {
        Exit::Done
    } else {
        Exit::Failed
    }
}
