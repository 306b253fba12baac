/**
 * Whether every node of a directed graph can be reached from every other: Ford's condition (1957) for
 * Bradley–Terry estimates to be finite.
 */
export function stronglyConnected(nodes: number, edges: readonly (readonly [number, number])[]): boolean {
  const reaches = (from: 0 | 1): boolean => {
    const next = Array.from({length: nodes}, () => new Set<number>());
    for (const edge of edges) next[edge[from]!]!.add(edge[1 - from]!);
    const seen = new Set([0]);
    for (const node of seen) for (const other of next[node]!) seen.add(other);
    return seen.size === nodes;
  };
  return reaches(0) && reaches(1);
}
