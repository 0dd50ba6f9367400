"""What the benchmarks share: data, peers, a cluster, tile mixes, servers, and how it is said."""
