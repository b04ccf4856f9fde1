//! What every store must keep. The suite is generic over [`support::Place`]; another store is one more `mod` at the
//! end of this file. What is particular to SQLite's file is in `file.rs`.

mod articles;
mod comments;
mod file;
mod glances;
mod jobs;
mod listings;
mod living;
mod names;
mod pages;
mod rereads;
mod searches;
mod support;

use boardwalk::store::sqlite::{OpenMode, SqliteArchive, SqliteStore, StoreOptions};

struct SqlitePlace(tempfile::TempDir);

impl SqlitePlace {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("boardwalk.db")
    }
}

impl support::Place for SqlitePlace {
    type Store = SqliteStore;
    type Archive = SqliteArchive;

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path(), OpenMode::ReadWrite, StoreOptions::default()).unwrap()
    }

    fn archive(&self) -> SqliteArchive {
        SqliteArchive::open(&self.path()).unwrap()
    }
}

/// Runs each rule of the suite on a store.
macro_rules! conformance {
    ($store:ident at $place:expr => $($part:ident :: $rule:ident),* $(,)?) => {
        mod $store {
            $(
                #[tokio::test]
                async fn $rule() {
                    crate::$part::$rule($place).await;
                }
            )*
        }
    };
}

conformance! { sqlite at crate::SqlitePlace::new() =>
    jobs::a_board_is_registered_once,
    jobs::a_stranger_that_is_recognised_is_one_board,
    jobs::a_taken_name_gets_the_host_before_it,
    jobs::a_hosts_boards_are_those_of_no_other,
    jobs::jobs_come_by_priority_then_due_time_then_age,
    jobs::a_claimed_job_is_given_out_once,
    jobs::a_claim_dies_with_its_process,
    jobs::claims_keep_to_their_host_and_boards,
    jobs::a_job_put_off_waits_and_counts_its_tries,
    jobs::a_listing_that_does_not_answer_is_told_of_until_it_does,
    jobs::what_is_said_to_be_gone_is_remembered_until_it_is_settled,
    jobs::a_settled_job_is_gone_and_settling_it_again_changes_nothing,
    jobs::a_settlement_that_fails_leaves_nothing,
    jobs::a_second_pass_cannot_be_open,
    jobs::a_new_pass_tries_failures_and_old_restricted_ones_again,
    jobs::a_stopped_pass_loses_its_listing_jobs_only,
    jobs::a_pause_is_never_shortened,
    jobs::robots_files_are_kept,
    jobs::the_schedule_is_kept,
    listings::rows_become_pending_articles_with_jobs_in_page_order,
    listings::the_same_page_again_changes_nothing,
    listings::the_walk_is_where_the_last_page_left_it,
    listings::a_notice_that_is_also_an_ordinary_row_is_one_article,
    listings::an_article_on_two_boards_is_one_article_in_two_places,
    listings::a_finer_date_is_kept,
    listings::counts_are_a_series,
    listings::a_row_to_be_visited_again_is_queued_once,
    listings::known_tells_what_the_listing_showed_and_since_when,
    listings::gaps_stay_until_a_walk_has_been_through_them,
    listings::hostile_numbers_are_taken,
    articles::content_is_stored_whole,
    articles::the_same_content_again_is_no_revision,
    articles::an_edit_is_a_revision_and_the_first_version_stays,
    articles::a_copy_names_the_first_that_had_its_text,
    articles::the_earliest_posted_is_the_original_in_whatever_order_it_is_stored,
    articles::short_texts_are_no_copies,
    articles::near_copies_make_a_story_and_an_edit_takes_one_out,
    articles::a_story_is_no_chain_in_whatever_order_it_comes,
    articles::states_keep_content_and_tell_why,
    articles::a_gone_article_that_is_back_has_reappeared,
    articles::a_failure_is_not_an_answer,
    articles::what_was_no_article_goes_unless_it_held_content,
    articles::articles_of_a_later_pass_count_for_it,
    comments::parents_are_resolved_over_all_pages,
    comments::a_list_is_complete_when_its_last_page_is_read,
    comments::a_list_shorter_than_stated_is_read_again_a_few_times,
    comments::a_lost_page_leaves_the_list_half_read,
    comments::a_new_round_forgets_pages_that_are_no_more,
    comments::a_comment_that_a_whole_list_lacks_is_gone_and_kept,
    comments::a_page_that_shows_too_few_comments_is_no_evidence,
    comments::words_of_a_comment_are_not_overwritten_by_none,
    living::one_syllable_is_a_revision,
    living::another_picture_is_a_revision_and_another_host_is_none,
    living::a_young_article_is_looked_at_again_at_growing_ages,
    living::an_old_article_is_left_alone,
    living::visits_again_come_after_new_articles,
    living::late_and_withdrawn_comments_make_an_article_young,
    rereads::a_reading_is_of_the_page_that_brought_the_newest_content,
    rereads::a_reread_is_a_revision_of_its_own_kind_and_no_event,
    rereads::a_page_that_could_not_be_read_can_be_later,
    glances::posts_are_counted_by_quarters_of_an_hour,
    glances::the_latest_come_first_and_undated_ones_last,
    glances::changes_of_a_board_come_newest_first_without_new_posts,
    glances::receipts_tell_their_spacing_page_by_page,
    glances::an_outline_counts_as_listed_what_an_audit_does,
    searches::a_search_is_narrowed_by_what_is_known,
    searches::a_title_counts_more_than_a_text,
    names::a_slug_gets_its_number_and_is_known_by_both,
    names::a_slug_of_a_known_article_becomes_its_alias,
    names::an_article_is_found_by_all_its_names,
    names::a_moved_article_keeps_its_key,
}
