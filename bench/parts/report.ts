/** The figures as a table for people, and as JSON for programs. */
import { cpus } from "node:os";
import { PEER_NAME, peerMedianMs } from "@/bench/parts/peer";
import type { Figure, Result } from "@/bench/parts/results";

export interface Run {
  results: Result[];
  quick: boolean;
  /** Of WireGuard; null: no gateway can run here. */
  implementation: string | null;
  /** Load averages of one minute, at the beginning and the end. */
  loadBefore: number;
  loadAfter: number;
}

const HEAD = ["what", "N", "median", "p99", "longest", "samples", "aim", "met", PEER_NAME];

export function asTable({ results, quick, implementation, loadBefore, loadAfter }: Run): string {
  const rows = results.flatMap(({ figures }) => figures.map(rowOf));
  const checks = results.flatMap((result) => result.checks);
  const widths = HEAD.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  const table = [line(HEAD), `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`, ...rows.map(line)];
  return [
    "",
    ...table,
    "",
    ...checks.map(({ what, value, aim, met }) => `${met ? "met   " : "MISSED"}  ${what}: ${value} (aim ${aim})`),
    "",
    `${processors()}, Node ${process.versions.node}, WireGuard: ${implementation ?? "none"}; load ${loadBefore} before, ${loadAfter} after${quick ? "; --quick: few samples, small N" : ""}.`,
  ].join("\n");
}

function rowOf({ name, what, n, ms, aimMs, met }: Figure): string[] {
  const aims = [...(aimMs.median === undefined ? [] : [`median ≤ ${aimMs.median}`]), ...(aimMs.max === undefined ? [] : [`longest ≤ ${aimMs.max}`])];
  const peer = peerMedianMs(name, n);
  return [
    what, n.toLocaleString("en"), inMs(ms.median), inMs(ms.p99), inMs(ms.max), String(ms.samples), aims.join(", ") || "–", met === null ? "–" : met ? "met" : "MISSED",
    peer === undefined ? "–" : `${peer} ms`,
  ];
}

const inMs = (ms: number): string => `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;

const processors = (): string => `${cpus().length} × ${cpus()[0]?.model.trim() ?? "processor"}`;

export function asJson({ results, quick, implementation, loadBefore, loadAfter }: Run): object {
  return {
    format: 1,
    at: new Date().toISOString(),
    quick,
    machine: { processors: cpus().length, model: cpus()[0]?.model ?? null, node: process.versions.node, wireguard: implementation, loadBefore, loadAfter },
    figures: Object.fromEntries(results.flatMap(({ figures }) => figures.map(({ name, ...rest }) => [name, { ...rest, peerMedianMs: peerMedianMs(name, rest.n) ?? null }]))),
    checks: Object.fromEntries(results.flatMap(({ checks }) => checks.map(({ name, ...rest }) => [name, rest]))),
  };
}
