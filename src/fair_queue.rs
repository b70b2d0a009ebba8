//! A bounded queue that client networks share. Each network may use a quarter of it, and waiting
//! networks are served round-robin. Without this, one client could fill the queue and lock every
//! other user out (ASVS 15.2.2).
//!
//! The edge sets the network of a request once, with [`serve_for`]. Work queued while the request
//! is served belongs to that network. The server's own work, such as mail delivery, belongs to no
//! network. It has no share limit and is served like one more network.

use std::collections::{HashMap, VecDeque};
use std::future::Future;

use crate::values::ClientNetwork;

tokio::task_local! {
    static NETWORK: Option<ClientNetwork>;
}

/// The number of shares. A network may use one of them.
const SHARES: u64 = 4;

/// Serves a request from `network`. Work that the request queues belongs to that network.
pub async fn serve_for<T>(network: Option<ClientNetwork>, request: impl Future<Output = T>) -> T {
    NETWORK.scope(network, request).await
}

/// Returns the network of the request that is being served.
pub fn current_network() -> Option<ClientNetwork> {
    NETWORK.try_with(|network| *network).ok().flatten()
}

/// A queue of items that each have a cost, kept separately for each network.
pub struct FairQueue<T> {
    /// Networks with waiting items. The front one is served next.
    in_turn: VecDeque<Option<ClientNetwork>>,
    waiting: HashMap<Option<ClientNetwork>, VecDeque<(u64, T)>>,
    /// Total cost of each network's waiting and running items.
    held: HashMap<ClientNetwork, u64>,
    total: u64,
    length: usize,
}

/// The capacity that an item uses until its work is done.
#[derive(Debug)]
#[must_use = "give it back with `release` when the work is done"]
pub struct Slot {
    network: Option<ClientNetwork>,
    cost: u64,
}

/// A rejection of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The capacity of the whole queue is used up.
    Queue,
    /// The network's share is used up.
    Share,
}

impl<T> Default for FairQueue<T> {
    fn default() -> Self {
        Self {
            in_turn: VecDeque::new(),
            waiting: HashMap::new(),
            held: HashMap::new(),
            total: 0,
            length: 0,
        }
    }
}

impl<T> FairQueue<T> {
    /// Queues an item, unless the queue or the network's share is already full. The cost of the
    /// item itself does not count, so the last accepted item may exceed the bound.
    pub fn push(
        &mut self,
        network: Option<ClientNetwork>,
        cost: u64,
        capacity: u64,
        item: T,
    ) -> Result<(), Full> {
        if self.total > 0 && self.total >= capacity {
            return Err(Full::Queue);
        }
        if let Some(network) = network {
            let held = self.held.entry(network).or_default();
            if *held > 0 && *held >= capacity / SHARES {
                return Err(Full::Share);
            }
            *held = held.saturating_add(cost);
        }
        self.total = self.total.saturating_add(cost);
        self.length += 1;
        let items = self.waiting.entry(network).or_default();
        if items.is_empty() {
            self.in_turn.push_back(network);
        }
        items.push_back((cost, item));
        Ok(())
    }

    /// Takes an item of the network that is next in turn, with the slot that its work holds.
    /// Returns `None` if nothing waits.
    pub fn pop(&mut self) -> Option<(Slot, T)> {
        let network = self.in_turn.pop_front()?;
        let items = self.waiting.get_mut(&network)?;
        let (cost, item) = items.pop_front()?;
        if items.is_empty() {
            self.waiting.remove(&network);
        } else {
            self.in_turn.push_back(network);
        }
        self.length -= 1;
        Some((Slot { network, cost }, item))
    }

    /// Frees the capacity that an item used.
    #[expect(clippy::needless_pass_by_value, reason = "a slot is given back once")]
    pub fn release(&mut self, slot: Slot) {
        let Slot { network, cost } = slot;
        self.total = self.total.saturating_sub(cost);
        let Some(network) = network else { return };
        if let Some(held) = self.held.get_mut(&network) {
            *held = held.saturating_sub(cost);
            if *held == 0 {
                self.held.remove(&network);
            }
        }
    }

    /// Drops every waiting item.
    pub fn clear(&mut self) {
        while let Some((slot, item)) = self.pop() {
            drop(item);
            self.release(slot);
        }
    }

    /// Returns the number of waiting items, without those in progress.
    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Returns the total cost of waiting and running items.
    pub fn total(&self) -> u64 {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn network(number: u8) -> Option<ClientNetwork> {
        (number > 0).then(|| ClientNetwork::V4(Ipv4Addr::new(203, 0, 113, number)))
    }

    #[test]
    fn one_network_holds_a_quarter_at_most() {
        let mut queue = FairQueue::default();
        for number in 0..25 {
            assert_eq!(queue.push(network(1), 1, 100, number), Ok(()));
        }
        assert_eq!(queue.push(network(1), 1, 100, 25), Err(Full::Share));
        assert_eq!(
            queue.push(network(2), 1, 100, 0),
            Ok(()),
            "another network has its own share"
        );
        let (slot, _) = queue.pop().expect("an item");
        assert_eq!(
            queue.push(network(1), 1, 100, 25),
            Err(Full::Share),
            "work in progress counts"
        );
        queue.release(slot);
        assert_eq!(queue.push(network(1), 1, 100, 25), Ok(()));
    }

    #[test]
    fn networks_that_wait_are_served_in_turn() {
        let mut queue = FairQueue::default();
        for number in 0..20 {
            queue.push(network(1), 1, 100, (1, number)).expect("fits");
        }
        queue.push(network(0), 1, 100, (0, 0)).expect("fits");
        queue.push(network(2), 1, 100, (2, 0)).expect("fits");
        queue.push(network(2), 1, 100, (2, 1)).expect("fits");
        let order: Vec<_> = std::iter::from_fn(|| queue.pop())
            .map(|(_, item)| item)
            .take(6)
            .collect();
        assert_eq!(order, [(1, 0), (0, 0), (2, 0), (1, 1), (2, 1), (1, 2)]);
    }

    #[test]
    fn idle_network_may_queue_one_costly_item() {
        let mut queue = FairQueue::default();
        assert_eq!(queue.push(network(1), 90, 100, ()), Ok(()));
        assert_eq!(queue.push(network(1), 1, 100, ()), Err(Full::Share));
        assert_eq!(queue.push(network(2), 90, 100, ()), Ok(()));
        assert_eq!(
            queue.push(network(3), 1, 100, ()),
            Err(Full::Queue),
            "the whole queue is full"
        );
    }

    #[actix_web::test]
    async fn network_is_known_while_its_request_runs() {
        assert_eq!(current_network(), None);
        assert_eq!(
            serve_for(network(1), async { current_network() }).await,
            network(1)
        );
        assert_eq!(current_network(), None);
    }

    proptest! {
        /// Checks random histories of queueing, taking and finishing items. The sums stay right,
        /// and no network exceeds its share by more than one item. Each network's items come out in
        /// order.
        #[test]
        fn no_history_breaks_the_bounds(
            steps in prop::collection::vec((0_u8..5, 1_u64..20, any::<bool>()), 1..300),
        ) {
            let mut queue = FairQueue::default();
            let (mut working, mut pushed) = (Vec::new(), 0_u64);
            let mut popped = HashMap::<u8, u64>::new();
            for (of, cost, takes) in steps {
                if queue.push(network(of), cost, 100, (of, pushed)).is_ok() {
                    pushed += 1;
                }
                if takes && let Some((slot, (of, number))) = queue.pop() {
                    prop_assert!(popped.insert(of, number).is_none_or(|before| before < number));
                    working.push(slot);
                }
                if working.len() > 3 {
                    queue.release(working.remove(0));
                }
                prop_assert!(queue.total() < 120);
                prop_assert!(queue.held.values().all(|held| *held < 25 + 20));
            }
            for slot in working {
                queue.release(slot);
            }
            queue.clear();
            prop_assert_eq!((queue.total(), queue.len(), queue.held.len()), (0, 0, 0));
        }
    }
}
