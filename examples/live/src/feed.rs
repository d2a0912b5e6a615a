//! The messages, in memory.

use std::collections::VecDeque;

use futures_util::{Stream, stream};
use tokio::sync::watch;

/// The last messages, each with its number. Copies share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Feed(watch::Sender<Messages>);

/// The number of messages kept for clients that reconnect.
const KEPT: usize = 100;

#[derive(Debug, Default)]
struct Messages {
    /// The number of the last message.
    said: u64,
    last: VecDeque<String>,
}

impl Feed {
    /// Adds a message, and returns its number.
    pub(crate) fn say(&self, text: String) -> u64 {
        let mut number = 0;
        self.0.send_modify(|messages| {
            messages.said += 1;
            messages.last.push_back(text);
            if messages.last.len() > KEPT {
                messages.last.pop_front();
            }
            number = messages.said;
        });
        number
    }

    /// Streams the messages after a number: first the kept messages, then new ones.
    pub(crate) fn after(&self, number: u64) -> impl Stream<Item = (u64, String)> + use<> {
        let messages = self.0.subscribe();
        // A client with a higher number received it before a restart.
        let number = number.min(messages.borrow().said);
        stream::unfold((messages, number), async |(mut messages, number)| {
            let next = messages.wait_for(|messages| messages.said > number).await.ok()?.after(number)?;
            Some((next.clone(), (messages, next.0)))
        })
    }
}

impl Messages {
    fn after(&self, number: u64) -> Option<(u64, String)> {
        let numbers = self.said - self.last.len() as u64 + 1..;
        numbers.zip(&self.last).find(|(at, _)| *at > number).map(|(at, text)| (at, text.clone()))
    }
}
