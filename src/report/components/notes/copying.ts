import {html} from "htl";

const SAID_FOR = 2000;

/** A button that copies a text, and says that it did. */
export function copyButton(label: string, text: () => string, about = label): HTMLElement {
  const button = html`<button type="button" class="save" aria-label=${about}>${label}</button>`;
  button.addEventListener("click", () => {
    void copyText(text()).then((copied) => {
      button.textContent = copied ? "Copied" : "Not copied";
      setTimeout(() => (button.textContent = label), SAID_FOR);
    });
  });
  return button;
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelecting(text);
  }
}

/** Plain HTTP on another host has no clipboard of its own. */
function copiedBySelecting(text: string): boolean {
  const field = html`<textarea class="hidden" aria-hidden="true"></textarea>` as HTMLTextAreaElement;
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}

/** Copies the address of what a figure or a table shows: the page with its choices, at the section around it. */
export function linkButton(within: () => Element | null): HTMLElement {
  return copyButton("Link", () => addressOf(within()), "Copy a link to this");
}

function addressOf(node: Element | null): string {
  const address = new URL(location.href);
  address.hash = node?.closest("section")?.querySelector("h2")?.id ?? "";
  return address.href;
}
