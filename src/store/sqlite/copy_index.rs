//! Which texts share keys of their sketches? In: a text's keys and its day. Out: the numbers of earlier texts of about
//! that time, and how many keys each shares.
//!
//! All of it is in the file, and a text costs nearly the same however many there are. A log-structured merge (O'Neil et
//! al. 1996) without pauses: the newest texts lie as they came and are looked through; a thousand of them are sorted into
//! a *run*, and runs are merged into ever larger ones by a *sweep* that moves a few buckets with each text that is added.
//! Keys are hashes, so the bucket of a key is known without looking, and looking up costs one page a run and key. Most
//! keys of a new text occur nowhere: a *filter* (Bloom 1970) a group of buckets says so, and there are few enough of
//! them to stay at hand where the buckets of a million texts do not.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::dedup::{Key, N_KEYS, mix};

/// Days since 1970 of a text; texts without a time are of any day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day(u16);

impl Day {
    const ANY: Self = Self(u16::MAX);

    /// From milliseconds since 1970.
    pub(super) fn of(at: Option<i64>) -> Self {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        match at {
            // Before 1970 and after 2149 is one day each: nothing is lost by comparing more.
            Some(at) => {
                Self(u16::try_from(at.div_euclid(DAY_MS).clamp(0, 65_534)).unwrap_or_default())
            }
            None => Self::ANY,
        }
    }

    fn is_within(self, other: Self, days: u16) -> bool {
        self == Self::ANY || other == Self::ANY || self.0.abs_diff(other.0) <= days
    }
}

/// A text with its keys, as it lies among the newest.
const RECORD_BYTES: usize = 4 + 2 + Key::BYTES * N_KEYS;
/// So many fill one page of the file (4,096 bytes less what SQLite needs).
const RECORDS_IN_ROW: usize = 4000 / RECORD_BYTES;
/// A key, the text, and its day.
const ENTRY_BYTES: usize = Key::BYTES + 4 + 2;
/// Entries of a bucket on average: few buckets are larger than a page.
const BUCKET_ENTRIES: u64 = 170;
/// Buckets with one filter.
const GROUP_BUCKETS: u64 = 20;
/// A filter fills one page. Of the places that a group does not have, it lets one in fifty pass.
const FILTER_BYTES: usize = 4000;
/// Bits of a filter that one place sets: about as many as leave half of them unset at nine bits for each place.
const FILTER_HASHES: u64 = 4;
/// Entries kept in one place, the newest: what thousands have in common tells none of them from the others.
const MAX_IN_PLACE: usize = 256;
/// All keys are below.
const END: u64 = 1 << 32;

/// How large the parts are.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// Rows of newest texts; then they become a run.
    recent_rows: u64,
    /// A run of level 1 that is so many times larger goes into level 2, …
    level_1: u64,
    /// … and each further level is so many times larger.
    growth: u64,
}

/// Moving an entry costs more than asking one filter more for its key, so there are many levels: a million texts lie in
/// three runs, and each has been moved some twenty times.
const SHAPE: Shape = Shape {
    recent_rows: 40,
    level_1: 10,
    growth: 10,
};

impl Shape {
    fn recent_texts(self) -> u64 {
        self.recent_rows * RECORDS_IN_ROW as u64
    }

    /// Texts with which a run of a level goes into the next one. One of the newest texts always does.
    fn full(self, level: u32) -> u64 {
        match level.checked_sub(1) {
            None => 0,
            Some(level) => self.recent_texts() * self.level_1 * self.growth.saturating_pow(level),
        }
    }

    /// Texts that come between two sweeps into a level.
    fn between_sweeps(self, level: u32) -> u64 {
        self.recent_texts().max(self.full(level.saturating_sub(1)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    place: u32,
    text: u32,
    day: u16,
    key: Key,
}

impl Entry {
    fn new(key: Key, text: u32, day: u16) -> Self {
        Self {
            place: key.place,
            text,
            day,
            key,
        }
    }

    fn place_in(bytes: &[u8; ENTRY_BYTES]) -> u64 {
        let [a, b, c, d, ..] = *bytes;
        u64::from(u32::from_le_bytes([a, b, c, d]))
    }

    fn read(bytes: &[u8; ENTRY_BYTES]) -> Self {
        let (key, rest) = bytes.split_first_chunk().expect("an entry is longer");
        let (text, day) = rest.split_first_chunk().expect("six bytes are left");
        let [a, b, ..] = *day else {
            unreachable!("two bytes are left")
        };
        Self::new(
            Key::from_bytes(*key),
            u32::from_le_bytes(*text),
            u16::from_le_bytes([a, b]),
        )
    }

    fn write(self, to: &mut Vec<u8>) {
        to.extend(self.key.to_bytes());
        to.extend(self.text.to_le_bytes());
        to.extend(self.day.to_le_bytes());
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Run {
    id: i64,
    level: u32,
    n_texts: u64,
    n_entries: u64,
    n_buckets: u64,
    from_key: u64,
    to_key: u64,
    target: Option<i64>,
}

impl Run {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let number = |i: usize| row.get::<_, i64>(i).map(i64::unsigned_abs);
        Ok(Self {
            id: row.get(0)?,
            level: row.get(1)?,
            n_texts: number(2)?,
            n_entries: number(3)?,
            n_buckets: number(4)?.max(1),
            from_key: number(5)?,
            to_key: number(6)?,
            target: row.get(7)?,
        })
    }

    fn bucket_of(&self, key: u64) -> u64 {
        (key * self.n_buckets) >> 32
    }

    /// The least key of a bucket.
    fn first_key(&self, bucket: u64) -> u64 {
        (bucket << 32).div_ceil(self.n_buckets)
    }

    fn group_of(&self, key: u64) -> u64 {
        self.bucket_of(key) / GROUP_BUCKETS
    }

    fn n_groups(&self) -> u64 {
        self.n_buckets.div_ceil(GROUP_BUCKETS)
    }

    fn buckets_of(&self, group: u64) -> Range<u64> {
        let first = group * GROUP_BUCKETS;
        first..self.n_buckets.min(first + GROUP_BUCKETS)
    }

    /// The row of a bucket, or of a group's filter.
    fn row_of(&self, part: u64) -> i64 {
        self.id << 32 | part.cast_signed()
    }

    fn is_whole(&self) -> bool {
        self.from_key == 0 && self.to_key == END && self.target.is_none()
    }
}

/// Texts within `days` of `day` that share keys, ascending, each as often as it shares one.
pub(super) fn find(
    conn: &Connection,
    keys: &[Key; N_KEYS],
    day: Day,
    days: u16,
) -> rusqlite::Result<Vec<u32>> {
    let mut shared = Vec::new();
    let mut count = |text: u32, its: Day, n: usize| {
        if its.is_within(day, days) {
            shared.extend(std::iter::repeat_n(text, n));
        }
    };
    let mut select = conn.prepare_cached("SELECT texts FROM sketch_recent")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        for record in row.get_ref(0)?.as_blob()?.as_chunks::<RECORD_BYTES>().0 {
            let (text, its, theirs) = split(record);
            let met = theirs.iter().zip(keys);
            // Nearly all of them lie in another place.
            let met = met.filter(|(its, mine)| {
                its[..4] == mine.place.to_le_bytes() && Key::from_bytes(**its).meets(mine)
            });
            count(text, its, met.count());
        }
    }
    // In order, so that neighbours find the tree's upper pages at hand.
    let mut sorted = *keys;
    sorted.sort_unstable();
    let mut select = conn.prepare_cached("SELECT entries FROM sketch_bucket WHERE id = ?1")?;
    let mut select_filter = conn.prepare_cached("SELECT bits FROM sketch_filter WHERE id = ?1")?;
    for run in runs(conn)? {
        for key in sorted {
            let place = u64::from(key.place);
            if !(run.from_key..run.to_key).contains(&place) {
                continue;
            }
            let mut filters = select_filter.query([run.row_of(run.group_of(place))])?;
            if let Some(filter) = filters.next()?
                && !filter_passes(filter.get_ref(0)?.as_blob()?, key.place)
            {
                continue;
            }
            let mut rows = select.query([run.row_of(run.bucket_of(place))])?;
            if let Some(row) = rows.next()? {
                let entries = row.get_ref(0)?.as_blob()?.as_chunks::<ENTRY_BYTES>().0;
                let first = entries.partition_point(|entry| Entry::place_in(entry) < place);
                let here = entries[first..].iter().map(Entry::read);
                for entry in here.take_while(|entry| entry.place == key.place) {
                    if entry.key.meets(&key) {
                        count(entry.text, Day(entry.day), 1);
                    }
                }
            }
        }
    }
    shared.sort_unstable();
    Ok(shared)
}

/// The bits of a place in a filter of so many bytes (Kirsch, Mitzenmacher 2006: two hashes make as many as are wanted).
fn filter_bits(place: u32, bytes: usize) -> impl Iterator<Item = usize> {
    let hash = mix(u64::from(place));
    let (first, step) = (hash >> 32, hash & u64::from(u32::MAX) | 1);
    let n_bits = bytes.max(1) as u64 * 8;
    (0..FILTER_HASHES).map(move |n| ((first + n * step) % n_bits) as usize)
}

/// `false`: no entry has this place.
fn filter_passes(filter: &[u8], place: u32) -> bool {
    filter_bits(place, filter.len()).all(|bit| filter[bit / 8] & 1 << (bit % 8) != 0)
}

fn filter_of(places: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut filter = vec![0; FILTER_BYTES];
    for bit in places.flat_map(|place| filter_bits(place, FILTER_BYTES)) {
        filter[bit / 8] |= 1 << (bit % 8);
    }
    filter
}

fn split(record: &[u8; RECORD_BYTES]) -> (u32, Day, &[[u8; Key::BYTES]]) {
    let (head, keys) = record.split_first_chunk::<6>().expect("a record is longer");
    let [a, b, c, d, e, f] = *head;
    (
        u32::from_le_bytes([a, b, c, d]),
        Day(u16::from_le_bytes([e, f])),
        keys.as_chunks().0,
    )
}

/// Adds a text. Texts beyond number 2³² are not added.
pub(super) fn insert(
    conn: &Connection,
    text: i64,
    day: Day,
    keys: &[Key; N_KEYS],
) -> rusqlite::Result<()> {
    add(conn, SHAPE, text, day, keys)
}

fn add(
    conn: &Connection,
    shape: Shape,
    text: i64,
    day: Day,
    keys: &[Key; N_KEYS],
) -> rusqlite::Result<()> {
    let Ok(text) = u32::try_from(text) else {
        return Ok(());
    };
    let mut record = Vec::with_capacity(RECORD_BYTES);
    record.extend(text.to_le_bytes());
    record.extend(day.0.to_le_bytes());
    keys.iter().for_each(|key| record.extend(key.to_bytes()));
    let last: Option<(i64, i64)> = conn
        .prepare_cached("SELECT id, length(texts) FROM sketch_recent ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let full = (RECORD_BYTES * RECORDS_IN_ROW) as i64;
    match last {
        Some((id, bytes)) if bytes < full => {
            conn.prepare_cached(
                "UPDATE sketch_recent SET texts = CAST(texts || ?2 AS BLOB) WHERE id = ?1",
            )?
            .execute(params![id, record])?;
        }
        Some((id, _)) if id.unsigned_abs() >= shape.recent_rows => {
            sort_recent(conn)?;
            add_row(conn, &record)?;
        }
        _ => add_row(conn, &record)?,
    }
    for run in runs(conn)? {
        if run.to_key < END {
            sweep(conn, shape, text, run)?;
        }
    }
    Ok(())
}

fn add_row(conn: &Connection, record: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO sketch_recent (texts) VALUES (?1)")?
        .execute([record])?;
    Ok(())
}

fn runs(conn: &Connection) -> rusqlite::Result<Vec<Run>> {
    conn.prepare_cached(
        "SELECT id, level, n_texts, n_entries, n_buckets, from_key, to_key, target FROM sketch_run ORDER BY id",
    )?
    .query_map([], Run::read)?
    .collect()
}

/// Makes a run of the newest texts, and begins to sweep it into the first level.
fn sort_recent(conn: &Connection) -> rusqlite::Result<()> {
    let mut entries = Vec::new();
    let mut n_texts = 0;
    let mut select = conn.prepare_cached("SELECT texts FROM sketch_recent")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        for record in row.get_ref(0)?.as_blob()?.as_chunks::<RECORD_BYTES>().0 {
            let (text, Day(day), keys) = split(record);
            n_texts += 1;
            let keys = keys.iter().copied().map(Key::from_bytes);
            entries.extend(keys.map(|key| Entry::new(key, text, day)));
        }
    }
    conn.execute("DELETE FROM sketch_recent", [])?;
    entries.sort_unstable();
    let run = add_run(conn, 0, n_texts, entries.len() as u64, END)?;
    let mut rest = entries.as_slice();
    for group in 0..run.n_groups() {
        let (here, later) = rest.split_at(n_below(rest, run.first_key(run.buckets_of(group).end)));
        write_group(conn, &run, group, here)?;
        rest = later;
    }
    begin_sweep(conn, run)
}

/// Of entries in order, those below a key.
fn n_below(entries: &[Entry], key: u64) -> usize {
    entries.partition_point(|entry| u64::from(entry.place) < key)
}

fn add_run(
    conn: &Connection,
    level: u32,
    n_texts: u64,
    n_entries: u64,
    to_key: u64,
) -> rusqlite::Result<Run> {
    let n_buckets = n_entries.div_ceil(BUCKET_ENTRIES).clamp(1, END);
    conn.prepare_cached(
        "INSERT INTO sketch_run (level, n_texts, n_entries, n_buckets, from_key, to_key) VALUES (?1, ?2, ?3, ?4, 0, ?5)",
    )?
    .execute([
        i64::from(level),
        n_texts.cast_signed(),
        n_entries.cast_signed(),
        n_buckets.cast_signed(),
        to_key.cast_signed(),
    ])?;
    Ok(Run {
        id: conn.last_insert_rowid(),
        level,
        n_texts,
        n_entries,
        n_buckets,
        from_key: 0,
        to_key,
        target: None,
    })
}

/// Writes the buckets of a group and its filter. `entries` are in order.
fn write_group(
    conn: &Connection,
    run: &Run,
    group: u64,
    entries: &[Entry],
) -> rusqlite::Result<()> {
    let mut insert =
        conn.prepare_cached("INSERT INTO sketch_bucket (id, entries) VALUES (?1, ?2)")?;
    let mut bytes = Vec::new();
    let mut rest = entries;
    for bucket in run.buckets_of(group) {
        let (here, later) = rest.split_at(n_below(rest, run.first_key(bucket + 1)));
        if !here.is_empty() {
            bytes.clear();
            here.iter().for_each(|entry| entry.write(&mut bytes));
            insert.execute(params![run.row_of(bucket), bytes])?;
        }
        rest = later;
    }
    conn.prepare_cached("INSERT INTO sketch_filter (id, bits) VALUES (?1, ?2)")?
        .execute(params![
            run.row_of(group),
            filter_of(entries.iter().map(|entry| entry.place))
        ])?;
    Ok(())
}

/// Begins to merge a whole run with the one of the next level. Where there is none, it is simply that.
fn begin_sweep(conn: &Connection, run: Run) -> rusqlite::Result<()> {
    let level = run.level + 1;
    let next: Vec<Run> = runs(conn)?
        .into_iter()
        .filter(|other| other.level == level && other.target.is_none())
        .collect();
    match next.as_slice() {
        [] => {
            conn.execute(
                "UPDATE sketch_run SET level = ?2 WHERE id = ?1",
                [run.id, i64::from(level)],
            )?;
        }
        [next] if next.is_whole() => {
            let n_texts = run.n_texts + next.n_texts;
            let target = add_run(conn, level, n_texts, run.n_entries + next.n_entries, 0)?;
            conn.execute(
                "UPDATE sketch_run SET target = ?1 WHERE id IN (?2, ?3)",
                [target.id, run.id, next.id],
            )?;
        }
        // The sweep before this one is not done: its pace makes that rare, and this run waits with its own keys.
        _ => {}
    }
    Ok(())
}

/// Moves some groups more of the runs that become `target`, after every few texts where that is enough.
fn sweep(conn: &Connection, shape: Shape, text: u32, mut target: Run) -> rusqlite::Result<()> {
    // Four times as fast as the next run comes: while a sweep is under way, keys are looked up in more runs.
    let (n_groups, n_texts) = (target.n_groups() * 4, shape.between_sweeps(target.level));
    if !u64::from(text).is_multiple_of((n_texts / n_groups).max(1)) {
        return Ok(());
    }
    let n_steps = n_groups.div_ceil(n_texts);
    let mut sources: Vec<Run> = runs(conn)?
        .into_iter()
        .filter(|run| run.target == Some(target.id))
        .collect();
    for _ in 0..n_steps {
        let from = target.to_key;
        let group = target.group_of(from);
        let to = target.first_key(target.buckets_of(group).end).min(END);
        let mut entries = Vec::with_capacity((2 * BUCKET_ENTRIES * GROUP_BUCKETS) as usize);
        for source in &mut sources {
            take(conn, source, from..to, &mut entries)?;
        }
        entries.sort_unstable();
        entries.dedup();
        write_group(conn, &target, group, &newest_of_each_place(entries))?;
        target.to_key = to;
        if to == END {
            break;
        }
    }
    if target.to_key == END {
        conn.execute("DELETE FROM sketch_run WHERE target = ?1", [target.id])?;
    } else {
        conn.prepare_cached("UPDATE sketch_run SET from_key = ?2 WHERE target = ?1")?
            .execute([target.id, target.to_key.cast_signed()])?;
    }
    conn.prepare_cached("UPDATE sketch_run SET to_key = ?2 WHERE id = ?1")?
        .execute([target.id, target.to_key.cast_signed()])?;
    if target.to_key < END {
        return Ok(());
    }
    let level = target.level;
    if target.n_texts >= shape.full(level) {
        begin_sweep(conn, target)?;
    }
    // What came while the sweep was under way.
    let waits = |run: &Run| {
        run.level + 1 == level && run.is_whole() && run.n_texts >= shape.full(run.level)
    };
    match runs(conn)?.into_iter().find(waits) {
        Some(run) => begin_sweep(conn, run),
        None => Ok(()),
    }
}

/// Reads a source's entries of these keys, and removes its buckets of which nothing is left.
fn take(
    conn: &Connection,
    source: &Run,
    keys: Range<u64>,
    entries: &mut Vec<Entry>,
) -> rusqlite::Result<()> {
    let mut select = conn.prepare_cached("SELECT entries FROM sketch_bucket WHERE id = ?1")?;
    let mut delete = conn.prepare_cached("DELETE FROM sketch_bucket WHERE id = ?1")?;
    let mut delete_filter = conn.prepare_cached("DELETE FROM sketch_filter WHERE id = ?1")?;
    for bucket in source.bucket_of(keys.start)..=source.bucket_of(keys.end - 1) {
        let row = source.row_of(bucket);
        let mut rows = select.query([row])?;
        if let Some(found) = rows.next()? {
            let found = found.get_ref(0)?.as_blob()?.as_chunks::<ENTRY_BYTES>().0;
            let first = found.partition_point(|entry| Entry::place_in(entry) < keys.start);
            let wanted = found[first..].iter().map(Entry::read);
            entries.extend(wanted.take_while(|entry| u64::from(entry.place) < keys.end));
        }
        drop(rows);
        if source.first_key(bucket + 1) <= keys.end {
            delete.execute([row])?;
            let group = bucket / GROUP_BUCKETS;
            if bucket + 1 == source.buckets_of(group).end {
                delete_filter.execute([source.row_of(group)])?;
            }
        }
    }
    Ok(())
}

/// In order of places and texts; of each place the newest.
fn newest_of_each_place(entries: Vec<Entry>) -> Vec<Entry> {
    let is_small = |same: &[Entry]| same.len() <= MAX_IN_PLACE;
    if entries.chunk_by(|a, b| a.place == b.place).all(is_small) {
        return entries;
    }
    entries
        .chunk_by(|a, b| a.place == b.place)
        .flat_map(|same| &same[same.len().saturating_sub(MAX_IN_PLACE)..])
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// SplitMix64, for keys that look like hashes.
    fn mixed(n: u64) -> u64 {
        let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        n ^ (n >> 31)
    }

    /// Keys of text `n`; every third text has half of its keys from an earlier one.
    fn keys_of(n: u64) -> [Key; N_KEYS] {
        std::array::from_fn(|key| {
            let copied = n.is_multiple_of(3) && key.is_multiple_of(2);
            let of = if copied { mixed(n) % n.max(1) } else { n };
            let hash = mixed(mixed(of) + key as u64);
            let [a, b, c, d, ..] = hash.to_le_bytes();
            Key {
                place: (hash >> 32) as u32,
                marks: [a, b, c, d, 1, 1, 1, 1, 1, 1],
            }
        })
    }

    fn index() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        super::super::schema::make_copy_index(&conn).unwrap();
        conn
    }

    #[test]
    fn what_was_added_is_found_however_far_it_has_been_merged() {
        let conn = index();
        let shape = Shape {
            recent_rows: 2,
            level_1: 4,
            growth: 3,
        };
        let day = |n: u64| Day::of(Some((n % 50) as i64 * 24 * 60 * 60 * 1000));
        let mut by_key: HashMap<(usize, Key), Vec<u64>> = HashMap::new();
        let mut levels = 0;
        for n in 1..=4000u64 {
            let keys = keys_of(n);
            let mut expected = Vec::new();
            for key in keys.iter().copied().enumerate() {
                let earlier = by_key.entry(key).or_default();
                for other in earlier
                    .iter()
                    .filter(|other| day(**other).is_within(day(n), 30))
                {
                    expected.push(*other as u32);
                }
                earlier.push(n);
            }
            expected.sort_unstable();
            assert_eq!(
                find(&conn, &keys, day(n), 30).unwrap(),
                expected,
                "text {n}"
            );
            add(&conn, shape, n as i64, day(n), &keys).unwrap();
            levels = levels.max(
                runs(&conn)
                    .unwrap()
                    .iter()
                    .map(|run| run.level)
                    .max()
                    .unwrap_or(0),
            );
        }
        assert_eq!(levels, 4, "a run has gone through all of it");
        let n_runs = runs(&conn).unwrap().len();
        assert!(n_runs <= 8, "{n_runs} runs to look through");
        let n_buckets: u64 = runs(&conn).unwrap().iter().map(|run| run.n_buckets).sum();
        let n_rows: i64 = conn
            .query_row("SELECT count(*) FROM sketch_bucket", [], |row| row.get(0))
            .unwrap();
        assert!(n_rows.unsigned_abs() <= n_buckets, "nothing is left behind");
        let n_groups: u64 = runs(&conn).unwrap().iter().map(Run::n_groups).sum();
        let n_filters: i64 = conn
            .query_row("SELECT count(*) FROM sketch_filter", [], |row| row.get(0))
            .unwrap();
        assert!(
            n_filters.unsigned_abs() <= n_groups,
            "nothing is left behind"
        );
    }

    #[test]
    fn what_thousands_share_does_not_grow_without_end() {
        let conn = index();
        let shape = Shape {
            recent_rows: 2,
            level_1: 4,
            growth: 4,
        };
        let keys = keys_of(1);
        for n in 1..=2000 {
            add(&conn, shape, n, Day::ANY, &keys).unwrap();
        }
        let largest: i64 = conn
            .query_row(
                "SELECT max(length(entries)) FROM sketch_bucket",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert!(largest as usize <= 2 * N_KEYS * MAX_IN_PLACE * ENTRY_BYTES);
        let found = find(&conn, &keys, Day::ANY, 30).unwrap();
        let n_found = found.chunk_by(|a, b| a == b).count();
        assert!(
            found.contains(&2000) && n_found < 1000,
            "the newest, {n_found}"
        );
    }

    #[test]
    fn a_filter_lets_all_that_is_there_pass_and_little_else() {
        let n = BUCKET_ENTRIES * GROUP_BUCKETS;
        let place = |i: u64| (mixed(i) >> 32) as u32;
        let filter = filter_of((0..n).map(place));
        let passing = |from: u64| {
            (from..from + n)
                .filter(|i| filter_passes(&filter, place(*i)))
                .count() as u64
        };
        assert_eq!(passing(0), n);
        assert!(passing(n) < n / 30, "{} of {n}", passing(n));
    }

    #[test]
    fn a_day_is_compared_with_those_around_it() {
        let day = |n: i64| Day::of(Some(n * 24 * 60 * 60 * 1000));
        assert!(day(100).is_within(day(130), 30));
        assert!(!day(100).is_within(day(131), 30));
        assert!(Day::of(None).is_within(day(131), 30));
        assert_eq!(Day::of(Some(i64::MIN)), day(0));
    }
}
