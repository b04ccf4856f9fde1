//! Stands in for SMTP where it was left out of the build.

use std::net::SocketAddr;

use super::{Mail, MailError, MailServer};

/// Told when it is to be used.
pub(super) fn is_address(_: &str) -> bool {
    true
}

/// # Errors
/// Always: says how to get it.
pub(super) async fn deliver(
    _: &[SocketAddr],
    server: &MailServer,
    _: &Mail<'_>,
) -> Result<u16, MailError> {
    // What only SMTP reads is part of the server all the same.
    let _ = server
        .login
        .as_ref()
        .map(|login| (&login.user, &login.password));
    Err(MailError::NotBuilt)
}
