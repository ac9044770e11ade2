/** One line that says how the tunnel is, kept up to date until the end. */
import type { ClientMachine } from "@/scripts/demo/client-machine";

/** Shorter gaps are the network's, not the gateway's. */
const SILENCE_MS = 1_000;

export interface PingState {
  answered: number;
  unanswered: number;
  /** Wall-clock time of the last answer; null: there was none yet. */
  lastAnswer: Date | null;
  roundTripMs: number | null;
  silent: boolean;
}

/** What the line says; `now` and times in it are local time. */
export function pingText(state: PingState, address: string): string {
  const pings = (count: number) => `${count} ${count === 1 ? "ping" : "pings"}`;
  const clock = (at: Date) => at.toTimeString().slice(0, 8);
  if (state.lastAnswer === null) return `No answer from ${address} yet (${pings(state.unanswered)})`;
  if (state.silent) return `No answer since ${clock(state.lastAnswer)} (${pings(state.unanswered)}): the tunnel is dead`;
  return `${address} answers in ${(state.roundTripMs ?? 0).toFixed(1)} ms (${pings(state.answered)})`;
}

export async function watchLine(machine: ClientMachine, address: string, everyMs: number, onEnd: (end: () => Promise<void>) => Promise<void>): Promise<void> {
  const live = process.stdout.isTTY === true;
  const state: PingState = { answered: 0, unanswered: 0, lastAnswer: null, roundTripMs: null, silent: false };
  let shown = "";
  const draw = () => {
    const text = pingText(state, address);
    // Without a terminal only a change of mind is worth a line, not every ping.
    const mood = live ? text : `${state.lastAnswer === null} ${state.silent}`;
    if (mood === shown) return;
    shown = mood;
    process.stdout.write(live ? `\r\u001b[2K${text}` : `${text}\n`);
  };
  const pinging = machine.ping(address, everyMs, (roundTripMs) => {
    if (roundTripMs === null) {
      state.unanswered += 1;
      state.silent = state.lastAnswer !== null && Date.now() - state.lastAnswer.getTime() > SILENCE_MS;
    } else {
      Object.assign(state, { answered: state.answered + 1, unanswered: 0, lastAnswer: new Date(), roundTripMs, silent: false });
    }
    draw();
  });
  await onEnd(async () => {
    pinging.stop();
    await pinging.ended;
  });
  await pinging.ended;
}
