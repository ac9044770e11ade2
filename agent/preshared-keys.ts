/**
 * Opens the preshared keys that browsers sealed to this gateway (lib/core/sealed-key.ts has the format). The same
 * arithmetic as there, but with OpenSSL's X25519: a full state has tens of thousands of them.
 */
import { type KeyObject, createPrivateKey, createPublicKey, diffieHellman, randomBytes } from "node:crypto";
import { setImmediate as yieldToOthers } from "node:timers/promises";
import nacl from "tweetnacl";
import type { KeyPair } from "@/lib/core/keys";
import type { WantedPeer } from "@/lib/core/peer-diff";
import type { Peer } from "@/lib/protocol/messages";

/** DER around a raw X25519 key (RFC 8410). */
const PRIVATE_KEY_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");
const PUBLIC_KEY_PREFIX = Buffer.from("302a300506032b656e032100", "hex");
/** What `nacl.box.before` does after its X25519; the package's types leave it out. */
const { crypto_core_hsalsa20: hsalsa20 } = (nacl as unknown as { lowlevel: { crypto_core_hsalsa20: (out: Uint8Array, input: Uint8Array, key: Uint8Array, constants: Uint8Array) => void } })
  .lowlevel;
const SIGMA = new TextEncoder().encode("expand 32-byte k");
/** Version (1) ‖ ephemeral public key (32) ‖ nonce (24) ‖ box (48). */
const KEY_START = 1;
const NONCE_START = 33;
const BOX_START = 57;
/** At some 0.15 ms each, nothing else waits longer than this many. */
const OPENED_IN_ONE_GO = 50;

export class PresharedKeys {
  private readonly boxKey: KeyObject;
  private readonly opened = new WeakMap<Peer, string>();
  private readonly unopenable = new Set<Peer>();

  constructor(box: KeyPair) {
    this.boxKey = createPrivateKey({ key: Buffer.concat([PRIVATE_KEY_PREFIX, box.privateKey.revealBytes()]), format: "der", type: "pkcs8" });
  }

  /** The peers as WireGuard takes them, opening what was not opened before, without holding up the event loop. */
  async forDevice(peers: readonly Peer[]): Promise<WantedPeer[]> {
    const result: WantedPeer[] = [];
    let fresh = 0;
    for (const peer of peers) {
      if (peer.sealedPresharedKey !== null && !this.opened.has(peer)) {
        fresh += 1;
        if (fresh % OPENED_IN_ONE_GO === 0) await yieldToOthers();
      }
      result.push({ publicKey: peer.publicKey, presharedKey: this.open(peer), allowedIps: peer.allowedIps });
    }
    return result;
  }

  /** What `forDevice` gave for this peer; null when it has no preshared key, undefined when it was never asked for. */
  known(peer: Peer): string | null | undefined {
    return peer.sealedPresharedKey === null ? null : this.opened.get(peer);
  }

  /** Peers whose preshared key didn't open; `stillWanted` tells which of them are worth remembering. */
  unreadable(stillWanted: (peer: Peer) => boolean): Peer[] {
    for (const peer of this.unopenable) if (!stillWanted(peer)) this.unopenable.delete(peer);
    return [...this.unopenable];
  }

  /**
   * A sealed key that doesn't open must not let the client in without one, and must not keep the gateway from being in
   * sync either, for any member can send one: the peer gets a random key, with which nobody can connect. So does one of 32
   * zero bytes, which to WireGuard is none at all: the device would never hold what the portal's digest says.
   */
  private open(peer: Peer): string | null {
    if (peer.sealedPresharedKey === null) return null;
    const known = this.opened.get(peer);
    if (known !== undefined) return known;
    const unsealed = this.unseal(Buffer.from(peer.sealedPresharedKey, "base64"));
    const usable = unsealed?.some((byte) => byte !== 0) ? unsealed : null;
    if (usable === null) this.unopenable.add(peer);
    const presharedKey = Buffer.from(usable ?? randomBytes(32)).toString("base64");
    this.opened.set(peer, presharedKey);
    return presharedKey;
  }

  private unseal(sealed: Buffer): Uint8Array | null {
    try {
      const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_KEY_PREFIX, sealed.subarray(KEY_START, NONCE_START)]), format: "der", type: "spki" });
      const shared = diffieHellman({ privateKey: this.boxKey, publicKey });
      const key = new Uint8Array(32);
      hsalsa20(key, new Uint8Array(16), shared, SIGMA);
      return nacl.secretbox.open(sealed.subarray(BOX_START), sealed.subarray(NONCE_START, BOX_START), key);
    } catch {
      // OpenSSL refuses points of low order.
      return null;
    }
  }
}
