//! Messages to the outside: which wait, and which were given up.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Web;
use super::answer::{self, Problem};
use super::reader::Reader;
use crate::outputs::outbox::OutboxList;
use crate::store::MessageRecord;

/// Messages on a page.
const N_ON_PAGE: u32 = 100;

pub(super) async fn read(web: &Web) -> Result<OutboxList, Problem> {
    Ok(web
        .read(|archive| OutboxList::read(archive, N_ON_PAGE))
        .await?)
}

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage<'a> {
    reader: &'a Reader,
    list: OutboxList,
}

impl OutboxPage<'_> {
    fn about(&self, message: &MessageRecord) -> String {
        message.summary(|kind| self.reader.event(kind))
    }
}

pub(super) async fn page(State(web): State<Web>, reader: Reader) -> Response {
    let page = read(&web).await.map(|list| OutboxPage {
        reader: &reader,
        list,
    });
    answer::page(&reader, page)
}
