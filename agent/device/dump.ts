/** Reads what `wg show IFACE dump` prints (wg(8)): one line for the interface, then one for each peer, fields by tabs. */
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { ObservedPeer } from "@/lib/core/peer-diff";

export interface PeerReading extends ObservedPeer {
  /** "host:port"; null: never heard of. */
  endpoint: string | null;
  /** Seconds since 1970 by the gateway's clock; 0: never. */
  latestHandshake: number;
  receivedBytes: number;
  sentBytes: number;
}

export interface DumpReading {
  /** null: the interface has no key yet. */
  publicKey: string | null;
  /** 0: not listening. */
  listenPort: number;
  peers: PeerReading[];
}

/** What runs in one go: a cut that comes meanwhile waits for some milliseconds, at any number of peers. */
const LINES_IN_ONE_GO = 1_000;

/** @throws Error on text that no wg prints; the text, which holds keys, is not repeated. */
export async function parseDump(text: string): Promise<DumpReading> {
  const lines = text.split("\n");
  // The first field is the interface's private key: not even looked at.
  const [, publicKey, listenPort, fwmark] = lines[0]!.split("\t");
  if (publicKey === undefined || fwmark === undefined) throw new Error("wg show printed something that is no dump.");
  const peers: PeerReading[] = [];
  for (let i = 1; i < lines.length; i += 1) {
    const line = lines[i]!;
    if (line !== "") peers.push(parsePeer(line));
    if (i % LINES_IN_ONE_GO === 0) await yieldToOthers();
  }
  return { publicKey: orNull(publicKey), listenPort: Number(listenPort), peers };
}

function parsePeer(line: string): PeerReading {
  const fields = line.split("\t");
  if (fields.length !== 8) throw new Error("wg show printed a peer that is not in the form of a dump.");
  const [publicKey, presharedKey, endpoint, allowedIps, latestHandshake, receivedBytes, sentBytes] = fields as [string, string, string, string, string, string, string];
  return {
    publicKey,
    presharedKey: orNull(presharedKey),
    endpoint: orNull(endpoint),
    allowedIps: allowedIps === "(none)" ? [] : allowedIps.split(","),
    latestHandshake: Number(latestHandshake),
    receivedBytes: Number(receivedBytes),
    sentBytes: Number(sentBytes),
  };
}

const orNull = (field: string): string | null => (field === "(none)" ? null : field);
