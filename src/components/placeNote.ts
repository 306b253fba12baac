/** Puts a note below what it is about, or above it where there is no room; within the window. */
export function placeNote(note: HTMLElement, around: DOMRect): void {
  const {width, height} = note.getBoundingClientRect();
  const below = around.bottom + 6;
  const top = below + height > innerHeight ? around.top - height - 6 : below;
  const left = Math.min(around.right - width, innerWidth - width - 8);
  note.style.top = `${Math.max(4, top)}px`;
  note.style.left = `${Math.max(8, left)}px`;
}
