import {describe, expect, it} from "vitest";
import {redact, scanText} from "../../../src/data/privacy/index.js";

const within = (text: string) =>
  scanText(text, {withText: true})
    .filter(({type}) => type !== "URL")
    .map(({type, text: words}) => [type, words]);

describe("addresses of the web", () => {
  it("do not hide what their queries and fragments hold", () => {
    for (const [query, type, words] of [
      ["?access_token=ya29A0ARrdaM-abcdef1234567890", "SECRET", "ya29A0ARrdaM-abcdef1234567890"],
      ["?user=me&password=Hunter2Sommer99", "PASSWORD", "Hunter2Sommer99"],
      ["?x=1&token=f3a9c81be77d4402aa1&y=2", "SECRET", "f3a9c81be77d4402aa1"],
      ["?a=b&amp;api_key=9f8e7d6c5b4a39281706", "SECRET", "9f8e7d6c5b4a39281706"],
      ["?clientSecret=9f8e7d6c5b4a", "SECRET", "9f8e7d6c5b4a"],
      ["?ssn=536-90-4399", "US_SSN", "536-90-4399"],
      ["?phone=+14155552671", "PHONE_NUMBER", "+14155552671"],
      ["?phone=4155552671", "PHONE_NUMBER", "4155552671"],
      ["#access_token=f3a9c81be77d4402aa1", "SECRET", "f3a9c81be77d4402aa1"],
      ["#/reset?token=f3a9c81be77d4402aa1", "SECRET", "f3a9c81be77d4402aa1"],
      ["?dob=1984-05-06", "DATE_OF_BIRTH", "1984-05-06"],
      ["?ip=203.0.113.7", "IP_ADDRESS", "203.0.113.7"]
    ])
      expect(within(`see https://shop.example.com/u${query} please`), query).toEqual([[type, words]]);
    expect(within("shop.example.com/u?ssn=536-90-4399")).toEqual([["US_SSN", "536-90-4399"]]);
  });

  it("hold values with percent signs, found where they are written", () => {
    expect(within("https://x.example.com/?user=ada%40example.org")).toEqual([
      ["EMAIL_ADDRESS", "ada%40example.org"]
    ]);
    expect(within("https://x.example.com/users/ada%40example.org/edit")).toEqual([
      ["EMAIL_ADDRESS", "ada%40example.org"]
    ]);
    expect(within("https://x.example.com/?q=J%C3%BCrgen,+call+%2B1+415+555+2671&b=1")).toEqual([
      ["PHONE_NUMBER", "%2B1+415+555+2671"]
    ]);
    const nested = encodeURIComponent("https://y.example.com/?ü=€😀&ssn=536-90-4399");
    expect(within(`https://x.example.com/?next=${nested}&b=1`)).toEqual([["US_SSN", "536-90-4399"]]);
    expect(within("https://x.example.com/?ssn=%ff%20536-90-4399%")).toEqual([["US_SSN", "536-90-4399"]]);
  });

  it("are masked where the finding is", () => {
    const text = "https://x.example.com/?a=%C3%BC&ssn=536%2D90%2D4399&password=Hunter2Sommer99#top";
    const policy = {default: "keep", types: {US_SSN: "replace", PASSWORD: "mask"}} as const;
    expect(redact(text, scanText(text), policy)).toBe(
      "https://x.example.com/?a=%C3%BC&ssn=<US_SSN>&password=********#top"
    );
  });

  it("that let in whoever has them are secrets, and a chat's link is a phone number", () => {
    const secret = "aB3".repeat(20);
    const guid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    for (const [address, type] of [
      ["https://hooks.slack.com/services/T01ABCDEF/B01ABCDEF/abcdEFGHijkl1234abcdEFGH", "SECRET"],
      [`https://discord.com/api/webhooks/123456789012345678/${secret}`, "SECRET"],
      [
        `https://acme.webhook.office.com/webhookb2/${guid}@${guid}/IncomingWebhook/${guid.replaceAll("-", "")}/${guid}`,
        "SECRET"
      ],
      [`https://api.telegram.org/bot123456789:AA${secret.slice(0, 33)}/getMe`, "SECRET"],
      [`https://b.s3.amazonaws.com/k?X-Amz-Signature=${"9f8e".repeat(16)}`, "SECRET"],
      ["https://user:pa55w0rd@example.com/x", "URL_WITH_CREDENTIALS"],
      ["https://9f8e7d6c5b4a39281706:@api.example.com/x", "URL_WITH_CREDENTIALS"],
      ["https://wa.me/14155552671", "PHONE_NUMBER"],
      ["https://t.me/+14155552671", "PHONE_NUMBER"]
    ])
      expect(
        within(address!).map(([found]) => found),
        address
      ).toEqual([type]);
    expect(within("https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX")).toEqual(
      []
    );
  });

  it("are clean with numbers in their paths, hashes and the usual parameters", () => {
    for (const rest of [
      "/536-90-4399.png",
      "/415-555-2671/main.9f8e7d6c5b4a39281706.js",
      "/mobile-phones/call?pid=4155552671",
      "?id=51824753556&ts=1700000000000&v=9f8e7d6c5b4a392817069f8e7d6c5b4a",
      "?utm_source=mail&fbclid=IwAR0abcdefGHIJKLmnop1234567890",
      "?lat=52.520008&lng=13.404954",
      "?lang=de&size=1024x768#issuecomment-1234567890"
    ])
      expect(within(`https://shop.example.com${rest}`), rest).toEqual([]);
  });
});
