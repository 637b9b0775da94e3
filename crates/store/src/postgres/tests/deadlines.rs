//! A server that takes a connection and then says nothing.

use std::time::Duration;

use crate::{Postgres, PostgresOptions};

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me@{}/club", silent.local_addr().unwrap());
    let opening =
        tokio::time::timeout(Duration::from_secs(30), Postgres::open(&PostgresOptions::at(url))).await;
    let said = opening.expect("opening ends").err().expect("nobody is there").to_string();
    assert!(said.contains("does not answer") && said.contains("cannot be reached"), "{said}");
}
