/** Messages that nobody should send: real ones with something wrong in one or several places. */
import * as fc from "fast-check";
import { anyText } from "@/lib/core/testing/any-text";

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

const UUID = "00000000-0000-4000-8000-000000000000";

/** What breaks parsers, databases, logs and arithmetic elsewhere. */
const hostileValue: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue[]>(
    null, true, "", "\u0000", "a\u0000b", "\ud800", "\udfff\ud800", "\u202e", "\u001b[2J", "\r\n", "' OR 1=1; --", "{}", "%00", "../../etc/passwd", "999.999.999.999:99999", "[::]:0", "[::%lo]:1",
    0, -0, -1, 0.5, 1e-9, 2 ** 31, 2 ** 32, 2 ** 53, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MAX_VALUE, Number.MIN_VALUE,
    [], {}, [[]], [null], UUID, UUID.toUpperCase(), "A".repeat(44), `${"A".repeat(43)}=`, "0".repeat(64), "f".repeat(64),
  ),
  anyText,
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>,
);

interface Place {
  /** Taken modulo the number of places. */
  at: number;
  how: "put" | "remove" | "twice";
  value: JsonValue;
}

const place: fc.Arbitrary<Place> = fc.record({ at: fc.nat(), how: fc.constantFrom("put" as const, "put" as const, "remove" as const, "twice" as const), value: hostileValue });

/** The message with one to three places changed: another value there, nothing there, or (in a list) the same once more. */
export const hostileVariantOf = (message: unknown): fc.Arbitrary<JsonValue> => fc.array(place, { minLength: 1, maxLength: 3 }).map((places) => places.reduce(changed, structuredClone(message) as JsonValue));

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, "utf8"));

/** Anything at all, as the bytes of a body: not JSON, not UTF-8, or JSON of another shape. */
export const hostileBody: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
  hostileValue.map((value) => bytesOf(JSON.stringify(value))),
  fc.constantFrom("\ufeff{}", "{", "[", '{"revision":1e999}', '{"__proto__":{"revision":0}}', '{"revision":0,"revision":-1}', "NaN", "\u0000", `${"[".repeat(100_000)}`, `${"[".repeat(50_000)}${"]".repeat(50_000)}`, `{"a":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`).map(bytesOf),
);

function changed(message: JsonValue, { at, how, value }: Place): JsonValue {
  const places = placesOf(message);
  const found = places[at % Math.max(1, places.length)];
  if (found === undefined) return value;
  const { parent, key } = found;
  if (Array.isArray(parent)) {
    const index = Number(key);
    if (how === "put") parent[index] = value;
    else if (how === "remove") parent.splice(index, 1);
    else parent.push(structuredClone(parent[index]!));
  } else if (how === "remove") delete parent[key];
  else parent[key] = value;
  return message;
}

type Container = JsonValue[] | { [key: string]: JsonValue };

function placesOf(value: JsonValue): { parent: Container; key: string }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => [{ parent: value, key }, ...placesOf((value as { [key: string]: JsonValue })[key]!)]);
}
