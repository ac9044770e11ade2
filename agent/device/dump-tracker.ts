/**
 * Follows one interface from dump to dump, and tells what differs from the dump before: all of it is read each time, and little of it
 * is worth passing on. Lives in the tool process (agent/tools), whose other end keeps a PeerMirror.
 */
import { type DumpHead, LineCutter, parseHead, parsePeer } from "@/agent/device/dump";

export interface DumpNews extends DumpHead {
  /** Of the dump that this one was compared with; 0: with none, so that all of it was told. */
  base: number;
  number: number;
  /** Public keys that are no longer there. */
  gone: string[];
}

interface KnownPeer {
  line: string;
  seenIn: number;
}

/** Long enough to be worth a message, short enough that nobody who gets it is held up. */
const LINES_IN_ONE_GO = 250;

export class DumpTracker {
  private readonly known = new Map<string, KnownPeer>();
  private number = 0;
  private attempts = 0;

  /**
   * @param dump gives the text of one dump in pieces. @param tell takes lines of peers that are new or differ.
   * @returns what completes them. @throws whatever `dump` does, or Error on what is no dump; what was told then counts for nothing
   */
  async read(dump: (take: (text: string) => void) => Promise<void>, tell: (lines: string[]) => void): Promise<DumpNews> {
    this.attempts += 1;
    const attempt = this.attempts;
    const changed = new Map<string, string>();
    let head: DumpHead | null = null;
    let untold: string[] = [];
    const cutter = new LineCutter((line) => {
      if (head === null) return void (head = parseHead(line));
      if (line === "") return;
      const publicKey = line.slice(0, line.indexOf("\t"));
      const known = this.known.get(publicKey);
      if (known !== undefined) known.seenIn = attempt;
      if (known?.line === line) return;
      parsePeer(line);
      changed.set(copyOf(publicKey), copyOf(line));
      if (untold.push(line) < LINES_IN_ONE_GO) return;
      tell(untold);
      untold = [];
    });
    await dump((text) => cutter.add(text));
    cutter.end();
    if (head === null) parseHead("");
    if (untold.length > 0) tell(untold);
    const gone: string[] = [];
    for (const [publicKey, { seenIn }] of this.known) if (seenIn !== attempt) gone.push(publicKey);
    for (const publicKey of gone) this.known.delete(publicKey);
    for (const [publicKey, line] of changed) this.known.set(publicKey, { line, seenIn: attempt });
    const base = this.number;
    this.number += 1;
    return { ...head!, base, number: this.number, gone };
  }
}

/** A part of a text keeps all of it in memory: one line, what came with it. */
const copyOf = (text: string): string => Buffer.from(text, "latin1").toString("latin1");
