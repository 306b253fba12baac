/** Least room between two labels, in pixels. */
const GAP = 6;

/**
 * Labels of the ticks of a drawn plot's x axes that can be read at its width: one that would touch the label before it is left out,
 * and one that would stand half outside the picture is moved inwards.
 */
export function fitTicks(picture: Element): void {
  for (const axis of picture.querySelectorAll(".x-ticks")) {
    const frame = axis.closest("svg")!.getBoundingClientRect();
    const labels = [...axis.querySelectorAll<SVGTextElement>("text")];
    const byPlace = labels
      .map((label) => ({label, box: label.getBoundingClientRect()}))
      .sort((a, b) => a.box.left - b.box.left);
    let end = -Infinity;
    for (const {label, box} of byPlace) {
      const moved = Math.max(0, frame.left - box.left) - Math.max(0, box.right - frame.right);
      if (box.left + moved < end + GAP) {
        label.remove();
        continue;
      }
      if (moved !== 0) label.setAttribute("dx", String(moved));
      end = box.right + moved;
    }
  }
}
