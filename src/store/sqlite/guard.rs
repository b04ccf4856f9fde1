//! May this file be opened, and by us? In: a path. Out: a lock that is held, or the reason why not.
//!
//! It must never change a file that it refuses: findings are made through a read-only connection, which can neither
//! repair nor checkpoint.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use super::schema;
use crate::store::StoreError;

/// Up to this size all tables are checked at the start (about a second); of bigger files only the schema.
const MAX_BYTES_CHECKED_WHOLE: u64 = 256 * 1024 * 1024;

/// Written into the lock file once a store stands beside it. A store that later turns up empty or without its head
/// is then known to be damaged, not new.
const MARK: &str =
    "A boardwalk store stands beside this file, which keeps two crawls from writing it at once.\n";

/// The path as SQLite shall open it: links resolved, so that two names of one file have one lock.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    let open_error = |doing| {
        move |source| StoreError::Open {
            path: path.to_owned(),
            doing,
            source,
        }
    };
    if path.exists() {
        return path
            .canonicalize()
            .map_err(open_error("the file cannot be reached"));
    }
    let name = path.file_name().ok_or_else(|| {
        open_error("this is not a file name")(std::io::ErrorKind::InvalidFilename.into())
    })?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let folder = folder
        .canonicalize()
        .map_err(open_error("its folder cannot be reached"))?;
    Ok(folder.join(name))
}

/// The one writer's lock. The operating system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// # Errors
    /// `InUse`, or `Open` where no lock file can be made.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let open_error = |source| StoreError::Open {
            path: path.to_owned(),
            doing: "its lock file cannot be used",
            source,
        };
        // A sidecar, and never the file itself: closing any descriptor of a file drops the locks that SQLite holds
        // on it in this process (sqlite.org/howtocorrupt.html, 2.2).
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(sidecar(path, ".lock"))
            .map_err(open_error)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
                path: path.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(open_error(source)),
        }
    }

    /// Notes that a store stands here. Best effort: without it only a finding is worded less well.
    pub(super) fn mark(&mut self) {
        if self.0.metadata().is_ok_and(|file| file.len() == 0) {
            let _ = self.0.write_all(MARK.as_bytes());
        }
    }
}

pub(super) fn sidecar(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

pub(super) fn byte_size(path: &Path) -> u64 {
    path.metadata().map_or(0, |file| file.len())
}

/// By which a file is known whatever its name: device and number. `None` where there is none, or no way to tell.
pub(super) fn file_number(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let file = path.metadata().ok()?;
        Some((file.dev(), file.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

fn is_marked(path: &Path) -> bool {
    byte_size(&sidecar(path, ".lock")) > 0
}

/// Sum of the store's files: the database and its journal.
pub(super) fn file_bytes(path: &Path) -> u64 {
    byte_size(path) + byte_size(&sidecar(path, "-wal"))
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or a file of no bytes that never was a store.
    Nothing,
    /// A store of this schema: 0 for one whose making was interrupted.
    Store { schema: i64 },
}

/// Looks at a file without changing it. `whole`: check all pages, if it is not too big for that.
pub(super) fn inspect(path: &Path, whole: bool) -> Result<Found, StoreError> {
    let damaged = |finding: String| StoreError::Damaged {
        path: path.to_owned(),
        finding,
    };
    if byte_size(path) == 0 {
        if byte_size(&sidecar(path, "-wal")) > 0 {
            return Err(damaged(
                "its journal is there, the file itself is not".into(),
            ));
        }
        if path.exists() && is_marked(path) {
            return Err(damaged("the file is empty".into()));
        }
        return Ok(Found::Nothing);
    }
    match inspect_database(path, whole) {
        Ok(found) => found,
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) if is_marked(path) => {
                Err(damaged("its head is not that of a database".into()))
            }
            Some(ErrorCode::NotADatabase) => Err(StoreError::Foreign {
                path: path.to_owned(),
            }),
            Some(ErrorCode::DatabaseCorrupt) => Err(damaged(error.to_string())),
            // The making of the file was interrupted before it got its journal: only a writer may roll that back.
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => Ok(Found::Store { schema: 0 }),
            _ => Err(super::sql_error("looking at the file", error)),
        },
    }
}

fn inspect_database(path: &Path, whole: bool) -> rusqlite::Result<Result<Found, StoreError>> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    schema::configure_reader(&conn)?;
    let number = |pragma: &str| conn.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let application = number("PRAGMA application_id")?;
    let found = number("PRAGMA user_version")?;
    let is_blank =
        application == 0 && found == 0 && number("SELECT count(*) FROM sqlite_schema")? == 0;
    let path = path.to_owned();
    if application != schema::APPLICATION_ID && !is_blank {
        return Ok(Err(StoreError::Foreign { path }));
    }
    if found > schema::newest() {
        let known = schema::newest();
        return Ok(Err(StoreError::Newer { path, found, known }));
    }
    if whole && byte_size(&path) < MAX_BYTES_CHECKED_WHOLE {
        if let Some(finding) = damage(&conn)? {
            return Ok(Err(StoreError::Damaged { path, finding }));
        }
    } else {
        // Reads the whole schema; a torn one does not parse.
        number("SELECT count(*) FROM sqlite_schema")?;
    }
    Ok(Ok(Found::Store { schema: found }))
}

/// What is wrong with the first table that is damaged. Tables are asked for by name: a check of all in one also holds the
/// search index against the texts, word by word, which takes longer than all else; [`super::backup::check`] does that.
fn damage(conn: &Connection) -> rusqlite::Result<Option<String>> {
    conn.query_row(
        "SELECT found.quick_check FROM pragma_table_list AS its, pragma_quick_check(its.name) AS found
         WHERE its.schema = 'main' AND its.type IN ('table', 'shadow') AND found.quick_check <> 'ok' LIMIT 1",
        [],
        |row| row.get(0),
    )
    .optional()
}

/// # Errors
/// `NetworkFileSystem`, where the file's locks may be no locks at all.
#[cfg(target_os = "linux")]
pub(super) fn refuse_network_file_system(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(path);
    let place = if path.exists() { path } else { folder };
    // A kernel that will not say is not held against the file.
    let Ok(stat) = rustix::fs::statfs(place) else {
        return Ok(());
    };
    let kind = match u32::try_from(stat.f_type).ok().and_then(network_kind) {
        Some("fuse") => {
            let Some(kind) = fuse_network_kind(place) else {
                return Ok(());
            };
            kind
        }
        Some(kind) => kind,
        None => return Ok(()),
    };
    Err(StoreError::NetworkFileSystem {
        path: path.to_owned(),
        kind,
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn refuse_network_file_system(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// By the magic numbers of statfs(2) and linux/magic.h. Anything not named here is taken for a local disk.
#[cfg(target_os = "linux")]
fn network_kind(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x6969 => "nfs",
        0x517B | 0xFE53_4D42 => "smb",
        0xFF53_4D42 => "cifs",
        0x0102_1997 => "9p",
        0x5346_414F | 0x6B41_4653 => "afs",
        0x00C3_6400 => "ceph",
        0x7375_7245 => "coda",
        0x564C => "ncp",
        0x0BD0_0BD0 => "lustre",
        0x1983_0326 => "beegfs",
        0x4750_4653 => "gpfs",
        0x786F_4256 => "vboxsf",
        0xBACB_ACBC => "vmhgfs",
        // Local or not: only the mount's name tells.
        0x6573_5546 => "fuse",
        _ => return None,
    })
}

#[cfg(target_os = "linux")]
fn fuse_network_kind(place: &Path) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;

    let device = place.metadata().ok()?.dev();
    let device = (rustix::fs::major(device), rustix::fs::minor(device));
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    network_mount(&mounts, device)
}

/// Names of mounts in FUSE whose files lie on another machine.
#[cfg(target_os = "linux")]
const NETWORK_MOUNTS: [&str; 9] = [
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.glusterfs",
    "fuse.davfs",
    "fuse.curlftpfs",
    "fuse.gcsfuse",
    "fuse.ceph",
    "fuse.juicefs",
];

/// proc_pid_mountinfo(5): the third field is `major:minor`; behind the lone `-` comes the file system's type.
#[cfg(target_os = "linux")]
fn network_mount(mounts: &str, (major, minor): (u32, u32)) -> Option<&'static str> {
    let device = format!("{major}:{minor}");
    let line = mounts
        .lines()
        .find(|line| line.split(' ').nth(2) == Some(device.as_str()))?;
    let kind = line.split(" - ").nth(1)?.split(' ').next()?;
    NETWORK_MOUNTS.into_iter().find(|name| *name == kind)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_known_by_number_or_mount() {
        assert_eq!(network_kind(0x6969), Some("nfs"));
        assert_eq!(network_kind(0xFE53_4D42), Some("smb"));
        // ext4, tmpfs, overlayfs, btrfs, xfs
        for local in [0xEF53, 0x0102_1994, 0x794C_7630, 0x9123_683E, 0x5846_5342] {
            assert_eq!(network_kind(local), None);
        }
        let mounts = "36 35 0:52 / /mnt/far rw - fuse.sshfs user@far:/ rw\n37 35 0:53 / /mnt/usb rw shared:1 - fuseblk /dev/sdb1 rw\n";
        assert_eq!(network_mount(mounts, (0, 52)), Some("fuse.sshfs"));
        assert_eq!(network_mount(mounts, (0, 53)), None);
        assert_eq!(network_mount(mounts, (0, 99)), None);
    }

    #[test]
    fn one_lock_at_a_time_and_free_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let lock = Lock::take(&path).unwrap();
        assert!(matches!(Lock::take(&path), Err(StoreError::InUse { .. })));
        drop(lock);
        Lock::take(&path).unwrap();
    }
}
