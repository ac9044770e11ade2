/** One text for one value: what gets hashed must not depend on key order, spacing or the engine that wrote it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * JSON without white space, keys sorted by UTF-16 code units (as RFC 8785), numbers as whole ones only: fractions and
 * integers beyond 2^53 are written differently by different programs.
 * @throws TypeError for a fraction, an unsafe integer, `undefined`, a lone surrogate, or anything else JSON can't hold.
 */
export function canonicalJson(value: Json): string {
  switch (typeof value) {
    case "boolean":
      return String(value);
    case "number":
      if (!Number.isSafeInteger(value)) throw new TypeError("Canonical JSON holds whole numbers up to 2^53 only.");
      return JSON.stringify(value);
    case "string":
      return canonicalString(value);
    case "object":
      if (value === null) return "null";
      return isArray(value) ? `[${value.map(canonicalJson).join(",")}]` : canonicalObject(value);
    default:
      throw new TypeError(`Canonical JSON can't hold a ${typeof value}.`);
  }
}

function canonicalObject(object: JsonObject): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError("Canonical JSON holds plain objects only.");
  const members = Object.keys(object)
    .sort()
    .map((key) => `${canonicalString(key)}:${canonicalJson(object[key]!)}`);
  return `{${members.join(",")}}`;
}

function canonicalString(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError("Canonical JSON holds well-formed Unicode only.");
  return JSON.stringify(text);
}

const isArray = (value: readonly Json[] | JsonObject): value is readonly Json[] => Array.isArray(value);
