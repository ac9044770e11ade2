import { describe, expect, test } from "vitest";
import { golden } from "@/lib/protocol/golden";
import {
  ackRequestSchema,
  credentialSchema,
  enrolRequestSchema,
  instanceSchema,
  interfaceNameSchema,
  peerSchema,
  reportRequestSchema,
  stateQueryOf,
  stateQuerySchema,
  stateResponseSchema,
} from "@/lib/protocol/messages";

const instance = golden.stateFull.instances[0]!;
const peer = instance.peers[0]!;

describe("messages", () => {
  test("a field that this version doesn't know is dropped, so that newer senders may add some", () => {
    expect(peerSchema.parse({ ...peer, colour: "red" })).toEqual(peer);
  });

  test("T15 no text that reaches wg or ip can carry another line, option or section", () => {
    for (const interfaceName of ["pc-6f1c2a34\n", "--help", "../../x", "pc-6F1C2A34", "pc-6f1c2a345", "wg0"]) {
      expect(interfaceNameSchema.safeParse(interfaceName).success).toBe(false);
    }
    const badNetworks = ["10.8.0.2/32\nEndpoint = 1.2.3.4:5", "10.8.0.2", "10.8.0.2/33", "010.8.0.2/32", "10.8.0.2/24", "fd00:0::2/128", "FD00::2/128", "::/129", "::ffff:10.8.0.2/128", "0x0a.8.0.2/32"];
    for (const allowedIp of badNetworks) expect(peerSchema.safeParse({ ...peer, allowedIps: [allowedIp] }).success, allowedIp).toBe(false);
    const badKeys = [`${peer.publicKey}\n`, peer.publicKey.slice(1), `${peer.publicKey.slice(0, 42)}B=`, "A".repeat(44)];
    for (const publicKey of badKeys) expect(peerSchema.safeParse({ ...peer, publicKey }).success, publicKey).toBe(false);
    for (const address of ["10.8.0.1", "10.8.0.1/24 dev eth0", "fe80::1%eth0/64"]) {
      expect(instanceSchema.safeParse({ ...instance, addresses: [address] }).success, address).toBe(false);
    }
  });

  test("the spellings of one network are refused but for the one that all tools print", () => {
    for (const allowedIp of ["0.0.0.0/0", "::/0", "10.8.0.0/24", "10.8.0.2/32", "fd5e:2a91:c340::/64", "fd00:0:0:1::/64", "2001:db8:0:1:1:1:1:1/128"]) {
      expect(peerSchema.safeParse({ ...peer, allowedIps: [allowedIp] }).success, allowedIp).toBe(true);
    }
    for (const allowedIp of ["fd00::1:0:0:0:2/128", "2001:db8::1:1:1:1:1/128", "fd00::/8/8", "fd00:0:0:1::0/64"]) {
      expect(peerSchema.safeParse({ ...peer, allowedIps: [allowedIp] }).success, allowedIp).toBe(false);
    }
  });

  test("a sealed preshared key has version 1 and 105 bytes", () => {
    const sealed = peer.sealedPresharedKey!;
    expect(peerSchema.safeParse({ ...peer, sealedPresharedKey: null }).success).toBe(true);
    for (const bad of [`B${sealed.slice(1)}`, sealed.slice(4), `${sealed}AAAA`, ""]) {
      expect(peerSchema.safeParse({ ...peer, sealedPresharedKey: bad }).success).toBe(false);
    }
  });

  test("T18 tokens and credentials carry 256 bits", () => {
    expect(enrolRequestSchema.safeParse({ ...golden.enrolRequest, token: "pce_short" }).success).toBe(false);
    expect(credentialSchema.safeParse(`pcg_${"a".repeat(42)}`).success).toBe(false);
    expect(credentialSchema.safeParse(`pcg_${"a".repeat(43)}`).success).toBe(true);
  });

  test("a delta leads to a later revision", () => {
    expect(stateResponseSchema.safeParse({ ...golden.stateDelta, revision: golden.stateDelta.from }).success).toBe(false);
  });

  test("lists, texts and numbers beyond their bounds are refused", () => {
    expect(ackRequestSchema.safeParse({ ...golden.ackRequest, revision: 2 ** 53 }).success).toBe(false);
    expect(ackRequestSchema.safeParse({ ...golden.ackRequest, appliedMsAgo: -1 }).success).toBe(false);
    expect(ackRequestSchema.safeParse({ ...golden.ackRequest, appliedMsAgo: Number.POSITIVE_INFINITY }).success).toBe(false);
    const failure = golden.ackRequestFailed.failures[0]!;
    expect(ackRequestSchema.safeParse({ ...golden.ackRequest, failures: Array.from({ length: 101 }, () => failure) }).success).toBe(false);
    expect(ackRequestSchema.safeParse({ ...golden.ackRequest, failures: [{ ...failure, message: "x".repeat(301) }] }).success).toBe(false);
    const report = golden.reportRequest.peers[0]!;
    expect(reportRequestSchema.safeParse({ ...golden.reportRequest, peers: Array.from({ length: 5_001 }, () => report) }).success).toBe(false);
  });

  test("the query of a state request is written as it is read", () => {
    for (const query of [
      { since: null, wait: 30 },
      { since: 0, wait: 0 },
      { since: Number.MAX_SAFE_INTEGER, wait: 25 },
    ]) {
      expect(stateQuerySchema.parse(stateQueryOf(query))).toEqual(query);
    }
    for (const query of [{ since: "-1", wait: "0" }, { since: "1e3", wait: "0" }, { since: "", wait: "0" }, { since: "0", wait: "31" }, { since: "0" }]) {
      expect(stateQuerySchema.safeParse(query).success).toBe(false);
    }
  });
});
