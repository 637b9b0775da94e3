//! What the landing page of a demonstration shows.

/// The whole page.
#[derive(Debug, Clone, Default)]
pub struct HomeView {
    /// The clubs of the demonstration and their logs; the first is the one [`ApiDoor`] writes to.
    pub clubs: Vec<ClubDoor>,
    /// What has happened so far, for the live figures.
    pub counts: Vec<Count>,
    /// Commands an operator may try, in order.
    pub commands: Vec<CommandToTry>,
    /// What a partner needs to send a first record.
    pub api: ApiDoor,
}

/// The way into one club's log.
#[derive(Debug, Clone, Default)]
pub struct ClubDoor {
    /// The club's name.
    pub name: String,
    /// One sentence: what is connected, and what is worth seeing there.
    pub about: String,
    /// The path of its log, `/log/…`.
    pub log: String,
    /// How many lines wait for the club.
    pub needs_you: u64,
}

/// One live figure.
#[derive(Debug, Clone, Default)]
pub struct Count {
    /// The figure.
    pub value: u64,
    /// What it counts, in lower case: "records received".
    pub label: String,
}

/// One command, with what it is for.
#[derive(Debug, Clone, Default)]
pub struct CommandToTry {
    /// The command as typed.
    pub command: String,
    /// What it shows, as a sentence.
    pub shows: String,
}

/// The numbers and the token with which a partner's examples work when copied.
#[derive(Debug, Clone)]
pub struct ApiDoor {
    /// Scheme, host and port, without a slash at the end.
    pub base: String,
    /// The provider identifier.
    pub provider: String,
    /// The client, as that provider numbers it.
    pub client_id: String,
    /// The club, as that provider numbers it.
    pub club_id: String,
    /// The provider's token.
    pub token: String,
}

impl Default for ApiDoor {
    /// The words that stand for the reader's own numbers.
    fn default() -> Self {
        Self {
            base: "https://connector.example".into(),
            provider: "YOUR_PROVIDER".into(),
            client_id: "YOUR_CLIENT".into(),
            club_id: "YOUR_CLUB".into(),
            token: "YOUR_TOKEN".into(),
        }
    }
}
