//! The whole stage against a raw server on loopback.
