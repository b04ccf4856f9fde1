//! Numbers as a person reads them.

/// `47,213`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 post`, `2 posts`: so many of what has an s for more than one.
pub fn counted(n: u64, thing: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {thing}{s}", grouped(n))
}

/// Votes, which may be below nought.
pub fn votes(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", counted(n.unsigned_abs(), "vote"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_several() {
        let said = [0, 1, 2, 1_234_567].map(|n| counted(n, "board"));
        assert_eq!(
            said,
            ["0 boards", "1 board", "2 boards", "1,234,567 boards"]
        );
        assert_eq!([1, 3, -2].map(votes), ["1 vote", "3 votes", "-2 votes"]);
    }
}
