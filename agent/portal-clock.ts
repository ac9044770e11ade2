/**
 * The portal's time of day, by which expiry times are meant, as far as its answers tell it. With the portal away, and over a restart, it
 * goes on from what was known: no clock of the host's that is set back gives anybody more time, and none that was wrong all along by the
 * same amount takes any away.
 */
import path from "node:path";
import { z } from "zod";
import { makePrivateFolder, readIfThere, writePrivateFile } from "@/agent/files";
import type { Clock } from "@/lib/core/ports";

/** The portal's Date header has whole seconds, and travels. */
const TOLERATED_MS = 2_000;
/** What is lost by a crash is no more than this. */
const KEEP_EVERY_MS = 60_000;

/** What is kept over a restart. */
export interface KnownTime {
  /** The portal's time less the host's. */
  offsetMs: number;
  /** It was as late as this: milliseconds since 1970, by the portal's clock. */
  notBefore: number;
}

export class PortalClock implements Clock {
  private offsetMs: number;
  private notBefore: number;
  /** When the portal was last heard, by the monotonic clock, and what its time was then. */
  private heard: { at: number; time: number } | null = null;
  private keptAt = -Infinity;

  /**
   * @param monotonicNow milliseconds since any fixed instant; doesn't follow the host's clock when that is set
   * @param keep told what to keep, about once a minute and when somebody's time was over
   */
  constructor(
    private readonly local: Clock,
    private readonly monotonicNow: () => number = () => 0,
    known: KnownTime | null = null,
    private readonly keep: (known: KnownTime) => void = () => undefined,
  ) {
    this.offsetMs = known?.offsetMs ?? 0;
    this.notBefore = known?.notBefore ?? -Infinity;
  }

  /** @param portalTime as of now, to the second. The portal's word: it may also take back what was known. */
  observe(portalTime: Date): void {
    const offset = portalTime.getTime() - this.local.now().getTime();
    const changed = Math.abs(offset - this.offsetMs) > TOLERATED_MS;
    this.offsetMs = Math.abs(offset) <= TOLERATED_MS ? 0 : offset;
    const time = this.local.now().getTime() + this.offsetMs;
    this.heard = { at: this.monotonicNow(), time };
    this.notBefore = Math.min(portalTime.getTime(), time);
    if (changed || this.monotonicNow() - this.keptAt >= KEEP_EVERY_MS) this.remember();
  }

  /** Somebody's time was over by then, and stays over. */
  reached(time: Date): void {
    this.notBefore = Math.max(this.notBefore, time.getTime());
    this.remember();
  }

  /** The latest of what can be told: by the host's clock, by how long ago the portal was heard, and by what was known before. */
  now(): Date {
    const sinceHeard = this.heard === null ? -Infinity : this.heard.time + (this.monotonicNow() - this.heard.at);
    return new Date(Math.max(this.local.now().getTime() + this.offsetMs, sinceHeard, this.notBefore));
  }

  private remember(): void {
    this.keptAt = this.monotonicNow();
    this.keep({ offsetMs: this.offsetMs, notBefore: this.notBefore });
  }
}

const fileSchema = z.object({ offsetMs: z.number(), notBefore: z.number() });

/** In the state folder; what can't be read counts as nothing known, and what can't be written is known for the while. */
export class KnownTimeFile {
  private readonly file: string;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly folder: string) {
    this.file = path.join(folder, "clock.json");
  }

  async read(): Promise<KnownTime | null> {
    try {
      return fileSchema.parse(JSON.parse((await readIfThere(this.file)) ?? "null"));
    } catch {
      return null;
    }
  }

  write(known: KnownTime): void {
    this.writing = this.writing.then(() => makePrivateFolder(this.folder)).then(() => writePrivateFile(this.file, `${JSON.stringify(known)}\n`)).catch(() => undefined);
  }

  /** Resolves when what was told is on disk. */
  settled(): Promise<void> {
    return this.writing;
  }
}
