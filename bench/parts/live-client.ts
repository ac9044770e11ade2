/** A client's machine with a real tunnel, whose traffic says from outside what the gateway does. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { askForCode, issue, makeKeys } from "@/bench/parts/browser";
import type { BenchGateway } from "@/bench/parts/gateways";
import { namespaceName } from "@/bench/parts/leftovers";
import type { Person } from "@/bench/parts/people";
import type { World } from "@/bench/parts/world";
import { renderClientConfig } from "@/lib/core/client-config";
import { type ClientMachine, createClientMachine } from "@/scripts/demo/client-machine";

export interface LiveClient {
  clientId: string;
  /** Pings the instance through the tunnel. */
  ping(everyMs: number): Pings;
  close(): Promise<void>;
}

export interface Pings {
  /** Date.now() of the latest answer; 0: there was none yet. */
  lastAnswerAt(): number;
  answered(count: number): Promise<void>;
  /** Stops, and says what came of it. */
  stop(): Promise<PingSummary>;
}

export interface PingSummary {
  answered: number;
  /** Pings between the first and the last answered one that were never answered. */
  lost: number;
  longestSilenceMs: number;
}

const ANSWERED_WITHIN_MS = 15_000;

let machines = 0;

export async function newMachine(gateway: BenchGateway): Promise<ClientMachine> {
  machines += 1;
  return createClientMachine(namespaceName(`c${machines}`), machines, gateway.namespace, gateway.address);
}

/** Issues a client as a person would, and opens the tunnel of its file on the machine. */
export async function openLiveClient(world: World, gateway: BenchGateway, machine: ClientMachine, person: Person): Promise<LiveClient> {
  const { portal, tenant } = gateway;
  const { proved } = await askForCode(portal, person, tenant.subscriptionId);
  const made = makeKeys(proved.sealTo);
  const { body } = await issue(portal, proved, made);
  const file = join(world.folder, `c${randomBytes(4).toString("hex")}.conf`);
  await writeFile(file, renderClientConfig(body.configuration, { privateKey: made.keys.privateKey, presharedKey: made.presharedKey }), { mode: 0o600 });
  const tunnel = await machine.up(file);
  return { clientId: body.client.id, ping: (everyMs) => ping(machine.namespace, gateway.tunnelAddress, everyMs), close: () => tunnel.close() };
}

function ping(namespace: string, address: string, everyMs: number): Pings {
  const child = spawn("ip", ["netns", "exec", namespace, "ping", "-n", "-i", String(everyMs / 1_000), address], { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, LC_ALL: "C" } });
  const ended = new Promise<void>((settle) => child.once("close", () => settle()));
  let lastAnswerAt = 0;
  let answered = 0;
  let firstNumber = 0;
  let lastNumber = 0;
  let longestSilenceMs = 0;
  let reached: { count: number; settle: () => void } | null = null;
  createInterface(child.stdout).on("line", (line) => {
    const number = /icmp_seq=(\d+) .*time[=<]/.exec(line)?.[1];
    if (number === undefined) return;
    const now = Date.now();
    if (lastAnswerAt > 0) longestSilenceMs = Math.max(longestSilenceMs, now - lastAnswerAt);
    lastAnswerAt = now;
    answered += 1;
    firstNumber ||= Number(number);
    lastNumber = Math.max(lastNumber, Number(number));
    if (reached && answered >= reached.count) reached.settle();
  });
  return {
    lastAnswerAt: () => lastAnswerAt,
    answered: (count) =>
      new Promise((settle, refuse) => {
        const timer = setTimeout(() => refuse(new Error(`There were ${answered} answers through the tunnel, not ${count}.`)), ANSWERED_WITHIN_MS);
        const done = () => {
          clearTimeout(timer);
          settle();
        };
        if (answered >= count) done();
        else reached = { count, settle: done };
      }),
    stop: async () => {
      child.kill("SIGINT");
      await ended;
      return { answered, lost: lastNumber - firstNumber + 1 - answered, longestSilenceMs };
    },
  };
}
