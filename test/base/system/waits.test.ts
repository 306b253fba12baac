import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {longTimer} from "../../../src/base/system/waits.js";

const DAY = 24 * 3600 * 1000;

describe("a timer of more days than Node's count", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([1, 30, 100])("fires after %i days, once", (days) => {
    const fired = vi.fn();
    longTimer(days * DAY, fired);
    vi.advanceTimersByTime(days * DAY - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(100 * DAY);
    expect(fired).toHaveBeenCalledOnce();
  });

  it("is cancelled at any time", () => {
    const fired = vi.fn();
    const cancel = longTimer(60 * DAY, fired);
    vi.advanceTimersByTime(40 * DAY);
    cancel();
    vi.advanceTimersByTime(100 * DAY);
    expect(fired).not.toHaveBeenCalled();
  });
});
