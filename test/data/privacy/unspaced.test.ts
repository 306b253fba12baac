import {describe, expect, it} from "vitest";
import {scanText} from "../../../src/data/privacy/index.js";

const key = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5";

function found(text: string): string[] {
  return scanText(text, {withText: true}).map(({type, text: words}) => `${type} ${words}`);
}

describe("beside letters that no space parts from a number", () => {
  it.each([
    ["我的卡号是4111111111111111谢谢", "CREDIT_CARD 4111111111111111"],
    ["カード番号は4111 1111 1111 1111です", "CREDIT_CARD 4111 1111 1111 1111"],
    ["카드 4111111111111111입니다", "CREDIT_CARD 4111111111111111"],
    ["บัตร4111111111111111ครับ", "CREDIT_CARD 4111111111111111"],
    ["口座はDE89370400440532013000です", "IBAN_CODE DE89370400440532013000"],
    ["メールはada@example.comです", "EMAIL_ADDRESS ada@example.com"],
    ["日本語ada@example.com連絡", "EMAIL_ADDRESS ada@example.com"],
    ["写信给ada.l@mail.example.co.jp。", "EMAIL_ADDRESS ada.l@mail.example.co.jp"],
    [`我是ada@example.com${"请尽快回复".repeat(80)}`, "EMAIL_ADDRESS ada@example.com"],
    ["请看https://example.com/x 谢谢", "URL https://example.com/x"],
    ["请看example.com谢谢", "URL example.com"],
    ["ip:192.168.1.10です", "IP_ADDRESS 192.168.1.10"],
    ["地址2001:db8::1的", "IP_ADDRESS 2001:db8::1"],
    ["地址00:1A:2b:3C:4d:5E是", "MAC_ADDRESS 00:1A:2b:3C:4d:5E"],
    ["社保123-45-6780号", "US_SSN 123-45-6780"],
    ["주민등록번호는900101-1234568입니다", "KR_RRN 900101-1234568"],
    ["手机号13812345678请联系", "PHONE_NUMBER 13812345678"],
    ["電話番号は090-1234-5678です", "PHONE_NUMBER 090-1234-5678"],
    ["전화 010-1234-5678입니다", "PHONE_NUMBER 010-1234-5678"],
    ["请拨+49 151 23456789联系", "PHONE_NUMBER +49 151 23456789"],
    ["电话+49 30 1234567 ext. 12谢谢", "PHONE_NUMBER +49 30 1234567 ext. 12"],
    ["生年月日は1986-12-27です", "DATE_OF_BIRTH 1986-12-27"],
    [`token은 ${key}입니다`, `API_KEY ${key}`]
  ])("%s", (text, finding) => expect(found(text)).toEqual([finding]));

  it("addresses whose own letters are such are found whole", () => {
    expect(found("mail 用户@例子.中国 now")).toEqual(["EMAIL_ADDRESS 用户@例子.中国"]);
    expect(found("ada@例え.jp")).toEqual(["EMAIL_ADDRESS ada@例え.jp"]);
  });

  it("two addresses keep the words between them", () => {
    expect(found("ada@example.com请转给bob@example.org谢谢")).toEqual([
      "EMAIL_ADDRESS ada@example.com",
      "EMAIL_ADDRESS bob@example.org"
    ]);
  });

  it("a word of ASCII beside them counts as a word before", () => {
    expect(scanText("我的SSN是536-90-4399号")).toMatchObject([{rule: "us-ssn/separated+context"}]);
  });

  it("other letters still make one word, and a count or a version is no finding", () => {
    for (const text of [
      "é4111111111111111",
      "4111111111111111й",
      "x4111111111111111谢谢",
      "订单13812345678个",
      "バージョン1.67.2.1です",
      "ada@example.comx",
      "〒100-0001東京都"
    ])
      expect(found(text), text).toEqual([]);
  });
});
