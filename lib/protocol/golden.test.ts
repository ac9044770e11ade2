import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { digestOf, elementsOf, toHex } from "@/lib/protocol/digest";
import { golden } from "@/lib/protocol/golden";
import * as messages from "@/lib/protocol/messages";
import { SPOKEN_VERSIONS } from "@/lib/protocol/version";

const schemas: [name: string, message: unknown, schema: z.ZodType][] = [
  ["enrol-request", golden.enrolRequest, messages.enrolRequestSchema],
  ["enrol-response", golden.enrolResponse, messages.enrolResponseSchema],
  ["state-full", golden.stateFull, messages.stateResponseSchema],
  ["state-full-2", golden.stateFull2, messages.stateResponseSchema],
  ["state-delta", golden.stateDelta, messages.stateResponseSchema],
  ["state-unchanged", golden.stateUnchanged, messages.stateResponseSchema],
  ["ack-request", golden.ackRequest, messages.ackRequestSchema],
  ["ack-request-failed", golden.ackRequestFailed, messages.ackRequestSchema],
  ["ack-response", golden.ackResponse, messages.ackResponseSchema],
  ["report-request", golden.reportRequest, messages.reportRequestSchema],
  ["report-response", golden.reportResponse, messages.reportResponseSchema],
  ["report-response-rotate", golden.reportResponseRotate, messages.reportResponseSchema],
  ["credential-request", golden.credentialRequest, messages.credentialRequestSchema],
  ["credential-response", golden.credentialResponse, messages.credentialResponseSchema],
  ["error-response-too-old", golden.errorResponseTooOld, messages.errorResponseSchema],
  ["error-response", golden.errorResponse, messages.errorResponseSchema],
];

describe("golden messages", () => {
  test.each(schemas)("%s parses, and is written again as it stands in the file", (_, message, schema) => {
    expect(JSON.stringify(schema.parse(message))).toBe(JSON.stringify(message));
  });

  test("there is a full state with its digest for every version that is spoken", () => {
    const states: Record<number, [message: unknown, digest: string]> = { 1: [golden.stateFull, golden.digest.digest], 2: [golden.stateFull2, golden.digest.digest2] };
    expect(Object.keys(states)).toEqual(SPOKEN_VERSIONS.map(String));
    for (const [message, digest] of Object.values(states)) {
      const state = messages.stateResponseSchema.parse(message);
      if (state.kind !== "full") throw new Error("the golden state is of another kind");
      expect(toHex(digestOf(state.instances.flatMap((instance) => [...elementsOf(instance)])))).toBe(digest);
    }
  });

  test("the digest that is acknowledged is the digest of the full state with the delta applied", () => {
    const delta = messages.stateResponseSchema.parse(golden.stateDelta);
    const full = messages.stateResponseSchema.parse(golden.stateFull);
    if (full.kind !== "full" || delta.kind !== "delta") throw new Error("the golden states are of other kinds");
    const instances = new Map(full.instances.map((instance) => [instance.instanceId, instance]));
    for (const change of delta.changes) {
      if (change.kind === "instance") instances.set(change.instance.instanceId, change.instance);
      if (change.kind === "instance-removed") instances.delete(change.instanceId);
      if (change.kind === "peer") instances.get(change.instanceId)!.peers.push(change.peer);
      if (change.kind === "peer-removed") {
        const instance = instances.get(change.instanceId)!;
        instance.peers = instance.peers.filter((peer) => peer.publicKey !== change.publicKey);
      }
    }
    const digest = toHex(digestOf([...instances.values()].flatMap((instance) => [...elementsOf(instance)])));
    expect(digest).toBe(golden.ackRequest.digest);
    expect(digest).toBe(golden.digest.digestAfterDelta);
  });
});
