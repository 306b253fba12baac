/** A score or difference in points of 100: 0.9 gives "90.0", -0.045 "−4.5"; what rounds to nothing has no sign. */
export function points(value: number): string {
  const written = (100 * value).toFixed(1);
  return Number(written) === 0 ? "0.0" : written.replace("-", "\u2212");
}

/** A number of rows, answers or candidates: 1005 gives "1,005". */
export function formatCount(n: number): string {
  return n.toLocaleString("en-US");
}

/** A number that is only estimated, to two digits: 1586 gives "1,600". */
export function formatEstimate(n: number): string {
  return formatCount(Math.round(Number(n.toPrecision(2))));
}

/** Milliseconds as a number: 1204.3 gives "1204", 0.1234 "0.12". */
export function milliseconds(ms: number): string {
  return String(ms < 10 ? Number(ms.toPrecision(2)) : Math.round(ms));
}

/** What a race compared two candidates on: "49 rows", or "48 groups" where each group of rows counts once. */
export function observationsText(n: number, grouped = false): string {
  return `${formatCount(n)} ${grouped ? "group" : "row"}${n === 1 ? "" : "s"}`;
}

/** "a, b and c"; of more than ten names the first eight and how many more. */
export function listNames(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  if (names.length > 10) return `${names.slice(0, 8).join(", ")} and ${names.length - 8} more`;
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/** "split customers", and of another part than the test part "split customers, validation part". */
export function splitText({name, part}: {name: string; part: string}): string {
  return `split ${name}${part === "test" ? "" : `, ${part} part`}`;
}

/** "a, b and c"; of more than five names the first three and how many more, for a sentence that is read at a glance. */
export function few(names: readonly string[]): string {
  return names.length > 5
    ? `${names.slice(0, 3).join(", ")} and ${formatCount(names.length - 3)} more`
    : listNames(names);
}

/** "b and c were never scored: nothing is known of how good they are." */
export function neverScoredText(names: readonly string[]): string {
  return names.length > 1
    ? `${listNames(names)} were never scored: nothing is known of how good they are.`
    : `${listNames(names)} was never scored: nothing is known of how good it is.`;
}
