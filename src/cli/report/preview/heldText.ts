const HOLD_MS = 300;

export interface HeldText {
  add(text: string): void;
  /** Shows what is held; from then on a text is held for a moment only. */
  open(): void;
  /** Gives what is held, which is not shown. */
  take(): string;
}

/**
 * Shows the texts of a process a moment after they came, and none before it is opened: the last words of a process that
 * dies can still be put in others.
 */
export function heldText(show: (text: string) => void): HeldText {
  let held = "";
  let isOpen = false;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held !== "") show(held);
    held = "";
  };
  return {
    add(text) {
      held += text;
      if (isOpen) timer ??= setTimeout(flush, HOLD_MS);
    },
    open() {
      isOpen = true;
      flush();
    },
    take() {
      clearTimeout(timer);
      const text = held;
      held = "";
      return text;
    }
  };
}
