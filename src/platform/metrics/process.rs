//! The process and the disk it writes to, as the system tells. The names of the process's figures
//! are those that every Prometheus client uses.

use std::{fs, path::Path};

use super::Set;

/// Ticks in a second of `/proc/self/stat`: fixed for programs on all that Linux and Rust run on.
const TICKS: f64 = 100.0;

/// Memory, processor time, threads and open files. What the system does not tell is left out.
pub(super) fn collect(set: &mut Set) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(kibibytes) = field(&status, "VmRSS:") {
        let bytes = kibibytes * 1024;
        set.gauge("process_resident_memory_bytes", "Resident memory", &[], bytes);
    }
    if let Some(kibibytes) = field(&status, "VmSize:") {
        set.gauge("process_virtual_memory_bytes", "Virtual memory", &[], kibibytes * 1024);
    }
    if let Some(threads) = field(&status, "Threads:") {
        set.gauge("process_threads", "Threads", &[], threads);
    }
    if let Some(ticks) = fs::read_to_string("/proc/self/stat").ok().and_then(|text| cpu_ticks(&text)) {
        set.counter("process_cpu_seconds", "User and system processor time", &[], ticks as f64 / TICKS);
    }
    if let Ok(entries) = fs::read_dir("/proc/self/fd") {
        set.gauge("process_open_fds", "Open files and connections", &[], entries.count());
    }
    if let Some(most) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        set.gauge("process_max_fds", "The most files and connections that may be open", &[], most);
    }
}

/// Room on the file system of the data folder.
pub(super) fn disk(set: &mut Set, data: &Path) {
    if let Ok(disk) = rustix::fs::statvfs(data) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let total = disk.f_blocks.saturating_mul(disk.f_frsize);
        set.gauge("momentum_data_disk_free_bytes", "Room left for the data folder", &[], free);
        set.gauge("momentum_data_disk_size_bytes", "Size of the data folder's file system", &[], total);
    }
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time of `/proc/self/stat`: the 12th and 13th field after the program's name,
/// which stands in parentheses and may hold anything.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_spaces_and_parentheses_do_not_mislead() {
        let stat = "4711 (a ) b (c) R 1 2 3 4 5 6 7 8 9 10 120 30 0 0 20 0 9 0";
        assert_eq!(cpu_ticks(stat), Some(150));
        assert_eq!(cpu_ticks(""), None);
        assert_eq!(field("Name:\tx\nVmRSS:\t  1234 kB\n", "VmRSS:"), Some(1234));
    }

    #[test]
    fn this_process_is_told() {
        let mut set = Set::default();
        collect(&mut set);
        disk(&mut set, Path::new("/"));
        assert_eq!(set.names().count(), 8);
    }
}
