//! Opening a database of a server: what was there is there again, two at once make the tables once, and what is not ours
//! or not fit is refused in words that help.

use model::{PersonId, RemoteId};
use store::{Error, Postgres, PostgresOptions, Store};

use crate::domain::*;
use crate::postgres_server::{self, Database};

async fn refusal(database: &Database) -> String {
    let name = database.url().rsplit('/').next().unwrap_or_default().to_owned();
    match Postgres::open(&PostgresOptions::at(database.url())).await {
        Ok(_) => panic!("`{}` was opened", database.url()),
        Err(Error::Unfit(said)) => {
            let (before, after) = said.split_once(&name).expect("it names the database");
            format!("{}{after}", before.rsplit_once('`').map_or("", |(words, _)| words))
        }
        Err(other) => panic!("not a reason that helps: {other:?}"),
    }
}

#[tokio::test]
async fn everything_is_there_after_it_was_closed() {
    let Some(database) = postgres_server::database() else { return };
    let store = shared(&database).await;
    let prospect = link(1, JONAS).numbered("P1").due(5);
    let mut receipt = new(&lead(1, "Ann", "Lee"), std::slice::from_ref(&prospect));
    receipt.lines.push(line(save(5, 1), JONAS));
    accepted(&store, receipt).await;
    let member = prospect.kept().numbered("M1").due(6);
    done(&store, settled(&member, &[])).await;
    store.index_people(9).await.unwrap();
    crate::setup::keep_chain(&store).await;
    let setup = store.setup().await.unwrap();
    let number = store.new_person().await.unwrap();
    drop(store);

    let store = shared(&database).await;
    assert_eq!(store.subject(PersonId(1)).await.unwrap().unwrap().links, [member.kept()]);
    assert_eq!(store.owner_of(JONAS, &RemoteId::plain("P1")).await.unwrap(), Some(PersonId(1)));
    assert_eq!(store.take_due(JONAS, &[], 9).await.unwrap().len(), 1);
    assert_eq!(store.search(KITS_BEACH, &["lee".into()], 9).await.unwrap(), people(&[1]));
    assert_eq!(store.index_people(9).await.unwrap(), 0, "nobody is indexed again");
    assert_eq!(store.line(KITS_BEACH, save(5, 1), JONAS).await.unwrap(), Some(line(save(5, 1), JONAS)));
    assert_eq!(store.setup().await.unwrap(), setup);
    assert!(store.new_person().await.unwrap() > number, "a number is given once");
}

#[tokio::test]
async fn many_who_open_a_new_database_at_once_make_its_tables_once() {
    let Some(database) = postgres_server::database() else { return };
    let opened = futures::future::join_all((0..8).map(|_| shared(&database))).await;
    accepted(&opened[0], new(&lead(1, "Ann", "Lee"), &[])).await;
    for store in &opened {
        assert_eq!(store.counts().await.unwrap().0, 1);
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let Some(database) = postgres_server::database() else { return };
    drop(shared(&database).await);
    database.run("UPDATE connector_schema SET version = 99");
    insta::assert_snapshot!(refusal(&database).await, @"` was written by a newer Connector (schema 99, this one knows 1): start the newer version, or restore a backup from before");
}

#[tokio::test]
async fn another_programs_tables_are_refused_and_left_alone() {
    let Some(database) = postgres_server::database() else { return };
    database.run("CREATE TABLE person (name text)");
    insta::assert_snapshot!(refusal(&database).await, @"` holds another program's tables: name another database");
    database.run("INSERT INTO person (name) VALUES ('still as it was')");
    database.run("CREATE TABLE connector_schema (product text, version bigint); INSERT INTO connector_schema VALUES ('Plug', 1)");
    insta::assert_snapshot!(refusal(&database).await, @"` holds another program's tables: name another database");
}

#[tokio::test]
async fn a_connection_is_encrypted_and_a_server_that_cannot_prove_who_it_is_is_refused() {
    let Some(server) = postgres_server::own_server() else { return };
    let Some(certificate) = server.certificate("IP:127.0.0.1") else {
        eprintln!("skipped: there is no `openssl` to make a certificate with");
        return;
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    server.kill();
    server.run_with(&format!("-c listen_addresses=127.0.0.1 -c port={port} -c ssl=on"));
    let at = |more: String| async move {
        Postgres::open(&PostgresOptions::at(format!("postgres://postgres@127.0.0.1:{port}/postgres?{more}")))
            .await
    };
    let trusted = at(format!("sslmode=require&sslrootcert={}", certificate.display())).await;
    assert_eq!(trusted.unwrap().counts().await.unwrap().0, 0);
    let unknown = at("sslmode=require".into()).await.err().expect("nobody vouches for it").to_string();
    assert!(unknown.contains("certificate"), "{unknown}");
    drop(at("sslmode=disable".into()).await.unwrap());
}

#[tokio::test]
async fn what_somebody_else_holds_is_an_error_in_time_and_the_others_are_kept() {
    let Some(database) = postgres_server::database() else { return };
    let store = shared(&database).await;
    accepted(&store, new(&lead(2, "Ann", "Lee"), &[])).await;
    accepted(&store, new(&lead(4, "Bob", "Ray"), &[])).await;
    let _holder = database.holding("SELECT FROM person WHERE id = 2 FOR UPDATE");
    let change_of = |id, name| std::sync::Arc::new(change(&lead(id, name, "Lee").revised(), 1, &[]));
    let (ann, bob) = (change_of(2, "Ann"), change_of(4, "Bob"));
    let (held, kept) = tokio::join!(store.receive(&ann), store.receive(&bob));
    assert!(held.is_err_and(|error| error.to_string().contains("lock timeout")));
    assert_eq!(kept.unwrap(), store::Verdict::Applied);
}

#[tokio::test]
async fn a_database_that_does_not_keep_all_text_is_refused() {
    let Some(database) = postgres_server::database_like("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    else {
        return;
    };
    insta::assert_snapshot!(refusal(&database).await, @"` keeps text as LATIN1: make the database with ENCODING 'UTF8' TEMPLATE template0");
}

#[tokio::test]
async fn nothing_that_is_said_of_an_address_holds_its_password() {
    let said = |error: Error| format!("{error} {error:?}");
    let nobody = PostgresOptions::at("postgres://me:secret@127.0.0.1:9/club");
    let away = Postgres::open(&nobody).await.err().map(said).expect("nobody is there");
    assert!(away.contains("127.0.0.1:9/club") && !away.contains("secret"), "{away}");
    assert!(!format!("{nobody:?}").contains("secret"));
}
