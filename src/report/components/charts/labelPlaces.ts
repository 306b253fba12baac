export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A label to place beside a point, in pixels. */
export interface WantedLabel {
  x: number;
  y: number;
  width: number;
}

export interface LabelPlace {
  left: number;
  /** The middle of its line. */
  y: number;
  /** Where a line from its point ends; absent beside the point. */
  leader?: Spot;
}

export interface LabelRoom {
  /** What labels stay within. */
  frame: Box;
  /** No label lies on a point, or is nearer to another one than to its own without a line to that. */
  points: readonly Spot[];
  /** Labels lie on bars only where there is no clear place near. */
  bars?: readonly Box[];
}

export interface Spot {
  x: number;
  y: number;
}

const LINE = 15;
/** From the middle of a label to the edge of its letters. */
const HALF = 6;
const BESIDE = 8;
const ABOVE = 9;
/** Half the width of a point with its edge. */
const POINT = 6;
/** Least room between labels of one line, and between a label and a foreign point. */
const GAP = 8;
const OWN = 3;
/** Lines that a label may be away from its point, and how far to its side. */
const FAR = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5];
const ASIDE = [14, 50, 100];
/** Pixels between the spots of a line, and how many of them are its beginning. */
const APART = 3;
const BEGINNING = 5;
/** A clear place so many tries farther is better than one on a bar. */
const BAR = 14;

/**
 * Where each label stands: beside its point, farther away with a line to it, or nowhere where no place is free. Those named first
 * choose first.
 */
export function labelPlaces(
  labels: readonly WantedLabel[],
  {frame, points, bars = []}: LabelRoom
): (LabelPlace | undefined)[] {
  const taken: {box: Box; leader?: readonly Spot[]}[] = [];
  return labels.map((label) => {
    const tried = triesFor(label).map((place, i) => {
      const box = boxOf(place, label.width);
      return {place, box, cost: i + (bars.some((bar) => meet(bar, box)) ? BAR : 0)};
    });
    const best = tried
      .sort((a, b) => a.cost - b.cost)
      .find(({place, box}) => {
        const leader = place.leader && alongLine(label, place.leader);
        return (
          isWithin(box, frame) &&
          points.every((point) => isClear(point, label, {box, leader})) &&
          taken.every((other) => !collide({box, leader}, other))
        );
      });
    if (!best) return undefined;
    const {place, box} = best;
    taken.push({box, leader: place.leader && alongLine(label, place.leader)});
    return place;
  });
}

/** The nearest first. */
function triesFor({x, y, width}: WantedLabel): LabelPlace[] {
  const [right, left, middle] = [x + BESIDE, x - BESIDE - width, x - width / 2];
  const beside = [
    {left: right, y: y - ABOVE},
    {left, y: y - ABOVE},
    {left: right, y: y + ABOVE + 2},
    {left, y: y + ABOVE + 2},
    {left: middle, y: y - 2 * ABOVE},
    {left: middle, y: y + 2 * ABOVE}
  ];
  const far = FAR.flatMap((lines) =>
    [-lines * LINE, lines * LINE].flatMap((dy) =>
      ASIDE.flatMap((dx) => [
        {left: x + dx, y: y + dy, leader: {x: x + dx - 2, y: y + dy}},
        {left: x - dx - width, y: y + dy, leader: {x: x - dx + 2, y: y + dy}}
      ])
    )
  );
  return [...beside, ...far];
}

function boxOf({left, y}: LabelPlace, width: number): Box {
  return {left, right: left + width, top: y - HALF, bottom: y + HALF};
}

/** Whether neither label nor line lies on the point, and the label is not taken for that of the point. */
function isClear(point: Spot, own: Spot, {box, leader}: {box: Box; leader?: readonly Spot[]}): boolean {
  const away = distance(point, box);
  const together = Math.hypot(point.x - own.x, point.y - own.y);
  if (together < 1) return true;
  if (leader) return away >= GAP && leader.every((spot) => isNear(spot, own) || !isNear(spot, point));
  return away >= Math.max(POINT, distance(own, box) + OWN);
}

function isNear(spot: Spot, point: Spot): boolean {
  return Math.hypot(spot.x - point.x, spot.y - point.y) < POINT + 2;
}

function collide(
  one: {box: Box; leader?: readonly Spot[]},
  other: {box: Box; leader?: readonly Spot[]}
): boolean {
  const {left, right, top, bottom} = other.box;
  const wide = {left: left - GAP, right: right + GAP, top: top - 2, bottom: bottom + 2};
  const crosses = (leader: readonly Spot[] = [], box: Box) => leader.some((spot) => distance(spot, box) < 2);
  // Lines of one point, or of two side by side, begin together.
  const touch = one.leader
    ?.slice(BEGINNING)
    .some((a) => other.leader?.slice(BEGINNING).some((b) => Math.hypot(a.x - b.x, a.y - b.y) < 4));
  return (
    meet(one.box, wide) || crosses(one.leader, other.box) || crosses(other.leader, one.box) || touch === true
  );
}

/** Spots along a line, some pixels apart. */
export function alongLine(from: Spot, to: Spot): Spot[] {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / APART));
  return Array.from({length: steps + 1}, (_, i) => ({
    x: from.x + ((to.x - from.x) * i) / steps,
    y: from.y + ((to.y - from.y) * i) / steps
  }));
}

function distance({x, y}: Spot, {left, right, top, bottom}: Box): number {
  return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function isWithin(box: Box, frame: Box): boolean {
  return (
    box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom
  );
}
