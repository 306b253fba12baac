import {describe, expect, it} from "vitest";
import {redact, scanRow, scanText} from "../../../src/data/privacy/index.js";

// Put together here, so that no scanner takes the tests for a leak.
const letters = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5kL7nP9";
const token = (prefix: string, length: number) => prefix + letters.slice(0, length);
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function found(text: string): string[] {
  return scanText(text, {layers: ["secrets"], withText: true}).map(
    ({type, text: words}) => `${type} ${words}`
  );
}

describe("secrets", () => {
  it.each([
    ["openai", token("sk-proj-", 40)],
    ["anthropic", token("sk-ant-api03-", 40)],
    ["aws", "AKIA" + "IOSFODNN7EXAMPLE"],
    ["github", token("ghp_", 36)],
    ["gitlab", token("glpat-", 20)],
    ["huggingface", token("hf_", 34)],
    ["google", token("AIza", 35)],
    ["stripe", token("sk_live_", 24)],
    ["slack", "xoxb-123456789012-" + letters.slice(0, 24)],
    ["npm", token("npm_", 36)],
    ["sendgrid", `SG.${letters.slice(0, 22)}.${letters.slice(0, 42)}`],
    ["telegram", `123456789:AA${letters.slice(0, 33)}`]
  ])("a key of %s", (issuer, key) => {
    for (const text of [key, `use ${key}.`, `KEY=${key}`, `"${key}"`]) {
      const keys = scanText(text, {layers: ["secrets"], withText: true});
      expect(
        keys.map(({text: words}) => words),
        text
      ).toEqual([key]);
      expect(keys[0]!.rule, text).toBe(`api-key/${issuer}`);
    }
  });

  // Of letters alone, as some issuers give them, and as chance makes some of the others.
  const onlyLetters = "qWeRtYuiOPasDFghJkLzxCVbNmQWeRtyUIopASdf";
  it.each([
    ["huggingface", "hf_" + onlyLetters.slice(0, 34)],
    ["huggingface", "api_org_" + onlyLetters.slice(0, 34)],
    ["aws", "AKIA" + "QWERTYUIOPASDFGH"],
    ["gitlab", "glpat-" + onlyLetters.slice(0, 20)],
    ["stripe", "sk_live_" + onlyLetters.slice(0, 24)],
    ["github", "ghp_" + onlyLetters.slice(0, 36)]
  ])("a key of %s without a digit", (issuer, key) => {
    for (const text of [key, `my key is ${key}`, `KEY=${key}`]) {
      const [own, ...others] = scanText(text, {layers: ["secrets"], withText: true});
      expect([own?.text, own?.rule, others], text).toEqual([key, `api-key/${issuer}`, []]);
    }
  });

  it.each([
    "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",
    "hf_" + "ModelsWithHeadsForTheClassificatio",
    "hf_" + "X".repeat(34),
    "hf_" + onlyLetters.slice(0, 33),
    "api_org_" + "organisationsofallcountriesandcities".slice(0, 34),
    "AKIA" + "X".repeat(16),
    "ASIA" + "PACIFICOPERATION",
    "ACCA" + "REGISTEREDMEMBER",
    "glpat-your-token-stands-here",
    "GOCSPX-your-client-secret-goes-here",
    "GOCSPX-Your-Client-Secret-Goes-Here",
    "sk_test_ConfigurationOfTheCheckout",
    "sk-Learn-Documentation-Of-IBM-Page",
    "xoxb-your-token-goes-here",
    "ghp_" + "x".repeat(36)
  ])("no key in %s", (text) => expect(found(`see ${text} there`)).toEqual([]));

  const basic = (credentials: string) => Buffer.from(credentials).toString("base64");
  it("what a header of basic authorization sends", () => {
    const sent = basic("ada:hunter2");
    for (const text of [
      `Authorization: Basic ${sent}`,
      `-H 'authorization: basic ${sent}'`,
      `{"Authorization": "Basic ${sent}"}`,
      `curl -H "Proxy-Authorization: Basic ${sent}" https://example.com`
    ])
      expect(found(text), text).toEqual([`PASSWORD ${sent}`]);
    const key = basic("a-key-without-a-password:");
    expect(found(`Basic ${key}`)).toEqual([`PASSWORD ${key}`]);
    for (const text of [
      "Authorization: Basic training, required",
      `Basic ${basic("user:password")}`,
      `Basic ${basic("user:<password>")}`,
      `Basic ${basic("no colon in it")}`,
      "basic authorization, basic understanding and basic requirements",
      "Authorization: Basic ********"
    ])
      expect(found(text), text).toEqual([]);
  });

  it.each([
    ["curl -u ada:hunter2 https://example.com", "hunter2"],
    ["curl https://example.com/x?a=1&b=2 --user ada:hunter2", "hunter2"],
    ["curl --user=ada:hunter2 https://example.com", "hunter2"],
    ["curl -sSu 'ada:two words' https://example.com", "two words"],
    ['curl -X POST \\\n  -u "ada:hunter2" \\\n  https://example.com', "hunter2"],
    ["run curl --proxy-user ada:hun:ter2 https://example.com", "hun:ter2"]
  ])("the password in %s", (text, password) => expect(found(text)).toEqual([`PASSWORD ${password}`]));

  it.each([
    "curl -u ada https://example.com",
    "curl -u user:password https://example.com",
    "curl -u <user>:<password> https://example.com",
    'curl -u "$USER:$PASSWORD" https://example.com',
    "curl -u ada:******** https://example.com",
    "curl -HAuthorization:Bearer https://example.com",
    "curl https://example.com | docker run -u 1000:1000 image",
    "curl https://example.com\ndocker run -u 1000:1000 image",
    "docker run -u 1000:1000 curl",
    "`curl x` and `docker run -u ada:hunter2 image`",
    "We use curl to fetch. Then run docker run -u ada:hunter2 image",
    "curl -u 1000:1000 https://example.com",
    "`curl -u user:…`"
  ])("no password in %s", (text) => expect(found(text)).toEqual([]));

  it("a web token, whose header decodes, and nothing that only looks like one", () => {
    const jwt = `${part({alg: "HS256", typ: "JWT"})}.${part({sub: "1234567890"})}.${letters}`;
    expect(found(`Authorization: Bearer ${jwt}`)).toEqual([`ACCESS_TOKEN ${jwt}`]);
    expect(found(`${part({name: "Ada"})}.${part({sub: "1"})}.${letters.slice(0, 15)}`)).toEqual([]);
  });

  it("a private key to its last line, or to the end of the text when it was cut", () => {
    const kind = "RSA PRIVATE KEY";
    const key = `-----BEGIN ${kind}-----\nMIIEow\nIBAAK\n-----END ${kind}-----`;
    expect(found(`before\n${key}\nafter`)).toEqual([`PRIVATE_KEY ${key}`]);
    expect(found(`x ${key.slice(0, 45)}`)).toEqual([`PRIVATE_KEY ${key.slice(0, 45)}`]);
    expect(found(key.replaceAll("PRIVATE", "PUBLIC"))).toEqual([]);
  });

  it("an address that carries a password", () => {
    expect(found("url postgres://ada:hunter2@db.internal:5432/app, then")).toEqual([
      "URL_WITH_CREDENTIALS postgres://ada:hunter2@db.internal:5432/app"
    ]);
    expect(scanText("https://ada:hunter2@example.com/x").map(({type}) => type)).toEqual([
      "URL_WITH_CREDENTIALS"
    ]);
    expect(found("https://user:${PASSWORD}@example.com https://example.com:8080/@ada")).toEqual([]);
  });

  it("what is assigned to a password or a key, but no placeholder and no prose", () => {
    expect(found('password = "correct horse"')).toEqual([]);
    expect(found('"password": "Tr0ub4dor&3"')).toEqual(["PASSWORD Tr0ub4dor&3"]);
    expect(found("DB_PASSWORD=s3cr3t_value\n")).toEqual(["PASSWORD s3cr3t_value"]);
    expect(
      found("password: ******** and api_key: <your key> token=${TOKEN} secret: process.env.SECRET")
    ).toEqual([]);
    expect(found("My password: forgotten again. The token: something.")).toEqual([]);
  });

  it.each([
    ["password: MyDog2015!", "MyDog2015"],
    ['password = "$uperS3cret99"', "$uperS3cret99"],
    ["password: $uperS3cret!", "$uperS3cret"],
    ["DB_PASSWORD=changeme2024X!", "changeme2024X"],
    ["password: example99!x", "example99!x"],
    ["password: yourMom#1", "yourMom#1"],
    ['password: "correct horse 7 battery"', "correct horse 7 battery"],
    ["password: '%tagesZeit3'", "%tagesZeit3"],
    ["my password is $uperS3cret99", "$uperS3cret99"]
  ])("%s is a password although it begins as a placeholder does", (text, value) =>
    expect(found(text)).toEqual([`PASSWORD ${value}`])
  );

  it("an address whose password begins with a sign of variables", () => {
    expect(found("postgres://ada:$ecret99@db.internal/app")).toEqual([
      "URL_WITH_CREDENTIALS postgres://ada:$ecret99@db.internal/app"
    ]);
  });

  it.each([
    "password: my-secret-password",
    "password=mypassword",
    "api_key=YOUR_API_KEY_HERE",
    "api_key: your-openai-key",
    "token = 'your.token'",
    "password: change_me",
    "password: changeme!",
    "password = $DB_PASSWORD_2",
    "password = $dbPassword",
    'password = "${password:-x9}"',
    "password=%DB_PASSWORD%",
    "password: {{ vault_password_1 }}",
    "secret: example_key",
    'password: "at least 8 characters"',
    'token: "valid for the next 30 uses"'
  ])("no secret in %s", (text) => expect(found(text)).toEqual([]));

  it("the whole text of a column or a member that is called a password or a key", () => {
    const inColumn = (text: string, column: string) =>
      scanText(text, {column, withText: true}).map(({type, text: words}) => `${type} ${words}`);
    expect(inColumn("correcthorse", "user_password")).toEqual(["PASSWORD correcthorse"]);
    expect(inColumn("s3cr3t_value", "config.api_key")).toEqual(["SECRET s3cr3t_value"]);
    expect(inColumn("running", "token")).toEqual([]);
    expect(inColumn("correct horse", "password")).toEqual([]);
    for (const action of ["mask", "replace", "pseudonym"] as const) {
      const key = Buffer.alloc(16, 7);
      const redacted = redact("correcthorse", scanText("correcthorse", {column: "password"}), {
        default: action,
        key
      });
      expect(inColumn(redacted, "password"), redacted).toEqual([]);
    }
    const cell = '{"user": "ada", "password": "correcthorse"}';
    expect(scanRow("1", {cell}, ["cell"], {policy: {default: "replace"}}).row).toEqual({
      cell: '{"user": "ada", "password": "<PASSWORD>"}'
    });
  });

  it("a random token only beside a word that says what it is", () => {
    const random = "q7Xz93LmPw2RtYv8KsJd4";
    expect(found(`the bearer ${random}`)).toEqual([`SECRET ${random}`]);
    expect(found(`commit ${random}`)).toEqual([]);
    expect(found("the key internationalization-of-words")).toEqual([]);
  });
});

describe("web tokens and cookies", () => {
  const jwt = `${part({alg: "HS256", typ: "JWT"})}.${part({sub: "1234567890"})}.${letters.slice(0, 40)}`;

  it.each([
    jwt,
    `${jwt}.pdf`,
    `/files/${jwt}.pdf`,
    `report-${jwt}.pdf`,
    `https://example.org/files/${jwt}.pdf`
  ])("a token in %s", (text) => expect(found(text)).toContain(`ACCESS_TOKEN ${jwt}`));
  it("a token whose header holds an object", () => {
    const token = `${part({jwk: {kty: "RSA", n: "eyJ"}, a: {b: {c: 1}}, alg: "RS256"})}.${part({a: 1})}.${letters}`;
    expect(found(`token ${token}`)).toEqual([`ACCESS_TOKEN ${token}`]);
  });

  it.each([
    ["Cookie: sid=a8f3Kd02jfLs; theme=dark", "a8f3Kd02jfLs"],
    ["Set-Cookie: auth=38afes7a8; Path=/; Max-Age=31536000000000000; Secure", "38afes7a8"],
    ['-H "Cookie: theme=dark; login=38afes7a8"', "38afes7a8"],
    ['{"cookie": "remember_me=38afes7a8"}', "38afes7a8"],
    ["document.cookie = 'sessionToken=38afes7a8'", "38afes7a8"],
    ["PHPSESSID=298zf09hf012fh2as1 is gone", "298zf09hf012fh2as1"],
    ["cookie: _ga=GA1.2.1234567890.1601234567", "GA1.2.1234567890.1601234567"]
  ])("what %s sends", (text, value) => expect(found(text)).toEqual([`ACCESS_TOKEN ${value}`]));
  it("what a column of cookies holds", () => {
    const [own] = scanText("lang=en; sid=a8f3Kd02jfLs", {column: "headers Cookie", withText: true});
    expect(own).toMatchObject({type: "ACCESS_TOKEN", text: "a8f3Kd02jfLs"});
  });
  it.each([
    "the cookie: a biscuit with 12 chips",
    "Cookie: theme=dark; lang=en-GB; consent=yes",
    "Set-Cookie: sid=<redacted>; Path=/",
    "Cookie: sid=$SESSION_ID_2",
    "cookie = 3 eggs=2",
    "session_id=abc"
  ])("nothing in %s", (text) => expect(found(text)).toEqual([]));
});
