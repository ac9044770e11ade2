/** Reads what `wg show IFACE dump` prints (wg(8)): one line for the interface, then one for each peer, fields by tabs. */
import type { ObservedPeer } from "@/lib/core/peer-diff";

export interface PeerReading extends ObservedPeer {
  /** "host:port"; null: never heard of. */
  endpoint: string | null;
  /** Seconds since 1970 by the gateway's clock; 0: never. */
  latestHandshake: number;
  receivedBytes: number;
  sentBytes: number;
}

/** What the first line tells. */
export interface DumpHead {
  /** null: the interface has no key yet. */
  publicKey: string | null;
  /** 0: not listening. */
  listenPort: number;
}

/** @throws Error on a line that no wg prints; the line, which holds keys, is not repeated. */
export function parseHead(line: string): DumpHead {
  // The first field is the interface's private key: not even looked at.
  const [, publicKey, listenPort, fwmark] = line.split("\t");
  if (publicKey === undefined || fwmark === undefined) throw new Error("wg show printed something that is no dump.");
  return { publicKey: orNull(publicKey), listenPort: Number(listenPort) };
}

/** @throws Error as parseHead */
export function parsePeer(line: string): PeerReading {
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

/** Cuts text that comes in pieces into its lines. */
export class LineCutter {
  private rest = "";

  constructor(private readonly take: (line: string) => void) {}

  add(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    for (const line of lines) this.take(line);
  }

  /** Nothing more comes: what has no line break is a line as well. */
  end(): void {
    if (this.rest !== "") this.take(this.rest);
    this.rest = "";
  }
}

const orNull = (field: string): string | null => (field === "(none)" ? null : field);
