import {describe, expect, it} from "vitest";
import {type Finding, scanText} from "../../../src/data/privacy/index.js";

function found(text: string, options = {}): string[] {
  return scanText(text, {...options, withText: true}).map(({type, text: words}) => `${type} ${words}`);
}
function typesOf(text: string): string[] {
  return scanText(text).map(({type}) => type);
}
function only(text: string): Finding {
  const findings = scanText(text);
  expect(findings).toHaveLength(1);
  return findings[0]!;
}

describe("scanText", () => {
  it("finds nothing in an empty text or in prose", () => {
    expect(scanText("")).toEqual([]);
    expect(
      scanText("The quick brown fox, 25 years old, jumped 3.5 m; see e.g. chapter 12, std::vector and a:b.")
    ).toEqual([]);
  });

  it("finds each kind in one sentence with offsets that hold the words", () => {
    const text =
      "Write to ada@example.org or call +44 20 7123 4567; card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00, host 192.0.2.7.";
    expect(found(text)).toEqual([
      "EMAIL_ADDRESS ada@example.org",
      "PHONE_NUMBER +44 20 7123 4567",
      "CREDIT_CARD 4111 1111 1111 1111",
      "IBAN_CODE DE89 3704 0044 0532 0130 00",
      "IP_ADDRESS 192.0.2.7"
    ]);
  });

  it("weighs whole words before a finding, not parts of words or words after it", () => {
    expect(found("ssn 536-90-4399")).toEqual(["US_SSN 536-90-4399"]);
    expect(only("ssn 536-90-4399")).toMatchObject({score: 0.85, rule: "us-ssn/separated+context"});
    expect(only("part 536-90-4399 ssn")).toMatchObject({score: 0.5, rule: "us-ssn/separated"});
    expect(only("classn 536-90-4399").score).toBe(0.5);
    expect(only("ssn one two three four five 536-90-4399").score).toBe(0.5);
    expect(only("ssn one two three four 536-90-4399").score).toBe(0.85);
  });

  it("counts the column's name as a word before", () => {
    expect(scanText("536904399")).toEqual([]);
    for (const column of ["ssn", "customerSSN", "customer_ssn"])
      expect(scanText("536904399", {column})).toMatchObject([{type: "US_SSN", score: 0.4}]);
    expect(scanText("536904399", {column: "classname"})).toEqual([]);
  });

  it("keeps layers apart: names only when asked for", () => {
    const text = "Angela Merkel lives in Berlin, write to a@example.org with token=9f8a7b6c5d4e3f2a1b";
    expect(typesOf(text)).toEqual(["EMAIL_ADDRESS", "SECRET"]);
    expect(found(text, {layers: ["names"]})).toEqual(["PERSON Angela Merkel", "LOCATION Berlin"]);
    expect(found(text, {layers: ["patterns"]})).toEqual(["EMAIL_ADDRESS a@example.org"]);
  });

  it("leaves out findings below the least score", () => {
    expect(scanText("due 12/27/1986", {minScore: 0.06})).toEqual([]);
    expect(scanText("due 12/27/1986", {minScore: 0.05})).toMatchObject([
      {type: "DATE_OF_BIRTH", score: 0.05}
    ]);
  });
});

describe("e-mail addresses", () => {
  it.each([
    ["mailto:Ada.Lovelace+x@mail.example.co.uk.", "Ada.Lovelace+x@mail.example.co.uk"],
    ["<o'hara@example.com>", "o'hara@example.com"],
    ["naïve@exämple.de", "naïve@exämple.de"],
    ["x=a@example.com.Meanwhile more", "a@example.com"]
  ])("in %s", (text, address) => {
    expect(found(text)).toEqual([`EMAIL_ADDRESS ${address}`]);
  });

  it.each(["a@b", "a@example.notatld", "@example.com", "me@localhost", "price 5@3.50"])(
    "not in %s",
    (text) => {
      expect(typesOf(text)).not.toContain("EMAIL_ADDRESS");
    }
  );
});

describe("addresses of the web", () => {
  it.each([
    ["see https://example.com/a_(b)?q=1.", "https://example.com/a_(b)?q=1"],
    ["(see example.org/x)", "example.org/x"],
    ["http://192.0.2.1:8080/x", "http://192.0.2.1:8080/x"]
  ])("in %s", (text, url) => {
    expect(found(text)).toEqual([`URL ${url}`]);
  });

  it.each(["run main.py", "read README.md", "It is done.In time", "node.js", "e.g.that"])(
    "not in %s",
    (text) => {
      expect(found(text)).toEqual([]);
    }
  );

  it("do not hide an address of a person", () => {
    expect(found("https://example.com/unsubscribe?u=ada@example.org&x=1")).toEqual([
      "URL https://example.com/unsubscribe?u=ada@example.org&x=1",
      "EMAIL_ADDRESS ada@example.org"
    ]);
  });
});

describe("numbers of people", () => {
  it.each(["000-12-3456", "666-12-3456", "900-12-3456", "536-00-4399", "536-90-0000", "123-45-6789"])(
    "no social security number in ssn %s",
    (text) => expect(typesOf(`ssn ${text}`)).not.toContain("US_SSN")
  );

  it.each(["BG123456C", "AB123456E", "QQ123456C"])("no insurance number in NINO %s", (text) =>
    expect(typesOf(`NINO ${text}`)).not.toContain("UK_NINO")
  );

  it.each([
    "born 12/27/1986",
    "DOB: 1986-12-27",
    "date of birth 27.12.1986",
    "birthday is December 27th, 1986",
    "She was born on 27 December 1986",
    "born 12-DEC-1986",
    "born December 1986",
    "born 12/1986",
    "dob 1986-12-27T10:00:00Z",
    "geboren am 27. Dezember 1986",
    "nacido el 27 de diciembre de 1986",
    "née le 27 décembre 1986"
  ])("a date of birth in %s", (text) => expect(typesOf(text)).toEqual(["DATE_OF_BIRTH"]));

  it("no date of birth in any other date", () => {
    expect(typesOf("due 12/27/1986")).toEqual([]);
    expect(typesOf("born 45/45/1986")).not.toContain("DATE_OF_BIRTH");
  });
});

describe("bank, hardware and coins", () => {
  it.each([
    ["IBAN_CODE", "GB82WEST12345698765432"],
    ["IBAN_CODE", "DE89 3704\n0044 0532 0130 00"],
    ["IBAN_CODE", "DE89 3704 0044 \r\n  0532\n0130 00"],
    ["IBAN_CODE", "fr14 2004 1010 0505 0001 3m02 606"],
    ["MAC_ADDRESS", "00:1A:2b:3C:4d:5E"],
    ["MAC_ADDRESS", "AA-BB-CC-DD-EE-FE"],
    ["MAC_ADDRESS", "0011.22aa.4455"],
    ["MAC_ADDRESS", "aabb.ccdd.eef0"],
    ["CREDIT_CARD", "4222 222 222 222"],
    ["CRYPTO", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
    ["CRYPTO", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"],
    ["CRYPTO", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
    ["CRYPTO", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"],
    ["CRYPTO", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"]
  ])("%s in %s", (type, text) => expect(found(`see ${text}, please`)).toEqual([`${type} ${text}`]));

  it.each([
    "GB82WEST12345698765433",
    "XX82WEST12345698765432",
    "00:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "ffff.ffff.ffff",
    "aabb.ccdd.eef0.1122",
    "1234.5678.9012",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    // Checksums that fit, over what BIP 350 names invalid: programs of another length, bits that fill up and are not zeros.
    "bc1pw5dgrnzv",
    "bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90",
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
    "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"
  ])("nothing in %s", (text) => expect(typesOf(`see ${text}, please`)).toEqual([]));

  it("a version is an address only beside a word that says so", () => {
    expect(typesOf("retrieving revision 1.67.2.1")).toEqual([]);
    expect(typesOf("retrieving revision from ip 1.67.2.1")).toEqual(["IP_ADDRESS"]);
    expect(typesOf("List<Foo>::new and Bad::Face, a :: b")).toEqual([]);
  });

  it("few digits are a phone number only with a sign of one", () => {
    expect(typesOf("pp. 455-4740, the years 2075-2100, lines 4852-4852")).toEqual([]);
    expect(found("tel. 455-4740 or call 4852-4852; 0800 1111 222, (415) 555-0132")).toEqual([
      "PHONE_NUMBER 455-4740",
      "PHONE_NUMBER 4852-4852",
      "PHONE_NUMBER 0800 1111 222",
      "PHONE_NUMBER (415) 555-0132"
    ]);
  });

  it("phone numbers in a row are one each", () => {
    const numbers = ["415-555-0132", "415-555-0133", "415-555-0134", "+44 20 7123 4567"];
    for (const between of ["\n", "  ", ", ", " / ", "\t"])
      expect(found(numbers.join(between)), JSON.stringify(between)).toEqual(
        numbers.map((each) => `PHONE_NUMBER ${each}`)
      );
  });

  it("no phone number in addresses, versions, dates, decimals and long ids", () => {
    expect(
      typesOf(
        "versions 8.12.3/8.11.6, 2002-08-22 12:36, 3.14159265, <20020822.1234567890.99@x>, 12345678 items"
      )
    ).toEqual([]);
  });
});
