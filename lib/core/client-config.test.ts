import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBase64 } from "@/lib/core/base64";
import { type ClientKeys, parseClientConfig, renderClientConfig } from "@/lib/core/client-config";
import type { ConfigurationFields } from "@/lib/core/client-config-fields";
import { PortcullisError } from "@/lib/core/errors";
import { PrivateKey, generateKeyPair } from "@/lib/core/keys";
import { addressAt, clientCapacity, parseSubnetV4, ulaFromRandom } from "@/lib/core/subnet";
import { anyText } from "@/lib/core/testing/any-text";

const SERVER_KEYS = Array.from({ length: 5 }, () => generateKeyPair(randomBytes).publicKey);
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

const instance = fc
  .record({ subnetV4: fc.constantFrom("10.8.0.0/24", "172.16.0.0/16", "192.168.255.248/29", "100.64.0.0/20"), globalId: fc.uint8Array({ minLength: 5, maxLength: 5 }), host: fc.nat() })
  .map(({ subnetV4: text, globalId, host }) => {
    const [subnetV4, subnetV6] = [parseSubnetV4(text), ulaFromRandom(globalId)];
    const { v4, v6 } = addressAt(subnetV4, subnetV6, 2 + (host % clientCapacity(subnetV4)));
    return { addresses: [`${v4}/32`, `${v6}/128`], allowedIps: [subnetV4, subnetV6] };
  });

const endpoint = fc
  .tuple(fc.oneof(fc.domain(), fc.ipV4(), fc.constantFrom("[2001:db8::1]", "[fd00::5]", "gateway", "fra-1.example.com")), fc.integer({ min: 1, max: 65_535 }))
  .map(([host, port]) => `${host}:${port}`);

const fields: fc.Arbitrary<ConfigurationFields> = fc
  .record({
    instance,
    dns: fc.array(fc.oneof(fc.ipV4(), fc.constantFrom("fd12:3456:789a::1", "::1")), { maxLength: 3 }),
    mtu: fc.option(fc.integer({ min: 1280, max: 65_535 })),
    serverPublicKey: fc.constantFrom(...SERVER_KEYS),
    endpoint,
    persistentKeepaliveSeconds: fc.integer({ min: 0, max: 65_535 }),
  })
  .map(({ instance: { addresses, allowedIps }, ...rest }) => ({ addresses, allowedIps, ...rest }));

const keys: fc.Arbitrary<ClientKeys> = fc.record({
  privateKey: fc.option(key.map((bytes) => new PrivateKey(bytes))),
  presharedKey: fc.option(key),
});

const SAMPLE: ConfigurationFields = {
  addresses: ["10.8.0.2/32", "fd12:3456:789a::2/128"],
  dns: ["10.8.0.1"],
  mtu: 1420,
  serverPublicKey: "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=",
  endpoint: "[2001:db8::1]:51820",
  allowedIps: ["10.8.0.0/24", "fd12:3456:789a::/64"],
  persistentKeepaliveSeconds: 25,
};
const NO_KEYS: ClientKeys = { privateKey: null, presharedKey: null };
const withField = (field: keyof ConfigurationFields, value: unknown): ConfigurationFields => ({ ...SAMPLE, [field]: value }) as ConfigurationFields;
const refusal = (field: string): PortcullisError => expect.objectContaining({ code: "internal", facts: { field } }) as PortcullisError;

describe("a client configuration", () => {
  test("is the file that wg-quick and the apps read", () => {
    const privateKey = new PrivateKey(Uint8Array.from({ length: 32 }, (_, i) => i));
    expect(renderClientConfig(SAMPLE, { privateKey, presharedKey: new Uint8Array(32).fill(7) })).toBe(
      [
        "[Interface]",
        "PrivateKey = AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHl8=",
        "Address = 10.8.0.2/32, fd12:3456:789a::2/128",
        "DNS = 10.8.0.1",
        "MTU = 1420",
        "",
        "[Peer]",
        "PublicKey = 3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=",
        "PresharedKey = BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
        "AllowedIPs = 10.8.0.0/24, fd12:3456:789a::/64",
        "Endpoint = [2001:db8::1]:51820",
        "PersistentKeepalive = 25",
        "",
      ].join("\n"),
    );
  });

  test("leaves out what is not set, and says where a private key goes that the browser never had", () => {
    const text = renderClientConfig({ ...SAMPLE, dns: [], mtu: null, persistentKeepaliveSeconds: 0 }, NO_KEYS);
    expect(text).not.toMatch(/DNS|MTU|PresharedKey|PersistentKeepalive/);
    expect(text).toContain("\nPrivateKey = <paste the private key that stays on your machine>\n");
  });

  test("reads back as exactly what was written, whatever the fields and keys", () => {
    fc.assert(
      fc.property(fields, keys, (written, clientKeys) => {
        const text = renderClientConfig(written, clientKeys);
        const read = parseClientConfig(text);
        expect(read.fields).toEqual(written);
        expect(read.keys.privateKey?.reveal()).toBe(clientKeys.privateKey?.reveal());
        expect(read.keys.presharedKey).toEqual(clientKeys.presharedKey);
        expect(renderClientConfig(read.fields, read.keys)).toBe(text);
      }),
    );
  });
});

const TEXT_FIELDS = ["serverPublicKey", "endpoint"] as const;
const LIST_FIELDS = ["addresses", "dns", "allowedIps"] as const;
const INJECTIONS = [
  "\nPostUp = id", "\r\nPostUp = id", "\n[Peer]\nAllowedIPs = 0.0.0.0/0", "\n", "\r", "\t", " ", "\u2028", "\u0085", "\0", "; id", "#", "'", '"', "`id`", "$(id)", "\\", ",", ", 0.0.0.0/0", "=", "%eth0", "\u202E",
];

describe("config injection (T15)", () => {
  test.each(TEXT_FIELDS.flatMap((field) => INJECTIONS.map((injection) => [field, injection] as const)))("%s refuses %j, before, after and within its value", (field, injection) => {
    const value = SAMPLE[field];
    for (const text of [injection + value, value + injection, value.slice(0, 5) + injection + value.slice(5), injection]) {
      expect(() => renderClientConfig(withField(field, text), NO_KEYS)).toThrow(refusal(field));
    }
  });

  test.each(LIST_FIELDS.flatMap((field) => INJECTIONS.map((injection) => [field, injection] as const)))("%s refuses %j in any of its entries", (field, injection) => {
    const [value] = SAMPLE[field] as [string];
    for (const text of [injection + value, value + injection, value.slice(0, 5) + injection + value.slice(5), injection]) {
      expect(() => renderClientConfig(withField(field, [...SAMPLE[field], text]), NO_KEYS)).toThrow(refusal(field));
    }
  });

  test("no text in any field adds a line or changes another field: it is refused, or read back as it was", () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEXT_FIELDS, ...LIST_FIELDS), anyText, fc.boolean(), (field, text, appended) => {
        const value = field === "serverPublicKey" || field === "endpoint" ? (appended ? SAMPLE[field] + text : text) : [appended ? SAMPLE[field][0] + text : text];
        const altered = withField(field, value);
        let rendered: string;
        try {
          rendered = renderClientConfig(altered, NO_KEYS);
        } catch (error) {
          expect(error).toEqual(refusal(field));
          return;
        }
        expect(rendered.split("\n")).toHaveLength(renderClientConfig(SAMPLE, NO_KEYS).split("\n").length);
        expect(parseClientConfig(rendered).fields).toEqual(altered);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[keyof ConfigurationFields, unknown]>([
    ["mtu", "1420\nPostUp = id"],
    ["mtu", 1279],
    ["mtu", 65_536],
    ["mtu", 1420.5],
    ["mtu", Number.NaN],
    ["mtu", undefined],
    ["persistentKeepaliveSeconds", "25\nPostUp = id"],
    ["persistentKeepaliveSeconds", -1],
    ["persistentKeepaliveSeconds", 65_536],
    ["persistentKeepaliveSeconds", null],
    ["addresses", []],
    ["addresses", ["10.8.0.2"]],
    ["addresses", ["10.8.0.2/24"]],
    ["addresses", ["10.8.0.02/32"]],
    ["addresses", ["fd12:3456:789A::2/128"]],
    ["addresses", ["10.8.0.2/32/32"]],
    ["dns", ["resolver.example"]],
    ["dns", ["0x7f000001"]],
    ["dns", [{ toString: () => "10.8.0.1" }]],
    ["allowedIps", []],
    ["allowedIps", ["10.8.0.1/24"]],
    ["allowedIps", ["10.8.0.0"]],
    ["allowedIps", ["10.8.0.0/33"]],
    ["allowedIps", ["10.8.0.0/024"]],
    ["serverPublicKey", ""],
    ["serverPublicKey", encodeBase64(new Uint8Array(32))],
    ["endpoint", "https://gateway.example:51820"],
    ["endpoint", "gateway.example"],
    ["endpoint", "gateway.example:0"],
    ["endpoint", "gateway.example:65536"],
    ["endpoint", "gateway.example:051820"],
    ["endpoint", "2001:db8::1:51820"],
    ["endpoint", "[2001:DB8::1]:51820"],
    ["endpoint", "[fe80::1%eth0]:51820"],
    ["endpoint", "[gateway.example]:51820"],
    ["endpoint", "300.1.1.1:51820"],
    ["endpoint", "-gateway.example:51820"],
    ["endpoint", "gateway..example:51820"],
    ["endpoint", "user@gateway.example:51820"],
    ["endpoint", `${"a".repeat(64)}.example:51820`],
  ])("%s refuses %j", (field, value) => {
    expect(() => renderClientConfig(withField(field, value), NO_KEYS)).toThrow(refusal(field));
  });

  test("the refusal never repeats the value, which might be a secret in the wrong place", () => {
    expect(() => renderClientConfig(withField("endpoint", "hunter2"), NO_KEYS)).not.toThrow("hunter2");
  });

  test("a preshared key of another length is refused", () => {
    expect(() => renderClientConfig(SAMPLE, { privateKey: null, presharedKey: new Uint8Array(31) })).toThrow(RangeError);
  });
});

describe("reading a configuration", () => {
  const good = renderClientConfig(SAMPLE, { privateKey: generateKeyPair(randomBytes).privateKey, presharedKey: randomBytes(32) });

  test.each([
    ["a hook that runs a command", good.replace("[Peer]", "PostUp = id\n[Peer]")],
    ["a field in the wrong section", good.replace("MTU = 1420\n", "").replace("[Peer]", "[Peer]\nMTU = 1420")],
    ["a field before any section", `MTU = 1420\n${good}`],
    ["a second peer", `${good}[Peer]\nPublicKey = ${SAMPLE.serverPublicKey}\n`],
    ["a field given twice", good.replace("MTU = 1420", "MTU = 1420\nMTU = 1300")],
    ["no endpoint", good.replace(/Endpoint.*\n/, "")],
    ["no private key", good.replace(/PrivateKey.*\n/, "")],
    ["a broken private key", good.replace(/PrivateKey = .{5}/, "PrivateKey = ")],
    ["a broken preshared key", good.replace(/PresharedKey = .{5}/, "PresharedKey = ")],
    ["a number with a leading zero", good.replace("1420", "01420")],
    ["a line that is nothing", `${good}hello\n`],
    ["another network mask on its address", good.replace("10.8.0.2/32", "10.8.0.2/16")],
    ["nothing", ""],
  ])("refuses %s", (_what, text) => {
    expect(() => parseClientConfig(text)).toThrow(expect.objectContaining({ code: "bad_request" }) as PortcullisError);
  });

  test("skips comments and blank lines", () => {
    expect(parseClientConfig(`# ${good.split("\n")[0]}\n\n${good}`).fields).toEqual(SAMPLE);
  });

  test("never repeats a value of the text that it refuses", () => {
    fc.assert(
      fc.property(key, (bytes) => {
        const secret = encodeBase64(bytes);
        for (const text of [good.replace(/PrivateKey = .*/, `PrivateKey = ${secret}=`), `${good}${secret}\n`, good.replace("[Peer]", `Secret = ${secret}\n[Peer]`)]) {
          expect(() => parseClientConfig(text)).toThrow(PortcullisError);
          expect(() => parseClientConfig(text)).not.toThrow(secret);
        }
      }),
      { numRuns: 20 },
    );
  });
});
