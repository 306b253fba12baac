import {afterEach, expect, it, vi} from "vitest";
import {transferReporter} from "../../src/cli/terminal/transferReporter.js";

afterEach(() => vi.restoreAllMocks());

it("tells of a transfer in a line every ten seconds where there is no terminal, and of what happens at once", () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  let time = 0;
  const reporter = transferReporter("set", () => time);
  const url = "https://example.org/rows.csv";
  for (; time <= 25_000; time += 1000) reporter.show({url, bytes: time * 1000, total: 100_000_000});
  reporter.message("resuming at byte 25");
  reporter.show({url: `${url}.gz`, bytes: 5});
  time += 10_000;
  reporter.show({url: `${url}.gz`, bytes: 5});
  reporter.end();
  expect(lines).toEqual([
    `set: ${url}: 10.0 MB of 100.0 MB, 1.0 MB/s, 1m30s left\n`,
    `set: ${url}: 20.0 MB of 100.0 MB, 1.0 MB/s, 1m20s left\n`,
    "set: resuming at byte 25\n",
    `set: ${url}.gz: 0.0 MB\n`
  ]);
});
