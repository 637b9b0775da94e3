//! What nodes tell each other: NOTIFY and LISTEN.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Connection};

use super::connect::Address;
use crate::Result;
use crate::nodes::News;

/// The server takes less than 8,000 bytes at once.
const LONGEST: usize = 7_900;
const PAUSE: Duration = Duration::from_secs(1);

/// News as the server carries them: each with the voice of its teller, who does not hear itself.
pub(super) fn written(voice: i64, news: &[News]) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for one in news {
        let text = format!("{voice} {}", serde_json::to_string(one)?);
        let text = if text.len() < LONGEST { text } else { format!("{voice} {:?}", "Missed") };
        if told.last() != Some(&text) {
            told.push(text);
        }
    }
    Ok(told)
}

fn read(voice: i64, text: &str) -> Option<News> {
    let (teller, news) = text.split_once(' ')?;
    if teller == voice.to_string() {
        return None;
    }
    Some(serde_json::from_str(news).unwrap_or(News::Missed))
}

/// Hears until nobody wants to know. A connection that breaks is made anew.
pub(super) async fn hear(address: Address, voice: i64, to: mpsc::Sender<News>) {
    while !to.is_closed() {
        let ended = address.listen(voice, &to).await;
        tracing::debug!(?ended, "the other nodes are not heard for the moment");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens on a connection until it ends. What was told before is missed, and whoever is told so hears all that follows.
pub(super) async fn listen<S, T>(
    client: Client,
    mut connection: Connection<S, T>,
    voice: i64,
    to: &mpsc::Sender<News>,
) -> Result<(), tokio_postgres::Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut messages = poll_fn(move |context| connection.poll_message(context));
    let asked = client.batch_execute("LISTEN connector");
    tokio::pin!(asked);
    let mut listening = false;
    loop {
        tokio::select! {
            done = &mut asked, if !listening => {
                done?;
                listening = true;
                if to.send(News::Missed).await.is_err() {
                    return Ok(());
                }
            }
            message = messages.next() => match message.transpose()? {
                Some(AsyncMessage::Notification(told)) => {
                    if let Some(news) = read(voice, told.payload())
                        && to.send(news).await.is_err()
                    {
                        return Ok(());
                    }
                }
                Some(_) => {}
                None => return Ok(()),
            },
            () = to.closed() => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{ConnectionId, Moment, PersonId};

    use super::*;

    #[test]
    fn a_node_hears_the_others_and_not_itself() {
        let due = News::Due(ConnectionId(7), vec![(PersonId(1), Moment(5)), (PersonId(2), Moment(6))]);
        let told = written(5, std::slice::from_ref(&due)).unwrap();
        assert_eq!(read(6, &told[0]), Some(due));
        assert_eq!(read(5, &told[0]), None);
    }

    #[test]
    fn what_is_too_long_or_cannot_be_read_is_missed() {
        let due = News::Due(ConnectionId(7), (0..5_000).map(|id| (PersonId(id), Moment(id))).collect());
        let told = written(5, &[due.clone(), due]).unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(read(6, &told[0]), Some(News::Missed));
        assert_eq!(read(6, "7 {\"FromTheFuture\":1}"), Some(News::Missed));
    }
}
