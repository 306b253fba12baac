/** Puts a note below what it is about, or above it where there is no room; within the window. */
export function placeNote(note: HTMLElement, around: DOMRect): void {
  const {width, height} = note.getBoundingClientRect();
  const below = around.bottom + 6;
  const top = below + height > innerHeight ? around.top - height - 6 : below;
  const left = Math.min(around.right - width, innerWidth - width - 8);
  note.style.top = `${Math.max(4, top)}px`;
  note.style.left = `${Math.max(8, left)}px`;
}

/**
 * Keeps a note at what it is about while a reader scrolls. Calls `gone` when that leaves the window or something else is touched.
 * Gives what ends it.
 */
export function keepPlaced(note: HTMLElement, about: Element, gone: () => void): () => void {
  const follow = () => {
    const around = about.getBoundingClientRect();
    if (!about.isConnected || around.bottom < 0 || around.top > innerHeight) gone();
    else placeNote(note, around);
  };
  const touched = ({target}: Event) => {
    if (!about.contains(target as Node | null)) gone();
  };
  const options = {capture: true, passive: true};
  addEventListener("scroll", follow, options);
  addEventListener("pointerdown", touched, options);
  return () => {
    removeEventListener("scroll", follow, options);
    removeEventListener("pointerdown", touched, options);
  };
}
