use jiff::Timestamp;
use scraper::Html;
use url::Url;

use crate::model::ListingPage;
use crate::profile::Profile;

pub fn read_listing(_html: &Html, _url: &Url, _profile: &Profile, as_of: Timestamp) -> ListingPage {
    ListingPage {
        as_of: Some(as_of),
        ..ListingPage::default()
    }
}
