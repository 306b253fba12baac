/** A choice as cost and quality; either may be unknown. */
export interface FrontierPoint {
  cost?: number;
  quality?: number;
}

/**
 * Which points are on the Pareto frontier: nothing else costs no more and is no worse, and is better in one of the two. A
 * point whose cost or quality is unknown is never on it and takes nobody off it. Equal points are on it together.
 */
export function onFrontier(points: readonly FrontierPoint[]): boolean[] {
  const on = points.map(() => false);
  const known = points
    .map(({cost, quality}, i) => ({cost: cost ?? NaN, quality: quality ?? NaN, i}))
    .filter(({cost, quality}) => Number.isFinite(cost) && Number.isFinite(quality))
    .sort((a, b) => a.cost - b.cost || b.quality - a.quality);
  let best: (typeof known)[number] | undefined;
  for (const point of known) {
    const equal = best !== undefined && point.cost === best.cost && point.quality === best.quality;
    if (best !== undefined && point.quality <= best.quality && !equal) continue;
    on[point.i] = true;
    best = point;
  }
  return on;
}

/**
 * The share of resamples in which each point is on the frontier: the probability that it belongs there, given the rows seen.
 * `resamples[r][p]` is point p in resample r. Undefined for all when there are no resamples.
 */
export function frontierShares(resamples: readonly (readonly FrontierPoint[])[]): (number | undefined)[] {
  const [first] = resamples;
  if (!first) return [];
  const times = first.map(() => 0);
  for (const points of resamples)
    onFrontier(points).forEach((on, p) => {
      if (on) times[p]!++;
    });
  return times.map((count) => count / resamples.length);
}
