//! Parse, run, exit code: nothing else.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => ExitCode::from(runtime.block_on(momentum::cli::main(std::env::args_os().collect())).code()),
        Err(_) => ExitCode::FAILURE,
    }
}
