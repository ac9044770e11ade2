/** Whatever arrives, a schema says yes or no; and what it says yes to can be stored, logged and shown. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { golden } from "@/lib/protocol/golden";
import * as messages from "@/lib/protocol/messages";
import { anyText } from "@/lib/core/testing/any-text";
import { isPlainText, toPlainText } from "@/lib/protocol/plain-text";
import { hostileBody, hostileVariantOf } from "@/lib/testing/hostile-messages";

const kinds: [name: string, message: unknown, schema: z.ZodType][] = [
  ["enrol-request", golden.enrolRequest, messages.enrolRequestSchema],
  ["enrol-response", golden.enrolResponse, messages.enrolResponseSchema],
  ["state-full", golden.stateFull, messages.stateResponseSchema],
  ["state-delta", golden.stateDelta, messages.stateResponseSchema],
  ["ack-request", golden.ackRequestFailed, messages.ackRequestSchema],
  ["ack-response", golden.ackResponse, messages.ackResponseSchema],
  ["report-request", golden.reportRequest, messages.reportRequestSchema],
  ["report-response", golden.reportResponse, messages.reportResponseSchema],
  ["error-response", golden.errorResponse, messages.errorResponseSchema],
];

const NUL_OR_HALF_PAIR = /\0|\p{Cs}/u;

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Answers a yes or a no, and a yes for what it made of it too. */
function isJudged(schema: z.ZodType, message: unknown): z.ZodSafeParseResult<unknown> {
  const parsed = schema.safeParse(message);
  if (parsed.success) expect(schema.parse(JSON.parse(JSON.stringify(parsed.data)))).toEqual(parsed.data);
  return parsed;
}

describe.each(kinds)("%s", (name, message, schema) => {
  test("with anything wrong in it is taken or refused, and neither throws", () => {
    fc.assert(
      fc.property(hostileVariantOf(message), (variant) => {
        const parsed = isJudged(schema, variant);
        // What the portal stores, logs, mails or shows.
        if (parsed.success && name.endsWith("-request")) for (const text of textsIn(parsed.data)) expect(text).not.toMatch(NUL_OR_HALF_PAIR);
      }),
      { seed: 20270301, numRuns: 400 },
    );
  });

  test("that is no such message at all is taken or refused, and neither throws", () => {
    fc.assert(
      fc.property(hostileBody, (bytes) => {
        let value: unknown;
        try {
          value = JSON.parse(Buffer.from(bytes).toString("utf8"));
        } catch {
          return;
        }
        isJudged(schema, value);
      }),
      { seed: 20270301, numRuns: 200 },
    );
  });
});

test("a NUL, an escape sequence or half of a surrogate pair is in no text that people get to read; line feeds and tabs may be", () => {
  const [failure] = golden.ackRequestFailed.failures;
  for (const bad of ["\u0000", "a\u0000", "\u001b[2J", "\r", "\u007f", "\u009b", "\ud83d"]) {
    expect(messages.enrolRequestSchema.safeParse({ ...golden.enrolRequest, agentVersion: bad }).success).toBe(false);
    expect(messages.enrolRequestSchema.safeParse({ ...golden.enrolRequest, wireguard: { implementation: "kernel", toolsVersion: bad } }).success).toBe(false);
    expect(messages.ackRequestSchema.safeParse({ ...golden.ackRequest, failures: [{ ...failure, message: bad }] }).success).toBe(false);
  }
  expect(messages.ackRequestSchema.safeParse({ ...golden.ackRequest, failures: [{ ...failure, message: "Zeile\n\tzwei 😀" }] }).success).toBe(true);
});

test("what a tool says is made plain, however it is cut", () => {
  fc.assert(
    fc.property(anyText, fc.nat(40), (text, length) => {
      const plain = toPlainText(text, length);
      expect(isPlainText(plain)).toBe(true);
      expect(plain.length).toBeLessThanOrEqual(length);
      if (isPlainText(text) && text.length <= length) expect(plain).toBe(text);
    }),
  );
  expect(toPlainText("ab😀", 3)).toBe("ab");
});
