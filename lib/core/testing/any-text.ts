/** For property tests only. */
import * as fc from "fast-check";

/** Any code point, lone surrogates and unassigned ones too; half of them ASCII, where most syntax is. */
export const anyCharacter = fc.oneof(fc.nat(0x7f), fc.nat(0x10ffff)).map((point) => String.fromCodePoint(point));

export const anyText = fc.string({ unit: anyCharacter });
