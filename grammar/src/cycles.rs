//! Finds the cycles of a relation, such as "implies".

use alloc::{vec, vec::Vec};

#[derive(Clone, Copy)]
enum State {
    New,
    OnPath,
    Done,
}

/// Returns one cycle for each edge that closes a cycle. `edges[n]` lists the nodes to which the node `n` leads.
///
/// If there is no cycle, the result is empty. A cycle lists the nodes on its path; the first node is not repeated at
/// the end.
///
/// # Panics
///
/// Panics if an edge leads to a node that does not exist.
pub fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut cycles = Vec::new();
    let mut states = vec![State::New; edges.len()];
    // The nodes on the current path, each with the position of the edge to follow next. The code uses a list
    // and no recursion, because recursion along a long chain would exhaust the call stack.
    let mut path: Vec<(usize, usize)> = Vec::new();
    for start in 0..edges.len() {
        if matches!(states[start], State::New) {
            states[start] = State::OnPath;
            path.push((start, 0));
        }
        while let Some((place, edge)) = path.last_mut() {
            let Some(&to) = edges[*place].get(*edge) else {
                states[*place] = State::Done;
                path.pop();
                continue;
            };
            *edge += 1;
            match states[to] {
                State::Done => {}
                State::New => {
                    states[to] = State::OnPath;
                    path.push((to, 0));
                }
                State::OnPath => {
                    cycles.push(
                        path.iter().map(|(place, _)| *place).skip_while(|place| *place != to).collect(),
                    );
                }
            }
        }
    }
    cycles
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::cycles;

    #[test]
    fn finds_each_edge_that_closes_a_cycle() {
        let none: [Vec<usize>; 0] = [];
        assert_eq!(cycles(&none), none);
        assert_eq!(cycles(&[vec![1, 2], vec![2], vec![]]), none);
        assert_eq!(cycles(&[vec![0]]), [[0]]);
        assert_eq!(cycles(&[vec![1], vec![0]]), [[0, 1]]);
        assert_eq!(cycles(&[vec![1], vec![2], vec![3], vec![1]]), [[1, 2, 3]]);
        assert_eq!(cycles(&[vec![1], vec![0], vec![3], vec![2]]), [[0, 1], [2, 3]]);
        assert_eq!(cycles(&[vec![1, 2], vec![0], vec![0]]), [[0, 1], [0, 2]]);
    }

    #[test]
    fn takes_a_chain_of_any_length() {
        let chain: Vec<Vec<usize>> = (1..100_000).map(|next| vec![next]).chain([vec![]]).collect();
        assert!(cycles(&chain).is_empty());
    }
}
