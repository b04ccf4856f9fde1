use super::*;

#[test]
fn the_bound_is_the_one_that_is_promised() {
    assert_eq!(most_pages(0, 15), 2);
    assert_eq!(most_pages(1, 16), 8);
    assert_eq!(most_pages(2, 1_024), 32);
}
