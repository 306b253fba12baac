import type {Page} from "playwright-core";
import {expect} from "vitest";
import {open, type TestContext, visit} from "../../../support/report.js";
import {settled} from "../../../support/watchPage.js";

const CONTROLS = [
  "select:not(:disabled)",
  "input[type=range]:not(:disabled)",
  "input[type=search]:not(:disabled)"
]
  .map((control) => `#observablehq-main ${control}`)
  .join(", ");

/** What every input that a reader sees is set to, by its label. */
function inputs(page: Page): Promise<string[]> {
  return page.locator(CONTROLS).evaluateAll((nodes) =>
    nodes.flatMap((node) => {
      const input = node as HTMLSelectElement | HTMLInputElement;
      if (!input.checkVisibility() || (input.matches("select") && input.children.length === 0)) return [];
      const value = "selectedOptions" in input ? input.selectedOptions[0]?.text : input.value;
      return [`${input.labels?.[0]?.textContent}: ${value}`];
    })
  );
}

/** Sets an input to another value than it has; false for a list with one entry. */
async function change(page: Page, place: number): Promise<boolean> {
  const input = page.locator(CONTROLS).nth(place);
  if (!(await input.isVisible())) return false;
  const changed = await input.evaluate((node) => {
    const control = node as HTMLSelectElement | HTMLInputElement;
    if ("options" in control) {
      if (control.options.length < 2) return false;
      control.selectedIndex = (control.selectedIndex + 1) % control.options.length;
    } else if (control.type === "range")
      control.value = String(Number(control.value) + (control.value === control.max ? -1 : 1));
    else control.value = "e";
    control.dispatchEvent(new Event("input", {bubbles: true}));
    return true;
  });
  await settled(page);
  return changed;
}

/** On each of these pages: sets every input to another value, and sees that reload keeps it and Back brings it back. */
export async function expectKept(context: TestContext, paths: readonly string[]): Promise<void> {
  const {page, problems} = await open(context, paths[0]!);
  for (const path of paths) {
    await visit(page, path);
    const first = await inputs(page);
    expect(first.length, path).toBeGreaterThan(0);
    // The first input chooses what the others are about: it is changed at last.
    let changed = 0;
    for (let i = 1; i < (await page.locator(CONTROLS).count()); i++) if (await change(page, i)) changed++;
    const before = await inputs(page);
    if (changed > 0) expect(before, path).not.toEqual(first);
    await page.reload();
    await settled(page);
    await expect.poll(() => inputs(page), {message: path}).toEqual(before);
    if (await change(page, 0)) {
      expect(await inputs(page), path).not.toEqual(before);
      await page.goBack();
      await settled(page);
      await expect.poll(() => inputs(page), {message: path}).toEqual(before);
    }
    expect(problems, path).toEqual([]);
  }
  await page.close();
}

/** On each of these pages, whose address asks for "gone" under a label: sees the notice that says what is shown instead. */
export async function expectNoticed(
  context: TestContext,
  asked: readonly (readonly [path: string, label: string])[]
): Promise<void> {
  const {page, problems} = await open(context, "");
  for (const [path, label] of asked) {
    await visit(page, path);
    const shown = await page.getByLabel(label, {exact: true}).locator("option:checked").innerText();
    expect(await page.locator(".notice").innerText(), path).toBe(
      `The address asks for gone, for which there is nothing under “${label}” in this report. Shown instead: ${shown}.`
    );
    expect(problems, path).toEqual([]);
  }
  await page.close();
}
