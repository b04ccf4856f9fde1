//! The shape of the file: migrations, and what each connection is told before its first query.
//!
//! `PRAGMA user_version` counts the migrations a file has had. Each is one transaction. A file with more of them
//! than this program knows is refused ([`super::guard`]).

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// `bwlk`: marks the file as ours (sqlite.org/fileformat.html, 1.3.17).
pub(super) const APPLICATION_ID: i64 = 0x6277_6C6B;

/// Never edit one that a release has carried; add the next.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001_first.sql"),
    include_str!("schema/0002_gaps.sql"),
    include_str!("schema/0003_pages.sql"),
    include_str!("schema/0004_schedule.sql"),
    include_str!("schema/0005_radar.sql"),
    include_str!("schema/0006_learnt.sql"),
    include_str!("schema/0007_copies.sql"),
    include_str!("schema/0008_health.sql"),
    include_str!("schema/0009_fit.sql"),
    COPY_INDEX,
    include_str!("schema/0011_stories.sql"),
    include_str!("schema/0012_pages.sql"),
    include_str!("schema/0013_outbox.sql"),
    include_str!("schema/0014_gone_twice.sql"),
    include_str!("schema/0015_texts.sql"),
    include_str!("schema/0016_tries_and_facets.sql"),
    include_str!("schema/0017_counts.sql"),
    include_str!("schema/0018_openings.sql"),
    COPY_FILTERS,
    include_str!("schema/0020_ascii_tokens.sql"),
];

const COPY_INDEX: &str = include_str!("schema/0010_copy_index.sql");
const COPY_FILTERS: &str = include_str!("schema/0019_filters.sql");

/// What they make of an empty file.
const NEWEST: &str = include_str!("newest_schema.sql");

/// Makes the tables of [`super::copy_index`] alone, in an empty database.
pub(super) fn make_copy_index(conn: &Connection) -> rusqlite::Result<()> {
    // What the index took the place of.
    conn.execute_batch("CREATE TABLE band (key)")?;
    conn.execute_batch(COPY_INDEX)?;
    conn.execute_batch(COPY_FILTERS)
}

/// How long a connection waits for a lock that another process holds (a shell, a backup).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The schema of this program.
pub(super) fn newest() -> i64 {
    MIGRATIONS.len() as i64
}

/// What makes a store of this schema, in order.
#[cfg(test)]
pub(super) fn all() -> &'static [&'static str] {
    MIGRATIONS
}

/// KiB of pages that the writer keeps: a sixteenth of the file, within these bounds. What is added to a small file touches
/// few pages; of a large one the index of copies is read all over.
const WRITER_CACHE_KIB: std::ops::RangeInclusive<i64> = 2 * 1024..=6 * 1024;

/// Fits the writer's cache to what the file has become.
pub(super) fn fit_cache(conn: &Connection) -> rusqlite::Result<()> {
    let file_kib = pragma_number(conn, "page_count")? * pragma_number(conn, "page_size")? / 1024;
    let kib = (file_kib / 16).clamp(*WRITER_CACHE_KIB.start(), *WRITER_CACHE_KIB.end());
    conn.pragma_update(None, "cache_size", -kib)
}

/// Settings of the one connection that writes.
pub(super) fn configure_writer(conn: &Connection) -> rusqlite::Result<()> {
    configure(conn, *WRITER_CACHE_KIB.start())?;
    // First of all, and while the journal is still an ordinary one: the file is ours from its first page on, so
    // that a kill during its making leaves nothing foreign behind.
    if pragma_number(conn, "application_id")? != APPLICATION_ID {
        conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::InvalidColumnName(format!(
            "the journal stays {mode}"
        )));
    }
    // FULL: a commit is on the disk before it is answered, power loss included. The journal is cut back after a
    // checkpoint, so that one busy hour does not leave a large file for good. Pages that change all the time are carried
    // over once for three thousand that were written (12 MiB), not for each thousand.
    conn.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;
         PRAGMA journal_size_limit = 16777216;
         PRAGMA wal_autocheckpoint = 3000;
         PRAGMA temp_store = MEMORY;",
    )?;
    fit_cache(conn)?;
    super::search::configure_writer(conn)
}

/// Settings of a connection that changes a row or two beside the one that writes.
pub(super) fn configure_desk(conn: &Connection) -> rusqlite::Result<()> {
    configure(conn, 2 * 1024)?;
    conn.execute_batch("PRAGMA synchronous = FULL;")
}

/// Settings of a connection that only reads.
pub(super) fn configure_reader(conn: &Connection) -> rusqlite::Result<()> {
    configure(conn, 1024)?;
    conn.execute_batch("PRAGMA query_only = ON;")
}

fn configure(conn: &Connection, cache_kib: i64) -> rusqlite::Result<()> {
    super::find::add_functions(conn)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(128);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Otherwise a statement is planned anew for each value that it is given: half of what writing took.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // A file may come from anywhere: its schema must not be able to call functions with side effects. The cache is
    // small and nothing is mapped, so that memory does not grow with the archive.
    conn.execute_batch(&format!(
        "PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA mmap_size = 0;
         PRAGMA cache_size = -{cache_kib};"
    ))
}

fn pragma_number(conn: &Connection, name: &str) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, name, |row| row.get(0))
}

/// Brings a file up to the newest schema. A store that is not new is copied first, to `FILE.schema-N`.
pub(super) fn migrate(conn: &Connection, path: &Path) -> rusqlite::Result<()> {
    if pragma_number(conn, "user_version")? == 0 {
        return migrate_one(conn, NEWEST, newest());
    }
    migrate_with(conn, path, MIGRATIONS)
}

/// All of it, or nothing.
fn migrate_one(conn: &Connection, sql: &str, version: i64) -> rusqlite::Result<()> {
    let transaction = conn.unchecked_transaction()?;
    transaction.execute_batch(sql)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}

fn migrate_with(conn: &Connection, path: &Path, migrations: &[&str]) -> rusqlite::Result<()> {
    let found = pragma_number(conn, "user_version")?;
    if found > 0 && (found as usize) < migrations.len() {
        let mut copy = path.as_os_str().to_owned();
        copy.push(format!(".schema-{found}"));
        conn.backup("main", Path::new(&copy), None::<fn(_)>)?;
    }
    for (i, sql) in migrations.iter().enumerate().skip(found as usize) {
        migrate_one(conn, sql, i as i64 + 1)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::types::Value;

    use super::*;

    fn open(path: &Path) -> Connection {
        let conn = Connection::open(path).unwrap();
        configure_writer(&conn).unwrap();
        conn
    }

    /// A new file is as one that was taken on from the first schema.
    #[test]
    fn the_newest_schema_is_what_the_migrations_make() {
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str, make: &dyn Fn(&Connection, &Path)| {
            let path = folder.path().join(name);
            let conn = open(&path);
            make(&conn, &path);
            conn
        };
        let migrated = made("migrated.db", &|conn, path| {
            migrate_with(conn, path, MIGRATIONS).unwrap();
        });
        let new = made("new.db", &|conn, path| migrate(conn, path).unwrap());
        let said = |conn: &Connection, sql: &str| -> Vec<String> {
            let mut select = conn.prepare(sql).unwrap();
            let lines = select.query_map([], |row| row.get(0)).unwrap();
            lines.map(Result::unwrap).collect()
        };
        let statements = "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql || ';', '') FROM sqlite_schema
            WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name";
        assert_eq!(said(&new, statements), said(&migrated, statements));
        let tables =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
            AND name NOT LIKE 'sqlite_%' AND name <> 'search_data' ORDER BY name";
        for table in said(&new, tables) {
            let rows = |conn: &Connection| {
                let sql = format!("SELECT * FROM {table} ORDER BY 1");
                let mut select = conn.prepare(&sql).unwrap();
                let n_columns = select.column_count();
                let rows = select.query_map([], |row| {
                    (0..n_columns)
                        .map(|n| row.get(n))
                        .collect::<rusqlite::Result<Vec<Value>>>()
                });
                rows.unwrap().collect::<rusqlite::Result<Vec<_>>>().unwrap()
            };
            assert_eq!(rows(&new), rows(&migrated), "{table}");
        }
        assert_eq!(pragma_number(&new, "user_version").unwrap(), newest());
    }

    #[test]
    fn a_store_of_schema_1_is_copied_and_taken_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = open(&path);
        migrate_with(&conn, &path, &MIGRATIONS[..1]).unwrap();
        conn.execute("INSERT INTO meta VALUES ('word', 'kept')", [])
            .unwrap();
        let later = [
            MIGRATIONS[0],
            "ALTER TABLE meta ADD COLUMN more INTEGER;",
            "UPDATE meta SET more = 3;",
        ];
        migrate_with(&conn, &path, &later).unwrap();
        let row: (String, i64) = conn
            .query_row(
                "SELECT value, more FROM meta WHERE name = 'word'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!(row, ("kept".into(), 3));
        assert_eq!(pragma_number(&conn, "user_version").unwrap(), 3);
        let copy = Connection::open(folder.path().join("a.db.schema-1")).unwrap();
        assert_eq!(pragma_number(&copy, "user_version").unwrap(), 1);
        // A second time there is nothing to do.
        migrate_with(&conn, &path, &later).unwrap();
    }

    #[test]
    fn a_migration_that_fails_leaves_the_schema_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = open(&path);
        let broken = [
            MIGRATIONS[0],
            "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1);",
        ];
        migrate_with(&conn, &path, &broken).unwrap_err();
        assert_eq!(pragma_number(&conn, "user_version").unwrap(), 1);
        let half = conn.query_row(
            "SELECT 1 FROM sqlite_schema WHERE name = 'half'",
            [],
            |_| Ok(()),
        );
        assert_eq!(half, Err(rusqlite::Error::QueryReturnedNoRows));
    }

    #[test]
    fn commits_are_durable() {
        let folder = tempfile::tempdir().unwrap();
        let conn = open(&folder.path().join("a.db"));
        assert_eq!(pragma_number(&conn, "synchronous").unwrap(), 2);
        assert_eq!(pragma_number(&conn, "foreign_keys").unwrap(), 1);
    }
}
