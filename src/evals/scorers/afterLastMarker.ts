/**
 * The rest of the line behind the last occurrence of the marker; undefined when it does not occur.
 * With `lineStart` only a marker that begins a line counts.
 */
export function afterLastMarker(text: string, marker: string, lineStart = false): string | undefined {
  let at = text.lastIndexOf(marker);
  while (lineStart && at > 0 && text[at - 1] !== "\n") at = text.lastIndexOf(marker, at - 1);
  if (at < 0) return undefined;
  return text.slice(at + marker.length).split(/\r?\n/, 1)[0];
}
