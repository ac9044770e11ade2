/** For tests: machines that use one WireGuard key, and what a gateway sees of them. Times in milliseconds from the start. */
import type { Sighting } from "@/lib/core/shared-config";

export interface Machine {
  /** When it is switched on. */
  from: number;
  /** Where it is; "none": without a network; null: off. */
  networkAt: (at: number) => string | null;
  /** About how often it sends data that is answered; null: it is idle. */
  sendEveryMs: number | null;
  keepaliveMs: number | null;
  /** Begins a new session whenever its network changes. */
  restartOnMove?: boolean;
  restartEveryMs?: number;
}

interface Running extends Machine {
  session: number | null;
  sessionAt: number;
  /** Data it sent since it last heard anything; null: none. */
  unansweredSince: number | null;
  triedAt: number;
  nextSend: number;
  nextKeepalive: number;
  nextRestart: number;
  place: string | null;
}

const REKEY_AFTER_MS = 120_000;
const NEW_HANDSHAKE_MS = 15_000;
const RETRY_MS = 5_000;
const STEP_MS = 50;

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a gateway that looks about every `sampleMs` sees: the endpoint follows the last authentic packet, answers go to the newest session alone. */
export function simulate(machines: readonly Machine[], { forMs, sampleMs, phaseMs }: { forMs: number; sampleMs: number; phaseMs: number }): Sighting[] {
  const running = machines.map((machine): Running => ({ ...machine, session: null, sessionAt: 0, unansweredSince: null, triedAt: -RETRY_MS, nextSend: machine.from, nextKeepalive: machine.from, nextRestart: machine.from + (machine.restartEveryMs ?? Infinity), place: null }));
  const gateway = { current: null as number | null, previous: null as number | null, network: null as string | null, handshakeAt: null as number | null };
  let sessions = 0;
  const seen: Sighting[] = [];

  const shakeHands = (machine: Running, network: string, at: number): void => {
    sessions += 1;
    [gateway.previous, gateway.current] = [gateway.current, sessions];
    Object.assign(gateway, { network, handshakeAt: at });
    Object.assign(machine, { session: sessions, sessionAt: at, unansweredSince: null });
  };

  const send = (machine: Running, network: string | null, at: number, isData: boolean): void => {
    if (machine.session === null || at - machine.sessionAt >= REKEY_AFTER_MS) begin(machine, network, at);
    const accepted = network !== null && machine.session !== null && (machine.session === gateway.current || machine.session === gateway.previous);
    if (accepted) gateway.network = network;
    const heard = accepted && machine.session === gateway.current;
    if (heard) machine.unansweredSince = null;
    else if (isData) machine.unansweredSince ??= at;
  };

  const begin = (machine: Running, network: string | null, at: number): void => {
    if (at - machine.triedAt < RETRY_MS) return;
    machine.triedAt = at;
    if (network !== null) shakeHands(machine, network, at);
  };

  const random = chance(phaseMs);
  let nextSample = 0;
  for (let at = 0; at <= forMs; at += STEP_MS) {
    // Within one step anybody may be first.
    for (const machine of random() < 0.5 ? running : running.toReversed()) {
      const place = at < machine.from ? null : machine.networkAt(at);
      if (place === null) continue;
      const network = place === "none" ? null : place;
      const moved = machine.place !== null && machine.place !== place;
      machine.place = place;
      if ((moved && machine.restartOnMove) || at >= machine.nextRestart) {
        machine.session = null;
        machine.nextRestart = at + (machine.restartEveryMs ?? Infinity);
        begin(machine, network, at);
      }
      if (machine.sendEveryMs !== null && at >= machine.nextSend) {
        machine.nextSend = at + machine.sendEveryMs * (0.5 + random());
        send(machine, network, at, true);
      }
      if (machine.keepaliveMs !== null && at >= machine.nextKeepalive) {
        machine.nextKeepalive = at + machine.keepaliveMs;
        send(machine, network, at, false);
      }
      if (machine.unansweredSince !== null && at - machine.unansweredSince >= NEW_HANDSHAKE_MS) begin(machine, network, at);
    }
    if (at >= nextSample && gateway.network !== null) {
      // As agents do, so that no machine's beat hides behind theirs.
      nextSample = at + sampleMs * (0.7 + random() * 0.6);
      // Whole seconds, as gateways tell it.
      const handshakeAt = gateway.handshakeAt === null ? null : Math.floor((gateway.handshakeAt + phaseMs) / 1_000) * 1_000;
      seen.push({ at: at + phaseMs, network: gateway.network, handshakeAt });
    }
  }
  return seen;
}
