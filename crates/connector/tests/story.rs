//! The product from end to end: the real binary, spoken to over real HTTP by an independent client, with simulated
//! platforms around it. One binary of tests, for linking takes longer than testing.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests, too")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

#[path = "story/backups.rs"]
mod backups;
#[path = "story/bodies.rs"]
mod bodies;
#[path = "story/brake.rs"]
mod brake;
#[path = "story/bridge.rs"]
mod bridge;
#[path = "story/budgets.rs"]
mod budgets;
#[path = "story/by_hand.rs"]
mod by_hand;
#[path = "story/care.rs"]
mod care;
#[path = "story/certify.rs"]
mod certify;
#[path = "story/changes.rs"]
mod changes;
#[path = "story/clients.rs"]
mod clients;
#[path = "story/commands.rs"]
mod commands;
#[path = "story/contract.rs"]
mod contract;
#[path = "story/crash.rs"]
mod crash;
#[path = "story/demo.rs"]
mod demo;
#[path = "story/describing.rs"]
mod describing;
#[path = "story/directory.rs"]
mod directory;
#[path = "story/faults.rs"]
mod faults;
#[path = "story/feeds.rs"]
mod feeds;
#[path = "story/fields.rs"]
mod fields;
#[path = "story/flow.rs"]
mod flow;
#[path = "story/held.rs"]
mod held;
mod house;
#[path = "story/log.rs"]
mod log;
#[path = "story/moving.rs"]
mod moving;
#[path = "story/nodes.rs"]
mod nodes;
#[path = "story/on_a_server.rs"]
mod on_a_server;
#[path = "story/pauses.rs"]
mod pauses;
#[path = "story/platforms.rs"]
mod platforms;
#[path = "story/rules.rs"]
mod rules;
#[path = "story/sign_in.rs"]
mod sign_in;
#[path = "story/sources.rs"]
mod sources;
#[path = "story/steps.rs"]
mod steps;
#[path = "story/turn_up.rs"]
mod turn_up;
#[path = "story/versions.rs"]
mod versions;
