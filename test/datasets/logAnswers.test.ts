import {describe, expect, it} from "vitest";
import {importedLog} from "../support/importedLog.js";

describe("calls of tools in other logs", () => {
  const span = async (values: Record<string, string>, more: object[] = []) => {
    const attributes = Object.entries({"gen_ai.request.model": "m", ...values}).map(([key, stringValue]) => ({
      key,
      value: {stringValue}
    }));
    const spans = [{traceId: "t", spanId: "1", attributes: [...attributes, ...more]}];
    return (await importedLog("otel-spans", {"s.json": {resourceSpans: [{scopeSpans: [{spans}]}]}}))[0]!;
  };

  it("OpenTelemetry: whole numbers that no double holds keep their digits, and Python's NaN loses no message", async () => {
    const parts = (type: string) =>
      `[{"role": "assistant", "parts": [{"type": "${type}", "arguments": {"order": 9007199254740993, "p": NaN}}]}]`;
    const row = await span({"gen_ai.output.messages": parts("tool_call")});
    expect(JSON.parse(row.tool_calls as string)).toMatchObject([
      {arguments: {order: "9007199254740993", p: null}}
    ]);
  });

  it("OpenTelemetry: numbers of structured attributes are numbers, with all their digits", async () => {
    const members = (values: object) => ({
      kvlistValue: {values: Object.entries(values).map(([key, value]: [string, unknown]) => ({key, value}))}
    });
    const list = (...values: object[]) => ({arrayValue: {values}});
    const text = (stringValue: string) => ({stringValue});
    const given = members({n: {intValue: "7"}, order: {intValue: "9007199254740993"}, p: {doubleValue: 0.5}});
    const part = members({type: text("tool_call"), arguments: given});
    const messages = list(members({role: text("assistant"), parts: list(part)}));
    const row = await span({}, [{key: "gen_ai.output.messages", value: messages}]);
    expect(JSON.parse(row.tool_calls as string)).toMatchObject([
      {arguments: {n: 7, order: "9007199254740993", p: 0.5}}
    ]);
  });
});
