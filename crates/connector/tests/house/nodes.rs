//! Further nodes of the house's hub: processes with data directories of their own, on the same database.

use std::net::SocketAddr;
use std::process::Stdio;

use simulator::sender::Sender;
use tokio::process::{Child, Command};

use super::{CLIENT_ID, House, KITS, PATIENCE, free_address};

/// One of them.
pub struct Node {
    /// InTouch's voice, speaking to this node.
    pub intouch: Sender,
    address: SocketAddr,
    process: Child,
}

impl Node {
    /// Its address, as `connector status` tells it.
    pub fn name(&self) -> String {
        self.address.to_string()
    }

    async fn signal(&self, signal: &str) {
        let id = self.process.id().expect("it runs").to_string();
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
    }

    /// Kills it without a word.
    pub async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// Lets it do nothing until it is woken.
    pub async fn freeze(&self) {
        self.signal("-STOP").await;
    }

    /// Wakes it.
    pub async fn wake(&self) {
        self.signal("-CONT").await;
    }

    /// Tells it to stop, and answers whether it ended well.
    pub async fn stop(mut self) -> bool {
        self.signal("-TERM").await;
        tokio::time::timeout(PATIENCE, self.process.wait())
            .await
            .expect("it stops in time")
            .unwrap()
            .success()
    }
}

impl House {
    /// Starts one more node, and waits until it answers.
    pub async fn further_node(&self, name: &str) -> Node {
        let address = free_address();
        let log = self.dir.path().join("hub.log");
        let key = std::fs::read_to_string(self.data().join("master.key")).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_connector"))
            .args(["serve", "--listen", &address.to_string(), "--config"])
            .arg(self.dir.path().join("connector.toml"))
            .arg("--data")
            .arg(self.dir.path().join(name))
            .env("CONNECTOR_MASTER_KEY", key)
            .stdout(Stdio::null())
            .stderr(std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let url = format!("http://{address}");
        let token = &self.intouch.token;
        let intouch = Sender::new(&url, "INTOUCH", (CLIENT_ID, KITS.intouch), token).unwrap();
        let ready = format!("{url}/health/ready");
        self.until("the further node is ready", async || {
            self.http.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
        Node { intouch, address, process }
    }
}
