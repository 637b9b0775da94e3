//! No call leaves for an address that its connection does not allow.

use super::server::Server;
use super::{Egress, NetError, Request, call, client, send};
use crate::net::Net;

fn not_allowed(result: Result<super::Response, NetError>) -> String {
    match result {
        Err(NetError::NotAllowed(why)) => why,
        other => panic!("not stopped: {other:?}"),
    }
}

fn public_only(url: &str) -> Request {
    let mut request = call(url);
    request.allow.private = false;
    request
}

#[tokio::test]
async fn every_spelling_of_this_machine_is_seen_through() {
    let server = Server::fine(0).await;
    let port = server.port;
    let spellings = [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[::]",
        "0",
        "0.0.0.0",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
    ];
    for spelling in spellings {
        let why = not_allowed(client(&[]).send(public_only(&format!("http://{spelling}:{port}/"))).await);
        assert!(why.contains("which this connection may not call"), "{spelling}: {why}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_name_at_a_private_address_is_stopped_unless_the_connection_says_private() {
    let server = Server::fine(1).await;
    let url = format!("http://cms.example.com:{}/", server.port);
    let world = client(&["127.0.0.1"]);
    let why = not_allowed(world.send(public_only(&url)).await);
    assert_eq!(why, "`cms.example.com` is at 127.0.0.1, which this connection may not call");
    assert_eq!(server.connections(), 0);
    assert_eq!(world.send(call(&url)).await.expect("allowed").status, 200);
    let why = not_allowed(world.send(public_only(&url)).await);
    assert_eq!(
        why, "`cms.example.com` is at 127.0.0.1, which this connection may not call",
        "not by a kept connection"
    );
}

#[tokio::test]
async fn of_several_addresses_only_the_admitted_are_connected_to() {
    let server = Server::fine(1).await;
    let url = format!("http://cms.example.com:{}/", server.port);
    let world = client(&["169.254.169.254", "fe80::1", "127.0.0.1"]);
    assert_eq!(world.send(call(&url)).await.expect("the third").status, 200);
}

#[tokio::test]
async fn the_metadata_service_is_out_of_reach_even_for_a_private_connection() {
    let why = not_allowed(send(call("http://169.254.169.254/latest/meta-data")).await);
    assert_eq!(why, "`169.254.169.254` is at 169.254.169.254, which this connection may not call");
    not_allowed(client(&["fd00:ec2::254"]).send(call("http://metadata.example.com/")).await);
}

#[tokio::test]
async fn a_host_or_port_that_is_not_listed_is_stopped_before_it_is_looked_up() {
    let server = Server::fine(0).await;
    let listed = |hosts: &[(&str, u16)]| Egress {
        hosts: hosts.iter().map(|(host, port)| ((*host).to_owned(), *port)).collect(),
        private: true,
    };
    let port = server.port;
    for hosts in [&[][..], &[("127.0.0.1", 1)], &[("127.0.0.2", port), ("localhost", port), ("", port)]] {
        let why = not_allowed(send(Request { allow: listed(hosts), ..call(&server.url("/")) }).await);
        assert_eq!(why, format!("`127.0.0.1:{port}` is not among the hosts of this connection"));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn an_allow_list_may_spell_a_host_in_its_own_way() {
    let server = Server::fine(3).await;
    for (entry, host) in [
        ("CMS.Example.com", "cms.example.com"),
        ("0:0:0:0:0:0:0:1", "[::1]"),
        ("bücher.de", "xn--bcher-kva.de"),
    ] {
        let allow = Egress { hosts: vec![(entry.to_owned(), server.port)], private: true };
        let result = send(Request { allow, ..call(&format!("http://{host}:{}/", server.port)) }).await;
        assert!(!matches!(result, Err(NetError::NotAllowed(_))), "{entry}: {result:?}");
    }
}

#[tokio::test]
async fn other_schemes_and_passwords_in_addresses_are_stopped() {
    assert_eq!(not_allowed(send(call("ftp://127.0.0.1/")).await), "`ftp:` is not `http:` or `https:`");
    let why = not_allowed(send(call("http://user:secret@127.0.0.1/")).await);
    assert_eq!(why, "the address of `127.0.0.1` carries a user name or password");
}

#[tokio::test]
async fn a_name_without_an_address_is_refused() {
    assert!(matches!(client(&[]).send(call("http://nowhere.example.com/")).await, Err(NetError::Refused(_))));
}
