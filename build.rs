//! Makes the folder of the web app exist, so that a build without it still compiles.

use std::{env, fs, path::Path};

fn main() {
    let folder = Path::new("web/build");
    println!("cargo::rerun-if-changed=web/build");
    if folder.join("200.html").exists() {
        return;
    }
    if env::var("PROFILE").as_deref() == Ok("release") && env::var_os("MOMENTUM_WITHOUT_WEB").is_none() {
        println!("cargo::error=the web app is not built: run scripts/build, or npm ci and npm run build in web/");
        return;
    }
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Momentum</title><body><h1>The web app is not built</h1><p>Run <code>scripts/build</code>.</p></body></html>";
    if fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join("200.html"), page))
        .is_err()
    {
        println!("cargo::warning=web/build could not be made");
    }
}
