/**
 * The portal's time of day, by which expiry times are meant, as far as its answers tell it. With the portal away, and over a restart, it
 * goes on from what was known: no clock of the host's that is set back gives anybody more time, and none that was wrong all along by the
 * same amount takes any away.
 */
import path from "node:path";
import { z } from "zod";
import { makePrivateFolder, readIfThere, writePrivateFile } from "@/agent/files";
import type { Uptime } from "@/agent/uptime";
import type { Clock } from "@/lib/core/ports";

/** The portal's Date header has whole seconds, and travels. */
const TOLERATED_MS = 2_000;
/** What is lost by a power cut is no more than this. */
const KEEP_EVERY_MS = 60_000;

/** What is kept over a restart. */
export interface KnownTime {
  /** The portal's time less the host's. */
  offsetMs: number;
  /** It was as late as this: milliseconds since 1970, by the portal's clock. */
  notBefore: number;
  /** When it was, by the machine's uptime. */
  run: string | null;
  uptimeMs: number;
}

export class PortalClock implements Clock {
  private offsetMs: number;
  /** It was as late as `time` at `at` of the uptime, and is later by what passed since. */
  private floor: { time: number; at: number };
  private keptAt = -Infinity;

  /** @param keep told what to keep, about once a minute and when somebody's time was over */
  constructor(
    private readonly local: Clock,
    private readonly uptime: Uptime = { run: null, now: () => 0 },
    known: KnownTime | null = null,
    private readonly keep: (known: KnownTime) => void = () => undefined,
  ) {
    const now = uptime.now();
    this.offsetMs = known?.offsetMs ?? 0;
    // Of another run of the machine nobody knows how long it was off: time goes on from where it was, at the least.
    const comparable = known !== null && known.run !== null && known.run === uptime.run && known.uptimeMs <= now;
    this.floor = { time: known?.notBefore ?? -Infinity, at: comparable ? known.uptimeMs : now };
  }

  /** @param portalTime as of now, to the second. The portal's word: it may also take back what was known. */
  observe(portalTime: Date): void {
    const local = this.local.now().getTime();
    const offset = portalTime.getTime() - local;
    const changed = Math.abs(offset - this.offsetMs) > TOLERATED_MS;
    this.offsetMs = Math.abs(offset) <= TOLERATED_MS ? 0 : offset;
    this.floor = { time: Math.min(portalTime.getTime(), local + this.offsetMs), at: this.uptime.now() };
    if (changed) this.remember();
    else this.tick();
  }

  /** Somebody's time was over by then, and stays over. */
  reached(time: Date): void {
    const at = this.uptime.now();
    this.floor = { time: Math.max(this.floorAt(at), time.getTime()), at };
    this.remember();
  }

  /** To be called every now and then, whether or not the portal is heard: time that passed is kept. */
  tick(): void {
    if (this.floor.time > -Infinity && this.uptime.now() - this.keptAt >= KEEP_EVERY_MS) this.remember();
  }

  /** The later of what the host's clock says, with the portal's offset, and what was known before with what passed since. */
  now(): Date {
    return new Date(Math.max(this.local.now().getTime() + this.offsetMs, this.floorAt(this.uptime.now())));
  }

  private floorAt(uptimeMs: number): number {
    return this.floor.time + Math.max(0, uptimeMs - this.floor.at);
  }

  private remember(): void {
    const uptimeMs = this.uptime.now();
    this.keptAt = uptimeMs;
    this.keep({ offsetMs: this.offsetMs, notBefore: this.floorAt(uptimeMs), run: this.uptime.run, uptimeMs });
  }
}

const fileSchema = z.object({ offsetMs: z.number(), notBefore: z.number(), run: z.string().nullable().default(null), uptimeMs: z.number().default(0) });

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
