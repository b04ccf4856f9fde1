//! The outputs' door to an SQLite store.

use std::path::Path;

use super::super::{
    Answer, Archive, ArticleFilter, ArticleRecord, BoardStatus, Revision, SizeOnDisk,
};
use crate::model::ArticleId;

/// Reads a store, also while a crawl in another process writes it.
pub struct SqliteArchive {}

impl SqliteArchive {
    /// Opens the store at `path` to be read.
    ///
    /// # Errors
    /// `Missing`, `Foreign`, `Damaged`, `Newer`, `Older`, `NetworkFileSystem`.
    pub fn open(path: &Path) -> Answer<Self> {
        let _ = path;
        todo!()
    }
}

#[allow(unused_variables)]
impl Archive for SqliteArchive {
    fn boards(&self) -> Answer<Vec<BoardStatus>> {
        todo!()
    }

    fn articles(
        &self,
        filter: &ArticleFilter,
        each: &mut dyn FnMut(ArticleRecord) -> bool,
    ) -> Answer<()> {
        todo!()
    }

    fn find(&self, what: &str) -> Answer<Vec<ArticleRecord>> {
        todo!()
    }

    fn revisions(&self, article: ArticleId) -> Answer<Vec<Revision>> {
        todo!()
    }

    fn size_on_disk(&self) -> Answer<SizeOnDisk> {
        todo!()
    }
}
